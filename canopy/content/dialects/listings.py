"""mdBook's `{{#include}}`: listings and parts of texts from their own files, by lines or by anchors."""

from __future__ import annotations

import re
from posixpath import dirname
from typing import TYPE_CHECKING

from canopy.content.dialects.rewriting import Rewriter
from canopy.content.inclusions import DEPTH, lines, put

if TYPE_CHECKING:
    from canopy.content.dialects.rewriting import Rewritten
    from canopy.content.inclusions import Shelf

_INCLUDE = re.compile(
    r"(?P<escape>\\)?\{\{\s{0,9}#(?P<name>include|rustdoc_include|playground|playpen)\s{1,9}"
    r"(?P<rest>[^{}\n]{1,300})\}\}"
)
_START = re.compile(r"ANCHOR:\s*([\w-]+)")
_END = re.compile(r"ANCHOR_END:\s*([\w-]+)")
_NUMBER = re.compile(r"\d{0,9}\Z")


def expand(text: str, home: str, shelf: Shelf, depth: int = 0) -> Rewritten:
    """Return a text with what it includes; `home` is its path in the repository.

    What is not there is left as it stands, for `dialects.mdbook` to tell.
    """
    out = Rewriter(text)
    for match in _INCLUDE.finditer(text):
        if match["escape"]:
            continue
        out.keep(match.start())
        file, *options = match["rest"].split()
        piece = _piece(file, home, shelf, depth) if depth < DEPTH else None
        if piece is not None and match["name"] in ("playground", "playpen"):
            info = ",".join(("rust", *re.findall(r"[\w-]+", " ".join(options))))
            piece = f"```{info}\n{piece}\n```"
        put(out, match.end(), shelf.take(piece))
    return out.finished()


def _piece(file: str, home: str, shelf: Shelf, depth: int) -> str | None:
    path, _, part = file.partition(":")
    path = f"{dirname(home)}/{path}"
    text = shelf.find(path)
    if text is None:
        return None
    first, _, last = part.partition(":")
    if _NUMBER.match(first) and _NUMBER.match(last):
        # One number alone is one line.
        end = int(last or 0) if ":" in part else int(first or 0)
        text = lines(text, [(int(first or 0), end)])
    else:
        found = anchored(text, first)
        if found is None:
            return None
        text = found
    return expand(text, path, shelf, depth + 1).text if "{{" in text else text


def anchored(text: str, name: str) -> str | None:
    """Return the lines between the comments that name an anchor, without those of others; None if none do."""
    found: list[str] | None = None
    for row in text.split("\n"):
        if found is None:
            start = _START.search(row) if "ANCHOR" in row else None
            found = [] if start and start[1] == name else None
            continue
        end = _END.search(row) if "ANCHOR" in row else None
        if end is not None and end[1] == name:
            break
        if end is None and ("ANCHOR" not in row or _START.search(row) is None):
            found.append(row)
    return None if found is None else "\n".join(found).rstrip("\n")
