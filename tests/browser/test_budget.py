"""What a page costs a reader: bytes on the way, nothing that jumps, and no script to be needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from notepads import Notepad, notepad

from browser.test_pages import PHONE, WATCH_SHIFTS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser

MOST = 50 * 1024
"""Bytes of an article with all that belongs to it, headers included, before its images."""
UNCOUNTED = ("Image", "EventSource")
LAPTOP = {"width": 1280, "height": 800}
ARTICLES = ("/posts/long", "/guide/writing", "/notes/why-git")
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\x20\0\0\x02\x58\x08\x06\0\0\0"  # 800 by 600, as its header says


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    text = "\n\n".join(
        f"## Part {number}\n\n{'Words of an article that somebody wrote with care. ' * 12}\n\n"
        f"```python\ndef part_{number}(x: int) -> str:\n    return str(x)\n```"
        for number in range(12)
    )
    files: dict[str, str | bytes] = {
        "posts/long.md": f"---\ntitle: A long article\ntags: x\n---\n{text}\n\n![It](it.png)\n\nThe end.\n",
        "posts/it.png": PNG,
    }
    with notepad(tmp_path_factory.mktemp("budget"), files, keep=True) as made:
        made.server.wait_for_search()
        yield made


def transferred(context: Any, tab: Any, url: str) -> dict[str, int]:
    """Return the bytes that came over the wire for each address, as Chromium's own network counts them."""
    session = context.new_cdp_session(tab)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    addresses: dict[str, str] = {}
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def answered(event: Any) -> None:
        addresses[event["requestId"]] = event["response"]["url"]
        kinds[event["requestId"]] = event["type"]

    def finished(event: Any) -> None:
        if kinds.get(event["requestId"], "Image") not in UNCOUNTED:
            sizes[addresses[event["requestId"]]] = round(event["encodedDataLength"])

    def complete() -> bool:
        return any(".js" in url for url in sizes) and all(
            address in sizes for number, address in addresses.items() if kinds[number] not in UNCOUNTED
        )

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
    tab.goto(url, wait_until="load")
    tab.evaluate("document.fonts.ready")
    # The stream of events never ends; what else the scripts load comes at once.
    tab.wait_for_timeout(300)
    while not complete():
        tab.wait_for_timeout(50)
    return sizes


@pytest.mark.parametrize("path", ARTICLES)
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_an_article_is_light(book: Notepad, reader: Any, size: dict[str, int], path: str) -> None:
    """Text, style, fonts and scripts of a first visit: less than 50 KB in all."""
    context = reader(viewport=size)
    sizes = transferred(context, context.new_page(), book.server.url + path)
    assert any(".css" in url for url in sizes)
    assert any(".woff2" in url for url in sizes)
    assert any(".js" in url for url in sizes)
    assert sum(sizes.values()) < MOST, sizes


@pytest.mark.parametrize("path", [*ARTICLES, "/", "/posts", "/tags", "/-/search?q=words"])
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_nothing_jumps(book: Notepad, reader: Any, size: dict[str, int], path: str) -> None:
    """The cumulative layout shift is nothing, also when fonts and images have come and one scrolls down."""
    context = reader(viewport=size)
    context.add_init_script(WATCH_SHIFTS)
    tab = context.new_page()
    tab.goto(book.server.url + path, wait_until="load")
    tab.evaluate("document.fonts.ready")
    for _ in range(6):
        tab.mouse.wheel(0, 1200)
        tab.wait_for_timeout(80)
    assert tab.evaluate("window.shift") == 0


def test_everything_works_without_a_script(book: Notepad, reader: Any) -> None:
    """To read, to go from page to page, and to find."""
    tab = reader(java_script_enabled=False, viewport=PHONE).new_page()
    tab.goto(book.server.url + "/")
    tab.click("nav >> text=Posts")
    assert tab.inner_text("h1") == "Posts"
    tab.click("text=A long article")
    assert tab.inner_text("h1") == "A long article"
    assert tab.locator(".prose p", has_text="The end.").is_visible()
    tab.locator(".toc summary").click()
    tab.click(".toc >> text=Part 7")
    assert tab.url.endswith("#part-7")
    tab.fill("header input[type=search]", "why-git")
    tab.fill("header input[type=search]", "somebody care")
    tab.press("header input[type=search]", "Enter")
    assert "q=somebody+care" in tab.url
    tab.click("main ol >> text=A long article")
    assert tab.inner_text("h1") == "A long article"
