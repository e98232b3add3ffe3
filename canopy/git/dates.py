"""What history says about one file: created, updated, authors; remembered between pushes and restarts.

It owns the graph and the traces of one repository, and their compact copy on disk, which a restart reads and
which may be missing, old or damaged: then it is made anew. It belongs to one thread at a time.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from canopy.git.history import ADDED, DELETED, Graph, Node, Traces, extend, trace, trace_one
from canopy.git.objects import RawCommit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from canopy.git.limits import Limits
    from canopy.git.objects import ObjectSource
    from canopy.git.trees import Trees

FILE = "canopy-history"
"""Its copy on disk, beside the repository."""
_MAGIC = b"canopy-history 1\n"
_SAVE_EVERY = 64
_LARGEST = 1 << 30
_MOST_SIDELINES = 2_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one file."""

    created: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    added: datetime | None = None
    """As `created`, but of this very path: renames are not followed."""


@dataclass(frozen=True, slots=True)
class Source:
    """What an added file was made from."""

    path: bytes
    copied: bool = False
    """It is still there: the date goes back to it, but its authors are not those of the copy."""


Renames = dict[tuple[bytes, bytes], Source]
"""By the commit that renamed and the new path."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """The events of one file, newest first, each commit << 2 | kind."""

    own: list[int]
    """Under all its names."""
    origin: list[int]
    """Under its oldest name, or that of what it was copied from."""
    hidden: bool
    """The oldest ones lie beyond a shallow edge."""


UNKNOWN = Facts()


class Dates:
    """The history of one repository, as far as files are concerned."""

    def __init__(self, limits: Limits, cache: Path | None = None) -> None:
        self._limits = limits
        self._cache = cache
        self._graph = Graph(limits)
        self._traces: Traces | None = None
        self._shallow: frozenset[bytes] | None = None
        self._facts: dict[bytes, Facts] = {}
        self._renames: Renames = {}
        self._sources: dict[bytes, set[bytes]] = {}
        self._sidelines: dict[tuple[int, int], tuple[list[int], bool]] = {}
        self._trees: Trees | None = None
        self._saved = 0

    def copy(self) -> Dates:
        """Return one that goes its own way from here, and leaves nothing on disk."""
        other = Dates(self._limits)
        other._graph = self._graph.copy()
        if self._traces is not None:
            other._traces = Traces(self._traces.head, dict(self._traces.events), set(self._traces.hidden))
        other._shallow, other._facts = self._shallow, dict(self._facts)
        other.use_renames(self._renames)
        return other

    def keep_in(self, cache: Path) -> None:
        """Leave copies on disk from now on."""
        self._cache = cache

    @property
    def graph(self) -> Graph:
        """The commits that were read."""
        return self._graph

    @property
    def head(self) -> bytes:
        """The commit last looked at."""
        return self._graph.nodes[self._traces.head].commit.id if self._traces else b""

    def use_renames(self, renames: Renames) -> bool:
        """Let created and authors follow these renames from now on; tell whether any is new."""
        if renames == self._renames:
            return False
        self._renames = renames
        self._sources = {}
        for (_, new), old in renames.items():
            self._sources.setdefault(old.path, set()).add(new)
        self._facts.clear()
        return True

    def look(
        self, store: ObjectSource, trees: Trees, head: bytes, shallow: frozenset[bytes]
    ) -> set[bytes] | None:
        """Bring everything up to `head`; return the paths whose facts may differ from before (None: any)."""
        if shallow != self._shallow:
            self._start(shallow)
        graph, self._trees = self._graph, trees
        graph.load(store, head, shallow)
        at = graph.index[head]
        if self._traces is None:
            self._traces, changed = trace(graph, trees, at), None
        else:
            self._traces, changed = extend(graph, trees, self._traces, at)
        if len(graph.nodes) - self._saved >= _SAVE_EVERY:
            self._save()
        if changed is None:
            self._facts.clear()
            return None
        return self._forget({graph.paths[number] for number in changed})

    # -- what left -------------------------------------------------------------------------------------

    def paths(self) -> Iterable[bytes]:
        """Return every path that the history of the commit last looked at had at some time."""
        names = self._graph.paths
        return [names[number] for number in self._traces.events] if self._traces else []

    def reached(self) -> list[int]:
        """Return the numbers of all commits of that history, the newest first."""
        seen, pending = set[int](), [self._traces.head] if self._traces else []
        while pending:
            at = pending.pop()
            if at not in seen:
                seen.add(at)
                pending.extend(self._graph.nodes[at].parents)
        return sorted(seen, reverse=True)

    def changed_by(self, path: bytes, commit: bytes) -> bool:
        """Tell whether a commit is one of those that gave a path its contents."""
        at = self._graph.index.get(commit)
        return any(event >> 2 == at for event in self._events(path)[0])

    def left(self, path: bytes) -> bytes:
        """Return the commit with which a path left for good, or nothing if it is there."""
        events, _ = self._events(path)
        gone = bool(events) and events[0] & 3 == DELETED
        return self._graph.nodes[events[0] >> 2].commit.id if gone else b""

    def left_after(self, path: bytes, commit: bytes) -> bytes | None:
        """Return the first commit after `commit`, which added the path, with which it left again."""
        events, _ = self._events(path)
        at, found = self._graph.index[commit], None
        for event in events:
            if event >> 2 == at:
                break
            if event & 3 == DELETED:
                found = event >> 2
        else:
            # It was added on a branch that its own flow did not take: the last time counts.
            found = events[0] >> 2 if events and events[0] & 3 == DELETED else None
        return None if found is None else self._graph.nodes[found].commit.id

    def replaced(self, commit: bytes) -> bool:
        """Tell whether a commit, which is no merge, added files."""
        node = self._graph.nodes[self._graph.index[commit]]
        return len(node.parents) == 1 and any(change & 3 == ADDED for change in node.changes[0] or ())

    def trees_of(self, commit: bytes) -> tuple[bytes, bytes]:
        """Return the tree of a commit's first parent and its own."""
        node = self._graph.nodes[self._graph.index[commit]]
        return self._graph.nodes[node.parents[0]].commit.tree if node.parents else b"", node.commit.tree

    def moment(self, commit: bytes) -> float:
        """Return when a commit was made, in seconds since 1970; 0 if nobody knows."""
        return _committed(self._graph.nodes[self._graph.index[commit]].commit)

    def when(self, commit: bytes) -> datetime | None:
        """Return the author time of a commit."""
        made = self._graph.nodes[self._graph.index[commit]].commit
        return made.authored or made.committed

    def facts(self, path: bytes) -> Facts:
        """Return what is known about a file of the commit last looked at."""
        found = self._facts.get(path)
        if found is None:
            found = self._facts[path] = self._find(path)
        return found

    def _find(self, path: bytes) -> Facts:
        lineage = self.lineage(
            path, lambda at, name: self._renames.get((self._graph.nodes[at].commit.id, name))
        )
        nodes = self._graph.nodes
        own = [nodes[event >> 2].commit for event in lineage.own if event & 3 != DELETED]
        added = [nodes[event >> 2].commit for event in lineage.origin if event & 3 == ADDED]
        first = None if lineage.hidden else min(reversed(added), key=_committed, default=None)
        names = dict.fromkeys(commit.author for commit in reversed(own) if commit.author)
        return Facts(
            first.authored if first else None,
            own[0].authored if own else None,
            tuple(names),
            self._added(path),
        )

    def _added(self, path: bytes) -> datetime | None:
        events, hidden = self._events(path)
        added = [self._graph.nodes[event >> 2].commit for event in events if event & 3 == ADDED]
        first = None if hidden else min(reversed(added), key=_committed, default=None)
        return first.authored if first else None

    def lineage(self, path: bytes, source_of: Callable[[int, bytes], Source | None]) -> Lineage:
        """Follow a file back; `source_of` says what a commit (a number of the graph) made a path from.

        As in `git log --follow`: from the newest addition that has a source, the source's history goes on.
        """
        own: list[int] = []
        copied, seen = False, set[tuple[int, bytes]]()
        events, hidden = self._events(path)
        while True:
            place, source = self._turn(events, path, source_of, seen)
            part = events if source is None else events[: place + 1]
            own += [] if copied else part
            if source is None:
                return Lineage(own, events, hidden)
            at = events[place] >> 2
            path, copied = source.path, copied or source.copied
            events, hidden = self._earlier(path, at)

    def _turn(
        self,
        events: list[int],
        path: bytes,
        source_of: Callable[[int, bytes], Source | None],
        seen: set[tuple[int, bytes]],
    ) -> tuple[int, Source | None]:
        for place, event in enumerate(events):
            if event & 3 == ADDED and (event, path) not in seen:
                source = source_of(event >> 2, path)
                if source is not None:
                    seen.add((event, path))
                    return place, source
        return len(events), None

    def _events(self, path: bytes) -> tuple[list[int], bool]:
        number, traces = self._graph.path_index.get(path), self._traces
        if number is None or traces is None:
            return [], False
        return traces.events.get(number, []), number in traces.hidden

    def _earlier(self, path: bytes, at: int) -> tuple[list[int], bool]:
        """Return a path's events before the commit `at`, newest first."""
        events, hidden = self._events(path)
        for place, event in enumerate(events):
            if event >> 2 == at:
                return events[place + 1 :], hidden
        # The path's own flow from the head did not come by: a branch that was merged had it for a while.
        number = self._graph.path(path)
        known = self._sidelines.get((number, at))
        if known is None:
            parents = self._graph.nodes[at].parents
            if not parents or self._trees is None or len(self._sidelines) >= _MOST_SIDELINES:
                return [], False
            known = trace_one(self._graph, self._trees, parents[0], number)
            self._sidelines[number, at] = known
        return known

    def _forget(self, paths: set[bytes]) -> set[bytes]:
        """Drop what is remembered of paths and of all that was ever renamed from them."""
        pending, dropped = list(paths), set[bytes]()
        while pending:
            path = pending.pop()
            if path not in dropped:
                dropped.add(path)
                self._facts.pop(path, None)
                pending.extend(self._sources.get(path, ()))
        return dropped

    def _start(self, shallow: frozenset[bytes]) -> None:
        self._graph, self._traces, self._shallow = Graph(self._limits), None, shallow
        self._facts.clear()
        self._sidelines.clear()
        self._saved = 0
        if self._cache is None:
            return
        try:
            data = self._cache.read_bytes()[:_LARGEST]
            load_graph(self._graph, data, shallow)
        except (OSError, ValueError, KeyError, IndexError, TypeError, zlib.error, OverflowError):
            self._graph = Graph(self._limits)
        self._saved = len(self._graph.nodes)

    def _save(self) -> None:
        self._saved = len(self._graph.nodes)
        if self._cache is None:
            return
        fresh = self._cache.with_suffix(f".{os.getpid()}")
        try:
            fresh.write_bytes(dump_graph(self._graph, self._shallow or frozenset()))
            fresh.replace(self._cache)
        except OSError:
            # It only makes the next start slower.
            fresh.unlink(missing_ok=True)


