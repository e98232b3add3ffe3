"""From a snapshot to a site: the order of the steps, and what is taken over from the site before.

Every step is a function of its inputs alone; an object whose inputs did not change is taken from the previous
site, so that `is` tells what a commit changed and a build costs what changed.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from canopy.content.claims import Kind
from canopy.content.collation import Alphabet
from canopy.content.files import read_files
from canopy.content.former import look_back, read_expired, read_traces
from canopy.content.groups import change_of, regrouped, reordered
from canopy.content.identity import site_uuid
from canopy.content.links import beginnings
from canopy.content.memo import Memo
from canopy.content.mentions import EMPTY, weave
from canopy.content.navigation import automatic, chosen, home_of, start_of
from canopy.content.paths import base_name, folded, is_hidden
from canopy.content.permalinks import Places, place
from canopy.content.reading import read_repository
from canopy.content.schedule import changed, dates, timetable, withhold
from canopy.content.sections import build_sections, build_terms, order
from canopy.content.standins import stand_ins
from canopy.content.taxonomies import build_taxonomies, lists_of_terms
from canopy.content.termplaces import term_places
from canopy.content.theme import OwnTheme, read_theme
from canopy.content.values import MISSING, SAFE, Asset, Author, Page, Section, Site, SiteOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from canopy.content.conventions import Convention
    from canopy.content.former import Past, Trace
    from canopy.content.groups import Change
    from canopy.content.parcels import Share
    from canopy.content.reading import Reading
    from canopy.content.sources import File
    from canopy.content.values import Person, SiteSettings, Term
    from canopy.git.values import Former, Snapshot
    from canopy.problem import Problem

_NAMELESS = frozenset({"index", "-index", "readme"})
"""Titles that name no site but a file."""
V = TypeVar("V")


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
    own = beginnings(_base_url(options, reading.settings), reading.settings)
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
    # Where all is read anew by another convention, a page may be the same all the same.
    known_pages = previous.memo.pages if previous and previous.memo else {}
    pages = _pages(files, edited, places, reading.convention, memo, known_pages)
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
    site = _assemble(snapshot, options, new, previous, change)
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
    old: Mapping[str, Page],
) -> dict[str, Page]:
    """Return the pages by their file's path below the top; one that is as in `old` is that object."""
    unmoved = memo is not None and places is memo.places
    pages = dict(old) if unmoved else {}
    for path in edited if unmoved and edited is not None else files:
        file = files[path]
        if not _is_article(file):
            continue
        address, section = places.addresses[file.path], _section_of(file, places)
        known = old.get(file.path)
        as_before = known is not None and (known.path, known.section) == (address, section)
        if known is not None and as_before and memo and memo.files.get(path) is file:
            pages[file.path] = known
        else:
            pages[file.path] = _kept(_page(file, address, section, convention), known)
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
    return traces, _kept(past, memo.past if memo else None)


def _introduced(
    site: Site, texts: Iterable[File], convention: Convention, previous: Site | None
) -> Mapping[str, Page]:
    """Return the texts above the lists of terms that there are, by the paths of those."""
    lists, old = lists_of_terms(site), previous.introduced if previous else {}
    found = ((lists.get(file.claim.term), file) for file in texts)
    pages = {path: _page(file, path, "/", convention) for path, file in found if path}
    return MappingProxyType(_all_kept(pages, old))


def _section_of(file: File, places: Places) -> str:
    """Return the section of a page; that of an introduction is the one it introduces."""
    claim = file.claim
    if claim.introduces and places.indexes.get(claim.introduces) == file.path:
        return places.folders[claim.introduces]
    return places.folders[claim.folder]


def _page(file: File, address: str, section: str, convention: Convention) -> Page:
    source, blob = file.source, file.blob
    assert source is not None  # noqa: S101 - an article has one
    front = source.front
    created, updated = dates(file, convention.zone)
    named = (
        front.authors or convention.author or tuple(Author(name) for name in blob.authors[:1] if name.strip())
    )
    authors = (
        tuple(_known(author, dict(convention.people)) for author in named) if convention.people else named
    )
    listed = file.claim.listed
    return Page(
        source,
        address,
        section,
        source.title,
        authors,
        front.tags,
        created,
        updated,
        blob.added,
        listed,
        file.held,
    )


