"""The sync worker at a clock that we set: when it turns the pages of one commit."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from canopy import pace
from canopy.content.values import SiteOptions
from canopy.git import Repository
from canopy.origin import Notepad
from canopy.render.press import Press
from canopy.render.workers import Workers
from canopy.sync import Sync

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from canopy.render.edition import Edition

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clock:
    """A clock that stands still unless it is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


class Desk:
    """A sync worker, its clock, and the editions that it published."""

    def __init__(self, sync: Sync, clock: Clock) -> None:
        self.sync = sync
        self.clock = clock
        self.editions: list[Edition] = []
        self._published = asyncio.Event()
        sync.subscribe(self._note)

    def _note(self, new: Edition, _: Edition | None) -> None:
        self.editions.append(new)
        self._published.set()

    async def until(self, count: int) -> Edition:
        """Wait until so many editions were published, and long enough for one more; return the last."""
        async with asyncio.timeout(60):
            while len(self.editions) < count:
                self._published.clear()
                await self._published.wait()
        await asyncio.sleep(0.3)
        assert len(self.editions) == count
        return self.editions[-1]


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Give one rendering process."""
    made = Workers(1)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_LOOK_UP", 0.05)
    monkeypatch.setattr(pace, "BETWEEN_TURNS", 0.05)


@asynccontextmanager
async def desk(path: Path, workers: Workers, files: dict[str, bytes]) -> AsyncIterator[Desk]:
    """Follow a repository with these files at noon."""
    repository = Repository.create(path / "notes.git", "main")
    repository.commit("main", files, "Write", "author", "author@example.org", NOON - 100 * HOUR)
    clock = Clock(NOON)
    sync = Sync(
        Notepad(repository, "main", history="none"),
        SiteOptions(identity="x"),
        Press(memory=1 << 24),
        workers,
        interval=3600,
        render_timeout=60,
        clock=clock,
    )
    made = Desk(sync, clock)
    task = asyncio.create_task(sync.run())
    try:
        await made.until(1)
        yield made
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def dated(moment: datetime, more: str = "") -> bytes:
    """Return a page of that moment."""
    return f"---\ndate: {moment.isoformat()}\n{more}---\nText\n".encode()


def test_all_pages_of_a_minute_come_with_one_edition(tmp_path: Path, workers: Workers) -> None:
    """Not one edition a page, none before its time, and the same commit."""
    files = {f"{n}.md": dated(NOON + HOUR) for n in range(30)} | {"far.md": dated(NOON + 90_000 * HOUR)}

    async def scenario() -> None:
        async with desk(tmp_path, workers, files | {"a.md": b"# A"}) as made:
            assert set(made.editions[0].site.pages) == {"/a"}
            made.clock.now = NOON + HOUR - timedelta(milliseconds=1)
            await made.until(1)
            made.clock.now = NOON + HOUR
            edition = await made.until(2)
            assert len(edition.site.pages) == 31
            assert edition.site.commit == made.editions[0].site.commit
            assert edition.published == made.sync.state.published == NOON + HOUR

    asyncio.run(scenario())


def test_a_clock_that_jumps_is_believed(tmp_path: Path, workers: Workers) -> None:
    """After a sleep of years all is made up for at once; what came too early goes again."""
    files = {"a.md": dated(NOON + HOUR), "b.md": dated(NOON + 2 * HOUR, "expires: 2027-01-01\n")}

    async def scenario() -> None:
        async with desk(tmp_path, workers, files) as made:
            made.clock.now = NOON + 3 * HOUR
            assert set((await made.until(2)).site.pages) == {"/a", "/b"}
            made.clock.now = NOON + 90_000 * HOUR
            assert set((await made.until(3)).site.pages) == {"/a"}
            made.clock.now = NOON + 90 * 60 * timedelta(seconds=1)
            assert set((await made.until(4)).site.pages) == {"/a"}
            assert made.sync.state.published == made.clock.now

    asyncio.run(scenario())


def test_a_clock_that_is_corrected_changes_nothing(tmp_path: Path, workers: Workers) -> None:
    """A second back, as by NTP, does not take a page away that has just appeared."""

    async def scenario() -> None:
        async with desk(tmp_path, workers, {"a.md": dated(NOON + HOUR)}) as made:
            made.clock.now = NOON + HOUR
            await made.until(2)
            made.clock.now -= timedelta(seconds=1)
            await made.sync.trigger()
            assert set((await made.until(2)).site.pages) == {"/a"}

    asyncio.run(scenario())
