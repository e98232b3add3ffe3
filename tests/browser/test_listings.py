"""The lists of a site in Chromium: for everybody, on a phone and on a desk; contents that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from notepads import Notepad, notepad

from browser.test_pages import DESK, PHONE, WATCH_SHIFTS, everybody, look

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser


def post(number: int) -> str:
    """Return a post of a series."""
    return (
        f"---\ntitle: Post {number} with a title that takes a second line on every telephone\n"
        f"date: {2014 + number // 4}-0{1 + number % 9}-03\n"
        f"author: {('Hannes', 'Mindy Preston')[number % 2]}\n"
        f"categories: [Field notes]\nseries: A long walk\ntags: [tea, camel]\n---\n"
        + "\n\n".join(f"## Part {n}\n\n" + "Words about the clock of a camel. " * 60 for n in range(6))
    )


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    files: dict[str, str | bytes] = {f"posts/p{n:02}.md": post(n) for n in range(24)}
    files |= {f"wiki/{folder}/{n}.md": f"# {folder} {n}\n\nText.\n" for folder in "abc" for n in range(3)}
    files["wiki/index.md"] = "# The wiki\n\nBy topic.\n"
    with notepad(tmp_path_factory.mktemp("lists"), files, "--per-page", "5") as made:
        yield made


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/page/2",
        "/posts/page/1",
        "/archive",
        "/archive/2016",
        "/authors",
        "/authors/hannes",
        "/categories/field-notes",
        "/series",
        "/series/a-long-walk",
        "/series/a-long-walk/page/2",
        "/posts/p07",
        "/wiki",
    ],
)
def test_everybody_can_read_the_lists(shelf: Notepad, reader: Any, path: str) -> None:
    """axe-core finds nothing, no page is wider than a phone, and none breaks its own policy."""
    context = reader()
    tab = context.new_page()
    assert everybody(tab, shelf.server.url + path) == []
    tab.set_viewport_size({"width": 320, "height": 700})
    tab.wait_for_function("() => innerWidth === 320 && document.documentElement.scrollWidth <= 320")
    assert context.complaints == []


def test_one_walks_through_a_list_and_through_a_series(shelf: Notepad, reader: Any) -> None:
    """Without JavaScript: older, older, newer; then from part to part."""
    tab = reader(java_script_enabled=False, viewport=PHONE).new_page()
    tab.goto(shelf.server.url + "/posts")
    tab.click(".pager >> text=Older")
    assert tab.url.endswith("/posts/page/3")
    tab.click(".pager >> text=Older")
    tab.click(".pager >> text=Newer")
    assert tab.url.endswith("/posts/page/3")
    assert tab.inner_text(".pager [aria-current]") == "3"
    tab.goto(shelf.server.url + "/series/a-long-walk")
    tab.click(".entry a >> nth=0")
    assert "Part 1 of 24 of A long walk" in tab.inner_text(".facts")
    tab.click("text=Next part")
    assert "Part 2 of 24" in tab.inner_text(".facts")


def test_the_contents_follow_the_reader(shelf: Notepad, reader: Any) -> None:
    """Beside the text they stay in view and mark the passage that is read; nothing moves by itself."""
    tab = reader(viewport=DESK).new_page()
    tab.add_init_script(WATCH_SHIFTS)
    look(tab, shelf.server.url + "/posts/p07")
    tab.wait_for_selector(".toc details[open]")
    assert tab.locator(".toc a[aria-current]").count() == 0
    tab.locator("#part-3").evaluate("heading => heading.scrollIntoView({ behavior: 'instant' })")
    tab.wait_for_selector(".toc a[aria-current=location] >> text=Part 3")
    assert 0 <= tab.locator(".toc").bounding_box()["y"] < 200
    assert tab.evaluate("window.shift") < 0.01
