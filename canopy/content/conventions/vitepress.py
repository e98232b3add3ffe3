"""VitePress and VuePress: pages beside a folder `.vitepress/`, which has menu and sidebar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, language_tag, read_config, site_url
from canopy.content.conventions.contents import Entry, Handbook, read_contents
from canopy.content.conventions.convention import Found, Spot, dated, is_litter
from canopy.content.conventions.globs import is_matched, read_globs
from canopy.content.conventions.heroes import hero_text, hero_title
from canopy.content.conventions.literals import read_literals
from canopy.content.dialects import regions
from canopy.content.paths import base_name, extension, unsuffixed
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.dialects.rewriting import Rewritten
    from canopy.content.inclusions import Shelf
    from canopy.content.values import FrontMatter
    from canopy.git.values import Blob

_SETTINGS = (".vitepress", ".vuepress")
_KINDS = ("ts", "mts", "js", "mjs", "cjs", "json", "toml", "yml", "yaml")
_INDEXES = ("index.md", "README.md", "readme.md", "Readme.md")
_DEEPEST = 10
_OWN_TITLE = re.compile(r"^#[ \t]+\{\{\s*\$?(?:frontmatter|page)\.title\s*\}\}[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class VitePress(Handbook):
    """A site of VitePress or VuePress with what its settings say literally."""

    name: str = "vitepress"
    ending: str = ".html"
    public: str = "/public/"
    """The folder whose files stand at the site's top, with a slash on both sides."""
    excluded: tuple[str, ...] = ()
    moved_files: tuple[tuple[str, str], ...] = ()
    """Files, and folders with a slash at their end, that stand elsewhere."""
    root: str = ""
    """The folder of the repository that `@` stands for."""

    def locate(self, path: str) -> Spot | None:
        """Return the path; what is excluded, and patterns of pages that a program makes, have none."""
        if self.public and path.startswith(self.public):
            return Spot(path[len(self.public) - 1 :], asset=True)
        if is_litter(path) or is_matched(path, self.excluded) or "/[" in path:
            return None
        date, rest = dated(path)
        shown = path
        for old, new in self.moved_files:
            if path == old or (old.endswith("/") and path.startswith(old)):
                shown = new + path[len(old) :]
                break
        return Spot(shown, date=date, name=self.titles.get(path) or rest)

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the header with what the sidebar says; the name on a start page is its title."""
        if "title" not in values and (title := hero_title(values)):
            values = {**values, "title": title}
        return Handbook.fields(self, spot, values)

    def text(self, values: Mapping[str, object], body: str) -> str:
        """Return the text below a header; of a start page, with what its header shows."""
        return hero_text(values) + _OWN_TITLE.sub("", body, count=1)

    def includes(self, data: bytes) -> bool:
        """Tell whether a text may show other files."""
        return b"@include" in data or b"<<<" in data

    def expanded(self, body: str, shelf: Shelf) -> Rewritten | None:
        """Return a text with the files that it shows."""
        return regions.expand(body, shelf.home, self.root, shelf)

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:  # noqa: ARG002
        """Return the path, with the ending that such addresses have."""
        place = unsuffixed(spot.path)
        index = base_name(place).lower() in ("index", "readme")
        return "" if index or front.slug else place + self.ending


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    place = _place(tree)
    return f"the folder {'/'.join(filter(None, place))}/ is there" if place else ""


def _place(tree: Tree) -> tuple[str, str] | None:
    """Return the folder of the site, and that of its settings in it."""
    cut = len(tree.prefix)
    inner = (path[cut:] for path in tree.blobs if "press/" in path and path.startswith(tree.prefix))
    for first, second in sorted({tuple(f"{path}//".split("/", 2)[:2]) for path in inner}):
        folder, settings = ("", first) if first in _SETTINGS else (first, second)
        begin = f"{folder}/" if folder else ""
        if settings in _SETTINGS and tree.first(*(begin + n for n in (*_INDEXES, *_configs(settings)))):
            return folder, settings
    return None


def _configs(settings: str) -> Iterator[str]:
    for kind in _KINDS:
        yield f"{settings}/config.{kind}"
    for kind in _KINDS[:4]:
        yield f"{settings}/config/index.{kind}"


def read(tree: Tree, why: str) -> Found:
    """Return the site with what its settings say literally."""
    folder, settings = _place(tree) or ("", _SETTINGS[0])
    begin = f"{folder}/" if folder else ""
    blob = tree.first(*(begin + name for name in _configs(settings)))
    config = _config(tree, blob)
    source = config.text("srcDir").strip("./")
    below = f"{begin}{source}/" if source else begin
    files = {p[len(tree.prefix + below) - 1 :] for p in tree.blobs if p.startswith(tree.prefix + below)}
    if not below:
        files = {f"/{path[len(tree.prefix) :]}" for path in tree.blobs if path.startswith(tree.prefix)}
    others = tuple(name.strip("/") for name in config.table("locales") if name.strip("/") not in ("", "root"))
    main = next(
        (f"locales.{name}" for name in ("root", "/") if config.table(f"locales.{name}")), "locales.root"
    )
    contents = read_contents(_sidebar(_first(config, main, "sidebar"), "", files, 0))
    convention = VitePress(
        ending="" if config.text("cleanUrls") == "true" else ".html",
        html=config.text("cleanUrls") == "true",
        public="/public/" if settings == ".vitepress" else "/.vuepress/public/",
        excluded=read_globs(config.list("srcExclude")),
        moved_files=tuple(_rewrites(config)),
        root=(tree.prefix + below).rstrip("/"),
        titles=contents.titles,
        places=contents.places,
        foreign=tuple(f"/{name.lower()}" for name in others),
    )
    url = site_url(f"{config.text('sitemap.hostname').rstrip('/')}/{config.text('base').strip('/')}")
    found = SiteSettings(
        title=config.text("title", f"{main}.title"),
        description=config.text("description", f"{main}.description"),
        language=language_tag(config.text("lang", f"{main}.lang")),
        languages=tuple(name.lower() for name in others),
        own_urls=(url,) if url else (),
        menu=tuple(_menu(_first(config, main, "nav", "navbar"), files)),
    )
    return Found(convention, why, found, below, config.problems, menu=blob.path if blob else "")


def _rewrites(config: Config) -> Iterator[tuple[str, str]]:
    """Yield what is shown elsewhere: files, and folders written as `en/:rest*`."""
    for old, new in config.table("rewrites").items():
        if isinstance(new, str):
            rest = old.rpartition("/")[2]
            if rest.startswith(":") and new.endswith(rest):
                yield f"/{old[: -len(rest)]}", f"/{new[: -len(rest)]}"
            elif ":" not in old:
                yield f"/{old}", f"/{new}"


def _config(tree: Tree, blob: Blob | None) -> Config:
    if blob is None or extension(blob.path) in (".toml", ".yml", ".yaml"):
        return read_config(blob, cased=True)
    return Config(read_literals(blob.path[len(tree.prefix) :], tree.text))


def _first(config: Config, main: str, *names: str) -> object:
    """Return the theme's setting of that name, wherever the versions have it."""
    for place in ("themeConfig", f"{main}.themeConfig", f"themeConfig.{main}", "theme", "theme.locales./"):
        table = config.table(place) if not place.endswith("/") else {}
        for name in names:
            if isinstance(value := table.get(name), (list, dict)) and value:
                return value
    return []


