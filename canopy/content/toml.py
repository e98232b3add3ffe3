"""Reading TOML in linear time: keys of very many parts, on which `tomllib` is quadratic, are refused."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_PARTS = 50
"""Of one dotted key."""
_QUOTED = re.compile(r"\"[^\"\\\n]*+\"|'[^'\n]*+'")
_LONG_KEY = re.compile(rf"(?:\.[ \t]*+[\w-]*+[ \t]*+){{{MOST_PARTS}}}")


def read_toml(text: str) -> dict[str, object]:
    """Return the values of a document. Raises ValueError, RecursionError."""
    if text.count(".") >= MOST_PARTS:
        for number, line in enumerate(text.split("\n"), 1):
            if line.count(".") >= MOST_PARTS and _LONG_KEY.search(_QUOTED.sub("", line)):
                raise ValueError(f"a key of too many parts (at line {number}, column 1)")
    return tomllib.loads(text)


def as_text(value: object, key: Callable[[str], str], levels: int) -> object:
    """Return a value of TOML or JSON as text, lists and maps, `levels` deep; `key` normalises the names."""
    if levels < 0 or value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [as_text(item, key, levels - 1) for item in value]
    if isinstance(value, dict):
        return {key(str(name)): as_text(item, key, levels - 1) for name, item in value.items()}
    return value.isoformat() if isinstance(value, (date, time)) else str(value)
