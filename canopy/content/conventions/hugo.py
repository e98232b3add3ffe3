"""Hugo: pages in `content/`, files in `static/`, `_index.md` for sections, bundles, lower-case addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, language_tag, read_config, site_url
from canopy.content.conventions.convention import Convention, Found, Spot, dated
from canopy.content.conventions.patterns import date_values, expand
from canopy.content.paths import MARKDOWN, base_name, extension, parent, stem
from canopy.content.people import make_author, parse_authors
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.values import Author, FrontMatter

_KINDS = (".toml", ".yaml", ".yml", ".json")
_OWN = tuple(f"hugo{kind}" for kind in _KINDS)
_OLD = tuple(f"config{kind}" for kind in _KINDS)
_SPLIT = tuple(f"config/_default/{name}{kind}" for name in ("hugo", "config") for kind in _KINDS)
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".ico")
# What Hugo's `urlize` leaves of a path besides letters, digits and marks of any script.
_NOT_URL = re.compile(r"[^\w\-./~+]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hugo(Convention):
    """A Hugo site with what its settings say."""

    name: str = "hugo"
    weights: bool = True
    content: tuple[tuple[str, str], ...] = (("/content", ""),)
    """Folders of pages and the beginning of their addresses, the longest folder first."""
    static: tuple[str, ...] = ("/static",)
    patterns: tuple[tuple[str, str], ...] = ()
    """From a section at the top to the pattern of its pages' addresses."""
    languages: tuple[str, ...] = ()
    """Those that stand in a file's name: `x.fr.md`; the site's own first."""
    ugly: bool = False
    lower: bool = True
    dated: bool = False
    """File names begin with dates."""

    def locate(self, path: str) -> Spot | None:
        """Return where a file stands; what is neither content nor static is the generator's."""
        for folder in self.static:
            if path.startswith(folder + "/"):
                return Spot(path[len(folder) :], asset=True)
        for folder, address in self.content:
            if path.startswith(folder + "/"):
                return self._content(address + path[len(folder) :])
        if path.startswith("/assets/") and extension(path) in _IMAGES:
            return Spot(path[len("/assets") :], asset=True)
        return None

    def _content(self, path: str) -> Spot | None:
        kind = extension(path)
        folder = self._urlized(parent(path)).rstrip("/")
        if kind not in (*MARKDOWN, ".html", ".htm"):
            return Spot(f"{folder}/{base_name(path)}", asset=True)
        name = base_name(path)[: -len(kind)]
        bare, _, language = name.rpartition(".")
        foreign = False
        if bare and language.lower() in self.languages:
            name = bare
            foreign = language.lower() != self.languages[0]
            if foreign:
                folder = f"/{language.lower()}{folder}"
        date, rest = dated(path) if self.dated else ("", "")
        return Spot(
            f"{folder}/{self._urlized(name)}{kind}",
            leaf=name == "index",
            post=folder.count("/") >= 1 and not foreign,
            date=date,
            name=self._urlized(rest),
        )

    def _urlized(self, path: str) -> str:
        path = _NOT_URL.sub("", path.replace(" ", "-"))
        return path.lower() if self.lower else path

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:  # noqa: ARG002
        """Return the address by its section's pattern, else the path; a page's `slug` replaces its name."""
        place = parent(spot.path) if spot.leaf else stem(spot.path)
        if base_name(place) == "_index" or place in ("/", "/index"):
            return ""
        name = self._urlized(front.slug) or spot.name or base_name(place)
        folder = parent(place)
        pattern = dict(self.patterns).get(spot.path[1:].partition("/")[0]) if folder != "/" else None
        address = expand(pattern, self._values(spot, front, folder, base_name(place))) if pattern else ""
        address = address or f"{folder.rstrip('/')}/{name}"
        return address + ".html" if self.ugly else address

    def _values(self, spot: Spot, front: FrontMatter, folder: str, name: str) -> dict[str, str]:
        when = front.date.astimezone(self.zone) if front.date and self.zone else front.date
        slug = self._urlized(front.slug)
        title = self._urlized(front.title)
        file = spot.name or name
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


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    own = tree.first(*_OWN, *_SPLIT)
    if own is not None:
        return f"{own.path[len(tree.prefix) :]} is there, Hugo's settings"
    old = tree.first(*_OLD)
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
    config = read_config(tree.first(*_OWN, *_OLD), tree.first(*_SPLIT))
    parts = {
        part: read_config(tree.first(*(f"config/_default/{part}{kind}" for kind in _KINDS)))
        for part in ("permalinks", "languages", "menus", "menu", "params")
    }
    split = {part: found.values for part, found in parts.items() if found.values}
    problems = config.problems + tuple(problem for found in parts.values() for problem in found.problems)
    config = Config({**split, **config.values}, problems)
    content, languages = _content(config)
    static = tuple(f"/{item.strip('/')}" for item in config.list("staticdir") if isinstance(item, str))
    convention = Hugo(
        content=content,
        static=static or ("/static",),
        patterns=tuple(sorted(_patterns(config))),
        languages=languages,
        ugly=config.truth("uglyurls"),
        lower=not config.truth("disablepathtolower"),
        dated=":filename" in [item for item in config.list("frontmatter.date") if isinstance(item, str)],
        future=config.truth("buildfuture"),
        blog=True,
    )
    return Found(convention, why, _settings(config), problems=config.problems)


