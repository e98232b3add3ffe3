"""Patterns of addresses with placeholders, as Jekyll and Hugo have them: `/:year/:month/:title/`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_PLACE = re.compile(r":([a-z][a-z_0-9]*)(?:\[([^\]]{0,20})\])?")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def placeholders(pattern: str) -> set[str]:
    """Return the names of the placeholders."""
    return {match[1] for match in _PLACE.finditer(pattern)}


def expand(pattern: str, values: Mapping[str, str]) -> str:
    """Return the address that a pattern makes of the values; nothing if one of them is not known."""
    missing = False

    def put(match: re.Match[str]) -> str:
        nonlocal missing
        value = values.get(match[1])
        missing = missing or value is None
        parts = (value or "").split("/")
        # Hugo's `:sections[1:]` and `:sections[last]`.
        index = match[2] or ""
        if index == "last":
            parts = parts[-1:]
        elif re.fullmatch(r"\d{1,2}:", index):
            parts = parts[int(index[:-1]) :]
        elif index.isdecimal():
            parts = parts[int(index) : int(index) + 1]
        return "/".join(parts)

    address = _PLACE.sub(put, pattern)
    if missing:
        return ""
    address = re.sub(r"/{2,}", "/", "/" + address)
    return address if address == "/" else address.rstrip("/")


def date_values(when: datetime | None) -> dict[str, str]:
    """Return the placeholders that a date fills."""
    if when is None:
        return {}
    week = when.isocalendar()
    return {
        "year": f"{when.year:04}",
        "short_year": f"{when.year % 100:02}",
        "month": f"{when.month:02}",
        "i_month": str(when.month),
        "short_month": _MONTHS[when.month - 1][:3],
        "long_month": _MONTHS[when.month - 1],
        "monthname": _MONTHS[when.month - 1].lower(),
        "day": f"{when.day:02}",
        "i_day": str(when.day),
        "y_day": f"{when.timetuple().tm_yday:03}",
        "yearday": str(when.timetuple().tm_yday),
        "w_year": str(week.year),
        "week": f"{week.week:02}",
        "w_day": str(week.weekday),
        "weekday": str(when.isoweekday() % 7),
        "weekdayname": _DAYS[when.weekday()].lower(),
        "short_day": _DAYS[when.weekday()][:3],
        "long_day": _DAYS[when.weekday()],
        "hour": f"{when.hour:02}",
        "minute": f"{when.minute:02}",
        "second": f"{when.second:02}",
    }
