"""The whole history of a commit, for a process of its own that finds something out about it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from dulwich.repo import Repo

from canopy.git.dates import FILE, Dates
from canopy.git.limits import Limits
from canopy.git.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from canopy.git.objects import ObjectSource


class Hindsight(NamedTuple):
    """What there is to look at."""

    dates: Dates
    store: ObjectSource
    trees: Trees


@contextmanager
def hindsight(place: Path, commit_id: str, limits: Limits | None) -> Iterator[Hindsight]:
    """Lend the history of a commit of the repository in `place`."""
    limits = limits or Limits()
    repo = Repo(place, bare=True)
    try:
        trees = Trees(repo.object_store, limits.tree_depth)
        dates = Dates(limits, place / FILE)
        dates.look(repo.object_store, trees, commit_id.encode(), frozenset(map(bytes, repo.get_shallow())))
        yield Hindsight(dates, repo.object_store, trees)
    finally:
        repo.close()
