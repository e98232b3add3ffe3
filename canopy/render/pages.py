"""From a site to the views that the templates show: what each path of the site consists of.

Two pure steps, because bodies are rendered elsewhere: `wanted` says which pieces of markdown a path needs,
`view` puts their fragments, with every link resolved for this very page, into a view.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from canopy.content import wikilinks
from canopy.content.links import resolve
from canopy.content.prose import count_ideographs
from canopy.content.taxonomies import key_of, person_of, terms_of
from canopy.content.values import Page
from canopy.problem import Problem, Severity
from canopy.render.around import MOST_MENTIONS, Subjects, mentions_of, related_to, subjects_of
from canopy.render.forge import Forge
from canopy.render.heads import head_of_article
from canopy.render.icon import own_icon
from canopy.render.idioms import idiom_of
from canopy.render.images import Images, dressed
from canopy.render.imprint import footer_html, portrait_url
from canopy.render.interface import Interface
from canopy.render.jobs import FEED_TYPES, FragmentRequest
from canopy.render.listings import TAGS, Catalogue, Listings, Sheet
from canopy.render.look import Look
from canopy.render.nearest import Nearest
from canopy.render.options import RenderOptions
from canopy.render.overviews import (
    catalogue_view,
    later,
    sheet_surroundings,
    sheet_view,
    sheet_wanted,
    ways,
)
from canopy.render.topics import SITE, forms
from canopy.render.translations import (
    language_folders,
    language_of,
    language_of_section,
    section_versions,
    translations,
)
from canopy.render.views import ArticleView, EmptyView, FeedLink, Frame, Link, Part

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from canopy.content.links import Target
    from canopy.content.values import Author, Section, Site, Term
    from canopy.render.fragment import Fragment
    from canopy.render.views import View

MOST_SIBLINGS = 200
"""Pages of a section that a page of it knows."""
WORDS_A_MINUTE = 230
"""Of silent reading: the mean of Brysbaert 2019 for English prose, 238, a little less for notes with code."""
IDEOGRAPHS_A_MINUTE = 400
"""The same source: 260 Chinese words, each of some one and a half characters."""

Subject = Page | Sheet | Catalogue
"""What a path shows."""


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
    listings: Listings = field(init=False)
    _places: dict[str, dict[str, int]] = field(default_factory=dict, init=False)
    _siblings: dict[str, tuple[Page, ...]] = field(default_factory=dict, init=False)
    _nearest: Nearest | None = field(default=None, init=False)
    _subjects: Subjects = field(default_factory=dict, init=False)
    _languages: frozenset[str] = field(default=frozenset(), init=False)
    _portraits: dict[str, str] = field(default_factory=dict, init=False)
    furnished: bool = field(default=False, init=False)
    """Whether the frame has all that needs rendering."""
    not_found_html: str = field(default="", init=False)
    """What the repository itself says where nothing is."""
    _below: dict[str, list[Section]] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        site = self.site
        self.listings = Listings(site, self.options.per_page)
        navigation = tuple(
            Link(item.title, item.path if _is_elsewhere(item.path) else site.url(item.path))
            for item in site.navigation
        )
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
            feed=_own_feed(site),
            ways=ways(self),
        )
        self._languages = language_folders(site)

    def subject(self, path: str) -> Subject | None:
        """Return what `path` shows as a page, or None."""
        site = self.site
        if path == "/" and isinstance(site.home, Page):
            return site.home
        return site.pages.get(path) or self.listings.find(path)

    def furnish(self, fragments: tuple[Fragment, ...], not_found: Fragment | None) -> None:
        """Complete the frame by the footer, from what `footer_wanted` asked for, and keep what a 404 says."""
        self.frame = replace(self.frame, footer_html=footer_html(fragments, self.html, self.site))
        page = self.site.not_found
        self.not_found_html = self.html(page, not_found) if page and not_found else ""
        self.furnished = True

    def framed(self, language: str) -> Frame:
        """Return what surrounds a page in a language; the interface follows the page where it can."""
        if language == self.site.language or not Interface.speaks(language):
            return self.frame
        return replace(self.frame, language=language, site_language=self.site.language)

    @property
    def interface(self) -> Interface:
        """Return the interface of all that is in no language of its own."""
        return Interface.of(self.site.language)

    def language_of(self, sheet: Sheet) -> str:
        """Return the language of a list: a section may be in another one than the site."""
        section = sheet.listing.section
        return self.site.language if section is None else language_of_section(section.path, self.site)

    def versions_of(self, sheet: Sheet) -> tuple[tuple[str, str], ...]:
        """Return language and path of each version of a list, itself among them; nothing if it is alone."""
        listed = sheet.is_start and sheet.listing.kind in ("home", "section")
        return section_versions(sheet.path, self.site, self._languages) if listed else ()

    def spoken(self, page: Page) -> str:
        """Return the language that the interface of a page follows."""
        return self.framed(language_of(page, self.site)).language

    def samples(self) -> tuple[str, ...]:
        """Return paths that show one page of each kind."""
        site = self.site
        newest = [page.path for page in site.recent[:1]]
        sections = [path for path in site.sections if path != "/"][:1]
        terms = [term.path for term in site.terms.values()][:1]
        return tuple(dict.fromkeys(["/", *newest, *sections, *terms, TAGS]))

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        """Return the previous and the next page of the page's section: by date, the older and the newer."""
        section = self.site.sections.get(page.section)
        if section is None:
            return None, None
        if page.section not in self._places:
            own = tuple(other for other in section.pages if other.section == page.section)
            # Lists by date have the newest first, but a reader goes from the older to the newer.
            own = own[::-1] if section.order == "date" else own
            self._siblings[page.section] = own
            self._places[page.section] = {other.path: place for place, other in enumerate(own)}
        own, place = self._siblings[page.section], self._places[page.section].get(page.path)
        if place is None:
            return None, None
        return (own[place - 1] if place else None), (own[place + 1] if place + 1 < len(own) else None)

    def siblings(self, page: Page) -> tuple[Page, ...]:
        """Return the first pages of a page's section, for templates of a repository; ours need none."""
        if self.look.templates is None:
            return ()
        self.neighbours(page)
        return self._siblings.get(page.section, ())[:MOST_SIBLINGS]

    @property
    def names_authors(self) -> bool:
        """Whether the pages of an author are something else than those of the site."""
        return len(self.site.taxonomies.authors.terms) > 1 or bool(self.site.settings.authors)

    def people(self, page: Page) -> tuple[Link, ...]:
        """Return the authors of a page; each leads to what else they wrote here, else to where they live."""
        terms = self.site.taxonomies.authors.terms if self.names_authors else {}
        found = []
        for author in page.authors:
            term = terms.get(key_of(author.name))
            link = _person(author) if term is None else Link(author.name, self.site.url(term.path))
            found.append(replace(link, image=self._portrait(author.name)))
        return tuple(found)

    def _portrait(self, name: str) -> str:
        if name not in self._portraits:
            person = person_of(self.site, name)
            self._portraits[name] = portrait_url(self.site, person.avatar) if person is not None else ""
        return self._portraits[name]

    def parts(self, page: Page) -> tuple[Part, ...]:
        """Return the place of a page in each of the series that it belongs to."""
        return tuple(self._part(term, page) for kind, term in terms_of(self.site, page) if kind == "series")

    def _part(self, term: Term, page: Page) -> Part:
        pages = term.pages
        place = next(place for place, other in enumerate(pages) if other is page)
        return Part(
            self._tag(term),
            place + 1,
            len(pages),
            self._link(pages[place - 1]) if place else None,
            self._link(pages[place + 1]) if place + 1 < len(pages) else None,
        )

    @property
    def setting(self) -> tuple[object, ...]:
        """Return what every page of the site depends on besides its own content and neighbours."""
        known = self.site.settings.variables
        return self.frame, self.site.base_url, self.branch, self.look.version, known

    def inputs(self, subject: Subject) -> Inputs:
        """Return all that the view of `subject` depends on; equal inputs give equal bytes."""
        site = self.site
        if self.preview:
            # What a writer is told may change with any file; only equal views are taken over.
            return Inputs((site,), ())
        known = (site.names, site.taxonomies.addresses, self.images)
        if isinstance(subject, Page):
            place = (self.setting, self.breadcrumbs(subject.section), site.home is subject)
            versions = (other for _, other in translations(subject, site, self._languages))
            section = site.sections.get(subject.section) if self.look.templates is not None else None
            mentions = site.mentions.get(subject.path, ())
            objects = (subject, *self.neighbours(subject), *versions, section, *known, mentions)
            related = subjects_of(site, subject, self._subjects)
            around = (self.people(subject), self.parts(subject), related, self._versions_of(subject))
            return Inputs(objects, (*place, *around))
        if isinstance(subject, Sheet):
            section = subject.listing.section
            index = section.index if section is not None and subject.is_start else None
            return Inputs((*subject.pages, index, *known), (self.setting, *sheet_surroundings(self, subject)))
        counts = tuple((term.name, term.path, len(term.pages)) for term in subject.terms)
        return Inputs((), (self.setting, subject.kind, subject.path, counts))

    def wanted(self, subject: Subject) -> tuple[FragmentRequest, ...]:
        """Return the pieces of markdown that the view of `subject` contains."""
        if isinstance(subject, Page):
            return (self.body(subject), self.summary(subject))
        return sheet_wanted(self, subject) if isinstance(subject, Sheet) else ()

    def view(self, subject: Subject, fragment: Callable[[FragmentRequest], Fragment]) -> View:
        """Return the view of `subject`; `fragment` gives what `wanted` asked for."""
        if isinstance(subject, Page):
            return self._article(subject, fragment)
        if isinstance(subject, Catalogue):
            return catalogue_view(self, subject)
        if subject.listing.kind == "home" and not self.site.recent:
            return EmptyView(self.frame, self.remote)
        return sheet_view(self, subject, fragment)

    def html(self, page: Page, fragment: Fragment) -> str:
        """Return a fragment's HTML with links and images as the pages of the site write them."""
        locate = self._locating(page)
        enlarge = Interface.of(self.spoken(page)).gettext("Enlarge the image")
        return dressed(fragment, self.images, locate, self.site.url, enlarge=enlarge, eager=True).html(
            lambda target: self.href(page, target)
        )

    def href(self, page: Page, target: str) -> str | None:
        """Return what an author's link on a page becomes in it; None where it is no link at all."""
        found = resolve(self.site, page, target)
        if found.kind == "page":
            return found.suffix
        return found.path if found.kind == "external" else _linked(self.site.url, found)

    def feed_html(self, page: Page, fragment: Fragment) -> str:
        """Return a fragment's HTML with absolute links, as a feed reader needs it."""
        site = self.site

        def href(target: str) -> str | None:
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
        return tuple(self._broken_link(page, target) for target in dict.fromkeys(lost))

    def _broken_link(self, page: Page, target: str) -> Problem:
        written = wikilinks.written(target)
        if self._nearest is None:
            self._nearest = Nearest(self.site)
        meant = resolve(self.site, page, target).path or written
        near = self._nearest.misspelt(meant)
        cure = f"perhaps {near.source.path} is meant; else" if near else "correct the target, or"
        reason = f"the link to {written[:200]!r} leads nowhere"
        cure = f"{cure} add the file it means"
        return Problem(page.source.path, _line_of(page, target), reason, cure, Severity.WARNING)

    def _article(self, page: Page, fragment: Callable[[FragmentRequest], Fragment]) -> ArticleView:
        site, body = self.site, fragment(self.body(page))
        summary_html = self.html(page, fragment(self.summary(page)))
        previous, following = self.neighbours(page)
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
            authors=self.people(page),
            created=page.created,
            updated=later(page.created, page.updated),
            minutes=reading_minutes(page),
            tags=self.tags(page),
            breadcrumbs=() if home else self.breadcrumbs(page.section),
            previous=self._link(previous),
            next=self._link(following),
            language=language,
            troubled=any(p.severity is Severity.ERROR for p in page.source.problems),
            head=head_of_article(site, page, body, _plain(summary_html), self._languages),
            siblings=tuple(Link(other.title, site.url(other.path)) for other in self.siblings(page)),
            edit_url=self._source_url(page.source.path, Forge.edit),
            history_url=self.history_of(page.source.path),
            versions=self._versions_of(page),
            series=self.parts(page),
            categories=tuple(self._tag(term) for kind, term in terms_of(site, page) if kind == "category"),
            held=page.held,
            held_until=_until(site, page) if page.held else None,
            mentions=mentions_of(site, page),
            more_mentions=max(0, len(site.mentions.get(page.path, ())) - MOST_MENTIONS),
            related=related_to(site, page, previous, following),
        )

    def _versions_of(self, page: Page) -> tuple[tuple[str, str], ...]:
        site = self.site
        if site.home is page:
            known = section_versions("/", site, self._languages)
            return tuple((language, site.url(path)) for language, path in known if path != "/")
        versions = translations(page, site, self._languages)
        return tuple((language, site.url(other.path)) for language, other in versions if other is not page)

    def history_of(self, file: str) -> str:
        """Return where the forge shows the commits of a file, also of one that was deleted; else nothing."""
        return self._source_url(file, Forge.history)

    def _source_url(self, file: str, link: Callable[[Forge, str, str], str]) -> str:
        forge = self.options.forge
        return link(forge, self.branch, file) if forge and self.branch else ""

    def body(self, page: Page) -> FragmentRequest:
        """Return the request for a page's body."""
        text = page.source.body
        idiom = idiom_of(self.site, page, text)
        return FragmentRequest(text, self.trusted, language=self.spoken(page), idiom=idiom)

    def summary(self, page: Page) -> FragmentRequest:
        """Return the request for a page's summary."""
        text = page.source.summary
        return FragmentRequest(text, self.trusted, inline=True, idiom=idiom_of(self.site, page, text))

    def _link(self, page: Page | None) -> Link | None:
        return None if page is None else Link(page.title, self.site.url(page.path))

    def _tag(self, term: Term) -> Link:
        return Link(term.name, self.site.url(term.path))

    def tags(self, page: Page) -> tuple[Link, ...]:
        """Return the tags of a page."""
        terms = self.site.terms
        return tuple(self._tag(terms[name]) if name in terms else Link(name) for name in page.tags)

    def below(self, path: str) -> tuple[Section, ...]:
        """Return the sections directly below the one at `path`."""
        if self._below is None:
            self._below = {}
            for section in self.site.sections.values():
                if section.path != "/":
                    above = section.path.rpartition("/")[0] or "/"
                    self._below.setdefault(above, []).append(section)
        return tuple(self._below.get(path, ()))

    def breadcrumbs(self, path: str) -> tuple[Link, ...]:
        """Return the section at `path` and those above it, from the top down."""
        crumbs: list[Link] = []
        while path not in ("", "/"):
            section = self.site.sections.get(path)
            if section is not None:
                crumbs.append(Link(section.title, self.site.url(path)))
            path = path.rpartition("/")[0]
        return tuple(reversed(crumbs))


