"""What markdown says before it is rendered: its first heading, its first paragraph, its length.

A reading of the beginning only, line by line, in time linear in the text: whatever the line holds, patterns
see at most `MAX_INLINE` characters of it. Not a markdown parser: it knows blocks just well enough not to take
a comment in a code fence for a heading. Makes no HTML.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.emoji import with_emoji

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SCAN = 64 * 1024
"""Characters in which a title and a summary are looked for."""
MAX_INLINE = 1000
MAX_TITLE = 300
MAX_SUMMARY = 300
MAX_EXCERPT = 600
"""Of an excerpt whose end the author marked."""

_NOT_PROSE = re.compile(
    r"[ ]{0,3}(?:[-*+](?:\s|$)|\d{1,9}[.)](?:\s|$)|>|\||<[A-Za-z/!?]|\{[%{:]|\*?\[[^\]\n]{1,200}\]:|"
    r"(?:[-*_][ \t]*){3,}$|\$\$|!\[|\[!\[|!\[\[|:::|///[ \t]*\w|!!![ \t]*[\w\"]|\?\?\?\+?[ \t]*[\w\"]|"
    r"===[+!]{0,2}[ \t]+\"|[-;]*-*8<-)"
)
_VERBATIM = re.compile(
    r" {0,3}(?:<(script|style|pre|svg|textarea|template|math)\b|(\$\$)[ \t]*$)", re.IGNORECASE
)
"""What ends with its own sign, whatever blank lines are in it."""
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_SPECIAL = re.compile(r"[\\`*_\[\]<>~&{]")
_CODE = re.compile(r"(?<!`)(`{1,8})(?!`)(.+?)(?<!`)\1(?!`)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,31});")
_ICON = re.compile(
    r":(?:material|fontawesome|octicons|simple|lucide)-[a-z0-9-]{1,60}:(?:\{[^{}]{0,100}\})? ?"
)
_URL = r"\([^()]{0,500}(?:\([^()]{0,500}\)[^()]{0,500})?\)"
_REDUCTIONS = (
    # A character without which the pattern is not there, the pattern, and what is left of it.
    ("{", re.compile("(?<=[*_)\\]~=>\ue001])\\{(?::(?!:)|[ \\t]*(?:[.#]|[\\w-]{1,20}=))[^{}]{0,200}\\}"), ""),
    (":", _ICON, ""),
    ("^", re.compile(r"\[\^[^\[\]]{1,100}\]"), ""),
    ("[", re.compile(r"!\[\[[^\[\]]{1,300}\]\]"), ""),
    ("|", re.compile(r"!?\[\[[^\[\]|]{1,300}\|([^\[\]]{1,300})\]\]"), r"\1"),
    ("[", re.compile(r"!?\[\[([^\[\]|]{1,300})\]\]"), r"\1"),
    ("!", re.compile(rf"!\[([^\[\]]{{0,500}})\](?:{_URL}|\[[^\[\]]{{0,100}}\])"), r"\1"),
    ("[", re.compile(rf"\[([^\[\]]{{0,500}})\](?:{_URL}|\[[^\[\]]{{0,100}}\])"), r"\1"),
    ("<", re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,500})>"), r"\1"),
    ("<", re.compile(r"<!--[^<>]{0,500}-->|</?[A-Za-z][^<>]{0,500}>"), ""),
    ("*", re.compile(r"\*{1,3}(?=\S)([^*]{1,500})(?<=\S)\*{1,3}"), r"\1"),
    ("_", re.compile(r"(?<!\w)_{1,3}(?=\S)([^_]{1,500})(?<=\S)_{1,3}(?!\w)"), r"\1"),
    ("~", re.compile(r"~~(?=\S)([^~]{1,500})~~"), r"\1"),
    ("{", re.compile(r"[ \t]\{[ \t]*[#.:][^{}]{0,100}\}[ \t]*$"), ""),
)
_ESCAPES = (
    (re.compile(r"([\\`*\[\]<])"), r"\\\1"),
    (re.compile(r"(?<!\w)_|_(?!\w)"), r"\\_"),
    (re.compile(r"&(?=#?\w{1,31};)"), r"\\&"),
    (re.compile(r"~(?=~)"), r"\\~"),
)
_ESCAPED_START = re.compile(r"^([#>+=|-]|\d{1,9}(?=[.)]))")
_MORE = re.compile(r"<!--[ \t]{0,10}(?:more|truncate)[ \t]{0,10}-->", re.IGNORECASE)
_KEPT = re.compile("\ue000(\\d{1,4})\ue001")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Block:
    """One block at the beginning of a text."""

    kind: str
    """`heading`, `paragraph` or `other`."""
    text: str
    """The source of the block's inline content; empty for `other`."""
    line: int
    """The lines of the text before it."""
    end: int
    """The offset in the text after its last line."""
    end_line: int
    """The lines of the text up to `end`."""
    level: int = 0
    """Of a heading, from 1."""


