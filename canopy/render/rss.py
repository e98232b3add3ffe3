"""A feed as RSS 2.0, by the RSS Advisory Board's Best Practices Profile. It must not know the site."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from feedgenerator import Rss201rev2Feed

from canopy.render.feed import NEVER, aware, legal, newest

if TYPE_CHECKING:
    from datetime import datetime

    from canopy.render.feed import Feed


class _Rss(Rss201rev2Feed):  # type: ignore[misc] # untyped
    """RSS with whole texts and any number of authors to an item, and without a clock."""

    def rss_attributes(self) -> dict[str, str]:
        """Declare the namespaces of the elements that RSS itself lacks."""
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
        }

    def latest_post_date(self) -> datetime:
        """Return the date of the newest change."""
        return newest(self)

    def add_root_elements(self, handler: Any) -> None:  # noqa: ANN401
        """Name the hub besides what the library writes (WebSub, 4)."""
        super().add_root_elements(handler)
        if self.feed["hub"]:
            handler.addQuickElement("atom:link", "", {"rel": "hub", "href": self.feed["hub"]})

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:  # noqa: ANN401
        """Write authors and the whole text after what the library writes."""
        super().add_item_elements(handler, item)
        for name in item["authors"]:
            handler.addQuickElement("dc:creator", name)
        handler.addQuickElement("content:encoded", item["content"])


def rss(feed: Feed) -> bytes:
    """Return the feed as RSS 2.0; the same feed gives the same bytes.

    An item's `author` would need an e-mail address, so that its authors are `dc:creator` elements.
    """
    title = legal(feed.title) or "Untitled"
    writer = _Rss(
        title=title,
        link=legal(feed.url),
        description=legal(feed.subtitle) or title,
        language=feed.language or None,
        feed_url=legal(feed.feed_url),
        hub=feed.hub,
        left=aware(feed.left),
    )
    for entry in feed.entries:
        created = aware(entry.created)
        writer.add_item(
            title=legal(entry.title) or "Untitled",
            link=legal(entry.url),
            description=legal(entry.summary) or None,
            content=legal(entry.html),
            unique_id=legal(entry.id),
            unique_id_is_permalink=False,
            pubdate=created,
            updateddate=aware(entry.updated) or created or NEVER,
            categories=list(dict.fromkeys(legal(tag) for tag in entry.tags if tag)),
            authors=[legal(name) for name, _ in entry.authors if name],
        )
    out = BytesIO()
    writer.write(out, "utf-8")
    return out.getvalue() + b"\n"
