"""Carrying out what the press asks for, in the worker processes: for readers who wait, and ahead of them.

However many wait for one page, it is rendered once. It must not know HTTP, or where editions come from.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from canopy.render.workers import RenderFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from canopy.render.edition import Edition
    from canopy.render.jobs import Job
    from canopy.render.press import Press
    from canopy.render.representation import Representation
    from canopy.render.workers import Workers

log = structlog.get_logger("canopy.printing")

T = TypeVar("T")


class Printer:
    """Drives the press with the workers' help."""

    def __init__(self, press: Press, workers: Workers, timeout: float) -> None:
        """Give each job `timeout` seconds."""
        self._press = press
        self._workers = workers
        self._timeout = timeout
        self._printing: dict[tuple[int, str], asyncio.Task[Representation]] = {}

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
            steps = self._press.print(edition, path)
            task = asyncio.get_running_loop().create_task(self.drive(steps, background=background))
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
                        job.function, *job.arguments, timeout=self._timeout, background=background
                    )
                    result = await asyncio.wrap_future(future)
                except RenderFailed as exc:
                    job = steps.throw(exc)
                else:
                    job = steps.send(result)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]

    async def ahead(self, edition: Edition, is_wanted: Callable[[], bool]) -> None:
        """Render what readers of an edition will ask for, as long as it `is_wanted` and there is room."""
        for path in edition.paths():
            if not is_wanted() or self._press.full:
                return
            if path not in edition.ready:
                try:
                    await self.render(edition, path, background=True)
                except RenderFailed as exc:
                    log.warning("a page could not be rendered", path=path, reason=str(exc))

    async def close(self) -> None:
        """Let go of what is being rendered."""
        tasks = list(self._printing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
