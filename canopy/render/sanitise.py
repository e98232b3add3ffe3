"""The one door through which HTML leaves the renderer: it is made safe, and cut at each link.

Everything that came out of markdown, our own markup included, passes `clean` last, so that no rule of
the markdown can be used to get around it. Every value of an attribute that leads somewhere is taken out
on the way: the sanitiser's filter records it and puts a marker in its place, and the serialised text is
split at the markers. A marker is 128 random bits chosen after the text was written, so no author can
forge one, and none is left in the result: equal texts give equal fragments.

This module knows HTML; it must not know markdown, or where a link leads.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote

import nh3

if TYPE_CHECKING:
    from canopy.render.headings import Ids


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INLINE_TAGS = _words(
    """a abbr b bdi bdo br cite code data del dfn em i ins kbd mark q rb rp rt rtc ruby s samp small span
    strike strong sub sup time tt u var wbr"""
)
_MATH_TAGS = _words(
    """math mi mn mo ms mtext mspace mrow mfrac msqrt mroot mstyle merror mpadded mphantom msub msup msubsup
    munder mover munderover mmultiscripts mprescripts mtable mtr mtd menclose semantics"""
)
_BLOCK_TAGS = _words(
    """address article aside audio blockquote caption center col colgroup dd details div dl dt figcaption
    figure footer h1 h2 h3 h4 h5 h6 header hgroup hr img input li nav ol p picture pre section source
    summary table tbody td tfoot th thead tr track ul video"""
)
# What is inside these is not for readers: it goes with its tags.
_REMOVED_WITH_CONTENT = _words(
    "script style iframe noembed noframes noscript object select svg template textarea title xmp"
)
DEEPEST = 5000
"""Elements within elements: ten times as many as browsers show, for `<name>` is never ended in some texts."""
# For each paragraph, a parser of HTML looks through all elements that are open.
_TAG = re.compile(r"<(/?)(?!(?:p|li|t[dhr]|d[dt]|br|img)\b)([A-Za-z][\w-]*)")
_NEVER_DEEP = _words(
    "area base col embed hr input link meta source track wbr option rt rp thead tbody tfoot colgroup"
)
"""Elements without an end tag, or that need none; the commonest are left out by the pattern."""
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "id", "lang", "dir", "title", "role", "tabindex", "aria-label", "aria-hidden"},
    "a": {"href", "name", "rel", "hreflang"},
    "audio": {"src", "controls", "loop", "muted", "preload"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "data": {"value"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "div": {"align", "data-language"},
    "h1": {"align"},
    "h2": {"align"},
    "h3": {"align"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "align", "loading", "decoding"},
    "input": {"type", "disabled", "checked"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "p": {"align"},
    "q": {"cite"},
    "source": {"src", "srcset", "sizes", "media", "type", "width", "height"},
    "table": {"align"},
    "td": {"align", "valign", "colspan", "rowspan", "headers"},
    "th": {"align", "valign", "colspan", "rowspan", "headers", "scope"},
    "time": {"datetime"},
    "tr": {"align"},
    "track": {"src", "kind", "srclang", "label", "default"},
    "video": {"src", "poster", "controls", "loop", "muted", "playsinline", "preload", "width", "height"},
    "math": {"display", "alttext"},
    "mi": {"mathvariant"},
    "mo": {
        "accent", "fence", "form", "largeop", "lspace", "maxsize", "minsize", "movablelimits", "rspace",
        "separator", "stretchy", "symmetric",
    },
    "mfrac": {"linethickness"},
    "menclose": {"notation"},
    "mover": {"accent"},
    "mpadded": {"depth", "height", "lspace", "voffset", "width"},
    "mspace": {"depth", "height", "width"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtable": {"columnalign", "columnspacing", "displaystyle", "rowspacing", "scriptlevel"},
    "mtd": {"columnalign", "columnspan", "rowspan"},
    "munder": {"accentunder"},
    "munderover": {"accent", "accentunder"},
}  # fmt: skip
# An image is loaded late, and a box can't be filled in. One attribute for each element only: the sanitiser
# appends several in a random order, and equal texts must give equal bytes.
_FIXED_VALUES = {"img": {"loading": "lazy"}, "input": {"disabled": ""}}
SCHEMES = _words(
    """http https mailto tel sms xmpp irc ircs ftp ftps sftp ssh git gopher gemini magnet news nntp geo
    matrix data x-wiki x-ref x-post x-tag"""
)
_LINKS = frozenset({"href", "src", "poster", "cite"})
_ROLES = _words(
    """doc-backlink doc-endnotes doc-footnote doc-noteref doc-pullquote doc-tip figure group img math none
    note presentation"""
)
_RELATIONS = _words("author bookmark external license me nofollow noopener noreferrer tag ugc")
_RASTER = re.compile(r"data:image/(?:png|gif|jpe?g|webp|avif);base64,[A-Za-z0-9+/=\s]*\Z", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
# Browsers skip these before a URL and, where they are line feeds or tabs, inside it.
_SKIPPED = re.compile(r"^[\x00-\x20]+|[\t\n\r]+")
_CLASS = re.compile(r"(?!js-)[A-Za-z][\w-]{0,63}\Z", re.ASCII)
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])(?:\s+([\d.]{1,10}[wx]))?\s*(?:,|\Z)")


class Marker:
    """The links of one rendering, and the markers that stand for them meanwhile."""

    def __init__(self) -> None:
        self._secret = secrets.token_hex(16)
        self._targets: list[str] = []

    def own_id(self, value: str) -> str:
        """Return `value` signed as an id that we gave ourselves: the filter lets it pass unchanged."""
        return f"{self._secret}-{value}"

    def unsigned(self, value: str) -> str | None:
        """Return the id that `own_id` signed, or None when an author wrote it."""
        return value[len(self._secret) + 1 :] if value.startswith(self._secret) else None

    def cut(self, target: str) -> str:
        """Record a target and return what stands in its place."""
        self._targets.append(target)
        return f"{self._secret}{len(self._targets) - 1};"

    def split(self, html: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the HTML between the markers, and the targets in the order in which they stand there."""
        pieces = re.split(self._secret + r"(\d+);", html)
        # What is left of a signature could only come from our own mistake: it must not get out.
        parts = tuple(piece.replace(self._secret + "-", "") for piece in pieces[::2])
        return parts, tuple(self._targets[int(number)] for number in pieces[1::2])


