"""Every kind of page in Chromium, from a real server: for everybody, by keyboard, scriptless, and hostile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from notepads import Notepad, notepad
from running import git, running, write
from unit.render.test_sanitise import XSS

from browser.axe import violations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SCRIPTED = b"""<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="document.title='owned'">
<script>document.documentElement.setAttribute('data-owned', 'yes'); alert(1)</script></svg>"""
STARTER = (
    "/",
    "/guide/writing",
    "/guide/publishing",
    "/guide/front-matter",
    "/notes/why-git",
    "/guide",
    "/tags",
)
WATCH_SHIFTS = """
  window.shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shift += entry.value)))
    .observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    files: dict[str, str | bytes] = {
        "hostile.md": "# Hostile\n\n" + "\n\n".join(XSS),
        "hostile-html.md": "---\ntitle: More\n---\n"
        + "\n".join(text for text in XSS if text.startswith("<")),
        "drawing.svg": SCRIPTED,
        "troubled.md": "---\ntitle: [broken\n---\n\n[lost](nowhere.md)\n",
    }
    with notepad(tmp_path_factory.mktemp("pages"), files, keep=True) as made:
        yield made


def look(tab: Any, url: str) -> None:
    """Open a page and let it finish."""
    tab.goto(url, wait_until="load")
    tab.evaluate("document.fonts.ready")


def everybody(tab: Any, url: str) -> list[str]:
    """Return what axe-core finds on a page: by day and by night, on a phone and on a desk."""
    found: list[str] = []
    look(tab, url)
    for size in (PHONE, DESK):
        tab.set_viewport_size(size)
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme)
            found += violations(tab)
    return found


class TestEverybodyCanRead:
    @pytest.mark.parametrize(
        "path", ["/guide/writing", "/guide", "/tags", "/tags/guide", "/no-such-page", "/troubled"]
    )
    def test_what_is_written(self, book: Notepad, reader: Any, path: str) -> None:
        """axe-core finds nothing, and no page breaks its own Content-Security-Policy."""
        context = reader()
        assert everybody(context.new_page(), book.server.url + path) == []
        assert context.complaints == []

    def test_the_notice_of_a_page_that_is_gone(self, book: Notepad, reader: Any) -> None:
        """What live updates add to a page is as accessible as the page."""
        book.push({"going/going.md": "---\ntitle: Going\n---\nIt says this."})
        tab = reader().new_page()
        look(tab, book.server.url + "/going/going")
        book.push({"going/going.md": "---\ntitle: Going\n---\nIt says that."})
        tab.wait_for_selector(".just-now")
        tab.wait_for_selector(".fresh", state="detached")
        assert violations(tab) == []
        book.push(delete="going/going.md")
        tab.wait_for_selector(".notice")
        tab.wait_for_function("() => !document.getAnimations().length")
        assert violations(tab) == []

    def test_an_empty_notepad_and_one_that_waits(self, tmp_path: Path, reader: Any) -> None:
        """The states before there is a page, and the page that comes by itself."""
        work = tmp_path / "work"
        git("init", "-q", "-b", "main", str(work))
        remote = tmp_path / "late.git"
        with running(str(remote), data=tmp_path / "data", ready=False) as server:
            context = reader()
            tab = context.new_page()
            assert everybody(tab, server.url) == []
            assert "Almost there" in tab.inner_text("h1")
            write(work, {"data.csv": "a,b\n"})
            git("add", "-A", cwd=work)
            git("commit", "-q", "-m", "No page yet", cwd=work)
            git("clone", "-q", "--bare", str(work), str(remote))
            tab.wait_for_function("() => document.querySelector('h1').innerText === 'Nothing written yet'")
            assert everybody(tab, server.url) == []
            assert "git clone" in tab.inner_text("main pre")
            assert context.complaints == []

    def test_nothing_jumps_while_a_page_loads(self, book: Notepad, reader: Any) -> None:
        """On a phone, the starter's pages shift by less than 0.05 in all."""
        context = reader(viewport=PHONE)
        context.add_init_script(WATCH_SHIFTS)
        tab = context.new_page()
        shifts = {}
        for path in STARTER:
            look(tab, book.server.url + path)
            tab.wait_for_timeout(150)
            shifts[path] = tab.evaluate("window.shift")
        assert {path: shift for path, shift in shifts.items() if shift > 0.05} == {}

    def test_long_contents_push_nothing_apart(self, book: Notepad, reader: Any) -> None:
        """On a desk, what stands above the text is as high as its words, also with a box of findings."""
        tab = reader(viewport={"width": 1280, "height": 2000}).new_page()
        look(tab, book.server.url + "/guide/writing")
        high = "document.querySelector('.opening').offsetHeight"
        before = tab.evaluate(high)
        tab.evaluate(
            """() => {
              document.querySelector('.contained').insertAdjacentHTML('afterbegin', '<p class=findings>x');
              document.querySelector('.prose').replaceChildren('short');
              document.querySelectorAll('.toc li').forEach((item) => item.append(item.cloneNode(true)));
            }"""
        )
        assert tab.evaluate(high) == before
        assert tab.evaluate("document.querySelector('.findings').offsetHeight") < 80


