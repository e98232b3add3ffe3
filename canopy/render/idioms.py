"""How the text of a page is to be read: by the site's convention, and by what the site knows of its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.content.dialects import Idiom, macros, spoken
from canopy.content.grammar import normalised
from canopy.content.links import resolve
from canopy.content.wikilinks import WIKI, mentioned, private
from canopy.render.headings import slug

if TYPE_CHECKING:
    from canopy.content.values import Page, Site

_NAME = re.compile(r"\b(?:site|page)\.[\w.-]{1,100}")


def idiom_of(site: Site, page: Page, text: str) -> Idiom:
    """Return the idiom of a text of the page, with all that its meaning depends on and no more."""
    dialect = spoken(site.convention, page.source.path)
    name = slug(page.title)
    top = name if name and ("[[#" in text or f"#{name}" in text) else ""
    if dialect == "obsidian":
        return Idiom(dialect, top=top)
    variables = _variables(site, page, text) if dialect == "jekyll" and "{{" in text else ()
    if dialect == "mkdocs" and "{" in text and macros.ON in site.settings.variables:
        names = macros.named_in(text)
        variables = tuple(
            entry for entry in site.settings.variables if entry[0] in names or entry == macros.ON
        )
    if dialect in ("mdx", "vue") and ".title" in text:
        variables = (("title", page.title),)
    return Idiom(dialect, variables, _names(site, page, text), top)


def _names(site: Site, page: Page, text: str) -> tuple[str, ...]:
    """Return what between double brackets in the text names another note, and so is a link."""
    return tuple(
        name for name in mentioned(text) if resolve(site, page, private(WIKI, name)).kind != "broken"
    )


def _variables(site: Site, page: Page, text: str) -> tuple[tuple[str, str], ...]:
    """Return what Liquid in the text may show by name."""
    known = {f"site.{name}": value for name, value in site.settings.variables} | {
        "site.title": site.title,
        "site.description": site.description,
        "site.url": site.base_url.removesuffix(site.base_path),
        "site.baseurl": site.base_path,
        "page.title": page.title,
        "page.url": page.path,
        "page.date": page.created.date().isoformat() if page.created else "",
    }
    names = sorted(set(_NAME.findall(text)))
    return tuple((name, known[key]) for name in names if (key := normalised(name)) in known)
