"""From a site to the views that the templates show: what each path of the site consists of.

Two pure steps, because bodies are rendered elsewhere: `wanted` says which pieces of markdown a path needs,
`view` puts their fragments, with every link resolved for this very page, into a view.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from canopy.content.links import resolve
from canopy.content.values import Page, Section, Term
from canopy.problem import Problem, Severity
from canopy.render.forge import Forge
from canopy.render.heads import head_of_article, head_of_listing
from canopy.render.icon import own_icon
from canopy.render.images import Images, dressed
from canopy.render.interface import Interface
from canopy.render.jobs import FragmentRequest
from canopy.render.look import Look
from canopy.render.options import RenderOptions
from canopy.render.translations import language_folders, language_of, translations
from canopy.render.views import (
    ArticleView,
    EmptyView,
    Entry,
    Frame,
    Link,
    ListingView,
    TermsView,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from canopy.content.links import Target
    from canopy.content.values import Author, Site
    from canopy.render.fragment import Fragment
    from canopy.render.views import View

TAGS = "/tags"
WORDS_A_MINUTE = 230
"""Of silent reading: the mean of Brysbaert 2019 for English prose, 238, a little less for notes with code."""

Subject = Page | Section | Term | str
"""What a path shows; a string for our own listings: `home` and `tags`."""


class Inputs(NamedTuple):
    """What a view is made from, so that it need not be made again."""

    objects: tuple[object, ...]
    """Compared by identity: an unchanged file keeps its objects."""
    surroundings: tuple[object, ...]
    """Small values, compared by equality."""

    def same(self, other: Inputs) -> bool:
        """Tell whether both give the same bytes; False may also mean that nobody knows."""
        return (
            len(self.objects) == len(other.objects)
            and all(mine is theirs for mine, theirs in zip(self.objects, other.objects, strict=True))
            and self.surroundings == other.surroundings
        )


@dataclass(slots=True)
class Outline:
    """What the paths of a site show, with the look-ups that several pages need made once."""

    site: Site
    trusted: bool = False
    remote: str = ""
    """What an empty notepad tells its author to clone, without credentials."""
    preview: bool = False
    """Whether pages tell their writer what is wrong with them."""
    options: RenderOptions = RenderOptions()  # noqa: RUF009 (it is immutable)
    branch: str = ""
    """The branch that is published, where it is known: the forge is asked for its files."""
    images: Images = field(default_factory=Images)
    look: Look = field(default_factory=Look)
    frame: Frame = field(init=False)
    _terms: dict[str, Term] = field(init=False)
    _places: dict[str, dict[str, int]] = field(default_factory=dict, init=False)
    _siblings: dict[str, tuple[Page, ...]] = field(default_factory=dict, init=False)
    _languages: frozenset[str] = field(default=frozenset(), init=False)
    _authors: dict[str, list[Page]] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        site = self.site
        self._terms = {term.path: term for term in site.terms.values()}
        navigation = tuple(Link(item.title, site.url(item.path)) for item in site.navigation)
        icon, icon_type = own_icon(site)
        self.frame = Frame(
            site.title,
            site.description,
            site.language,
            site.base_path,
            navigation,
            bool(site.terms),
            icon=site.url(icon) if icon else "",
            icon_type=icon_type,
            style=self.look.style,
        )
        self._languages = language_folders(site)

    def subject(self, path: str) -> Subject | None:
        """Return what `path` shows as a page, or None."""
        site = self.site
        if path == "/":
            return site.home or "home"
        found = site.pages.get(path) or site.sections.get(path) or self._terms.get(path)
        return "tags" if found is None and path == TAGS and site.terms else found

    def framed(self, language: str) -> Frame:
        """Return what surrounds a page in a language; the interface follows the page where it can."""
        if language == self.site.language or not Interface.speaks(language):
            return self.frame
        return replace(self.frame, language=language, site_language=self.site.language)

    def spoken(self, page: Page) -> str:
        """Return the language that the interface of a page follows."""
        return self.framed(language_of(page, self.site)).language

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        """Return the next older and the next newer page of the page's section."""
        section = self.site.sections.get(page.section)
        if section is None:
            return None, None
        if page.section not in self._places:
            own = tuple(other for other in section.pages if other.section == page.section)
            self._siblings[page.section] = own
            self._places[page.section] = {other.path: place for place, other in enumerate(own)}
        own, place = self._siblings[page.section], self._places[page.section].get(page.path)
        if place is None:
            return None, None
        return (own[place + 1] if place + 1 < len(own) else None), (own[place - 1] if place else None)

    @property
    def authors(self) -> dict[str, list[Page]]:
        """Return the pages of each author by name, newest first; found out when first asked for."""
        if self._authors is None:
            self._authors = {}
            for page in self.site.recent:
                for author in page.authors:
                    self._authors.setdefault(author.name, []).append(page)
        return self._authors

    @property
    def setting(self) -> tuple[object, ...]:
        """Return what every page of the site depends on besides its own content and neighbours."""
        return self.frame, self.site.base_url, self.branch

    def inputs(self, subject: Subject) -> Inputs:
        """Return all that the view of `subject` depends on; equal inputs give equal bytes."""
        site = self.site
        if self.preview:
            # What a writer is told may change with any file; only equal views are taken over.
            return Inputs((site,), ())
        if isinstance(subject, Page):
            place = (self.setting, self._breadcrumbs(subject.section), site.home is subject)
            versions = (other for _, other in translations(subject, site, self._languages))
            objects = (subject, *self.neighbours(subject), site.names, self.images, *versions)
            return Inputs(objects, place)
        if isinstance(subject, Section):
            around = (self.setting, self._breadcrumbs(subject.path), self._subsections(subject.path))
            return Inputs((subject, site.names, self.images), (*around, site.home is subject))
        if isinstance(subject, Term):
            return Inputs((subject, site.names), (self.setting,))
        return Inputs((site.recent if subject == "home" else site.terms, site.names), (self.setting,))

    def wanted(self, subject: Subject) -> tuple[FragmentRequest, ...]:
        """Return the pieces of markdown that the view of `subject` contains."""
        if isinstance(subject, Page):
            return (self.body(subject), self.summary(subject))
        summaries = tuple(self.summary(page) for page in self._listed(subject))
        if isinstance(subject, Section) and subject.index is not None:
            return (self.body(subject.index), self.summary(subject.index), *summaries)
        return summaries

    def view(self, subject: Subject, fragment: Callable[[FragmentRequest], Fragment]) -> View:
        """Return the view of `subject`; `fragment` gives what `wanted` asked for."""
        if isinstance(subject, Page):
            return self._article(subject, fragment)
        if subject == "tags":
            terms = tuple((self._tag(term), len(term.pages)) for term in self.site.terms.values())
            return TermsView(self.frame, self.site.absolute(TAGS), terms)
        if subject == "home" and not self.site.recent:
            return EmptyView(self.frame, self.remote)
        return self._listing(subject, fragment)

    def html(self, page: Page, fragment: Fragment) -> str:
        """Return a fragment's HTML with links and images as the pages of the site write them."""

        def href(target: str) -> str:
            found = resolve(self.site, page, target)
            if found.kind == "page":
                return found.suffix
            return found.path if found.kind == "external" else _linked(self.site.url, found)

        locate = self._locating(page)
        enlarge = Interface.of(self.spoken(page)).gettext("Enlarge the image")
        return dressed(fragment, self.images, locate, self.site.url, enlarge=enlarge, eager=True).html(href)

    def feed_html(self, page: Page, fragment: Fragment) -> str:
        """Return a fragment's HTML with absolute links, as a feed reader needs it."""
        site = self.site

        def href(target: str) -> str:
            found = resolve(site, page, target)
            return found.path if found.kind == "external" else _linked(site.absolute, found)

        return dressed(fragment, self.images, self._locating(page), site.absolute).html(href)

    def _locating(self, page: Page) -> Callable[[str], str]:
        def locate(target: str) -> str:
            found = resolve(self.site, page, target)
            return found.path if found.kind == "internal" else ""

        return locate

    def broken_links(self, page: Page, fragment: Fragment) -> tuple[Problem, ...]:
        """Return a problem for each link of the page's body that leads nowhere."""
        lost = [target for target in fragment.links if resolve(self.site, page, target).kind == "broken"]
        return tuple(
            Problem(
                page.source.path,
                _line_of(page, target),
                f"the link to {target[:200]!r} leads nowhere",
                "correct the target, or add the file it means",
                Severity.WARNING,
            )
            for target in dict.fromkeys(lost)
        )

    def _article(self, page: Page, fragment: Callable[[FragmentRequest], Fragment]) -> ArticleView:
        site, body = self.site, fragment(self.body(page))
        summary_html = self.html(page, fragment(self.summary(page)))
        older, newer = self.neighbours(page)
        home = site.home is page
        language = language_of(page, site)
        return ArticleView(
            frame=self.framed(language),
            canonical=site.absolute("/" if home else page.path),
            title=page.title,
            description=_plain(summary_html) or site.description,
            abstract_html=summary_html if page.source.front.abstract else "",
            html=self.html(page, body),
            toc=body.toc,
            authors=tuple(_person(author) for author in page.authors),
            created=page.created,
            updated=_later(page.created, page.updated),
            minutes=max(1, round(page.source.words / WORDS_A_MINUTE)),
            tags=tuple(self._tag_named(name) for name in page.tags),
            breadcrumbs=() if home else self._breadcrumbs(page.section),
            previous=self._link(older),
            next=self._link(newer),
            language=language,
            troubled=any(p.severity is Severity.ERROR for p in page.source.problems),
            head=head_of_article(site, page, body, _plain(summary_html), self._languages),
            edit_url=self._source_url(page, Forge.edit),
            history_url=self._source_url(page, Forge.history),
            versions=tuple(
                (spoken, site.url(other.path))
                for spoken, other in translations(page, site, self._languages)
                if other is not page
            ),
        )

    def _source_url(self, page: Page, link: Callable[[Forge, str, str], str]) -> str:
        forge = self.options.forge
        return link(forge, self.branch, page.source.path) if forge and self.branch else ""

    def _listing(
        self, subject: Section | Term | str, fragment: Callable[[FragmentRequest], Fragment]
    ) -> ListingView:
        site = self.site
        kind, path, title, html, introduction = "home", "/", site.title, "", ""
        if isinstance(subject, Term):
            kind, path, title = "tag", subject.path, subject.name
        elif isinstance(subject, Section):
            kind, path, title = "section", subject.path, subject.title
            if site.home is subject:
                path = "/"
            if subject.index is not None:
                html = self.html(subject.index, fragment(self.body(subject.index)))
                introduction = _plain(fragment(self.summary(subject.index)).html(lambda _: ""))
        return ListingView(
            frame=self.frame,
            canonical=site.absolute(path),
            kind=kind,
            title=title,
            html=html,
            breadcrumbs=self._breadcrumbs(path.rpartition("/")[0] or "/") if kind == "section" else (),
            subsections=self._subsections(path) if kind == "section" else (),
            entries=tuple(self._entry(page, fragment) for page in self._listed(subject)),
            head=head_of_listing(site, subject, path, title, introduction),
        )

    def _entry(self, page: Page, fragment: Callable[[FragmentRequest], Fragment]) -> Entry:
        return Entry(
            title=page.title,
            url=self.site.url(page.path),
            summary_html=self.html(page, fragment(self.summary(page))),
            authors=tuple(_person(author) for author in page.authors),
            created=page.created,
            updated=_later(page.created, page.updated),
            tags=tuple(self._tag_named(name) for name in page.tags),
            language=language_of(page, self.site),
        )

    def _listed(self, subject: Section | Term | str) -> tuple[Page, ...]:
        if isinstance(subject, str):
            return self.site.recent if subject == "home" else ()
        return subject.pages

    def body(self, page: Page) -> FragmentRequest:
        """Return the request for a page's body."""
        return FragmentRequest(page.source.body, self.trusted, language=self.spoken(page))

    def summary(self, page: Page) -> FragmentRequest:
        """Return the request for a page's summary."""
        return FragmentRequest(page.source.summary, self.trusted, inline=True)

    def _link(self, page: Page | None) -> Link | None:
        return None if page is None else Link(page.title, self.site.url(page.path))

    def _tag(self, term: Term) -> Link:
        return Link(term.name, self.site.url(term.path))

    def _tag_named(self, name: str) -> Link:
        term = self.site.terms.get(name)
        return Link(name) if term is None else self._tag(term)

    def _subsections(self, path: str) -> tuple[Link, ...]:
        parent = path.rstrip("/")
        return tuple(
            Link(section.title, self.site.url(section.path))
            for section in self.site.sections.values()
            if section.path != "/" and section.path.rpartition("/")[0] == parent
        )

    def _breadcrumbs(self, path: str) -> tuple[Link, ...]:
        crumbs: list[Link] = []
        while path not in ("", "/"):
            section = self.site.sections.get(path)
            if section is not None:
                crumbs.append(Link(section.title, self.site.url(path)))
            path = path.rpartition("/")[0]
        return tuple(reversed(crumbs))


def _linked(link: Callable[[str], str], found: Target) -> str:
    """Return the URL of a target within the site; one that is not to be linked at all is empty."""
    return link(found.path) + found.suffix if found.path else ""


def _person(author: Author) -> Link:
    # An author's URL is the author's own text: only addresses that a browser opens as pages become links.
    safe = author.url.startswith(("https://", "http://", "mailto:", "/"))
    return Link(author.name, author.url if safe else "")


def _plain(html: str) -> str:
    return str(Markup(html).striptags())  # noqa: S704 (it is sanitised already, and only read here)


def _later(created: datetime | None, updated: datetime | None) -> datetime | None:
    """Return `updated` when a reader would call it another day's work."""
    if created is None or updated is None:
        return updated
    return updated if (updated - created).total_seconds() >= 86400 else None


def _line_of(page: Page, target: str) -> int:
    place = page.source.body.find(target)
    return 0 if place < 0 else page.source.body_line + page.source.body.count("\n", 0, place)
