"""The feed as bytes: Atom 1.0 (RFC 4287). It must not know the site; entries come as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


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


def atom(feed: Feed) -> bytes:
    """Return the feed as Atom 1.0; the same feed gives the same bytes."""
    return b""  # the render helper writes this
