"""The index: all pages of one site, kept up with its editions, and asked.

Every answer is of one site: an update happens while nobody asks, or beside what is asked until it is whole.
Made for threads: any number may ask, one at a time is let in; `follow` is called by one thread at a time.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import structlog

from canopy.content.dialects import spoken
from canopy.search.snippets import Marker
from canopy.search.stores import Fields, Scan, open_store
from canopy.search.texts import text_of
from canopy.search.words import tokenised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from canopy.content.values import Page, Site
    from canopy.search.query import Query
    from canopy.search.snippets import Marked
    from canopy.search.stores import Store

log = structlog.get_logger("canopy.search")

MOST_HITS = 30
_MOST_TEXT = 512 * 1024 * 1024
"""Characters of all bodies; pages beyond are found by title, headings and tags only."""
_BATCH = 100
_FEW = 200
"""Changes that are made while readers wait; for more, another index is built beside this one."""
_PLACE = "\ue000"
"""Begins the tokens for places. No word of a page or a query has a character for private use."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One page that matches."""

    page: Page
    path: str
    """At which readers see it."""
    title: Marked
    passage: Marked


@dataclass(frozen=True, slots=True)
class Found:
    """What a query finds in one site."""

    site: Site
    hits: tuple[Hit, ...] = ()
    """The best first."""
    count: int = 0
    """Of all that match, also those that are not among the hits."""
    loose: bool = False
    """No page has all that is wanted; these have some of it."""


class _Entry(NamedTuple):
    """What the store was told of a page."""

    number: int
    page: Page
    section: str
    """The title of the section that it lies in."""
    dialect: str
    """That of its text, as the conventions of sites have it."""
    whole: bool
    """With its body."""


class _Shelf:
    """A store with what it holds."""

    def __init__(self, site: Site) -> None:
        self.store: Store = open_store()
        self.site = site
        self.entries: dict[str, _Entry] = {}
        self.paths: dict[int, str] = {}
        self.next = 1
        self.text = 0

    def forget(self, paths: list[str]) -> None:
        """Take pages out."""
        for batch in _batches(paths):
            entries = [self.entries[path] for path in batch]
            self.store.drop([(entry.number, _fields(entry)) for entry in entries])
            for path, entry in zip(batch, entries, strict=True):
                self.text -= len(entry.page.source.body) * entry.whole
                del self.entries[path], self.paths[entry.number]

    def read(self, site: Site, paths: list[str]) -> Iterator[None]:
        """Take pages of a site in, some at each step."""
        shown = site.shown
        for batch in _batches(paths):
            entries = [self._entry(site, shown[path]) for path in batch]
            self.store.put([(entry.number, _fields(entry)) for entry in entries])
            self.entries.update(zip(batch, entries, strict=True))
            self.paths.update((entry.number, path) for path, entry in zip(batch, entries, strict=True))
            yield

    def _entry(self, site: Site, page: Page) -> _Entry:
        length = len(page.source.body)
        whole = self.text + length <= _MOST_TEXT
        self.text += length * whole
        self.next += 1
        return _Entry(
            self.next - 1, page, _section(site, page), spoken(site.convention, page.source.path), whole
        )


