"""What is wrong with one file of a repository: said precisely, never fatal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much of the author's intent is lost."""

    ERROR = "error"
    """The file, or a part of it, is not shown as its author meant it."""
    WARNING = "warning"
    """It is shown, but its author will want to know."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding in one file.

    `path` is relative to the top of the repository; `line` counts from 1, and is 0 when the finding
    concerns the whole file. `reason` says what is wrong and `cure` what to do, each a short phrase
    without a full stop.
    """

    path: str
    line: int
    reason: str
    cure: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Format like a compiler: `path:line: error: reason (cure)`."""
        # A path may hold a line feed or an escape sequence: a finding stays one harmless line.
        path = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in self.path)
        place = f"{path}:{self.line}" if self.line else path
        cure = f" ({self.cure})" if self.cure else ""
        return f"{place}: {self.severity}: {self.reason}{cure}"
