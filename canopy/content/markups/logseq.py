"""Logseq's outlines: blocks with properties, references to blocks, commands in braces.

A heading that is a block with others below it is a heading of the page; all other blocks stay a list.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from canopy.content.dialects.rewriting import placeholder
from canopy.content.markups.writing import Translated, named
from canopy.content.prose import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

PROPERTY = re.compile(r"[ \t]*(?:- )?(?P<key>[^\W\d][\w./-]{0,60}):: ?(?P<value>.*)")
IDENTIFIER = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_BLOCK = re.compile(r"([ \t]*)-(?:[ \t]+|$)(.*)")
_HEADING = re.compile(r"#{1,6} ")
_FENCE = re.compile(r"[ \t]*(?:- )?(`{3,}|~{3,})")
_DRAWER = re.compile(r"[ \t]*:(?:LOGBOOK|PROPERTIES):[ \t]*$", re.IGNORECASE)
_DRAWER_END = re.compile(r"[ \t]*:END:[ \t]*$", re.IGNORECASE)
_PLANNED = re.compile(r"[ \t]*(?:SCHEDULED|DEADLINE|CLOSED): *[<\[][^<>\[\]]{1,60}[>\]]")
_BEGIN = re.compile(r"[ \t]*(?:- )?#\+BEGIN_(\w{1,20})[ \t]*(.*)", re.IGNORECASE)
_END = re.compile(r"[ \t]*#\+END_\w{1,20}[ \t]*$", re.IGNORECASE)
_TASK = re.compile(
    r"(TODO|DOING|NOW|LATER|WAITING|IN-PROGRESS|WAIT|DONE|CANCELED|CANCELLED) +(?:\[#[A-C]\] +)?"
)
_INLINE = re.compile(
    rf"(?P<code>`[^`\n]{{1,1000}}`)"
    rf"|\{{\{{(?:embed|refer)\s+(?:\(\((?P<shown>{IDENTIFIER})\)\)|\[\[(?P<page>[^\[\]\n]{{1,300}})\]\])\s*\}}\}}"
    rf"|\[(?P<words>[^\[\]\n]{{1,300}})\]\(\(\((?P<of>{IDENTIFIER})\)\)\)"
    rf"|\(\((?P<block>{IDENTIFIER})\)\)"
    r"|\[(?P<called>[^\[\]\n]{1,300})\]\(\[\[(?P<to>[^\[\]\n]{1,300})\]\]\)"
    r"|\{\{(?P<name>[\w-]{1,40})[ \t]*(?P<rest>(?:[^{}\n]|\{(?!\{)|\}(?!\})){0,1000})\}\}"
    r"|(?P<tag>(?<!\S)#\[\[(?P<tagged>[^\[\]\n]{1,200})\]\])"
    r"|\^\^(?P<marked>(?!\s)[^\^\n]{1,500})\^\^"
    r"|(?<=\])\((?P<spaced>[^()<>\n\"]{1,400} [^()<>\n\"]{0,400})\)"
    r"|(?<=\))\{(?::[\w-]{1,20} [^{}\n]{0,40},? ?){1,6}\}"
)
_QUOTES = frozenset({"quote", "verse", "center", "pinned"})
_ALERTS = frozenset({"note", "tip", "important", "caution", "warning"})
_FILMS = frozenset({"video", "youtube", "vimeo", "bilibili", "tweet", "twitter"})
_FIELDS = {
    "title": "title",
    "alias": "aliases",
    "aliases": "aliases",
    "tags": "tags",
    "date": "date",
    "description": "description",
    "author": "author",
    "authors": "author",
    "lang": "language",
}
_LISTS = frozenset({"aliases", "tags"})
_HIDDEN = re.compile(
    r"(?:id|collapsed|heading|background[-_]color|created[-_]at|updated[-_]at|filters|icon|public|template"
    r"|template-including-parent|exclude-from-graph-view|file(?:-path)?|ls-type|title"
    r"|(?:card|hl|query|logseq|todo|done|later|now|doing|excalidraw|deck|anki)[-_.][\w.-]+)"
)
NOTHING = "<!-- -->"
"""In the place of a line that is not for readers: unlike a blank one it ends no paragraph."""


class Block(NamedTuple):
    """A block that others refer to."""

    page: str
    """The name of the note in which it is."""
    text: str


def translate(text: str, blocks: Mapping[str, Block], macros: Mapping[str, str]) -> Translated:
    """Return a page in markdown.

    `blocks` are those that may be referred to, by their identifiers; `macros` are what commands of the
    graph's own stand for, with `$1` for what is said behind their names.
    """
    return _Outline(text.split("\n"), blocks, macros).translated()


class _Outline:
    def __init__(self, lines: list[str], blocks: Mapping[str, Block], macros: Mapping[str, str]) -> None:
        self.macros = macros
        self.source = lines
        self.blocks = blocks
        self.lines: list[str] = []
        self.values: dict[str, object] = {}
        self.around: list[tuple[int, bool]] = []
        """The blocks in which we are: how far in they begin, and whether they are headings of the page."""
        self.quote = ""

    def translated(self) -> Translated:
        at = self._page()
        fence = ""
        for line in self.source[at:]:
            opened = _FENCE.match(line)
            if fence:
                self.lines.append(self._margin() + self._inner(line))
                fence = "" if line.strip().startswith(fence) and not line.strip().strip(fence[0]) else fence
            elif opened:
                fence = opened[1]
                self._line(line, plain=True)
            else:
                self._line(line)
        return Translated("\n".join(self.lines), self.values)

    def _page(self) -> int:
        """Read the properties of the page, which begin it; return the line behind them."""
        at = 0
        while at < len(self.source) and (found := PROPERTY.match(self.source[at])):
            self._set(found["key"].lower(), found["value"].strip())
            at += 1
        return at

    def _set(self, key: str, value: str) -> None:
        field = _FIELDS.get(key)
        if field in _LISTS:
            items = [item.strip(' #[]"') for item in re.split(r"[,，]", value)]
            self.values[field] = [item for item in items if item]
        elif field and value:
            self.values[field] = value.strip('[]"')
        if key == "public" and value.lower() == "false":
            self.values["draft"] = "true"
        shown = value and not field and not _HIDDEN.fullmatch(key)
        self.lines.append(f"**{key}:** {self.inline(value)}  " if shown else "")

    def _margin(self) -> str:
        """Return what stands before a line of the block in which we are, but for its mark."""
        return "    " * max(0, sum(not heading for _, heading in self.around) - 1)

    def _inner(self, line: str) -> str:
        """Return a line of the block without what moves it in."""
        if not self.around:
            return line
        far, heading = self.around[-1]
        far += 2
        wide = line.expandtabs(4)
        cut = min(far, len(wide) - len(wide.lstrip()))
        return ("" if heading else "  ") + wide[cut:]

    def _line(self, line: str, *, plain: bool = False) -> None:
        if block := _BLOCK.match(line):
            self._block(len(block[1].expandtabs(4)), block[2], plain=plain)
        elif plain or not line.strip():
            self.lines.append(self._margin() + self._inner(line) if plain else "")
        else:
            self._continued(line)

    def _continued(self, line: str) -> None:
        inner = self._inner(line)
        space = inner[: len(inner) - len(inner.lstrip())]
        if found := PROPERTY.match(line):
            self._property(found, self._margin() + space)
        else:
            self.lines.append(self._margin() + space + self._said(inner.strip()))

    def _property(self, found: re.Match[str], before: str) -> None:
        key, value = found["key"].lower(), found["value"].strip()
        if _HIDDEN.fullmatch(key) or not value:
            self.lines.append(f"{before}{NOTHING}")
        else:
            self.lines.append(f"{before}*{key}:* {self.inline(value)}  ")

    def _said(self, text: str) -> str:
        """Return a line's words; those between `#+BEGIN_` and `#+END_` are said by somebody else."""
        if begin := _BEGIN.match(text):
            kind = begin[1].lower()
            self.quote = "> " if kind in _QUOTES or kind in _ALERTS else ""
            return f"> [!{kind.upper()}]" if kind in _ALERTS else NOTHING
        if _END.match(text):
            self.quote = ""
            return NOTHING
        if (
            _DRAWER.match(text)
            or _DRAWER_END.match(text)
            or _PLANNED.match(text)
            or text.startswith("CLOCK: [")
        ):
            return NOTHING
        return self.quote + self.inline(text)

    def _block(self, far: int, text: str, *, plain: bool) -> None:
        while self.around and self.around[-1][0] >= far:
            self.around.pop()
        self.quote = ""
        free = all(heading for _, heading in self.around)
        heading = free and _HEADING.match(text) is not None
        self.around.append((far, heading))
        if heading:
            self.lines.append(self.inline(text))
            return
        found = PROPERTY.match(text)
        if found and not plain:
            self._property(found, f"{self._margin()}- ")
            return
        task = _TASK.match(text)
        box = ""
        if task:
            box = "[x] " if task[1] in ("DONE", "CANCELED", "CANCELLED") else "[ ] "
            text = text[task.end() :]
        margin = self._margin()
        self.lines.append(f"{margin}- {box}{text if plain else self._said(text)}".rstrip())

    def inline(self, text: str) -> str:
        """Return a line's words with the signs of markdown."""
        return _INLINE.sub(self._shown, text[:8000]) + text[8000:]

    def _shown(self, match: re.Match[str]) -> str:
        if match["code"]:
            return match["code"]
        if match["page"]:
            return f"![[{match['page'].strip()}]]"
        if identifier := match["shown"] or match["of"] or match["block"]:
            return self._block_of(identifier, match["words"] or "")
        if match["to"]:
            return named(match["to"], match["called"])
        if match["name"]:
            return self._command(match["name"], match["rest"].strip(), match[0])
        if match["tag"]:
            return f"[[{match['tagged']}]]"
        if match["spaced"]:
            return f"(<{match['spaced'].strip()}>)"
        return f"=={match['marked']}==" if match["marked"] else ""

    def _block_of(self, identifier: str, words: str) -> str:
        block = self.blocks.get(identifier)
        if block is None:
            return words or placeholder("a block that is not there")
        text = re.sub(r"[\[\]<>`]|\(\(|\{\{[^{}]*\}\}", "", words or block.text).strip()
        return named(block.page, shortened(text, 200) or block.page)

    def _command(self, name: str, rest: str, written: str) -> str:
        macro = self.macros.get(name)
        if macro is None:
            return _command(name.lower(), rest, written)
        words = [word.strip() for word in rest.split(",")] + [""] * 9
        filled = re.sub(r"\$([1-9])", lambda m: words[int(m[1]) - 1], macro)
        return _INLINE.sub(lambda m: self._shown(m) if not m["name"] else placeholder(m["name"]), filled)


def _command(name: str, rest: str, written: str) -> str:
    """Return what a command in braces shows."""
    if name in _FILMS and rest:
        return rest if "://" in rest else placeholder(name)
    if name == "cloze":
        return rest.partition("\\\\")[0]
    if name in ("query", "cards", "renderer", "function", "namespace", "embed", "youtube-timestamp"):
        return placeholder(f"{name} {rest}"[:80].strip())
    return written
