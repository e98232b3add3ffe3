"""Where links by name lead."""

from __future__ import annotations

import pytest
from snapshots import site_of

from canopy.content.links import Target, resolve
from canopy.content.wikilinks import POST, REF, WIKI, mentioned, named, private, written

FILES = {
    "README.md": "# Home",
    "Note.md": "N",
    "deep/Note.md": "D",
    "deep/er/Other Note.md": "---\naliases: [Nickname, Shared]\n---\n",
    "deep/er/Third.md": "T",
    "deep/img/photo 1.png": b"1",
    "content/blog/first.md": "---\naliases: Shared\n---\n",
    "_posts/2014-01-02-x.md": "---\nslug: renamed\n---\n",
    "log.md": "a note called like a place",
}


@pytest.fixture(scope="module")
def site():
    """Return a site with files of several traditions."""
    return site_of(FILES, convention="plain")


@pytest.mark.parametrize(
    ("scheme", "name", "path"),
    [
        (WIKI, "Note", "/Note"),
        (WIKI, "note.md", "/Note"),
        (WIKI, "deep/Note", "/deep/Note"),
        (WIKI, "Other Note", "/deep/er/Other Note"),
        (WIKI, "other-note", "/deep/er/Other Note"),
        (WIKI, "er/Other Note", "/deep/er/Other Note"),
        (WIKI, "Nickname", "/deep/er/Other Note"),
        (WIKI, "photo 1.png", "/deep/img/photo 1.png"),
        (WIKI, "img/photo 1.png", "/deep/img/photo 1.png"),
        (WIKI, "Log", "/log"),
        (REF, "blog/first.md", "/content/blog/first"),
        (REF, "/blog/first", "/content/blog/first"),
        (REF, "first", "/content/blog/first"),
        (POST, "2014-01-02-x", "/_posts/renamed"),
        (POST, "/2014-01-02-x", "/_posts/renamed"),
    ],
)
def test_a_name_leads_to_its_note(site, scheme, name, path):
    """Notes are found by their names wherever they lie; of several the highest is meant."""
    page = site.pages["/deep/er/Third"]
    assert resolve(site, page, private(scheme, name)) == Target("internal", path)


def test_a_part_of_a_note(site):
    """A heading goes along; without a name it is one of the same page."""
    page = site.pages["/Note"]
    assert resolve(site, page, private(WIKI, "Third", "a-b")) == Target("internal", "/deep/er/Third", "#a-b")
    assert resolve(site, page, private(WIKI, "", "a-b")) == Target("page", "/Note", "#a-b")


@pytest.mark.parametrize("name", ["Nobody", "Shared", "wrong/Note", "", " ", "../Note/x"])
def test_a_name_that_nobody_has_or_two_claim_leads_nowhere(site, name):
    """Nothing is guessed: such a link must not be one."""
    target = resolve(site, site.pages["/Note"], private(WIKI, name))
    assert target.kind == "broken" or target == Target("page", "/Note")


def test_zola_links_begin_at_the_content(site):
    """`@/` is the folder `content`, whatever page the link stands on."""
    page = site.pages["/deep/er/Third"]
    assert resolve(site, page, "@/blog/first.md#x") == Target("internal", "/content/blog/first", "#x")
    assert resolve(site, page, "@/Note.md") == Target("internal", "/Note")
    assert resolve(site, page, "@/none.md").kind == "broken"


def test_a_private_form_keeps_what_was_written():
    """Any name survives, and is told to its author as it was written."""
    for name in ("a b", "C#", "50%", "ü/é", "x:y|z"):
        assert named(private(WIKI, name)) == (WIKI, name, "")
        assert written(private(WIKI, name, "part")) == name
    assert named("x-wikipedia:a") is None
    assert written("a.md") == "a.md"


def test_names_between_brackets():
    """Both sides of a bar may be a name, and an ordinary link is none."""
    assert mentioned("[[A]] ![[b/C.png|300]] [[D#e|words]] [[x](y)] [[z]](u) [[#p]]") == (
        *("A", "b/C.png", "300"),
        *("D", "words"),
    )
    assert len(mentioned("".join(f"[[{n}]]" for n in range(5000)))) < 1100


def test_an_alias_that_moved_is_followed():
    """A site's directory is that of its own names, not of another site's."""
    one = site_of({"a.md": "A", "b.md": "---\naliases: N\n---\n"})
    two = site_of({"a.md": "---\naliases: N\n---\n", "b.md": "B"}, one)
    assert resolve(one, one.pages["/a"], private(WIKI, "N")).path == "/b"
    assert resolve(two, two.pages["/b"], private(WIKI, "N")).path == "/a"
