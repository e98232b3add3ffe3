"""The further ways into a site: its categories, series, authors and years.

Owns what belongs together (names are told apart neither by case nor by spaces) and where it is listed. The
repository's own files come first: where one of them has an address that a taxonomy needs, all of it lies
below `/-/` instead. Tags are not among these: `/tags` is Canopy's own, as in the original.
"""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

from canopy.content.collation import Alphabet
from canopy.content.groups import change_of, regrouped
from canopy.content.sections import order
from canopy.content.values import MISSING, Person, Taxonomies, Taxonomy, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from canopy.content.values import Page, Site

    Groups = dict[str, dict[str, tuple[Page, ...]]]

PLACES = {"category": "/categories", "series": "/series", "author": "/authors", "year": "/archive"}
"""Where the terms of each kind are listed, if the repository has nothing there."""
OWN = tuple(f"/-{place}" for place in PLACES.values())
"""Where they are otherwise."""
_MAX_SLUG = 100
_KEPT = frozenset("-._~+")


def key_of(name: str) -> str:
    """Return what the spellings of one name have in common."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def person_of(site: Site, name: str) -> Person | None:
    """Return what the site's settings know of an author."""
    wanted = key_of(name)
    for key, person in site.settings.authors:
        if wanted in (key_of(key), key_of(person.name)):
            return person
    return None


def kinds(taxonomies: Taxonomies) -> dict[str, Taxonomy]:
    """Return the taxonomies by kind, as in `PLACES`."""
    return {
        "category": taxonomies.categories,
        "series": taxonomies.series,
        "author": taxonomies.authors,
        "year": taxonomies.years,
    }


def slug_of(name: str) -> str:
    """Return a name as it is in the address of a term, unless that one is another's already."""
    return _slug(key_of(name))


def lists_of_terms(site: Site) -> dict[tuple[str, str], str]:
    """Return where the terms are listed, by kind and `slug_of` their names."""
    found = {("tag", slug_of(term.name)): term.path for term in site.terms.values()}
    for kind, taxonomy in kinds(site.taxonomies).items():
        found |= {(kind, slug_of(key)): term.path for key, term in taxonomy.terms.items()}
    return found


def terms_of(site: Site, page: Page) -> Iterator[tuple[str, Term]]:
    """Yield the kinds and terms that a page belongs to, besides its tags."""
    known = kinds(site.taxonomies)
    for kind, key in _facets(page):
        term = known[kind].terms.get(key)
        if term is not None:
            yield kind, term


def build_taxonomies(site: Site, previous: Site | None) -> Taxonomies:
    """Return the taxonomies of a site; `previous` makes it quicker and changes nothing else."""
    groups = _groups(site, previous)
    categories = _taxonomy(site, "category", groups)
    series = _taxonomy(site, "series", groups)
    authors = _taxonomy(site, "author", groups)
    years = _taxonomy(site, "year", groups)
    found = frozenset(
        path
        for taxonomy in (categories, series, authors, years)
        if taxonomy.terms
        for path in (taxonomy.path, *(term.path for term in taxonomy.terms.values()))
    )
    before = previous.taxonomies.addresses if previous else None
    return Taxonomies(categories, series, authors, years, before if before == found else found)


def _facets(page: Page) -> Iterable[tuple[str, str]]:
    """Return the kinds and keys of all that a page belongs to, each once."""
    front = page.source.front
    if page.path in MISSING:
        return ()
    found = [("author", key_of(author.name)) for author in page.authors]
    found += [("category", key_of(name)) for name in front.categories]
    found += [("series", key_of(name)) for name in front.series]
    if page.listed and page.created is not None:
        found.append(("year", f"{page.created.year:04}"))
    return dict.fromkeys(found)


def _listed_under(page: Page) -> Iterable[tuple[str, str]]:
    return () if page.unlisted else _facets(page)


