"""The lists of a site: its order, sections and terms, from pages that have their place."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from canopy.content.paths import base_name, clean, parent, readable
from canopy.content.values import ORDERS, Page, Section, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from canopy.content.collation import Alphabet
    from canopy.content.conventions import Convention
    from canopy.content.permalinks import Places
    from canopy.content.values import SiteSettings

_DIGITS = re.compile(r"([0-9]+)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def order(page: Page) -> tuple[float, str]:
    """Return the sort key of every list of pages: created, newest first; undated last; then by path."""
    when = page.created or page.updated
    if when is None:
        return float("inf"), page.path
    return -(when - _EPOCH).total_seconds(), page.path


def build_sections(
    pages: Iterable[Page],
    places: Places,
    introductions: Mapping[str, Page],
    convention: Convention,
    settings: SiteSettings,
    top: str,
    alphabet: Alphabet,
) -> dict[str, Section]:
    """Return the sections by path. `pages` are in order, without introductions; `top` is the title of `/`."""
    members: dict[str, list[Page]] = {address: [] for address in places.folders.values()}
    lists = {address: _ancestors(folder, places, members) for folder, address in places.folders.items()}
    for page in pages:
        for listed in lists[page.section]:
            listed.append(page)
    orders = dict(settings.orders)
    sections = {}
    # The original sorts names by their bytes.
    in_order = sorted(places.folders.items(), key=lambda item: item[1])
    for folder, address in in_order if convention.exact else _by_name(in_order, alphabet):
        index = introductions.get(folder)
        if index:
            title = index.title
        elif folder == "/":
            title = top
        else:
            name = base_name(clean(folder))
            title = convention.titles.get(folder) or (name if convention.exact else readable(name))
        inside = members[address]
        if folder == "/":
            inside = [page for page in inside if page.listed] or inside
        wish = orders.get(folder) or orders.get(address) or (index.source.front.order if index else "")
        dated = folder == "/" and not convention.book
        by = wish if wish in ORDERS else "date" if dated else _usual_order(inside, convention)
        sections[address] = Section(
            address, title, tuple(_sorted(inside, by, convention, alphabet)), index, by
        )
    return sections


def _by_name(folders: list[tuple[str, str]], alphabet: Alphabet) -> list[tuple[str, str]]:
    """Return folders and their addresses in alphabetical order, what is in one behind it."""
    return sorted(folders, key=lambda item: [alphabet.key(part) for part in item[1].split("/")])


def _usual_order(pages: Iterable[Page], convention: Convention) -> str:
    if convention.book:
        return "date" if convention.blog and all(page.listed for page in pages) else "weight"
    weighed = convention.weights and any(page.source.front.weight is not None for page in pages)
    return "weight" if weighed else "date"


def _sorted(pages: list[Page], by: str, convention: Convention, alphabet: Alphabet) -> list[Page]:
    """Return pages, which are newest first, in an order of `ORDERS`."""
    if by == "oldest":
        dated = [page for page in pages if (page.created or page.updated) is not None]
        return dated[::-1] + pages[len(dated) :]
    if by == "title":
        return sorted(pages, key=lambda page: (alphabet.key(page.title), page.path))
    if by == "weight" and convention.book:
        return sorted(pages, key=lambda page: (_weight(page), _numbered(page.source.path.casefold())))
    if by == "weight":
        return sorted(pages, key=_weight)
    return pages


def _numbered(text: str) -> list[tuple[int, str]]:
    """Return the sort key of a text in which numbers are compared as such."""
    # A number that is longer is larger; in front of each stands the text before it.
    return [(len(p.lstrip("0")) if p.isdecimal() else 0, p) for p in _DIGITS.split(text)]


def _weight(page: Page) -> float:
    weight = page.source.front.weight
    return float("inf") if weight is None else weight


def _ancestors(folder: str, places: Places, members: Mapping[str, list[Page]]) -> list[list[Page]]:
    lists = [members[places.folders[folder]]]
    while folder != "/":
        folder = parent(folder)
        lists.append(members[places.folders[folder]])
    return lists


def build_terms(members: Mapping[str, Sequence[Page]], alphabet: Alphabet) -> dict[str, Term]:
    """Return the terms by name, in alphabetical order, of pages by tag that are in order."""
    names = sorted(members, key=alphabet.key)
    return {name: Term(name, f"/tags/{name}", tuple(members[name])) for name in names}
