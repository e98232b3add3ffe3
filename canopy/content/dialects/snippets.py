"""The snippets of pymdownx: `--8<-- "file"`, alone or several in a block, whole, by lines or by sections."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

from canopy.content.dialects.rewriting import Rewriter
from canopy.content.inclusions import DEPTH, lines, moved_in, put

if TYPE_CHECKING:
    from canopy.content.dialects.rewriting import Rewritten
    from canopy.content.inclusions import Shelf

_SIGN = re.compile(
    r"^(?P<space>[ \t]*)(?P<escape>;*)-{1,10}8<-{1,10}"
    r"(?:[ \t]+(?P<quote>[\"'])(?P<file>[^\"'\n]{1,300})(?P=quote)"
    r"|(?P<block>[ \t]*\n(?:(?![ \t]*-{1,10}8<-)[^\n]{0,300}\n){0,100}?[ \t]*-{1,10}8<-{1,10}))[ \t]*$",
    re.MULTILINE,
)
_RANGES = re.compile(r"-?\d{0,9}(?::-?\d{0,9})?(?:,-?\d{0,9}(?::-?\d{0,9})?)*\Z")
_MARK = re.compile(
    r"(?P<escape>;*)-{1,10}8<-{1,10}[ \t]+"
    r"\[[ \t]*(?P<type>start|end)[ \t]*:[ \t]*(?P<name>[a-z][-\w]*)[ \t]*\]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Snippets:
    """What the extension is told."""

    base: tuple[str, ...] = ("",)
    """The folders of the repository in which files are looked for, in this order."""
    appended: tuple[str, ...] = ()
    """What stands below every page."""
    dedented: bool = False
    """Whether sections lose what all of their lines are moved in by."""


def expand(text: str, options: Snippets, shelf: Shelf) -> Rewritten:
    """Return a text with its snippets, and with those that stand below every page."""
    if options.appended and text.strip():
        block = "\n".join(options.appended)
        text = f"{text}\n\n--8<--\n{block}\n--8<--\n"
    return _expanded(text, options, shelf, 0)


def _expanded(text: str, options: Snippets, shelf: Shelf, depth: int) -> Rewritten:
    out = Rewriter(text)
    for match in _SIGN.finditer(text):
        if match["escape"]:
            out.keep(match.start("escape"))
            out.replace(match.start("escape") + 1)
            continue
        out.keep(match.start())
        pieces = None
        if match["file"]:
            pieces = _piece(match["file"], options, shelf, depth)
        elif depth < DEPTH:
            names = match["block"].split("\n")[1:-1]
            # A line is left out by a sign before it; an empty one stays.
            wanted = [name.strip() for name in names if not name.lstrip().startswith(";")]
            found = [_piece(name, options, shelf, depth) if name else "" for name in wanted]
            there = [piece for piece in found if piece is not None]
            pieces = "\n".join(there) if len(there) == len(found) else None
        put(out, match.end(), shelf.take(None if pieces is None else moved_in(pieces, match["space"])))
    return out.finished()


def _piece(name: str, options: Snippets, shelf: Shelf, depth: int) -> str | None:
    if "://" in name or depth >= DEPTH:
        return None
    path, _, part = name.partition(":")
    text = next((t for base in options.base if (t := shelf.find(f"{base}/{path}")) is not None), None)
    if text is None:
        return None
    if _RANGES.match(part):
        text = lines(text, map(_range, part.split(",")))
    else:
        found = section(text, part)
        if found is None:
            return None
        text = dedent(found) if options.dedented else found
    text = "\n".join(row for row in text.split("\n") if "8<" not in row or not _is_mark(row))
    return _expanded(text, options, shelf, depth + 1).text if "8<" in text else text


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition(":")
    return int(first) if first.strip("-") else 0, int(last) if last.strip("-") else 0


def _is_mark(row: str) -> bool:
    mark = _MARK.search(row)
    return mark is not None and not mark["escape"]


def section(text: str, name: str) -> str | None:
    """Return the lines between the marks of a section; None if there are none."""
    found: list[str] | None = None
    for row in text.split("\n"):
        mark = _MARK.search(row) if "8<" in row else None
        if mark is None or mark["escape"] or mark["name"].lower() != name.lower():
            if found is not None:
                found.append(row)
        elif mark["type"].lower() == "start":
            found = []
        elif found is not None:
            return "\n".join(found)
    return None if found is None else "\n".join(found)
