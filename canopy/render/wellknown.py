"""Small files that programs ask for at fixed addresses: `robots.txt`, `favicon.ico`, `security.txt`.

A repository's own is always stronger, also one that lies in its `static` folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.render.documents import Document
from canopy.render.inputs import Inputs
from canopy.render.representation import encode
from canopy.render.sitemap import SITEMAP
from canopy.render.theme import default_assets

if TYPE_CHECKING:
    from canopy.content.values import Site
    from canopy.render.pages import Outline
    from canopy.render.representation import Body

ROBOTS = "/robots.txt"
FAVICON = "/favicon.ico"
_TEXT = "text/plain; charset=utf-8"
_ICON = "favicon.svg"
_KEPT_ELSEWHERE = {
    ROBOTS: ("/static/robots.txt",),
    FAVICON: ("/static/favicon.ico", "/favicon.png", "/favicon.svg", "/static/favicon.png"),
    SITEMAP: ("/static/sitemap.xml",),
    "/.well-known/security.txt": ("/security.txt", "/static/.well-known/security.txt"),
    "/apple-touch-icon.png": ("/static/apple-touch-icon.png",),
}
WELL_KNOWN = tuple(_KEPT_ELSEWHERE)


def find_wellknown(outline: Outline, path: str) -> Document | None:
    """Return our own `robots.txt` or icon, if that is what is at `path`."""
    site, hidden = outline.site, outline.options.hidden
    if kept_elsewhere(site, path) is not None:
        return None
    if path == ROBOTS:
        values = (site.base_url, site.base_path, hidden)
        return Document(_TEXT, lambda: Inputs((), values), lambda _: (render_robots, values))
    if path == FAVICON:
        icon = default_assets()[_ICON]
        file = (icon.data, icon.media_type)
        return Document(icon.media_type, lambda: Inputs((), file), lambda _: (encode, file))
    return None


def kept_elsewhere(site: Site, path: str) -> str | None:
    """Return the path at which the repository has the file that programs ask for at `path`."""
    return next((other for other in _KEPT_ELSEWHERE.get(path, ()) if other in site.assets), None)


def render_robots(base_url: str, base_path: str, hidden: tuple[str, ...]) -> Body:
    """Write what crawlers are asked to leave alone (RFC 9309), and where the sitemap is."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: {base_path}{path}" for path in hidden] or ["Disallow:"]
    lines += ["", f"Sitemap: {base_url.removesuffix('/')}{SITEMAP}"]
    return encode("\n".join(lines).encode() + b"\n", _TEXT)
