"""Boxes around blocks, as other tools than GitHub write them; each becomes what GitHub's alerts are.

- MkDocs, Material, Zensical: `!!! note "Title"`, folded `???`, open `???+`, and tabs `=== "Title"`, each with
  what it holds moved in by four spaces; and pymdownx's blocks, `/// note | Title` … `///`.
- markdown-it, VitePress, Docusaurus, HackMD, pandoc, MyST: `::: tip Title` … `:::`, `:::note[Title]`,
  `::: {.callout-tip}`; what is nested has fewer colons, or as many.

They are understood in every text, but only where nothing else can be meant: a box by signs must be closed,
one by indentation must hold something. A line of signs alone is the author's own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from canopy.content.dialects.code import Code
from canopy.render.alerts import alert, is_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistune import BlockParser, BlockState, Markdown

    _Parse = Callable[[BlockParser, re.Match[str], BlockState], int | None]

Token = dict[str, Any]
Ends = dict[int, tuple[int, int]]
"""Of each box, by where it begins: where its last line begins, and where it ends."""

_SIGNS = r"^ {0,3}(?P<box_signs>:{3,}|/{3,})(?P<box_rest>[^\n]*)$"
_INDENTED = r"^(?P<admonition_before> {0,3})(?P<admonition_mark>!!!|\?\?\?\+?)(?P<admonition_rest>[^\n]*)$"
_TAB = r"^(?P<tab_before> {0,3})===[+!]{0,2}[ \t]+(?P<tab_title>\"[^\n]*)$"
_SIGN_LINE = re.compile(_SIGNS, re.MULTILINE)
_MARGIN = re.compile(r"[ \t]*")
_WORD = re.compile(r"[A-Za-z][\w-]{0,40}\Z")
_NAME = re.compile(
    r"[ \t]*(?:(?P<name>[A-Za-z][\w-]{0,40})(?=[\s\[{]|\Z)|\{\.?(?P<class>[A-Za-z][\w-]{0,40}))"
)
_TITLE = re.compile(r"\btitle=(?:\"([^\"]*)\"|'([^']*)')")
_OPTION = re.compile(r" {4,8}([a-z_]{1,20}):[ \t]*([^\n]*)\n?")
_LABEL = re.compile(r"\[([^\[\]\n]{1,100})\]")
_DEEPEST = 12
"""Boxes within each other: each is read once more for each that it is in."""
_MOST_OPEN = 50
"""Boxes that wait for their end at once; of those within, nothing is known."""
_LONGEST = 400

_FOLDED = frozenset({"details", "spoiler", "collapse", "collapsible", "toggle", "dropdown"})
_PLAIN = frozenset(
    """card cards center code-group code-tabs col column columns content-visible div figure-caption caption
    flex grid html justify left lines panel-tabset raw right row tabs tab-set v-pre""".split()  # noqa: SIM905
)
"""Boxes that only arrange what they hold: it is shown as it is."""
_TABS = frozenset({"code-group", "code-tabs"})
_SYNONYMS = {"message": "note", "seealso": "note", "secondary": "note", "alert": "warning", "warn": "warning"}
_QIITA = frozenset({"info", "warn", "alert"})


class _Opening(NamedTuple):
    """What the line that opens a box says."""

    name: str
    title: str
    is_open: bool = False


def containers(md: Markdown) -> None:
    """Let mistune read boxes, in lists and quotes too."""
    block = md.block
    # A rule that is called so may end an item of a list, as mistune's own boxes do.
    _register(block, "fenced_directive", _SIGNS, _parse_signs)
    _register(block, "admonition", _INDENTED, _parse_admonition)
    _register(block, "content_tab", _TAB, _parse_tab)


def _register(block: BlockParser, name: str, pattern: str, parse: _Parse) -> None:
    block.register(name, pattern, parse, before="list")
    block.insert_rule(block.block_quote_rules, name, before="list")
    block.insert_rule(block.list_rules, name, before="list")


# -- boxes by signs ----------------------------------------------------------------------------------------


def _parse_signs(block: BlockParser, match: re.Match[str], state: BlockState) -> int | None:
    ends = _ends(state) if state.depth() < _DEEPEST else {}
    opening = _opening(match["box_signs"], match["box_rest"])
    if opening is None or match.start() not in ends:
        return None
    last, after = ends[match.start()]
    start = min(match.end() + 1, last)
    text = _moved_out(state.src[start:last], len(match[0]) - len(match[0].lstrip(" ")))
    if match["box_signs"][0] == "/":
        opening, text = _with_options(opening, text)
    state.tokens += _box(opening, _parsed(block, state, text))
    return after


def _ends(state: BlockState) -> Ends:
    """Return where the boxes of a text end.

    Found for all at once: a box that is not closed must not have the text searched to its end.
    """
    known: dict[int, tuple[str, Ends]] = state.env.setdefault("boxes", {})
    depth = state.depth()
    if depth not in known or known[depth][0] is not state.src:
        known[depth] = (state.src, _paired(state.src))
    return known[depth][1]


def _paired(text: str) -> Ends:
    code = Code(text)
    ends: Ends = {}
    opened: list[tuple[str, int]] = []
    beyond = 0
    for match in _SIGN_LINE.finditer(text):
        if match.start() in code:
            continue
        signs = match["box_signs"]
        if match["box_rest"].strip():
            if _opening(signs, match["box_rest"]) is None:
                continue
            if len(opened) < _MOST_OPEN:
                opened.append((signs, match.start()))
            else:
                beyond += 1
            continue
        if beyond:
            beyond -= 1
            continue
        # The innermost with just as many signs, else with fewer: those within it are closed by it.
        place = _innermost(opened, signs)
        if place is not None:
            ends[opened[place][1]] = (match.start(), match.end() + 1)
            del opened[place:]
    return ends


def _innermost(opened: list[tuple[str, int]], signs: str) -> int | None:
    places = [place for place, (own, _) in enumerate(opened) if signs.startswith(own)]
    exact = [place for place in places if opened[place][0] == signs]
    return max(exact or places, default=None)


def _opening(signs: str, rest: str) -> _Opening | None:
    """Read `note Title`, `note[Title]{.class}`, `{.callout-note title="Title"}`, `{note} Title`."""
    rest = rest[:_LONGEST].strip()
    if signs[0] == "/":
        name, _, title = (part.strip() for part in rest.partition("|"))
        return _Opening(name.lower(), title) if _WORD.match(name) else None
    match = _NAME.match(rest)
    if match is None or rest.endswith(":::"):
        return None
    if match["name"] is None:
        inside, _, title = rest.partition("}")
        own = _TITLE.search(inside)
        title = title.strip() or (own[1] or own[2] or "" if own else "")
        return _Opening(match["class"].lower().removeprefix("callout-"), title)
    title, attributes = rest[match.end() :].strip(), ""
    if title.endswith("}") and "{" in title:
        title, _, attributes = title[:-1].rpartition("{")
        title = title.strip()
    if title.startswith("[") and title.endswith("]"):
        title = title[1:-1].strip()
    name = match["name"].lower()
    if name in ("note", "message") and title in _QIITA:
        name, title = title, ""
    if "no-title" in attributes.split():
        title = "\N{NO-BREAK SPACE}"
    return _Opening(name, title, "open" in attributes.split())


def _with_options(opening: _Opening, text: str) -> tuple[_Opening, str]:
    """Take the options of one of pymdownx's blocks from its first lines."""
    at = 0
    while (option := _OPTION.match(text, at)) is not None:
        value = option[2].strip().strip("\"'")
        if option[1] == "type" and _WORD.match(value):
            opening = opening._replace(name=f"{opening.name} {value}")
        elif option[1] == "open":
            opening = opening._replace(is_open=value.lower() == "true")
        at = option.end()
    return opening, text[at:]


