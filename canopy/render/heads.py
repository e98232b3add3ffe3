"""From a site to the heads of its pages: which feeds, translations and pictures a page has to name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.links import resolve
from canopy.render.images import first_image
from canopy.render.interface import Interface
from canopy.render.jobs import FEED_TYPES
from canopy.render.listings import catalogue_path
from canopy.render.metadata import article_head, listing_head
from canopy.render.topics import SITE, author_topic, forms, section_topic, tag_topic
from canopy.render.translations import language_of, section_versions, translations
from canopy.render.views import FeedLink

if TYPE_CHECKING:
    from canopy.content.values import Page, Site
    from canopy.render.fragment import Fragment
    from canopy.render.listings import Listing, Sheet
    from canopy.render.pages import Outline
    from canopy.render.topics import Topic
    from canopy.render.views import Head


_CATALOGUES = {
    "tag": "Tags",
    "category": "Categories",
    "series": "Series",
    "author": "Authors",
    "year": "Archive",
}
"""What the catalogue is called that a term is in, as in the templates."""


def head_of_article(site: Site, page: Page, body: Fragment, summary: str, folders: frozenset[str]) -> Head:
    """Return the head of an article; `summary` is plain, `folders` as for `translations`."""
    described, image = summary or site.description, image_of(site, page, body)
    if site.home is page:
        return listing_head(
            home=True,
            site_title=site.title,
            canonical=site.absolute("/"),
            title=page.title,
            description=described,
            language=language_of(page, site),
            image=image,
            feeds=_feeds(site, SITE),
            alternates=_alternates(site, "/", folders),
        )
    return article_head(
        site_title=site.title,
        home=site.absolute("/"),
        canonical=site.absolute(page.path),
        title=page.title,
        description=described,
        language=language_of(page, site),
        authors=tuple((author.name, author.url) for author in page.authors),
        tags=page.tags,
        created=page.created,
        updated=page.updated,
        words=page.source.words,
        breadcrumbs=_trail(site, page.section),
        hidden=page.unlisted,
        image=image,
        feeds=_feeds(site, section_topic(site, page.section)),
        alternates=tuple(
            (language, site.absolute(other.path)) for language, other in translations(page, site, folders)
        ),
    )


def head_of_listing(outline: Outline, sheet: Sheet, summary: str) -> Head:
    """Return the head of one sheet of a listing; `summary` is plain."""
    site, listing = outline.site, sheet.listing
    home = sheet.path == "/"
    trail: tuple[tuple[str, str], ...] = ()
    if listing.kind == "section":
        trail = _trail(site, listing.path.rpartition("/")[0])
    elif listing.kind in _CATALOGUES:
        name = Interface.of(site.language).gettext(_CATALOGUES[listing.kind])
        trail = ((str(name), site.absolute(catalogue_path(site, listing.kind))),)
    if not sheet.is_start:
        trail += ((listing.title, site.absolute(listing.path)),)
    return listing_head(
        home=home,
        site_title=site.title,
        canonical=site.absolute(sheet.path),
        title=listing.title,
        description=summary or (site.description if home else ""),
        language=outline.language_of(sheet),
        breadcrumbs=trail,
        feeds=_feeds(site, _topic(site, listing)),
        alternates=tuple((language, site.absolute(path)) for language, path in outline.versions_of(sheet)),
    )


def _topic(site: Site, listing: Listing) -> Topic | None:
    """Return what the feeds of a listing are about, if it has any."""
    if listing.path == "/":
        return SITE
    find = {"section": section_topic, "tag": tag_topic, "author": author_topic}.get(listing.kind)
    return find(site, listing.path if listing.kind == "section" else listing.title) if find else None


def image_of(site: Site, page: Page, body: Fragment) -> str:
    """Return the URL of the picture that stands for a page: its author's choice, else its first."""
    for target in (getattr(page.source.front, "image", ""), first_image(body)):
        found = resolve(site, page, target) if target else None
        if found is not None and found.kind == "internal":
            return site.absolute(found.path)
        if found is not None and found.path.startswith(("https://", "http://")):
            return found.path
    return ""


def _alternates(site: Site, path: str, folders: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (language, site.absolute(other)) for language, other in section_versions(path, site, folders)
    )


def _feeds(site: Site, topic: Topic | None) -> tuple[FeedLink, ...]:
    """Return the feeds about a topic, but for the one that every page names."""
    if topic is None:
        return ()
    title = f"{site.title} – {topic.title}" if topic.title else site.title
    known = forms(site)
    return tuple(
        FeedLink(title, site.url(topic.path(form)), FEED_TYPES[form].partition(";")[0])
        for form in (known[1:] if topic is SITE else known)
    )


def _trail(site: Site, path: str) -> tuple[tuple[str, str], ...]:
    """Return name and absolute URL of a section and those above it, from the top."""
    trail: list[tuple[str, str]] = []
    while path not in ("", "/"):
        section = site.sections.get(path)
        if section is not None:
            trail.append((section.title, site.absolute(path)))
        path = path.rpartition("/")[0]
    return tuple(reversed(trail))
