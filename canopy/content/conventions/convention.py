"""What the traditions disagree about, as questions that the other modules ask of a `Convention`.

A convention is a value: two that compare equal read every file in the same way, so that what was read can be
kept. It sees paths and front matter, and no other file but those that a text includes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canopy.content.markups import translate
from canopy.content.paths import TEXTS, base_name, extension

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from canopy.content.dialects.rewriting import Rewritten
    from canopy.content.inclusions import Shelf
    from canopy.content.markups import Translated
    from canopy.content.values import Author, FrontMatter, Person, SiteSettings
    from canopy.git.values import Blob
    from canopy.problem import Problem

_DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:[-_ ](.+))?\Z", re.DOTALL)
_LITTER = frozenset({"node_modules", "__pycache__", "_site", "_theme", "bower_components"})


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a file stands in its site, by its path alone."""

    path: str
    """As if the site had no folders of its tradition: `/posts/x.md` of `/content/posts/x.md`."""
    asset: bool = False
    """It is served as it is, whatever it holds."""
    leaf: bool = False
    """An index file that is a page of its own, with what belongs to it in the folder around."""
    template: bool = False
    """HTML or another text that the tradition's generator fills in if it begins with a header."""
    templates: bool = False
    """A text that the tradition's generator fills in, in which a loop may make a list."""
    list: str = ""
    """Which of the site's own lists is there instead, whatever the file says: one of `standins`."""
    term: tuple[str, str] = ("", "")
    """The kind and the name of the term whose list it introduces, as `slug_of` writes it."""
    post: bool = False
    """An entry of the blog, if the site is one."""
    draft: bool = False
    date: str = ""
    """With which the file's name begins."""
    name: str = ""
    """The last component without date and extension, where it differs from the path's."""
    categories: tuple[str, ...] = ()
    collection: str = ""
    language: str = ""
    """What its place says about its language."""
    folder: str = ""
    """The folder that lists it, where it is not that of `path`."""
    bundle: str = ""
    """The folder whose files belong to it and go where it goes, where that is not the one of a leaf."""
    verbatim: str = ""
    """Its path if it has no header and is served as it is, where that is not `path`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """The answers of one tradition, and of one repository's settings in it."""

    name: str = "plain"
    exact: bool = False
    """An article's address is its file's whole path, and names are shown verbatim."""
    comments: bool = True
    """` # …` ends an unquoted value of the front matter, as YAML has it."""
    called: bool = False
    """A page is called like its file, verbatim, unless it begins with its one heading of the first level."""
    redirects_anywhere: bool = False
    """A file without a header redirects when it contains `redirect: X` anywhere."""
    zone: tzinfo | None = None
    """In which dates without a zone are; None when nobody said."""
    drafts: bool = False
    """Drafts and what is not there yet, or no more, are shown."""
    future: bool = False
    """Pages with a date to come are shown."""
    blog: bool = False
    """There are posts, so that other pages at the top are no entries."""
    from_top: bool = False
    """Aliases begin at the site's top, with or without a slash."""
    weights: bool = False
    """Pages with a weight are sorted by it, where nobody says otherwise."""
    html: bool = False
    """A page answers at its address with `.html` too."""
    book: bool = False
    """What is no post is read in the order of its files, and the start page is a text."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """What the tradition's table of contents calls a file or folder, by its path as in `Spot`."""
    places: Mapping[str, int] = field(default_factory=dict)
    """Where in it the file or folder stands."""
    headed: bool = False
    """Addresses are made of titles, of those too that are headings in the text."""
    separator: str = ""
    """Ends an excerpt, besides `<!--more-->`."""
    foreign: tuple[str, ...] = ()
    """Folders of the site that hold it in other languages."""
    people: tuple[tuple[str, Person], ...] = ()
    """Authors by the keys that pages use."""
    author: tuple[Author, ...] = ()
    """Of pages that name none."""
    leads: tuple[tuple[str, str], ...] = ()
    """Addresses that lead elsewhere by the settings, where nothing else is: to a file or folder by its path
    as in `Spot`, to another address, or to a URL."""

    def locate(self, path: str) -> Spot | None:
        """Return where the file at `path` stands, below the site's top; None if it is no part of the site."""
        if is_litter(path):
            return None
        date, _ = dated(path)
        return Spot(path, date=date)

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:  # noqa: ARG002 - others ask
        """Return the values of a header as the other modules are to read them."""
        return values

    def translated(self, path: str, body: str) -> Translated | None:
        """Return the text of the file at `path` in markdown, with the fields that it sets itself.

        None if it is markdown, as the tradition has it.
        """
        return None if self.exact else translate(path, body)

    def joined(self, path: str, body: str) -> str:  # noqa: ARG002 - others ask
        """Return the text of the file at `path` with embeds for what it includes."""
        return body

    def includes(self, data: bytes) -> bool:  # noqa: ARG002 - others ask
        """Tell whether a file of these bytes may include others."""
        return False

    def expanded(self, body: str, shelf: Shelf) -> Rewritten | None:  # noqa: ARG002 - others ask
        """Return the text of a file that may include others, with theirs; None if it includes none."""
        return None

    def placed(self, spot: Spot, values: Mapping[str, object]) -> Spot | None:  # noqa: ARG002 - others ask
        """Return where a page stands, its header considered; None if it has no address."""
        return spot

    def text(self, values: Mapping[str, object], body: str) -> str:  # noqa: ARG002 - others ask
        """Return the text of a page: what is below its header, with what the header itself shows."""
        return body

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:  # noqa: ARG002 - others ask
        """Return the address that the tradition gives a page; nothing if it is that of its path."""
        return ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a repository is, and why that is believed."""

    convention: Convention
    evidence: str
    settings: SiteSettings
    below: str = ""
    """The folder that is the site's top, with a slash at its end."""
    problems: tuple[Problem, ...] = ()
    menu: str = ""
    """The file that has the menu, where that is not the one with the settings."""


