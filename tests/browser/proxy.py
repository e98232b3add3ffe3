"""A reverse proxy of a few lines: it serves a site below a path, and can hold back the stream of events."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from proxy import Below

if TYPE_CHECKING:
    from collections.abc import Iterator


class Proxy(Below):
    """Takes the path away, and can keep readers waiting."""

    def __init__(self, prefix: str) -> None:
        super().__init__(prefix, _Handler)
        self.events = threading.Event()
        self.events.set()
        self.refusals = 0
        """Requests for the stream that are still to be answered with 503."""
        self.cache: dict[str, tuple[float, int, bytes]] = {}

    @contextlib.contextmanager
    def cached(self, path: str, seconds: int) -> Iterator[None]:
        """Answer for `path` as a CDN with a copy of what it is now, which expires after so many seconds."""
        upstream = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=60)
        with contextlib.closing(upstream):
            upstream.request("GET", path)
            # It is a second old already, as copies are.
            self.cache[path] = (time.monotonic() - 1, seconds, upstream.getresponse().read())
        try:
            yield
        finally:
            del self.cache[path]


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    # Of an answer in HTTP/1.0, Chromium ignores the entity tag.
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if not self.path.startswith(self.server.prefix + "/"):
            self.send_error(404, "not below the prefix")
            return
        path = self.path.removeprefix(self.server.prefix)
        since, seconds, copy = self.server.cache.get(path, (0.0, 0, b""))
        if (age := time.monotonic() - since) < seconds:
            self.send_response_only(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(copy)))
            self.send_header("Cache-Control", f"public, max-age=0, s-maxage={seconds}, must-revalidate")
            self.send_header("Age", str(round(age)))
            self.end_headers()
            self.wfile.write(copy)
            return
        if path.startswith("/-/events"):
            self.server.events.wait(60)
            if self.server.refusals:
                self.server.refusals -= 1
                self.send_error(503, "too many readers")
                return
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)
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
    with proxy.running():
        try:
            yield proxy
        finally:
            proxy.events.set()
