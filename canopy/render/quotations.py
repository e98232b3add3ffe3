"""Notes shown within other notes: whose text, how much of it, and where it goes.

A note's fragment does not know other notes: where it embeds one stands a card with a link. When a page shows
the fragment, the text of the note that is meant is put into the card, rendered for itself, its own links
resolved from where it lies. What is not shown to readers is never found here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from canopy.content.links import resolve
from canopy.content.passages import block, may_show, section, shown_in
from canopy.content.wikilinks import WIKI, named, private
from canopy.render.headings import place_of, slug
from canopy.render.idioms import idiom_of
from canopy.render.jobs import FragmentRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from canopy.content.values import Page, Site
    from canopy.render.fragment import Fragment

DEPTH = 4
"""Notes within notes."""
MOST = 50
"""Notes on one page, those within others included."""
MOST_TEXT = 200_000
"""Characters of all of them."""
_CARD = '<blockquote class="embed">\n<p><a href="'
_REST = re.compile(r'" class="embed">[^<]*</a></p>\n(?=</blockquote>)')


@dataclass(frozen=True, slots=True)
class Quotation:
    """A note, or a passage of it, within another."""

    page: Page
    request: FragmentRequest
    within: Mapping[str, Quotation]
    """What it shows itself, by the target of the card."""


Quotations = dict[str, Quotation]
NONE: Mapping[str, Quotation] = {}


@dataclass(slots=True)
class Quoting:
    """Finds what the pages of a site quote."""

    site: Site
    trusted: bool
    _known: dict[int, Mapping[str, Quotation]] = field(default_factory=dict)

    def of(self, page: Page, spoken: Callable[[Page], str]) -> Mapping[str, Quotation]:
        """Return what a page quotes, by the targets of its cards; its interface is `spoken` there too."""
        if not may_show(page.source.body):
            return NONE
        found = self._known.get(id(page))
        if found is None:
            found = self._known[id(page)] = self._found(
                page, page.source.body, spoken(page), (page,), [MOST, MOST_TEXT]
            )
        return found

    def _found(
        self, page: Page, text: str, language: str, above: tuple[Page, ...], left: list[int]
    ) -> Quotations:
        found: Quotations = {}
        for name, part in shown_in(text):
            target = private(WIKI, name, place_of(part))
            page_meant = self._meant(page, target)
            if page_meant is None or page_meant in above or len(above) > DEPTH:
                continue
            passage = _passage(page_meant, target)
            if not passage or not left[0] or len(passage) > left[1]:
                continue
            left[0] -= 1
            left[1] -= len(passage)
            idiom = idiom_of(self.site, page_meant, passage)
            request = FragmentRequest(passage, self.trusted, language=language, idiom=idiom, quoted=True)
            within = self._found(page_meant, passage, language, (*above, page_meant), left)
            found[target] = Quotation(page_meant, request, within)
        return found

    def _meant(self, page: Page, target: str) -> Page | None:
        found = resolve(self.site, page, target)
        return self.site.shown.get(found.path) if found.kind == "internal" else None


def _passage(page: Page, target: str) -> str | None:
    """Return what a card shows of a note."""
    link, text = named(target), page.source.body
    part = unquote(link.fragment[1:]) if link else ""
    if part.startswith("^"):
        return block(text, part[1:])
    return section(text, part, slug) if part and part != slug(page.title) else text


def every(quotations: Mapping[str, Quotation]) -> Iterator[Quotation]:
    """Yield quotations, and those within them."""
    for quotation in quotations.values():
        yield quotation
        yield from every(quotation.within)


def filled(
    fragment: Fragment,
    quotations: Mapping[str, Quotation],
    fragment_of: Callable[[FragmentRequest], Fragment],
    html_of: Callable[[Page, Fragment], str],
    noted: set[str] | None = None,
) -> Fragment:
    """Return the fragment with what is quoted in its cards; `noted` are texts with notes, shown before."""
    parts = list(fragment.parts)
    noted = set() if noted is None else noted
    for number, target in enumerate(fragment.links if quotations else ()):
        rest = _REST.match(parts[number + 1]) if parts[number].endswith(_CARD) else None
        found = quotations.get(target)
        if rest and found and found.request.text not in noted:
            # The ids of footnotes are those of their text: none may be on a page twice.
            noted |= {found.request.text} if "[^" in found.request.text else set()
            body = filled(fragment_of(found.request), found.within, fragment_of, html_of, noted)
            after = parts[number + 1]
            parts[number + 1] = after[: rest.end()] + html_of(found.page, body) + after[rest.end() :]
    return replace(fragment, parts=tuple(parts))
