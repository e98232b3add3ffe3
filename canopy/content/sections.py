"""The lists of a site: its order, sections, terms and navigation, from pages that have their place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from canopy.content.paths import base_name, clean, is_quiet, parent, readable, stem
from canopy.content.values import NavigationItem, Page, Section, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from canopy.content.conventions import Convention
    from canopy.content.permalinks import Places

MAX_ROOT_PAGES = 30
"""Above this number the pages at the top are no navigation any more: they are found on the start page."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def order(page: Page) -> tuple[float, str]:
    """Return the sort key of every list of pages: created, newest first; undated last; then by path."""
    when = page.created or page.updated
    if when is None:
        return float("inf"), page.path
    return -(when - _EPOCH).total_seconds(), page.path


def build_sections(
    pages: Iterable[Page], places: Places, introductions: Mapping[str, Page], convention: Convention, top: str
) -> dict[str, Section]:
    """Return the sections by path. `pages` are in order, without introductions; `top` is the title of `/`."""
    members: dict[str, list[Page]] = {address: [] for address in places.folders.values()}
    lists = {address: _ancestors(folder, places, members) for folder, address in places.folders.items()}
    for page in pages:
        for listed in lists[page.section]:
            listed.append(page)
    sections = {}
    for folder, address in sorted(places.folders.items(), key=lambda item: item[1]):
        index = introductions.get(folder)
        if index:
            title = index.title
        elif folder == "/":
            title = top
        else:
            name = base_name(clean(folder))
            title = name if convention.exact else readable(name)
        sections[address] = Section(address, title, tuple(members[address]), index)
    return sections


def _ancestors(folder: str, places: Places, members: Mapping[str, list[Page]]) -> list[list[Page]]:
    lists = [members[places.folders[folder]]]
    while folder != "/":
        folder = parent(folder)
        lists.append(members[places.folders[folder]])
    return lists


def build_terms(pages: Iterable[Page]) -> dict[str, Term]:
    """Return the terms by name, in alphabetical order. `pages` are in order."""
    members: dict[str, list[Page]] = {}
    for page in pages:
        for tag in page.tags:
            members.setdefault(tag, []).append(page)
    names = sorted(members, key=lambda name: (name.casefold(), name))
    return {name: Term(name, f"/tags/{name}", tuple(members[name])) for name in names}


def build_navigation(
    sections: Mapping[str, Section],
    tops: Mapping[str, str],
    pages: Sequence[Page],
    home: Page | Section | None,
    convention: Convention,
) -> tuple[NavigationItem, ...]:
    """Return the entries for the sections below the top and the pages at the top.

    `tops` are the section paths of the folders at the top by the folder's name; `pages` are those at the top.
    """
    items = []
    for name, path in tops.items():
        section = sections[path]
        if section is not home:
            items.append((name, NavigationItem(section.title, path)))
    shown = [page for page in pages if page is not home and not is_quiet(page.source.path)]
    if len(shown) <= MAX_ROOT_PAGES:
        for page in shown:
            name = base_name(page.source.path)
            items.append((name, NavigationItem(_entry(page, name, convention), page.path)))
    # The original sorts the names by their bytes; elsewhere capitals do not come first.
    items.sort(key=lambda item: (item[0] if convention.exact else item[0].casefold(), item[0]))
    return tuple(item for _, item in items)


def _entry(page: Page, name: str, convention: Convention) -> str:
    return clean(stem(name)) if convention.exact else page.title
