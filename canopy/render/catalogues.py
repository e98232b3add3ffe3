"""Which names a site has: all terms of one kind with their counts, under the letters that they begin with.

A long catalogue has a heading for each letter and is cut into sheets between letters, so that a new name
moves but what is near it; a letter with too many names is cut by their number. Must not know views or HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from canopy.render.pagination import Pagination

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from canopy.content.collation import Alphabet
    from canopy.content.values import Term

LONG = 60
"""Names from which on they stand under letters."""
LETTER = "_letter:"
"""What the ids of headings begin with."""
NAMES = 800
"""Terms on a sheet, at most twice that: some 35 KB, compressed."""

Letters = tuple[tuple[str, int], ...]
"""Headings, each with the place of the first name under it."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One sheet of the terms of one kind; of most sites, there is just one."""

    kind: str
    """`tag`, `category`, `series`, `author` or `year`."""
    home: str
    """The catalogue's own address."""
    all: tuple[Term, ...]
    base: str
    pagination: Pagination
    letters: Letters = ()
    """Of all sheets; empty where the names are few."""
    number: int = 1

    def address(self, number: int) -> str:
        """Return the path of a sheet."""
        return self.home if number == self.pagination.start else f"{self.base}/{number}"

    @property
    def is_start(self) -> bool:
        """Whether it is the one at the catalogue's own address."""
        return self.number == self.pagination.start

    @property
    def path(self) -> str:
        """Return its address."""
        return self.address(self.number)

    @property
    def terms(self) -> tuple[Term, ...]:
        """Return the terms on it."""
        return self.all[self.pagination.slice(self.number)]

    @property
    def groups(self) -> Iterator[tuple[str, tuple[Term, ...]]]:
        """Yield the headings on it with what is under them; one without a name where there are none."""
        sheet = self.pagination.slice(self.number)
        starts = [start for _, start in self.letters] or [0]
        names = [name for name, _ in self.letters] or [""]
        for number, start in enumerate(starts):
            end = starts[number + 1] if number + 1 < len(starts) else len(self.all)
            found = self.all[max(start, sheet.start) : min(end, sheet.stop)]
            if found:
                yield names[number], found

    def sheet_of(self, place: int) -> str:
        """Return the path of the sheet on which the name at a place is."""
        return self.address(self.pagination.number_of(place))


def headings(terms: Sequence[Term], alphabet: Alphabet) -> Letters:
    """Return the letters of terms, which are in order; none where they would be of no help."""
    if len(terms) <= LONG:
        return ()
    found: list[tuple[str, int]] = []
    place = 0
    for letter, group in groupby(alphabet.letter(term.name) for term in terms):
        found.append((letter, place))
        place += sum(1 for _ in group)
    return tuple(found) if 1 < len(found) <= len(terms) // 2 else ()


def cut(total: int, letters: Letters) -> Pagination:
    """Return the sheets of so many names: between letters, where that makes none too long."""
    if not letters or total <= 2 * NAMES:
        return Pagination(total, max(NAMES, total if letters else 0), from_end=False)
    cuts = [0]
    starts = [start for _, start in letters]
    for start, end in zip(starts, [*starts[1:], total], strict=True):
        if start - cuts[-1] >= NAMES or (start > cuts[-1] and end - cuts[-1] > 2 * NAMES):
            cuts.append(start)
        while end - cuts[-1] > 2 * NAMES:
            cuts.append(cuts[-1] + NAMES)
    if len(cuts) > 1 and total - cuts[-1] < NAMES // 2 and total - cuts[-2] <= 2 * NAMES:
        cuts.pop()  # the few last names are no sheet of their own
    return Pagination(total, NAMES, from_end=False, cuts=tuple(cuts))
