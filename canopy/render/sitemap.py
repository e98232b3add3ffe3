"""The sitemap (sitemaps.org 0.9): the address and the last change of everything worth finding.

A repository's own `sitemap.xml` is stronger. Beyond 50,000 addresses it becomes an index of parts; these lie
beside it, because a sitemap speaks only for what is in its own folder or below.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape

from canopy.content.values import SAFE
from canopy.render.documents import Document
from canopy.render.inputs import Inputs
from canopy.render.jobs import XML
from canopy.render.representation import encode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from canopy.content.values import Page, Site
    from canopy.render.pages import Outline
    from canopy.render.representation import Body

SITEMAP = "/sitemap.xml"
MOST = 50_000
"""Addresses in one file (sitemaps.org)."""
_PART = re.compile(r"/sitemap-([1-9]\d{0,4})\.xml")
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

Place = tuple[str, "datetime | None"]
"""A path of the site and its last change."""


def find_sitemap(outline: Outline, path: str) -> Document | None:
    """Return the sitemap, or a part of it, if that is what is at `path`."""
    part = _PART.fullmatch(path)
    parts = _parts(outline)
    if not (path == SITEMAP or (part and parts > 1 and int(part[1]) <= parts)):
        return None
    site = outline.site

    def inputs() -> Inputs:
        return Inputs((site.recent, site.pages, site.sections, site.home), (site.base_url, site.last_expiry))

    def make(_: object) -> tuple[object, tuple[object, ...]]:
        if part:
            first = (int(part[1]) - 1) * MOST
            return render_sitemap, (site.base_url, tuple(places(outline)[first : first + MOST]))
        if parts > 1:
            newest = _start_changed(site)
            return render_index, (
                site.base_url,
                tuple((one, newest) for one in sitemap_paths(outline)[1:]),
            )
        return render_sitemap, (site.base_url, tuple(places(outline)))

    return Document(XML, inputs, make)  # type: ignore[arg-type] # a function of any arguments


def sitemap_paths(outline: Outline) -> tuple[str, ...]:
    """Return where the sitemap and its parts are."""
    parts = _parts(outline)
    return (SITEMAP, *(f"/sitemap-{n}.xml" for n in range(1, parts + 1) if parts > 1))


def places(outline: Outline) -> list[Place]:
    """Return what is in the sitemap: the start, the sections, then the pages, newest first."""
    site = outline.site
    found: list[Place] = [("/", _start_changed(site))]
    found += [(path, _newest(section.pages)) for path, section in site.sections.items() if path != "/"]
    found += [(page.path, page.updated) for page in site.recent if page is not site.home]
    return found


def render_sitemap(base_url: str, listed: Iterable[Place]) -> Body:
    """Write a list of addresses."""
    return _written("urlset", "url", base_url, listed)


def render_index(base_url: str, listed: Iterable[Place]) -> Body:
    """Write a list of sitemaps."""
    return _written("sitemapindex", "sitemap", base_url, listed)


def _written(root: str, element: str, base_url: str, listed: Iterable[Place]) -> Body:
    base = escape(base_url.removesuffix("/"))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<{root} {_NAMESPACE}>"]
    for path, changed in listed:
        last = f"<lastmod>{_stamp(changed)}</lastmod>" if changed else ""
        lines.append(f"<{element}><loc>{base}{escape(quote(path, safe=SAFE))}</loc>{last}</{element}>")
    lines.append(f"</{root}>\n")
    return encode("\n".join(lines).encode(), XML)


def _stamp(moment: datetime) -> str:
    """Return a W3C date; one without an offset is a day."""
    return moment.isoformat(timespec="seconds") if moment.tzinfo else moment.date().isoformat()


def _start_changed(site: Site) -> datetime | None:
    """Return when a page came or changed last, or went by itself."""
    moments = [moment for moment in (_newest(site.recent), site.last_expiry) if moment]
    return max(moments, default=None)


def _newest(pages: Iterable[Page]) -> datetime | None:
    return max((page.updated for page in pages if page.updated is not None), default=None)


def _parts(outline: Outline) -> int:
    site = outline.site
    # At least as many as there are: of 50,001 the last part may be empty, which is no error.
    return -(-(1 + len(site.sections) + len(site.recent)) // MOST)
