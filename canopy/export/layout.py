"""Where each address of the site lies in a folder. Pure: no file system is asked.

Any web server answers `/notes/hello` with a file of that name, or leads to `/notes/hello/` and answers with
the `index.html` in it. So a page is an `index.html` in a folder of its own unless its address ends in
`.html`, and everything else is a file of its very name. No link has to be rewritten for that.

Addresses are what authors wrote: none may lead out of the folder, or into what is hidden there.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

INDEX = "index.html"
_PAGE_NAMES = (".html", ".htm")
_LONGEST_NAME = 255
"""Bytes of one name: the limit of nearly all file systems."""
_LONGEST_PATH = 3000
"""Bytes of a whole path: Linux allows 4,096 with the folder's own."""
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Misfit:
    """An address that has no place in the folder, or one that not every file system can tell from another."""

    path: str
    """Of the site."""
    reason: str
    fatal: bool = True
    """It is left out; else it is only worth knowing."""
    other: str = ""
    """The path of the site that has the place."""


@dataclass(slots=True)
class Layout:
    """The folder as it will be; who comes first has the place."""

    one_case: bool = False
    """The file system takes `A` and `a` for one name."""
    files: dict[str, str] = field(default_factory=dict)
    """From the name of a file to the path of the site that lies there."""
    misfits: list[Misfit] = field(default_factory=list)
    _folders: dict[str, str] = field(default_factory=dict)
    _folded: dict[str, str] = field(default_factory=dict)

    def place(self, path: str, *, page: bool) -> str | None:
        """Return the name of the file for a path of the site, or None, with a misfit that says why."""
        name = file_name(path, page=page)
        reason, other = unfit(name), ""
        if not reason:
            reason, other = self._taken(name)
        if reason:
            self.misfits.append(Misfit(path, reason, other=other))
            return None
        twin = self._folded.setdefault(_folded(name), name)
        if twin != name:
            other = self.files[twin]
            told = f"{other} differs from it only in case or accents: not every file system can hold both"
            self.misfits.append(Misfit(path, told, fatal=self.one_case, other=other))
            if self.one_case:
                return None
        self.files[name] = path
        for folder in _parents(name):
            self._folders.setdefault(folder, path)
        return name

    def _taken(self, name: str) -> tuple[str, str]:
        """Return why a name is not free, and the path of the site that has it; two empty texts if it is."""
        if name in self.files:
            return f"its file {name} is that of {(other := self.files[name])}", other
        if name in self._folders:
            other = self._folders[name]
            return f"its file {name} would be the folder that {other} lies in", other
        for folder in _parents(name):
            if folder in self.files:
                return f"its folder {folder} would be the file of {(other := self.files[folder])}", other
        return "", ""

    def answer(self, path: str) -> str | None:
        """Return the name of the file with which web servers answer a decoded path; None if none is there."""
        name = path[1:]
        if name in self.files:
            return name
        index = f"{name.rstrip('/')}/{INDEX}".lstrip("/")
        return index if index in self.files and not name.endswith("//") else None


def file_name(path: str, *, page: bool) -> str:
    """Return the name of the file for a path of the site, whether or not it may be one."""
    name = path.strip("/")
    if page and not name.endswith(_PAGE_NAMES):
        return f"{name}/{INDEX}".lstrip("/")
    return name


def unfit(name: str) -> str:
    """Return why a name cannot be a file in the folder; nothing if it can."""
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "its address is not Unicode"
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "its address has an empty part, or one of dots"
    if _CONTROLS.search(name):
        return "its address has control characters"
    if any(part.startswith(".") for part in parts if part != ".well-known"):
        return "its address has a name with a dot before it, which web servers hide"
    if size > _LONGEST_PATH or max(len(part.encode()) for part in parts) > _LONGEST_NAME:
        return "its address is too long for a file system"
    return ""


def _parents(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
