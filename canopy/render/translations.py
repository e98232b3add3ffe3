"""Which pages say the same in another language, where the repository leaves no doubt about it.

Two ways to lay them out are understood, both of Hugo and Zola: `x.de.md` beside `x.md`, and a folder `de`
at the top with the same addresses below it. A folder is in its language if the settings of the site say so,
or each of its pages does. A translation is only what exists; nothing is guessed from words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.content.paths import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from canopy.content.values import Page, Site

# The languages that people publish notes in: a code must not be a word that the names of files end in.
_CODES = """
ar bg bn ca cs da de el en eo es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka ko lt lv mk ms nb nl nn no
pl pt ro ru sk sl sq sr sv ta th tr uk ur vi zh pt-br zh-cn zh-tw zh-hans zh-hant en-gb en-us
"""
LANGUAGES = frozenset(_CODES.split())
_NAMED = re.compile(r"(?P<stem>.+)\.(?P<language>[A-Za-z]{2}(?:-[A-Za-z]{2,4})?)")
_EXTENSION = re.compile(r"\.(?:md|markdown|mdown|mkd|txt)\Z", re.IGNORECASE)


def language_of(page: Page, site: Site) -> str:
    """Return the language that a page is written in, as it is marked by its author, else the site's."""
    return page.source.front.language or _by_name(page)[1] or _by_folder(page.path, site) or site.language


def language_of_section(path: str, site: Site) -> str:
    """Return the language of a section: that of its introduction, else of its folder, else the site's."""
    section = site.sections.get(path)
    if section is not None and section.index is not None:
        return language_of(section.index, site)
    return _by_folder(path, site) or site.language


def section_versions(path: str, site: Site, folders: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return language and path of each version of a section, itself among them; nothing if it is alone."""
    if not folders:
        return ()
    head, _, rest = path.removeprefix("/").partition("/")
    inner = f"/{rest}" if head.lower() in folders else path
    paths = dict.fromkeys((inner, *(f"/{code}{inner}".rstrip("/") for code in sorted(folders))))
    found = {language_of_section(p, site).lower(): p for p in paths if p in site.sections}
    if path not in found.values() or len(found) < 2:
        return ()
    return tuple(sorted((language_of_section(p, site), p) for p in found.values()))


def translations(page: Page, site: Site, folders: frozenset[str]) -> tuple[tuple[str, Page], ...]:
    """Return language and page of each version, the page itself among them; nothing if it is alone.

    `folders` are the languages for which the site has a section at its top.
    """
    found = {page.path: page}
    for path in _candidates(page, site, folders):
        other = site.pages.get(path)
        if other is not None:
            found.setdefault(other.path, other)
    languages = {language_of(other, site).lower(): other for other in found.values()}
    # Two pages in one language are no translations of each other.
    if len(found) < 2 or len(languages) != len(found):
        return ()
    return tuple(sorted((language_of(other, site), other) for other in found.values()))


def relatives(page: Page, site: Site, folders: frozenset[str]) -> Iterator[Page]:
    """Yield the pages that are where versions of a page would be; `folders` as for `translations`."""
    for path in _candidates(page, site, folders):
        if path in site.pages:
            yield site.pages[path]


def language_folders(site: Site) -> frozenset[str]:
    """Return the languages for which the site has a section at its top."""
    known = LANGUAGES.union(site.settings.languages)
    return frozenset(code for code in known if f"/{code}" in site.sections)


def _candidates(page: Page, site: Site, folders: frozenset[str]) -> list[str]:
    """Return the paths of the site at which versions of the page may be."""
    paths: list[str] = []
    head, _, rest = page.path.removeprefix("/").partition("/")
    if folders:
        inner = f"/{rest}" if head.lower() in folders and rest else page.path
        paths += [inner, *(f"/{code}{inner}" for code in sorted(folders))]
    file = page.source.path.removeprefix(f"{site.root}/" if site.root else "").removeprefix("content/")
    above, slash, name = file.rpartition("/")
    extension = "".join(_EXTENSION.findall(name))
    if extension:
        begin = folded(f"/{above}{slash}{_by_name(page)[0]}")
        endings = (extension.lower(), *(f".{code}{extension.lower()}" for code in sorted(LANGUAGES)))
        paths += [path for end in endings if (path := site.names.get(begin + end)) is not None]
    return paths


def _by_folder(path: str, site: Site) -> str:
    """Return the language of the folder at the top, if the site's settings say that it is one."""
    head = path.removeprefix("/").partition("/")[0]
    return head if head.lower() in site.settings.languages else ""


def _by_name(page: Page) -> tuple[str, str]:
    """Return the stem of a file called like `stem.de.md` and its language; else the stem and nothing."""
    name = _EXTENSION.sub("", page.source.path.rpartition("/")[2])
    match = _NAMED.fullmatch(name)
    if match and match["language"].lower() in LANGUAGES:
        return match["stem"], match["language"]
    return name, ""
