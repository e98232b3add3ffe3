"""Jekyll's `{% include part.md %}`: texts of `_includes/` that are nothing but text. No template is run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.content.dialects.rewriting import Rewriter
from canopy.content.inclusions import put

if TYPE_CHECKING:
    from canopy.content.dialects.rewriting import Rewritten
    from canopy.content.inclusions import Shelf

_SIGN = re.compile(
    r"\{%-?\s{0,9}(?:include(?:_cached)?\s{1,9}(?P<file>[\w./-]{1,200}\.(?:md|markdown|txt|html?))"
    r"|(?P<raw>raw|comment)|(?P<end>endraw|endcomment))\s{0,9}-?%\}"
)


def expand(text: str, folder: str, shelf: Shelf) -> Rewritten:
    """Return a text with the files of a folder that it includes; one that is a template stays as it is."""
    out = Rewriter(text)
    verbatim = ""
    for match in _SIGN.finditer(text):
        if match["raw"] and not verbatim:
            verbatim = f"end{match['raw']}"
        elif match["end"] == verbatim:
            verbatim = ""
        elif match["file"] and not verbatim:
            piece = shelf.find(f"{folder}/{match['file']}")
            if piece is not None and ("{%" in piece or "{{" in piece):
                piece = None
            out.keep(match.start())
            put(out, match.end(), shelf.take(piece and piece.strip("\n")))
    return out.finished()
