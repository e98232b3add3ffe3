"""What a renderer has to tell the author of one text: on which line, why, and what would cure it."""

from __future__ import annotations

import re

from canopy.render.headings import slug

_MOST = 100
"""Of either kind, in one text."""
_PLACE = re.compile(r"\[\[#([^\[\]|\n]{1,300})")


class Report:
    """Collects what is found: each with its line (0: unknown), reason and cure."""

    def __init__(self, text: str) -> None:
        """Report on `text`: its lines are told."""
        self.findings: list[tuple[int, str, str]] = []
        """What is not shown."""
        self.warnings: list[tuple[int, str, str]] = []
        """What is shown, but not as it was meant."""
        self._text = text
        self._told: set[str] = set()

    def find(self, excerpt: str, reason: str, cure: str) -> None:
        """Tell of what is not shown, where the excerpt stands."""
        self._add(self.findings, excerpt, reason, cure)

    def warn(self, excerpt: str, reason: str, cure: str) -> None:
        """Tell of something that is shown, but not as it was meant."""
        self._add(self.warnings, excerpt, reason, cure)

    def warn_once(self, excerpt: str, reason: str, cure: str) -> None:
        """Warn of the first of many alike: one word about all of them will do."""
        if reason not in self._told:
            self._told.add(reason)
            self.warn(excerpt, reason, cure)

    def warn_of_place(self, name: str) -> None:
        """Tell of a link to a place that the text does not have."""
        if len(self.warnings) >= _MOST:
            return
        wikilinks = (match[0] for match in _PLACE.finditer(self._text) if slug(match[1]) == name)
        excerpt = next(wikilinks, f"#{name}")
        reason = f"nothing on this page is called {excerpt.removeprefix('[[').removeprefix('#')[:100]!r}"
        self.warn(excerpt, reason, "link one of its headings")

    def _add(self, found: list[tuple[int, str, str]], excerpt: str, reason: str, cure: str) -> None:
        if len(found) < _MOST:
            found.append((self._line(excerpt), reason, cure))

    def _line(self, excerpt: str) -> int:
        # Within a box or a list the lines have lost what stood before them: then the first one tells.
        for sought in (excerpt.strip("\n"), excerpt.strip().partition("\n")[0]):
            place = self._text.find(sought)
            if place >= 0:
                return self._text.count("\n", 0, place) + 1
        return 0