def _box(opening: _Opening, children: list[Token]) -> list[Token]:
    """Return the tokens of a box."""
    name, _, given = opening.name.partition(" ")
    if name in _PLAIN:
        held = [_labelled(token) for token in children] if name in _TABS else children
        # What follows is a paragraph of its own.
        return [*held, {"type": "blank_line"}]
    if name == "tab":
        return [_tab(opening.title or "…", children)]
    fold = ("+" if opening.is_open else "-") if name in _FOLDED else ""
    kind = given or ("details" if fold else _SYNONYMS.get(name, name))
    if kind == "admonition":
        kind = "note"
    title: str | None = opening.title
    if title == "\N{NO-BREAK SPACE}":
        title = "" if fold else None
    return [alert(kind, title, children, fold=fold)]


def _labelled(token: Token) -> Token:
    """Return a block of code in a group of them below its own name: ```` ```sh [npm] ````."""
    if token["type"] != "block_code":
        return token
    info = str(token.get("attrs", {}).get("info", ""))
    label = _LABEL.search(info[:_LONGEST])
    return _tab(label[1] if label else info.partition(" ")[0] or "…", [token])


# -- boxes by indentation ----------------------------------------------------------------------------------


def _parse_admonition(block: BlockParser, match: re.Match[str], state: BlockState) -> int | None:
    rest = match["admonition_rest"][:_LONGEST].strip()
    title: str | None = ""
    if rest.endswith('"') and len(rest) > 1:
        rest, _, title = rest[:-1].partition('"')
    # Further words say how it looks; without a title in quotes, the first must be a name that is known.
    names = rest.split()
    if state.depth() >= _DEEPEST or not all(map(_WORD.match, names)) or not (names or title):
        return None
    if len(names) > 1 and not title and not is_kind(names[0]):
        return None
    text, after = _moved_in(state, match.end() + 1, len(match["admonition_before"]) + 4)
    if not text.strip() and not title:
        return None
    fold = {"???": "-", "???+": "+"}.get(match["admonition_mark"], "")
    kind = names[0].lower() if names else "details"
    if '""' in match["admonition_rest"] and not title:
        title = None
    state.append_token(alert(_SYNONYMS.get(kind, kind), title, _parsed(block, state, text), fold=fold))
    return after


