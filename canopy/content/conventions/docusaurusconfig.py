"""What Docusaurus's settings say: parts and their addresses, sidebars, categories, navbar, authors, tags."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, language_tag, read_config, site_url
from canopy.content.conventions.contents import Entry, read_contents
from canopy.content.conventions.literals import read_literals
from canopy.content.paths import MARKDOWN, base_name, extension
from canopy.content.people import make_author
from canopy.content.values import Person, SiteSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from canopy.content.conventions.convention import Tree

CONFIGS = tuple(f"docusaurus.config.{kind}" for kind in ("js", "ts", "mjs", "mts", "cjs"))
TEXTS = (*MARKDOWN, ".mdx")
_SIDEBARS = ("sidebars.js", "sidebars.ts", "sidebars.json")
_CATEGORIES = ("/_category_.json", "/_category_.yml", "/_category_.yaml")
_NUMBERED = re.compile(r"(\d{1,9})\s*[-_.]+\s*([^-_.\s].*)\Z", re.DOTALL)
_DATE_LIKE = re.compile(r"(?:\d{2}|\d{4})[-_.]\d{2}(?:[-_.](?:\d{2}|\d{4}))?(?:\D|\Z)|\d+[-_.]\d+")
_TRANSLATED = {"docs": "docusaurus-plugin-content-docs/current/", "blog": "docusaurus-plugin-content-blog/"}
_DEEPEST = 20
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """A folder of texts, and where they are shown."""

    kind: str
    """`docs`, `blog` or `pages`."""
    folder: str
    """With a slash on both sides."""
    route: str
    """Without a slash at its end; nothing for the top."""
    language: str = ""


@dataclass(slots=True)
class DocusaurusConfig:
    """The settings, as far as they matter to where texts stand and what they are called."""

    parts: tuple[Part, ...]
    """The longest folder first."""
    static: tuple[str, ...]
    up: bool
    """Whether texts lie beside the folder of the settings, so that the site's top is above it."""
    numbered: bool
    languages: tuple[str, ...]
    """The others."""
    file: str
    settings: SiteSettings = field(default_factory=SiteSettings)
    titles: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


def split(name: str) -> tuple[str, str]:
    """Return the number before a name and what is left; dates and versions are no such numbers."""
    match = None if _DATE_LIKE.match(name) else _NUMBERED.match(name)
    return (match[1], match[2]) if match else ("", name)


def folder_of(inner: str, *, numbered: bool) -> str:
    """Return the folder of a file of the docs as it is in addresses."""
    return "/" + "/".join(split(part)[1] if numbered else part for part in inner.split("/")[:-1])


def doc_path(inner: str, *, numbered: bool) -> str:
    """Return where a text of the docs stands; one that is called like its folder introduces it."""
    folder = folder_of(inner, numbered=numbered)
    name = base_name(named(inner))
    name = split(name)[1] if numbered else name
    if folder != "/" and name.lower() == base_name(folder).lower():
        name = "index"
    return f"{folder.rstrip('/')}/{name}.md"


def named(path: str) -> str:
    """Return a path without the ending of a text."""
    kind = extension(path)
    return path[: -len(kind)] if kind in TEXTS else path


def read_docusaurus(tree: Tree) -> DocusaurusConfig:
    """Return what all the files say together."""
    blob = tree.first(*CONFIGS)
    path = blob.path[len(tree.prefix) :] if blob else ""
    values = Config(read_literals(path, tree.text))
    plugins = list(_plugins(values))
    own = "/" + tree.prefix.rstrip("/").rpartition("/")[2]
    up = any(options.text("path").startswith("../") for _, options in plugins) and own != "/"
    base = own if up else ""
    default = values.text("i18n.defaultLocale") or "en"
    languages = tuple(str(n) for n in values.list("i18n.locales") if isinstance(n, str) and n != default)
    parts = [
        Part(kind, _place(base, options.text("path") or kind), _route(options, kind))
        for kind, options in plugins
    ]
    parts.append(Part("pages", f"{base}/src/pages/", ""))
    for language in languages:
        translated = [p for p in parts if p.kind in _TRANSLATED and not p.language]
        parts += [
            Part(
                p.kind,
                f"{base}/i18n/{language}/{_TRANSLATED[p.kind]}",
                f"/{language.lower()}{p.route}",
                language,
            )
            for p in {part.kind: part for part in translated[::-1]}.values()
        ]
    static = [item for item in values.list("staticDirectories") if isinstance(item, str)] or ["static"]
    config = DocusaurusConfig(
        parts=tuple(sorted(parts, key=lambda part: (-len(part.folder), part.folder))),
        static=tuple(_place(base, item) for item in static),
        up=up,
        numbered=all(options.text("numberPrefixParser") != "false" for _, options in plugins),
        languages=languages,
        file=blob.path if blob else "",
    )
    config.parts = tuple(part for part in config.parts if any(_inside(tree, config, part)))
    _number(tree, config)
    menu = _contents(tree, config, values, plugins)
    config.settings = _settings(tree, config, values, default, menu)
    return config


