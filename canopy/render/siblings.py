"""Which pages stand beside one in its section."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canopy.content.values import Page, Site

MOST_SIBLINGS = 200
"""Pages of a section that a page of it knows."""


class Siblings:
    """The pages of each section in the order in which they are read, found out when first asked for."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._own: dict[str, tuple[Page, ...]] = {}
        self._places: dict[str, dict[str, int]] = {}

    def beside(self, page: Page) -> tuple[Page | None, Page | None]:
        """Return the previous and the next page of the page's section: by date, the older and the newer."""
        own = self._of(page.section)
        place = self._places[page.section].get(page.path)
        if place is None:
            return None, None
        return (own[place - 1] if place else None), (own[place + 1] if place + 1 < len(own) else None)

    def first(self, page: Page) -> tuple[Page, ...]:
        """Return the first pages of a page's section."""
        return self._of(page.section)[:MOST_SIBLINGS]

    def _of(self, path: str) -> tuple[Page, ...]:
        if path not in self._own:
            section = self._site.sections.get(path)
            own = tuple(p for p in section.pages if p.section == path) if section is not None else ()
            # Lists by date have the newest first, but a reader goes from the older to the newer.
            own = own[::-1] if section is not None and section.order == "date" else own
            # In this order: who finds the pages, in whatever thread, finds their places.
            self._places[path] = {other.path: place for place, other in enumerate(own)}
            self._own[path] = own
        return self._own[path]
