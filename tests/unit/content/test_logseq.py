"""Graphs of Logseq as a site."""

from __future__ import annotations

import pytest
from snapshots import site_of

from canopy.content.links import resolve
from canopy.content.markups.logseq import Block, translate
from canopy.content.wikilinks import WIKI, private

ID = "12345678-1234-1234-1234-123456789abc"
BLOCKS = {ID: Block("Other", "What `it` says")}
MACROS = {"at": "https://e.org/$1"}


def shown(text):
    """Return a page in markdown."""
    return translate(text, BLOCKS, MACROS).text.strip("\n")


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("- a\n\t- b\n\t  more\n- c", "- a\n    - b\n      more\n- c"),
        ("- ## Part\n\t- a\n\t\t- b\n\t- ### Inner\n\t\t- c", "## Part\n- a\n    - b\n### Inner\n- c"),
        ("- a\n  id:: x\n  collapsed:: true\n  more", "- a\n  <!-- -->\n  <!-- -->\n  more"),
        ("- a\n  color:: red", "- a\n  *color:* red  "),
        ("- TODO a\n- DONE [#A] b", "- [ ] a\n- [x] b"),
        (
            f"- (({ID})) [w]((({ID})))",
            "- [What it says](x-wiki:Other) [w](x-wiki:Other)",
        ),
        (f"- {{{{embed (({ID}))}}}} {{{{embed [[Page]]}}}}", "- [What it says](x-wiki:Other) ![[Page]]"),
        ("- `((x))` {{at here}} {{unknown x}}", "- `((x))` https://e.org/here {{unknown x}}"),
        ("- {{query (task todo)}}", '- <small class="left-out">&#91;query (task todo)&#93;</small>'),
        ("- {{video https://e.org/v}} {{cloze word}}", "- https://e.org/v word"),
        ("- #[[Two words]] ^^seen^^ [x]([[Page]])", "- [[Two words]] ==seen== [x](x-wiki:Page)"),
        ("- ![a](../assets/a b.png){:height 30, :width 40}", "- ![a](<../assets/a b.png>)"),
        ("- #+BEGIN_QUOTE\n  said\n  #+END_QUOTE", "- <!-- -->\n  > said\n  <!-- -->"),
        ("- a\n  :LOGBOOK:\n  CLOCK: [2024-01-02]\n  :END:", "- a\n  <!-- -->\n  <!-- -->\n  <!-- -->"),
        ("- ```js\n  id:: 1\n  {{query}}\n  ```\n- b", "- ```js\n  id:: 1\n  {{query}}\n  ```\n- b"),
    ],
)
def test_signs(text, markdown):
    """What is for readers is there in markdown, Logseq's own is not; lines stay where they are."""
    assert shown(text) == markdown


def test_properties_of_a_page():
    """What begins a page are its fields; others are shown, but for Logseq's own."""
    found = translate(
        "title:: T\nalias:: a, [[b c]]\ntags:: #x, y\ntype:: [[Book]]\nicon:: 1\n\n- text", {}, {}
    )
    assert found.values == {"title": "T", "aliases": ["a", "b c"], "tags": ["x", "y"]}
    assert found.text.split("\n")[3] == "**type:** [[Book]]  "
    assert found.text.split("\n")[4] == ""
    assert translate("public:: false", {}, {}).values == {"draft": "true"}


FILES = {
    "logseq/config.edn": '{:default-home {:page "Contents"}\n ;; :hidden ["pages"]\n :hidden ["secret"]\n\n}',
    "logseq/bak/pages/Old.md": "- old",
    "pages/contents.md": f"- [[a/b]] [[Jan 2nd, 2024]] (({ID}))",
    "pages/a___b.md": f"- Hello #tag\n  id:: {ID}",
    "pages/What%3F.md": "- why",
    "pages/org.org": "* TODO x",
    "journals/2024_01_02.md": "- Today",
    "secret/x.md": "- x",
    "assets/i.png": b"\x89PNG",
}


def test_a_graph():
    """Pages are at their names, days of the journal at their dates; both are found as Logseq calls them."""
    site = site_of(FILES)
    assert site.convention == "logseq"
    assert {"/a/b", "/What?", "/org", "/journals/2024-01-02"} <= site.pages.keys()
    assert not {"/secret/x", "/logseq/bak/pages/Old"} & site.pages.keys()
    day, note = site.pages["/journals/2024-01-02"], site.pages["/a/b"]
    assert (day.title, day.created.date().isoformat()) == ("Jan 2nd, 2024", "2024-01-02")
    assert (note.title, note.source.front.tags) == ("a/b", ("tag",))
    assert resolve(site, note, private(WIKI, "Jan 2nd, 2024")).path == "/journals/2024-01-02"
    assert resolve(site, note, private(WIKI, "A/B")).path == "/a/b"
    assert site.home is not None
    assert site.home.path == "/contents"
    assert b"[Hello #tag](x-wiki:a/b)" in site.home.source.data
    assert "/assets/i.png" in site.assets
    assert not site.problems


def test_a_page_that_is_called_otherwise():
    """Properties at the top are no header of another kind: title and alias hold, and the text is whole."""
    site = site_of({**FILES, "pages/p.md": "title:: Other\nalias:: foo\n\n- text"})
    page = site.pages["/p"]
    assert page.title == "Other"
    assert resolve(site, page, private(WIKI, "foo")).path == "/p"


@pytest.mark.parametrize(
    ("pattern", "title"),
    [("yyyy-MM-dd", "2024-01-02"), ("EEEE, dd.MM.yyyy", "Tuesday, 02.01.2024"), ("MMMM do", "January 2nd")],
)
def test_days(pattern, title):
    """The days of the journal are called as the graph's settings say."""
    config = f'{{:journal/page-title-format "{pattern}"}}'
    site = site_of({"logseq/config.edn": config, "journals/2024_01_02.md": "- x"})
    assert site.pages["/journals/2024-01-02"].title == title
