"""Reading TOML in linear time: keys of very many parts, on which `tomllib` is quadratic, are refused."""

from __future__ import annotations

import re
import tomllib

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
