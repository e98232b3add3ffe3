"""What a page knows of the images that it shows, and the text of a note does not: sizes, variants, players.

A `Fragment` is the same wherever it is shown. Here it becomes one for a certain page: an image of the
repository gets its width and height, so that nothing jumps when it arrives; variants that lie beside it
(`photo@2x.png`, `photo-800w.jpg`) are offered; one that is larger than the column leads to its file; a film
or a sound becomes a player. Must not know where links lead: it is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html import unescape
from types import MappingProxyType
from typing import TYPE_CHECKING

from canopy.render.imagesize import image_size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from canopy.content.values import Asset
    from canopy.render.fragment import Fragment

COLUMN = 720
"""CSS pixels that the widest column of the theme has, about: what is wider can be enlarged."""
WIDTHS = (320, 400, 480, 600, 640, 720, 768, 800, 960, 1024, 1200, 1280, 1440, 1600, 1920, 2048, 2400, 3200)
"""The widths by which a variant may be called."""
_VARIANT = re.compile(r"(?P<stem>.+)(?:@2x|-[0-9]+w)(?P<extension>\.[^./]*)", re.DOTALL)
_SIZES = "(max-width: 48rem) 100vw, 45rem"
_VIDEO = re.compile(r"\.(?:mp4|m4v|webm|ogv|mov)\Z", re.IGNORECASE)
_AUDIO = re.compile(r"\.(?:mp3|m4a|ogg|oga|opus|flac|wav|aac|weba)\Z", re.IGNORECASE)
_OPENING = re.compile(r"<img\b(?P<before>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)\ssrc=\"\Z")
_CLOSING = re.compile(r"\"(?P<after>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_ALT = re.compile(r"\salt=\"([^\"]*)\"")
_TITLE = re.compile(r"\stitle=\"[^\"]*\"")
_ANCHOR = re.compile(r"<(/?)a\b", re.IGNORECASE)
_LAZY = ' loading="lazy"'


@dataclass(slots=True)
class Images:
    """The images among the assets of a site, and their sizes as far as somebody asked."""

    assets: Mapping[str, Asset] = field(default_factory=lambda: MappingProxyType({}))
    _sizes: dict[str, tuple[int, int] | None] = field(default_factory=dict)
    """By blob id."""

    def following(self, assets: Mapping[str, Asset]) -> Images:
        """Return the images among `assets`; these very ones if none of them changed."""
        own = {path: asset for path, asset in assets.items() if asset.media_type.startswith("image/")}
        if own.keys() == self.assets.keys() and all(self.assets[path] is own[path] for path in own):
            return self
        kept = {asset.blob_id: None for asset in own.values()}
        return Images(
            MappingProxyType(own), {blob: size for blob, size in self._sizes.items() if blob in kept}
        )

    def size(self, path: str) -> tuple[int, int] | None:
        """Return width and height of the image at a path of the site, if both are known."""
        asset = self.assets.get(path)
        if asset is None:
            return None
        if asset.blob_id not in self._sizes:
            self._sizes[asset.blob_id] = image_size(asset.data)
        return self._sizes[asset.blob_id]

    def variants(self, path: str) -> tuple[tuple[str, int], ...]:
        """Return path and width of each variant beside an image, and of the image itself; narrowest first."""
        stem, dot, extension = path.rpartition(".")
        names = (f"{stem}@2x", *(f"{stem}-{width}w" for width in WIDTHS))
        found = [other for name in names if (other := f"{name}{dot}{extension}") in self.assets]
        size = self.size(path) if found else None
        if size is None:
            return ()
        widths = {size[0]: path}
        for other in found:
            # What counts is how wide it is, not how it is called; another shape is another picture.
            shape = self.size(other)
            if shape and abs(shape[0] * size[1] - shape[1] * size[0]) <= max(shape) * max(size) * 0.02:
                widths.setdefault(shape[0], other)
        return tuple((widths[width], width) for width in sorted(widths)) if len(widths) > 1 else ()


def originals(path: str) -> tuple[str, ...]:
    """Return the path of the image of which another one may be a variant by its name; nothing if of none."""
    found = _VARIANT.fullmatch(path)
    return (found["stem"] + found["extension"],) if found else ()


def dressed(
    fragment: Fragment,
    images: Images,
    locate: Callable[[str], str],
    url: Callable[[str], str],
    *,
    enlarge: str = "",
    eager: bool = False,
) -> Fragment:
    """Return the fragment with all that is known of its images.

    `locate` gives the path of the site that a target means, or nothing; `url` the link to such a path.
    `enlarge`, in words, lets large images lead to their files; `eager` has the first one loaded at once,
    because it is likely to be in view.
    """
    if not any("<img" in part for part in fragment.parts):
        return fragment
    parts, anchored = list(fragment.parts), False
    for number, target in enumerate(fragment.links):
        anchored = _within_link(parts[number], anchored)
        opening, closing = _opening(parts[number]), _CLOSING.match(parts[number + 1])
        if opening is None or closing is None:
            continue
        path = locate(target)
        tag = _Tag(opening["before"], closing["after"])
        begin, rest = parts[number][: opening.start()], parts[number + 1][closing.end() :]
        player = tag.player(path or unescape(target).partition("?")[0].partition("#")[0])
        if player is not None:
            parts[number], parts[number + 1] = begin + player[0], player[1] + rest
            continue
        size = images.size(path) if path else None
        after = tag.sized(size, _source_set(images.variants(path), url) if path else "")
        if eager:
            after, eager = after.replace(_LAZY, ""), False
        end = f'"{after}>'
        if enlarge and not anchored and size is not None and _worth_enlarging(path, size):
            label = "" if tag.alternative else f' aria-label="{_escaped(enlarge)}"'
            begin += f'<a class="enlarge"{label} href="{_escaped(url(path))}">'
            end += "</a>"
        parts[number], parts[number + 1] = f'{begin}<img{tag.before} src="', end + rest
    return replace(fragment, parts=tuple(parts))


@dataclass(frozen=True, slots=True)
class _Tag:
    """An image's tag but for its address."""

    before: str
    after: str

    @property
    def alternative(self) -> str:
        found = _ALT.search(self.before + self.after)
        return found[1] if found else ""

    def sized(self, size: tuple[int, int] | None, source_set: str) -> str:
        """Return what comes after the address, with size and variants unless the author gave them."""
        given = f" {self.before}{self.after}".lower()
        added = ""
        if size is not None and " width=" not in given and " height=" not in given:
            added += f' width="{size[0]}" height="{size[1]}"'
        if source_set and " srcset=" not in given:
            added += f' srcset="{source_set}" sizes="{_SIZES}"'
        return added + self.after

    def player(self, path: str) -> tuple[str, str] | None:
        """Return what comes before and after the address of a film or a sound; None for an image."""
        kind = "video" if _VIDEO.search(path) else "audio" if _AUDIO.search(path) else ""
        if not kind:
            return None
        label = f' aria-label="{self.alternative}"' if self.alternative else ""
        title = "".join(_TITLE.findall(self.before + self.after)[:1])
        inline = " playsinline" if kind == "video" else ""
        return f'<{kind}{label}{title} src="', f'" controls preload="metadata"{inline}></{kind}>'


def first_image(fragment: Fragment) -> str:
    """Return the target of the first image of a text, as it is written there; nothing if it has none."""
    for part, target in zip(fragment.parts, fragment.links, strict=False):
        if _opening(part) and not _VIDEO.search(target) and not _AUDIO.search(target):
            return target
    return ""


def _opening(part: str) -> re.Match[str] | None:
    """Return the beginning of an image's tag at the end of a part, up to its address."""
    place = part.rfind("<img")
    return _OPENING.match(part, place) if place >= 0 else None


def _within_link(part: str, before: bool) -> bool:
    """Tell whether a link is open at the end of a part."""
    ends = _ANCHOR.findall(part)
    return ends[-1] == "" if ends else before


def _worth_enlarging(path: str, size: tuple[int, int]) -> bool:
    return size[0] > COLUMN and not path.lower().endswith(".svg")


def _source_set(variants: tuple[tuple[str, int], ...], url: Callable[[str], str]) -> str:
    # A comma at the end of an address would end the candidate (HTML, 4.8.4.2.1).
    return ", ".join(f"{_escaped(url(path)).replace(',', '%2C')} {width}w" for path, width in variants)


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
