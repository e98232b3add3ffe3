"""Where a file's front matter begins and ends, and which keys and values it holds.

The rules, by the first line that is not blank:

- `---`, then a line `---` (or `...`): YAML, read leniently (`canopy.content.looseyaml`).
  When no line between the two looks like `key: value`, the first is a thematic break and all is body.
- `---` and no second one: a header only if `key: value` lines with a known key follow at once; it ends at the
  first line that is none, and that is a problem.
- `---json`, `---toml`, `---yaml`, `---js`, then a line `---`, as Eleventy has them: that
  language; of JavaScript nothing is read.
- `+++`, then a line `+++`: TOML.
- `{`: a JSON object.
- `key: value` with a known key: a header without an opener, if either
  every line down to one of three or more dashes is `key: value`, and a title, subject or author is among them
  (the original Canopy), or every line down to the first blank one is, a telling key is among them and most
  are known (MultiMarkdown, Pelican, Blot). Else it is body: a letter may begin with `Re: …`.

Hostile headers cost at most `MAX_HEADER` characters of parsing.
"""

from __future__ import annotations

import json
import re

from canopy.content.grammar import Grammar, Header, normalised
from canopy.content.looseyaml import read_yaml
from canopy.content.toml import as_text, read_toml

__all__ = ["MAX_HEADER", "Grammar", "Header", "normalised", "read_header"]

MAX_HEADER = 16 * 1024
MAX_DEPTH = 20
_BLANK = re.compile(r"(?:[ \t]*\n){0,50}")
_EMPTY = re.compile(r"^[ \t]*$", re.MULTILINE)
_CLOSER = re.compile(r"^(?:-{3,}|\.{3})[ \t]*$", re.MULTILINE)
_TOML_CLOSER = re.compile(r"^\+{3}[ \t]*$", re.MULTILINE)
_ORIGINAL = frozenset({"title", "subject", "author"})
_TELLING = frozenset({"title", "subject", "author", "authors", "date", "tags", "slug", "permalink", "draft"})
"""Keys with which no prose begins."""


def read_header(text: str, grammar: Grammar) -> Header:
    """Cut the header off the text. Lines must end in a line feed."""
    blank = _BLANK.match(text)
    start = blank.end() if blank else 0
    line = text.count("\n", 0, start) + 1
    window = text[start : start + MAX_HEADER]
    first = window.partition("\n")[0]
    match first.rstrip():
        case "---" | "---yaml" | "---yml":
            return _after_opener(text, start, line, grammar)
        case "---js" | "---javascript" | "---json" | "---toml":
            return _named(text, start, line, grammar)
        case "+++":
            return _toml(text, start, line, grammar)
    if first.startswith("{") and first[1:2] not in ("%", "{", ":"):
        return _json(text, start, line, grammar)
    if (key := grammar.key_of(first)) and grammar.knows(key):
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
    keys = [grammar.key_of(row) for row in block.split("\n") if row.strip() and row[0] not in "# \t"]
    if keys and keys[0] is None and not any(key and grammar.knows(key) for key in keys):
        return Header(text)
    return _filled(text, block, begin + closer.end(), line + 1, grammar)


def _named(text: str, start: int, line: int, grammar: Grammar) -> Header:
    """Return a header whose opener says in what it is written."""
    begin = text.find("\n", start) + 1
    closer = _CLOSER.search(text[begin : begin + MAX_HEADER]) if begin else None
    if closer is None:
        return Header(text)
    kind, block = text[start:begin].strip(), text[begin : begin + closer.start()]
    header = _with_body(text, begin + closer.end())
    if kind in ("---json", "---toml"):
        try:
            found = json.loads(block) if kind == "---json" else read_toml(block)
            _take(found if isinstance(found, dict) else {}, block, line + 1, header)
        except (ValueError, RecursionError):
            header.problems.append(
                grammar.problem(line, f"the header is not valid {kind[3:].upper()}", "mend it")
            )
    return header


def _unclosed(text: str, begin: int, line: int, grammar: Grammar) -> Header:
    end, known = begin, False
    for row in text[begin : begin + MAX_HEADER].split("\n")[:200]:
        key = grammar.key_of(row)
        if key is None:
            break
        known = known or grammar.knows(key)
        end += len(row) + 1
    if not known:
        return Header(text)
    header = _filled(text, text[begin:end], end - 1, line + 1, grammar)
    header.problems.append(
        grammar.problem(line, "the header has no end", "add a line `---` after its last field")
    )
    return header


def _without_opener(text: str, start: int, line: int, grammar: Grammar) -> Header:
    window = text[start : start + MAX_HEADER]
    closer = _CLOSER.search(window)
    if closer is not None:
        keys = _keys(window[: closer.start()], " \t-#", grammar)
        if None not in keys and not _ORIGINAL.isdisjoint(keys):
            return _filled(text, window[: closer.start()], start + closer.end(), line, grammar)
    blank = _EMPTY.search(window)
    if blank is None and len(window) == MAX_HEADER:
        return Header(text)
    block = window[: blank.start()] if blank else window
    keys = _keys(block, " \t", grammar)
    known = [key for key in keys if key and grammar.knows(key)]
    # `title: T`, underlined by dashes, is a heading and no header.
    if None in keys or _TELLING.isdisjoint(keys) or 2 * len(known) < len(keys):
        return Header(text)
    return _filled(text, block, start + len(block), line, grammar)


def _keys(block: str, onward: str, grammar: Grammar) -> set[str | None]:
    """Return the keys of the lines; those that begin with one of `onward` belong to the line above."""
    return {grammar.key_of(row) for row in block.split("\n") if row.strip() and row[0] not in onward}


def _filled(text: str, block: str, end: int, line: int, grammar: Grammar) -> Header:
    """Return the header whose YAML begins at `line`, with the body after the line that `end` is in."""
    header = _with_body(text, end)
    read_yaml(block, line, grammar, header)
    return header


def _with_body(text: str, end: int) -> Header:
    after = text.find("\n", end)
    body = text[after + 1 :] if after >= 0 else ""
    return Header(
        body, text.count("\n", 0, after + 1) + 1 if after >= 0 else text.count("\n") + 1, present=True
    )


def _toml(text: str, start: int, line: int, grammar: Grammar) -> Header:
    begin = text.find("\n", start) + 1
    closer = _TOML_CLOSER.search(text[begin : begin + MAX_HEADER]) if begin else None
    if closer is None:
        return Header(text)
    block = text[begin : begin + closer.start()]
    header = _with_body(text, begin + closer.end())
    try:
        _take(read_toml(block), block, line + 1, header)
    except (ValueError, RecursionError) as exc:
        found = re.search(r"at line (\d{1,5})", str(exc))
        at = line + int(found[1]) if found else line
        header.problems.append(grammar.problem(at, "the header is not valid TOML", 'write `key = "value"`'))
        for number, row in enumerate(block.split("\n")):
            if row.startswith("["):
                break
            try:
                _take(read_toml(row), row, line + 1 + number, header)
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
        header.values[key] = as_text(value, normalised, MAX_DEPTH)
        place = re.search(rf"^\s*\{{?\s*[\"']?{re.escape(name)}[\"']?\s*[=:]", block, re.MULTILINE)
        header.lines[key] = line + (block.count("\n", 0, place.end()) if place else 0)
