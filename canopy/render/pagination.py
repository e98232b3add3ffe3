"""How a long list is cut into sheets, so that what was printed once stays as it is.

A list that grows at its beginning (the newest first) is counted from its end: sheet 1 holds the oldest
entries for ever, and the listing's own address shows the sheet with the highest number. That one takes up
what comes, from `size` entries to `2 * size - 1`; only then is the next full sheet split off below it. So a
new entry changes one sheet, in rare cases two, and a link to `/posts/page/12` shows the same as long as
nothing old is added or removed. A list in another order (oldest first, by title, by weight) is counted from
its beginning, by the same rule: its first sheet is the listing itself, its last one takes up the remainder.

Pure numbers: this module must not know pages, paths or sites.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

PER_PAGE = 50
"""Entries on a sheet unless the server's settings say otherwise."""
_AROUND = 2
"""Numbers to either side of a sheet's own that it links to."""


@dataclass(frozen=True, slots=True)
class Pagination:
    """The sheets of a list. They are numbered from 1, from the end that does not grow."""

    total: int
    """Entries in all."""
    size: int = PER_PAGE
    from_end: bool = True
    """Whether the list grows at its beginning."""
    cuts: tuple[int, ...] = ()
    """Where each sheet begins, if not by `size`; of a list that is counted from its beginning."""

    @property
    def count(self) -> int:
        """Return the number of sheets; an empty list has one."""
        return len(self.cuts) or max(1, self.total // self.size)

    @property
    def start(self) -> int:
        """Return the number of the sheet at the listing's own address."""
        return self.count if self.from_end else 1

    @property
    def reading(self) -> range:
        """Return the numbers in the order in which the list is read."""
        return range(self.count, 0, -1) if self.from_end else range(1, self.count + 1)

    def slice(self, number: int) -> slice:
        """Return which entries of the list a sheet holds."""
        if self.cuts:
            return slice(*(*self.cuts, self.total)[number - 1 : number + 1])
        first = (number - 1) * self.size
        end = self.total if number == self.count else number * self.size
        return slice(self.total - end, self.total - first) if self.from_end else slice(first, end)

    def number_of(self, place: int) -> int:
        """Return the number of the sheet that holds the entry at a place of the list, from 0."""
        if self.cuts:
            return bisect_right(self.cuts, place)
        counted = self.total - 1 - place if self.from_end else place
        return min(counted // self.size + 1, self.count)

    def before(self, number: int) -> int | None:
        """Return the sheet that is read before this one: of a list that grows, the newer."""
        return self._next(number, 1 if self.from_end else -1)

    def after(self, number: int) -> int | None:
        """Return the sheet that is read after this one: of a list that grows, the older."""
        return self._next(number, -1 if self.from_end else 1)

    def _next(self, number: int, step: int) -> int | None:
        return number + step if 1 <= number + step <= self.count else None

    def shown(self, number: int) -> tuple[int | None, ...]:
        """Return the numbers that a sheet links to, in reading order; None stands for those left out.

        The far end of a list that is counted from its beginning is not among them, and a caller must not
        write the number of `start` down: else all sheets would change whenever one is added.
        """
        near = {n for n in range(number - _AROUND, number + _AROUND + 1) if 1 <= n <= self.count}
        ordered = sorted({*near, 1, self.start}, reverse=self.from_end)
        found: list[int | None] = []
        for n in ordered:
            if found and found[-1] is not None and abs(found[-1] - n) > 1:
                found.append(None)
            found.append(n)
        return tuple(found)
