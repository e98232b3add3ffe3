"""What a site's own settings put on every page: the words below it, and the faces of its authors.

Targets are written as in a note at the top of the site, where the settings' file lies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.content.links import resolve
from canopy.content.values import FrontMatter, Page, Source
from canopy.problem import Problem, Severity
from canopy.render.jobs import FragmentRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from canopy.content.values import Site
    from canopy.render.fragment import Fragment

SETTINGS = "canopy.toml"
MOST_PARAGRAPHS = 10
_BETWEEN = re.compile(r"\n[ \t]*\n\s*")


def footer_wanted(site: Site, *, trusted: bool) -> tuple[FragmentRequest, ...]:
    """Return the paragraphs of the footer, each to be rendered as a line of markdown."""
    paragraphs = [part.strip() for part in _BETWEEN.split(site.settings.footer.strip())]
    return tuple(FragmentRequest(text, trusted, inline=True) for text in paragraphs[:MOST_PARAGRAPHS] if text)


def footer_html(fragments: tuple[Fragment, ...], html: Callable[[Page, Fragment], str], site: Site) -> str:
    """Return the footer's HTML; `html` fills links in, as they are written on a page."""
    page = _top(site)
    return "".join(f"<p>{html(page, fragment)}</p>" for fragment in fragments)


def footer_problems(fragments: tuple[Fragment, ...], site: Site) -> tuple[Problem, ...]:
    """Return a problem for each link of the footer that leads nowhere."""
    page = _top(site)
    lost = [t for found in fragments for t in found.links if resolve(site, page, t).kind == "broken"]
    return tuple(
        Problem(
            page.source.path,
            0,
            f"the footer's link to {target[:200]!r} leads nowhere",
            "correct the target, or add the file it means",
            Severity.WARNING,
        )
        for target in dict.fromkeys(lost)
    )


def portrait_url(site: Site, avatar: str) -> str:
    """Return the URL of a picture of the repository, or of one elsewhere; empty where there is none."""
    found = resolve(site, _top(site), avatar) if avatar else None
    if found is None:
        return ""
    if found.kind == "internal":
        return site.url(found.path)
    return found.path if found.path.startswith(("https://", "http://")) else ""


def _top(site: Site) -> Page:
    """Return what stands for the settings' file where links are resolved."""
    path = f"{site.root}/{SETTINGS}" if site.root else SETTINGS
    source = Source(path, "", FrontMatter(), b"", 0, 1, "", "")
    return Page(source, "/", "/", "", (), (), None, None, None)