def _content(config: Config) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return the folders of pages with their addresses, and the languages, the site's own first."""
    top = "/" + (config.text("contentdir") or "content").strip("/")
    default = (config.text("defaultcontentlanguage") or "en").lower()
    folders = {top: ""}
    names = [str(name).lower() for name in config.table("languages")]
    below = config.truth("defaultcontentlanguageinsubdir")
    for name in names:
        own = config.text(f"languages.{name}.contentdir").strip("/")
        if own:
            folders[f"/{own}"] = "" if name == default and not below else f"/{name}"
    ordered = tuple(sorted(folders.items(), key=lambda item: -len(item[0])))
    return ordered, tuple(dict.fromkeys((default, *names))) if names else ()


def _patterns(config: Config) -> Iterable[tuple[str, str]]:
    table = config.table("permalinks")
    pages = table.get("page")
    for source in (table, pages if isinstance(pages, dict) else {}):
        for section, pattern in source.items():
            if isinstance(pattern, str) and pattern:
                yield section, pattern


def _settings(config: Config) -> SiteSettings:
    url = site_url(config.text("baseurl"))
    default = (config.text("defaultcontentlanguage") or "en").lower()
    own = f"languages.{default}"
    return SiteSettings(
        title=config.text("title", f"{own}.title"),
        description=config.text(
            "params.description", "params.subtitle", f"{own}.params.description", "description"
        ),
        language=language_tag(config.text("languagecode", f"{own}.languagecode", "defaultcontentlanguage")),
        languages=tuple(str(name).lower() for name in config.table("languages")),
        timezone=config.text("timezone"),
        own_urls=(url,) if url else (),
        author=_author(config),
        menu=_menu(config, own),
    )


def _author(config: Config) -> tuple[Author, ...]:
    found = parse_authors(config.text("params.author.name", "params.author", "author.name", "author"))
    url = config.text("params.author.url", "author.url")
    return (author,) if len(found) == 1 and (author := make_author(found[0].name, url)) else found


def _menu(config: Config, own: str) -> tuple[tuple[str, str], ...]:
    """Return the main menu by weight; entries without an address head what a theme unfolds."""
    rows = []
    for place, item in enumerate(
        config.list("menu.main", "menus.main", "main", f"{own}.menu.main", f"{own}.menus.main")[:50]
    ):
        if not isinstance(item, dict):
            continue
        target = item.get("pageref") or item.get("url") or ""
        name = item.get("name") or item.get("title") or item.get("identifier") or ""
        if isinstance(target, str) and isinstance(name, str) and target and name and not item.get("parent"):
            weight = str(item.get("weight") or "")
            rows.append((int(weight) if weight.lstrip("-").isdigit() else 10**6, place, name, target))
    return tuple((name, target) for _, _, name, target in sorted(rows))
