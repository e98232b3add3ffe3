"""What a path of an edition is made from, so that it need not be made again."""

from __future__ import annotations

from typing import NamedTuple


class Inputs(NamedTuple):
    """What a view is made from; equal inputs give equal bytes."""

    objects: tuple[object, ...]
    """Compared by identity: an unchanged file keeps its objects."""
    surroundings: tuple[object, ...]
    """Small values, compared by equality."""

    def same(self, other: Inputs) -> bool:
        """Tell whether both give the same bytes; False may also mean that nobody knows."""
        return (
            len(self.objects) == len(other.objects)
            and all(mine is theirs for mine, theirs in zip(self.objects, other.objects, strict=True))
            and self.surroundings == other.surroundings
        )
