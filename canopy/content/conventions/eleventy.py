"""Eleventy: texts in the input folder, what is copied beside them, the data of folders, permalinks.

Its settings are a program, which is never run: folders and copies are read where they are written out, and a
permalink where it is filled with what a page says of itself.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from posixpath import normpath
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import language_tag, site_url
from canopy.content.conventions.convention import Convention, Found, Spot, dated, is_litter, listed
from canopy.content.conventions.eleventysettings import (
    about_site,
    author_of,
    copied_by,
    folders_of,
    ignores_in,
    inherited,
)
from canopy.content.conventions.globs import is_matched, read_globs
from canopy.content.grammar import normalised
from canopy.content.paths import MARKDOWN, base_name, extension, parent, stem, unsuffixed
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from canopy.content.conventions.convention import Tree

_SETTINGS = (".eleventy.js", *(f"eleventy.config.{kind}" for kind in ("js", "mjs", "cjs", "ts", "mts")))
_PROGRAMS = frozenset(
    {".ts", ".js", ".mjs", ".cjs", ".tsx", ".jsx", ".json", ".njk", ".liquid", ".11ty", ".hbs", ".ejs"}
    | {".pug", ".mustache", ".haml", ".webc", ".vto", ".scss", ".sass", ".less", ".yml", ".yaml", ".toml"}
)
_BLOGS = frozenset({"posts", "post", "blog", "articles", "article", "notes", "journal", "writing", "news"})
_COLLECTIONS = frozenset({"post", "posts", "all", "nav", "page", "pages", "blog"})
"""Tags that only put a page into a list of the theme's."""
_WRITTEN_DATES = re.compile(r"(?:git )?(?:created|last modified)", re.IGNORECASE)
_FILLED = re.compile(r"\{\{-?\s{0,9}([^{}]{1,200}?)\s{0,9}-?\}\}")
_FORMAT = re.compile(r"\bdate\b[^'\"]{0,9}['\"]([^'\"]{1,40})['\"]")
_PARTS = {"yyyy": "%Y", "%Y": "%Y", "MM": "%m", "%m": "%m", "dd": "%d", "DD": "%d", "%d": "%d", "YYYY": "%Y"}
_PART = re.compile("|".join(_PARTS))
_SLUG = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Eleventy(Convention):
    """The texts of an Eleventy site, with what its settings and the data of its folders say."""

    name: str = "eleventy"
    from_top: bool = True
    top: str = "/"
    """The input folder, with slashes on both sides."""
    hidden: tuple[str, ...] = ()
    """Folders that hold no pages, likewise."""
    copied: tuple[tuple[str, str], ...] = ()
    """Files and folders that are served as they are, and where."""
    ignored: tuple[str, ...] = ()
    """Patterns of what Eleventy is told to ignore."""
    data: tuple[tuple[str, Mapping[str, object]], ...] = ()
    """What the texts of a folder, or one text, inherit, by path below the input folder; outermost first."""

    def locate(self, path: str) -> Spot | None:
        """Return where a file stands; templates, data and the program are no part of the site."""
        for source, target in self.copied:
            if path == source or path.startswith(source.rstrip("/") + "/"):
                return Spot(normpath(f"/{target}/{path[len(source) :]}").replace("//", "/"), asset=True)
        if is_litter(path) or not path.startswith(self.top) or path.startswith(self.hidden):
            return None
        inner = path[len(self.top) - 1 :]
        kind = extension(path)
        if "/_" in inner or "/." in inner or kind in _PROGRAMS or ".11tydata" in inner:
            return None
        if is_matched(path, self.ignored) or (self.top == "/" and parent(path) == "/" and _is_about(path)):
            return None
        if kind not in (*MARKDOWN, ".html", ".htm"):
            return Spot(inner, asset=True)
        date, name = dated(inner)
        folders = set(parent(inner).split("/"))
        return Spot(
            inner,
            template=kind not in MARKDOWN,
            templates=True,
            leaf=base_name(stem(inner)) == base_name(parent(inner)),
            post=bool(date) or bool(folders & _BLOGS and base_name(stem(inner)) != "index"),
            date=date,
            name=name,
        )

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the header on top of what its folders say; a permalink is a path."""
        place = unsuffixed(spot.path)
        found: dict[str, object] = {}
        tags: list[object] = []
        for folder, given in self.data:
            if folder == place or (folder.endswith("/") and spot.path.startswith(folder)):
                tags += listed(given.get("tags"))
                found |= given
        found |= values
        tags = [tag for tag in (*tags, *listed(values.get("tags"))) if tag not in _COLLECTIONS]
        if "tags" in found:
            found["tags"] = list(dict.fromkeys(map(str, tags)))
        if _WRITTEN_DATES.fullmatch(str(found.get("date", "")).strip()):
            del found["date"]
        entry = found.get("eleventynavigation")
        if isinstance(entry, dict) and not entry.get("parent"):
            named = {normalised(str(key)): value for key, value in entry.items()}
            found = {"menu": "main", "weight": named.get("order"), "nav_title": named.get("key"), **found}
            found = {key: value for key, value in found.items() if value is not None}
        link = found.get("permalink")
        if isinstance(link, str) and link.strip().lower() != "false":
            address = _permalink(link, spot, found)
            found["permalink"] = address
            if not address:
                del found["permalink"]
        return found

    def placed(self, spot: Spot, values: Mapping[str, object]) -> Spot | None:
        """Return nothing for what has no address."""
        return None if str(values.get("permalink", "")).strip().lower() == "false" else spot


def _is_about(path: str) -> bool:
    """Tell whether a file says of the program what every program says, or belongs to it."""
    return base_name(stem(path)).isupper() or extension(path) in ("", ".lock")


def _permalink(link: str, spot: Spot, values: Mapping[str, object]) -> str:
    """Return a permalink filled in; nothing if it needs what only the program knows."""
    known = True

    def fill(match: re.Match[str]) -> str:
        nonlocal known
        value = _value(match[1], spot, values)
        known = known and value is not None
        return value or ""

    filled = _FILLED.sub(fill, link)
    if not known or "{" in filled:
        return ""
    path = f"/{filled.strip().lstrip('/')}".removesuffix("index.html")
    return re.sub(r"/{2,}", "/", path)


def _value(expression: str, spot: Spot, values: Mapping[str, object]) -> str | None:
    name, _, filters = expression.partition("|")
    name = name.strip()
    place = unsuffixed(spot.path)
    slug = base_name(place)
    if slug == "index":
        slug = base_name(parent(place))
    slug = (spot.name if spot.name and slug == base_name(place) else "") or slug
    if name in ("page.fileSlug", "page.filePathStem"):
        shown = slug if name == "page.fileSlug" else f"{parent(place).rstrip('/')}/{slug}"
    elif name == "page.date" or name == "date":
        return _date(filters, str(values.get("date") or spot.date))
    else:
        value = values.get(normalised(name))
        if not isinstance(value, str) or not value:
            return None
        shown = value
    return _slug(shown) if "slug" in filters else shown


def _date(filters: str, date: str) -> str | None:
    """Return the date as a filter writes it; one of the site's own most likely makes a path of it."""
    parts = re.match(r"(\d{4})-(\d{2})-(\d{2})", date)
    if parts is None:
        return None
    given = re.search(r"['\"]([^'\"]{1,40})['\"]", filters)
    pattern = _PART.sub(lambda match: _PARTS[match[0]], given[1]) if given else "%Y/%m/%d"
    shown = pattern.replace("%Y", parts[1]).replace("%m", parts[2]).replace("%d", parts[3])
    return None if re.search(r"[%A-Za-z]", shown) else shown


