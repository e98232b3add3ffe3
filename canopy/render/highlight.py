"""Code with its syntax marked by pygments' short class names (`k` keyword, `s` string, `c1` comment …).

The theme's style sheet colours the classes of `token_classes()`. Some of pygments' lexers are quadratic
on hostile input, so that both a block's and a text's code are bounded, in bytes, line length and time:
what is beyond is shown plainly.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, _TokenType
from pygments.util import ClassNotFound

from canopy.render.plain import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pygments.lexer import Lexer

_LARGEST_BLOCK = 100_000
_LONGEST_LINE = 2_000
_LARGEST_TEXT = 400_000
_SECONDS_PER_BLOCK = 1.0
_NAME = re.compile(r"\{?[ \t]*\.?([^\s{},;:]+)")
_LINES = re.compile(r"hl_lines=[\"'\[]?([\d\s,-]+)|\{([\d\s,-]+)\}")
_MOST_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Fence:
    """What the info string of a fenced block says."""

    language: str
    """As written, lower case; empty when there is none."""
    lines: frozenset[int]
    """Lines to stress, from 1."""


class Budget:
    """How much code of one text is still to be highlighted."""

    def __init__(self) -> None:
        self._left = _LARGEST_TEXT

    def allows(self, code: str) -> bool:
        """Whether this block may be highlighted; takes it from what is left."""
        if len(code) > _LARGEST_BLOCK or len(code) > self._left:
            return False
        if max(map(len, code.split("\n"))) > _LONGEST_LINE:
            return False
        self._left -= len(code)
        return True


def parse_info(info: str) -> Fence:
    """Read `python {1,3-5}`, `python {hl_lines="1 3-5"}` and `{.python}`."""
    info = info[:500]
    stressed = _LINES.search(info)
    bare = info.partition("{")[0].strip() or (info if info.lstrip("{ ").startswith(".") else "")
    name = _NAME.match(bare)
    return Fence(
        language=name[1].lower()[:50] if name else "",
        lines=frozenset(_ranges(stressed[1] or stressed[2]) if stressed else ()),
    )


def highlight(code: str, language: str, lines: frozenset[int]) -> str | None:
    """Return the code as HTML, or None when the language is unknown or its lexer takes too long."""
    lexer = _lexer(language)
    if lexer is None:
        return None
    marked: list[str] = [""]
    deadline = time.monotonic() + _SECONDS_PER_BLOCK
    open_class, open_text = "", ""
    for number, (kind, text) in enumerate(lexer.get_tokens(code)):
        if number % 512 == 511 and time.monotonic() > deadline:
            return None
        css = _class(kind)
        if css != open_class:
            _append(marked, open_class, open_text)
            open_class, open_text = css, ""
        open_text += text
    _append(marked, open_class, open_text)
    return _joined(marked, lines)


def plainly(code: str, lines: frozenset[int]) -> str:
    """Return the code as HTML without classes but for its stressed lines."""
    return _joined(escape(code).split("\n"), lines) if lines else escape(code)


def token_classes() -> tuple[str, ...]:
    """Return every class that a token can have."""
    return tuple(sorted({name for name in STANDARD_TYPES.values() if name}))


def _append(marked: list[str], css: str, text: str) -> None:
    first, *others = escape(text).split("\n")
    marked[-1] += _span(css, first)
    marked += [_span(css, line) for line in others]


def _span(css: str, text: str) -> str:
    return f'<span class="{css}">{text}</span>' if css and text and not text.isspace() else text


def _joined(marked: list[str], lines: frozenset[int]) -> str:
    if marked and not marked[-1]:
        marked = marked[:-1]
    return "".join(
        f'<span class="hll">{line}\n</span>' if number in lines else f"{line}\n"
        for number, line in enumerate(marked, 1)
    )


@lru_cache(maxsize=256)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False) if language else None
    except ClassNotFound:
        return None


@lru_cache(maxsize=512)
def _class(kind: _TokenType) -> str:
    """Return the short class of a token type, or of the nearest standard one above it."""
    name = next((STANDARD_TYPES[above] for above in reversed(kind.split()) if above in STANDARD_TYPES), "")
    return "" if name in {"w", "p", "n"} else name


def _ranges(text: str) -> Iterable[int]:
    for part in re.split(r"[\s,]+", text.strip()):
        first, dash, last = part.partition("-")
        if first.isdecimal() and len(first) < 6 and (not dash or (last.isdecimal() and len(last) < 6)):
            yield from range(int(first), min(int(last or first), int(first) + _MOST_LINES) + 1)
