"""What of a page shows that it matches: a title or a passage, cut where what was looked for stands."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from canopy.search.words import MOST_TOKEN, fold, is_unspaced, runs, word_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from canopy.search.query import Clause, Query

Marked = tuple[str, ...]
"""Pieces of text, plain and matching in turns; the first is plain, and may be empty."""

_LENGTH = 230
"""Characters of a passage."""
_BEFORE = 70
"""Of them, before the first that matches."""
_MOST_SCANNED = 60_000
_MOST_FOUND = 200
_BETWEEN = re.compile(r"[ \t]*\n\s*")


class Marker:
    """Finds what a query looks for in texts as they were written."""

    def __init__(self, query: Query) -> None:
        self._whole: set[str] = set()
        self._beginnings: tuple[str, ...] = ()
        self._parts: set[str] = set()
        for clause in query.wanted:
            joined = list(_joined(clause))
            self._parts.update(token for token in joined if is_unspaced(token))
            self._whole.update(token for token in (*joined, *clause.forms) if not is_unspaced(token))
            if clause.prefix and not is_unspaced(clause.tokens[-1]):
                self._beginnings += (clause.tokens[-1],)
        # Most texts are plain ASCII, and one pattern is much faster than a look at each word.
        ways = [*sorted(self._whole), *(f"{beginning}[a-z0-9]*" for beginning in self._beginnings)]
        ascii_ways = "|".join(way for way in ways if way.isascii()) or "(?!)"
        self._ascii = re.compile(f"(?<![a-z0-9])(?:{ascii_ways})(?![a-z0-9])", re.IGNORECASE | re.ASCII)

    def mark(self, text: str) -> Marked:
        """Return a whole text with what matches in it."""
        text = text[:_MOST_SCANNED]
        return _cut(text, self._found(text), 0, len(text))

    def passage(self, text: str) -> Marked:
        """Return the passage in which most of what is looked for stands, else the beginning, on one line."""
        text = text[:_MOST_SCANNED].rstrip()
        found = self._found(text)
        start = _best(text, found)
        end = _end(text, start)
        pieces = [_BETWEEN.sub(" · ", piece) for piece in _cut(text, found, start, end)]
        if start > 0:
            pieces[0] = "… " + pieces[0].lstrip(" ·")
        if text[end:].strip():
            pieces[-1] = pieces[-1].rstrip(" ,;:·–—-") + " …"
        return tuple(pieces)

    def _found(self, text: str) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        if text.isascii():
            return [match.span() for match in islice(self._ascii.finditer(text), _MOST_FOUND)]
        for word in word_pattern().finditer(text):
            for run, start in runs(word[0], word.start()):
                found += self._spans(run, start)
            if len(found) >= _MOST_FOUND:
                break
        return found

    def _spans(self, run: str, start: int) -> Iterator[tuple[int, int]]:
        folded = fold(run)
        if not is_unspaced(run):
            if folded[:MOST_TOKEN] in self._whole or folded.startswith(self._beginnings):
                yield start, start + len(run)
            return
        # Folding hardly ever changes the length here; where it does, all of the run is shown as found.
        if len(folded) != len(run):
            if any(part in folded for part in self._parts):
                yield start, start + len(run)
            return
        places = {
            place
            for part in self._parts
            for match in re.finditer(f"(?={re.escape(part)})", folded)
            for place in range(match.start(), match.start() + len(part))
        }
        for place in sorted(places):
            if place - 1 not in places:
                last = place
                while last + 1 in places:
                    last += 1
                yield start + place, start + last + 1


def _joined(clause: Clause) -> Iterator[str]:
    """Yield a clause's tokens with overlapping pairs made one run again."""
    run = ""
    for token in clause.tokens:
        if run and is_unspaced(token) and run[-1] == token[0]:
            run += token[1:]
            continue
        if run:
            yield run
        run = token if is_unspaced(token) else ""
        if not run:
            yield token
    if run:
        yield run


def _best(text: str, found: list[tuple[int, int]]) -> int:
    """Return where the passage with the most different words that match begins."""
    best, most = 0, 0
    for number, (start, _) in enumerate(found):
        begin = max(0, start - _BEFORE)
        inside = {fold(text[s:e]) for s, e in found[number : number + 20] if e <= begin + _LENGTH}
        if len(inside) > most:
            best, most = begin, len(inside)
    if best == 0:
        return 0
    # A passage begins with a line, or at least with a word.
    line = text.rfind("\n", best, best + _BEFORE)
    if line >= 0:
        return line + 1
    word = text.find(" ", best, best + _BEFORE)
    return word + 1 if word >= 0 else best


def _end(text: str, start: int) -> int:
    end = start + _LENGTH
    if end >= len(text):
        return len(text)
    gap = max(text.rfind(" ", start + _LENGTH // 2, end), text.rfind("\n", start + _LENGTH // 2, end))
    return gap if gap > 0 else end


def _cut(text: str, found: list[tuple[int, int]], start: int, end: int) -> Marked:
    pieces, place = [], start
    for first, last in found:
        if first < place or last > end:
            continue
        pieces += [text[place:first], text[first:last]]
        place = last
    return (*pieces, text[place:end])
