"""Real git servers for tests: smart HTTP through git's own CGI, git daemon, sshd; and servers that misbehave.

Everything listens on loopback at a port of its own and ends with its context. A program that is missing skips
the test.
"""

from __future__ import annotations

import base64
import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GIT_ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "LC_ALL": "C.UTF-8",
}


def git(*arguments: str | Path, at: Path | None = None, stdin: bytes | None = None, **more: str) -> str:
    """Run git, which must succeed; return what it printed."""
    done = subprocess.run(
        ["git", *map(str, arguments)],
        cwd=at,
        env={**GIT_ENVIRONMENT, **more},
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
    )
    if done.returncode:
        raise AssertionError(f"git {arguments} failed: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")


@dataclass
class Work:
    """A work tree whose commits go to a bare repository beside it."""

    path: Path
    bare: Path
    branch: str = "main"
    clock: int = 1_500_000_000

    def write(self, **files: str) -> None:
        """Write files; `__` in a name is a slash and `_dot_` a dot."""
        for name, text in files.items():
            self.put(name.replace("__", "/").replace("_dot_", "."), text)

    def put(self, name: str, text: str | bytes) -> None:
        """Write one file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def commit(self, message: str = "change", author: str = "Ada", when: int | None = None) -> str:
        """Commit everything, a minute later than the last commit, and return the commit."""
        self.clock = self.clock + 60 if when is None else when
        date = f"{self.clock} +0200"
        git("add", "-A", at=self.path)
        git(
            "commit", "-q", "--allow-empty", "-m", message, at=self.path,
            GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date, GIT_AUTHOR_NAME=author,
        )  # fmt: skip
        return self.head()

    def head(self) -> str:
        """Return the current commit."""
        return git("rev-parse", "HEAD", at=self.path)

    def push(self, *options: str) -> str:
        """Push the current branch and return its commit."""
        git("push", "-q", *options, "origin", f"HEAD:refs/heads/{self.branch}", at=self.path)
        return self.head()


def work_tree(folder: Path, branch: str = "main") -> Work:
    """Make an empty bare repository `bare.git` and a work tree `work` that pushes to it."""
    bare, path = folder / "bare.git", folder / "work"
    git("init", "-q", "--bare", "-b", branch, bare)
    git("init", "-q", "-b", branch, path)
    git("remote", "add", "origin", bare, at=path)
    return Work(path, bare, branch)


def need(program: str) -> str:
    """Return the path of a program, or skip."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"the program {program} is not installed")
    return found


def need_git(part: str) -> None:
    """Skip when git lacks one of its own programs, like http-backend."""
    if not Path(git("--exec-path"), f"git-{part}").exists():
        pytest.skip(f"git {part} is not installed")


@dataclass
class HttpServer:
    """An HTTP server on loopback and what was asked of it."""

    url: str
    port: int
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Method, target and headers, the oldest first."""


@contextmanager
def http_server(respond: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[HttpServer]:
    """Serve every request by `respond`."""

    class Endpoint(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.requests.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
            self.close_connection = True
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                respond(self)

        do_POST = do_GET  # noqa: N815 - the library's name

        def end_headers(self) -> None:
            self.send_header("Connection", "close")
            super().end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.daemon_threads = True
    port = server.server_address[1]
    seen = HttpServer(f"http://127.0.0.1:{port}", port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def http_backend(
    repository: Path, *, user: str | None = None, password: str | None = None
) -> Iterator[HttpServer]:
    """Serve a bare repository by `git http-backend`; its URL is `server.url + "/" + its name`."""
    need_git("http-backend")
    wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def respond(request: BaseHTTPRequestHandler) -> None:
        if user is not None and request.headers.get("Authorization") != wanted:
            request.send_response(401)
            request.send_header("WWW-Authenticate", 'Basic realm="git"')
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        cgi(request, repository.parent)

    with http_server(respond) as server:
        yield server


def cgi(request: BaseHTTPRequestHandler, folder: Path) -> None:
    """Answer one request by `git http-backend` for the repositories in a folder."""
    target, _, query = request.path.partition("?")
    if request.headers.get("Transfer-Encoding") == "chunked":
        body = _dechunked(request)
    else:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
    done = subprocess.run(
        ["git", "-c", "http.receivepack=true", "http-backend"],
        input=body,
        capture_output=True,
        check=False,
        env={
            **GIT_ENVIRONMENT,
            "GIT_PROJECT_ROOT": str(folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": request.headers.get("Git-Protocol") or "",
            "PATH_INFO": target,
            "QUERY_STRING": query,
            "REQUEST_METHOD": request.command,
            "CONTENT_TYPE": request.headers.get("Content-Type") or "",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding") or "",
            "REMOTE_ADDR": "127.0.0.1",
            "REMOTE_USER": "someone",
        },
    )
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    request.send_response(int(headers.pop("Status", "200").split()[0]))
    for name, value in headers.items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


def _dechunked(request: BaseHTTPRequestHandler) -> bytes:
    pieces = []
    while size := int(request.rfile.readline(), 16):
        pieces.append(request.rfile.read(size))
        request.rfile.readline()
    request.rfile.readline()
    return b"".join(pieces)


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve every TCP connection by `talk` in a thread; yields the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()
    open_sockets: list[socket.socket] = []

    def serve() -> None:
        while not ended.is_set():
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            open_sockets.append(connection)
            threading.Thread(target=guarded, args=(connection,), daemon=True).start()

    def guarded(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        for connection in open_sockets:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@contextmanager
def git_daemon(folder: Path) -> Iterator[str]:
    """Serve all repositories below a folder by `git daemon`; yields `git://127.0.0.1:port`."""
    need_git("daemon")
    port = _free_port()
    process = subprocess.Popen(
        [
            Path(git("--exec-path"), "git-daemon"), "--export-all", "--reuseaddr", f"--base-path={folder}",
            "--listen=127.0.0.1", f"--port={port}", folder,
        ],
        env=GIT_ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port)
        yield f"git://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@dataclass
class SshServer:
    """An sshd on loopback that lets one key in."""

    port: int
    user: str
    key: Path
    other_key: Path
    """A key that is not let in."""
    known_hosts: Path
    fingerprint: str
    """Of its host key, as `ssh-keygen -lf` prints it."""

    def url(self, repository: Path) -> str:
        """Return the ssh URL of a repository on this machine."""
        return f"ssh://{self.user}@127.0.0.1:{self.port}{repository}"


@contextmanager
def sshd(folder: Path) -> Iterator[SshServer]:
    """Run sshd with generated keys that are kept in `folder`."""
    program = need("sshd")
    need("ssh")
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "client", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    shutil.copy(folder / "client.pub", folder / "authorized_keys")
    port = _free_port()
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {folder}/host\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nPidFile {folder}/pid\n"
        "StrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nPermitRootLogin yes\nAcceptEnv GIT_PROTOCOL\n"
    )
    host_key = (folder / "host.pub").read_text().split()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key[0]} {host_key[1]}\n")
    fingerprint = subprocess.check_output(["ssh-keygen", "-lf", folder / "host.pub"], text=True).split()[1]
    process = subprocess.Popen(
        [program, "-D", "-e", "-f", folder / "sshd_config"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield SshServer(
            port,
            getpass.getuser(),
            folder / "client",
            folder / "other",
            folder / "known_hosts",
            fingerprint,
        )
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(6000):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    pytest.skip("the server did not start")
