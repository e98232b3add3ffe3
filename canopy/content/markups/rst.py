"""reStructuredText: underlined titles, `.. directives::`, roles and references by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.markups.writing import Lines, Translated, code, indent, link, named, table
from canopy.content.paths import base_name, readable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LINE = re.compile(r"([!-/:-@\[-`{-~])\1{2,}\s*$")
_DIRECTIVE = re.compile(r"\.\. (?:\|([^|]{1,100})\| )?([\w:+.-]{1,60})::(?:[ \t]+(.*))?$")
_TARGET = re.compile(r"\.\. _(?:`([^`]{1,200})`|([^:`]{1,200})):(?:[ \t]+(.*))?$")
_NOTE = re.compile(r"\.\. \[(#?[\w.*-]{0,60})\](?:[ \t]+(.*))?$")
_OPTION = re.compile(r"[ \t]+:([\w-]{1,40}):(?:[ \t]+(.*))?$")
_FIELD = re.compile(r":([\w -]{1,40}):(?:[ \t]+(.*))?$")
_SIMPLE = re.compile(r"[ \t]*={2,}(?:[ \t]+={2,})+[ \t]*$")
_GRID = re.compile(r"[ \t]*\+(?:[-=]+\+)+[ \t]*$")
_NUMBER = re.compile(r"^([ \t]*)(?:#\.|\(?([0-9]{1,9}|[a-zA-Z])[.)])[ \t]+(?=\S)")
_INLINE = re.compile(
    r"``(?P<code>(?!\s)[^\n]{1,500}?(?<!\s))``"
    r"|:(?P<role>[\w:+.-]{1,60}):`(?P<of>[^`\n]{1,500})`"
    r"|(?<![\w`])`(?P<words>[^`<\n]{0,500}?)[ \t]*<(?P<url>[^`<>\n]{1,1000})>`_{0,2}"
    r"|(?<![\w`])`(?P<name>[^`\n]{1,300})`(?P<ref>_{1,2})?"
    r"|\[(?P<note>#?[\w.*-]{1,60})\]_(?!\w)"
    r"|\|(?P<sub>(?![\s|])[^|\n]{1,100}(?<!\s))\|_{0,2}"
    r"|(?P<strong>\*\*(?!\s)[^*\n]{1,500}(?<!\s)\*\*)"
    r"|(?P<bare>(?<![\w*])\w(?:[\w-]{0,80}\w)?)_(?![\w_])"
    r"|(?P<uri>https?://[^\s<>`]{1,1000})"
    r"|\\(?P<escaped>[ *`|_\\])"
    r"|(?P<sign><(?=[A-Za-z/!?])|\[(?=[^\[\]\n]{1,200}\][(\[:]))"
)
_ALERTS = {
    **dict.fromkeys(("note", "admonition", "todo", "versionadded", "versionchanged"), "NOTE"),
    **dict.fromkeys(("hint", "tip", "seealso"), "TIP"),
    **dict.fromkeys(("attention", "warning", "deprecated"), "WARNING"),
    **dict.fromkeys(("caution", "danger", "error"), "CAUTION"),
    "important": "IMPORTANT",
}
_DOCINFO = {
    "author": "author",
    "authors": "author",
    "date": "date",
    "title": "title",
    "slug": "slug",
    "tags": "tags",
    "summary": "description",
    "modified": "updated",
    "category": "categories",
    "description": "description",
}
_DEPTH = 40
"""Of directives in one another, and the quotation marks before them."""
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}")
_PLAIN_ROLES = frozenset({"title-reference", "emphasis", "term", "sub", "sup", "abbr", "dfn"})
_LINKED = frozenset({"ref", "doc", "numref", "download", "any"})


def translate(text: str) -> Translated:
    """Return the text in markdown."""
    lines = [line.expandtabs(8).rstrip() for line in text.split("\n")]
    return _Rst(lines).translated()


@dataclass(frozen=True, slots=True)
class Directive:
    """What stands below `.. name:: rest`."""

    name: str
    rest: str
    options: Mapping[str, str]
    body: list[str]
    prefix: str
    """Of the lines around it, if they are a quotation."""


class _Rst:
    def __init__(self, lines: list[str]) -> None:
        self.source = lines
        self.out = Lines()
        self.values: dict[str, object] = {}
        self.levels: list[str] = []
        self.names: dict[str, str] = {}
        self.pieces: dict[str, str] = {}
        self.labels: set[str] = set()
        self.pending: list[str] = []
        """The labels of the title that follows."""
        self.around: list[str] = []
        """The directives in which we are, by the prefixes of their lines."""
        for number, line in enumerate(lines):
            self._define(number, line)

    def _define(self, number: int, line: str) -> None:
        """Remember what a line gives a name to."""
        line = line.lstrip() if ".. " in line else ""
        if (target := _TARGET.match(line)) and not target[3]:
            self.labels.add(target[1] or target[2])
        elif target:
            self.names[" ".join((target[1] or target[2]).lower().split())] = target[3].strip("`_<> ")
        elif (found := _DIRECTIVE.match(line)) and found[1]:
            rest = found[3] or ""
            alt = self._option(number, "alt") or found[1]
            picture = link(rest.strip(), "")
            shown = f"![{alt}]{picture[3:]}" if picture.startswith("![") else f"![{alt}]({rest.strip()})"
            to = self._option(number, "target")
            shown = f"[{shown}]({to})" if to else shown
            self.pieces[found[1].lower()] = shown if found[2] == "image" else rest

    def _option(self, at: int, name: str) -> str:
        for row in self.source[at + 1 : at + 12]:
            option = _OPTION.match(row)
            if option is None:
                break
            if option[1] == name:
                return (option[2] or "").strip()
        return ""

    def translated(self) -> Translated:
        self._lines(self.source, "", top=True)
        return Translated(self.out.text(), self.values)

    def _lines(self, lines: list[str], prefix: str, *, top: bool = False) -> None:
        if len(prefix) + len(self.around) > _DEPTH:
            self.out.put(*(prefix + self.inline(line.strip()) for line in lines), taken=len(lines))
            return
        self.around.append(prefix)
        self._blocks(lines, prefix, top=top)
        self.around.pop()

    def _blocks(self, lines: list[str], prefix: str, *, top: bool) -> None:
        at, literal = 0, False
        while at < len(lines):
            line = lines[at]
            if literal and line and indent(line):
                at, literal = self._literal(lines, at, prefix), False
                continue
            if not line:
                self.out.put(prefix.rstrip()) if prefix else self.out.blank()
                at += 1
                continue
            literal = False
            if top and (title := self._title(lines, at)):
                at += title
            elif line.lstrip().startswith(".. ") or line.strip() == "..":
                at = self._explicit(lines, at, prefix)
            elif _GRID.match(line) or (_SIMPLE.match(line) and at + 1 < len(lines) and lines[at + 1]):
                at = self._table(lines, at, prefix)
            elif top and (found := _FIELD.match(line)):
                self._field(found, prefix)
                at += 1
            elif _LINE.match(line) and len(line.strip()) >= 4 and (at == 0 or not lines[at - 1]):
                self.out.apart(prefix + "---")
                at += 1
            else:
                literal = line.endswith("::")
                self._text(line, prefix, at > 0 and bool(lines[at - 1]))
                at += 1

    def _text(self, line: str, prefix: str, within: bool) -> None:
        if line.strip() == "::":
            self.out.put(prefix.rstrip())
            return
        line = line[:-1].removesuffix(" :") if line.endswith("::") else line
        far = indent(line)
        if within and self.out.lines and indent(self.out.lines[-1][len(prefix) :]) >= 4:
            pass
        elif far >= 4 and not re.match(r"\s*(?:[-*+] |\d+[.)] )", line) and not self._in_list():
            line, far = line.lstrip(), 0
        line = _NUMBER.sub(lambda m: f"{m[1]}{m[2] if m[2] and m[2].isdigit() else '1'}. ", line, count=1)
        self.out.put(prefix + line[: indent(line)] + self.inline(line.strip()))

    def _in_list(self) -> bool:
        for line in reversed(self.out.lines[-40:]):
            if re.match(r"\s*(?:[-*+]|\d+[.)]) ", line):
                return True
            if line.strip() and not line.startswith(" "):
                return False
        return False

    def _title(self, lines: list[str], at: int) -> int:
        """Add the title that begins at the line; return of how many lines it is made, 0 if there is none."""
        found = _titled(lines, at)
        if found is None:
            return 0
        sign, words, size = found
        if sign not in self.levels:
            self.levels.append(sign)
        level = min(self.levels.index(sign) + 1, 6)
        anchors = "".join(map(_anchor, self.pending))
        self.pending.clear()
        self.out.put(*[""] * (size - 2), f"{'#' * level} {self.inline(words)}", anchors, taken=size)
        return size

    def _field(self, found: re.Match[str], prefix: str) -> None:
        name, value = found[1].strip().lower(), (found[2] or "").strip()
        if name in _DOCINFO and value and len(self.out.lines) < 40:
            self.values.setdefault(_DOCINFO[name], value)
            self.out.blank()
        elif name in ("orphan", "tocdepth", "nosearch") or (not value and len(self.out.lines) < 5):
            self.out.blank()
        else:
            self.out.put(f"{prefix}**{found[1]}**: {self.inline(value)}  ")

    def _block(self, lines: list[str], at: int) -> tuple[list[str], int]:
        """Return the lines that belong to the one at `at` because they are further in, and where they end."""
        far, end = indent(lines[at]), at + 1
        while end < len(lines) and (not lines[end] or indent(lines[end]) > far):
            end += 1
        while end > at + 1 and not lines[end - 1]:
            end -= 1
        return lines[at + 1 : end], end

    def _literal(self, lines: list[str], at: int, prefix: str) -> int:
        end = at
        while end < len(lines) and (not lines[end] or indent(lines[end]) >= 1):
            end += 1
        while not lines[end - 1]:
            end -= 1
        least = min(indent(row) for row in lines[at:end] if row)
        self._fence(lines[at:end], "", prefix, least)
        return end

    def _fence(self, rows: list[str], language: str, prefix: str, least: int) -> None:
        self.out.verbatim([row[least:] for row in rows], language, prefix, taken=len(rows))

    def _explicit(self, lines: list[str], at: int, prefix: str) -> int:
        line = lines[at].lstrip()
        if note := _NOTE.match(line):
            inner, end = self._block(lines, at)
            words = " ".join(row.strip() for row in (note[2] or "", *inner) if row.strip())
            self._filled([f"{prefix}[^{note[1].strip('#*') or 'n'}]: {self.inline(words)}"], end - at)
            return end
        if target := _TARGET.match(line):
            words = " ".join((target[1] or target[2]).split())
            following = next((n for n in range(at + 1, len(lines)) if lines[n]), at)
            if not target[3] and _titled(lines, following):
                # A title is to come first, so that it can be the page's.
                self.pending.append(words)
                self.out.put(prefix.rstrip())
            else:
                self._filled([] if target[3] else [prefix + _anchor(words), prefix.rstrip()], 1)
            return at + 1
        inner, end = self._block(lines, at)
        found = _DIRECTIVE.match(line)
        if found is None or found[1]:
            self._filled([], end - at)
            return end
        self._directive(found[2].lower(), (found[3] or "").strip(), inner, prefix, end - at)
        return end

    def _filled(self, shown: list[str], size: int) -> None:
        """Put lines in the place of so many of the original."""
        self.out.put(*shown, taken=size)

    def _directive(self, name: str, rest: str, inner: list[str], prefix: str, size: int) -> None:
        """Add a directive that is made of `size` lines; `inner` are those below its first."""
        number = 0
        while number < len(inner) and _OPTION.match(inner[number]):
            number += 1
        options = {m[1]: (m[2] or "").strip() for row in inner[:number] if (m := _OPTION.match(row))}
        while number < len(inner) and not inner[number]:
            number += 1
        body = inner[number:]
        least = min((indent(row) for row in body if row), default=0)
        told = Directive(name.rpartition(":")[2], rest, options, [row[least:] for row in body], prefix)
        _SHOWN.get(told.name, _Rst.unknown)(self, told, size - len(body))

    def unknown(self, told: Directive, size: int) -> None:
        self.out.put(*[told.prefix.rstrip()] * (size + len(told.body)), taken=size + len(told.body))

    def program(self, told: Directive, size: int) -> None:
        language = told.rest if _LANGUAGE.fullmatch(told.rest) else ""
        if told.body:
            self.out.verbatim(told.body, language, told.prefix, taken=size + len(told.body))
        else:
            self.unknown(told, size)

    def alert(self, told: Directive, size: int) -> None:
        prefix = f"{told.prefix}> "
        words = [prefix + self.inline(told.rest)] if told.rest else []
        first = [f"{prefix}[!{_ALERTS[told.name]}]", *words]
        if self.out.lines and self.out.lines[-1].strip():
            first.insert(0, told.prefix.rstrip())  # two in a row would be one
        self.out.put(*first, *[prefix.rstrip()] * (size - len(first)), taken=size)
        self._lines(told.body, prefix)

    def picture(self, told: Directive, size: int) -> None:
        shown = f"![{told.options.get('alt', '')}](<{told.rest}>)"
        if to := told.options.get("target"):
            shown = f"[{shown}](<{to}>)"
        self.out.apart(f"{told.prefix}{shown}", told.prefix.rstrip(), taken=size)
        self._lines(told.body, told.prefix)

    def formula(self, told: Directive, size: int) -> None:
        rows = [row for row in (told.rest, *told.body) if row]
        lines = [told.prefix + row for row in ("$$", *rows, "$$")]
        self.out.apart(*lines, told.prefix.rstrip(), taken=size + len(told.body))

    def contents(self, told: Directive, size: int) -> None:
        shown = []
        for entry in filter(None, map(str.strip, told.body)):
            words, _, place = entry.rpartition("<")
            shown.append(f"{told.prefix}- {_place(place.rstrip('> '), words.strip())}")
        self.out.put(*shown, told.prefix.rstrip(), taken=size + len(told.body))

    def raw(self, told: Directive, size: int) -> None:
        rows = told.body if told.rest == "html" else []
        self.out.apart(*rows, "", taken=size + len(told.body))

    def titled(self, told: Directive, size: int) -> None:
        title = [f"{told.prefix}**{self.inline(told.rest)}**"] if told.rest else []
        self.out.apart(*title, told.prefix.rstrip(), taken=size)
        self._lines(told.body, told.prefix)

    def described(self, told: Directive, size: int) -> None:
        self.out.apart(f"{told.prefix}{code(told.rest)}", told.prefix.rstrip(), taken=size)
        self._lines(told.body, told.prefix)

    def listed(self, told: Directive, size: int) -> None:
        rows: list[list[str]] = []
        for text in map(str.strip, told.body):
            if text.startswith("* -"):
                rows.append([text[3:].strip()])
            elif text.startswith("-") and rows:
                rows[-1].append(text[1:].strip())
            elif text and rows:
                rows[-1][-1] += " " + text
        headed = told.options.get("header-rows", "0") != "0"
        shown = table([[self.inline(cell) for cell in row] for row in rows], headed=headed)
        title = [f"**{self.inline(told.rest)}**", ""] if told.rest else []
        self.out.apart(*(told.prefix + line for line in (*title, *shown)), "", taken=size + len(told.body))

    def _table(self, lines: list[str], at: int, prefix: str) -> int:
        end = at
        grid = bool(_GRID.match(lines[at]))
        while end < len(lines) and lines[end] and (not grid or lines[end].lstrip()[:1] in "+|"):
            end += 1
        rows, headed = _grid(lines[at:end]) if grid else _simple(lines[at:end])
        shown = table([[self.inline(cell) for cell in row] for row in rows], headed=headed)
        self.out.apart()
        self._filled([prefix + line for line in shown], end - at)
        self.out.blank()
        return end

    def inline(self, text: str) -> str:
        """Return a line's text with the signs of markdown."""
        return _INLINE.sub(self._shown, text[:4000]) + text[4000:]

    def _shown(self, match: re.Match[str]) -> str:
        if match["code"]:
            return code(match["code"])
        if match["role"]:
            return self._role(match["role"].rpartition(":")[2], match["of"])
        if match["url"]:
            return self._reference(match["words"].strip(), match["url"])
        if match["name"]:
            return self._named(match["name"], match["name"]) if match["ref"] else f"*{match['name']}*"
        if match["note"]:
            return f"[^{match['note'].strip('#*') or 'n'}]"
        if match["sub"]:
            return self.pieces.get(match["sub"].lower(), match[0])
        if match["bare"]:
            return self._named(match["bare"], match[0])
        if match["escaped"]:
            return "" if match["escaped"] == " " else f"\\{match['escaped']}"
        return match["strong"] or match["uri"] or f"\\{match['sign']}"

    def _reference(self, words: str, url: str) -> str:
        if url.endswith("_"):
            return self._named(url[:-1], words or url[:-1], words)
        return link(url, words)

    def _named(self, name: str, otherwise: str, words: str = "") -> str:
        key = " ".join(name.lower().split())
        for _ in range(5):
            if key not in self.names:
                break
            place = self.names[key]
            if "/" in place or "." in place or ":" in place:
                return link(place, words or name)
            key = " ".join(place.lower().split())
        # What is no target by name is a title on the page, which is a target by itself.
        return otherwise if otherwise.endswith("_") else f"[[#{name}|{words or name}]]"

    def _role(self, role: str, text: str) -> str:
        words, _, target = text.rpartition("<")
        target = (target if words else text).rstrip("> ").strip()
        words = words.strip()
        if role in ("doc", "download"):
            return _place(target, words) if role == "doc" else link(target, words or target)
        if role in _LINKED:
            # A label on another page is known to Sphinx alone.
            shown = words or target.replace("-", " ").replace("_", " ")
            return f"[{shown}](#{target})" if target in self.labels else shown
        if role == "math":
            return f"${text}$"
        if role in _PLAIN_ROLES:
            return f"*{words or text}*"
        if role == "strong":
            return f"**{text}**"
        return code((words or text).lstrip("~!"))


