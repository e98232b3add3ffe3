"""Reading and writing single refs of a repository on disk, although other processes may do so too."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from dulwich.file import FileLocked
from dulwich.objects import ObjectID
from dulwich.refs import HEADREF, SYMREF, Ref

from canopy.errors import SyncError
from canopy.git.objects import DamagedRepository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dulwich.repo import Repo

_LOCK_PATIENCE = 15.0
_STALE_LOCK = 10.0


def read_ref(repo: Repo, place: Path, name: str) -> str | None:
    """Return what a ref (by its full name) of the repository in `place` points to, or None."""
    try:
        value = repo.refs[Ref(name.encode())]
    except KeyError:
        if (place / name).is_file():
            raise DamagedRepository(f"the ref {name} is damaged") from None
        return None
    except Exception as exc:  # a damaged ref file
        raise DamagedRepository(f"the ref {name} is damaged") from exc
    return value.decode()


def write_ref(repo: Repo, place: Path, name: str, commit_id: str) -> None:
    """Let a ref (by its full name) point to a commit."""
    ref, value = Ref(name.encode()), ObjectID(commit_id.encode())
    if repo.refs.read_ref(ref) != value:
        _clear_the_way(repo, ref)
        _patiently(lambda: repo.refs.set_if_equals(ref, None, value), place / name)


def write_head(repo: Repo, place: Path, branch: str) -> None:
    """Let HEAD name a branch."""
    name = Ref(f"refs/heads/{branch}".encode())
    if repo.refs.read_ref(HEADREF) != SYMREF + name:
        _patiently(lambda: repo.refs.set_symbolic_ref(HEADREF, name), place / "HEAD")


def _patiently(write: Callable[[], object], path: Path) -> None:
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


def _clear_the_way(repo: Repo, name: Ref) -> None:
    """Remove refs that exclude this one: a remote may replace the branch `a` by `a/b`."""
    for other in repo.refs.allkeys():
        if other.startswith(name + b"/") or name.startswith(other + b"/"):
            repo.refs.remove_if_equals(other, None)
