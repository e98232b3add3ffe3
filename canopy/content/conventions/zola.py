"""Zola: pages in `content/` with TOML headers, files in `static/` and beside pages, slugs for addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugify import slugify

from canopy.content.conventions.configs import MAX_CONFIG, language_tag, read_config, site_url
from canopy.content.conventions.convention import Convention, Found, Spot, dated, listed
from canopy.content.frontmatter import grammar
from canopy.content.grammar import normalised
from canopy.content.headers import read_header
from canopy.content.paths import MARKDOWN, base_name, extension, parent, stem
from canopy.content.people import parse_authors
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.values import FrontMatter
    from canopy.git.values import Blob

_CONFIGS = ("zola.toml", "config.toml")
_KNOWN = frozenset("tag tags category categories series author authors".split())  # noqa: SIM905
"""Taxonomies that are known by their names."""
_MENU = re.compile(r"menu(?!.*footer)|(?:^|_)nav(?:bar|links|_links|_items)?$|^links$")
"""What themes call the list of the links above every page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zola(Convention):
    """A Zola site with what its `config.toml` says."""

    name: str = "zola"
    from_top: bool = True
    language: str = "en"
    languages: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    """Taxonomies of the site's own."""
    slugs: bool = True
    """Paths become slugs; without, only what no URL may hold is left out."""
    top_posts: bool = False
    """The top is a list by date, as a blog has it, and not only sections beside pages."""

    def locate(self, path: str) -> Spot | None:
        """Return where a file stands; what is neither content nor static is the generator's."""
        if path.startswith("/static/"):
            return Spot(path[len("/static") :], asset=True)
        if not path.startswith("/content/"):
            return None
        inner = path[len("/content") :]
        kind = extension(path)
        folder = self._slugs(parent(inner)).rstrip("/")
        if kind not in MARKDOWN:
            # A page's folder may bear the date, its address does not: what is beside it follows.
            return Spot(f"{folder}/{base_name(path)}", asset=True)
        name = base_name(inner)[: -len(kind)]
        bare, _, language = name.rpartition(".")
        foreign = bool(bare) and language.lower() in self.languages
        if foreign:
            name, folder = bare, f"/{language}{folder}"
        leaf = name == "index"
        date, rest = dated(parent(inner) + kind if leaf else inner)
        if name == "_index":
            return Spot(f"{folder}/_index{kind}")
        shown = f"{folder}/{name if leaf else self._slugs(rest or name)}{kind}"
        return Spot(
            shown,
            leaf=leaf,
            date=date,
            post=(self.top_posts or folder.count("/") > leaf) and not foreign,
            language=language if foreign else "",
        )

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:  # noqa: ARG002
        """Return the header; the terms of a taxonomy of the site's own are tags."""
        found = values.get("taxonomies")
        own = [tag for name in self.own if isinstance(found, dict) for tag in listed(found.get(name))]
        if not own or not isinstance(found, dict):
            return values
        return {**values, "taxonomies": {**found, "tags": [*listed(found.get("tags")), *own]}}

    def _slugs(self, path: str) -> str:
        if not self.slugs:
            return path
        parts = []
        for part in path.split("/"):
            date, rest = dated(part + ".md")
            parts.append(slugify(rest if date and rest else part) or part)
        return "/".join(parts)

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:  # noqa: ARG002
        """Return the path; a page's `slug` replaces its name."""
        place = parent(spot.path) if spot.leaf else stem(spot.path)
        if base_name(place) == "_index" or place == "/":
            return ""
        return f"{parent(place).rstrip('/')}/{front.slug}" if front.slug else place


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    for name in _CONFIGS:
        blob = tree.get(name)
        likely = blob is not None and tree.folders & {"content", "templates"}
        if likely and "base_url" in read_config(blob).values:
            return f"{name} is there, with Zola's base_url"
    return ""


def read(tree: Tree, why: str) -> Found:
    """Return the site with what `config.toml` says."""
    config = read_config(tree.first(*_CONFIGS))
    default = config.text("default_language") or "en"
    url = site_url(config.text("base_url"))
    languages = [str(name) for name in config.table("languages") if name != default.lower()]
    named = [item.get("name") for item in config.list("taxonomies") if isinstance(item, dict)]
    own = {normalised(str(name)): str(name) for name in named if name}
    own = {key: name for key, name in own.items() if key not in _KNOWN}
    convention = Zola(
        language=default,
        languages=tuple(languages),
        foreign=tuple(f"/{name}" for name in languages),
        slugs=config.text("slugify.paths", "slugify_paths") not in ("safe", "off", "false"),
        own=tuple(own),
        blog=True,
        top_posts=_by_date(tree.first("content/_index.md")),
    )
    settings = SiteSettings(
        title=config.text("title"),
        description=config.text("description"),
        language=language_tag(default),
        languages=tuple(language.lower() for language in convention.languages),
        own_urls=(url,) if url else (),
        author=parse_authors(config.text("author", "extra.author")),
        tag_folders=tuple(f"/{slugify(name)}" for name in own.values()),
        menu=_menu(config.table("extra"), default.lower()),
    )
    return Found(convention, why, settings, problems=config.problems)


def _menu(extra: Mapping[str, object], language: str) -> tuple[tuple[str, str], ...]:
    """Return the menu that a theme is given, as titles and targets; each theme calls it otherwise."""
    for key, value in extra.items():
        if not _MENU.search(key) or not isinstance(value, list):
            continue
        items = [item.get(language, item) for item in value if isinstance(item, dict)]
        found = [_entry(item) for item in items if isinstance(item, dict)]
        if any(found):
            return tuple(entry for entry in found if entry)
    return ()


def _entry(item: Mapping[str, object]) -> tuple[str, str] | None:
    title = next((item[key] for key in ("name", "title", "text", "label") if item.get(key)), "")
    url = next((item[key] for key in ("url", "link", "href", "path") if item.get(key)), "")
    if not (isinstance(title, str) and isinstance(url, str) and title.strip() and url.strip()):
        return None
    url = url.strip().removeprefix("$BASE_URL").removeprefix("@/")
    return " ".join(title.split()), url if "://" in url else f"/{url.lstrip('/')}"


def _by_date(index: Blob | None) -> bool:
    """Tell whether a section's own page sorts what is below it by date."""
    if index is None:
        return False
    text = index.data[:MAX_CONFIG].decode("utf-8-sig", "replace").replace("\r\n", "\n")
    return read_header(text, grammar(index.path, comments=True)).values.get("sort_by") == "date"
