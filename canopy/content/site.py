"""From a snapshot to a site: the order of the steps, and what is taken over from the site before.

Every step is a function of its inputs alone; an object whose inputs did not change is taken from the previous
site, so that `is` tells what a commit changed and a build costs what changed.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from canopy.content.articles import make_page, section_of
from canopy.content.assembly import assemble, base_url_of
from canopy.content.claims import Kind
from canopy.content.files import read_files
from canopy.content.former import look_back, read_expired, read_traces
from canopy.content.groups import change_of, reordered
from canopy.content.links import beginnings
from canopy.content.memo import Memo, all_kept, kept
from canopy.content.mentions import EMPTY, weave
from canopy.content.navigation import automatic, chosen, start_of
from canopy.content.permalinks import Places, place
from canopy.content.reading import read_repository
from canopy.content.schedule import changed, timetable, withhold
from canopy.content.sections import order
from canopy.content.standins import stand_ins
from canopy.content.taxonomies import build_taxonomies, lists_of_terms
from canopy.content.termplaces import term_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from canopy.content.conventions import Convention
    from canopy.content.former import Past, Trace
    from canopy.content.groups import Change
    from canopy.content.parcels import Share
    from canopy.content.reading import Reading
    from canopy.content.sources import File
    from canopy.content.values import Page, Site, SiteOptions
    from canopy.git.values import Former, Snapshot


def build(
    snapshot: Snapshot,
    options: SiteOptions,
    previous: Site | None = None,
    now: datetime | None = None,
    share: Share | None = None,
) -> Site:
    """Return what the snapshot means as a site at one moment, which is aware; without one, for ever.

    `previous` makes it quicker and changes nothing else; nor does `share`, which has very many files read by
    more than this process.
    """
    memo = previous.memo if previous else None
    reading = read_repository(snapshot.blobs, options, memo.reading if memo else None)
    if memo and (memo.convention != reading.convention or memo.prefix != reading.prefix):
        # All pages are made anew, so nothing that holds those of before may be kept.
        memo = previous = None
    own = beginnings(base_url_of(options, reading.settings), reading.settings)
    found = read_files(snapshot.blobs, reading, own, memo, share)
    read, touched = found.read, found.edited
    known = memo.times if memo and touched is not None else None
    times = timetable(read, reading.convention, snapshot.commit.authored, now, known, touched or ())
    files = withhold(read, times.held, memo.files if memo else {}, shown=reading.convention.drafts)
    edited = None
    if memo and touched is not None:
        edited = changed(files, memo.files, (*touched, *times.held, *memo.times.held))
    terms = _terms(files, edited, memo)
    start = start_of(files, reading.settings, reading.convention)
    places = _place(files, edited, terms, start, memo, reading.convention.leads)
    pages = _pages(files, edited, places, reading.convention, memo)
    change = change_of(memo.pages, pages) if memo else None
    expired = read_expired(read, {} if reading.convention.drafts else times.held)
    traces, past = _past(snapshot, expired, files, places, terms, reading, memo)
    new = Memo(
        reading,
        read,
        files,
        times,
        terms,
        start,
        places,
        pages,
        _ordered(pages, memo, change),
        snapshot.former,
        snapshot.earlier,
        traces,
        expired,
        past,
    )
    site = assemble(snapshot, options, new, previous, change)
    web = weave(site, pages, found.links, previous if memo else None, memo.web if memo else EMPTY, change)
    site = replace(
        site,
        taxonomies=build_taxonomies(site, previous),
        mentions=MappingProxyType(web.mentions),
        memo=replace(new, web=web, redirects=site.redirects),
    )
    if texts := [file for file in files.values() if file.claim.kind is Kind.TERM]:
        site = replace(site, introduced=_introduced(site, texts, reading.convention, previous))
    lists = [file for file in files.values() if file.claim.instead]
    led = {**site.redirects, **stand_ins(site, lists)}
    site = replace(site, redirects=MappingProxyType(led))
    led = {**term_places(site), **led}
    return _with_navigation(replace(site, redirects=MappingProxyType(led)), new, lists)


def _tags(file: File) -> tuple[str, ...]:
    return file.source.front.tags if file.source and _is_article(file) else ()


def _is_article(file: File) -> bool:
    return file.claim.kind is Kind.ARTICLE


def _terms(files: Mapping[str, File], edited: list[str] | None, memo: Memo | None) -> frozenset[str]:
    if memo and edited is not None and all(_tags(files[p]) == _tags(memo.files[p]) for p in edited):
        return memo.terms
    return frozenset(tag for file in files.values() for tag in _tags(file))


def _place(
    files: Mapping[str, File],
    edited: list[str] | None,
    terms: frozenset[str],
    start: str,
    memo: Memo | None,
    leads: Iterable[tuple[str, str]],
) -> Places:
    same = memo is not None and edited is not None and (memo.terms, memo.start) == (terms, start)
    if same and memo and all(_claims_as_before(files[path], memo, path) for path in edited or ()):
        return memo.places
    return place(list(files.values()), terms, start, leads)


def _claims_as_before(file: File, memo: Memo, path: str) -> bool:
    return file.claim == memo.files[path].claim and file.path not in memo.places.rivals


def _pages(
    files: Mapping[str, File],
    edited: list[str] | None,
    places: Places,
    convention: Convention,
    memo: Memo | None,
) -> dict[str, Page]:
    """Return the pages by their file's path below the top."""
    old = memo.pages if memo else {}
    unmoved = memo is not None and places is memo.places
    pages = dict(old) if unmoved else {}
    for path in edited if unmoved and edited is not None else files:
        file = files[path]
        if not _is_article(file):
            continue
        address, section = places.addresses[file.path], section_of(file, places)
        known = old.get(file.path)
        as_before = known is not None and (known.path, known.section) == (address, section)
        if known is not None and as_before and memo and memo.files.get(path) is file:
            pages[file.path] = known
        else:
            pages[file.path] = kept(make_page(file, address, section, convention), known)
    return pages