def _place(base: str, folder: str) -> str:
    """Return a folder as it is below the site's top, with a slash on both sides."""
    return posixpath.normpath(f"{base}/{folder}").rstrip("/") + "/"


def _route(options: Config, kind: str) -> str:
    route = options.text("routeBasePath") or kind
    return f"/{route.strip('/')}" if route.strip("/") else ""


def _plugins(values: Config) -> Iterator[tuple[str, Config]]:
    """Yield the parts of the presets and plugins with their options."""
    found = False
    for preset in values.list("presets"):
        options = preset[1] if isinstance(preset, list) and len(preset) > 1 else {}
        table = Config(options if isinstance(options, dict) else {})
        for kind in ("docs", "blog"):
            found = True
            if table.text(kind) != "false":
                yield kind, Config(table.table(kind))
    for plugin in values.list("plugins"):
        name, *rest = plugin if isinstance(plugin, list) else [plugin]
        for kind in ("docs", "blog"):
            if isinstance(name, str) and name.endswith(f"content-{kind}"):
                found = True
                yield kind, Config(rest[0] if rest and isinstance(rest[0], dict) else {})
    if not found:  # a preset that cannot be read
        yield "docs", Config()
        yield "blog", Config()


def _inside(tree: Tree, config: DocusaurusConfig, part: Part) -> Iterator[tuple[str, str]]:
    """Yield the files of a part: path in the repository, and below the part's folder."""
    top = tree.prefix.rstrip("/").rpartition("/")[0] if config.up else tree.prefix.rstrip("/")
    begin = f"{top}{part.folder}".lstrip("/")
    for path in tree.blobs:
        if path.startswith(begin):
            yield path, path[len(begin) :]


def _number(tree: Tree, config: DocusaurusConfig) -> None:
    """Fill in the places that numbers before names give, and what the files of categories say."""
    for part in config.parts:
        if part.kind != "docs":
            continue
        for path, inner in _inside(tree, config, part):
            if path.endswith(_CATEGORIES):
                _category(tree, config, path, part.route + folder_of(inner, numbered=config.numbered))
            elif config.numbered and extension(inner) in TEXTS:
                _number_file(config, part, inner)


def _number_file(config: DocusaurusConfig, part: Part, inner: str) -> None:
    pieces = named(inner).split("/")
    folder = part.route
    for at, piece in enumerate(pieces):
        number, name = split(piece)
        folder = f"{folder}/{name}"
        if number and at < len(pieces) - 1:
            config.places.setdefault(folder, 100 * int(number))
        elif number:
            config.numbers.setdefault(f"{folder}.md", 100 * int(number))


def _category(tree: Tree, config: DocusaurusConfig, path: str, folder: str) -> None:
    category = read_config(tree.look(path))
    if title := category.text("label"):
        config.titles[folder] = title
    try:
        config.places[folder] = round(100 * float(category.text("position")))
    except (ValueError, OverflowError):
        return


def _contents(
    tree: Tree, config: DocusaurusConfig, values: Config, plugins: Iterable[tuple[str, Config]]
) -> tuple[tuple[str, str], ...]:
    """Fill in what the sidebars say, and return the entries of the navbar."""
    first: dict[str, str] = {}
    ids: dict[str, str] = {}
    for kind, options in plugins:
        if kind != "docs":
            continue
        route = _route(options, kind)
        part = next((p for p in config.parts if p.kind == "docs" and p.route == route), None)
        if part is None:
            continue
        ids |= {key: path for key, path in _ids(tree, config, part) if key not in ids}
        named_file = options.text("sidebarPath").removeprefix("./")
        blob = tree.first(*((named_file,) if named_file else _SIDEBARS))
        sidebars = read_literals(blob.path[len(tree.prefix) :], tree.text) if blob else {}
        for name, items in sidebars.items():
            entries = tuple(_sidebar(items, ids, route, 0))
            contents = read_contents(entries)
            start = max(config.places.values(), default=0) if first else 0
            for path, place in contents.places.items():
                config.places.setdefault(path, start + place)
            config.titles |= {path: t for path, t in contents.titles.items() if path not in config.titles}
            first[name] = next((path for path in contents.places if "." in base_name(path)), route or "/")
    config.titles.pop("", None)
    return tuple(_navbar(tree, values, ids, first))