def clean(html: str, marker: Marker, ids: Ids, *, inline: bool = False) -> str:
    """Return the HTML without anything that acts, each link replaced by its marker.

    Raises ValueError for elements that are nested far deeper than any browser shows them.
    """
    if _is_too_deep(html):
        raise ValueError("nested too deeply")
    token = _CURRENT.set((marker, ids))
    try:
        return (_INLINE_CLEANER if inline else _CLEANER).clean(html)
    finally:
        _CURRENT.reset(token)


def _is_too_deep(html: str) -> bool:
    """Tell whether elements are nested so deeply that parsing them takes a time that is not linear."""
    depth = 0
    for closing, name in _TAG.findall(html):
        if closing:
            depth -= depth > 0
        elif name.lower() not in _NEVER_DEEP:
            depth += 1
            if depth > DEEPEST:
                return True
    return False


def _allow(element: str, name: str, value: str) -> str | None:
    if name == "class":
        return _classes(value)
    if name in _LINKS:
        return _CURRENT.get()[0].cut(value) if _leads_somewhere_safe(element, value) else None
    if name in {"id", "name"}:
        marker, ids = _CURRENT.get()
        own = marker.unsigned(value)
        # An image with a name would shadow a property of the document; it needs neither.
        nameless = ids.none or element in {"img", "input"}
        return own if own is not None else (None if nameless else ids.claim(value))
    if name == "srcset":
        return _source_set(value, _CURRENT.get()[0])
    return _plain_value(element, name, value)


def _plain_value(element: str, name: str, value: str) -> str | None:
    if name == "role":
        return value if value in _ROLES else None
    if name == "tabindex":
        return value if value == "0" else None
    if name == "type" and element == "input":
        return "checkbox"
    if name == "rel":
        return " ".join(word for word in value.lower().split() if word in _RELATIONS) or None
    return value


