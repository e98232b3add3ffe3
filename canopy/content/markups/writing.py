"""Markdown in the making: lines that keep to the numbers of those that they are made from."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canopy.content.wikilinks import WIKI, private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif")
FENCE = "`" * 5
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class Translated:
    """A text in markdown, and what its own header says."""

    text: str
    values: dict[str, object] = field(default_factory=dict)
    """By the names of front matter."""


class Lines:
    """The lines of a text. What needs more of them than its original takes blank ones that come later."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._ahead = 0

    def put(self, *lines: str, taken: int = 1) -> None:
        """Add what so many lines of the original become, and blank ones if they are fewer."""
        self.lines += (*lines, *[""] * (taken - len(lines)))
        self._ahead += max(0, len(lines) - taken)

    def blank(self) -> None:
        """Add a blank line, unless it takes back one that was added before."""
        last = self.lines[-1].strip() if self.lines else ""
        if self._ahead > 0 and (not last or last[0] == "#" or last == FENCE):
            self._ahead -= 1
        else:
            self.lines.append("")

    def apart(self, *lines: str, taken: int = 1) -> None:
        """Add what so many lines become, with a blank line before it."""
        if self.lines and self.lines[-1].strip():
            lines = ("", *lines)
        self.put(*lines, taken=taken)

    def verbatim(self, rows: Sequence[str], language: str = "", prefix: str = "", *, taken: int) -> None:
        """Add what is shown as it is, in the place of so many lines."""
        if len(self.lines) > 1 and not self.lines[-1].strip("> ") and taken < len(rows) + 2:
            del self.lines[-1]
            taken += 1
        fenced = (f"{FENCE}{language}", *rows, FENCE)
        self.put(*(prefix + row for row in fenced), taken=taken)

    def text(self) -> str:
        """Return all of it."""
        return "\n".join(self.lines)


class Places:
    """Where in a text the lines are that end something: found once, however many begin something."""

    def __init__(self, lines: Sequence[str], sign: Callable[[str], str]) -> None:
        self._places: dict[str, list[int]] = {}
        for number, line in enumerate(lines):
            if key := sign(line):
                self._places.setdefault(key, []).append(number)

    def after(self, at: int, sign: str) -> int | None:
        """Return the first line with that sign after the one at `at`."""
        places = self._places.get(sign, [])
        number = bisect_right(places, at)
        return places[number] if number < len(places) else None


def named(name: str, words: str) -> str:
    """Return a link to a page by its name; its words are shown too where there is no such page."""
    return f"[{words or name}]({private(WIKI, name)})"


def code(text: str) -> str:
    """Return a code span that shows exactly this text."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{pad}{text}{pad}{ticks}" if text.strip() else text


def link(target: str, words: str) -> str:
    """Return a link, or a picture if that is where it leads and nothing else is said."""
    place = f"<{target}>" if " " in target or "(" in target else target
    if not words and target.lower().endswith(PICTURES):
        return f"![]({place})"
    if not words and "://" in target:
        return f"<{target}>" if " " not in target else target
    return f"[{words or target}]({place})"


def table(rows: Iterable[list[str]], *, headed: bool) -> list[str]:
    """Return the rows of a table; one without a head gets an empty one."""
    cells = [[cell.replace("|", "\\|") if "\\|" not in cell else cell for cell in row] for row in rows]
    width = max(map(len, cells), default=0)
    if not width:
        return []
    if not headed:
        cells.insert(0, [""] * width)
    lines = ["| " + " | ".join((*row, *[""] * (width - len(row)))) + " |" for row in cells]
    lines.insert(1, "|" + " --- |" * width)
    return lines


def indent(line: str) -> int:
    """Return how far in a line begins."""
    return len(line) - len(line.lstrip())
