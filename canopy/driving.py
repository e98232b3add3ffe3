"""Carrying out what a press asks for where there is no event loop: for commands that end.

The generators of `Press` yield jobs; here they run in the workers, as many at once as keep all of them busy.
"""

from __future__ import annotations

from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from canopy.render.workers import RenderFailed

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from concurrent.futures import Future

    from canopy.render.jobs import Job
    from canopy.render.workers import Workers

T = TypeVar("T")
_AHEAD = 2
"""Generators for each worker: while one waits to be resumed, another has work to give."""


@dataclass(frozen=True, slots=True)
class _Ended(Generic[T]):
    value: T


def drive(steps: Generator[Job, Any, T], workers: Workers, timeout: float) -> T:
    """Carry out one generator's jobs, one after the other; raise what it raises."""
    return next(drive_all([steps], workers, timeout))


def drive_all(tasks: Iterable[Generator[Job, Any, T]], workers: Workers, timeout: float) -> Iterator[T]:
    """Carry out many generators side by side, and yield what each returns as soon as it is done.

    `timeout` is in seconds for each job. A generator is begun only when there is room for it.
    """
    waiting, running = iter(tasks), 0
    done: SimpleQueue[tuple[Generator[Job, Any, T], Future[Any]]] = SimpleQueue()

    def resumed(steps: Generator[Job, Any, T], future: Future[Any] | None) -> _Ended[T] | None:
        step = _resume(steps, future)
        if isinstance(step, _Ended):
            return step
        later = workers.submit(step.function, *step.arguments, timeout=timeout)
        later.add_done_callback(lambda finished: done.put((steps, finished)))
        return None

    while True:
        while running < _AHEAD * workers.count and (begun := next(waiting, None)) is not None:
            ended = resumed(begun, None)
            if ended is None:
                running += 1
            else:
                yield ended.value
        if not running:
            return
        ended = resumed(*done.get())
        if ended is not None:
            running -= 1
            yield ended.value


def _resume(steps: Generator[Job, Any, T], future: Future[Any] | None) -> Job | _Ended[T]:
    """Give a generator the result that it waits for, and return its next job, or its end."""
    try:
        if future is None:
            return next(steps)
        try:
            result = future.result()
        except RenderFailed as exc:
            return steps.throw(exc)
        return steps.send(result)
    except StopIteration as stop:
        return _Ended(stop.value)
