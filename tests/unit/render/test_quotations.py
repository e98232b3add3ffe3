"""Notes that show other notes within their own text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from printing import drive
from snapshots import site_of

from canopy.render.differences import affected
from canopy.render.press import Press

NOW = datetime(2026, 5, 4, tzinfo=UTC)
VAULT = {".obsidian/app.json": "{}"}


def edition_of(files, before=None, press=None, **options):
    """Return an edition of a vault."""
    site = site_of(VAULT | files, before.site if before else None, **options)
    return (press or Press(memory=10**7)).edition(site, NOW)


def page(edition, path="/a", press=None):
    """Return the HTML of a page's text."""
    printed = drive((press or Press(memory=10**7)).print(edition, path)).identity.body.decode()
    return printed.partition('<div class="prose"')[2].partition("</article>")[0]


def test_a_note_is_shown_where_it_is_embedded():
    """With a link to it, its own links and pictures resolved from where it lies, and no id of its own."""
    files = {
        "a.md": "# A\n\nMine.\n\n![[sub/b]]",
        "sub/b.md": "# B\n\n## Part\n\nTheirs, see [[#Part]] and [c](c.md). ![](p.png)",
        "sub/c.md": "# C",
        "sub/p.png": b"p",
    }
    html = page(edition_of(files))
    card = html.partition("<blockquote")[2]
    assert '<a href="/sub/b" class="embed">sub/b</a>' in card
    assert "<h2>Part</h2>" in card
    assert '<a href="/sub/b#part">Part</a>' in card
    assert '<a href="/sub/c">c</a>' in card
    assert 'src="/sub/p.png"' in card


@pytest.mark.parametrize(
    ("embed", "shown", "hidden"),
    [
        ("![[b#Two]]", ["two", "deep"], ["intro", "one", "three"]),
        ("![[b#Two#Deep]]", ["deep"], ["two ", "three"]),
        ("![[b#^x]]", ["mark"], ["intro", "one", "^x"]),
        ("![[b#B]]", ["intro", "three"], []),
        ("![](b.md#Two)", ["two", "deep"], ["intro", "three"]),
        ("![x](./b.md)", ["intro", "three"], []),
        ("![x](b.md#^x)", ["mark"], ["intro"]),
        ("![[b#None]]", [], ["intro", "one"]),
        ("![[b#^none]]", [], ["intro", "one"]),
    ],
)
def test_only_the_part_that_is_meant(embed, shown, hidden):
    """A heading with what is below it, a block by its name; where there is none, the link stays."""
    note = (
        "# B\n\nintro\n\n## One\n\none\n\n## Two\n\ntwo\n\n### Deep\n\ndeep\n\n## Three\n\nthree\n\nmark ^x"
    )
    html = page(edition_of({"a.md": f"Mine\n\n{embed}", "b.md": note}))
    text = html.partition("<blockquote")[2].partition("</a>")[2]
    assert all(word in text for word in shown)
    assert not any(word in text for word in hidden)
    assert 'href="/b' in html


def test_notes_that_show_each_other_end():
    """A note never shows itself, by whatever way, and no page grows without bound."""
    assert page(edition_of({"a.md": "x\n\n![[a]]"})).count("<blockquote") == 1
    html = page(edition_of({"a.md": "ours\n\n![[b]]", "b.md": "theirs\n\n![[a]]"}))
    assert (html.count("ours"), html.count("theirs")) == (1, 1)
    many = {f"n{n}.md": "deep\n\n" + "".join(f"![[n{other}]]\n\n" for other in range(30)) for n in range(30)}
    html = page(edition_of({"a.md": "![[n0]]", **many}))
    assert 1 < html.count("deep") <= 50


def test_footnotes_are_on_a_page_once():
    """A text with footnotes that is shown twice is a link the second time: each id is there once."""
    html = page(edition_of({"a.md": "x\n\n![[b]]\n\n![[b]]\n", "b.md": "b[^1]\n\n[^1]: note"}))
    assert (html.count('id="fn-'), html.count('id="fnref-')) == (1, 1)
    assert html.count('class="embed">b</a>') == 2


def test_what_readers_do_not_see_is_shown_nowhere():
    """A draft's text stays out of the notes that embed it."""
    files = {"a.md": "x\n\n![[b]]", "b.md": "---\ndraft: true\n---\nsecret"}
    assert "secret" not in page(edition_of(files))
    assert "secret" in page(edition_of(files, drafts=True))


def test_a_page_changes_with_the_notes_that_it_shows():
    """And with those that they show; the tabs of its readers are told, and other pages are left alone."""
    files = {
        "a.md": "x\n\n![[b]]",
        "b.md": "b\n\n![[c]]",
        "c.md": "old",
        "d.md": "links [[c]]",
        "deep/index.md": "![[deep/e]]",
        "deep/e.md": "older",
    }
    press = Press(memory=10**7)
    before = edition_of(files, press=press)
    for path in ("/a", "/d", "/deep"):
        drive(press.print(before, path))
    files = files | {"c.md": "new", "deep/e.md": "newer"}
    after = edition_of(files, before, press)
    fresh = edition_of(files)
    for path in ("/a", "/d", "/deep"):
        assert page(after, path, press) == page(fresh, path)
    assert "new" in page(after, "/a", press)
    assert "newer" in page(after, "/deep", press)
    assert after.ready["/d"] is before.ready["/d"]
    assert {"/a", "/b", "/c", "/deep"} <= set(affected(before, after))
