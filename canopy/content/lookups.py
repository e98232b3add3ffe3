"""What a link is looked up by: so that a file that comes or goes concerns only pages that may link to it.

A key is a path of the site, or a way to write one. `links.resolve` finds something else for a link only if
one of its keys is among those that moved; the other way round it may find the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from canopy.content import wikilinks
from canopy.content.groups import change_of
from canopy.content.links import (
    FEEDS,
    SCHEME,
    SCHEMES,
    candidates,
    own_path,
    places_from_top,
    split_suffix,
    tidied,
)
from canopy.content.paths import base_name, clean, folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from canopy.content.values import Page, Site

_SPELT = "~"
_TAG = "tag:"


def keys_of(site: Site, page: Page, target: str) -> frozenset[str]:
    """Return the keys of a link on a page; none where it leads to the same place whatever the site has."""
    return frozenset(_keys(site, page, tidied(target)))


def _keys(site: Site, page: Page, target: str) -> Iterator[str]:
    if not target or target[0] == "#":
        return
    if (named := wikilinks.named(target)) is not None:
        yield from _named(site, page, named)
    elif (from_top := places_from_top(target)) is not None:
        yield from _places(site, page, from_top[0])
    elif (own := own_path(site, target)) is not None:
        yield from _inside(site, page, own)
    elif target.startswith(("//", "\\", "/\\")):
        return
    elif not (scheme := SCHEME.match(target)) or not SCHEMES.fullmatch(scheme[1].lower()):
        yield from _inside(site, page, target)


def _named(site: Site, page: Page, link: wikilinks.Named) -> Iterator[str]:
    places: tuple[str, ...]
    if not link.name:
        return
    if link.scheme == wikilinks.TAG:
        yield _TAG + folded(link.name)
        return
    if link.scheme == wikilinks.POST:
        places, name = wikilinks.posts(link.name), wikilinks.undated(link.name)
    elif link.scheme == wikilinks.REF:
        name = link.name.strip().lstrip("/")
        places = (link.name, "/" + name, "/content/" + name)
    else:
        places, name = (link.name,), link.name
    yield from _places(site, page, places)
    yield from (_SPELT + spelling for spelling in wikilinks.spellings(name))


def _inside(site: Site, page: Page, target: str) -> Iterator[str]:
    yield from _places(site, page, {unquote(split_suffix(target)[0]): None, unquote(target): None})


def _places(site: Site, page: Page, places: Iterable[str]) -> Iterator[str]:
    for place in places:
        for path in map(clean, candidates(site, page, place)):
            yield path
            spelling = folded(path)
            yield _SPELT + spelling
            yield _SPELT + spelling.removesuffix(".html").removesuffix(".htm")
        if "/" not in place:
            yield _SPELT + folded(place)


def moved(old: Site, new: Site) -> frozenset[str]:
    """Return the keys at which two sites have something else."""
    keys = set(old.taxonomies.addresses ^ new.taxonomies.addresses)
    keys |= old.pages.keys() ^ new.pages.keys()
    assets = old.assets.keys() ^ new.assets.keys()
    sections = old.sections.keys() ^ new.sections.keys()
    keys |= assets | sections
    keys.update(f"{path}/{name}" for path in sections for name in FEEDS)
    for term in old.terms.keys() ^ new.terms.keys():
        keys |= {f"/tags/{term}", _TAG + folded(term)}
    redirects = _differing(old.redirects, new.redirects)
    keys |= redirects
    keys.update(_SPELT + folded(base_name(path)) for path in redirects)
    keys.update(_SPELT + name for name in _differing(old.names, new.names))
    for file in (*assets, *_moved_files(old, new)):
        keys.update(_SPELT + ending for ending in wikilinks.endings(file))
    return frozenset(keys)


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> set[str]:
    if old is new:
        return set()
    return {key for key, found in new.items() if old.get(key) != found} | (old.keys() - new.keys())


def _moved_files(old: Site, new: Site) -> set[str]:
    """Return the files, and the paths of the site, of pages that are not where they were."""
    gone, fresh = change_of(old.shown, new.shown)
    before = {(page.source.path, path) for path, page in gone.items()}
    now = {(page.source.path, path) for path, page in fresh.items()}
    return {name for file, path in before ^ now for name in (f"/{file}", path)}
