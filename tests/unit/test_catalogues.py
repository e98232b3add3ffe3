"""The catalogues of the interface: what translators wrote fits what the pages say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from canopy.render.interface import SOURCE, catalogue, languages

if TYPE_CHECKING:
    from babel.messages.catalog import Message

OTHERS = sorted(languages() - {SOURCE})
every_language = pytest.mark.parametrize("language", OTHERS)
PLACE = re.compile(r"%\(\w+\)s")
TAG = re.compile(r"</?[a-z]+")


def messages(language: str) -> list[Message]:
    """Return the entries of a catalogue, without its header."""
    return [message for message in catalogue(language) if message.id]


def forms(message: Message) -> tuple[str, ...]:
    """Return all that stands for one text."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_the_interface_speaks_six_languages() -> None:
    """English from the sources, five from catalogues."""
    assert languages() == {"ar", "de", "en", "es", "fr", "ja"}


@every_language
def test_every_text_is_translated(language: str) -> None:
    """Nothing is empty or only guessed, in any of its forms."""
    assert [m.id for m in messages(language) if m.fuzzy or not all(forms(m))] == []


@every_language
def test_every_form_of_a_number_is_there(language: str) -> None:
    """As many as the language has; Arabic has six."""
    expected = catalogue(language).num_plurals
    assert [m.id for m in messages(language) if m.pluralizable and len(forms(m)) != expected] == []
    assert expected == {"ar": 6, "ja": 1}.get(language, 2)


@every_language
def test_places_and_markup_are_those_of_the_english_text(language: str) -> None:
    """A translation names no value that it isn't given; only a form may leave the number out."""
    for message in messages(language):
        one = message.id if isinstance(message.id, str) else message.id[-1]
        for text in forms(message):
            places = set(PLACE.findall(text))
            allowed = {"%(num)s"} if message.pluralizable else set()
            assert places <= set(PLACE.findall(one)), text
            assert set(PLACE.findall(one)) - places <= allowed, text
            assert sorted(TAG.findall(text)) == sorted(TAG.findall(one)), text
            assert text.count("%") == len(PLACE.findall(text)), text
            assert text == text.strip() or one.startswith(";"), text
