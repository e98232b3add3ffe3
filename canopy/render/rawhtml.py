"""HTML that stands in a text: what is said about it, and what has to be so before it can be sanitised.

It is not safe afterwards: that is for `sanitise.clean`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.render.frames import linked_frames

if TYPE_CHECKING:
    from canopy.render.interface import Interface
    from canopy.render.report import Report

_HEADING_TAG = re.compile(r"(</?)h1\b", re.IGNORECASE)
# Inside these, a browser reads no markup: one that is not closed would swallow the rest of the page.
_SWALLOWING = re.compile(
    r"<(?=(title|textarea|style|xmp|iframe|noembed|noframes|noscript|script|plaintext)\b)", re.IGNORECASE
)
_LEFT_OUT = re.compile(r"<(script|style|iframe|object|embed|form|svg)\b", re.IGNORECASE)


def passed_on(html: str, report: Report, interface: Interface) -> str:
    """Return HTML of an author who is not trusted, and report what of it will not be there."""
    html, frames = linked_frames(html, interface)
    for tag, place in frames:
        cure = "only trusted content may embed it; a plain link says the same"
        report.warn(tag, f"an <iframe> is shown as a link to {place}", cure)
    for name in sorted({match.lower() for match in _LEFT_OUT.findall(html)}):
        if name == "svg":
            cure = "put it into a file, and show that as an image"
            report.warn_once(html[:200], "an <svg> within the text is left out", cure)
        else:
            report.find(html[:200], f"<{name}> is left out", "only trusted content may use it")
    closed = html.lower()
    html = _SWALLOWING.sub(lambda match: "<" if f"</{match[1].lower()}" in closed else "&lt;", html)
    return _HEADING_TAG.sub(r"\1h2", html)
