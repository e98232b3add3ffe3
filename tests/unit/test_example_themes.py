"""The two themes that the manual tells of: whole sites, shown without fault."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import markup
import pytest
from printing import drive
from snapshots import snapshot_of_folder

from canopy.content.site import build
from canopy.content.values import SiteOptions
from canopy.render.options import RenderOptions
from canopy.render.press import Press

if TYPE_CHECKING:
    from canopy.render.edition import Edition

SITES = Path(__file__).parents[1] / "sites"
EXAMPLES = ("theme-zine", "theme-handbook")
_LOADED = r'<(?:img|script|link rel="(?:stylesheet|icon|preload)")[^>]*?(?:src|href)="([^"]+)"'
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def published(name: str) -> tuple[Press, Edition, dict[str, str]]:
    """Return an example with the HTML of each of its pages."""
    press = Press(memory=10_000_000, options=RenderOptions(theme="templates"))
    edition = press.edition(build(snapshot_of_folder(SITES / name / "repository"), SiteOptions()), NOW)
    drive(press.inspect(edition))
    paths = dict.fromkeys(["/", *edition.site.pages, *edition.outline.listings.addresses()])
    return press, edition, {path: drive(press.print(edition, path)).identity.body.decode() for path in paths}


@pytest.mark.parametrize("name", EXAMPLES)
def test_has_no_problem(name: str) -> None:
    """Neither the notes nor the theme: every page is shown as its templates say."""
    _, edition, pages = published(name)
    assert edition.problems == ()
    assert len(pages) > 8
    for path, html in pages.items():
        assert markup.read(html).faults == [], path
        assert edition.look.style in html, path


@pytest.mark.parametrize("name", EXAMPLES)
def test_asks_nobody_else(name: str) -> None:
    """All that a page loads is the site's own."""
    press, edition, pages = published(name)
    for html in pages.values():
        loaded = re.findall(_LOADED, html)
        assert [url for url in loaded if not url.startswith("/")] == []
    sheet = drive(press.print(edition, edition.look.style)).identity.body.decode()
    assert re.findall(r"url\((?!/-/assets/site/)", sheet) == []


def test_the_zine_is_a_style_sheet_alone() -> None:
    """It looks the same where templates are not allowed."""
    _, edition, _ = published("theme-zine")
    assert edition.look.templates is None


def test_the_handbook_shows_where_one_is() -> None:
    """The section that is read is open beside the text, in its order, with the page marked."""
    _, _, pages = published("theme-handbook")
    tree = pages["/start/install"].partition('<nav class="tree"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', tree) == [
        "/start",
        "/start/install",
        "/start/first-light",
        "/operate",
        "/reference",
    ]
    assert '<a href="/start/install" aria-current="page"' in tree
    assert '<a href="/operate" aria-current="page"' in pages["/operate"]
