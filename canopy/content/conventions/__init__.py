"""How repositories are laid out: what the traditions disagree about, and which one a repository follows.

Each tradition is a module with two functions, `evidence` (is it this one, and by what?) and `read` (what do
its settings say?), and a `Convention` that answers what the other modules ask about a file.
"""

from __future__ import annotations

from dataclasses import replace
from posixpath import normpath
from typing import TYPE_CHECKING

from canopy.content.conventions import (
    canopy,
    docusaurus,
    eleventy,
    gitbook,
    hexo,
    hugo,
    jekyll,
    logseq,
    mdbook,
    mkdocs,
    obsidian,
    plain,
    vitepress,
    zola,
)
from canopy.content.conventions.convention import Convention, Found, Spot, Tree

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["NAMES", "Convention", "Found", "Spot", "Tree", "recognise"]

_TRADITIONS: dict[str, ModuleType] = {
    # What is looked for first is the rarer in the repositories of the others.
    "canopy": canopy,
    "hugo": hugo,
    "zola": zola,
    "mkdocs": mkdocs,
    "docusaurus": docusaurus,
    "vitepress": vitepress,
    "mdbook": mdbook,
    "hexo": hexo,
    "eleventy": eleventy,
    "jekyll": jekyll,
    "logseq": logseq,
    "obsidian": obsidian,
    "gitbook": gitbook,
    "plain": plain,
}
NAMES = tuple(_TRADITIONS)
_FOLDERS = (
    "docs",
    "site",
    "website",
    "www",
    "web",
    "blog",
    "book",
    "guide",
    "documentation",
    "doc",
    "exampleSite",
)
"""Where programs keep their sites, and themes what they show themselves with."""


def recognise(tree: Tree, wanted: str = "") -> Found:
    """Return which convention the files follow; `wanted` is the name of one that somebody chose."""
    names = (wanted,) if wanted in _TRADITIONS else NAMES
    found = _recognise(tree, names)
    if found is None:
        module = _TRADITIONS[names[-1]]
        found = module.read(tree, "" if module is plain else "nothing of it is there but files")
    if names == NAMES:
        return found
    reason = f"chosen by a setting; {found.evidence}" if found.evidence else "chosen by a setting"
    return replace(found, evidence=reason)


def _recognise(tree: Tree, names: tuple[str, ...]) -> Found | None:
    for name in names:
        if why := _TRADITIONS[name].evidence(tree):
            return _read(name, tree, why)
    if plain.has_notes(tree) and not plain.is_code(tree):
        return None
    for folder in _FOLDERS:
        if folder in tree.folders:
            inner = tree.below(folder)
            for name in names:
                if why := _TRADITIONS[name].evidence(inner):
                    found = _read(name, inner, f"in {folder}/, {why}")
                    return replace(found, below=_joined(folder, found.below))
    return None


def _joined(folder: str, below: str) -> str:
    """Return a folder below another one, or, with `../`, beside it."""
    path = normpath(f"{folder}/{below}")
    return "" if path == "." else f"{path}/"


def _read(name: str, tree: Tree, why: str) -> Found:
    found: Found = _TRADITIONS[name].read(tree, why)
    return found
