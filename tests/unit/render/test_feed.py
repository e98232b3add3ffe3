"""The feed, by the rules of RFC 4287."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from xml.etree import ElementTree as ET

from canopy.render.feed import Feed, FeedEntry, atom

NS = "{http://www.w3.org/2005/Atom}"
ENTRY = FeedEntry(
    id="urn:uuid:7d3a3b7e-0000-5000-8000-000000000001",
    title="ARP & <friends>",
    url="https://example.org/Posts/ARP",
    html='<p>Full <a href="https://example.org/x">content</a> &amp; more</p>\n',
    summary="A <em>summary</em>",
    authors=(("Ada", "https://example.org/ada"), ("Grace", "")),
    created=datetime(2016, 3, 14, 10, 0, tzinfo=timezone(timedelta(hours=2))),
    updated=datetime(2017, 1, 2, 3, 4, 5, tzinfo=UTC),
    tags=("network", "help needed", "network"),
)
FEED = Feed(
    id="urn:uuid:7d3a3b7e-0000-4000-8000-000000000000",
    title="Notes",
    subtitle="",
    url="https://example.org/",
    feed_url="https://example.org/atom",
    language="en",
    entries=(
        ENTRY,
        replace(
            ENTRY, id="urn:uuid:7d3a3b7e-0000-5000-8000-000000000002", authors=(), updated=None, summary=""
        ),
    ),
)


def parse(feed: Feed) -> ET.Element:
    return ET.fromstring(atom(feed))


def text(element: ET.Element, name: str) -> str:
    found = element.findall(NS + name)
    assert len(found) == 1, f"{len(found)} × {name}"
    return found[0].text or ""


def test_what_a_feed_must_have() -> None:
    """RFC 4287, 4.1.1: exactly one id, title and updated; an author; links to itself and the page."""
    root = parse(FEED)
    assert root.tag == f"{NS}feed"
    assert root.attrib == {"{http://www.w3.org/XML/1998/namespace}lang": "en"}
    assert (text(root, "id"), text(root, "title")) == (FEED.id, "Notes")
    assert root.find(f"{NS}author/{NS}name") is not None
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{NS}link")}
    assert links == {"self": FEED.feed_url, "alternate": FEED.url}


def test_what_an_entry_must_have() -> None:
    """RFC 4287, 4.1.2: exactly one id, title and updated; at most one of published, summary, content."""
    entries = parse(FEED).findall(f"{NS}entry")
    assert [text(entry, "id") for entry in entries] == [entry.id for entry in FEED.entries]
    first = entries[0]
    assert text(first, "title") == "ARP & <friends>"
    assert text(first, "published") == "2016-03-14T10:00:00+02:00"
    assert text(first, "updated") == "2017-01-02T03:04:05+00:00"
    assert text(first, "content") == ENTRY.html
    assert text(first, "summary") == ENTRY.summary
    assert [e.get("type") for e in first if e.tag in {f"{NS}content", f"{NS}summary"}] == ["html", "html"]
    assert [link.attrib for link in first.findall(f"{NS}link")] == [{"rel": "alternate", "href": ENTRY.url}]
    assert [c.get("term") for c in first.findall(f"{NS}category")] == ["network", "help needed"]


def test_all_authors_are_named() -> None:
    """An entry may have several; one without any has the feed's."""
    first, second = parse(FEED).findall(f"{NS}entry")
    people = [(text(a, "name"), a.findtext(f"{NS}uri")) for a in first.findall(f"{NS}author")]
    assert people == [("Ada", "https://example.org/ada"), ("Grace", None)]
    assert second.findall(f"{NS}author") == []


def test_the_feed_is_as_new_as_its_newest_entry() -> None:
    """No clock: the same entries give the same bytes at any time."""
    assert text(parse(FEED), "updated") == "2017-01-02T03:04:05+00:00"
    assert atom(FEED) == atom(FEED)
    assert text(parse(replace(FEED, entries=())), "updated").startswith("1970-01-01")


def test_an_entry_without_dates_is_valid() -> None:
    """`updated` is required even of a page whose date nobody knows; a time without zone is UTC."""
    undated = replace(ENTRY, created=None, updated=None)
    naive = replace(ENTRY, id="urn:x:2", created=datetime(2020, 1, 1), updated=None)  # noqa: DTZ001
    first, second = parse(replace(FEED, entries=(undated, naive))).findall(f"{NS}entry")
    assert first.find(f"{NS}published") is None
    assert text(first, "updated")
    assert text(second, "updated") == "2020-01-01T00:00:00+00:00"


def test_characters_that_xml_refuses_are_left_out() -> None:
    """A title with an escape sequence or half a surrogate pair doesn't break the feed."""
    bad = "a\x00\x1b[31m\ufffe\ud800b]]>"
    odd = replace(ENTRY, title=bad, html=bad, summary=bad, tags=(bad,), authors=((bad, bad),))
    entry = parse(replace(FEED, title=bad, subtitle=bad, entries=(odd,))).find(f"{NS}entry")
    assert entry is not None
    assert text(entry, "title") == "a[31mb]]>"


def test_paths_that_are_not_ascii_are_encoded() -> None:
    """A link in a feed is a URI."""
    odd = replace(ENTRY, url="https://example.org/Posts/Übung")
    link = parse(replace(FEED, entries=(odd,))).find(f"{NS}entry/{NS}link")
    assert link is not None
    assert link.get("href") == "https://example.org/Posts/%C3%9Cbung"
