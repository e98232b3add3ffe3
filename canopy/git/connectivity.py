"""Whether a pushed tip may become a ref: everything it leads to is here, sound, and within limits.

What the existing refs reach is trusted, because it came in through the same door; that an object merely
exists proves nothing. It must not know packs or the protocol.
"""

from __future__ import annotations

import heapq
import re
from typing import TYPE_CHECKING

from canopy.errors import CanopyError, LimitExceeded, PushRejected, SyncError
from canopy.git.objects import COMMIT, TAG, read_commit, read_object
from canopy.git.verify import verify_history

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from canopy.git.limits import Limits
    from canopy.git.objects import ObjectSource, RawCommit
    from canopy.git.trees import TreeCache
    from canopy.git.verify import Verified

_TAG_CHAIN = 10
_TAGGED = re.compile(rb"object ([0-9a-f]{40}(?:[0-9a-f]{24})?)\n")


class Connectivity:
    """Answers for one push; `store` sees the pushed objects, `base` only what was there before."""

    def __init__(
        self,
        store: ObjectSource,
        base: ObjectSource,
        tips: Iterable[bytes],
        limits: Limits,
        verified: Verified,
        cancelled: Callable[[], bool],
        cache: TreeCache | None = None,
    ) -> None:
        self._store, self._base = store, base
        self._limits, self._verified, self._cancelled = limits, verified, cancelled
        self._tips = {tip for tip in map(self._peeled_or_none, tips) if tip is not None}
        self._cache = cache
        self._ancestors: set[bytes] | None = None

    def admit(self, ref: bytes, tip: bytes) -> None:
        """Check what a ref is to point to. Raises `PushRejected` with the reason."""
        try:
            commit = self._peel(tip)
            verify_history(
                self._store, [commit.decode()], self._known, self._limits, self._verified, cache=self._cache
            )
        except PushRejected:
            raise
        except CanopyError as exc:
            raise PushRejected(str(exc)) from exc
        if ref.startswith(b"refs/heads/") and commit != tip:
            raise PushRejected("a branch points to a commit, not to a tag")

    def contains(self, new: bytes, old: bytes) -> bool:
        """Tell whether the history of `new` contains `old`, so that moving there loses nothing."""
        heap = [(0.0, new)]
        seen = {new}
        while heap:
            _, commit_id = heapq.heappop(heap)
            if commit_id == old:
                return True
            for parent in read_commit(self._store, commit_id).parents:
                if parent not in seen:
                    seen.add(parent)
                    # Newest first: the old tip is rarely far.
                    heapq.heappush(heap, (-_seconds(read_commit(self._store, parent)), parent))
        return False

    def _known(self, commit_id: str) -> bool:
        """Tell whether an existing ref reaches a commit, so that everything below it is here."""
        if self._cancelled():
            raise LimitExceeded("the push takes too long")
        name = commit_id.encode()
        if name in self._tips:
            return True
        if name not in self._base:
            return False
        if self._ancestors is None:
            self._ancestors = self._walk()
        return name in self._ancestors

    def _walk(self) -> set[bytes]:
        seen, pending = set[bytes](), list(self._tips)
        while pending:
            commit_id = pending.pop()
            if commit_id not in seen:
                seen.add(commit_id)
                if commit_id in self._base:  # a shallow repository ends somewhere
                    pending.extend(read_commit(self._base, commit_id).parents)
        return seen

    def _peel(self, object_id: bytes) -> bytes:
        for _ in range(_TAG_CHAIN):
            try:
                kind = self._store.get_raw(object_id)[0]
            except KeyError as exc:
                raise PushRejected("the push lacks the object that the ref is to point to") from exc
            except Exception as exc:  # damaged bytes make the library raise almost anything
                raise SyncError("the repository is damaged") from exc
            if kind == COMMIT:
                return object_id
            if kind != TAG:
                raise PushRejected("branches and tags lead to commits here, not to files or folders")
            object_id = tagged(read_object(self._store, object_id, TAG))
        raise PushRejected("this tag points to a tag, which points to a tag, and so on")

    def _peeled_or_none(self, tip: bytes) -> bytes | None:
        try:
            return self._peel(tip)
        except CanopyError:  # an old ref that leads elsewhere vouches for nothing
            return None


def tagged(content: bytes) -> bytes:
    """Return the id of what an annotated tag's content names. Raises `SyncError` if it names nothing."""
    found = _TAGGED.match(content)
    if found is None:
        raise SyncError("a tag is damaged")
    return found[1]


def _seconds(commit: RawCommit) -> float:
    return commit.committed.timestamp() if commit.committed else 0.0