def plain(text: str, limit: int = MAX_SUMMARY) -> str:
    """Return inline markdown as plain text on one line, at most `limit` characters, cut between words."""
    text = text[:MAX_INLINE].replace("\ue000", "").replace("\ue001", "")
    text = _reduce(text) if _SPECIAL.search(text) else _ICON.sub("", with_emoji(text))
    return shortened(" ".join(text.split()), limit)


def _reduce(text: str) -> str:
    kept: list[str] = []

    def keep(piece: str) -> str:
        kept.append(piece)
        return f"\ue000{len(kept) - 1}\ue001"

    if "`" in text:
        text = _CODE.sub(lambda m: keep(m[2].strip() or m[2]), text)
    if "\\" in text:
        text = _ESCAPE.sub(lambda m: keep(m[1]), text)
    for sign, pattern, replacement in _REDUCTIONS:
        if sign in text:
            text = pattern.sub(replacement, text)
    if "&" in text:
        text = _ENTITY.sub(lambda m: html.unescape(m[0]), text)
    text = with_emoji(text)
    return _KEPT.sub(lambda m: kept[int(m[1])], text) if kept else text


def shortened(text: str, limit: int) -> str:
    """Return the text, cut between words and ended by an ellipsis if it is longer than `limit`."""
    if len(text) <= limit:
        return text
    space = text.rfind(" ", limit // 2, limit)  # scripts without spaces are cut anywhere
    return text[: space if space > 0 else limit - 1].rstrip(" ,;:–—-") + "…"


def escaped(text: str) -> str:
    """Return markdown that shows exactly this plain text."""
    for pattern, replacement in _ESCAPES:
        text = pattern.sub(replacement, text)
    return _ESCAPED_START.sub(_escape_start, text)


def _escape_start(match: re.Match[str]) -> str:
    start = match[1]
    return start + "\\" if start.isdigit() else "\\" + start


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks at the beginning of the text, as far as `MAX_SCAN` reaches."""
    lines = _Lines(text)
    while (line := lines.peek()) is not None:
        if not line.strip():
            lines.take()
        elif fence := _FENCE.match(line):
            yield _fenced(lines, fence[1])
        elif line.lstrip(" ").startswith("<!--"):
            yield _comment(lines)
        elif (opened := _VERBATIM.match(line)) is not None:
            yield _verbatim(lines, f"</{opened[1].lower()}" if opened[1] else "$$")
        elif line.startswith(("    ", "\t")) or (_NOT_PROSE.match(line) and _atx(line) is None):
            yield _until_blank(lines)
        elif (title := _atx(line)) is not None:
            at = lines.number
            lines.take()
            level = len(line) - len(line.lstrip(" ").lstrip("#")) - (len(line) - len(line.lstrip(" ")))
            yield Block("heading", title, at, lines.offset, lines.number, level)
        else:
            yield _paragraph(lines)


def _atx(line: str) -> str | None:
    if "#" not in line[:4]:
        return None
    rest = line[:MAX_INLINE].lstrip(" ")
    if not rest.startswith("#") or line.startswith("    "):
        return None
    title = rest.lstrip("#")
    if len(rest) - len(title) > 6 or (title and title[0] not in " \t"):
        return None
    title = title.strip()
    closed = title.rstrip("#")
    return closed.rstrip() if not closed or closed[-1] in " \t" else title


def _fenced(lines: _Lines, mark: str) -> Block:
    at = lines.number
    lines.take()
    while (line := lines.take()) is not None:
        closing = line.strip()
        if len(closing) >= len(mark) and not closing.strip(mark[0]):
            break
    return Block("other", "", at, lines.offset, lines.number)


def _comment(lines: _Lines) -> Block:
    at = lines.number
    while (line := lines.take()) is not None and "-->" not in line:
        pass
    return Block("other", "", at, lines.offset, lines.number)


def _verbatim(lines: _Lines, end: str) -> Block:
    at = lines.number
    rest: str | None = (lines.take() or "").strip().removeprefix("$$")
    while rest is not None and end not in rest.lower():
        rest = lines.take()
    return Block("other", "", at, lines.offset, lines.number)


def _until_blank(lines: _Lines) -> Block:
    at = lines.number
    while (line := lines.peek()) is not None and line.strip():
        if lines.number > at and (_FENCE.match(line) or _atx(line) is not None):
            break
        lines.take()
    return Block("other", "", at, lines.offset, lines.number)


def _paragraph(lines: _Lines) -> Block:
    at, length = lines.number, 0
    text: list[str] = []
    while (line := lines.peek()) is not None:
        mark = line.strip()
        if text and mark and mark[0] in "=-" and not line.startswith("    ") and mark.strip(mark[0]) == "":
            lines.take()
            level = 1 if mark[0] == "=" else 2
            return Block("heading", " ".join(text), at, lines.offset, lines.number, level)
        if not mark or _FENCE.match(line) or _atx(line) is not None or (text and _NOT_PROSE.match(line)):
            break
        if length < MAX_INLINE:
            text.append(mark[:MAX_INLINE])
            length += len(text[-1])
        lines.take()
    return Block("paragraph", " ".join(text), at, lines.offset, lines.number)


def heading(body: str) -> Block | None:
    """Return the heading that names the text: one that begins it, else the first of the highest level.

    One of a lower level further down names a part of the text.
    """
    for place, block in enumerate(blocks(body)):
        if block.kind == "heading" and (not place or block.level == 1) and plain(block.text):
            return block
    return None


def only_heading(body: str) -> Block | None:
    """Return the heading of the first level that begins the text, if it has no other of that level."""
    first = leading_heading(body)
    if first is None or first.level != 1 or not plain(first.text):
        return None
    rest = (block for block in blocks(body) if block.kind == "heading" and block.level == 1)
    return first if sum(1 for _ in rest) == 1 else None


def leading_heading(body: str) -> Block | None:
    """Return the heading with which the body begins, if it does."""
    first = next(blocks(body), None)
    return first if first and first.kind == "heading" else None


def summary(body: str, separator: str = "") -> str:
    """Return the plain text of the beginning, as markdown that shows it; empty without a paragraph.

    That is the first paragraph, or all of them up to `<!--more-->` or the separator.
    """
    begin = _until_more(body, separator)
    excerpt = " ".join(_paragraphs(begin)) if begin is not None else ""
    return escaped(shortened(excerpt, MAX_EXCERPT) or next(_paragraphs(body), ""))


def _paragraphs(body: str) -> Iterator[str]:
    for block in blocks(body):
        # Without a letter it is an ornament: a number, a rule, what is left of HTML.
        if block.kind == "paragraph" and any(map(str.isalpha, text := plain(block.text).lstrip("# "))):
            yield text


def _until_more(body: str, separator: str) -> str | None:
    """Return the text that an author marked as the excerpt; None if nothing is marked."""
    begin = body[:MAX_SCAN]
    found = _MORE.search(begin) if "<!--" in begin else None
    end = found.start() if found else begin.find(separator) if separator else -1
    return begin[:end] if end > 0 else None


def count_words(text: str) -> int:
    """Return the number of words; a Chinese or Japanese character counts as one."""
    if text.isascii():
        return len(text.split())
    return len(_CJK.sub(" x ", text).split())


def count_ideographs(text: str) -> int:
    """Return how many Chinese and Japanese characters are among the words of a text."""
    return 0 if text.isascii() else len(_CJK.findall(text))


class _Lines:
    """A cursor over the lines of the beginning of a text, which is never split as a whole."""

    __slots__ = ("_end", "_line", "_text", "number", "offset")

    def __init__(self, text: str) -> None:
        self._text = text
        self.offset = 0
        self.number = 0
        self._line: str | None = None
        self._end = 0

    def peek(self) -> str | None:
        if self._line is None and self.offset < len(self._text) and self.offset < MAX_SCAN:
            end = self._text.find("\n", self.offset)
            self._end = len(self._text) if end < 0 else end + 1
            # A longer line is no heading, and its beginning says what kind of block it is.
            self._line = self._text[self.offset : min(self._end, self.offset + 4 * MAX_INLINE)].rstrip("\n")
        return self._line

    def take(self) -> str | None:
        line = self.peek()
        if line is not None:
            self.offset, self._line = self._end, None
            self.number += 1
        return line
