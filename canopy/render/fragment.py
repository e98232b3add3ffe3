"""A rendered piece of markdown that does not know where its links lead.

A `Fragment` depends on its text and the trust level alone, never on the rest of the site: an edit of one
note leaves every other note's fragment as it is. Where a link or an image points is filled in when a page,
a listing or a feed shows the fragment, because the same link is written differently in each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class TocEntry:
    """One heading of a table of contents."""

    level: int
    """From 2 to 6."""
    id: str
    title: str
    """HTML, inline only, without links."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """Sanitised HTML, cut at each link."""

    parts: tuple[str, ...]
    """One more than `links`: the HTML before, between and after them. Already escaped and safe."""
    links: tuple[str, ...]
    """The targets as the author wrote them, percent-decoding and entities untouched by us."""
    toc: tuple[TocEntry, ...] = ()
    findings: tuple[tuple[int, str, str], ...] = ()
    """(line of the text from 1 or 0, reason, cure): what the renderer could not do as meant."""
    warnings: tuple[tuple[int, str, str], ...] = ()
    """The same of what is shown, but differently."""

    def html(self, resolve: Callable[[str], str | None]) -> str:
        """Return the HTML with each link's target replaced by `resolve(target)`, attribute-escaped.

        Where that is None, the link's words stay and the link goes: an `<a>` without a target is text.
        """
        if not self.links:
            return self.parts[0]
        pieces = [self.parts[0]]
        for link, part in zip(self.links, self.parts[1:], strict=True):
            target = resolve(link)
            name = _OPENED.search(pieces[-1][-10:]) if target is None and part.startswith('"') else None
            if name is None:
                pieces += (_attribute(target or ""), part)
            else:
                pieces[-1] = pieces[-1][: -len(name[0])]
                pieces.append(part[1:])
        return "".join(pieces)


_OPENED = re.compile(r' (?:href|src|poster|cite)="\Z')


def _attribute(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
