"""The catalogues of the interface: what translators wrote fits what the pages say."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from canopy.render.interface import SOURCE, catalogue, languages, script_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from babel.messages.catalog import Message

HOUSE = Path(__file__).parents[2]
CURE = "run the two commands of CONTRIBUTING.md, Languages, and translate what is empty then"
OTHERS = sorted(languages() - {SOURCE})
every_language = pytest.mark.parametrize("language", OTHERS)
PLACE = re.compile(r"%\(\w+\)s")
TAG = re.compile(r"</?[a-z]+")


def messages(language: str) -> list[Message]:
    """Return the entries of a catalogue, without its header."""
    return [message for message in catalogue(language) if message.id]


@cache
def said() -> Mapping[str, frozenset[str]]:
    """Return each text of the sources with the files that say it; of one with a number, its form for one."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))
    mappings = [(each["pattern"], each["method"]) for each in project["tool"]["babel"]["mappings"]]
    ours = str(HOUSE / "canopy")
    found = extract_from_dir(
        HOUSE, mappings, keywords=DEFAULT_KEYWORDS, directory_filter=lambda path: str(path).startswith(ours)
    )
    files: dict[str, frozenset[str]] = {}
    for file, _, message, *_ in found:
        text = message if isinstance(message, str) else message[0]
        files[text] = files.get(text, frozenset()) | {file}
    return files


def forms(message: Message) -> tuple[str, ...]:
    """Return all that stands for one text."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_the_interface_speaks_six_languages() -> None:
    """English from the sources, five from catalogues."""
    assert languages() == {"ar", "de", "en", "es", "fr", "ja"}


@every_language
def test_catalogues_have_what_the_sources_say(language: str) -> None:
    """All that templates, scripts and modules say to readers, and nothing that they say no more."""
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in messages(language)}
    assert len(said()) > 100
    missing = sorted(
        f"{', '.join(sorted(files))}: {text}" for text, files in said().items() if text not in known
    )
    assert not missing, f"{language} lacks {missing}: {CURE}"
    assert known <= set(said()), f"{language} has {sorted(known - set(said()))}, which nobody says: {CURE}"


@every_language
def test_scripts_know_where_their_words_are(language: str) -> None:
    """What a script says is told to scripts: that goes by the files that a catalogue names."""
    words = script_words(language).decode()
    spoken = {text for text, files in said().items() if any(file.endswith(".js") for file in files)}
    assert len(spoken) > 15
    assert sorted(text for text in spoken if json.dumps(text, ensure_ascii=False) not in words) == []


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
