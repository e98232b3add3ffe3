"""A reverse proxy as people have it: the site is below a path, which it takes away or leaves."""

from __future__ import annotations

import contextlib
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOP_BY_HOP = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}


class Below(ThreadingHTTPServer):
    """Has a site below a path, on a free port; `upstream` is the site's own port, set once it is known."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, prefix: str, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.prefix = prefix
        self.upstream = 0

    @property
    def url(self) -> str:
        """Where the site is."""
        return f"http://127.0.0.1:{self.server_address[1]}{self.prefix}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients close connections when they please."""

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Answer for the time of a test."""
        thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            self.server_close()
            thread.join(5)


class Proxy(Below):
    """Takes the path away or leaves it, and remembers what went through."""

    def __init__(self, prefix: str, *, strip: bool) -> None:
        super().__init__(prefix, _Handler)
        self.strip = strip
        self.answers: list[tuple[str, int, dict[str, str]]] = []
        """Path, status and header fields of all that went through."""


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        prefix = self.server.prefix
        if self.path != prefix and not self.path.startswith((prefix + "/", prefix + "?")):
            self.send_error(502, "not below the prefix: another site is there")
            return
        path = (self.path.removeprefix(prefix) or "/") if self.server.strip else self.path
        fields = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        fields |= {
            "X-Forwarded-For": "203.0.113.7",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "evil.test",
        }
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)
        with contextlib.closing(upstream):
            upstream.request(self.command, path, self._body(), fields)
            answer = upstream.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            self.server.answers.append((self.path, answer.status, told))
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            while piece := answer.read1(65536):
                self.wfile.write(piece)

    do_POST = do_GET  # noqa: N815 (the base class looks for these names)
    do_HEAD = do_GET  # noqa: N815

    def _body(self) -> bytes | None:
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            length = int(self.headers.get("content-length", 0))
            return self.rfile.read(length) if length else None
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
        pass


@contextlib.contextmanager
def proxied(prefix: str, *, strip: bool) -> Iterator[Proxy]:
    """Run a proxy for the time of a test."""
    proxy = Proxy(prefix, strip=strip)
    with proxy.running():
        yield proxy