class Index:
    """Searches the newest site that it has followed."""

    def __init__(self) -> None:
        self._shelf: _Shelf | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()

    @property
    def site(self) -> Site | None:
        """The site that is searched; None before the first is indexed."""
        return self._shelf.site if self._shelf is not None else None

    def close(self) -> None:
        """Stop following, soon, also in the middle of it."""
        self._closed.set()

    # -- following ------------------------------------------------------------------------------------

    def follow(self, site: Site) -> int:
        """Make this the site that is searched, and return how many pages were read anew.

        Costs what has changed; a large change is made beside the old index, which is searched meanwhile.
        """
        start, old = time.perf_counter(), self._shelf
        if old is None:
            changed = self._build(site)
        else:
            gone, new = _changes(old, site)
            changed = len(new)
            if len(gone) + len(new) > max(_FEW, len(old.entries) // 10) or not self._amend(
                old, site, gone, new
            ):
                changed = self._build(site)
        took = round((time.perf_counter() - start) * 1000, 1)
        log.debug("searchable", pages=len(site.pages), changed=changed, ms=took)
        return changed

    def _amend(self, shelf: _Shelf, site: Site, gone: list[str], new: list[str]) -> bool:
        """Change the index in place; False if it is broken now, and nobody may ask it any more."""
        with self._lock:
            try:
                shelf.forget(gone)
                for _ in shelf.read(site, new):
                    pass
            except sqlite3.Error as exc:
                log.warning("the search index is made anew", reason=str(exc))
                self._shelf = None
                return False
            shelf.site = site
        return True

    def _build(self, site: Site) -> int:
        """Make another index and let it take the place of the old one."""
        shelf = _Shelf(site)
        if isinstance(shelf.store, Scan):
            log.warning("searching is slow: this Python's SQLite comes without FTS5")
        paths = _changes(None, site)[1]
        for _ in shelf.read(site, paths):
            if self._closed.is_set():
                return 0
        shelf.store.settle()
        with self._lock:
            self._shelf = shelf
        return len(paths)

    # -- asking ---------------------------------------------------------------------------------------

    def find(self, query: Query, *, most: int = MOST_HITS, seconds: float = 1.0) -> Found | None:
        """Return what a query finds; None before the first site is indexed.

        Raises `TimeoutError` if that takes longer than `seconds`, waiting for others included.
        """
        deadline = time.monotonic() + seconds
        if not self._lock.acquire(timeout=seconds):
            raise TimeoutError("others are searching")
        try:
            shelf = self._shelf
            if shelf is None:
                return None
            site, places = shelf.site, tuple(_asked(query))
            if not query.wanted:
                return Found(site)
            matches, loose = shelf.store.match(query, places, most, deadline, loose=False), False
            if not matches.total and len(query.wanted) > 1:
                matches, loose = shelf.store.match(query, places, most, deadline, loose=True), True
            best = [
                (path, shelf.entries[path].page) for path in map(shelf.paths.__getitem__, matches.numbers)
            ]
        finally:
            self._lock.release()
        marker = Marker(query)
        hits = tuple(_hit(site, path, page, marker, deadline) for path, page in best)
        return Found(site, hits, matches.total, loose and matches.total > 0)


def _hit(site: Site, path: str, page: Page, marker: Marker, deadline: float) -> Hit:
    if time.monotonic() > deadline:
        raise TimeoutError("the search took too long")
    return Hit(
        page,
        path,
        marker.mark(page.title or "Untitled"),
        marker.passage(text_of(page, spoken(site.convention, page.source.path)).body),
    )


def _changes(shelf: _Shelf | None, site: Site) -> tuple[list[str], list[str]]:
    """Return the paths to forget and the paths to read, in the order of the site."""
    known = shelf.entries if shelf is not None else {}
    shown = {path: page for path, page in site.shown.items() if not page.unlisted}
    same = set()
    for path, page in shown.items():
        entry = known.get(path)
        if entry is not None and entry.page is page and entry.section == _section(site, page):
            same.add(path)
    return [path for path in known if path not in same], [path for path in shown if path not in same]


def _fields(entry: _Entry) -> Fields:
    """Return what is indexed of a page: the same whenever it is asked for."""
    page = entry.page
    headings, body = text_of(page, entry.dialect)
    return Fields(
        title=tokenised(page.title),
        headings=tokenised(headings),
        tags=tokenised(" ".join(page.tags)),
        people=tokenised(" ".join(author.name for author in page.authors)),
        section=tokenised(entry.section),
        body=tokenised(body) if entry.whole else "",
        places=" ".join(_places(page)),
    )


def _section(site: Site, page: Page) -> str:
    section = site.sections.get(page.section)
    return section.title if section is not None and page.section != "/" else ""


def _places(page: Page) -> Iterator[str]:
    path = page.section
    while path not in ("", "/"):
        yield _place("s", path)
        path = path.rpartition("/")[0]
    for tag in page.tags:
        yield _place("t", tag)


def _asked(query: Query) -> Iterator[str]:
    if query.section:
        yield _place("s", query.section)
    if query.tag:
        yield _place("t", query.tag)


def _place(kind: str, name: str) -> str:
    # Letters and digits only, whatever the name holds, and whatever its case.
    return f"{_PLACE}{kind}{name.casefold().encode('utf-8', 'replace').hex()}"


def _batches(paths: list[str]) -> Iterator[list[str]]:
    return (paths[place : place + _BATCH] for place in range(0, len(paths), _BATCH))
