"""How sections are sorted, and what is counted to them."""

from __future__ import annotations

import pytest
from snapshots import site_of

TITLES = ["Zebra", "école", "Eel", "chapter 10", "Chapter 2", "Äpfel", "apple", "Chapter 002", "Ézéchiel"]


def titles(order):
    """Return the titles of a section that is sorted so, of notes in the order of `TITLES`."""
    files = {f"list/{n}.md": f"---\ntitle: {title}\nweight: {n % 3}\n---\n" for n, title in enumerate(TITLES)}
    section = site_of({**files, "list/index.md": f"---\ntitle: All\norder: {order}\n---\n"}).sections["/list"]
    assert section.order == order
    return [page.title for page in section.pages]


def test_an_alphabet_is_that_of_a_reader():
    """Neither case nor accents count, and two comes before ten."""
    assert titles("title") == [
        *("Äpfel", "apple", "Chapter 002", "Chapter 2", "chapter 10", "école", "Eel", "Ézéchiel", "Zebra")
    ]


@pytest.mark.parametrize(("order", "expected"), [("date", TITLES[::-1]), ("oldest", TITLES)])
def test_by_date_from_either_end(order, expected):
    """The newest first, or the oldest."""
    assert titles(order) == expected


def test_by_weight_the_lightest_first():
    """Of the same weight, the newest."""
    assert titles("weight") == [title for rest in range(3) for title in TITLES[rest::3][::-1]]
