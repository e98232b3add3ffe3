"""What a wiki of GitHub's, GitLab's or Gollum's says in `_Sidebar.md`: its menu, and where it was at home."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import unquote

from canopy.content.markups import translate
from canopy.content.outlinks import find_links
from canopy.content.paths import TEXTS, base_name, extension, folded, stem
from canopy.content.prose import plain
from canopy.content.wikilinks import named

if TYPE_CHECKING:
    from canopy.content.conventions.convention import Tree

MOST = 30
"""Entries of a menu; a longer sidebar is a list of all pages, and no menu."""
_SIDEBARS = tuple(f"{name}{kind}" for kind in TEXTS for name in ("_Sidebar", "_sidebar"))
_SIZE = 64 * 1024
_HOME = re.compile(r"(https?://[^\s/]{1,200}(?:/[^\s/]{1,200}){2,6}?/(?:-/)?wikis?)/([^/?#]{1,300})")


def read_sidebar(tree: Tree) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return the entries of the menu, titles and targets, and the wiki's own URL, if its links name one."""
    blob = tree.first(*_SIDEBARS)
    if blob is None:
        return (), ""
    pages = _pages(tree)
    text = blob.data[:_SIZE].decode("utf-8-sig", "replace")
    other = translate(blob.path, text)
    links = find_links(other.text if other else text)
    homes: Counter[str] = Counter()
    entries: dict[str, str] = {}
    for link in links:
        target = link.target
        if (match := _HOME.match(target)) is not None and folded(unquote(match[2])) in pages:
            homes[match[1]] += 1
            target = match[2]
        name = pages.get(_name(target))
        if name and not name.lower().startswith("home."):
            entries.setdefault(name, plain(link.label, 100))
    home = max(homes, key=lambda url: (homes[url], url), default="")
    menu = tuple((title, name) for name, title in entries.items())
    return menu if len(menu) <= MOST else (), home if homes[home] > 1 else ""


def _pages(tree: Tree) -> dict[str, str]:
    """Return the wiki's pages by their folded names: it has no folders for its readers."""
    cut = len(tree.prefix)
    found: dict[str, str] = {}
    for path in sorted(path for path in tree.blobs if path.startswith(tree.prefix)):
        if extension(path) in TEXTS:
            found.setdefault(folded(stem(base_name(path))), path[cut:])
    return found


def _name(target: str) -> str:
    link = named(target)
    path = link.name if link else unquote(target.partition("#")[0].removeprefix("./").strip("/"))
    return folded(stem(path) if extension(path) in TEXTS else path)
