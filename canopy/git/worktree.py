"""The files of a folder as its author has them now, committed or not.

Ignored files are left out as git would; links are only read, for `symlinks.follow`. Nothing is written, and
no hook or filter of the repository runs.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dulwich.errors import NotGitRepository
from dulwich.ignore import IgnoreFilterManager
from dulwich.repo import Repo

from canopy.errors import LimitExceeded, SyncError
from canopy.git.values import Blob
from canopy.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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


def is_bare(path: Path) -> bool:
    """Tell whether a folder is a repository without a work tree."""
    return (path / "objects").is_dir() and (path / "HEAD").is_file()


@dataclass(slots=True)
class WorkTree:
    """A folder, read again and again; a file that did not change is not opened twice."""

    top: Path
    limits: Limits
    files: dict[str, Blob] = field(default_factory=dict)
    """By path. Their dates are the file's own; they have no authors."""
    problems: dict[str, Problem] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    """The targets of symbolic links, by path."""
    _stamps: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def refresh(self, hints: Iterable[Path] | None = None) -> bool:
        """Read what changed, and tell whether anything did; with `hints`, look only at those files.

        Raises `SyncError` if the folder cannot be read and `LimitExceeded` if it has too many files.
        """
        before = dict(self.files), dict(self.problems), dict(self.links)
        try:
            if hints is None or not self._refresh_some(hints):
                self._refresh_all()
        except OSError as exc:
            raise SyncError(f"{exc.filename}: cannot be read: {exc.strerror}") from exc
        return before != (self.files, self.problems, self.links)

    def below(self, root: str) -> dict[str, str]:
        """Return the symbolic links below a folder."""
        prefix = f"{root.strip('/')}/" if root.strip("/") else ""
        return {path: target for path, target in self.links.items() if path.startswith(prefix)}

    def _refresh_some(self, hints: Iterable[Path]) -> bool:
        """Look at the hinted files; False if only a look at everything will do."""
        ignored = _ignored(self.top)
        for place in hints:
            try:
                path = place.relative_to(self.top).as_posix()
            except ValueError:
                return False
            if path == ".git" or path.startswith(".git/"):
                continue
            if (
                place.is_dir()
                or path.endswith(".gitignore")
                or (path not in self._stamps and not place.exists())
            ):
                return False
            if not (ignored and ignored.is_ignored(path)):
                self._look(path)
        return True

    def _refresh_all(self) -> None:
        seen: set[str] = set()
        for path in _walk(self.top, "", _ignored(self.top)):
            if len(seen) >= self.limits.tree_entries:
                raise LimitExceeded(f"{self.top} has more than {self.limits.tree_entries:,} files")
            seen.add(path)
            self._look(path)
        for path in self._stamps.keys() - seen:
            self._forget(path)

    def _look(self, path: str) -> None:
        try:
            status = (self.top / path).lstat()
        except FileNotFoundError:
            self._forget(path)
            return
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        if self._stamps.get(path) == stamp:
            return
        self._forget(path)
        self._stamps[path] = stamp
        found = _read(self.top / path, path, status, self.limits)
        if isinstance(found, Problem):
            self.problems[path] = found
        elif isinstance(found, str):
            self.links[path] = found
        else:
            self.files[path] = found

    def _forget(self, path: str) -> None:
        self._stamps.pop(path, None)
        self.files.pop(path, None)
        self.problems.pop(path, None)
        self.links.pop(path, None)


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


def _read(file: Path, path: str, status: os.stat_result, limits: Limits) -> Blob | str | Problem:
    """Return a file, the target of a symbolic link, or why it is neither."""
    if stat.S_ISLNK(status.st_mode):
        return os.fsencode(file.readlink()).decode("utf-8", "replace")
    if not stat.S_ISREG(status.st_mode):
        return Problem(path, 0, "this is no ordinary file", "remove it")
    if status.st_size > limits.blob_bytes:
        reason = f"the file has {status.st_size:,} bytes, allowed are {limits.blob_bytes:,}"
        return Problem(path, 0, reason, "make it smaller or put it elsewhere and link to it")
    try:
        data = file.read_bytes()
    except PermissionError:
        return Problem(path, 0, "the file may not be read", "give its reader the permission")
    name = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    modified = datetime.fromtimestamp(int(status.st_mtime), UTC)
    # A name that is not UTF-8 comes with surrogates, which no other part of the house expects.
    path = os.fsencode(path).decode("utf-8", "replace")
    return Blob(path, name, data, created=modified, updated=modified)


def _ignored(top: Path) -> IgnoreFilterManager | None:
    try:
        repo = Repo(str(top))
    except NotGitRepository:
        return None
    try:
        return IgnoreFilterManager.from_repo(repo)
    finally:
        repo.close()
