"""Which lists a site has, at which addresses, and how they are cut into sheets.

A listing is a list of pages with an address of its own: the newest pages, a section, a tag, a category, a
series, an author, a year. Its first sheet is at that address, the others at `<address>/page/K`; where the
repository has something there, at `/-/page<address>/K` instead, for its own files come first. Must not know
views or HTML.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from canopy.content.collation import Alphabet
from canopy.content.sections import order
from canopy.content.taxonomies import kinds, terms_of
from canopy.content.values import Section
from canopy.render.catalogues import Catalogue, cut, headings
from canopy.render.pagination import Pagination

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from canopy.content.values import Page, Site, Term

TAGS = "/tags"
OWN_SHEETS = "/-/page"
_COMPACT = 4
"""Times as many entries are on a sheet of titles alone."""
_BY_DATE = ("date", "oldest")
_SHEET = re.compile(r"(?P<base>.*)/(?P<number>[1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of pages with an address of its own."""

    kind: str
    """`home`, `section`, `tag`, `category`, `series`, `author` or `year`."""
    path: str
    title: str
    pages: tuple[Page, ...]
    base: str
    """What the addresses of its further sheets begin with: `/posts/page`."""
    pagination: Pagination
    order: str = "date"
    """One of `canopy.content.values.ORDERS`."""
    section: Section | None = None
    index: Page | None = None
    """Whose text stands above it, on its first sheet."""

    @property
    def is_compact(self) -> bool:
        """Whether it shows titles alone: an alphabet to look something up in."""
        return self.order == "title"

    @property
    def shape(self) -> tuple[object, ...]:
        """What all of its sheets show or are cut by, besides its pages."""
        return self.kind, self.title, self.base, self.order, self.pagination.count

    def address(self, number: int) -> str:
        """Return the path of a sheet."""
        return self.path if number == self.pagination.start else f"{self.base}/{number}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a listing."""

    listing: Listing
    number: int

    @property
    def is_start(self) -> bool:
        """Whether it is the one at the listing's own address."""
        return self.number == self.listing.pagination.start

    @property
    def index(self) -> Page | None:
        """Return the page whose text stands on it."""
        return self.listing.index if self.is_start else None

    @property
    def path(self) -> str:
        """Return its address."""
        return self.listing.address(self.number)

    @property
    def pages(self) -> tuple[Page, ...]:
        """Return the pages on it."""
        return self.listing.pages[self.listing.pagination.slice(self.number)]


