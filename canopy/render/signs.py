"""Small signs of other tools within a text: emoji and icons, keys, macros, included files, `[TOC]`.

What can be shown is; what only the other tool could make leaves a quiet placeholder and a warning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mistune.util import unikey

from canopy.content.dialects.rewriting import placeholder
from canopy.content.emoji import NAME, RUN, emoji
from canopy.render.plain import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mistune import BlockParser, BlockState, InlineParser, InlineState, Markdown

Token = dict[str, Any]

_INCLUDED = (
    r"^ {0,3}(?:-{1,10}8<-{1,10}[ \t]+\"(?P<snippet>[^\"\n]{1,300})\"[ \t]*$"
    r"|<<<[ \t]*(?P<excerpt>[@.~/][^\n]{1,300})$"
    r"|<!--[ \t]?@include:[ \t]?(?P<part>[^\n]{1,300}?)-->[ \t]*$"
    r"|-{1,10}8<-{1,10}[ \t]*\n(?P<snippets>(?:[\w./;#:\t -]{1,200}\n){1,50}?)-{1,10}8<-{1,10}[ \t]*$)"
)
_PARTS = ("snippet", "excerpt", "part", "snippets")
_CONTENTS = r"^ {0,3}\[(?:TOC|toc)\][ \t]*$"
_MACRO = r"\{\{(?P<macro>[^{}\n]{1,300})\}\}|\{%(?P<macro_tag>[^{}%\n]{1,300})%\}"
_KEY = r"(?:[a-z0-9-]{1,20}|\"[^\"\n]{1,10}\")"
_KEYS = rf"(?<![\w+])\+\+(?P<keys>{_KEY}(?:\+{_KEY}){{0,5}})\+\+(?![\w+])"
_ICON = re.compile(
    r"(?<![A-Za-z0-9_:/\\]):(?P<set>material|fontawesome-(?:solid|brands|regular)|octicons|simple|lucide)"
    r"-(?P<icon>[a-z0-9-]{1,60}):"
)
_SIGNS = {
    **dict.fromkeys(("check", "check-all", "check-bold", "check-circle"), "✓"),
    **dict.fromkeys(("close", "close-thick", "close-circle"), "✗"),
}
_SIZE = re.compile(r"-(?:12|16|24)\Z")
_SPOKEN = {"control": "Ctrl", "command": "Cmd", "escape": "Esc", "delete": "Del"}


def signs(md: Markdown) -> None:
    """Let mistune read them."""
    for name, pattern, parse in (
        ("included", _INCLUDED, _parse_included),
        ("contents_sign", _CONTENTS, _parse_contents),
    ):
        md.block.register(name, pattern, parse, before="list")
        md.block.insert_rule(md.block.block_quote_rules, name, before="list")
        md.block.insert_rule(md.block.list_rules, name, before="list")
    md.inline.register("templating", _MACRO, _parse_macro, before="span_attributes", start_chars=("{",))
    md.inline.register("pressed_keys", _KEYS, _parse_keys, start_chars=("+",))


def _parse_included(block: BlockParser, match: re.Match[str], state: BlockState) -> int:  # noqa: ARG001
    name = next(found for part in _PARTS if (found := match[part]) is not None)
    cure = "correct its path, put its text here, or link it"
    attributes = {
        "source": match[0].strip(),
        "reason": "the file that is included here is not shown",
        "cure": cure,
    }
    state.append_token({"type": "left_out_block", "raw": " ".join(name.split()), "attrs": attributes})
    return match.end() + 1


def _parse_contents(block: BlockParser, match: re.Match[str], state: BlockState) -> int | None:  # noqa: ARG001
    if unikey("toc") in state.env.get("ref_links", ()):
        return None
    # The theme shows a table of contents by itself: the sign only marks its place.
    state.append_token({"type": "blank_line"})
    return match.end() + 1


def _parse_macro(inline: InlineParser, match: re.Match[str], state: InlineState) -> int | None:  # noqa: ARG001
    if state.env.get("dialect") != "mkdocs" or not state.env.get("templates"):
        return None
    state.append_token({"type": "left_out", "raw": (match["macro"] or match["macro_tag"]).strip()})
    return match.end()


def _parse_keys(inline: InlineParser, match: re.Match[str], state: InlineState) -> int | None:  # noqa: ARG001
    keys = [key.strip('"') for key in re.findall(r"\"[^\"]*\"|[^+]+", match["keys"])]
    said = (_SPOKEN.get(key, key.replace("-", " ").capitalize()) for key in keys)
    shown = "+".join(f"<kbd>{escape(key)}</kbd>" for key in said)
    state.append_token({"type": "inline_html", "raw": shown})
    return match.end()


def with_signs(tokens: list[Token]) -> list[Token]:
    """Return inline tokens with emoji and icons in the place of their names."""
    found = list(_with_emoji(_joined(tokens)))
    if not any(token["type"] == "icon" for token in found):
        return found
    # Beside words an icon is an ornament; alone in a cell it says something.
    icons = [token for token in found if token["type"] == "icon"]
    if all(
        token["type"] in ("icon", "span_attributes") or not token.get("raw", "x").strip() for token in found
    ):
        return [{"type": "inline_html", "raw": placeholder(icon["raw"])} for icon in icons]
    return [token for token in found if token["type"] != "icon"]


def _joined(tokens: Iterable[Token]) -> Iterator[Token]:
    """Join what stands side by side: a name may have signs in it at which the parser has stopped."""
    text = ""
    for token in tokens:
        if token["type"] == "text" and len(token) == 2:
            text += token["raw"]
            continue
        if text:
            yield {"type": "text", "raw": text}
            text = ""
        yield token
    if text:
        yield {"type": "text", "raw": text}


def _with_emoji(tokens: Iterable[Token]) -> Iterator[Token]:
    # As deep as the parser lets inline marks nest, which is not deep.
    for token in tokens:
        if token["type"] == "text" and ":" in token["raw"]:
            yield from _icons(token["raw"])
            continue
        if "children" in token and "_autolink" not in token:
            token["children"] = with_signs(token["children"])
        yield token


def _icons(text: str) -> Iterator[Token]:
    at = 0
    for match in _ICON.finditer(text):
        yield from _emoji(text[at : match.start()])
        name = _SIZE.sub("", match["icon"])
        if name in _SIGNS:
            yield {"type": "text", "raw": _SIGNS[name]}
        else:
            yield {"type": "icon", "raw": name.replace("-", " ")}
        at = match.end()
    yield from _emoji(text[at:])


def _emoji(text: str) -> Iterator[Token]:
    at = 0
    for run in RUN.finditer(text):
        for match in NAME.finditer(text, run.start(), run.end()):
            sign = emoji().get(match[1])
            if sign is None:
                continue
            if match.start() > at:
                yield {"type": "text", "raw": text[at : match.start()]}
            yield {"type": "text", "raw": sign, "written": match[0]}
            at = match.end()
    if at < len(text):
        yield {"type": "text", "raw": text[at:]}
