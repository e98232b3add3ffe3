"""What a build remembers for the next one. It can only save time: without it the same site comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from canopy.content.former import NOTHING
from canopy.content.mentions import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from canopy.content.conventions import Convention
    from canopy.content.former import Past, Trace
    from canopy.content.mentions import Web
    from canopy.content.permalinks import Places
    from canopy.content.reading import Reading
    from canopy.content.schedule import Timetable
    from canopy.content.sources import File
    from canopy.content.values import Page
    from canopy.git.values import Former


V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Memo:
    """The intermediate results of one build."""

    reading: Reading
    read: Mapping[str, File]
    """By path in the repository, in the order of paths."""
    files: Mapping[str, File]
    """The same, with those marked that are not there at the moment of the build."""
    times: Timetable
    """It has the marked ones."""
    terms: frozenset[str]
    start: str
    """The file or folder that is the start page by a setting, below the top."""
    places: Places
    pages: Mapping[str, Page]
    """By the file's path below the top."""
    ordered: Sequence[Page]
    """All of them, introductions too, in the order of lists."""
    former: Mapping[str, Former] = field(default_factory=dict)
    """What the snapshot said was here before."""
    earlier: tuple[Former, ...] = ()
    """What it said that files said before."""
    traces: Mapping[Former, Trace] = field(default_factory=dict)
    """What both asked for."""
    expired: Mapping[str, Trace] = field(default_factory=dict)
    """What is over, by path in the repository."""
    past: Past = NOTHING
    web: Web = EMPTY
    redirects: Mapping[str, str] = field(default_factory=dict)
    """The site's, without those to lists."""

    @property
    def convention(self) -> Convention:
        """The convention by which the files were read."""
        return self.reading.convention

    @property
    def prefix(self) -> str:
        """The site's top in the repository, with a slash at its end."""
        return self.reading.prefix


def kept(new: V, old: V | None) -> V:
    """Return the old object where nothing about it changed."""
    return old if old is not None and new == old else new


def all_kept(new: dict[str, V], old: Mapping[str, V]) -> dict[str, V]:
    """Return the new values, with the old objects of those that did not change."""
    return {key: kept(value, old.get(key)) for key, value in new.items()}
