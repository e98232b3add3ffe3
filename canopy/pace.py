"""When the sync worker looks again, tries again, lets a flood end, and turns pages at their minute.

Pure decisions: times in, times out. It reads no clock, waits for nothing and knows no site.
"""

from __future__ import annotations

from datetime import datetime, timedelta

_FIRST_RETRY = 1.0
_LAST_RETRY = 300.0
_QUIET = 3.0
"""Seconds for which nobody's asking matters after a look that found nothing new."""
_MANY, _CALM, _FLOOD = 20, 0.5, 30.0
"""So many who ask are a flood; it is over when nobody asked for so long, or when it lasts longer."""
GLANCE = 0.5
"""Seconds between two glances at a repository on this machine."""
_LOOK_UP = 20.0
"""Seconds after which the clock is read again: it may have been set, or the machine may have slept."""
_SHORTEST = 0.01
_STEP_BACK = timedelta(minutes=1)
"""A clock that goes back by less was corrected; time stands still until it has caught up."""
BETWEEN_TURNS = 1.0
"""Seconds from one turn of the pages to the next, however many have a minute of their own."""
AFTER_FAILURE = 60.0
"""Seconds until a turn of the pages that failed is tried again."""


def retry_delay(failures: int) -> float:
    """Return the seconds to wait after so many failures in a row."""
    return min(_FIRST_RETRY * 2.0 ** min(failures - 1, 16), _LAST_RETRY)


def quiet_until(now: float) -> float:
    """Return until when nobody's asking matters, after a look in vain that ended `now`."""
    return now + _QUIET


def flood_over(quiet: float, asked: float, waiting: int, began: float) -> float:
    """Return when those who ask are answered: after the quiet time, many of them once they are calm."""
    return min(asked + _CALM, began + _FLOOD) if waiting > _MANY else quiet


def believed(before: datetime, clock: datetime) -> datetime:
    """Return what time it is, by a clock that may have been set since `before`."""
    return before if clock < before <= clock + _STEP_BACK else clock


def is_turn(change: datetime | None, built: datetime, now: datetime) -> bool:
    """Tell whether a site that was built at one moment may be another one now.

    `change` is the next moment at which pages come or go. Where the clock went far back, what was shown too
    early goes again.
    """
    return now < built or (change is not None and change <= now)


def nap(change: datetime | None, now: datetime) -> float:
    """Return the seconds after which to see whether `change` has come."""
    until = _LOOK_UP if change is None else (change - now).total_seconds()
    return min(max(until, _SHORTEST), _LOOK_UP)
