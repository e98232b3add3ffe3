"""A feed and its entries as plain values, and Atom 1.0 (RFC 4287). It must not know the site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from feedgenerator import Atom1Feed

# RFC 4287 demands a date of every feed; a clock would make the same feed into other bytes.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# What XML 1.0 (2.2) does not allow in any form.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One page in a feed. HTML has absolute links only."""

    id: str
    """A URI, without spaces: `urn:uuid:…`."""
    title: str
    url: str
    html: str
    summary: str
    """HTML."""
    authors: tuple[tuple[str, str], ...]
    """Name and URL, which may be empty."""
    created: datetime | None
    updated: datetime | None
    tags: tuple[str, ...]
    image: str = ""
    """The URL of a picture that stands for the page, if it has one."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and its entries, newest first."""

    id: str
    title: str
    subtitle: str
    url: str
    """Of the page that lists the same."""
    feed_url: str
    language: str
    entries: tuple[FeedEntry, ...]
    hub: str = ""
    """The URL of its WebSub hub, if there is one."""
    left: datetime | None = None
    """When a page went by itself: the feed has changed since, at the latest then."""


class _Atom(Atom1Feed):  # type: ignore[misc] # untyped
    """Atom with any number of authors to an entry, and without a clock."""

    def latest_post_date(self) -> datetime:
        """Return the date of the newest change."""
        return newest(self)

    def add_root_elements(self, handler: Any) -> None:  # noqa: ANN401
        """Name the hub besides what the library writes (WebSub, 4)."""
        super().add_root_elements(handler)
        if self.feed["hub"]:
            handler.addQuickElement("link", "", {"rel": "hub", "href": self.feed["hub"]})

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:  # noqa: ANN401
        """Write the authors after what the library writes."""
        super().add_item_elements(handler, item)
        for name, url in item["authors"]:
            handler.startElement("author", {})
            handler.addQuickElement("name", legal(name))
            if url:
                handler.addQuickElement("uri", legal(url))
            handler.endElement("author")


def atom(feed: Feed) -> bytes:
    """Return the feed as Atom 1.0; the same feed gives the same bytes."""
    writer = _Atom(
        title=legal(feed.title),
        link=legal(feed.url),
        description=None,
        subtitle=legal(feed.subtitle) or None,
        language=feed.language or None,
        feed_url=legal(feed.feed_url),
        feed_guid=legal(feed.id),
        # Stands for the entries that have no author: RFC 4287, 4.1.1.
        author_name=legal(feed.title) or "Unknown",
        hub=feed.hub,
        left=aware(feed.left),
    )
    for entry in feed.entries:
        created = aware(entry.created)
        writer.add_item(
            title=legal(entry.title),
            link=legal(entry.url),
            description=legal(entry.summary) or None,
            content=legal(entry.html),
            unique_id=legal(entry.id),
            pubdate=created,
            updateddate=aware(entry.updated) or created or NEVER,
            categories=list(dict.fromkeys(legal(tag) for tag in entry.tags if tag)),
            authors=[author for author in entry.authors if author[0]],
        )
    out = BytesIO()
    writer.write(out, "utf-8")
    return out.getvalue() + b"\n"


def newest(writer: Any) -> datetime:  # noqa: ANN401 (untyped)
    """Return when a feed changed last; that never goes back because a page goes."""
    dates = [item["updateddate"] for item in writer.items]
    return max([*dates, writer.feed["left"] or NEVER], default=NEVER)


def legal(value: str) -> str:
    """Return the text without what XML allows in no form."""
    return _ILLEGAL.sub("", value)


def aware(moment: datetime | None) -> datetime | None:
    """Take a time without an offset as UTC, and drop what is finer than a second."""
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0)
