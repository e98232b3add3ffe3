"""Texts above the lists of tags, categories and series, as Hugo has them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from markup import read
from printing import drive
from snapshots import site_of

from canopy.render.differences import affected
from canopy.render.press import Press

NOW = datetime(2026, 5, 4, tzinfo=UTC)
SITE = {
    "hugo.toml": "[taxonomies]\ntag = 'tags'\ncategory = 'categories'\nseries = 'series'\n",
    "content/posts/a.md": "---\ntitle: A\ntags: [Big Trees]\ncategories: [Küche]\nseries: [S]\n---\nText\n",
    "content/posts/b.md": "# B\n",
    "content/posts/c.md": "# C\n",
}
TEXT = "---\ntitle: Forests\n---\nAll of [B](/posts/b/) and [lost](/lost/).\n"


def edition_of(files, before=None, press=None):
    """Return the edition of a Hugo site."""
    return (press or Press(memory=10**7)).edition(site_of(SITE | files, before.site if before else None), NOW)


def shown(edition, path):
    """Return the page at a path."""
    return drive(Press(memory=10**7).print(edition, path)).identity.body.decode()


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        ("tags/big-trees", "/tags/Big Trees"),
        ("tags/Big Trees", "/tags/Big Trees"),
        ("categories/küche", "/categories/küche"),
        ("series/s", "/series/s"),
    ],
)
def test_the_text_of_a_term_stands_above_its_list(folder, path):
    """With its title and links; it is no page of its own, and makes no section."""
    edition = edition_of({f"content/{folder}/_index.md": TEXT})
    document = read(shown(edition, path))
    assert document.faults == []
    assert [e.text for e in document.all("h1")] == ["Forests"]
    assert any(e.attributes["href"] == "/posts/b" and e.text == "B" for e in document.all("a"))
    assert document.all("a", href="/posts/a")
    assert {page.path for page in edition.site.recent} == {"/posts/a", "/posts/b", "/posts/c"}
    assert set(edition.site.sections) == {"/", "/posts"}


@pytest.mark.parametrize("text", [TEXT.replace("---\nA", "draft: true\n---\nA"), None])
def test_without_a_text_there_is_the_list(text):
    """A draft is nothing to read yet, and a term that no page has has no list."""
    files = {"content/tags/big-trees/_index.md": text} if text else {"content/tags/other/_index.md": TEXT}
    edition = edition_of(files)
    assert "Forests" not in shown(edition, "/tags/Big Trees")
    assert not edition.has("/tags/other")


def test_a_list_follows_its_text():
    """An edited, new or deleted text changes the list, and is named; other pages are left alone."""
    name = "content/tags/big-trees/_index.md"
    press = Press(memory=10**7)
    old = edition_of({}, press=press)
    for text in (TEXT, TEXT.replace("Forests", "Woods"), None):
        new = edition_of({name: text} if text else {}, old, press)
        assert new.site == edition_of({name: text} if text else {}).site
        named = affected(old, new)
        assert named is not None
        assert "/tags/Big Trees" in named
        assert "/posts/c" not in named
        old = new


def test_a_lost_link_in_it_is_told():
    """With its file and line."""
    edition = edition_of({"content/tags/big-trees/_index.md": TEXT})
    drive(Press(memory=10**7).print(edition, "/tags/Big Trees"))
    assert [(p.path, p.line) for p in edition.problems] == [("content/tags/big-trees/_index.md", 4)]
