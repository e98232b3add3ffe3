"""Pages of a theme that only make a list, as `archives.md` with a layout, and what is there instead.

Generators make the list on such a page; here it is one of the site's own, elsewhere: the page leads there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.content.paths import base_name, stem, unsuffixed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from canopy.content.sources import File
    from canopy.content.values import FrontMatter, Site

SEARCH = "/-/search"
FOLDER = "folder"
"""The section of the page's folder."""
_KINDS = (
    ("search", re.compile(r"search")),
    ("categories", re.compile(r"categor(?:y|ies)|topics?\b")),
    ("tags", re.compile(r"tags?\b|tag[_-]")),
    ("series", re.compile(r"series\b")),
    ("authors", re.compile(r"authors\b|contributors\b")),
    (
        "archive",
        re.compile(
            r"archives?\b|timeline\b|\w*[_-]archives?\b|blog(?:list)?\b|(?:all[_-])?posts\b|articles\b"
        ),
    ),
    ("feed", re.compile(r"feed\b|rss\b|atom\b")),
)
"""What is made on a page, by the beginning of its file's name, its address' last part, or its layout."""


def instead_of(*names: str) -> str:
    """Return what a page of that name stands for, the first that is told by one; nothing if none tells."""
    bare = [base_name(unsuffixed(name.rstrip("/"))).lower() for name in names]
    return next((kind for name in bare for kind, named in _KINDS if named.match(name)), "")


def kind_of(path: str, address: str, front: FrontMatter) -> str:
    """Return what a page stands for that has no text of its own."""
    name = base_name(unsuffixed(path)).lower()
    found = instead_of(address, stem(path), front.layout)
    return found or (FOLDER if name in ("index", "_index") else "")


def address_of(site: Site, kind: str) -> str:
    """Return where a site has a list of its own; nothing if it has none of that kind."""
    taxonomies = site.taxonomies
    known = {
        "archive": taxonomies.years,
        "categories": taxonomies.categories,
        "series": taxonomies.series,
        "authors": taxonomies.authors,
    }
    if kind in known:
        return known[kind].path if known[kind].terms else ""
    return {"search": SEARCH, "feed": "/atom", "tags": "/tags" if site.terms else ""}.get(kind, "")


def stand_ins(site: Site, files: Iterable[File]) -> dict[str, str]:
    """Return the addresses of pages that only make a list, where nothing else is, and where they lead."""
    found: dict[str, str] = {}
    for file in files:
        claim = file.claim
        if not claim.instead:
            continue
        target = address_of(site, claim.instead)
        if claim.instead == FOLDER:
            target = claim.folder if claim.folder in site.sections else ""
        for address in (claim.address, *claim.weak):
            taken = address in site.pages or address in site.sections or address in site.assets
            own = address in ("", "/", "/tags", "/atom") or address in site.taxonomies.addresses
            if target and target != address and not taken and not own and address not in site.redirects:
                found[address] = target
    return found
