"""Worker processes that may be killed: where hostile or merely heavy texts are rendered.

A job that takes too long loses its worker and nothing else; so does one that crashes it or eats its memory.

Workers are forked by a fork server: a process without threads that has imported the render room once,
so that a worker starts in milliseconds and shares that memory. (To fork this process itself would copy
locks held by its threads; to spawn would cost an interpreter's start for each worker.) They end with us,
even by SIGKILL, and even inside a regular expression: the kernel ends them.

Two queues: what a reader waits for overtakes what is done ahead, and work done ahead leaves one worker
free where there are several. A job's time begins when a worker takes it, not while it waits.

This module must not know what its jobs do.
"""

from __future__ import annotations

import contextlib
import fcntl
import multiprocessing
import os
import resource
import signal
import threading
from collections import deque
from concurrent.futures import CancelledError, Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from math import inf
from multiprocessing.connection import wait
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from canopy.errors import CanopyError
from canopy.render.forkserver import begin

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

DEFAULT_MEMORY = 768 * 1024 * 1024
"""Bytes of address space: 45 MB for an idle worker, 690 MB for the longest text of dense markdown."""
_GRACE = 4.0
"""Seconds beyond its time-out after which a job that says nothing is lost."""


class RenderFailed(CanopyError):
    """A job has no result."""


class RenderTimeout(RenderFailed):
    """A job took longer than it may; its worker was killed."""


class RenderCrashed(RenderFailed):
    """A job ended its worker, or asked for more memory than a worker has."""


class WorkersClosed(RenderFailed):
    """The workers are closed, or closed while the job waited."""


@dataclass(slots=True, eq=False)
class _Job:
    future: Future[Any]
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    timeout: float
    background: bool
    attempts: int = 0
    pool: ProcessPool | None = None
    """Where the last attempt runs."""
    overdue: float = inf
    """On the monotonic clock: when that attempt must have ended, one way or the other."""


class Workers:
    """A fixed number of worker processes. Thread-safe; futures are resolved on threads of their own."""

    def __init__(self, count: int, *, memory_bytes: int = DEFAULT_MEMORY) -> None:
        self.count = max(1, count)
        self._memory = memory_bytes
        self._lock = threading.Lock()
        self._urgent: deque[_Job] = deque()
        self._ahead: deque[_Job] = deque()
        self._running: set[_Job] = set()
        self._closed = False
        self._ended = threading.Event()
        self._pool = self._start()
        threading.Thread(target=self._watch_over, name="workers", daemon=True).start()

    def submit(
        self, function: Callable[..., T], *args: object, timeout: float, background: bool = False
    ) -> Future[T]:
        """Run `function(*args)` in a worker; both must be picklable, the function by its name.

        `timeout` is in seconds of running. The future raises RenderTimeout, RenderCrashed, WorkersClosed,
        or whatever the function raised; it can be cancelled while the job waits.
        """
        job = _Job(Future(), function, args, timeout, background)
        with self._lock:
            if self._closed:
                job.future.set_exception(WorkersClosed("the workers are closed"))
                return job.future
            (self._ahead if background else self._urgent).append(job)
        self._dispatch()
        return job.future

    def close(self) -> None:
        """Kill the workers at once; jobs that wait or run fail with WorkersClosed."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._ended.set()
            open_jobs = [*self._running, *self._urgent, *self._ahead]
            self._urgent.clear()
            self._ahead.clear()
        # pebble leaves the futures of killed jobs open for ever.
        for job in open_jobs:
            _fail(job.future, WorkersClosed("the workers were closed"))
        _discard(self._pool)

    def _start(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.count, initializer=_settle_in, initargs=(self._memory,), context=begin()
        )

    def _dispatch(self) -> None:
        """Hand jobs to idle workers: the pool itself is first come, first served."""
        while True:
            with self._lock:
                job = self._take()
                if job is None:
                    return
                pool = job.pool = self._pool
                job.overdue = monotonic() + job.timeout + _GRACE
            try:
                running = pool.schedule(job.function, args=job.arguments, timeout=job.timeout)
            except (RuntimeError, BrokenProcessPool):
                self._finish(job, pool, BrokenProcessPool("the pool does not take jobs"))
            else:
                running.add_done_callback(partial(self._on_done, job, pool))

    def _take(self) -> _Job | None:
        if self._closed or len(self._running) >= self.count:
            return None
        queue = self._urgent
        if not queue and sum(job.background for job in self._running) < max(1, self.count - 1):
            queue = self._ahead
        while queue:
            job = queue.popleft()
            # A second attempt's future is running already.
            if job.attempts or job.future.set_running_or_notify_cancel():
                job.attempts += 1
                self._running.add(job)
                return job
        return None

    def _on_done(self, job: _Job, pool: ProcessPool, done: Future[Any]) -> None:
        try:
            error = done.exception()
        except CancelledError:
            error = WorkersClosed("the workers were closed")
        if error is None:
            with contextlib.suppress(InvalidStateError):
                job.future.set_result(done.result())
        self._finish(job, pool, error)

    def _watch_over(self) -> None:
        """Give up pools that lose a job without a word, as when its worker is killed while it takes it."""
        while not self._ended.wait(1.0):
            now = monotonic()
            with self._lock:
                late = [job for job in self._running if now > job.overdue]
            for job in late:
                if job.pool is not None:
                    self._finish(job, job.pool, BrokenProcessPool("the pool lost a job"))

    def _finish(self, job: _Job, pool: ProcessPool, error: BaseException | None) -> None:
        broken = isinstance(error, BrokenProcessPool)
        with self._lock:
            if job.pool is not pool or job not in self._running:
                return  # It was given up meanwhile, and runs again elsewhere.
            self._running.discard(job)
            # pebble gives its whole pool up when an idle worker is killed: that is not the job's fault.
            again = broken and not self._closed and job.attempts < 3
            if broken and not self._closed and pool is self._pool:
                self._pool = self._start()
                threading.Thread(target=_discard, args=(pool,), daemon=True).start()
            if again:
                (self._ahead if job.background else self._urgent).appendleft(job)
            closed = self._closed
        if error is not None and not again:
            _fail(job.future, WorkersClosed("the workers were closed") if closed else _translated(error, job))
        self._dispatch()


def _translated(error: BaseException, job: _Job) -> BaseException:
    if isinstance(error, ProcessExpired | BrokenProcessPool | MemoryError):
        crash = RenderCrashed("it crashed or ran out of memory")
        crash.__cause__ = error
        return crash
    if isinstance(error, TimeoutError):
        late = RenderTimeout(f"it took longer than {job.timeout:g} s")
        late.__cause__ = error
        return late
    return error


def _fail(future: Future[Any], error: BaseException) -> None:
    with contextlib.suppress(InvalidStateError):
        future.set_exception(error)


def _discard(pool: ProcessPool) -> None:
    # A pool that is broken, or that never had a job, may say so instead of stopping.
    with contextlib.suppress(RuntimeError, OSError, BrokenProcessPool):
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join(timeout=5)


def _settle_in(memory_bytes: int) -> None:
    """Prepare a worker: runs in it, first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The default ends the process at once, even inside a regular expression that never returns.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _end_with_parent()
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _end_with_parent() -> None:
    """Have the kernel end this process when the parent's end of their common pipe closes.

    A thread that watches the pipe would wait for the interpreter's lock, which a regular expression holds
    for as long as it runs; and the fork server, whose child we are, lives as long as its children do.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    pipe = parent.sentinel
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    if wait([pipe], timeout=0):
        os.kill(os.getpid(), signal.SIGKILL)
