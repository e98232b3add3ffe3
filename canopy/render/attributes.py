"""kramdown's attribute lists, `{: .class #id}` after a block or a mark, and `{:toc}` after a list.

Python-Markdown's have no colon, `{ .class #id }`: there, all between the braces must be attributes.

https://kramdown.gettalong.org/syntax.html#inline-attribute-lists
Only classes, ids and the size of images are taken; the sanitiser looks at them like at any other HTML.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from canopy.render.plain import escape

if TYPE_CHECKING:
    from mistune import BlockParser, BlockState, InlineParser, InlineState, Markdown

Token = dict[str, Any]

_BLOCK = r"^ {0,3}\{(?P<block_sign>:?)(?!:)(?P<block_list>[^{}\n]{0,500})\}[ \t]*$"
_TOC = (
    r"^ {0,3}(?:[*+-]|1\.)[ \t]+[^\n]{0,200}\n"
    r" {0,3}\{:(?!:)(?:[^{}\n]{0,200}[ \t])?toc\b[^{}\n]{0,200}\}[ \t]*$"
)
_SPAN = r"\{(?P<span_sign>:?)(?!:)(?P<span_list>[^{}\n]{0,500})\}"
_KRAMDOWN = re.compile(
    r"^ {0,3}(?P<list>\{:(?!:)[^{}\n]{0,500}\})[ \t]*$"
    r"|<[a-z]{1,20}\b[^<>\n]{0,500}\bmarkdown=[\"']?(?:1|block|span)\b[^<>\n]{0,500}>[ \t]*(?:\n|\Z)"
    r"|^</[a-z]{1,20}>[ \t]*\n(?=[^\s<])",
    re.MULTILINE,
)
_MOST_READ = 20_000_000
"""Characters of one text that may be read anew: at each cut, mistune looks for the end of the block again."""
_ITEM = re.compile(
    r"\.([A-Za-z][\w-]{0,63})|#([A-Za-z][\w:.-]{0,99})|(class|id|width|height)=[\"']?([\w .:-]{1,100})[\"']?"
)
_CARRIERS = frozenset({"link", "image", "emphasis", "strong", "codespan", "strikethrough", "mark"})
_FIRST_TAG = re.compile(r"<([a-z][a-z0-9]*)((?:\s[^<>]*)?)>")
_CLASS = re.compile(r'\sclass="([^"]*)"')
_ENCLOSING = frozenset({"list", "block_quote"})
_WRITTEN_FOR = ("", "jekyll", "hugo", "mkdocs", "mdx", "vue", "hexo", "mdbook", "gitbook")
_ICON = re.compile(r":[a-z0-9-]+:\Z")
_GIVEN = re.compile(
    r"[.#][\w:.-]+|[\w:@-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\"'{}=]+)|(?:data-[\w-]+|open|download)(?=\s|\Z)"
)


def attributes(md: Markdown) -> None:
    """Let mistune read attribute lists."""
    md.inline.register("span_attributes", _SPAN, _parse_span, start_chars="{")
    block = md.block
    block.register("block_attributes", _BLOCK, _parse_block, before="list")
    block.insert_rule(block.block_quote_rules, "block_attributes", before="list")
    block.insert_rule(block.list_rules, "block_attributes", before="list")
    block.register("toc", _TOC, _parse_toc, before="list")
    for rule in ("raw_html", "block_html"):
        block.register(rule, None, _parse_html)


def _parse_toc(block: BlockParser, match: re.Match[str], state: BlockState) -> int | None:  # noqa: ARG001
    if state.env.get("dialect", "") not in _WRITTEN_FOR:
        return None
    # The theme shows a table of contents by itself: the list only marks its place.
    state.append_token({"type": "blank_line"})
    return match.end() + 1


def _parse_html(block: BlockParser, match: re.Match[str], state: BlockState) -> int | None:
    """Parse a block of HTML; in a text for kramdown it ends before a list of attributes.

    It ends too after a tag whose `markdown` attribute asks for markdown within, and after an end tag.
    """
    count = len(state.tokens)
    end = block.parse_raw_html(match, state)
    token = state.tokens[-1] if len(state.tokens) > count else {}
    if state.env.get("dialect") != "jekyll" or token.get("type") != "block_html":
        return end
    source = token["raw"]
    cut = _KRAMDOWN.search(source)
    at = (cut.start() if cut["list"] else cut.end()) if cut else 0
    spent = state.env.get("read", 0) + len(source)
    if not 0 < at < len(source) or spent > _MOST_READ:
        return end
    state.env["read"] = spent
    token["raw"] = source[:at]
    return state.cursor + at


def _parse_block(block: BlockParser, match: re.Match[str], state: BlockState) -> int | None:  # noqa: ARG001
    if state.env.get("dialect", "") not in _WRITTEN_FOR:
        return None
    if not _is_list(match["block_sign"], match["block_list"], state.env.get("dialect", "")):
        return None
    state.append_token({"type": "block_attributes", "given": read(match["block_list"])})
    return match.end() + 1


def _parse_span(inline: InlineParser, match: re.Match[str], state: InlineState) -> int | None:  # noqa: ARG001
    if state.env.get("dialect", "") not in _WRITTEN_FOR:
        return None
    previous = match.string[match.start() - 1 : match.start()]
    another = previous == "}" and state.tokens and state.tokens[-1]["type"] == "span_attributes"
    if not another and previous not in ("*", "_", ")", "]", "`", "~", "=", ">"):
        icon = previous == ":" and _ICON.search(match.string, max(0, match.start() - 80), match.start())
        if not icon:
            return None
    if not _is_list(match["span_sign"], match["span_list"], state.env.get("dialect", "")):
        return None
    state.append_token({"type": "span_attributes", "given": read(match["span_list"])})
    return match.end()


def _is_list(sign: str, source: str, dialect: str) -> bool:
    """Tell whether braces are a list where the text is from: Goldmark has none with kramdown's colon."""
    return dialect != "hugo" if sign else only_attributes(source)


