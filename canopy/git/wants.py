"""What a client asks for, as plain values: wants and haves, where to cut history, what to leave out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

INFINITE = 0x7FFFFFFF
"""git's own depth for `--unshallow`."""


@dataclass(slots=True)
class Want:
    """What a client asks for."""

    wants: list[bytes] = field(default_factory=list)
    haves: list[bytes] = field(default_factory=list)
    shallow: set[bytes] = field(default_factory=set)
    """Commits whose parents the client lacks."""
    depth: int = 0
    relative: bool = False
    """Whether `depth` counts from the client's present boundary."""
    since: int = 0
    """Oldest commit time in seconds since 1970, or 0."""
    filter: str = ""
    include_tag: bool = False
    ofs_delta: bool = False


class Boundary(NamedTuple):
    """Where history is to be cut for a client."""

    shallow: frozenset[bytes]
    unshallow: frozenset[bytes]
    """Commits that were cut before and are no longer."""


class ObjectFilter(NamedTuple):
    """A partial clone's filter."""

    trees: bool = True
    blob_bytes: int | None = None
    """Blobs of this size and more are left out; None: none is."""

    @classmethod
    def parse(cls, text: str) -> ObjectFilter:
        """Understand git's most used filters. Raises `ValueError` for others."""
        if not text:
            return cls()
        if text == "blob:none":
            return cls(blob_bytes=0)
        if text == "tree:0":
            return cls(trees=False, blob_bytes=0)
        name, _, value = text.partition("=")
        unit = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}.get(value[-1:].lower(), 1)
        digits = value[:-1] if unit > 1 else value
        if name == "blob:limit" and digits.isascii() and digits.isdigit() and len(digits) < 16:
            return cls(blob_bytes=int(digits) * unit)
        raise ValueError(f"the filter {text[:60]!r} is not understood here")
