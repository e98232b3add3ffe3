"""The indentation of MDX, which never means code: components are moved in as their authors like.

Line by line, and each stays a line, so that what is found in it is told of the line that its author knows.
"""

from __future__ import annotations

import re

_MOVED = re.compile(r"^[ \t]+\S|mdx-code-block", re.MULTILINE)
_FENCE = re.compile(r"(`{3,}|~{3,})\s*([\w-]*)")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]")
_UNWRAPPED = "mdx-code-block"
"""The name of blocks that are no code: they keep components from tools that know markdown only."""


def flattened(text: str) -> str:
    """Return a text without the indentation that is none of a list or of code."""
    return _Lines().of(text) if _MOVED.search(text) else text


class _Lines:
    def __init__(self) -> None:
        self._cut = 0
        self._in_list = False
        self._blank = True
        self._end = ""
        """What ends the block of code, or `<pre>`, that the lines are in."""
        self._wrapped = ""
        """What ends the block that is no code."""

    def of(self, text: str) -> str:
        """Return the text with each of its lines moved."""
        return "\n".join(map(self._line, text.split("\n")))

    def _line(self, line: str) -> str:
        bare = line.lstrip(" \t")
        if self._end:
            if _closes(bare, self._end):
                self._end = ""
            return self._moved(line, bare)
        if self._wrapped and _closes(bare, self._wrapped):
            self._wrapped = ""
            return ""
        if not bare:
            self._blank = True
            return line
        self._place(len(line) - len(bare), bare)
        opened = _FENCE.match(bare)
        if opened and opened[2] == _UNWRAPPED:
            self._wrapped = opened[1]
            return ""
        if opened and "`" not in bare[opened.end() :]:
            self._end = opened[1]
        elif bare.startswith("<pre") and "</pre>" not in bare:
            self._end = "</pre>"
        self._blank = False
        return self._moved(line, bare)

    def _place(self, indent: int, bare: str) -> None:
        """Find out by how much the block that a line is in is moved."""
        item = _ITEM.match(bare)
        ends = indent <= self._cut and not (item and indent == self._cut)
        if self._in_list and ends and (self._blank or bare[0] == "<"):
            self._in_list = False
        if not self._in_list:
            self._cut = indent
            self._in_list = item is not None

    def _moved(self, line: str, bare: str) -> str:
        return line[min(self._cut, len(line) - len(bare)) :]


def _closes(bare: str, end: str) -> bool:
    if end[0] == "<":
        return end in bare
    return bare.startswith(end) and not bare.strip().strip(end[0])
