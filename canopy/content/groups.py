"""Lists of pages by what the pages say of themselves: made once, then kept at the cost of a change."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from canopy.content.sections import order

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from canopy.content.values import Page

    K = TypeVar("K", bound=Hashable)

MANY = 500
"""Changed pages from which sorting or grouping all is cheaper than moving each."""


class Change(NamedTuple):
    """The pages that only one of two sites has, by name; an edited one is in both, as it was and as it is."""

    gone: Mapping[str, Page]
    fresh: Mapping[str, Page]

    @property
    def is_large(self) -> bool:
        """Whether to begin anew is cheaper."""
        return len(self.gone) + len(self.fresh) > MANY


def change_of(old: Mapping[str, Page], new: Mapping[str, Page]) -> Change:
    """Return what differs between two sets of pages; the same page is the same object."""
    fresh = {name: page for name, page in new.items() if old.get(name) is not page}
    edited = fresh.keys() & old.keys()
    if len(new) - len(fresh) + len(edited) == len(old):
        return Change({name: old[name] for name in edited}, fresh)
    return Change({name: page for name, page in old.items() if new.get(name) is not page}, fresh)


def reordered(pages: Sequence[Page], gone: Iterable[Page], fresh: Iterable[Page]) -> list[Page]:
    """Return pages, which are in the order of lists, after some went and others came."""
    found = list(pages)
    for page in gone:
        del found[bisect_left(found, order(page), key=order)]
    for page in fresh:
        insort(found, page, key=order)
    return found


def regrouped(
    groups: Mapping[K, Sequence[Page]], change: Change, keys: Callable[[Page], Iterable[K]]
) -> dict[K, tuple[Page, ...]]:
    """Return the groups that a change leaves another one, by key; an empty one is no more."""
    touched: dict[K, tuple[list[Page], list[Page]]] = {}
    for place, pages in enumerate(change):
        for page in pages.values():
            for key in keys(page):
                touched.setdefault(key, ([], []))[place].append(page)
    return {key: tuple(reordered(groups.get(key, ()), *parts)) for key, parts in touched.items()}
