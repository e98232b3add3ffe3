"""An export in Chromium, from a web server that knows nothing of Canopy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from integration.test_export import served
from running import canopy, repository

from browser.axe import violations

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser

FILES: dict[str, str | bytes] = {
    "index.md": "---\ntitle: Notes\n---\nHello, see [the oak](trees/oak.md).\n",
    "trees/oak.md": "---\ntitle: The oak\ntags: hardwood\n---\n\n## Its acorns\n\nFound by jays in autumn.\n",
    "trees/birch.md": "---\ntitle: The birch\n---\nA pioneer; its bark is white.\n",
    "trees/été.md": "---\ntitle: Un été\n---\nSous les chênes.\n",
}

ASKED: list[str] = []
"""What the server was asked for."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("export")
    notes = repository(folder / "notes", FILES)
    done = canopy("export", str(folder / "site"), f"{notes}#main", "--data", str(folder / "data"))
    assert done.returncode == 0, done.stderr
    ASKED.clear()
    with served(folder / "site", ASKED) as port:
        yield f"http://127.0.0.1:{port}"


def test_one_reads_and_nobody_is_asked_for_news_for_ever(site: str, reader: Any) -> None:
    """The page is as it was designed; that there is no stream of events is found out once."""
    context = reader()
    tab = context.new_page()
    tab.goto(site + "/trees/oak")
    assert tab.inner_text("h1") == "The oak"
    assert tab.evaluate("getComputedStyle(document.querySelector('.prose')).fontSize") != "16px"
    # After a failure, it would be tried again within three seconds.
    tab.wait_for_timeout(6_000)
    assert (ASKED.count("/-/events"), ASKED.count("/-/live")) == (1, 1)
    tab.click("text=Notes")
    assert tab.inner_text("h1") == "Notes"
    assert context.complaints == []


def test_one_finds_as_one_types(site: str, reader: Any) -> None:
    """The browser searches by itself: words, unfinished ones, tags, and without accents."""
    context = reader()
    tab = context.new_page()
    tab.goto(site + "/")
    tab.focus("header input[type=search]")
    for words, title in (
        ("jays", "The oak"),
        ("hardw", "The oak"),
        ("white bark", "The birch"),
        ("ete", "Un été"),
    ):
        tab.fill("header input[type=search]", words)
        tab.wait_for_function(
            "title => [...document.querySelectorAll('[role=option] b')].some(b => b.textContent === title)",
            arg=title,
        )
    tab.fill("header input[type=search]", "nothingofthekind")
    tab.wait_for_function("() => !document.querySelector('[role=option]')")
    assert context.complaints == []


def test_a_search_has_a_page_of_its_own(site: str, reader: Any) -> None:
    """Also where a link or the browser's own field leads; for everybody, and told if it cannot be."""
    context = reader()
    tab = context.new_page()
    tab.goto(site + "/-/search?q=pioneer")
    tab.wait_for_selector("#_shelf article")
    assert tab.inner_text("#_shelf h2") == "The birch"
    assert "pioneer" in tab.inner_text("#_shelf mark")
    assert tab.input_value("main input[type=search]") == "pioneer"
    assert violations(tab) == []
    tab.click("#_shelf a")
    assert tab.inner_text("h1") == "The birch"
    plain = reader(java_script_enabled=False).new_page()
    plain.goto(site + "/-/search?q=pioneer")
    assert "needs JavaScript" in plain.inner_text("main")
