"""The sync worker, the heart of Canopy: fetch, build, publish, and tell who waits for it.

It owns when a synchronisation happens (at start, on a schedule, when somebody asks), what becomes of a
failure (the last good edition stays, the next try comes later), and the one assignment that publishes.
It must not know HTTP.

Everything blocking runs in one thread of its own, because a repository must not be shared between threads,
or in the render workers. Only this file and the web room have coroutines.
"""

from __future__ import annotations

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from canopy import pace
from canopy.content.site import build
from canopy.errors import CanopyError
from canopy.printing import Printer
from canopy.render.workers import RenderFailed
from canopy.review import Review, compare, mentions, news

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from canopy.content.values import Site, SiteOptions
    from canopy.git import Repository, Snapshot
    from canopy.origin import Origin
    from canopy.render.edition import Edition
    from canopy.render.jobs import Job
    from canopy.render.press import Press
    from canopy.render.representation import Representation
    from canopy.render.workers import Workers

log = structlog.get_logger("canopy.sync")

T = TypeVar("T")

_REVIEWED = 500
"""Pages that are rendered for a review; a push that changes more is an import, not a note."""
_REVIEW_SECONDS = 15.0
"""After which no further page is rendered for a review: somebody waits for it."""
_RENAMES = 600.0
"""Seconds that following renames may take; what was found by then is kept."""
_CLOSING = 1.0
"""Seconds that the end waits for what the thread is doing; all of it is safe from being cut off."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one synchronisation did."""

    before: str
    """The commit that was served; empty if there was none."""
    after: str
    changed: tuple[str, ...] = ()
    """Paths of pages that are new, differ or are gone."""
    problems: int = 0
    error: str = ""
    """Why it failed; empty if it did not. Never contains a credential."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known about the worker at one moment. Times are aware, UTC."""

    commit: str = ""
    published: datetime | None = None
    checked: datetime | None = None
    """The last time the remote was reached."""
    error: str = ""
    failures: int = 0
    """In a row."""
    retry: datetime | None = None
    """When it is tried again, while it fails."""
    syncs: int = 0
    durations: dict[str, float] = field(default_factory=dict)
    """Seconds of each step of the last synchronisation that published."""


@dataclass(frozen=True, slots=True)
class _Built:
    """A site with what it was built from, and the moment that it is true of."""

    snapshot: Snapshot
    site: Site
    now: datetime


