"""Hexo: posts in `source/_posts/`, pages beside them, addresses by pattern, and the menu of a theme."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, language_tag, read_config, site_url
from canopy.content.conventions.convention import Convention, Found, Spot, dated, is_litter
from canopy.content.conventions.globs import is_matched, read_globs
from canopy.content.conventions.patterns import date_values, expand
from canopy.content.paths import MARKDOWN, base_name, extension, parent, readable, stem, unsuffixed
from canopy.content.people import parse_authors
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.values import FrontMatter

DEFAULT = ":year/:month/:day/:title/"
_OWN_KEYS = frozenset(
    {"source_dir", "public_dir", "new_post_name", "post_asset_folder", "default_layout", "skip_render"}
    | {"render_drafts", "external_link", "titlecase", "tag_dir", "archive_dir", "category_dir", "i18n_dir"}
)
_LISTS = frozenset({"/tags", "/categories", "/archives"})
_SPECIAL = re.compile(r"[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:\"'<>,.?/]+")
_DATE_PARTS = re.compile(r":(year|month|i_month|day|i_day|title)")
_NUMBERS = {"year": r"\d{4}", "month": r"\d{2}", "i_month": r"\d{1,2}", "day": r"\d{2}", "i_day": r"\d{1,2}"}
_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Hexo(Convention):
    """A Hexo site with what its `_config.yml` says."""

    name: str = "hexo"
    blog: bool = True
    from_top: bool = True
    pattern: str = DEFAULT
    new_name: str = ":title.md"
    """How the names of posts are made: what of it is a date is no part of the title."""
    ending: str = ".html"
    """Of the addresses of pages that are no folder's index."""
    copied: tuple[str, ...] = ()
    """What is served as it is."""
    hidden: tuple[str, ...] = ()
    default_category: str = "uncategorized"
    categories: tuple[tuple[str, str], ...] = ()
    """What addresses call a category."""

    def locate(self, path: str) -> Spot | None:
        """Return where a file stands; only posts and drafts may be in a folder `_x`."""
        if is_litter(path) or is_matched(path, self.hidden):
            return None
        for folder in ("/_posts/", "/_drafts/"):
            if path.startswith(folder):
                return self._post(path, path[len(folder) :], draft=folder == "/_drafts/")
        if "/_" in path:
            return None
        if is_matched(path, self.copied):
            return Spot(path, asset=True)
        markdown = extension(path) in MARKDOWN
        return Spot(
            path, asset=not markdown and extension(path) not in (".html", ".htm"), template=not markdown
        )

    def _post(self, path: str, inner: str, *, draft: bool) -> Spot | None:
        if extension(path) not in (*MARKDOWN, ".html", ".htm"):
            return Spot(path, asset=True)
        date, name = _parsed(inner, self.new_name)
        return Spot(
            path,
            post=True,
            draft=draft,
            date=date or dated(path)[0],
            name=name,
            folder="/",
            bundle=unsuffixed(path),
        )

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the header; a permalink is a path, and what only shows a theme's list is no page."""
        link = values.get("permalink")
        if isinstance(link, str) and link.strip("/ ") and ":" not in link:
            values = {**values, "permalink": "/" + link.strip().lstrip("/")}
        if parent(spot.path) in _LISTS or values.get("type") in ("tags", "categories", "archives"):
            values = {"layout": "list", **values}
        return values

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:
        """Return the address of a post by the pattern; that of a page is its path."""
        if spot.post:
            found = expand(self.pattern, self._values(spot, front, values))
            return found or f"/{spot.name}"
        place = unsuffixed(spot.path)
        return "" if base_name(place) in ("index", "README") else place + self.ending

    def _values(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> dict[str, str]:
        own = {key: value for key, value in values.items() if isinstance(value, str) and value}
        when = front.date.astimezone(self.zone) if front.date and self.zone else front.date
        slugs = dict(self.categories)
        branch = values.get("categories")
        first = branch[0] if isinstance(branch, list) and branch and isinstance(branch[0], list) else None
        names = [str(name) for name in first] if first else front.categories
        return (
            own
            | date_values(when)
            | {
                "title": spot.name,
                "name": base_name(spot.name),
                "post_title": _slug(front.title).lower() or base_name(spot.name),
                "category": "/".join(slugs.get(name, _slug(name)) for name in names) or self.default_category,
            }
        )


def _slug(name: str) -> str:
    return _SPECIAL.sub("-", name).strip("-")


def _parsed(path: str, pattern: str) -> tuple[str, str]:
    """Return date and title that the name of a post has by the pattern of new ones."""
    inner = stem(path)
    groups: dict[str, str] = {}
    expression = ""
    at = 0
    for match in _DATE_PARTS.finditer(stem(pattern)):
        expression += re.escape(pattern[at : match.start()])
        again = match[1] in groups
        groups[match[1]] = match[1]
        number = _NUMBERS.get(match[1], ".+?")
        expression += number if again else f"(?P<{match[1]}>{number})"
        at = match.end()
    found = re.fullmatch(expression + re.escape(stem(pattern)[at:]), inner) if "title" in groups else None
    if found is None:
        return "", inner
    parts = found.groupdict()
    month, day = parts.get("month") or parts.get("i_month"), parts.get("day") or parts.get("i_day")
    date = f"{parts['year']}-{month}-{day}" if parts.get("year") and month and day else ""
    return date, parts["title"]


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    blob = tree.first("_config.yml", "_config.yaml")
    if blob is None or not tree.folders & {"source", "scaffolds"}:
        return ""
    if tree.folders >= {"source", "scaffolds"} and "_posts" not in tree.folders:
        return "_config.yml, scaffolds/ and source/ are there, as Hexo makes them"
    own = _OWN_KEYS & read_config(blob).values.keys()
    return f"_config.yml is there, with Hexo's {min(own)}" if len(own) > 1 else ""


def read(tree: Tree, why: str) -> Found:
    """Return the site with what `_config.yml` says."""
    config = read_config(tree.first("_config.yml", "_config.yaml"), cased=True)
    below = config.text("source_dir").strip("./") or "source"
    languages = [language_tag(str(name)) for name in config.list("language", "lang")]
    others = tuple(name.lower() for name in languages[1:] if name)
    url = site_url(config.text("url"))
    menu, file = _menu(tree, config)
    convention = Hexo(
        pattern=config.text("permalink") or DEFAULT,
        new_name=config.text("new_post_name") or ":title.md",
        ending="" if config.text("pretty_urls.trailing_html") == "false" else ".html",
        copied=tuple(f"/{item.lstrip('/')}" for item in read_globs(config.list("skip_render"))),
        hidden=read_globs(config.list("exclude", "ignore")),
        default_category=config.text("default_category") or "uncategorized",
        categories=tuple(sorted(_texts(config.table("category_map")))),
        foreign=tuple(f"/{name}" for name in others),
        html=config.text("pretty_urls.trailing_html") == "false",
        future=config.text("future") != "false",
    )
    settings = SiteSettings(
        title=config.text("title"),
        description=config.text("description", "subtitle"),
        language=languages[0] if languages else "",
        languages=others,
        timezone=config.text("timezone"),
        own_urls=(url,) if url else (),
        author=parse_authors(config.text("author")),
        menu=menu,
    )
    return Found(convention, why, settings, f"{below}/", config.problems, menu=file)


def _texts(table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for key, value in list(table.items())[:_MOST]:
        if isinstance(value, str) and value:
            yield key, value


def _menu(tree: Tree, config: Config) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return the menu that the theme is told to show, and the file that says it."""
    theme = config.text("theme")
    places = (f"_config.{theme}.yml", f"source/_data/{theme}.yml", f"themes/{theme}/_config.yml")
    for place in places if theme and "/" not in theme else ():
        blob = tree.get(place)
        if blob is None:
            continue
        own = read_config(blob, cased=True)
        for name in ("menu", "navbar.menu", "nav.menu", "header.menu"):
            table = own.table(name)
            entries = tuple(_entries(table.items() if table else _rows(own.list(name))))
            if entries:
                return entries[:_MOST], blob.path
    return (), ""


def _rows(items: Iterable[object]) -> Iterator[tuple[str, object]]:
    for item in items:
        entry = Config(item if isinstance(item, dict) else {})
        yield entry.text("name", "title", "key"), entry.text("link", "url", "path")


def _entries(rows: Iterable[tuple[str, object]]) -> Iterator[tuple[str, str]]:
    """Yield titles and targets; themes write a picture's name behind `||`."""
    for title, value in rows:
        if isinstance(value, dict):
            yield from _entries(value.items())
        elif isinstance(value, str) and (target := value.partition("||")[0].strip()):
            target = target.removesuffix("index.html") or "/"
            yield readable(title.partition("||")[0].strip()), target
