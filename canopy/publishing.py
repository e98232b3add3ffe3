"""From a commit to what readers see: read, build, and the one assignment that publishes.

It keeps the last edition with what it was built from, so that the next costs what changed. When that
happens, and what becomes of a failure, is the sync worker's. It must not know HTTP.

Everything of the origin runs in one thread of its own, because a repository must not be shared between
threads.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import structlog

from canopy import pace
from canopy.content.site import build
from canopy.render.differences import touched
from canopy.review import compare

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from canopy.content.parcels import Share
    from canopy.content.values import Site, SiteOptions
    from canopy.git import Repository, Snapshot
    from canopy.origin import Origin
    from canopy.printing import Printer
    from canopy.render.edition import Edition
    from canopy.render.press import Press

log = structlog.get_logger("canopy.publishing")

T = TypeVar("T")

_CLOSING = 1.0
"""Seconds that the end waits for what the thread is doing; all of it is safe from being cut off."""


@dataclass(frozen=True, slots=True)
class Built:
    """A site with what it was built from, and the moment that it is true of."""

    snapshot: Snapshot
    site: Site
    now: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """What one publication did."""

    edition: Edition
    changed: tuple[str, ...]
    """Paths of pages that are new, differ or are gone."""
    durations: dict[str, float]
    """Seconds of each step."""


class Publisher:
    """Keeps `edition` what was published last."""

    def __init__(
        self,
        origin: Origin,
        options: SiteOptions,
        press: Press,
        printer: Printer,
        clock: Callable[[], datetime],
        share: Share | None = None,
    ) -> None:
        """Publish commits of `origin`, by a clock that tells the time in UTC; `share` helps to build."""
        self.edition: Edition | None = None
        self.durations: dict[str, float] = {}
        """Seconds of each step of the last publication."""
        self._origin = origin
        self._options = options
        self._press = press
        self._printer = printer
        self._share = share
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sync")
        self._snapshot: Snapshot | None = None
        """What the edition was built from."""
        self._publishing = asyncio.Lock()
        self._clock = clock
        self._now = self._built = clock()
        self._listeners: list[Callable[[Edition, Edition | None], None]] = []
        self._reviewed: Built | None = None
        """The commit that was reviewed last: publishing it need not read and build it again."""

    @property
    def site(self) -> Site | None:
        """The site that is shown."""
        return self.edition.site if self.edition else None

    def subscribe(self, listener: Callable[[Edition, Edition | None], None]) -> None:
        """Call `listener(new, old)` in the event loop after each publication."""
        self._listeners.append(listener)

    async def publish(self, commit: str, durations: dict[str, float], *, forced: bool = False) -> Published:
        """Read, build and swap; only then does the origin remember the commit as good."""
        async with self._publishing:
            old, now = self.edition, self.time()
            built = await self.in_thread(lambda: self._build(commit, old, durations, now))
            start = time.perf_counter()
            edition = await self._furnished(built)
            await self.in_thread(lambda: self._origin.accept(commit))
            differing = await self._compared(edition)
            durations["publish"] = time.perf_counter() - start
            return self._swap(edition, differing, built, durations, forced=forced)

    async def turn(self) -> Edition | None:
        """Publish the same commit as it is now, for pages come and go by themselves; None without any."""
        async with self._publishing:
            old, snapshot, now = self.edition, self._snapshot, self.time()
            if old is None or snapshot is None:
                return None
            start = time.perf_counter()
            # Not in the origin's own thread, where a remote may keep a fetch waiting.
            site = await asyncio.to_thread(build, snapshot, self._options, old.site, now)
            built = Built(snapshot, site, now)
            edition = await self._furnished(built)
            differing = await self._compared(edition)
            return self._swap(edition, differing, built, {"build": time.perf_counter() - start}).edition

    def is_turn(self) -> bool:
        """Tell whether a page of the edition should have come or gone by now."""
        site = self.site
        return pace.is_turn(site.next_change if site else None, self._built, self.time())

    async def propose(self, repository: Repository, commit: str) -> Edition:
        """Return the edition that a commit would make, without publishing it.

        `repository` is ours with the objects of the commit on top. Raises `SyncError` if it cannot be read.
        """
        before, read = self.site, self._origin.read
        snapshot = await self.in_thread(lambda: read(repository, commit, self._snapshot))
        now = self.time()
        site = await self.in_thread(lambda: build(snapshot, self._options, before, now, self._share))
        self._reviewed = Built(snapshot, site, now)
        return self._edition(self._reviewed)

    def _edition(self, built: Built) -> Edition:
        return self._press.edition(built.site, whole(built.now), self._origin.branch)

    async def _furnished(self, built: Built) -> Edition:
        """Return an edition that is fit to be shown."""
        edition = self._edition(built)
        await self._printer.drive(self._press.furnish(edition))
        return edition

    async def _compared(self, edition: Edition) -> frozenset[str] | None:
        """Return the paths at which an edition may look other than what is shown now; None means all."""
        old = self.edition
        if old is None:
            return None
        ready = frozenset(old.ready)
        # Among very many pages that takes as long as some answers may wait.
        found = await asyncio.to_thread(touched, old, edition)
        # What was printed meanwhile was not looked at.
        return None if found is None else found | (old.ready.keys() - ready)

    def _build(self, commit: str, old: Edition | None, durations: dict[str, float], now: datetime) -> Built:
        start = read = time.perf_counter()
        built, self._reviewed = self._reviewed, None
        if built is None or old is None or built.site.commit != commit or old.site.commit == commit:
            snapshot = self._origin.snapshot(commit, self._snapshot)
            read = time.perf_counter()
            site = build(snapshot, self._options, old.site if old else None, now, self._share)
            built = Built(snapshot, site, now)
        durations["read"] = read - start
        durations["build"] = time.perf_counter() - read
        return built

    def _swap(
        self,
        edition: Edition,
        differing: frozenset[str] | None,
        built: Built,
        durations: dict[str, float],
        *,
        forced: bool = False,
    ) -> Published:
        """Show the edition from now on, and tell everybody; return what changed with it."""
        old, site = self.edition, built.site
        if old is not None:
            edition.succeed(old, differing)
        self.edition, self._snapshot, self._built = edition, built.snapshot, built.now
        self.durations = dict(durations)
        changed = compare(old.site if old else None, site).paths
        log.info(
            "published",
            old=old.site.commit[:12] if old else "",
            new=site.commit[:12],
            forced=forced,
            pages=len(site.pages),
            changed=len(changed),
            problems=len(site.problems),
            **{f"{step}_ms": round(seconds * 1000, 1) for step, seconds in durations.items()},
        )
        for listener in self._listeners:
            listener(edition, old)
        return Published(edition, changed, self.durations)

    def time(self) -> datetime:
        """Return what time it is; a clock that is corrected by a little does not make pages go again."""
        self._now = pace.believed(self._now, self._clock())
        return self._now

    async def in_thread(self, function: Callable[[], T]) -> T:
        """Call a function in the origin's own thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    async def close(self) -> None:
        """Let the origin go."""
        # A remote that stays silent may hold the thread for minutes: nobody waits for that at the end.
        with suppress(TimeoutError):
            await asyncio.wait_for(self.in_thread(self._origin.close), _CLOSING)
        self._thread.shutdown(wait=False, cancel_futures=True)


def whole(moment: datetime) -> datetime:
    """Return a moment without the parts of its second."""
    return moment.replace(microsecond=0)
