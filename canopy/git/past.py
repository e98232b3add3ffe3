"""What is remembered of a repository's history from one snapshot to the next.

It ties together who tells of the files that are there (`Dates`), of those that left (`Departures`) and of
what files said earlier (`Versions`). It belongs to one thread at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from canopy.git.dates import FILE, Dates
from canopy.git.departures import NOTHING, Departures
from canopy.git.renames import load_renames
from canopy.git.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dulwich.repo import Repo

    from canopy.git.limits import Limits
    from canopy.git.trees import Trees
    from canopy.git.values import Extract, Former


class Bygone(NamedTuple):
    """What a history has besides the files of its head."""

    former: Mapping[str, Former] = NOTHING
    """The files that left, by path."""
    earlier: tuple[Former, ...] = ()
    """What files said earlier."""


class Past:
    """The history of one repository, up to the commit last looked at."""

    def __init__(self, place: Path, limits: Limits) -> None:
        """Remember in the directory `place`, and use what other processes left there."""
        self.dates = Dates(limits, place / FILE)
        self._place = place
        self._limits = limits
        self._departures = Departures(place)
        self._versions = Versions(place)
        self.redated: set[bytes] | None = set()
        """Raw paths whose dates may have changed since the last snapshot; None: any may."""

    def copy(self) -> Past:
        """Return one that goes its own way from here, and leaves nothing on disk."""
        other = Past(self._place, self._limits)
        other.dates, other._departures = self.dates.copy(), self._departures.copy()
        other._versions = self._versions.copy()
        other.redated = None if self.redated is None else set(self.redated)
        return other

    def keep(self) -> None:
        """Leave copies on disk from now on."""
        self.dates.keep_in(self._place / FILE)

    @property
    def complete(self) -> bool:
        """Whether all is known that will ever be known about files that left and what files said earlier."""
        return self._departures.complete and self._versions.complete

    def look(self, repo: Repo, trees: Trees, head: bytes, extract: Extract | None) -> Bygone:
        """Bring everything up to a commit; of earlier contents the `extract` is told, if one is wanted."""
        if self.dates.use_renames(load_renames(self._place)):
            self.redated = None
        store, shallow = repo.object_store, frozenset(map(bytes, repo.get_shallow()))
        changed = self.dates.look(store, trees, head, shallow)
        if changed is None:
            self.redated = None
        elif self.redated is not None:
            self.redated |= changed
        former = self._departures.look(self.dates, store, trees, changed)
        if extract is None:
            return Bygone(former)
        news = self._versions.look(self.dates, store, trees, extract)
        said = self._versions.found
        return Bygone(former, self._departures.earlier(self.dates, store, trees, changed, said, news=news))

    def told(self) -> None:
        """Begin to collect what is `redated` anew: a snapshot has it."""
        self.redated = set()
