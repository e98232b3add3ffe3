"""Comparing trees: which files differ between two commits, without looking into folders that are equal.

It owns a small cache of parsed trees, because neighbours in history share almost all of theirs. A tree can
unfold into more paths than there are atoms, so every comparison has a budget.
"""

from __future__ import annotations

import stat
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.errors import LimitExceeded
from canopy.git.objects import read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from canopy.git.objects import ObjectSource

Entry = tuple[bytes, int, bytes]
"""Name, mode and hexadecimal id."""

_CACHED_ENTRIES = 200_000


@dataclass(frozen=True, slots=True)
class Change:
    """One file (or link, or submodule) that differs; an absent side has mode 0 and an empty id."""

    path: bytes
    old_mode: int
    old_id: bytes
    new_mode: int
    new_id: bytes


class TreeCache:
    """Parsed trees, those used last; a tree's id is its content, so they never grow stale."""

    def __init__(self) -> None:
        self._trees: OrderedDict[bytes, frozenset[Entry]] = OrderedDict()
        self._entries = 0

    def copy(self) -> TreeCache:
        """Return one that goes its own way from here."""
        other = TreeCache()
        other._trees, other._entries = self._trees.copy(), self._entries
        return other

    def get(self, tree_id: bytes) -> frozenset[Entry] | None:
        """Return a tree if it is here."""
        found = self._trees.get(tree_id)
        if found is not None:
            self._trees.move_to_end(tree_id)
        return found

    def put(self, tree_id: bytes, entries: frozenset[Entry]) -> None:
        """Keep a tree, and let go of old ones."""
        self._trees[tree_id] = entries
        self._entries += len(entries) + 1
        while self._entries > _CACHED_ENTRIES and len(self._trees) > 1:
            _, dropped = self._trees.popitem(last=False)
            self._entries -= len(dropped) + 1


class Trees:
    """Reads trees of one store; belongs to one thread."""

    def __init__(self, store: ObjectSource, depth: int, cache: TreeCache | None = None) -> None:
        self._store = store
        self._depth = depth
        self._cache = cache or TreeCache()

    def entries(self, tree_id: bytes) -> frozenset[Entry]:
        """Return a tree's entries; those of the empty id are none."""
        if not tree_id:
            return frozenset()
        found = self._cache.get(tree_id)
        if found is None:
            found = frozenset(read_tree(self._store, tree_id))
            self._cache.put(tree_id, found)
        return found

    def changes(self, old: bytes, new: bytes, budget: int) -> Iterator[Change]:
        """Yield what differs between two trees, in no particular order; an empty id is an empty tree.

        Raises `LimitExceeded` after more than `budget` entries and below too many folders.
        """
        pending = [(b"", old, new, 0)]
        while pending:
            prefix, old, new, depth = pending.pop()
            if old == new:
                continue
            if depth > self._depth:
                raise LimitExceeded(f"the history has folders more than {self._depth:,} deep")
            before, after = self.entries(old), self.entries(new)
            olds, news = _by_name(before - after), _by_name(after - before)
            budget -= len(olds) + len(news)
            if budget < 0:
                raise LimitExceeded("the history changes too many files at once")
            for name in olds.keys() | news.keys():
                old_mode, old_id = olds.get(name, (0, b""))
                new_mode, new_id = news.get(name, (0, b""))
                path = prefix + name
                old_tree, new_tree = stat.S_ISDIR(old_mode), stat.S_ISDIR(new_mode)
                if old_tree or new_tree:
                    pending.append(
                        (path + b"/", old_id if old_tree else b"", new_id if new_tree else b"", depth + 1)
                    )
                if (old_mode and not old_tree) or (new_mode and not new_tree):
                    yield Change(
                        path,
                        0 if old_tree else old_mode,
                        b"" if old_tree else old_id,
                        0 if new_tree else new_mode,
                        b"" if new_tree else new_id,
                    )

    def find(self, tree_id: bytes, path: bytes) -> tuple[int, bytes] | None:
        """Return mode and id of what lies at a `/`-separated path, or None."""
        mode, found = stat.S_IFDIR, tree_id
        for name in filter(None, path.split(b"/")):
            if not stat.S_ISDIR(mode):
                return None
            inside = next(((m, i) for n, m, i in self.entries(found) if n == name), None)
            if inside is None:
                return None
            mode, found = inside
        return mode, found


def _by_name(entries: frozenset[Entry]) -> dict[bytes, tuple[int, bytes]]:
    found = {name: (mode, entry_id) for name, mode, entry_id in entries}
    if len(found) < len(entries):
        # A malformed tree has a name twice: the choice must not depend on the set's order.
        found = {name: (mode, entry_id) for name, mode, entry_id in sorted(entries)}
    return found
