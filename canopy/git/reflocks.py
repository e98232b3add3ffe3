"""Moving refs: compare and swap, several at once, each durable before anybody is told.

It obeys git's own locking (`<ref>.lock`, created only if absent, renamed over the ref), so a `git push`
by path in another process and a push over HTTP exclude each other. A lock is made as a second name of a
file in the push's own scratch directory: after a crash the inode tells whose lock it was.
It must not know the protocol; reasons are phrases for the pusher.
"""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from dulwich.refs import Ref, check_ref_format, write_packed_refs

from canopy.errors import PushRejected

if TYPE_CHECKING:
    from typing import Self

    from dulwich.objects import ObjectID
    from dulwich.refs import DiskRefsContainer

_PATIENCE_SECONDS = 2.0
_PAUSE_SECONDS = 0.02
_COMPONENT_BYTES, _NAME_BYTES = 240, 1_000
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)


def objection_to_name(ref: bytes) -> str:
    """Return why a ref of this name may not be pushed, or nothing. See `git check-ref-format`."""
    if not ref.startswith((b"refs/heads/", b"refs/tags/")):
        return "only branches and tags can be pushed here"
    if not check_ref_format(Ref(ref)):
        return "git does not allow this name"
    short = ref.split(b"/", 2)[2]
    if short.startswith(b"-") or short == b"HEAD":
        return "this name would be mistaken for something else"
    if len(ref) > _NAME_BYTES or max(map(len, ref.split(b"/"))) > _COMPONENT_BYTES:
        return "this name is too long"
    try:
        ref.decode()
    except UnicodeDecodeError:
        return "this name is not UTF-8"
    return ""


def current_value(refs: DiskRefsContainer, ref: bytes) -> bytes | None:
    """Return what a ref points to now, or None if there is no such ref."""
    value = refs.read_ref(Ref(ref))
    if value is not None and value.startswith(b"ref:"):
        raise PushRejected("this branch is only another name for a different one")
    return value


