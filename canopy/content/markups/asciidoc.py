"""AsciiDoc: titles after `=`, blocks between lines of `----`, `link:…[words]` and attributes by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.content.markups.writing import Lines, Places, Translated, code, link, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TITLE = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+=+)?$")
_ATTRIBUTE = re.compile(r":(!?[\w-]{1,60}!?):(?:[ \t]+(.*))?$")
_CONDITION = re.compile(r"(ifdef|ifndef|ifeval|endif)::([^\[\]]{0,200})\[(.{0,2000})\]$")
_AUTHOR = re.compile(r"([^\W\d][\w .'-]{1,80}?)(?:[ \t]+<[^<>]{1,200}>)?$")
_REVISION = re.compile(r"(?:v[\w.]{1,20},?[ \t]*)?(\d{4}-\d\d-\d\d)\b")
_STYLE = re.compile(r"\[([^\[\]]{0,300})\]$")
_ANCHOR = re.compile(r"\[\[([\w:.-]{1,300})(?:,[^\[\]]{0,200})?\]\]$")
_FENCES = {
    "----": "code",
    "....": "code",
    "====": "open",
    "____": "quote",
    "****": "open",
    "--": "open",
    "++++": "raw",
    "////": "comment",
    "```": "code",
}
_LINE = re.compile(r"(-{4,}|\.{4,}|={4,}|_{4,}|\*{4,}|\+{4,}|/{4,}|--|```\w*)$")
_DEPTH = 20
"""Of blocks in one another."""
_ALERT = re.compile(r"(NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+(.*)")
_ITEM = re.compile(r"[ \t]*(\*{1,6}|\.{1,6}|-|\d{1,9}\.)[ \t]+(?:(\[[ xX*]\])[ \t]+)?(\S.*)")
_TERM = re.compile(r"[ \t]*(\S.{0,200}?)(?:::|;;)(?:[ \t]+(.*))?$")
_MACRO = re.compile(r"(image|include|video|audio|toc|xref|link)::([^\[\]]{0,500})\[([^\]]{0,500})\]")
_CAPTION = re.compile(r"\.([^\s.].{0,300})$")
_INLINE = re.compile(
    r"(?P<code>`\+?(?!\s)[^`\n]{1,500}?(?<!\s)\+?`)"
    r"|\+\+(?P<literal>[^\n]{1,300}?)\+\+|(?<![\w+])\+(?P<mono>(?![\s+])[^+\n]{1,300})(?<!\s)\+(?![\w+])"
    r"|image:(?P<image>[^\s:\[\]][^\s\[\]]{0,500})\[(?P<alt>[^\]\n]{0,300})\]"
    r"|<<(?P<anchor>[^<>,\n]{1,200})(?:,[ \t]*(?P<called>[^<>\n]{1,300}))?>>"
    r"|(?:link|xref):(?P<place>[^\s\[\]]{1,500})\[(?P<words>[^\]\n]{0,500})\]"
    r"|(?P<url>https?://[^\s\[\]<>]{1,1000})(?:\[(?P<of>[^\]\n]{0,500})\])?"
    r"|footnote:\[(?P<note>[^\]\n]{1,1000})\]"
    r"|(?:kbd|btn|menu|pass):\w{0,10}\[(?P<key>[^\]\n]{1,200})\]"
    r"|\*\*(?P<inside>[^*\n]{1,500})\*\*|(?<![\w*])\*(?P<bold>(?![\s*])[^*\n]{1,500})(?<!\s)\*(?![\w*])"
    r"|\[(?:\.[\w.-]{1,60}|[\w ]{1,40})\]#(?P<marked>[^#\n]{1,300})#"
    r"|\{(?P<name>[\w-]{1,60})\}"
    r"|(?P<sign><(?=[A-Za-z/!?])|\[\[[\w:.-]{1,100}\]\])"
)
_KNOWN = {
    "nbsp": "\u00a0",
    "empty": "",
    "sp": " ",
    "asterisk": "\\*",
    "plus": "+",
    "amp": "&",
    "lt": "&lt;",
    "gt": "&gt;",
    "zwsp": "",
    "apos": "'",
    "quot": '"',
    "cpp": "C++",
    "startsb": "\\[",
    "endsb": "]",
    "vbar": "|",
    "caret": "^",
    "tilde": "~",
    "backtick": "\\`",
    "two-colons": "::",
    "two-semicolons": ";;",
}
_FIELDS = {
    "author": "author",
    "description": "description",
    "revdate": "date",
    "date": "date",
    "keywords": "keywords",
    "page-tags": "tags",
    "page-date": "date",
    "slug": "slug",
}


def translate(text: str) -> Translated:
    """Return the text in markdown."""
    return _Doc(list(_on_condition(line.rstrip() for line in text.split("\n")))).translated()


def _on_condition(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines, blank ones in the place of conditions and of what they keep out."""
    known = {"env-github"}  # what is for readers of a forge is for readers here
    holding: list[bool] = []
    hidden = 0
    for line in lines:
        condition = _CONDITION.match(line)
        if condition is None:
            if not hidden and (attribute := _ATTRIBUTE.match(line)):
                known.add(attribute[1].lower())
            yield "" if hidden else line
            continue
        kind, names, words = condition.groups()
        if kind == "endif":
            hidden -= bool(holding) and not holding.pop()
            yield ""
            continue
        some = not known.isdisjoint(re.split(r"[,+]", names.lower()))
        holds = kind == "ifeval" or some == (kind == "ifdef")
        if not words or kind == "ifeval":
            holding.append(holds)
            hidden += not holds
        yield words if holds and not hidden and kind != "ifeval" else ""


