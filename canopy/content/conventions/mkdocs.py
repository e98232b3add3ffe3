"""MkDocs, Material, Zensical: pages in `docs/`, their titles and order in `nav`, and Material's blog."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from posixpath import normpath
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, language_tag, read_config, site_url
from canopy.content.conventions.contents import Entry, Handbook, read_contents
from canopy.content.conventions.convention import Found, Spot, dated, is_litter
from canopy.content.conventions.globs import is_matched, read_globs
from canopy.content.conventions.patterns import date_values, expand
from canopy.content.conventions.summary import read_summary
from canopy.content.dialects import macros
from canopy.content.dialects.snippets import Snippets
from canopy.content.dialects.snippets import expand as expand_snippets
from canopy.content.paths import MARKDOWN, base_name, extension, parent, stem, unsuffixed
from canopy.content.people import make_author, parse_authors
from canopy.content.values import Person, SiteSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.dialects.rewriting import Rewritten
    from canopy.content.inclusions import Shelf
    from canopy.content.values import FrontMatter
    from canopy.git.values import Blob

_CONFIGS = ("mkdocs.yml", "mkdocs.yaml", "zensical.toml")
_IN_SLUG = re.compile(r"[^\w\- ]")
_DATE = {"yyyy": ":year", "yy": ":short_year", "MM": ":month", "M": ":i_month", "dd": ":day", "d": ":i_day"}
_DATE_SIGN = re.compile("|".join(_DATE))
_POST_SIGN = re.compile(r"\{(\w{1,20})\}")
_POST_SIGNS = {"slug": ":slug", "file": ":name", "categories": ":categories"}
_MOST = 1000
_TEMPLATING = ("macros", "markdownextradata", "table-reader")
"""Plug-ins."""


@dataclass(frozen=True, slots=True)
class _Blog:
    """What Material's plugin is told about one blog."""

    folder: str
    """Without a slash at its end; empty for a blog that is the whole site."""
    posts: str
    """The folder of the posts, with a slash at its end."""
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MkDocs(Handbook):
    """A MkDocs site with what its `mkdocs.yml` says."""

    name: str = "mkdocs"
    headed: bool = True
    files: bool = False
    """Addresses end in `.html`."""
    blogs: tuple[_Blog, ...] = ()
    excluded: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    suffixes: Mapping[str, str] = field(default_factory=dict)
    """From a language that stands in a file's name to the beginning of its addresses."""
    snippets: Snippets | None = None
    """None if the extension is not on."""

    def locate(self, path: str) -> Spot | None:
        """Return the path; posts, what is excluded and files of other languages apart."""
        if is_litter(path) or path.startswith("/templates/") or is_matched(path, self.excluded):
            return None
        draft = is_matched(path, self.unfinished)
        kind = extension(path)
        date, rest = dated(path)
        if kind in MARKDOWN:
            for blog in self.blogs:
                if path.startswith(blog.posts):
                    top = blog.folder or "/"
                    return Spot(path, post=True, draft=draft, date=date, name=rest, folder=top)
        bare, _, language = path[: -len(kind)].rpartition(".") if kind else ("", "", "")
        if bare and language in self.suffixes:
            place = f"{self.suffixes[language]}{bare}{kind}"
            return Spot(place, asset=kind not in MARKDOWN, draft=draft, language=language)
        return Spot(path, draft=draft, date=date, name=self.titles.get(path) or rest)

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the header with what `nav` says; of a post, `date` may be a map of dates."""
        dates = values.get("date")
        if isinstance(dates, dict):
            values = {**values, "date": dates.get("created", "")}
            if dates.get("updated"):
                values["updated"] = dates["updated"]
        return Handbook.fields(self, spot, values)

    def includes(self, data: bytes) -> bool:
        """Tell whether a file may have snippets."""
        return self.snippets is not None and (b"8<" in data or bool(self.snippets.appended))

    def expanded(self, body: str, shelf: Shelf) -> Rewritten | None:
        """Return a page with its snippets."""
        return expand_snippets(body, self.snippets, shelf) if self.snippets else None

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:  # noqa: ARG002
        """Return the address of a post by its blog's pattern; that of another page is its path."""
        if spot.post:
            blog = next(blog for blog in self.blogs if spot.path.startswith(blog.posts))
            name = base_name(stem(spot.path))
            known = date_values(front.date) | {
                "slug": front.slug or _slug(front.title) or name,
                "name": name,
                "categories": "/".join(_slug(name) for name in front.categories),
            }
            found = expand(blog.pattern, known)
            return blog.folder + found if found else ""
        place = unsuffixed(spot.path)
        if not self.files or base_name(place).lower() in ("index", "readme"):
            return ""
        return f"{parent(place).rstrip('/')}/{front.slug or base_name(place)}.html"


