"""`SUMMARY.md`: a book's table of contents as a markdown list of links, of mdBook, GitBook and others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from canopy.content.conventions.contents import MAX_ENTRIES, Entry
from canopy.content.prose import plain

if TYPE_CHECKING:
    from canopy.git.values import Blob

MAX_SIZE = 512 * 1024
_DEEPEST = 20
_PART = re.compile(r" {0,3}#{1,6}[ \t]+(.{1,300})")
_LINE = re.compile(
    r"(?P<indent>[ \t]*)(?P<mark>[-*+][ \t]+|\d{1,9}[.)][ \t]+)?"
    r"(?:\[(?P<title>(?:\\.|[^\[\]\\]|\[[^\[\]]{0,100}\]){1,300})\]\((?P<target><[^<>\n]{0,1000}>|[^()\s]{0,1000})[^()\n]{0,300}\)"
    r"|(?P<text>[^\[\]\n#<].{0,300}))"
)


def read_summary(blob: Blob, *, prefix: str = "/") -> tuple[Entry, ...]:
    """Return the table of contents that a file holds; `prefix` is the folder of its links, below the top."""
    text = blob.data[:MAX_SIZE].decode("utf-8-sig", "replace")
    rows: list[tuple[int, str, str]] = []
    for line in text.splitlines():
        if part := _PART.match(line):
            # The first heading is the file's own.
            rows += [(-1, plain(part[1].rstrip("# "), 300), "")] if rows else []
            continue
        match = _LINE.match(line.rstrip())
        if match is None or (match["text"] and not match["mark"]):
            continue
        indent = len(match["indent"].expandtabs(4))
        target = unquote((match["target"] or "").strip("<>"))
        rows.append((indent, plain(match["title"] or match["text"], 300), _place(target, prefix)))
    return _nested(rows[:MAX_ENTRIES])


def _place(target: str, prefix: str) -> str:
    if "://" in target or target.startswith(("mailto:", "#")) or not target:
        return target if "://" in target else ""
    return prefix + target.partition("#")[0].removeprefix("./").lstrip("/")


def _nested(rows: list[tuple[int, str, str]]) -> tuple[Entry, ...]:
    """Return the lines as a tree, by their indentation; a page with others below it comes before them."""
    top: list[Entry] = []
    open_: list[tuple[int, str, str, list[Entry]]] = []

    def close(indent: int) -> None:
        while open_ and open_[-1][0] >= indent:
            _, title, target, inside = open_.pop()
            if inside and target:
                entry = Entry(title, "", (Entry(title, target), *inside))
            else:
                entry = Entry(title, target, tuple(inside))
            (open_[-1][3] if open_ else top).append(entry)

    for indent, title, target in rows:
        close(indent)
        if len(open_) == _DEEPEST:
            close(open_[-1][0])
        open_.append((indent, title, target, []))
    close(-1)
    return tuple(top)
