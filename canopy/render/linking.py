"""From rendered markdown to the HTML of one page: every link and image as it is written there.

A fragment is the same wherever it is shown, and is cut at its links; where they lead depends on the page and
on the site.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from canopy.content import wikilinks
from canopy.content.links import resolve
from canopy.content.lookups import keys_of
from canopy.problem import Problem, Severity
from canopy.render.images import Images, dressed
from canopy.render.nearest import Nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from canopy.content.links import Target
    from canopy.content.values import Page, Site
    from canopy.render.fragment import Fragment

NOTES = ("#fn-", "#fnref-")
"""Links between a text and its footnotes, which are with it wherever it is shown."""


class Resolved(NamedTuple):
    """Where a link on a page led when it was looked up."""

    page: Page
    target: str
    found: Target


@dataclass(slots=True)
class Linker:
    """Resolves the links of a site's pages."""

    site: Site
    images: Images
    _nearest: Nearest | None = field(default=None, init=False)
    _noted: dict[tuple[str, str], Resolved] = field(default_factory=dict, init=False)

    def resolve(self, page: Page, target: str) -> Target:
        """Return where a link on a page leads, and note it."""
        found = resolve(self.site, page, target)
        self._noted[page.path, target] = Resolved(page, target, found)
        return found

    def noted(self) -> tuple[Resolved, ...]:
        """Return all links that were resolved since this was asked last."""
        found, self._noted = self._noted, {}
        return tuple(found.values())

    def holds(self, links: Iterable[Resolved]) -> bool:
        """Tell whether links lead to where they led."""
        return all(resolve(self.site, link.page, link.target) == link.found for link in links)

    def keys(self, links: Iterable[Resolved]) -> frozenset[str]:
        """Return what links are looked up by, and where they lead."""
        keys: set[str] = set()
        for link in links:
            keys |= keys_of(self.site, link.page, link.target)
            keys.add(link.found.path)
        return frozenset(keys)

    def html(self, page: Page, fragment: Fragment, enlarge: str) -> str:
        """Return a fragment's HTML as the pages of the site write it; `enlarge` is said of a large image."""
        locate = self._locating(page)
        return dressed(fragment, self.images, locate, self.site.url, enlarge=enlarge, eager=True).html(
            lambda target: self.href(page, target)
        )

    def quoted_html(self, page: Page, fragment: Fragment, enlarge: str) -> str:
        """Return the HTML of a page's text on the page of another: places on it are links to it."""

        def href(target: str) -> str | None:
            if target.startswith(NOTES):
                return target
            found = self.resolve(page, target)
            if found.kind == "page":
                return self.site.url(page.path) + found.suffix
            return self.href(page, target)

        locate = self._locating(page)
        return dressed(fragment, self.images, locate, self.site.url, enlarge=enlarge).html(href)

    def href(self, page: Page, target: str) -> str | None:
        """Return what an author's link on a page becomes in it; None where it is no link at all."""
        found = self.resolve(page, target)
        if found.kind == "page":
            return found.suffix
        return found.path if found.kind == "external" else _linked(self.site.url, found)

    def feed_html(self, page: Page, fragment: Fragment) -> str:
        """Return a fragment's HTML with absolute links, as a feed reader needs it."""

        def href(target: str) -> str | None:
            found = self.resolve(page, target)
            return found.path if found.kind == "external" else _linked(self.site.absolute, found)

        return dressed(fragment, self.images, self._locating(page), self.site.absolute).html(href)

    def _locating(self, page: Page) -> Callable[[str], str]:
        def locate(target: str) -> str:
            found = self.resolve(page, target)
            return found.path if found.kind == "internal" else ""

        return locate

    def broken_links(self, page: Page, fragment: Fragment) -> tuple[Problem, ...]:
        """Return a problem for each link of the page's body that leads nowhere."""
        lost = [target for target in fragment.links if self.resolve(page, target).kind == "broken"]
        return tuple(self._broken_link(page, target) for target in dict.fromkeys(lost))

    def _broken_link(self, page: Page, target: str) -> Problem:
        written = wikilinks.written(target)
        if self._nearest is None:
            self._nearest = Nearest(self.site)
        meant = self.resolve(page, target).path or written
        near = self._nearest.misspelt(meant)
        cure = f"perhaps {near.source.path} is meant; else" if near else "correct the target, or"
        reason = f"the link to {written[:200]!r} leads nowhere"
        cure = f"{cure} add the file it means"
        return Problem(page.source.path, _line_of(page, target), reason, cure, Severity.WARNING)


def _linked(link: Callable[[str], str], found: Target) -> str | None:
    """Return the URL of a target within the site; None for one that is not to be linked at all."""
    return link(found.path) + found.suffix if found.path else None


def _line_of(page: Page, target: str) -> int:
    written = wikilinks.written(target)
    # A short target may be a word of the text as well: first it is looked for where links are.
    return line_of(
        page, (f"]({written}", f"[[{written}", f"](<{written}", f"]: {written}", f'="{written}', written)
    )


def line_of(page: Page, spellings: Iterable[str]) -> int:
    """Return the line of the page's file that has the first of the spellings which is in its text; else 0."""
    body = page.source.body
    place = next((place for words in spellings if (place := body.find(words)) >= 0), -1)
    return 0 if place < 0 else page.source.line(body.count("\n", 0, place) + 1)
