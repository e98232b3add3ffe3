"""An edition: everything that can be served at one commit.

Its meaning is fixed when it is made; its bytes come into being when they are first asked for, or ahead of
that, and are the same either way: `canopy.render.press` makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.values import Section
from canopy.render.feeds import feed_paths, find_feed
from canopy.render.sitemap import find_sitemap, sitemap_paths
from canopy.render.topics import FEED_PATH, moved_feed
from canopy.render.wellknown import FAVICON, ROBOTS, find_wellknown, kept_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from canopy.content.values import Gone, Site
    from canopy.problem import Problem
    from canopy.render.documents import Document
    from canopy.render.pages import Outline
    from canopy.render.representation import Representation

__all__ = ["Edition", "find_document"]


class Edition:
    """A site with what has been rendered of it."""

    __slots__ = ("findings", "keys", "look", "outline", "pages", "published", "ready", "site", "touched")

    def __init__(self, outline: Outline, published: datetime) -> None:
        self.site: Site = outline.site
        self.outline = outline
        self.look = outline.look
        self.published = published
        """In whole seconds, UTC."""
        self.ready: dict[str, Representation] = {}
        """By path of the site."""
        self.pages: dict[bytes, Representation] = {}
        """By request target, as links of the site are written: the look-up of the hot path."""
        self.findings: dict[str, tuple[Problem, ...]] = {}
        """What rendering found wrong, by path of the site."""
        self.keys: dict[str, frozenset[str]] = {}
        """What the links on a page or list are looked up by, and where they lead, of all that was ever
        printed."""
        self.touched: frozenset[str] | None = None
        """The paths of pages and lists that may look other than in the edition before; None: all."""

    def succeed(self, old: Edition, touched: frozenset[str] | None) -> None:
        """Have at hand what `old` had of the pages that look the same: all but the `touched` ones."""
        self.touched = touched
        left = old.site.pages.keys() - self.site.pages.keys()
        self.keys = {path: keys for path, keys in old.keys.items() if path not in left}
        if touched is None:
            return
        kept = self.site.pages.keys() - touched
        self.ready = {path: found for path, found in old.ready.items() if path in kept}
        self.findings |= {path: found for path, found in old.findings.items() if path in kept}
        self.pages = dict(old.pages)
        for path in old.ready.keys() - kept:
            self.pages.pop(self.site.url(path).encode(), None)

    def keep(self, path: str, representation: Representation) -> None:
        """Have a representation at hand for the next request."""
        self.ready[path] = representation
        # Files have header fields of their own, so they take the longer way.
        if not representation.ranges:
            self.pages[self.site.url(path).encode()] = representation

    def forget(self, path: str) -> None:
        """Make room: the next request has it printed again."""
        self.ready.pop(path, None)
        self.pages.pop(self.site.url(path).encode(), None)

    def has(self, path: str) -> bool:
        """Tell whether `Press.print` can make something for `path`."""
        return (
            path in self.site.assets
            or self.look.asset(path) is not None
            or self.outline.subject(path) is not None
            or find_document(self.outline, path) is not None
        )

    def redirect(self, path: str) -> str | None:
        """Return where a reader of `path` is sent: a URL, or a path with the site's base path."""
        target = self.site.redirects.get(path)
        if target is None and len(path) > 1 and path.endswith("/"):
            bare = path.rstrip("/")
            if self.has(bare):
                return self.site.url(bare)
            target = self.site.redirects.get(bare)
        if target is None and not self.has(path):
            asked = path.rstrip("/")
            target = (
                kept_elsewhere(self.site, asked)
                or moved_feed(self.site, asked)
                or self.outline.listings.moved(asked)
                or self._written_otherwise(asked)
            )
        if target is None:
            return None
        return self.site.url(target) if target.startswith("/") and not target.startswith("//") else target

    def _written_otherwise(self, asked: str) -> str | None:
        """Return the path that others write as `asked`: with or without `.html`, with `+` for spaces."""
        bare = asked.removesuffix("/index.html").removesuffix(".html").removesuffix(".htm")
        ways = [bare or "/"] if bare != asked else [f"{asked}.html"]
        # A tag's `+` is its own, as in the original.
        if "+" in asked and not asked.startswith("/tags/"):
            ways.append(bare.replace("+", " "))
        for way in ways:
            found = self.site.redirects.get(way) or (way if self.has(way) else None)
            if found is not None:
                return found
        return None

    def gone(self, path: str) -> Gone | None:
        """Return what was at `path` before it was deleted, if nothing else is there now."""
        return self.site.gone.get(path) or self.site.gone.get(path.rstrip("/"))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is known to be wrong: what the build found and what rendering found since."""
        found = (problem for problems in self.findings.values() for problem in problems)
        return tuple(sorted({*self.site.problems, *self.look.problems, *found}))

    def documents(self) -> Iterator[str]:
        """Yield the paths of all that Canopy makes besides pages: feeds, sitemap, robots.txt, icon, style."""
        yield from self.look.assets
        yield from feed_paths(self.outline)
        for path in (*sitemap_paths(self.outline), ROBOTS, FAVICON):
            if path not in self.site.assets and find_document(self.outline, path) is not None:
                yield path

    def addresses(self) -> Iterator[str]:
        """Yield every path that answers with something of its own, each once: the one list of a site's all.

        Pages, files, all sheets of all listings, catalogues, feeds, sitemap and the like: for all of them
        `has` is true and `Press.print` makes a representation. Redirects are in `Site.redirects`, and the
        theme's assets and the search are the server's own.
        """
        own = (*self.outline.listings.addresses(), *self.documents())
        home = self.site.home
        # A section that is the start page answers at its own address too.
        start = ("/", home.path) if isinstance(home, Section) else ("/",)
        yield from dict.fromkeys([*start, *self.site.pages, *own, *self.site.assets])

    def paths(self) -> Iterator[str]:
        """Yield the paths worth rendering ahead: the home page, the feed, then pages newest first."""
        yield "/"
        yield FEED_PATH
        yield from (path for path in self.site.sections if path != "/")
        yield from (page.path for page in self.site.recent)


def find_document(outline: Outline, path: str) -> Document | None:
    """Return what Canopy itself makes at `path`, where the repository has nothing."""
    for find in (find_feed, find_sitemap, find_wellknown):
        document = find(outline, path)
        if document is not None:
            return document
    return None
