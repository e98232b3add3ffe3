"""The values of the content room: what a repository means as a site.

Everything here is immutable and plain, so that equal inputs give equal sites and an unchanged file
keeps its very objects from one site to the next (`is` tells whether something changed).
Paths of the site begin with `/` and are decoded; `Site.url` and `Site.absolute` make them into links.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from canopy.content.prose import count_words
from canopy.content.theme import OwnTheme

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from canopy.content.memo import Memo
    from canopy.content.outlinks import Outlink
    from canopy.problem import Problem

SAFE = "/!$&'()*+,;=:@~-._"
"""Characters of a path that a URL shows as they are (RFC 3986, 3.3)."""


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """What the server's settings say about the site; the repository's own settings may add to it."""

    base_url: str = ""
    """Absolute, without a slash at its end; may have a path. Empty: what the repository says."""
    address: str = "http://127.0.0.1:8080"
    """Stands in where neither the settings nor the repository name a base URL: where the server listens."""
    root: str = ""
    """The folder of the repository that is the site's top, without slashes at its ends."""
    title: str = ""
    """Overrides the repository's name for itself when not empty."""
    language: str = ""
    """Of a site that doesn't say what it is written in."""
    identity: str = ""
    """What the site's UUID is derived from when the repository has none: the remote, without credentials."""
    convention: str = ""
    """The name of a convention; empty: recognised from the repository."""
    drafts: bool = False
    """Show drafts, posts of the future and expired ones too: for their author's eyes."""


@dataclass(frozen=True, slots=True)
class Author:
    """A person as the front matter or history names them."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields that Canopy understands, whatever convention they were written in."""

    title: str = ""
    authors: tuple[Author, ...] = ()
    tags: tuple[str, ...] = ()
    abstract: str = ""
    """Markdown."""
    date: datetime | None = None
    updated: datetime | None = None
    slug: str = ""
    """The last component of the permalink, within its section."""
    url: str = ""
    """The whole path, when the author fixed it."""
    aliases: tuple[str, ...] = ()
    redirect: str = ""
    """Where the file only points to."""
    draft: bool = False
    unlisted: bool = False
    """It is in no list; who has its address finds it."""
    language: str = ""
    appears: datetime | None = None
    """Before that moment nobody sees the page."""
    expires: datetime | None = None
    """From that moment on nobody sees it any more."""
    categories: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    weight: int | None = None
    """The lighter, the earlier in its section."""
    order: str = ""
    """Of an introduction: how its section is sorted, one of `ORDERS`."""
    menu: tuple[str, ...] = ()
    """The menus that it is in; `main` is the site's navigation."""
    short_title: str = ""
    """For navigation."""
    layout: str = ""
    image: str = ""
    """Stands for the page in previews elsewhere; as the author wrote it."""
    separator: str = ""
    """Ends the excerpt at the beginning of the text."""


ORDERS = ("date", "oldest", "title", "weight")
"""How a section may be sorted; `date` is newest first."""


@dataclass(frozen=True, slots=True)
class Source:
    """One parsed file: front matter and body."""

    path: str
    """In the repository."""
    blob_id: str
    front: FrontMatter
    data: bytes
    """The bytes of the file itself where they hold the body as it is: it is not kept twice."""
    start: int
    """Where in `data` the body begins; it ends with them. In UTF-8."""
    body_line: int
    """The line of the file at which `body` begins, from 1."""
    title: str
    """From the front matter, else the first heading, else the file's name."""
    summary: str
    """Markdown: the abstract, else the plain text of the first paragraph, at most some 300 characters."""
    problems: tuple[Problem, ...] = ()
    origins: tuple[tuple[int, int], ...] = ()
    """Where other files' texts stand within it: (line as if they were the file's own, line of the file)."""

    def line(self, line: int) -> int:
        """Return the line of the file that has a line of the body, from 1."""
        line += self.body_line - 1
        found = bisect_right(self.origins, (line, 1 << 60))
        if not found:
            return line
        own, original = self.origins[found - 1]
        return original + line - own

    @property
    def body(self) -> str:
        """Return the markdown, without a leading heading that only repeats the title."""
        return self.data[self.start :].decode()

    @property
    def words(self) -> int:
        """Return how many words the body has; they are counted only for who shows that."""
        return count_words(self.body)

    def says(self, text: str) -> bool:
        """Tell whether `text` is in the body, which need not be decoded for that."""
        return self.data.find(text.encode(), self.start) >= 0


