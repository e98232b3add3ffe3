"""Every kind of page, in several languages, by the rules of html-validate.

The program comes from npm (`npm install html-validate`): below the checkout, or where CANOPY_HTML_VALIDATE
points.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from notepads import notepad
from running import Server, running

from canopy.export.hosts import redirect_page

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = {
    "root": True,
    "extends": ["html-validate:recommended"],
    "rules": {
        # "The value must not contain any ASCII whitespace" is all that HTML 3.2.6 asks of an id. Ours begin
        # with an underscore, which no heading's can.
        "valid-id": ["error", {"relaxed": True}],
        # HTML 2.3.2: a boolean attribute's value is the empty string or its name, or there is none.
        "attribute-boolean-style": "off",
        # ARIA 1.2, 5.2.8.4: a list may have a name.
        "aria-label-misuse": ["error", {"allowAnyNamable": True}],
    },
}
ARTICLE = """---
title: "All & <everything>"
tags: [x, "a b"]
author: {name: Me, uri: "https://example.org/"}
---
A paragraph with `code`, *emphasis*, a [link](two.md#more), https://example.org/, ~~nothing~~ and a note[^1].

## A table

| Left | Right |
|:-----|------:|
| 1    | **2** |

## Code & more

```python {hl_lines=[1]}
def f(x: int) -> str: ...
```

> [!WARNING]
> Mind the gap.

- [x] done
- [ ] to do

Term
: Definition

$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$ and $a^2$.

![A picture](pic.svg "With a title") ![](film.mp4) ![](sound.mp3)

<details><summary>More</summary>Hidden.</details>

## Code & more

1. one
   - two

---

![[two]] and [[two|another]] and [[nowhere]].

[^1]: It *says* this.
"""
CARELESS = """\
<p><div>x</p></div> <b><i>crossed</b></i> <td>cell</td>

# One
### Three
# One

[a [nested](x) link](y) <a href="x">one <a href="y">in another</a></a>
"""
FILES: dict[str, str | bytes] = {
    "posts/one.md": ARTICLE,
    "posts/two.md": "---\ntitle: Two\ntags: x\nseries: Walks\n---\n\n## More\n\nText.\n",
    "posts/three.md": "---\ntitle: Three\nseries: Walks\ncategories: [Trees]\ndraft: false\n---\nText.\n",
    "posts/pic.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>\n',
    "posts/film.mp4": b"\0" * 9,
    "posts/sound.mp3": b"\0" * 9,
    "gone.md": "---\ntitle: Gone\n---\nText.\n",
    "untitled.md": "Only text.\n",
    "empty.md": "",
    "careless.md": CARELESS,
    "troubled.md": "---\ntitle: [broken\n---\n\n[lost](nowhere.md)\n",
}
PAGES = (
    *(
        "/",
        "/posts",
        "/posts/one",
        "/posts/two",
        "/posts/three",
        "/untitled",
        "/empty",
        "/troubled",
        "/careless",
    ),
    *(
        "/guide/writing",
        "/guide",
        "/notes/why-git",
        "/tags",
        "/tags/x",
        "/tags/a%20b",
        "/archive",
        "/authors",
    ),
    *("/-/search", "/-/search?q=text", "/-/search?q=nothingatall", "/none", "/posts/tow", "/gone"),
)


def complaints(pages: dict[str, bytes], folder: Path) -> list[str]:
    """Return what html-validate finds: a line for each error, with the page."""
    named = os.environ.get("CANOPY_HTML_VALIDATE")
    local = Path(__file__).parents[2] / "node_modules" / ".bin" / "html-validate"
    program = named or (str(local) if local.exists() else shutil.which("html-validate"))
    if program is None:
        pytest.skip("html-validate is not installed: npm install html-validate, or set CANOPY_HTML_VALIDATE")
    (folder / "rules.json").write_text(json.dumps(CONFIG))
    names = {}
    for number, (path, html) in enumerate(pages.items()):
        names[f"{number}.html"] = path
        (folder / f"{number}.html").write_bytes(html)
    # To a file: on a pipe, the end of a long report is lost.
    done = subprocess.run(
        [program, "--config", "rules.json", "--formatter", "json=found.json", *names],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode in (0, 1), done.stderr
    return [
        f"{names[Path(page['filePath']).name]}:{found['line']}: {found['ruleId']}: {found['message']}"
        for page in json.loads((folder / "found.json").read_text())
        for found in page["messages"]
    ]


@pytest.fixture(scope="module", params=["en", "de", "ar"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    files = {**FILES, "canopy.toml": f'language = "{request.param}"\n'}
    with notepad(tmp_path_factory.mktemp("valid"), files, keep=True) as book:
        book.server.wait_for_search()
        book.push(delete="gone.md")
        yield book.server


def test_every_kind_of_page_is_valid(site: Server, tmp_path: Path) -> None:
    """Articles with all that markdown has, listings, search, what is not there: no error in any."""
    pages = {}
    for path in PAGES:
        reply = site.get(path)
        assert reply.headers["content-type"].startswith("text/html"), path
        pages[path] = reply.body
    assert site.get("/gone").status == 410
    assert complaints(pages, tmp_path) == []


def test_pages_before_there_is_a_page_are_valid(tmp_path: Path) -> None:
    """503, an empty notepad, and what leads on in an export."""
    pages = {"redirect": redirect_page("/x?a&b", "https://example.org/x?a&b")}
    with running(str(tmp_path / "none.git"), data=tmp_path / "data", ready=False) as server:
        pages["503"] = server.get("/").body
    with notepad(tmp_path, {"data.csv": "a,b\n"}) as book:
        pages["empty"] = book.server.get("/").body
    assert complaints(pages, tmp_path) == []


def test_a_mistake_would_be_found(tmp_path: Path) -> None:
    """So that an empty report means something."""
    found = complaints({"wrong": b'<!DOCTYPE html><html lang="en"><p><div></div></p></html>'}, tmp_path)
    assert any("wrong:1" in line for line in found)