def _slug(title: str) -> str:
    """Return what pymdownx makes of a title: lower case, and a hyphen for each space."""
    return _IN_SLUG.sub("", title.lower()).strip().replace(" ", "-")


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    blob = tree.first(*_CONFIGS)
    if blob is None:
        return ""
    below = _folder(_config(tree, blob))
    there = any(path.startswith(tree.prefix + below) for path in tree.blobs)
    return f"the folder {below} that {base_name(blob.path)} names" if there else ""


def read(tree: Tree, why: str) -> Found:
    """Return the site with what its settings say."""
    config = _config(tree, tree.first(*_CONFIGS))
    below = _folder(config)
    blogs = tuple(_blogs(config))
    contents = read_contents(_entries(tree, config, below))
    suffixes, languages = _languages(config)
    convention = MkDocs(
        files=config.text("use_directory_urls") == "false",
        blogs=blogs,
        blog=bool(blogs),
        book=all(blog.folder for blog in blogs),
        excluded=(*_custom(config, below), *_globs(config, "exclude_docs")),
        unfinished=_globs(config, "draft_docs"),
        suffixes=suffixes,
        foreign=tuple(f"/{name}" for name in languages),
        titles=contents.titles,
        places=contents.places,
        leads=tuple(_moved(config)),
        snippets=_snippets(config, tree.prefix, below),
    )
    url = site_url(config.text("site_url"))
    settings = SiteSettings(
        title=config.text("site_name"),
        description=config.text("site_description"),
        language=language_tag(config.text("theme.language")),
        languages=languages,
        own_urls=(url,) if url else (),
        author=parse_authors(config.text("site_author")),
        authors=tuple(sorted(_people(tree, below, config, blogs))),
        menu=contents.menu,
        footer=config.text("copyright"),
        variables=tuple(_variables(config)),
    )
    return Found(convention, why, settings, below, config.problems)


def _config(tree: Tree, blob: Blob | None) -> Config:
    """Return the settings, with those of the file that they inherit."""
    config = read_config(blob, cased=True)
    project = config.table("project")
    if project:
        return Config({**config.values, **project}, config.problems)
    parent_file = config.text("INHERIT").removeprefix("./")
    return read_config(blob, tree.get(parent_file), cased=True) if parent_file else config


def _folder(config: Config) -> str:
    name = config.text("docs_dir").removeprefix("./").strip("/")
    return "" if name == "." else f"{name or 'docs'}/"


def _globs(config: Config, name: str) -> tuple[str, ...]:
    value = config.values.get(name)
    return read_globs(value) if isinstance(value, str) else ()


def _custom(config: Config, below: str) -> tuple[str, ...]:
    """Return the theme's own folder, if it lies among the pages."""
    folder = config.text("theme.custom_dir").strip("./") + "/"
    return (f"/{folder.removeprefix(below)}",) if below and folder.startswith(below) else ()


def _plugins(config: Config, name: str) -> Iterator[Config]:
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


def _blogs(config: Config) -> Iterator[_Blog]:
    for options in _plugins(config, "blog"):
        if options.text("enabled") == "false":
            continue
        folder = (options.text("blog_dir") or "blog").removeprefix("./").strip("/")
        folder = "" if folder == "." else f"/{folder}"
        posts = (options.text("post_dir") or "{blog}/posts").replace("{blog}", folder).strip("/.")
        days = _DATE_SIGN.sub(lambda m: _DATE[m[0]], options.text("post_url_date_format") or "yyyy/MM/dd")
        pattern = (options.text("post_url_format") or "{date}/{slug}").replace("{date}", days)
        pattern = _POST_SIGN.sub(lambda m: _POST_SIGNS.get(m[1], m[1]), pattern)
        yield _Blog(folder, f"/{posts}/", "/" + pattern)


def _people(tree: Tree, below: str, config: Config, blogs: Iterable[_Blog]) -> Iterator[tuple[str, Person]]:
    named = [options.text("authors_file") for options in _plugins(config, "blog")]
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


def _moved(config: Config) -> Iterator[tuple[str, str]]:
    """Yield old addresses and where they lead, from the plugin `redirects`: to a page's file, or a URL."""
    for options in _plugins(config, "redirects"):
        for old, new in list(options.table("redirect_maps").items())[:_MOST]:
            place = unsuffixed("/" + old.strip("/"))
            if base_name(place).lower() in ("index", "readme"):
                place = parent(place)
            if isinstance(new, str) and new:
                yield place, new if "://" in new else "/" + new.lstrip("/")


