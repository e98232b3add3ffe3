"""From a site to the views that the templates show: what each path of the site consists of.

Two pure steps, because bodies are rendered elsewhere: `wanted` says which pieces of markdown a path needs,
`view` puts their fragments, with every link resolved for this very page, into a view.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from canopy.content.taxonomies import key_of, person_of
from canopy.content.values import Page
from canopy.content.wikilinks import WIKI, mentioned, private
from canopy.render.articles import article_inputs, article_view
from canopy.render.catalogues import Catalogue
from canopy.render.forge import Forge
from canopy.render.icon import own_icon
from canopy.render.idioms import idiom_of
from canopy.render.images import Images
from canopy.render.imprint import footer_html, portrait_url
from canopy.render.inputs import Inputs
from canopy.render.interface import Interface
from canopy.render.jobs import FEED_TYPES, FragmentRequest
from canopy.render.linking import Linker
from canopy.render.listings import TAGS, Listings, Sheet
from canopy.render.look import Look
from canopy.render.options import RenderOptions
from canopy.render.overviews import (
    catalogue_view,
    letters_of,
    sheet_surroundings,
    sheet_view,
    sheet_wanted,
    ways,
)
from canopy.render.quotations import Quoting, every, filled
from canopy.render.siblings import Siblings
from canopy.render.topics import SITE, forms
from canopy.render.translations import language_folders, language_of, language_of_section, section_versions
from canopy.render.views import EmptyView, FeedLink, Frame, Link

if TYPE_CHECKING:
    from collections.abc import Callable

    from canopy.content.values import Author, Section, Site, Term
    from canopy.problem import Problem
    from canopy.render.around import Subjects
    from canopy.render.fragment import Fragment
    from canopy.render.views import View

Subject = Page | Sheet | Catalogue
"""What a path shows."""


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
    linker: Linker = field(init=False)
    siblings: Siblings = field(init=False)
    quoting: Quoting = field(init=False)
    subjects: Subjects = field(default_factory=dict, init=False)
    languages: frozenset[str] = field(default=frozenset(), init=False)
    """Those that the site has folders for."""
    _portraits: dict[str, str] = field(default_factory=dict, init=False)
    furnished: bool = field(default=False, init=False)
    """Whether the frame has all that needs rendering."""
    not_found_html: str = field(default="", init=False)
    """What the repository itself says where nothing is."""
    _below: dict[str, list[Section]] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        site = self.site
        self.listings = Listings(site, self.options.per_page)
        self.siblings = Siblings(site)
        self.linker = Linker(site, self.images)
        self.quoting = Quoting(site, self.trusted)
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
            diagrams=self.look.frame,
            feed=_own_feed(site),
            ways=ways(self),
        )
        self.languages = language_folders(site)

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
        return section_versions(sheet.path, self.site, self.languages) if listed else ()

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

    def _told(self, page: Page) -> tuple[Problem, ...]:
        """Return what a writer is told of a page's file, as far as the site knows it."""
        if not self.preview:
            return ()
        return tuple(problem for problem in self.site.problems if problem.path == page.source.path)

    @property
    def setting(self) -> tuple[object, ...]:
        """Return what every page of the site depends on besides its own content and neighbours."""
        known = self.site.settings.variables
        return self.frame, self.site.base_url, self.branch, self.look.version, known

    def inputs(self, subject: Subject) -> Inputs:
        """Return all that the view of `subject` depends on; equal inputs give equal bytes."""
        site = self.site
        if self.preview and not isinstance(subject, Page):
            # A list tells its writer of every file; only equal views are taken over.
            return Inputs((site,), ())
        if isinstance(subject, Page):
            objects, around = article_inputs(self, subject)
            return Inputs((*objects, self.images), (self.setting, self._told(subject), *around))
        if isinstance(subject, Sheet):
            index = subject.index
            objects = (*subject.pages, index, *(self.quoted_pages(index) if index else ()), self.images)
            return Inputs(objects, (self.setting, *sheet_surroundings(self, subject)))
        counts = tuple((term.name, term.path, len(term.pages)) for term in subject.terms)
        letters = letters_of(self, subject)
        return Inputs(
            (), (self.setting, subject.kind, subject.path, subject.pagination.count, counts, letters)
        )

    def wanted(self, subject: Subject) -> tuple[FragmentRequest, ...]:
        """Return the pieces of markdown that the view of `subject` contains."""
        if isinstance(subject, Page):
            return (*self.bodies(subject), self.summary(subject))
        return sheet_wanted(self, subject) if isinstance(subject, Sheet) else ()

    def view(self, subject: Subject, fragment: Callable[[FragmentRequest], Fragment]) -> View:
        """Return the view of `subject`; `fragment` gives what `wanted` asked for."""
        if isinstance(subject, Page):
            return article_view(self, subject, fragment)
        if isinstance(subject, Catalogue):
            return catalogue_view(self, subject)
        if subject.listing.kind == "home" and not self.site.recent:
            return EmptyView(self.frame, self.remote)
        return sheet_view(self, subject, fragment)

    def history_of(self, file: str) -> str:
        """Return where the forge shows the commits of a file, also of one that was deleted; else nothing."""
        return self.source_url(file, Forge.history)

    def source_url(self, file: str, link: Callable[[Forge, str, str], str]) -> str:
        """Return a `link` to a file at the forge; nothing where there is none."""
        forge = self.options.forge
        return link(forge, self.branch, file) if forge and self.branch else ""

    def html(self, page: Page, fragment: Fragment) -> str:
        """Return a fragment's HTML with links and images as the pages of the site write them."""
        enlarge = Interface.of(self.spoken(page)).gettext("Enlarge the image")
        return self.linker.html(page, fragment, enlarge)

    def body_html(self, page: Page, fragment: Callable[[FragmentRequest], Fragment]) -> str:
        """Return the HTML of a page's text, with those of the notes that it shows in it."""
        enlarge = Interface.of(self.spoken(page)).gettext("Enlarge the image")

        def html(other: Page, body: Fragment) -> str:
            return self.linker.quoted_html(other, body, enlarge)

        quotations = self.quoting.of(page, self.spoken)
        return self.linker.html(page, filled(fragment(self.body(page)), quotations, fragment, html), enlarge)

    def bodies(self, page: Page) -> tuple[FragmentRequest, ...]:
        """Return the requests for a page's text, and for those of the notes that it shows."""
        quotations = every(self.quoting.of(page, self.spoken))
        return (self.body(page), *(quotation.request for quotation in quotations))

    def quoted_pages(self, page: Page) -> tuple[Page, ...]:
        """Return the notes that a page shows, which it depends on."""
        return tuple(found.page for found in every(self.quoting.of(page, self.spoken)))

    def resolve_names(self, subject: Subject) -> None:
        """Look up what the texts of a path name in another way than by their links."""
        own = own_page(subject)
        shown = () if own is None else (own, *self.quoted_pages(own))
        for page in (*shown, *(subject.pages if isinstance(subject, Sheet) else ())):
            # What is in brackets is a link only where there is a note of this name.
            for name in mentioned(page.source.body):
                self.linker.resolve(page, private(WIKI, name))
            if page.source.front.image:
                self.linker.resolve(page, page.source.front.image)

    def body(self, page: Page) -> FragmentRequest:
        """Return the request for a page's body."""
        text = page.source.body
        idiom = idiom_of(self.site, page, text)
        return FragmentRequest(text, self.trusted, language=self.spoken(page), idiom=idiom)

    def summary(self, page: Page) -> FragmentRequest:
        """Return the request for a page's summary."""
        text = page.source.summary
        return FragmentRequest(text, self.trusted, inline=True, idiom=idiom_of(self.site, page, text))

    def link(self, page: Page) -> Link:
        """Return a link to a page."""
        return Link(page.title, self.site.url(page.path))

    def tag(self, term: Term) -> Link:
        """Return a link to the list of a term."""
        return Link(term.name, self.site.url(term.path))

    def tags(self, page: Page) -> tuple[Link, ...]:
        """Return the tags of a page."""
        terms = self.site.terms
        return tuple(self.tag(terms[name]) if name in terms else Link(name) for name in page.tags)

    def below(self, path: str) -> tuple[Section, ...]:
        """Return the sections directly below the one at `path`."""
        if self._below is None:
            self._below = {}
            # Each page says in which other languages it is there: they are no parts of the start page's list.
            others = {f"/{code}" for code in self.site.settings.languages}
            for section in self.site.sections.values():
                if section.path != "/" and section.path.lower() not in others:
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


def own_page(subject: Subject | None) -> Page | None:
    """Return the page whose text a subject shows, if it shows one."""
    if isinstance(subject, Sheet):
        return subject.index
    return subject if isinstance(subject, Page) else None


def _own_feed(site: Site) -> FeedLink | None:
    """Return the site's feed in the first of the forms that it is made in."""
    form = next(iter(forms(site)), "")
    if not form:
        return None
    return FeedLink(site.title, site.url(SITE.path(form)), FEED_TYPES[form].partition(";")[0])


def _is_elsewhere(target: str) -> bool:
    return not target.startswith("/") or target.startswith("//")


def _person(author: Author) -> Link:
    # An author's URL is the author's own text: only addresses that a browser opens as pages become links.
    safe = author.url.startswith(("https://", "http://", "mailto:", "/"))
    return Link(author.name, author.url if safe else "")
