"""What a repository is and says about itself: its convention, and its settings from wherever it has some.

The server's settings are strongest, then `canopy.toml`, then what the tradition has. All of it is read again
only when one of the files that told it changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from canopy.content.conventions import Convention, Found, Tree, recognise
from canopy.content.conventions.configs import zone_of
from canopy.content.inclusions import is_same
from canopy.content.settings import FILE, read_settings, stronger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.values import SiteOptions, SiteSettings
    from canopy.git.values import Blob
    from canopy.problem import Problem


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found, and by which files."""

    wanted: SiteOptions
    blobs: Mapping[str, Blob]
    asked: Mapping[str, Blob | None]
    """The files that were looked into, by path in the repository."""
    convention: Convention
    evidence: str
    prefix: str
    """The site's top in the repository, with a slash at its end."""
    settings: SiteSettings
    menu: str
    """The file that has the menu, if one has."""
    problems: tuple[Problem, ...]


def read_repository(blobs: Mapping[str, Blob], options: SiteOptions, old: Reading | None) -> Reading:
    """Return what the files say; `old` is handed on where it still holds."""
    if old is not None and _holds(old, blobs, options):
        return replace(old, blobs=blobs)
    root = options.root.strip("/")
    tree = Tree(blobs, f"{root}/" if root else "")
    file = tree.get(FILE) or tree.look(FILE)
    own, problems = read_settings(file)
    found = recognise(tree, options.convention or own.convention)
    settings = stronger(own, found.settings)
    return Reading(
        wanted=options,
        blobs=blobs,
        asked=tree.asked,
        convention=_completed(found, settings, options),
        evidence=found.evidence,
        prefix=tree.prefix + found.below,
        settings=settings,
        menu=file.path
        if file and own.menu
        else found.menu or next((p for p, b in tree.asked.items() if b and b is not file), ""),
        problems=(*problems, *found.problems),
    )


def _holds(old: Reading, blobs: Mapping[str, Blob], options: SiteOptions) -> bool:
    if old.wanted != options:
        return False
    if blobs is not old.blobs and blobs.keys() != old.blobs.keys():
        return False
    return all(is_same(blobs.get(path), blob) for path, blob in old.asked.items())


def _completed(found: Found, settings: SiteSettings, options: SiteOptions) -> Convention:
    """Return the convention with what the settings say about how files are read."""
    return replace(
        found.convention,
        zone=zone_of(settings.timezone),
        drafts=options.drafts or settings.drafts,
        people=settings.authors,
        author=settings.author,
    )
