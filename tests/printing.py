"""Carrying out what a press asks for, in this very process."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

    from canopy.render.jobs import Job

T = TypeVar("T")


def drive(steps: Generator[Job, Any, T], known: dict[bytes, Any] | None = None) -> T:
    """Carry out each job and return what comes of them; what is `known` of the same job is not done again."""
    known = {} if known is None else known
    try:
        job = next(steps)
        while True:
            key = pickle.dumps((job.function, job.arguments))
            if key not in known:
                known[key] = job.function(*job.arguments)
            job = steps.send(known[key])
    except StopIteration as stop:
        value: T = stop.value
        return value
