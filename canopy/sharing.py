"""Sharing out work that somebody waits for: the worker processes do one end of it, the caller the other.

So nothing is slower than without workers, however late they are born, and one of them stays free for readers
(`canopy.render.workers`). What a worker fails at is done here. It must not know what the work is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from canopy.render.workers import Workers

log = structlog.get_logger("canopy.sharing")

A = TypeVar("A")
B = TypeVar("B")


class Shared:
    """Applies functions to many things, in the workers and in the calling thread."""

    def __init__(self, workers: Workers, timeout: float) -> None:
        """Give a worker `timeout` seconds for each thing."""
        self._workers = workers
        self._timeout = timeout

    def __call__(self, function: Callable[[A], B], things: Sequence[A]) -> Iterator[B]:
        """Yield what the function makes of each, in order; it and they must be picklable."""
        if self._workers.count == 1:
            # There is one processor, or all but one are for others: then to share is only more to do.
            yield from map(function, things)
            return
        futures = [
            self._workers.submit(function, thing, timeout=self._timeout, background=True) for thing in things
        ]
        here: list[B] = []
        # Workers take what waits longest: what can still be taken back is all that follows.
        for future, thing in zip(reversed(futures), reversed(things), strict=True):
            if not future.cancel():
                break
            here.append(function(thing))
        away = len(things) - len(here)
        for future, thing in zip(futures[:away], things[:away], strict=True):
            yield _result(future, function, thing)
        yield from reversed(here)


def _result(future: Future[B], function: Callable[[A], B], thing: A) -> B:
    try:
        return future.result()
    except Exception as exc:  # noqa: BLE001 - a worker's outer edge: whatever became of it, the work can be done here
        log.warning("a worker did not do its share", reason=str(exc))
        return function(thing)
