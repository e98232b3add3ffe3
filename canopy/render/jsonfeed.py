"""A feed as JSON Feed 1.1 (jsonfeed.org). It must not know the site."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from canopy.render.feed import aware, legal

if TYPE_CHECKING:
    from datetime import datetime

    from canopy.render.feed import Feed, FeedEntry

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(feed: Feed) -> bytes:
    """Return the feed as JSON Feed 1.1; the same feed gives the same bytes."""
    document: dict[str, Any] = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.url,
        "feed_url": feed.feed_url,
        "description": feed.subtitle,
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
    }
    document = _filled(document, keep="title") | {"items": [_item(entry) for entry in feed.entries]}
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return legal(text).encode() + b"\n"


def _item(entry: FeedEntry) -> dict[str, Any]:
    item = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "summary": str(Markup(entry.summary).striptags()),  # noqa: S704 (read, never shown as HTML)
        "image": entry.image,
        "date_published": _stamp(entry.created),
        "date_modified": _stamp(entry.updated),
        "authors": [_filled({"name": name, "url": url}) for name, url in entry.authors if name],
        "tags": list(dict.fromkeys(tag for tag in entry.tags if tag)),
    }
    return _filled(item, keep="content_html")


def _stamp(moment: datetime | None) -> str:
    known = aware(moment)
    return known.isoformat() if known else ""


def _filled(members: dict[str, Any], keep: str = "") -> dict[str, Any]:
    return {name: value for name, value in members.items() if value or name == keep}
