"""uvicorn's HTTP protocol with the deadlines and limits that it lacks.

uvicorn alone keeps a connection that never finishes its header, takes megabytes of header fields, and
passes on requests without a Host or with two (RFC 9112, 3.2 wants 400). All of that ends here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from canopy.render.protection import security_headers

if TYPE_CHECKING:
    import asyncio

HEADER_SECONDS = 10.0
"""From a connection's or request's first byte to the end of its header."""
STALLED_SECONDS = 30.0
"""For which a reader may accept nothing of an answer."""
HEADER_BYTES = 32 * 1024
HEADER_FIELDS = 100


class GuardedProtocol(HttpToolsProtocol):
    """One connection, with an end to everybody's patience."""

    # Outside the instance's dictionary, which would double in size: there may be ten thousand connections.
    __slots__ = ("_deadline", "_header_bytes", "_in_header", "_stalled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (uvicorn's own signature)
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._header_bytes = 0
        self._in_header = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._deadline = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        for timer in (self._deadline, self._stalled):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a header, and parse."""
        if self._in_header:
            self._header_bytes += len(data)
            if self._header_bytes > HEADER_BYTES + len(data):
                self.send_400_response("The header of the request is too long.")
                return
            if self._deadline is None:
                self._deadline = self.loop.call_later(HEADER_SECONDS, self._give_up)
        super().data_received(data)

    def on_url(self, url: bytes) -> None:
        """Refuse an address that is longer than any of ours."""
        super().on_url(url)
        if len(self.url) > HEADER_BYTES:
            raise ValueError("the address is too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Refuse too many fields; httptools turns the exception into 400."""
        super().on_header(name, value)
        if len(self.headers) > HEADER_FIELDS:
            raise ValueError("too many header fields")

    def on_headers_complete(self) -> None:
        """Refuse a request whose host is unclear, and stop the clock."""
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() != "1.0"):
            raise ValueError("exactly one Host field is needed")
        self._in_header, self._header_bytes = False, 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Expect the next header."""
        super().on_message_complete()
        self._in_header = True

    def on_response_complete(self) -> None:
        """Close a connection whose request still dribbles in after its answer."""
        unread = self.cycle is not None and self.cycle.more_body
        super().on_response_complete()
        if unread and not self.transport.is_closing():
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed, with the fields that every answer carries."""
        fields = [
            *self.server_state.default_headers,
            *security_headers(https=self.config.is_ssl),
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(msg)),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
        ]
        lines = [b"HTTP/1.1 400 Bad Request", *(name + b": " + value for name, value in fields)]
        self.transport.write(b"\r\n".join([*lines, b"", msg.encode("ascii")]))
        self.transport.close()

    def pause_writing(self) -> None:
        """Begin to lose patience with a reader who accepts nothing."""
        super().pause_writing()
        if self._stalled is None:
            self._expect_progress()

    def _expect_progress(self, unread_before: int | None = None) -> None:
        """Let go of a reader who took nothing since the last look; look again later at one who did."""
        unread = self.transport.get_write_buffer_size()
        if unread_before is not None and unread >= unread_before:
            self.transport.abort()
        else:
            self._stalled = self.loop.call_later(STALLED_SECONDS, self._expect_progress, unread)

    def resume_writing(self) -> None:
        """Be patient again."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    def _give_up(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()
