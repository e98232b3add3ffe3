"""What one file asks for: an address, and the other ways in which it may be reached. Knows no other file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from canopy.content.paths import MARKDOWN, base_name, clean, extension, folded, parent, stem

if TYPE_CHECKING:
    from canopy.content.conventions import Convention
    from canopy.content.values import FrontMatter


class Kind(Enum):
    """What becomes of a file."""

    ARTICLE = "article"
    ASSET = "asset"
    REDIRECT = "redirect"
    NOTHING = "nothing"
    """A draft, a dotfile: it has no address."""


@dataclass(frozen=True, slots=True)
class Claim:
    """All that a file contributes to the map of the site's addresses."""

    kind: Kind
    exact: str = ""
    """The file's own path as an address."""
    address: str = ""
    rank: int = 0
    """Of two files that want one address, the lower one wins."""
    folder: str = "/"
    index: int = 0
    """Above 0 for a file that introduces its folder; the lowest wins."""
    introduces: str = ""
    """The folder of its own name beside it, which it introduces if nothing in the folder does."""
    weak: tuple[str, ...] = ()
    """Further addresses that lead to it unless something else is there."""
    spellings: tuple[str, ...] = ()
    """Case-folded ways to write it in a link."""
    aliases: tuple[str, ...] = ()
    redirect: str = ""


NOTHING = Claim(Kind.NOTHING)
_UNCLEAN = 10
"""Added to the rank of a file whose name had to be changed to be an address."""
_INDEX_STEMS = {"_index": 1, "index": 2, "readme": 3}


def claim_asset(path: str) -> Claim:
    """Return what a file asks for that is served as it is."""
    exact = clean(path)
    spellings = (folded(path), folded(base_name(path)))
    return Claim(
        Kind.ASSET, exact, exact, folder=parent(path), weak=_others(exact, path), spellings=spellings
    )


def claim_article(path: str, front: FrontMatter, convention: Convention, redirect: str = "") -> Claim:
    """Return what an article, or a file that only redirects, asks for."""
    exact, folder = clean(path), parent(path)
    short = clean(stem(path))
    natural = exact if convention.exact else short
    address, rank = _wish(natural, exact, folder, front)
    rank += _UNCLEAN * (exact != path)
    index = 0 if front.url or front.slug else _index_rank(path, convention)
    names = (clean(folder), folded(base_name(folder))) if index else (short, folded(base_name(short)))
    spellings = (
        folded(exact),
        folded(short),
        folded(address),
        folded(names[0]),
        names[1],
        folded(base_name(exact)),
    )
    weak = _others("" if index else address, exact, short, natural, path)
    if index:
        weak += tuple(f"{clean(folder).rstrip('/')}/{name}" for name in ("index", "index.html"))
    return Claim(
        Kind.REDIRECT if redirect else Kind.ARTICLE,
        exact,
        address,
        rank,
        folder,
        index,
        "" if convention.exact or address != short else short,
        weak,
        tuple(dict.fromkeys(spelling for spelling in spellings if spelling)),
        front.aliases,
        redirect,
    )


def _wish(natural: str, exact: str, folder: str, front: FrontMatter) -> tuple[str, int]:
    if front.url:
        return clean(front.url), 8
    if front.slug:
        return clean(f"{folder.rstrip('/')}/{front.slug}"), 7
    kind = extension(exact)
    return natural, 0 if natural == exact else 1 + MARKDOWN.index(kind)


def _index_rank(path: str, convention: Convention) -> int:
    name = base_name(stem(path)).lower()
    rank = _INDEX_STEMS.get(name, 0)
    if extension(path) in MARKDOWN:
        return rank
    # The original's start page is a file `Index`, which has its own address.
    return rank + 3 if rank and (name == "readme" or not convention.exact) else 0


def _others(address: str, *addresses: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(other for other in addresses if other != address and other.isprintable()))
