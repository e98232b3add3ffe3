"""Pages as a reader sees them, read out of the HTML: title, dates, links."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Sequence

_VOID = frozenset(
    {"meta", "link", "img", "br", "hr", "input", "source", "col", "wbr", "area", "base", "embed"}
)
_ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass
class Seen:
    """What is on a page."""

    title: str = ""
    """Of the browser's tab."""
    heading: str = ""
    times: list[datetime] = field(default_factory=list)
    """Of the page's own head, not of what it lists."""
    authors: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Every `href` and `src`."""
    classes: set[str] = field(default_factory=set)
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = Seen()
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.seen.links += [values[name] for name in ("href", "src") if name in values]
        self.seen.classes.update(values.get("class", "").split())
        if tag == "time" and self._inside("header", "opening"):
            self.seen.times.append(datetime.fromisoformat(values["datetime"]))
        if tag not in _VOID:
            self._open.append((tag, values.get("class", "")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.seen.text += data
        if self._inside("title"):
            self.seen.title += data
        elif self._inside("h1"):
            self.seen.heading += data
        elif self._inside("p", "byline") and data.strip():
            self.seen.authors.append(data.strip())

    def _inside(self, tag: str, name: str = "") -> bool:
        return any(tag == other and name in [*classes.split(), ""] for other, classes in self._open)


def read(html: str) -> Seen:
    """Return what is on a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.seen


@dataclass
class Entry:
    """One entry of a feed."""

    id: str
    title: str
    updated: datetime
    published: datetime | None
    link: str
    content: str
    authors: list[str]


@dataclass
class Feed:
    """An Atom feed that keeps the rules of RFC 4287."""

    id: str
    title: str
    self_link: str
    entries: list[Entry]


def atom(body: bytes) -> Feed:
    """Parse an Atom feed, and fail where it breaks a rule of RFC 4287."""
    root = ET.fromstring(body)
    assert root.tag == _ATOM + "feed"
    # 4.1.1: exactly one id, title and updated; at most one self link of a kind; every author has a name.
    for element in (root, *root.findall(_ATOM + "entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(_ATOM + name)) == 1, (name, ET.tostring(element)[:300])
        assert ":" in _text(element, "id")
        _moment(_text(element, "updated"))
        for author in element.findall(_ATOM + "author"):
            assert len(author.findall(_ATOM + "name")) == 1
            assert _text(author, "name").strip()
    links = {link.get("rel", "alternate"): link.get("href", "") for link in root.findall(_ATOM + "link")}
    entries = [
        _entry(element, has_author=root.find(_ATOM + "author") is not None)
        for element in root.findall(_ATOM + "entry")
    ]
    # 4.1.1: entries with one id would be the same entry.
    assert len({entry.id for entry in entries}) == len(entries)
    return Feed(_text(root, "id"), _text(root, "title"), links["self"], entries)


def _entry(element: ET.Element, *, has_author: bool) -> Entry:
    authors = [_text(author, "name") for author in element.findall(_ATOM + "author")]
    # 4.1.2: an entry has an author unless its feed has.
    assert authors or has_author
    links = element.findall(_ATOM + "link")
    assert sum(link.get("rel", "alternate") == "alternate" for link in links) == 1
    contents = element.findall(_ATOM + "content")
    assert len(contents) <= 1
    published = element.find(_ATOM + "published")
    return Entry(
        _text(element, "id"),
        _text(element, "title"),
        _moment(_text(element, "updated")),
        _moment(published.text or "") if published is not None else None,
        links[0].get("href", ""),
        contents[0].text or "" if contents else "",
        authors,
    )


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(_ATOM + name) or ""


def _moment(text: str) -> datetime:
    # 3.3: a date-time of RFC 3339, with an upper-case T, and Z where there is no offset.
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    assert text[10] == "T"
    return moment