class RefTransaction:
    """Several refs that move together, as far as a file system allows.

    `prepare` each within a `with`, whose end releases what was not committed; if all is well, `commit`.
    """

    def __init__(self, refs: DiskRefsContainer, scratch: Path) -> None:
        self._refs = refs
        self._root = Path(os.fsdecode(refs.path))
        self._scratch = scratch
        self._prepared: dict[bytes, bytes | None] = {}
        self._locks: dict[Path, Path] = {}
        """Lock to the scratch file that is its other name."""
        self._names: set[bytes] = set(refs.allkeys())

    def prepare(self, ref: bytes, old: bytes | None, new: bytes | None) -> None:
        """Lock a ref that must point to `old` (None: not exist). Raises `PushRejected`."""
        self._avoid_folders(ref)
        try:
            self._lock(self._path(ref), (new or old or b"") + b"\n")
        except OSError as exc:
            raise PushRejected(f"the ref cannot be written ({exc.strerror or 'no reason given'})") from exc
        if current_value(self._refs, ref) != old:
            raise PushRejected(FETCH_FIRST)
        self._prepared[ref] = new

    def commit(self) -> None:
        """Move all prepared refs and make that durable. Raises `OSError` when the disk fails."""
        gone = [ref for ref, new in self._prepared.items() if new is None]
        if gone:
            self._delete(gone)
        folders = set[Path]()
        for ref, new in self._prepared.items():
            path = self._path(ref)
            lock = _lock_of(path)
            if new is not None:
                if path.is_dir():
                    _remove_empty(path)
                lock.rename(path)
                self._forget(lock)
            folders.update(folder for folder in path.parents if folder.is_relative_to(self._root / "refs"))
        for folder in sorted(folders, reverse=True):
            if folder.is_dir():
                sync_directory(folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Release what is still locked and remove folders that stayed empty."""
        for lock in list(self._locks):
            lock.unlink(missing_ok=True)
            self._forget(lock)
            for folder in lock.parents:
                if len(folder.relative_to(self._root).parts) < 3 or not _removed(folder):  # refs/heads stays
                    break

    def _avoid_folders(self, ref: bytes) -> None:
        """Refuse `a` beside `a/b`: the one is a file where the other needs a folder."""
        leaving = {name for name, new in self._prepared.items() if new is None}
        parts = ref.split(b"/")
        above = {b"/".join(parts[:count]) for count in range(3, len(parts))}
        for name in self._names - leaving:
            if name in above or name.startswith(ref + b"/"):
                raise PushRejected(f"there is a ref {name.decode('utf-8', 'replace')[:100]} already")
        self._names.add(ref)

    def _path(self, ref: bytes) -> Path:
        return Path(os.fsdecode(self._refs.refpath(ref)))

    def _lock(self, path: Path, content: bytes) -> None:
        lock = _lock_of(path)
        draft = self._scratch / f"lock-{len(self._locks)}"
        draft.with_suffix(".name").write_text(str(lock.relative_to(self._root)), errors="surrogateescape")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                lock.parent.mkdir(parents=True, exist_ok=True)
                _second_name(draft, lock)
            except FileNotFoundError:  # somebody tidied the empty folder away
                pass
            except FileExistsError as exc:
                if not lock.exists() and not lock.is_symlink() and not lock.parent.is_dir():
                    raise
                if time.monotonic() > until:
                    raise PushRejected("somebody else is moving this ref right now; try again") from exc
            else:
                self._locks[lock] = draft
                return
            if time.monotonic() > until:
                raise PushRejected("the ref cannot be written now; try again")
            time.sleep(_PAUSE_SECONDS)

    def _forget(self, lock: Path) -> None:
        draft = self._locks.pop(lock)
        draft.unlink(missing_ok=True)
        draft.with_suffix(".name").unlink(missing_ok=True)

    def _delete(self, gone: list[bytes]) -> None:
        """Delete refs: out of `packed-refs` first, so that no old value shines through."""
        packed = self._root / "packed-refs"
        self._lock(packed, b"")
        left = dict(self._refs.get_packed_refs())
        if any(Ref(ref) in left for ref in gone):
            peeled = {ref: target for ref in left if (target := self._refs.get_peeled(ref)) is not None}
            for ref in gone:
                left.pop(Ref(ref), None)
            _rewrite(_lock_of(packed), left, peeled)
            _lock_of(packed).rename(packed)
            self._forget(_lock_of(packed))
            sync_directory(self._root)
        for ref in gone:
            self._path(ref).unlink(missing_ok=True)


FETCH_FIRST = "fetch first"
"""git's own words, which make its client explain what to do."""


def release_stale_locks(root: Path, scratch: Path) -> None:
    """Remove the ref locks that a push that died left behind; `scratch` was its directory."""
    for note in scratch.glob("lock-*.name"):
        lock = root / note.read_text(errors="surrogateescape")
        draft = note.with_suffix("")
        try:
            if lock.name.endswith(".lock") and lock.samefile(draft):
                lock.unlink()
        except FileNotFoundError:
            continue


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _rewrite(lock: Path, refs: dict[Ref, ObjectID], peeled: dict[Ref, ObjectID]) -> None:
    with lock.open("wb") as file:
        write_packed_refs(file, refs, {ref: target for ref, target in peeled.items() if ref in refs})
        file.flush()
        os.fsync(file.fileno())


def _second_name(draft: Path, lock: Path) -> None:
    try:
        os.link(draft, lock)
    except OSError as exc:
        if exc.errno not in _NO_LINKS:
            raise
        # No hard links on this file system: a crash would leave the lock to be removed by hand.
        with lock.open("xb") as file:
            file.write(draft.read_bytes())
            file.flush()
            os.fsync(file.fileno())


def _lock_of(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _remove_empty(folder: Path) -> None:
    """Remove a tree of empty folders that lies where a ref belongs."""
    for place, _, _ in os.walk(folder, topdown=False):
        Path(place).rmdir()


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True
