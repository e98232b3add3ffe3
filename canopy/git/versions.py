"""What files said before a commit changed them: the extracts of their earlier contents.

What an extract is, and of which files, is decided elsewhere (`Extract`): this room knows texts by their bytes
alone. What a commit changed depends on the commit alone, so it is kept for ever: in a file beside the
repository, which may be missing, old or damaged. The newest commits are looked at first, and only so many:
what lies beyond is just not known.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from time import thread_time
from typing import TYPE_CHECKING, Any

from canopy.errors import SyncError
from canopy.git.history import MODIFIED
from canopy.git.objects import BLOB, decode, read_object
from canopy.git.sealed import read_sealed, stamp_of, write_sealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from canopy.git.dates import Dates
    from canopy.git.history import Node
    from canopy.git.objects import ObjectSource
    from canopy.git.trees import Trees
    from canopy.git.values import Extract

_FILE = "canopy-versions"
_MAGIC = b"canopy-versions 1\n"
_MOST_KEPT = 100_000
"""Extracts of earlier contents that are remembered, the newest first."""
_MOST_CHANGES = 20_000
"""Files that are compared in one commit."""
_MOST_HELD = 16 << 20
"""Bytes of contents' parts that are at hand, because an older commit has the same contents again."""
_FIRST_COMMITS = 1_000
_FIRST = 200
"""Commits that a first look goes back, and contents: the rest is for `follow_versions`."""
_SOON = 6_000
_SOON_BYTES = 256 << 20
_SOON_SECONDS = 5.0
"""Contents that somebody may wait for, and how long: a header may be made to be read slowly."""


@dataclass(slots=True)
class Patience:
    """What may still be read: a number of contents, their bytes, and for how long."""

    contents: int
    data: int
    seconds: float
    """Of this thread's own work, however busy the machine is."""
    begun: float = field(default_factory=thread_time)

    @property
    def ended(self) -> bool:
        """Tell whether nothing more may be read."""
        return self.contents <= 0 or self.data <= 0 or thread_time() - self.begun > self.seconds


@dataclass(slots=True)
class Known:
    """What was found out by looking at commits."""

    done: bytes = b""
    """The head for which `follow_versions` looked at all that it may."""
    seen: set[bytes] = field(default_factory=set)
    """Commits that were looked at."""
    found: dict[bytes, dict[bytes, bytes]] = field(default_factory=dict)
    """By commit: the old extracts of files that it gave other ones, by path."""

    def copy(self) -> Known:
        """Return one that goes its own way from here."""
        return Known(self.done, set(self.seen), dict(self.found))

    def join(self, other: Known) -> None:
        """Add what another one knows, which may have had more patience."""
        whole = {commit for commit in other.found if commit in other.seen or commit not in self.found}
        self.done = other.done
        self.seen |= other.seen
        self.found |= {commit: other.found[commit] for commit in whole}


class Versions:
    """The earlier extracts of one repository; belongs to one thread at a time."""

    def __init__(self, place: Path | None = None) -> None:
        """Use what `follow_versions` left in the directory `place`."""
        self.complete = True
        """Whether all is known that will ever be known about the commit last looked at."""
        self._place = place
        self._stamp: object = None
        self._version = ""
        self._known = Known()
        self._nodes = 0
        self._last = b""
        """How many commits the graph had at the last look, and the last of them: others start anew."""

    def copy(self) -> Versions:
        """Return one that goes its own way from here."""
        other = Versions(self._place)
        other.complete, other._stamp, other._version = self.complete, self._stamp, self._version
        other._known, other._nodes, other._last = self._known.copy(), self._nodes, self._last
        return other

    @property
    def found(self) -> dict[bytes, dict[bytes, bytes]]:
        """By commit: the old extracts of files that it gave other ones, by path."""
        return self._known.found

    def look(self, dates: Dates, store: ObjectSource, trees: Trees, extract: Extract) -> bool:
        """Look at the commits that are new to us; tell whether anything was found.

        On a first look these are the newest ones that nobody has looked at.
        """
        news = self._load(extract.version)
        nodes = dates.graph.nodes
        count = len(nodes)
        first = not 0 < self._nodes <= count or nodes[self._nodes - 1].commit.id != self._last
        start = max(0, count - _FIRST_COMMITS) if first else self._nodes
        before = len(self._known.found)
        patience = Patience(_FIRST if first else _SOON, _SOON_BYTES, _SOON_SECONDS)
        search = Search(dates, store, trees, extract, self._known)
        whole = search.look_at(range(count - 1, start - 1, -1), patience)
        self.complete = dates.head == self._known.done or (whole and (not start if first else self.complete))
        self._nodes, self._last = count, nodes[-1].commit.id
        return news or len(self._known.found) > before

    def _load(self, version: str) -> bool:
        """Take over what another process found out meanwhile; tell whether there is any."""
        stamp = stamp_of(self._place / _FILE) if self._place is not None else None
        if version != self._version:
            self._version, self._known, self._nodes, self._stamp = version, Known(), 0, None
        if self._place is None or stamp == self._stamp:
            return False
        self._stamp = stamp
        self._known.join(load_versions(self._place, version))
        return True


