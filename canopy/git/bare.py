"""A bare repository's directory: how it is made, opened, kept sound, and where its refs point.

No work tree is ever checked out, and no hook of a repository ever runs. It knows commits by their ids alone:
what is read out of them is another's (`canopy.git.repository`).

Threads: dulwich's own `Repo` objects must not be shared, so every operation opens one and closes it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from dulwich.config import ConfigFile
from dulwich.errors import NotGitRepository
from dulwich.objects import ObjectID
from dulwich.refs import HEADREF, SYMREF, Ref, check_ref_format
from dulwich.repo import Repo

from canopy.errors import ConfigError, LimitExceeded, SyncError
from canopy.git.compaction import compact, sync_folder
from canopy.git.limits import Limits
from canopy.git.objects import DamagedRepository, MissingObject, RawCommit, read_commit
from canopy.git.refs import read_ref, write_head, write_ref
from canopy.git.trees import TreeCache
from canopy.git.verify import Verified, verify_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from dulwich.pack import Pack

FETCHED = "refs/canopy/fetched/"
"""Where the tips of fetches are kept, so that the next fetch asks for what is new only."""

_SETTINGS = {
    # A push by path runs git's own receive-pack here: it must not start a collection of its own.
    ("receive", "autogc"): "false",
    ("gc", "auto"): "0",
    ("receive", "fsckObjects"): "true",
    ("core", "logAllRefUpdates"): "false",
    ("transfer", "hideRefs"): "refs/canopy",
}


class BareRepository:
    """One bare repository on disk, and what was verified of it."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        """Use `open` or `create`."""
        self.path = path
        self.limits = limits or Limits()
        self.verified = Verified()
        self.trees = TreeCache()
        self._alternates: tuple[str, ...] = ()
        self._lock = threading.RLock()
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
        """Let the directory go, if it is temporary."""
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

    # -- refs -----------------------------------------------------------------------------------------

    def resolve(self, branch: str) -> str | None:
        """Return the commit that a branch points to, or None."""
        return self.read_ref(f"refs/heads/{branch}")

    def read_ref(self, name: str) -> str | None:
        """Return what a ref (by its full name) points to, or None."""
        with self.opened() as repo:
            return read_ref(repo, self.path, name)

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
        self.set_ref(f"refs/heads/{branch}", commit_id)
        with self.opened() as repo:
            write_head(repo, self.path, branch)
        sync_folder(self.path)

    def set_ref(self, name: str, commit_id: str) -> None:
        """Let a ref (by its full name) point to a commit, durably."""
        with self.opened() as repo:
            write_ref(repo, self.path, name, commit_id)
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

    # -- soundness ------------------------------------------------------------------------------------

    def verify(self, repo: Repo, commit_id: str) -> RawCommit:
        """Check that a commit's whole tree is there and within limits; raises as `verify_tree` does."""
        with self._lock:
            store = repo.object_store
            return verify_tree(store, commit_id, self.limits, self.verified, strict=False, cache=self.trees)

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
