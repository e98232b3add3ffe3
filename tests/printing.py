"""Carrying out what a press asks for, in this very process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

    from canopy.render.jobs import Job

T = TypeVar("T")


def drive(steps: Generator[Job, Any, T]) -> T:
    """Carry out each job and return what comes of them."""
    try:
        job = next(steps)
        while True:
            job = steps.send(job.function(*job.arguments))
    except StopIteration as stop:
        value: T = stop.value
        return value
