"""The files of a snapshot, read: each only if it is new, very many of them elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from canopy.content.inclusions import is_as_before, is_same
from canopy.content.parcels import read_parcels
from canopy.content.sources import read_file, read_linked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.memo import Memo
    from canopy.content.outlinks import Outlink
    from canopy.content.parcels import Share
    from canopy.content.reading import Reading
    from canopy.content.sources import File
    from canopy.git.values import Blob


@dataclass(frozen=True, slots=True)
class Files:
    """The files below the site's top."""

    read: dict[str, File]
    """By path in the repository, in its order."""
    edited: list[str] | None
    """The paths of those that are not as before; None if nothing was before, or a file came or went."""
    links: Mapping[str, tuple[Outlink, ...]]
    """Those in the texts of pages, where they were looked for already; by path below the top."""


def read_files(
    blobs: Mapping[str, Blob],
    reading: Reading,
    homes: tuple[str, ...],
    memo: Memo | None,
    share: Share | None,
) -> Files:
    """Return what the files are; `share` has parcels of them read, where they are many."""
    old, before = (memo.read, memo.reading.blobs) if memo else ({}, {})
    unmoved = memo is not None and blobs.keys() == before.keys()
    paths = old if unmoved else sorted(path for path in blobs if path.startswith(reading.prefix))
    showing = [path for path, file in old.items() if file.shown]
    stale = {path for path in showing if not is_as_before(old[path].shown, blobs, unmoved=unmoved)}
    edited = [path for path in paths if path in stale or before.get(path) is not blobs[path]]
    shared: dict[str, File] = {}
    links: dict[str, tuple[Outlink, ...]] = {}
    if share is not None:
        new = (blob for path in edited if not _as_before(old.get(path), blob := blobs[path]))
        for file, found in read_parcels(new, reading.convention, reading.prefix, homes, share):
            shared[file.blob.path] = file
            links[file.path] = found
    kept = {path: None if path in stale else old.get(path) for path in edited}
    fresh = {path: shared.get(path) or _read(blobs, path, kept[path], reading) for path in edited}
    if unmoved:
        return Files({**old, **fresh}, edited, links)
    return Files({path: fresh[path] if path in fresh else old[path] for path in paths}, None, links)


def _read(blobs: Mapping[str, Blob], path: str, known: File | None, reading: Reading) -> File:
    blob, prefix, convention = blobs[path], reading.prefix, reading.convention
    if known is not None and _as_before(known, blob):
        return known if known.blob == blob else replace(known, blob=blob)
    if blob.link:
        original = "/" + blob.link[len(prefix) :] if blob.link.startswith(prefix) else ""
        return read_linked(blob, "/" + blob.path[len(prefix) :], original, convention, blobs)
    return read_file(blob, "/" + blob.path[len(prefix) :], convention, blobs)


def _as_before(known: File | None, blob: Blob) -> bool:
    return known is not None and known.blob.link == blob.link and is_same(known.blob, blob)
