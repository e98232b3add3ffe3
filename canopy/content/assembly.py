"""The finished site, from pages that have their places: its name, its lists, files, redirects and problems.

What did not change since the site before is that site's object.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from canopy.content.claims import Kind
from canopy.content.collation import Alphabet
from canopy.content.groups import regrouped
from canopy.content.identity import site_uuid
from canopy.content.memo import Memo, all_kept, kept
from canopy.content.navigation import home_of
from canopy.content.paths import base_name, folded, is_hidden
from canopy.content.sections import build_sections, build_terms
from canopy.content.theme import OwnTheme, read_theme
from canopy.content.values import MISSING, SAFE, Asset, Page, Section, Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from canopy.content.conventions import Convention
    from canopy.content.groups import Change
    from canopy.content.permalinks import Places
    from canopy.content.sources import File
    from canopy.content.values import SiteOptions, SiteSettings, Term
    from canopy.git.values import Snapshot
    from canopy.problem import Problem

_NAMELESS = frozenset({"index", "-index", "readme"})
"""Titles that name no site but a file."""


def assemble(
    snapshot: Snapshot, options: SiteOptions, memo: Memo, previous: Site | None, change: Change | None
) -> Site:
    """Return the site but for what needs it as a whole: taxonomies, mentions, the menu."""
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
    sections = all_kept(sections, previous.sections if previous else {})
    base_url = base_url_of(options, settings)
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
        return all_kept(build_terms(members, alphabet), previous.terms if previous else {})
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


def base_url_of(options: SiteOptions, settings: SiteSettings) -> str:
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
            assets[path] = kept(Asset(path, blob.id, blob.data, file.media_type, blob.updated), known)
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
