"""VitePress's files within texts: `<!--@include: ./part.md-->`, and code as `<<< @/file.js#region{2 js}`."""

from __future__ import annotations

import re
from posixpath import dirname
from textwrap import dedent
from typing import TYPE_CHECKING

from canopy.content.dialects.code import Code
from canopy.content.dialects.rewriting import Rewriter
from canopy.content.inclusions import DEPTH, lines, put
from canopy.content.paths import extension

if TYPE_CHECKING:
    from canopy.content.dialects.rewriting import Rewritten
    from canopy.content.inclusions import Shelf

_SIGN = re.compile(
    r"<!--[ \t]{0,9}@include:[ \t]{0,9}(?P<part>[^\s#{}<>]{1,300})(?:#(?P<part_region>[\w*-]{1,100}))?"
    r"[ \t]{0,9}(?:\{(?P<first>\d{0,9})(?P<comma>,)?(?P<last>\d{0,9})\})?[ \t]{0,9}-->"
    r"|^<<<[ \t]{0,9}(?P<code>[^\s#{}<>]{1,300})(?:#(?P<region>[\w*-]{1,100}))?"
    r"[ \t]{0,9}(?:\{(?P<stressed>[\d,-]{0,100})[ \t]{0,9}(?P<language>[\w:.+#=-]{0,40})[^{}\n]{0,60}\})?"
    r"[ \t]{0,9}(?P<title>\[[^\[\]\n]{1,100}\])?[ \t]*$",
    re.MULTILINE,
)
_HEADER = re.compile(r"\A---[ \t]*\n(?:(?!---)[^\n]*\n)*---[ \t]*\n+")
_REGION = re.compile(r"#[ \t]?(?P<end>end)?region\b[ \t]*(?P<name>[\w*-]*)", re.IGNORECASE)


def expand(text: str, home: str, root: str, shelf: Shelf, depth: int = 0) -> Rewritten:
    """Return a text with the files that it shows; `home` is its own path, `root` the folder `@`."""
    out, code = Rewriter(text), Code(text)
    for match in _SIGN.finditer(text):
        if match["code"] and match.end() - 1 in code:
            continue
        out.keep(match.start())
        name = match["part"] or match["code"]
        path = f"{root}{name[1:]}" if name.startswith("@") else f"{dirname(home)}/{name}"
        piece = shelf.find(path) if depth < DEPTH else None
        named = match["part_region"] or match["region"]
        if piece is not None and named:
            piece = region(piece, named)
        if piece is not None and match["code"]:
            piece = _fenced(piece, match)
        elif piece is not None:
            piece = _HEADER.sub("", piece, count=1)
            first, last = int(match["first"] or 0), int(match["last"] or 0)
            if first or last:
                piece = lines(piece, [(first, last if match["comma"] else first)])
            if "@include" in piece or "<<<" in piece:
                piece = expand(piece, path, root, shelf, depth + 1).text
        put(out, match.end(), shelf.take(piece))
    return out.finished()


def _fenced(code: str, match: re.Match[str]) -> str:
    """Return code as a block of it, in a fence that nothing in it ends."""
    longest = max((len(run) for run in re.findall(r"^[ \t]*(`{3,})", code, re.MULTILINE)), default=2)
    fence = "`" * (longest + 1)
    language = (match["language"] or "").partition(":")[0] or extension(match["code"])[1:]
    info = language + (f"{{{match['stressed']}}}" if match["stressed"] else "")
    info += f" {match['title']}" if match["title"] else ""
    return f"{fence}{info}\n{code.rstrip()}\n{fence}"


def region(text: str, name: str) -> str | None:
    """Return the lines between the marks of a region, without those of others; None if there are none."""
    found: list[str] | None = None
    for row in text.split("\n"):
        mark = _REGION.search(row) if "region" in row.lower() else None
        if mark is None or not (mark["end"] or mark["name"]):
            if found is not None:
                found.append(row)
        elif found is None:
            found = [] if mark["name"] == name and not mark["end"] else None
        elif mark["end"] and mark["name"] in ("", name):
            return dedent("\n".join(found))
    return None if found is None else dedent("\n".join(found))
