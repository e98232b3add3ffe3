"""Searching in Chromium: as one types, by keyboard, without a script, and for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from notepads import Notepad, notepad

from browser.axe import violations

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
FILES: dict[str, str | bytes] = {
    "Posts/arp.md": "---\ntitle: Address <i>resolution\ntags: network\n---\nThe *cache* & <b>more</b>.\n",
    "Posts/tcp.md": "---\ntitle: Sliding windows\ntags: tcp\n---\nA window slides over the cache.\n",
    "Projects/x.md": "---\ntitle: Xylophone\n---\nOnly here: &lt;img src=x onerror=alert(1)&gt;\n",
    **{f"Many/{n}.md": f"---\ntitle: Note {n}\n---\nplenty of it, again and again\n" for n in range(40)},
}
FIELD = ".masthead input[type=search]"
OPTIONS = ".masthead [role=option]"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    with notepad(tmp_path_factory.mktemp("search"), FILES) as made:
        made.server.wait_for("/-/search.json?q=x")
        yield made


def typed(tab: Any, text: str) -> list[str]:
    """Type into the field that has the focus, and return the titles of what is shown."""
    tab.keyboard.type(text)
    tab.wait_for_selector(".found:not([hidden])")
    return tab.locator(".found:not([hidden]) [role=option] b").all_inner_texts()


def open_page(context: Any, book: Notepad, path: str = "/Posts/tcp") -> Any:
    tab = context.new_page()
    tab.goto(book.server.url + path, wait_until="load")
    return tab


def test_a_slash_leads_to_the_field_and_letters_to_pages(book: Notepad, reader: Any) -> None:
    """`/` focuses the field without being typed; results come as one types, arrows and Enter open one."""
    context = reader(viewport=DESK)
    tab = open_page(context, book)
    tab.keyboard.press("/")
    field = tab.locator(FIELD)
    assert field.evaluate("field => field === document.activeElement")
    assert set(typed(tab, "cach")) == {"Address <i>resolution", "Sliding windows"}
    assert field.input_value() == "cach"
    assert tab.locator(f"{OPTIONS} mark").first.inner_text() == "cache"
    assert field.get_attribute("aria-expanded") == "true"
    assert "2 pages" in tab.inner_text(".found [role=status]")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") is None
    tab.keyboard.press("ArrowUp")
    chosen = tab.locator("[aria-selected=true]")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    address = chosen.get_attribute("href")
    tab.keyboard.press("Enter")
    tab.wait_for_url(book.server.url + address)
    # Chromium may never end a context whose page is just joining the shared worker.
    tab.wait_for_selector("body > [role=status]", state="attached")
    assert tab.inner_text("h1") in {"Address <i>resolution", "Sliding windows"}
    assert context.complaints == []


def test_escape_closes_and_then_clears(book: Notepad, reader: Any) -> None:
    """The first Escape takes the list away and leaves the words; a click elsewhere does so, too."""
    tab = open_page(reader(viewport=DESK), book)
    tab.focus(FIELD)
    typed(tab, "cache")
    tab.keyboard.press("Escape")
    assert not tab.locator(".found").is_visible()
    assert tab.input_value(FIELD) == "cache"
    typed(tab, " window")
    tab.mouse.click(5, 600)
    assert not tab.locator(".found").is_visible()
    assert tab.locator(FIELD).get_attribute("aria-expanded") == "false"


def test_enter_without_a_choice_opens_the_page_of_results(book: Notepad, reader: Any) -> None:
    """The form is a form; there is a way to all that was found; a slash in a field is a slash."""
    context = reader(viewport=DESK)
    tab = open_page(context, book)
    tab.focus(FIELD)
    typed(tab, "plenty")
    assert tab.locator(OPTIONS).count() == 9
    assert tab.locator(".found .rest").inner_text() == "All 40 pages"
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/-/search?q=plenty")
    assert tab.locator(".entry").count() == 30
    assert "40 pages; the best 30 are shown" in tab.inner_text("main")
    tab.focus("main input[type=search]")
    tab.keyboard.press("End")
    tab.keyboard.type("/")
    assert tab.input_value("main input[type=search]") == "plenty/"
    assert context.complaints == []


def test_only_the_last_letters_count(book: Notepad, reader: Any) -> None:
    """An answer that is overtaken is not shown, however late it comes."""
    tab = open_page(reader(viewport=DESK), book)

    def late(route: Any) -> None:
        if "q=cach&" in route.request.url:
            tab.wait_for_timeout(400)
        route.continue_()

    tab.route("**/search.json*", late)
    tab.focus(FIELD)
    tab.keyboard.type("cach")
    tab.wait_for_timeout(200)
    tab.keyboard.press("Control+a")
    assert typed(tab, "xylo") == ["Xylophone"]
    tab.wait_for_timeout(500)
    assert tab.locator(f"{OPTIONS} b").all_inner_texts() == ["Xylophone"]


def test_what_was_found_is_text(book: Notepad, reader: Any) -> None:
    """Titles and passages that look like markup are shown as they are; nothing runs."""
    context = reader(viewport=DESK)
    tab = open_page(context, book)
    dialogs: list[str] = []
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.focus(FIELD)
    typed(tab, "only here")
    assert "<img src=x onerror=alert(1)>" in tab.inner_text(f"{OPTIONS} small")
    tab.goto(book.server.url + "/-/search?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E+only+here")
    assert "<img src=x" in tab.inner_text("main .summary")
    assert tab.locator("main img, .found img").count() == 0
    assert (dialogs, context.complaints) == ([], [])


def test_a_field_outlives_the_exchange_of_its_page(book: Notepad, reader: Any) -> None:
    """A push that changes the page while somebody types leaves words and focus, and the list still comes."""
    tab = open_page(reader(viewport=DESK), book, "/Posts/arp")
    tab.focus(FIELD)
    typed(tab, "slid")
    book.push(
        {"Fresh section/new.md": "# New\n\nslides", "Posts/arp.md": str(FILES["Posts/arp.md"]) + "\nMore.\n"}
    )
    tab.wait_for_function(
        "() => document.querySelector('.masthead nav')?.innerText.includes('Fresh section')"
    )
    assert tab.input_value(FIELD) == "slid"
    assert tab.locator(FIELD).evaluate("field => field === document.activeElement")
    tab.keyboard.type("es")
    tab.wait_for_function(
        "() => document.querySelectorAll('.found:not([hidden]) [role=option]').length === 2"
    )
    assert tab.locator(FIELD).get_attribute("role") == "combobox"


def test_without_a_script_the_form_asks_the_server(book: Notepad, reader: Any) -> None:
    """Typed, sent, read: all of it is HTML."""
    tab = open_page(reader(java_script_enabled=False), book)
    tab.fill(FIELD, "window")
    tab.press(FIELD, "Enter")
    tab.wait_for_url("**/-/search?q=window")
    assert tab.inner_text(".entry h2") == "Sliding windows"
    assert tab.locator(".entry mark").first.is_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/-/search",
        "/-/search?q=cache",
        "/-/search?q=it&section=/Many&tag=x",
        "/-/search?q=zzzz",
        "/none",
    ],
)
def test_everybody_can_search(book: Notepad, reader: Any, path: str) -> None:
    """axe-core finds nothing, by day and night, on a phone and on a desk; no page is too wide."""
    context = reader()
    tab = open_page(context, book, path)
    found: list[str] = []
    for size in ({"width": 320, "height": 640}, PHONE, DESK):
        tab.set_viewport_size(size)
        assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"]
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme)
            found += violations(tab)
    assert found == []
    assert context.complaints == []


@pytest.mark.parametrize("size", [{"width": 320, "height": 640}, DESK], ids=["phone", "desk"])
def test_everybody_can_use_the_list(book: Notepad, reader: Any, size: dict[str, int]) -> None:
    """The open list, with a choice made, has the roles, names and contrast that it needs, and fits."""
    tab = open_page(reader(viewport=size), book)
    tab.focus(FIELD)
    typed(tab, "cache")
    tab.keyboard.press("ArrowDown")
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        assert violations(tab) == []
    box = tab.locator(".found").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"]
