"""Which feeds a site has, where they are, and what is in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from printing import drive
from snapshots import EPOCH, blob, site_of, snapshot

from canopy.content.site import build
from canopy.content.values import SiteOptions
from canopy.render.feeds import feed_pages
from canopy.render.options import RenderOptions
from canopy.render.press import Press
from canopy.render.topics import moved_feed

if TYPE_CHECKING:
    from canopy.git.values import Blob
    from canopy.render.edition import Edition

NS = "{http://www.w3.org/2005/Atom}"
FILES: dict[str, str | bytes | Blob] = {
    ".config/blog_name": "Notes",
    ".config/root": "https://example.org",
    "Index": "---\ntitle: Home\n---\nHello.\n",
    "Posts/a": blob("Posts/a", "---\ntitle: A\ntags: x, help needed\n---\nSee [b](b) and ![p](p.png).\n", 5),
    "Posts/b": blob("Posts/b", "---\ntitle: B\nauthor: Ada\n---\nBody of b.\n", 6, author="Bob"),
    "Posts/deep/c": blob("Posts/deep/c", "---\ntitle: C\nauthors: [Ada, A/B]\n---\nBody of c.\n", 7),
    "Posts/p.png": b"\x89PNG",
}


def edition_of(files: dict[str, str | bytes | Blob], hub: str = "") -> Edition:
    """Return the first edition of these files."""
    return Press(memory=1 << 24, options=RenderOptions(websub_hub=hub)).edition(site_of(files), EPOCH)


def titles(edition: Edition, path: str) -> list[str]:
    """Return the titles of the entries of a feed in JSON."""
    press = Press(memory=1 << 24)
    return [item["title"] for item in json.loads(drive(press.print(edition, path)).identity.body)["items"]]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/-/feeds/site.json", ["C", "B", "A"]),
        ("/-/feeds/section/Posts.json", ["C", "B", "A"]),
        ("/-/feeds/section/Posts/deep.json", ["C"]),
        ("/-/feeds/tag/help needed.json", ["A"]),
        ("/-/feeds/author/Ada.json", ["C", "B"]),
    ],
)
def test_every_section_tag_and_author_has_a_feed(path: str, expected: list[str]) -> None:
    """The newest page comes first; a feed of a section has what is below it."""
    assert titles(edition_of(FILES), path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/-/feeds/",
        "/-/feeds/site",
        "/-/feeds/site.txt",
        "/-/feeds/site.atom",
        "/-/feeds/site/x.rss",
        "/-/feeds/section/.atom",
        "/-/feeds/section/Nowhere.atom",
        "/-/feeds/section//Posts.atom",
        "/-/feeds/tag/nothing.rss",
        "/-/feeds/author/A/B.rss",
        "/-/feeds/author/Nobody.json",
    ],
)
def test_what_the_site_lacks_has_no_feed(path: str) -> None:
    """A feed has one address, and only what exists has one."""
    assert not edition_of(FILES).has(path)


def test_an_entry_has_one_id_in_all_feeds_but_feeds_have_their_own() -> None:
    """A reader who subscribes to a tag and to the site sees the same entry, in different feeds."""
    press, edition = Press(memory=1 << 24), edition_of(FILES)
    ids, feeds = set(), set()
    for path in ("/atom", "/-/feeds/section/Posts.atom", "/-/feeds/tag/x.atom"):
        root = ET.fromstring(drive(press.print(edition, path)).identity.body)
        feeds.add(root.findtext(f"{NS}id"))
        ids.update(e.findtext(f"{NS}id") for e in root.iter(f"{NS}entry") if e.findtext(f"{NS}title") == "A")
    assert len(ids) == 1
    assert len(feeds) == 3


def test_a_feed_is_whole_and_its_links_are_absolute() -> None:
    """A feed reader knows no base: links, images and the feed's own addresses begin with https."""
    edition = edition_of(FILES)
    body = drive(Press(memory=1 << 24).print(edition, "/-/feeds/tag/help needed.atom")).identity.body
    root = ET.fromstring(body)
    content = root.findtext(f"{NS}entry/{NS}content") or ""
    assert 'href="https://example.org/Posts/b"' in content
    assert 'src="https://example.org/Posts/p.png"' in content
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{NS}link")}
    assert links["self"] == "https://example.org/-/feeds/tag/help%20needed.atom"
    assert links["alternate"] == "https://example.org/tags/help%20needed"
    assert root.findtext(f"{NS}title") == "Notes – help needed"


def test_the_sites_feed_has_ten_entries_and_others_have_more() -> None:
    """As in the original, the ten newest; who follows one section gets twenty of it."""
    many: dict[str, str | bytes | Blob] = {f"Posts/n{i}": blob(f"Posts/n{i}", "x\n", i) for i in range(30)}
    outline = edition_of({**FILES, **many}).outline
    assert [page.title for page in feed_pages(outline)][:2] == ["n29", "n28"]
    assert len(feed_pages(outline)) == 10
    section = edition_of({**FILES, **many})
    assert len(titles(section, "/-/feeds/section/Posts.json")) == 20


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/feed.xml", "/atom"),
        ("/index.xml", "/-/feeds/site.rss"),
        ("/rss", "/-/feeds/site.rss"),
        ("/feed.json", "/-/feeds/site.json"),
        ("/feed", "/atom"),
        ("/feed/", "/atom"),
        ("/Posts/index.xml", "/-/feeds/section/Posts.rss"),
        ("/tags/x/index.xml", "/-/feeds/tag/x.rss"),
        ("/-/feeds/site.atom", "/atom"),
        ("/Nowhere/index.xml", None),
        ("/Posts/a/feed.xml", None),
    ],
)
def test_subscribers_of_other_generators_are_sent_on(path: str, target: str | None) -> None:
    """Who moves a Jekyll, Hugo or Zola site here keeps its subscribers."""
    assert edition_of(FILES).redirect(path) == target