def _past(
    snapshot: Snapshot,
    expired: Mapping[str, Trace],
    files: Mapping[str, File],
    places: Places,
    terms: frozenset[str],
    reading: Reading,
    memo: Memo | None,
) -> tuple[Mapping[Former, Trace], Past]:
    """Return what is known of files that left or said other things, and what answers at their addresses."""
    former, earlier = snapshot.former, snapshot.earlier
    as_before = memo is not None and memo.former is former and memo.earlier is earlier
    if memo and as_before and memo.places is places and memo.expired == expired:
        return memo.traces, memo.past
    traces = memo.traces if memo else {}
    if not as_before:
        traces = read_traces(former, earlier, reading.prefix, reading.convention, traces)
    past = look_back((*traces.values(), *expired.values()), files, places, terms)
    return traces, kept(past, memo.past if memo else None)


def _introduced(
    site: Site, texts: Iterable[File], convention: Convention, previous: Site | None
) -> Mapping[str, Page]:
    """Return the texts above the lists of terms that there are, by the paths of those."""
    lists, old = lists_of_terms(site), previous.introduced if previous else {}
    found = ((lists.get(file.claim.term), file) for file in texts)
    pages = {path: make_page(file, path, "/", convention) for path, file in found if path}
    return MappingProxyType(all_kept(pages, old))


def _ordered(pages: Mapping[str, Page], memo: Memo | None, change: Change | None) -> list[Page]:
    """Return all pages in the order of lists."""
    if memo is None or change is None or change.is_large:
        return sorted(pages.values(), key=order)
    return reordered(memo.ordered, change.gone.values(), change.fresh.values())


def _with_navigation(site: Site, memo: Memo, lists: Iterable[File]) -> Site:
    """Return the site with the menu that somebody made, else one of its sections and pages at the top."""
    items, problems = chosen(site, memo.pages.values(), lists, memo.reading.menu)
    if not items:
        inner = set(memo.places.indexes.values())
        tops = [file.path for file in memo.files.values() if file.claim.top and file.path not in inner]
        top = [page for path in tops if (page := memo.pages.get(path)) and not page.unlisted]
        items = automatic(site, memo.places, top, memo.convention)
    return replace(site, navigation=items, problems=tuple(sorted({*site.problems, *problems})))
