"""Where the files went that one commit took away: under which new name each goes on, if it does.

As in `git diff -M`, files of equal content are matched first, then the most similar ones of at least half,
among those that the commit removed and those that it added. The answer depends on the commit alone, so it is
kept for ever: in a file beside the repository, which may be missing, old or damaged.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from posixpath import basename, splitext
from typing import TYPE_CHECKING, Any

from canopy.errors import SyncError
from canopy.git.sealed import read_sealed, stamp_of, write_sealed
from canopy.git.similarity import HALF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from canopy.git.similarity import Similarity
    from canopy.git.trees import Trees

Moves = dict[bytes, dict[bytes, bytes]]
"""By commit: from old paths to new ones. A commit that is not in it has not been looked at."""

_FILE = "canopy-moves"
_MAGIC = b"canopy-moves 1\n"
_MOST_CHANGES = 100_000
_MOST_PAIRS = 250_000
"""That are compared by content in one commit; beyond, only files of one name are."""
_A_LITTLE = 0.25
"""Alike is also who is alone with its name: a page that was moved and rewritten at once."""
_MOST_TWINS = 50


@dataclass(slots=True)
class Effort:
    """How many comparisons may still be made; None: any number."""

    left: int | None = None

    def allows(self, comparisons: int) -> bool:
        """Take so many comparisons, if they are still allowed."""
        if self.left is None:
            return True
        if comparisons > self.left:
            return False
        self.left -= comparisons
        return True


@dataclass(frozen=True, slots=True)
class Removal:
    """What a commit took away."""

    ids: Mapping[bytes, bytes]
    """The blobs of the files that it removed, by path."""
    moves: dict[bytes, bytes] | None
    """None: it would have taken too long to find out."""


def look_at(
    trees: Trees,
    similarity: Similarity,
    before: bytes,
    after: bytes,
    effort: Effort,
    known: dict[bytes, bytes] | None,
) -> Removal:
    """Compare the tree of a commit with its parent's; `known` moves need not be found again."""
    olds: dict[bytes, bytes] = {}
    news: dict[bytes, bytes] = {}
    try:
        for change in trees.changes(before, after, _MOST_CHANGES):
            if stat.S_ISREG(change.old_mode) and not change.new_mode:
                olds[change.path] = change.old_id
            elif stat.S_ISREG(change.new_mode) and not change.old_mode:
                news[change.path] = change.new_id
    except SyncError:
        return Removal({}, {})
    return Removal(olds, _match(olds, news, similarity, effort) if known is None else known)


def _match(
    olds: Mapping[bytes, bytes], news: Mapping[bytes, bytes], similarity: Similarity, effort: Effort
) -> dict[bytes, bytes] | None:
    moves = _equal(olds, news)
    taken = set(moves.values())
    rest = sorted(path for path in olds if path not in moves)
    free = sorted(path for path in news if path not in taken)
    if not rest or not free:
        return moves
    single = _single(rest) & _single(free)
    pairs: Iterable[tuple[bytes, bytes]]
    if len(rest) * len(free) <= _MOST_PAIRS:
        pairs = [(old, new) for old in rest for new in free]
    else:
        named: dict[bytes, list[bytes]] = {}
        for new in free:
            named.setdefault(basename(new), []).append(new)
        pairs = [(old, new) for old in rest for new in named.get(basename(old), ())[:_MOST_TWINS]]
    if not effort.allows(len(pairs)):
        return None
    scored = []
    for old, new in pairs:
        least = _A_LITTLE if _stem(old) == _stem(new) and _stem(old) in single else HALF
        score = similarity.of(olds[old], news[new], least)
        if score >= least:
            scored.append((-score, -_closeness(old, new), old, new))
    for *_, old, new in sorted(scored):
        if old not in moves and new not in taken:
            moves[old] = new
            taken.add(new)
    return moves


def _equal(olds: Mapping[bytes, bytes], news: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Match files of equal content; of several, the one whose path is most like the old one."""
    by_id: dict[bytes, list[bytes]] = {}
    for path, blob_id in sorted(news.items()):
        by_id.setdefault(blob_id, []).append(path)
    moves = {}
    for old, blob_id in olds.items():
        twins = by_id.get(blob_id, [])
        if len(twins) > _MOST_TWINS:
            twins = [new for new in twins if basename(new) == basename(old)] or twins
        if twins:
            moves[old] = min(twins, key=lambda new: (-_closeness(old, new), new))
    return moves


def _closeness(old: bytes, new: bytes) -> int:
    """Return how many last components two paths have in common."""
    common = 0
    for mine, theirs in zip(reversed(old.split(b"/")), reversed(new.split(b"/")), strict=False):
        if mine != theirs:
            break
        common += 1
    return common


def _stem(path: bytes) -> bytes:
    return splitext(basename(path))[0].lower()


def _single(paths: Iterable[bytes]) -> set[bytes]:
    """Return the stems that only one of the paths has."""
    once, more = set[bytes](), set[bytes]()
    for stem in map(_stem, paths):
        (more if stem in once else once).add(stem)
    return once - more


def moves_stamp(repository: Path) -> object:
    """Return something that differs once other moves were saved."""
    return stamp_of(repository / _FILE)


def load_moves(repository: Path) -> Moves:
    """Return the moves known so far; none if the file is missing, old or damaged."""
    content: Any = read_sealed(repository / _FILE, _MAGIC)
    try:
        return {
            commit.encode(): {old.encode("latin-1"): new.encode("latin-1") for old, new in moves}
            for commit, moves in content.items()
        }
    except (ValueError, TypeError, AttributeError):
        return {}


def save_moves(repository: Path, moves: Moves) -> None:
    """Keep moves for the next start."""
    content = {
        commit.decode(): [(old.decode("latin-1"), new.decode("latin-1")) for old, new in found.items()]
        for commit, found in moves.items()
    }
    write_sealed(repository / _FILE, _MAGIC, content)
