"""Where a link that an author wrote leads. Pure; makes no URL: `Site.url` and `Site.absolute` do.

A target is tried as authors mean it and as browsers read it: relative to the file's folder in the repository,
relative to the page's address, and, when both lead nowhere, from the top. The exact spelling is preferred;
then another case, a missing extension or another sign for a space is forgiven where it is unambiguous.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from canopy.content import wikilinks
from canopy.content.paths import clean, folded, parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from canopy.content.values import Page, Site, SiteSettings

MAX_TARGET = 8000
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):")
_ENTITY = re.compile(r"&(?:amp|#38|#[xX]26);")
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=]*")
_PELICAN = re.compile(r"(?:\{|%7B)(?:static|filename|attach)(?:\}|%7D)", re.IGNORECASE)
"""Pelican's sign for a file of the site, also as a link of markdown has it."""
_BLOCK = "#%5E"
_IGNORED = dict.fromkeys(map(ord, "\t\n\r"))  # browsers drop these anywhere in a URL (WHATWG URL)
SCHEMES = re.compile(
    r"https?|mailto|tel|sms|s?ftps?|git|ssh|ircs?|xmpp|matrix|sips?|magnet|geo|news|nntp|webcal|bitcoin|gopher|"
    r"gemini|feed|callto|facetime|signal|tg|obsidian|zotero|doi"
)

_GENERATED = frozenset(
    """/ /tags /atom /sitemap.xml /robots.txt /favicon.ico /atom.xml /feed /feed.atom /feed.json /feed.rss
    /feed.xml /feeds/all.atom.xml /index.xml /rss /rss.xml""".split()  # noqa: SIM905
)
"""What Canopy answers besides pages, and where other generators have their feeds."""
FEEDS = frozenset({"index.xml", "rss.xml", "feed.xml", "atom.xml"})
"""Of a section, likewise."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads."""

    kind: str
    """`external`, `internal`, `page` (a place on the same page) or `broken`."""
    path: str
    """Internal and page: a path of the site. External: the URL. Broken: the path that was meant, or nothing
    when the target must not be linked at all (`javascript:`)."""
    suffix: str = ""
    """`?query#fragment` as it was written; of an external URL it is part of the path."""


def tidied(target: str) -> str:
    """Return a target without what browsers drop, and what markup left in it."""
    return _PELICAN.sub("", _ENTITY.sub("&", target.strip().translate(_IGNORED)))


def resolve(site: Site, page: Page, target: str) -> Target:
    """Return where a link on the page leads; also one by name, in its private form (`wikilinks`)."""
    target = tidied(target)
    if len(target) > MAX_TARGET and not target.startswith("data:"):
        return Target("broken", "")
    if not target or target[0] == "#":
        return Target("page", page.path, target)
    if (by_name := wikilinks.named(target)) is not None:
        return _named(site, page, by_name)
    if (from_top := places_from_top(target)) is not None:
        return _first(site, page, *from_top)
    own = own_path(site, target)
    if own is not None:
        found = _inside(site, page, own)
        return found if found.kind != "broken" else Target("external", target)
    if target.startswith(("//", "\\", "/\\")):  # browsers read a backslash as a slash
        return Target("external", target) if target.startswith("//") else Target("broken", "")
    if scheme := SCHEME.match(target):
        return _with_scheme(site, page, target, scheme[1].lower())
    return _inside(site, page, target)


def places_from_top(target: str) -> tuple[tuple[str, ...], str] | None:
    """Return the paths that a generator's own sign for the top may mean, and the suffix behind them."""
    if target.startswith("@/"):  # Zola: from the top of its `content` folder
        path, suffix = split_suffix(target[2:])
        return ("/" + unquote(path), "/content/" + unquote(path)), suffix
    if target.startswith(("@site/", "pathname:///")):  # Docusaurus: from the folder of its settings
        path, suffix = split_suffix(target[target.index("/") :].replace("///", "/", 1))
        return (unquote(path), "/website" + unquote(path)), suffix
    return None


def _with_scheme(site: Site, page: Page, target: str, scheme: str) -> Target:
    if SCHEMES.fullmatch(scheme) or _IMAGE.fullmatch(target):
        return Target("external", target)
    found = _inside(site, page, target)  # a note may be called `re: plans`
    return found if found.kind == "internal" else Target("broken", "")


def _named(site: Site, page: Page, link: wikilinks.Named) -> Target:
    if link.fragment.startswith(_BLOCK):
        link = link._replace(fragment="")  # a block has no place of its own
    if not link.name:
        return Target("page", page.path, link.fragment)
    if link.scheme == wikilinks.TAG:
        wanted = folded(link.name)
        term = next((term for term in site.terms.values() if folded(term.name) == wanted), None)
        return Target("internal", term.path) if term else Target("broken", "")
    if link.scheme == wikilinks.POST:
        places, name = wikilinks.posts(link.name), wikilinks.undated(link.name)
    elif link.scheme == wikilinks.REF:
        inner = link.name.strip().lstrip("/")
        places, name = (link.name, "/" + inner, "/content/" + inner), inner
    else:
        # A note may be called like an address of the site's own: its name comes first.
        found = wikilinks.by_name(site, link.name)
        if found is not None:
            return _reached(found, link.fragment)
        places, name = (link.name,), link.name
    target = _first(site, page, places, link.fragment)
    if target.kind != "broken":
        return target
    found = wikilinks.by_name(site, name)
    return Target("broken", "") if found is None else _reached(found, link.fragment)


