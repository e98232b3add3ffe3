"""Which picture a page's front matter names: as an address, a link of Obsidian, or a table of a theme."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ADDRESS = 4000
_LINK = re.compile(
    r"!?\[\[([^\[\]|#]{1,500})(?:[|#][^\[\]]{0,200})?\]\]"
    r"|!\[[^\[\]]{0,200}\]\(<?([^()<>\s]{1,500})>?[^()]{0,200}\)"
)
_NAMES = ("image", "path", "src", "url", "relative_path", "feature", "teaser", "og_image", "overlay_image")


def pictures_of(value: object) -> Iterator[str]:
    """Yield what looks like the address of a picture in a header's value, the best first."""
    for text in _texts(value):
        match = _LINK.search(text)
        picture = (match[1] or match[2] if match else text).strip()
        # `cover: true` and `header: wide` are words to the template.
        if picture.isprintable() and ("." in picture or "/" in picture):
            yield picture[:MAX_ADDRESS]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name in _NAMES:
            yield from _texts(value.get(name))
