"""From a commit to the plain values of its files.

A file that did not change stays the very same `Blob`, so that whatever was made of it can be kept. What
cannot be taken (links that lead elsewhere, submodules, pointers to large files, absurd names) becomes a
`Problem`. Names come from strangers: no name here ever reaches the file system.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from dulwich.objects import S_ISGITLINK

from canopy.errors import LimitExceeded
from canopy.git.dates import UNKNOWN, Facts
from canopy.git.objects import BLOB, RawCommit, decode, read_object
from canopy.git.symlinks import LONGEST, follow
from canopy.git.values import Blob, Snapshot
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from canopy.git.limits import Limits
    from canopy.git.objects import ObjectSource
    from canopy.git.trees import Change, Trees

_POINTER = b"version https://git-lfs.github.com/spec/"
_ABSURD = frozenset((b"", b".", b"..", b".git"))


@dataclass(frozen=True, slots=True)
class Taken:
    """A snapshot and how it was taken, so that the next one can begin from it."""

    snapshot: Snapshot
    root: str
    tree: bytes
    """The id of the tree at the root; empty if there is none."""
    history: bool
    problems: Mapping[bytes, Problem] = field(default_factory=dict)
    """By raw path."""
    odd: Mapping[str, bytes] = field(default_factory=dict)
    """The raw paths that are not UTF-8, by what they were decoded to."""
    collided: bool = False
    """Two raw paths decode to the same one: which of them is shown depends on all others."""
    size: int = 0
    """Of all files, in bytes."""
    links: Mapping[str, str] = field(default_factory=dict)
    """The targets of symbolic links, by path."""
    linked: Mapping[str, Blob] = field(default_factory=dict)
    """What of the snapshot is there by them alone."""


@dataclass(slots=True)
class _Draft:
    """A snapshot in the making; `known` are the blobs of the one before."""

    blobs: dict[str, Blob] = field(default_factory=dict)
    problems: dict[bytes, Problem] = field(default_factory=dict)
    odd: dict[str, bytes] = field(default_factory=dict)
    known: Mapping[str, Blob] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    collided: bool = False
    size: int = 0
    links: dict[str, str] = field(default_factory=dict)

    def raw(self, path: str) -> bytes:
        """Return the raw path of a decoded one."""
        return self.odd.get(path) or path.encode()

    def remove(self, path: str) -> None:
        """Take the blob out, if there is one."""
        self.links.pop(path, None)
        gone = self.blobs.pop(path, None)
        self.odd.pop(path, None)
        self.size -= len(gone.data) if gone else 0

    def place(self, raw: bytes, blob: Blob) -> None:
        """Put a blob in its place, and say what is odd about its name."""
        self.blobs[blob.path] = blob
        self.size += len(blob.data)
        if blob.path.encode() != raw:
            self.odd[blob.path] = raw
            reason = "the name is not UTF-8"
        elif any(ord(c) < 32 or ord(c) == 127 for c in blob.path):
            reason = "the name has control characters"
        else:
            return
        self.problems[raw] = Problem(blob.path, 0, reason, "rename it", Severity.WARNING)


@dataclass(slots=True)
class Reader:
    """Takes one snapshot."""

    store: ObjectSource
    trees: Trees
    limits: Limits
    facts: Callable[[bytes], Facts] | None
    """What history says of a raw path; None when nobody asked."""

    def take(self, commit: RawCommit, root: str, previous: Taken | None, changed: set[bytes] | None) -> Taken:
        """Read what `commit` has below `root`.

        `changed` are the raw paths whose facts may differ from those in `previous` (None: all may).
        """
        tree = self._root(commit, root)
        if tree is None:
            missing = Problem(root, 0, "the repository has no such folder", "correct the setting root")
            return Taken(
                Snapshot(commit.value(), MappingProxyType({}), (missing,)), root, b"", self.facts is not None
            )
        draft, before = _Draft(), b""
        if previous is not None and previous.root == root:
            draft.known = previous.snapshot.blobs
            if not previous.collided:
                before = previous.tree
                draft.blobs, draft.problems = dict(draft.known), dict(previous.problems)
                draft.odd, draft.size = dict(previous.odd), previous.size
                draft.links = dict(previous.links)
                for path in previous.linked:
                    del draft.blobs[path]
        prefix = root.encode() + b"/" if root else b""
        self._apply(self.trees.changes(before, tree, 2 * self.limits.tree_entries), prefix, draft)
        if before:
            same = previous is not None and previous.history == (self.facts is not None)
            self._redate(draft, changed if same else None)
        if draft.size > self.limits.snapshot_bytes:
            raise LimitExceeded(f"the site has more than {self.limits.snapshot_bytes:,} bytes")
        linked, lost = follow(draft.links, draft.blobs, draft.known)
        found = tuple(sorted((*draft.problems.values(), *lost)))
        draft.blobs.update(linked)
        return Taken(
            Snapshot(commit.value(), MappingProxyType(draft.blobs), found),
            root,
            tree,
            self.facts is not None,
            draft.problems,
            draft.odd,
            draft.collided,
            draft.size,
            draft.links,
            linked,
        )

    def _root(self, commit: RawCommit, root: str) -> bytes | None:
        found = self.trees.find(commit.tree, root.encode())
        return found[1] if found is not None and stat.S_ISDIR(found[0]) else None

    def _apply(self, changes: Iterable[Change], prefix: bytes, draft: _Draft) -> None:
        """Carry the differences over."""
        # Removals first: a name may come back in another spelling that decodes to the same path.
        for change in sorted(changes, key=lambda c: (c.new_mode != 0, c.path)):
            raw = prefix + change.path
            path = decode(raw)
            if draft.raw(path) == raw:
                draft.remove(path)
            draft.problems.pop(raw, None)
            if not change.new_mode:
                continue
            draft.touched.add(path)
            outcome = self._read(raw, path, change, draft.known.get(path))
            if isinstance(outcome, Problem):
                draft.problems[raw] = outcome
            elif path in draft.blobs or path in draft.links:
                draft.problems[raw] = _problem(path, "two files have this name", "rename one of them")
                draft.collided = True
            elif isinstance(outcome, str):
                draft.links[path] = outcome
            else:
                draft.place(raw, outcome)

    def _read(self, raw: bytes, path: str, change: Change, known: Blob | None) -> Blob | str | Problem:
        """Return a file, the target of a symbolic link, or why it is neither."""
        mode, blob_id = change.new_mode, change.new_id.decode()
        if S_ISGITLINK(mode):
            return _problem(path, "submodules are not fetched", "put their files into this repository")
        if _ABSURD.intersection(raw.split(b"/")) or b"\0" in raw:
            return _problem(path, "no file can have this name", "rename it")
        if known is not None and known.id == blob_id and not known.link:
            return self._dated(known, raw)
        data = read_object(self.store, change.new_id, BLOB)
        if stat.S_ISLNK(mode):
            return decode(data[: LONGEST + 1])
        if len(data) > self.limits.blob_bytes:
            return _problem(
                path,
                f"the file has {len(data):,} bytes, allowed are {self.limits.blob_bytes:,}",
                "make it smaller or put it elsewhere and link to it",
            )
        if data.startswith(_POINTER) and len(data) < 1024:
            return _problem(
                path,
                "its content is in Git LFS, which is not fetched",
                "commit the file itself: git lfs migrate export",
            )
        facts = self.facts(raw) if self.facts else UNKNOWN
        return Blob(path, blob_id, data, facts.created, facts.updated, facts.authors, facts.added)

    def _redate(self, draft: _Draft, changed: set[bytes] | None) -> None:
        """Look again at what history says of the files that did not change."""
        paths = draft.blobs if changed is None else [decode(raw) for raw in changed]
        for path in paths:
            blob = draft.blobs.get(path)
            if blob is not None and path not in draft.touched:
                draft.blobs[path] = self._dated(blob, draft.raw(path))

    def _dated(self, blob: Blob, raw: bytes) -> Blob:
        """Return the blob itself if history says nothing new about it."""
        facts = self.facts(raw) if self.facts else UNKNOWN
        known = (blob.created, blob.updated, blob.authors, blob.added)
        if known == (facts.created, facts.updated, facts.authors, facts.added):
            return blob
        return Blob(blob.path, blob.id, blob.data, facts.created, facts.updated, facts.authors, facts.added)


def _problem(path: str, reason: str, cure: str) -> Problem:
    return Problem(path, 0, reason, cure)
