"""Jekyll: `_posts/2020-01-02-title.md`, `_config.yml`, addresses by pattern; other `_x` stay hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from fnmatch import fnmatchcase
from posixpath import normpath
from typing import TYPE_CHECKING
from unicodedata import category

from canopy.content.conventions.configs import Config, read_config
from canopy.content.conventions.convention import Convention, Found, Spot, dated, is_litter
from canopy.content.conventions.jekyllmenus import menu_of
from canopy.content.conventions.jekyllsettings import settings_of
from canopy.content.conventions.patterns import date_values, expand, placeholders
from canopy.content.dates import parse_date
from canopy.content.dialects.includes import expand as expand_includes
from canopy.content.grammar import normalised
from canopy.content.paths import MARKDOWN, base_name, extension, readable, stem, unsuffixed
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.dialects.rewriting import Rewritten
    from canopy.content.inclusions import Shelf
    from canopy.content.values import FrontMatter
    from canopy.git.values import Blob

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
_KNOWN = frozenset(
    {"year", "short_year", "month", "i_month", "short_month", "long_month", "day", "i_day", "y_day", "hour"}
    | {"minute", "second", "week", "w_year", "w_day", "short_day", "long_day", "title", "slug", "name"}
    | {"basename", "path", "collection", "categories", "slugified_categories", "output_ext"}
)
_MOST_RULES = 200
_MOST_SCOPES = 100
"""Each is tried at each file."""
_EXCLUDED = ("/vendor/", "/node_modules/", "/.sass-cache/", "/script/", "/bin/")
_FILES = frozenset(
    {"gemfile", "gemfile.lock", "rakefile", "package.json", "package-lock.json", "yarn.lock", "gulpfile.js"}
    | {"dockerfile", "docker-compose.yml", "makefile", "procfile", "appveyor.yml", "netlify.toml", "cname"}
)
_TABS = "tabs"
"""The collection of Chirpy's that is its menu."""
_NOT_IN_MENU = ("parent", "nav_exclude")
_PRETTY = "._~!$&'()+,;=@"
"""What stays in an address besides letters and digits, as in Jekyll."""
_INCLUDED = re.compile(
    r"\{%-?[ \t]{0,9}include_relative[ \t]{1,9}([\w/-]{1,200}\.(?:md|markdown))[ \t]{0,9}-?%\}[ \t]*"
)
_DATES = ("date", "last_modified_at", "updated")
_EXACT = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|[ \t]+)\d{1,2}:\d\d:\d\d(?:\.\d*)?")
"""What YAML 1.1 has for a moment, without a zone."""
_HYPHENS = re.compile(r"-{2,}")
_STYLE_SOURCES = (".scss", ".sass", ".less", ".gemspec", ".rb", ".sh", ".lock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Jekyll(Convention):
    """A Jekyll site with what its `_config.yml` says."""

    name: str = "jekyll"
    pattern: str = STYLES["date"]
    suffix: str = ".html"
    """With which the addresses of pages end that are no posts."""
    from_top: bool = True
    introduced: bool = True
    """The README introduces the site: nothing else does."""
    excluded: tuple[str, ...] = ()
    included: tuple[str, ...] = ()
    collections: tuple[tuple[str, str], ...] = ()
    """The collections that have pages, with the pattern of their addresses."""
    scopes: tuple[tuple[str, str, Mapping[str, object]], ...] = ()
    """Defaults of front matter: a path's beginning, a type, the values."""
    titled: bool = False
    """Every page with a title is in the navigation but those below another, as Just the Docs has it."""
    parts: str = "_includes"
    """The folder of texts that others include, in the repository."""

    def locate(self, path: str) -> Spot | None:
        """Return where a file stands; only posts, drafts and collections may be in a folder `_x`."""
        if is_litter(path) or self._is_out(path):
            return None
        parts = path[1:].split("/")
        for place, part in enumerate(parts[:-1]):
            if part in ("_posts", "_drafts"):
                return self._post(path, parts[:place], part == "_drafts")
            known = dict(self.collections)
            if part.startswith("_") and part[1:] in known and place <= 1:
                return self._item(part[1:], "/".join(parts[place + 1 :]))
            if part.startswith("_") and part not in self.included:
                return None
        if parts[-1].startswith("_") and parts[-1] not in self.included:
            return None
        if path.lower() == "/readme.md" and not self.introduced:
            return None
        markdown = extension(path) in MARKDOWN
        html = extension(path) in (".html", ".htm")
        return Spot(path, asset=not markdown and not html, template=not markdown, templates=True)

    def _is_out(self, path: str) -> bool:
        name = base_name(path).lower()
        if path[1:] in self.included or name in self.included:
            return False
        if path.startswith(_EXCLUDED) or name in _FILES or name.endswith(_STYLE_SOURCES):
            return True
        inner = path[1:]
        return any(
            inner == item or inner.startswith(item.rstrip("/") + "/") or fnmatchcase(inner, item)
            for item in self.excluded
        )

    def _post(self, path: str, before: list[str], draft: bool) -> Spot | None:
        date, rest = dated(path)
        if extension(path) not in (*MARKDOWN, ".html", ".htm"):
            return Spot(path, asset=True)
        if not draft and not rest:
            return None
        folder = "/" + "/".join(before)
        # The blog's folder is the one that the addresses of its posts begin with.
        home = self.pattern.partition(":")[0].rstrip("/") if not before else ""
        return Spot(
            path,
            post=True,
            draft=draft,
            date=date,
            name=rest or base_name(stem(path)),
            categories=tuple(before),
            folder=home or folder,
        )

    def _item(self, collection: str, path: str) -> Spot:
        place = f"/{collection}/{path}"
        if extension(path) not in (*MARKDOWN, ".html", ".htm"):
            return Spot(place, asset=True)
        return Spot(place, collection=collection, date=dated(path)[0], templates=True)

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the header on top of the defaults of `_config.yml`; `permalink` is a path or a pattern."""
        defaults = self._defaults(spot)
        if self.zone:
            # Ruby takes a time with seconds for one of Greenwich, and tells it by the site's clock.
            exact = {key: _at_home(values.get(key), self.zone) for key in _DATES}
            values = {**values, **{key: text for key, text in exact.items() if text}}
        if self._is_in_menu(spot, values):
            defaults = {**defaults, "menu": "main"}
        link = values.get("permalink", defaults.get("permalink"))
        if not isinstance(link, str) or not link.strip():
            return {**defaults, **values} if defaults else values
        link = STYLES.get(link.strip("/"), link)
        # Elsewhere a permalink without a slash is but the last part of an address.
        return {**defaults, **values, "permalink": link if link.startswith("/") else f"/{link}"}

    def joined(self, path: str, body: str) -> str:
        """Return the text with other texts embedded that it includes on lines of their own."""
        if "include_relative" not in body:
            return body
        folder = path.rpartition("/")[0]
        lines: list[str] = []
        apart = False
        for line in body.split("\n"):
            found = _INCLUDED.fullmatch(line)
            # Within a paragraph it would be a link: it is a block of its own.
            if (found or apart) and lines and lines[-1].strip() and line.strip():
                lines.append("")
            apart = found is not None
            name = found[1] if found else ""
            lines.append(f"![[{folder}/{name}|{readable(base_name(stem(name)))}]]" if found else line)
        return "\n".join(lines)

    def includes(self, data: bytes) -> bool:
        """Tell whether a text may include others."""
        return b"include" in data and b"{%" in data

    def expanded(self, body: str, shelf: Shelf) -> Rewritten | None:
        """Return a text with those that it includes."""
        return expand_includes(body, self.parts, shelf)

    def _is_in_menu(self, spot: Spot, values: Mapping[str, object]) -> bool:
        """Tell whether a page is in the navigation by the rules of its site's theme."""
        if spot.collection == _TABS:
            return True
        beside = spot.post or spot.collection or not values.get("title")
        return self.titled and not beside and not any(_says(values, name) for name in _NOT_IN_MENU)

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:
        """Return the address by the pattern of the page's kind, or by the page's own."""
        link = values.get("permalink")
        pattern = link if isinstance(link, str) and placeholders(link) <= _KNOWN else ""
        if spot.collection:
            pattern = pattern or dict(self.collections)[spot.collection]
        elif spot.post:
            pattern = pattern or self.pattern
        if pattern:
            return expand(pattern, self._values(spot, front))
        name = unsuffixed(spot.path)
        return "" if base_name(name).lower() in ("index", "readme") else name + self.suffix

    def _values(self, spot: Spot, front: FrontMatter) -> dict[str, str]:
        # Where the settings name no zone, it is that of the machine: of GitHub's and almost all others, UTC.
        when = front.date.astimezone(self.zone or UTC) if front.date else None
        file = unsuffixed(spot.path)
        name = front.slug or spot.name or base_name(file)
        inner = file.removeprefix(f"/{spot.collection}/") if spot.collection else file
        categories = tuple(dict.fromkeys((*spot.categories, *front.categories)))
        return date_values(when) | {
            "title": _slugified(name, _PRETTY),
            "slug": _slugified(name).lower(),
            "name": _slugified(base_name(file)).lower(),
            "basename": base_name(file),
            "path": inner.lstrip("/"),
            "collection": spot.collection or ("posts" if spot.post else ""),
            "categories": "/".join(c.lower().replace("/", "-") for c in categories),
            "slugified_categories": "/".join(_slugified(c).lower() for c in categories),
            "output_ext": ".html",
        }

    def _defaults(self, spot: Spot) -> Mapping[str, object]:
        if not self.scopes:
            return {}
        kind = "drafts" if spot.draft else "posts" if spot.post else spot.collection or "pages"
        inner = f"{'_' if spot.collection else ''}{spot.path[1:]}"
        found: dict[str, object] = {}
        for path, wanted, values in self.scopes:
            if wanted in ("", kind) and (inner.startswith(path) or fnmatchcase(inner, path)):
                found |= values
        return found


def _at_home(value: object, zone: tzinfo) -> str:
    """Return what YAML takes for a moment of Greenwich, by the clock of the site; nothing for all else."""
    if not isinstance(value, str) or _EXACT.fullmatch(value.strip()) is None:
        return ""
    moment = parse_date(value.strip(), UTC)
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %z") if moment else ""


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    if tree.first("_config.yml", "_config.yaml", "_config.toml") and not tree.first("_toc.yml"):
        return "_config.yml is there, Jekyll's settings"
    return "the folder _posts/ is there" if "_posts" in tree.folders else ""


def read(tree: Tree, why: str) -> Found:
    """Return the site with what `_config.yml` says."""
    blob = tree.first("_config.yml", "_config.yaml", "_config.toml")
    config = read_config(blob)
    problems = [*config.problems, *_surplus(blob, config)]
    below = config.text("source").strip("./")
    source = tree.prefix + (f"{below}/" if below else "")
    pattern = config.text("permalink", "collections.posts.permalink")
    pattern = STYLES.get(pattern, pattern or STYLES["date"])
    unknown = placeholders(pattern) - _KNOWN
    if unknown and blob:
        reason = f"the placeholder :{min(unknown)} of `permalink` is not known"
        problems.append(Problem(blob.path, 0, reason, "use those of Jekyll's manual", Severity.WARNING))
        pattern = STYLES["date"]
    blog = any("/_posts/" in f"/{path}" for path in tree.blobs if path.startswith(source))
    suffix = ".html" if pattern.endswith(":output_ext") else ""
    titled = "just-the-docs" in config.text("theme", "remote_theme")
    indexes = (f"{source}index{kind}" for kind in (*MARKDOWN, ".html", ".htm"))
    convention = Jekyll(
        introduced=not blog and not any(path in tree.blobs for path in indexes),
        pattern=pattern,
        suffix=suffix,
        html=not pattern.endswith("/"),
        excluded=_texts(config.list("exclude"))[:_MOST_RULES],
        included=_texts(config.list("include"))[:_MOST_RULES],
        collections=tuple(sorted(_collections(config, suffix))),
        scopes=tuple(_scopes(config)),
        titled=titled,
        weights=titled,
        future=config.truth("future"),
        blog=blog,
        separator=config.text("excerpt_separator").replace("\\n", "\n"),
        parts=normpath(f"{tree.prefix}{below}/{config.text('includes_dir') or '_includes'}"),
    )
    inner = tree.below(below) if below else tree
    menu, file = menu_of(inner, blob)
    settings = replace(settings_of(inner, config), menu=menu)
    return Found(convention, why, settings, f"{below}/" if below else "", tuple(problems), file)


def _slugified(name: str, kept: str = "") -> str:
    """Return a name with hyphens for what is neither letter, mark nor digit, as Jekyll's `slugify` does."""
    slug = "".join(c if c in kept or category(c)[0] in "LM" or category(c) == "Nd" else "-" for c in name)
    return _HYPHENS.sub("-", slug).removeprefix("-").removesuffix("-")


def _says(values: Mapping[str, object], name: str) -> bool:
    return str(values.get(normalised(name)) or "false").strip().lower() != "false"


def _surplus(blob: Blob | None, config: Config) -> Iterable[Problem]:
    """Say which lists are longer than what is read of them."""
    for name, most in (("exclude", _MOST_RULES), ("include", _MOST_RULES), ("defaults", _MOST_SCOPES)):
        count = len(config.list(name))
        if blob is not None and count > most:
            found = re.search(rf"(?m)^[ \t\"']*{name}\b", blob.data.decode("utf-8", "replace"))
            line = found.string.count("\n", 0, found.end()) + 1 if found else 0
            reason = f"`{name}`: only the first {most} of {count:,} entries count"
            yield Problem(blob.path, line, reason, "put several into one pattern", Severity.WARNING)


def _texts(items: Iterable[object]) -> tuple[str, ...]:
    return tuple(item.strip().lstrip("/") for item in items if isinstance(item, str) and item.strip("/ "))


def _collections(config: Config, suffix: str) -> Iterable[tuple[str, str]]:
    for name, entry in config.table("collections").items():
        if name != "posts" and isinstance(entry, dict) and entry.get("output") == "true":
            pattern = entry.get("permalink")
            good = isinstance(pattern, str) and pattern and placeholders(pattern) <= _KNOWN
            yield name, pattern if good and isinstance(pattern, str) else f"/:collection/:path{suffix}"


def _scopes(config: Config) -> Iterable[tuple[str, str, Mapping[str, object]]]:
    entries = [entry for entry in config.list("defaults")[:_MOST_SCOPES] if isinstance(entry, dict)]
    found = []
    for entry in entries:
        scope, values = entry.get("scope"), entry.get("values")
        if isinstance(values, dict):
            scope = scope if isinstance(scope, dict) else {}
            named = {normalised(str(key)): value for key, value in values.items()}
            found.append((str(scope.get("path") or "").strip("/"), str(scope.get("type") or ""), named))
    return sorted(found, key=lambda item: (len(item[0]), bool(item[1])))
