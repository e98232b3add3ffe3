"""Whether every link in the exported files leads to one of them, and to a place that is there.

Reads markup as browsers do, as far as links go: text, comments and scripts are no links. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urldefrag, urljoin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_TAG = re.compile(r"""<([a-zA-Z][\w:-]*)((?:[^>"']|"[^"]*"|'[^']*')*+)>""")
_RAW = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "textarea", "title")}
_ATTRIBUTE = re.compile(r"""([^\s"'>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_WANTED = frozenset({"href", "src", "srcset", "poster", "action", "content", "id", "name"})
_CANDIDATE = re.compile(r"([^\s,]\S*[^\s,])(?:\s[^,]*)?(?:,|$)")
_CSS = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")
_UNCHECKED = re.compile(r"(?i)(?!https?:)[a-z][a-z0-9+.-]*:")
# How feeds, sitemaps and descriptions for browsers write an address, HTML in them included.
_ABSOLUTE = (
    r"""(?:(?:href|src|url|template)=(?:"|&quot;|&\#34;|\\")|<(?:loc|link|guid)[^>]*>|"\w*url":\s?")({})"""
)
_TOLD = 5


@dataclass(frozen=True, slots=True)
class DeadLink:
    """A link that leads nowhere."""

    href: str
    """Without the site's origin."""
    missing: str
    """`file`, or `place`: the file is there, but has nothing of that id."""
    pages: tuple[str, ...]
    """The paths of the site where it is, a few of them."""


@dataclass(slots=True)
class CrossCheck:
    """All links of an export; `base_url` is the site's, without a slash at its end."""

    base_url: str
    links: dict[str, list[str]] = field(default_factory=dict)
    """From an absolute URL within the site to a few of the paths that link there."""
    count: int = 0
    _places: dict[str, frozenset[str]] = field(default_factory=dict, init=False)
    """What a fragment can name, by file."""
    _origin: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._origin = "/".join(self.base_url.split("/", 3)[:3])

    def read(self, path: str, name: str, media_type: str, data: bytes) -> None:
        """Note the links of the file `name`, which has the path `path` of the site."""
        kind = media_type.partition(";")[0]
        base = self.base_url + "/" + quote(name.removesuffix("index.html"))
        if kind == "text/html":
            found = list(_attributes(data.decode("utf-8", "replace")))
            for link in _links(found, self.base_url):
                self._note(path, base, link)
            self._places[name] = frozenset(_anchors(found))
        elif kind == "text/css":
            for link in _CSS.findall(data.decode("utf-8", "replace")):
                self._note(path, base, link)
        elif kind.endswith(("xml", "json")) and not kind.startswith("image/"):
            # An ampersand is `&amp;` in XML, and `&amp;amp;` in the HTML that is in it.
            rest = r"""[^"<\\{]*""" if kind.endswith("json") else r"""(?:[^"&<\\{]|&(?:amp;)+)*"""
            pattern = re.compile(_ABSOLUTE.format(re.escape(self.base_url) + rest))
            for link in pattern.findall(data.decode("utf-8", "replace")):
                self._note(path, base, unescape(unescape(link)))

    def _note(self, path: str, base: str, link: str) -> None:
        link = link.strip()
        if _UNCHECKED.match(link):
            return
        try:
            # Nearly all are paths, and most are the same on every page.
            simple = link.startswith("/") and not link.startswith("//") and "/." not in link
            url = self._origin + link if simple else urljoin(base, link)
        except ValueError:  # a browser cannot open it either: `http://[`
            url = f"{self.base_url}/{link}"
        if url != self.base_url and not url.startswith((self.base_url + "/", self.base_url + "#")):
            return
        self.count += 1
        pages = self.links.setdefault(url, [])
        if len(pages) < _TOLD and path not in pages:
            pages.append(path)

    def absolute(self, href: str) -> str:
        """Return the one form of a link within the site that tells whether two are the same."""
        address, fragment = urldefrag(urljoin(self.base_url + "/", href))
        return f"{address.rstrip('/')}#{fragment}"

    def dead(self, answer: Callable[[str], str | None], read: Callable[[str], bytes]) -> Iterator[DeadLink]:
        """Yield the links that lead nowhere.

        `answer` gives the file for a decoded path of the site, `read` the content of a file.
        """
        by_file: dict[str, list[tuple[str, str]]] = {}
        for url in sorted(self.links):
            address, fragment = urldefrag(url)
            path = unquote(address.partition("?")[0][len(self.base_url) :]) or "/"
            name = answer(path)
            if name is None:
                yield self._dead(url, "file")
            elif fragment and not fragment.startswith(":~:") and name.endswith((".html", ".htm")):
                by_file.setdefault(name, []).append((url, unquote(fragment.partition(":~:")[0])))
        for name, wanted in by_file.items():
            there = self._places.get(name)
            if there is None:
                there = frozenset(anchors(read(name).decode("utf-8", "replace")))
            for url, fragment in wanted:
                # "top" is always there (HTML, 7.4.6.4).
                if fragment not in there and fragment.lower() != "top":
                    yield self._dead(url, "place")

    def _dead(self, url: str, missing: str) -> DeadLink:
        return DeadLink(url.removeprefix(self._origin) or "/", missing, tuple(self.links[url]))


def html_links(html: str, base_url: str) -> Iterator[str]:
    """Yield every link of a page, as a browser reads it: also those that only programs follow."""
    return _links(_attributes(html), base_url)


def _links(attributes: Iterable[tuple[str, str, str]], base_url: str) -> Iterator[str]:
    for element, name, value in attributes:
        if name == "srcset":
            yield from _CANDIDATE.findall(value)
        elif name == "content":
            if element == "meta" and value.startswith(base_url + "/"):
                yield value
        elif name not in ("id", "name"):
            yield value


def anchors(html: str) -> set[str]:
    """Return the places of a page that a fragment can name."""
    return set(_anchors(_attributes(html)))


def _anchors(attributes: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    for element, name, value in attributes:
        if name == "id" or (name == "name" and element == "a"):
            yield value


def _attributes(html: str) -> Iterator[tuple[str, str, str]]:
    for element, inside in _tags(html):
        if "=" in inside:
            for name, *values in _ATTRIBUTE.findall(inside):
                if (name := name.lower()) in _WANTED:
                    yield element, name, unescape("".join(values))


def _tags(html: str) -> Iterator[tuple[str, str]]:
    """Yield each opening tag's name and what is in it, in one pass: what is not closed ends the page."""
    place = html.find("<")
    while place >= 0:
        if html.startswith("<!--", place):
            place = html.find("-->", place)
        elif html[place + 1 : place + 2].isalpha():
            tag = _TAG.match(html, place)
            if tag is None:
                return
            name = tag[1].lower()
            yield name, tag[2]
            place = tag.end()
            if name in _RAW:
                end = _RAW[name].search(html, place)
                place = end.start() + 1 if end else -1
        else:
            place += 1
        if place >= 0:
            place = html.find("<", place)
