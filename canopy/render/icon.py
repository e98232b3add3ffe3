"""The icon that a repository brings for its site."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canopy.content.values import Site

_ICONS = (
    "/favicon.svg",
    "/favicon.png",
    "/favicon.ico",
    "/static/favicon.svg",
    "/static/favicon.png",
    "/static/favicon.ico",
)


def own_icon(site: Site) -> tuple[str, str]:
    """Return path and media type of the repository's own icon; empty if it has none."""
    for path in _ICONS:
        if (asset := site.assets.get(path)) is not None:
            return path, asset.media_type
    return "", ""
