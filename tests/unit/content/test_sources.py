"""Which files are articles, which are served as they are, and which are not shown."""

from __future__ import annotations

import pytest
from snapshots import site_of

from canopy.content import sources
from canopy.problem import Severity


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a/photo.JPG", "image/jpeg"),
        ("a/paper.pdf", "application/pdf"),
        ("a/page.html", "text/html; charset=utf-8"),
        ("a/drawing.svg", "image/svg+xml"),
        ("a/tool.py", "text/plain; charset=utf-8"),
        ("a/config.ru", "text/plain; charset=utf-8"),
        ("vimrc", "text/plain; charset=utf-8"),
        ("Brewfile", "text/plain; charset=utf-8"),
        ("LICENSE", "text/plain; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        (".well-known/security.txt", "text/plain; charset=utf-8"),
        (".well-known/x.json", "application/json"),
    ],
)
def test_assets(path, kind):
    """Files of a kind that is no prose are served as they are, beside the notes."""
    site = site_of({path: "some text"})
    assert site.assets["/" + path].media_type == kind
    assert not site.pages
    assert not site.problems


def test_a_program_without_an_extension():
    """What begins as scripts do is a file, unless the repository is one of the original Canopy."""
    assert "/bin/tool" in site_of({"bin/tool": "#!/bin/sh\n# Not a title\n"}).assets
    assert "/bin/tool" in site_of({".config/uuid": "", "bin/tool": "#!/bin/sh\n# A title\n"}).pages


@pytest.mark.parametrize(
    "path", ["a.md", "a.markdown", "a.mkd", "a.mdown", "a.txt", "a", "irmin-0.12", "Dr. Who"]
)
def test_articles(path):
    """Markdown, plain text, no extension and an unknown one are articles if they are text."""
    assert len(site_of({path: "Text"}).pages) == 1
    site = site_of({path: b"\0\1\2"})
    assert not site.pages
    assert [asset.media_type for asset in site.assets.values()] == ["application/octet-stream"]
    assert not site.problems


@pytest.mark.parametrize(
    "path",
    [
        ".gitignore",
        ".github/x.md",
        "a/.hidden/b.md",
        "CNAME",
        ".nojekyll",
        ".config/uuid",
        "static/.htaccess",
    ],
)
def test_hidden(path):
    """Dotfiles and dot-folders, `.config/**` and a host's own files are never served."""
    site = site_of({path: "x"})
    assert not {*site.pages, *site.assets, *site.redirects}


@pytest.mark.parametrize(
    ("data", "body", "kept"),
    [
        (b"---\ntitle: T\n---\n\n# T\n\nca\xc3\xb1on\n", "ca\xf1on\n", True),
        (b"---\r\ntitle: T\r\n---\r\none\r\ntwo", "one\ntwo", False),
        (b"ca\xf1on\n", "ca\xf1on\n", False),
        ("ca\xf1on\n".encode("utf-16"), "ca\xf1on\n", False),
    ],
)
def test_a_text_is_kept_once(data: bytes, body: str, kept: bool):
    """A body is a piece of its file's own bytes wherever those hold it as it is, and else has its own."""
    (page,) = site_of({"a.md": data}).pages.values()
    assert page.source.body == body
    assert (page.source.data is data) == kept
    assert page.source.says(body)
    assert not page.source.says("title: T")


def test_latin_1():
    """A text that is not UTF-8 is read as Latin-1, with a warning at the line."""
    site = site_of({"a.md": b"# One\n\nca\xf1on \x93quoted\x94\n"})
    assert site.pages["/a"].source.body == "cañon “quoted”\n"
    assert [(p.line, p.severity) for p in site.problems] == [(3, Severity.WARNING)]


def test_utf_16():
    """A text that Windows saved as UTF-16 is a text."""
    assert site_of({"a.md": "# Tïtle".encode("utf-16")}).pages["/a"].title == "Tïtle"


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"\xff\xfe\x00\xd8", b"\xff\xfe\0\0", bytes(range(1, 256)) * 4]
)
def test_what_only_looks_like_text(data):
    """A file that is no text in any encoding is served as it is."""
    assert site_of({"a": data}).assets["/a"].media_type == "application/octet-stream"


def test_line_ends():
    """CRLF and CR are line ends; the line count stays that of the file."""
    source = site_of({"a.md": b"---\r\ntitle: T\r\n---\r\n\r\nOne\r\nTwo\rThree"}).pages["/a"].source
    assert (source.body, source.body_line) == ("One\nTwo\nThree", 5)


def test_a_huge_article_is_shown_as_plain_text():
    """A text of more than 5 MB keeps its address, as plain text, with a problem."""
    site = site_of({"a.md": b"x" * (sources.MAX_ARTICLE + 1)})
    assert site.assets["/a.md"].media_type == "text/plain; charset=utf-8"
    assert [problem.path for problem in site.problems] == ["a.md"]


def test_code_and_html_with_a_titled_header_are_articles():
    """A file of any extension whose header has a title is an article; with an empty header it is not."""
    site = site_of(
        {"a.html": "---\ntitle: T\n---\n<p>x", "b.html": "---\n---\n<p>x", "c.js": "---\ntitle: T\n---\n"}
    )
    assert set(site.pages) == {"/a.html"}
    assert set(site.assets) == {"/b.html", "/c.js"}
