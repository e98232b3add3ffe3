"""Pages that are there, but in no list: who has their address finds them."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from printing import drive
from snapshots import site_of

from canopy.render.differences import affected
from canopy.render.press import Press
from canopy.search import Index, parse_query

NOW = datetime(2026, 5, 4, tzinfo=UTC)
FIELDS = "tags: [x]\ncategories: [k]\nseries: [s]\nauthor: Ann\n"
OPEN = {"a/open.md": f"---\ntitle: Open\n{FIELDS}---\nSee it.\n", "top.md": "# Top\n"}
APART = f"---\ntitle: Apart\nunlisted: true\n{FIELDS}---\nSee [it](open.md).\n"
FILES = OPEN | {"a/apart.md": APART, "alone.md": "---\nunlisted: true\n---\nAlone.\n"}


def shown(edition, path):
    """Return what is at a path."""
    found = drive(Press(memory=10**7).print(edition, path)).identity.body
    return gzip.decompress(found) if found[:2] == b"\x1f\x8b" else found


def test_no_list_has_it():
    """Not its section, the start page, its tag, category, series and author, the menu or a feed."""
    edition = Press(memory=10**7).edition(site_of(FILES), NOW)
    assert b"Apart" in shown(edition, "/a/apart")
    lists = [path for path in edition.addresses() if path not in ("/a/apart", "/alone")]
    assert {"/", "/a", "/tags/x", "/categories/k", "/series/s", "/authors/ann", "/atom", "/sitemap.xml"} <= {
        *lists
    }
    for path in lists:
        text = shown(edition, path)
        assert b"Apart" not in text, path
        assert b"/a/apart" not in text, path
        assert b"/alone" not in text, path


def test_search_engines_are_asked_to_leave_it_out():
    """Its own page says so, and no other one."""
    edition = Press(memory=10**7).edition(site_of(FILES), NOW)
    assert b'<meta name="robots" content="noindex">' in shown(edition, "/a/apart")
    assert b"noindex" not in shown(edition, "/a/open")


def test_the_search_does_not_find_it():
    """Until it is listed, and no more when it is not."""
    index = Index()
    counts = []
    for files in (FILES, FILES | {"a/apart.md": APART.replace("true", "false")}, FILES):
        index.follow(site_of(files))
        counts.append(index.find(parse_query("apart")).count)
    assert counts == [0, 1, 0]


@pytest.mark.parametrize(
    "files",
    [FILES | {"a/apart.md": APART.replace("true", "false")}, OPEN, FILES | {"a/apart.md": APART + "More.\n"}],
)
def test_it_comes_and_goes(files):
    """Whatever the site was before, it is what it would be anew."""
    assert site_of(FILES, site_of(files)) == site_of(FILES)
    assert site_of(files, site_of(FILES)) == site_of(files)


@pytest.mark.parametrize("build", ["build:\n  list: never\n", "_build:\n  list: false\n"])
def test_hugo_lists_no_page_that_is_never_to_be_listed(build):
    """In `build`, or in what the section hands down."""
    page = f"---\ntitle: Apart\n{build}tags: [x]\n---\nText\n"
    files = {"hugo.toml": "title = 'X'\n", "content/posts/a.md": page, "content/posts/b.md": "# B\n"}
    site = site_of(files)
    assert site.pages["/posts/a"].title == "Apart"
    assert [p.path for p in site.sections["/posts"].pages] == ["/posts/b"]
    assert not site.terms
    handed = "---\ncascade:\n  build:\n    list: never\n---\n"
    below = files | {"content/posts/_index.md": handed, "content/posts/a.md": "# A\n"}
    assert site_of(below).sections["/posts"].pages == ()


def test_it_follows_the_name_of_the_folder_that_it_lies_in():
    """Which it shows, though no list of the folder has it."""
    press = Press(memory=10**7)
    files = OPEN | {"a/b/apart.md": APART, "a/b/other.md": "# Other\n"}
    old = press.edition(site_of(files | {"a/b/index.md": "# Folder\n"}), NOW)
    new = press.edition(site_of(files, old.site), NOW)
    assert "/a/b/apart" in (affected(old, new) or ())
