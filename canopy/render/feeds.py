"""From a site to its feeds: which pages each has, and what it says of them to a feed reader."""

from __future__ import annotations

from heapq import nlargest
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from canopy.content.identity import entry_uuids
from canopy.content.taxonomies import key_of
from canopy.render.documents import Document
from canopy.render.feed import Feed, FeedEntry
from canopy.render.inputs import Inputs
from canopy.render.jobs import FEED_TYPES, render_feed
from canopy.render.topics import (
    FEED_PATH,
    FEEDS,
    SITE,
    Topic,
    author_topic,
    forms,
    section_topic,
    tag_topic,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from canopy.content.values import Page
    from canopy.render.fragment import Fragment
    from canopy.render.jobs import FragmentRequest
    from canopy.render.pages import Outline

ENTRIES = 10
"""Of the site's own feed: as in the original."""
MORE_ENTRIES = 20
"""Of a section, a tag or an author."""


def topic(outline: Outline, kind: str, name: str) -> Topic | None:
    """Return what a feed of that kind and name is about; None if the site has no such thing."""
    if kind == "section":
        return section_topic(outline.site, "/" + name)
    if kind == "tag":
        return tag_topic(outline.site, name)
    if kind == "author":
        return author_topic(outline.site, name)
    return SITE if kind == "site" else None


def find_feed(outline: Outline, path: str) -> Document | None:
    """Return the feed at `path`, if there is one."""
    found = _locate(outline, path)
    if found is None:
        return None
    about, form = found
    site, hub = outline.site, outline.options.websub_hub
    headers = []
    if hub:
        links = f'<{hub}>; rel="hub", <{site.absolute(path)}>; rel="self"'
        headers.append((b"link", links.encode("ascii", "replace")))
    return Document(
        FEED_TYPES[form],
        lambda: feed_inputs(outline, about),
        lambda fragment: (render_feed, (feed_of(outline, about, form, fragment), form)),
        lambda: feed_wanted(outline, about),
        headers,
    )


def _locate(outline: Outline, path: str) -> tuple[Topic, str] | None:
    if path == FEED_PATH:
        return (SITE, "atom") if "atom" in forms(outline.site) else None
    if not path.startswith(FEEDS):
        return None
    stem, _, form = path.removeprefix(FEEDS).rpartition(".")
    kind, _, name = stem.partition("/")
    about = topic(outline, kind, name)
    # Each feed has one address: `/-/feeds/site.atom` is /atom.
    known = about is not None and form in forms(outline.site) and about.path(form) == path
    return (about, form) if about is not None and known else None


def feed_paths(outline: Outline) -> Iterator[str]:
    """Yield where the feeds of the site are, in all their forms."""
    site = outline.site
    topics: list[Topic | None] = [SITE]
    topics += [section_topic(site, path) for path in site.sections]
    topics += [tag_topic(site, name) for name in site.terms]
    topics += [author_topic(site, term.name) for term in site.taxonomies.authors.terms.values()]
    for about in topics:
        if about is not None:
            yield from map(about.path, forms(site))


def feed_pages(outline: Outline, about: Topic = SITE) -> tuple[Page, ...]:
    """Return the pages of a feed: the newest by creation, as in the original; undated ones are no news."""
    site = outline.site
    if about.kind == "site":
        return _first(site.entries, outline, ENTRIES)
    if about.kind == "tag":
        return _first(site.terms[about.name].pages, outline, MORE_ENTRIES)
    if about.kind == "author":
        return _first(site.taxonomies.authors.terms[key_of(about.name)].pages, outline, MORE_ENTRIES)
    # A section may be in another order than that of time.
    dated = (page for page in site.sections[about.name].pages if page.created is not None)
    return tuple(nlargest(MORE_ENTRIES, dated, key=lambda page: page.created))  # type: ignore[arg-type, return-value]


def _first(pages: Iterable[Page], outline: Outline, most: int) -> tuple[Page, ...]:
    found: list[Page] = []
    for page in pages:
        if page.created is not None and page is not outline.site.home:
            found.append(page)
            if len(found) == most:
                break
    return tuple(found)


def feed_inputs(outline: Outline, about: Topic = SITE) -> Inputs:
    """Return all that a feed depends on."""
    surroundings = (outline.setting, outline.site.uuid, about, outline.site.last_expiry)
    return Inputs((*feed_pages(outline, about), outline.site.names), surroundings)


def feed_wanted(outline: Outline, about: Topic = SITE) -> tuple[FragmentRequest, ...]:
    """Return the pieces of markdown that a feed contains."""
    return tuple(
        request
        for page in feed_pages(outline, about)
        for request in (outline.body(page), outline.summary(page))
    )


def feed_of(
    outline: Outline, about: Topic, form: str, fragment: Callable[[FragmentRequest], Fragment]
) -> Feed:
    """Return a feed, with absolute links everywhere. An entry has the same id in all of them."""
    site, pages = outline.site, feed_pages(outline, about)
    ids = entry_uuids(site, pages)
    own = site.uuid
    if about.kind != "site":
        own = str(uuid5(uuid5(NAMESPACE_URL, site.uuid), f"{about.kind}:{about.name}"))
    return Feed(
        id=f"urn:uuid:{own}",
        title=f"{site.title} – {about.title}" if about.title else site.title,
        subtitle="" if about.title else site.description,
        url=site.absolute(about.page),
        feed_url=site.absolute(about.path(form)),
        language=site.language,
        entries=tuple(
            FeedEntry(
                id=f"urn:uuid:{ids[page.path]}",
                title=page.title,
                url=site.absolute(page.path),
                html=outline.linker.feed_html(page, fragment(outline.body(page))),
                summary=outline.linker.feed_html(page, fragment(outline.summary(page))),
                authors=tuple((author.name, author.url) for author in page.authors),
                created=page.created,
                updated=page.updated or page.created,
                tags=page.tags,
            )
            for page in pages
        ),
        hub=outline.options.websub_hub,
        left=site.last_expiry,
    )


def changed_feeds(old: Outline, new: Outline, most: int) -> list[str]:
    """Return the paths of the feeds whose bytes may differ between two editions, the site's own first.

    Only what a changed page is in can differ, so that the work is that of the change, up to `most` feeds.
    """
    same_setting = old.setting == new.setting and old.site.uuid == new.site.uuid
    fresh = [page for path, page in new.site.pages.items() if old.site.pages.get(path) is not page]
    gone = [page for path, page in old.site.pages.items() if path not in new.site.pages]
    topics: dict[Topic, None] = {SITE: None}
    before = (old.site.pages[page.path] for page in fresh if page.path in old.site.pages)
    for page in (*fresh, *gone, *before):
        if len(topics) * len(FEED_TYPES) >= most:
            break
        topics.update(dict.fromkeys(_topics_of(new, page)))
    paths: list[str] = []
    for about in topics:
        if not same_setting or not _same_pages(old, new, about):
            paths += map(about.path, forms(new.site))
    return paths[:most]


def _topics_of(outline: Outline, page: Page) -> list[Topic]:
    """Return what the feeds that have a page, or had it, are about."""
    found: list[Topic | None] = [tag_topic(outline.site, tag) for tag in page.tags]
    above = page.section
    while above not in ("", "/"):
        found.append(section_topic(outline.site, above))
        above = above.rpartition("/")[0]
    found += [topic(outline, "author", author.name) for author in page.authors]
    return [about for about in found if about is not None]


def _same_pages(old: Outline, new: Outline, about: Topic) -> bool:
    """Tell whether a feed had the very same pages before, if it was there at all."""
    name = about.name.removeprefix("/") if about.kind == "section" else about.name
    if topic(old, about.kind, name) is None:
        return False
    before, now = feed_pages(old, about), feed_pages(new, about)
    return len(before) == len(now) and all(one is other for one, other in zip(before, now, strict=True))
