"""Which pages a reader of a missing address may have meant."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canopy.content.values import Page, Site

_WORD = re.compile(r"\w+")
_LONGEST = 100
"""Characters of an address that are looked at: comparing is quadratic."""
_CANDIDATES = 60
_ALIKE = 0.45
_MISSPELT = 0.7
"""How much two texts must be alike, of 1 for the same."""
_REMEMBERED = 5000
_MEANING, _STEM = 4, 5
"""Letters that a word needs to count, and that two forms of a word have in common."""


class Nearest:
    """The pages of a site by the beginnings of the words in their addresses and titles."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._pages: dict[str, list[Page]] = {}
        self._meant: dict[str, Page | None] = {}
        for page in site.recent:
            for start in {word[:3] for word in _words(f"{page.path} {page.title}")}:
                self._pages.setdefault(start, []).append(page)

    def misspelt(self, path: str) -> Page | None:
        """Return the page that was likely meant: its very name is alike, not only its folder."""
        # What leads nowhere does so from many pages.
        if path not in self._meant:
            if len(self._meant) >= _REMEMBERED:
                self._meant.clear()
            name = path.rpartition("/")[2].casefold()
            alike = (page for page in self.find(path) if _is_misspelt(name, page.path.rpartition("/")[2]))
            self._meant[path] = next(alike, None)
        return self._meant[path]

    def find(self, path: str, most: int = 5) -> tuple[Page, ...]:
        """Return at most `most` pages whose address resembles `path`, the likeliest first."""
        wanted = path[-_LONGEST:].casefold()
        shared: dict[str, int] = {}
        pages: dict[str, Page] = {}
        for start in {word[:3] for word in _words(wanted)}:
            for page in self._pages.get(start, ())[:1000]:
                shared[page.path] = shared.get(page.path, 0) + 1
                pages[page.path] = page
        likely = sorted(shared, key=lambda p: (-shared[p], p))[:_CANDIDATES]
        ranked = sorted((-_likeness(wanted, p), p) for p in likely)
        return tuple(pages[p] for likeness, p in ranked[:most] if -likeness >= _ALIKE)

    def akin(self, text: str, most: int = 5) -> tuple[Page, ...]:
        """Return at most `most` pages that have longer words of `text` in name or title, best first."""
        wanted = _stems(text[:_LONGEST])
        shared: dict[str, int] = {}
        pages: dict[str, Page] = {}
        for start in {stem[:3] for stem in wanted}:
            for page in self._pages.get(start, ())[:1000]:
                if page.path not in pages:
                    pages[page.path] = page
                    shared[page.path] = len(wanted & _stems(f"{page.path.rpartition('/')[2]} {page.title}"))
        ranked = sorted((path for path, count in shared.items() if count), key=lambda p: (-shared[p], p))
        return tuple(pages[path] for path in ranked[:most])


def _stems(text: str) -> set[str]:
    """Return the beginnings of the words that are long enough to mean something."""
    return {word[:_STEM] for word in _words(text) if len(word) >= _MEANING or not word.isascii()}


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _is_misspelt(wanted: str, name: str) -> bool:
    return _likeness(wanted, name) >= _MISSPELT


def _likeness(wanted: str, path: str) -> float:
    return SequenceMatcher(None, wanted, path[-_LONGEST:].casefold(), autojunk=False).ratio()
