"""Which pages mention which: every link of every text, turned round.

What a text links to is found once for each text; where that leads is found again only when addresses changed.
The result is a function of the site alone: what is taken over from the build before only saves time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canopy.content.links import homes, join, resolve
from canopy.content.lookups import keys_of, moved
from canopy.content.parcels import text_links
from canopy.content.paths import parent
from canopy.content.sections import order
from canopy.content.values import Mention
from canopy.content.wikilinks import WIKI, by_name, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from canopy.content.groups import Change
    from canopy.content.outlinks import Outlink
    from canopy.content.values import Page, Site

_PLAIN = re.compile(r"(?!//)([\w/.~()+,-]+)(?:#[^?\s]*)?\Z", re.ASCII)
"""A path, and a place on the page."""


@dataclass(frozen=True, slots=True)
class Outward:
    """The links of one page."""

    page: Page
    links: tuple[Outlink, ...]
    ways: tuple[tuple[str, str], ...]
    """For each link, the key by which it was looked up, if a look-up is all it takes, and the path of the
    site that it leads to; empty if to none."""
    keys: frozenset[str]
    """By which the links are looked up, all of them (`lookups`)."""


@dataclass(frozen=True, slots=True)
class Web:
    """All links between the pages of a site."""

    outward: Mapping[str, Outward] = field(default_factory=dict)
    """By the page's file below the top; also of pages without links, whose text need not be read again."""
    mentions: Mapping[str, tuple[Mention, ...]] = field(default_factory=dict)
    """By path of the site, newest first."""


EMPTY = Web()


