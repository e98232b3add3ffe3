"""A memory of bounded size that forgets first what was put on it first.

First in, first out rather than least recently used: looking something up must cost nothing on the path of
a request, and what readers want again is soon rendered again.
"""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """Values by key, each with its size in bytes, and a budget for all of them."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._used = 0
        self._values: dict[K, tuple[V, int]] = {}

    @property
    def full(self) -> bool:
        """Whether something would be forgotten for the next value."""
        return self._used >= self._budget

    def get(self, key: K) -> V | None:
        """Return the value, or None if it is not, or no longer, there."""
        found = self._values.get(key)
        return None if found is None else found[0]

    def put(self, key: K, value: V, size: int) -> None:
        """Keep a value until newer ones need its place."""
        self._used += size - self._values.pop(key, (None, 0))[1]
        self._values[key] = (value, size)

    def settle(self) -> list[K]:
        """Forget the oldest values until the budget holds, but never the newest one; return their keys."""
        forgotten: list[K] = []
        while self._used > self._budget and len(self._values) > 1:
            key = next(iter(self._values))
            self._used -= self._values.pop(key)[1]
            forgotten.append(key)
        return forgotten