def test_a_note_may_be_called_like_a_feed() -> None:
    """The repository's own file at such an address is what is served."""
    edition = edition_of({**FILES, "feed": "---\ntitle: On feeding\n---\nBirds.\n", "rss.xml": "<rss/>"})
    assert edition.redirect("/feed") is None
    assert edition.has("/feed")
    assert edition.redirect("/rss.xml") is None
    assert moved_feed(edition.site, "/rss") == "/-/feeds/site.rss"


def test_a_feed_is_taken_over_until_one_of_its_pages_changes() -> None:
    """An edit elsewhere leaves a tag's feed as it is, to the very object."""
    press = Press(memory=1 << 24)
    first = site_of(FILES)
    edition = press.edition(first, EPOCH)
    before = {path: drive(press.print(edition, path)) for path in ("/-/feeds/tag/x.rss", "/atom")}
    edited = {
        **FILES,
        "Posts/b": blob("Posts/b", "---\ntitle: B\nauthor: Ada\n---\nOther.\n", 6, author="Bob"),
    }
    again = press.edition(site_of(edited, first), EPOCH)
    assert drive(press.print(again, "/-/feeds/tag/x.rss")) is before["/-/feeds/tag/x.rss"]
    assert drive(press.print(again, "/atom")) is not before["/atom"]


def test_the_hub_is_in_the_header_too() -> None:
    """WebSub, 4: a Link field names hub and topic, on the 304 as well."""
    edition = edition_of(FILES, hub="https://hub.example.org/")
    press = Press(memory=1 << 24, options=RenderOptions(websub_hub="https://hub.example.org/"))
    variant = drive(press.print(edition, "/atom")).identity
    link = b'<https://hub.example.org/>; rel="hub", <https://example.org/atom>; rel="self"'
    assert dict(variant.headers)[b"link"] == link
    assert dict(variant.not_modified)[b"link"] == link


def test_all_generated_addresses_are_listed_and_answer() -> None:
    """Whoever writes the site down as files finds each feed, the sitemap and the rest, once each."""
    press, edition = Press(memory=1 << 24), edition_of(FILES)
    listed = list(edition.documents())
    assert len(listed) == len(set(listed))
    assert {"/atom", "/-/feeds/site.rss", "/sitemap.xml", "/robots.txt", "/favicon.ico"} <= set(listed)
    assert "/-/feeds/author/Ada.json" in listed
    for path in listed:
        assert drive(press.print(edition, path)).identity.body


def test_a_feed_is_no_older_after_a_page_went():
    """When the newest entry expires, neither the feed's date of change nor the sitemap's goes back."""
    moment = datetime(2026, 5, 4, 12, tzinfo=UTC)
    files = {**FILES, "Posts/z": f"---\ntitle: Z\ndate: 2026-05-01\nexpires: {moment.isoformat()}\n---\n"}
    press = Press(memory=1 << 24)
    dates = []
    for now in (moment - timedelta(minutes=1), moment):
        edition = press.edition(build(snapshot(files), SiteOptions(), None, now), now)
        root = ET.fromstring(drive(press.print(edition, "/atom")).identity.body)
        rss = ET.fromstring(drive(press.print(edition, "/-/feeds/site.rss")).identity.body)
        places = ET.fromstring(drive(press.print(edition, "/sitemap.xml")).identity.body)
        start = places[0].findtext("{http://www.sitemaps.org/schemas/sitemap/0.9}lastmod")
        built = parsedate_to_datetime(rss.findtext("channel/lastBuildDate") or "")
        dates.append((datetime.fromisoformat(root.findtext(f"{NS}updated") or ""), built, start))
    assert dates[0][0] == dates[0][1] == datetime(2026, 5, 1, tzinfo=UTC)
    assert dates[1][0] == dates[1][1] == moment
    assert dates[1][2] == moment.isoformat()


def test_an_entry_is_published_when_it_appears():
    """A page that was written before it appeared is news of that moment."""
    files = {**FILES, "Posts/z": "---\ntitle: Z\ndate: 2016-01-01\npublishDate: 2026-05-04T12:00Z\n---\n"}
    edition = Press(memory=1 << 24).edition(site_of(files), EPOCH)
    entry = ET.fromstring(drive(Press(memory=1 << 24).print(edition, "/atom")).identity.body).find(
        f"{NS}entry"
    )
    assert entry is not None
    assert entry.findtext(f"{NS}title") == "Z"
    assert entry.findtext(f"{NS}published") == entry.findtext(f"{NS}updated") == "2026-05-04T12:00:00+00:00"
