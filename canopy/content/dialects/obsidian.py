"""What Obsidian writes for itself: `%%comments%%`, and `^names` of blocks. Neither is for readers.

Wikilinks and callouts, which are for readers, are understood in every text (`wikilinks`, `alerts`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.content.dialects.code import Code
from canopy.content.dialects.rewriting import Rewriter

if TYPE_CHECKING:
    from canopy.content.dialects.rewriting import Rewritten

_OWN = re.compile(r"%%|(?<![^ \t\n])\^[A-Za-z0-9-]{1,100}[ \t]{0,20}$", re.MULTILINE)
TAG = r"(?<!\S)#(?P<tag_name>(?=[\d_/-]*[^\W\d_])[\w/-]{1,100})"
"""A tag within a text: something other than digits is in it, and a space before."""
MOST_TAGS = 100
_TAG = re.compile(TAG)


def inline_tags(text: str) -> tuple[str, ...]:
    """Return the tags in a text, each once, in order; not those in code and comments."""
    if "#" not in text:
        return ()
    text = rewrite(text).text
    code = Code(text)
    found: dict[str, str] = {}
    for match in _TAG.finditer(text):
        if match.start() not in code:
            found.setdefault(match["tag_name"].casefold(), match["tag_name"])
        if len(found) == MOST_TAGS:
            break
    return tuple(found.values())


def rewrite(text: str) -> Rewritten:
    """Return the text without comments and without the names of its blocks."""
    out, code = Rewriter(text), Code(text)
    begun: tuple[int, int] | None = None
    for match in _OWN.finditer(text):
        if match.start() in code:
            continue
        if match[0] != "%%":
            if begun is None:
                out.keep(match.start())
                out.replace(match.end())
        elif begun is None:
            begun = match.span()
        else:
            out.keep(begun[0])
            out.replace(match.end())
            begun = None
    return out.finished()
