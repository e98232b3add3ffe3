"""Names of people as front matter writes them. Their e-mail addresses are not published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.content.prose import plain
from canopy.content.values import Author

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_AUTHORS = 50
MAX_LENGTH = 2000
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\(\s*<?([^()<>\s]{0,500})>?[^()]{0,200}\)")
_ADDRESS = re.compile(r"[<(]\s*(?:mailto:)?[^<>()\s@]{1,100}@[^<>()\s@]{1,200}\s*[>)]")
_BRACKETED = re.compile(r"\([^()]{0,600}\)|\[[^\[\]]{0,600}\]")
_SUFFIXES = frozenset(
    {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "ph.d.", "md", "m.d.", "esq", "esq."}
)


def parse_authors(text: str) -> tuple[Author, ...]:
    """Return the people that a text names: `A`, `A, B`, `[A](url)`, `nick ([A](url))`."""
    pieces: list[str] = []
    for piece in _split(text[:MAX_LENGTH]):
        if pieces and piece.strip().lower() in _SUFFIXES:
            pieces[-1] += "," + piece
        else:
            pieces.append(piece)
    return unique(filter(None, map(_parse_author, pieces)))


def unique(authors: Iterable[Author]) -> tuple[Author, ...]:
    """Return the authors without repetition, in their order, as many as a page can bear."""
    return tuple(dict.fromkeys(authors))[:MAX_AUTHORS]


def make_author(name: str, url: str = "") -> Author | None:
    """Return the author, or None without a name; an address that is not for the web is left out."""
    name = " ".join(name.split())[:200]
    url = url.strip()
    usable = url.startswith(("https://", "http://", "/")) and url.isprintable() and " " not in url
    return Author(name, url if usable else "") if name else None


def _split(text: str) -> list[str]:
    # Commas and semicolons within brackets belong to a name's explanation.
    masked = text
    for _ in range(2):  # a link within parentheses
        masked = _BRACKETED.sub(lambda m: "x" * len(m[0]), masked)
    masked = masked.replace(";", ",")
    pieces, start = [], 0
    while (comma := masked.find(",", start)) >= 0:
        pieces.append(text[start:comma])
        start = comma + 1
    pieces.append(text[start:])
    return pieces


def _parse_author(text: str) -> Author | None:
    url = ""
    if link := _LINK.search(text):
        url = link[2]
    name = _LINK.sub(r"\1", text)
    name = _ADDRESS.sub("", name)
    if "*" in name or "[" in name or "\\" in name:
        name = plain(name)
    return make_author(name, url)
