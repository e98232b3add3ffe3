"""A request that is answered with a status and one line of text, which git and curl show to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Send

    from canopy.render.representation import Headers


class Refused(Exception):
    """Raised by whoever finds out; answered by the endpoint. The text never contains a credential."""

    def __init__(self, status: int, text: str, headers: Headers | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers: Headers = headers or []

    async def answer(self, send: Send) -> None:
        """Send the answer."""
        body = self.text.encode() + b"\n"
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            *self.headers,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
