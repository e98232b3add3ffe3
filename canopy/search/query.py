"""What a reader asks for: a line of text, understood whatever it holds.

Words that must all be there; `"phrases"`; `-words` that must not; `tag:x` and `section:/Posts`. The last word
may be unfinished. No string is an error, and nothing of it but letters and digits goes any further.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from canopy.search.words import INVISIBLE, inflections, is_unspaced, tokens, words

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CHARACTERS = 200
_MOST_CLAUSES = 12
_MOST_TOKENS = 16
"""Of one phrase."""
_LEAST_PREFIX = 2
"""Letters of an unfinished word; one letter begins half the dictionary."""

_PIECE = re.compile(
    r'(?P<no>-?)(?:(?P<field>tag|section):(?=\S))?(?:"(?P<phrase>[^"]*)(?P<closed>"?)|(?P<word>[^\s"]+))',
    re.IGNORECASE,
)
_QUOTES = str.maketrans(dict.fromkeys("“”„«»＂〝〞", '"') | {"\u3000": " ", "−": "-", "－": "-"})


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that is looked for: tokens that follow one another."""

    tokens: tuple[str, ...]
    prefix: bool = False
    """The last token is only the beginning of one."""
    forms: tuple[str, ...] = ()
    """Single tokens that will do as well."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for, and where."""

    text: str = ""
    """As the reader wrote it, on one line, cut to what is heeded."""
    wanted: tuple[Clause, ...] = ()
    unwanted: tuple[Clause, ...] = ()
    section: str = ""
    """The path of a section: only pages in it, or below it."""
    tag: str = ""

    def within(self, section: str, tag: str) -> Query:
        """Return the same query for a section and a tag only, where these are not empty."""
        return replace(self, section=_path(section) or self.section, tag=tag[:MOST_CHARACTERS] or self.tag)


def parse_query(text: str, *, english: bool = True) -> Query:
    """Understand what a reader typed; other forms of a word count where it may be `english`."""
    # What is not printable (line feeds, NUL, lone surrogates) is nothing that anybody looks for.
    heeded = "".join(c if c.isprintable() or c in INVISIBLE else " " for c in text[:MOST_CHARACTERS])
    wanted: list[Clause] = []
    unwanted: list[Clause] = []
    section = tag = ""
    spelled = heeded.translate(_QUOTES)
    for piece in _PIECE.finditer(spelled):
        value = piece["word"] or piece["phrase"] or ""
        field = (piece["field"] or "").lower()
        if field and value and not piece["no"]:
            section, tag = (_path(value), tag) if field == "section" else (section, value)
            continue
        unfinished = piece.end() == len(spelled) and not piece["closed"] and not piece["no"]
        clause = _clause(value, quoted=piece["word"] is None, unfinished=unfinished, english=english)
        if clause is not None:
            (unwanted if piece["no"] else wanted).append(clause)
    heeded = " ".join(heeded.split())
    return Query(heeded, tuple(wanted[:_MOST_CLAUSES]), tuple(unwanted[:_MOST_CLAUSES]), section, tag)


def _clause(text: str, *, quoted: bool, unfinished: bool, english: bool) -> Clause | None:
    found = list(_tokens(text))[:_MOST_TOKENS]
    if not found:
        return None
    last = found[-1]
    # A lone character of Chinese is the beginning of a pair.
    if is_unspaced(last):
        return Clause(tuple(found), prefix=len(last) == 1)
    prefix = (unfinished or text.endswith("*")) and len(last) >= _LEAST_PREFIX
    forms = inflections(last) if english and len(found) == 1 and not quoted else ()
    return Clause(tuple(found), prefix, forms)


def _tokens(text: str) -> Iterator[str]:
    parts = words(text)
    for number, word in enumerate(parts, 1):
        yield from tokens(word, final=number == len(parts))


def _path(text: str) -> str:
    text = text[:MOST_CHARACTERS].strip()
    return "/" + text.strip("/") if text.strip("/") else ""
