"""How the interface writes words, dates, numbers and lists in each language."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from markupsafe import Markup

from canopy.render.interface import Interface, direction, script_words
from canopy.render.markdown import render_markdown

MOMENT = datetime(2017, 3, 1, 14, 30, tzinfo=UTC)


def written(language: str) -> str:
    """Return the text of a date in a language, with plain spaces."""
    return Markup(Interface.of(language).day(MOMENT)).striptags().replace("\N{NO-BREAK SPACE}", " ")


class TestEnglish:
    def test_says_what_stands_in_the_templates(self) -> None:
        """English needs no catalogue."""
        assert Interface.of("en").gettext("There is no such page") == "There is no such page"

    def test_escapes_what_is_put_into_a_text(self) -> None:
        """A value is text, unless it is markup already; the sentence around it is ours."""
        said = Interface.of("en").gettext("Tagged %(tag)s", tag="<b>")
        assert said == "Tagged &lt;b&gt;"
        assert Interface.of("en").gettext("Tagged %(tag)s", tag=Markup("<b>")) == "Tagged <b>"

    def test_counts(self) -> None:
        """One is another form than many, and thousands are separated."""
        english = Interface.of("en")
        said = [english.ngettext("%(num)s page", "%(num)s pages", n) for n in (0, 1, 2, 12345)]
        assert said == ["0 pages", "1 page", "2 pages", "12,345 pages"]

    @pytest.mark.parametrize(
        ("language", "text"),
        [("en", "1 March 2017"), ("en-GB", "1 March 2017"), ("en-US", "March 1, 2017")],
    )
    def test_writes_dates_as_the_country_does(self, language: str, text: str) -> None:
        """Without a country, as most countries do."""
        assert written(language) == text

    def test_a_date_does_not_break_between_day_and_month(self) -> None:
        """And machines can read it."""
        html = '<time datetime="2017-03-01T14:30:00+00:00">1\N{NO-BREAK SPACE}March 2017</time>'
        assert Interface.of("en").day(MOMENT) == html

    def test_lists_names_as_one_reads_them_out(self) -> None:
        """Names are escaped, links stay links."""
        listed = Interface.of("en").listed(["A", Markup("<b>B</b>"), "<C>"])
        assert listed == "A, <b>B</b> and &lt;C&gt;"


class TestUnknownLanguages:
    @pytest.mark.parametrize("language", ["", "nl", "tlh", "x-klingon", "-", "../../etc", "en-QQ-nonsense-1"])
    def test_are_spoken_to_in_english(self, language: str) -> None:
        """Whatever a repository says its language is."""
        assert Interface.of(language).language == "en"
        assert written(language).endswith("2017")


class TestOtherLanguages:
    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("de", "1. März 2017"),
            ("de-AT", "1. März 2017"),
            ("fr", "1er mars 2017"),
            ("es", "1 de marzo de 2017"),
            ("ja", "2017年3月1日"),
            ("ar", "1 مارس 2017"),
            ("pt-BR", "1 March 2017"),
        ],
    )
    def test_write_dates_their_way(self, language: str, text: str) -> None:
        """In a language that nobody has translated, dates are in English like all the rest."""
        assert written(language) == text

    @pytest.mark.parametrize(
        ("language", "text"),
        [("de", "A, B und C"), ("fr", "A, B et C"), ("es", "A, B y C"), ("ja", "A、B、C"), ("ar", "A وB وC")],
    )
    def test_list_names_their_way(self, language: str, text: str) -> None:
        """With the word for "and" where there is one."""
        assert Interface.of(language).listed("ABC") == text

    @pytest.mark.parametrize(("language", "year"), [("de", "2017"), ("ja", "2017年"), ("ar", "2017")])
    def test_write_years_their_way(self, language: str, year: str) -> None:
        """As the heading of a part of a list."""
        assert Interface.of(language).year(2017) == year

    def test_arabic_has_six_forms_of_a_number(self) -> None:
        """Also in scripts, where the browser knows which is which."""
        arabic = Interface.of("ar")
        said = {arabic.ngettext("%(num)s page", "%(num)s pages", n) for n in (0, 1, 2, 3, 11, 100)}
        assert said == {"لا صفحات", "صفحة واحدة", "صفحتان", "3 صفحات", "11 صفحة", "100 صفحة"}
        assert '"few": "%(num)s صفحات"' in script_words("ar").decode()

    @pytest.mark.parametrize(("language", "text"), [("de", "12.345 Seiten"), ("de-CH", "12’345 Seiten")])
    def test_separate_thousands_their_way(self, language: str, text: str) -> None:
        """Words of the language, numbers of the country."""
        assert Interface.of(language).ngettext("%(num)s page", "%(num)s pages", 12345) == text

    @pytest.mark.parametrize(
        ("language", "name"),
        [("fr", "Français"), ("ja", "日本語"), ("pt-BR", "Português (Brasil)"), ("qq", "qq")],
    )
    def test_are_called_what_their_speakers_call_them(self, language: str, name: str) -> None:
        """Not what the language of the page calls them."""
        assert Interface.of("de").language_name(language) == name

    def test_scripts_are_told_only_what_they_say(self) -> None:
        """The words of the pages would be a weight to each reader."""
        words = script_words("de").decode()
        assert '"Copied": "Kopiert"' in words
        assert "Schlagw" not in words


def test_passages_of_another_direction_are_turned() -> None:
    """In an Arabic text an English paragraph is not read from the right; one that begins with "ARP" is."""
    text = "هذا بروتوكول.\n\nAll English (1).\n\nARP بروتوكول.\n\n`12`"
    shown = render_markdown(text, language="ar").html(str)
    assert re.findall(r"<p[^>]*>", shown) == ["<p>", '<p dir="ltr">', "<p>", "<p>"]
    assert "dir=" not in render_markdown(text, language="en").html(str)


def test_texts_speak_the_language_of_their_page() -> None:
    """Of footnotes, alerts, tasks and tables; what the author wrote stays as it is."""
    text = "> [!NOTE]\n> a\n\n> [!TIP] Meiner\n> b\n\n- [x] c[^1]\n\n[^1]: d\n\n## e\n\n|f|\n|-|\n|g|\n"
    shown = render_markdown(text, language="de").html(str)
    for words in (
        '<p class="alert-title">Hinweis</p>',
        '<p class="alert-title">Meiner</p>',
        'aria-label="Erledigte Aufgabe"',
        'aria-label="Fußnoten"',
        'aria-label="Zurück zu Verweis 1"',
        'aria-label="Link zu diesem Abschnitt: e"',
        'aria-label="Tabelle"',
    ):
        assert words in shown


def test_direction() -> None:
    """Known languages from right to left; in all others the text itself tells."""
    assert [direction(language) for language in ("ar", "he-IL", "FA", "de", "")] == [
        *["rtl"] * 3,
        *["auto"] * 2,
    ]
