"""From a site to its feeds: where each lives, which pages it has, and what it says of them to a feed reader.

The site's own Atom feed is at `/atom`, as in the original Canopy; all others are below `/-/feeds/`, where
they cannot be in the way of any note:

    /-/feeds/site.rss   /-/feeds/section/Posts.atom   /-/feeds/tag/help needed.json   /-/feeds/author/Ada.rss
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nlargest
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from canopy.content.identity import entry_uuids
from canopy.render.documents import Document
from canopy.render.feed import Feed, FeedEntry
from canopy.render.jobs import FEED_TYPES, render_feed
from canopy.render.pages import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from canopy.content.values import Page
    from canopy.render.fragment import Fragment
    from canopy.render.jobs import FragmentRequest
    from canopy.render.pages import Outline

FEED_PATH = "/atom"
FEEDS = "/-/feeds/"
ENTRIES = 10
"""Of the site's own feed: as in the original."""
MORE_ENTRIES = 20
"""Of a section, a tag or an author."""
# Where other generators have their feeds: Jekyll, Hugo, Zola, WordPress, Pelican and what readers guess.
_ELSEWHERE = {
    "/atom.xml": "atom",
    "/feed": "atom",
    "/feed.atom": "atom",
    "/feed.json": "json",
    "/feed.rss": "rss",
    "/feed.xml": "atom",
    "/feeds/all.atom.xml": "atom",
    "/index.xml": "rss",
    "/rss": "rss",
    "/rss.xml": "rss",
    "/-/feeds/site.atom": "atom",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a feed is about."""

    kind: str
    """`site`, `section`, `tag` or `author`."""
    name: str = ""
    """The section's path, the tag, the author's name; nothing for the site."""
    title: str = ""
    page: str = "/"
    """The path of the page that lists the same."""

    def path(self, form: str) -> str:
        """Return where the feed is, in one of its forms."""
        if self.kind == "site":
            return FEED_PATH if form == "atom" else f"{FEEDS}site.{form}"
        return f"{FEEDS}{self.kind}/{self.name.removeprefix('/')}.{form}"


SITE = Subject("site")


def subject_of(outline: Outline, kind: str, name: str) -> Subject | None:
    """Return what a feed of that kind and name is about; None if the site has no such thing."""
    site = outline.site
    if kind == "site":
        return SITE
    if kind == "section" and name != "/" and name in site.sections:
        return Subject(kind, name, site.sections[name].title, name)
    if kind == "tag" and name in site.terms:
        return Subject(kind, name, name, site.terms[name].path)
    if kind == "author" and "/" not in name and name in outline.authors:
        return Subject(kind, name, name)
    return None


def find_feed(outline: Outline, path: str) -> Document | None:
    """Return the feed at `path`, if there is one."""
    found = _locate(outline, path)
    if found is None:
        return None
    subject, form = found
    site, hub = outline.site, outline.options.websub_hub
    headers = []
    if hub:
        links = f'<{hub}>; rel="hub", <{site.absolute(path)}>; rel="self"'
        headers.append((b"link", links.encode("ascii", "replace")))
    return Document(
        FEED_TYPES[form],
        lambda: feed_inputs(outline, subject),
        lambda fragment: (render_feed, (feed_of(outline, subject, form, fragment), form)),
        lambda: feed_wanted(outline, subject),
        headers,
    )


def moved_feed(outline: Outline, path: str) -> str | None:
    """Return where the feed is that other generators have at `path`: who moves in keeps the subscribers."""
    form = _ELSEWHERE.get(path)
    if form is not None:
        return SITE.path(form)
    above, _, name = path.rpartition("/")
    if name not in ("index.xml", "feed.xml", "atom.xml", "rss.xml"):
        return None
    form = "rss" if name in ("index.xml", "rss.xml") else "atom"
    kind, known = ("tag", above.removeprefix("/tags/")) if above.startswith("/tags/") else ("section", above)
    subject = subject_of(outline, kind, known)
    return None if subject is None else subject.path(form)


def _locate(outline: Outline, path: str) -> tuple[Subject, str] | None:
    if path == FEED_PATH:
        return SITE, "atom"
    if not path.startswith(FEEDS):
        return None
    stem, _, form = path.removeprefix(FEEDS).rpartition(".")
    kind, _, name = stem.partition("/")
    subject = subject_of(outline, kind, "/" + name if kind == "section" else name)
    # Each feed has one address: `/-/feeds/site.atom` is /atom.
    known = subject is not None and form in FEED_TYPES and subject.path(form) == path
    return (subject, form) if subject is not None and known else None


def feed_pages(outline: Outline, subject: Subject = SITE) -> tuple[Page, ...]:
    """Return the pages of a feed: the newest by creation, as in the original; undated ones are no news."""
    site = outline.site
    if subject.kind == "site":
        return _first(site.recent, outline, ENTRIES)
    if subject.kind == "tag":
        return _first(site.terms[subject.name].pages, outline, MORE_ENTRIES)
    if subject.kind == "author":
        return _first(outline.authors[subject.name], outline, MORE_ENTRIES)
    # A section may be in another order than that of time.
    dated = (page for page in site.sections[subject.name].pages if page.created is not None)
    return tuple(nlargest(MORE_ENTRIES, dated, key=lambda page: page.created))  # type: ignore[arg-type, return-value]


def _first(pages: Iterable[Page], outline: Outline, most: int) -> tuple[Page, ...]:
    found: list[Page] = []
    for page in pages:
        if page.created is not None and page is not outline.site.home:
            found.append(page)
            if len(found) == most:
                break
    return tuple(found)


def feed_inputs(outline: Outline, subject: Subject = SITE) -> Inputs:
    """Return all that a feed depends on."""
    surroundings = (outline.setting, outline.site.uuid, subject)
    return Inputs((*feed_pages(outline, subject), outline.site.names), surroundings)


def feed_wanted(outline: Outline, subject: Subject = SITE) -> tuple[FragmentRequest, ...]:
    """Return the pieces of markdown that a feed contains."""
    return tuple(
        request
        for page in feed_pages(outline, subject)
        for request in (outline.body(page), outline.summary(page))
    )


def feed_of(
    outline: Outline, subject: Subject, form: str, fragment: Callable[[FragmentRequest], Fragment]
) -> Feed:
    """Return a feed, with absolute links everywhere. An entry has the same id in all of them."""
    site, pages = outline.site, feed_pages(outline, subject)
    ids = entry_uuids(site, pages)
    own = site.uuid
    if subject.kind != "site":
        own = str(uuid5(uuid5(NAMESPACE_URL, site.uuid), f"{subject.kind}:{subject.name}"))
    return Feed(
        id=f"urn:uuid:{own}",
        title=f"{site.title} – {subject.title}" if subject.title else site.title,
        subtitle="" if subject.title else site.description,
        url=site.absolute(subject.page),
        feed_url=site.absolute(subject.path(form)),
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
        hub=outline.options.websub_hub,
    )