def _parse_tab(block: BlockParser, match: re.Match[str], state: BlockState) -> int | None:
    title = match["tab_title"][:_LONGEST].strip()
    text, after = _moved_in(state, match.end() + 1, len(match["tab_before"]) + 4)
    if state.depth() >= _DEEPEST or not title.endswith('"') or len(title) < 3 or not text.strip():
        return None
    state.append_token(_tab(title[1:-1], _parsed(block, state, text)))
    return after


def _moved_in(state: BlockState, start: int, width: int) -> tuple[str, int]:
    """Return the lines from `start` on that are moved in by `width`, without that, and where they end."""
    lines: list[str] = []
    blank = 0
    at = end = start
    while at < state.cursor_max:
        line = state.get_line(at)
        at += len(line)
        margin = _MARGIN.match(line)
        own = margin[0].expandtabs(4) if margin else ""
        if not line.strip():
            blank += 1
            continue
        if len(own) < width:
            break
        lines += ["\n"] * blank
        blank = 0
        lines.append(own[width:] + line.lstrip(" \t"))
        end = at
    return "".join(lines), end


def _moved_out(text: str, width: int) -> str:
    """Return the text without the spaces, up to `width`, with which the box itself begins."""
    return re.sub(rf"^ {{1,{width}}}", "", text, flags=re.MULTILINE) if width else text


def _parsed(block: BlockParser, state: BlockState, text: str) -> list[Token]:
    child = state.child_state(text)
    block.parse(child, block.rules if state.depth() < block.max_nested_level else _shallow(block))
    return child.tokens


def _shallow(block: BlockParser) -> list[str]:
    """Return the rules for a text so deep that mistune would follow lists and quotes no further."""
    return [rule for rule in block.rules if rule not in ("list", "block_quote")]


def _tab(title: str, children: list[Token]) -> Token:
    heading: Token = {"type": "tab_title", "text": title}
    return {"type": "content_tab", "children": [heading, *children]}
