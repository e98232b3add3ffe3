"""Where the commits come from: a remote that is followed, or a notepad of our own.

It ties the parts of the git room into what the sync worker needs: look for a commit, read it, and remember
it as good once its site is built. It must not know markdown, rendering or HTTP. Everything here blocks, and
is called from one thread.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID, uuid4

import structlog

from canopy.content.deciding import EXTRACT
from canopy.errors import CanopyError, ConfigError, RefNotFound
from canopy.git import DamagedRepository, Kind, Repository, fetch
from canopy.git.following import follow_history

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from canopy.git import Credentials, Limits, Remote, Snapshot

log = structlog.get_logger("canopy.origin")

MAIN = "main"
History = Literal["full", "none"]


@dataclass(frozen=True, slots=True)
class Found:
    """The newest commit that an origin has."""

    commit: str
    forced: bool = False
    """It does not descend from the one before."""


class Origin(ABC):
    """A bare repository on this machine, and where its commits come from."""

    local = False
    """Whether `moved` is worth asking: what is followed is on this machine."""

    def __init__(self, repository: Repository, branch: str, *, root: str, history: History) -> None:
        self._repository = repository
        self._branch = branch or repository.default_branch()
        self._root = root
        self._history: History = history

    @property
    def path(self) -> Path:
        """The bare repository."""
        return self._repository.path

    @abstractmethod
    def identity(self) -> str:
        """Return what no other site's origin has, and this one always: its feed's ids come from it."""

    @abstractmethod
    def last_good(self) -> str:
        """Return the commit that the disk keeps as good, or an empty string."""

    @abstractmethod
    def fetch(self) -> Found:
        """Look for the newest commit, and have it on disk whole. Raises `SyncError`."""

    @abstractmethod
    def accept(self, commit: str) -> None:
        """Remember a commit as good: its site was built."""

    @abstractmethod
    def moved(self) -> bool:
        """Tell whether a `fetch` would find another commit; cheap, and False when in doubt."""

    def snapshot(self, commit: str, previous: Snapshot | None) -> Snapshot:
        """Read the files of a commit; what did not change since `previous` stays the same object."""
        return self.read(self._repository, commit, previous)

    def read(self, repository: Repository, commit: str, previous: Snapshot | None) -> Snapshot:
        """Read a commit as this origin does, from a view of its repository."""
        return repository.snapshot(
            commit, root=self._root, history=self._history, extract=EXTRACT, previous=previous
        )

    @property
    def repository(self) -> Repository:
        """The bare repository and what is remembered about it."""
        return self._repository

    @property
    def root(self) -> str:
        """The folder of the repository that is the top of the site."""
        return self._root

    @property
    def branch(self) -> str:
        """The branch that is published."""
        return self._branch

    def renames(self, commit: str) -> tuple[Callable[..., bool], tuple[Any, ...]] | None:
        """Return a function for another process that follows renames up to `commit`, and its arguments.

        It returns whether more is known now of dates and former files; None when they are not wanted at all.
        """
        if self._history == "none":
            return None
        follow = partial(follow_history, known=self._repository.departures_known(), extract=EXTRACT)
        return follow, (str(self.path), commit, self._repository.limits)

    def close(self) -> None:
        """Let the repository go."""
        self._repository.close()


class Followed(Origin):
    """A remote, with a copy of its repository that outlives us."""

    def __init__(
        self,
        repository: Repository,
        remote: Remote,
        credentials: Credentials,
        *,
        root: str = "",
        history: History = "full",
        depth: int = 0,
    ) -> None:
        super().__init__(repository, remote.branch, root=root, history=history)
        self.local = remote.kind is Kind.FILE
        self._remote = remote
        self._credentials = credentials
        self._depth = depth
        self._stamp: object = None

    def identity(self) -> str:
        """Return the remote's URL."""
        return self._remote.url

    def last_good(self) -> str:
        """Return the commit published last."""
        return self._repository.resolve(self._branch) or ""

    def snapshot(self, commit: str, previous: Snapshot | None) -> Snapshot:
        """Read the files of a commit; a copy that turns out to be damaged makes room for a new one."""
        try:
            return super().snapshot(commit, previous)
        except DamagedRepository as exc:
            self._repository.close()
            _set_aside(self.path, exc)
            self._repository = Repository.create(self.path, self._branch, self._repository.limits)
            raise

    def fetch(self) -> Found:
        """Fetch from the remote."""
        stamp = self._glance()
        fetched = fetch(
            self._repository,
            self._remote,
            self._credentials,
            self._repository.limits,
            depth=self._depth or None,
        )
        self._branch, self._stamp = fetched.branch, stamp
        return Found(fetched.commit, fetched.forced)

    def accept(self, commit: str) -> None:
        """Let the branch of the copy point to the commit."""
        if self._repository.resolve(self._branch) != commit:
            self._repository.advance(self._branch, commit)
            self._repository.compact()

    def moved(self) -> bool:
        """Tell whether the repository's refs were written since the last fetch."""
        return self._stamp is not None and self._glance() != self._stamp

    def _glance(self) -> object:
        """Return something that differs after a push or commit in a repository on this machine."""
        return _refs_stamp(self._remote.path) if self.local else None


