"""RSS 2.0 and JSON Feed 1.1, by their own rules."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree as ET

from canopy.render.feed import Feed, FeedEntry, atom
from canopy.render.jsonfeed import json_feed
from canopy.render.rss import rss

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
HOSTILE = "a\x00\x1b[31m\ufffe\ud800</script>]]>&<b>\"'"
ENTRY = FeedEntry(
    id="urn:uuid:7d3a3b7e-0000-5000-8000-000000000001",
    title="ARP & <friends>",
    url="https://example.org/Posts/ARP",
    html='<p>Full <a href="https://example.org/x">content</a> &amp; more</p>\n',
    summary="A <em>summary</em> &amp; more",
    authors=(("Ada", "https://example.org/ada"), ("Grace", "")),
    created=datetime(2016, 3, 14, 10, 0, tzinfo=timezone(timedelta(hours=2))),
    updated=datetime(2017, 1, 2, 3, 4, 5, tzinfo=UTC),
    tags=("network", "help needed", "network"),
    image="https://example.org/Posts/arp.png",
)
FEED = Feed(
    id="urn:uuid:7d3a3b7e-0000-4000-8000-000000000000",
    title="Notes – Posts",
    subtitle="",
    url="https://example.org/Posts",
    feed_url="https://example.org/-/feeds/section/Posts.rss",
    language="en",
    entries=(ENTRY, replace(ENTRY, id="urn:x:2", authors=(), created=None, updated=None, summary="")),
    hub="https://hub.example.org/",
)


def channel(feed: Feed) -> ET.Element:
    """Parse the feed as RSS."""
    root = ET.fromstring(rss(feed))
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    found = root.findall("channel")
    assert len(found) == 1
    return found[0]


def parsed(feed: Feed) -> dict[str, Any]:
    """Parse the feed as JSON."""
    document: dict[str, Any] = json.loads(json_feed(feed))
    return document


def test_what_an_rss_channel_must_have() -> None:
    """RSS 2.0: title, link and description; the profile recommends a link to the feed itself."""
    found = channel(FEED)
    assert [found.findtext(name) for name in ("title", "link", "description", "language")] == [
        "Notes – Posts",
        FEED.url,
        "Notes – Posts",
        "en",
    ]
    links = [(link.get("rel"), link.get("href")) for link in found.findall(f"{ATOM}link")]
    assert links == [("self", FEED.feed_url), ("hub", FEED.hub)]
    built = parsedate_to_datetime(found.findtext("lastBuildDate") or "")
    assert built == ENTRY.updated


def test_what_an_rss_item_says() -> None:
    """The whole text is in `content:encoded`, the summary in `description`, the id is no address."""
    first, second = channel(FEED).findall("item")
    assert first.findtext("title") == "ARP & <friends>"
    assert first.findtext("link") == ENTRY.url
    assert first.findtext(f"{CONTENT}encoded") == ENTRY.html
    assert first.findtext("description") == ENTRY.summary
    guid = first.find("guid")
    assert guid is not None
    assert (guid.text, guid.attrib) == (ENTRY.id, {"isPermaLink": "false"})
    assert parsedate_to_datetime(first.findtext("pubDate") or "") == ENTRY.created
    assert [category.text for category in first.findall("category")] == ["network", "help needed"]
    assert second.find("pubDate") is None
    assert second.find("description") is None


def test_an_rss_author_is_no_address() -> None:
    """`author` must be an e-mail address, which nobody gave us: names are `dc:creator`, one each."""
    first, second = channel(FEED).findall("item")
    assert [creator.text for creator in first.findall(f"{DC}creator")] == ["Ada", "Grace"]
    assert first.find("author") is None
    assert second.findall(f"{DC}creator") == []


def test_what_a_json_feed_must_have() -> None:
    """jsonfeed.org 1.1: version, title and items; empty members are left out."""
    document = parsed(FEED)
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert (document["title"], document["home_page_url"]) == ("Notes – Posts", FEED.url)
    assert document["feed_url"] == FEED.feed_url
    assert document["hubs"] == [{"type": "WebSub", "url": FEED.hub}]
    assert "description" not in document
    assert parsed(replace(FEED, entries=()))["items"] == []


def test_what_a_json_item_must_have() -> None:
    """jsonfeed.org 1.1: an id and a content; dates as RFC 3339 has them; the summary is plain text."""
    first, second = parsed(FEED)["items"]
    assert first == {
        "id": ENTRY.id,
        "url": ENTRY.url,
        "title": ENTRY.title,
        "content_html": ENTRY.html,
        "summary": "A summary & more",
        "image": ENTRY.image,
        "date_published": "2016-03-14T10:00:00+02:00",
        "date_modified": "2017-01-02T03:04:05+00:00",
        "authors": [{"name": "Ada", "url": "https://example.org/ada"}, {"name": "Grace"}],
        "tags": ["network", "help needed"],
    }
    assert "date_published" not in second
    assert "authors" not in second


def test_atom_names_its_hub() -> None:
    """WebSub, 4: a subscriber finds hub and topic in the feed itself."""
    root = ET.fromstring(atom(FEED))
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"alternate": FEED.url, "self": FEED.feed_url, "hub": FEED.hub}
    bare = ET.fromstring(atom(replace(FEED, hub="")))
    assert {link.get("rel") for link in bare.findall(f"{ATOM}link")} == {"alternate", "self"}


def test_hostile_texts_break_neither_form() -> None:
    """Controls, half surrogates and markup in every field stay text."""
    odd = replace(
        ENTRY, title=HOSTILE, html=HOSTILE, summary=HOSTILE, tags=(HOSTILE,), authors=((HOSTILE, HOSTILE),)
    )
    feed = replace(FEED, title=HOSTILE, subtitle=HOSTILE, entries=(odd,))
    item = channel(feed).find("item")
    assert item is not None
    assert item.findtext("title") == "a[31m</script>]]>&<b>\"'"
    document = parsed(feed)
    assert document["items"][0]["title"].endswith("</script>]]>&<b>\"'")
    assert "\ud800" not in document["items"][0]["content_html"]


def test_equal_feeds_have_equal_bytes() -> None:
    """No clock, no random order: an unchanged feed keeps its entity tag."""
    again = replace(FEED, entries=tuple(replace(entry) for entry in FEED.entries))
    assert rss(FEED) == rss(again)
    assert json_feed(FEED) == json_feed(again)
    assert b"01 Jan 1970" in rss(replace(FEED, entries=()))
