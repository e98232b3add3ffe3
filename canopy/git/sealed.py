"""What is kept beside a repository to save work: JSON under a checksum; it may be missing, old or damaged."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CHECKSUM = 32


def read_sealed(path: Path, magic: bytes) -> object:
    """Return what was kept under this first line; None if there is nothing that can be trusted."""
    start = len(magic) + _CHECKSUM
    try:
        data = path.read_bytes()
        head, body = data[:start], data[start:]
        return json.loads(zlib.decompress(body)) if head == magic + hashlib.sha256(body).digest() else None
    except (OSError, ValueError, zlib.error):
        return None


def stamp_of(path: Path) -> object:
    """Return something that differs once something else was kept there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def write_sealed(path: Path, magic: bytes, content: object) -> None:
    """Keep something for the next start; where that is not possible, it is found out again."""
    body = zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 1)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(magic + hashlib.sha256(body).digest() + body)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