@lru_cache(maxsize=2048)
def _classes(value: str) -> str | None:
    """Keep plain names; those that a theme's script looks for (`js-…`) are not an author's to use."""
    if len(value) > 1000:
        return None
    return " ".join(name for name in value.split()[:16] if _CLASS.match(name)) or None


def _leads_somewhere_safe(element: str, value: str) -> bool:
    # The reader of the fragment may decode the target before it uses it: what it would become counts.
    for _ in range(3):
        plain = _SKIPPED.sub("", value)
        scheme = _SCHEME.match(plain)
        if scheme is not None:
            name = scheme[1].lower()
            if name == "data":
                return element == "img" and _RASTER.match(plain) is not None
            return name in SCHEMES
        decoded = unquote(plain)
        if decoded == value:
            break
        value = decoded
    return True


def _source_set(value: str, marker: Marker) -> str | None:
    """Cut each candidate of a `srcset` (HTML, 4.8.4.2.1) and keep its width or density."""
    candidates = [
        f"{marker.cut(target)} {size}".rstrip()
        for target, size in _CANDIDATE.findall(value[:4000])[:16]
        if not target.lower().startswith("data:") and _leads_somewhere_safe("img", target)
    ]
    return ", ".join(candidates) or None


def _cleaner(tags: frozenset[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags=_REMOVED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_allow,
        set_tag_attribute_values=_FIXED_VALUES,
        url_schemes=SCHEMES,
        link_rel=None,
    )


# To make a cleaner costs more than to clean a summary, so there are two for all texts; what the filter
# needs to know of the text at hand is in the context of the call.
_CURRENT: ContextVar[tuple[Marker, Ids]] = ContextVar("current")
_CLEANER = _cleaner(INLINE_TAGS | _MATH_TAGS | _BLOCK_TAGS)
_INLINE_CLEANER = _cleaner(INLINE_TAGS | _MATH_TAGS)

_RAW_TEXT = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>script|style|textarea|title|xmp)\b(?P<raw_attributes>(?:\"[^\"]*\"|'[^']*'|[^'\">])*)>"
    r"(?P<content>.*?)(?=</(?P=raw)|\Z)"
    r"|<(?P<tag>[a-z][^\s/>]*)(?P<attributes>(?:\"[^\"]*\"|'[^']*'|[^'\">])*)>",
    re.IGNORECASE | re.DOTALL,
)
_LINK_ATTRIBUTE = re.compile(
    r"""(?P<name>\s(?:href|src|poster|cite|data|action|formaction|srcset))\s*=\s*"""
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'=<>`]+))"""
    r"""|"[^"]*"|'[^']*'""",
    re.IGNORECASE,
)


def cut_trusted(html: str, marker: Marker) -> str:
    """Return trusted HTML as it is, but for its links, which are replaced by their markers.

    Tags are found by their form, not by a parser, so that nothing else changes by a byte; scripts, styles
    and comments are left alone, and so are links that a script or a style makes.
    """
    return _RAW_TEXT.sub(lambda match: _cut_tag(match, marker), html)


def _cut_tag(match: re.Match[str], marker: Marker) -> str:
    if match["raw"]:
        attributes = _cut_attributes(match["raw_attributes"], marker)
        return f"<{match['raw']}{attributes}>{match['content']}"
    if match["tag"]:
        return f"<{match['tag']}{_cut_attributes(match['attributes'], marker)}>"
    return match[0]


def _cut_attributes(attributes: str, marker: Marker) -> str:
    if "=" not in attributes:
        return attributes

    def cut(match: re.Match[str]) -> str:
        if match["name"] is None:
            return match[0]
        value = match["double"] or match["single"] or match["bare"] or ""
        target = unescape(value)
        if match["name"].strip().lower() == "srcset":
            return f'{match["name"]}="{_source_set(target, marker) or ""}"'
        return f'{match["name"]}="{marker.cut(target)}"'

    return _LINK_ATTRIBUTE.sub(cut, attributes)
