"""Tables as GitHub reads them: a row with too few or too many cells keeps its table.

https://github.github.com/gfm/#tables-extension-
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mistune import BlockParser, BlockState, Markdown

Token = dict[str, Any]

_COLUMNS = 500
"""A wider table is left as text."""
_INVENTED = 20_000
"""How many cells one text may leave to us: a wide head over many short rows would multiply its size."""
_START = r"^ {0,3}(?=[^\s])(?=[^\n]*\|)[^\n]*\n(?= {0,3}[|:-])"
_DELIMITER = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\Z")
_CELL = re.compile(r"(?:[^|\\]|\\.?)+", re.DOTALL)
_BREAKERS = ["fenced_code", "atx_heading", "thematic_break", "block_quote", "list", "block_html"]


def tables(md: Markdown) -> None:
    """Let mistune read tables, in lists and quotes too."""
    block = md.block
    block.register("table", _START, _parse, before="paragraph")
    block.insert_rule(block.block_quote_rules, "table", before="paragraph")
    block.insert_rule(block.list_rules, "table", before="paragraph")


def _parse(block: BlockParser, match: re.Match[str], state: BlockState) -> int | None:
    head = _cells(match[0])
    line = state.get_line(match.end())
    if len(head) > _COLUMNS or not _DELIMITER.match(line.rstrip("\n")):
        return None
    alignments = [_alignment(cell) for cell in _cells(line)]
    if len(alignments) != len(head):
        return None
    position = match.end() + len(line)
    breakers = block.compile_sc(_BREAKERS)
    rows: list[Token] = []
    while position < state.cursor_max:
        line = state.get_line(position)
        if not line.strip() or breakers.match(state.src, position):
            break
        rows.append({"type": "table_row", "children": _row(_cells(line), alignments, state)})
        position += len(line)
    thead = [_cell(text, alignment, head=True) for text, alignment in zip(head, alignments, strict=True)]
    children: list[Token] = [{"type": "table_head", "children": thead}]
    if rows:
        children.append({"type": "table_body", "children": rows})
    state.append_token({"type": "table", "children": children})
    return position


def _row(cells: list[str], alignments: list[str], state: BlockState) -> list[Token]:
    missing = len(alignments) - len(cells)
    if missing > 0:
        invented = state.env.get("invented_cells", 0) + missing
        state.env["invented_cells"] = invented
        if invented <= _INVENTED:
            cells += [""] * missing
    return [_cell(text, alignment, head=False) for text, alignment in zip(cells, alignments, strict=False)]


def _cell(text: str, alignment: str, *, head: bool) -> Token:
    # A pipe inside a cell is escaped even inside a code span, where a backslash otherwise stands for itself.
    return {
        "type": "table_cell",
        "text": text.replace("\\|", "|"),
        "attrs": {"align": alignment, "head": head},
    }


def _cells(line: str) -> list[str]:
    text = line.strip()
    text = text.removeprefix("|")
    if text.endswith("|") and not _escaped(text):
        text = text[:-1]
    cells: list[str] = []
    start = 0
    position = text.find("|")
    while position >= 0:
        if not _escaped(text[: position + 1]) if text[position - 1 : position] == "\\" else True:
            cells.append(text[start:position].strip())
            start = position + 1
        position = text.find("|", position + 1)
    cells.append(text[start:].strip())
    return cells


def _escaped(text: str) -> bool:
    """Whether the pipe at the end of `text` has an odd number of backslashes before it."""
    before = text[:-1]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _alignment(cell: str) -> str:
    left, right = cell.startswith(":"), cell.endswith(":")
    return "center" if left and right else "left" if left else "right" if right else ""
