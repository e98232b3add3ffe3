"""YAML as authors write it: a value that is none is read as the rest of its line, and spoils no other.

Values are text, lists and maps; numbers, dates and truth values stay as they are written, because a title
`007` or a tag `2016` is a text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from canopy.content.grammar import KEY, TIGHT_KEY, normalised
from canopy.problem import Severity

if TYPE_CHECKING:
    from canopy.content.grammar import Grammar, Header

MAX_DEPTH = 20
_COMMENT = re.compile(r"(?:^|\s)#(?=\s|$)")
_NULL = "tag:yaml.org,2002:null"
_NULLS = frozenset({"null", "Null", "NULL"})
_ITEM = r"\w[\w.+/-]*(?: [\w.+/-]+)*|\"[ !#-\[\]-~\w]*\"|'[ -&(-~\w]*'"
_ITEMS = re.compile(_ITEM)
_ROW = re.compile(
    r"([A-Za-z_][A-Za-z0-9_-]{0,60}):"
    r"(?: +(?:(\w(?:[\w .,/+()'!?*&=%@;-]|:(?=[\w/]))*)|\"([ !#-\[\]-~\w]*)\" *|'([ -&(-~\w]*)' *"
    rf"|(\[ *(?:(?:{_ITEM})(?: *, *(?:{_ITEM}))* *)?\]) *)| *)"
)
"""A line that says of itself what it means: a key, and a text or a list of texts without anything special."""


def read_yaml(block: str, line: int, grammar: Grammar, header: Header) -> None:
    """Add the fields of a block that begins at `line`; what cannot be read becomes a problem."""
    if _read_simple(block, line, grammar, header):
        return
    try:
        _read_whole(block, line, grammar, header)
    except (yaml.YAMLError, ValueError, RecursionError):
        header.values.clear()
        _read_lines(block, line, grammar, header)


def _read_simple(block: str, line: int, grammar: Grammar, header: Header) -> bool:
    """Add the fields of a block as almost all of them are, as `_read_whole` would; tell whether it is one.

    That takes a third of the time, and most of what is read of most files is their headers.
    """
    rows = [(at, _ROW.fullmatch(row)) for at, row in enumerate(block.split("\n"), line) if row]
    if not all(match for _, match in rows):
        return False
    for at, match in rows:
        assert match is not None  # noqa: S101 - they all are there
        name, plain, double, single, items = match.groups()
        key = normalised(name)
        value: object = double or single or ""
        if plain is not None:
            value = _plain(plain)
        elif items is not None:
            value = items if grammar.takes_one_text(key) else [_plain(item) for item in _ITEMS.findall(items)]
        header.values[key] = value
        header.lines[key] = at
    return True


def _plain(text: str) -> str:
    """Return a text or an item of a list as YAML understands it."""
    if text[0] in "\"'":
        return text[1:-1]
    text = text.rstrip(" ")
    return "" if text in _NULLS else text


def _read_whole(block: str, line: int, grammar: Grammar, header: Header) -> None:
    """Add the fields of a block of YAML; raise what PyYAML raises if it is none."""
    loader = yaml.CSafeLoader(block)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    if node is None:
        return
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("not a mapping")  # noqa: TRY004 - one kind of failure
    seen: set[int] = set()
    rows = block.split("\n")
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise ValueError("a key that is not a text")  # noqa: TRY004 - one kind of failure
        at, key = key_node.start_mark.line, normalised(key_node.value)
        value = _written(rows[at], at, value_node, key, grammar)
        header.values[key] = _value_of(value_node, seen, 0) if value is None else value
        header.lines[key] = line + at


def _written(row: str, at: int, node: yaml.Node, key: str, grammar: Grammar) -> str | None:
    """Return the value as its line has it where YAML means something else than its author; else None."""
    if not grammar.takes_text(key) or node.end_mark.line > at + 1 or not (match := KEY.match(row)):
        return None
    raw = (match[2] or "").strip()
    if not raw or raw[0] in "\"'|>":
        return None
    if isinstance(node, yaml.ScalarNode):
        if " #" in raw or "\t#" in raw or raw[0] in "&*!":
            return _uncommented(raw, grammar)
        return None
    return _uncommented(raw, grammar) if grammar.takes_one_text(key) and raw[0] in "[{" else None


def _uncommented(raw: str, grammar: Grammar) -> str:
    # `#mirage` and `#1` are words of a title; only `# …` is a comment, and in the original nothing is.
    comment = _COMMENT.search(raw) if grammar.comments else None
    return raw[: comment.start()].rstrip() if comment else raw


def _value_of(node: yaml.Node, seen: set[int], depth: int) -> object:
    """Return a node as text, lists and maps; raise ValueError for an alias of a list or map.

    That multiplies without end. An alias of a text is but the same text again.
    """
    if isinstance(node, yaml.ScalarNode):
        return "" if node.tag == _NULL else node.value
    if id(node) in seen or depth > MAX_DEPTH:
        raise ValueError("an alias, or too deep")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_value_of(item, seen, depth + 1) for item in node.value]
    return {
        normalised(str(key.value)): _value_of(value, seen, depth + 1)
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode)
    }


def _read_lines(block: str, line: int, grammar: Grammar, header: Header) -> None:
    """Add the fields of a block that is not YAML as a whole, each by itself."""
    rows = block.removesuffix("\n").split("\n")
    at = 0
    while at < len(rows):
        end = at + 1
        while end < len(rows) and (
            not rows[end].strip() or rows[end][0] in " \t" or rows[end].startswith("- ")
        ):
            end += 1
        row = rows[at]
        if row.strip() and not row.startswith("#"):
            _read_field(rows[at:end], line + at, grammar, header)
        at = end


def _read_field(rows: list[str], line: int, grammar: Grammar, header: Header) -> None:
    match = KEY.match(rows[0]) or TIGHT_KEY.match(rows[0])
    if match is None:
        reason = "this line of the header is not `key: value`"
        header.problems.append(
            grammar.problem(line, reason, "write `key: value`, or indent it below its key")
        )
        return
    try:
        _read_whole("\n".join(rows) + "\n", line, grammar, header)
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        key = normalised(match[1])
        raw = _uncommented((match[2] or "").strip(), grammar)
        header.values[key] = _rescued(key, raw, rows, line, exc, grammar, header)
        header.lines[key] = line


def _rescued(
    key: str, raw: str, rows: list[str], line: int, exc: Exception, grammar: Grammar, header: Header
) -> str:
    """Return the text of a value that is not YAML, with a problem if more than its line is concerned."""
    more = [row.strip() for row in rows[1:] if row.strip()]
    if more:
        mark = getattr(exc, "problem_mark", None)
        at = line + min(mark.line if mark else 0, len(rows) - 1)
        reason = f"the value of `{key[:40]}` cannot be read as YAML"
        header.problems.append(grammar.problem(at, reason, "check its indentation and quotes"))
        if raw and any(map(KEY.match, more)):
            return raw
        # Only a text can be made of its lines; broken structure would leak its signs.
        return " ".join([raw, *more]).strip() if grammar.takes_one_text(key) else raw
    if raw[:1] in ("'", '"') and not (len(raw) > 1 and raw.endswith(raw[0])):
        cure = f"add {raw[0]} at its end, or leave the quotes out"
        header.problems.append(grammar.problem(line, "a quote that is not closed", cure, Severity.WARNING))
        return raw[1:]
    return raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "'\"" else raw
