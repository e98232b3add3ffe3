"""When the sync worker does what, as decisions about given times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from canopy.pace import believed, flood_over, is_turn, nap, quiet_until, retry_delay

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def test_retries_come_later_and_later_but_within_five_minutes():
    """One second after the first failure, twice that after each further one, never more than five minutes."""
    assert [retry_delay(failures) for failures in (1, 2, 3, 8, 9, 10, 10_000)] == [
        1,
        2,
        4,
        128,
        256,
        300,
        300,
    ]


def test_a_flood_is_over_when_it_is_calm_or_lasts_too_long():
    """Few wait for the quiet time; many for half a second of calm, and for half a minute at most."""
    assert flood_over(quiet_until(10), asked=12, waiting=5, began=10) == 13
    assert flood_over(quiet_until(10), asked=12, waiting=50, began=10) == 12.5
    assert flood_over(quiet_until(10), asked=70, waiting=50, began=10) == 40


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        (NOON + SECOND, NOON + SECOND),
        (NOON + 9000 * HOUR, NOON + 9000 * HOUR),
        (NOON - SECOND, NOON),
        (NOON - HOUR, NOON - HOUR),
    ],
)
def test_a_clock_that_is_corrected_does_not_make_pages_flicker(clock, expected):
    """Time goes on with the clock, stands still for a small step back, and follows a large one."""
    assert believed(NOON, clock) == expected


@pytest.mark.parametrize(
    ("change", "now", "due"),
    [
        (None, NOON + HOUR, False),
        (NOON + HOUR, NOON, False),
        (NOON + HOUR, NOON + HOUR, True),
        (NOON + HOUR, NOON + 9000 * HOUR, True),
        (None, NOON - HOUR, True),
    ],
)
def test_a_turn_is_due_at_its_moment_and_when_the_clock_went_back(change, now, due):
    """A site of noon is another one when a page's moment has come, or when it is earlier than it was."""
    assert is_turn(change, NOON, now) is due


@pytest.mark.parametrize(
    ("change", "seconds"),
    [
        (None, 20),
        (NOON + timedelta(milliseconds=2500), 2.5),
        (NOON + HOUR, 20),
        (datetime(9000, 1, 1, tzinfo=UTC), 20),
        (NOON, 0.01),
        (NOON - HOUR, 0.01),
    ],
)
def test_the_clock_is_read_again_often_enough(change, seconds):
    """One sleeps until the change, but never so long that a clock that was set goes unnoticed."""
    assert nap(change, NOON) == seconds
