"""Packs: honest ones pass, and hand-made hostile ones are refused before anything is taken in."""

from __future__ import annotations

import hashlib
import io
import zlib

import pytest
from corpora import corpus
from servers import git

from canopy.errors import LimitExceeded, SyncError
from canopy.git.limits import Limits
from canopy.git.packs import scan_pack

COMMIT, BLOB, OFS, REF = 1, 3, 6, 7


def varint(value: int) -> bytes:
    """Encode a delta's size."""
    digits = []
    while True:
        digits.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(digits)


def entry(kind: int, content: bytes, *, declared: int | None = None, base: bytes = b"") -> bytes:
    """Encode one object of a pack."""
    size = len(content) if declared is None else declared
    digits, size = [(kind << 4) | (size & 15)], size >> 4
    while size:
        digits[-1] |= 0x80
        digits.append(size & 0x7F)
        size >>= 7
    return bytes(digits) + base + zlib.compress(content)


def pack(*entries: bytes, count: int | None = None) -> io.BytesIO:
    """Put objects into a pack with a good checksum."""
    number = len(entries) if count is None else count
    body = b"PACK" + (2).to_bytes(4, "big") + number.to_bytes(4, "big") + b"".join(entries)
    return io.BytesIO(body + hashlib.sha1(body).digest())


def delta(source: int, target: int, *instructions: bytes) -> bytes:
    """Encode a delta."""
    return varint(source) + varint(target) + b"".join(instructions)


COPY_ALL = b"\xf0\xff\xff\xff"
"""Copy 16 MB from offset 0."""


def test_a_real_pack_is_counted_and_rewound(tmp_path) -> None:
    """The pack that git itself made of a corpus passes with git's own numbers."""
    git("clone", "-q", "--bare", corpus("canopy-notepad.bundle"), tmp_path / "n.git")
    path = next((tmp_path / "n.git" / "objects" / "pack").glob("*.pack"))
    with path.open("rb") as file:
        summary = scan_pack(file, Limits())
        assert file.tell() == 0
    assert summary.pack_bytes == path.stat().st_size
    listed = git("rev-list", "--objects", "--all", at=tmp_path / "n.git").splitlines()
    assert summary.objects == len(listed)


def test_an_empty_pack_is_a_pack() -> None:
    """A remote may have nothing to send."""
    assert scan_pack(pack(), Limits()).objects == 0


def test_large_objects_are_walked_in_pieces() -> None:
    """An object larger than every window is counted to its last byte."""
    content = hashlib.sha256(b"x").digest() * 40_000
    assert (
        scan_pack(pack(entry(BLOB, content), entry(BLOB, b"end")), Limits()).inflated_bytes
        == len(content) + 3
    )


def test_an_honest_delta_passes() -> None:
    """A delta that copies and inserts is worth what it makes."""
    base = entry(BLOB, b"hello world")
    change = delta(11, 8, b"\x91\x00\x05", b"\x03abc")
    made = pack(base, entry(OFS, change, base=bytes([len(base)])))
    assert scan_pack(made, Limits()).inflated_bytes == 11 + 8


BASE = entry(BLOB, b"\0" * 100)


@pytest.mark.parametrize(
    ("made", "error"),
    [
        pytest.param(pack(entry(BLOB, b"\0" * 3_000_000)), LimitExceeded, id="large object"),
        pytest.param(pack(entry(BLOB, b"\0" * 3_000_000, declared=10)), SyncError, id="larger than declared"),
        pytest.param(pack(entry(BLOB, b"abc", declared=10)), SyncError, id="smaller than declared"),
        pytest.param(
            pack(BASE, entry(OFS, delta(100, 0xFFFFFF * 40, *[COPY_ALL] * 40), base=bytes([len(BASE)]))),
            LimitExceeded,
            id="delta bomb",
        ),
        pytest.param(
            pack(BASE, entry(OFS, delta(100, 0x10000 * 20, *[b"\x80"] * 20), base=bytes([len(BASE)]))),
            LimitExceeded,
            id="large result of a delta",
        ),
        pytest.param(
            pack(BASE, entry(OFS, delta(100, 10, *[COPY_ALL] * 40), base=bytes([len(BASE)]))),
            SyncError,
            id="delta that makes more than it declares",
        ),
        pytest.param(
            pack(BASE, entry(OFS, delta(100, 10, b"\0"), base=b"\x20")), SyncError, id="instruction"
        ),
        pytest.param(
            pack(BASE, entry(OFS, delta(100, 5, b"\x05ab"), base=b"\x20")), SyncError, id="cut short"
        ),
        pytest.param(pack(BASE, entry(OFS, b"", base=b"\x20")), SyncError, id="empty delta"),
        pytest.param(pack(BASE, entry(OFS, b"\xff" * 99, base=b"\x20")), SyncError, id="endless delta"),
        pytest.param(pack(b"\xbf" + b"\xff" * 5000), SyncError, id="endless size of an object"),
        pytest.param(pack(b"\x60" + b"\xff" * 5000), SyncError, id="endless offset"),
        pytest.param(pack(entry(5, b"x")), SyncError, id="unknown type"),
        pytest.param(pack(*[BASE] * 60), LimitExceeded, id="many objects"),
        pytest.param(pack(count=4_000_000_000), LimitExceeded, id="declares more objects than can be"),
        pytest.param(pack(BASE, count=2), SyncError, id="fewer objects than declared"),
        pytest.param(pack(BASE, BASE, count=1), SyncError, id="more objects than declared"),
        pytest.param(pack(b"\x33not zlib"), SyncError, id="not compressed"),
        pytest.param(pack(*[entry(BLOB, b"\0" * 999_999)] * 30), LimitExceeded, id="sum of all objects"),
        pytest.param(io.BytesIO(pack(BASE).getvalue()[:-25]), SyncError, id="truncated"),
        pytest.param(io.BytesIO(pack(BASE).getvalue()[:-1] + b"?"), SyncError, id="wrong checksum"),
        pytest.param(io.BytesIO(pack(BASE).getvalue() + b"?"), SyncError, id="something behind"),
        pytest.param(io.BytesIO(b""), SyncError, id="nothing"),
        pytest.param(io.BytesIO(b"<html>not found</html>"), SyncError, id="a page"),
    ],
)
def test_a_hostile_pack_is_refused(made: io.BytesIO, error: type[SyncError]) -> None:
    """What is not a whole, honest pack within limits raises, whatever it pretends to be."""
    with pytest.raises(error):
        scan_pack(made, Limits(objects=50, object_bytes=1_000_000, inflated_bytes=20_000_000))


def test_the_cap_on_bytes_holds_while_reading() -> None:
    """A pack longer than allowed is refused even if its objects are small."""
    noise = b"".join(hashlib.sha256(bytes([i % 256, i // 256])).digest() for i in range(9_000))
    with pytest.raises(LimitExceeded, match="bytes"):
        scan_pack(pack(entry(BLOB, noise)), Limits(pack_bytes=100_000))


def test_a_long_chain_of_deltas_is_refused() -> None:
    """Reading the end of a chain costs all of it, so chains have a limit."""
    entries = [BASE]
    for _ in range(20):
        entries.append(entry(OFS, delta(100, 100, b"\x90\x64"), base=bytes([len(entries[-1])])))
    scan_pack(pack(*entries), Limits(delta_depth=20))
    with pytest.raises(LimitExceeded, match="chain"):
        scan_pack(pack(*entries), Limits(delta_depth=19))
