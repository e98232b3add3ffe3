"""The sync worker, the heart of Canopy: fetch, build, publish, and tell who waits for it.

It owns when a synchronisation happens (at start, on a schedule, when somebody asks), what becomes of a
failure (the last good edition stays, the next try comes later), and the one assignment that publishes.
It must not know HTTP.

Everything blocking runs in one thread of its own, because a repository must not be shared between threads,
or in the render workers. Only this file and the web room have coroutines.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from canopy.content.site import build
from canopy.errors import CanopyError
from canopy.render.workers import RenderFailed
from canopy.review import Review, compare, mentions, news

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from canopy.content.values import Site, SiteOptions
    from canopy.git import Repository, Snapshot
    from canopy.origin import Origin
    from canopy.render.edition import Edition, Job, Press
    from canopy.render.representation import Representation
    from canopy.render.workers import Workers

log = structlog.get_logger("canopy.sync")

T = TypeVar("T")

_FIRST_RETRY = 1.0
_LAST_RETRY = 300.0
_QUIET = 3.0
"""Seconds for which nobody's asking matters after a look that found nothing new."""
_MANY, _CALM, _FLOOD = 20, 0.5, 30.0
"""So many who ask are a flood; it is over when nobody asked for so long, or when it lasts longer."""
_REVIEWED = 500
"""Pages that are rendered for a review; a push that changes more is an import, not a note."""
_REVIEW_SECONDS = 15.0
"""After which no further page is rendered for a review: somebody waits for it."""
_RENAMES = 600.0
"""Seconds that following renames may take; what was found by then is kept."""
_CLOSING = 1.0
"""Seconds that the end waits for what the thread is doing; all of it is safe from being cut off."""
_GLANCE = 0.5
"""Seconds between two glances at a repository on this machine."""


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
    ) -> None:
        """Synchronise with `origin` about every `interval` seconds."""
        self.edition: Edition | None = None
        self.state = State()
        self._origin = origin
        self._options = options
        self._press = press
        self._workers = workers
        self._interval = interval
        self._render_timeout = render_timeout
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sync")
        self._wanted = asyncio.Event()
        self._waiting: list[asyncio.Future[Outcome]] = []
        self._printing: dict[tuple[int, str], asyncio.Task[Representation]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._snapshot: Snapshot | None = None
        self._listeners: list[Callable[[Edition, Edition | None], None]] = []
        self._quiet = self._asked = 0.0
        self._sure = asyncio.Event()
        self._reviewed: tuple[str, Snapshot, Site] | None = None
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
        site = await self._in_thread(lambda: build(snapshot, self._options, before))
        self._reviewed = commit, snapshot, site
        changes, edition = compare(before, site), self._press.edition(site, _now(), self.branch)
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
            while True:
                self._wanted.clear()
                self._sure.clear()
                waiting, self._waiting = self._waiting, []
                outcome = await self._attempt()
                if waiting and outcome.after == outcome.before:
                    self._quiet = time.monotonic() + _QUIET
                for future in waiting:
                    if not future.done():
                        future.set_result(outcome)
                await self._pause()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
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
        self.state = replace(self.state, checked=_now(), error="", failures=0, retry=None)
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
        before, old = self.state.commit, self.edition
        site = await self._in_thread(lambda: self._build(commit, old, durations))
        start = time.perf_counter()
        edition = self._press.edition(site, _now(), self.branch)
        await self.drive(self._press.furnish(edition))
        await self._in_thread(lambda: self._origin.accept(commit))
        self.edition = edition
        durations["publish"] = time.perf_counter() - start
        self.state = replace(
            self.state, commit=commit, published=edition.published, durations=dict(durations)
        )
        changed = compare(old.site if old else None, site).paths
        log.info(
            "published",
            old=before[:12],
            new=commit[:12],
            forced=forced,
            pages=len(site.pages),
            changed=len(changed),
            problems=len(site.problems),
            **{f"{step}_ms": round(seconds * 1000, 1) for step, seconds in durations.items()},
        )
        for listener in self._listeners:
            listener(edition, old)
        self._spawn(self._after(edition, commit))
        return changed, len(site.problems)

    def _build(self, commit: str, old: Edition | None, durations: dict[str, float]) -> Site:
        start = read = time.perf_counter()
        reviewed, self._reviewed = self._reviewed, None
        if reviewed is not None and reviewed[0] == commit and old is not None and old.site.commit != commit:
            _, snapshot, site = reviewed
        else:
            snapshot = self._origin.snapshot(commit, self._snapshot)
            read = time.perf_counter()
            site = build(snapshot, self._options, old.site if old else None)
        durations["read"] = read - start
        durations["build"] = time.perf_counter() - read
        self._snapshot = snapshot
        return site

    async def _pause(self) -> None:
        """Wait until somebody asks, the time comes, or a repository on this machine moves."""
        deadline = time.monotonic() + self._delay()
        while (left := deadline - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(
                    self._wanted.wait(), min(left, _GLANCE) if self._origin.local else left
                )
            except TimeoutError:
                if self._origin.local and await self._in_thread(self._origin.moved):
                    return
            else:
                await self._settle()
                return

    async def _settle(self) -> None:
        """Let a flood end before the next look, unless somebody is sure that it is worth it."""
        now, limit = time.monotonic(), time.monotonic() + _FLOOD
        if now >= self._quiet:
            return
        until = self._quiet
        while not self._sure.is_set() and now < until:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._sure.wait(), until - now)
            now = time.monotonic()
            if len(self._waiting) > _MANY:
                until = min(self._asked + _CALM, limit)

    def _delay(self) -> float:
        # Jitter keeps many servers of one forge from asking in step.
        spread = random.uniform(0.9, 1.1)  # noqa: S311 (nothing secret)
        if not self.state.failures:
            return self._interval * spread
        delay = min(_FIRST_RETRY * 2.0 ** min(self.state.failures - 1, 16), _LAST_RETRY) * spread
        retry = datetime.fromtimestamp(time.time() + delay, UTC)
        self.state = replace(self.state, retry=retry)
        return delay

    def _failed(self, before: str, reason: str) -> Outcome:
        self.state = replace(self.state, error=reason, failures=self.state.failures + 1)
        log.warning("synchronising failed", reason=reason, failures=self.state.failures, serving=before[:12])
        return Outcome(before, before, error=reason)

    # -- after a publication --------------------------------------------------------------------------

    async def _after(self, edition: Edition, commit: str) -> None:
        """Do in the background what readers need not wait for."""
        try:
            if await self._follow_renames(commit):
                return
            await self.drive(self._press.inspect(edition), background=True)
            await self._render_ahead(edition)
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

    async def _render_ahead(self, edition: Edition) -> None:
        for path in edition.paths():
            if self.edition is not edition or self._press.full:
                return
            if path not in edition.ready:
                try:
                    await self.render(edition, path, background=True)
                except RenderFailed as exc:
                    log.warning("a page could not be rendered", path=path, reason=str(exc))

    # -- rendering ------------------------------------------------------------------------------------

    async def render(self, edition: Edition, path: str, *, background: bool = False) -> Representation:
        """Return what `path` looks like in `edition`, which has it; raise `RenderFailed` if nothing can.

        What is rendered in the `background` lets what readers wait for overtake it.
        """
        ready = edition.ready.get(path)
        if ready is not None:
            return ready
        key = (id(edition), path)
        task = self._printing.get(key)
        if task is None:
            task = self._spawn(self.drive(self._press.print(edition, path), background=background))
            self._printing[key] = task
            task.add_done_callback(lambda _: self._printing.pop(key, None))
        # A reader who goes away must not take the page from the others who wait for it.
        return await asyncio.shield(task)

    async def drive(self, steps: Generator[Job, Any, T], *, background: bool = False) -> T:
        """Carry out in the workers what the press asks for, and return what it makes of it."""
        try:
            job = next(steps)
            while True:
                try:
                    future = self._workers.submit(
                        job.function, *job.arguments, timeout=self._render_timeout, background=background
                    )
                    result = await asyncio.wrap_future(future)
                except RenderFailed as exc:
                    job = steps.throw(exc)
                else:
                    job = steps.send(result)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    def _spawn(self, coroutine: Any) -> asyncio.Task[Any]:  # noqa: ANN401 (any coroutine)
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
