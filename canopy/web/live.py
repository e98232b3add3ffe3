"""The hub that tells readers' tabs of new editions, by server-sent events at `/-/events`.

An event is encoded once and written to every reader without waiting for any: a reader whose connection
does not take it at once, because what was sent before is still unread, is dropped, and its browser comes
back by itself. A reader costs one coroutine that waits for its end, and nothing else.
Source: HTML Living Standard, 9.2 (Server-sent events).
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from typing import TYPE_CHECKING

import structlog

from canopy.web.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import Message, Receive, Scope, Send

    from canopy.render.edition import Edition
    from canopy.render.representation import Headers

log = structlog.get_logger("canopy.live")

HEARTBEAT = 20.0
"""Seconds between two signs of life: less than any proxy's patience."""
RETRY_MS = 2000
"""What browsers wait before they come back, about: after a restart they must not come all at once."""
_BEAT = b"event: beat\ndata\n\n"
"""An event, not a comment: so that a page can tell a silent connection from one that is dead."""
_AT_ONCE = 250
"""Readers written to before others get their turn."""
_A_SECOND = 2000
"""Tabs that may ask for their changed page within a second; with more readers they are told to spread."""
_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    # For nginx, and for whatever else compresses or keeps what passes through.
    (b"x-accel-buffering", b"no"),
    (b"cache-control", b"no-store, no-transform"),
]


class Hub:
    """All readers of one process."""

    def __init__(self, *, most: int, most_per_address: int) -> None:
        """Admit `most` readers, of them `most_per_address` from one address."""
        self.headers = list(_HEADERS)
        """Of every stream."""
        self._most = most
        self._most_per_address = most_per_address
        self._readers: dict[asyncio.Task[None], Send] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._addresses: Counter[str] = Counter()
        self._id = ""
        self._published = 0.0
        self._news: asyncio.Queue[bytes] = asyncio.Queue()
        self._closed = False
        self.dropped = 0
        """Readers that were too slow."""

    @property
    def readers(self) -> int:
        """How many tabs are connected."""
        return len(self._readers)

    def publish(self, edition: Edition, paths: Iterable[str] | None) -> None:
        """Tell all readers that an edition replaced the one before.

        `paths` are the addresses at which something else may be shown now; None means anywhere.
        """
        self._id = f"{edition.site.commit[:16]}-{time.time_ns():x}"
        self._published = time.monotonic()
        self._news.put_nowait(self._event(None if paths is None else list(paths)))

    async def run(self) -> None:
        """Deliver events and heartbeats until cancelled."""
        while True:
            try:
                event = await asyncio.wait_for(self._news.get(), HEARTBEAT)
            except TimeoutError:
                event = _BEAT
            await self._broadcast(event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one reader until it goes."""
        address = scope["client"][0] if scope.get("client") else ""
        self._admit(address)
        task = asyncio.current_task()
        if task is None:
            return
        self._addresses[address] += 1
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.headers})
            told = self._id
            retry = b"retry: %d\n\n" % random.randint(RETRY_MS // 2, RETRY_MS * 3 // 2)  # noqa: S311 (no secret)
            await send(_piece(retry + (self._event(None) if told else b"")))
            # Nobody needs the request any more, and there may be ten thousand of them for days.
            scope.get("headers", []).clear()
            self._readers[task] = send
            if self._id != told:
                await send(_piece(self._event(None)))
            while not self._closed and (await receive())["type"] != "http.disconnect":
                pass
            if self._closed:
                await send(_END)
        except asyncio.CancelledError:
            # We end this one ourselves: in order, so that its browser comes back.
            if self._closed:
                _sent_at_once(send, _END)
            else:
                await self._end(task, send)
        finally:
            self._readers.pop(task, None)
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    def _admit(self, address: str) -> None:
        if self._closed or len(self._readers) >= self._most:
            raise Refused(503, "Too many readers follow live; this one is not.", [(b"retry-after", b"30")])
        if self._addresses[address] >= self._most_per_address:
            raise Refused(429, "Too many readers from one address.", [(b"retry-after", b"30")])

    def close(self) -> None:
        """End all streams at once, so that a deploy takes seconds."""
        self._closed = True
        for task in [*self._readers, *self._ending]:
            task.cancel()

    async def _end(self, task: asyncio.Task[None], send: Send) -> None:
        """End the stream of a slow reader, once it has read what it was sent; the guard limits that time."""
        self._ending.add(task)
        try:
            await send(_END)
        except asyncio.CancelledError:
            # `close`: nobody waits any longer.
            return
        finally:
            self._ending.discard(task)

    def _event(self, paths: list[str] | None) -> bytes:
        """Encode the current edition. `age` tells a page that was loaded later that it knows it already."""
        content = {
            "age": round(time.monotonic() - self._published, 3),
            "spread": round(1000 * len(self._readers) / _A_SECOND)
            if len(self._readers) > _A_SECOND / 4
            else 0,
            "paths": paths,
        }
        text = json.dumps(content, separators=(",", ":"))
        return f"event: edition\nid: {self._id}\ndata: {text}\n\n".encode()

    async def _broadcast(self, event: bytes) -> None:
        message = _piece(event)
        for number, (task, send) in enumerate(list(self._readers.items()), 1):
            if task in self._readers and not _sent_at_once(send, message):
                self.dropped += 1
                del self._readers[task]
                task.cancel()
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)


_END: Message = {"type": "http.response.body", "body": b""}


def _piece(content: bytes) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": True}


def _sent_at_once(send: Send, message: Message) -> bool:
    """Send without waiting; tell whether the connection took it.

    `send` only waits when the connection's buffer is above its limit. Its coroutine is therefore taken one
    step: either that was all of it, or this reader is too slow.
    """
    sending = send(message).__await__()
    try:
        next(sending)
    except StopIteration:
        return True
    sending.close()
    return False