def _known(author: Author, people: Mapping[str, Person]) -> Author:
    """Return the author with what the site's settings say about the key or the name."""
    person = people.get(author.name)
    if person is None:
        person = next((person for person in people.values() if person.name == author.name), None)
    return Author(person.name, author.url or person.url) if person else author


def _ordered(pages: Mapping[str, Page], memo: Memo | None, change: Change | None) -> list[Page]:
    """Return all pages in the order of lists."""
    if memo is None or change is None or change.is_large:
        return sorted(pages.values(), key=order)
    return reordered(memo.ordered, change.gone.values(), change.fresh.values())


def _assemble(
    snapshot: Snapshot, options: SiteOptions, memo: Memo, previous: Site | None, change: Change | None
) -> Site:
    files, places, pages, convention = memo.files, memo.places, memo.pages, memo.convention
    settings, times = memo.reading.settings, memo.times
    introductions = {folder: pages[path] for folder, path in places.indexes.items()}
    # No other page is at the address of a section.
    inner = {page.path for page in introductions.values()}
    own = {page.path: page for page in pages.values() if page.path not in inner}
    recent = tuple(page for page in memo.ordered if page.path not in inner and not page.unlisted)
    front = introductions.get("/")
    title = _title(options, settings, convention, front)
    language = settings.language or (front.source.front.language if front else "") or options.language or "en"
    alphabet = Alphabet.of(language)
    sections = build_sections(recent, places, introductions, convention, settings, title, alphabet)
    sections = _all_kept(sections, previous.sections if previous else {})
    base_url = _base_url(options, settings)
    theme = read_theme(snapshot.blobs, memo.prefix, previous.theme if previous else None)
    return Site(
        commit=snapshot.commit.id,
        title=title,
        description=settings.description or (" ".join(front.source.front.abstract.split()) if front else ""),
        language=language,
        uuid=site_uuid(settings.uuid, options.identity),
        base_url=base_url,
        pages=MappingProxyType(own),
        sections=MappingProxyType(sections),
        terms=MappingProxyType(_terms_of(memo, previous, change, alphabet)),
        assets=MappingProxyType(_assets(files.values(), places, previous.assets if previous else {})),
        redirects=_redirects(memo, base_url, previous),
        navigation=(),
        home=home_of(memo.start, pages, sections, places, convention),
        recent=recent,
        theme=theme,
        problems=_problems(snapshot, memo, theme),
        names=_names(memo, previous),
        gone=MappingProxyType(memo.past.gone),
        root=memo.prefix.rstrip("/"),
        convention=convention.name,
        evidence=memo.reading.evidence,
        settings=settings,
        entries=_entries(sections["/"], recent),
        not_found=min((p for p in pages.values() if p.path in MISSING), key=_file_of, default=None),
        next_change=times.next_change,
        held=tuple(times.held[path] for path in sorted(times.held)),
        last_expiry=times.last_expiry,
        shown=MappingProxyType(own | {s.path: s.index for s in sections.values() if s.index is not None}),
        memo=memo,
    )


def _entries(top: Section, recent: tuple[Page, ...]) -> tuple[Page, ...]:
    """Return what is listed at the top, newest first whatever the order there."""
    if top.order == "date":
        return top.pages
    chosen = set(map(id, top.pages))
    return tuple(page for page in recent if id(page) in chosen)


def _file_of(page: Page) -> str:
    return page.source.path


def _with_navigation(site: Site, memo: Memo, lists: Iterable[File]) -> Site:
    """Return the site with the menu that somebody made, else one of its sections and pages at the top."""
    items, problems = chosen(site, memo.pages.values(), lists, memo.reading.menu)
    if not items:
        inner = set(memo.places.indexes.values())
        tops = [file.path for file in memo.files.values() if file.claim.top and file.path not in inner]
        top = [page for path in tops if (page := memo.pages.get(path)) and not page.unlisted]
        items = automatic(site, memo.places, top, memo.convention)
    return replace(site, navigation=items, problems=tuple(sorted({*site.problems, *problems})))


def _names(memo: Memo, previous: Site | None) -> Mapping[str, str]:
    """Return what notes are called; the same object while nothing moved, for that is what tells."""
    if previous is not None and _is_as_before(memo, previous):
        return previous.names
    return MappingProxyType(memo.places.names)


