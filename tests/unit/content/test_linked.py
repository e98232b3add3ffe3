"""Pages and files behind symbolic links: one address for a page, and every file where it is looked for."""

from __future__ import annotations

from dataclasses import replace

from snapshots import snapshot

from canopy.content.links import resolve
from canopy.content.site import build
from canopy.content.values import SiteOptions
from canopy.git.symlinks import follow


def site_with(files, links, previous=None):
    """Return the site of files and symbolic links."""
    whole = snapshot(files)
    linked, problems = follow(links, whole.blobs, {})
    whole = replace(whole, blobs={**whole.blobs, **linked}, problems=problems)
    site = build(whole, SiteOptions(), previous)
    assert site == build(whole, SiteOptions())
    return site


def test_a_page_has_one_address():
    """The path of a link to a note leads to the note; it is in no list twice."""
    site = site_with({"notes/a.md": "# A", "b.md": "# B"}, {"start.md": "notes/a.md"})
    assert set(site.pages) == {"/notes/a", "/b"}
    assert site.redirects["/start"] == "/notes/a"
    assert site.problems == ()
    moved = site_with({"notes/c.md": "# A", "b.md": "# B"}, {"start.md": "notes/c.md"}, site)
    assert moved.redirects["/start"] == "/notes/c"


def test_a_linked_folder_leads_to_the_folder():
    """All of its notes, and itself, lead to where they lie; its pictures are there under both names."""
    files = {"v2/README.md": "# Two", "v2/a.md": "# A", "v2/c.png": "c", "v1/b.md": "# B"}
    site = site_with(files, {"latest": "v2", "old": "v1"})
    wanted = {"/latest": "/v2", "/latest/a": "/v2/a", "/old": "/v1", "/old/b": "/v1/b"}
    assert wanted.items() <= site.redirects.items()
    assert {"/v2/c.png", "/latest/c.png"} <= site.assets.keys()
    assert "/latest" not in site.sections


def test_an_index_that_is_a_link_to_its_neighbour():
    """`index.md` beside the `README.md` that it means is that page, without a word about it."""
    site = site_with({"docs/README.md": "# Docs", "docs/a.md": "# A"}, {"docs/index.md": "README.md"})
    assert site.sections["/docs"].index.title == "Docs"
    assert site.problems == ()


def test_a_page_from_outside_the_site():
    """What a link in `docs/` shows of the repository around is a page there, and its links know their way."""
    files = {
        "mkdocs.yml": "site_name: M",
        "README.md": "# M\n\n[a](docs/a.md)",
        "docs/a.md": "# A",
        "docs/b.md": "# B",
    }
    site = site_with(files, {"docs/index.md": "../README.md"})
    index = site.sections["/"].index
    assert (index.title, index.source.path) == ("M", "README.md")
    assert resolve(site, index, "docs/a.md").path == "/a"


def test_what_is_not_there_yet_is_behind_no_link():
    """A link to a draft, or to what appears later, shows nothing of it."""
    site = site_with({"a.md": "---\ndraft: true\n---\nSecret", "b.md": "# B"}, {"c.md": "a.md"})
    assert set(site.pages) == {"/b"}
    assert "/c" not in site.redirects


def test_links_that_lead_nowhere_stay_problems():
    """With the link's own name, and what to do."""
    site = site_with({"a.md": "# A"}, {"b.md": "/etc/passwd", "c.md": "none.md"})
    told = [(problem.path, bool(problem.cure)) for problem in site.problems]
    assert told == [("b.md", True), ("c.md", True)]
    assert set(site.pages) == {"/a"}