def _variables(config: Config) -> Iterator[tuple[str, str]]:
    """Yield what texts may show by name, if a plug-in makes templates of them."""
    if any(True for name in _TEMPLATING for _ in _plugins(config, name)):
        yield macros.ON
        extra = config.table("extra")
        yield from macros.values_of("", extra)
        yield from macros.values_of("extra.", extra)
        yield from macros.values_of("config.", {k: v for k, v in config.values.items() if isinstance(v, str)})


def _snippets(config: Config, top: str, below: str) -> Snippets | None:
    """Return what `pymdownx.snippets` is told; folders are below that of the settings."""
    for options in _options(config.values.get("markdown_extensions"), "pymdownx.snippets"):
        known = {"$config_dir": "", "$docs_dir": below, "": ""}
        names = [name for name in options.list("base_path") if isinstance(name, str)] or [""]
        begin, _, rest = zip(*(name.partition("/") for name in names), strict=True)
        places = (f"{top}{known.get(first, first)}/{more}" for first, more in zip(begin, rest, strict=True))
        appended = tuple(name for name in options.list("auto_append") if isinstance(name, str))
        return Snippets(tuple(map(normpath, places)), appended, options.truth("dedent_subsections"))
    return None


def _languages(config: Config) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return where the addresses of a language begin, and the other languages, by the plugin `i18n`."""
    for options in _plugins(config, "i18n"):
        entries = [Config(entry) for entry in options.list("languages") if isinstance(entry, dict)]
        others = [e.text("locale") for e in entries if e.text("default") != "true"]
        default = [e.text("locale") for e in entries if e.text("default") == "true"]
        if options.text("docs_structure") != "folder":
            starts = {name: f"/{name}" for name in others if name} | {name: "" for name in default if name}
            return starts, tuple(name.lower() for name in others)
    return {}, ()


def _entries(tree: Tree, config: Config, below: str) -> tuple[Entry, ...]:
    """Return the table of contents: `nav`, a `SUMMARY.md` that stands in for it, or the files `.pages`."""
    nav = config.list("nav")
    if nav:
        return tuple(_nav(nav))
    for options in _plugins(config, "literate-nav"):
        summary = tree.get(below + (options.text("nav_file") or "SUMMARY.md"))
        if summary is not None:
            return read_summary(summary)
    return tuple(_arranged(tree, below)) if any(path.endswith(_ARRANGED) for path in tree.blobs) else ()


def _nav(items: Iterable[object]) -> Iterator[Entry]:
    for item in items:
        if isinstance(item, str):
            yield Entry("", _target(item))
        elif isinstance(item, dict):
            for title, value in item.items():
                if isinstance(value, list):
                    yield Entry(title, "", tuple(_nav(value)))
                elif isinstance(value, str) and value:
                    yield Entry(title, _target(value))


def _target(text: str) -> str:
    if "://" in text or text.startswith(("mailto:", "//")):
        return text
    return "" if "*" in text else "/" + text.removeprefix("./").strip("/")


_ARRANGED = ("/.pages", "/.nav.yml")


def _arranged(tree: Tree, below: str) -> Iterator[Entry]:
    """Yield what the files `.pages` of awesome-pages and `.nav.yml` say, each about its folder."""
    begin = tree.prefix + below
    files = sorted(path for path in tree.blobs if path.startswith(begin) and path.endswith(_ARRANGED))
    known = {
        parent("/" + path[len(begin) :]): read_config(tree.look(path), cased=True) for path in files[:_MOST]
    }
    yield from _folder_entries("/", known, set())


def _folder_entries(folder: str, known: Mapping[str, Config], seen: set[str]) -> Iterator[Entry]:
    seen.add(folder)
    for entry in _nav(known[folder].list("nav", "arrange", "order") if folder in known else ()):
        target = entry.target if "://" in entry.target else f"{folder.rstrip('/')}{entry.target}"
        if target in known and target not in seen:
            title = entry.title or known[target].text("title")
            yield Entry(title, "", tuple(_folder_entries(target, known, seen)))
        elif entry.inside:
            inside = tuple(
                Entry(e.title, f"{folder.rstrip('/')}{e.target}") for e in entry.inside if e.target
            )
            yield Entry(entry.title, "", inside)
        elif entry.target and base_name(target) != "...":
            yield Entry(entry.title, target)
