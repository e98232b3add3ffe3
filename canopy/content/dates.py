"""Dates as people write them. Knows no clock and not the machine's time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from dateutil import parser

MAX_LENGTH = 64
_USUAL = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[Tt ] *(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r" *(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
# Two years in which every day exists: what differs between them was not written by the author.
_PROBES = (datetime(1904, 1, 1), datetime(1908, 1, 1))  # noqa: DTZ001 - the zone is added afterwards
_ABBREVIATIONS = {
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5, "JST": 9,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip


def parse_date(text: str, zone: tzinfo = UTC) -> datetime | None:
    """Return the moment that the text names, aware; None if it names none.

    A text without a zone is in `zone`; one without a time is midnight. A date needs at least a year and a
    month: nothing is filled in from today.
    """
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        return None
    try:
        found = _usual(text) or _any(text)
    except (ValueError, OverflowError, TypeError):  # dateutil raises all three on odd texts
        return None
    if found is None or not 1000 <= found.year <= 9000:  # a conversion to any zone must stay in range
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _usual(text: str) -> datetime | None:
    match = _USUAL.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    return datetime(
        int(year),
        int(month),
        int(day),
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
        micro,
        _offset(offset),
    )


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(distance if text[0] == "+" else -distance)


def _any(text: str) -> datetime | None:
    if not any(c.isdigit() for c in text):
        return None
    first, second = (parser.parse(text, default=probe, tzinfos=_named_zone) for probe in _PROBES)
    return first if first == second else None


def _named_zone(name: str | None, offset: int | None) -> int:
    # Given as a function, so that dateutil neither asks the machine for its zone nor warns.
    if offset is not None:
        return offset
    return int(_ABBREVIATIONS.get(name or "", 0) * 3600)
