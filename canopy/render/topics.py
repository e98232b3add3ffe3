"""What the feeds of a site are about, and where each lives.

The site's own Atom feed is at `/atom`, as in the original Canopy; all others are below `/-/feeds/`, where
they cannot be in the way of any note:

    /-/feeds/site.rss   /-/feeds/section/Posts.atom   /-/feeds/tag/help needed.json   /-/feeds/author/Ada.rss
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.taxonomies import key_of
from canopy.content.values import FEEDS as FORMS

if TYPE_CHECKING:
    from canopy.content.values import Site

FEED_PATH = "/atom"
FEEDS = "/-/feeds/"
_AUTHORS = "/-/feeds/author/"
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
    FEED_PATH: "atom",
    "/rss": "rss",
    "/rss.xml": "rss",
    "/-/feeds/site.atom": "atom",
}
SITE_ELSEWHERE = tuple(_ELSEWHERE)
_ELSEWHERE_BELOW = {"index.xml": "rss", "rss.xml": "rss", "feed.xml": "atom", "atom.xml": "atom"}


@dataclass(frozen=True, slots=True)
class Topic:
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


SITE = Topic("site")


def section_topic(site: Site, path: str) -> Topic | None:
    """Return what the feed of a section is about; that of the top is the site's."""
    section = site.sections.get(path) if path != "/" else None
    return Topic("section", path, section.title, path) if section is not None else None


def tag_topic(site: Site, name: str) -> Topic | None:
    """Return what the feed of a tag is about."""
    term = site.terms.get(name)
    return Topic("tag", name, name, term.path) if term is not None else None


def author_topic(site: Site, name: str) -> Topic | None:
    """Return what the feed of an author is about, however the name is spelled."""
    term = site.taxonomies.authors.terms.get(key_of(name)) if "/" not in name else None
    return Topic("author", term.name, term.name, term.path) if term and "/" not in term.name else None


def forms(site: Site) -> tuple[str, ...]:
    """Return the forms in which the site's feeds are made."""
    wanted = site.settings.feeds
    return FORMS if wanted is None else tuple(form for form in FORMS if form in wanted)


def moved_feed(site: Site, path: str) -> str | None:
    """Return where the feed is that other generators have at `path`: who moves in keeps the subscribers."""
    made = forms(site)
    if not made:
        return None
    form = _ELSEWHERE.get(path)
    if form is not None:
        return SITE.path(form if form in made else made[0])
    if path.startswith(_AUTHORS):
        return _renamed(site, path, made)
    above, _, name = path.rpartition("/")
    form = _ELSEWHERE_BELOW.get(name)
    if form is None:
        return None
    tag = above.startswith("/tags/")
    topic = tag_topic(site, above.removeprefix("/tags/")) if tag else section_topic(site, above)
    return None if topic is None else topic.path(form if form in made else made[0])


def _renamed(site: Site, path: str, made: tuple[str, ...]) -> str | None:
    """Return the feed of an author who is spelled in another way now."""
    name, _, form = path.removeprefix(_AUTHORS).rpartition(".")
    topic = author_topic(site, name)
    return topic.path(form) if topic is not None and form in made and topic.path(form) != path else None
