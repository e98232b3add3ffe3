"""How the interface writes words, dates, numbers and lists in each language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from markupsafe import Markup

from canopy.render.interface import Interface

MOMENT = datetime(2017, 3, 1, 14, 30, tzinfo=UTC)


def written(language: str) -> str:
    """Return the text of a date in a language, with plain spaces."""
    return Markup(Interface.of(language).day(MOMENT)).striptags().replace("\N{NO-BREAK SPACE}", " ")


class TestEnglish:
    def test_says_what_stands_in_the_templates(self) -> None:
        """English needs no catalogue."""
        assert Interface.of("en").say("There is no such page") == "There is no such page"

    def test_escapes_what_is_put_into_a_text(self) -> None:
        """A value is text, unless it is markup already; the sentence around it is ours."""
        said = Interface.of("en").say("Tagged %(tag)s", tag="<b>")
        assert said == "Tagged &lt;b&gt;"
        assert Interface.of("en").say("Tagged %(tag)s", tag=Markup("<b>")) == "Tagged <b>"

    def test_counts(self) -> None:
        """One is another form than many, and thousands are separated."""
        english = Interface.of("en")
        said = [english.count("%(num)s page", "%(num)s pages", n) for n in (0, 1, 2, 12345)]
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
