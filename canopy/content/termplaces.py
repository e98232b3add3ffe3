"""Where generators have the lists of tags and categories: readers come there by old links.

Canopy's lists are at `/tags/A Tag` and `/categories/a-category`; elsewhere a tag is a slug in the address.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from slugify import slugify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from canopy.content.values import Site

_GENERATORS = frozenset({"hugo", "jekyll", "zola", "hexo", "eleventy"})
_SPACES = re.compile(r"\s+")
_MOST = 2_000
"""Terms; with more of them the lists are found by search."""


def term_places(site: Site) -> dict[str, str]:
    """Return the addresses of terms as the site's generator writes them, where nothing else is."""
    if site.convention not in _GENERATORS or len(site.terms) > _MOST:
        return {}
    found: dict[str, str] = {}
    tags = [(term.name, term.path) for term in site.terms.values()]
    categories = [(term.name, term.path) for term in site.taxonomies.categories.terms.values()]
    own = {path for _, path in (*tags, *categories)} | site.taxonomies.addresses
    for folders, terms in (
        (("/tags", "/tag", *site.settings.tag_folders), tags),
        (("/categories", "/category"), categories),
    ):
        for address, path in _addresses(folders, terms):
            if address not in own and not _is_taken(site, address):
                found.setdefault(address, path)
    return found


def _addresses(folders: Iterable[str], terms: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, path in sorted(terms):
        for folder in folders:
            for slug in _slugs(name):
                yield f"{folder}/{slug}", path


@lru_cache(maxsize=2 * _MOST)
def _slugs(name: str) -> tuple[str, ...]:
    """Return how generators write a name; each build asks for all of them again."""
    bare = _SPACES.sub("-", name.strip())
    slugs = dict.fromkeys((bare.lower(), slugify(name, allow_unicode=True), slugify(name), bare))
    return tuple(slug for slug in slugs if slug and "/" not in slug)


def _is_taken(site: Site, path: str) -> bool:
    return path in site.pages or path in site.sections or path in site.assets or path in site.redirects
