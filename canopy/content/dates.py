"""Dates as people write them. Knows no clock and not the machine's time zone.

A date without a zone is in the site's. Where the site has none it *floats*: it counts as UTC, where it is
shown and sorted, but says no moment until `settled` is told whose clock its author looked at.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from dateutil import parser

MAX_LENGTH = 64
FLOATING = timezone(timedelta(), "floating")
"""The zone of a date that names none, of a site that has none."""
_USUAL = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[Tt ] *(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"(?: *(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)(?: [A-Z]{2,5})?)?"
    r"(?: *\[?([A-Z][A-Za-z]{1,20}(?:/[A-Za-z_+-]{1,30}){1,2})\]?)?",
    re.ASCII,
)
"""What ISO 8601 and RFC 3339 allow, with fewer digits, and what Go and Java write behind it."""
_CJK = str.maketrans({"年": "-", "月": "-", "日": " "})
# Two years in which every day exists: what differs between them was not written by the author.
_PROBES = (datetime(1904, 1, 1), datetime(1908, 1, 1))  # noqa: DTZ001 - the zone is added afterwards
_ABBREVIATIONS = {
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5, "JST": 9,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip


def parse_date(text: str, zone: tzinfo | None = None) -> datetime | None:
    """Return the moment that the text names, aware; None if it names none, or one of two.

    A text without a zone is in `zone`, else it floats; one without a time is midnight. Nothing is filled in
    from today: a date needs at least a year.
    """
    text = text.translate(_CJK).strip()
    if not text or len(text) > MAX_LENGTH:
        return None
    try:
        found = _usual(text) or _counted(text) or _any(text.replace("_", " "))
    except (ValueError, OverflowError, TypeError):  # dateutil raises all three on odd texts
        return None
    if found is None or not 1000 <= found.year <= 9000:  # a conversion to any zone must stay in range
        return None
    if not found.tzinfo:
        found = found.replace(tzinfo=zone or FLOATING)
    return _fixed(found) if isinstance(found.tzinfo, ZoneInfo) else found


def floats(moment: datetime) -> bool:
    """Tell whether nobody said in which zone the date is."""
    return moment.tzname() == "floating"  # a copy from another process is another object


def settled(moment: datetime, clock: tzinfo) -> datetime:
    """Return the moment that a date is by the clock of its author; one that floats not is that already."""
    return moment.replace(tzinfo=clock) if floats(moment) else moment


def at_home(moment: datetime | None, zone: tzinfo | None) -> datetime | None:
    """Return the moment by the clock of the site, if it has one; a date that floats is no moment."""
    if moment is None or zone is None or floats(moment):
        return moment
    return _fixed(moment.astimezone(zone))


def _fixed(moment: datetime) -> datetime:
    # Two times of one zone are compared and subtracted by the wall clock, even across a change of the clocks.
    return moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta()))


def _usual(text: str) -> datetime | None:
    match = _USUAL.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, offset, place = match.groups()
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    return datetime(
        int(year),
        int(month),
        int(day),
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
        micro,
        _offset(offset) or _place(place),
    )


def _counted(text: str) -> datetime | None:
    """Return the moment of Unix's seconds or JavaScript's milliseconds, from 2001 to 2286."""
    if len(text) not in (10, 13) or not (text.isascii() and text.isdigit()) or text[0] == "0":
        return None
    return datetime.fromtimestamp(int(text[:10]), UTC)


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(distance if text[0] == "+" else -distance)


def _place(name: str | None) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (LookupError, OSError) as exc:
        raise ValueError(name) from exc


def _any(text: str) -> datetime | None:
    if not any(c.isdigit() for c in text):
        return None
    first, second = (parser.parse(text, default=probe, tzinfos=_named_zone) for probe in _PROBES)
    if first != second:
        return None
    if text[:4].isdigit():
        return first
    # 3/4/2016 is a day in March or one in April: who reads it wrongly never learns that.
    other = parser.parse(text, default=_PROBES[0], dayfirst=True, tzinfos=_named_zone)
    return first if first == other else None


def _named_zone(name: str | None, offset: int | None) -> int | None:
    # Given as a function, so that dateutil neither asks the machine for its zone nor warns.
    if offset is not None or not name:
        return offset
    if name not in _ABBREVIATIONS:
        raise ValueError(name)
    return int(_ABBREVIATIONS[name] * 3600)
