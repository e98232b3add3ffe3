"""Where a file's front matter begins and ends, and which keys and values it holds.

The rules, by the first line that is not blank:

- `---`, then a line `---` (or `...`): YAML. A value that is not valid YAML is read as in the original Canopy,
  as the rest of its line (`title: SwarmKit: a talk`, `author: [Name](url)`); the others keep their meaning.
  When no line between the two looks like `key: value`, the first is a thematic break and all is body.
- `---` and no second one: a header only if `key: value` lines with a known key follow at once; it ends at the
  first line that is none, and that is a problem.
- `+++`, then a line `+++`: TOML.
- `{`: a JSON object.
- `key: value` with a known key: the original's header without an opener. Every line down to one of three or
  more dashes is `key: value`, and a title, subject or author is among them; else it is body.

Values are text, lists and maps; numbers, dates and truth values stay as they are written, because a title
`007` or a tag `2016` is a text. Hostile headers cost at most `MAX_HEADER` characters of parsing.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, time
from typing import TYPE_CHECKING

import yaml

from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = "str | list[Value] | dict[str, Value]"

MAX_HEADER = 16 * 1024
MAX_DEPTH = 20
_BLANK = re.compile(r"(?:[ \t]*\n){0,50}")
_CLOSER = re.compile(r"^(?:-{3,}|\.{3})[ \t]*$", re.MULTILINE)
_TOML_CLOSER = re.compile(r"^\+{3}[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"""["']?([^\W\d][\w .-]{0,60}?)["']? ?:(?:[ \t]+(.*))?$""")
_TIGHT_KEY = re.compile(r"([^\W\d]\w{0,60}):(\S.*)$")
_COMMENT = re.compile(r"(?:^|\s)#(?=\s|$)")
_NULL = "tag:yaml.org,2002:null"


@dataclass(slots=True)
class Header:
    """The keys and values of a file, and the body behind them."""

    body: str
    body_line: int = 1
    """The line of the file at which `body` begins, from 1."""
    present: bool = False
    values: dict[str, object] = field(default_factory=dict)
    """By normalised key; each is a `str`, or a list or dict of such."""
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class Grammar:
    """What the header's keys mean to the reader of values: which hold prose, where YAML is too clever."""

    __slots__ = ("comments", "known", "path", "textual")

    def __init__(self, path: str, textual: Mapping[str, bool], comments: bool) -> None:
        """Take the known keys; True for those whose value is one text, never a list."""
        self.path = path
        self.textual = textual
        self.comments = comments

    def problem(self, line: int, reason: str, cure: str, severity: Severity = Severity.ERROR) -> Problem:
        """Return a problem of the file."""
        return Problem(self.path, line, reason, cure, severity)


def normalised(key: str) -> str:
    """Return the one spelling of a key: `Redirect-To` is `redirect_to`."""
    return key.strip().lower().replace("-", "_").replace(" ", "_")


def read_header(text: str, grammar: Grammar) -> Header:
    """Cut the header off the text. Lines must end in a line feed."""
    blank = _BLANK.match(text)
    start = blank.end() if blank else 0
    line = text.count("\n", 0, start) + 1
    window = text[start : start + MAX_HEADER]
    first, _, rest = window.partition("\n")
    match first.rstrip():
        case "---":
            return _after_opener(text, start, line, grammar)
        case "+++":
            return _toml(text, start, line, grammar)
    if first.startswith("{") and first[1:2] not in ("%", "{", ":"):
        return _json(text, start, line, grammar)
    if (key := _key_of(first, grammar)) and key in grammar.textual and rest:
        return _without_opener(text, start, line, grammar)
    return Header(text)


def _after_opener(text: str, start: int, line: int, grammar: Grammar) -> Header:
    begin = text.find("\n", start) + 1
    if not begin:
        return Header(text)
    closer = _CLOSER.search(text[begin : begin + MAX_HEADER])
    if closer is None:
        return _unclosed(text, begin, line, grammar)
    block = text[begin : begin + closer.start()]
    keys = [_key_of(row, grammar) for row in block.split("\n") if row.strip() and row[0] not in "# \t"]
    if keys and keys[0] is None and not any(key in grammar.textual for key in keys):
        return Header(text)
    return _filled(text, block, begin + closer.end(), line + 1, grammar)


def _unclosed(text: str, begin: int, line: int, grammar: Grammar) -> Header:
    end, known = begin, False
    for row in text[begin : begin + MAX_HEADER].split("\n")[:200]:
        key = _key_of(row, grammar)
        if key is None:
            break
        known = known or key in grammar.textual
        end += len(row) + 1
    if not known:
        return Header(text)
    header = _filled(text, text[begin:end], end - 1, line + 1, grammar)
    header.problems.append(
        grammar.problem(line, "the header has no end", "add a line `---` after its last field")
    )
    return header


def _without_opener(text: str, start: int, line: int, grammar: Grammar) -> Header:
    closer = _CLOSER.search(text[start : start + MAX_HEADER])
    if closer is None:
        return Header(text)
    block = text[start : start + closer.start()]
    keys = [_key_of(row, grammar) for row in block.split("\n") if row.strip() and row[0] not in " \t-#"]
    if None in keys or not {"title", "subject", "author"} & set(keys):
        return Header(text)
    return _filled(text, block, start + closer.end(), line, grammar)


def _filled(text: str, block: str, end: int, line: int, grammar: Grammar) -> Header:
    """Return the header whose YAML begins at `line`, with the body after the line that `end` is in."""
    header = _with_body(text, end)
    try:
        _read_yaml(block, line, grammar, header)
    except (yaml.YAMLError, ValueError, RecursionError):
        header.values.clear()
        _read_lines(block, line, grammar, header)
    return header


def _with_body(text: str, end: int) -> Header:
    after = text.find("\n", end)
    body = text[after + 1 :] if after >= 0 else ""
    return Header(
        body, text.count("\n", 0, after + 1) + 1 if after >= 0 else text.count("\n") + 1, present=True
    )


def _key_of(row: str, grammar: Grammar) -> str | None:
    """Return the normalised key of a line `key: value`, None if it is not one."""
    row = row[:400]
    if match := _KEY.match(row):
        return normalised(match[1])
    if (match := _TIGHT_KEY.match(row)) and normalised(match[1]) in grammar.textual:
        return normalised(match[1])
    return None


def _read_yaml(block: str, line: int, grammar: Grammar, header: Header) -> None:
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
    if key not in grammar.textual or node.end_mark.line > at + 1 or not (match := _KEY.match(row)):
        return None
    raw = (match[2] or "").strip()
    if not raw or raw[0] in "\"'|>":
        return None
    if isinstance(node, yaml.ScalarNode):
        if " #" in raw or "\t#" in raw or raw[0] in "&*!":
            return _uncommented(raw, grammar)
        return None
    return _uncommented(raw, grammar) if grammar.textual[key] and raw[0] in "[{" else None


def _uncommented(raw: str, grammar: Grammar) -> str:
    # `#mirage` and `#1` are words of a title; only `# …` is a comment, and in the original nothing is.
    comment = _COMMENT.search(raw) if grammar.comments else None
    return raw[: comment.start()].rstrip() if comment else raw


def _value_of(node: yaml.Node, seen: set[int], depth: int) -> object:
    """Return a node as text, lists and maps; raise ValueError for an alias: it multiplies without end."""
    if id(node) in seen or depth > MAX_DEPTH:
        raise ValueError("an alias, or too deep")
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return "" if node.tag == _NULL else node.value
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
    match = _KEY.match(rows[0]) or _TIGHT_KEY.match(rows[0])
    if match is None:
        reason = "this line of the header is not `key: value`"
        header.problems.append(
            grammar.problem(line, reason, "write `key: value`, or indent it below its key")
        )
        return
    try:
        _read_yaml("\n".join(rows) + "\n", line, grammar, header)
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
        if raw and any(map(_KEY.match, more)):
            return raw
        # Only a text can be made of its lines; broken structure would leak its signs.
        return " ".join([raw, *more]).strip() if grammar.textual.get(key) else raw
    if raw[:1] in ("'", '"') and not (len(raw) > 1 and raw.endswith(raw[0])):
        cure = f"add {raw[0]} at its end, or leave the quotes out"
        header.problems.append(grammar.problem(line, "a quote that is not closed", cure, Severity.WARNING))
        return raw[1:]
    return raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "'\"" else raw


def _toml(text: str, start: int, line: int, grammar: Grammar) -> Header:
    begin = text.find("\n", start) + 1
    closer = _TOML_CLOSER.search(text[begin : begin + MAX_HEADER]) if begin else None
    if closer is None:
        return Header(text)
    block = text[begin : begin + closer.start()]
    header = _with_body(text, begin + closer.end())
    try:
        _take(tomllib.loads(block), block, line + 1, header)
    except (ValueError, RecursionError) as exc:
        found = re.search(r"at line (\d{1,5})", str(exc))
        at = line + int(found[1]) if found else line
        header.problems.append(grammar.problem(at, "the header is not valid TOML", 'write `key = "value"`'))
        for number, row in enumerate(block.split("\n")):
            if row.startswith("["):
                break
            try:
                _take(tomllib.loads(row), row, line + 1 + number, header)
            except (ValueError, RecursionError):
                continue  # reported above
    return header


def _json(text: str, start: int, line: int, grammar: Grammar) -> Header:
    window = text[start : start + MAX_HEADER]
    try:
        found, end = json.JSONDecoder().raw_decode(window)
    except (ValueError, RecursionError) as exc:
        header = Header(text)
        if re.match(r'\{\s*(?:"|\n)', window):
            at = line + getattr(exc, "lineno", 1) - 1
            cure = 'check its commas and quotes: {"title": "…"}'
            header.problems.append(grammar.problem(at, "the header is not valid JSON", cure))
        return header
    if not isinstance(found, dict) or window[end : end + 1] not in ("", "\n", " ", "\t"):
        return Header(text)
    header = _with_body(text, start + end)
    _take(found, window[:end], line, header)
    return header


def _take(found: dict[str, object], block: str, line: int, header: Header) -> None:
    for name, value in found.items():
        key = normalised(name)
        header.values[key] = _as_text(value, 0)
        place = re.search(rf"^\s*\{{?\s*[\"']?{re.escape(name)}[\"']?\s*[=:]", block, re.MULTILINE)
        header.lines[key] = line + (block.count("\n", 0, place.end()) if place else 0)


def _as_text(value: object, depth: int) -> object:
    if depth > MAX_DEPTH or value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [_as_text(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {normalised(str(key)): _as_text(item, depth + 1) for key, item in value.items()}
    return value.isoformat() if isinstance(value, (date, time)) else str(value)