def reading_minutes(page: Page) -> int:
    """Return how long a page takes to read, at least one minute."""
    ideographs = count_ideographs(page.source.body)
    words = max(page.source.words - ideographs, 0)
    return max(1, round(words / WORDS_A_MINUTE + ideographs / IDEOGRAPHS_A_MINUTE))


def _own_feed(site: Site) -> FeedLink | None:
    """Return the site's feed in the first of the forms that it is made in."""
    form = next(iter(forms(site)), "")
    if not form:
        return None
    return FeedLink(site.title, site.url(SITE.path(form)), FEED_TYPES[form].partition(";")[0])


def _is_elsewhere(target: str) -> bool:
    return not target.startswith("/") or target.startswith("//")


def _until(site: Site, page: Page) -> datetime | None:
    return next((held.until for held in site.held if held.path == page.source.path), None)


def _linked(link: Callable[[str], str], found: Target) -> str | None:
    """Return the URL of a target within the site; None for one that is not to be linked at all."""
    return link(found.path) + found.suffix if found.path else None


def _person(author: Author) -> Link:
    # An author's URL is the author's own text: only addresses that a browser opens as pages become links.
    safe = author.url.startswith(("https://", "http://", "mailto:", "/"))
    return Link(author.name, author.url if safe else "")


def _plain(html: str) -> str:
    return str(Markup(html).striptags())  # noqa: S704 (it is sanitised already, and only read here)


def _line_of(page: Page, target: str) -> int:
    place = page.source.body.find(wikilinks.written(target))
    return 0 if place < 0 else page.source.body_line + page.source.body.count("\n", 0, place)
