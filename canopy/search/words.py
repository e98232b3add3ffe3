"""What a word is: how text of any language becomes the tokens that are indexed and asked for.

Both sides pass through here, so that a query finds what it looks like: without regard to case, accents,
ligatures or width. Languages that put no spaces between words are cut into overlapping pairs of characters,
each run ended by its last character alone (`東京都` → `東京 京都 都`): any piece of such a run, even a single
character, is then a phrase or a prefix of these tokens, and nothing but that piece is found.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise

MOST_TOKEN = 60
"""Characters of one token; what is longer is no word, and matches by its beginning."""

UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\uac00-\ud7af"  # Hangul, kana
    "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
"""A range of characters for a pattern: scripts without spaces; Korean, as its particles stick to nouns."""

_RUNS = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
INVISIBLE = "\u200b\u200c\u200d\u00ad\ufeff"
"""Joiners, soft hyphens and the like: a word is the same with and without them."""
_FOLDED = str.maketrans(
    # Letters that Unicode does not take apart, and Arabic ones that are often typed for one another.
    dict(zip("øłđðħıىة", "olddhiيه", strict=True))
    | {"æ": "ae", "œ": "oe", "þ": "th"}
    | dict.fromkeys("ـ" + INVISIBLE)
)
_ASCII_WORD = re.compile(r"[a-z0-9]+")


def fold(text: str) -> str:
    """Return the text as it is compared: without case, accents, ligatures and width."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text.casefold())
    accents = {ord(c): None for c in set(text) if _is_accent(c)}
    # Casefolding again: NFKD makes capitals of some symbols.
    return unicodedata.normalize("NFC", text.translate(accents)).casefold().translate(_FOLDED)


def _is_accent(character: str) -> bool:
    """Tell accents and vowel points from the marks that words of India and Thailand are made of."""
    # The classes of UAX 44, 5.7.4. The voicing marks of kana (class 8) make another letter.
    place = unicodedata.combining(character)
    return 10 <= place <= 36 or 200 <= place <= 240


@cache
def word_pattern() -> re.Pattern[str]:
    """Return the pattern of one word in any script: letters and digits with the marks upon them."""
    # Python's \w has no marks. Those beyond the first plane are of scripts that nobody types queries in.
    marks = "".join(chr(c) for c in range(0x300, 0x10000) if unicodedata.category(chr(c))[0] == "M")
    return re.compile(rf"[^\W_](?:[^\W_]|[{re.escape(marks)}\u200c\u200d\u00ad])*")


def words(text: str) -> list[str]:
    """Return the words of a text, folded."""
    folded = fold(text)
    return (_ASCII_WORD if folded.isascii() else word_pattern()).findall(folded)


def tokens(word: str, *, final: bool = False) -> list[str]:
    """Return the tokens of one folded word; of a `final` word of a query, those that more may follow."""
    if word.isascii() or not _UNSPACED.search(word):
        return [word[:MOST_TOKEN]]
    found: list[str] = []
    pieces = _RUNS.findall(word)
    for number, run in enumerate(pieces, 1):
        if not _UNSPACED.match(run):
            found.append(run[:MOST_TOKEN])
            continue
        found += map("".join, pairwise(run))
        if not (final and number == len(pieces) and len(run) > 1):
            found.append(run[-1])
    return found


def tokenised(text: str) -> str:
    """Return a text as tokens with spaces between them: what is indexed."""
    return " ".join(token for word in words(text) for token in tokens(word))


def runs(word: str, start: int = 0) -> list[tuple[str, int]]:
    """Return the pieces of a word that are of one kind of script, each with its place from `start` on."""
    if word.isascii():
        return [(word, start)]
    return [(run[0], start + run.start()) for run in _RUNS.finditer(word)]


def is_unspaced(token: str) -> bool:
    """Tell whether a token is of a script that writes no spaces."""
    return _UNSPACED.match(token) is not None


_DOUBLED = re.compile(r"[bcdfghjklmnpqrstvwxz]([bdgmnprt])\1$|[aeiou]([bdgmnprt])\2$")
_SHORT = re.compile(r"[^aeiou][aeiou][bdgmnprt]$")


def inflections(word: str) -> tuple[str, ...]:
    """Return other forms that an English word may have, most of which exist nowhere.

    Asking for them, instead of indexing stems, leaves prefixes and phrases exact, and does no harm to other
    languages: a form that no page has finds nothing.
    """
    if not 3 <= len(word) <= 20 or not (word.isascii() and word.isalpha()):
        return ()
    bases = {word, *_bases(word)}
    return tuple(sorted({form for base in bases for form in _forms(base)} - {word}))


def _bases(word: str) -> list[str]:
    if word.endswith("ies") and len(word) > 4:
        return [word[:-3] + "y"]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return [word[:-1], word[:-2]] if word.endswith(("ses", "xes", "zes", "ches", "shes")) else [word[:-1]]
    for ending, least in (("ing", 6), ("ed", 5)):
        if word.endswith(ending) and len(word) >= least:
            base = word[: -len(ending)]
            if ending == "ed" and base.endswith("i"):
                return [base[:-1] + "y"]
            return [base, base + "e", *([base[:-1]] if _DOUBLED.search(base) else [])]
    return []


def _forms(base: str) -> list[str]:
    if base.endswith("e"):
        return [base, base + "s", base + "d", base[:-1] + "ing"]
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return [base, base[:-1] + "ies", base[:-1] + "ied", base + "ing"]
    plural = base + ("es" if base.endswith(("s", "x", "z", "ch", "sh")) else "s")
    double = [base + base[-1] + "ing", base + base[-1] + "ed"] if _SHORT.search(base) else []
    return [base, plural, base + "ed", base + "ing", *double]
