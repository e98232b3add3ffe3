"""The headings of one text: their levels, their ids, and the table of contents.

A page's title is its only `h1`, so a text's own headings begin at `h2` and never skip a level, whatever
levels its author chose; ids are the slugs that GitHub would give.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from canopy.render.attributes import only_attributes, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Token = dict[str, Any]

# An element with such an id shadows a property that scripts rely on, where an element is looked up by
# name ("DOM clobbering"). They count as taken.
_CLOBBERING = frozenset(
    """attributes children childnodes constructor cookie dataset firstchild hasownproperty innerhtml lastchild
    nextsibling nodename nodetype nodevalue outerhtml ownerdocument parentelement parentnode
    previoussibling prototype queryselector removechild setattribute tagname textcontent tostring
    valueof""".split()  # noqa: SIM905
)
_CUSTOM_ID = re.compile(r"\{#([^\s{}#]{1,100})\}\Z")
_LIST = re.compile(r"[ \t]\{:?([^{}\n]+)\}\Z")
_FOOTNOTE = re.compile(r"\[\^[^\]]{0,100}\]")
_LONGEST = 100


class Ids:
    """The ids of one text: each is given once, and none begins with `_`, which is the theme's."""

    def __init__(self, *, none: bool = False) -> None:
        self.none = none
        """The text is shown among others, and gives no names."""
        self.taken: set[str] = set()
        self._next: dict[str, int] = {}
        self.renamed: dict[str, str] = {}
        """What an author called something, to what it is called on the page."""
        self._alike: dict[str, str] | None = None

    def claim(self, wanted: str) -> str:
        """Return `wanted`, or the nearest free id: `x`, `x-1`, `x-2`, and so on."""
        base = re.sub(r"\s+", "-", wanted.strip())[:_LONGEST].lstrip("_") or "section"
        name = base
        while name in self.taken or name.casefold() in _CLOBBERING:
            number = self._next.get(base, 0) + 1
            self._next[base] = number
            name = f"{base}-{number}"
        self.taken.add(name)
        if name != wanted:
            self.renamed.setdefault(wanted, name)
        return name

    def find(self, wanted: str) -> str | None:
        """Return the id that an author means by `wanted`; None if there is none.

        Generators derive ids from headings in different ways: what differs in case and signs, or in a number
        at the beginning, is forgiven where only one id is like it.
        """
        if wanted in self.taken:
            return wanted
        if wanted in self.renamed:
            return self.renamed[wanted]
        if self._alike is None:
            self._alike = {}
            for name in sorted(self.taken):
                for bare in {core(name), core(name).lstrip("0123456789")}:
                    self._alike[bare] = "" if bare in self._alike else name
        bare = core(wanted)
        return self._alike.get(bare) or self._alike.get(bare.lstrip("0123456789")) or None


def core(name: str) -> str:
    """Return what is left of an id where case and signs do not matter."""
    return "".join(filter(str.isalnum, name.casefold()))


def slug(text: str) -> str:
    """Return the id that GitHub gives to a heading of this visible text."""
    kept = (
        character
        for character in text.strip().lower()
        if character in " -_" or unicodedata.category(character)[0] in "LNM"
    )
    return "".join(kept).replace(" ", "-")


def place_of(part: str) -> str:
    """Return how a link names a part of a note: a heading by its slug, a block by its name with `^`."""
    return part if part.startswith("^") else slug(_FOOTNOTE.sub("", part))


def visible_text(tokens: Iterable[Token], *, written: bool = False) -> str:
    """Return what a reader sees of inline tokens; or, of emoji, the names with which they were `written`."""
    return "".join(_visible(tokens, "written" if written else "raw"))


def _visible(tokens: Iterable[Token], key: str) -> Iterator[str]:
    for token in tokens:
        kind = token["type"]
        if kind in {"softbreak", "linebreak"}:
            yield " "
        elif "children" in token:
            yield from _visible(token["children"], key)
        elif kind not in {"footnote_ref", "inline_html"}:
            yield token.get(key) or token.get("raw", "")


def take_custom_id(token: Token) -> None:
    """Move `{#id}`, or a list of attributes, from the end of a heading's source into the heading's own."""
    text = token.get("text", "").rstrip()
    match = _CUSTOM_ID.search(text, max(0, len(text) - _LONGEST - 3))
    if match is not None:
        token["text"] = text[: match.start()].rstrip()
        token["attrs"]["id"] = match[1]
        return
    match = _LIST.search(text, max(0, len(text) - 3 * _LONGEST))
    if match is not None and only_attributes(match[1]):
        token["text"] = text[: match.start()].rstrip()
        given = read(match[1])
        if "id" in given:
            token["attrs"]["id"] = given.pop("id")
        token["given"] = given


def settle_levels(headings: Iterable[Token]) -> None:
    """Give each heading the level of its depth: 2 for the outermost, one more for each that encloses it."""
    enclosing: list[int] = []
    for token in headings:
        level = token["attrs"]["level"]
        while enclosing and enclosing[-1] >= level:
            enclosing.pop()
        enclosing.append(level)
        token["attrs"]["level"] = min(len(enclosing) + 1, 6)
