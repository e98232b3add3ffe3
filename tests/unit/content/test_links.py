"""Where links lead."""

from __future__ import annotations

import pytest
from snapshots import site_of

from canopy.content.links import Target, resolve

FILES = {
    "README.md": "# Home",
    "Posts/ARP.md": "---\ntags: help needed\n---\n",
    "Posts/Other Note.md": "O",
    "Posts/deep/x.md": "X",
    "Posts/deep/photo 1.png": b"1",
    "Posts/C#.md": "C",
    "blog/file.md": "---\nslug: short\n---\n",
    "guide/index.md": "G",
    "guide/a.md": "A",
    "static/logo.svg": "<svg/>",
    "a/X.md": "1",
    "A/x.md": "2",
    "re: plans.md": "R",
    "Unique/OnlyOne.md": "U",
}


@pytest.fixture(scope="module")
def site():
    """Return a site with every kind of place."""
    return site_of(FILES, base_url="https://notes.example/base")


def at(site, path):
    """Return the page or introduction at a path."""
    return site.pages.get(path) or site.sections[path].index


@pytest.mark.parametrize(
    ("page", "target", "path"),
    [
        ("/Posts/ARP", "Other Note", "/Posts/Other Note"),
        ("/Posts/ARP", "Other%20Note.md", "/Posts/Other Note"),
        ("/Posts/ARP", "other-note.md", "/Posts/Other Note"),
        ("/Posts/ARP", "../blog/file.md", "/blog/short"),
        ("/Posts/ARP", "../blog/short", "/blog/short"),
        ("/Posts/ARP", "./deep/x.md", "/Posts/deep/x"),
        ("/Posts/ARP", "deep/photo%201.png", "/Posts/deep/photo 1.png"),
        ("/Posts/ARP", "/static/logo.svg", "/static/logo.svg"),
        ("/Posts/ARP", "../static/logo.svg", "/static/logo.svg"),
        ("/Posts/ARP", "deep/", "/Posts/deep"),
        ("/Posts/ARP", "..", "/"),
        ("/Posts/ARP", "/", "/"),
        ("/Posts/ARP", "/blog/short.html", "/blog/short"),
        ("/Posts/ARP", "/BLOG/Short", "/blog/short"),
        ("/Posts/ARP", "arp.md", "/Posts/ARP"),
        ("/Posts/ARP", "blog/file.md", "/blog/short"),
        ("/Posts/ARP", "OnlyOne", "/Unique/OnlyOne"),
        ("/Posts/ARP", "C#.md", "/Posts/C#"),
        ("/Posts/ARP", "C%23.md", "/Posts/C#"),
        ("/Posts/ARP", "re: plans.md", "/re: plans"),
        ("/Posts/ARP", "/tags/help%20needed", "/tags/help needed"),
        ("/Posts/ARP", "/tags", "/tags"),
        ("/Posts/ARP", "/atom", "/atom"),
        ("/Posts/ARP", "/sitemap.xml", "/sitemap.xml"),
        ("/Posts/ARP", "/robots.txt", "/robots.txt"),
        ("/Posts/ARP", "/favicon.ico", "/favicon.ico"),
        ("/Posts/ARP", "/feed.xml", "/feed.xml"),
        ("/Posts/ARP", "/Posts/index.xml", "/Posts/index.xml"),
        ("/Posts/ARP", "/-/search", "/-/search"),
        ("/Posts/ARP", "/-/status", "/-/status"),
        ("/Posts/ARP", "https://notes.example/base/Posts/ARP", "/Posts/ARP"),
        ("/Posts/ARP", "HTTP://NOTES.EXAMPLE/base", "/"),
        ("/Posts/ARP", "/base/blog/short", "/blog/short"),
        ("/Posts/ARP", "../guide/index.md", "/guide"),
        ("/Posts/ARP", "/guide/", "/guide"),
        ("/guide", "a.md", "/guide/a"),
        ("/guide", "guide/a", "/guide/a"),
        ("/guide", "../README.md", "/"),
        ("/Posts/deep/x", "photo 1.png", "/Posts/deep/photo 1.png"),
        ("/Posts/deep/x", "../../../../../a/X.md", "/a/X"),
        ("/a/X", "X.md", "/a/X"),
        ("/A/x", "x.md", "/A/x"),
    ],
)
def test_internal(site, page, target, path):
    """A link leads where its author meant it, from the file's folder or from the page's address."""
    assert resolve(site, at(site, page), target) == Target("internal", path)


@pytest.mark.parametrize(
    ("target", "path", "suffix"),
    [
        ("Other%20Note.md#part", "/Posts/Other Note", "#part"),
        ("../blog/file.md?a=1&amp;b=2#c", "/blog/short", "?a=1&b=2#c"),
        ("https://notes.example/base/guide?x", "/guide", "?x"),
    ],
)
def test_suffix(site, target, path, suffix):
    """Query and fragment are kept as they are."""
    assert resolve(site, site.pages["/Posts/ARP"], target) == Target("internal", path, suffix)


@pytest.mark.parametrize("target", ["#part", ""])
def test_same_page(site, target):
    """A fragment alone stays on the page."""
    assert resolve(site, site.pages["/Posts/ARP"], target) == Target("page", "/Posts/ARP", target)


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/x y",
        "http://notes.example/elsewhere",
        "https://notes.example.evil/base/Posts/ARP",
        "https://notes.example/base/not/here",
        "//cdn.example/x.js",
        "mailto:a@b.example",
        "tel:+49",
        "data:image/png;base64,iVBORw0KGgo=",
    ],
)
def test_external(site, target):
    """What leads away stays as it was written."""
    assert resolve(site, site.pages["/Posts/ARP"], target) == Target("external", target)


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "file:///etc/passwd",
        "/\\evil.example",
        "\\\\evil.example",
        "unknown-scheme:x",
        "x" * 10_000,
    ],
)
def test_never_linked(site, target):
    """A target that could run or leave unseen is broken and has no path."""
    assert resolve(site, site.pages["/Posts/ARP"], target) == Target("broken", "")


@pytest.mark.parametrize(
    ("target", "path"),
    [("nowhere.md", "/Posts/nowhere.md"), ("/nowhere#x", "/nowhere"), ("/x.md", "/x.md"), ("../a/x", "/a/x")],
)
def test_broken(site, target, path):
    """What leads nowhere, or could mean two pages, says what was meant."""
    found = resolve(site, site.pages["/Posts/ARP"], target)
    assert (found.kind, found.path) == ("broken", path)


def test_root_of_the_repository():
    """With a root folder, links that follow the repository's folders lead to the same pages."""
    site = site_of({"data/blog/a.md": "A", "data/wiki/b.md": "B"}, root="data")
    page = site.pages["/blog/a"]
    for target in ("../wiki/b.md", "/wiki/b", "/data/wiki/b.md"):
        assert resolve(site, page, target) == Target("internal", "/wiki/b")


def test_links_follow_redirects():
    """A link to an address that redirects leads to where it ends, even to another site."""
    site = site_of({"a.md": "A", "b": "redirect: https://x.example/", "c.md": "---\naliases: /old\n---\n"})
    page = site.pages["/a"]
    assert resolve(site, page, "b") == Target("external", "https://x.example/")
    assert resolve(site, page, "/old#x") == Target("internal", "/c", "#x")
