"""How readers find their way: the start page, and the entries of the site's navigation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from canopy.content.claims import Kind
from canopy.content.collation import Alphabet
from canopy.content.links import FEEDS, find, join, split_suffix
from canopy.content.paths import base_name, clean, folded, is_quiet, stem
from canopy.content.standins import SEARCH, address_of, instead_of
from canopy.content.values import NavigationItem, Page
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from canopy.content.conventions import Convention
    from canopy.content.permalinks import Places
    from canopy.content.sources import File
    from canopy.content.values import Section, Site, SiteSettings, Source

MAX_ROOT_PAGES = 30
"""Above this number the pages at the top are no navigation any more: they are found on the start page."""
MAX_FOLDERS = 30
"""Above this number the folders are none either, if the start page names them."""
_COMPONENT = re.compile(r"</?[A-Z][^<>]*>")
"""Of Vue or React, as texts have them among markdown."""
_LISTS = ("home", "blog", "posts", "archive", "list", "index")
"""Parts of the names that layouts have which show the newest pages below the text."""


def start_of(files: Mapping[str, File], settings: SiteSettings, convention: Convention) -> str:
    """Return the file or folder that is the start page by a setting, in another case if need be."""
    wish = settings.start or ("Index" if convention.exact else "")
    if not wish:
        return ""
    name = "/" + wish.strip("/")
    paths = [file.path for file in files.values()]
    if name in paths or any(path.startswith(f"{name}/") for path in paths):
        return name
    articles = (file.path for file in files.values() if file.claim.kind is Kind.ARTICLE)
    return next((path for path in articles if folded(name) in (folded(path), folded(stem(path)))), "")


def home_of(
    start: str,
    pages: Mapping[str, Page],
    sections: Mapping[str, Section],
    places: Places,
    convention: Convention,
) -> Page | Section | None:
    """Return what `/` shows: the start page by setting, else the top's introduction, with a blog's posts."""
    if start in pages:
        return pages[start]
    if start in places.folders:
        return sections[places.folders[start]]
    top = sections["/"]
    if top.index is None:
        return top if convention.book and not convention.blog else None
    if convention.book and not convention.blog:
        return top  # with what there is to read below its text
    if convention.book or not convention.blog:
        # `<HomePage />` and nothing else: what a generator would have made of it is not here, its pages are.
        empty = not convention.exact and not _COMPONENT.sub("", top.index.source.body).strip()
        return top if empty and top.pages else top.index
    if not any(page.source.front.date for page in top.pages):
        return top.index
    layout = top.index.source.front.layout.lower()
    if convention.name == "jekyll" and layout and not any(part in layout for part in _LISTS):
        return top.index
    return top if top.index.source.words else None


def automatic(
    site: Site, places: Places, top: Iterable[Page], convention: Convention
) -> tuple[NavigationItem, ...]:
    """Return the entries for the sections below the top and its pages, where nobody made a menu."""
    home, alphabet = site.home, Alphabet.of(site.language)
    items: list[tuple[float, str, NavigationItem]] = []
    for folder, path in places.folders.items():
        section = site.sections[path]
        hidden = section is home or folder.startswith("/_") or folder.lower() in convention.foreign
        if folder != "/" and folder.count("/") == 1 and not hidden:
            weight = convention.places.get(folder, _weight(section.index, convention))
            title = (section.index.source.front.short_title if section.index else "") or section.title
            items.append((weight, base_name(folder), NavigationItem(title, path)))
    many = len(items) > MAX_FOLDERS and not convention.exact
    if many and _names_folders(home, [name for _, name, _ in items]):
        items = []
    shown = [page for page in top if page is not home and not is_quiet(page.source.path)]
    if len(shown) <= MAX_ROOT_PAGES:
        for page in shown:
            name = base_name(page.source.path)
            item = NavigationItem(_entry(page, name, convention), page.path)
            items.append((_weight(page, convention), name, item))
    # The original sorts the names by their bytes.
    items.sort(key=lambda item: (item[0], item[1] if convention.exact else alphabet.key(item[1]), item[1]))
    return tuple(item for _, _, item in items)


def _names_folders(home: Page | Section | None, names: list[str]) -> bool:
    """Tell whether the start page leads to the folders by itself: as a list, or by its text."""
    if not isinstance(home, Page):
        return True
    text = home.source.body
    return 2 * sum(f"{name}/" in text for name in names) > len(names)


def _weight(page: Page | None, convention: Convention) -> float:
    weight = page.source.front.weight if page and convention.weights else None
    return float("inf") if weight is None else weight


def _entry(page: Page, name: str, convention: Convention) -> str:
    return clean(stem(name)) if convention.exact else page.source.front.short_title or page.title


def chosen(
    site: Site, pages: Iterable[Page], lists: Iterable[File], file: str
) -> tuple[tuple[NavigationItem, ...], list[Problem]]:
    """Return the entries of the menu that somebody made, and what is wrong with it; no entries if nobody did.

    `pages` are all pages, the introductions too, for their headers may put them into the menu, as may those
    of the pages that only make `lists`; `file` is the one that has the site's menu.
    """
    items: dict[str, NavigationItem] = {}
    problems = []
    shown = site.shown if site.settings.menu else {}
    for title, wish in site.settings.menu:
        target = _target(site, wish)
        if target == SEARCH:
            continue  # every page has a field for it
        if target:
            items.setdefault(target, NavigationItem(title or _title(site, shown, target), target))
        elif not instead_of(wish) and base_name(wish) not in FEEDS:
            reason = f"the menu leads to {wish[:100]}, which is not there"
            problems.append(Problem(file, 0, reason, "correct its target", Severity.WARNING))
    spoken = site.language.partition("-")[0]
    own = [(page.source, page.path) for page in pages if "main" in page.source.front.menu]
    own += [(f.source, site.redirects.get(f.claim.address, f.claim.address)) for f in lists if f.source]
    if not own:
        return tuple(items.values()), problems
    there = site.shown.keys() | site.sections.keys() | site.redirects.keys() | _addresses(site)
    key = Alphabet.of(site.language).key
    for source, path in sorted(own, key=lambda entry: (_heavy(entry[0]), key(entry[0].title), entry[1])):
        front = source.front
        if "main" in front.menu and (front.language or spoken).partition("-")[0] == spoken and path in there:
            items.setdefault(path, NavigationItem(front.short_title or source.title, path))
    return tuple(items.values()), problems


def _addresses(site: Site) -> set[str]:
    """Return the addresses of the site's own lists."""
    tags = {"/tags", *(term.path for term in site.terms.values())} if site.terms else set()
    return {"/", "/atom", *tags, *site.taxonomies.addresses}