class _Doc:
    def __init__(self, lines: list[str]) -> None:
        self.source = lines
        self.ends = Places(lines, lambda line: line if _LINE.match(line) or line == "|===" else "")
        self.bound = len(lines)
        """The line at which the block ends in which we are."""
        self.depth = 0
        self.out = Lines()
        self.values: dict[str, object] = {}
        self.names: dict[str, str] = {}
        self.notes: list[str] = []
        self.style = ""
        self.prefix = ""

    def translated(self) -> Translated:
        at = self._header()
        while at < len(self.source):
            at = self._block(at)
        for number, note in enumerate(self.notes, 1):
            self.out.apart(f"[^a{number}]: {note}")
        return Translated(self.out.text(), self.values)

    def _header(self) -> int:
        """Read the title, and the lines of author and revision below it; return where the text begins."""
        at = next(
            (n for n, line in enumerate(self.source) if line and not line.startswith("//")), len(self.source)
        )
        for _ in self.source[:at]:
            self.out.blank()
        if at == len(self.source) or not (title := _TITLE.match(self.source[at])) or len(title[1]) > 1:
            return at
        self.out.put(f"# {self.inline(title[2])}")
        for number, line in enumerate(self.source[at + 1 : at + 60]):
            if not line:
                return at + 1 + number
            if attribute := _ATTRIBUTE.match(line):
                self._attribute(attribute)
            elif not line.startswith("//") and (revision := _REVISION.match(line)):
                self.values["date"] = revision[1]
            elif number == 0 and (author := _AUTHOR.match(line)):
                self.values["author"] = author[1]
            self.out.put("")
        return min(at + 61, len(self.source))

    def _attribute(self, found: re.Match[str]) -> None:
        name, value = found[1].strip("!").lower(), found[2] or ""
        self.names[name] = value
        if name in _FIELDS and value and not any(line.strip() for line in self.out.lines[1:]):
            self.values.setdefault(_FIELDS[name], value)

    def _block(self, at: int) -> int:
        line = self.source[at]
        if _LINE.match(line) and (end := self._end(at)) is not None:
            return self._between(at, end)
        if line == "|===":
            return self._table(at)
        if _CAPTION.match(line) and not _ITEM.match(line):
            self.out.apart(f"{self.prefix}**{self.inline(line[1:])}**", self.prefix.rstrip())
            return at + 1
        self._line(line)
        return at + 1

    def _line(self, line: str) -> None:
        if not line or line == "+" or line.startswith("//") or line == "<<<":
            self.out.put(self.prefix.rstrip()) if self.prefix else self.out.blank()
            self.style = "" if not line else self.style
        elif attribute := _ATTRIBUTE.match(line):
            self._attribute(attribute)
            self.out.blank()
        elif anchor := _ANCHOR.match(line):
            self.out.put(f'<a id="{anchor[1]}"></a>', "")
        elif style := _STYLE.match(line):
            self.style = style[1]
            self.out.blank()
        elif title := _TITLE.match(line):
            self.out.apart(f"{self.prefix}{'#' * len(title[1])} {self.inline(title[2])}")
        elif macro := _MACRO.match(line):
            self._macro(*macro.groups())
        elif line == "'''":
            self.out.apart(f"{self.prefix}---")
        else:
            self._text(line)

    def _text(self, line: str) -> None:
        if alert := _ALERT.match(line):
            self.out.apart(f"{self.prefix}> [!{alert[1]}]", f"{self.prefix}> {self.inline(alert[2])}")
        elif item := _ITEM.match(line):
            self._item(item)
        elif term := _TERM.match(line):
            self.out.apart(
                f"{self.prefix}**{self.inline(term[1])}**",
                f"{self.prefix}: {self.inline(term[2])}" if term[2] else "",
            )
        else:
            end = "  " if line.endswith(" +") else ""
            self.out.put(self.prefix + self.inline(line.removesuffix(" +").strip()) + end)

    def _item(self, item: re.Match[str]) -> None:
        level = len(item[1]) - 1 if item[1][0] in "*." else 0
        mark = "1." if item[1][0] == "." or item[1][0].isdigit() else "-"
        box = f"{item[2].replace('*', 'x')} " if item[2] else ""
        shown = f"{self.prefix}{'    ' * level}{mark} {box}{self.inline(item[3])}"
        above = self.out.lines[-1] if self.out.lines else ""
        if above.strip() and not re.match(r"[\s>]*(?:-|\d+\.) ", above):
            self.out.put("", shown)
        else:
            self.out.put(shown)

    def _macro(self, name: str, place: str, words: str) -> None:
        place = self._filled(place)
        if name == "image":
            base = str(self.names.get("imagesdir", "")).strip("/")
            place = place if "://" in place or not base or base == "." else f"{base}/{place}"
            alt = words.partition(",")[0].strip('"')
            self.out.apart(f"{self.prefix}![{'' if '=' in alt else alt}](<{place}>)", "")
        elif name == "include":
            self.out.apart(f"{self.prefix}{link(place, place)}", "")
        elif name in ("video", "audio"):
            self.out.apart(f"{self.prefix}![](<{place}>)", "")
        else:
            self.out.blank()

    def _end(self, at: int) -> int | None:
        sign = self.source[at] if not self.source[at].startswith("```") else "```"
        end = self.ends.after(at, sign)
        return end if end is not None and end < self.bound and self.depth < _DEPTH else None

    def _between(self, at: int, end: int) -> int:
        sign = self.source[at]
        kind = _FENCES.get("--" if sign == "--" else "```" if sign.startswith("```") else sign[:4], "open")
        style, self.style = self.style, ""
        words = [word.strip() for word in style.split(",")]
        inner = self.source[at + 1 : end]
        was = self.prefix
        if kind == "code":
            language = (
                words[1]
                if words[0].startswith("source") and len(words) > 1
                else words[-1]
                if not words[0]
                else sign.strip("`-.")
            )
            language = language if re.fullmatch(r"[\w+#-]{0,30}", language) else ""
            self.out.verbatim(inner, language, was, taken=len(inner) + 2)
            return end + 1
        if kind in ("comment", "raw"):
            for row in self.source[at : end + 1]:
                self.out.put(row if kind == "raw" and not row.startswith("+++") else "")
            return end + 1
        alert = (
            words[0].upper() if words[0].upper() in ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION") else ""
        )
        if kind == "quote" or alert:
            self.prefix = was + "> "
        self.out.put(f"{self.prefix}[!{alert}]" if alert else was.rstrip())
        bound, self.bound, self.depth = self.bound, end, self.depth + 1
        number = at + 1
        while number < end:
            number = self._block(number)
        self.bound, self.depth, self.prefix = bound, self.depth - 1, was
        self.out.put(was.rstrip())
        return end + 1

    def _table(self, at: int) -> int:
        end = self.ends.after(at, "|===") or self.bound - 1
        inner = self.source[at + 1 : end]
        first = next((row for row in inner if row), "")
        columns = re.search(r"cols=\"?(\d+\*|[^\"\]]+)", self.style)
        width = len(_cells(first))
        if columns:
            width = int(columns[1][:-1]) if columns[1][-1] == "*" else len(columns[1].split(","))
        headed = (
            "header" in self.style
            or "%header" in self.style
            or (len(inner) > 1 and bool(inner[0]) and not inner[1])
        )
        cells: list[str] = []
        for row in inner:
            if row.lstrip()[:1] == "|" or re.match(r"\s*[\w.+*<^>]{1,6}\|", row):
                cells += _cells(row)
            elif row and cells:
                cells[-1] += " " + row
        rows = [
            [self.inline(cell) for cell in cells[n : n + width]] for n in range(0, len(cells), max(width, 1))
        ]
        shown = table(rows, headed=headed)
        self.out.apart(*shown, taken=end + 1 - at)
        self.out.blank()
        self.style = ""
        return end + 1

    def _filled(self, text: str) -> str:
        return re.sub(r"\{([\w-]{1,60})\}", lambda m: self.names.get(m[1].lower(), m[0]), text)

    def inline(self, text: str) -> str:
        """Return a line's text with the signs of markdown."""
        return _INLINE.sub(self._shown, text[:4000]) + text[4000:]

    def _shown(self, match: re.Match[str]) -> str:
        if said := match["code"] or match["literal"] or match["mono"]:
            return code(said.strip("`").strip("+"))
        if match["image"]:
            return f"![{match['alt'].partition(',')[0]}](<{self._filled(match['image'])}>)"
        if match["anchor"]:
            name = match["anchor"].lstrip("#").strip()
            return (
                f"[{match['called'] or name}](#{name})"
                if " " not in name
                else f"[[#{name}|{match['called'] or name}]]"
            )
        if match["place"]:
            return link(self._filled(match["place"]), match["words"].rstrip("^") or match["place"])
        if match["url"]:
            words = (match["of"] or "").partition(",window")[0].rstrip("^").strip('"')
            return link(match["url"], words) if words else match["url"]
        return self._marked(match)

    def _marked(self, match: re.Match[str]) -> str:
        if match["note"]:
            self.notes.append(match["note"])
            return f"[^a{len(self.notes)}]"
        if match["bold"] or match["inside"]:
            return f"**{self.inline(match['bold'] or match['inside'])}**"
        if match["name"]:
            name = match["name"].lower()
            return self.names.get(name, _KNOWN.get(name, match[0]))
        if match["sign"]:
            return "" if match["sign"][0] == "[" else f"\\{match['sign']}"
        return code(match["key"]) if match["key"] else f"**{match['marked']}**"


def _cells(row: str) -> list[str]:
    """Return the cells of a row; what stands before a `|` says how its cell looks."""
    parts = re.split(r"(?:(?<=\s)|^)[\d.+*<^>]{0,6}[aehlmsdv]?\|", row)
    return [part.strip() for part in parts[1:]] if len(parts) > 1 else [row.strip()]
