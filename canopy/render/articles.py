"""From one page to the view of an article, and what that depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from canopy.content.prose import count_ideographs
from canopy.content.taxonomies import terms_of
from canopy.problem import Severity
from canopy.render.around import MOST_MENTIONS, mentions_of, related_to, subjects_of, told_mentions
from canopy.render.forge import Forge
from canopy.render.heads import head_of_article
from canopy.render.overviews import later
from canopy.render.translations import language_of, section_versions, translations
from canopy.render.views import ArticleView, Part

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from canopy.content.values import Page, Site, Term
    from canopy.render.fragment import Fragment
    from canopy.render.jobs import FragmentRequest
    from canopy.render.pages import Outline
    from canopy.render.views import Link

WORDS_A_MINUTE = 230
"""Of silent reading: the mean of Brysbaert 2019 for English prose, 238, a little less for notes with code."""
IDEOGRAPHS_A_MINUTE = 400
"""The same source: 260 Chinese words, each of some one and a half characters."""


def article_inputs(outline: Outline, page: Page) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """Return the objects and the small values that an article depends on besides the setting of all."""
    site = outline.site
    versions = (other for _, other in translations(page, site, outline.languages))
    section = site.sections.get(page.section) if outline.look.templates is not None else None
    mentions = site.mentions.get(page.path, ())
    around = (
        outline.breadcrumbs(page.section),
        site.home is page,
        outline.people(page),
        _parts(outline, page),
        subjects_of(site, page, outline.subjects),
        _versions(outline, page),
        _categories(outline, page),
        any(mention.page is site.home for mention in mentions[:MOST_MENTIONS]),
    )
    quoted = outline.quoted_pages(page)
    return (page, *outline.siblings.beside(page), *versions, section, mentions, *quoted), around


def article_view(
    outline: Outline, page: Page, fragment: Callable[[FragmentRequest], Fragment]
) -> ArticleView:
    """Return the view of a page."""
    site, body = outline.site, fragment(outline.body(page))
    summary_html = outline.html(page, fragment(outline.summary(page)))
    previous, following = outline.siblings.beside(page)
    home = site.home is page
    language = language_of(page, site)
    return ArticleView(
        frame=outline.framed(language),
        canonical=site.absolute("/" if home else page.path),
        title=page.title,
        description=_plain(summary_html) or site.description,
        abstract_html=summary_html if page.source.front.abstract else "",
        html=outline.body_html(page, fragment),
        toc=body.toc,
        authors=outline.people(page),
        created=page.created,
        updated=later(page.created, page.updated),
        minutes=reading_minutes(page),
        tags=outline.tags(page),
        breadcrumbs=() if home else outline.breadcrumbs(page.section),
        previous=outline.link(previous) if previous else None,
        next=outline.link(following) if following else None,
        language=language,
        troubled=any(p.severity is Severity.ERROR for p in page.source.problems),
        head=head_of_article(site, page, body, _plain(summary_html), outline.languages),
        siblings=tuple(map(outline.link, known_siblings(outline, page))),
        edit_url=outline.source_url(page.source.path, Forge.edit),
        history_url=outline.history_of(page.source.path),
        versions=_versions(outline, page),
        series=_parts(outline, page),
        categories=_categories(outline, page),
        held=page.held,
        held_until=_until(site, page) if page.held else None,
        mentions=mentions_of(site, page),
        more_mentions=max(0, len(told_mentions(site, page)) - MOST_MENTIONS),
        related=related_to(site, page, previous, following),
    )


def _categories(outline: Outline, page: Page) -> tuple[Link, ...]:
    terms = terms_of(outline.site, page)
    return tuple(outline.tag(term) for kind, term in terms if kind == "category")


def _versions(outline: Outline, page: Page) -> tuple[tuple[str, str], ...]:
    site = outline.site
    if site.home is page:
        known = section_versions("/", site, outline.languages)
        return tuple((language, site.url(path)) for language, path in known if path != "/")
    versions = translations(page, site, outline.languages)
    return tuple((language, site.url(other.path)) for language, other in versions if other is not page)


def known_siblings(outline: Outline, page: Page) -> tuple[Page, ...]:
    """Return the first pages of a page's section, for templates of a repository; ours need none.

    A page that no list has, has none beside it.
    """
    shown = outline.look.templates is not None and not page.unlisted
    return outline.siblings.first(page) if shown else ()


def _parts(outline: Outline, page: Page) -> tuple[Part, ...]:
    """Return the place of a page in each of the series that it belongs to; an introduction has none."""
    series = [term for kind, term in terms_of(outline.site, page) if kind == "series"]
    places = [
        next((place for place, other in enumerate(term.pages) if other is page), None) for term in series
    ]
    known = zip(series, places, strict=True)
    return tuple(_part(outline, term, place) for term, place in known if place is not None)


def _part(outline: Outline, term: Term, place: int) -> Part:
    pages = term.pages
    return Part(
        outline.tag(term),
        place + 1,
        len(pages),
        outline.link(pages[place - 1]) if place else None,
        outline.link(pages[place + 1]) if place + 1 < len(pages) else None,
    )


def reading_minutes(page: Page) -> int:
    """Return how long a page takes to read, at least one minute."""
    ideographs = count_ideographs(page.source.body)
    words = max(page.source.words - ideographs, 0)
    return max(1, round(words / WORDS_A_MINUTE + ideographs / IDEOGRAPHS_A_MINUTE))


def _until(site: Site, page: Page) -> datetime | None:
    return next((held.until for held in site.held if held.path == page.source.path), None)


def _plain(html: str) -> str:
    return str(Markup(html).striptags())  # noqa: S704 (it is sanitised already, and only read here)