def only_attributes(source: str) -> bool:
    """Tell whether braces without kramdown's colon hold classes, ids and values, as Python-Markdown's do."""
    rest, count = _GIVEN.subn(" ", source)
    return count > 0 and not rest.strip()


def read(source: str) -> dict[str, str]:
    """Return the attributes of a list: `class`, `id`, `width`, `height`."""
    given: dict[str, str] = {}
    if re.match(r"\s*[\w-]+:", source):  # a definition for later lists
        return given
    for match in _ITEM.finditer(source):
        name, value = match[3] or "", match[4] or ""
        if match[1] or name == "class":
            given["class"] = f"{given.get('class', '')} {match[1] or value}".strip()
        elif match[2] or name == "id":
            given["id"] = match[2] or value.strip()
        elif value.isdecimal():
            given[name] = value
    return given


def settle(tokens: list[Token]) -> None:
    """Give the attributes among the blocks to those that they belong to, everywhere below."""
    waiting = [tokens]
    while waiting:
        siblings = waiting.pop()
        if any(token["type"] == "block_attributes" for token in siblings):
            siblings[:] = _settled(siblings)
        for token in siblings:
            children = token.get("children")
            if children:
                if token["type"] in _ENCLOSING:
                    _lift(token)
                waiting.append(children)


def _lift(token: Token) -> None:
    """Take the attributes after the last line of a list or a quote for its own, as kramdown does."""
    last = token["children"]
    if token["type"] == "list":
        last = last[-1].get("children") or [] if last else []
    if last and last[-1]["type"] == "block_attributes":
        _give(token, last.pop()["given"])


def _settled(siblings: list[Token]) -> list[Token]:
    kept: list[Token] = []
    pending: dict[str, str] = {}
    for token in siblings:
        if token["type"] != "block_attributes":
            if pending and token["type"] != "blank_line":
                _give(token, pending)
            pending = {}
            kept.append(token)
        elif kept and kept[-1]["type"] not in ("blank_line", "block_html"):
            if kept[-1]["type"] in _ENCLOSING:
                _lift(kept[-1])
            _give(kept[-1], token["given"])
        else:
            pending = token["given"]
    return kept


def _give(token: Token, given: dict[str, str]) -> None:
    if token["type"] == "heading" and "id" in given:
        token["attrs"]["id"] = given["id"]
        given = {name: value for name, value in given.items() if name != "id"}
    token["given"] = {**token.get("given", {}), **given}


def carries(token: Token) -> bool:
    """Tell whether an inline token may have attributes."""
    return token["type"] in _CARRIERS


def with_attributes(html: str, given: dict[str, str]) -> str:
    """Return the HTML with the attributes in its first tag."""
    tag = _FIRST_TAG.match(html)
    if tag is None or not given:
        return html
    rest = tag[2]
    if "class" in given:
        own = _CLASS.search(rest)
        names = f"{own[1]} {escape(given['class'])}" if own else escape(given["class"])
        rest = (rest[: own.start()] + rest[own.end() :] if own else rest) + f' class="{names}"'
    if "id" in given and " id=" not in rest:
        rest += f' id="{escape(given["id"])}"'
    if tag[1] == "img":
        rest += "".join(f' {side}="{given[side]}"' for side in ("width", "height") if side in given)
    return f"<{tag[1]}{rest}>{html[tag.end() :]}"
