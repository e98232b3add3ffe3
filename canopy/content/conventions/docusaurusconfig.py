"""What Docusaurus's settings say: parts and their addresses, categories, authors, tags, redirects."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, language_tag, read_config, site_url
from canopy.content.conventions.docusaurusparts import (
    TEXTS,
    DocusaurusConfig,
    Part,
    folder_of,
    generated,
    inside,
    named,
    route_of,
    split,
)
from canopy.content.conventions.docusaurussidebars import read_sidebars
from canopy.content.conventions.literals import read_literals
from canopy.content.paths import extension
from canopy.content.people import make_author
from canopy.content.values import Person, SiteSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from canopy.content.conventions.convention import Tree

CONFIGS = tuple(f"docusaurus.config.{kind}" for kind in ("js", "ts", "mjs", "mts", "cjs"))
_CATEGORIES = ("/_category_.json", "/_category_.yml", "/_category_.yaml")
_TRANSLATED = {"docs": "docusaurus-plugin-content-docs/current/", "blog": "docusaurus-plugin-content-blog/"}
_MOST = 1000


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
        Part(kind, _place(base, options.text("path") or kind), route_of(options, kind))
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
    config.parts = tuple(part for part in config.parts if any(inside(tree, config, part)))
    _number(tree, config)
    menu = read_sidebars(tree, config, values, plugins)
    config.leads += _redirects(values)
    config.settings = _settings(tree, config, values, default, menu)
    return config


def _place(base: str, folder: str) -> str:
    """Return a folder as it is below the site's top, with a slash on both sides."""
    return posixpath.normpath(f"{base}/{folder}").rstrip("/") + "/"


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


def _number(tree: Tree, config: DocusaurusConfig) -> None:
    """Fill in the places that numbers before names give, and what the files of categories say."""
    for part in config.parts:
        if part.kind != "docs":
            continue
        for path, inner in inside(tree, config, part):
            if path.endswith(_CATEGORIES):
                _category(tree, config, path, part, folder_of(inner, numbered=config.numbered))
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


def _category(tree: Tree, config: DocusaurusConfig, path: str, part: Part, inner: str) -> None:
    category, folder = read_config(tree.look(path)), part.route + inner
    title = category.text("label")
    if title:
        config.titles[folder] = title
    if index := generated(category, title or split(path.split("/")[-2])[1], part.route):
        config.leads.append((index, folder))
    try:
        config.places[folder] = round(100 * float(category.text("position")))
    except (ValueError, OverflowError):
        return


def _redirects(values: Config) -> Iterator[tuple[str, str]]:
    """Yield old addresses and where they lead, from the plugin for them."""
    for plugin in values.list("plugins"):
        name, options = plugin[:2] if isinstance(plugin, list) and len(plugin) > 1 else ("", {})
        if str(name).endswith("client-redirects") and isinstance(options, dict):
            for item in Config(options).list("redirects")[:_MOST]:
                entry = Config(item if isinstance(item, dict) else {})
                yield from ((old, entry.text("to")) for old in entry.list("from") if isinstance(old, str))


def _settings(
    tree: Tree, config: DocusaurusConfig, values: Config, default: str, menu: tuple[tuple[str, str], ...]
) -> SiteSettings:
    url = site_url(values.text("url").rstrip("/") + "/" + values.text("baseUrl").strip("/"))
    routes = {part.kind: part.route for part in config.parts if not part.language}
    introduced = any(tree.prefix + f"src/pages/index{kind}" in tree.blobs for kind in TEXTS)
    start = "" if introduced or "blog" in routes else routes.get("docs", "")
    people: list[tuple[str, Person]] = []
    for part in config.parts:
        for path, inner in inside(tree, config, part) if not part.language else ():
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
