"""Dates as people write them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from snapshots import blob, site_of

from canopy.content.dates import floats, parse_date, settled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-5-4", datetime(2016, 5, 4, tzinfo=UTC)),
        ("2013-9-9 14:00", datetime(2013, 9, 9, 14, tzinfo=UTC)),
        ("2016-05-04T10:11:12Z", datetime(2016, 5, 4, 10, 11, 12, tzinfo=UTC)),
        ("2016-05-04 10:11:12.5 +0200", datetime(2016, 5, 4, 8, 11, 12, 500000, tzinfo=UTC)),
        ("2016/05/04", datetime(2016, 5, 4, tzinfo=UTC)),
        ("4 May 2016", datetime(2016, 5, 4, tzinfo=UTC)),
        ("2016-05-04_Wed 14:00", datetime(2016, 5, 4, 14, tzinfo=UTC)),
        ("1462370400", datetime(2016, 5, 4, 14, tzinfo=UTC)),
        ("1462370400123", datetime(2016, 5, 4, 14, tzinfo=UTC)),
        ("May 2016", datetime(2016, 5, 1, tzinfo=UTC)),
        ("Tue, 01 Mar 2016 10:00:00 GMT", datetime(2016, 3, 1, 10, tzinfo=UTC)),
        ("2016-05-04 10:00 CEST", datetime(2016, 5, 4, 8, tzinfo=UTC)),
        ("2016-05-04 10:00 PM", datetime(2016, 5, 4, 22, tzinfo=UTC)),
        ("2016-05-04 10:00:00 -0800 PST", datetime(2016, 5, 4, 18, tzinfo=UTC)),
        ("2016-05-04T10:00:00+02:00[Europe/Paris]", datetime(2016, 5, 4, 8, tzinfo=UTC)),
        ("2016-05-04 10:00 Europe/Paris", datetime(2016, 5, 4, 8, tzinfo=UTC)),
        ("20160504", datetime(2016, 5, 4, tzinfo=UTC)),
        ("May 4, 2016", datetime(2016, 5, 4, tzinfo=UTC)),
        ("13/4/2016", datetime(2016, 4, 13, tzinfo=UTC)),
        ("2016年5月4日", datetime(2016, 5, 4, tzinfo=UTC)),
        ("2016", datetime(2016, 1, 1, tzinfo=UTC)),
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
        "3/4/2016",
        "1.2.16",
        "2016-05-04 10:00 Europe/Nowhere",
        "2016-05-04 10:00 XYZ",
    ],
)
def test_unreadable(text):
    """What names no moment is None: nothing is filled in from today."""
    assert parse_date(text) is None


def test_a_time_without_a_zone_is_in_the_sites():
    """A date without a zone is midnight in the zone that is given."""
    zone = timezone(timedelta(hours=9))
    assert parse_date("2016-05-04", zone) == datetime(2016, 5, 4, tzinfo=zone)


def test_a_change_of_the_clocks():
    """Times of one zone are as far apart as they are, whatever the clocks on the wall did between them."""
    zone = ZoneInfo("Europe/Berlin")
    before, after = parse_date("2016-10-30 01:00", zone), parse_date("2016-10-30 04:00", zone)
    assert after - before == timedelta(hours=4)


def test_a_date_floats_until_somebody_says_whose_clock_it_is():
    """Without a zone of its own or of the site a date is settled by the clock of its author."""
    tokyo = timezone(timedelta(hours=9))
    loose, fixed = parse_date("2016-05-04"), parse_date("2016-05-04T00:00Z")
    assert (floats(loose), floats(pickle.loads(pickle.dumps(loose))), floats(fixed)) == (True, True, False)
    assert settled(loose, tokyo) == datetime(2016, 5, 3, 15, tzinfo=UTC)
    assert settled(fixed, tokyo) is fixed
    assert not floats(parse_date("2016-05-04", tokyo))


def test_history_is_told_by_the_clock_of_the_site():
    """A commit late at night in one place is the next day's elsewhere; a date by hand is its author's."""
    late = datetime(2024, 12, 31, 23, 30, tzinfo=UTC)
    files = {"canopy.toml": 'timezone = "Asia/Tokyo"\n', "a.md": blob("a.md", "Text.\n", 0)}
    files["a.md"] = replace(files["a.md"], created=late, updated=late)
    files["b.md"] = "---\ndate: 2024-12-31T23:30:00Z\n---\nText.\n"
    site = site_of(files)
    assert site.pages["/a"].created.isoformat() == "2025-01-01T08:30:00+09:00"
    assert site.pages["/b"].created.isoformat() == "2024-12-31T23:30:00+00:00"
    assert {"2024", "2025"} <= {term.name for term in site.taxonomies.years.terms.values()}
