"""What of a page decides its address: the part of its earlier versions that history keeps.

Git has hundreds of versions of a page, and hardly any differs in that. So a page's header is cut off first,
and read only where that differs from the next version's. What decides is written down again in one form,
whatever the header's own: as text that reads as a short page.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re

from canopy.content import prose
from canopy.content.fields import DECIDING, squeezed
from canopy.content.frontmatter import grammar
from canopy.content.headers import MAX_HEADER, read_header
from canopy.content.paths import TEXTS, extension, is_hidden
from canopy.git.values import Extract

_FORM = "1"
"""Another number for another form of what is written down."""
_PAGES = frozenset({*TEXTS, ".mdx", ".html", ".htm", ".txt", ""})
"""The extensions of what may have a header."""
_END = re.compile(rb"\n(?:-{3,}|\.{3}|\+{3})[ \t\r]*(?:\n|\Z)")
_BLANK = re.compile(rb"\n[ \t\r]*\n")
_PROPERTY = re.compile(
    rb"^(?:#\+([\w-]{1,40}):|:([\w-]{1,40}):|(?:- )?([\w-]{1,40})::)[ \t][^\n]*", re.MULTILINE
)
"""A line that says something of the page in Org, reStructuredText and AsciiDoc, or Logseq."""
_PROPERTIES = frozenset({*DECIDING, "public", "revdate", "pagedate"})
_BODY = "…\n"
"""Stands for a text: a page without any may be none."""
_NAMED_WITHIN = 4 * 1024
"""Bytes of a text in which the heading is looked for that names it."""
_GRAMMAR = grammar("", comments=True)


def may_decide(path: str) -> bool:
    """Tell whether the file at a path of the repository may be a page with a header."""
    return extension(path) in _PAGES and not is_hidden("/" + path)


def beginning(data: bytes) -> bytes:
    """Return the part of a page that what decides is in, with a word for the text below it.

    Nothing for what is no text.
    """
    window = data[: 2 * MAX_HEADER].removeprefix(codecs.BOM_UTF8)
    start = len(window) - len(window.lstrip())
    first = window[start : window.find(b"\n", start) + 1 or None]
    if b"\0" in window:
        return b""
    if first.startswith(b"{"):
        return window
    if first.rstrip() not in (b"---", b"+++"):
        if found := _properties(window[:_NAMED_WITHIN]):
            return found + _BODY.encode()
        if b":" not in first:
            return _BODY.encode() if start < len(window) else b""
    end = _END.search(window, start + 1) or _BLANK.search(window, start)
    cut = end.end() if end else len(window)
    header, body = window[:cut], window[cut:].strip()
    if b"date" in header and b"title" not in header:
        return header + body[:_NAMED_WITHIN]
    return header + _BODY.encode() if body else header


def _properties(text: bytes) -> bytes:
    """Return the lines that decide of a text without a header, as they are."""
    found = (match for match in _PROPERTY.finditer(text) if _decides(match[1] or match[2] or match[3]))
    return b"".join(match[0].rstrip() + b"\n" for match in found)


def _decides(key: bytes) -> bool:
    return squeezed(key.decode()) in _PROPERTIES


def deciding(begin: bytes) -> bytes:
    """Return what decides the address of a page with this beginning, as a page of its own."""
    if _PROPERTY.match(begin):
        return begin
    header = read_header(begin.decode("utf-8", "replace").replace("\r\n", "\n"), _GRAMMAR)
    if not header.present:
        return _BODY.encode() if begin.strip() else b""
    values = {key: value for key, value in header.values.items() if squeezed(key) in DECIDING}
    lines = (f"{key}: {json.dumps(values[key], ensure_ascii=False)}\n" for key in sorted(values))
    return f"---\n{''.join(lines)}---\n{_shown(values, header.body)}".encode()


def _shown(values: dict[str, object], body: str) -> str:
    """Return what stands for the text: the heading that names a dated page, for it may name its address."""
    named = "title" in values or "date" not in values
    found = None if named else prose.heading(body[:_NAMED_WITHIN])
    return f"# {' '.join(found.text.split())}\n" if found else _BODY if body.strip() else ""


EXTRACT = Extract(
    f"{_FORM} {hashlib.sha256(' '.join(sorted(DECIDING)).encode()).hexdigest()[:8]}",
    may_decide,
    beginning,
    deciding,
)
