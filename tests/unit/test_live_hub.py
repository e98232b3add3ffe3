"""The hub of readers' streams: who is admitted, what they are sent, and who is not waited for."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from canopy.web import live
from canopy.web.live import Hub
from canopy.web.refusal import Refused

EDITION: Any = SimpleNamespace(site=SimpleNamespace(commit="0123456789abcdef0123456789abcdef01234567"))


@dataclass
class Reader:
    """A browser at the other end of an ASGI connection; while it is `stuck`, sending to it waits."""

    address: str = "192.0.2.1"
    messages: list[Any] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    first: int = 0
    """Messages that it takes even when it is stuck."""
    task: Any = None

    def __post_init__(self) -> None:
        self.free.set()

    async def receive(self) -> Any:
        """Wait until the browser goes."""
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """Take a message, sooner or later."""
        if len(self.messages) >= self.first:
            await self.free.wait()
        self.messages.append(message)

    def join(self, hub: Hub) -> Reader:
        """Connect."""
        scope: Any = {"type": "http", "client": (self.address, 1)}
        self.task = asyncio.get_running_loop().create_task(hub(scope, self.receive, self.send))
        return self

    @property
    def text(self) -> str:
        """All that came."""
        return b"".join(message.get("body", b"") for message in self.messages).decode()

    @property
    def events(self) -> list[dict[str, str]]:
        """What a browser would make of it."""
        blocks = [block for block in self.text.split("\n\n") if block.startswith("event: edition")]
        return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]

    @property
    def ended(self) -> bool:
        """Whether the response came to its end in order."""
        return bool(self.messages) and self.messages[-1].get("more_body") is not True and self.task.done()


async def turns(number: int = 20) -> None:
    """Let everything else have its turn."""
    for _ in range(number):
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def running(most: int = 100, most_per_address: int = 100) -> Any:
    hub = Hub(most=most, most_per_address=most_per_address)
    task = asyncio.create_task(hub.run())
    try:
        yield hub
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        hub.close()
        await turns()


def data(event: dict[str, str]) -> Any:
    return json.loads(event["data"])


def test_a_reader_is_sent_what_is_new() -> None:
    """The response is a stream that nothing may keep or collect; an event has id, age and paths."""

    async def scenario() -> None:
        async with running() as hub:
            reader = Reader().join(hub)
            await turns()
            start = reader.messages[0]
            headers = dict(start["headers"])
            assert start["status"] == 200
            assert headers[b"content-type"] == b"text/event-stream; charset=utf-8"
            assert headers[b"x-accel-buffering"] == b"no"
            assert b"no-transform" in headers[b"cache-control"]
            assert reader.events == []
            hub.publish(EDITION, ("/a", "/ä b"))
            await turns()
            (event,) = reader.events
            assert event["id"].startswith("0123456789abcdef-")
            assert data(event)["paths"] == ["/a", "/ä b"]
            assert 0 <= data(event)["age"] < 1
            assert data(event)["spread"] == 0

    asyncio.run(scenario())


def test_who_comes_later_is_told_the_current_edition() -> None:
    """The same id, so that a reader who comes back knows it; any page may be meant; the age has grown."""

    async def scenario() -> None:
        async with running() as hub:
            first = Reader().join(hub)
            await turns()
            hub.publish(EDITION, ["/a"])
            await turns()
            await asyncio.sleep(0.02)
            later = Reader().join(hub)
            await turns()
            assert later.events[0]["id"] == first.events[0]["id"]
            assert data(later.events[0])["paths"] is None
            assert data(later.events[0])["age"] >= 0.02

    asyncio.run(scenario())


def test_two_editions_of_one_commit_have_two_ids() -> None:
    """Dates may become better known without a commit, and then pages differ."""

    async def scenario() -> None:
        async with running() as hub:
            reader = Reader().join(hub)
            await turns()
            hub.publish(EDITION, None)
            hub.publish(EDITION, None)
            await turns()
            assert len({event["id"] for event in reader.events}) == 2

    asyncio.run(scenario())


def test_an_event_is_encoded_once() -> None:
    """However many readers there are, all are sent the same object."""

    async def scenario() -> None:
        async with running() as hub:
            readers = [Reader().join(hub) for _ in range(50)]
            await turns()
            hub.publish(EDITION, None)
            await turns(60)
            assert len({id(reader.messages[-1]) for reader in readers}) == 1
            assert all(len(reader.events) == 1 for reader in readers)

    asyncio.run(scenario())


def test_a_slow_reader_is_dropped_and_the_others_are_served() -> None:
    """Nobody waits for who doesn't read; once it does, its stream ends, and its browser comes back."""

    async def scenario() -> None:
        async with running() as hub:
            readers = [Reader().join(hub) for _ in range(3)]
            await turns()
            slow, others = readers[0], readers[1:]
            slow.free.clear()
            hub.publish(EDITION, None)
            await turns()
            assert [len(reader.events) for reader in others] == [1, 1]
            assert (hub.readers, hub.dropped) == (2, 1)
            assert not slow.task.done()
            slow.free.set()
            await turns()
            assert slow.ended
            assert slow.events == []

    asyncio.run(scenario())


