"""How lists are cut into sheets, as numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from canopy.render.pagination import Pagination

LISTS = st.builds(Pagination, st.integers(0, 400), st.integers(1, 60), st.booleans())


def held(pagination: Pagination, number: int) -> list[int]:
    """Return the places that a sheet holds."""
    return list(range(pagination.total))[pagination.slice(number)]


@given(LISTS)
def test_every_entry_is_on_exactly_one_sheet(pagination: Pagination) -> None:
    """Read one after the other, the sheets are the list, and each entry knows its sheet."""
    read = [place for number in pagination.reading for place in held(pagination, number)]
    assert read == list(range(pagination.total))
    for number in pagination.reading:
        assert {pagination.number_of(place) for place in held(pagination, number)} <= {number}


@given(LISTS)
def test_sheets_are_full_and_the_growing_one_never_holds_two(pagination: Pagination) -> None:
    """All hold `size` entries, but for the one at the growing end, which holds less than twice as many."""
    sizes = {number: len(held(pagination, number)) for number in pagination.reading}
    growing = sizes.pop(pagination.count)
    assert set(sizes.values()) <= {pagination.size}
    assert growing < 2 * pagination.size


@given(st.integers(0, 400), st.integers(1, 60))
def test_a_new_first_entry_changes_no_numbered_sheet(total: int, size: int) -> None:
    """What lies below the listing's own address is the same after a post as before, also in its links."""
    before, after = Pagination(total, size), Pagination(total + 1, size)
    for number in range(1, before.start):
        assert [place + 1 for place in held(before, number)] == held(after, number)
    for number in range(1, before.start - 3):
        # The start is linked without its number: where it lies far away, nothing else differs.
        assert before.shown(number)[1:] == after.shown(number)[1:]


@given(LISTS)
def test_neighbours_lead_through_the_whole_list(pagination: Pagination) -> None:
    """From the first sheet that is read, `after` leads to the last, and `before` back."""
    number: int | None = pagination.reading[0]
    met = []
    while number is not None:
        met.append(number)
        assert (before := pagination.before(number)) is None or pagination.after(before) == number
        number = pagination.after(number)
    assert met == list(pagination.reading)
    assert pagination.start == met[0]


def test_few_numbers_stand_for_many() -> None:
    """A sheet links to its neighbours and to both ends that stay where they are."""
    assert Pagination(10_000).shown(100) == (200, None, 102, 101, 100, 99, 98, None, 1)
    assert Pagination(10_000).shown(200) == (200, 199, 198, None, 1)
    assert Pagination(10_000, from_end=False).shown(100) == (1, None, 98, 99, 100, 101, 102)
    assert Pagination(3).shown(1) == (1,)
