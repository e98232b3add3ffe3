"""Which field was meant by a name that is none. In doubt silent: names of one's own are welcome."""

from __future__ import annotations

from functools import lru_cache

from canopy.content.fields import INERT, KNOWN, squeezed

_SHORT = 5
"""Letters below which only two letters that changed places are a slip: `data` is not `date`."""
_LONG = 8
"""Letters from which on two slips are thinkable."""


@lru_cache(maxsize=1024)
def meant(key: str) -> str:
    """Return the known field that the name is a misspelling of; nothing if it may be a name of its own."""
    name = squeezed(key)
    if name in KNOWN or name in INERT or not name.isascii() or not name.isalpha() or len(name) > 30:
        return ""
    near = [known for known in KNOWN if _is_slip(name, known)]
    return min(near) if near else ""


def _is_slip(name: str, known: str) -> bool:
    if sorted(name) == sorted(known):
        return distance(name, known) == 1
    if min(len(name), len(known)) < _SHORT or abs(len(name) - len(known)) > 1:
        return False
    # An ending that changes is another word as often as not: `create`, `dated`, `publisher`.
    if name[:-1] in (known, known[:-1]) or known[:-1] == name:
        return False
    twice = len(known) >= _LONG and name[-1] == known[-1] and not _are_compounds(name, known)
    return distance(name, known) <= (2 if twice else 1)


def _are_compounds(name: str, known: str) -> bool:
    """Tell whether both end in a field: a `share_title` is as good a compound as a `short_title`."""
    return any(name.endswith(field) and known.endswith(field) for field in KNOWN if len(field) < len(known))


def distance(one: str, other: str) -> int:
    """Return how many letters were added, left out, replaced or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        oldest, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, oldest[j - 2] + 1)
            row.append(cost)
    return row[-1]
