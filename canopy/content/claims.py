"""What one file asks for: an address, and the other ways in which it may be reached. Knows no other file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from canopy.content.paths import (
    TEXTS,
    base_name,
    clean,
    extension,
    folded,
    is_walkable,
    parent,
    stem,
    unsuffixed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.conventions import Convention, Spot
    from canopy.content.values import FrontMatter


class Kind(Enum):
    """What becomes of a file."""

    ARTICLE = "article"
    ASSET = "asset"
    REDIRECT = "redirect"
    TERM = "term"
    """A text above the list of a term, which has its address."""
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
    """The folder at its address, which it introduces if nothing in the folder does."""
    weak: tuple[str, ...] = ()
    """Further addresses that lead to it unless something else is there."""
    spellings: tuple[str, ...] = ()
    """Case-folded ways to write it in a link."""
    aliases: tuple[str, ...] = ()
    redirect: str = ""
    listed: bool = True
    """Whether it is an entry of the site's list; not so what stands beside the posts of a blog."""
    place: str = ""
    """Where the folder that it introduces is to be, if that is not its own path."""
    bundle: str = ""
    """The folder whose files belong to the page and go where it goes."""
    top: bool = False
    """Whether it stands in the navigation when the repository has no menu."""
    instead: str = ""
    """Of a page that is none, but a place for a list: which of the site's own is there instead."""
    term: tuple[str, str] = ("", "")
    """Kind and name of the term that it introduces."""


NOTHING = Claim(Kind.NOTHING)
_UNCLEAN = 10
"""Added to the rank of a file whose name had to be changed to be an address."""
_INDEX_STEMS = {"_index": 1, "index": 2, "readme": 3}


def claim_asset(path: str, spot: Spot) -> Claim:
    """Return what a file asks for that is served as it is. `path` is that below the site's top."""
    exact = clean(spot.path)
    spellings = (folded(spot.path), folded(base_name(path)), folded(path))
    return Claim(
        Kind.ASSET,
        exact,
        exact,
        folder=parent(spot.path),
        weak=_others(exact, spot.path),
        spellings=tuple(dict.fromkeys(spellings)),
    )


def claim_article(
    path: str,
    spot: Spot,
    front: FrontMatter,
    convention: Convention,
    values: Mapping[str, object],
    redirect: str = "",
) -> Claim:
    """Return what an article asks for, or a file that only redirects. `path` is that below the site's top."""
    exact = clean(spot.path)
    if spot.term[0]:
        return Claim(Kind.TERM, exact, folder=parent(spot.path), term=spot.term)
    leaf = spot.leaf and spot.path.count("/") > 1
    place = parent(spot.path)
    folder = spot.folder or (parent(place) if leaf else place)
    short = clean(place if leaf else stem(spot.path))
    natural = exact if convention.exact else short
    # `/` is for a page at the top, which then introduces the site; elsewhere its site was another one, but
    # for traditions in which any page may say so.
    if front.url == "/" and folder != "/" and not convention.from_top:
        front = replace(front, url="")
    given = "" if front.url else convention.address(spot, front, values)
    address, rank = _wish(natural, exact, folder, front, given)
    rank += _UNCLEAN * (exact != spot.path)
    index = 0 if leaf else _index_rank(spot.path, convention)
    if front.url == "/":
        folder, index = "/", 1
    elif index and front.slug and address != clean(folder):
        index = 0
    names = (clean(folder), folded(base_name(folder))) if index else (short, folded(base_name(short)))
    spellings = (
        *(
            folded(exact),
            folded(short),
            folded(address),
            folded(names[0]),
            names[1],
            folded(base_name(exact)),
        ),
        *(folded(path), folded(spot.name), folded(base_name(address))),
    )
    weak = _others("" if index else address, exact, *(() if spot.folder else (short, natural)), spot.path)
    if convention.html and not index and extension(address) != ".html":
        weak += (f"{address}.html",)
    if index:
        weak += tuple(f"{clean(folder).rstrip('/')}/{name}" for name in ("index", "index.html"))
        weak += (clean(folder),) if front.url else ()
    missing = base_name(stem(address)) in ("404", "404.html")
    return Claim(
        Kind.REDIRECT if redirect else Kind.ARTICLE,
        exact,
        address,
        rank,
        folder,
        index,
        "" if convention.exact else address,
        weak,
        tuple(dict.fromkeys(spelling for spelling in spellings if spelling)),
        tuple(f"/{alias.lstrip('/')}" if convention.from_top else alias for alias in front.aliases),
        redirect,
        listed=not missing and (spot.post and front.date is not None if convention.blog else True),
        bundle=clean(place) if leaf else clean(spot.bundle),
        place=address if index and front.url and folder != "/" else "",
        top=not missing and folder == "/" and not (spot.post and front.date is not None),
    )


def claim_stand_in(claim: Claim, instead: str) -> Claim:
    """Return what a page asks for that only makes a list: no address, but that its own leads elsewhere."""
    address = claim.place or clean(claim.folder) if claim.index else claim.address
    return Claim(Kind.NOTHING, claim.exact, address, folder=claim.folder, weak=claim.weak, instead=instead)


def _wish(natural: str, exact: str, folder: str, front: FrontMatter, given: str) -> tuple[str, int]:
    """Return the address that an article asks for, and how strongly; `given` is what its tradition says."""
    if front.url:
        return clean(front.url), 8
    if given and (given == "/" or is_walkable(clean(given))):
        return clean(given), 7 if front.slug else 6
    if front.slug:
        return clean(f"{folder.rstrip('/')}/{front.slug}"), 7
    kind = extension(exact)
    return natural, 0 if natural == exact else 1 + (TEXTS.index(kind) if kind in TEXTS else len(TEXTS))


def _index_rank(path: str, convention: Convention) -> int:
    name = base_name(stem(path) if convention.exact else unsuffixed(path)).lower()
    rank = _INDEX_STEMS.get(name, 0)
    if extension(path) in TEXTS:
        return rank
    # The original's start page is a file `Index`, which has its own address.
    return rank + 3 if rank and (name == "readme" or not convention.exact) else 0


def _others(address: str, *addresses: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(other for other in addresses if other != address and other.isprintable()))
