"""A text as it is: what is shown when its markdown could not be rendered within its budget. Linear."""

from __future__ import annotations

import re

from canopy.render.fragment import Fragment

# Control characters have no meaning in HTML and are not allowed in XML; NUL is U+FFFD by CommonMark 2.3.
_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")


def tidy(text: str) -> str:
    """Return the text with line feeds only, and without the characters that HTML and XML refuse."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    # Half of a surrogate pair cannot be encoded; decoding a file never makes one, but a caller may.
    text = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
    return _CONTROLS.sub("", text)


def escape(text: str) -> str:
    """Return the text as HTML, for an element or a double-quoted attribute."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def render_plain(text: str, *findings: tuple[int, str, str]) -> Fragment:
    """Return the source of a text as a fragment without links."""
    html = f'<pre class="plain" tabindex="0">{escape(tidy(text))}</pre>\n'
    return Fragment(parts=(html,), links=(), findings=findings)