def _sidebar(items: object, base: str, files: set[str], depth: int) -> Iterator[Entry]:
    """Yield the entries of a sidebar: one for all, or one for each folder; items are maps or paths."""
    if isinstance(items, dict) and not {"text", "title", "link", "items", "children"} & items.keys():
        for folder, inner in items.items():
            yield from _sidebar(inner, folder.rstrip("/"), files, depth + 1)
        return
    if isinstance(items, dict):
        entry = Config(items)
        base = entry.text("base").rstrip("/") or base
        inside = tuple(_sidebar(_items(items), base, files, depth + 1))
        own = _file(entry.text("link", "path"), base, files)
        title = entry.text("text", "title")
        if inside:
            yield Entry(title, "", (Entry("", own), *inside) if own else inside)
        elif own:
            yield Entry(title, own)
        return
    for item in items if isinstance(items, list) and depth < _DEEPEST else ():
        if isinstance(item, list) and item:  # a path and its title
            yield Entry(str(item[1]) if len(item) > 1 else "", _file(str(item[0]), base, files))
        elif isinstance(item, dict):
            yield from _sidebar(item, base, files, depth + 1)
        elif own := _file(str(item), base, files):
            yield Entry("", own)


def _items(entry: Mapping[str, object]) -> object:
    return next((entry[name] for name in ("items", "children") if isinstance(entry.get(name), list)), [])


def _file(link: str, base: str, files: set[str]) -> str:
    """Return the file that a link of the settings leads to; nothing if it is not there."""
    if "://" in link or (not link and not base):
        return ""
    path = unsuffixed(link.partition("#")[0].partition("?")[0])
    path = path if path.startswith("/") and not path.startswith("//") else f"{base}/{path}"
    names = (f"{path.rstrip('/')}/{name}" for name in _INDEXES)
    places = names if path.endswith("/") else (f"{path}.md", *names)
    return next((place for place in places if place in files), "")


def _menu(items: object, files: set[str]) -> Iterator[tuple[str, str]]:
    """Yield titles and targets; what opens leads to the first that is in it."""
    for item in items if isinstance(items, list) else ():
        entry = Config(item if isinstance(item, dict) else {})
        links: Iterable[str] = (entry.text("link"), *_links(item, 0))
        for link in links:
            target = link if "://" in link else _file(link, "", files)
            if target and entry.text("text"):
                yield entry.text("text"), target
                break


def _links(item: object, depth: int) -> Iterator[str]:
    inner = _items(item) if isinstance(item, dict) else []
    for child in inner if isinstance(inner, list) and depth < _DEEPEST else ():
        if isinstance(child, dict):
            yield Config(child).text("link")
            yield from _links(child, depth + 1)
