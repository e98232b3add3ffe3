"""A strict reader of HTML: what a browser would repair, this reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


@dataclass
class Element:
    """A start tag and the text directly below it."""

    name: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Document:
    """The elements of a page in their order, and what is wrong with it."""

    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def all(self, name: str, **attributes: str) -> list[Element]:
        """Return the elements of this name whose attributes have these values."""
        return [
            element
            for element in self.elements
            if element.name == name
            and all(element.attributes.get(key.rstrip("_")) == value for key, value in attributes.items())
        ]

    def one(self, name: str, **attributes: str) -> Element:
        """Return the only such element."""
        found = self.all(name, **attributes)
        assert len(found) == 1, f"{len(found)} × {name} {attributes}"
        return found[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.document = Document()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.document.faults.append(f"{tag} has an attribute twice: {names}")
        element = Element(tag, dict(attrs))
        self.document.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].name != tag:
            self.document.faults.append(f"</{tag}> inside {[element.name for element in self._open]}")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text += data

    def close(self) -> None:
        super().close()
        self.document.faults += [f"<{element.name}> is never closed" for element in self._open]


def read(html: str) -> Document:
    """Read a page; `faults` of the answer is empty when it is well-formed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    document = reader.document
    ids = [element.attributes["id"] for element in document.elements if "id" in element.attributes]
    document.faults += [f"id {name} is there twice" for name in {i for i in ids if ids.count(i) > 1}]
    return document