@dataclass(slots=True)
class Tree:
    """The files below a folder, for those who ask what kind of repository it is."""

    blobs: Mapping[str, Blob]
    prefix: str = ""
    """The folder, with a slash at its end."""
    asked: dict[str, Blob | None] = field(default_factory=dict)
    """The files that were looked into, by path in the repository: what answers depend on besides names."""
    folders: frozenset[str] = field(init=False)
    """The folders at the top."""

    def __post_init__(self) -> None:
        """Collect the folders at the top, in one pass."""
        prefix, cut = self.prefix, len(self.prefix)
        self.folders = frozenset(
            path[cut:].partition("/")[0]
            for path in self.blobs
            if path.startswith(prefix) and path.find("/", cut) > 0
        )

    def get(self, path: str) -> Blob | None:
        """Return a file by its path below the folder."""
        return self.look(self.prefix + path)

    def look(self, path: str) -> Blob | None:
        """Return a file by its path in the repository."""
        found = self.asked[path] = self.blobs.get(path)
        return found

    def text(self, path: str) -> str | None:
        """Return the text of a file by its path below the folder."""
        blob = self.get(path)
        return blob.data.decode("utf-8-sig", "replace") if blob else None

    def below(self, folder: str) -> Tree:
        """Return the files below a folder of this one."""
        return Tree(self.blobs, f"{self.prefix}{folder}/", self.asked)

    def first(self, *paths: str) -> Blob | None:
        """Return the first of the files that is there."""
        return next((blob for path in paths if (blob := self.get(path))), None)

    def inside(self, folder: str) -> list[str]:
        """Return the paths of the files in a folder, not of those in its folders."""
        if folder.partition("/")[0] not in self.folders:
            return []
        begin, cut = f"{self.prefix}{folder}/", len(self.prefix)
        return [p[cut:] for p in self.blobs if p.startswith(begin) and "/" not in p[len(begin) :]]


def listed(value: object) -> list[object]:
    """Return the entries of a value of a header; a text is one."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) and value.strip() else []


def is_litter(path: str) -> bool:
    """Tell whether a file lies in a folder that programs filled."""
    return not _LITTER.isdisjoint(path.split("/")[1:-1])


def dated(path: str) -> tuple[str, str]:
    """Return the date with which a file's name begins and what follows it; nothing if it has none."""
    name, kind = base_name(path), extension(path)
    if not name[:4].isdigit():
        return "", ""
    match = _DATED.match(name.removesuffix(name[len(name) - len(kind) :]) if kind else name)
    return (match[1], match[2] or "") if match and kind in (*TEXTS, ".html", ".htm", ".txt") else ("", "")
