"""Org, reStructuredText, MediaWiki, AsciiDoc and Textile, read as markdown.

What GitHub shows of a file of theirs is shown here too; what only their own programs can do, such as running
code, is left out. Plain functions from text to text, linear in its length. Each line stays where it is as
far as markdown allows, so that problems name the author's line. This package must not know the site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.markups import asciidoc, mediawiki, org, rst, textile
from canopy.content.markups.writing import Translated
from canopy.content.paths import extension

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Translated", "translate"]

_READERS: dict[str, Callable[[str], Translated]] = {
    ".org": org.translate,
    **dict.fromkeys((".rst", ".rest"), rst.translate),
    **dict.fromkeys((".mediawiki", ".wiki"), mediawiki.translate),
    **dict.fromkeys((".adoc", ".asciidoc"), asciidoc.translate),
    ".textile": textile.translate,
}


def translate(path: str, text: str) -> Translated | None:
    """Return the text of a file as markdown, with the fields that it sets; None if it is markdown already."""
    reader = _READERS.get(extension(path))
    return reader(text) if reader else None