class _Finder:
    """Where the links of one site's pages lead; that of a link from the top is found once for all of them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.own = homes(site)
        self._ways: dict[tuple[str, bool], tuple[str, str]] = {}
        self._keys: dict[str, frozenset[str]] = {}

    def way(self, page: Page, folder: str, target: str) -> tuple[str, str]:
        """Return the way of a link on a page, whose file is in the `folder`."""
        if not target.startswith("/"):
            return _way(self.site, page, folder, target)
        known = target, bool(folder)
        if known not in self._ways:
            self._ways[known] = _way(self.site, page, folder, target)
        return self._ways[known]

    def keys(self, page: Page, links: Iterable[Outlink]) -> frozenset[str]:
        """Return by what the links of a page are looked up."""
        return frozenset().union(*(self._keys_of(page, link.target) for link in links))

    def _keys_of(self, page: Page, target: str) -> frozenset[str]:
        if not target.startswith("/"):
            return keys_of(self.site, page, target)
        if target not in self._keys:
            self._keys[target] = keys_of(self.site, page, target)
        return self._keys[target]


def weave(
    site: Site,
    pages: Mapping[str, Page],
    links: Mapping[str, tuple[Outlink, ...]],
    previous: Site | None,
    before: Web,
    change: Change | None,
) -> Web:
    """Return the links between `pages`, which are by file; `before` is that of the site `previous`.

    `links` are those in the texts that were looked through already. `change` is what of the pages is another
    than in the site before.
    """
    finder = _Finder(site)
    again = previous is None or previous.convention != site.convention or homes(previous) != finder.own
    again = again or (previous is not None and previous.base_url != site.base_url)
    old = {} if again else before.outward
    if again or change is None:
        outward = {
            file: _outward(finder, page, old.get(file), links.get(file)) for file, page in pages.items()
        }
        changed = [file for file, links in outward.items() if old.get(file) is not links]
        changed += [file for file in before.outward if file not in outward]
    else:
        outward, changed = dict(old), [*{**change.gone, **change.fresh}]
        for file in change.gone.keys() - change.fresh.keys():
            del outward[file]
        for file, page in change.fresh.items():
            outward[file] = _outward(finder, page, old.get(file), links.get(file))
        for file in _stirred(site, previous, outward):
            found = _outward(finder, pages[file], outward[file])
            changed += [file] if found is not outward[file] and file not in change.fresh else []
            outward[file] = found
    if previous is not None and not again and not any(_has_links(file, outward, old) for file in changed):
        return Web(outward, before.mentions) if changed else before
    return _turned(site, outward, changed, before)


def _stirred(site: Site, previous: Site | None, outward: Mapping[str, Outward]) -> list[str]:
    """Return the files whose links may lead elsewhere than in the site `previous`."""
    if previous is None or previous.names is site.names:
        return []
    keys = moved(previous, site)
    return [file for file, links in outward.items() if not keys.isdisjoint(links.keys)]


def _has_links(file: str, *webs: Mapping[str, Outward]) -> bool:
    return any(file in web and web[file].links for web in webs)


def _outward(
    finder: _Finder, page: Page, known: Outward | None, links: tuple[Outlink, ...] | None = None
) -> Outward:
    """Return the links of a page; the same object if nothing about them changed."""
    site = finder.site
    same = known is not None and known.page.source is page.source
    if known and same:
        links = known.links
    elif links is None:
        links = text_links(page.source, site.convention, finder.own)
    top = f"{site.root}/" if site.root else ""
    inside = page.source.path.startswith(top)
    folder = parent("/" + page.source.path.removeprefix(top)) if inside else ""
    if known and same and known.page.path == page.path:
        keys = known.keys
        ways = tuple(
            way if way[0] and _look_up(site, way[0]) == way[1] else finder.way(page, folder, link.target)
            for link, way in zip(links, known.ways, strict=True)
        )
    else:
        keys = finder.keys(page, links)
        ways = tuple(finder.way(page, folder, link.target) for link in links)
    fresh = Outward(page, links, ways, keys)
    return known if known and known.page is page and known.ways == ways else fresh


def _way(site: Site, page: Page, folder: str, target: str) -> tuple[str, str]:
    """Return how a link is looked up and where it leads, as `links.resolve` would find it."""
    key = ""
    if target.startswith(WIKI):
        name = named(target)
        key = f"{WIKI}:{name.name}" if name is not None else ""
    elif folder and (plain := _PLAIN.match(target)):
        # Almost all links are plain paths, and mean what they say.
        key = _joined(folder, plain[1])
    if key and (found := _look_up(site, key)):
        return key, found
    reached = resolve(site, page, target)
    return "", reached.path if reached.kind == "internal" else ""


def _joined(folder: str, path: str) -> str:
    """Return `join(folder, path)`, without its effort for what most links are."""
    while path.startswith("../") and folder != "/":
        folder, path = parent(folder), path[3:]
    whole = path if path[:1] == "/" else f"{folder.rstrip('/')}/{path}"
    return join("/", whole) if "/." in whole or "//" in whole or whole[-1] == "/" else whole


def _look_up(site: Site, key: str) -> str:
    if key[0] != "/":
        return by_name(site, key[len(WIKI) + 1 :]) or ""
    if key in site.pages or key in site.sections:
        return key
    found = site.redirects.get(key, "")
    return "" if "://" in found else found


def _turned(site: Site, outward: Mapping[str, Outward], changed: Iterable[str], before: Web) -> Web:
    """Return the web in which the links of the `changed` files are what `outward` says."""
    mentions = dict(before.mentions)
    own: dict[str, list[Mention]] = {}
    ranks: dict[int, tuple[float, str]] = {}
    for file in changed:
        old = before.outward.get(file)
        if old is not None:
            for path in {path for _, path in old.ways if path}:
                known = own[path] if path in own else mentions.get(path, ())
                own[path] = [mention for mention in known if mention.page is not old.page]
        for path, mention in _mentions(site, outward.get(file)).items():
            if path not in own:
                own[path] = list(mentions.get(path, ()))
            own[path].append(mention)
    for path, found in own.items():
        if found:
            fresh = _newest_first(found, ranks)
            if mentions.get(path) != fresh:
                mentions[path] = fresh
        else:
            mentions.pop(path, None)
    return Web(outward, mentions)


def _mentions(site: Site, outward: Outward | None) -> dict[str, Mention]:
    """Return what a page mentions, with the first place at which it does."""
    found: dict[str, Mention] = {}
    if outward is None:
        return found
    page = outward.page
    own = page.path
    # What introduces a folder lists its notes: a reader of one of them knows where it lies.
    below = f"{own.rstrip('/')}/" if own in site.sections or page is site.home else ""
    for link, (_, path) in zip(outward.links, outward.ways, strict=True):
        if path and path != own and path not in found and not (below and path.startswith(below)):
            found[path] = Mention(page, link)
    return found


def _newest_first(mentions: list[Mention], ranks: dict[int, tuple[float, str]]) -> tuple[Mention, ...]:
    """Return the mentions in the order of lists; the `ranks` of pages that were asked for are kept."""
    if len(mentions) < 2:
        return tuple(mentions)
    for page, _ in mentions:
        if id(page) not in ranks:
            ranks[id(page)] = order(page)
    return tuple(sorted(mentions, key=lambda mention: ranks[id(mention[0])]))