def _first(site: Site, page: Page, places: Iterable[str], suffix: str) -> Target:
    for place in places:
        found = _found(site, page, place)
        if found is not None:
            return _reached(found, suffix)
    return Target("broken", "")


def _reached(found: str, suffix: str) -> Target:
    return Target("external", found) if "://" in found else Target("internal", found, suffix)


def homes(site: Site) -> tuple[str, ...]:
    """Return the beginnings of the URLs that are the site's own, or were, without scheme, in lower case."""
    return beginnings(site.base_url, site.settings)


def beginnings(base_url: str, settings: SiteSettings) -> tuple[str, ...]:
    """Return `homes` of a site that has this base URL and these settings."""
    bases = (base_url, *settings.own_urls)
    return tuple(home.lower() for base in bases if (home := base.rstrip("/").partition("://")[2]))


def own_path(site: Site, target: str) -> str | None:
    """Return what follows the site's own address, or one at which it was at home before, if a URL has it."""
    if not target.lower().startswith(("http://", "https://")):
        return None
    place = target[target.index("://") + 3 :]
    for home in homes(site):
        after = place[len(home) :]
        if place[: len(home)].lower() == home and after[:1] in ("", "/", "?", "#"):
            return after if after.startswith("/") else "/" + after
    return None


def _inside(site: Site, page: Page, target: str) -> Target:
    path, suffix = split_suffix(target)
    path = unquote(path)
    found = _found(site, page, path)
    if found is None and suffix:  # a file may be called `C#.md`
        found = _found(site, page, unquote(target))
        suffix = "" if found else suffix
    if found is None:
        return Target("broken", candidates(site, page, path)[0], suffix)
    return _reached(found, suffix)


def split_suffix(target: str) -> tuple[str, str]:
    """Return the path of a target, and its query and fragment with their signs."""
    cut = min((at for at in (target.find("?"), target.find("#")) if at >= 0), default=len(target))
    return target[:cut], target[cut:]


def _found(site: Site, page: Page, path: str) -> str | None:
    return find(candidates(site, page, path), _Places(site).__contains__, site.redirects, site.names, path)


def candidates(site: Site, page: Page, path: str) -> list[str]:
    """Return the paths of the site that a decoded relative or absolute path may mean, the likeliest first."""
    path = path.replace("\\", "/")
    root = f"/{site.root}/" if site.root else ""
    if path.startswith("/"):
        paths = [join("/", path)]
        base = unquote(site.base_path)
        if base and path.startswith(base + "/"):
            paths.append(join("/", path[len(base) :]))
        if root and path.startswith(root):
            paths.append(join("/", path[len(root) :]))
        return paths
    file = "/" + page.source.path.removeprefix(root[1:])
    if root and not page.source.path.startswith(root[1:]):
        # A file outside the site that a symbolic link within shows: it knows the repository's folders.
        whole = join(parent(file), path)
        if whole.startswith(root):
            return [join("/", whole[len(root) :])]
    folders = (parent(file), parent(page.path), page.path, "/")
    return list(dict.fromkeys(join(folder, path) for folder in folders))


def join(folder: str, path: str) -> str:
    """Return the path below the folder, `.` and `..` resolved (RFC 3986), without a slash at its end."""
    parts: list[str] = []
    for part in f"{folder}/{path}".split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def find(
    paths: Iterable[str],
    exists: Callable[[str], bool],
    redirects: Mapping[str, str],
    names: Mapping[str, str],
    bare: str = "",
) -> str | None:
    """Return the first path that is there, with redirects followed and spellings forgiven; None if none is.

    `bare` is the name of a file that may lie anywhere if it exists only once, in the way of Obsidian.
    """
    paths = [clean(path) for path in paths]
    for path in paths:
        if exists(path):
            return path
        if path in redirects:
            return redirects[path]
    for path in paths:
        spelling = folded(path)
        shorter = spelling.removesuffix(".html").removesuffix(".htm")
        if found := names.get(spelling) or names.get(shorter):
            return found
    return names.get(folded(bare)) if bare and "/" not in bare else None


class _Places:
    """All paths of a site that answer with something of its own."""

    __slots__ = ("_site",)

    def __init__(self, site: Site) -> None:
        self._site = site

    def __contains__(self, path: str) -> bool:
        site = self._site
        if path in site.pages or path in site.assets or path in site.sections:
            return True
        if path.startswith("/tags/"):
            return path[len("/tags/") :] in site.terms
        if path in site.taxonomies.addresses:
            return True
        folder, _, name = path.rpartition("/")
        return path in _GENERATED or path.startswith("/-/") or (name in FEEDS and folder in site.sections)