class Sync:
    """Keeps `edition` what the repository says."""

    def __init__(
        self,
        origin: Origin,
        options: SiteOptions,
        press: Press,
        workers: Workers,
        *,
        interval: float,
        render_timeout: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Synchronise with `origin` about every `interval` seconds, by a clock that tells the time in UTC."""
        self.edition: Edition | None = None
        self.state = State()
        self._origin = origin
        self._options = options
        self._press = press
        self._workers = workers
        self._interval = interval
        self._printer = Printer(press, workers, render_timeout)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sync")
        self._wanted = asyncio.Event()
        self._waiting: list[asyncio.Future[Outcome]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._snapshot: Snapshot | None = None
        """What the edition was built from."""
        self._publishing = asyncio.Lock()
        self._clock = clock
        self._now = self._built = clock()
        self._shown = asyncio.Event()
        self._listeners: list[Callable[[Edition, Edition | None], None]] = []
        self._quiet = self._asked = 0.0
        self._sure = asyncio.Event()
        self._reviewed: _Built | None = None
        """The commit that was reviewed last: publishing it need not read and build it again."""
        self._news = ""
        """The commit whose dates became better known since it was published."""

    @property
    def branch(self) -> str:
        """The branch that is published; a remote's default is known once it was fetched."""
        return self._origin.branch

    def subscribe(self, listener: Callable[[Edition, Edition | None], None]) -> None:
        """Call `listener(new, old)` in the event loop after each publication."""
        self._listeners.append(listener)

    # -- asking ---------------------------------------------------------------------------------------

    def trigger(self, *, sure: bool = False) -> asyncio.Future[Outcome]:
        """Ask for a synchronisation that begins from now on; the future tells what came of it.

        However many ask while one runs, only one more follows. Whoever is `sure` that there is something
        new does not wait for others who were wrong.
        """
        if sure:
            self._sure.set()
        self._asked = time.monotonic()
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self._wanted.set()
        return future

    async def review(self, repository: Repository, commit: str) -> Review:
        """Build the site that a commit would make, without publishing it, and say what is new about it.

        `repository` is ours with the pushed objects on top. Raises `SyncError` if the commit cannot be read.
        """
        start, old = time.perf_counter(), self.edition
        before = old.site if old else None
        read = self._origin.read
        snapshot = await self._in_thread(lambda: read(repository, commit, self._snapshot))
        now = self._time()
        site = await self._in_thread(lambda: build(snapshot, self._options, before, now))
        self._reviewed = _Built(snapshot, site, now)
        changes, edition = compare(before, site), self._press.edition(site, _whole(now), self.branch)
        # Every text is searched: the event loop must not wait for that.
        linking = await asyncio.to_thread(mentions, site, before, changes.lost) if changes.lost else ()
        paths = list(dict.fromkeys([*changes.written, *linking]))
        await self.drive(self._press.inspect(edition))
        unread, known = len(paths), before.shown() if before else {}
        for path in paths[:_REVIEWED]:
            if time.perf_counter() - start > _REVIEW_SECONDS:
                break
            await self.drive(self._press.findings(edition, path))
            if old is not None and path in known:
                # What was wrong before is not this push's fault, even if nobody has seen the page since.
                await self.drive(self._press.findings(old, path))
            unread -= 1
        problems = news(old.problems if old else (), edition.problems)
        return Review(site, changes, problems, time.perf_counter() - start, unread)

    # -- the loop -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Serve what the disk has, then follow the origin until cancelled."""
        try:
            await self._restore()
            self._spawn(self._turn_pages())
            while True:
                self._wanted.clear()
                self._sure.clear()
                waiting, self._waiting = self._waiting, []
                outcome = await self._attempt()
                if waiting and outcome.after == outcome.before:
                    self._quiet = pace.quiet_until(time.monotonic())
                for future in waiting:
                    if not future.done():
                        future.set_result(outcome)
                await self._pause()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._printer.close()
            # A remote that stays silent may hold the thread for minutes: nobody waits for that at the end.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._in_thread(self._origin.close), _CLOSING)
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _restore(self) -> None:
        """Publish the last good commit that the disk keeps, without asking the remote."""
        try:
            commit = await self._in_thread(self._origin.last_good)
            if commit:
                await self._publish(commit, {})
        except CanopyError as exc:
            log.warning("the repository on disk cannot be served", reason=str(exc))
        except Exception:  # the loop's outer edge: whatever the disk holds, the fetch that follows is tried
            log.exception("the repository on disk cannot be served")

    async def _attempt(self) -> Outcome:
        before = self.state.commit
        self.state = replace(self.state, syncs=self.state.syncs + 1)
        try:
            outcome = await self._synchronise(before)
        except CanopyError as exc:
            return self._failed(before, str(exc) or type(exc).__name__)
        except Exception as exc:  # the loop's outer edge: a bug must not end the synchronising
            log.exception("synchronising failed")
            return self._failed(before, f"internal error: {type(exc).__name__}")
        if self.state.failures:
            log.info("the remote answers again", failures=self.state.failures)
        self.state = replace(self.state, checked=_whole(self._time()), error="", failures=0, retry=None)
        return outcome

    async def _synchronise(self, before: str) -> Outcome:
        start = time.perf_counter()
        fetched = await self._in_thread(self._origin.fetch)
        news, self._news = self._news, ""
        if fetched.commit == before != news:
            return Outcome(before, before)
        durations = {"fetch": time.perf_counter() - start}
        changed, problems = await self._publish(fetched.commit, durations, forced=fetched.forced)
        return Outcome(before, fetched.commit, changed, problems)

    async def _publish(
        self, commit: str, durations: dict[str, float], *, forced: bool = False
    ) -> tuple[tuple[str, ...], int]:
        """Read, build and swap; only then does the origin remember the commit as good."""
        async with self._publishing:
            old, now = self.edition, self._time()
            built = await self._in_thread(lambda: self._build(commit, old, durations, now))
            start = time.perf_counter()
            edition = await self._edition(built)
            await self._in_thread(lambda: self._origin.accept(commit))
            durations["publish"] = time.perf_counter() - start
            changed = self._swap(edition, built, durations, forced=forced)
        self._spawn(self._after(edition, commit))
        return changed, len(built.site.problems)

    async def _edition(self, built: _Built) -> Edition:
        """Return an edition that is fit to be shown."""
        edition = self._press.edition(built.site, _whole(built.now), self.branch)
        await self.drive(self._press.furnish(edition))
        return edition

    def _swap(
        self, edition: Edition, built: _Built, durations: dict[str, float], *, forced: bool = False
    ) -> tuple[str, ...]:
        """Show the edition from now on, and tell everybody; return what changed with it."""
        before, old, site = self.state.commit, self.edition, built.site
        self.edition, self._snapshot, self._built = edition, built.snapshot, built.now
        self.state = replace(
            self.state, commit=site.commit, published=edition.published, durations=dict(durations)
        )
        changed = compare(old.site if old else None, site).paths
        log.info(
            "published",
            old=before[:12],
            new=site.commit[:12],
            forced=forced,
            pages=len(site.pages),
            changed=len(changed),
            problems=len(site.problems),
            **{f"{step}_ms": round(seconds * 1000, 1) for step, seconds in durations.items()},
        )
        for listener in self._listeners:
            listener(edition, old)
        self._shown.set()
        return changed

    def _build(self, commit: str, old: Edition | None, durations: dict[str, float], now: datetime) -> _Built:
        start = read = time.perf_counter()
        built, self._reviewed = self._reviewed, None
        if built is None or old is None or built.site.commit != commit or old.site.commit == commit:
            snapshot = self._origin.snapshot(commit, self._snapshot)
            read = time.perf_counter()
            built = _Built(snapshot, build(snapshot, self._options, old.site if old else None, now), now)
        durations["read"] = read - start
        durations["build"] = time.perf_counter() - read
        return built

    # -- pages that come and go by themselves ---------------------------------------------------------

    async def _turn_pages(self) -> None:
        """Publish the same commit anew when a page's minute comes, whatever the remote does."""
        while True:
            self._shown.clear()
            change = self.edition.site.next_change if self.edition else None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._shown.wait(), pace.nap(change, self._time()))
                continue
            if pace.is_turn(change, self._built, self._time()):
                await asyncio.sleep(pace.BETWEEN_TURNS if await self._turn() else pace.AFTER_FAILURE)

    async def _turn(self) -> bool:
        """Publish the site as it is now; tell whether that succeeded."""
        try:
            async with self._publishing:
                old, snapshot, now = self.edition, self._snapshot, self._time()
                if old is None or snapshot is None:
                    return True
                start = time.perf_counter()
                # Not in the worker's own thread, where a remote may keep a fetch waiting.
                site = await asyncio.to_thread(build, snapshot, self._options, old.site, now)
                built = _Built(snapshot, site, now)
                edition = await self._edition(built)
                self._swap(edition, built, {"build": time.perf_counter() - start})
        except Exception:  # a worker's outer edge: what is shown stays, and it is tried again
            log.exception("pages whose time has come could not be published")
            return False
        self._spawn(self._after(edition))
        return True

    def _time(self) -> datetime:
        """Return what time it is; a clock that is corrected by a little does not make pages go again."""
        self._now = pace.believed(self._now, self._clock())
        return self._now

    # -- waiting --------------------------------------------------------------------------------------

    async def _pause(self) -> None:
        """Wait until somebody asks, the time comes, or a repository on this machine moves."""
        deadline = time.monotonic() + self._delay()
        while (left := deadline - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(
                    self._wanted.wait(), min(left, pace.GLANCE) if self._origin.local else left
                )
            except TimeoutError:
                if self._origin.local and await self._in_thread(self._origin.moved):
                    return
            else:
                await self._settle()
                return

    async def _settle(self) -> None:
        """Let a flood end before the next look, unless somebody is sure that it is worth it."""
        began = now = time.monotonic()
        until = self._quiet
        while not self._sure.is_set() and now < until:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._sure.wait(), until - now)
            now = time.monotonic()
            until = pace.flood_over(until, self._asked, len(self._waiting), began)

    def _delay(self) -> float:
        # Jitter keeps many servers of one forge from asking in step.
        spread = random.uniform(0.9, 1.1)  # noqa: S311 (nothing secret)
        if not self.state.failures:
            return self._interval * spread
        delay = pace.retry_delay(self.state.failures) * spread
        self.state = replace(self.state, retry=_whole(self._time() + timedelta(seconds=delay)))
        return delay

    def _failed(self, before: str, reason: str) -> Outcome:
        self.state = replace(self.state, error=reason, failures=self.state.failures + 1)
        log.warning("synchronising failed", reason=reason, failures=self.state.failures, serving=before[:12])
        return Outcome(before, before, error=reason)

    # -- after a publication --------------------------------------------------------------------------

    async def _after(self, edition: Edition, commit: str = "") -> None:
        """Do in the background what readers need not wait for; for a new `commit` its renames too."""
        try:
            if commit and await self._follow_renames(commit):
                return
            await self._printer.drive(self._press.inspect(edition), background=True)
            await self._printer.ahead(edition, lambda: self.edition is edition)
        except Exception:  # a worker's outer edge: what is done ahead may fail, pages still render on demand
            log.exception("work after publishing failed", commit=commit[:12])

    async def _follow_renames(self, commit: str) -> bool:
        """Let dates follow renames; tell whether that made another edition."""
        job = self._origin.renames(commit)
        if job is None:
            return False
        try:
            news = await asyncio.wrap_future(
                self._workers.submit(job[0], *job[1], timeout=_RENAMES, background=True)
            )
        except RenderFailed as exc:
            log.warning("renames could not be followed", reason=str(exc))
            return False
        if not news or self.state.commit != commit:
            return False
        # The loop publishes, nobody else: an edition must never be replaced by an older one.
        self._news = commit
        self._wanted.set()
        return True

    # -- rendering ------------------------------------------------------------------------------------

    async def render(self, edition: Edition, path: str) -> Representation:
        """Return what `path` looks like in `edition`, which has it; raise `RenderFailed` if nothing can."""
        return await self._printer.render(edition, path)

    async def drive(self, steps: Generator[Job, Any, T]) -> T:
        """Carry out in the workers what the press asks for, and return what it makes of it."""
        return await self._printer.drive(steps)

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    def _spawn(self, coroutine: Any) -> asyncio.Task[Any]:  # noqa: ANN401 (any coroutine)
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
