"""Where two editions differ for a reader: the paths that an event names, so that other tabs need not ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.related import shared_terms
from canopy.content.taxonomies import kinds, terms_of
from canopy.render.articles import known_siblings
from canopy.render.listings import TAGS, moved_sheets

if TYPE_CHECKING:
    from canopy.content.values import Page
    from canopy.render.edition import Edition

__all__ = ["affected"]

_MOST_PATHS = 200
"""Of an event for readers; more are not worth naming."""


def affected(old: Edition | None, new: Edition) -> tuple[str, ...] | None:
    """Return the paths at which something else may be shown than in `old`; None means anywhere.

    More paths than need be are harmless: a reader's tab then asks, and is told that nothing changed.
    """
    if old is None or old.outline.setting != new.outline.setting or old.site.names is not new.site.names:
        return None
    if old.site.taxonomies.addresses is not new.site.taxonomies.addresses:
        return None
    before, now = old.site.pages, new.site.pages
    paths: set[str] = set()
    for page in (page for path, page in now.items() if before.get(path) is not page):
        for version in filter(None, (page, before.get(page.path))):
            outline = (new if version is page else old).outline
            around = (*outline.siblings.beside(version), *known_siblings(outline, version))
            paths.update(neighbour.path for neighbour in around if neighbour is not None)
            paths.update(outline.listings.terms_of(version))
            series = (term for kind, term in terms_of(outline.site, version) if kind == "series")
            paths.update(part.path for term in series for part in term.pages)
            if not _same_subjects(page, before.get(page.path)):
                terms = shared_terms(outline.site, version)
                paths.update(other.path for term in terms for other in term.pages)
        paths.add(page.path)
        paths.update(_quoting(new, page))
        paths.update(moved_sheets(old.outline.listings, new.outline.listings, before.get(page.path), page))
    paths.update(
        path for path, section in new.site.sections.items() if old.site.sections.get(path) is not section
    )
    mentions, mentioned = old.site.mentions, new.site.mentions
    paths.update(
        path for path in mentions.keys() | mentioned.keys() if mentions.get(path) is not mentioned.get(path)
    )
    paths.update(taxonomy.path for taxonomy in kinds(new.site.taxonomies).values() if taxonomy.terms)
    return tuple(sorted({*paths, "/", TAGS})) if len(paths) <= _MOST_PATHS else None


def _quoting(edition: Edition, page: Page) -> set[str]:
    """Return the paths of the pages that may show a page's text within their own."""
    found: set[str] = set()
    waiting = [page.path]
    while waiting and len(found) <= _MOST_PATHS:
        for other, _ in edition.site.mentions.get(waiting.pop(), ()):
            if other.path not in found and "![[" in other.source.body:
                found.add(other.path)
                waiting.append(other.path)
    return found


def _same_subjects(page: Page, before: Page | None) -> bool:
    """Tell whether pages on the same subjects show and sort a page as before."""
    if before is None or page.source.front.categories != before.source.front.categories:
        return False
    return (page.title, page.created, page.tags) == (before.title, before.created, before.tags)
