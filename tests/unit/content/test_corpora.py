"""The real repositories that the room was written for."""

from __future__ import annotations

from collections import Counter

from snapshots import snapshot_of_bundle

from canopy.content.links import resolve
from canopy.content.site import build
from canopy.content.values import Author, SiteOptions


def test_notepad():
    """Every article of the notepad is at its original URL with title and author; none is dropped."""
    snapshot = snapshot_of_bundle("canopy-notepad.bundle")
    site = build(snapshot, SiteOptions())
    articles = {"/" + path for path in snapshot.blobs if not path.startswith(".config/")}
    assert len(articles) == 81
    assert set(site.pages) == articles
    assert not site.problems
    assert (site.title, site.uuid) == ("Mirage Canopy Blog", "39826247-1058-4474-87cf-c40d33f301ad")
    for path, page in site.pages.items():
        lines = snapshot.blobs[path[1:]].data.decode().splitlines()
        (title,) = (line.removeprefix("title: ") for line in lines[:8] if line.startswith("title: "))
        assert page.title == title.strip()
        assert page.authors
        assert page.authors != (Author("History"),)
        assert not any(mark in author.name for author in page.authors for mark in "[]")
    assert [item.title for item in site.navigation] == ["Liveblog", "Posts", "Projects", "irclogs"]
    assert len(site.terms["help needed"].pages) == 9


def test_mirage_www():
    """All 157 files of mirage-www have title, authors, dates and the permalink that they ask for."""
    snapshot = snapshot_of_bundle("mirage-www.bundle")
    site = build(snapshot, SiteOptions(root="data"))
    assert len(site.pages) == 157
    assert not site.problems
    assert Counter(page.section for page in site.recent) == {"/blog": 78, "/weekly": 51, "/wiki": 28}
    for path, page in site.pages.items():
        lines = snapshot.blobs[page.source.path].data.decode().splitlines()
        (slug,) = (line.split(":", 1)[1].strip() for line in lines[:30] if line.startswith("permalink:"))
        assert path == f"{page.section}/{slug}"
        assert page.title != page.source.path
        assert page.authors
        assert page.authors != (Author("History"),)
        assert page.created
        assert page.updated
        assert page.created <= page.updated
    assert site.redirects["/blog/pinata-results.md"] == "/blog/bitcoin-pinata-results"


def test_mirage_www_links():
    """Links between mirage-www's posts are found."""
    site = build(
        snapshot_of_bundle("mirage-www.bundle"), SiteOptions(root="data", base_url="https://mirage.io")
    )
    page = site.pages["/blog/2014-in-review"]
    assert resolve(site, page, "/blog/introducing-irmin").path == "/blog/introducing-irmin"
    assert resolve(site, page, "http://mirage.io/wiki/install").kind == "internal"
    assert resolve(site, page, "/wiki").path == "/wiki"
    assert resolve(site, page, "/no/such/page").kind == "broken"