def _spelling(kind: str, key: str, page: Page) -> str:
    """Return the name as a page writes it."""
    front = page.source.front
    names: Iterable[str] = (author.name for author in page.authors) if kind == "author" else (key,)
    if kind in ("category", "series"):
        names = front.categories if kind == "category" else front.series
    return next(name for name in names if key_of(name) == key)


def _groups(site: Site, previous: Site | None) -> Groups:
    """Return the pages by kind and key, newest first."""
    if previous is None:
        return _grouped(site.recent)
    change = change_of(previous.pages, site.pages)
    if change.is_large:
        return _grouped(site.recent)
    groups = _known(previous)
    known = {(kind, key): pages for kind, found in groups.items() for key, pages in found.items()}
    for (kind, key), members in regrouped(known, change, _listed_under).items():
        if members:
            groups[kind][key] = members
        else:
            del groups[kind][key]
    return groups


def _grouped(pages: Iterable[Page]) -> Groups:
    lists: dict[str, dict[str, list[Page]]] = {kind: {} for kind in PLACES}
    for page in pages:
        for kind, key in _listed_under(page):
            lists[kind].setdefault(key, []).append(page)
    return {kind: {key: tuple(members) for key, members in found.items()} for kind, found in lists.items()}


def _known(site: Site) -> Groups:
    """Return the groups that a site was made of."""
    groups = {
        kind: {key: term.pages for key, term in taxonomy.terms.items()}
        for kind, taxonomy in kinds(site.taxonomies).items()
    }
    groups["series"] = {key: tuple(sorted(pages, key=order)) for key, pages in groups["series"].items()}
    return groups


def _taxonomy(site: Site, kind: str, groups: Groups) -> Taxonomy:
    """Return one taxonomy with the addresses that are free for it."""
    slugs = _slugs(groups[kind])
    place = PLACES[kind]
    if _is_taken(site, place) or any(_is_taken(site, f"{place}/{slug}") for slug in slugs.values()):
        place = f"/-{place}"
    terms = {}
    for key, pages in groups[kind].items():
        name = _spelling(kind, key, pages[0])
        person = person_of(site, name) if kind == "author" else None
        terms[key] = Term(
            person.name if person and person.name else name,
            f"{place}/{slugs[key]}",
            _parts(pages) if kind == "series" else pages,
        )
    if kind == "year":
        return Taxonomy(place, MappingProxyType(dict(sorted(terms.items(), reverse=True))))
    by_name = Alphabet.of(site.language).key
    in_order = sorted(terms.items(), key=lambda item: by_name(item[1].name))
    return Taxonomy(place, MappingProxyType(dict(in_order)))


def _parts(pages: tuple[Page, ...]) -> tuple[Page, ...]:
    """Return the parts of a series in the order in which they are read: by weight if all have one."""
    listed = sorted(pages, key=lambda page: page.path)
    dated = [page for page in listed if page.created is not None]
    dated.sort(key=lambda page: page.created)  # type: ignore[arg-type, return-value]
    parts = [*dated, *(page for page in listed if page.created is None)]
    weights = [page.source.front.weight for page in parts]
    if None not in weights:
        parts.sort(key=lambda page: page.source.front.weight)  # type: ignore[arg-type, return-value]
    return tuple(parts)


def _is_taken(site: Site, path: str) -> bool:
    return path in site.pages or path in site.sections or path in site.assets or path in site.redirects


def _slugs(keys: Iterable[str]) -> dict[str, str]:
    """Return the last component of each term's address, no two alike."""
    taken: set[str] = set()
    slugs = {}
    for key in sorted(keys):
        slug = candidate = _slug(key)
        number = 2
        while candidate in taken:
            candidate, number = f"{slug}-{number}", number + 1
        taken.add(candidate)
        slugs[key] = candidate
    return slugs


def _slug(key: str) -> str:
    """Return a name as a readable component of an address."""
    # Marks belong to the letters before them: without them, words of many scripts would fall apart.
    kept = (c if c.isalnum() or c in _KEPT or unicodedata.category(c)[0] == "M" else " " for c in key)
    return "-".join("".join(kept).split())[:_MAX_SLUG].strip("-.") or "x"
