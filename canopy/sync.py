"""The sync worker, the heart of Canopy: fetch, build, publish, and tell who waits for it.

It owns when a synchronisation happens (at start, on a schedule, when somebody asks) and what becomes of a
failure (the last good edition stays, the next try comes later); `canopy.publishing` has what is then done.
It must not know HTTP.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from canopy import pace
from canopy.errors import CanopyError
from canopy.printing import Printer
from canopy.publishing import Publisher, whole
from canopy.render.workers import RenderFailed
from canopy.reviewing import Reviewing
from canopy.sharing import Shared
from canopy.state import Outcome, State

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from canopy.content.values import SiteOptions
    from canopy.git import Repository
    from canopy.origin import Origin
    from canopy.publishing import Published
    from canopy.render.edition import Edition
    from canopy.render.jobs import Job
    from canopy.render.press import Press
    from canopy.render.representation import Representation
    from canopy.render.workers import Workers
    from canopy.review import Review

log = structlog.get_logger("canopy.sync")

T = TypeVar("T")

_RENAMES = 600.0
"""Seconds that following renames may take; what was found by then is kept."""


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
        self.state = State()
        self._origin = origin
        self._press = press
        self._workers = workers
        self._interval = interval
        self._printer = Printer(press, workers, render_timeout)
        self._publisher = Publisher(
            origin, options, press, self._printer, clock, Shared(workers, render_timeout)
        )
        self._publisher.subscribe(self._shows)
        self._reviewing = Reviewing(self._publisher, press, self._printer)
        self._wanted = asyncio.Event()
        self._waiting: list[asyncio.Future[Outcome]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._shown = asyncio.Event()
        self._quiet = self._asked = 0.0
        self._sure = asyncio.Event()
        self._news = ""
        """The commit whose dates became better known since it was published."""

    @property
    def edition(self) -> Edition | None:
        """What is shown now."""
        return self._publisher.edition

    @property
    def branch(self) -> str:
        """The branch that is published; a remote's default is known once it was fetched."""
        return self._origin.branch

    def subscribe(self, listener: Callable[[Edition, Edition | None], None]) -> None:
        """Call `listener(new, old)` in the event loop after each publication."""
        self._publisher.subscribe(listener)

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
        return await self._reviewing.review(repository, commit)

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
            await self._publisher.close()

    async def _restore(self) -> None:
        """Publish the last good commit that the disk keeps, without asking the remote."""
        try:
            commit = await self._publisher.in_thread(self._origin.last_good)
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
        self.state = replace(
            self.state, checked=whole(self._publisher.time()), error="", failures=0, retry=None
        )
        return outcome

    async def _synchronise(self, before: str) -> Outcome:
        start = time.perf_counter()
        fetched = await self._publisher.in_thread(self._origin.fetch)
        news, self._news = self._news, ""
        if fetched.commit == before != news:
            return Outcome(before, before)
        durations = {"fetch": time.perf_counter() - start}
        published = await self._publish(fetched.commit, durations, forced=fetched.forced)
        return Outcome(before, fetched.commit, published.changed, len(published.edition.site.problems))

    async def _publish(self, commit: str, durations: dict[str, float], *, forced: bool = False) -> Published:
        """Show a commit, and do in the background what readers need not wait for."""
        published = await self._publisher.publish(commit, durations, forced=forced)
        self._spawn(self._after(published.edition, commit))
        return published

    def _shows(self, new: Edition, _old: Edition | None) -> None:
        """Note what was published."""
        durations = self._publisher.durations
        self.state = replace(self.state, commit=new.site.commit, published=new.published, durations=durations)
        self._shown.set()

    # -- pages that come and go by themselves ---------------------------------------------------------

    async def _turn_pages(self) -> None:
        """Publish the same commit anew when a page's minute comes, whatever the remote does."""
        while True:
            self._shown.clear()
            change = self.edition.site.next_change if self.edition else None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._shown.wait(), pace.nap(change, self._publisher.time()))
                continue
            if self._publisher.is_turn():
                await asyncio.sleep(pace.BETWEEN_TURNS if await self._turn() else pace.AFTER_FAILURE)

    async def _turn(self) -> bool:
        """Publish the site as it is now; tell whether that succeeded."""
        try:
            edition = await self._publisher.turn()
        except Exception:  # a worker's outer edge: what is shown stays, and it is tried again
            log.exception("pages whose time has come could not be published")
            return False
        if edition is not None:
            self._spawn(self._after(edition))
        return True

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
                if self._origin.local and await self._publisher.in_thread(self._origin.moved):
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
        self.state = replace(self.state, retry=whole(self._publisher.time() + timedelta(seconds=delay)))
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

    def _spawn(self, coroutine: Any) -> asyncio.Task[Any]:  # noqa: ANN401 (any coroutine)
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
