"""Pages in other languages in Chromium: from right to left, and with scripts that speak the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from notepads import Notepad, notepad

from browser.axe import violations

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
ARTICLE = """---
title: بروتوكول ARP وذاكرته المؤقتة
tags: [شبكات, MirageOS]
lang: ar
---
يربط بروتوكول ARP العناوين[^1]، والأمر `arp -a` يعرضها.

## كيف يعمل

> [!NOTE]
> هذه ملاحظة.

```python
def resolve(address: str) -> bytes: ...
```

| العنوان | المنفذ |
|---|---|
| 10.0.0.1 | 80 |

All of this is English.

## خاتمة

- [x] انتهى

[^1]: انظر RFC 826.
"""
FILES: dict[str, str | bytes] = {
    "index.md": "---\ntitle: دفتر\nlang: ar\n---\nأهلًا.\n",
    "posts/arp.md": ARTICLE,
    "posts/arp.de.md": "---\ntitle: ARP und sein Speicher\n---\nDas Protokoll.\n\n```sh\narp -a\n```\n",
    **{f"posts/p{n}.md": f"---\ntitle: مقال {n}\nlang: ar\n---\nهذا مقال قصير.\n" for n in range(3)},
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    with notepad(tmp_path_factory.mktemp("languages"), FILES) as made:
        made.server.wait_for("/-/search.json?q=x")
        yield made


def box(tab: Any, selector: str) -> dict[str, float]:
    """Return where the first element of a kind is."""
    found: dict[str, float] = tab.locator(selector).first.bounding_box()
    return found


@pytest.mark.parametrize("path", ["/posts/arp", "/posts", "/tags", "/", "/-/search?q=مقال", "/nothing"])
def test_everybody_can_read_arabic(book: Notepad, reader: Any, path: str) -> None:
    """axe-core finds nothing by day and by night, and no page is wider than a phone."""
    context = reader()
    tab = context.new_page()
    tab.goto(book.server.url + path, wait_until="load")
    assert tab.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    for size in (PHONE, DESK):
        tab.set_viewport_size(size)
        assert tab.evaluate("document.documentElement.scrollWidth") == size["width"]
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme)
            assert violations(tab) == []
    assert context.complaints == []


def test_a_page_from_right_to_left_is_a_mirror(book: Notepad, reader: Any) -> None:
    """Name at the right, search and contents at the left; code and English stay as they are."""
    tab = reader(viewport=DESK).new_page()
    tab.goto(book.server.url + "/posts/arp", wait_until="load")
    prose = box(tab, ".prose")
    assert box(tab, ".masthead .name")["x"] > box(tab, ".masthead .seek")["x"]
    assert box(tab, ".toc")["x"] < prose["x"]
    directions = "(where) => getComputedStyle(document.querySelector(where)).direction"
    assert [tab.evaluate(directions, where) for where in (".prose p", ".prose pre", ".prose table")] == [
        "rtl",
        "ltr",
        "rtl",
    ]
    assert tab.locator(".prose p[dir=ltr]").all_inner_texts() == ["All of this is English."]
    # Even a cell that begins with a Latin letter stands at the side where its column begins.
    cell, table = box(tab, ".prose td"), box(tab, ".prose table")
    assert abs((cell["x"] + cell["width"]) - (table["x"] + table["width"])) < 2


def test_scripts_speak_the_language_of_the_page(book: Notepad, reader: Any) -> None:
    """The copy button in German on the German page; what is found while typing counted as Arabic counts."""
    context = reader(viewport=DESK)
    tab = context.new_page()
    tab.goto(book.server.url + "/posts/arp.de", wait_until="load")
    assert tab.inner_text(".prose .copy") == "Kopieren"
    assert tab.inner_text(".versions") == "Auch auf العربية"
    tab.goto(book.server.url + "/posts/arp", wait_until="load")
    assert tab.inner_text(".prose .copy") == "نسخ"
    tab.keyboard.press("/")
    tab.keyboard.type("مقال")
    tab.wait_for_selector(".found:not([hidden])")
    assert tab.inner_text(".found [role=status]") == "3 صفحات"
    assert violations(tab) == []
    found, field = box(tab, ".found"), box(tab, ".masthead .seek")
    assert abs(found["x"] - field["x"]) < 2
    assert context.complaints == []


def test_a_push_is_told_in_the_language_of_the_page(book: Notepad, reader: Any) -> None:
    """To those who see, and to those who listen."""
    tab = reader().new_page()
    tab.goto(book.server.url + "/posts/arp.de", wait_until="load")
    book.push({"posts/arp.de.md": "---\ntitle: ARP und sein Speicher\n---\nDas andere Protokoll.\n"})
    tab.wait_for_selector(".just-now")
    assert tab.inner_text(".just-now") == "Gerade aktualisiert"
    tab.wait_for_function("() => document.querySelector('[role=status]').innerText.includes('aktualisiert')")