def _ids(tree: Tree, config: DocusaurusConfig, part: Part) -> Iterator[tuple[str, str]]:
    """Yield the names by which sidebars know texts, exact ones first, and the texts' paths."""
    loose = []
    for _, inner in _inside(tree, config, part):
        if extension(inner) in TEXTS:
            folder = folder_of(inner, numbered=config.numbered)
            name = base_name(named(inner))
            name = split(name)[1] if config.numbered else name
            ident = f"{folder}/{name}".strip("/")
            path = part.route + doc_path(inner, numbered=config.numbered)
            yield ident, path
            loose.append((_squeezed(ident), path))
    yield from loose


def _squeezed(ident: str) -> str:
    return "~" + re.sub(r"[-_ ]", "", ident).lower()


def _sidebar(items: object, ids: Mapping[str, str], route: str, depth: int) -> Iterator[Entry]:
    """Yield the entries of a sidebar: texts by id, links, categories, in full and in short."""
    if isinstance(items, dict) and "type" not in items:
        items = [{"type": "category", "label": label, "items": inner} for label, inner in items.items()]
    for item in items if isinstance(items, list) and depth < _DEEPEST else []:
        if isinstance(item, dict) and "type" not in item:
            yield from _sidebar(item, ids, route, depth + 1)
            continue
        entry = Config(item if isinstance(item, dict) else {"type": "doc", "id": item})
        if entry.text("type") == "category":
            inner = _sidebar(entry.values.get("items"), ids, route, depth + 1)
            own = _by_id(entry.text("link.id"), ids)
            yield Entry(entry.text("label"), "", (*([Entry("", own)] if own else ()), *inner))
        elif target := _target(entry, ids, route):
            yield Entry(entry.text("label"), target)


def _target(entry: Config, ids: Mapping[str, str], route: str) -> str:
    folder = entry.text("dirName").strip("./")
    if entry.text("type") == "autogenerated" and folder:
        return f"{route}/" + "/".join(split(part)[1] for part in folder.split("/"))
    return entry.text("href") or _by_id(entry.text("id"), ids)


def _by_id(ident: str, ids: Mapping[str, str]) -> str:
    return ids.get(ident) or ids.get(_squeezed(ident), "")


def _navbar(
    tree: Tree, values: Config, ids: Mapping[str, str], first: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for item in values.list("themeConfig.navbar.items"):
        entry = Config(item if isinstance(item, dict) else {})
        label = entry.text("label")
        target = entry.text("to", "href") or _by_id(entry.text("docId"), ids)
        if entry.text("type") == "docSidebar":
            target = first.get(entry.text("sidebarId"), "")
        if target and "://" not in target and not target.startswith("/"):
            target = f"/{target}"
        # A page that is a program is not shown here, and so is no link to it.
        place = f"src/pages/{target.strip('/') or 'index'}"
        programs = (f"{place}{end}.{kind}" for end in ("", "/index") for kind in ("js", "jsx", "ts", "tsx"))
        if label and target and not any(tree.prefix + name in tree.blobs for name in programs):
            yield label, target


def _settings(
    tree: Tree, config: DocusaurusConfig, values: Config, default: str, menu: tuple[tuple[str, str], ...]
) -> SiteSettings:
    url = site_url(values.text("url").rstrip("/") + "/" + values.text("baseUrl").strip("/"))
    routes = {part.kind: part.route for part in config.parts if not part.language}
    introduced = any(tree.prefix + f"src/pages/index{kind}" in tree.blobs for kind in TEXTS)
    start = "" if introduced or "blog" in routes else routes.get("docs", "")
    people: list[tuple[str, Person]] = []
    for part in config.parts:
        for path, inner in _inside(tree, config, part) if not part.language else ():
            if inner in ("authors.yml", "authors.yaml", "authors.json"):
                people += _people(read_config(tree.look(path), cased=True))
            elif inner in ("tags.yml", "tags.yaml"):
                for key, entry in read_config(tree.look(path), cased=True).values.items():
                    label = Config(entry if isinstance(entry, dict) else {}).text("label")
                    config.tags.setdefault(key, label or key)
    return SiteSettings(
        title=values.text("title"),
        description=values.text("tagline"),
        language=language_tag(default),
        languages=tuple(name.lower() for name in config.languages),
        own_urls=(url,) if url else (),
        authors=tuple(sorted(people)),
        menu=menu,
        start=start,
    )


def _people(config: Config) -> Iterator[tuple[str, Person]]:
    for key, value in list(config.values.items())[:_MOST]:
        entry = Config(value if isinstance(value, dict) else {})
        if author := make_author(entry.text("name") or key, entry.text("url")):
            yield key, Person(author.name, author.url, entry.text("image_url", "imageURL"))
