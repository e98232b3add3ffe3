"""The files of a folder as its author has them now, committed or not.

Ignored files are left out as git would; links are not followed. Nothing is written, and no hook or filter
of the repository runs.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from dulwich.errors import NotGitRepository
from dulwich.ignore import IgnoreFilterManager
from dulwich.repo import Repo

from canopy.errors import LimitExceeded, SyncError
from canopy.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from canopy.git.limits import Limits


def find_worktree(path: Path) -> Path | None:
    """Return the top of the work tree that contains the folder `path`, or None if none does."""
    try:
        repo = Repo.discover(str(path))
    except (NotGitRepository, OSError, ValueError):
        return None
    try:
        return None if repo.bare else Path(os.fsdecode(repo.path)).resolve()
    finally:
        repo.close()


def read_worktree(top: Path, limits: Limits) -> tuple[dict[str, bytes], tuple[Problem, ...]]:
    """Return the files below `top` by path, and what is wrong with those that cannot be taken.

    Raises `SyncError` if the folder cannot be read and `LimitExceeded` if it has too many files.
    """
    ignored = _ignored(top)
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    try:
        for path in _walk(top, "", ignored):
            if len(files) + len(problems) >= limits.tree_entries:
                raise LimitExceeded(f"{top} has more than {limits.tree_entries:,} files")
            found = _read(top / path, path, limits)
            if isinstance(found, Problem):
                problems.append(found)
            else:
                files[path] = found
    except OSError as exc:
        raise SyncError(f"{exc.filename}: cannot be read: {exc.strerror}") from exc
    return files, tuple(problems)


def _walk(top: Path, prefix: str, ignored: IgnoreFilterManager | None) -> Iterator[str]:
    with os.scandir(top / prefix) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        path = prefix + entry.name
        folder = entry.is_dir(follow_symlinks=False)
        if entry.name == ".git" or (ignored and ignored.is_ignored(path + "/" if folder else path)):
            continue
        if not folder:
            yield path
        elif not (Path(entry.path) / ".git").exists():
            yield from _walk(top, path + "/", ignored)


def _read(file: Path, path: str, limits: Limits) -> bytes | Problem:
    status = file.lstat()
    if stat.S_ISLNK(status.st_mode):
        return Problem(path, 0, "symbolic links are not followed", "put the file itself there")
    if not stat.S_ISREG(status.st_mode):
        return Problem(path, 0, "this is no ordinary file", "remove it")
    if status.st_size > limits.object_bytes:
        return Problem(path, 0, f"the file has {status.st_size:,} bytes", "make it smaller")
    try:
        return file.read_bytes()
    except PermissionError:
        return Problem(path, 0, "the file may not be read", "give its reader the permission")


def _ignored(top: Path) -> IgnoreFilterManager | None:
    try:
        repo = Repo(str(top))
    except NotGitRepository:
        return None
    try:
        return IgnoreFilterManager.from_repo(repo)
    finally:
        repo.close()
