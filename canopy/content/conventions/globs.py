"""Patterns of paths as `.gitignore` has them, which other generators use for what they leave out.

Matched component by component, so that no pattern costs more than its own length times the path's.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PATTERNS = 200
_LONGEST = 200


def read_globs(text: str | Iterable[object]) -> tuple[str, ...]:
    """Return the patterns of a text, one a line, or of a list."""
    lines = text.split("\n") if isinstance(text, str) else [line for line in text if isinstance(line, str)]
    found = (line.strip() for line in lines)
    return tuple(line for line in found if line and line[0] != "#" and len(line) <= _LONGEST)[:MAX_PATTERNS]


def is_matched(path: str, patterns: Iterable[str]) -> bool:
    """Tell whether the last pattern that concerns a path, which begins with `/`, takes it in."""
    parts = tuple(path.strip("/").split("/"))
    taken = False
    for pattern in patterns:
        wanted = pattern[:1] != "!"
        if wanted is not taken and _concerns(pattern.removeprefix("!"), parts):
            taken = wanted
    return taken


def _concerns(pattern: str, parts: tuple[str, ...]) -> bool:
    """Tell whether a pattern is about a file, or about one of the folders that it lies in."""
    names = tuple(name for name in pattern.strip("/").split("/") if name not in ("", "."))
    if not names:
        return False
    anchored = "/" in pattern.rstrip("/")
    last = len(parts) - pattern.endswith("/")
    starts = (0,) if anchored else range(len(parts))
    return any(_begins(names, parts[start:last]) for start in starts)


def _begins(names: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Tell whether the names match the beginning of a path; `**` stands for any number of its folders."""
    reached = {0}
    for name in names:
        if name == "**":
            reached = set(range(min(reached), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and fnmatchcase(parts[at], name)}
        if not reached:
            return False
    return True
