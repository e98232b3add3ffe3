"""How alike two files are, measured as git measures it: by the lines that both have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dulwich.diff_tree import _count_blocks
from dulwich.objects import Blob

from canopy.errors import SyncError
from canopy.git.objects import BLOB, read_object

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from canopy.git.objects import ObjectSource

HALF = 0.5
"""From which on git calls one file the other's successor."""
_LARGEST = 1 << 20
_CACHED = 4_000


class Similarity:
    """Compares the files of one store, and remembers what it read last."""

    def __init__(self, store: ObjectSource) -> None:
        self._store = store
        self._blocks: dict[bytes, tuple[int, dict[int, int]]] = {}
        self._holding: dict[int, list[bytes]] = {}
        """The files that have a line, by its hash."""

    def of(self, old: bytes, new: bytes, least: float = HALF) -> float:
        """Return how much of the larger blob is in both, from 0 to 1; 0 if it cannot be `least`."""
        (size, blocks), (new_size, new_blocks) = self._measure(old), self._measure(new)
        largest = max(size, new_size)
        if not largest or min(size, new_size) < least * largest:
            return 0.0
        if len(blocks) > len(new_blocks):
            blocks, new_blocks = new_blocks, blocks
        return sum(min(count, new_blocks.get(block, 0)) for block, count in blocks.items()) / largest

    def alike(self, new: bytes, olds: AbstractSet[bytes]) -> set[bytes]:
        """Return which of some blobs may be at least half the same as `new`; the others are not.

        Whoever shares half of it shares one of its rare lines: only files that do are worth comparing.
        """
        if not olds:
            return set()
        if len(self._blocks) + len(olds) > _CACHED and len(self._blocks.keys() | olds) > _CACHED:
            self._forget()
        for blob_id in olds:
            self._measure(blob_id, keep=True)
        size, blocks = self._measure(new, keep=True)
        found: set[bytes] = set()
        left_out = 0
        common = sorted(blocks, key=lambda block: (-len(self._holding[block]), block))
        for block in common:
            # What is left out so far is less than half, and nobody is half the same by that alone.
            if left_out + blocks[block] < HALF * size:
                left_out += blocks[block]
            else:
                found.update(self._holding[block])
        return found.intersection(olds)

    def _forget(self) -> None:
        self._blocks.clear()
        self._holding.clear()

    def _measure(self, blob_id: bytes, *, keep: bool = False) -> tuple[int, dict[int, int]]:
        found = self._blocks.get(blob_id)
        if found is None:
            try:
                data = read_object(self._store, blob_id, BLOB)
            except SyncError:
                data = b""
            found = (len(data), _count_blocks(Blob.from_string(data)) if 0 < len(data) <= _LARGEST else {})
            if len(self._blocks) > _CACHED and not keep:
                self._forget()
            self._blocks[blob_id] = found
            for block in found[1]:
                self._holding.setdefault(block, []).append(blob_id)
        return found
