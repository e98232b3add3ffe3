"""The tokens of JavaScript and TypeScript, as far as a reader of settings must tell them apart.

In time linear in the text; what is no token of the language is passed over, one character at a time.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_TEXT = 96 * 1024
_PLAIN = re.compile(
    r"(?P<skip>\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z))"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<name>[^\W\d][\w$]*|\$[\w$]*)"
    r"|(?P<sign>=>|\.\.\.|.)",
    re.DOTALL,
)
_REGULAR = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.){0,100}\]){1,300}/\w*")
_ESCAPE = re.compile(r"\\(u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|\r?\n|.)", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_BEFORE_VALUE = frozenset("([{,;=:!&|?+-*%<>~^") | {"=>", "return", "...", ""}


class Token(NamedTuple):
    """One token."""

    kind: str
    """`text`, `number`, `name`, `sign`, `odd` for what has no value that can be read; empty at the end."""
    value: str


END = Token("", "")


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text, without comments; texts have their value."""
    found: list[Token] = []
    at, text = 0, text[:MAX_TEXT]
    unclosed = 0
    """Up to there no quote begins a text: one before it had no end in its line."""
    while at < len(text):
        if text[at] == "`":
            end, value = _template(text, at)
            found.append(Token("odd", "") if value is None else Token("text", value))
            at = end
            continue
        if text[at] == "/" and (not found or found[-1].value in _BEFORE_VALUE) and _is_regular(found):
            regular = None if text.startswith(("//", "/*"), at) else _REGULAR.match(text, at)
            if regular is not None:
                found.append(Token("odd", ""))
                at = regular.end()
                continue
        if text[at] in "\"'" and at < unclosed:
            at += 1
            continue
        match = _PLAIN.match(text, at)
        if match is None:
            break
        kind = match.lastgroup or ""
        if kind == "sign" and match[0] in "\"'":
            unclosed = text.find("\n", at) % (len(text) + 1)
        at = match.end()
        if kind == "text":
            found.append(Token(kind, _unescaped(match[0][1:-1])))
        elif kind != "skip":
            found.append(Token(kind, match[0]))
    return found


def _is_regular(found: list[Token]) -> bool:
    return not found or found[-1].kind in ("sign", "name")


def _template(text: str, start: int) -> tuple[int, str | None]:
    """Return where a text between backticks ends, and its value, None if something is put in."""
    at, depth, filled = start + 1, 0, False
    while at < len(text):
        sign = text[at]
        if sign == "\\":
            at += 1
        elif text.startswith("${", at):
            depth, filled = depth + 1, True
            at += 1
        elif depth and sign == "{":
            depth += 1
        elif depth and sign == "}":
            depth -= 1
        elif not depth and sign == "`":
            break
        at += 1
    return at + 1, None if filled else _unescaped(text[start + 1 : at])


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text

    def put(match: re.Match[str]) -> str:
        sign = match[1]
        if sign[0] in "ux" and len(sign) > 1:
            code = int(sign[1:].strip("{}"), 16)
            return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
        return "" if sign.endswith("\n") else _SHORT.get(sign, sign)

    return _ESCAPE.sub(put, text)
