"""The sitemap, robots.txt and the other small files that programs ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from printing import drive
from snapshots import EPOCH, blob, site_of

from canopy.render import sitemap
from canopy.render.options import RenderOptions
from canopy.render.press import Press
from canopy.render.sitemap import render_sitemap

if TYPE_CHECKING:
    from canopy.git.values import Blob
    from canopy.render.edition import Edition

NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
FILES: dict[str, str | bytes | Blob] = {
    ".config/root": "https://example.org",
    "Index": "---\ntitle: Home\n---\nHello.\n",
    "Posts/a & b": blob("Posts/a & b", "---\ntitle: A\n---\nText.\n", 5, updated=9),
    "Posts/ü": blob("Posts/ü", "---\ntitle: Ü\n---\nText.\n", 6),
}


def edition_of(files: dict[str, str | bytes | Blob], **more: str) -> Edition:
    """Return an edition of these files that hides two paths from crawlers."""
    options = RenderOptions(hidden=("/-/search", "/notepad.git"))
    return Press(memory=1 << 24, options=options).edition(site_of(files, **more), EPOCH)


def body(edition: Edition, path: str) -> bytes:
    """Return what is served at a path."""
    return drive(Press(memory=1 << 24).print(edition, path)).identity.body


def places(document: bytes) -> list[tuple[str, str]]:
    """Return location and last change of each entry."""
    return [
        (entry.findtext(f"{NS}loc") or "", entry.findtext(f"{NS}lastmod") or "")
        for entry in ET.fromstring(document)
    ]


def test_the_sitemap_names_all_pages_with_their_last_change() -> None:
    """sitemaps.org: absolute, encoded addresses and W3C dates; a list changes with its newest page."""
    newest = "2016-03-24T14:05:06+00:00"
    assert places(body(edition_of(FILES), "/sitemap.xml")) == [
        ("https://example.org/", newest),
        ("https://example.org/Posts", newest),
        ("https://example.org/Posts/%C3%BC", "2016-03-21T14:05:06+00:00"),
        ("https://example.org/Posts/a%20&%20b", newest),
    ]


def test_a_site_below_a_path_has_a_sitemap_of_that_path() -> None:
    """The base path is part of each address, and of what robots.txt says."""
    edition = edition_of(FILES, base_url="https://example.org/notes")
    assert places(body(edition, "/sitemap.xml"))[0][0] == "https://example.org/notes/"
    assert body(edition, "/robots.txt").decode().splitlines()[1:] == [
        "Disallow: /notes/-/search",
        "Disallow: /notes/notepad.git",
        "",
        "Sitemap: https://example.org/notes/sitemap.xml",
    ]


def test_a_large_sitemap_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    """sitemaps.org: beyond the limit there is an index, and its parts have everything exactly once."""
    monkeypatch.setattr(sitemap, "MOST", 3)
    edition = edition_of({**FILES, **{f"Posts/n{i}": "x\n" for i in range(6)}})
    index = ET.fromstring(body(edition, "/sitemap.xml"))
    assert index.tag == f"{NS}sitemapindex"
    parts = [loc.text or "" for loc in index.iter(f"{NS}loc")]
    assert parts[0] == "https://example.org/sitemap-1.xml"
    listed = [
        place
        for part in parts
        for place, _ in places(body(edition, part.removeprefix("https://example.org")))
    ]
    assert len(listed) == len(set(listed)) == 10
    assert not edition.has(f"/sitemap-{len(parts) + 1}.xml")
    assert not edition.has("/sitemap-0.xml")


def test_a_small_sitemap_has_no_parts() -> None:
    """What an index would name is not there without one."""
    assert not edition_of(FILES).has("/sitemap-1.xml")


def test_ten_thousand_pages_are_in_one_file() -> None:
    """Each has its entry, compressed as all that is served."""
    many = tuple((f"/Posts/2016/a note with spaces {i}", EPOCH) for i in range(10_000))
    made = render_sitemap("https://example.org", many)
    assert made.identity.count(b"<url>") == 10_000
    assert made.br is not None
    assert len(made.br) < len(made.identity) // 10


def test_robots_are_told_of_the_sitemap() -> None:
    """RFC 9309; without a repository's own, all but the search and the repository may be read."""
    assert body(edition_of(FILES), "/robots.txt") == (
        b"User-agent: *\nDisallow: /-/search\nDisallow: /notepad.git\n\n"
        b"Sitemap: https://example.org/sitemap.xml\n"
    )


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/favicon.ico", "/.well-known/security.txt"])
def test_the_repositorys_own_files_win(path: str) -> None:
    """What a site has under these names is served as it is."""
    edition = edition_of({**FILES, path[1:]: b"mine\n"})
    assert body(edition, path) == b"mine\n"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/robots.txt", "/static/robots.txt"),
        ("/favicon.ico", "/static/favicon.ico"),
        ("/.well-known/security.txt", "/security.txt"),
    ],
)
def test_files_elsewhere_in_the_repository_are_found(path: str, kept: str) -> None:
    """Programs ask at one address only: it leads to where the repository has the file."""
    edition = edition_of({**FILES, kept[1:]: b"mine\n"})
    assert edition.redirect(path) == kept
    assert not edition.has(path)


def test_there_is_an_icon_but_no_invented_security_contact() -> None:
    """Without the repository's own, the theme's icon is shown; whom to tell only the author knows."""
    edition = edition_of(FILES)
    printed = drive(Press(memory=1 << 24).print(edition, "/favicon.ico")).identity
    assert dict(printed.headers)[b"content-type"] == b"image/svg+xml"
    assert printed.body.startswith(b"<svg")
    assert not edition.has("/.well-known/security.txt")


def test_pages_name_the_repositorys_own_icon() -> None:
    """The link in the head is to the file that the repository brings."""
    assert b'<link rel="icon" type="image/png" href="/favicon.png">' in body(
        edition_of({**FILES, "favicon.png": b"\x89PNG"}), "/"
    )


def test_an_edit_makes_another_sitemap_and_leaves_robots_alone() -> None:
    """Only what depends on pages is written anew."""
    press = Press(memory=1 << 24)
    first = site_of(FILES)
    before = {p: drive(press.print(press.edition(first, EPOCH), p)) for p in ("/sitemap.xml", "/robots.txt")}
    again = press.edition(site_of({**FILES, "Posts/new": "x\n"}, first), EPOCH)
    assert drive(press.print(again, "/robots.txt")) is before["/robots.txt"]
    assert b"/Posts/new" in drive(press.print(again, "/sitemap.xml")).identity.body
