"""Who wrote each file and when: one pass over the commits, not one walk per file.

The rules are git's own history simplification. Every path that ever existed flows from the head towards
the roots: unchanged against some parent, it moves to the first such parent; different from all, the commit
changed it, and it moves to all. A flow is a set of paths, or all but a set: a commit costs what it changed.
Differences between commits are kept: a push compares what is new, a forced push only flows again.
It must not know dates' meaning for a site, nor renames.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canopy.errors import LimitExceeded, SyncError
from canopy.git.objects import MissingObject, RawCommit, read_commit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from canopy.git.limits import Limits
    from canopy.git.objects import ObjectSource
    from canopy.git.trees import Trees

MODIFIED, ADDED, DELETED = 0, 1, 2
_KIND_BITS = 2
_ALL_CHANGES = 2_000_000
"""That a history may have in all; what comes after counts as no change, and its dates are unknown."""


@dataclass(slots=True)
class Node:
    """One commit of the graph; parents are indices."""

    commit: RawCommit
    parents: tuple[int, ...]
    generation: int
    boundary: bool
    """Its parents exist but are hidden: the edge of a shallow repository."""
    changes: list[tuple[int, ...] | None] = field(default_factory=list)
    """Per parent (or against nothing, for a root): path << 2 | kind; None until it is asked for."""


@dataclass(slots=True)
class _Flow:
    """The paths that arrive at a commit: `names`, or all but `names`."""

    everything: bool
    names: set[int]

    def has(self, path: int) -> bool:
        return (path in self.names) != self.everything

    def without(self, paths: Iterable[int]) -> None:
        if self.everything:
            self.names.update(paths)
        else:
            self.names.difference_update(paths)

    def join(self, other: _Flow) -> None:
        if other.everything:
            self.names = other.names & self.names if self.everything else other.names - self.names
            self.everything = True
        elif self.everything:
            self.names -= other.names
        else:
            self.names |= other.names


class Graph:
    """The commits that were ever seen and what each changed."""

    def __init__(self, limits: Limits) -> None:
        self.nodes: list[Node] = []
        self.index: dict[bytes, int] = {}
        self.paths: list[bytes] = []
        self.path_index: dict[bytes, int] = {}
        self._limits = limits
        self._budget = _ALL_CHANGES

    def copy(self) -> Graph:
        """Return one that goes its own way from here; what the commits changed stays shared."""
        other = Graph(self._limits)
        other.nodes, other.index = list(self.nodes), dict(self.index)
        other.paths, other.path_index = list(self.paths), dict(self.path_index)
        return other

    def load(self, store: ObjectSource, head: bytes, shallow: frozenset[bytes]) -> None:
        """Read the commits from `head` that are not known yet.

        A parent that is missing makes its child a boundary, whether or not `shallow` says so.
        """
        raw: dict[bytes, RawCommit | None] = {}
        order, pending = [], [head]
        while pending:
            commit_id = pending.pop()
            if commit_id in raw or commit_id in self.index:
                continue
            try:
                raw[commit_id] = commit = read_commit(store, commit_id)
            except MissingObject:
                raw[commit_id] = None
                continue
            order.append(commit)
            if len(self.nodes) + len(order) > self._limits.commits:
                raise LimitExceeded(f"the history has more than {self._limits.commits:,} commits")
            if commit_id not in shallow:
                pending.extend(commit.parents)
        for commit in _parents_first(order, raw):
            self.add(commit, hidden=commit.id in shallow)

    def add(self, commit: RawCommit, *, hidden: bool) -> None:
        """Add one commit whose parents were added before; `hidden` parents are as if it had none."""
        known = (
            () if hidden else tuple(p for p in (self.index.get(i) for i in commit.parents) if p is not None)
        )
        generation = 1 + max((self.nodes[p].generation for p in known), default=0)
        boundary = len(known) < len(commit.parents)
        self.index[commit.id] = len(self.nodes)
        self.nodes.append(Node(commit, known, generation, boundary, [None] * (len(known) or 1)))

    def changed(self, trees: Trees, at: int, parent: int) -> tuple[int, ...]:
        """Return what a commit changed against its parent number `parent`."""
        node = self.nodes[at]
        found = node.changes[parent]
        if found is None:
            before = self.nodes[node.parents[parent]].commit.tree if node.parents else b""
            found = node.changes[parent] = self._compare(trees, before, node.commit.tree)
        return found

    def _compare(self, trees: Trees, before: bytes, after: bytes) -> tuple[int, ...]:
        found = []
        budget = min(self._budget, self._limits.tree_entries * 2)
        try:
            for change in trees.changes(before, after, budget):
                kind = ADDED if not change.old_mode else DELETED if not change.new_mode else MODIFIED
                found.append(self.path(change.path) << _KIND_BITS | kind)
        except SyncError:
            # Too much, damaged or missing: such a commit counts as one that changed nothing. It is paid for,
            # or a history that adds and removes a tree of 10^10 paths in every commit would take for ever.
            self._budget -= budget
            return ()
        self.charge(len(found))
        return tuple(found)

    def charge(self, changes: int) -> None:
        """Count changes that were found."""
        self._budget -= changes

    def path(self, name: bytes) -> int:
        """Return the number of a path."""
        number = self.path_index.setdefault(name, len(self.paths))
        if number == len(self.paths):
            self.paths.append(name)
        return number


@dataclass(slots=True)
class Traces:
    """What a flow from one head left behind."""

    head: int
    events: dict[int, list[int]]
    """Per path, newest first: commit << 2 | kind of each commit that changed it."""
    hidden: set[int]
    """Paths that were older than a boundary: their first commit is unknown."""


def trace(graph: Graph, trees: Trees, head: int) -> Traces:
    """Let every path flow from `head` to the roots."""
    run = _Run(graph, trees)
    run.flow(head, stop=None)
    return Traces(head, run.events, run.hidden)


def trace_one(graph: Graph, trees: Trees, head: int, path: int) -> tuple[list[int], bool]:
    """Let a single path flow from `head`; return its events and whether it is older than a boundary."""
    run = _Run(graph, trees)
    run.flow(head, stop=None, only={path})
    return run.events.get(path, []), path in run.hidden


def extend(graph: Graph, trees: Trees, old: Traces, head: int) -> tuple[Traces, set[int] | None]:
    """Return the traces of `head` and the paths whose trace differs from `old` (None: any may).

    When all that is new flows into the old head, as after an ordinary push, only the new commits cost.
    """
    if head == old.head:
        return old, set()
    new = _commits_until(graph, head, old.head)
    if new is None:
        return trace(graph, trees, head), None
    run = _Run(graph, trees)
    arrived = run.flow(head, stop=old.head)
    if arrived is None or not arrived.everything:
        return trace(graph, trees, head), None
    touched = set(run.events) | arrived.names
    for path in touched:
        events = run.events.get(path, [])
        before = old.events.get(path, []) if arrived.has(path) else []
        old.events[path] = events + before
        if not arrived.has(path):
            old.hidden.discard(path)
    old.hidden |= run.hidden
    return Traces(head, old.events, old.hidden), touched | run.hidden


def _commits_until(graph: Graph, head: int, stop: int) -> set[int] | None:
    """Return the commits above `stop`, or None if one of them has an older parent besides it."""
    # Whatever was loaded after the old head is new; numbers grow with loading.
    seen, pending = set[int](), [head]
    met = False
    while pending:
        at = pending.pop()
        if at == stop:
            met = True
        elif at < stop:
            return None
        elif at not in seen:
            seen.add(at)
            pending.extend(graph.nodes[at].parents)
    return seen if met else None


class _Run:
    """One flow."""

    def __init__(self, graph: Graph, trees: Trees) -> None:
        self.events: dict[int, list[int]] = {}
        self.hidden: set[int] = set()
        self._graph = graph
        self._trees = trees
        self._arrived: dict[int, _Flow] = {}
        self._heap: list[tuple[int, int, int]] = []

    def flow(self, head: int, stop: int | None, only: set[int] | None = None) -> _Flow | None:
        """Let all paths, or `only` some, flow from `head`; return what arrives at `stop`, where it ends."""
        self._send(head, _Flow(everything=only is None, names=only or set()))
        arrived = None
        while self._heap:
            at = heapq.heappop(self._heap)[2]
            flow = self._arrived.pop(at)
            if at == stop:
                # Its descendants have higher generations and are done: nothing more arrives here.
                arrived = flow
                continue
            node = self._graph.nodes[at]
            if node.boundary and not node.parents:
                self._stop_at_boundary(at, flow)
            elif len(node.parents) < 2:
                self._single(at, node, flow)
            else:
                self._merge(at, node, flow)
        return arrived

    def _single(self, at: int, node: Node, flow: _Flow) -> None:
        for change in self._graph.changed(self._trees, at, 0):
            if flow.has(change >> _KIND_BITS):
                self._record(change >> _KIND_BITS, at, change & 3)
        if node.parents:
            self._send(node.parents[0], flow)

    def _merge(self, at: int, node: Node, flow: _Flow) -> None:
        first = self._graph.changed(self._trees, at, 0)
        rest = {c >> _KIND_BITS: c & 3 for c in first if flow.has(c >> _KIND_BITS)}
        flow.without(rest)
        sent = {0: flow}
        for number in range(1, len(node.parents)):
            if not rest:
                break
            differ = {c >> _KIND_BITS: c & 3 for c in self._graph.changed(self._trees, at, number)}
            same = rest.keys() - differ.keys()
            sent[number] = _Flow(everything=False, names=same)
            rest = {p: k if k == differ[p] else MODIFIED for p, k in rest.items() if p in differ}
        for path, kind in rest.items():
            self._record(path, at, kind)
        for number, parent in enumerate(node.parents):
            part = sent.get(number) or _Flow(everything=False, names=set())
            if rest:
                part.join(_Flow(everything=False, names=set(rest)))
            if part.everything or part.names:
                self._send(parent, part)

    def _stop_at_boundary(self, at: int, flow: _Flow) -> None:
        """Mark what exists at the edge: it is older than we can see."""
        for change in self._graph.changed(self._trees, at, 0):
            if flow.has(change >> _KIND_BITS):
                self.hidden.add(change >> _KIND_BITS)

    def _record(self, path: int, at: int, kind: int) -> None:
        self.events.setdefault(path, []).append(at << _KIND_BITS | kind)

    def _send(self, to: int, flow: _Flow) -> None:
        waiting = self._arrived.get(to)
        if waiting is not None:
            waiting.join(flow)
            return
        self._arrived[to] = flow
        node = self._graph.nodes[to]
        when = node.commit.committed
        heapq.heappush(self._heap, (-node.generation, -int(when.timestamp()) if when else 0, to))


def _parents_first(found: list[RawCommit], raw: dict[bytes, RawCommit | None]) -> list[RawCommit]:
    """Sort commits so that each comes after its parents."""
    order: list[RawCommit] = []
    done: set[bytes] = set()
    for commit in reversed(found):
        stack = [commit]
        while stack:
            top = stack[-1]
            if top.id in done:
                stack.pop()
                continue
            waiting = [p for i in top.parents if i not in done and (p := raw.get(i)) is not None]
            if waiting:
                stack.extend(waiting)
                continue
            done.add(top.id)
            order.append(stack.pop())
    return order
