"""What the templates are given: plain values with every link ready to be placed in an `href`.

A view is complete (a template looks nothing up), picklable (it is rendered in another process), and
compares equal when the page would look the same. HTML is in fields named `html`; all else is text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from canopy.render.fragment import TocEntry


@dataclass(frozen=True, slots=True)
class Link:
    """A name and where it leads; without a URL it is only a name."""

    title: str
    url: str = ""
    image: str = ""
    """The URL of a small picture of it: an author's face."""


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that follows what a page shows."""

    title: str
    url: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page of a site."""

    title: str
    description: str
    language: str
    base_path: str
    """`""` or `/notes`: what our own addresses and the theme's assets begin with."""
    navigation: tuple[Link, ...]
    has_tags: bool = False
    """Whether there is a page of all tags at `/tags`."""
    searchable: bool = True
    """Whether somebody answers at `/-/search`; static files cannot."""
    icon: str = ""
    """The URL of the repository's own icon; without one, the theme's is shown."""
    icon_type: str = ""
    style: str = ""
    """The URL of the style sheet of the site's own, which comes after the theme's; empty: it has none."""
    site_language: str = ""
    """What title, description and navigation are written in, where the page itself is in another language."""
    diagrams: str = ""
    """The URL of the document that draws diagrams, for scripts; empty: their sources are shown."""
    feed: FeedLink | None = None
    """The feed of the whole site, if it has one."""
    footer_html: str = ""
    """What the site's settings say below every page: paragraphs."""
    ways: tuple[tuple[str, str], ...] = ()
    """Kind and URL of further catalogues, where they make sense; the kinds are those of `TermsView`."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a page tells programs about itself; `metadata` makes it. Its URLs are absolute."""

    kind: str = "website"
    """In the words of Open Graph: `website` or `article`."""
    description: str = ""
    image: str = ""
    published: str = ""
    modified: str = ""
    """Both as RFC 3339 has them; empty where nobody knows."""
    feeds: tuple[FeedLink, ...] = ()
    """Besides the site's own."""
    alternates: tuple[tuple[str, str], ...] = ()
    """Language and URL of each translation, the page itself among them."""
    data: str = ""
    """JSON-LD, ready to be placed in a script element; may be empty."""
    hidden: bool = False
    """Search engines are asked to leave the page out."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One page in a listing."""

    title: str
    url: str
    summary_html: str
    authors: tuple[Link, ...]
    created: datetime | None
    updated: datetime | None
    tags: tuple[Link, ...]
    language: str = ""
    """What it is written in; empty: the same as the page."""


@dataclass(frozen=True, slots=True)
class MentionLink:
    """A page that mentions another, with the sentence in which it does, as plain text."""

    title: str
    url: str
    before: str = ""
    words: str = ""
    """Those that are the link; empty if there is no sentence."""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The place of a page in a series."""

    series: Link
    number: int
    """From 1."""
    total: int
    previous: Link | None
    next: Link | None


@dataclass(frozen=True, slots=True)
class Pager:
    """The other sheets of a listing."""

    numbers: tuple[tuple[int, str] | None, ...]
    """Number and URL in reading order; None stands for those left out. The number of the newest sheet of a
    list by date is 0. The sheet that is shown has no URL."""
    before: str
    """The URL of the sheet that is read before this one, by date the newer; may be empty."""
    after: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """What is known of an author besides the pages."""

    url: str = ""
    """Where the author is at home."""
    avatar: str = ""


@dataclass(frozen=True, slots=True)
class ArticleView:
    """A page by itself."""

    frame: Frame
    canonical: str
    """Its absolute URL."""
    title: str
    description: str
    """For search engines, without markup."""
    abstract_html: str
    """What its author says it is about; may be empty."""
    html: str
    """The text."""
    toc: tuple[TocEntry, ...]
    """Its headings."""
    authors: tuple[Link, ...]
    """Each with a face, where the settings have one."""
    created: datetime | None
    """When it was published; None when nobody knows."""
    updated: datetime | None
    """None unless it differs from `created` by a day or more."""
    minutes: int
    """Reading time, at least 1."""
    tags: tuple[Link, ...]
    breadcrumbs: tuple[Link, ...]
    """From the section below the top to the page's own, without the page."""
    previous: Link | None
    """The next older page of its section."""
    next: Link | None
    """The next newer page of its section."""
    language: str
    """As BCP 47 has it."""
    troubled: bool = False
    """The page is not shown as its author meant it."""
    problems: tuple[str, ...] = ()
    """In a preview: what its writer has to know about it, one line each."""
    head: Head = Head()
    """For search engines, previews and feed readers."""
    edit_url: str = ""
    """Where the forge lets one edit its source; empty where there is none."""
    history_url: str = ""
    """Where the forge shows the commits of its source."""
    versions: tuple[tuple[str, str], ...] = ()
    """Language and URL of each other language in which it is there."""
    held: str = ""
    """Why only its author sees it: `draft`, `future` or `expired`."""
    held_until: datetime | None = None
    """When it appears, or when it went."""
    series: tuple[Part, ...] = ()
    """The series that it is a part of."""
    categories: tuple[Link, ...] = ()
    """Those that it is filed under."""
    siblings: tuple[Link, ...] = ()
    """The first 200 pages of its section in their order, itself among them; only for templates of a
    repository."""
    mentions: tuple[MentionLink, ...] = ()
    """The pages whose text links to it, the newest first."""
    more_mentions: int = 0
    """How many more do."""
    related: tuple[Link, ...] = ()
    """Pages on the same subjects."""


