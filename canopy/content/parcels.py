"""Reading very many files, in other processes if there are any: what goes there, and what comes back.

What a file and its text say depends on themselves and the repository's convention alone, unless it includes
others (those are read where all files are), so that a parcel may be read anywhere and in any order. The text
goes there but does not come back. It must not know who carries parcels: that is whoever asks for the build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from canopy.content.claims import Kind
from canopy.content.dialects import spoken
from canopy.content.outlinks import Outlink, find_links, scanned
from canopy.content.paths import asset_type
from canopy.content.sources import MAX_ARTICLE, File, read_file
from canopy.git.values import Blob

if TYPE_CHECKING:
    from canopy.content.conventions import Convention
    from canopy.content.values import Source

LARGE = 8 * 1024 * 1024
"""Bytes of text from which on others are asked to help: what one process reads in some half a second."""
_PARCEL = 512 * 1024
"""Bytes of text that go together: some tens of milliseconds of work."""
_NOWHERE = Blob("", "", b"")


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files to be read, and all that tells how."""

    convention: Convention
    prefix: str
    """The site's top in the repository, with a slash at its end."""
    homes: tuple[str, ...]
    """The beginnings of the site's own URLs (`links.homes`)."""
    files: tuple[tuple[str, bytes], ...]
    """Path in the repository, and content."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one file is, without its content."""

    file: File
    whole: bool
    """The body is in the file's own bytes."""
    links: tuple[Outlink, ...]
    """The links in its text, of a page."""


Share = Callable[[Callable[[Parcel], list[Answer]], Sequence[Parcel]], Iterable[list[Answer]]]
"""Applies a function to each parcel, wherever, and returns the results in order."""


def read_parcel(parcel: Parcel) -> list[Answer]:
    """Read all files of a parcel, in order."""
    return [_answer(parcel, Blob(path, "", data)) for path, data in parcel.files]


def _answer(parcel: Parcel, blob: Blob) -> Answer:
    file = read_file(blob, "/" + blob.path[len(parcel.prefix) :], parcel.convention)
    source = file.source
    if source is None:
        return Answer(replace(file, blob=_NOWHERE), whole=False, links=())
    links = (
        text_links(source, parcel.convention.name, parcel.homes) if file.claim.kind is Kind.ARTICLE else ()
    )
    whole = source.data is blob.data
    kept = replace(source, data=b"") if whole else source
    return Answer(replace(file, blob=_NOWHERE, source=kept), whole, links)


def text_links(source: Source, convention: str, homes: tuple[str, ...]) -> tuple[Outlink, ...]:
    """Return the links of a text that may lead to a page of the site."""
    return find_links(scanned(source.body, spoken(convention, source.path)), homes)


def read_parcels(
    blobs: Iterable[Blob], convention: Convention, prefix: str, homes: tuple[str, ...], share: Share
) -> list[tuple[File, tuple[Outlink, ...]]]:
    """Return those files that are texts, with the links in them; none at all if they are little to read."""
    texts = [blob for blob in blobs if _is_text(blob, prefix) and not convention.includes(blob.data)]
    if sum(len(blob.data) for blob in texts) < LARGE:
        return []
    bundles = _bundles(texts)
    parcels = [
        Parcel(convention, prefix, homes, tuple((blob.path, blob.data) for blob in bundle))
        for bundle in bundles
    ]
    found = zip(bundles, share(read_parcel, parcels), strict=True)
    return [
        (_completed(answer, blob), answer.links)
        for bundle, answers in found
        for blob, answer in zip(bundle, answers, strict=True)
    ]


def _is_text(blob: Blob, prefix: str) -> bool:
    return (
        not blob.link and len(blob.data) <= MAX_ARTICLE and asset_type("/" + blob.path[len(prefix) :]) is None
    )


def _bundles(blobs: Iterable[Blob]) -> list[list[Blob]]:
    bundles: list[list[Blob]] = []
    room = 0
    for blob in blobs:
        if room <= 0:
            bundles.append([])
            room = _PARCEL
        bundles[-1].append(blob)
        room -= len(blob.data)
    return bundles


def _completed(answer: Answer, blob: Blob) -> File:
    """Return the file as if it had been read here."""
    file, source = answer.file, answer.file.source
    if source is None:
        return replace(file, blob=blob)
    return replace(
        file,
        blob=blob,
        source=replace(source, blob_id=blob.id, data=blob.data if answer.whole else source.data),
    )
