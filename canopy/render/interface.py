"""How pages speak to their readers: words, dates, numbers and lists in one language.

Owns Babel and the catalogues in `canopy/locale`. It must not know what the pages are about. An interface
never changes once it is made, so that any thread may use it; a process reads the catalogue of a language
when a page first needs it.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache, lru_cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING
from unicodedata import bidirectional

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal
from babel.support import Translations
from markupsafe import Markup, escape

from canopy.errors import ThemeError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from babel.messages.catalog import Catalog

CATALOGUES = files("canopy") / "locale"
SOURCE = "en"
"""What the texts in templates and scripts are written in; it needs no catalogue."""
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})
_MOST_SAID = 1000
_SAMPLES = (1_000_000, 100, *range(25))
"""Numbers among which each category of every language is."""
_NO_BREAK = "\N{NO-BREAK SPACE}"


class Interface:
    """The language in which the pages' own words are."""

    def __init__(self, language: str, locale: Locale, words: NullTranslations) -> None:
        """Speak `words`; the `locale` may be a region's, with its own way to write dates and numbers."""
        self.language = language
        self._locale = locale
        self._words = words
        self._said: dict[str, Markup] = {}

    @classmethod
    def of(cls, language: str) -> Interface:
        """Return the interface for pages in a language (BCP 47); English where nobody has translated it."""
        return _interface(language.lower())

    @staticmethod
    def speaks(language: str) -> bool:
        """Tell whether there is an interface in that very language."""
        return language.partition("-")[0].lower() in languages()

    def gettext(self, text: str, **values: object) -> Markup:
        """Return a text of the interface; `%(name)s` in it becomes the value of that name, escaped."""
        said = self._said.get(text)
        if said is None:
            # Texts are those of templates, never a reader's; and there are not so many.
            said = Markup(self._words.gettext(text))  # noqa: S704
            if len(self._said) < _MOST_SAID:
                self._said[text] = said
        return said % values if values else said

    def ngettext(self, one: str, many: str, count: int, **values: object) -> Markup:
        """Return a text in the form that goes with a number, which is `%(num)s` in it."""
        text = Markup(self._words.ngettext(one, many, count))  # noqa: S704 (as above)
        return text % {"num": self.number(count), **values}

    def day(self, moment: datetime) -> Markup:
        """Write a date as people do, for machines too; it never breaks between day and month."""
        return _time(moment, self._polished(format_date(moment.date(), "long", self._locale), moment.day))

    def day_of_year(self, moment: datetime) -> Markup:
        """Write a date where its year is said already."""
        text = format_skeleton("MMMMd", moment.date(), locale=self._locale)
        return _time(moment, self._polished(text, moment.day))

    def month(self, moment: datetime) -> str:
        """Write a month and its year."""
        return format_skeleton("yMMMM", moment.date(), locale=self._locale)

    def year(self, year: int) -> str:
        """Write a year by itself."""
        return format_skeleton("y", date(year, 1, 1), locale=self._locale)

    def month_alone(self, moment: datetime) -> str:
        """Write a month where its year is said already."""
        return format_date(moment.date(), "LLLL", self._locale)

    def number(self, number: int) -> str:
        """Write a number with what separates its thousands."""
        return format_decimal(number, locale=self._locale)

    def language_name(self, language: str) -> str:
        """Return what a language is called by those who speak it."""
        try:
            name = Locale.parse(language, sep="-").get_display_name() or language
        except (ValueError, UnknownLocaleError):
            return language
        return name[:1].upper() + name[1:]

    def listed(self, items: Iterable[str]) -> Markup:
        """Write several names as one reads them out: A, B and C."""
        # Escaped before, and the locale's own patterns hold no markup.
        return Markup(format_list([escape(item) for item in items], locale=self._locale))  # noqa: S704

    def _polished(self, text: str, day: int) -> str:
        if self.language == "fr" and day == 1:
            text = text.replace("1", "1er", 1)  # the one ordinal of French dates, which CLDR doesn't know
        return text.replace(" ", _NO_BREAK, 1)


@cache
def languages() -> frozenset[str]:
    """Return the languages that the interface speaks."""
    if not CATALOGUES.is_dir():
        return frozenset({SOURCE})
    return frozenset({SOURCE, *(folder.name for folder in CATALOGUES.iterdir() if folder.is_dir())})


def direction(language: str) -> str:
    """Return the value of `dir` for text in a language, which may be unknown."""
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "auto"


@lru_cache(100)
def _interface(tag: str) -> Interface:
    language = tag.partition("-")[0]
    if language not in languages():
        return _interface(SOURCE)
    locale = _locale(tag, language)
    # One for each locale: what the repository calls a language can be anything.
    return _interfaces.setdefault(str(locale), Interface(language, locale, _words(language)))


_interfaces: dict[str, Interface] = {}


def _locale(tag: str, language: str) -> Locale:
    if tag == SOURCE:
        # Where a page doesn't say of which country its English is, its dates are those of most.
        return Locale(SOURCE, "001")
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale(language)  # nobody knows the region: the language alone will do


@cache
def catalogue(language: str) -> Catalog:
    """Read the catalogue of a language. Raises ThemeError."""
    try:
        with (CATALOGUES / language / "LC_MESSAGES" / "canopy.po").open("rb") as file:
            return read_po(file, locale=language, abort_invalid=True)
    except (OSError, UnicodeDecodeError, PoFileError) as exc:
        raise ThemeError(f"the words of {language} can't be read: {exc}") from exc


def reads_left_to_right(text: str) -> bool:
    """Tell whether a text has letters, and none that are written from right to left (UAX #9, 3.2)."""
    classes = {bidirectional(character) for character in text}
    return "L" in classes and classes.isdisjoint({"R", "AL"})


@cache
def _words(language: str) -> NullTranslations:
    """Return the words of a language; of English those that stand in the templates themselves."""
    if language == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return Translations(compiled)


def script_words(language: str) -> bytes:
    """Return what the scripts of the pages say in a language, as a module of JavaScript.

    Of a text with a number it has the form for each category of CLDR, which `Intl.PluralRules` knows too.
    """
    locale, words = Locale(language), _words(language)
    samples = {locale.plural_form(number): number for number in _SAMPLES}
    found: dict[str, str | dict[str, str]] = {}
    for message in catalogue(language):
        if not any(file.endswith(".js") for file, _ in message.locations):
            continue
        if isinstance(message.id, str):
            found[message.id] = words.gettext(message.id)
        else:
            one, many = message.id
            found[one] = {category: words.ngettext(one, many, n) for category, n in samples.items()}
    return f"export const language = {_json(language)};\nexport const words = {_json(found)};\n".encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _time(moment: datetime, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(timespec="seconds"), text)
