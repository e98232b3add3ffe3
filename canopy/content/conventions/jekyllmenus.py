"""The menus of Jekyll's themes, which each theme keeps elsewhere: in `_config.yml`, or in a file of `_data/`.

A menu is a list of titles with addresses; a heading without an address gives its place to what is below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, read_config

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.git.values import Blob

MAX_ENTRIES = 40
MAX_DEPTH = 3
_KEYS = (
    *("header_pages", "navbar-links", "navbar_links", "navigation", "nav", "menu", "main_menu", "main_nav"),
    *("nav_links", "header_links", "navbar", "topnav"),
)
"""Settings of `_config.yml` that hold a menu; the first is minima's, the second Beautiful Jekyll's."""
_FILES = ("navigation", "nav", "menu", "menus", "main_menu", "main-menu", "navbar", "header", "topnav")
"""Files of `_data/`; the first is that of Minimal Mistakes and many others."""
_LISTS = ("main", "header", "top", "primary", "navbar", "main_menu", "menu", "nav", "items", "links")
"""The list that stands at the top of the page, in a file with several."""
_TITLES = ("title", "text", "name", "label", "page")
_TARGETS = ("url", "link", "href", "permalink", "path", "page", "file", "slug")
_BELOW = ("children", "sublinks", "submenu", "subitems", "dropdown", "sub_links", "links", "items", "pages")

Entries = tuple[tuple[str, str], ...]


def menu_of(tree: Tree, config: Blob | None) -> tuple[Entries, str]:
    """Return the titles and targets of the menu, and the file that has it; nothing where none is."""
    settings = _cased(config)
    for key in _KEYS:
        if entries := _entries(_value(settings, key)):
            return entries, config.path if config else ""
    for name in _FILES:
        blob = tree.first(*(f"_data/{name}{kind}" for kind in (".yml", ".yaml", ".json")))
        if blob is not None and (entries := _entries(_main(_cased(blob)))):
            return entries, blob.path
    return (), ""


def _cased(blob: Blob | None) -> Mapping[str, object]:
    # A map's keys are titles here. What is wrong with the file is said by whoever reads its settings.
    return read_config(blob, cased=True).values


def _value(table: Mapping[str, object], name: str) -> object:
    return next((value for key, value in table.items() if key.strip().lower() == name), None)


def _main(table: Mapping[str, object]) -> object:
    """Return the list of a data file: the file's own, or the one that is the site's."""
    if "" in table:
        return table[""]
    for name in _LISTS:
        found = _value(table, name)
        if isinstance(found, list | dict):
            return found
    return table if all(isinstance(value, str) for value in table.values()) else None


def _entries(value: object) -> Entries:
    found = dict.fromkeys((title, target) for title, target in _walk(value, 0) if _leads_on(target))
    return tuple(found)[:MAX_ENTRIES]


def _leads_on(target: str) -> bool:
    """Tell whether it leads to a page: not to a part of the start page, nor where a script decides."""
    return bool(target) and not target.lstrip("/").startswith(("#", "javascript:", "{"))


def _walk(value: object, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, str):
        yield "", value.strip()
    elif isinstance(value, list):
        for item in value[:MAX_ENTRIES]:
            yield from _walk(item, depth + 1)
    elif isinstance(value, dict):
        yield from _of_map(value, depth)


def _of_map(table: Mapping[str, object], depth: int) -> Iterator[tuple[str, str]]:
    entry = Config({key.strip().lower(): value for key, value in table.items()})
    title, target = entry.text(*_TITLES), entry.text(*_TARGETS)
    below = next((found for name in _BELOW if (found := entry.list(name))), None)
    if title and target and (title != target or "page" not in entry.values):
        yield title, target
    elif title and below:
        yield from _walk(below, depth)
    elif target and not title:
        yield "", target
    elif not title:
        yield from _of_titles(table.items(), depth)


def _of_titles(items: Iterable[tuple[str, object]], depth: int) -> Iterator[tuple[str, str]]:
    """Yield the entries of a map from titles to addresses, or to the entries below them."""
    for title, value in items:
        if isinstance(value, str):
            yield " ".join(title.split()), value.strip()
        elif isinstance(value, dict) and (target := Config(value).text(*_TARGETS)):
            yield " ".join(title.split()), target
        else:
            yield from _walk(value, depth + 1)
