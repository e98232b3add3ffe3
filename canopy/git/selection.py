"""Which objects a client needs: what its wants reach and its haves do not, cut by depth and filter.

It answers with ids only; how they become a pack is the next file's business. Every walk asks whether it
should go on, because a fetch of a large history is the cheapest way to keep a server busy.
"""

from __future__ import annotations

import heapq
import stat
from collections import deque
from typing import TYPE_CHECKING

from dulwich.objects import S_ISGITLINK

from canopy.errors import LimitExceeded, SyncError
from canopy.git.connectivity import tagged
from canopy.git.objects import (
    BLOB,
    COMMIT,
    TAG,
    TREE,
    RawCommit,
    parse_commit,
    read_commit,
    read_object,
    read_tree,
)
from canopy.git.wants import INFINITE, Boundary, ObjectFilter, Want

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from canopy.git.objects import ObjectSource


class Selection:
    """One client's selection from one store. `ended` are the commits where the repository itself ends."""

    def __init__(
        self, store: ObjectSource, ended: frozenset[bytes], want: Want, cancelled: Callable[[], bool]
    ) -> None:
        self._store, self._ended, self._want, self._cancelled = store, ended, want, cancelled
        self._commits: dict[bytes, RawCommit] = {}
        self._filter = ObjectFilter.parse(want.filter)

    def boundary(self, *, always: bool = False) -> Boundary | None:
        """Return where to cut, or None if the client wants no cut (and it is not `always` to be told)."""
        want = self._want
        if not (want.depth or want.since or always):
            return None
        limit = want.depth or INFINITE
        if want.relative and want.shallow:
            distances = self._distances(INFINITE, 0)
            limit += max((distances.get(name, 0) for name in want.shallow), default=0)
        distances = self._distances(limit, want.since)
        cut = frozenset(
            name
            for name, distance in distances.items()
            if name in self._ended
            or (distance >= limit and limit < INFINITE)
            or any(parent not in distances for parent in self._parents(name))
        )
        return Boundary(cut - want.shallow, frozenset(want.shallow & distances.keys()) - cut)

    def common(self, name: bytes) -> bool:
        """Tell whether a commit that the client has is here as well."""
        return name in self._store

    def satisfied(self) -> bool:
        """Tell whether every want leads to something that the client has, so that it can stop offering."""
        haves = set(self._want.haves)
        oldest = min((self._seconds(name) for name in haves if self._is_commit(name)), default=None)
        if oldest is None:
            return False
        return all(self._meets(self._peel(want), haves, oldest) for want in self._want.wants)

    def objects(self, boundary: Boundary | None) -> list[bytes]:
        """Return the ids of what to send, bases of histories first."""
        chosen: dict[bytes, None] = {}
        tips, direct = self._tips(chosen)
        cut = boundary.shallow | (self._want.shallow - boundary.unshallow) if boundary else self._want.shallow
        if boundary:
            tips += [parent for name in boundary.unshallow for parent in self._parents(name)]
        new, edge = self._between(tips, frozenset(cut))
        chosen.update(dict.fromkeys(new))
        if self._filter.trees:
            seen = set[bytes]()
            bases = [self._commit(name).tree for name in edge]
            for name in new:
                self._tree(self._commit(name).tree, bases, seen, chosen)
        for name, kind in direct:
            if kind == TREE:
                self._tree(name, [], set(), chosen)
            chosen[name] = None
        return list(chosen)

    def _tips(self, chosen: dict[bytes, None]) -> tuple[list[bytes], list[tuple[bytes, int]]]:
        """Sort the wants: commits to walk from, and what is wanted for itself; tags are chosen at once."""
        tips: list[bytes] = []
        direct: list[tuple[bytes, int]] = []
        for name in dict.fromkeys(self._want.wants):
            kind = self._raw(name)[0]
            while kind == TAG:
                chosen[name] = None
                name = self._tagged(name)
                kind = self._raw(name)[0]
            if kind == COMMIT:
                tips.append(name)
            else:
                direct.append((name, kind))
        return tips, direct

    def _between(self, tips: Iterable[bytes], cut: frozenset[bytes]) -> tuple[list[bytes], list[bytes]]:
        """Walk both histories newest first until only what the client has is left.

        Returns the commits to send, oldest first, and those of the client's that they rest on.
        """
        had = {self._peel(name) for name in self._want.haves}
        had = {name for name in had if self._is_commit(name)}
        heap = [(-self._seconds(name), name) for name in {*tips, *had}]
        heapq.heapify(heap)
        wanted, done = set(tips) - had, set[bytes]()
        queued = {name for _, name in heap}
        open_wants = len(wanted)
        order: list[bytes] = []
        while heap and open_wants:
            self._go_on()
            _, name = heapq.heappop(heap)
            done.add(name)
            is_had = name in had
            if not is_had:
                open_wants -= 1
                order.append(name)
            stops = name in self._ended or name in (self._want.shallow if is_had else cut)
            for parent in () if stops else self._parents(name):
                if is_had and parent not in had:
                    had.add(parent)
                    open_wants -= parent in wanted and parent not in done
                if parent not in queued:
                    queued.add(parent)
                    heapq.heappush(heap, (-self._seconds(parent), parent))
                    if parent not in had:
                        wanted.add(parent)
                        open_wants += 1
        new = [name for name in reversed(order) if name not in had]
        edge = {parent for name in new if name not in cut for parent in self._parents(name) if parent in had}
        return new, list(edge)

    def _tree(self, root: bytes, bases: list[bytes], seen: set[bytes], chosen: dict[bytes, None]) -> None:
        """Choose a tree and what is below it, but for what the client has at the same place."""
        pending = deque([(root, bases)])
        while pending:
            tree, below = pending.popleft()
            if tree in seen or tree in below:
                continue
            self._go_on()
            seen.add(tree)
            chosen[tree] = None
            known = [self._entries(base) for base in below]
            # Of most trees nearly all was seen in the one before.
            fresh = [entry for entry in read_tree(self._store, tree) if entry[2] not in seen]
            for name, mode, child in fresh:
                if S_ISGITLINK(mode) or child in seen:
                    continue
                there = [entries[name] for entries in known if name in entries]
                if any(other == child for _, other in there):
                    continue
                if stat.S_ISDIR(mode):
                    pending.append((child, [other for kind, other in there if stat.S_ISDIR(kind)]))
                else:
                    seen.add(child)
                    if self._passes(child):
                        chosen[child] = None

    def tagged_along(self, tags: Iterable[tuple[bytes, bytes]], chosen: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the annotated tags, given as (tag, peeled), of what is sent, if the client asked for them."""
        if self._want.include_tag:
            sent = set(chosen)
            yield from (tag for tag, peeled in tags if peeled in sent and tag not in sent)

    def _passes(self, blob: bytes) -> bool:
        most = self._filter.blob_bytes
        return most is None or (most > 0 and len(read_object(self._store, blob, BLOB)) < most)

    def _distances(self, limit: int, since: int) -> dict[bytes, int]:
        """Return how far each commit is from the nearest want, which itself counts 1."""
        found: dict[bytes, int] = {}
        pending = deque((self._peel(name), 1) for name in self._want.wants)
        while pending:
            self._go_on()
            name, distance = pending.popleft()
            if name in found or not self._is_commit(name) or (since and self._seconds(name) < since):
                continue
            found[name] = distance
            if distance < limit:
                pending.extend((parent, distance + 1) for parent in self._parents(name))
        return found

    def _meets(self, tip: bytes, haves: set[bytes], oldest: float) -> bool:
        pending, seen = [tip], {tip}
        while pending:
            self._go_on()
            name = pending.pop()
            if name in haves:
                return True
            if self._is_commit(name) and self._seconds(name) >= oldest:
                fresh = [parent for parent in self._parents(name) if parent not in seen]
                seen.update(fresh)
                pending.extend(fresh)
        return False

    def _go_on(self) -> None:
        if self._cancelled():
            raise LimitExceeded("this took too long and was broken off")

    def _is_commit(self, name: bytes) -> bool:
        if name in self._commits:
            return True
        if name not in self._store:
            return False
        kind, data = self._raw(name)
        if kind == COMMIT:
            self._commits[name] = parse_commit(name, data)
        return kind == COMMIT

    def _commit(self, name: bytes) -> RawCommit:
        found = self._commits.get(name)
        if found is None:
            found = self._commits[name] = read_commit(self._store, name)
        return found

    def _parents(self, name: bytes) -> tuple[bytes, ...]:
        return () if name in self._ended else self._commit(name).parents

    def _seconds(self, name: bytes) -> float:
        committed = self._commit(name).committed
        return committed.timestamp() if committed else 0.0

    def _entries(self, tree: bytes) -> dict[bytes, tuple[int, bytes]]:
        return {name: (mode, child) for name, mode, child in read_tree(self._store, tree)}

    def _peel(self, name: bytes) -> bytes:
        while name in self._store and self._raw(name)[0] == TAG:
            name = self._tagged(name)
        return name

    def _tagged(self, name: bytes) -> bytes:
        return tagged(read_object(self._store, name, TAG))

    def _raw(self, name: bytes) -> tuple[int, bytes]:
        try:
            return self._store.get_raw(name)
        except Exception as exc:  # missing, or damaged: then the library raises almost anything
            raise SyncError("the repository is damaged") from exc
