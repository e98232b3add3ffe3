"""Whether everything is there that a commit needs, and within limits.

"The commit is in the store" does not mean that its trees are: a failed ingest can leave the tip alone.
Both sides ask here: fetching before an edition is built, receiving before a push is accepted.
A tree can name 10^10 paths with eleven objects, so each tree is measured once and paths are only added up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dulwich.errors import ObjectFormatException
from dulwich.object_format import SHA1, SHA256
from dulwich.objects import Tree

from canopy.errors import LimitExceeded, SyncError
from canopy.git.objects import (
    TREE,
    MissingObject,
    RawCommit,
    decode,
    read_commit,
    read_object,
)
from canopy.git.soundness import is_sound
from canopy.git.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from canopy.git.limits import Limits
    from canopy.git.objects import ObjectSource
    from canopy.git.trees import TreeCache

_REMEMBERED = 1_000_000
_TYPE, _FOLDER, _SUBMODULE = 0o170000, 0o040000, 0o160000


@dataclass(frozen=True, slots=True)
class _Measure:
    """One tree with all below it: paths in all, folders within folders, bytes of the longest path."""

    paths: int
    depth: int
    longest: int


@dataclass(slots=True)
class Verified:
    """What one repository was already found to hold, so that the next look costs only what is new.

    Belongs to one repository and one thread. Forget it when objects were removed.
    """

    trees: dict[bytes, _Measure] = field(default_factory=dict)
    blobs: set[bytes] = field(default_factory=set)
    sound: set[bytes] = field(default_factory=set)
    """Trees that were looked at closely where they came in."""

    def trim(self) -> None:
        """Start anew when it grew absurdly large."""
        if len(self.trees) + len(self.blobs) > _REMEMBERED:
            self.trees.clear()
            self.blobs.clear()
            self.sound.clear()


def verify_tree(
    store: ObjectSource,
    commit_id: str,
    limits: Limits,
    verified: Verified | None = None,
    *,
    strict: bool = True,
    cache: TreeCache | None = None,
) -> RawCommit:
    """Check that a commit's whole tree is there, well-formed and within `limits`; return the commit.

    `strict` also refuses what git's own fsck refuses: `..`, `.git`, unsorted or doubled names, odd modes.
    Raises `SyncError`, `MissingObject` or `LimitExceeded`.
    """
    verified = Verified() if verified is None else verified
    verified.trim()
    commit = read_commit(store, commit_id.encode())
    walk = _Walk(store, Trees(store, limits.tree_depth, cache), limits, verified, strict)
    walk.measure(commit.tree, 0)
    return commit


def verify_history(
    store: ObjectSource,
    tips: Iterable[str],
    known: Callable[[str], bool],
    limits: Limits,
    verified: Verified | None = None,
    *,
    shallow: frozenset[str] = frozenset(),
    strict: bool = True,
    cache: TreeCache | None = None,
) -> int:
    """Check every commit from `tips` back to those that are `known` to be whole; return how many were new.

    A commit in `shallow` is allowed to lack its parents. Raises as `verify_tree` does.
    """
    verified = Verified() if verified is None else verified
    seen, pending = set[str](), list(tips)
    while pending:
        commit_id = pending.pop()
        if commit_id in seen or known(commit_id):
            continue
        seen.add(commit_id)
        if len(seen) > limits.commits:
            raise LimitExceeded(f"the history has more than {limits.commits:,} commits")
        commit = verify_tree(store, commit_id, limits, verified, strict=strict, cache=cache)
        if commit_id not in shallow:
            pending.extend(parent.decode() for parent in commit.parents)
    return len(seen)


@dataclass(slots=True)
class _Walk:
    store: ObjectSource
    trees: Trees
    limits: Limits
    verified: Verified
    strict: bool

    def measure(self, tree_id: bytes, depth: int) -> _Measure:
        """Return the measure of a tree that lies `depth` folders deep."""
        found = self.verified.trees.get(tree_id)
        if found is None:
            self._bound(_Measure(0, depth, 0))
            found = self._count(tree_id, depth)
            self.verified.trees[tree_id] = found
        self._bound(_Measure(found.paths, found.depth + depth, found.longest))
        return found

    def _count(self, tree_id: bytes, depth: int) -> _Measure:
        if self.strict and tree_id not in self.verified.sound:
            _check_format(tree_id, read_object(self.store, tree_id, TREE))
        entries, blobs = self.trees.entries(tree_id), self.verified.blobs
        paths, deepest = len(entries), 0
        self._bound(_Measure(paths, 0, 0))
        longest = max((len(name) for name, _, _ in entries), default=0)
        # Almost all of a large folder is known: that is told without a step for each entry.
        for name, mode, child in [e for e in entries if e[2] not in blobs or e[1] & _TYPE == _FOLDER]:
            if mode & _TYPE == _FOLDER:
                below = self.measure(child, depth + 1)
                paths += below.paths
                deepest = max(deepest, below.depth + 1)
                longest = max(longest, len(name) + 1 + below.longest)
                if paths > self.limits.tree_entries:
                    break
            elif mode & _TYPE != _SUBMODULE:
                self._blob(child, name)
        measure = _Measure(paths, deepest, longest)
        self._bound(measure)
        return measure

    def _blob(self, blob_id: bytes, name: bytes) -> None:
        if blob_id not in self.store:
            raise MissingObject(f"the repository lacks the content of {decode(name)[:200]!r}")
        self.verified.blobs.add(blob_id)

    def _bound(self, measure: _Measure) -> None:
        limits = self.limits
        if measure.paths > limits.tree_entries:
            raise LimitExceeded(f"the commit has more than {limits.tree_entries:,} files and folders")
        if measure.depth > limits.tree_depth:
            raise LimitExceeded(f"the commit has folders more than {limits.tree_depth:,} deep")
        if measure.longest > limits.path_bytes:
            raise LimitExceeded(f"the commit has a path of more than {limits.path_bytes:,} bytes")


def _check_format(tree_id: bytes, data: bytes) -> None:
    if is_sound(data, len(tree_id) // 2):
        return
    try:
        form = SHA1 if len(tree_id) == SHA1.hex_length else SHA256
        Tree.from_raw_string(Tree.type_num, data, object_format=form).check()
    except (ObjectFormatException, ValueError, AssertionError) as exc:
        raise SyncError(f"the tree {tree_id[:12].decode()} is malformed: {exc}") from exc
