"""What a header is made of: its keys and values, and what is known of its keys before they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canopy.content.fields import squeezed
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

KEY = re.compile(r"""["']?([^\W\d][\w .-]{0,60}?)["']? ?:(?:[ \t]+(.*))?$""")
TIGHT_KEY = re.compile(r"([^\W\d]\w{0,60}):([^\s:].*)$")


@dataclass(slots=True)
class Header:
    """The keys and values of a file, and the body behind them."""

    body: str
    body_line: int = 1
    """The line of the file at which `body` begins, from 1."""
    present: bool = False
    values: dict[str, object] = field(default_factory=dict)
    """By normalised key; each is a `str`, or a list or dict of such."""
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class Grammar:
    """What is known of the keys: which are fields at all, and where YAML is cleverer than its author."""

    __slots__ = ("_known", "_texts", "comments", "path")

    def __init__(self, path: str, known: Container[str], texts: Mapping[str, bool], comments: bool) -> None:
        """Take the known keys, all as `squeezed`, and those whose value is read as it is written.

        `texts` is True for a key whose value is never a list.
        """
        self.path = path
        self.comments = comments
        self._known = known
        self._texts = texts

    def knows(self, key: str) -> bool:
        """Tell whether the key is that of a field."""
        return squeezed(key) in self._known

    def takes_text(self, key: str) -> bool:
        """Tell whether the value of the key is read as it is written."""
        return squeezed(key) in self._texts

    def takes_one_text(self, key: str) -> bool:
        """Tell whether the value of the key is read as it is written, and never is a list."""
        return self._texts.get(squeezed(key), False)

    def key_of(self, row: str) -> str | None:
        """Return the normalised key of a line `key: value`, None if it is not one."""
        row = row[:400]
        if match := KEY.match(row):
            return normalised(match[1])
        if (match := TIGHT_KEY.match(row)) and self.knows(match[1]):
            return normalised(match[1])
        return None

    def problem(self, line: int, reason: str, cure: str, severity: Severity = Severity.ERROR) -> Problem:
        """Return a problem of the file."""
        return Problem(self.path, line, reason, cure, severity)


def normalised(key: str) -> str:
    """Return the one spelling of a key: `Redirect-To` is `redirect_to`."""
    return key.strip().lower().replace("-", "_").replace(" ", "_")
