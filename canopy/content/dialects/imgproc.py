"""Docsy's `imgproc`, which names a picture beside the page by the beginning of its name."""

from __future__ import annotations

import re
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from canopy.content.dialects.rewriting import Rewriter

if TYPE_CHECKING:
    from canopy.content.dialects.rewriting import Rewritten
    from canopy.content.inclusions import Shelf

_SIGN = re.compile(r"\{\{[<%]\s{0,9}imgproc\s{1,9}(?P<quote>\"?)(?P<name>[\w./ -]{1,200}?)(?P=quote)(?=\s)")


def expand(text: str, shelf: Shelf) -> Rewritten:
    """Return a text with the whole names of such pictures."""
    out = Rewriter(text)
    for match in _SIGN.finditer(text):
        path = shelf.picture(f"{dirname(shelf.home)}/{match['name']}")
        if path:
            inner = match["name"][: -len(basename(match["name"]))] + basename(path)
            out.keep(match.start("quote"))
            out.replace(match.end("name") + len(match["quote"]), f'"{inner}"')
    return out.finished()
