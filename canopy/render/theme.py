"""The theme: templates and static files, loaded and checked once, rendered many times.

Owns jinja2 and the names of the theme's assets. It must not know the site, git or HTTP: a template sees
one view and looks nothing up. Everything here is immutable once loaded, so that a worker process may load it
at its start and render from any thread; the same view always gives the same bytes.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import jinja2
from jinja2 import meta, nodes
from markupsafe import Markup

from canopy.content.collation import Alphabet
from canopy.errors import ThemeError
from canopy.render import views
from canopy.render.interface import SOURCE, Interface, direction, languages, script_words

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping
    from datetime import datetime
    from importlib.resources.abc import Traversable
    from types import CodeType

    from jinja2.bccache import Bucket

    from canopy.render.fragment import TocEntry
    from canopy.render.views import Entry, View

ASSET_PREFIX = "/-/assets/"

TEMPLATES: Mapping[type, str] = {
    views.ArticleView: "article.html",
    views.ListingView: "listing.html",
    views.TermsView: "terms.html",
    views.NotFoundView: "not_found.html",
    views.GoneView: "gone.html",
    views.SearchView: "search.html",
    views.EmptyView: "empty.html",
    views.UnavailableView: "unavailable.html",
}
"""Which template shows a view."""
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
# How one asset names another: url(x) in a style sheet, "./x" in a module. Anything else is left as it is.
_REFERENCE = {
    ".css": re.compile(r"""(?<=url\()(?P<quote>["']?)(?P<name>[\w.-]+)(?P=quote)(?=\))"""),
    ".js": re.compile(r"""(?P<quote>["'])\./(?P<name>[\w.-]+)(?P=quote)"""),
}
# What only who works on the theme reads: remarks, and how far a line is moved in.
_REMARK = {
    ".css": re.compile(r"/\*.*?\*/|^[ \t]+|\n(?=\n)", re.DOTALL | re.MULTILINE),
    ".js": re.compile(r"^[ \t]*//.*\n+|^[ \t]+", re.MULTILINE),
}
_LONG_LISTING = 12


@dataclass(frozen=True, slots=True)
class ThemeAsset:
    """A static file of the theme, under a name that changes with its content."""

    path: str
    """Of the site, without the base path: `/-/assets/style.0123456789.css`."""
    data: bytes
    media_type: str
    """With its charset where it is text."""
    policy: str = ""
    """The Content-Security-Policy of what is framed, or loaded there, without an origin; else empty."""


class Theme:
    """The templates and assets of one look."""

    def __init__(self, templates: Mapping[str, str], assets: Mapping[str, bytes]) -> None:
        """Compile all templates and name all assets; raise ThemeError at the first that is wrong."""
        self.names = _hashed(assets)
        self.assets: Mapping[str, ThemeAsset] = MappingProxyType(
            {asset.path: asset for asset in self.names.values()}
        )
        self.sources = templates
        self._compiled = Compiled()
        _check(self.environment(Interface.of(SOURCE)), templates, self.names)
        self._looks: dict[Interface, Mapping[str, jinja2.Template]] = {}

    def _look(self, language: str) -> Mapping[str, jinja2.Template]:
        """Return the templates as they are shown in a language; they are made ready when first asked for."""
        interface = Interface.of(language)
        look = self._looks.get(interface)
        if look is None:
            environment = self.environment(interface)
            look = {name: environment.get_template(name) for name in sorted(self.sources)}
            self._looks[interface] = look
        return look

    def environment(
        self,
        interface: Interface,
        kind: type[jinja2.Environment] = jinja2.Environment,
        sources: Mapping[str, str] | None = None,
        compiled: Compiled | None = None,
    ) -> jinja2.Environment:
        """Return an environment for one language: filters and functions of jinja2 know no page's language.

        Other `sources` than the theme's own, or another `kind`, need a place for what is `compiled`.
        """
        environment = kind(
            loader=jinja2.DictLoader(self.sources if sources is None else sources),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=self._compiled if compiled is None else compiled,
        )
        environment.globals |= {
            "asset": self.asset_url,
            "_": interface.gettext,
            "ngettext": interface.ngettext,
        }
        words = _words_of(interface.language)
        environment.globals["script_words"] = words if words in self.names else ""
        environment.filters |= {
            "day": interface.day,
            "day_of_year": interface.day_of_year,
            "listed": interface.listed,
            "month": interface.month,
            "month_alone": interface.month_alone,
            "number": interface.number,
            "lang": _lang,
            "language_name": interface.language_name,
            "spoken": lambda frame: _spoken(interface.language, frame.language),
            "year": interface.year,
            "years": _years,
            "months": _months,
            "initials": _initials,
            "period": _period,
            "bare": _bare,
            "outline": _outline,
            "direction": direction,
            "shell": shlex.quote,
        }
        return environment

    @classmethod
    @cache
    def default(cls) -> Theme:
        """Load the theme that comes with Canopy; it is loaded once in a process."""
        return cls.load(files("canopy") / "theme")

    @classmethod
    def load(cls, folder: Traversable) -> Theme:
        """Load the theme in `folder`, which holds `templates/` and `assets/`."""
        try:
            templates = {
                file.name: file.read_text("utf-8")
                for file in (folder / "templates").iterdir()
                if file.name.endswith(".html")
            }
            assets = _files(folder)
        except (OSError, UnicodeDecodeError) as exc:
            raise ThemeError(f"the theme in {folder} can't be read: {exc}") from exc
        return cls(templates, assets | _words())

    def asset(self, name: str) -> ThemeAsset:
        """Return the asset of that name, as it is called in the theme's folder."""
        return self.names[name]

    def render(self, view: View) -> str:
        """Return the whole page that shows `view`."""
        template = self._look(view.frame.language)[TEMPLATES[type(view)]]
        try:
            return template.render(view=view, frame=view.frame, here=here(view))
        except jinja2.TemplateError as exc:
            raise ThemeError(f"{template.name}: {exc.message}") from exc

    @jinja2.pass_context
    def asset_url(self, context: jinja2.runtime.Context, name: str) -> str:
        """Return the URL of an asset, for templates."""
        frame: views.Frame = context["frame"]
        return frame.base_path + self.names[name].path


@cache
def default_assets() -> Mapping[str, ThemeAsset]:
    """Return the assets of `Theme.default()` by name, without what it takes to compile its templates."""
    return _hashed(_files(files("canopy") / "theme") | _words())


class Compiled(jinja2.BytecodeCache):
    """What the templates compile to, which is the same in every language."""

    def __init__(self, below: Compiled | None = None) -> None:
        """Know what is compiled already in `below`, too."""
        self._code: dict[tuple[str, str], CodeType] = {}
        self._below = below

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give jinja2 what it compiled for another language."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))
        if bucket.code is None and self._below is not None:
            self._below.load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what jinja2 has compiled."""
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


def _check(environment: jinja2.Environment, templates: Mapping[str, str], assets: Container[str]) -> None:
    missing = sorted(set(TEMPLATES.values()) - set(templates))
    if missing:
        raise ThemeError(f"the theme has no template {', '.join(missing)}")
    try:
        for name, text in sorted(templates.items()):
            _check_references(name, environment.parse(text, name), templates, assets)
            environment.get_template(name)
    except jinja2.TemplateSyntaxError as exc:
        raise ThemeError(f"{exc.name}:{exc.lineno}: {exc.message}") from exc


def _check_references(
    name: str, tree: nodes.Template, templates: Container[str], assets: Container[str]
) -> None:
    """Find what would only fail when a page is shown: a template or an asset that isn't there."""
    for other in meta.find_referenced_templates(tree):
        if other is not None and other not in templates:
            raise ThemeError(f"{name}: there is no template {other}")
    for call in tree.find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name == "asset"):
            continue
        wanted = call.args[0] if call.args else None
        if isinstance(wanted, nodes.Const) and wanted.value not in assets:
            raise ThemeError(f"{name}:{call.lineno}: there is no asset {wanted.value}")


