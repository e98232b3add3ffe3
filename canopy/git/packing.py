"""Writing a pack from what lies in packs already: compressed bytes are copied, not made again.

The stock way inflates and deflates every object, which costs seconds of CPU for each clone. Here an
object goes out as it is stored; a delta too, if its base goes out as well.

The format: https://git-scm.com/docs/pack-format
"""

from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from dulwich.objects import hex_to_sha
from dulwich.pack import OFS_DELTA, REF_DELTA, PackFileDisappeared, unpack_object_at

from canopy.errors import LimitExceeded, SyncError
from canopy.git.objects import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dulwich.object_store import BaseObjectStore
    from dulwich.objects import ObjectID, RawObjectID
    from dulwich.pack import Pack, PackIndex, UnpackedObject


_MAX_LOOSE = 1024 * 1024
"""Bytes of an object in a file of its own, deflated or not; what is larger is read by the library."""
_TOGETHER = 64
"""Objects that are in memory at once."""
_AT_ONCE = 2


class _Place(NamedTuple):
    """Where an object is stored."""

    pack: int
    offset: int
    name: bytes
    """Binary."""


class PackWriter:
    """Writes one pack, self-contained."""

    def __init__(
        self,
        store: BaseObjectStore,
        write: Callable[[bytes], object],
        *,
        ofs_delta: bool = True,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store, self._write = store, write
        self._packs: list[Pack] = store.packs
        self._ofs_delta, self._cancelled = ofs_delta, cancelled
        self._digest = store.object_format.new_hash()
        self._at = 0
        self._written: dict[bytes, int] = {}
        """Binary id to its offset in the new pack."""

    def run(self, names: list[bytes]) -> int:
        """Write a pack of these objects and return its size. Raises `SyncError` or `LimitExceeded`."""
        self._put(b"PACK" + (2).to_bytes(4, "big") + len(names).to_bytes(4, "big"))
        places, loose = self._locate(names)
        going = {place.name for place in places} | set(loose)
        at = {(place.pack, place.offset): place.name for place in places}
        # In the order of the old packs, so that the base of an offset delta comes before it.
        for place in sorted(places):
            self._copy(place, going, at)
        self._all_loose(loose)
        digest = self._digest.digest()
        self._write(digest)
        return self._at + len(digest)

    def _locate(self, names: list[bytes]) -> tuple[list[_Place], list[bytes]]:
        places: list[_Place] = []
        loose: list[bytes] = []
        indexes = list(map(_index, self._packs))
        for hexadecimal in names:
            name = hex_to_sha(cast("ObjectID", hexadecimal))
            for number, index in enumerate(indexes):
                if index is None:
                    continue
                try:
                    places.append(_Place(number, index.object_offset(name), name))
                    break
                except KeyError:
                    continue
            else:
                loose.append(name)
        return places, loose

    def _copy(self, place: _Place, going: set[bytes], at: dict[tuple[int, int], bytes]) -> None:
        """Write one stored object, as it is if possible."""
        stored = self._stored(place)
        if stored is None:
            self._full(place.name)
            return
        kind, size, chunks = stored.pack_type_num, stored.decomp_len or 0, stored.comp_chunks or []
        if kind not in (OFS_DELTA, REF_DELTA):
            self._entry(place.name, _header(kind, size), chunks)
            return
        base = stored.delta_base
        if isinstance(base, int):
            base = at.get((place.pack, place.offset - base), b"")
        if base and base in self._written and self._ofs_delta:
            distance = self._at - self._written[base]
            self._entry(place.name, _header(OFS_DELTA, size) + _distance(distance), chunks)
        elif base in going:
            self._entry(place.name, _header(REF_DELTA, size) + base, chunks)
        else:
            self._full(place.name)

    def _stored(self, place: _Place) -> UnpackedObject | None:
        """Return an object as it lies in its pack, or None if the pack was just replaced by another."""
        try:
            contents = self._packs[place.pack].data._buffer()  # noqa: SLF001  the mapped file; dulwich is pinned
            form = self._store.object_format
            return unpack_object_at(contents, place.offset, form.hash_func, include_comp=True)[0]
        except PackFileDisappeared:
            return None
        except Exception as exc:  # damaged bytes make zlib, struct and the library itself raise
            raise SyncError("the repository is damaged") from exc

    def _all_loose(self, names: list[bytes]) -> None:
        """Write objects that lie in no pack, several at once: to deflate them takes the most time."""
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="deflate") as threads:
            for start in range(0, len(names), _TOGETHER):
                some = names[start : start + _TOGETHER]
                for name, entry in zip(some, threads.map(self._loose, some), strict=True):
                    if entry is None:
                        self._full(name)
                    else:
                        self._entry(name, *entry)

    def _full(self, name: bytes) -> None:
        try:
            kind, content = self._store.get_raw(cast("RawObjectID", name))
        except Exception as exc:  # a damaged repository makes the library raise almost anything
            raise SyncError("the repository is damaged") from exc
        self._entry(name, *_deflated(kind, content))

    def _loose(self, name: bytes) -> tuple[bytes, list[bytes]] | None:
        """Return the entry of an object in a file of its own; None if there is none, or an unusual one.

        The library would look through all packs first, and parse what it finds; it may not be asked by two
        threads. Whether the content is what its name says is made sure of by whoever takes the pack in.
        """
        folder, digits = getattr(self._store, "path", None), name.hex()
        if folder is None:
            return None
        try:
            with Path(folder, digits[:2], digits[2:]).open("rb") as file:
                stored = file.read(_MAX_LOOSE)
            engine = zlib.decompressobj()
            head, _, content = engine.decompress(stored, _MAX_LOOSE).partition(b"\0")
        except (OSError, zlib.error):
            return None
        kind, _, size = head.partition(b" ")
        is_whole = engine.eof and not engine.unused_data and size == b"%d" % len(content)
        return _deflated(KINDS[kind], content) if is_whole and kind in KINDS else None

    def _entry(self, name: bytes, head: bytes, chunks: list[bytes]) -> None:
        if self._cancelled():
            raise LimitExceeded("this took too long and was broken off")
        self._written[name] = self._at
        self._put(head)
        for chunk in chunks:
            self._put(chunk)

    def _put(self, content: bytes) -> None:
        self._digest.update(content)
        self._at += len(content)
        self._write(content)


def _index(pack: Pack) -> PackIndex | None:
    try:
        return pack.index
    except PackFileDisappeared:
        return None
    except Exception as exc:  # a damaged index makes the library raise its own kinds
        raise SyncError("the repository is damaged") from exc


def _deflated(kind: int, content: bytes) -> tuple[bytes, list[bytes]]:
    """Return an object's header and compressed content."""
    return _header(kind, len(content)), [zlib.compress(content, 1)]


def _header(kind: int, size: int) -> bytes:
    """Return an object's type and inflated size as a pack has them."""
    return bytes(_septets((kind << 4) | (size & 15), size >> 4))


def _septets(byte: int, rest: int) -> Iterator[int]:
    while rest:
        yield byte | 0x80
        byte, rest = rest & 0x7F, rest >> 7
    yield byte


def _distance(value: int) -> bytes:
    """Return the offset encoding of an OFS_DELTA."""
    digits = [value & 0x7F]
    while value := value >> 7:
        value -= 1
        digits.append(0x80 | (value & 0x7F))
    return bytes(reversed(digits))
