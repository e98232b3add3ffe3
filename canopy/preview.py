"""The writer's own view: the files of a work tree as they are now, live on every save.

On top of the last commit, which has the dates and authors, lies what is not committed yet. It must not know
markdown, rendering or HTTP. Like every origin it belongs to one thread; only `note` is called from others.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from canopy.errors import RefNotFound
from canopy.git.symlinks import follow
from canopy.git.values import Commit, Snapshot
from canopy.origin import Found, Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from canopy.git import Blob, Repository
    from canopy.git.worktree import WorkTree
    from canopy.problem import Problem

_DEBOUNCE_MS = 50
"""An editor writes a file in several steps; they are one change when they come this close together."""
_STEP_MS = 10

_watch: Callable[..., Iterator[set[tuple[Any, str]]]] | None
try:
    from watchfiles import watch as _watch
except ImportError:  # the extra `preview` is not installed: saves are found by looking twice a second
    _watch = None


class Preview(Origin):
    """A work tree with all that is not committed, over a copy of its repository."""

    local = True

    def __init__(self, committed: Origin, tree: WorkTree, root: str = "") -> None:
        """Lay `tree` over what `committed` follows; only files below `root` are shown."""
        super().__init__(committed.repository, committed.branch, root=root, history="none")
        self._committed = committed
        self._tree = tree
        self._hints: set[Path] | None = None
        self._noted = threading.Lock()
        self._head = ""
        self._base: Snapshot | None = None
        self._shown: dict[str, Blob] = {}
        self._lost: tuple[Problem, ...] = ()

    @property
    def top(self) -> Path:
        """The folder that is shown."""
        return self._tree.top

    def identity(self) -> str:
        """Return that of what is committed."""
        return self._committed.identity()

    def last_good(self) -> str:
        """Return nothing: only what is there now is worth showing to its writer."""
        return ""

    def fetch(self) -> Found:
        """Look at the files, and at the commit below them."""
        with self._noted:
            hints, self._hints = self._hints, set()
        if hints is None or not self._head or self._committed.moved():
            try:
                self._head = self._committed.fetch().commit
                self._base = self._committed.snapshot(self._head, self._base)
            except RefNotFound:
                self._head, self._base = "", None
        self._tree.refresh(hints)
        self._lay_over()
        return Found(self._name())

    def accept(self, commit: str) -> None:  # noqa: ARG002 (what is accepted is the commit below)
        """Remember the commit below as good."""
        if self._head:
            self._committed.accept(self._head)

    def moved(self) -> bool:
        """Tell whether something was saved or committed since the last look."""
        with self._noted:
            if self._hints:
                return True
        return self._committed.moved() or self._tree.refresh()

    def note(self, paths: set[Path]) -> None:
        """Remember files that changed, so that only these are looked at; called from a watcher's thread."""
        with self._noted:
            if self._hints is not None:
                self._hints |= paths

    def read(self, repository: Repository, commit: str, previous: Snapshot | None) -> Snapshot:  # noqa: ARG002 (as Origin's)
        """Return the files as `fetch` found them; the same `Blob` as before for each that did not change."""
        if self._head:
            # Renames may have become known since: the dates of the commit below are asked for again.
            self._base = self._committed.read(repository, self._head, self._base)
        below = self._base.commit if self._base else Commit(commit, "", None, "")
        self._lay_over()
        problems = tuple(sorted((*self._tree.problems.values(), *self._lost)))
        former, earlier = (self._base.former, self._base.earlier) if self._base else ({}, ())
        return Snapshot(replace(below, id=commit), MappingProxyType(self._shown), problems, former, earlier)

    def renames(self, commit: str) -> tuple[Callable[..., bool], tuple[Any, ...]] | None:  # noqa: ARG002 (as Origin's)
        """Follow renames up to the commit below."""
        return self._committed.renames(self._head) if self._head else None

    def _drafted(self, path: str, file: Blob, committed: Blob | None) -> Blob:
        if committed is not None and committed.id == file.id and not committed.link:
            return committed
        if committed is not None:
            # It keeps its history, and was changed when it was saved.
            file = replace(file, created=committed.created, authors=committed.authors)
        shown = self._shown.get(path)
        return shown if shown == file else file

    def _lay_over(self) -> None:
        committed = self._base.blobs if self._base else {}
        below = f"{self._root}/" if self._root else ""
        self._shown = {
            file.path: self._drafted(file.path, file, committed.get(file.path))
            for path, file in self._tree.files.items()
            if path.startswith(below)
        }
        linked, self._lost = follow(self._tree.below(self._root), self._shown, committed)
        self._shown |= linked

    def _name(self) -> str:
        """Return the commit if nothing differs from it, else what stands for one that is not made yet."""
        committed = self._base.blobs if self._base else {}
        drafts = sorted(file.path for path, file in self._shown.items() if committed.get(path) is not file)
        gone = sorted(committed.keys() - self._shown.keys())
        if self._head and not drafts and not gone:
            return self._head
        digest = hashlib.sha256(self._head.encode())
        for path in drafts:
            digest.update(f"{path}\0{self._shown[path].id}\n".encode())
        digest.update("\0".join(gone).encode())
        return f"draft-{digest.hexdigest()[:32]}"


def watch(top: Path, preview: Preview, saved: Callable[[], None]) -> Callable[[], None] | None:
    """Call `saved` in a thread whenever files below `top` change; return what ends that.

    None if the extra `preview` is not installed.
    """
    if _watch is None:
        return None
    ended = threading.Event()
    changes_of = partial(
        _watch,
        watch_filter=None,
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
        stop_event=ended,
        rust_timeout=500,
        raise_interrupt=False,
    )

    def look() -> None:
        for changes in changes_of(top):
            preview.note({Path(path) for _, path in changes})
            saved()

    threading.Thread(target=look, name="watch", daemon=True).start()
    return ended.set
