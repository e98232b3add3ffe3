"""The bare repository on disk: the memory of everything fetched or pushed, safe against crashes.

It owns the directory's lay-out, the refs and the commits that Canopy itself makes, and reads snapshots out of
it. No work tree is ever checked out, and no hook of a repository ever runs.

Threads: dulwich's own `Repo` objects must not be shared, so every operation opens one and closes it. A
`Repository` may be used from several threads; its memory (what was verified, what history said) is behind one
lock. Other processes may push into the directory at any time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from dulwich.config import ConfigFile
from dulwich.errors import NotGitRepository
from dulwich.file import FileLocked
from dulwich.objects import ObjectID
from dulwich.refs import HEADREF, SYMREF, Ref, check_ref_format
from dulwich.repo import Repo

from canopy.errors import ConfigError, LimitExceeded, SyncError
from canopy.git.authoring import write_commit
from canopy.git.compaction import compact, sync_folder
from canopy.git.dates import Dates
from canopy.git.departures import NOTHING, Departures
from canopy.git.limits import Limits
from canopy.git.objects import DamagedRepository, MissingObject, RawCommit, read_commit
from canopy.git.renames import load_renames, renames_known
from canopy.git.snapshots import Reader, Taken
from canopy.git.trees import TreeCache, Trees
from canopy.git.verify import Verified, verify_tree
from canopy.git.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from typing import Self

    from dulwich.pack import Pack

    from canopy.git.values import Extract, Former, Snapshot

FETCHED = "refs/canopy/fetched/"
"""Where the tips of fetches are kept, so that the next fetch asks for what is new only."""

_LOCK_PATIENCE = 15.0
_STALE_LOCK = 10.0
_SETTINGS = {
    # A push by path runs git's own receive-pack here: it must not start a collection of its own.
    ("receive", "autogc"): "false",
    ("gc", "auto"): "0",
    ("receive", "fsckObjects"): "true",
    ("core", "logAllRefUpdates"): "false",
    ("transfer", "hideRefs"): "refs/canopy",
}


class Repository:
    """One bare repository and what is remembered about it."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        """Use `open` or `create`."""
        self.path = path
        self.limits = limits or Limits()
        self.verified = Verified()
        self.trees = TreeCache()
        self._alternates: tuple[str, ...] = ()
        self._lock = threading.RLock()
        self._dates = Dates(self.limits, path / "canopy-history")
        self._departures = Departures(path)
        self._versions = Versions(path)
        self._taken: Taken | None = None
        self._redated: set[bytes] | None = set()
        """Raw paths whose dates may have changed since `_taken`; None: any may."""
        self._temporary: str | None = None

    # -- making and opening ---------------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path | None = None, branch: str = "main", limits: Limits | None = None) -> Self:
        """Make an empty repository; without a path in a temporary directory that `close` removes."""
        if not check_ref_format(Ref(f"refs/heads/{branch}".encode())):
            raise ConfigError(f"{branch!r} cannot be the name of a branch")
        temporary = tempfile.mkdtemp(prefix="canopy-") if path is None else None
        place = path or Path(temporary or "", "repository.git")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            for stale in place.parent.glob(f"{place.name}.new-*"):
                shutil.rmtree(stale, ignore_errors=True)
            fresh = place.with_name(f"{place.name}.new-{os.getpid()}")
            Repo.init_bare(fresh, mkdir=True, default_branch=branch.encode()).close()
            _configure(fresh)
            # A directory that exists but is empty gives way; nothing half-made is ever seen.
            fresh.replace(place)
        except OSError as exc:
            raise SyncError(f"the repository cannot be made in {place}: {exc.strerror}") from exc
        made = cls(place, limits)
        made._temporary = temporary
        return made

    @classmethod
    def open(cls, path: Path, limits: Limits | None = None) -> Self:
        """Open a repository and make sure that what it publishes is whole.

        Raises `DamagedRepository` when it is not: move it aside and fetch anew.
        """
        if not (path / "objects").is_dir():
            raise DamagedRepository(f"there is no repository in {path}")
        # Left by whoever was killed while it wrote the index of a pack: nobody could write that one again.
        for stale in (path / "objects" / "pack").glob("pack-*.idx.lock"):
            stale.unlink(missing_ok=True)
        # Likewise, of a pack that was still on its way.
        for stale in (path / "objects").glob("tmp_pack_*"):
            stale.unlink(missing_ok=True)
        opened = cls(path, limits)
        opened._check()
        return opened

    @staticmethod
    def exists(path: Path) -> bool:
        """Tell whether there is something at the path that `open` should look at."""
        return path.is_dir() and any(path.iterdir())

    def close(self) -> None:
        """Forget everything in memory, and the directory if it is temporary."""
        self._taken = None
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def opened(self) -> Iterator[Repo]:
        """Lend dulwich's view of the repository for one operation of one thread."""
        try:
            repo = Repo(self.path, bare=True, alternates=self._alternates)
        except NotGitRepository as exc:
            raise DamagedRepository(f"there is no repository in {self.path}") from exc
        except Exception as exc:  # a damaged config or format makes the library raise its own kinds
            raise DamagedRepository(f"the repository in {self.path} cannot be opened") from exc
        try:
            repo.hooks.clear()
            repo.object_store.fsync_object_files = True
            yield repo
        finally:
            repo.close()

    def view(self, objects: Path) -> Repository:
        """Return this repository with another directory of objects on top, for the review of a push.

        What the view learns stays in the view. It must not outlive the directory.
        """
        with self._lock:
            other = Repository(self.path, self.limits)
            other._alternates = (*self._alternates, str(objects))
            other.verified = Verified(dict(self.verified.trees), set(self.verified.blobs))
            other.trees = self.trees.copy()
            other._dates, other._departures = self._dates.copy(), self._departures.copy()
            other._versions = self._versions.copy()
            other._taken, other._redated = self._taken, self._redated and set(self._redated)
            return other

    # -- refs -----------------------------------------------------------------------------------------

    def resolve(self, branch: str) -> str | None:
        """Return the commit that a branch points to, or None."""
        return self.read_ref(f"refs/heads/{branch}")

    def read_ref(self, name: str) -> str | None:
        """Return what a ref (by its full name) points to, or None."""
        with self.opened() as repo:
            try:
                value = repo.refs[Ref(name.encode())]
            except KeyError:
                if (self.path / name).is_file():
                    raise DamagedRepository(f"the ref {name} is damaged") from None
                return None
            except Exception as exc:  # a damaged ref file
                raise DamagedRepository(f"the ref {name} is damaged") from exc
        return value.decode()

    def default_branch(self) -> str:
        """Return the branch that HEAD names, whether or not it has a commit."""
        with self.opened() as repo:
            value = repo.refs.read_ref(HEADREF) or b""
        return (
            value.removeprefix(SYMREF).removeprefix(b"refs/heads/").strip().decode("utf-8", "replace")
            or "main"
        )

    def advance(self, branch: str, commit_id: str) -> None:
        """Let a branch point to a commit and HEAD to the branch, durably."""
        name = Ref(f"refs/heads/{branch}".encode())
        self.set_ref(f"refs/heads/{branch}", commit_id)
        with self.opened() as repo:
            if repo.refs.read_ref(HEADREF) != SYMREF + name:
                self._patiently(lambda: repo.refs.set_symbolic_ref(HEADREF, name), self.path / "HEAD")
        sync_folder(self.path)

    def set_ref(self, name: str, commit_id: str) -> None:
        """Let a ref (by its full name) point to a commit, durably."""
        ref, value = Ref(name.encode()), ObjectID(commit_id.encode())
        with self.opened() as repo:
            if repo.refs.read_ref(ref) != value:
                _clear_the_way(repo, ref)
                self._patiently(lambda: repo.refs.set_if_equals(ref, None, value), self.path / name)
        sync_folder((self.path / name).parent)

    def remember(self, branch: str, commit_id: str) -> None:
        """Keep a fetched tip: it is whole, whether or not it will be published."""
        self.set_ref(FETCHED + quote(branch, safe=""), commit_id)

    def remembered(self) -> set[str]:
        """Return the commits known to be whole with all their history: fetched tips and branches."""
        with self.opened() as repo:
            names = [n for n in repo.refs.allkeys() if n.startswith((b"refs/heads/", FETCHED.encode()))]
            values = (repo.refs.read_ref(name) for name in names)
            return {value.decode() for value in values if value and ObjectID(value) in repo.object_store}

    # -- commits --------------------------------------------------------------------------------------

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

    def verify(self, repo: Repo, commit_id: str) -> RawCommit:
        """Check that a commit's whole tree is there and within limits; raises as `verify_tree` does."""
        with self._lock:
            store = repo.object_store
            return verify_tree(store, commit_id, self.limits, self.verified, strict=False, cache=self.trees)

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
        former, earlier = self._look(repo, trees, commit.id, extract) if history else (NOTHING, ())
        before = self._taken
        if previous is None:
            before = None
        elif before is None or before.snapshot is not previous:
            # Not the last one taken: its blobs serve, nothing else does.
            before = Taken(previous, root, b"", history=False, collided=True)
        reader = Reader(store, trees, self.limits, self._dates.facts if history else None)
        taken = reader.take(commit, root, before, self._redated)
        taken = replace(taken, snapshot=replace(taken.snapshot, former=former, earlier=earlier))
        self._redated = set()
        return taken

    def _look(
        self, repo: Repo, trees: Trees, head: bytes, extract: Extract | None
    ) -> tuple[Mapping[str, Former], tuple[Former, ...]]:
        """Bring history up to a commit; remember whose dates may differ from the last snapshot's.

        Return what the history had besides: the files that left, and what files said earlier.
        """
        if self._dates.use_renames(load_renames(self.path)):
            self._redated = None
        store, shallow = repo.object_store, frozenset(map(bytes, repo.get_shallow()))
        changed = self._dates.look(store, trees, head, shallow)
        if changed is None:
            self._redated = None
        elif self._redated is not None:
            self._redated |= changed
        former = self._departures.look(self._dates, store, trees, changed)
        if extract is None:
            return former, ()
        news = self._versions.look(self._dates, store, trees, extract)
        said = self._versions.found
        return former, self._departures.earlier(self._dates, store, trees, changed, said, news=news)

    def adopt(self, view: Repository) -> None:
        """Take over what a `view` learnt, when what it saw has become part of this repository."""
        with self._lock:
            self.verified, self.trees = view.verified, view.trees
            self._taken, self._redated = view._taken, view._redated
            view._dates.keep_in(self.path / "canopy-history")
            self._dates, self._departures, self._versions = view._dates, view._departures, view._versions

    def renames_wanted(self, commit_id: str) -> bool:
        """Tell whether `follow_renames` has not finished with this commit yet."""
        return not renames_known(self.path, commit_id)

    def departures_known(self) -> bool:
        """Tell whether all is known about the files that the last snapshot's history had besides.

        So it is of what they said earlier, if that was wanted.
        """
        return self._departures.complete and self._versions.complete

    def contains(self, tip: str, previous: str) -> bool:
        """Tell whether `previous` is `tip` or an ancestor; beyond a shallow edge the answer is yes."""
        with self.opened() as repo:
            seen, pending = {tip.encode()}, [tip.encode()]
            shallow = repo.get_shallow()
            while pending:
                commit_id = pending.pop()
                if commit_id == previous.encode():
                    return True
                try:
                    parents = read_commit(repo.object_store, commit_id).parents
                except MissingObject:
                    continue
                fresh = [] if commit_id in shallow else [p for p in parents if p not in seen]
                seen.update(fresh)
                pending[:0] = fresh
            return bool(shallow)

    # -- upkeep ---------------------------------------------------------------------------------------

    def compact(self) -> bool:
        """Gather the packs of many fetches into one, when there are many; return whether it was done."""
        with self._lock, self.opened() as repo:
            return compact(repo)

    def is_sound(self) -> bool:
        """Tell whether everything that is published is there and readable."""
        try:
            self._check()
        except SyncError:
            return False
        return True

    def _check(self) -> None:
        with self._lock, self.opened() as repo:
            for pack in _packs(repo):
                try:
                    whole = pack.data.get_stored_checksum() == pack.index.get_pack_checksum()
                except Exception as exc:  # a damaged pack or index makes the library raise its own kinds
                    raise DamagedRepository("a pack of the repository is damaged") from exc
                if not whole:
                    raise DamagedRepository("a pack of the repository is cut short")
            if not (repo.refs.read_ref(HEADREF) or b"").startswith(SYMREF):
                raise DamagedRepository("the repository's HEAD is damaged")
            tip = self.resolve(self.default_branch())
            if tip is not None:
                try:
                    self.verify(repo, tip)
                except LimitExceeded:
                    raise
                except SyncError as exc:
                    raise DamagedRepository(str(exc)) from exc

    def _patiently(self, write: Callable[[], object], path: Path) -> None:
        """Write a ref although another process may hold its lock, or died while it did."""
        lock = path.with_name(path.name + ".lock")
        until = time.monotonic() + _LOCK_PATIENCE
        while True:
            try:
                write()
            except FileLocked as exc:
                if time.monotonic() > until:
                    raise SyncError(f"{lock.name} is held by another process") from exc
                with contextlib.suppress(FileNotFoundError):
                    if time.time() - lock.stat().st_mtime > _STALE_LOCK:
                        lock.unlink()
                        continue
                time.sleep(0.05)
            except OSError as exc:
                raise SyncError(f"the repository cannot be written: {exc.strerror or exc}") from exc
            else:
                return


def _configure(path: Path) -> None:
    config = ConfigFile.from_path(path / "config")
    for (section, name), value in _SETTINGS.items():
        config.set((section,), name, value)
    config.write_to_path(path / "config")


def _packs(repo: Repo) -> list[Pack]:
    try:
        return list(repo.object_store.packs)
    except Exception as exc:  # a damaged index makes the library raise its own kinds
        raise DamagedRepository("the repository's packs cannot be read") from exc


def _clear_the_way(repo: Repo, name: Ref) -> None:
    """Remove refs that exclude this one: a remote may replace the branch `a` by `a/b`."""
    for other in repo.refs.allkeys():
        if other.startswith(name + b"/") or name.startswith(other + b"/"):
            repo.refs.remove_if_equals(other, None)
