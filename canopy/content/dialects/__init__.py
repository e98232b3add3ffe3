"""What the systems that people come from add to markdown, rewritten as markdown before it is parsed.

Plain functions from text to text: nothing is evaluated, no file is looked up, and what comes out, some of it
HTML as an author might write it, passes the sanitiser like everything else. This package must not know the
site and its pages.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from canopy.content.dialects import components, liquid, macros, mdbook, obsidian, shortcodes, tags
from canopy.content.dialects.rewriting import Rewritten

DIALECTS = frozenset(
    {"jekyll", "hugo", "zola", "obsidian", "hexo", "mkdocs", "mdx", "vue", "gitbook", "mdbook"}
)
_OF_CONVENTIONS = {"docusaurus": "mdx", "vitepress": "vue", "eleventy": "jekyll", "logseq": "obsidian"}
VARIABLES = (
    "site.title",
    "site.description",
    "site.url",
    "site.baseurl",
    "page.title",
    "page.url",
    "page.date",
)
"""What Liquid may show by name."""


class Idiom(NamedTuple):
    """How a text is to be read; equal texts in equal idioms mean the same."""

    dialect: str = ""
    """One of `DIALECTS`; empty for notes that were written for no other system."""
    variables: tuple[tuple[str, str], ...] = ()
    """The values of `VARIABLES`; only for a text that shows any."""
    names: tuple[str, ...] = ()
    """What of the text's `[[…]]` names another note; in a vault of Obsidian's all of them do."""
    top: str = ""
    """What links in the text may call its title, which is no heading in it."""


PLAIN = Idiom()
_PLACEHOLDER = re.compile(r"<small class=\"left-out\">[^<]{0,400}</small>")
_KEPT = tuple((name, f"{{{{ {name} }}}}") for name in VARIABLES)


def spoken(convention: str, path: str) -> str:
    """Return the dialect of a file, by its repository's convention; nothing for plain markdown."""
    if path.endswith(".mdx"):
        return "mdx"
    name = _OF_CONVENTIONS.get(convention, convention)
    return name if name in DIALECTS else ""


def readable(text: str, dialect: str) -> str:
    """Return what there is to read in a text: no comments, no tags, and nothing in their place.

    What Liquid shows by name stays, for whoever knows the names to fill in.
    """
    if dialect not in DIALECTS:
        return text
    shown = understand(text, Idiom(dialect, _KEPT)).text
    return _PLACEHOLDER.sub("", shown) if "<small" in shown else shown


def understand(text: str, idiom: Idiom) -> Rewritten:
    """Return the text in plain markdown, and what could not be understood."""
    if idiom.dialect == "jekyll" and "{" in text:
        return liquid.rewrite(text, dict(idiom.variables))
    if idiom.dialect == "hugo" and "{{" in text:
        return shortcodes.rewrite_hugo(text)
    if idiom.dialect == "zola" and "{" in text:
        return shortcodes.rewrite_zola(text)
    if idiom.dialect == "obsidian" and ("%%" in text or "^" in text):
        return obsidian.rewrite(text)
    if idiom.dialect == "mkdocs" and idiom.variables and "{{" in text:
        return macros.rewrite(text, dict(idiom.variables))
    if idiom.dialect == "mdbook" and "#" in text:
        return mdbook.rewrite(text)
    if idiom.dialect in ("hexo", "gitbook") and "{%" in text:
        return tags.rewrite(text)
    if idiom.dialect == "mdx":
        return components.rewrite_mdx(text, dict(idiom.variables))
    if idiom.dialect == "vue" and any(sign in text for sign in ("<", "{{", "[[")):
        return components.rewrite_vue(text, dict(idiom.variables))
    return Rewritten(text)