def _anchor(name: str) -> str:
    return f'<a id="{name}"></a>'


def _titled(lines: list[str], at: int) -> tuple[str, str, int] | None:
    """Return the signs of the title at a line, its words and the number of its lines; None if it is none."""
    over = _LINE.match(lines[at])
    below = lines[at + 1 : at + 3]
    if over:
        framed = len(below) == 2 and below[0] and below[1][:2] == lines[at][:2] and _LINE.match(below[1])
        return (over[1] * 2, below[0].strip(), 3) if framed else None
    under = _LINE.match(below[0]) if below and not indent(lines[at]) else None
    if under is None or len(below[0]) < min(3, len(lines[at])) or _DIRECTIVE.match(lines[at]):
        return None
    return under[1], lines[at], 2


def _place(target: str, words: str) -> str:
    """Return a link to another text, which is named without its ending."""
    target = target.strip("/")
    return named(target, words or readable(base_name(target)))


def _grid(lines: list[str]) -> tuple[list[list[str]], bool]:
    """Return the rows of a table drawn with `+`, `-` and `|`, and whether the first is its head."""
    rows: list[list[str]] = [[]]
    headed = False
    for line in lines[1:]:
        row = line.strip()
        if row.startswith("+"):
            headed = headed or ("=" in row and len(rows) == 1)
            rows.append([])
            continue
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        last = rows[-1]
        for number, cell in enumerate(cells):
            if number < len(last):
                last[number] = f"{last[number]} {cell}".strip()
            else:
                last.append(cell)
    return [row for row in rows if row], headed


