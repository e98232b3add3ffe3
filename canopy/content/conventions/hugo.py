"""Hugo: pages in `content/`, files in `static/`, `_index.md` for sections, bundles, lower-case addresses."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import read_config
from canopy.content.conventions.convention import Convention, Found, Spot, dated, listed
from canopy.content.conventions.hugobundles import (
    Cascade,
    cascades,
    is_listed,
    is_rendered,
    kept_cases,
    resources,
)
from canopy.content.conventions.hugoconfig import FILES, OLD, read_hugo
from canopy.content.conventions.patterns import date_values, expand
from canopy.content.dialects import imgproc
from canopy.content.grammar import normalised
from canopy.content.paths import TEXTS, base_name, extension, parent, unsuffixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.dialects.rewriting import Rewritten
    from canopy.content.inclusions import Shelf
    from canopy.content.values import FrontMatter

_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".ico")
# What Hugo's `urlize` leaves of a path besides letters, marks (no script of India can be without), digits,
# and spaces, which become hyphens where none is beside them.
_IN_URL = frozenset("_-./~+#@")
_MENUS = ("menu", "menus")
_TREED = ("hugo-book", "book", "hugo-geekdoc", "alex-shpak/hugo-book")
"""Themes."""
_LISTS = {"tags": "tag", "categories": "category", "series": "series"}
"""Folders of taxonomies, and the kinds of terms in them."""
_OTHERS = frozenset({"author", "authors", "archive", "archives", "year", "years", "month", "months"})
"""Taxonomies for which Canopy has lists by itself."""
_AT_HYPHEN = re.compile(r"\s+(?=-)|(?<=-)\s+")
_SPACE = re.compile(r"\s+")
_SIMPLE = re.compile(r"[\w\-./]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hugo(Convention):
    """A Hugo site with what its settings say."""

    name: str = "hugo"
    weights: bool = True
    content: tuple[tuple[str, str], ...] = (("/content", ""),)
    """Folders of pages and the beginning of their addresses, the longest folder first."""
    static: tuple[tuple[str, str], ...] = (("/static", ""),)
    patterns: tuple[tuple[str, str], ...] = ()
    """From a section at the top to the pattern of its pages' addresses."""
    languages: tuple[str, ...] = ()
    """Those that stand in a file's name: `x.fr.md`; the site's own first."""
    ugly: tuple[str, ...] = ()
    """Sections at the top whose addresses end in `.html`; `*` is all."""
    lower: bool = True
    dated: bool = False
    """File names begin with dates."""
    treed: bool = False
    """The theme shows the tree of files, and no menu that pages put themselves into."""
    taxonomies: frozenset[str] = frozenset()
    """Folders whose own texts only introduce lists of terms, which the site has itself."""
    own: tuple[str, ...] = ()
    """Taxonomies of the site's own: their terms are tags."""
    resources: frozenset[str] = frozenset()
    """Texts that are no pages but belong to the page of their folder, by path below the content's folder."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """Folders below it whose files keep capitals and spaces in their addresses, and those."""
    cascades: tuple[Cascade, ...] = ()
    """What pages inherit, the nearest last."""

    def locate(self, path: str) -> Spot | None:
        """Return where a file stands; what is neither content nor static is the generator's."""
        for folder, address in self.static:
            if path.startswith(folder + "/"):
                return Spot(address + path[len(folder) :], asset=True)
        if inner := self.inner(path):
            return None if inner in self.resources else self._content(inner)
        if path.startswith("/assets/") and extension(path) in _IMAGES:
            return Spot(path[len("/assets") :], asset=True)
        return None

    def inner(self, path: str) -> str:
        """Return the path of a file of the content as if its folder was the top; nothing for another file."""
        for folder, address in self.content:
            if path.startswith(folder + "/"):
                return address + path[len(folder) :]
        return ""

    def _content(self, path: str) -> Spot | None:
        kind = extension(path)
        folder = self.urlized(parent(path)).rstrip("/")
        verbatim = f"{self.kept.get(parent(path), folder)}/{base_name(path)}"
        if kind not in (*TEXTS, ".html", ".htm"):
            return Spot(verbatim, asset=True)
        name = base_name(path)[: -len(kind)]
        bare, _, language = name.rpartition(".")
        if bare and language.lower() in self.languages:
            name = bare
            if language.lower() != self.languages[0] and not self._language(folder):
                folder = f"/{language.lower()}{folder}"
        date, rest = dated(path) if self.dated else ("", "")
        inner = folder.removeprefix(self._language(folder))
        listed = inner[1:].partition("/")[0] if name == "_index" else ""
        if listed in self.taxonomies and inner != f"/{listed}":
            term = inner.split("/")[2:]
            own = len(term) == 1 and inner == folder
            return Spot(f"{folder}/_index{kind}", term=(_LISTS[listed], term[0])) if own else None
        return Spot(
            f"{folder}/{self.urlized(name)}{kind}",
            leaf=name == "index",
            list=listed if listed in self.taxonomies else "",
            template=kind not in TEXTS,
            # What stands in another language is no entry of the list: it would be there twice.
            post=bool(inner) and (inner == folder or folder.startswith(f"/{self.languages[0]}/")),
            date=date,
            name=self.urlized(rest),
            language=self._language(folder)[1:],
            verbatim=verbatim if kind not in TEXTS else "",
        )

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the header on top of what the sections above hand down."""
        inherited: dict[str, object] = {}
        for cascade in self.cascades:
            if cascade.reaches(spot):
                inherited |= cascade.values
        values = {**inherited, **values} if inherited else values
        if not is_listed(values) and base_name(unsuffixed(spot.path)) != "_index":
            values = {**values, "unlisted": "true"}
        if own := [tag for name in self.own for tag in listed(values.get(name))]:
            values = {**values, "tags": [*listed(values.get("tags")), *own]}
        return {name: values[name] for name in values if name not in _MENUS} if self.treed else values

    def includes(self, data: bytes) -> bool:
        """Tell whether a text may show a picture that it doesn't name in full."""
        return b"imgproc" in data

    def expanded(self, body: str, shelf: Shelf) -> Rewritten | None:
        """Return a text with the names of such pictures."""
        return imgproc.expand(body, shelf)

    def placed(self, spot: Spot, values: Mapping[str, object]) -> Spot | None:
        """Return nothing for what Hugo renders no page for; what it lists nowhere is no entry."""
        if not is_rendered(spot, values):
            return None
        return spot if is_listed(values) else replace(spot, post=False)

    def _language(self, path: str) -> str:
        """Return the folder with which the addresses of a language begin, if this one does."""
        first = path[1:].partition("/")[0]
        return f"/{first}" if first in self.languages else ""

    def urlized(self, path: str) -> str:
        """Return a path as Hugo's `urlize` makes it."""
        if not path.isascii() or not _SIMPLE.fullmatch(path):
            path = _AT_HYPHEN.sub("", "".join(filter(_stays, path))).strip()
            path = _SPACE.sub("-", path)
        return path.lower() if self.lower else path

    def _named(self, text: str) -> str:
        """Return a title or slug as it fills a placeholder: there Hugo takes a plus for a space."""
        return self.urlized(self.urlized(text).replace("+", " "))

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:  # noqa: ARG002
        """Return the address by its section's pattern, else the path; a page's `slug` replaces its name."""
        place = parent(spot.path) if spot.leaf else unsuffixed(spot.path)
        if base_name(place) == "_index" or place in ("/", "/index"):
            return ""
        folder = parent(place)
        language = self._language(folder)
        inner = folder[len(language) :]
        name = spot.name or base_name(place)
        pattern = dict(self.patterns).get(inner[1:].partition("/")[0]) if inner else None
        address = expand(pattern, self._values(front, inner, name)) if pattern else ""
        address = address or f"{inner.rstrip('/')}/{self.urlized(front.slug) or name}"
        ugly = "*" in self.ugly or inner[1:].partition("/")[0] in self.ugly
        return f"{language}{address}.html" if ugly else language + address

    def _values(self, front: FrontMatter, folder: str, file: str) -> dict[str, str]:
        when = front.date.astimezone(self.zone) if front.date and self.zone else front.date
        slug, title = self._named(front.slug), self._named(front.title.replace("/", "-"))
        return date_values(when) | {
            "section": folder[1:].partition("/")[0],
            "sections": folder[1:],
            "title": title or file,
            "slug": slug or title or file,
            "filename": file,
            "contentbasename": file,
            "slugorfilename": slug or file,
            "slugorcontentbasename": slug or file,
        }


