"""A git host for tests: the git room's `Host` behind Python's own threaded HTTP server, and real git.

Run as a program (`python githost.py REPOSITORY`) it serves one repository and prints its address.
"""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from canopy.git.host import Host
from canopy.git.push import Proposal, PushOutcome, PushPolicy, Verdict
from canopy.git.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from canopy.git.limits import Limits

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "NO_PROXY": "127.0.0.1",
    "LC_ALL": "C.UTF-8",
}


def run(
    *arguments: str | Path, at: Path | None = None, check: bool = True, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run git; its output is text, both streams."""
    done = subprocess.run(
        ["git", *map(str, arguments)],
        cwd=at,
        env={**ENVIRONMENT, **more},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=60,
    )
    if check and done.returncode:
        raise AssertionError(f"git {arguments} failed:\n{done.stdout}{done.stderr}")
    return done


def git(*arguments: str | Path, at: Path | None = None) -> str:
    """Run git, which must succeed, and return what it printed on standard output."""
    return run(*arguments, at=at).stdout.strip()


def accept(_: Proposal) -> Verdict:
    """Review nothing."""
    return Verdict(accept=True)


@dataclass
class Site:
    """One served repository."""

    path: Path
    host: Host
    policy: PushPolicy = field(default_factory=lambda: PushPolicy("main"))
    review: Callable[[Proposal], Verdict] = accept
    outcomes: list[PushOutcome] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    url: str = ""

    def state(self) -> dict[str, bytes]:
        """Return the repository's files, but for Canopy's own locks, to compare."""
        files = (path for path in self.path.rglob("*") if not path.name.startswith("canopy-"))
        return {
            str(path.relative_to(self.path)): path.read_bytes() if path.is_file() else b"" for path in files
        }

    def tip(self, ref: str = "refs/heads/main") -> str:
        """Return what a ref of the repository points to."""
        return git("rev-parse", ref, at=self.path)


class _Endpoint(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        service = self.path.partition("service=")[2]
        body = self.site.host.advertise(service, self.headers.get("Git-Protocol"))
        self._begin(f"application/x-{service}-advertisement", len(body))
        self.wfile.write(body)

    def do_POST(self) -> None:
        service = self.path.rpartition("/")[2]
        self.site.requests.append(service)
        body = self._body()
        self._begin(f"application/x-{service}-result", None)
        if service == "git-upload-pack":
            self.site.host.upload_pack(body, self._chunk, protocol=self.headers.get("Git-Protocol"))
        else:
            outcome = self.site.host.receive_pack(
                body, self._chunk, policy=self.site.policy, review=self.site.review
            )
            self.site.outcomes.append(outcome)
        self.wfile.write(b"0\r\n\r\n")

    def _body(self) -> io.BytesIO:
        pieces: list[bytes] = []
        if self.headers.get("Transfer-Encoding") == "chunked":
            self.site.requests.append("chunked")
            while size := int(self.rfile.readline(), 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
        else:
            pieces.append(self.rfile.read(int(self.headers["Content-Length"])))
        body = b"".join(pieces)
        if self.headers.get("Content-Encoding") == "gzip":
            self.site.requests.append("gzip")
            body = gzip.decompress(body)
        return io.BytesIO(body)

    def _begin(self, content_type: str, length: int | None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@contextmanager
def served(site: Site) -> Iterator[Site]:
    """Serve a repository until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Endpoint", (_Endpoint,), {"site": site}))
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}/notepad.git"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_bare(path: Path) -> Path:
    """Make an empty bare repository whose branch is `main`."""
    git("init", "-q", "--bare", "-b", "main", path)
    return path


def make_site(path: Path, limits: Limits | None = None) -> Site:
    """Make an empty repository with its host."""
    return Site(make_bare(path), Host(Repository.open(path, limits)))


def commit(work: Path, message: str = "change", **files: str) -> str:
    """Write files (`a__b_md` is `a/b.md`), commit them, return the id."""
    for name, content in files.items():
        path = work / name.replace("__", "/").replace("_md", ".md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    git("add", "-A", at=work)
    git("commit", "-q", "--allow-empty", "-m", message, at=work)
    return git("rev-parse", "HEAD", at=work)


def main() -> None:
    """Serve `argv[1]` on a free port, say which, and go on until killed."""
    path = Path(sys.argv[1])
    site = Site(path, Host(Repository.open(path)))
    with served(site):
        print(site.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