def _simple(lines: list[str]) -> tuple[list[list[str]], bool]:
    """Return the rows of a table whose columns are as wide as their `===`, and whether there is a head."""
    cuts = [match.start() for match in re.finditer(r"=+", lines[0])]
    rows: list[list[str]] = []
    headed = sum(bool(_SIMPLE.match(line)) for line in lines) > 2
    for line in lines:
        if set(line) <= set("=- "):
            continue
        cells = [line[begin:end].strip() for begin, end in zip(cuts, [*cuts[1:], None], strict=True)]
        if not cells[0] and rows:
            rows[-1] = [f"{above} {cell}".strip() for above, cell in zip(rows[-1], cells, strict=True)]
        else:
            rows.append(cells)
    return rows, headed


_SHOWN: dict[str, Callable[[_Rst, Directive, int], None]] = {
    **dict.fromkeys(_ALERTS, _Rst.alert),
    **dict.fromkeys(("code", "code-block", "sourcecode", "parsed-literal", "prompt"), _Rst.program),
    **dict.fromkeys(("image", "figure"), _Rst.picture),
    **dict.fromkeys(
        ("topic", "sidebar", "rubric", "centered", "epigraph", "container", "only", "compound"),
        _Rst.titled,
    ),
    **dict.fromkeys(
        ("function", "class", "method", "attribute", "data", "option", "envvar", "confval"),
        _Rst.described,
    ),
    "math": _Rst.formula,
    "toctree": _Rst.contents,
    "raw": _Rst.raw,
    "list-table": _Rst.listed,
}
