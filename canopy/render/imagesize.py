"""How large an image is, from the first bytes of its file.

So that a page can keep its place free before it arrives. Reads headers only, decodes nothing, believes
nothing: what does not look right has no size.
"""

from __future__ import annotations

import re
from struct import error as struct_error
from struct import unpack_from

MOST = 100_000
"""Pixels of a side that anyone would show."""
_HEAD = 512 * 1024
"""A JPEG's previews and colour profiles come before its size."""
_SVG = re.compile(rb"<svg\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_NUMBER = re.compile(rb"\s*(\d{1,6}(?:\.\d{1,6})?)\s*(?:px)?\s*\Z")
_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_ROTATED = frozenset({5, 6, 7, 8})


def image_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height in CSS pixels; None of what is no image, or of one without a size."""
    try:
        found = _read(data)
    except (struct_error, ValueError, IndexError, OverflowError):
        return None
    if found is None:
        return None
    width, height = found
    return (width, height) if 0 < width <= MOST and 0 < height <= MOST else None


def _read(data: bytes) -> tuple[int, int] | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return unpack_from(">II", data, 16)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return unpack_from("<HH", data, 6)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis", b"mif1"):
        return _avif(data)
    return _svg(data)


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """Walk over the segments to the frame (ITU T.81, B.2.2); Exif may say that it lies on its side."""
    at, rotated, end = 2, False, min(len(data), _HEAD)
    while at + 4 <= end:
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill bytes
            at += 1
            continue
        if marker in _JPEG_BARE:
            at += 2
            continue
        (length,) = unpack_from(">H", data, at + 2)
        if length < 2 or marker in (0xD9, 0xDA):
            return None
        if marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            rotated = _exif_orientation(data[at + 10 : at + 2 + length]) in _ROTATED
        if marker in _JPEG_FRAMES:
            height, width = unpack_from(">HH", data, at + 5)
            return (height, width) if rotated else (width, height)
        at += 2 + length
    return None


def _exif_orientation(tiff: bytes) -> int:
    """Return the orientation from the first directory of Exif data (TIFF 6.0), 1 if it says none."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 10:
        return 1
    (start,) = unpack_from(f"{order}I", tiff, 4)
    if start + 2 > len(tiff):
        return 1
    (entries,) = unpack_from(f"{order}H", tiff, start)
    for number in range(min(entries, 100)):
        at = start + 2 + 12 * number
        if at + 12 > len(tiff):
            break
        if unpack_from(f"{order}H", tiff, at)[0] == 0x0112:
            orientation: int = unpack_from(f"{order}H", tiff, at + 8)[0]
            return orientation
    return 1


def _webp(data: bytes) -> tuple[int, int] | None:
    """Read one of the three kinds of first chunk (RFC 9649, 2.4 to 2.6)."""
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = data[24:27], data[27:30]
        if len(height) < 3:
            return None
        return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    if kind == b"VP8L" and data[20] == 0x2F:
        (bits,) = unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _avif(data: bytes) -> tuple[int, int] | None:
    """Return the largest `ispe` property (ISO/IEC 23008-12, 6.5.3): tiles and thumbnails are smaller."""
    found, at, head = (0, 0), 0, data[:_HEAD]
    for _ in range(50):
        at = head.find(b"ispe", at) + 4
        if at < 4 or at + 12 > len(head):
            break
        width, height = unpack_from(">II", head, at + 4)
        if width * height > found[0] * found[1]:
            found = (width, height)
    return found if found != (0, 0) else None


def _svg(data: bytes) -> tuple[int, int] | None:
    """Take `width` and `height`, else the last two numbers of `viewBox` (SVG 2, 8.2)."""
    tag = _SVG.search(data[:4096])
    if tag is None:
        return None
    width, height = (_length(_attribute(tag[0], name)) for name in (b"width", b"height"))
    if width and height:
        return round(width), round(height)
    box = _attribute(tag[0], b"viewBox").replace(b",", b" ").split()
    if len(box) != 4:
        return None
    wide, high = _length(box[2]), _length(box[3])
    if not wide or not high:
        return None
    if width:
        return round(width), round(width * high / wide)
    if height:
        return round(height * wide / high), round(height)
    return round(wide), round(high)


def _attribute(tag: bytes, name: bytes) -> bytes:
    found = re.search(rb"\s" + name + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", tag)
    return (found[1] or found[2] or b"") if found else b""


def _length(value: bytes) -> float:
    """Return a length in pixels; 0 for one in other units, which depends on the page."""
    found = _NUMBER.match(value)
    return float(found[1]) if found else 0.0
