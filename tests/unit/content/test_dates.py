"""Dates as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from canopy.content.dates import parse_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-5-4", datetime(2016, 5, 4, tzinfo=UTC)),
        ("2013-9-9 14:00", datetime(2013, 9, 9, 14, tzinfo=UTC)),
        ("2016-05-04T10:11:12Z", datetime(2016, 5, 4, 10, 11, 12, tzinfo=UTC)),
        ("2016-05-04 10:11:12.5 +0200", datetime(2016, 5, 4, 8, 11, 12, 500000, tzinfo=UTC)),
        ("2016/05/04", datetime(2016, 5, 4, tzinfo=UTC)),
        ("4 May 2016", datetime(2016, 5, 4, tzinfo=UTC)),
        ("May 2016", datetime(2016, 5, 1, tzinfo=UTC)),
        ("Tue, 01 Mar 2016 10:00:00 GMT", datetime(2016, 3, 1, 10, tzinfo=UTC)),
        ("2016-05-04 10:00 CEST", datetime(2016, 5, 4, 8, tzinfo=UTC)),
    ],
)
def test_readable(text, expected):
    """Every usual way to write a date names its moment."""
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2024-13-45",
        "2024-02-30",
        "10",
        "Tuesday 10:00",
        "9" * 60,
        "1" * 5000,
        "0000-01-01",
        "9999-12-31",
    ],
)
def test_unreadable(text):
    """What names no moment is None: nothing is filled in from today."""
    assert parse_date(text) is None


def test_a_time_without_a_zone_is_in_the_sites():
    """A date without a zone is midnight in the zone that is given."""
    zone = timezone(timedelta(hours=9))
    assert parse_date("2016-05-04", zone) == datetime(2016, 5, 4, tzinfo=zone)
