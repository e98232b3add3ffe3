"""What a build takes over from the one before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from snapshots import EPOCH, blob, site_of, snapshot

from canopy.content.site import build
from canopy.content.values import SiteOptions

FILES = {
    path: blob(path, content, day)
    for day, (path, content) in enumerate(
        {
            "index.md": "# Home",
            "a/one.md": "---\ntags: x\n---\nOne",
            "a/two.md": "---\ntags: y\n---\nTwo",
            "b/three.md": "---\ntags: y\n---\nThree",
            "b/p.png": b"1",
            "old": "redirect: /a/one",
        }.items()
    )
}


def test_the_same_snapshot_gives_the_same_objects():
    """Nothing changed: every object is the one that was there."""
    first = site_of(FILES)
    second = site_of(FILES, first)
    assert second == first
    for group in ("pages", "sections", "terms", "assets"):
        old, new = getattr(first, group), getattr(second, group)
        assert all(new[key] is old[key] for key in old)
    assert second.home is first.home


def test_a_changed_body_changes_only_what_shows_it():
    """One edit: one page, its sections and its terms are new; all else is the same object."""
    first = site_of(FILES)
    files = FILES | {"a/one.md": blob("a/one.md", "---\ntags: x\n---\nChanged", 1, updated=9)}
    second = site_of(files, first)
    assert second == site_of(files)
    assert {path for path in first.pages if second.pages[path] is not first.pages[path]} == {"/a/one"}
    assert {path for path in first.sections if second.sections[path] is not first.sections[path]} == {
        "/",
        "/a",
    }
    assert {name for name in first.terms if second.terms[name] is not first.terms[name]} == {"x"}
    assert second.assets["/b/p.png"] is first.assets["/b/p.png"]
    assert second.pages["/a/two"].source is first.pages["/a/two"].source
    assert second.names is first.names, "or else every page is made anew, and every reader's tab asks"


def test_a_new_date_keeps_the_source():
    """History learnt more about a file: its page is new, what was parsed is kept."""
    first = site_of(FILES)
    files = FILES | {"a/one.md": blob("a/one.md", FILES["a/one.md"].data, -5)}
    second = site_of(files, first)
    assert second == site_of(files)
    assert second.pages["/a/one"].source is first.pages["/a/one"].source
    assert second.pages["/a/one"].created < EPOCH


def test_equal_blobs_are_as_good_as_the_same():
    """A snapshot that was read anew gives the same objects."""
    first = site_of(FILES)
    second = site_of({path: blob(path, b.data, day) for day, (path, b) in enumerate(FILES.items())}, first)
    assert all(second.pages[path] is first.pages[path] for path in first.pages)


def test_another_convention_starts_anew():
    """A repository that becomes one of Canopy's own has other addresses at once."""
    first = site_of(FILES)
    files = FILES | {".config/blog_name": blob(".config/blog_name", "B")}
    second = site_of(files, first)
    assert second == site_of(files)
    assert "/a/one.md" in second.pages


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a/one.md", "---\nslug: other\ntags: x\n---\nOne"),
        ("a/one.md", "---\naliases: /new\ntags: x\n---\nOne"),
        ("a/one.md", "---\ndraft: true\n---\nOne"),
        ("a/one.md", "redirect: /b/three"),
        ("old", "redirect: /a/two"),
        ("old", "No redirect any more"),
        ("index.md", "# Another home"),
        ("b/p.png", b"2"),
    ],
)
def test_an_edit_that_moves_things(path, text):
    """An edit that changes addresses, redirects or titles does so at once, with the same files as before."""
    first = site_of(FILES)
    files = FILES | {path: blob(path, text, 1, updated=9)}
    second = site_of(files, first)
    assert second == site_of(files)
    assert second != first


def test_a_new_tag_takes_its_address():
    """A tag that appears takes its page's address from a note that had it, though that note is unchanged."""
    before = {"tags/x.md": blob("tags/x.md", "X"), "n.md": blob("n.md", "---\ntags: y\n---\n")}
    after = before | {"n.md": blob("n.md", "---\ntags: x\n---\n")}
    first = site_of(before)
    assert "/tags/x" in first.pages
    second = site_of(after, first)
    assert second == site_of(after)
    assert "/tags/x.md" in second.pages


def test_a_text_without_links_is_read_for_them_once():
    """What is known of a page's links stays the same object until the page is edited, also if it has none."""
    files = {
        "a.md": blob("a.md", "No link."),
        "b.md": blob("b.md", "[a](a.md)"),
        "c.md": blob("c.md", "Old."),
    }
    first = site_of(files)
    second = site_of(files | {"c.md": blob("c.md", "New.")}, first)
    before, after = first.memo.web.outward, second.memo.web.outward
    assert [file for file in after if after[file] is not before[file]] == ["/c.md"]


def test_years_do_not_confuse_what_is_still_to_come():
    """A page of a later year appears whatever was built between, and is held if the clock goes back."""
    files = {
        "old.md": blob("old.md", "---\ndate: 2020-01-01\n---\n"),
        "new.md": blob("new.md", "---\ndate: 2031-06-01\n---\n"),
    }
    site = None
    for year, text, shown in (
        (2029, "one", ["/old", "/other"]),
        (2030, "two", ["/old", "/other"]),
        (2033, "three", ["/new", "/old", "/other"]),
        (2019, "four", ["/other"]),
        (2019, "five", ["/other"]),
        (2032, "five", ["/new", "/old", "/other"]),
    ):
        taken, moment = (
            snapshot(files | {"other.md": blob("other.md", text)}),
            datetime(year, 5, 1, tzinfo=UTC),
        )
        site = build(taken, SiteOptions(), site, moment)
        assert sorted(site.pages) == shown
        assert site == build(taken, SiteOptions(), None, moment)


def test_what_holds_pages_holds_those_of_the_site():
    """Also after a file that changes how all others are read: lists are compared by these very objects."""
    authors = {"canopy.toml": blob("canopy.toml", '[authors.me]\nname = "Me"\n')}
    notes = {"c/four.md": blob("c/four.md", "---\ncategories: [k]\nauthor: other\n---\n")}
    first = site_of(FILES | notes)
    second = site_of(FILES | notes | authors, first)
    assert second == site_of(FILES | notes | authors)
    kinds = second.taxonomies
    lists = [*second.sections.values(), *second.terms.values(), *kinds.categories.terms.values()]
    for held in (*(found.pages for found in lists), second.recent, second.entries):
        assert all(page is second.pages[page.path] for page in held)
