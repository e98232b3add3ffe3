"""Tables of contents: what a book or a handbook calls its pages, and the order in which they are read.

Wherever a generator has it, in its settings or in a `SUMMARY.md`, it becomes a tree of `Entry`, and that
becomes `Contents`: titles and places by path, and the menu. Knows no file but by its path below the top.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from posixpath import commonpath
from typing import TYPE_CHECKING

from canopy.content.conventions.convention import Convention
from canopy.content.paths import parent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from canopy.content.conventions.convention import Spot

MAX_ENTRIES = 5000
MAX_MENU = 30
"""Above this number the entries at the top are chapters, and no menu."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a table of contents."""

    title: str = ""
    target: str = ""
    """A file's path below the site's top, beginning with `/`, or a URL."""
    inside: tuple[Entry, ...] = ()
    index: str = ""
    """Of a group: the address of a page that only lists what is in it."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a table of contents says."""

    titles: Mapping[str, str] = field(default_factory=dict)
    """By the path of a file or folder."""
    places: Mapping[str, int] = field(default_factory=dict)
    """Likewise, counted from 1."""
    menu: tuple[tuple[str, str], ...] = ()
    """Titles and targets of what stands at its top."""
    leads: tuple[tuple[str, str], ...] = ()
    """The addresses of pages that only list a group, and where that is to be seen here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handbook(Convention):
    """A site that is read in an order."""

    book: bool = True
    weights: bool = True

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the header with what the table of contents says of the page."""
        added: dict[str, object] = {}
        if (place := self.places.get(spot.path)) is not None:
            added["weight"] = str(place)
        if title := self.titles.get(spot.path):
            added["short_title"] = title
        return {**values, **added} if added else values


def read_contents(entries: Iterable[Entry]) -> Contents:
    """Return what a table of contents says; a file that stands in it twice has its first place."""
    entries = tuple(entries)
    titles: dict[str, str] = {}
    places: dict[str, int] = {}
    for place, entry in enumerate(_files(entries), 1):
        places.setdefault(entry.target, place)
        if entry.title:
            titles.setdefault(entry.target, entry.title)
        folder = parent(entry.target)
        while folder != "/" and folder not in places:
            places[folder] = place
            folder = parent(folder)
    below: dict[str, int] = {}
    for path in {entry.target for entry in _files(entries)}:
        for folder in _folders(path):
            below[folder] = below.get(folder, 0) + 1
    leads: list[tuple[str, str]] = []
    menu = [(entry.title, _name_folders(entry, below, titles, leads)) for entry in entries]
    menu = [(title, target) for title, target in menu if target]
    return Contents(titles, places, tuple(menu) if len(menu) <= MAX_MENU else (), tuple(leads))


def _files(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries of files in the order of reading."""
    waiting = list(entries)[::-1]
    count = 0
    while waiting and count < MAX_ENTRIES:
        entry = waiting.pop()
        count += 1
        if entry.target.startswith("/"):
            yield entry
        waiting.extend(entry.inside[::-1])


def _folders(path: str) -> Iterator[str]:
    while (path := parent(path)) != "/":
        yield path


def _name_folders(
    entry: Entry, below: Mapping[str, int], titles: dict[str, str], leads: list[tuple[str, str]]
) -> str:
    """Give the folder of each group the group's title, and return where the entry leads.

    That is the folder if all that the contents have in it, and nothing else, is in the group.
    """
    if not entry.inside:
        return entry.target
    paths = {file.target for file in _files((entry,))}
    folder = _common(paths)
    whole = folder != "/" and below.get(folder, 0) == len(paths)
    if whole and entry.title:
        titles.setdefault(folder, entry.title)
    for inner in entry.inside:
        _name_folders(inner, below, titles, leads)
    target = folder if whole else next((file.target for file in _files((entry,))), "")
    if entry.index and target:
        leads.append((entry.index, target))
    return target


def _common(paths: Iterable[str]) -> str:
    """Return the deepest folder that all files lie in."""
    return commonpath([parent(path) for path in paths] or ["/"])
