"""Where pushed objects wait until the push is accepted; git's own idea of a temporary object directory.

A directory inside the repository's object directory holds the spooled pack, then the indexed one, and a
store reads through it to the repository. Accepting moves the pack (durably), refusing removes the
directory; a directory whose process died is found by its lock, which the kernel released.
It must not know the protocol nor what makes a push good.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dulwich.object_store import DiskObjectStore

from canopy.errors import LimitExceeded
from canopy.git.reflocks import release_stale_locks, sync_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dulwich.object_store import BaseObjectStore

_PREFIX = "tmp_canopy_"  # git's own prune removes forgotten tmp_* from object directories
_PAUSE_SECONDS = 0.02


class OverlayStore(DiskObjectStore):
    """A store of its own that sees through to another one."""

    def __init__(self, path: Path, base: BaseObjectStore) -> None:
        super().__init__(str(path), fsync_object_files=True, object_format=base.object_format)
        self._below = base

    @property
    def alternates(self) -> list[BaseObjectStore]:
        """Only the store below."""
        return [self._below]


class Quarantine:
    """One push's directory. Made by `quarantine`."""

    def __init__(self, path: Path, base: DiskObjectStore) -> None:
        self.path = path
        self.base = base
        self.store = OverlayStore(path, base)
        self.sound: set[bytes] = set()
        """The ids of the trees that came in, each looked at closely."""
        self.packs = path / "pack"
        self.packs.mkdir()

    def reopen(self) -> None:
        """Forget the packs that the store has open, because they are about to be replaced."""
        self.store.close()
        self.store = OverlayStore(self.path, self.base)

    def accept(self) -> None:
        """Move the packs into the repository and make that durable."""
        target = Path(self.base.pack_dir)
        target.mkdir(exist_ok=True)
        moved = False
        for index in sorted(self.packs.glob("*.idx")):
            if (target / index.name).exists():
                continue  # the very same objects are there
            # The index comes last: without it nobody looks at the pack.
            index.with_suffix(".pack").rename(target / index.with_suffix(".pack").name)
            index.rename(target / index.name)
            moved = True
        if moved:
            sync_directory(target)


@contextmanager
def quarantine(repository: Path, base: DiskObjectStore) -> Iterator[Quarantine]:
    """Lend a quarantine in `repository`, and remove it with whatever is still in it."""
    objects = Path(base.path)
    with _held(repository / "canopy-quarantine.lock"):
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=objects))
        handle = _lock_directory(path)
    made = Quarantine(path, base)
    try:
        yield made
    finally:
        # An error on its way out may still hold a piece of a mapped pack.
        with suppress(BufferError):
            made.store.close()
        # A leftover is harmless and the next sweep's business.
        shutil.rmtree(path, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def sweep(repository: Path) -> None:
    """Remove the quarantines and ref locks of pushes whose process died."""
    with _held(repository / "canopy-quarantine.lock"):
        for path in (repository / "objects").glob(_PREFIX + "*"):
            handle = _lock_directory(path)
            if handle is None:
                continue
            try:
                release_stale_locks(repository, path)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(handle)


@contextmanager
def sole_pusher(repository: Path, seconds: float, cancelled: Callable[[], bool]) -> Iterator[None]:
    """Hold the lock that lets one push at a time into a repository, over threads and processes.

    Raises `LimitExceeded` when it is not to be had in time.
    """
    until = time.monotonic() + seconds
    path = repository / "canopy-push.lock"
    while (handle := _lock(path, wait=False)) is None:
        if time.monotonic() > until or cancelled():
            raise LimitExceeded("another push takes too long; try again later")
        time.sleep(_PAUSE_SECONDS)
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    handle = _lock(path, wait=True)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _lock(path: Path, *, wait: bool) -> int | None:
    """Lock a file, made if absent; the lock ends with the handle, or with the process."""
    return _locked(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644), wait=wait)


def _lock_directory(path: Path) -> int | None:
    """Lock a directory if nobody else has it, and if it is still there: its push may end at any time."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return _locked(handle, wait=False)


def _locked(handle: int, *, wait: bool) -> int | None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except BaseException:
        with suppress(OSError):
            os.close(handle)
        raise
    return handle
