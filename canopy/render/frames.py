"""Frames of other sites in sanitised content: a plain link to what the frame would have shown."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from canopy.render.plain import escape

if TYPE_CHECKING:
    from canopy.render.interface import Interface

# A tag ends before the next `<`, and so does what a frame holds for browsers without frames: linear.
_FRAME = re.compile(r"<iframe\b([^<>]{1,4000})>(?:[^<]{0,2000}</iframe\s*>)?", re.IGNORECASE)
_END = re.compile(r"</iframe\s*>", re.IGNORECASE)
_SOURCE = re.compile(r"(?:\A|\s)src\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_EMBEDDED = re.compile(r"/(?:embed|v)/([\w-]{6,20})\Z")
_VIDEOS = frozenset({"youtube.com", "vimeo.com", "player.vimeo.com", "dailymotion.com", "tube.tchncs.de"})


def linked_frames(html: str, interface: Interface) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the HTML with links for frames, and (the frame's tag, where it leads) of each.

    A frame without an address that a link could lead to stays as it is.
    """
    if "<iframe" not in html and "iframe" not in html.lower():
        return html, ()
    found: list[tuple[str, str]] = []

    def linked(match: re.Match[str]) -> str:
        link = _link(match[1], interface)
        if link is None:
            return match[0]
        url, label, place = link
        found.append((match[0].partition("\n")[0][:200], place))
        return f'<a href="{escape(url)}">{label}</a>'

    html = _FRAME.sub(linked, html)
    # Of a frame within a sentence the parser passes the end by itself.
    bare = _END.sub("", html) if found or _END.fullmatch(html.strip()) else html
    return bare, tuple(found)


def _link(attributes: str, interface: Interface) -> tuple[str, str, str] | None:
    """Return the address, the words as HTML, and the place of a frame's link."""
    _ = interface.gettext
    source = _SOURCE.search(attributes)
    url = unescape(source[1] or source[2] or source[3] or "").strip() if source else ""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if not host:
        path = parts.path if not parts.scheme and parts.path else ""
        return (url, _("Open %(place)s", place=path), path) if path else None
    if parts.scheme not in ("", "http", "https"):
        return None
    if host in ("youtube.com", "youtube-nocookie.com") and (video := _EMBEDDED.match(parts.path)):
        host = "youtube.com"
        return f"https://www.youtube.com/watch?v={video[1]}", _("Watch on %(place)s", place=host), host
    watched = host in _VIDEOS
    return url, _("Watch on %(place)s", place=host) if watched else _("Open %(place)s", place=host), host
