"""Emphasis in scripts without spaces: `**「强调」**这样`, which CommonMark takes for asterisks.

CommonMark closes emphasis behind punctuation only before a space or more punctuation, and opens it likewise.
Chinese, Japanese and Korean have no space there, so that beside their signs both are allowed everywhere
(as markdown-cjk-friendly has it): a mark that counts as punctuation stands there until mistune is done.
"""

from __future__ import annotations

import re
from typing import Any

Token = dict[str, Any]

_MARK = "\ufdd0"
"""A noncharacter, which no text holds."""
_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003ffff]"
)


def marked(run: re.Match[str]) -> str:
    """Return a run of asterisks, marked on the sides on which it stands beside such a script."""
    text, stars = run.string, run[0]
    before = text[run.start() - 1 : run.start()]
    after = text[run.end() : run.end() + 1]
    if stars[0] != "*" or (before + after).isascii() or not (_CJK.match(before) or _CJK.match(after)):
        return stars
    return (
        (_MARK if before.isalnum() and _is_sign(after) else "")
        + stars
        + (_MARK if after.isalnum() and _is_sign(before) else "")
    )


def is_marked(tokens: list[Token]) -> bool:
    """Tell whether a mark is among tokens that are not nested yet."""
    return any(_MARK in token.get("raw", "") for token in tokens)


def unmarked(tokens: list[Token]) -> list[Token]:
    """Return the tokens without the marks."""
    for token in tokens:
        if _MARK in token.get("raw", ""):
            token["raw"] = token["raw"].replace(_MARK, "")
        if "children" in token:
            unmarked(token["children"])
    return tokens


def _is_sign(char: str) -> bool:
    return bool(char) and not char.isspace() and not char.isalnum()