@dataclass(frozen=True, slots=True)
class Page:
    """A source that has its place in the site."""

    source: Source
    path: str
    """Of the site, decoded: `/Posts/ARP`."""
    section: str
    """The path of the section it lies in: `/Posts`, or `/` for the top."""
    title: str
    authors: tuple[Author, ...]
    tags: tuple[str, ...]
    created: datetime | None
    """When it was published: the front matter's date, else history's; None when neither knows."""
    updated: datetime | None
    history_created: datetime | None
    """When this very path was added: what the original Canopy derived the ids of feed entries from."""
    listed: bool = True
    """Whether it is an entry of the site's list and feed; not so pages beside a blog (about, 404)."""
    held: str = ""
    """Why readers do not see it, one of `HELD`; shown to its author all the same. Empty: they do."""

    @property
    def unlisted(self) -> bool:
        """Whether it is in no list, feed or search: who has its address finds it."""
        return self.source.front.unlisted


HELD = ("draft", "future", "expired")
"""Why a page may not be there."""


@dataclass(frozen=True, slots=True)
class Held:
    """A page that is not there for readers now."""

    path: str
    """In the repository."""
    title: str
    reason: str
    """One of `HELD`."""
    until: datetime | None = None
    """When it appears; of an expired page, when it went."""
    added: datetime | None = None
    """When this very path was added, as of a page."""


@dataclass(frozen=True, slots=True)
class Section:
    """A folder that has pages in it or below it."""

    path: str
    title: str
    pages: tuple[Page, ...]
    """All pages below, at any depth, newest first unless `order` says otherwise; without `index`. Those of
    the top are the ones that are listed."""
    index: Page | None = None
    """The page that introduces it: index.md, README.md, _index.md."""
    order: str = "date"
    """How `pages` are sorted, one of `ORDERS`."""


@dataclass(frozen=True, slots=True)
class Term:
    """A tag, category, series, author or year, and its pages: newest first, a series as it is read."""

    name: str
    path: str
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """One way to divide the pages, other than by tags and folders."""

    path: str = ""
    """Where its terms are listed."""
    terms: Mapping[str, Term] = field(default_factory=lambda: MappingProxyType({}))
    """By key: what several spellings of a name have in common; in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class Taxonomies:
    """All of them. `canopy.content.taxonomies` makes them and decides about their addresses."""

    categories: Taxonomy = Taxonomy()
    series: Taxonomy = Taxonomy()
    authors: Taxonomy = Taxonomy()
    years: Taxonomy = Taxonomy()
    """Of the listed pages, the newest year first."""
    addresses: frozenset[str] = frozenset()
    """All their paths; the same object while they stay the same."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that is served as it is."""

    path: str
    blob_id: str
    data: bytes
    media_type: str
    """With its charset where it is text."""
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """What was at an address before it was deleted, or expired."""

    title: str
    until: datetime | None
    """When it was deleted; None when history does not know."""
    file: str
    """The path that it had in the repository."""
    expired: bool = False
    """Nobody deleted it: it said itself until when it is to be read."""


class Mention(NamedTuple):
    """A link from a page's own text to another page."""

    page: Page
    link: Outlink


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One entry of the site's navigation."""

    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Person:
    """What the site's settings know of an author."""

    name: str
    url: str = ""
    avatar: str = ""
    """A URL or a path of the site."""


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What the repository says about its site, in `canopy.toml` or in the way of its convention."""

    title: str = ""
    description: str = ""
    language: str = ""
    languages: tuple[str, ...] = ()
    """In lower case: folders at the top that are called like one hold pages in it."""
    timezone: str = ""
    """An IANA name."""
    base_url: str = ""
    """Without a slash at its end; the server's own setting is stronger."""
    own_urls: tuple[str, ...] = ()
    """Where the site was at home before: links there are links within the site."""
    authors: tuple[tuple[str, Person], ...] = ()
    """By the key that pages use for them."""
    author: tuple[Author, ...] = ()
    """Who wrote the pages that name nobody."""
    menu: tuple[tuple[str, str], ...] = ()
    """Titles and targets, in order; empty: the sections and the pages at the top."""
    accent: str = ""
    """A CSS colour `#rrggbb`."""
    footer: str = ""
    """Markdown."""
    tag_folders: tuple[str, ...] = ()
    """Where else the site had lists of what are tags here."""
    orders: tuple[tuple[str, str], ...] = ()
    """From the path of a section to one of `ORDERS`."""
    feeds: tuple[str, ...] | None = None
    """Which of `FEEDS` are made; None: all."""
    convention: str = ""
    drafts: bool = False
    uuid: str = ""
    start: str = ""
    """The file or folder that is the start page."""
    variables: tuple[tuple[str, str], ...] = ()
    """What texts of Jekyll's may show by name after `site.`; the keys are normalised."""


