"""Links by a note's name rather than by its address: `[[Note]]`, Hugo's `ref`, Jekyll's `post_url`.

The renderer, which knows no other note, writes such a link down in a private form, a scheme and what the
author wrote; `links.resolve` reads it. A page may depend on what other notes are called (`Site.names`), and
on nothing else of them: a card that showed another note's text would be wrong when that text changes.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from canopy.content.paths import MARKDOWN, TEXTS, base_name, folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from canopy.content.values import Site

WIKI, REF, POST, TAG = "x-wiki", "x-ref", "x-post", "x-tag"
"""The private schemes: a name as in Obsidian, a path as in Hugo and Jekyll, a post as in Jekyll, a tag."""
LINK = r"!?\[\[(?P<wiki_target>[^\[\]|\n]{1,300}?)(?:\\?\|(?P<wiki_words>[^\[\]\n]{0,300}))?\]\](?![(\[])"
"""As Obsidian and wikis write it; before `(` or `[` it is an ordinary link with brackets in its words."""
MOST_NAMES = 1000
"""In one text."""
_LINK = re.compile(LINK)
_PRIVATE = re.compile(r"(x-wiki|x-ref|x-post|x-tag):([^#]*)(?:#(.*))?\Z", re.DOTALL)
_DATED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}-")
_DEPTH = 8
"""How many of the last components of a path are looked up at once, rather than path by path."""
_SITES = 4
"""How many sites' directories are kept: that of the one that is served, and of those in the making."""


class Named(NamedTuple):
    """A link by name, read back from its private form."""

    scheme: str
    name: str
    """Decoded; empty for a place on the same page."""
    fragment: str
    """Encoded, with its `#`; or nothing."""


def private(scheme: str, name: str, fragment: str = "") -> str:
    """Return the private form of a link by name."""
    return f"{scheme}:{quote(name, safe='/')}" + (f"#{quote(fragment)}" if fragment else "")


def named(target: str) -> Named | None:
    """Return what a private form says; None for any other target."""
    match = _PRIVATE.match(target) if target.startswith("x-") else None
    if match is None:
        return None
    return Named(match[1], unquote(match[2]), f"#{match[3]}" if match[3] else "")


def written(target: str) -> str:
    """Return a target as its author wrote it, as far as is known."""
    found = named(target)
    return target if found is None else found.name


def mentioned(text: str) -> tuple[str, ...]:
    """Return all that may be the name of a note in the `[[…]]` of a text, in order, each once."""
    names: dict[str, None] = {}
    for match in _LINK.finditer(text) if "[[" in text else ():
        for side in filter(None, match.groups()):
            names[name_in(side)] = None
        if len(names) > MOST_NAMES:
            break
    names.pop("", None)
    return tuple(names)


def name_in(written: str) -> str:
    """Return the name of the note in `Note#Part`."""
    return written.partition("#")[0].strip()


def spellings(name: str) -> tuple[str, ...]:
    """Return all by which `by_name` looks a name up: the ending of a path, an alias, any other spelling."""
    wanted = _wanted(name)
    return (_tail(wanted), wanted, wanted.partition("?")[0]) if wanted else ()


def endings(path: str) -> Iterator[str]:
    """Yield the endings of a path by which `by_name` finds what is there."""
    yield from _endings(_bare(folded(path)))


def _endings(spelling: str) -> Iterator[str]:
    parts = _tail(spelling.strip("/")).split("/")
    for start in range(len(parts)):
        yield "/".join(parts[start:])


def _wanted(name: str) -> str:
    return _bare(folded(name.strip().strip("/")))


def _bare(spelling: str) -> str:
    return next((spelling.removesuffix(kind) for kind in TEXTS if spelling.endswith(kind)), spelling)


def _tail(path: str) -> str:
    return "/".join(path.rsplit("/", _DEPTH)[-_DEPTH:])


def by_name(site: Site, name: str) -> str | None:
    """Return the path that is called so, wherever it lies; the last folders may be named too.

    Case does not matter, nor what stands for a space. Of several the one that lies highest is meant, as in
    Obsidian; an alias or a title counts where no file has the name.
    """
    wanted = _wanted(name)
    if not wanted:
        return None
    files, aliases = _directory(site)
    for spelling, path in files.get(_tail(wanted), ()):
        if spelling.endswith("/" + wanted):
            return path
    # The address of an alias ends where a query would begin.
    return aliases.get(wanted) or aliases.get(wanted.partition("?")[0]) or site.names.get(wanted)


def posts(name: str) -> tuple[str, ...]:
    """Return the paths that Jekyll's `post_url` may mean, the likeliest first."""
    folder, _, base = name.strip().strip("/").rpartition("/")
    prefix = f"{folder}/" if folder else ""
    names = (*(base + kind for kind in MARKDOWN), base)
    places = (f"/{prefix}_posts/", f"/_posts/{prefix}", f"/{prefix}")
    return tuple(dict.fromkeys(place + name for name in names for place in places))


def undated(name: str) -> str:
    """Return the last component of a name without its date."""
    return _DATED.sub("", base_name(name.strip()), count=1)


class _Directory(NamedTuple):
    files: Mapping[str, list[tuple[str, str]]]
    """From the last components of a folded path, so many as `_DEPTH` or fewer, to (folded path, path of the
    site): of the highest file, and of each where there may be more components."""
    aliases: Mapping[str, str]
    """From a folded alias that only one note has to the note's path."""


_known: list[tuple[Mapping[str, str], _Directory]] = []


def _directory(site: Site) -> _Directory:
    # A site's names are the same object as long as nothing moved, and so is then its directory.
    for names, directory in _known:
        if names is site.names:
            return directory
    found = _Directory(_files(site), _aliases(site))
    _known.append((site.names, found))
    del _known[:-_SITES]
    return found


def _files(site: Site) -> dict[str, list[tuple[str, str]]]:
    files: dict[str, list[tuple[str, str]]] = {}
    pages = ((f"/{page.source.path}", path) for path, page in site.shown.items())
    places = chain(pages, ((path, path) for path in chain(site.pages, site.assets)))
    for file, path in sorted(places, key=lambda place: (place[0].count("/"), *place)):
        spelling = _bare(folded(file))
        for ending in _endings(spelling):
            found = files.setdefault(ending, [])
            if not found or ending.count("/") == _DEPTH - 1:
                found.append((spelling, path))
    return files


def _aliases(site: Site) -> dict[str, str]:
    found: dict[str, str] = {}
    ambiguous: set[str] = set()
    for path, target in site.redirects.items():
        name = folded(base_name(path))
        if found.setdefault(name, target) != target:
            ambiguous.add(name)
    for name in ambiguous:
        del found[name]
    return found
