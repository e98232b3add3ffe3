"""Addresses that are links without being marked as such: `https://…`, `www.…` and e-mail.

https://github.github.com/gfm/#autolinks-extension-
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mistune import InlineParser, InlineState

from canopy.render.abbreviations import expand
from canopy.render.emphasis import is_marked, marked, unmarked
from canopy.render.signs import with_signs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, MutableMapping

    from mistune import Markdown

Token = dict[str, Any]

_URL = r"(?<![A-Za-z0-9_/@.-])(?:https?://|www\.(?=[^\s<]*\.))(?=[\w\[])[^\s<]+"
_ENTITY_AT_END = re.compile(r"&[A-Za-z0-9]{1,30};\Z")
_EMAIL = re.compile(
    r"(?<![\w.+@/:-])[a-z0-9](?:[a-z0-9.+_-]{0,62}[a-z0-9+_-])?"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\.){1,8}[a-z]{2,63}(?![\w@-]|:\w)",
    re.IGNORECASE | re.ASCII,
)


class LinkingParser(InlineParser):
    """mistune's inline parser, which also knows bare addresses, emoji and the text's abbreviations."""

    def __call__(self, s: str, env: MutableMapping[str, Any]) -> list[Token]:
        """Parse one run of inline text."""
        tokens = super().__call__(s, env)
        tokens = list(_link_addresses(tokens)) if "@" in s else tokens
        tokens = with_signs(tokens) if ":" in s else tokens
        return expand(tokens, env)

    def parse_emphasis(self, m: re.Match[str], state: InlineState) -> int:
        """Take a run of asterisks or underscores; what it means is found out when all are known."""
        self.process_text(marked(m), state)
        return m.end()

    def finalize_tokens(self, tokens: list[Token], depth: int) -> list[Token]:
        """Turn asterisks and underscores into emphasis."""
        made = super().finalize_tokens(tokens, depth)
        return unmarked(made) if is_marked(tokens) else made

    def _get_fast_trigger_re(self, chars: set[str]) -> re.Pattern[str]:
        # `h` and `w` begin an address, but hardly ever: looking ahead here saves a try at each of them.
        key = ("linking", *sorted(chars))
        if self._fast_trigger_re is None or self._fast_trigger_re_chars != key:
            others = re.escape("".join(sorted(chars - {"h", "w"})))
            self._fast_trigger_re = re.compile(rf"[{others}]|h(?=ttps?://)|w(?=ww\.)")
            self._fast_trigger_re_chars = key
        return self._fast_trigger_re


def autolinks(md: Markdown) -> None:
    """Let mistune read bare URLs."""
    md.inline.register("url_link", _URL, _parse_url, start_chars=("h", "w"))


def _parse_url(inline: InlineParser, match: re.Match[str], state: InlineState) -> int | None:
    text = match[0]
    if state.brackets:
        # Within `[…]`, the bracket ends the link's text rather than the address.
        text = text.split("]", 1)[0]
    text = _without_punctuation(text)
    if len(text) < len("www.a"):
        return None
    end = match.start() + len(text)
    if state.in_link or state.depth >= inline.max_nested_level:
        inline.process_text(text, state)
        return end
    url = text if text.startswith("http") else f"http://{text}"
    state.append_token(_link(text, _escaped(url)) | {"_autolink": text})
    return end


def _without_punctuation(text: str) -> str:
    """Leave the punctuation behind an address to its sentence; a closing parenthesis only if none opened."""
    closing = text.count(")") - text.count("(")
    end = len(text)
    while end:
        last = text[end - 1]
        if last == ")":
            if closing <= 0:
                break
            closing -= 1
        elif last == ";":
            # `&amp;` at the end is an entity of the sentence, not of the address.
            entity = _ENTITY_AT_END.search(text, max(0, end - 32), end)
            end = entity.start() + 1 if entity else end
        elif last not in "?!.,:*_~'\"]":
            break
        end -= 1
    return text[:end]


def _link_addresses(tokens: Iterable[Token]) -> Iterator[Token]:
    text = ""
    for token in tokens:
        if token["type"] == "text":
            text += token["raw"]
            continue
        yield from _split_at_addresses(text)
        text = ""
        if "children" in token and token["type"] not in {"link", "image"}:
            token["children"] = list(_link_addresses(token["children"]))
        yield token
    yield from _split_at_addresses(text)


def _split_at_addresses(text: str) -> Iterator[Token]:
    position = 0
    if "@" in text:
        for match in _EMAIL.finditer(text):
            if match.start() > position:
                yield {"type": "text", "raw": text[position : match.start()]}
            yield _link(match[0], f"mailto:{match[0]}")
            position = match.end()
    if position < len(text):
        yield {"type": "text", "raw": text[position:]}


def _link(text: str, url: str) -> Token:
    return {"type": "link", "children": [{"type": "text", "raw": text}], "attrs": {"url": url}}


def _escaped(url: str) -> str:
    return quote(unescape(url), safe=":/?#@!$&()*+,;=%[]'~")
