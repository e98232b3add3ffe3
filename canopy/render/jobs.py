"""What the worker processes are asked to do: plain values in, plain values out, nothing that raises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.dialects import PLAIN, Idiom
from canopy.render.feed import atom
from canopy.render.jsonfeed import json_feed
from canopy.render.markdown import render_inline, render_markdown
from canopy.render.representation import encode
from canopy.render.rss import rss
from canopy.render.theme import Theme

if TYPE_CHECKING:
    from canopy.render.feed import Feed
    from canopy.render.fragment import Fragment
    from canopy.render.representation import Body
    from canopy.render.views import View

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"
FEED_TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
"""The forms of a feed and their media types."""
_FEED_WRITERS = {"atom": atom, "rss": rss, "json": json_feed}


@dataclass(frozen=True, slots=True)
class FragmentRequest:
    """One text to be rendered. Equal requests have equal fragments."""

    text: str
    trusted: bool = False
    inline: bool = False
    language: str = "en"
    """That the interface follows: a text has words of ours in it, as on the way back from a footnote."""
    idiom: Idiom = PLAIN


def render_fragments(requests: tuple[FragmentRequest, ...]) -> tuple[Fragment, ...]:
    """Render several texts, each on its own, in their order."""
    return tuple(_render(request) for request in requests)


def _render(request: FragmentRequest) -> Fragment:
    if request.inline:
        return render_inline(request.text, request.idiom, trusted=request.trusted)
    return render_markdown(request.text, request.idiom, trusted=request.trusted, language=request.language)


def render_view(view: View) -> Body:
    """Render a page with the theme, and compress it."""
    return encode(Theme.default().render(view).encode(), HTML)


def render_feed(feed: Feed, form: str) -> Body:
    """Write a feed in one of the forms of `FEED_TYPES`, and compress it."""
    return encode(_FEED_WRITERS[form](feed), FEED_TYPES[form])
