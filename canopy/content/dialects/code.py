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
_LATER = re.compile("\n" + _LIST.pattern)
_INDENTS = ("    ", "\t")
_SPECIAL = re.compile("```|~~~|<!--")
"""Without these a line opens neither a fence nor a comment."""
_BLANK = re.compile(r"(?:[^\S\n]*\n)*")
_GAP = re.compile(r"\n(?:[^\S\n]*\n)+")
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
        """Go through the text by its paragraphs, and by lines where one may hold more than code spans."""
        length, in_list, since = len(text.rstrip()), False, 0
        at, tick, mark = _after_blank(text, 0), text.find("`"), _SPECIAL.search(text)
        while at < length:
            gap = _GAP.search(text, at)
            end = gap.start() + 1 if gap else len(text)
            indented = text.startswith(_INDENTS, at)
            if not indented:
                in_list, since = False, at
            if mark is not None and mark.start() < at:
                mark = _SPECIAL.search(text, at)
            special = mark is not None and mark.start() < end
            if indented or special:
                # Only here it matters whether the lines before are a list.
                in_list, since = in_list or _has_item(text, since, at), at
            if special or (indented and not in_list):
                since, in_list = self._read_lines(text, at, in_list)
                at = _after_blank(text, since)
                continue
            if 0 <= tick < at:
                tick = text.find("`", at)
            if 0 <= tick < end:
                self._add_spans(text, at, end)
            at = gap.end() if gap else end

    def _read_lines(self, text: str, at: int, in_list: bool) -> tuple[int, bool]:
        """Go through lines until one is blank outside of code; return where, and whether in a list."""
        inline, blank = at, True
        while at < len(text):
            start, at = at, _next_line(text, at)
            line = text[start:at]
            bare = line.strip()
            if not bare:
                self._add_spans(text, inline, start)
                return start, in_list
            indented = line.startswith(_INDENTS)
            in_list = (in_list and (indented or not blank)) or _LIST.match(line) is not None
            mark = _opens(line)
            if mark or bare.startswith("<!--") or (indented and blank and not in_list):
                self._add_spans(text, inline, start)
                if mark:
                    at = _end_of_fence(text, at, mark, quoted=bare.startswith(">"))
                elif line.lstrip(" ").startswith("<!--") and "-->" not in line:
                    end = text.find("-->", at)
                    at = _next_line(text, end) if end >= 0 else len(text)
                self._add(start, at)
                inline, blank = at, indented
            else:
                blank = False
        self._add_spans(text, inline, at)
        return at, in_list

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
        if text.find("``", start, end) < 0 and text.find("\\`", start, end) < 0:
            self._add_pairs(text, start, end)
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

    def _add_pairs(self, text: str, start: int, end: int) -> None:
        """Add the code spans of a block in which every run is one backtick, and none escaped."""
        begin = text.find("`", start, end)
        while begin >= 0 and (close := text.find("`", begin + 1, end)) >= 0:
            self._add(begin, close + 1)
            begin = text.find("`", close + 1, end)


def _has_item(text: str, start: int, end: int) -> bool:
    """Tell whether one of the lines is an item of a list, or another of `_LIST`."""
    return _LIST.match(text, start, end) is not None or _LATER.search(text, start, end) is not None


def _after_blank(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _next_line(text: str, at: int) -> int:
    return text.find("\n", at) + 1 or len(text)


def _opens(line: str) -> str:
    """Return the mark of the fence that a line opens, or nothing."""
    if "```" not in line and "~~~" not in line:
        return ""
    prefix = _PREFIX.match(line, 0, _LONGEST_PREFIX)
    mark = _MARK.match(line, prefix.end() if prefix else 0)
    return mark[0] if mark else ""


def _end_of_fence(text: str, at: int, mark: str, *, quoted: bool) -> int:
    """Return where the line ends that closes a fence, looked for from the line at `at`."""
    # A fence ends with the quotation that it is in.
    end = _end_of_quotation(text, at) if quoted else len(text)
    while (found := text.find(mark, at, end)) >= 0:
        start = max(at, text.rfind("\n", at, found) + 1)
        at = _next_line(text, found)
        if _closes(text[start:at], mark):
            return at
    return end


def _end_of_quotation(text: str, at: int) -> int:
    while text[at : (end := _next_line(text, at))].lstrip().startswith(">"):
        at = end
    return at


def _closes(line: str, mark: str) -> bool:
    quotes = _QUOTES.match(line, 0, _LONGEST_PREFIX)
    rest = line[quotes.end() if quotes else 0 :].strip()
    return len(rest) >= len(mark) and not rest.strip(mark[0])
