"""Abbreviations as PHP Markdown Extra and kramdown have them: `*[HTML]: Hypertext Markup Language`.

https://michelf.ca/projects/php-markdown/extra/#abbr
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, MutableMapping

    from mistune import BlockParser, BlockState, Markdown

Token = dict[str, Any]

_DEFINITION = r"^ {0,3}\*\[(?P<abbr_key>[^\]\n]{1,60})\]:[ \t]*(?P<abbr_text>[^\n]{0,300})$"
_MOST = 100
"""In one text: each is looked for at each word."""


def abbreviations(md: Markdown) -> None:
    """Let mistune read what abbreviations mean."""
    md.block.register("abbreviation", _DEFINITION, _parse, before="list")


def _parse(block: BlockParser, match: re.Match[str], state: BlockState) -> int:  # noqa: ARG001
    known = state.env.setdefault("abbreviations", {})
    if len(known) < _MOST:
        known.setdefault(match["abbr_key"].strip(), match["abbr_text"].strip())
    state.append_token({"type": "blank_line"})
    return match.end() + 1


def expand(tokens: list[Token], env: MutableMapping[str, Any]) -> list[Token]:
    """Mark the abbreviations in inline tokens, where the text defines any."""
    known = env.get("abbreviations")
    if not known:
        return tokens
    pattern = env.get("abbreviation_pattern")
    if pattern is None:
        names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True) if name)
        pattern = env["abbreviation_pattern"] = re.compile(rf"(?<!\w)(?:{names or '(?!)'})(?!\w)")
    return list(_expand(tokens, pattern, known))


def _expand(tokens: Iterable[Token], pattern: re.Pattern[str], known: dict[str, str]) -> Iterator[Token]:
    # As deep as the parser lets inline marks nest, which is not deep.
    for token in tokens:
        if token["type"] == "text":
            yield from _split(token, pattern, known)
            continue
        if "children" in token and token["type"] != "image":
            token["children"] = list(_expand(token["children"], pattern, known))
        yield token


def _split(token: Token, pattern: re.Pattern[str], known: dict[str, str]) -> Iterator[Token]:
    text, position = token["raw"], 0
    for match in pattern.finditer(text):
        if match.start() > position:
            yield token | {"raw": text[position : match.start()]}
        word = {"type": "text", "raw": match[0]}
        yield {"type": "abbr", "children": [word], "attrs": {"title": known[match[0]]}}
        position = match.end()
    if position < len(text):
        yield token | {"raw": text[position:]}