class Listings:
    """The lists of one site, found out when they are first asked for."""

    def __init__(self, site: Site, size: int) -> None:
        """Cut them into sheets of `size` entries, up to twice that at the growing end."""
        self._site = site
        self._size = size
        self._known: dict[str, Listing] = {}
        self._catalogues: dict[str, Catalogue] = {}

    @cached_property
    def _terms(self) -> Mapping[str, tuple[str, Term]]:
        """All terms with their kinds, by path."""
        found = {term.path: ("tag", term) for term in self._site.terms.values()}
        for kind, taxonomy in kinds(self._site.taxonomies).items():
            found.update((term.path, (kind, term)) for term in taxonomy.terms.values())
        return found

    def catalogue(self, path: str) -> Catalogue | None:
        """Return the first sheet of the catalogue at a path."""
        if path in self._catalogues:
            return self._catalogues[path]
        known = {
            taxonomy.path: (kind, taxonomy.terms) for kind, taxonomy in kinds(self._site.taxonomies).items()
        }
        kind, named = ("tag", self._site.terms) if path == TAGS else known.get(path, ("", {}))
        if not named:
            return None
        terms = tuple(named.values())
        letters = headings(terms, Alphabet.of(self._site.language)) if kind != "year" else ()
        pagination = cut(len(terms), letters)
        made = Catalogue(kind, path, terms, self._base(path, pagination), pagination, letters)
        self._catalogues[path] = made
        return made

    def at(self, path: str) -> Listing | None:
        """Return the listing whose own address is `path`."""
        listing = self._known.get(path) or self._made(path)
        if listing is not None:
            self._known[path] = listing
        return listing

    def _made(self, path: str) -> Listing | None:
        site = self._site
        if path == "/":
            if site.home is None:
                return self._listing("home", "/", site.title, site.entries)
            return self._of_section(site.home) if isinstance(site.home, Section) else None
        section = site.sections.get(path)
        if section is not None:
            return self._of_section(section)
        kind, term = self._terms.get(path, ("", None))
        if term is None:
            return None
        index = site.introduced.get(path)
        title = (index.source.front.title if index else "") or term.name
        return self._listing(kind, path, title, term.pages, "oldest" if kind == "series" else "date", index)

    def _of_section(self, section: Section) -> Listing:
        path = "/" if self._site.home is section else section.path
        pages = section.pages
        if section.order not in _BY_DATE:
            # An alphabet and a book are read folder by folder; the folders below are named above the list.
            pages = tuple(page for page in pages if page.section == section.path)
        made = self._listing("section", path, section.title, pages, section.order, section.index)
        return replace(made, section=section)

    def _listing(
        self,
        kind: str,
        path: str,
        title: str,
        pages: tuple[Page, ...],
        order: str = "date",
        index: Page | None = None,
    ) -> Listing:
        size = self._size * (_COMPACT if order == "title" else 1)
        pagination = Pagination(len(pages), size, from_end=order == "date")
        base = self._base(path, pagination)
        return Listing(kind, path, title, pages, base, pagination, order, index=index)

    def _base(self, path: str, pagination: Pagination) -> str:
        base = path.rstrip("/") + "/page"
        if pagination.count == 1 or not any(
            self._is_taken(f"{base}/{number}") for number in range(1, pagination.count + 1)
        ):
            return base
        return OWN_SHEETS + path.rstrip("/")

    def _is_taken(self, path: str) -> bool:
        site = self._site
        return (
            path in site.pages
            or path in site.sections
            or path in site.assets
            or path in site.redirects
            or path in self._terms
        )

    def find(self, path: str) -> Sheet | Catalogue | None:
        """Return what is listed at `path`, where no page or file of the repository is."""
        listing = self.at(path)
        if listing is not None:
            return Sheet(listing, listing.pagination.start)
        sheet = self._numbered(path)
        if sheet is not None:
            return None if sheet.is_start else sheet
        return self.catalogue(path)

    def moved(self, path: str) -> str | None:
        """Return the listing's own address for the number of the sheet that is there."""
        sheet = self._numbered(path)
        return sheet.path if sheet is not None and sheet.is_start else None

    def _numbered(self, path: str) -> Sheet | Catalogue | None:
        match = _SHEET.fullmatch(path)
        if match is None:
            return None
        base = match["base"]
        owner = base.removeprefix(OWN_SHEETS) if base.startswith(OWN_SHEETS) else base.removesuffix("/page")
        if owner == base:
            return None
        listing, number = self.at(owner or "/") or self.catalogue(owner), int(match["number"])
        if listing is None or listing.base != base or number > listing.pagination.count:
            return None
        return replace(listing, number=number) if isinstance(listing, Catalogue) else Sheet(listing, number)

    def all(self) -> Iterator[Listing]:
        """Yield every listing that has an address; the start page first."""
        paths = dict.fromkeys(["/", *(path for path in self._site.sections if path != "/"), *self._terms])
        seen: set[str] = set()
        for path in paths:
            listing = self.at(path)
            if listing is not None and listing.path not in seen:
                seen.add(listing.path)
                yield listing

    def addresses(self) -> Iterator[str]:
        """Yield the paths of all sheets and catalogues."""
        for listing in self.all():
            yield from map(listing.address, listing.pagination.reading)
        for path in (TAGS, *(taxonomy.path for taxonomy in kinds(self._site.taxonomies).values())):
            catalogue = self.catalogue(path)
            if catalogue is not None:
                yield from map(catalogue.address, catalogue.pagination.reading)

    def sheets_with(self, page: Page) -> Iterator[tuple[str, int]]:
        """Yield each listing that a page is in, by its path, and the number of the sheet that it is on."""
        for listing in self._holding(page):
            place = _place(listing, page) if listing.pagination.count > 1 else None
            if place is not None:
                yield listing.path, listing.pagination.number_of(place)

    def _holding(self, page: Page) -> Iterable[Listing]:
        """Return the listings that may hold a page, by what it says of itself."""
        paths = ["/"]
        above = page.section
        while above not in ("", "/"):
            paths.append(above)
            above = above.rpartition("/")[0]
        return filter(None, map(self.at, dict.fromkeys([*paths, *self.terms_of(page)])))

    def terms_of(self, page: Page) -> Iterator[str]:
        """Yield the paths of the terms that a page belongs to."""
        yield from (self._site.terms[tag].path for tag in page.tags if tag in self._site.terms)
        yield from (term.path for _, term in terms_of(self._site, page))


def catalogue_path(site: Site, kind: str) -> str:
    """Return where the terms of a kind are listed; nothing for what is no kind of term."""
    if kind == "tag":
        return TAGS
    known = kinds(site.taxonomies)
    return known[kind].path if kind in known else ""


def sheets_of(listings: Listings, path: str) -> Iterator[str]:
    """Yield the paths of all sheets of the listing or catalogue at a path, if there is one."""
    listing = listings.at(path) or listings.catalogue(path)
    if listing is not None:
        yield from map(listing.address, listing.pagination.reading)


def moved_sheets(old: Listings, new: Listings, before: Page | None, page: Page | None) -> Iterator[str]:
    """Yield the paths of the sheets that differ when a page was `before` and is `page` now."""
    numbers: dict[str, list[int]] = {}
    for listings, version in ((old, before), (new, page)):
        for path, number in listings.sheets_with(version) if version is not None else ():
            numbers.setdefault(path, []).append(number)
    for path, found in numbers.items():
        was, listing = old.at(path), new.at(path)
        if was is None or listing is None or was.shape != listing.shape:
            yield from sheets_of(old, path)
            yield from sheets_of(new, path)
            continue
        # What came or went has moved all that lies between it and the growing end.
        last = max(found) if len(found) > 1 else listing.pagination.count
        for number in range(min(found), min(last, listing.pagination.count) + 1):
            yield listing.address(number)


def _place(listing: Listing, page: Page) -> int | None:
    """Return where in a listing a page is."""
    pages = listing.pages
    if listing.order == "date":
        place = bisect_left(pages, order(page), key=order)
        return place if place < len(pages) and pages[place] is page else None
    return next((place for place, other in enumerate(pages) if other is page), None)
