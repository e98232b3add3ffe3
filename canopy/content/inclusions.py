"""Files whose text stands within a page, and the limits that this has.

Some generators put files together before they read any markdown: listings, snippets, parts of texts. A page
is then made of other files too, and which they are is kept with it, so that it is read again when one of them
changes, comes or goes. Only files of the same commit are ever looked at, by their names in its tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from posixpath import normpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from canopy.content.dialects.rewriting import Rewriter
    from canopy.git.values import Blob

DEPTH = 8
"""Files within files."""
MOST = 500
"""Files in one page, those within others included."""
MOST_TEXT = 500_000
"""Characters of all of them."""
MOST_READ = 8_000_000
"""Characters that are looked through for them."""
MAX_FILE = 1024 * 1024
"""Bytes; no longer file is looked into."""

Shown = tuple[tuple[str, "Blob | None"], ...]
"""The files that a page asked for, by their paths in the repository; None for one that is not there."""
_ANY = "*"
"""Stands for the rest of a path."""
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif", ".svg")


@dataclass(slots=True)
class Shelf:
    """The files that one page may show."""

    blobs: Mapping[str, Blob]
    home: str
    """The page's own path in the repository."""
    asked: dict[str, Blob | None] = field(default_factory=dict)
    left: int = MOST
    text: int = MOST_TEXT
    read: int = MOST_READ

    def find(self, path: str) -> str | None:
        """Return the text of a file of the repository; None if there is none, or it is too much."""
        path = normpath(path.lstrip("/"))
        if path.startswith("../") or path == ".." or self.left <= 0:
            return None
        blob = self.asked[path] = self.blobs.get(path)
        if blob is None or len(blob.data) > min(MAX_FILE, self.read) or b"\0" in blob.data:
            return None
        self.left -= 1
        self.read -= len(blob.data)
        return blob.data.decode("utf-8-sig", "replace").replace("\r\n", "\n")

    def picture(self, beginning: str) -> str:
        """Return the path of the first picture in a folder that begins so; nothing if none does."""
        found = _first_picture(self.blobs, normpath(beginning))
        self.asked[normpath(beginning) + _ANY] = found
        return found.path if found else ""

    def take(self, piece: str | None) -> str | None:
        """Return a piece that is to be shown, unless with it the page would have too much."""
        if piece is None or len(piece) > self.text:
            return None
        self.text -= len(piece)
        return piece

    @property
    def shown(self) -> Shown:
        """Return all files that were asked for."""
        return tuple(sorted(self.asked.items(), key=lambda item: item[0]))


def is_as_before(shown: Shown, blobs: Mapping[str, Blob], *, unmoved: bool) -> bool:
    """Tell whether the files that a page shows are what they were; `unmoved`: all have the same names."""
    for path, blob in shown:
        if path.endswith(_ANY):
            # Of these only the name is shown.
            found = blob if unmoved else _first_picture(blobs, path[: -len(_ANY)])
            if (found and found.path) != (blob and blob.path):
                return False
        elif not is_same(blob, blobs.get(path)):
            return False
    return True


def _first_picture(blobs: Mapping[str, Blob], beginning: str) -> Blob | None:
    fitting = (path for path in blobs if path.startswith(beginning))
    paths = [p for p in fitting if "/" not in p[len(beginning) :] and p.lower().endswith(_PICTURES)]
    return blobs[min(paths)] if paths else None


def is_same(blob: Blob | None, other: Blob | None) -> bool:
    """Tell whether a file says what it said, or is not there and was not."""
    if blob is None or other is None:
        return blob is other
    return blob is other or (blob.id == other.id and blob.data == other.data)


def put(out: Rewriter, end: int, piece: str | None) -> None:
    """Put what is included in the place of the sign for it, or leave that as it is."""
    if piece is None:
        out.keep(end)
    else:
        out.insert(end, piece)


def lines(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """Return some lines of a text, counted from 1; 0 stands for its beginning or end, -1 for the last."""
    rows = text.split("\n")
    if rows and not rows[-1]:
        rows.pop()
    found: list[str] = []
    for first, last in ranges:
        begin = first - 1 if first > 0 else len(rows) + first if first < 0 else 0
        end = len(rows) + last + 1 if last < 0 else last or len(rows)
        found += rows[max(0, begin) : max(0, end)]
    return "\n".join(found)


def moved_in(piece: str, space: str) -> str:
    """Return a text with what stands before its sign before each of its lines."""
    return "\n".join(space + row if row.strip() else row for row in piece.split("\n")) if space else piece
