"""Tags of components as JSX and Vue write them, with values in braces: read, and written again as HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

LONGEST = 3000
_NAME = re.compile(r"<(/?)\s*([A-Za-z][\w.:-]*)?")
_ATTRIBUTE = re.compile(
    r"\s*(?:([:@#A-Za-z_][\w:.@#\[\]-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(?=\{)|([^\s\"'<>{}]+)))?|(?=\{))"
)
_STRING = re.compile(r"(\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.|\$(?!\{))*`)\Z", re.DOTALL)
_CALL = re.compile(
    r"(?:require|useBaseUrl|withBase)\(\s*([\"'`])([^\"'`]{0,500})\1\s*,?\s*\)(?:\.default)?\Z"
)
_SOURCES = re.compile(
    r"\blight\s*:\s*((?:require|useBaseUrl)\([^()]{0,500}\)(?:\.default)?|[\"'][^\"']{0,500}[\"'])"
)
_END = re.compile(r"\s*(/)?>")
_AS_HTML = {"className": "class", "htmlFor": "for", "colSpan": "colspan", "rowSpan": "rowspan"}


@dataclass(frozen=True, slots=True)
class Element:
    """One tag."""

    name: str
    """Empty for a fragment."""
    attributes: dict[str, str] = field(default_factory=dict)
    """Those whose value is literal; one without a value has its name."""
    closing: bool = False
    empty: bool = False
    """It closes itself."""
    odd: bool = False
    """It is not HTML as it stands."""
    end: int = 0

    def get(self, *names: str) -> str:
        """Return the first of the attributes that has a value."""
        return next((value for name in names if (value := self.attributes.get(name, ""))), "")

    def html(self) -> str:
        """Return the tag as HTML, with the attributes that mean something there."""
        if self.closing:
            return f"</{self.name}>"
        shown = "".join(
            f' {_AS_HTML.get(name, name)}="{escape(value)}"'
            for name, value in self.attributes.items()
            if re.fullmatch(r"[A-Za-z][\w-]*", name)
        )
        return f"<{self.name}{shown}{' /' if self.empty else ''}>"


def read_element(text: str, start: int) -> Element | None:
    """Return the tag that begins there; None if it is none, or does not end soon."""
    opened = _NAME.match(text, start)
    if opened is None:
        return None
    attributes: dict[str, str] = {}
    at, odd = opened.end(), False
    while at < start + LONGEST:
        if (end := _END.match(text, at)) is not None:
            return Element(opened[2] or "", attributes, bool(opened[1]), bool(end[1]), odd, end.end())
        match = _ATTRIBUTE.match(text, at)
        if match is None:
            return None
        begin, at, name = at, match.end(), match[1] or ""
        value = next((found for found in match.groups()[1:] if found is not None), None)
        if value is None and text.startswith("{", at):
            closed, odd = closing_brace(text, at), True
            _add(attributes, name, text[at + 1 : closed - 1].strip())
            at = closed or len(text)
        elif name.startswith((":", "v-", "@", "#")):
            odd = True
            _add(attributes, name.removeprefix("v-bind").removeprefix(":"), (value or "").strip())
        else:
            odd = odd or name in _AS_HTML
            attributes[name] = name if value is None else value
        if at == begin:
            return None
    return None


def _add(attributes: dict[str, str], name: str, expression: str) -> None:
    """Add an attribute whose value is an expression, if that is but a text; of two pictures the light one."""
    sources = _SOURCES.search(expression) if name == "sources" else None
    value = literal(sources[1] if sources else expression)
    if value is not None and name:
        attributes["src" if sources else name] = value


def closing_brace(text: str, start: int, longest: int = LONGEST) -> int:
    """Return where the brackets that open at `start` are closed, and one more; 0 if that is not soon."""
    depth, at, limit = 0, start, start + longest
    while 0 <= at < min(limit, len(text)):
        sign = text[at]
        if sign in "{[(":
            depth += 1
        elif sign in "}])":
            depth -= 1
            if not depth:
                return at + 1
        elif sign in "\"'`":
            end = _string_end(text, at, limit)
            at = end or at
        at += 1
    return 0


def _string_end(text: str, start: int, limit: int) -> int:
    """Return where a quoted text ends; 0 if the sign is but an apostrophe."""
    quote, at = text[start], start + 1
    while at < min(limit, len(text)):
        if text[at] == "\\":
            at += 1
        elif text[at] == quote:
            return at
        elif text[at] == "\n" and quote != "`":
            return 0
        at += 1
    return 0


def literal(expression: str) -> str | None:
    """Return the text that an expression stands for if it is nothing but one."""
    if match := _STRING.match(expression):
        return re.sub(r"\\(.)", r"\1", match[1][1:-1], flags=re.DOTALL)
    if match := _CALL.match(expression):
        return match[2]
    return expression if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", expression) else None