def _slug(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _SLUG.sub("-", bare.lower()).strip("-")


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    blob = tree.first(*_SETTINGS)
    if blob is None or tree.first("astro.config.mjs", "astro.config.ts"):
        return ""
    top = f"{tree.prefix}{folders_of(tree, blob.data.decode('utf-8', 'replace')).get('input', '')}"
    texts = any(path.startswith(top) and extension(path) in MARKDOWN and "/" in path for path in tree.blobs)
    return f"{base_name(blob.path)} is there, Eleventy's settings" if texts else ""


def read(tree: Tree, why: str) -> Found:
    """Return the site with what its settings say, as far as they say it in so many words."""
    blob = tree.first(*_SETTINGS)
    text = blob.data.decode("utf-8", "replace") if blob else ""
    folders = folders_of(tree, text)
    below = folders.get("input", "")
    data = folders.get("data", f"{below}_data/")
    output = folders.get("output", "_site/")
    about = about_site(tree, data)
    inner = [path[len(tree.prefix) :] for path in tree.blobs if path.startswith(tree.prefix + below)]
    convention = Eleventy(
        top=f"/{below}",
        hidden=tuple(f"/{folders.get(name, default)}" for name, default in _hidden(below, data, output)),
        copied=tuple(sorted(copied_by(text, below), key=lambda item: (-len(item[0]), item))),
        ignored=(*ignores_in(text), *read_globs(tree.text(".eleventyignore") or "")),
        data=tuple(inherited(tree, inner, below)),
        blog=any(dated(path)[0] for path in inner) or _has_dates(tree, inner),
    )
    url = site_url(about.text("url", "baseurl", "siteurl"))
    settings = SiteSettings(
        title=about.text("title", "name", "sitename"),
        description=about.text("description"),
        language=language_tag(about.text("language", "lang", "locale")),
        own_urls=(url,) if url else (),
        author=author_of(about),
    )
    return Found(convention, why, settings)


def _hidden(below: str, data: str, output: str) -> Iterator[tuple[str, str]]:
    yield "data", data
    yield "output", output
    yield "includes", f"{below}_includes/"
    yield "layouts", f"{below}_layouts/"


def _has_dates(tree: Tree, paths: Iterable[str]) -> bool:
    """Tell whether the texts in a blog's folder say their dates."""
    for path in paths:
        if extension(path) in MARKDOWN and not _BLOGS.isdisjoint(path.split("/")[:-1]):
            text = tree.text(path) or ""
            if re.search(r"(?m)^date\s*[:=]", text[:2000]):
                return True
    return False
