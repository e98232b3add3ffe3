"""Images in Chromium: they keep their place, open over the page, and nothing of the head breaks a policy."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from notepads import Notepad, notepad

from browser.axe import violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.browser

WATCH_SHIFTS = """
  window.shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shift += entry.value)))
    .observe({ type: "layout-shift", buffered: true });
"""
HOSTILE = "</script><script>document.title='owned'</script>"


def picture(width: int, height: int) -> bytes:
    """Return a grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    text = "Words before and after. " * 30
    files: dict[str, str | bytes] = {
        "pictures.md": f'---\ntitle: "{HOSTILE}"\nauthor: "{HOSTILE}"\n---\n{text}\n\n'
        f"![A grey field](wide.png)\n\n{text}\n\n![Small](small.png)\n\n{text}\n\n![](wide.png)\n\n{text}\n",
        "wide.png": picture(1600, 900),
        "wide-800w.png": picture(800, 450),
        "small.png": picture(200, 100),
    }
    with notepad(tmp_path_factory.mktemp("images"), files) as made:
        yield made


def test_images_arrive_without_moving_the_text(reader: Callable[..., Any], book: Notepad) -> None:
    """Slow as they may be: the layout does not shift while they arrive, as far as one scrolls."""
    context = reader(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.add_init_script(WATCH_SHIFTS)

    def late(route: Any) -> None:
        tab.wait_for_timeout(150)
        route.continue_()

    tab.route("**/*.png", late)
    tab.goto(f"{book.server.url}/pictures", wait_until="load")
    for _ in range(8):
        tab.mouse.wheel(0, 500)
        tab.wait_for_timeout(60)
    tab.wait_for_function("[...document.querySelectorAll('.prose img')].every((image) => image.complete)")
    assert tab.evaluate("window.shift") < 0.01
    assert context.complaints == []


def test_structured_data_is_data(reader: Callable[..., Any], book: Notepad) -> None:
    """The policy forbids inline scripts and says nothing of JSON-LD; a hostile title stays in it."""
    context = reader()
    tab = context.new_page()
    tab.goto(f"{book.server.url}/pictures", wait_until="load")
    data = "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)"
    assert tab.evaluate(f"{data}['@graph'][0].headline") == HOSTILE
    assert tab.title().startswith("</script>")
    assert context.complaints == []


def test_a_large_image_opens_over_the_page(reader: Callable[..., Any], book: Notepad) -> None:
    """By mouse and by keyboard; Escape or a click closes it, and the focus is back where it was."""
    context = reader(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(f"{book.server.url}/pictures", wait_until="load")
    tab.click("a.enlarge >> nth=0")
    shown = tab.locator("dialog.enlarged img")
    shown.wait_for(state="visible")
    assert shown.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 1600
    assert violations(tab) == []
    tab.keyboard.press("Escape")
    shown.wait_for(state="hidden")
    tab.focus("a.enlarge >> nth=1")
    tab.keyboard.press("Enter")
    shown.wait_for(state="visible")
    tab.mouse.click(5, 5)
    shown.wait_for(state="hidden")
    assert tab.evaluate("document.activeElement.className") == "enlarge"
    assert tab.url.endswith("/pictures")
    assert violations(tab) == []
    assert context.complaints == []


def test_without_scripts_the_link_leads_to_the_file(reader: Callable[..., Any], book: Notepad) -> None:
    """Nothing is lost: the image itself opens."""
    context = reader(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{book.server.url}/pictures", wait_until="load")
    tab.click("a.enlarge >> nth=0")
    tab.wait_for_url("**/wide.png")