FEEDS = ("atom", "rss", "json")
MISSING = ("/404", "/404.html")
"""Where a site says that there is nothing at an address."""


@dataclass(frozen=True, slots=True)
class Site:
    """What one commit means. Every path of the site is in exactly one of its mappings."""

    commit: str
    title: str
    description: str
    language: str
    """BCP 47, `en` unless the repository says otherwise."""
    uuid: str
    """Of the original Canopy's `.config/uuid`, else derived from the remote: stable."""
    base_url: str
    pages: Mapping[str, Page]
    sections: Mapping[str, Section]
    terms: Mapping[str, Term]
    """By the term's name, in alphabetical order."""
    assets: Mapping[str, Asset]
    redirects: Mapping[str, str]
    """From a path to a path of the site or an absolute URL."""
    navigation: tuple[NavigationItem, ...]
    home: Page | Section | None
    """What `/` shows; None: the newest pages."""
    recent: tuple[Page, ...]
    """All pages, newest first."""
    problems: tuple[Problem, ...]
    names: Mapping[str, str] = field(repr=False)
    """Case-folded ways in which an author may write a link's target, to the path that is meant."""
    root: str = ""
    """The folder of the repository that is the site's top, without slashes at its ends."""
    convention: str = "plain"
    """The convention that the repository follows."""
    evidence: str = ""
    """By what it was recognised: one line for people."""
    settings: SiteSettings = SiteSettings()
    theme: OwnTheme = OwnTheme()  # noqa: RUF009 (it is immutable)
    """What the repository brings for its look, whether it is used or not."""
    entries: tuple[Page, ...] = ()
    """The pages that are listed, newest first: what the start page and the feed show."""
    not_found: Page | None = None
    """The repository's own text for what is not there."""
    next_change: datetime | None = None
    """The next moment at which a build of the same snapshot would differ, after the one it was built at."""
    held: tuple[Held, ...] = ()
    """What readers do not see now, by path in the repository."""
    last_expiry: datetime | None = None
    """When a page went by itself for the last time."""
    taxonomies: Taxonomies = Taxonomies()
    introduced: Mapping[str, Page] = field(default_factory=lambda: MappingProxyType({}))
    """The texts above the lists of terms, by the paths of those lists. They are no pages of their own."""
    gone: Mapping[str, Gone] = field(default_factory=dict)
    """From a path that was deleted to what was there, from history."""
    mentions: Mapping[str, tuple[Mention, ...]] = field(default_factory=dict, repr=False)
    """From the path of a page to the texts that link to it, the newest first."""
    shown: Mapping[str, Page] = field(default_factory=dict, repr=False, compare=False)
    """Every page by the path at which readers see it, those that introduce a section too."""
    memo: Memo | None = field(default=None, repr=False, compare=False)
    """What the next build takes over; no part of the site's meaning, and of no use outside this room."""

    @property
    def base_path(self) -> str:
        """The path of the base URL without a slash at its end: `""` or `/notes`."""
        rest = self.base_url.partition("://")[2]
        slash = rest.find("/")
        return "" if slash < 0 else rest[slash:].rstrip("/")

    def url(self, path: str) -> str:
        """Return the link to a path of the site, with base path and percent-encoding."""
        return self.base_path + quote(path, safe=SAFE)

    def absolute(self, path: str) -> str:
        """Return the absolute URL of a path of the site."""
        return self.base_url.removesuffix("/") + quote(path, safe=SAFE)
