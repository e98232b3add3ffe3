"""Diagrams in Chromium: drawn in a frame that reaches nothing, in place of their sources where that works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from integration.test_export import served
from notepads import Notepad, notepad
from running import canopy, repository

from browser.axe import violations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

FLOW = "```mermaid\nflowchart LR\n  accTitle: From push to page\n  A[push] --> B[page]\n```\n"
WRONG = "```mermaid\nflowchart LR\n  A --> --> [\n```\n"
HOSTILE = """```mermaid
%%{init: {"securityLevel": "loose", "htmlLabels": true}}%%
flowchart LR
  A["<img src=x onerror=parent.document.title='owned'><script>alert(1)</script>"] --> B[link]
  click B "javascript:alert(2)"
  click A call alert(3)
```
"""
NOTES: dict[str, str | bytes] = {
    "flow.md": f"# Flow\n\nBefore.\n\n{FLOW}\nAfter.\n",
    "wrong.md": f"# Wrong\n\n{WRONG}",
    "hostile.md": f"# Hostile\n\n{HOSTILE}",
    "far.md": "# Far\n\n" + "Words.\n\n" * 200 + FLOW,
    "plain.md": "# Plain\n\n```python\nx = 1\n```\n",
}
DRAWN = ".highlight.drawn > iframe"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    with notepad(tmp_path_factory.mktemp("diagrams"), NOTES, "--mermaid") as made:
        yield made


def frame_of(tab: Any) -> Any:
    """Return the frame of the first diagram, once it is drawn."""
    return tab.wait_for_selector(DRAWN).content_frame()


def words(frame: Any) -> list[str]:
    """Return what is written in the nodes of a drawing."""
    return [node.text_content().strip() for node in frame.query_selector_all(".node .nodeLabel")]


def test_a_source_becomes_a_drawing_with_its_name(book: Notepad, reader: Any) -> None:
    """There is an SVG in a frame that is as high as it, and no policy was in the way."""
    context = reader()
    tab = context.new_page()
    tab.goto(book.server.url + "/flow")
    frame = frame_of(tab)
    assert words(frame) == ["push", "page"]
    box = tab.query_selector(DRAWN)
    assert box.get_attribute("title") == "From push to page"
    assert box.get_attribute("sandbox") == "allow-scripts"
    assert box.bounding_box()["height"] == frame.evaluate("document.querySelector('svg').clientHeight")
    assert not tab.is_visible(".highlight pre")
    assert context.complaints == []
    assert violations(tab) == []


def test_it_follows_the_scheme_and_leaves_paper_to_the_source(book: Notepad, reader: Any) -> None:
    """By night it is drawn anew; in print its source is there, as it is without JavaScript."""
    tab = reader(color_scheme="light").new_page()
    tab.goto(book.server.url + "/flow")
    ink = "getComputedStyle(document.querySelector('.nodeLabel p, .nodeLabel')).color"
    frame = frame_of(tab)
    assert frame.evaluate(ink) == "rgb(31, 30, 27)"
    tab.emulate_media(color_scheme="dark")
    frame.wait_for_function(f"() => {ink} === 'rgb(228, 225, 217)'")
    tab.emulate_media(media="print")
    assert tab.is_visible(".highlight pre")
    assert not tab.is_visible(DRAWN)
    scriptless = reader(java_script_enabled=False).new_page()
    scriptless.goto(book.server.url + "/flow")
    assert scriptless.is_visible(".highlight pre")


def test_a_wrong_one_stays_what_it_is(book: Notepad, reader: Any) -> None:
    """Its source with the reason below, and no frame."""
    tab = reader().new_page()
    tab.goto(book.server.url + "/wrong")
    assert "line 2" in tab.wait_for_selector(".undrawn").inner_text()
    assert tab.is_visible(".highlight pre")
    assert tab.query_selector("iframe") is None
    assert violations(tab) == []


def test_nothing_in_it_reaches_the_site(book: Notepad, reader: Any) -> None:
    """Labels of HTML, scripts, clicks: no dialog, no change of the page, no origin, no way out."""
    context = reader()
    tab = context.new_page()
    said: list[str] = []
    tab.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    tab.goto(book.server.url + "/hostile")
    frame = frame_of(tab)
    for node in frame.query_selector_all(".node, a"):
        node.click(force=True)
    tab.wait_for_timeout(500)
    assert said == []
    assert tab.title().startswith("Hostile")
    assert frame.query_selector("script:not([nonce]), [onerror], a[href^='javascript:']") is None
    assert frame.evaluate("origin") == "null"
    reached = "fetch('/').then(() => 'reached', () => 'refused')"
    assert frame.evaluate(reached) == "refused"
    assert frame.evaluate(
        "(() => { try { return parent.document.title } catch (e) { return e.name } })()"
    ) == ("SecurityError")


def test_only_who_comes_near_one_loads_it(book: Notepad, reader: Any) -> None:
    """A page without diagrams loads nothing of it, one with a diagram far below does so when it is near."""
    tab = reader().new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(book.server.url + "/plain")
    tab.wait_for_timeout(500)
    assert not any("diagram" in url or "mermaid" in url for url in asked)
    tab.goto(book.server.url + "/far")
    tab.wait_for_timeout(500)
    assert not any("mermaid" in url for url in asked)
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    frame_of(tab)
    assert any("mermaid" in url for url in asked)


def test_a_push_changes_one_and_leaves_the_other(book: Notepad, reader: Any) -> None:
    """What is drawn stays drawn while the text around it changes; a source that changes is drawn anew."""
    book.push({"live.md": f"# Live\n\nOne.\n\n{FLOW}"})
    tab = reader().new_page()
    tab.goto(book.server.url + "/live")
    frame_of(tab).evaluate("window.same = true")
    book.push({"live.md": f"# Live\n\nTwo.\n\n{FLOW}"})
    tab.wait_for_selector("p:text('Two.')")
    assert frame_of(tab).evaluate("window.same")
    book.push({"live.md": f"# Live\n\nTwo.\n\n{FLOW.replace('[page]', '[reader]')}"})
    tab.wait_for_function("() => document.querySelector('.highlight pre').textContent.includes('reader')")
    frame = frame_of(tab)
    assert words(frame) == ["push", "reader"]


def test_an_export_has_them_below_a_path_too(tmp_path: Path, reader: Any) -> None:
    """The frame's document and its scripts are among the files, and are found wherever the site is."""
    notes = repository(tmp_path / "notes", {"index.md": f"# Flow\n\n{FLOW}"})
    options = ["--data", str(tmp_path / "data"), "--base-url", "http://example.org/deep", "--mermaid"]
    done = canopy("export", str(tmp_path / "out" / "deep"), f"{notes}#main", *options)
    assert done.returncode == 0, done.stderr
    assert " 0 broken" in done.stderr
    with served(tmp_path / "out") as port:
        tab = reader().new_page()
        tab.goto(f"http://127.0.0.1:{port}/deep/")
        assert words(frame_of(tab)) == ["push", "page"]
