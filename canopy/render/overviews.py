"""From listings and catalogues to the views that the templates show.

A sheet depends on the pages that are on it and on little else, so that a new post leaves the older sheets of
a long list as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from canopy.content.navigation import MAX_FOLDERS
from canopy.content.taxonomies import key_of, kinds, person_of
from canopy.render.catalogues import LETTER
from canopy.render.heads import head_of_listing
from canopy.render.imprint import portrait_url
from canopy.render.listings import Sheet, catalogue_path
from canopy.render.translations import language_of
from canopy.render.views import Entry, Link, ListingView, Pager, PersonView, TermsView

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime

    from canopy.content.values import Page
    from canopy.render.catalogues import Catalogue
    from canopy.render.fragment import Fragment
    from canopy.render.jobs import FragmentRequest
    from canopy.render.listings import Listing
    from canopy.render.pages import Outline


def ways(outline: Outline) -> tuple[tuple[str, str], ...]:
    """Return kind and URL of the catalogues that are worth naming on every page."""
    site, known = outline.site, kinds(outline.site.taxonomies)
    worth = {
        "year": len(site.entries) > outline.options.per_page,
        "category": bool(known["category"].terms),
        "series": bool(known["series"].terms),
        "author": outline.names_authors,
    }
    # Where a file of the repository has the usual address, that is what readers shall find.
    return tuple(
        (kind, site.url(known[kind].path))
        for kind, named in worth.items()
        if named and known[kind].terms and not known[kind].path.startswith("/-/")
    )


def sheet_surroundings(outline: Outline, sheet: Sheet) -> tuple[Hashable, ...]:
    """Return the small values that a sheet depends on besides its pages."""
    listing = sheet.listing
    around: tuple[Hashable, ...] = (
        listing.kind,
        listing.title,
        listing.order,
        sheet.path,
        breadcrumbs(outline, listing),
        _catalogue_of(outline, listing),
        _pager(outline, sheet, listing),
        tuple(outline.people(page) for page in sheet.pages),
        outline.language_of(sheet),
        _versions(outline, sheet),
    )
    if not sheet.is_start:
        return around
    person = _person(outline, listing)
    return (*around, person, subsections(outline, listing), outline.site.home is listing.section)


def sheet_wanted(outline: Outline, sheet: Sheet) -> tuple[FragmentRequest, ...]:
    """Return the pieces of markdown that are on a sheet."""
    listing = sheet.listing
    wanted = [] if listing.is_compact else [outline.summary(page) for page in sheet.pages]
    if sheet.index is not None:
        wanted += [*outline.bodies(sheet.index), outline.summary(sheet.index)]
    return tuple(wanted)


def sheet_view(
    outline: Outline, sheet: Sheet, fragment: Callable[[FragmentRequest], Fragment]
) -> ListingView:
    """Return the view of a sheet."""
    site, listing = outline.site, sheet.listing
    html = introduction = ""
    index = sheet.index
    if index is not None:
        html = outline.body_html(index, fragment)
        introduction = str(Markup(fragment(outline.summary(index)).html(lambda _: "")).striptags())  # noqa: S704
    return ListingView(
        frame=outline.framed(outline.language_of(sheet)),
        canonical=site.absolute(sheet.path),
        kind=listing.kind,
        title=listing.title,
        html=html,
        breadcrumbs=breadcrumbs(outline, listing),
        subsections=subsections(outline, listing) if sheet.is_start else (),
        entries=tuple(
            _title_of(outline, page) if listing.is_compact else _entry(outline, page, fragment)
            for page in sheet.pages
        ),
        head=head_of_listing(outline, sheet, introduction),
        order=listing.order,
        number=0 if sheet.is_start else sheet.number,
        pager=_pager(outline, sheet, listing),
        offset=0 if listing.pagination.from_end else listing.pagination.slice(sheet.number).start,
        catalogue=_catalogue_of(outline, listing),
        person=_person(outline, listing) if sheet.is_start else None,
        versions=_versions(outline, sheet),
    )


def _versions(outline: Outline, sheet: Sheet) -> tuple[tuple[str, str], ...]:
    """Return language and URL of each other language in which a list is there."""
    known = outline.versions_of(sheet)
    return tuple((language, outline.site.url(path)) for language, path in known if path != sheet.path)


def catalogue_view(outline: Outline, catalogue: Catalogue) -> TermsView:
    """Return the view of a catalogue."""
    site = outline.site
    groups = tuple(
        (letter, tuple((Link(term.name, site.url(term.path)), len(term.pages)) for term in terms))
        for letter, terms in catalogue.groups
    )
    return TermsView(
        frame=outline.frame,
        canonical=site.absolute(catalogue.path),
        terms=tuple(counted for _, terms in groups for counted in terms),
        kind=catalogue.kind,
        number=0 if catalogue.is_start else catalogue.number,
        pager=_pager(outline, catalogue, catalogue),
        groups=groups,
        letters=letters_of(outline, catalogue),
    )


def letters_of(outline: Outline, catalogue: Catalogue) -> tuple[Link, ...]:
    """Return a link to each letter of a catalogue, on whichever sheet it is."""

    def url(letter: str, place: int) -> str:
        path = catalogue.sheet_of(place)
        return ("" if path == catalogue.path else outline.site.url(path)) + f"#{quote(LETTER + letter)}"

    return tuple(Link(letter, url(letter, place)) for letter, place in catalogue.letters)


def breadcrumbs(outline: Outline, listing: Listing) -> tuple[Link, ...]:
    """Return the sections above a section, from the top down."""
    if listing.kind != "section":
        return ()
    return outline.breadcrumbs(listing.path.rpartition("/")[0] or "/")


def _catalogue_of(outline: Outline, listing: Listing) -> str:
    """Return the URL of the catalogue that a term is in; nothing for other lists."""
    path = catalogue_path(outline.site, listing.kind)
    return outline.site.url(path) if path else ""


def subsections(outline: Outline, listing: Listing) -> tuple[tuple[Link, int], ...]:
    """Return the sections directly below a listing, each with its number of pages."""
    if listing.section is not None:
        below = outline.below(listing.section.path)
    elif listing.kind == "home" and len(outline.below("/")) > MAX_FOLDERS:
        # Too many for the navigation; those that are in it after all need not be named twice.
        named = {item.path for item in outline.site.navigation}
        below = tuple(section for section in outline.below("/") if section.path not in named)
    else:
        below = ()
    return tuple(
        (Link(section.title, outline.site.url(section.path)), len(section.pages)) for section in below
    )


def _pager(outline: Outline, sheet: Sheet | Catalogue, listing: Listing | Catalogue) -> Pager | None:
    pagination, url = listing.pagination, outline.site.url
    if pagination.count == 1:
        return None

    def link(number: int | None) -> tuple[int, str] | None:
        if number is None:
            return None
        # The number of the growing end is not written down: older sheets would change with it.
        named = 0 if pagination.from_end and number == pagination.start else number
        return named, "" if number == sheet.number else url(listing.address(number))

    before, after = pagination.before(sheet.number), pagination.after(sheet.number)
    return Pager(
        tuple(map(link, pagination.shown(sheet.number))),
        "" if before is None else url(listing.address(before)),
        "" if after is None else url(listing.address(after)),
    )


def _person(outline: Outline, listing: Listing) -> PersonView | None:
    """Return what is known of the author whose pages are listed: by the settings, else by the newest page."""
    if listing.kind != "author":
        return None
    site, key = outline.site, key_of(listing.title)
    person = person_of(site, listing.title)
    url, avatar = (person.url, person.avatar) if person is not None else ("", "")
    if not url:
        named = (author for page in listing.pages for author in page.authors if key_of(author.name) == key)
        url = next((author.url for author in named if author.url), "")
    safe = url.startswith(("https://", "http://", "/"))
    return PersonView(url if safe else "", portrait_url(site, avatar))


def _title_of(outline: Outline, page: Page) -> Entry:
    site = outline.site
    return Entry(page.title, site.url(page.path), "", (), None, None, (), language_of(page, site))


def _entry(outline: Outline, page: Page, fragment: Callable[[FragmentRequest], Fragment]) -> Entry:
    return Entry(
        title=page.title,
        url=outline.site.url(page.path),
        summary_html=outline.html(page, fragment(outline.summary(page))),
        authors=outline.people(page),
        created=page.created,
        updated=later(page.created, page.updated),
        tags=outline.tags(page),
        language=language_of(page, outline.site),
    )


def later(created: datetime | None, updated: datetime | None) -> datetime | None:
    """Return `updated` when a reader would call it another day's work."""
    if created is None or updated is None:
        return updated
    return updated if (updated - created).total_seconds() >= 86400 else None