class Search:
    """Looks at commits for files whose extract they changed."""

    def __init__(
        self,
        dates: Dates,
        store: ObjectSource,
        trees: Trees,
        extract: Extract,
        known: Known,
    ) -> None:
        """Add what is found to `known`."""
        self._graph = dates.graph
        self._store = store
        self._trees = trees
        self._extract = extract
        self._known = known
        self._concerned: dict[int, bool] = {}
        self._parts: dict[bytes, bytes] = {}
        self._held = 0

    def look_at(self, commits: Iterable[int], patience: Patience) -> bool:
        """Look at commits by their numbers in the graph; tell whether there was patience for all."""
        for at in commits:
            node = self._graph.nodes[at]
            if node.commit.id in self._known.seen or not (paths := self._changed(node)):
                continue
            found = dict(self._known.found.get(node.commit.id, {}))
            whole = self._compare(node, paths, found, patience)
            if found:
                self._known.found[node.commit.id] = found
            if not whole:
                return False
            self._known.seen.add(node.commit.id)
        return True

    def _changed(self, node: Node) -> set[bytes]:
        """Return the files that a commit changed and that matter; of a merge, what no parent has."""
        parts = [{c >> 2 for c in part if c & 3 == MODIFIED} for part in node.changes if part is not None]
        if not node.parents or len(parts) < len(node.parents):
            return set()
        numbers = [number for number in set.intersection(*parts) if self._concerns(number)]
        return {self._graph.paths[number] for number in numbers}

    def _concerns(self, number: int) -> bool:
        found = self._concerned.get(number)
        if found is None:
            path = decode(self._graph.paths[number])
            found = self._concerned[number] = self._extract.concerns(path)
        return found

    def _compare(self, node: Node, paths: set[bytes], found: dict[bytes, bytes], patience: Patience) -> bool:
        """Collect the old extracts that differ from the new ones; tell whether there was patience for all."""
        try:
            for path, old_id, new_id in self._pairs(node, paths):
                if patience.ended:
                    return False
                old, new = self._part(old_id, patience), self._part(new_id, patience)
                extract = self._extract.of(old) if old and old != new else b""
                if extract and extract != self._extract.of(new):
                    found[path] = extract
        except SyncError:
            pass  # Too much, damaged or missing: what was found by then counts.
        return True

    def _pairs(self, node: Node, paths: set[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield path, old and new id of files that were changed, as the first parent had them."""
        before, after = self._graph.nodes[node.parents[0]].commit.tree, node.commit.tree
        if len(node.parents) > 1:
            # A merge brings all of a branch, and changes little of it.
            for path in sorted(paths)[:100]:
                old, new = self._trees.find(before, path), self._trees.find(after, path)
                if old and new and stat.S_ISREG(old[0]) and stat.S_ISREG(new[0]):
                    yield path, old[1], new[1]
            return
        for change in self._trees.changes(before, after, 2 * _MOST_CHANGES):
            if change.path in paths and stat.S_ISREG(change.old_mode) and stat.S_ISREG(change.new_mode):
                yield change.path, change.old_id, change.new_id

    def _part(self, blob_id: bytes, patience: Patience) -> bytes:
        found = self._parts.get(blob_id)
        if found is None:
            try:
                data = read_object(self._store, blob_id, BLOB)
            except SyncError:
                data = b""
            patience.contents -= 1
            patience.data -= len(data)
            found = self._extract.part(data)
            self._held += len(found)
            if self._held > _MOST_HELD:
                self._parts, self._held = {}, len(found)
            self._parts[blob_id] = found
        return found


def load_versions(repository: Path, version: str) -> Known:
    """Return what is known so far; nothing if the file is missing, old, damaged, or of other extracts."""
    content: Any = read_sealed(repository / _FILE, _MAGIC)
    try:
        if content["extract"] != version:
            return Known()
        width, seen = int(content["width"]), content["seen"].encode()
        texts = [text.encode("latin-1") for text in content["texts"]]
        found = {
            commit.encode(): {path.encode("latin-1"): texts[number] for path, number in entries}
            for commit, entries in content["found"].items()
        }
        commits = {seen[at : at + width] for at in range(0, len(seen), max(width, 1))}
        return Known(content["done"].encode(), commits, found)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return Known()


def save_versions(repository: Path, known: Known, version: str, order: Iterable[bytes]) -> None:
    """Keep what is known for the next start, as much as may be; `order` has commits, the newest first."""
    texts: dict[str, int] = {}
    found: dict[str, list[tuple[str, int]]] = {}
    room = _MOST_KEPT
    for commit in order:
        entries = known.found.get(commit)
        if entries is None:
            continue
        room -= len(entries)
        if room < 0:
            break
        found[commit.decode()] = [
            (path.decode("latin-1"), texts.setdefault(text.decode("latin-1"), len(texts)))
            for path, text in entries.items()
        ]
    content = {
        "extract": version,
        "done": known.done.decode(),
        "width": max(map(len, known.seen), default=0),
        "seen": b"".join(sorted(known.seen)).decode(),
        "texts": list(texts),
        "found": found,
    }
    write_sealed(repository / _FILE, _MAGIC, content)