def _heavy(source: Source) -> float:
    weight = source.front.weight
    return float("inf") if weight is None else weight


def _title(site: Site, shown: Mapping[str, Page], target: str) -> str:
    page, section = shown.get(target), site.sections.get(target)
    if page is not None:
        return page.source.front.short_title or page.title
    return section.title if section else target.strip("/") or site.title


def _target(site: Site, wish: str) -> str:
    """Return the path of the site, or the URL, to which an entry leads; nothing if it leads nowhere."""
    wish = _own(site, wish)
    if wish.startswith(("http://", "https://", "mailto:", "//")):
        return wish if wish.isprintable() and " " not in wish else ""
    path = join("/", unquote(split_suffix(wish)[0]))
    others = _addresses(site)

    def exists(path: str) -> bool:
        return path in site.pages or path in site.sections or path in site.assets or path in others

    instead = address_of(site, instead_of(path))
    return find([path], exists, site.redirects, site.names, path[1:]) or instead


def _own(site: Site, wish: str) -> str:
    """Return what follows the site's own address, or its path, if the target begins with one."""
    for url in (site.base_url, *site.settings.own_urls):
        for begin in (url.rstrip("/"), urlsplit(url).path.rstrip("/")):
            if begin and (wish == begin or wish.startswith(f"{begin}/")):
                return wish[len(begin) :] or "/"
    return wish
