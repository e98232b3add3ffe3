"""What the worker processes are asked to do: plain values in, plain values out, nothing that raises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from canopy.content.dialects import PLAIN, Idiom
from canopy.render.feed import atom
from canopy.render.jsonfeed import json_feed
from canopy.render.markdown import render_inline, render_markdown
from canopy.render.representation import encode
from canopy.render.rss import rss
from canopy.render.theme import Theme, default_assets
from canopy.render.themed import Failure, OwnTemplates, Themed

if TYPE_CHECKING:
    from collections.abc import Callable

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


_KEPT = 2
"""Themes of repositories that a worker knows: the one that is published, and one that is reviewed."""
_MAIN = re.compile(r"<main\b[^>]*\bid=[\"']?_main\b")
_themes: dict[str, Themed | Failure] = {}


@dataclass(frozen=True, slots=True)
class Job:
    """Work for a worker: a top-level function of this room and its arguments."""

    function: Callable[..., Any]
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A page that a repository's templates made."""

    body: Body
    missing: tuple[str, ...]
    """What it lacks to follow the notes."""


@dataclass(frozen=True, slots=True)
class FragmentRequest:
    """One text to be rendered. Equal requests have equal fragments."""

    text: str
    trusted: bool = False
    inline: bool = False
    language: str = "en"
    """That the interface follows: a text has words of ours in it, as on the way back from a footnote."""
    idiom: Idiom = PLAIN
    quoted: bool = False
    """Shown within another page, whose places are not its own."""


def render_fragments(requests: tuple[FragmentRequest, ...]) -> tuple[Fragment, ...]:
    """Render several texts, each on its own, in their order."""
    return tuple(_render(request) for request in requests)


def _render(request: FragmentRequest) -> Fragment:
    if request.inline:
        return render_inline(request.text, request.idiom, trusted=request.trusted)
    return render_markdown(
        request.text,
        request.idiom,
        trusted=request.trusted,
        language=request.language,
        quoted=request.quoted,
    )


def render_view(view: View) -> Body:
    """Render a page with the theme, and compress it."""
    return encode(Theme.default().render(view).encode(), HTML)


def render_own_view(view: View, key: str, own: OwnTemplates | None = None) -> OwnPage | Failure | None:
    """Render a page with the templates of a repository; None if this worker has to be told those first."""
    themed = _themed(key, own)
    if themed is None or isinstance(themed, Failure):
        return themed
    html = themed.render(view)
    if isinstance(html, Failure):
        return html
    try:
        return OwnPage(encode(html.encode(), HTML), _missing(html))
    except UnicodeEncodeError:
        return Failure("", 0, "the page is not Unicode text", "look for \\ud800 to \\udfff in the templates")


def inspect_templates(own: OwnTemplates) -> tuple[Failure, ...]:
    """Find what is wrong with the templates of a repository before any page is shown with them."""
    themed = _themed(own.key, own)
    return (themed,) if isinstance(themed, Failure) else tuple(themed.failures) if themed else ()


def _themed(key: str, own: OwnTemplates | None) -> Themed | Failure | None:
    found = _themes.get(key)
    if found is None and own is not None:
        found = _themes[key] = Themed.load(own)
        while len(_themes) > _KEPT:
            del _themes[next(iter(_themes))]
    return found


def _missing(html: str) -> tuple[str, ...]:
    script = default_assets()["canopy.js"].path
    return tuple(
        what
        for what, there in (('<main id="_main">', _MAIN.search(html)), ("canopy.js", script in html))
        if not there
    )


def render_feed(feed: Feed, form: str) -> Body:
    """Write a feed in one of the forms of `FEED_TYPES`, and compress it."""
    return encode(_FEED_WRITERS[form](feed), FEED_TYPES[form])
