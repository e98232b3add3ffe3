"""Do what a new user does with an installed Canopy: start it, read, clone, write, push, read again.

Only the standard library: it runs where nothing but Canopy is installed.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE = 120


def main(canopy: str) -> None:
    """Run the command named `canopy` in a home of its own and use it."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        environ = {
            "HOME": name,
            "PATH": os.environ["PATH"],
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.org",
        }
        start = time.monotonic()
        log = home / "log"
        with log.open("w") as output:
            server = subprocess.Popen(
                [canopy, "--port", "0"], cwd=home, env=environ, stdout=output, stderr=output
            )
        try:
            url, repository = said(log, r"(http://127\.0\.0\.1:\d+)"), said(log, r"git clone (\S+)")
            read(url + "/", "git repository")
            print(f"the first page is there {time.monotonic() - start:.1f} s after the start")
            subprocess.run([canopy, "health", url], check=True, env=environ)
            subprocess.run(["git", "clone", "-q", repository, "notes"], check=True, cwd=home, env=environ)
            notes = home / "notes"
            (notes / "hello.md").write_text("Hello, world.\n")
            for arguments in (["add", "hello.md"], ["commit", "-qm", "Say hello"], ["push", "-q"]):
                subprocess.run(["git", *arguments], check=True, cwd=notes, env=environ)
            pushed = time.monotonic()
            read(url + "/hello", "Hello, world.")
            print(f"a pushed note is there {time.monotonic() - pushed:.1f} s after the push")
            subprocess.run([canopy, "check", str(notes)], check=True, env=environ, stdout=subprocess.DEVNULL)
            server.send_signal(signal.SIGTERM)
            assert server.wait(PATIENCE) == 0, "it did not end well after SIGTERM"
        except BaseException:
            print(log.read_text())
            raise
        finally:
            server.kill()


def said(log: Path, pattern: str) -> str:
    """Wait until the log contains a pattern and return its group."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := re.search(pattern, log.read_text()):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"Canopy never said {pattern}")


def read(url: str, text: str) -> None:
    """Wait until a page is there and contains a text."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if text in answer.read().decode():
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.05)
    raise AssertionError(f"{url} never contained {text!r}")


if __name__ == "__main__":
    main(sys.argv[1])
