"""From markdown to a `Fragment`: CommonMark by mistune, with what GitHub's readers and writers expect.

`render_markdown` never raises: whatever a text makes the parser do, there is a fragment, at worst the
plain source with a finding. It takes as long as it takes: a caller who must bound the time runs it in
`workers.Workers`. This module must not know pages, paths or themes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import mistune
from mistune.plugins.def_list import def_list
from mistune.plugins.formatting import mark, strikethrough
from mistune.plugins.task_lists import task_lists

from canopy.content.dialects import PLAIN, Idiom, understand
from canopy.content.wikilinks import WIKI
from canopy.render.abbreviations import abbreviations
from canopy.render.alerts import make_alert
from canopy.render.attributes import attributes, settle
from canopy.render.autolinks import LinkingParser, autolinks
from canopy.render.containers import containers
from canopy.render.footnotes import footnotes
from canopy.render.fragment import Fragment, TocEntry
from canopy.render.headings import Ids, settle_levels, take_custom_id
from canopy.render.math import math
from canopy.render.plain import render_plain, tidy
from canopy.render.renderer import Renderer
from canopy.render.sanitise import Marker, clean, cut_trusted
from canopy.render.signs import signs
from canopy.render.spaces import with_angles
from canopy.render.tables import tables
from canopy.render.wikilinks import far, wikilinks

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from mistune.plugins import Plugin

    from canopy.content.dialects.rewriting import Rewritten

Token = dict[str, Any]
Finding = tuple[int, str, str]

LARGEST_TEXT = 2_000_000
"""Characters; a longer text is shown plainly."""
LARGEST_INLINE = 20_000
_WITHIN = (f"{WIKI}:#", "#")
_ALWAYS_THERE = frozenset({"top", ""})
_QUERIES = frozenset({"dataview", "dataviewjs", "tasks", "query", "base"})
"""Languages of Obsidian and its plugins whose fences stand for lists that they make."""


def render_markdown(
    text: str, idiom: Idiom = PLAIN, *, trusted: bool = False, language: str = "en", quoted: bool = False
) -> Fragment:
    """Return the HTML of a text, cut at each link, with its table of contents and its findings.

    Raw HTML is sanitised unless the text is trusted. Every link is cut out, `#part` included: a reader
    of the fragment leaves those as they are on the page itself, and completes them elsewhere. The few words
    that are not the author's are in the interface's `language`. What is `quoted` on the page of another text
    has no ids but those of its footnotes.
    """
    text = tidy(text)
    if len(text) > LARGEST_TEXT:
        reason = f"a text of {len(text)} characters is too long to be rendered"
        return render_plain(text, (0, reason, f"split it into texts of less than {LARGEST_TEXT}"))
    try:
        return _render(text, idiom, trusted=trusted, language=language, quoted=quoted)
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        ValueError,
        AssertionError,
    ) as error:
        # What a parser that we did not write may raise on a text made to break it.
        finding = (0, f"the markdown cannot be rendered ({type(error).__name__})", "simplify its nesting")
        return render_plain(text, finding)


def render_inline(text: str, idiom: Idiom = PLAIN, *, trusted: bool = False) -> Fragment:
    """Return the HTML of an abstract or summary: what may stand inside a `<p>`, without one."""
    text = understand(tidy(text)[:LARGEST_INLINE], idiom).text
    text = " ".join(text[:LARGEST_INLINE].split())
    marker = Marker()
    renderer = Renderer(text, marker, trusted=trusted)
    try:
        tokens = list(_inline_only(_MARKDOWN.inline(text, {"ref_links": {}, **_environment(idiom)})))
        html = renderer.render_tokens(tokens, mistune.BlockState())
        html = cut_trusted(html, marker) if trusted else clean(html, marker, Ids(), inline=True)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, ValueError, AssertionError):
        return Fragment(parts=(mistune.escape(text),), links=())
    parts, links = marker.split(html)
    return Fragment(parts, links, findings=tuple(renderer.report.findings))


def _render(text: str, idiom: Idiom, *, trusted: bool, language: str, quoted: bool) -> Fragment:
    plain = understand(text, idiom)
    if len(plain.text) > LARGEST_TEXT:
        raise ValueError("the text grows too long")
    source = with_angles(plain.text)
    marker = Marker()
    renderer = Renderer(source, marker, trusted=trusted, language=language, quoted=quoted)
    state = _MARKDOWN.block.state_cls()
    state.env.update(_environment(idiom))
    tokens, state = _MARKDOWN.parse(source, state)
    html = renderer.render_tokens(tokens, state)  # type: ignore[arg-type] # a list, as there is no renderer
    html = cut_trusted(html, marker) if trusted else clean(html, marker, renderer.ids)
    parts, links = marker.split(html)
    if idiom.dialect == "obsidian":
        links = tuple(map(far, links))
    if not trusted and not quoted:  # trusted HTML keeps its ids, unread
        links = tuple(_within(link, renderer, idiom.top) for link in links)
    return Fragment(
        parts=parts,
        links=links,
        toc=tuple(_sanitised(entry) for entry in renderer.toc),
        findings=_by_line(renderer.report.findings, plain),
        warnings=tuple(sorted([*plain.findings, *_by_line(renderer.report.warnings, plain)])),
    )


def _environment(idiom: Idiom) -> dict[str, Any]:
    """Return what the parser's rules ask: the dialect, whether the text is a template, and the names that may
    be linked (None: any).
    """
    return {
        "dialect": idiom.dialect,
        "templates": bool(idiom.variables),
        "names": None if idiom.dialect == "obsidian" else frozenset(idiom.names),
    }


def _by_line(findings: Iterable[Finding], plain: Rewritten) -> tuple[Finding, ...]:
    """Return what was found in the rewritten text by the author's own lines."""
    return tuple((plain.line(line), reason, cure) for line, reason, cure in findings)


