"""The folder that an export is written to, and what it never does to it.

Everything is staged beside its place first; until `finish`, no file that readers may be served has changed.
Then each file is replaced as a whole: what pages need before the pages, and what is gone is removed last, so
that nobody meets a link to what is not there yet. A file with the same bytes is left alone, with its date.
The list of our files lies with them: what others put there stays, and a folder that is not ours is refused.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.errors import CanopyError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MARKER = ".canopy-export.json"
_STAGE = ".canopy-export.new"


@dataclass(frozen=True, slots=True)
class Changes:
    """What an export did to the folder: numbers of files."""

    written: int
    unchanged: int
    removed: int


class Folder:
    """An export's folder, ours alone until it is closed."""

    def __init__(self, top: Path, *, overwrite: bool = False) -> None:
        """Take the folder, which is made if need be.

        Raises `ConfigError` if it holds what is not ours (unless by `overwrite`) or cannot be written, and
        `CanopyError` if another export is at work in it.
        """
        self.top = top
        self._overwrite = overwrite
        self._new = not top.exists()
        self._staged: dict[str, Path] = {}
        self._names: dict[str, None] = {}
        try:
            top.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as exc:
            raise ConfigError(f"{top}: cannot be a folder for the export: {exc.strerror}") from exc
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(self._lock)
            raise CanopyError(f"{top}: another export is being written there") from exc
        try:
            self._before = self._ours()
            self._stage = top / _STAGE
            shutil.rmtree(self._stage, ignore_errors=True)
            self._stage.mkdir()
        except OSError as exc:
            os.close(self._lock)
            raise ConfigError(f"{top}: cannot be written: {exc.strerror}") from exc
        except ConfigError:
            os.close(self._lock)
            raise
        self.one_case = (self._stage.parent / _STAGE.upper()).exists()
        """Whether the file system takes `A` and `a` for one name."""

    def _ours(self) -> frozenset[str]:
        """Return the names of the files of the last export."""
        try:
            listed = json.loads((self.top / MARKER).read_text("utf-8"))["files"]
        except FileNotFoundError:
            if not self._overwrite and any(
                entry.name not in (".git", _STAGE) for entry in self.top.iterdir()
            ):
                raise ConfigError(
                    f"{self.top}: is not empty, and no export of Canopy; name another folder, "
                    "or say --overwrite to write into it: what is not in the way stays"
                ) from None
            return frozenset()
        except (ValueError, TypeError, KeyError) as exc:
            raise ConfigError(f"{self.top / MARKER}: cannot be read; remove it and say --overwrite") from exc
        return frozenset(name for name in listed if isinstance(name, str) and _inside(name))

    def put(self, name: str, data: bytes) -> None:
        """Have a file in the folder from `finish` on; `name` is relative and fit to be one."""
        if not _inside(name):
            raise ValueError(name)
        self._names[name] = None
        if name not in self._staged and self._present(name) == data:
            return
        staged = self._staged.get(name) or self._stage / str(len(self._staged))
        staged.write_bytes(data)
        self._staged[name] = staged

    def read(self, name: str) -> bytes:
        """Return what a file will hold."""
        return (self._staged.get(name) or self.top / name).read_bytes()

    def _present(self, name: str) -> bytes | None:
        """Return what a file holds now, without following links."""
        if any((self.top / folder).is_symlink() for folder in (name, *_parents(name))):
            return None
        try:
            return (self.top / name).read_bytes()
        except OSError:
            return None

    def finish(self, about: dict[str, str]) -> Changes:
        """Put everything in its place, and forget what is not there any more.

        `about` is noted in the list of files. Raises `CanopyError` if somebody else's file is in the way;
        then nothing has changed.
        """
        gone = sorted(self._before - self._names.keys())
        self._refuse_strangers()
        # If this ends in the middle, the next export knows of both.
        self._note({*self._before, *self._names}, about)
        for name in sorted(self._staged, key=lambda name: (name.endswith((".html", ".htm")), name)):
            self._make_room(name)
            self._staged[name].replace(self.top / name)
        removed = sum(self._remove(name) for name in gone)
        self._note(self._names, about)
        return Changes(len(self._staged), len(self._names) - len(self._staged), removed)

    def _refuse_strangers(self) -> None:
        """Find what is in the way of a file and not ours, before anything is changed."""
        if self._overwrite:
            return
        for name in self._staged:
            for place in (*_parents(name), name):
                mode = self._mode(place)
                if mode is None:
                    break
                folder = stat.S_ISDIR(mode)
                if place != name and not folder and place not in self._before:
                    raise CanopyError(f"{self.top / place}: is in the way, and not of an export; remove it")
                if place == name and not folder and place not in self._before:
                    raise CanopyError(
                        f"{self.top / place}: is not of an export; remove it, or say --overwrite"
                    )
                if place == name and folder and self._strange_below(place):
                    raise CanopyError(f"{self.top / place}: this folder is in the way; remove it")

    def _strange_below(self, folder: str) -> bool:
        return any(
            file.is_symlink() or not file.is_dir()
            for file in (self.top / folder).rglob("*")
            if file.relative_to(self.top).as_posix() not in self._before
        )

    def _mode(self, name: str) -> int | None:
        try:
            return (self.top / name).lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _make_room(self, name: str) -> None:
        """Make the folders of a file; what was a file becomes a folder, and the other way round."""
        for folder in _parents(name):
            mode = self._mode(folder)
            if mode is not None and not stat.S_ISDIR(mode):
                (self.top / folder).unlink()
                mode = None
            if mode is None:
                (self.top / folder).mkdir()
        mode = self._mode(name)
        if mode is not None and stat.S_ISDIR(mode):
            shutil.rmtree(self.top / name)

    def _remove(self, name: str) -> bool:
        """Remove one of our files, and the folders that it leaves empty."""
        if any((self.top / folder).is_symlink() for folder in _parents(name)):
            return False
        try:
            (self.top / name).unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except (IsADirectoryError, PermissionError):
            if (self.top / name).is_dir():
                return False
            raise
        for folder in reversed(_parents(name)):
            with contextlib.suppress(OSError):
                (self.top / folder).rmdir()
        return True

    def _note(self, names: Iterable[str], about: dict[str, str]) -> None:
        text = json.dumps({**about, "files": sorted(names)}, ensure_ascii=False, indent=0)
        fresh = self._stage / "list"
        fresh.write_text(text + "\n", "utf-8")
        fresh.replace(self.top / MARKER)

    def close(self) -> None:
        """Give the folder back; what was not finished leaves no trace."""
        shutil.rmtree(self._stage, ignore_errors=True)
        if self._new:
            with contextlib.suppress(OSError):
                self.top.rmdir()
        os.close(self._lock)


def _inside(name: str) -> bool:
    return all(part not in ("", ".", "..") for part in name.split("/")) and "\0" not in name


def _parents(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]
