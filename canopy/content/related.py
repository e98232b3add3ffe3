"""Which pages are about the same: those that share tags and categories, the rarer the better.

A term that very many pages have says little about any of them and is left out, which also bounds the work.
Weights depend on the term's own pages alone, so that a page elsewhere changes nothing here.
"""

from __future__ import annotations

from math import log2
from typing import TYPE_CHECKING

from canopy.content.sections import order
from canopy.content.taxonomies import terms_of

if TYPE_CHECKING:
    from collections.abc import Container

    from canopy.content.values import Page, Site, Term

MOST = 4
COMMON = 100
"""Pages from which on a term says nothing."""
_ENOUGH = 0.2
"""What two pages have in common at least: a term of a dozen pages, or two of a hundred."""


def shared_terms(site: Site, page: Page) -> tuple[Term, ...]:
    """Return the terms by which other pages are related to a page: all that `related_pages` depends on."""
    tags = (term for tag in page.tags if (term := site.terms.get(tag)) is not None)
    categories = (term for kind, term in terms_of(site, page) if kind == "category")
    return tuple(term for term in (*tags, *categories) if 1 < len(term.pages) <= COMMON)


def related_pages(site: Site, page: Page, without: Container[str] = ()) -> tuple[Page, ...]:
    """Return the few pages that have most in common with a page, but none of the paths `without`."""
    scores: dict[str, float] = {}
    pages: dict[str, Page] = {}
    for term in shared_terms(site, page):
        weight = 1 / (1 + log2(len(term.pages)))
        for other in term.pages:
            scores[other.path] = scores.get(other.path, 0.0) + weight
            pages[other.path] = other
    found = [
        pages[path]
        for path, score in scores.items()
        if score >= _ENOUGH and path != page.path and path not in without
    ]
    # Sums of the same weights in another order may differ in their last digits.
    found.sort(key=lambda other: (-round(scores[other.path], 6), order(other)))
    return tuple(found[:MOST])
