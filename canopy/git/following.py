"""What is found out about a history in another process, and left beside the repository for the server.

Each function takes and returns plain values, and may be killed at any time.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from canopy.git.departures import explore
from canopy.git.hindsight import hindsight
from canopy.git.moves import load_moves, save_moves
from canopy.git.renames import follow_renames
from canopy.git.versions import Patience, Search, load_versions, save_versions

if TYPE_CHECKING:
    from canopy.git.limits import Limits
    from canopy.git.values import Extract

_CONTENTS = 100_000
_CONTENT_BYTES = 1 << 30
_SECONDS = 10.0
"""What `follow_versions` may read, and how long, until it saves what it found."""
_TURNS = 4
"""So often it does in one run; the next one goes on from there."""


def follow_history(
    repository: str, commit_id: str, limits: Limits | None = None, *, known: bool, extract: Extract
) -> bool:
    """Follow files in the history of a commit, by name and content; tell whether there is anything new.

    `known` says that all former files and earlier versions are known already, so that they are only kept for
    the next start.
    """
    follow_versions(repository, commit_id, limits, extract=extract)
    news = follow_renames(repository, commit_id, limits)
    follow_moves(repository, commit_id, limits)
    return news or not known


def follow_moves(repository: str, commit_id: str, limits: Limits | None = None) -> None:
    """Find out where all files went that left the history of a commit, and remember it."""
    place = Path(repository)
    moves = load_moves(place)
    before = len(moves)
    with hindsight(place, commit_id, limits) as past:
        explore(past.dates, past.store, past.trees, moves)
    if len(moves) > before:
        save_moves(place, moves)


def follow_versions(
    repository: str, commit_id: str, limits: Limits | None = None, *, extract: Extract
) -> None:
    """Find out what files said earlier in the history of a commit, and remember it."""
    place = Path(repository)
    known = load_versions(place, extract.version)
    if known.done == commit_id.encode():
        return
    with hindsight(place, commit_id, limits) as past:
        commits, nodes = past.dates.reached(), past.dates.graph.nodes
        search = Search(past.dates, past.store, past.trees, extract, known)
        for turn in range(_TURNS):
            whole = search.look_at(commits, Patience(_CONTENTS, _CONTENT_BYTES, _SECONDS))
            ended = whole or turn == _TURNS - 1
            known.done = commit_id.encode() if ended else b""
            save_versions(place, known, extract.version, (nodes[at].commit.id for at in commits))
            if ended:
                break
