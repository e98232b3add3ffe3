"""A header's values by the names of fields: looked up in all spellings, and in the tables of themes.

Knows which keys there are and how to report them; `canopy.content.frontmatter` knows what values mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.fields import FIELDS, KNOWN, squeezed
from canopy.content.spelling import meant
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo

    from canopy.content.fields import Field
    from canopy.content.grammar import Header

_SPACED = {"jekyll": frozenset({"tags", "categories"}), "obsidian": frozenset({"tags", "tag"})}
"""Keys whose text is words between spaces, by the traditions that have it so."""
_NESTED = frozenset(key for field in FIELDS if field.nested for key in field.keys)
_LIFTED = {"taxonomies": True, "extra": False, "params": False}
"""Tables within which fields stand too; True where all may, else those that are `nested`."""


class Entries:
    """The values of one header by the names of fields, and what is found wrong with them."""

    __slots__ = ("_lines", "_path", "_spaced", "_values", "problems", "tradition", "zone")

    def __init__(self, header: Header, path: str, tradition: str, zone: tzinfo | None) -> None:
        self._path = path
        self.tradition = tradition
        self.zone = zone
        self._spaced = _SPACED.get(tradition, frozenset())
        self._values: dict[str, tuple[str, object]] = {}  # by squeezed key, with the key as it is shown
        self._lines = dict(header.lines)
        self.problems: list[Problem] = []
        for key, value in header.values.items():
            self._values[squeezed(key)] = key, value
        for table, every in _LIFTED.items():
            self._lift(table, header.values.get(table), every=every)

    def _lift(self, table: str, values: object, *, every: bool) -> None:
        if not isinstance(values, dict):
            return
        allowed = KNOWN if every else _NESTED
        for key, value in values.items():
            name = squeezed(key)
            if name in allowed and name not in self._values:
                self._values[name] = key, value
                self._lines.setdefault(key, self._lines.get(table, 0))

    def report(self, key: str, reason: str, cure: str, severity: Severity = Severity.ERROR) -> None:
        """Note what is wrong with a key's value."""
        self.problems.append(Problem(self._path, self._lines.get(key, 0), reason, cure, severity))

    def have(self, names: Iterable[str]) -> bool:
        """Tell whether any key is one of the names, which are as `squeezed` has them."""
        return not self._values.keys().isdisjoint(names)

    def filled(self, field: Field) -> Iterator[tuple[str, object]]:
        """Yield the keys that have a value, as they are written, the strongest first."""
        for name in field.keys:
            key, value = self._values.get(name, ("", ""))
            if value not in (None, "", [], {}):
                yield key, value

    def text(self, field: Field, *, lines: bool = False) -> str:
        """Return the field's text, on one line unless `lines` are wanted."""
        for key, value in self.filled(field):
            if isinstance(value, str):
                return value.strip() if lines else " ".join(value.split())
            self.report(key, f"`{key}` is not a text", f"write `{key}: …` on one line")
        return ""

    def strings(self, field: Field) -> list[str]:
        """Return the field's list; a text is words between commas."""
        for key, value in self.filled(field):
            if isinstance(value, str):
                text = value.strip("[]")
                spaced = squeezed(key) in self._spaced and "," not in text
                pieces = text.split() if spaced else text.split(",")
                return [part for piece in pieces if (part := " ".join(piece.split()))]
            if isinstance(value, list):
                return [" ".join(item.split()) for item in texts(value) if item.strip()]
            self.report(key, f"`{key}` is not a list", f"write `{key}: one, two`")
        return []

    def value(self, name: str) -> object:
        """Return the value of the key that is `name` as `squeezed` has it, or an empty text."""
        return self._values.get(name, ("", ""))[1]

    def report_slips(self) -> None:
        """Ask whether a name that is no field's was meant to be one that is not there."""
        for name, (key, _) in self._values.items():
            field = meant(name)
            if field and field not in self._values:
                reason = f"`{key[:40]}` is no field that Canopy knows"
                self.report(key, reason, f"did you mean `{field}`?", Severity.WARNING)


def texts(value: object) -> Iterator[str]:
    """Yield the texts of a value, of lists within lists too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
