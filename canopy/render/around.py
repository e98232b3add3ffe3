"""What leads from an article to others besides its own links: who mentions it, and what is related to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.dialects import spoken
from canopy.content.outlinks import excerpt, scanned
from canopy.content.related import related_pages, shared_terms
from canopy.render.views import Link, MentionLink

if TYPE_CHECKING:
    from canopy.content.values import Mention, Page, Site

MOST_MENTIONS = 30


Subjects = dict[str, tuple[tuple[object, ...], ...]]
"""By the path of a term: all of its pages that somebody related to them shows or is sorted by."""


def subjects_of(site: Site, page: Page, known: Subjects) -> tuple[object, ...]:
    """Return all that `related_to` depends on; what it finds out of each term is added to `known`."""
    found: list[object] = []
    for term in shared_terms(site, page):
        if term.path not in known:
            known[term.path] = tuple((other.path, other.title, other.created) for other in term.pages)
        found.append(known[term.path])
    return tuple(found)


def mentions_of(site: Site, page: Page) -> tuple[MentionLink, ...]:
    """Return the newest texts that link to a page, each with the sentence in which it does."""
    return tuple(_link(site, mention) for mention in told_mentions(site, page)[:MOST_MENTIONS])


def told_mentions(site: Site, page: Page) -> tuple[Mention, ...]:
    """Return the mentions of a page that its readers are told: not those of pages that no list has."""
    return tuple(mention for mention in site.mentions.get(page.path, ()) if not mention.page.unlisted)


def _link(site: Site, mention: Mention) -> MentionLink:
    page = mention.page
    text = scanned(page.source.body, spoken(site.convention, page.source.path))
    before, words, after = excerpt(text, mention.link)
    # Words that stand alone say no more than the title.
    sentence = (before, words, after) if before.strip() or after.strip(" .,;:") else ("", "", "")
    return MentionLink(page.title, site.url("/" if site.home is page else page.path), *sentence)


def related_to(site: Site, page: Page, *neighbours: Page | None) -> tuple[Link, ...]:
    """Return the pages on the same subjects that nothing else on the page leads to yet."""
    shown = {mention.page.path for mention in told_mentions(site, page)[:MOST_MENTIONS]}
    shown.update(neighbour.path for neighbour in neighbours if neighbour is not None)
    return tuple(Link(other.title, site.url(other.path)) for other in related_pages(site, page, shown))
