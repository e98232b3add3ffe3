"""What of a page is searched: its markdown as readable text, with the headings apart.

Line by line and with bounded patterns, in time linear in the text. Not a markdown parser: what it lets
through of the markup is only punctuation, which no search heeds.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

from canopy.content.dialects import readable
from canopy.search.words import is_unspaced

if TYPE_CHECKING:
    from canopy.content.values import Page

MOST_BODY = 400_000
"""Characters of a page that are searched."""
_MOST_LINE = 4000
_MOST_HEADINGS = 20_000

_FENCE = re.compile(r"\s{0,9}(?:[-*+>]\s{1,4})?(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+")
_UNDERLINE = re.compile(r" {0,3}(?:={2,}|-{2,})\s*$")
_RULE = re.compile(r"[\s|:+=*_-]*$")
_MARKER = re.compile(r"\s*(?:(?:>|[-*+]|\d{1,9}[.)])(?:\s+|$)(?:\[[ xX]\]\s|\[![A-Za-z]{2,15}\][+-]?)?|\|)+")
# What opens or closes a box of other tools (`canopy.render.containers`) says its title, if anything.
_BOX = re.compile(
    r"\A\s{0,40}(?:(?::{3,}|/{3,})[ \t]*(?:\{[^{}]{0,100}\}|[\w-]{1,40})?"
    r"|(?:!!!|\?{3}\+?)[ \t]*(?:[\w -]{0,60}(?=\")|[\w-]{1,40}[ \t]*\Z)|===[+!]{0,2}(?=[ \t]+\"))(.*)"
)
_AROUND = ' \t|[]"'
_DEFINITION = re.compile(r" {0,3}\[(?!\^)[^\]]{1,200}\]:\s*\S+")
_REDUCTIONS = (
    (re.compile(r"!?\[\[[^\[\]|\n]{1,300}\|([^\[\]\n]{1,300})\]\]"), r"\1"),
    (re.compile(r"!?\[\[([^\[\]|\n]{1,300})\]\]"), r"\1"),
    (re.compile(r"\[\^[^\[\]\n]{1,100}\]:?"), ""),
    (re.compile(r"\]\([^()\n]{0,500}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)"), "]"),
    (re.compile(r"\]\[[^\[\]\n]{0,100}\]"), "]"),
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,500})>"), r"\1"),
    (re.compile(r"<!--[^<>]{0,500}-->|</?[A-Za-z][^<>\n]{0,500}>"), ""),
    (re.compile(r"!?\[([^\[\]\n]{0,500})\]"), r"\1"),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
    (re.compile(r"\*{1,3}|~~|`{1,3}|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)"), ""),
    (re.compile(r" ?\{[#.:%{][^{}\n]{0,200}\}{1,2}"), ""),
)
_MARKUP = re.compile(r"[\[\\<*_`~{]")


class Text(NamedTuple):
    """A page's words."""

    headings: str
    body: str
    """Readable, one paragraph, item or line of code a line; without the headings."""


def text_of(page: Page, dialect: str = "") -> Text:
    """Return what is to be read on a page, besides its title; `dialect` is that of its text."""
    headings: list[str] = []
    lines: list[list[str]] = []
    fence = quote = ""
    runs_on = False
    for line in readable(page.source.body[:MOST_BODY], dialect).split("\n"):
        line = line[:_MOST_LINE].rstrip("\r")
        # Like a row of a table, it stands by itself.
        line = line if fence else _BOX.sub(lambda box: f"| {box[1].strip(_AROUND)} |", line)
        marker = _MARKER.match(line)
        mark = marker[0].strip() if marker else ""
        # What has no mark of its own belongs to the paragraph, item or quotation above it.
        goes_on = runs_on and (not mark or mark == quote)
        runs_on, quote = False, mark if mark.startswith(">") else ""
        opening = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if fence:
            if opening and opening[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            else:
                lines.append([line.strip()])
        elif opening:
            fence = opening[1]
        elif (heading := _HEADING.match(line)) is not None:
            headings.append(_readable(line[heading.end() :].rstrip(" \t#")))
        elif _UNDERLINE.match(line) and lines and lines[-1]:
            headings.append("".join(lines.pop()))
        elif not _RULE.match(line):
            if not goes_on:
                lines.append([])
            _add(_plain(line[marker.end() :] if marker else line), lines[-1])
            runs_on = "|" not in line
        elif lines and lines[-1] and not line.strip():
            lines.append([])
    lines.insert(0, [_readable(page.source.front.abstract[:_MOST_LINE])])
    return Text("\n".join(headings)[:_MOST_HEADINGS], "\n".join(map("".join, lines)).strip("\n"))


def _add(line: str, paragraph: list[str]) -> None:
    """Add a line to those of its paragraph; scripts without spaces need none between them."""
    if line and paragraph and not (is_unspaced(paragraph[-1][-1]) and is_unspaced(line[0])):
        paragraph.append(" ")
    if line:
        paragraph.append(line)


def _readable(line: str) -> str:
    marker = _MARKER.match(line)
    return _plain(line[marker.end() :] if marker else line)


def _plain(line: str) -> str:
    """Return a line without markup, from what follows the sign of a list, a quotation or a table."""
    if _DEFINITION.match(line):
        return ""
    if _MARKUP.search(line):
        for pattern, replacement in _REDUCTIONS:
            line = pattern.sub(replacement, line)
    if "|" in line:
        line = " · ".join(cell.strip() for cell in line.split("|") if cell.strip())
    if "&" in line:
        line = html.unescape(line)
    return line.strip()