def test_a_silent_hub_still_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies and pages can tell that the connection lives."""
    monkeypatch.setattr(live, "HEARTBEAT", 0.01)

    async def scenario() -> None:
        async with running() as hub:
            reader = Reader().join(hub)
            await asyncio.sleep(0.1)
            assert "event: beat\ndata\n\n" in reader.text

    asyncio.run(scenario())


def test_too_many_are_told_to_come_again() -> None:
    """503 when the house is full, 429 when one address has had its share; a place that is left is free."""

    async def scenario() -> None:
        async with running(most=3, most_per_address=2) as hub:
            mine = [Reader().join(hub) for _ in range(2)]
            await turns()
            with pytest.raises(Refused) as refused:
                await Reader().join(hub).task
            assert refused.value.status == 429
            assert (b"retry-after", b"30") in refused.value.headers
            Reader("192.0.2.2").join(hub)
            await turns()
            with pytest.raises(Refused) as refused:
                await Reader("192.0.2.3").join(hub).task
            assert refused.value.status == 503
            mine[0].gone.set()
            await turns()
            assert hub.readers == 2
            again = Reader().join(hub)
            await turns()
            assert not again.task.done()

    asyncio.run(scenario())


def test_closing_ends_all_streams_at_once() -> None:
    """Also those of slow readers; and nobody is admitted any more."""

    async def scenario() -> None:
        async with running() as hub:
            readers = [Reader().join(hub) for _ in range(3)]
            await turns()
            readers[0].free.clear()
            hub.publish(EDITION, None)
            await turns()
            hub.close()
            await turns()
            assert all(reader.task.done() for reader in readers)
            assert [reader.ended for reader in readers[1:]] == [True, True]
            assert hub.readers == 0
            with pytest.raises(Refused):
                await Reader().join(hub).task

    asyncio.run(scenario())


def test_many_readers_are_told_to_spread() -> None:
    """Ten thousand tabs must not ask for the same page in the same moment."""

    async def scenario() -> None:
        async with running(most=2000, most_per_address=2000) as hub:
            readers = [Reader().join(hub) for _ in range(1000)]
            await turns()
            hub.publish(EDITION, None)
            await turns(60)
            assert data(readers[-1].events[0])["spread"] == 500

    asyncio.run(scenario())


def test_an_edition_that_comes_while_a_reader_joins_is_not_missed() -> None:
    """Between its first bytes and its place among the readers, something may be published."""

    async def scenario() -> None:
        async with running() as hub:
            hub.publish(EDITION, None)
            reader = Reader(first=1)
            reader.free.clear()
            reader.join(hub)
            await turns()
            hub.publish(EDITION, None)
            await turns()
            assert reader.events == []
            reader.free.set()
            await turns()
            assert len({event["id"] for event in reader.events}) == 2

    asyncio.run(scenario())
