"""Where symbolic links lead, by the names in the tree alone: never to the file system, never out of the tree.

A link to a file is that file once more, under the link's name; a link to a folder is all that lies in it.
What leads elsewhere is a `Problem`. It owns the bounds of both, for links come from strangers.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from canopy.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.git.values import Blob

LONGEST = 1_000
"""Characters of a link's target."""
MOST = 2_000
"""Links of one tree."""
MOST_HOPS = 10
"""Links that may lie on the way of one."""
MOST_LINKED = 10_000
"""Files that all links to folders may add."""
_CURE = "link a file or folder of this repository, or put the file itself there"


class _Lost(Exception):
    """A link leads to nothing that could be shown; the words say why."""


def follow(
    links: Mapping[str, str], blobs: Mapping[str, Blob], before: Mapping[str, Blob]
) -> tuple[dict[str, Blob], tuple[Problem, ...]]:
    """Return what the links add to the files, by path, and the problems of those that lead nowhere.

    Of what was linked `before`, that which is the same stays the same object.
    """
    if not links:
        return {}, ()
    linked: dict[str, Blob] = {}
    folders: dict[str, str] = {}
    problems: list[Problem] = []
    for number, path in enumerate(sorted(links)):
        try:
            if number >= MOST:
                raise _Lost(f"is one of more than {MOST:,}")
            target = _resolved(path, links)
        except _Lost as why:
            problems.append(_problem(path, str(why)))
            continue
        if (blob := blobs.get(target)) is None:
            folders[path] = target
        elif path not in blobs:
            linked[path] = _linked(path, blob, before)
    if folders:
        problems += _add_folders(folders, dict(blobs) | linked, linked, before)
    return linked, tuple(problems)


def _add_folders(
    folders: Mapping[str, str], files: Mapping[str, Blob], linked: dict[str, Blob], before: Mapping[str, Blob]
) -> list[Problem]:
    """Add what lies in linked folders; links to folders within them are not followed once more."""
    paths, problems, added = sorted(files), [], 0
    for path, target in folders.items():
        start = bisect_left(paths, f"{target}/")
        end = bisect_left(paths, f"{target}0")  # the sign after the slash
        added += end - start
        if f"{path}/".startswith(f"{target}/") or not target:
            problems.append(_problem(path, "leads to a folder in which it lies"))
        elif start == end:
            problems.append(_problem(path, f"leads to {target[:200]!r}, which is not there"))
        elif added > MOST_LINKED:
            problems.append(_problem(path, f"adds to more than {MOST_LINKED:,} files in linked folders"))
        else:
            for name in paths[start:end]:
                place = path + name[len(target) :]
                if place not in files:
                    linked[place] = _linked(place, files[name], before)
    return problems


def _linked(path: str, blob: Blob, before: Mapping[str, Blob]) -> Blob:
    fresh = replace(blob, path=path, link=blob.link or blob.path)
    known = before.get(path)
    return known if known == fresh else fresh


def _resolved(path: str, links: Mapping[str, str]) -> str:
    """Return the path that a link leads to through all others; raises `_Lost`."""
    here, hops = path.rpartition("/")[0], 0
    waiting = _parts(links[path])
    while waiting:
        part = waiting.pop()
        if part == "..":
            if not here:
                raise _Lost("leads out of the repository")
            here = here.rpartition("/")[0]
        elif part not in ("", "."):
            here = f"{here}/{part}" if here else part
            if here in links:
                hops += 1
                if hops > MOST_HOPS or here == path:
                    raise _Lost("leads in a circle, or by too many others")
                waiting += _parts(links[here])
                here = here.rpartition("/")[0]
    if here.startswith(".") or "/." in here:
        raise _Lost("leads to a hidden place")
    return here


def _parts(target: str) -> list[str]:
    """Return the components of a target, the last one first."""
    if target.startswith("/"):
        raise _Lost("leads out of the repository")
    if len(target) > LONGEST or not target or "\0" in target:
        raise _Lost("leads nowhere")
    return target.split("/")[::-1]


def _problem(path: str, why: str) -> Problem:
    return Problem(path, 0, f"the symbolic link {why}", _CURE)