def _files(folder: Traversable) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (folder / "assets").iterdir() if file.is_file()}


def _words() -> dict[str, bytes]:
    """Return the assets with the scripts' words, which come from the catalogues."""
    return {_words_of(language): script_words(language) for language in languages() - {SOURCE}}


def _hashed(assets: Mapping[str, bytes]) -> Mapping[str, ThemeAsset]:
    """Give every asset its name; what an asset refers to is part of its content, so that comes first."""
    done: dict[str, ThemeAsset] = {}

    def visit(name: str, path: tuple[str, ...]) -> ThemeAsset:
        if name in path:
            raise ThemeError(f"assets refer to each other in a circle: {' → '.join((*path, name))}")
        if name not in done:
            done[name] = _named(name, assets[name], lambda other: reference(other, (*path, name)))
        return done[name]

    def reference(name: str, path: tuple[str, ...]) -> str:
        if name not in assets:
            raise ThemeError(f"{path[-1]} refers to {name}, which the theme doesn't have")
        return visit(name, path).path.removeprefix(ASSET_PREFIX)

    for name in sorted(assets):
        visit(name, ())
    return done


def _named(name: str, data: bytes, resolve: Callable[[str], str]) -> ThemeAsset:
    stem, dot, extension = name.rpartition(".")
    suffix = dot + extension
    if pattern := _REFERENCE.get(suffix):
        text = _REMARK[suffix].sub("", data.decode("utf-8"))
        data = pattern.sub(lambda m: m[0].replace(m["name"], resolve(m["name"])), text).encode()
    media_type = _MEDIA_TYPES.get(suffix, "application/octet-stream")
    digest = hashlib.sha256(data).hexdigest()[:10]
    return ThemeAsset(f"{ASSET_PREFIX}{stem}.{digest}{suffix}", data, media_type)


