"""Which names are misspelt fields, and which are somebody's own."""

from __future__ import annotations

import pytest

from canopy.content.spelling import meant


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("titel", "title"),
        ("subtitel", "subtitle"),
        ("short_tittle", "shorttitle"),
        ("desciptoin", "description"),
        ("share_title", ""),
        ("jobtitle", ""),
        ("job_title", ""),
        ("data", ""),
    ],
)
def test_a_slip_is_asked_about_and_a_word_of_ones_own_is_not(name: str, field: str) -> None:
    """Two words before the same field are two names, however alike they are."""
    assert meant(name) == field
