"""What the sync worker tells about itself: the outcome of one synchronisation, and its state at a moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


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