@dataclass(frozen=True, slots=True)
class ListingView:
    """One sheet of a list of pages."""

    frame: Frame
    canonical: str
    """The absolute URL of this sheet."""
    kind: str
    """`home`, `section`, `tag`, `category`, `series`, `author` or `year`."""
    title: str
    html: str
    """The introduction, from the section's index page; may be empty."""
    breadcrumbs: tuple[Link, ...]
    """Of a section: those above it, from the top down."""
    subsections: tuple[tuple[Link, int], ...]
    """The sections directly below, each with its number of pages."""
    entries: tuple[Entry, ...]
    """The pages on this sheet."""
    problems: tuple[str, ...] = ()
    """In a preview: what its writer has to know about the whole site, one line each."""
    head: Head = Head()
    order: str = "date"
    """How it is sorted: `date` (the newest first), `oldest`, `title` or `weight`."""
    number: int = 0
    """Of the sheet, from the end that does not grow; 0 for the one at the listing's own address."""
    pager: Pager | None = None
    """None where all is on one sheet."""
    offset: int = 0
    """Entries before this sheet, where a list is read from its beginning."""
    catalogue: str = ""
    """The URL of the catalogue that a term is in."""
    person: PersonView | None = None
    """Of an author's pages."""
    versions: tuple[tuple[str, str], ...] = ()
    """Language and URL of each other language in which it is there."""


@dataclass(frozen=True, slots=True)
class TermsView:
    """All terms of one kind, each with its number of pages."""

    frame: Frame
    canonical: str
    terms: tuple[tuple[Link, int], ...]
    """Alphabetically; years: the newest first."""
    kind: str = "tag"
    """`tag`, `category`, `series`, `author` or `year`."""
    number: int = 0
    """Of the sheet; 0 for the one at the catalogue's own address."""
    pager: Pager | None = None
    """None where all is on one sheet."""
    groups: tuple[tuple[str, tuple[tuple[Link, int], ...]], ...] = ()
    """The same terms under the letters that they begin with; under an empty one where they are few."""
    letters: tuple[Link, ...] = ()
    """To all of those letters, on whichever sheet; the element's id is `_letter:` with the letter."""


@dataclass(frozen=True, slots=True)
class NotFoundView:
    """404: no such page; what the reader may have meant."""

    frame: Frame
    path: str
    """Empty where it is not known."""
    nearest: tuple[Link, ...]
    """The likeliest first."""
    sections: tuple[Link, ...]
    """All of the site."""
    title: str = ""
    """Of the repository's own words for what is not there; empty: it has none."""
    html: str = ""
    """Those words."""


@dataclass(frozen=True, slots=True)
class GoneView:
    """410: what was here before it was deleted or expired, and where to look instead."""

    frame: Frame
    title: str
    until: datetime | None
    """When it was deleted or expired; None when nobody knows."""
    section: Link | None
    """The nearest section above it that is still there."""
    nearest: tuple[Link, ...]
    history_url: str = ""
    """Where the forge shows the commits of its source; empty where there is none."""
    expired: bool = False
    """It was to be read until then and no longer; nobody deleted it."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One page that a search found. What matches is every second piece of a text, from the second on."""

    title: tuple[str, ...]
    url: str
    passage: tuple[str, ...]
    section: Link | None
    created: datetime | None
    tags: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class SearchView:
    """A search, and what it found."""

    frame: Frame
    query: str
    state: str
    """`ready`, `preparing` (nothing can be found yet), `busy` (too many search at once) or `shelf`: nobody
    answers, and the browser searches by itself."""
    hits: tuple[SearchHit, ...] = ()
    """The best first."""
    count: int = 0
    """Of all that match, also those that are not shown."""
    loose: bool = False
    """No page has all of the words; these have some."""
    section: str = ""
    """The path of the section that is searched; empty for all."""
    sections: tuple[tuple[str, str], ...] = ()
    """Those to choose from: path and title."""
    tag: str = ""
    """The tag that is searched; empty for all."""


@dataclass(frozen=True, slots=True)
class EmptyView:
    """The site has no page yet: how to write the first."""

    frame: Frame
    remote: str
    """What to clone, without credentials."""


@dataclass(frozen=True, slots=True)
class UnavailableView:
    """503: no edition yet; what Canopy waits for."""

    frame: Frame
    reason: str
    """One sentence in English, without a credential; empty when they are fetched for the first time."""
    retry_after: int
    """Seconds."""


View = (
    ArticleView | ListingView | TermsView | NotFoundView | GoneView | SearchView | EmptyView | UnavailableView
)
