"""Headings as the table of contents shows them: their marks stay, what leads elsewhere does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistune import BlockState, HTMLRenderer

from canopy.render.math import mathml
from canopy.render.plain import escape

if TYPE_CHECKING:
    from collections.abc import Iterable


def title_of(tokens: Iterable[dict[str, Any]], state: BlockState) -> str:
    """Return the HTML of a heading's tokens, to be sanitised, without links, images and raw HTML."""
    return _Titles(escape=False).render_tokens(tokens, state).strip()


class _Titles(HTMLRenderer):
    def link(self, text: str, url: str, title: str | None = None, css: str = "") -> str:  # noqa: ARG002
        return text

    def image(self, text: str, url: str, title: str | None = None, **_: str) -> str:  # noqa: ARG002
        return text

    def abbr(self, text: str, title: str) -> str:  # noqa: ARG002
        return text

    def span_attributes(self) -> str:
        return ""

    def softbreak(self) -> str:
        return " "

    def linebreak(self) -> str:
        return " "

    def inline_html(self, html: str) -> str:  # noqa: ARG002
        return ""

    def footnote_ref(self, key: str, index: int) -> str:  # noqa: ARG002
        return ""

    def strikethrough(self, text: str) -> str:
        return f"<del>{text}</del>"

    def mark(self, text: str) -> str:
        return f"<mark>{text}</mark>"

    def math(self, formula: str, *, display: bool) -> str:  # noqa: ARG002
        try:
            return mathml(formula, display=False)
        except ValueError:
            return f"<code>{escape(formula)}</code>"
