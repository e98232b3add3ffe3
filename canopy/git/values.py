"""The plain values that the git room hands out; they know neither dulwich nor markdown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from canopy.problem import Problem


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit, as people speak of it."""

    id: str
    """Forty (SHA-1) or sixty-four (SHA-256) hexadecimal digits."""
    author: str
    """The author's name without the address; empty if the commit has none."""
    authored: datetime | None
    """The author's time with the author's offset, or None if it is impossible."""
    subject: str
    """The first line of the message."""


@dataclass(frozen=True, slots=True)
class Blob:
    """One file of a commit. The same object is handed out again as long as nothing about it changed."""

    path: str
    """Relative to the top of the repository, `/`-separated, decoded (UTF-8, else Latin-1)."""
    id: str
    data: bytes
    created: datetime | None = None
    """Author time of the commit that added the path (renames followed); None when history does not know."""
    updated: datetime | None = None
    """Author time of the newest commit that changed the file; None when history does not know."""
    authors: tuple[str, ...] = ()
    """Names of those who changed the file, the first author first, without repetition."""
    added: datetime | None = None
    """Author time of the commit that added this very path, renames not followed: what the original Canopy
    calls created, and derives the ids of feed entries from. None when history does not know."""
    link: str = ""
    """The file's own path, where `path` is or goes by a symbolic link; all else is told of that file."""


@dataclass(frozen=True, slots=True)
class Former:
    """A file that the history had and the commit has not: it was renamed or deleted, or said other things."""

    path: str
    """As in `Blob`."""
    id: str
    """Of its last content; of an earlier one nothing."""
    head: bytes
    """The beginning of its last content, whole lines; nothing of what is no text. Of an earlier one the
    extract."""
    left: datetime | None = None
    """Author time of the commit that took it away, or changed it; None if it is impossible."""
    now: str = ""
    """The path that its content has now, through all renames; empty for what was deleted."""


@dataclass(frozen=True, slots=True)
class Extract:
    """What of a text is remembered when another commit changes it; whoever wants that gives the functions.

    They travel to another process, so each is one of a module.
    """

    version: str
    """Another one makes all that was extracted worthless."""
    concerns: Callable[[str], bool]
    """Tells by the path whether a file has anything to extract."""
    part: Callable[[bytes], bytes]
    """Returns, soon, the small part of a content that the extract is made of; nothing if there is none."""
    of: Callable[[bytes], bytes]
    """Returns the extract of such a part; two of equal extracts need not be told apart."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of one commit below the wanted root, and what could not be taken from it."""

    commit: Commit
    blobs: Mapping[str, Blob]
    """By path, in no particular order."""
    problems: tuple[Problem, ...] = ()
    former: Mapping[str, Former] = field(default_factory=dict)
    """By path, what was here before, as far as history is wanted and known; the newest departures, if there
    are very many."""
    earlier: tuple[Former, ...] = ()
    """What files said earlier, those of now and the former ones: each extract that their last content does
    not have; likewise, newest first."""