def _is_as_before(memo: Memo, previous: Site) -> bool:
    """Tell whether all is at its address, and was."""
    old = previous.memo
    return old is not None and old.places is memo.places and old.past is memo.past


def _terms_of(
    memo: Memo, previous: Site | None, change: Change | None, alphabet: Alphabet
) -> dict[str, Term]:
    """Return the tags with their pages; the same objects where nothing changed."""
    if previous is None or change is None or change.is_large:
        members: dict[str, list[Page]] = {}
        for page in memo.ordered:
            for tag in _listed_under(page):
                members.setdefault(tag, []).append(page)
        return _all_kept(build_terms(members, alphabet), previous.terms if previous else {})
    old = {name: term.pages for name, term in previous.terms.items()}
    touched = regrouped(old, change, _listed_under)
    terms = build_terms({name: pages for name, pages in {**old, **touched}.items() if pages}, alphabet)
    return {name: term if name in touched else previous.terms[name] for name, term in terms.items()}


def _listed_under(page: Page) -> tuple[str, ...]:
    """Return the tags that list a page."""
    return () if page.unlisted else page.tags


def _title(options: SiteOptions, settings: SiteSettings, convention: Convention, front: Page | None) -> str:
    title = options.title or settings.title
    if title or convention.exact:
        return title or "Canopy"
    if front and folded(front.title) not in _NAMELESS:
        return front.title
    name = (
        base_name(options.identity.partition("#")[0].rstrip("/")).removesuffix(".git").removesuffix(".wiki")
    )
    return name if name and ":" not in name else "Canopy"


def _base_url(options: SiteOptions, settings: SiteSettings) -> str:
    """Return the server's setting; the repository's own only where the server has none."""
    return (options.base_url or settings.base_url or options.address).rstrip("/")


def _assets(files: Iterable[File], places: Places, old: Mapping[str, Asset]) -> dict[str, Asset]:
    assets = {}
    for file in files:
        if file.claim.kind is not Kind.ASSET:
            continue
        path, blob = places.addresses[file.path], file.blob
        known = old.get(path)
        same = known is not None and known.data is blob.data and known.blob_id == blob.id
        if (
            known is not None
            and same
            and known.modified == blob.updated
            and known.media_type == file.media_type
        ):
            assets[path] = known
        else:
            assets[path] = _kept(Asset(path, blob.id, blob.data, file.media_type, blob.updated), known)
    return assets


def _redirects(memo: Memo, base_url: str, previous: Site | None) -> Mapping[str, str]:
    """Return the redirects; a target with a query or a fragment is no path and becomes an absolute URL."""
    places, past = memo.places, memo.past
    if previous and previous.memo and previous.base_url == base_url and _is_as_before(memo, previous):
        # Without those to lists, which come and go with other files.
        return previous.memo.redirects
    # What a file redirects to may have been renamed.
    redirects = past.redirects | {
        path: past.redirects.get(target, target) for path, target in places.redirects.items()
    }
    for path, suffix in places.suffixes.items():
        redirects[path] = base_url + quote(redirects[path], safe=SAFE) + suffix
    return MappingProxyType(redirects)


def _problems(snapshot: Snapshot, memo: Memo, theme: OwnTheme) -> tuple[Problem, ...]:
    known = (problem for problem in snapshot.problems if _concerns(problem.path, memo))
    problems = {*known, *memo.reading.problems, *memo.places.problems, *theme.problems}
    for file in memo.files.values():
        problems.update(file.problems)
        if file.source:
            problems.update(file.source.problems)
    return tuple(sorted(problems))


def _concerns(path: str, memo: Memo) -> bool:
    """Tell whether what git has at a path, file or folder, would be of the site if it could be read."""
    if not f"{path}/".startswith(memo.prefix) or not path:
        return not path
    inner = f"/{path}"[len(memo.prefix) :]
    spots = (memo.convention.locate(name) for name in (inner, f"{inner}/index.md"))
    return any(spot is not None and not is_hidden(spot.path) for spot in spots)


def _kept(new: V, old: V | None) -> V:
    return old if old is not None and new == old else new


def _all_kept(new: dict[str, V], old: Mapping[str, V]) -> dict[str, V]:
    return {key: _kept(value, old.get(key)) for key, value in new.items()}
