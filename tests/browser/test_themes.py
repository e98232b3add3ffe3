"""Themes of repositories in Chromium: the two examples, and a look that changes in open tabs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from notepads import Notepad, notepad
from running import git

from browser.axe import violations

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser

SITES = Path(__file__).parents[1] / "sites"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 900}
PAGES = {
    "theme-zine": ("/", "/the-line-along-the-river", "/night-ferry", "/walks"),
    "theme-handbook": ("/", "/start/install", "/reference/settings", "/operate"),
}
OURS = ("/tags", "/-/search?q=the", "/no-such-page")


def files_of(name: str) -> dict[str, str | bytes]:
    """Return the files of an example."""
    folder = SITES / name / "repository"
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module", params=PAGES)
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Serve an example; the paths to look at come with it."""
    folder = tmp_path_factory.mktemp(request.param)
    with notepad(folder, files_of(request.param), "--theme", "templates") as book:
        book.server.wait_for_search()
        yield book, (*PAGES[request.param], *OURS)


def test_everybody_can_read_them(example: tuple[Notepad, tuple[str, ...]], reader: Any) -> None:
    """axe-core finds nothing by day and by night, on a phone and on a desk; no page breaks its policy."""
    book, paths = example
    context = reader()
    tab = context.new_page()
    found = []
    for path in paths:
        tab.goto(book.server.url + path, wait_until="load")
        for size in (PHONE, DESK):
            tab.set_viewport_size(size)
            for scheme in ("light", "dark"):
                tab.emulate_media(color_scheme=scheme)
                found += [f"{path}, {size['width']}, {scheme}: {line}" for line in violations(tab)]
            assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (path, size)
    assert found == []
    assert context.complaints == []


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    """Serve a note to which each test gives a theme of its own."""
    files: dict[str, str | bytes] = {"note.md": "# A note\n\nText."}
    with notepad(tmp_path_factory.mktemp("themes"), files, "--theme", "templates") as made:
        yield made


@pytest.fixture
def themed(book: Notepad) -> Iterator[Notepad]:
    """Take the theme away when the test is over."""
    yield book
    git("rm", "-rqf", "--ignore-unmatch", "_theme", cwd=book.work)
    book.push()


def test_open_tabs_change_their_clothes(themed: Notepad, reader: Any) -> None:
    """A new style sheet is worn without a reload, and without a moment in which there is none."""
    themed.push({"_theme/style.css": "body { background: rgb(1, 2, 3) }"})
    tab = reader().new_page()
    tab.goto(themed.server.url + "/note", wait_until="load")
    colour = "getComputedStyle(document.body).backgroundColor"
    assert tab.evaluate(colour) == "rgb(1, 2, 3)"
    tab.evaluate("window.same = true")
    themed.push({"_theme/style.css": "body { background: rgb(4, 5, 6) }"})
    tab.wait_for_function(f"() => {colour} === 'rgb(4, 5, 6)'")
    tab.wait_for_function("() => document.querySelectorAll('head > link[rel=stylesheet]').length === 2")
    assert tab.evaluate("window.same") is True


def test_open_tabs_move_to_new_templates(themed: Notepad, reader: Any) -> None:
    """A part beside the text changes in place; where the page is built anew it is opened anew."""
    base = '{% extends "default/base.html" %}{% block beside %}AROUND{% endblock %}'
    themed.push({"_theme/templates/base.html": base.replace("AROUND", "<aside>One</aside>")})
    context = reader()
    tab = context.new_page()
    tab.goto(themed.server.url + "/note", wait_until="load")
    tab.evaluate("window.same = true")
    themed.push({"_theme/templates/base.html": base.replace("AROUND", "<aside>Two</aside>")})
    tab.wait_for_function("() => document.querySelector('aside')?.innerText === 'Two'")
    assert tab.evaluate("window.same") is True
    themed.push({"_theme/templates/base.html": base.replace("AROUND", "<nav><a href='/'>Three</a></nav>")})
    tab.wait_for_function("() => document.querySelector('body > nav')?.innerText === 'Three'")
    assert tab.evaluate("window.same") is None
    assert context.complaints == []


def test_a_template_has_no_script_run(themed: Notepad, reader: Any) -> None:
    """Neither in the page, nor in an attribute, nor from a file of the notes, whatever its name."""
    page = (
        '{% extends "default/article.html" %}{% block after %}'
        "<script>document.title = 'owned'</script>"
        "<img src=x onerror=\"document.title = 'owned'\">"
        '<script src="/evil.js"></script><script type="module" src="/evil.mjs"></script>'
        '<script src="/evil"></script><script src="/note.md"></script>'
        '<iframe srcdoc="<script>parent.document.title = 1</script>"></iframe>'
        '<svg><script href="/evil.js"></script></svg>'
        '<a id="go" href="javascript:document.title=1">x</a>{% endblock %}'
    )
    evil = "document.title = 'owned';"
    themed.push(
        {"_theme/templates/article.html": page, **dict.fromkeys(("evil.js", "evil.mjs", "evil"), evil)}
    )
    tab = reader().new_page()
    tab.goto(themed.server.url + "/note", wait_until="load")
    tab.click("#go")
    tab.wait_for_timeout(300)
    assert tab.title().startswith("A note")
    tab.goto(themed.server.url + "/evil.js", wait_until="load")
    assert tab.inner_text("body").strip() == evil
