"""Canopy as a user runs it: a process of its own, reached over HTTP; and git as a user runs it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import forking
from forking import Forked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 120
"""Seconds that are waited for what must come: however busy the machine is, they are enough."""
_ADDRESS = re.compile(r"address\"?[=:]\s*\"?https?://127\.0\.0\.1:(\d+)")
GIT_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_TERMINAL_PROMPT": "0",
}


def environment(**extra: str) -> dict[str, str]:
    """Return this process's environment without any setting of Canopy or git."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CANOPY_", "GIT_"))}
    return kept | GIT_ENVIRONMENT | extra


def git(*arguments: str, cwd: Path | None = None, check: bool = True, **env: str) -> str:
    """Run git and return what it printed, both streams."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=cwd,
        env=environment(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    if check and done.returncode:
        raise AssertionError(f"git {' '.join(arguments)} failed:\n{done.stdout}")
    return done.stdout


def commit(work: Path, message: str = "Change", **env: str) -> str:
    """Commit everything in a work tree and return the commit's id."""
    git("add", "-A", cwd=work)
    git("commit", "-q", "--allow-empty", "-m", message, cwd=work, **env)
    return git("rev-parse", "HEAD", cwd=work).strip()


@dataclass
class Reply:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Server:
    """A running Canopy."""

    process: subprocess.Popen[str] | Forked
    port: int = 0
    lines: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where a reader finds it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        """All that it printed so far."""
        return "\n".join(self.lines)

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
        """Send one request; underscores in header names stand for dashes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            fields = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, fields)
            response = connection.getresponse()
            content = response.read()
            return Reply(
                response.status, {name.lower(): value for name, value in response.getheaders()}, content
            )
        finally:
            connection.close()

    def wait_for(self, path: str, text: str = "", status: int = 200, seconds: float = PATIENCE) -> Reply:
        """Ask for a page until it answers with `status` and contains `text`."""
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError):
                reply = self.get(path)
                if reply.status == status and text in reply.text:
                    return reply
            if time.monotonic() > deadline:
                raise AssertionError(f"{path} never was {status} with {text!r}; the log:\n{self.output}")
            time.sleep(0.02)

    def wait_for_search(self) -> None:
        """Wait until the pages can be searched, which is when all of them have been rendered."""
        deadline = time.monotonic() + PATIENCE
        while self.get("/-/search.json?q=x").status == 503:
            if time.monotonic() > deadline:
                raise AssertionError(f"nothing could be searched; the log:\n{self.output}")
            time.sleep(0.02)

    def state(self, **headers: str) -> dict[str, Any]:
        """Return what `/-/status` says."""
        found: dict[str, Any] = json.loads(self.get("/-/status", **headers).body)
        return found

    def wait_until(
        self, holds: Callable[[dict[str, Any]], object], seconds: float = PATIENCE
    ) -> dict[str, Any]:
        """Ask for the status until `holds` is true of it, and return it."""
        deadline = time.monotonic() + seconds
        while not holds(state := self.state()):
            if time.monotonic() > deadline:
                raise AssertionError(f"the status stayed {state}; the log:\n{self.output}")
            time.sleep(0.02)
        return state

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the log's lines about one event, the oldest first."""
        found = []
        for line in list(self.lines):
            with contextlib.suppress(ValueError):
                entry = json.loads(line)
                if isinstance(entry, dict) and entry.get("event") == name:
                    found.append(entry)
        return found

    def raw(self, request: bytes, seconds: float = 10) -> bytes:
        """Send bytes as they are, and return all that comes back until the server closes or stays silent."""
        answer = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(request)
            with contextlib.suppress(OSError):
                while piece := connection.recv(65536):
                    answer += piece
        return answer

    def kill(self) -> None:
        """Kill it without a warning, and let go of what belongs to it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.reader is not None:
            self.reader.join(5)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def stop(self, number: int = signal.SIGTERM, seconds: float = PATIENCE) -> int:
        """Send a signal and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(seconds)


def start(
    *arguments: str,
    data: Path,
    cwd: Path | None = None,
    ready: bool = True,
    forked: bool = forking.POSSIBLE,
    **env: str,
) -> Server:
    """Start Canopy, by default on a free port; wait until it listens (and, if `ready`, has an edition).

    One that is not `forked` begins from nothing, by the command that users type. A second one on the same
    data should: with other hash values of texts, it shows that no answer depends on the order of a set.
    """
    port = [] if "--port" in arguments else ["--port", "0"]
    process = _begin([*arguments, *port, "--data", str(data)], cwd, environment(**env), forked=forked)
    server = Server(process)
    listening = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            server.lines.append(line.rstrip("\n"))
            found = _ADDRESS.search(line)
            if found and not server.port:
                server.port = int(found[1])
                listening.set()
        listening.set()

    server.reader = threading.Thread(target=read, daemon=True)
    server.reader.start()
    if not listening.wait(PATIENCE) or not server.port:
        server.kill()
        raise AssertionError(f"Canopy did not start:\n{server.output}")
    if ready:
        try:
            server.wait_for("/-/ready")
        except AssertionError:
            server.kill()
            raise
    return server


def _begin(
    arguments: list[str], cwd: Path | None, env: dict[str, str], *, forked: bool
) -> subprocess.Popen[str] | Forked:
    if forked:
        return Forked(arguments, env=env, cwd=cwd)
    command = [sys.executable, "-m", "canopy", *arguments]
    return subprocess.Popen(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def canopy(*arguments: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Canopy's to its end, and return what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process: subprocess.Popen[bytes] | Forked
        if forking.POSSIBLE:
            streams = out.fileno(), err.fileno()
            process = Forked(arguments, env=environment(**env), cwd=cwd, streams=streams)
        else:
            command = [sys.executable, "-m", "canopy", *arguments]
            process = subprocess.Popen(command, env=environment(**env), cwd=cwd, stdout=out, stderr=err)
        try:
            code = process.wait(PATIENCE)
        finally:
            process.kill()
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode())
    return subprocess.CompletedProcess(arguments, code, *texts)


@contextlib.contextmanager
def running(
    *arguments: str, data: Path, ready: bool = True, forked: bool = forking.POSSIBLE, **env: str
) -> Iterator[Server]:
    """Run Canopy for the time of a test."""
    server = start(*arguments, data=data, ready=ready, forked=forked, **env)
    try:
        yield server
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.stop(seconds=30)
        server.kill()


def repository(path: Path, files: dict[str, str | bytes], branch: str = "main") -> Path:
    """Make a work tree with one commit of `files` and return its path."""
    path.mkdir(parents=True)
    git("init", "-q", "-b", branch, cwd=path)
    write(path, files)
    commit(path, "Begin")
    return path


def write(work: Path, files: dict[str, str | bytes]) -> None:
    """Write files into a work tree."""
    for name, content in files.items():
        file = work / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
