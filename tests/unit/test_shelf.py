"""The memory of rendered pages is bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from canopy.render.shelf import Shelf


def test_what_was_put_first_is_forgotten_first():
    """Beyond its budget the shelf forgets the oldest values and names them."""
    shelf: Shelf[str, int] = Shelf(100)
    for name in "abcd":
        shelf.put(name, ord(name), 40)
    assert shelf.full
    assert shelf.settle() == ["a", "b"]
    assert shelf.get("a") is None
    assert shelf.get("d") == ord("d")
    assert not shelf.full


def test_a_value_larger_than_the_budget_is_kept_until_the_next():
    """The newest value always stays: it has just been asked for."""
    shelf: Shelf[str, int] = Shelf(10)
    shelf.put("big", 1, 1000)
    assert shelf.settle() == []
    shelf.put("small", 2, 1)
    assert shelf.settle() == ["big"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60))))
def test_the_budget_holds_whatever_is_put(puts):
    """After settling, what is kept fits the budget, or is one value alone."""
    shelf: Shelf[int, int] = Shelf(100)
    sizes: dict[int, int] = {}
    for key, size in puts:
        shelf.put(key, size, size)
        sizes[key] = size
        for forgotten in shelf.settle():
            del sizes[forgotten]
        assert sum(sizes.values()) <= 100 or len(sizes) == 1
        assert all(shelf.get(key) == size for key, size in sizes.items())
