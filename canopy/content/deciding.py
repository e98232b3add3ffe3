"""What of a page decides its address: the part of its earlier versions that history keeps.

Git has hundreds of versions of a page, and hardly any differs in that. Of each its header is read, and what
decides is written down again in one form, whatever the header's own: as text that reads as a short page.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from functools import lru_cache

from canopy.content import prose
from canopy.content.fields import DECIDING, squeezed
from canopy.content.frontmatter import grammar
from canopy.content.headers import MAX_HEADER, Header, read_header
from canopy.content.paths import MARKDOWN, extension, is_hidden
from canopy.git.values import Extract

_FORM = "1"
"""Another number for another form of what is written down."""
_WINDOW = 2 * MAX_HEADER
"""Bytes of a page that are looked at."""
_PAGES = frozenset({*MARKDOWN, ".mdx", ".html", ".htm", ".txt", ""})
"""The extensions of what may have a header."""
_END = re.compile(r"\n(?:-{3,}|\.{3}|\+{3})[ \t]*(?:\n|\Z)")
_BODY = "…\n"
"""Stands for a text: a page without any may be none."""
_NAMED_WITHIN = 4 * 1024
"""Characters in which a heading is looked for."""
_GRAMMAR = grammar("", comments=True)


def may_decide(path: str) -> bool:
    """Tell whether the file at a path of the repository may be a page with a header."""
    return extension(path) in _PAGES and not is_hidden("/" + path)


def deciding(data: bytes) -> bytes:
    """Return what of a page decides its address, as a page of its own; nothing for what is no text."""
    begin = data[:_WINDOW]
    if b"\0" in begin:
        return b""
    text = begin.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").replace("\r\n", "\n")
    end = _END.search(text, 1, MAX_HEADER)
    cut = end.end() if end else 0
    # Most versions differ in the text below the header alone.
    header = _header(text[:cut]) if cut else read_header(text, _GRAMMAR)
    if not header.present:
        return _BODY.encode()
    values = {key: value for key, value in header.values.items() if squeezed(key) in DECIDING}
    lines = (f"{key}: {json.dumps(values[key], ensure_ascii=False)}\n" for key in sorted(values))
    return f"---\n{''.join(lines)}---\n{_shown(values, text[cut:] if cut else header.body)}".encode()


@lru_cache(maxsize=64)
def _header(text: str) -> Header:
    return read_header(text, _GRAMMAR)


def _shown(values: dict[str, object], body: str) -> str:
    """Return what stands for the text: the heading that names a dated page, for it may name its address."""
    if not body.strip():
        return ""
    named = "title" in values or "date" not in values
    found = None if named else prose.heading(body[:_NAMED_WITHIN])
    return f"# {' '.join(found.text.split())}\n" if found else _BODY


EXTRACT = Extract(
    f"{_FORM} {hashlib.sha256(' '.join(sorted(DECIDING)).encode()).hexdigest()[:8]}", may_decide, deciding
)
