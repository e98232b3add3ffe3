"""The repository as the memory of everything fetched or pushed: commits of our own, and snapshots out of it.

A `Repository` may be used from several threads; its memory (what was verified, what history said) is behind
one lock. Other processes may push into the directory at any time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Literal

from canopy.errors import LimitExceeded, SyncError
from canopy.git.authoring import write_commit
from canopy.git.bare import BareRepository
from canopy.git.compaction import sync_folder
from canopy.git.objects import DamagedRepository
from canopy.git.past import Bygone, Past
from canopy.git.renames import renames_known
from canopy.git.snapshots import Reader, Taken
from canopy.git.trees import Trees
from canopy.git.verify import Verified

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from dulwich.repo import Repo

    from canopy.git.limits import Limits
    from canopy.git.values import Extract, Snapshot


class Repository(BareRepository):
    """One bare repository and what is remembered about it."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        """Use `open` or `create`."""
        super().__init__(path, limits)
        self._past = Past(path, self.limits)
        self._taken: Taken | None = None

    def close(self) -> None:
        """Forget everything in memory, and the directory if it is temporary."""
        self._taken = None
        super().close()

    def commit(
        self,
        branch: str,
        files: Mapping[str, bytes],
        message: str,
        author_name: str,
        author_email: str,
        when: datetime,
    ) -> str:
        """Record a commit of exactly `files` on top of the branch, and return its id."""
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        parent = self.resolve(branch)
        with self._lock, self.opened() as repo:
            author = f"{author_name} <{author_email}>"
            commit_id = write_commit(repo.object_store, files, message, author, when, parent)
        sync_folder(self.path / "objects" / "pack")
        self.set_ref(f"refs/heads/{branch}", commit_id)
        return commit_id

    def snapshot(
        self,
        commit_id: str,
        *,
        root: str = "",
        history: Literal["full", "none"] = "full",
        extract: Extract | None = None,
        previous: Snapshot | None = None,
    ) -> Snapshot:
        """Read the files of a commit below `root`; what is as in `previous` stays the same object.

        Of earlier contents the extract is told, if one is wanted, and history is.
        Raises `DamagedRepository` when it cannot be read and `LimitExceeded` when it is too large.
        """
        with self._lock, self.opened() as repo:
            try:
                wanted = history == "full"
                self._taken = self._take(repo, commit_id, root.strip("/"), extract, wanted, previous)
            except (DamagedRepository, LimitExceeded):
                raise
            except SyncError as exc:
                raise DamagedRepository(str(exc)) from exc
            return self._taken.snapshot

    def _take(
        self,
        repo: Repo,
        commit_id: str,
        root: str,
        extract: Extract | None,
        history: bool,
        previous: Snapshot | None,
    ) -> Taken:
        store = repo.object_store
        commit = self.verify(repo, commit_id)
        trees = Trees(store, self.limits.tree_depth, self.trees)
        bygone = self._past.look(repo, trees, commit.id, extract) if history else Bygone()
        before = self._taken
        if previous is None:
            before = None
        elif before is None or before.snapshot is not previous:
            # Not the last one taken: its blobs serve, nothing else does.
            before = Taken(previous, root, b"", history=False, collided=True)
        reader = Reader(store, trees, self.limits, self._past.dates.facts if history else None)
        taken = reader.take(commit, root, before, self._past.redated)
        self._past.told()
        snapshot = replace(taken.snapshot, former=bygone.former, earlier=bygone.earlier)
        return replace(taken, snapshot=snapshot)

    def view(self, objects: Path) -> Repository:
        """Return this repository with another directory of objects on top, for the review of a push.

        What the view learns stays in the view. It must not outlive the directory.
        """
        with self._lock:
            other = Repository(self.path, self.limits)
            other._alternates = (*self._alternates, str(objects))
            other.verified = Verified(dict(self.verified.trees), set(self.verified.blobs))
            other.trees = self.trees.copy()
            other._past, other._taken = self._past.copy(), self._taken
            return other

    def adopt(self, view: Repository) -> None:
        """Take over what a `view` learnt, when what it saw has become part of this repository."""
        with self._lock:
            self.verified, self.trees = view.verified, view.trees
            self._past, self._taken = view._past, view._taken
            self._past.keep()

    def renames_wanted(self, commit_id: str) -> bool:
        """Tell whether `follow_renames` has not finished with this commit yet."""
        return not renames_known(self.path, commit_id)

    def departures_known(self) -> bool:
        """Tell whether all is known about the files that the last snapshot's history had besides.

        So it is of what they said earlier, if that was wanted.
        """
        return self._past.complete
