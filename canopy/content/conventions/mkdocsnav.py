"""Tables of contents in MkDocs: `nav`, a `SUMMARY.md` that stands in for it, or files `.pages` in folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, read_config
from canopy.content.conventions.contents import Entry
from canopy.content.conventions.mkdocssettings import plugins
from canopy.content.conventions.summary import read_summary
from canopy.content.paths import base_name, parent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from canopy.content.conventions.convention import Tree

_MOST = 1000
_ARRANGED = ("/.pages", "/.nav.yml")


def entries_of(tree: Tree, config: Config, below: str) -> tuple[Entry, ...]:
    """Return the table of contents: `nav`, a `SUMMARY.md` that stands in for it, or the files `.pages`."""
    nav = config.list("nav")
    if nav:
        return tuple(_nav(nav))
    for options in plugins(config, "literate-nav"):
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