def _committed(commit: RawCommit) -> float:
    return commit.committed.timestamp() if commit.committed else 0.0


def dump_graph(graph: Graph, shallow: Iterable[bytes]) -> bytes:
    """Return the compact form: JSON, compressed, behind a version and a checksum."""
    people: dict[str, int] = {}
    content = {
        "shallow": sorted(i.decode() for i in shallow),
        "paths": [path.decode("latin-1") for path in graph.paths],
        "commits": [
            [
                node.commit.id.decode(),
                node.commit.tree.decode(),
                [i.decode() for i in node.commit.parents],
                people.setdefault(node.commit.author, len(people)),
                _time(node.commit.authored),
                _time(node.commit.committed),
                node.changes,
            ]
            for node in graph.nodes
        ],
        "people": list(people),
    }
    body = zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 1)
    return _MAGIC + hashlib.sha256(body).digest() + body


def load_graph(graph: Graph, data: bytes, shallow: Iterable[bytes]) -> None:
    """Fill an empty graph from its compact form. Raises what a damaged one makes the parsers raise."""
    head, body = data[: len(_MAGIC) + 32], data[len(_MAGIC) + 32 :]
    if head != _MAGIC + hashlib.sha256(body).digest():
        raise ValueError("the history cache is of another version or damaged")
    content: Mapping[str, Any] = json.loads(zlib.decompress(body))
    if content["shallow"] != sorted(i.decode() for i in shallow):
        raise ValueError("the history cache is of a repository with other depths")
    hidden = frozenset(shallow)
    for path in content["paths"]:
        graph.path(path.encode("latin-1"))
    people = content["people"]
    for commit_id, tree, parents, author, authored, committed, changes in content["commits"]:
        commit = RawCommit(
            commit_id.encode(),
            tree.encode(),
            tuple(i.encode() for i in parents),
            people[author],
            _moment(authored),
            _moment(committed),
            "",
        )
        graph.add(commit, hidden=commit.id in hidden)
        graph.nodes[-1].changes = _checked(graph.nodes[-1], changes, len(graph.paths))
        graph.charge(sum(len(part) for part in changes if part))


def _checked(node: Node, changes: list[list[int] | None], paths: int) -> list[tuple[int, ...] | None]:
    if len(changes) != len(node.changes):
        raise ValueError("the history cache is damaged")
    for part in changes:
        if part and not 0 <= max(part) >> 2 < paths:
            raise ValueError("the history cache is damaged")
    return [None if part is None else tuple(part) for part in changes]


def _time(when: datetime | None) -> list[int] | None:
    if when is None:
        return None
    offset = when.utcoffset() or timedelta()
    return [int(when.timestamp()), int(offset.total_seconds()) // 60]


def _moment(stored: list[int] | None) -> datetime | None:
    if stored is None:
        return None
    return datetime.fromtimestamp(stored[0], timezone(timedelta(minutes=stored[1])))