def _stays(char: str) -> bool:
    kind = unicodedata.category(char)
    return kind[0] in "LM" or kind == "Nd" or char in _IN_URL or char.isspace()


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    if "exampleSite" in tree.folders and "content" not in tree.folders:
        return ""  # a theme
    own = tree.first(*FILES)
    if own is not None:
        return f"{own.path[len(tree.prefix) :]} is there, Hugo's settings"
    old = tree.first(*OLD)
    if old is None or not tree.folders & {"content", "archetypes", "layouts", "themes"}:
        return ""
    config = read_config(old)
    hugo = {
        "baseurl",
        "theme",
        "languagecode",
        "languages",
        "params",
        "markup",
        "module",
    } & config.values.keys()
    if "base_url" in config.values or not hugo:
        return ""
    return f"{base_name(old.path)} is there, with Hugo's {min(hugo)}"


def read(tree: Tree, why: str) -> Found:
    """Return the site with what its settings say."""
    config = read_hugo(tree)
    taxonomies = config.values.table("taxonomies") or {name: name for name in ("tags", "categories")}
    own = {normalised(str(name)): str(name) for name in taxonomies.values()}
    own = {key: name for key, name in own.items() if name not in _LISTS and name not in _OTHERS}
    bare = Hugo(
        content=config.content,
        static=config.static,
        patterns=config.patterns,
        languages=config.languages,
        ugly=config.ugly,
        foreign=tuple(f"/{name}" for name in config.languages[1:]),
        lower=not config.values.truth("disablepathtolower"),
        treed=any(str(theme).removeprefix("github.com/") in _TREED for theme in config.values.list("theme")),
        taxonomies=frozenset(_LISTS.keys() & {str(name) for name in taxonomies.values()}),
        own=tuple(own),
        dated=":filename" in config.values.list("frontmatter.date"),
        future=config.values.truth("buildfuture"),
        blog=True,
    )
    inner = [path for path in map(bare.inner, _paths(tree)) if path]
    convention = replace(
        bare,
        resources=resources(inner, {address or "/" for _, address in bare.content}),
        kept=kept_cases(inner, bare.urlized),
        cascades=cascades(tree, config.values.values.get("cascade"), bare.locate),
    )
    patterns = dict(config.patterns)
    folders = tuple(
        patterns.get(name, "").partition("/:")[0].rstrip("/") or f"/{name}" for name in own.values()
    )
    settings = replace(config.settings, tag_folders=folders)
    return Found(convention, why, settings, problems=config.values.problems)


def _paths(tree: Tree) -> Iterator[str]:
    cut = len(tree.prefix)
    return (f"/{path[cut:]}" for path in tree.blobs if path.startswith(tree.prefix))
