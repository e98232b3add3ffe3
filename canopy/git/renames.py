"""Finding out which added files are renamed ones, and remembering it beside the repository.

Similarity is slow, so `follow_renames` is made to run in another process; what it found is kept in a file
that grows with history, and which `Dates` reads. As in `git log --follow`, the source of an added file is one
of equal content, else the most similar one of at least half, among the files that the commit's parent had.
Only files that matter are looked at: those of the head, and what they were called before.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from posixpath import basename
from time import monotonic
from typing import TYPE_CHECKING, Any

from canopy.errors import SyncError
from canopy.git.dates import Source
from canopy.git.hindsight import hindsight
from canopy.git.limits import Limits
from canopy.git.objects import read_commit
from canopy.git.sealed import read_sealed, write_sealed
from canopy.git.similarity import HALF, Similarity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from canopy.git.dates import Dates, Renames
    from canopy.git.objects import ObjectSource
    from canopy.git.trees import Trees

_FILE = "canopy-renames"
_MAGIC = b"canopy-renames 1\n"
_MOST_SOURCES = 2_000
_MOST_CHANGES = 100_000
_SAVE_SECONDS = 5.0
_MOST_KNOWN = 300_000
"""Files of commits that are remembered."""

Sources = dict[tuple[bytes, bytes], Source | None]
"""By commit and added path; None: it really is new."""


def load_renames(repository: Path) -> Renames:
    """Return the renames known so far; none if the file is missing, old or damaged."""
    return {key: source for key, source in _load(repository)[1].items() if source is not None}


def renames_known(repository: Path, commit_id: str) -> bool:
    """Tell whether `follow_renames` has finished with this commit."""
    return _load(repository)[0] == commit_id


def follow_renames(repository: str, commit_id: str, limits: Limits | None = None) -> bool:
    """Find the renames in the history of a commit and remember them; tell whether there is anything new.

    Made for another process: takes and returns plain values, and may be killed at any time.
    """
    place, limits = Path(repository), limits or Limits()
    _, sources = _load(place)
    before = {key for key, source in sources.items() if source is not None}
    with hindsight(place, commit_id, limits) as past:
        similarity = Similarity(past.store)
        _Search(past.store, past.trees, past.dates, sources, place, limits, similarity).run(commit_id)
    _save(place, commit_id, sources)
    return any(source is not None and key not in before for key, source in sources.items())


@dataclass(frozen=True, slots=True)
class _Added:
    """What one commit added, and what that may come from."""

    ids: dict[bytes, bytes]
    """By path."""
    sources: list[tuple[bytes, bytes, bool]]
    """Path, id, and whether it stayed."""


@dataclass(slots=True)
class _Search:
    store: ObjectSource
    trees: Trees
    dates: Dates
    sources: Sources
    place: Path
    limits: Limits
    similarity: Similarity
    _known: dict[tuple[bytes, bytes], _Added] = field(default_factory=dict)
    _room: int = _MOST_KNOWN

    def run(self, commit_id: str) -> None:
        head = read_commit(self.store, commit_id.encode())
        saved = monotonic()
        for change in self.trees.changes(b"", head.tree, 2 * self.limits.tree_entries):
            self.dates.lineage(change.path, self._source)
            if monotonic() - saved > _SAVE_SECONDS:
                _save(self.place, "", self.sources)
                saved = monotonic()

    def _source(self, at: int, path: bytes) -> Source | None:
        node = self.dates.graph.nodes[at]
        key = (node.commit.id, path)
        if key not in self.sources:
            # A merge shows no difference of its own in `git log`.
            self.sources[key] = self._best(at, path) if len(node.parents) == 1 else None
        return self.sources[key]

    def _best(self, at: int, path: bytes) -> Source | None:
        new_id, candidates = self._candidates(at, path)
        name = basename(path)
        alike = (
            self.similarity.alike(new_id, {old_id for _, old_id, _ in candidates}) if candidates else set()
        )
        scored = [
            (
                1.0 if old_id == new_id else self.similarity.of(old_id, new_id),
                basename(old) == name,
                not copied,
                old,
            )
            for old, old_id, copied in candidates
            if old_id == new_id or old_id in alike
        ]
        score, _, renamed, old = max(scored, default=(0.0, False, False, b""))
        return Source(old, copied=not renamed) if score >= HALF else None

    def _candidates(self, at: int, path: bytes) -> tuple[bytes, list[tuple[bytes, bytes, bool]]]:
        """Return the id of the added file, and (path, id, whether it stayed) of what it may come from."""
        graph = self.dates.graph
        node = graph.nodes[at]
        before = graph.nodes[node.parents[0]].commit.tree
        try:
            added = self._added(before, node.commit.tree)
        except SyncError:
            return b"", []
        new_id, files = added.ids.get(path, b""), added.sources
        if len(files) > _MOST_SOURCES:
            files = [file for file in files if file[1] == new_id]
        return new_id, files if new_id else []

    def _added(self, before: bytes, after: bytes) -> _Added:
        """Return what a commit added; the files of one are not asked about one after the other."""
        known = self._known.get((before, after))
        if known is None:
            changes = list(self.trees.changes(before, after, _MOST_CHANGES))
            gone = {c.path: c.old_id for c in changes if stat.S_ISREG(c.old_mode) and not c.new_mode}
            # Of a large tree only what left it counts: no need to list the rest.
            files = list(islice(self._files(before), _MOST_SOURCES + 1))
            if len(files) > _MOST_SOURCES:
                files = list(gone.items())
            known = _Added(
                {c.path: c.new_id for c in changes if stat.S_ISREG(c.new_mode)},
                [(old, old_id, old not in gone) for old, old_id in files],
            )
            self._room -= len(known.ids) + len(known.sources)
            if self._room < 0:
                self._known.clear()
                self._room = _MOST_KNOWN
            self._known[before, after] = known
        return known

    def _files(self, tree: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield path and id of the regular files of a tree."""
        changes = self.trees.changes(b"", tree, 2 * self.limits.tree_entries)
        return ((c.path, c.new_id) for c in changes if stat.S_ISREG(c.new_mode))


def _load(repository: Path) -> tuple[str, Sources]:
    content: Any = read_sealed(repository / _FILE, _MAGIC)
    try:
        return content["head"], {
            (commit.encode(), new.encode("latin-1")): Source(old.encode("latin-1"), bool(copied))
            if old
            else None
            for commit, new, old, copied in content["sources"]
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", {}


def _save(repository: Path, head: str, sources: Sources) -> None:
    content = {
        "head": head,
        "sources": [
            [commit.decode(), new.decode("latin-1"), *_plain(source)]
            for (commit, new), source in sources.items()
        ],
    }
    write_sealed(repository / _FILE, _MAGIC, content)


def _plain(source: Source | None) -> tuple[str, int]:
    return (source.path.decode("latin-1"), int(source.copied)) if source else ("", 0)
