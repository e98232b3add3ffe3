"""What a build remembers for the next one. It can only save time: without it the same site comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from canopy.content.conventions import Convention
    from canopy.content.permalinks import Places
    from canopy.content.sources import File
    from canopy.content.values import Page


@dataclass(frozen=True, slots=True)
class Memo:
    """The intermediate results of one build."""

    convention: Convention
    prefix: str
    """The site's top in the repository, with a slash at its end."""
    files: Mapping[str, File]
    """By path in the repository, in the order of paths."""
    terms: frozenset[str]
    start: str
    """The file or folder that is the start page by a setting, below the top."""
    places: Places
    pages: Mapping[str, Page]
    """By the file's path below the top."""
    ordered: Sequence[Page]
    """All of them, introductions too, in the order of lists."""