def _within(link: str, renderer: Renderer, top: str) -> str:
    """Let a link within the text lead to the id that is meant, or tell its author that there is none."""
    begin = next((sign for sign in _WITHIN if link.startswith(sign) and len(link) > len(sign)), "")
    name = unquote(link[len(begin) :])
    if not begin or name in _ALWAYS_THERE:
        return link
    found = renderer.ids.find(name)
    if found is None and name == top:
        return "#"
    if found is None:
        renderer.report.warn_of_place(name)
        return link
    return link if found == name and begin == "#" else f"#{found}"


def _sanitised(entry: TocEntry) -> TocEntry:
    if "<" not in entry.title:
        return entry
    return TocEntry(entry.level, entry.id, clean(entry.title, Marker(), Ids(), inline=True))


def _inline_only(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        if token["type"] == "image":
            yield from _inline_only(token["children"])
        elif token["type"] == "math":
            yield token | {"attrs": {"display": False}}
        else:
            if "children" in token:
                token["children"] = list(_inline_only(token["children"]))
            yield token


def _prepare(markdown: mistune.Markdown, state: mistune.BlockState) -> None:  # noqa: ARG001
    """Find alerts and headings wherever they stand, before their text is parsed."""
    settle(state.tokens)
    vault = state.env.get("dialect") == "obsidian"
    headings: list[Token] = []
    # Not recursive: the walk is in the order of the text.
    waiting = list(reversed(state.tokens))
    while waiting:
        token = waiting.pop()
        if token["type"] == "heading":
            take_custom_id(token)
            headings.append(token)
        elif token["type"] == "block_quote":
            make_alert(token, any_kind=vault)
        elif vault and token["type"] == "block_code" and _language(token) in _QUERIES:
            token["type"] = "query"
        waiting += reversed(token.get("children", ()))
    settle_levels(headings)


def _language(token: Token) -> str:
    return str(token.get("attrs", {}).get("info", "")).partition(" ")[0].lower()


_ATX = r"^ {0,3}(?P<atx_1>#{1,6})(?P<atx_2>(?:[ \t][^\n]*)?)$"


def _parse_atx(block: mistune.BlockParser, match: re.Match[str], state: mistune.BlockState) -> int:  # noqa: ARG001
    # mistune's own expression for the closing hashes is quadratic in the spaces before them.
    text = match["atx_2"].strip()
    bare = text.rstrip("#")
    if bare != text and (not bare or bare[-1] in " \t"):
        text = bare.rstrip()
    state.append_token(
        {"type": "heading", "text": text, "attrs": {"level": len(match["atx_1"])}, "style": "atx"}
    )
    return match.end() + 1


def _make() -> mistune.Markdown:
    plugins: list[Plugin] = [
        *(tables, footnotes, task_lists, strikethrough, mark, def_list, autolinks, math),
        *(wikilinks, abbreviations, attributes, containers, signs),
    ]
    markdown = mistune.Markdown(renderer=None, inline=LinkingParser(), plugins=plugins)
    markdown.block.register("atx_heading", _ATX, _parse_atx)
    markdown.before_render_hooks.insert(0, _prepare)
    return markdown


_MARKDOWN = _make()
