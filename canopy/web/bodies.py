"""Reading a request's body within limits: its bytes, what they inflate to, and how long it may be silent."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

from canopy.web.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope

_IN_MEMORY = 1024 * 1024
_PIECE = 256 * 1024
_DRAINED, _PAUSE = 64 * 1024 * 1024, 2.0
"""Bytes, and seconds of silence, that are borne with after a body was too large."""
SILENCE = 60.0
"""Seconds without a byte before a body is given up."""


async def pieces(receive: Receive, most_bytes: int) -> AsyncIterator[bytes]:
    """Yield a body as it comes. Raises `Refused` (413, 408, 400)."""
    read = 0
    while True:
        try:
            async with asyncio.timeout(SILENCE):
                message = await receive()
        except TimeoutError as exc:
            raise Refused(408, "The request stopped in the middle.", [(b"connection", b"close")]) from exc
        if message["type"] == "http.disconnect":
            raise Refused(400, "The request broke off.")
        piece = message.get("body", b"")
        read += len(piece)
        if read > most_bytes:
            await _drain(receive)
            raise Refused(
                413, f"The request has more than {most_bytes:,} bytes.", [(b"connection", b"close")]
            )
        if piece:
            yield piece
        if not message.get("more_body", False):
            return


def refuse_early(scope: Scope, most_bytes: int) -> None:
    """Raise `Refused` when a client that asks before it sends (RFC 9110, 10.1.1) would send too much."""
    fields = dict(scope["headers"])
    length = fields.get(b"content-length", b"")
    if b"expect" in fields and length.isdigit() and int(length) > most_bytes:
        raise Refused(413, f"The request has more than {most_bytes:,} bytes.", [(b"connection", b"close")])


async def _drain(receive: Receive) -> None:
    """Let a client finish, within reason: many read the answer only then, and a reset would destroy it."""
    left = _DRAINED
    with contextlib.suppress(TimeoutError):
        while left > 0:
            async with asyncio.timeout(_PAUSE):
                message = await receive()
            left -= len(message.get("body", b""))
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                return


async def spool(receive: Receive, most_bytes: int, *, gzipped: bool) -> BinaryIO:
    """Return a body as a file, inflated if it is `gzipped`; both sizes are limited. The caller closes it."""
    file = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 (handed to the caller)
    try:
        inflate = zlib.decompressobj(wbits=31) if gzipped else None
        async for piece in pieces(receive, most_bytes):
            if inflate is None:
                await _write(file, piece)
                continue
            while piece:
                await _write(file, _inflated(inflate, piece))
                piece = inflate.unconsumed_tail
                if file.tell() > most_bytes:
                    raise Refused(413, f"The request inflates to more than {most_bytes:,} bytes.")
        if inflate is not None and not inflate.eof:
            raise Refused(400, "The request's gzip stream is cut short.")
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _inflated(inflate: zlib._Decompress, piece: bytes) -> bytes:
    try:
        return inflate.decompress(piece, _PIECE)
    except zlib.error as exc:
        raise Refused(400, "The request's gzip stream is damaged.") from exc


async def _write(file: BinaryIO, piece: bytes) -> None:
    # Beyond what stays in memory it goes to the disk, which the event loop must not wait for.
    if file.tell() + len(piece) > _IN_MEMORY:
        await asyncio.to_thread(file.write, piece)
    else:
        file.write(piece)
