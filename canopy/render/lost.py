"""The pages for addresses at which nothing is, or nothing is any more: what they tell the reader instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.conventions.configs import zone_of
from canopy.content.dates import at_home
from canopy.render.views import GoneView, Link, NotFoundView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from canopy.content.values import Gone, Page, Site
    from canopy.render.nearest import Nearest
    from canopy.render.pages import Outline

MOST_PATH = 200
"""Characters of an address that a page repeats."""


def not_found_view(outline: Outline, nearest: Nearest | None = None, path: str = "") -> NotFoundView:
    """Return what is said where nothing is; without a `path`, of any address."""
    site = outline.site
    sections = tuple(Link(s.title, site.url(s.path)) for s in site.sections.values() if s.path != "/")
    likely = nearest.find(path) if nearest is not None else ()
    title = site.not_found.title if site.not_found else ""
    html = outline.not_found_html
    return NotFoundView(outline.frame, path[:MOST_PATH], _links(site, likely), sections, title, html)


def gone_view(outline: Outline, nearest: Nearest, path: str, gone: Gone) -> GoneView:
    """Return what is said where a page was deleted or expired: what it was, and where to look."""
    site = outline.site
    akin = nearest.akin(f"{gone.title} {path.rpartition('/')[2]}")
    above = next((s for s in _above(path) if s in site.sections or s in site.redirects), "")
    section = site.sections.get(site.redirects.get(above, above))
    link = Link(section.title, site.url(section.path)) if section else None
    history = outline.history_of(gone.file)
    until = at_home(gone.until, zone_of(site.settings.timezone))
    return GoneView(outline.frame, gone.title, until, link, _links(site, akin), history, gone.expired)


def _links(site: Site, pages: Iterable[Page]) -> tuple[Link, ...]:
    return tuple(Link(page.title, site.url(page.path)) for page in pages)


def _above(path: str) -> Iterator[str]:
    """Yield the folders above a path, the nearest first, without the top."""
    while (path := path.rpartition("/")[0]) not in ("", "/"):
        yield path
