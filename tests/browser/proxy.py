"""A reverse proxy of a few lines: it serves a site below a path, and can hold back the stream of events."""

from __future__ import annotations

import contextlib
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Proxy(ThreadingHTTPServer):
    """Listens on a free port; `upstream` is set once it is known."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, prefix: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.prefix = prefix
        self.upstream = 0
        self.events = threading.Event()
        self.events.set()

    @property
    def url(self) -> str:
        """Where the site is."""
        return f"http://127.0.0.1:{self.server_address[1]}{self.prefix}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: browsers close connections when they please."""


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        if not self.path.startswith(self.server.prefix + "/"):
            self.send_error(404, "not below the prefix")
            return
        path = self.path.removeprefix(self.server.prefix)
        if path.startswith("/-/events"):
            self.server.events.wait(30)
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=30)
        with contextlib.closing(upstream):
            kept = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            upstream.request("GET", path, headers=kept)
            answer = upstream.getresponse()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            while piece := answer.read1(65536):
                self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
        pass


@contextlib.contextmanager
def proxied(prefix: str = "") -> Iterator[Proxy]:
    """Run a proxy for the time of a test."""
    proxy = Proxy(prefix)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.events.set()
        proxy.shutdown()
        proxy.server_close()
        thread.join(5)
