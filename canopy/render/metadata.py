"""What a page tells search engines, previews and feed readers about itself, in its `<head>`.

Structured data follows schema.org in JSON-LD, previews the Open Graph protocol. Pure: from plain values to
plain values; the templates write them down.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from canopy.render.views import Head

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from canopy.render.views import FeedLink

MAX_DESCRIPTION = 300
# In a script element these could end it, or be taken for markup; JSON may write them as escapes.
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def article_head(
    *,
    site_title: str,
    home: str,
    canonical: str,
    title: str,
    description: str,
    language: str,
    authors: Iterable[tuple[str, str]],
    tags: Iterable[str],
    created: datetime | None,
    updated: datetime | None,
    words: int,
    breadcrumbs: tuple[tuple[str, str], ...],
    hidden: bool = False,
    image: str = "",
    feeds: tuple[FeedLink, ...] = (),
    alternates: tuple[tuple[str, str], ...] = (),
) -> Head:
    """Return the head of an article.

    `authors` are names and URLs; `home` and the URLs of `breadcrumbs` are absolute.
    """
    people = [_person(name, url, home) for name, url in authors]
    posting: dict[str, Any] = {
        "@type": "BlogPosting",
        "@id": canonical,
        "url": canonical,
        "headline": title[:200],
        "description": description[:MAX_DESCRIPTION],
        "image": image,
        "datePublished": _stamp(created),
        "dateModified": _stamp(updated or created),
        "author": people,
        "keywords": list(tags),
        "inLanguage": language,
        "wordCount": words,
        "isPartOf": {"@type": "WebSite", "@id": home, "name": site_title, "url": home},
    }
    graph = [_filled(posting)]
    if breadcrumbs:
        graph.append(_breadcrumbs((*breadcrumbs, (title, canonical))))
    return Head(
        kind="article",
        hidden=hidden,
        description=description[:MAX_DESCRIPTION],
        image=image,
        published=_stamp(created),
        modified=_stamp(updated or created),
        feeds=feeds,
        alternates=alternates,
        data=_script(graph),
    )


def listing_head(
    *,
    home: bool,
    site_title: str,
    canonical: str,
    title: str,
    description: str,
    language: str,
    breadcrumbs: tuple[tuple[str, str], ...] = (),
    image: str = "",
    feeds: tuple[FeedLink, ...] = (),
    alternates: tuple[tuple[str, str], ...] = (),
) -> Head:
    """Return the head of a list of pages; that of the first page, whatever it shows, is about the site."""
    graph: list[dict[str, Any]] = []
    if home:
        about = {"@type": "WebSite", "@id": canonical, "url": canonical, "name": site_title}
        graph.append(_filled({**about, "description": description, "inLanguage": language}))
    elif breadcrumbs:
        graph.append(_breadcrumbs((*breadcrumbs, (title, canonical))))
    described = description[:MAX_DESCRIPTION]
    return Head(description=described, image=image, feeds=feeds, alternates=alternates, data=_script(graph))


def _person(name: str, url: str, home: str) -> dict[str, Any]:
    if url.startswith("/") and not url.startswith("//"):
        parts = urlsplit(home)
        url = f"{parts.scheme}://{parts.netloc}{url}"
    page = url if url.startswith(("https://", "http://")) else ""
    return _filled({"@type": "Person", "name": name, "url": page})


def _breadcrumbs(trail: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": url}
            for place, (name, url) in enumerate(trail, start=1)
        ],
    }


def _script(graph: list[dict[str, Any]]) -> str:
    """Return JSON that a script element can hold, whatever texts are in it."""
    if not graph:
        return ""
    document = {"@context": "https://schema.org", "@graph": graph}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_ESCAPES).encode("utf-8", "replace").decode()


def _stamp(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _filled(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}
