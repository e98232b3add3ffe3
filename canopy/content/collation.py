"""How names are put in order for people: by the letters of a language, not by the numbers of characters.

The one place that says so, for all lists of names. A name's key has, as in the Unicode collation algorithm
(UTS #10), the letters first, marks next, and capitals last; which letters with marks are letters of their own
in a language, and where they stand, is in `_OWN`, from the Unicode CLDR's collations. Numbers are compared as
such. Han characters stay in the order of their code points: by radicals and strokes. Two letters that count
as one (`ch`, `dž`) are not known here, nor what a Han character sounds like.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

SIGNS = "#"
"""The heading of names that begin with a number or a sign."""
HAN = "漢字"
"""The heading of names that begin with a Han character, of which there are too many for one each."""

Key = tuple[int, tuple[tuple[int, str], ...], str, str]

_OWN = {
    "az": "cç eə gğ hxı kq oö sş uü",
    "be": "уў",
    "bs": "cčć dđ sš zž",
    "cs": "cč rř sš zž",
    "da": "zæøå",
    "es": "nñ",
    "et": "sšzž wõäöü",
    "fi": "zåäö",
    "fo": "aá dð ií oó uú yý zæø",
    "gl": "nñ",
    "hr": "cčć dđ sš zž",
    "is": "aá dð eé ií oó uú yý zþæöå",
    "lt": "cč sš zž",
    "lv": "cč gģ kķ lļ nņ sš zž",
    "mk": "гѓ кќ",
    "nb": "zæøå",
    "nn": "zæøå",
    "no": "zæøå",
    "pl": "aą cć eę lł nń oó sś zźż",
    "ro": "aăâ iî sș tț",
    "sk": "aä cč oô sš zž",
    "sl": "cčć dđ sš zž",
    "sv": "zåäö",
    "tr": "cç gğ hı oö sş uü",
    "uk": "гґ еє иіїй",
    "vi": "aăâ dđ eê oôơ uư",
}
"""By language: letters of its own, behind the one that they follow."""
_EVERYWHERE = "ий"
_PLAIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŧ": "t"}
    | {"ŋ": "n", "ə": "e", "є": "е", "і": "и", "ґ": "г", "ђ": "д", "ћ": "т"}
)
"""Letters that have no decomposition, where a language doesn't know them: as their readers look them up."""
_FIRST_OWN = 0x10FF00
"""Behind all characters: `n` with such a one follows whatever begins with `n`, and comes before `o`."""
_DIGITS = re.compile(r"([0-9]+)")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = str.maketrans({chr(c): chr(c - 0x60) for c in range(0x30A1, 0x30F7)})
_ROWS = "あかさたなはまやらわん"
"""The kana that head the rows of Japanese dictionaries."""
_INITIALS = "ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ"
"""The initials of Hangul in the order of their code points, doubled ones with the simple ones."""


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The order of the letters of one language."""

    own: tuple[tuple[str, str], ...] = ()
    """Letters of its own, each with what stands for it in keys."""
    dotless: bool = False
    """Whether the small letter of `I` is `ı`, as in Turkish."""

    @staticmethod
    def of(language: str) -> Alphabet:
        """Return the alphabet of a language tag; of one that is not known, the Latin one."""
        return _alphabet(language.replace("_", "-").partition("-")[0].lower())

    def key(self, name: str) -> Key:
        """Return what names are sorted by."""
        return _key(self, name)

    def letter(self, name: str) -> str:
        """Return the heading under which a name stands; names that are in order have theirs in order."""
        rank, letters, _, _ = _key(self, name)
        if rank != 1:
            return HAN if rank == 2 else SIGNS
        primary = letters[0][1]
        for letter, stands in self.own:
            if primary.startswith(stands):
                return self._capital(letter)
        first = primary[0]
        if "\u1100" <= first <= "\u1112":
            return _INITIALS[ord(first) - 0x1100]
        if "\u3041" <= first <= "\u3096":
            return _row(first)
        return self._capital(first)

    def _capital(self, letter: str) -> str:
        capital = "İ" if self.dotless and letter == "i" else letter.upper()
        return capital if len(capital) == 1 else letter


@lru_cache(maxsize=64)
def _alphabet(language: str) -> Alphabet:
    own = []
    for row in (_EVERYWHERE, *_OWN.get(language, "").split()):
        own += [(letter, row[0] + chr(_FIRST_OWN + place)) for place, letter in enumerate(row[1:])]
    known = dict(own)  # a language's own row says more
    return Alphabet(tuple(known.items()), language in ("tr", "az"))


@lru_cache(maxsize=1 << 14)
def _key(alphabet: Alphabet, name: str) -> Key:
    if alphabet.dotless:
        name = name.replace("I", "ı").replace("İ", "i")
    small = name.casefold()
    letters, marks = (small, "") if small.isascii() else _split(small, dict(alphabet.own))
    letters = letters.strip()
    rank = 0 if not letters[:1].isalpha() else 2 if _HAN.match(letters) else 1
    # A number that is longer is larger; in front of each stands the text before it.
    parts = ((len(p.lstrip("0")) if p.isdecimal() else 0, p) for p in _DIGITS.split(letters))
    return rank, tuple(parts), marks, f"{name.swapcase()}\0{name}"


def _split(name: str, own: dict[str, str]) -> tuple[str, str]:
    """Return the letters of a name as they are compared, and the marks that decide between equal ones."""
    letters: list[str] = []
    marks: list[str] = []
    last = ""
    for char in unicodedata.normalize("NFKD", name):
        if not unicodedata.combining(char):
            last = char
            letters.append(own.get(char) or char)
        elif letters and (composed := unicodedata.normalize("NFC", last + char)) in own:
            # Of several marks on a letter one may make it another letter, the others are its accents.
            letters[-1], last = own[composed], composed
        else:
            marks.append(f"{len(letters):04}{char}")
    return "".join(letters).translate(_PLAIN).translate(_KANA), "".join(marks)


def _row(kana: str) -> str:
    """Return the row of a dictionary in which a kana is found; small ones are in the row of large ones."""
    rows = "ぁかさたなはまゃらゎん"
    return next((head for head, first in zip(_ROWS[::-1], rows[::-1], strict=True) if kana >= first), "あ")