class Notepad(Origin):
    """A repository of our own, which its authors clone and push to."""

    local = True

    def __init__(
        self, repository: Repository, branch: str = "", *, root: str = "", history: History = "full"
    ) -> None:
        super().__init__(repository, branch, root=root, history=history)
        self._served = ""
        self._stamp: object = None

    def identity(self) -> str:
        """Return what was drawn by lot at the first start: in every container the path is the same."""
        path = self.path / "canopy-identity"
        try:
            return f"urn:uuid:{UUID(path.read_text(encoding='ascii').strip())}"
        except (OSError, ValueError):
            drawn = uuid4()
            path.write_text(f"{drawn}\n", encoding="ascii")
            return f"urn:uuid:{drawn}"

    def last_good(self) -> str:
        """Return the branch's commit; of a notepad that never had any, the starter notes'."""
        commit = self._repository.resolve(self._branch)
        if commit is None and not self._repository.remembered():
            when = datetime.now(UTC).replace(microsecond=0)
            commit = self._repository.commit(
                self._branch, starter(), "Begin a notepad", "Canopy", "canopy@localhost", when
            )
        return commit or ""

    def fetch(self) -> Found:
        """Read the branch. Nothing is fetched: pushes arrive here by themselves."""
        self._stamp = _refs_stamp(str(self.path))
        commit = self._repository.resolve(self._branch)
        if commit is None:
            raise RefNotFound(f"the notepad has no branch {self._branch} any more; push it again")
        return Found(commit, bool(self._served) and not self._repository.contains(commit, self._served))

    def accept(self, commit: str) -> None:
        """Remember what is served; what was pushed is in the branch already."""
        self._served = commit
        self._repository.compact()

    def moved(self) -> bool:
        """Tell whether somebody pushed."""
        return _refs_stamp(str(self.path)) != self._stamp


class Lock:
    """The right to write to one repository: one Canopy at a time, however it ended before."""

    def __init__(self, path: Path) -> None:
        """Take the lock beside `path`. Raises `CanopyError` if another process has it, or it cannot be."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(
                path.with_name(path.name + ".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600
            )
        except OSError as exc:
            raise ConfigError(
                f"data: {exc.filename} cannot be written: {exc.strerror}; name another folder with --data"
            ) from exc
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(self._descriptor)
            raise CanopyError(
                f"another Canopy is running with {path}; stop it, or give this one a folder with --data"
            ) from exc

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)


def open_copy(data: Path, remote: Remote, limits: Limits) -> Repository:
    """Open, or make, the copy of a remote's repository in the data directory.

    A damaged copy is moved aside: everything in it can be fetched again.
    """
    path = copy_path(data, remote)
    if Repository.exists(path):
        try:
            return Repository.open(path, limits)
        except DamagedRepository as exc:
            _set_aside(path, exc)
    return Repository.create(path, remote.branch or MAIN, limits)


def _set_aside(path: Path, damage: DamagedRepository) -> None:
    """Move a damaged copy out of the way. Only the newest is kept: a disk must not fill up."""
    for old in path.parent.glob(f"{path.name}.damaged-*"):
        shutil.rmtree(old, ignore_errors=True)
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    path.rename(aside)
    log.warning("the copy on disk is damaged and is fetched anew", reason=str(damage), moved_to=str(aside))


def copy_path(data: Path, remote: Remote) -> Path:
    """Return where the copy of a remote is kept: a name that people recognise, and no other remote's."""
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", remote.url.partition("://")[2] or remote.url).strip("-.")[-60:]
    return data / "remotes" / f"{name}-{hashlib.sha256(remote.url.encode()).hexdigest()[:10]}.git"


def open_notepad(data: Path, branch: str, limits: Limits) -> Repository:
    """Open, or make, the notepad in the data directory. A damaged one is never moved or changed."""
    path = data / "notepad.git"
    if Repository.exists(path):
        return Repository.open(path, limits)
    return Repository.create(path, branch or MAIN, limits)


def starter() -> dict[str, bytes]:
    """Return the notes that a new notepad begins with, by path."""
    return dict(_walk(files("canopy") / "starter", ""))


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.read_bytes()


def _refs_stamp(path: str) -> object:
    """Return the times at which a repository's refs were written, below `.git` for a work tree."""
    top = os.path.join(path, ".git") if os.path.isdir(os.path.join(path, ".git")) else path  # noqa: PTH112, PTH118
    stamps: list[tuple[str, int, int]] = []
    pending = [os.path.join(top, name) for name in ("HEAD", "packed-refs", "refs/heads")]  # noqa: PTH118
    while pending:
        place = pending.pop()
        try:
            stat = os.stat(place)  # noqa: PTH116 (twice a second: without objects)
        except OSError:
            continue
        stamps.append((place, stat.st_mtime_ns, stat.st_ino))
        if place.endswith("refs/heads") or os.path.isdir(place):  # noqa: PTH112
            try:
                pending += [entry.path for entry in os.scandir(place)]
            except OSError:
                continue
    return sorted(stamps)
