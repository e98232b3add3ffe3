"""From a site to its feed: which pages, with which ids, and what each says to a feed reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.identity import entry_uuids
from canopy.render.feed import Feed, FeedEntry
from canopy.render.pages import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from canopy.content.values import Page
    from canopy.render.fragment import Fragment
    from canopy.render.jobs import FragmentRequest
    from canopy.render.pages import Outline

FEED_PATH = "/atom"
ENTRIES = 10


def feed_pages(outline: Outline) -> tuple[Page, ...]:
    """Return the pages of the feed: the newest by creation, as in the original; undated ones are no news."""
    found: list[Page] = []
    for page in outline.site.recent:
        if page.created is not None and page is not outline.site.home:
            found.append(page)
            if len(found) == ENTRIES:
                break
    return tuple(found)


def feed_inputs(outline: Outline) -> Inputs:
    """Return all that the feed depends on."""
    return Inputs((*feed_pages(outline), outline.site.names), (outline.setting, outline.site.uuid))


def feed_wanted(outline: Outline) -> tuple[FragmentRequest, ...]:
    """Return the pieces of markdown that the feed contains."""
    return tuple(
        request for page in feed_pages(outline) for request in (outline.body(page), outline.summary(page))
    )


def feed_of(outline: Outline, fragment: Callable[[FragmentRequest], Fragment]) -> Feed:
    """Return the feed, with absolute links everywhere."""
    site, pages = outline.site, feed_pages(outline)
    ids = entry_uuids(site, pages)
    return Feed(
        id=f"urn:uuid:{site.uuid}",
        title=site.title,
        subtitle=site.description,
        url=site.absolute("/"),
        feed_url=site.absolute(FEED_PATH),
        language=site.language,
        entries=tuple(
            FeedEntry(
                id=f"urn:uuid:{ids[page.path]}",
                title=page.title,
                url=site.absolute(page.path),
                html=outline.feed_html(page, fragment(outline.body(page))),
                summary=outline.feed_html(page, fragment(outline.summary(page))),
                authors=tuple((author.name, author.url) for author in page.authors),
                created=page.created,
                updated=page.updated or page.created,
                tags=page.tags,
            )
            for page in pages
        ),
    )