def template_of(view: View) -> str:
    """Return the name of the template that shows a view."""
    return TEMPLATES[type(view)]


def template_names() -> frozenset[str]:
    """Return the names of all templates that show views."""
    return frozenset(TEMPLATES.values())


def here(view: View) -> str:
    """Return the path of the page's own address, to mark it in the navigation."""
    return urlsplit(getattr(view, "canonical", "")).path


def _words_of(language: str) -> str:
    """Return the name of the asset with the scripts' words."""
    return f"words.{language}.js"


def _spoken(language: str, around: str) -> Markup:
    """Return the attributes of an element whose words are the interface's, on a page in another language.

    A screen reader needs them to pronounce what it reads (WCAG 2.2, 3.1.2).
    """
    if language == (around or SOURCE).partition("-")[0].lower():
        return Markup()
    turned = Markup(' dir="ltr"') if direction(around) != direction(language) else ""
    return _lang(language, around) + turned


def _lang(language: str, around: str) -> Markup:
    """Return the attribute of an element whose text is in another language than what is around it."""
    return Markup(' lang="{}"').format(language) if language and language != around else Markup()


def _years(entries: Iterable[Entry]) -> list[tuple[int | None, list[Entry]]]:
    """Cut a long listing where the year changes; a short one, or one of a single year, stays whole."""
    listed = list(entries)
    years = [
        (year, list(group))
        for year, group in groupby(listed, key=lambda e: e.created.year if e.created else 0)
    ]
    if len(listed) <= _LONG_LISTING or len(years) == 1:
        return [(None, listed)]
    return [(year, group) for year, group in years]


def _months(entries: Iterable[Entry]) -> list[tuple[datetime | None, list[Entry]]]:
    """Cut the listing of one year where the month changes; a short one stays whole."""
    listed = list(entries)
    if len(listed) <= _LONG_LISTING:
        return [(None, listed)]
    months = [list(group) for _, group in groupby(listed, key=lambda e: e.created and e.created.month)]
    return [(group[0].created, group) for group in months]


@jinja2.pass_context
def _initials(context: jinja2.runtime.Context, entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """Cut a long alphabetical listing at its initials, unless nearly each is alone with its own."""
    listed, frame = list(entries), context.get("frame")  # a macro may not have it
    language = frame.site_language or frame.language if isinstance(frame, views.Frame) else ""
    letter_of = Alphabet.of(language).letter
    groups = [(letter, list(group)) for letter, group in groupby(listed, key=lambda e: letter_of(e.title))]
    if len(listed) <= _LONG_LISTING or len(groups) > len(listed) // 2:
        return [("", listed)]
    return groups


def _period(entries: Iterable[Entry]) -> list[tuple[datetime, datetime]]:
    """Return the dates of the oldest and the newest entry, if there are any."""
    dates = [entry.created for entry in entries if entry.created is not None]
    return [(min(dates), max(dates))] if dates else []


def _bare(url: str) -> str:
    """Return a URL as people say it: without scheme and the slash at its end."""
    return url.partition("://")[2].rstrip("/") or url


def _outline(toc: Iterable[TocEntry]) -> list[tuple[int, TocEntry]]:
    """Return the headings worth listing with their depth from 0, whatever level the author began at."""
    listed = list(toc)
    top = min((entry.level for entry in listed), default=2)
    return [(entry.level - top, entry) for entry in listed if entry.level - top <= 2]
