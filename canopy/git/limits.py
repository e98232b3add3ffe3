"""How much a repository may ask of us: the caps that every reader of foreign objects obeys.

It owns numbers only; whoever reads something enforces them and raises `LimitExceeded`.
"""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on one fetch or push, and on the tree that comes out of it. Bytes and seconds."""

    pack_bytes: int = 1024 * MEBIBYTE
    """What may cross the wire at once."""
    inflated_bytes: int = 4096 * MEBIBYTE
    """The sum of all objects of one pack, deltas applied."""
    objects: int = 2_000_000
    """In one pack."""
    object_bytes: int = 256 * MEBIBYTE
    """One object, deltas applied: it is held in memory while it is taken in."""
    delta_depth: int = 1_000
    """The longest chain of deltas; git writes 50."""
    blob_bytes: int = 32 * MEBIBYTE
    """One file of the site; a larger one is left out with a problem."""
    snapshot_bytes: int = 1024 * MEBIBYTE
    """All files of the site: they are held in memory."""
    tree_entries: int = 250_000
    """Files and folders of one commit."""
    tree_depth: int = 64
    """Folders within folders."""
    path_bytes: int = 4_096
    """One path from the repository's top."""
    commits: int = 2_000_000
    """That a history may have."""
    fetch_seconds: float = 600.0
    """One fetch, from the first connection to the last byte."""
    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    """Between two bytes of an answer."""
