"""Reading a request's body within its limits."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING, Any

import pytest

from canopy.web import bodies
from canopy.web.bodies import pieces, refuse_early, spool
from canopy.web.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MB = 1024 * 1024


def arriving(*parts: bytes, end: str = "http.request") -> Callable[[], Awaitable[dict[str, Any]]]:
    """Make an ASGI `receive` that yields the parts, and then ends or breaks off."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": end})

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop(0)
        await asyncio.sleep(3600)
        raise AssertionError

    return receive


def spooled(*parts: bytes, most: int = 100, gzipped: bool = False, **how: str) -> bytes:
    """Spool a body and return what is in the file."""

    async def run() -> bytes:
        with await spool(arriving(*parts, **how), most, gzipped=gzipped) as file:
            return file.read()

    return asyncio.run(run())


def refusal(*parts: bytes, **how: Any) -> int:
    """Return the status with which a body is refused."""
    with pytest.raises(Refused) as caught:
        spooled(*parts, **how)
    return caught.value.status


def test_a_body_is_put_together():
    """Pieces of any size become one file, read from its beginning."""
    assert spooled() == b""
    assert spooled(b"ab", b"", b"c" * 98) == b"ab" + b"c" * 98
    large = [bytes([number]) * MB for number in range(3)]
    assert spooled(*large, most=3 * MB) == b"".join(large)


def test_one_byte_too_many():
    """The limit is exact, and the rest is borne with so that the client hears of it."""
    assert refusal(b"x" * 60, b"x" * 41) == 413
    assert refusal(b"x" * 60, b"x" * 41, b"x" * MB) == 413


def test_a_client_that_goes_on_for_ever_is_not_borne_with(monkeypatch: pytest.MonkeyPatch):
    """After a while of sending too much, or of silence, the refusal comes anyway."""
    monkeypatch.setattr(bodies, "_DRAINED", 1000)
    monkeypatch.setattr(bodies, "_PAUSE", 0.01)
    assert refusal(*[b"x" * 101] * 100) == 413

    async def silent() -> None:
        parts = iter([{"type": "http.request", "body": b"x" * 101, "more_body": True}])

        async def receive() -> dict[str, Any]:
            for part in parts:
                return part
            await asyncio.sleep(3600)
            raise AssertionError

        await spool(receive, 100, gzipped=False)

    with pytest.raises(Refused, match="more than"):
        asyncio.run(silent())


def test_a_client_that_breaks_off_or_falls_silent(monkeypatch: pytest.MonkeyPatch):
    """Half a body is no body."""
    assert refusal(b"abc", end="http.disconnect") == 400
    monkeypatch.setattr(bodies, "SILENCE", 0.01)

    async def run() -> None:
        async def receive() -> dict[str, Any]:
            await asyncio.sleep(3600)
            raise AssertionError

        async for _ in pieces(receive, 100):
            pass

    with pytest.raises(Refused) as caught:
        asyncio.run(run())
    assert caught.value.status == 408


def test_gzip():
    """What git compressed is inflated, in whatever pieces it comes."""
    packed = gzip.compress(b"some text " * 8)
    assert spooled(packed, gzipped=True) == b"some text " * 8
    assert spooled(*(packed[at : at + 1] for at in range(len(packed))), gzipped=True) == b"some text " * 8


def test_a_bomb_of_gzip():
    """The limit holds for what a body inflates to: a thousandth of it may come over the wire."""
    assert refusal(gzip.compress(b"\0" * 10 * MB), most=MB, gzipped=True) == 413


@pytest.mark.parametrize("body", [b"", b"\x1f\x8b", b"plain text", gzip.compress(b"x" * 50, mtime=0)[:-6]])
def test_damaged_gzip(body: bytes):
    """A stream that is none, or is cut short, is the client's mistake."""
    assert refusal(body, gzipped=True) == 400


def test_who_asks_before_sending_is_told_at_once():
    """RFC 9110, 10.1.1: with `Expect: 100-continue`, a body too large need never be sent."""
    declared = [(b"content-length", b"101")]
    refuse_early({"headers": declared}, 100)
    refuse_early({"headers": [(b"content-length", b"100"), (b"expect", b"100-continue")]}, 100)
    refuse_early({"headers": [(b"expect", b"100-continue")]}, 100)
    with pytest.raises(Refused):
        refuse_early({"headers": [*declared, (b"expect", b"100-continue")]}, 100)
