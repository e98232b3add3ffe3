"""The order of names, as people of a language look them up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapshots import site_of

from canopy.content.collation import HAN, SIGNS, Alphabet

ORDERS = {
    "en": "9 10 #1 .NET Ångström Äpfel apple C++ Ecl eclair Eclair Éclair Émile łódź Øre ßa Zebra Я",
    "de-AT": "Affe Äpfel Apfelbaum Strasse Straße Über Ulm",
    "sv": "Adam Oslo Zebra Åsa Ärla Öl",
    "da": "Anna Zoe Ægir Øre Åse",
    "es": "nuez Nz Ñandú ola",
    "tr": "cuma çay Hızır Ilık İzmir Jale",
    "pl": "az ął los łoś zebra źle żuk",
    "ru": "Ёж елка Иван Йод Яна",
    "uk": "гора ґанок екран єнот ирій індик їжак Йосип",
    "vi": "ao ăn âm ấm da đi",
    "ja": "あ がか カメラ ざ ん 日本",
    "ko": "가나 까 나",
    "ar": "أحمد بدر تاج",
}


@pytest.mark.parametrize("language", ORDERS)
def test_names_are_in_the_order_of_their_language(language: str) -> None:
    """Letters come first, then marks, then capitals; a language's own letters stand where it has them."""
    names = ORDERS[language].split()
    assert sorted(set(names), key=Alphabet.of(language).key) == names


@pytest.mark.parametrize(
    ("language", "name", "letter"),
    [
        ("fr", "Éclair", "E"),
        ("de", "ßa", "S"),
        ("sv", "ärla", "Ä"),
        ("tr", "izmir", "İ"),
        ("tr", "Ilık", "I"),
        ("ru", "Ёж", "Е"),
        ("uk", "їжак", "Ї"),
        ("ko", "까", "ㄱ"),
        ("ja", "ガラス", "か"),
        ("ja", "日本", HAN),
        ("en", "  .NET", SIGNS),
        ("en", "42", SIGNS),
        ("en", "", SIGNS),
    ],
)
def test_a_name_stands_under_the_letter_that_it_begins_with(language: str, name: str, letter: str) -> None:
    """Without marks, unless the letter with its mark is one of the language's own."""
    assert Alphabet.of(language).letter(name) == letter


NAMES = st.text(max_size=8) | st.text("abzéèäåñøßıİÄZ019 .-あがガ日가和иіїй", max_size=6)


@given(st.lists(NAMES, max_size=12), st.sampled_from(["en", "sv", "tr", "uk", "ja", "vi", "", "zz-QQ"]))
def test_names_in_order_have_each_letter_once(names: list[str], language: str) -> None:
    """What stands under one heading stands together, and no two different names are equal in order."""
    alphabet = Alphabet.of(language)
    ordered = sorted(set(names), key=alphabet.key)
    assert ordered == sorted(dict.fromkeys(names), key=alphabet.key)
    letters = [alphabet.letter(name) for name in ordered]
    runs = [letter for n, letter in enumerate(letters) if n == 0 or letters[n - 1] != letter]
    assert len(runs) == len(set(runs))


NAMED = ["apple", "Éclair", "zebra", "Ärger"]


@pytest.mark.parametrize(
    ("language", "names"), [("de", "apple Ärger Éclair zebra"), ("sv", "apple Éclair zebra Ärger")]
)
def test_all_lists_of_names_are_in_the_order_of_the_site(language: str, names: str) -> None:
    """Menu, sections, tags, categories, authors, and pages by title; another language is another order."""
    files = {
        f"{name}/a.md": f"---\ntags: [{name}]\ncategories: [{name}]\nauthor: {name}\n---\n" for name in NAMED
    }
    files |= {f"list/{n}.md": f"# {name}\n" for n, name in enumerate(NAMED)}
    files |= {"list/index.md": "---\norder: title\n---\n# l\n"}
    other = site_of(files | {"canopy.toml": 'language = "en"\n'})
    site = site_of(files | {"canopy.toml": f'language = "{language}"\n'}, other)
    expected = names.split()
    assert [item.title.lower() for item in site.navigation if item.path != "/list"] == [
        name.lower() for name in expected
    ]
    assert [path[1:] for path in site.sections if path not in ("/", "/list")] == expected
    assert list(site.terms) == expected
    for taxonomy in (site.taxonomies.categories, site.taxonomies.authors):
        assert [term.name for term in taxonomy.terms.values()] == expected
    assert [page.title for page in site.sections["/list"].pages] == expected
