"""The files that a history had and its head has not: where each one's content went, or what it was.

Of files that said something else once it tells likewise where they are now.

A path that is gone left with some commit. That commit either gave its content a new name, which may have left
in turn with a later commit, or deleted it. It owns that walk, and the beginnings of the files that left.
What it may cost is bounded: the newest departures count, and what cannot be told soon is left out until a
process of its own has found it out (`canopy.git.following`). It belongs to one thread at a time.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from canopy.errors import SyncError
from canopy.git.moves import Effort, Removal, load_moves, look_at, moves_stamp
from canopy.git.objects import BLOB, decode, read_object
from canopy.git.similarity import Similarity
from canopy.git.values import Former

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from canopy.git.dates import Dates
    from canopy.git.moves import Moves
    from canopy.git.objects import ObjectSource
    from canopy.git.trees import Trees

MOST_GONE = 30_000
"""Paths that are looked at, the newest departures first."""
MOST_DELETED = 10_000
"""Of them, those whose content is nowhere any more."""
HEAD_BYTES = 2_048
"""Of a file that left, kept for what it said about itself."""
MOST_EARLIER = 20_000
"""Earlier contents that are told of, the newest first."""
_MOST_OF_ONE = 50
"""Of them, those of one file."""
_SOON = 20_000
"""Comparisons that somebody may wait for."""
_SOON_READ = 3_000
"""Files likewise."""
NOTHING: Mapping[str, Former] = MappingProxyType({})

Departure = tuple[bytes, bytes]
"""A path and the commit with which it left."""


class Departures:
    """What left one repository."""

    def __init__(self, place: Path | None = None) -> None:
        """Use what another process left in the directory `place`."""
        self.complete = True
        """Whether all is known that will ever be known about the commit last looked at."""
        self._place = place
        self._stamp: object = None
        self._moves: Moves = {}
        self._gone: dict[bytes, bytes] | None = None
        """From a path to the commit that it left with; None: to be found out."""
        self._kept: dict[Departure, Former] = {}
        self._formers: Mapping[str, Former] | None = None
        self._earlier: tuple[Former, ...] | None = None
        self._told: frozenset[bytes] = frozenset()
        """Paths of which `_earlier` may tell."""

    def copy(self) -> Departures:
        """Return one that goes its own way from here."""
        other = Departures(self._place)
        other.complete, other._stamp = self.complete, self._stamp
        other._moves, other._kept, other._formers = dict(self._moves), self._kept, self._formers
        other._gone = None if self._gone is None else dict(self._gone)
        other._earlier, other._told = self._earlier, self._told
        return other

    def look(
        self, dates: Dates, store: ObjectSource, trees: Trees, changed: set[bytes] | None
    ) -> Mapping[str, Former]:
        """Return what left, by path; `changed` are the paths that `dates` has news of (None: any).

        The same mapping as before if nothing differs.
        """
        if self._place is not None and (stamp := moves_stamp(self._place)) != self._stamp:
            self._stamp = stamp
            self._moves = load_moves(self._place) | self._moves
            if not self.complete:
                self._formers = self._earlier = None
        if not self._update(dates, changed) and self._formers is not None and self.complete:
            return self._formers
        # Whoever waits for the first look has nothing to read yet; later ones find most of it kept.
        reads = _SOON_READ if self._formers is None else MOST_GONE
        walk = _Walk(dates, store, trees, self._moves, Effort(_SOON), reads)
        found, self._kept = walk.formers(self._gone or {}, self._kept)
        self.complete = walk.complete
        if self._formers is None or found != self._formers:
            self._formers, self._earlier = MappingProxyType(found), None
        return self._formers

    def earlier(
        self,
        dates: Dates,
        store: ObjectSource,
        trees: Trees,
        changed: set[bytes] | None,
        said: Mapping[bytes, Mapping[bytes, bytes]],
        *,
        news: bool,
    ) -> tuple[Former, ...]:
        """Return what files said before a commit changed them, after a `look` with the same `changed` paths.

        That is in `said` by commit and path, which has `news` or not. The same tuple as before if nothing
        differs.
        """
        if self._earlier is None or news or changed is None or not self._told.isdisjoint(changed):
            self._told = frozenset(path for files in said.values() for path in files)
            walk = _Walk(dates, store, trees, self._moves, Effort(_SOON))
            found = walk.earlier(said)
            self.complete = self.complete and walk.complete
            if found != self._earlier:
                self._earlier = found
        return self._earlier or ()

    def _update(self, dates: Dates, changed: set[bytes] | None) -> bool:
        """Learn which paths left; tell whether that is news."""
        before = self._gone
        if before is None or changed is None:
            self._gone = departed(dates)
            return self._gone != before
        news = False
        for path in changed:
            commit = dates.left(path)
            if commit != before.get(path, b""):
                news = True
                if commit:
                    before[path] = commit
                else:
                    del before[path]
        return news


def departed(dates: Dates) -> dict[bytes, bytes]:
    """Return all paths that left, each with the commit that took it away."""
    return {path: commit for path in dates.paths() if (commit := dates.left(path))}


def explore(dates: Dates, store: ObjectSource, trees: Trees, moves: Moves) -> None:
    """Add to `moves` where everything went that left, however long that takes."""
    _Walk(dates, store, trees, moves, Effort()).explore(departed(dates))


class _Walk:
    """One look at everything that left."""

    def __init__(
        self,
        dates: Dates,
        store: ObjectSource,
        trees: Trees,
        moves: Moves,
        effort: Effort,
        reads: int = 0,
    ) -> None:
        """Add to `moves` what is found out; read the beginnings of so many files at most."""
        self.complete = True
        self._dates = dates
        self._store = store
        self._trees = trees
        self._moves = moves
        self._effort = effort
        self._similarity = Similarity(store)
        self._removals: dict[bytes, Removal] = {}
        self._reads = reads

    def formers(
        self, gone: Mapping[bytes, bytes], kept: Mapping[Departure, Former]
    ) -> tuple[dict[str, Former], dict[Departure, Former]]:
        """Return the files that left by path, and by departure; those that are `kept` are not read again."""
        found: dict[str, Former] = {}
        keeping: dict[Departure, Former] = {}
        deleted = 0
        for path, commit in self._newest(gone):
            known, now = self._destination(path, commit)
            if not known or (not now and deleted >= MOST_DELETED):
                continue
            former = kept.get((path, commit)) or self._former(path, commit)
            if former is None:
                continue
            deleted += not now
            name = decode(now)
            former = former if former.now == name else replace(former, now=name)
            keeping[path, commit] = former
            # Of two names that decode to one, the newer departure counts.
            found.setdefault(former.path, former)
        return found, keeping

    def explore(self, gone: Mapping[bytes, bytes]) -> None:
        """Find out where everything went, and no more."""
        for path, commit in self._newest(gone):
            self._destination(path, commit)

    def earlier(self, said: Mapping[bytes, Mapping[bytes, bytes]]) -> tuple[Former, ...]:
        """Return what files said before a commit changed them, newest first, each thing once."""
        moment = self._dates.moment
        times = ((commit, path) for commit, files in said.items() for path in files)
        reached = [(path, commit) for commit, path in times if self._dates.changed_by(path, commit)]
        reached.sort(key=lambda d: (-moment(d[1]), d[1], d[0]))
        found: list[Former] = []
        told: dict[bytes, set[bytes]] = {}
        for path, commit in reached[:MOST_EARLIER]:
            known, now = self._whereabouts(path, commit)
            heads, head = told.setdefault(path, set()), said[commit][path]
            if known and head not in heads and len(heads) < _MOST_OF_ONE:
                heads.add(head)
                found.append(Former(decode(path), "", head, self._dates.when(commit), decode(now)))
        return tuple(found)

    def _whereabouts(self, path: bytes, commit: bytes) -> tuple[bool, bytes]:
        """Return whether it is known where a file is that a commit changed, and its name now, if any."""
        later = self._dates.left_after(path, commit)
        if later is None:
            return True, path
        known, now = self._destination(path, later)
        # Who left and came back is the same.
        return known, now or (b"" if self._dates.left(path) else path)

    def _newest(self, gone: Mapping[bytes, bytes]) -> list[Departure]:
        moment = self._dates.moment
        return heapq.nsmallest(MOST_GONE, gone.items(), key=lambda d: (-moment(d[1]), d[1], d[0]))

    def _destination(self, path: bytes, commit: bytes) -> tuple[bool, bytes]:
        """Return whether it is known where a path went, and the name that its content has now, if any."""
        seen = set[Departure]()
        while (path, commit) not in seen:
            seen.add((path, commit))
            moves = self._moves_of(commit)
            if moves is None:
                return False, b""
            new = moves.get(path)
            if new is None:
                return True, b""
            later = self._dates.left_after(new, commit)
            if later is None:
                return True, new
            path, commit = new, later
        return True, b""

    def _moves_of(self, commit: bytes) -> dict[bytes, bytes] | None:
        found = self._moves.get(commit)
        if found is None:
            if not self._dates.replaced(commit):
                return {}
            found = self._removal(commit).moves
            if found is None:
                self.complete = False
            else:
                self._moves[commit] = found
        return found

    def _removal(self, commit: bytes) -> Removal:
        found = self._removals.get(commit)
        if found is None:
            known = self._moves.get(commit) if self._dates.replaced(commit) else {}
            before, after = self._dates.trees_of(commit)
            found = look_at(self._trees, self._similarity, before, after, self._effort, known)
            self._removals[commit] = found
        return found

    def _former(self, path: bytes, commit: bytes) -> Former | None:
        """Read the beginning of a file that left; None for what was no file, and when time is up."""
        blob_id = self._removal(commit).ids.get(path)
        if blob_id is None:
            return None
        if not self._reads:
            self.complete = False
            return None
        self._reads -= 1
        try:
            data = read_object(self._store, blob_id, BLOB)
        except SyncError:
            return None
        return Former(decode(path), blob_id.decode(), _head(data), self._dates.when(commit))


def _head(data: bytes) -> bytes:
    """Return the beginning of a text, cut at the end of a line; nothing of what is no text."""
    head = data[:HEAD_BYTES]
    if b"\0" in head:
        return b""
    return head if len(data) <= HEAD_BYTES else head[: head.rfind(b"\n") + 1]
