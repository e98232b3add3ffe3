"""Links to a place on another page, `other.md#heading`: whether it is there.

A page's bytes never depend on another's headings, so this is asked only where problems are looked for. Most
places are found by a glance at the other text; only what a glance does not find takes its rendering.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from canopy.content.links import resolve
from canopy.content.passages import block, headings
from canopy.content.wikilinks import named, written
from canopy.problem import Problem, Severity
from canopy.render.headings import core, slug
from canopy.render.linking import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from canopy.content.values import Page, Site
    from canopy.render.fragment import Fragment

MOST = 100
"""Places on other pages that are looked for, for one page."""
_ID = re.compile(r"""\s(?:id|name)=["']?([^"'\s>]{1,300})""")
_ANYWHERE = ("top", ":~:")


class Place(NamedTuple):
    """A place that a link means and a glance did not find."""

    target: str
    page: Page
    name: str
    """The id, decoded; of a block its name with `^`."""


def doubtful(site: Site, page: Page, fragment: Fragment) -> tuple[Place, ...]:
    """Return the places on other pages that may not be there."""
    targets = dict.fromkeys(target for target in fragment.links if "#" in target[1:])
    found = (place for target in targets if (place := _place(site, page, target)) is not None)
    return tuple(place for place, _ in zip(found, range(MOST), strict=False) if not _at_a_glance(place))


def _place(site: Site, page: Page, target: str) -> Place | None:
    found = resolve(site, page, target)
    other = site.shown.get(found.path) if found.kind == "internal" else None
    if other is None or other is page:
        return None
    link = named(target)
    suffix = link.fragment if link is not None else found.suffix
    name = unquote(suffix.partition("#")[2])
    return Place(target, other, name) if name and not name.startswith(_ANYWHERE) else None


def _at_a_glance(place: Place) -> bool:
    text, name = place.page.source.body, place.name
    if name.startswith("^"):
        return block(text, name[1:]) is not None
    return name == slug(place.page.title) or any(slug(words) == name for _, _, words in headings(text))


def lost(page: Page, place: Place, fragment: Fragment) -> Problem | None:
    """Return a problem if the rendered text of the other page has no such place."""
    ids = dict.fromkeys(_ids(fragment))
    if place.name in ids:
        return None
    alike = [name for name in ids if core(name) == core(place.name)]
    near = alike or get_close_matches(place.name, ids, 1)
    what = "block" if place.name.startswith("^") else "heading or other place"
    cure = f"perhaps #{near[0]} is meant" if near else "link one of its headings"
    reason = f"{place.page.source.path} has no {what} #{place.name[:100]}"
    return Problem(page.source.path, _line_of(page, place.target), reason, cure, Severity.WARNING)


def _ids(fragment: Fragment) -> Iterator[str]:
    yield from (entry.id for entry in fragment.toc)
    for part in fragment.parts:
        yield from _ID.findall(part)


def _line_of(page: Page, target: str) -> int:
    path = written(target) if named(target) else target.partition("#")[0]
    return line_of(page, (target, f"{path}#", quote(path) + "#"))
