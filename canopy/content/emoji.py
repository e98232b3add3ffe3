"""Emoji by the names that GitHub gives them: `:rocket:`, `:+1:`.

A name stands between colons that touch no letter and no digit, so that neither a time (`10:30:45`) nor a word
of a program holds one; what is no name stays as it is. The table is GitHub's own, in `emoji.txt`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Several may follow each other; letters of ASCII only, since other scripts put no spaces around a sign.
RUN = re.compile(r"(?<![A-Za-z0-9_:/\\])(?::[a-z0-9_+-]{1,60}:){1,100}(?![A-Za-z0-9_:/])")
NAME = re.compile(r":([a-z0-9_+-]{1,60}):")


@cache
def emoji() -> Mapping[str, str]:
    """Return each name with what it is."""
    known: dict[str, str] = {}
    for line in (files("canopy") / "content" / "emoji.txt").read_text("utf-8").splitlines():
        if not line.startswith("# "):
            sign, *names = line.split()
            known |= dict.fromkeys(names, sign)
    return known


def with_emoji(text: str) -> str:
    """Return plain text with emoji in the place of their names."""
    if ":" not in text:
        return text
    return RUN.sub(lambda run: NAME.sub(lambda name: emoji().get(name[1], name[0]), run[0]), text)
