"""Where in a text the code is: fences, indented blocks, code spans, and comments of HTML.

A reading by lines, before markdown is parsed and in time linear in the text. It knows blocks just well enough
to tell what an author shows from what an author means.
"""

from __future__ import annotations

import re
from bisect import bisect_right

# `>`, bullets and numbers may stand before a fence; each mark begins with a character that is no space.
_PREFIX = re.compile(r"[ \t]*(?:(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*)*")
_QUOTES = re.compile(r"[ \t]*(?:>[ \t]*)*")
# What is moved in below these is no code: items, notes, definitions, and boxes (`canopy.render.containers`).
_LIST = re.compile(
    r" {0,3}(?:(?:[-*+]|\d{1,9}[.)])[ \t]|\[\^[^\]\n]{1,100}\]:|:[ \t]|!!![ \t]*\w|\?\?\?\+?[ \t]*[\w\"]"
    r"|===[+!]{0,2}[ \t]+\")"
)
_MARK = re.compile(r"`{3,}(?=[^`]*\Z)|~{3,}")
_TICKS = re.compile(r"`+")
_LONGEST_PREFIX = 200


class Code:
    """The stretches of a text that are code."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        if "`" in text or "~~~" in text or "<!--" in text or "    " in text or "\t" in text:
            self._read(text)

    def __contains__(self, position: int) -> bool:
        place = bisect_right(self._starts, position) - 1
        return place >= 0 and position < self._ends[place]

    def _read(self, text: str) -> None:
        position = inline = 0
        mark, comment, in_list, blank = "", False, False, True
        quoted = False
        for line in text.splitlines(keepends=True):
            start, position = position, position + len(line)
            bare = line.strip()
            if mark and quoted and not bare.startswith(">"):
                mark, inline = "", start  # a fence ends with the quotation that it is in
            if mark or comment:
                self._add(start, position)
                if comment:
                    comment = "-->" not in line
                elif _closes(line, mark):
                    mark = ""
                inline = position
                continue
            if not bare:
                self._add_spans(text, inline, start)
                inline, blank = position, True
                continue
            indented = line.startswith(("    ", "\t"))
            if blank and not indented:
                in_list = False
            in_list = in_list or _LIST.match(line) is not None
            mark, quoted = _opens(line), bare.startswith(">")
            comment = line.lstrip(" ").startswith("<!--") and "-->" not in line
            if mark or comment or bare.startswith("<!--") or (indented and blank and not in_list):
                self._add_spans(text, inline, start)
                self._add(start, position)
                inline, blank = position, indented
                continue
            blank = False
        self._add_spans(text, inline, position)

    def _add(self, start: int, end: int) -> None:
        if self._ends and self._ends[-1] == start:
            self._ends[-1] = end
        elif start < end:
            self._starts.append(start)
            self._ends.append(end)

    def _add_spans(self, text: str, start: int, end: int) -> None:
        """Add the code spans of one block (CommonMark 6.1): each run of backticks to the next as long."""
        if text.find("`", start, end) < 0:
            return
        runs: list[tuple[int, int]] = []
        for match in _TICKS.finditer(text, start, end):
            escaped = match.start() > start and text[match.start() - 1] == "\\"
            # Within a code span a backslash stands for itself; close enough for where one may begin.
            runs.append((match.start() + escaped, match.end()))
        following: dict[int, int] = {}
        after: list[int | None] = [None] * len(runs)
        for index in range(len(runs) - 1, -1, -1):
            length = runs[index][1] - runs[index][0]
            after[index] = following.get(length)
            following[length] = index
        index = 0
        while index < len(runs):
            close = after[index]
            if close is None or runs[index][0] == runs[index][1]:
                index += 1
                continue
            self._add(runs[index][0], runs[close][1])
            index = close + 1


def _opens(line: str) -> str:
    """Return the mark of the fence that a line opens, or nothing."""
    if "```" not in line and "~~~" not in line:
        return ""
    prefix = _PREFIX.match(line, 0, _LONGEST_PREFIX)
    mark = _MARK.match(line, prefix.end() if prefix else 0)
    return mark[0] if mark else ""


def _closes(line: str, mark: str) -> bool:
    quotes = _QUOTES.match(line, 0, _LONGEST_PREFIX)
    rest = line[quotes.end() if quotes else 0 :].strip()
    return len(rest) >= len(mark) and not rest.strip(mark[0])
