"""What `mkdocs.yml` says besides the order of pages: blogs, people, redirects, languages, snippets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import normpath
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, read_config
from canopy.content.conventions.globs import read_globs
from canopy.content.dialects import macros
from canopy.content.dialects.snippets import Snippets
from canopy.content.paths import base_name, parent, unsuffixed
from canopy.content.people import make_author
from canopy.content.values import Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from canopy.content.conventions.convention import Tree
    from canopy.git.values import Blob

_MOST = 1000
_TEMPLATING = ("macros", "markdownextradata", "table-reader")
"""Plug-ins."""
_DATE = {"yyyy": ":year", "yy": ":short_year", "MM": ":month", "M": ":i_month", "dd": ":day", "d": ":i_day"}
_DATE_SIGN = re.compile("|".join(_DATE))
_POST_SIGN = re.compile(r"\{(\w{1,20})\}")
_POST_SIGNS = {"slug": ":slug", "file": ":name", "categories": ":categories"}


@dataclass(frozen=True, slots=True)
class Blog:
    """What Material's plugin is told about one blog."""

    folder: str
    """Without a slash at its end; empty for a blog that is the whole site."""
    posts: str
    """The folder of the posts, with a slash at its end."""
    pattern: str


def read_settings(tree: Tree, blob: Blob | None) -> Config:
    """Return the settings, with those of the file that they inherit."""
    config = read_config(blob, cased=True)
    project = config.table("project")
    if project:
        return Config({**config.values, **project}, config.problems)
    parent_file = config.text("INHERIT").removeprefix("./")
    return read_config(blob, tree.get(parent_file), cased=True) if parent_file else config


def folder_of(config: Config) -> str:
    """Return the folder of the pages, with a slash at its end; nothing for the top."""
    name = config.text("docs_dir").removeprefix("./").strip("/")
    return "" if name == "." else f"{name or 'docs'}/"


def globs(config: Config, name: str) -> tuple[str, ...]:
    """Return the patterns of files that a setting has."""
    value = config.values.get(name)
    return read_globs(value) if isinstance(value, str) else ()


def own_folder(config: Config, below: str) -> tuple[str, ...]:
    """Return the theme's own folder, if it lies among the pages."""
    folder = config.text("theme.custom_dir").strip("./") + "/"
    return (f"/{folder.removeprefix(below)}",) if below and folder.startswith(below) else ()


def plugins(config: Config, name: str) -> Iterator[Config]:
    """Yield the options of each plugin of that name."""
    return _options(config.values.get("plugins"), name)


def _options(value: object, name: str) -> Iterator[Config]:
    """Yield the options of what is called so in a list, or in a map."""
    items = list(value.items()) if isinstance(value, dict) else []
    for item in value if isinstance(value, list) else ():
        items += item.items() if isinstance(item, dict) else [(item, {})]
    for key, options in items[:100]:
        if str(key).rpartition("/")[2].partition(" ")[0] == name:
            yield Config(options if isinstance(options, dict) else {})


def blogs_of(config: Config) -> Iterator[Blog]:
    """Yield the blogs of Material's plugin."""
    for options in plugins(config, "blog"):
        if options.text("enabled") == "false":
            continue
        folder = (options.text("blog_dir") or "blog").removeprefix("./").strip("/")
        folder = "" if folder == "." else f"/{folder}"
        posts = (options.text("post_dir") or "{blog}/posts").replace("{blog}", folder).strip("/.")
        days = _DATE_SIGN.sub(lambda m: _DATE[m[0]], options.text("post_url_date_format") or "yyyy/MM/dd")
        pattern = (options.text("post_url_format") or "{date}/{slug}").replace("{date}", days)
        pattern = _POST_SIGN.sub(lambda m: _POST_SIGNS.get(m[1], m[1]), pattern)
        yield Blog(folder, f"/{posts}/", "/" + pattern)


def people_of(tree: Tree, below: str, config: Config, blogs: Iterable[Blog]) -> Iterator[tuple[str, Person]]:
    """Yield the authors of the blogs by the keys that posts use."""
    named = [options.text("authors_file") for options in plugins(config, "blog")]
    for blog, file in zip(blogs, named, strict=False):
        path = (file or "{blog}/.authors.yml").replace("{blog}", blog.folder).lstrip("/.")
        path = path if file or not blog.folder else f"{blog.folder[1:]}/.authors.yml"
        people = read_config(tree.first(below + path, below + ".authors.yml"), cased=True)
        for key, entry in list((people.table("authors") or people.values).items())[:_MOST]:
            person = Config(entry if isinstance(entry, dict) else {})
            if author := make_author(person.text("name") or key, person.text("url")):
                avatar = person.text("avatar")
                face = avatar if avatar.startswith(("http", "/")) or not avatar else f"/{avatar}"
                yield key, Person(author.name, author.url, face)


def redirects_of(config: Config) -> Iterator[tuple[str, str]]:
    """Yield old addresses and where they lead, from the plugin `redirects`: to a page's file, or a URL."""
    for options in plugins(config, "redirects"):
        for old, new in list(options.table("redirect_maps").items())[:_MOST]:
            place = unsuffixed("/" + old.strip("/"))
            if base_name(place).lower() in ("index", "readme"):
                place = parent(place)
            if isinstance(new, str) and new:
                yield place, new if "://" in new else "/" + new.lstrip("/")


def variables_of(config: Config) -> Iterator[tuple[str, str]]:
    """Yield what texts may show by name, if a plug-in makes templates of them."""
    if any(True for name in _TEMPLATING for _ in plugins(config, name)):
        yield macros.ON
        extra = config.table("extra")
        yield from macros.values_of("", extra)
        yield from macros.values_of("extra.", extra)
        yield from macros.values_of("config.", {k: v for k, v in config.values.items() if isinstance(v, str)})


def snippets_of(config: Config, top: str, below: str) -> Snippets | None:
    """Return what `pymdownx.snippets` is told; folders are below that of the settings."""
    for options in _options(config.values.get("markdown_extensions"), "pymdownx.snippets"):
        known = {"$config_dir": "", "$docs_dir": below, "": ""}
        names = [name for name in options.list("base_path") if isinstance(name, str)] or [""]
        begin, _, rest = zip(*(name.partition("/") for name in names), strict=True)
        places = (f"{top}{known.get(first, first)}/{more}" for first, more in zip(begin, rest, strict=True))
        appended = tuple(name for name in options.list("auto_append") if isinstance(name, str))
        return Snippets(tuple(map(normpath, places)), appended, options.truth("dedent_subsections"))
    return None


def languages_of(config: Config) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return where the addresses of a language begin, and the other languages, by the plugin `i18n`."""
    for options in plugins(config, "i18n"):
        entries = [Config(entry) for entry in options.list("languages") if isinstance(entry, dict)]
        others = [e.text("locale") for e in entries if e.text("default") != "true"]
        default = [e.text("locale") for e in entries if e.text("default") == "true"]
        if options.text("docs_structure") != "folder":
            starts = {name: f"/{name}" for name in others if name} | {name: "" for name in default if name}
            return starts, tuple(name.lower() for name in others)
    return {}, ()