class TestWithoutScript:
    def test_an_article_is_whole(self, book: Notepad, reader: Any) -> None:
        """Text, code, contents and neighbours are there; what needs a script isn't."""
        tab = reader(java_script_enabled=False).new_page()
        tab.goto(book.server.url + "/guide/writing")
        assert tab.inner_text("h1") == "Writing"
        assert tab.locator(".prose pre").first.is_visible()
        assert tab.locator(".toc a").count() > 3
        assert tab.locator(".copy, .just-now, .notice, [role=status]").count() == 0


class TestByKeyboard:
    def test_the_first_stop_leads_past_the_masthead(self, book: Notepad, reader: Any) -> None:
        """The skip link shows itself when it has the focus, and leads to the text."""
        tab = reader(viewport=DESK).new_page()
        look(tab, book.server.url + "/guide/writing")
        tab.keyboard.press("Tab")
        skip = tab.locator(".skip")
        assert skip.evaluate("link => link === document.activeElement")
        assert skip.bounding_box()["height"] > 24
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "_main"

    def test_every_stop_is_seen_and_code_can_be_copied(self, book: Notepad, reader: Any) -> None:
        """Each focused element has an outline, and the button to copy is one of them."""
        context = reader(viewport=DESK)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        tab = context.new_page()
        look(tab, book.server.url + "/")
        seen: list[str] = []
        for _ in range(40):
            tab.keyboard.press("Tab")
            name, outline, opacity = tab.evaluate(
                """() => {
                  const style = getComputedStyle(document.activeElement);
                  return [document.activeElement.className, style.outlineStyle, style.opacity];
                }"""
            )
            assert outline != "none", seen
            seen.append(name)
            if name == "copy":
                break
        assert seen[-1] == "copy"
        assert opacity == "1"
        tab.keyboard.press("Enter")
        tab.wait_for_function("() => document.activeElement.innerText === 'Copied'")
        copied = tab.evaluate("navigator.clipboard.readText()")
        assert "git clone" in copied
        assert "$" not in copied


class TestHostileNotes:
    @pytest.mark.parametrize("path", ["/hostile", "/hostile-html"])
    def test_run_nothing(self, book: Notepad, reader: Any, path: str) -> None:
        """The corpus of attacks opens no dialog, and nothing is left that the policy would have to stop."""
        context = reader()
        tab = context.new_page()
        dialogs: list[str] = []
        tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        look(tab, book.server.url + path)
        for link in tab.locator(".prose a:not([href^='http']):not([href^='mailto'])").all()[:20]:
            link.evaluate("link => link.addEventListener('click', (event) => event.preventDefault())")
            link.dispatch_event("click")
        tab.wait_for_timeout(200)
        assert dialogs == []
        assert context.complaints == []

    def test_a_drawing_with_a_script_is_only_a_drawing(self, book: Notepad, reader: Any) -> None:
        """Opened by itself, an SVG of the repository runs nothing."""
        tab = reader().new_page()
        dialogs: list[str] = []
        tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        tab.goto(book.server.url + "/drawing.svg")
        tab.wait_for_timeout(200)
        assert tab.evaluate("document.documentElement.getAttribute('data-owned')") is None
        assert tab.title() != "owned"
        assert dialogs == []
