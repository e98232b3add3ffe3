"""Looking through a pack before anything takes it in.

A pack of 716 bytes can become 628 MB when a library resolves its deltas. `scan_pack` walks the whole
pack first, inflates it piece by piece without keeping it, and believes no size that the pack declares.
It must not know repositories: whether a delta's base exists is found out when the pack is taken in.

The format: https://git-scm.com/docs/pack-format
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canopy.errors import LimitExceeded, SyncError

if TYPE_CHECKING:
    from typing import BinaryIO

    from canopy.git.limits import Limits

_WINDOW = 1 << 16
_HEADER_BYTES = 12
_OFS_DELTA, _REF_DELTA = 6, 7
_KINDS = frozenset((1, 2, 3, 4, _OFS_DELTA, _REF_DELTA))


@dataclass(frozen=True, slots=True)
class PackSummary:
    """What a pack holds, as counted and not as declared."""

    objects: int
    pack_bytes: int
    inflated_bytes: int
    """Of all objects, deltas applied."""


def scan_pack(file: BinaryIO, limits: Limits, *, hash_name: str = "sha1") -> PackSummary:
    """Walk the pack in `file` from its start and rewind it.

    Raises `LimitExceeded` when it is or unfolds into more than `limits` allow, and `SyncError` when it
    is not a whole and honest pack.
    """
    try:
        summary = _Scan(file, limits, hashlib.new(hash_name).digest_size).run()
        _check_trailer(file, summary.pack_bytes, hash_name)
    except (EOFError, zlib.error, IndexError) as exc:
        raise SyncError(f"the pack is broken: {exc or 'a delta ends too early'}") from exc
    file.seek(0)
    return summary


@dataclass(slots=True)
class _Scan:
    """One walk. `_buffer[_at:]` is what was read ahead; `_base` is the offset of `_buffer[0]`."""

    file: BinaryIO
    limits: Limits
    hash_bytes: int
    _buffer: bytes = b""
    _at: int = 0
    _base: int = 0
    _inflated: int = 0
    _depths: dict[int, int] = field(default_factory=dict)
    """Offset of each delta to the length of its chain, as far as offsets tell."""

    def run(self) -> PackSummary:
        self.file.seek(0)
        header = self._take(_HEADER_BYTES)
        if header[:4] != b"PACK" or int.from_bytes(header[4:8], "big") not in (2, 3):
            raise SyncError("the remote did not send a pack")
        count = int.from_bytes(header[8:], "big")
        if count > self.limits.objects:
            raise LimitExceeded(f"the pack has {count:,} objects, allowed are {self.limits.objects:,}")
        for _ in range(count):
            self._object()
        return PackSummary(count, self._base + self._at + self.hash_bytes, self._inflated)

    def _object(self) -> None:
        start = self._base + self._at
        byte = self._take(1)[0]
        kind, size, shift = (byte >> 4) & 7, byte & 15, 4
        while byte & 0x80:
            byte = self._take(1)[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if shift > 63:
                raise SyncError("the pack is broken: an object declares an absurd size")
        if kind not in _KINDS:
            raise SyncError(f"the pack is broken: no object has the type {kind}")
        if size > self.limits.object_bytes:
            raise self._too_large(size)
        if kind == _OFS_DELTA:
            self._chain(start, start - self._offset())
        elif kind == _REF_DELTA:
            self._take(self.hash_bytes)
        content = self._inflate(size, keep=kind in (_OFS_DELTA, _REF_DELTA))
        if content is not None:
            size = _delta_result(content)
            if size > self.limits.object_bytes:
                raise self._too_large(size)
        self._inflated += size
        if self._inflated > self.limits.inflated_bytes:
            raise LimitExceeded(f"the pack unfolds into more than {self.limits.inflated_bytes:,} bytes")

    def _chain(self, start: int, base: int) -> None:
        depth = self._depths.get(base, 0) + 1
        if depth > self.limits.delta_depth:
            raise LimitExceeded(f"the pack chains more than {self.limits.delta_depth:,} deltas")
        self._depths[start] = depth

    def _offset(self) -> int:
        byte = self._take(1)[0]
        value = byte & 0x7F
        while byte & 0x80:
            byte = self._take(1)[0]
            value = ((value + 1) << 7) | (byte & 0x7F)
            if value >> 64:
                raise SyncError("the pack is broken: a delta points before its start")
        return value

    def _inflate(self, declared: int, *, keep: bool) -> bytes | None:
        """Inflate one object and return it, or None when it need not be kept."""
        engine, total = zlib.decompressobj(), 0
        pieces: list[bytes] = []
        while not engine.eof:
            # A little more than the object can need keeps the copy of `unused_data` small.
            wanted = min(_WINDOW, declared - total + (declared >> 9) + 32)
            source = engine.unconsumed_tail or self._some(wanted)
            piece = engine.decompress(source, _WINDOW)
            total += len(piece)
            if total > declared:
                raise SyncError("the pack is broken: an object is larger than it declares")
            if keep:
                pieces.append(piece)
        self._at -= len(engine.unused_data)
        if total != declared:
            raise SyncError("the pack is broken: an object is smaller than it declares")
        return b"".join(pieces) if keep else None

    def _some(self, count: int) -> bytes:
        """Return between one and `count` bytes that are still in the buffer afterwards."""
        if self._at == len(self._buffer):
            self._base += self._at
            self._buffer, self._at = self.file.read(_WINDOW), 0
            if not self._buffer:
                raise EOFError("it ends too early")
            if self._base + len(self._buffer) > self.limits.pack_bytes:
                raise LimitExceeded(f"the pack has more than {self.limits.pack_bytes:,} bytes")
        piece = self._buffer[self._at : self._at + count]
        self._at += len(piece)
        return piece

    def _take(self, count: int) -> bytes:
        piece = self._some(count)
        while len(piece) < count:
            piece += self._some(count - len(piece))
        return piece

    def _too_large(self, size: int) -> LimitExceeded:
        return LimitExceeded(
            f"the pack has an object of {size:,} bytes, allowed are {self.limits.object_bytes:,}"
        )


def _delta_result(delta: bytes) -> int:
    """Return the size of what a delta makes: the sum of its instructions, which must be what it declares."""
    _, at = _varint(delta, 0)
    declared, at = _varint(delta, at)
    made, end = 0, len(delta)
    while at < end:
        op = delta[at]
        at += 1
        if not op & 0x80:
            if not op:
                raise SyncError("the pack is broken: a delta has an unknown instruction")
            made += op
            at += op
            continue
        at += (op & 0x0F).bit_count()
        size = 0
        for bit in range(3):
            if op & (0x10 << bit):
                size |= delta[at] << (8 * bit)
                at += 1
        made += size or 0x10000
    if made != declared or at != end:
        raise SyncError("the pack is broken: a delta makes something else than it declares")
    return declared


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at
        if shift > 63:
            raise SyncError("the pack is broken: a delta declares an absurd size")


def _check_trailer(file: BinaryIO, pack_bytes: int, hash_name: str) -> None:
    digest = hashlib.new(hash_name)
    file.seek(0)
    left = pack_bytes - digest.digest_size
    while left:
        piece = file.read(min(left, 1 << 20))
        if not piece:
            raise EOFError("it ends too early")
        digest.update(piece)
        left -= len(piece)
    trailer = file.read(digest.digest_size + 1)
    if trailer != digest.digest():
        raise SyncError("the pack is broken: its checksum does not match")
