"""Org, of Emacs: headlines of stars, drawers, blocks between `#+begin_` and `#+end_`, `[[target][words]]`."""

from __future__ import annotations

import re

from canopy.content.markups.writing import Lines, Places, Translated, code, indent, link, named, table

_KEYWORD = re.compile(r"#\+(\w{1,40}):[ \t]*(.*)")
_BEGIN = re.compile(r"[ \t]*#\+begin_(\w{1,40})[ \t]*(.*)", re.IGNORECASE)
_HEADLINE = re.compile(r"(\*{1,20})[ \t]+(.*?)(?:[ \t]+:[\w@#%:]{1,200}:)?[ \t]*$")
_DRAWER = re.compile(r"[ \t]*:([\w-]{1,60}):[ \t]*$")
_PROPERTY = re.compile(r"[ \t]*:(?:ID|ROAM_ALIASES):[ \t]+(.*)", re.IGNORECASE)
_PLANNED = re.compile(r"[ \t]*(?:CLOSED|SCHEDULED|DEADLINE):[ \t]*[\[<]")
_ITEM = re.compile(r"([ \t]*)([-+]|\d{1,9}[.)]|[ \t]\*)[ \t]+(?:\[@\d+\][ \t]*)?(\[[ xX-]\][ \t]+)?(.*)")
_TERM = re.compile(r"(.{1,200}?)[ \t]+::(?:[ \t]+|$)(.*)")
_NOTE = re.compile(r"\[fn:([\w-]{1,60})\][ \t]*(.*)")
_RULE = re.compile(r"[ \t]*-{5,}[ \t]*$")
_CLEAR = re.compile(r"(?:\[#[A-Z]\][ \t]+|\[\d{1,3}(?:%|/\d{1,3})\][ \t]*)")
_INLINE = re.compile(
    r"\[\[(?P<target>[^\[\]\n]{1,1000})\](?:\[(?P<words>(?:[^\[\]\n]|\[[^\[\]\n]{0,200}\]){1,1000})\])?\]"
    r"|\[fn:(?P<note>[\w-]{1,60})\]"
    r"|(?<![\w=~])(?P<quote>[=~])(?P<code>(?!\s)[^\n]{1,300}?)(?<!\s)(?P=quote)(?![\w=~])"
    r"|(?<![\w*/+])\*(?P<bold>(?![\s*])[^*\n]{1,500})(?<!\s)\*(?![\w*])"
    r"|(?<![\w/:.*])/(?P<italic>(?![\s/])[^/\n]{1,500})(?<!\s)/(?![\w/])"
    r"|(?<![\w+])\+(?P<gone>(?![\s+])[^+\n]{1,500})(?<!\s)\+(?![\w+])"
    r"|<(?P<date>\d{4}-\d\d-\d\d[^<>\n]{0,40})>"
    r"|(?P<url><?https?://[^\s<>\]]{1,1000}>?)"
    r"|(?P<sign>[`*]|<(?=[A-Za-z/!?])|\\\\[ \t]*$)"
)
_FIELDS = {
    "title": "title", "date": "date", "author": "author", "description": "description", "filetags": "tags",
    "language": "language", "keywords": "keywords", "draft": "draft", "hugo_tags": "tags", "slug": "slug",
}  # fmt: skip
_QUOTES = ("quote", "verse")
_ALERTS = {"tip": "TIP", "warning": "WARNING", "note": "NOTE", "important": "IMPORTANT", "caution": "CAUTION"}
_UNSEEN = ("comment",)
_OPEN = ("center", "details", "abstract", "info", "sidenote")


def translate(text: str) -> Translated:
    """Return the text in markdown."""
    return _Org(text.split("\n")).translated()


class _Org:
    def __init__(self, lines: list[str]) -> None:
        self.source = lines
        self.ends = Places(lines, lambda line: line.strip().lower() if "#+" in line else "")
        self.out = Lines()
        self.values: dict[str, object] = {}
        self.base = -1
        """How far in the list begins in which we are; -1 outside of lists."""
        self.prefix = ""
        """Of the lines in a quote."""

    def translated(self) -> Translated:
        at = 0
        while at < len(self.source):
            at = self._block(at)
        return Translated(self.out.text(), self.values)

    def _block(self, at: int) -> int:
        line = self.source[at]
        if begin := _BEGIN.match(line):
            return self._between(at, begin[1].lower(), begin[2])
        if line.lstrip().startswith("|"):
            return self._table(at)
        if (drawer := _DRAWER.match(line)) and drawer[1].lower() not in ("begin", "end"):
            return self._drawer(at)
        if headline := _HEADLINE.match(line):
            self.base = -1
            level = min(len(headline[1]) + ("title" in self.values), 6)
            self.out.apart(f"{'#' * level} {inline(_CLEAR.sub('', headline[2], count=2))}")
            return at + 1
        self._line(line)
        return at + 1

    def _line(self, line: str) -> None:
        if keyword := _KEYWORD.match(line.lstrip()):
            self._keyword(keyword[1].lower(), keyword[2].strip())
        elif not line.strip() or line.lstrip().startswith(("# ", "#+")) or line.strip() == "#":
            self._empty()
        elif _PLANNED.match(line) or line.strip().lower() == ":end:":
            self.out.blank()
        elif line.lstrip().startswith(": ") or line.strip() == ":":
            before = self.out.lines[-1] if self.out.lines else ""
            shown = line.lstrip()[2:]
            self.out.put(f"{code(shown)}  " if before.strip() and before[:4] != "    " else f"    {shown}")
        elif _RULE.match(line):
            self.out.apart("---")
        elif item := _ITEM.match(line):
            self._item(item)
        elif note := _NOTE.match(line):
            self.out.put(f"[^{note[1]}]: {inline(note[2])}")
        else:
            far = indent(line)
            self.base = self.base if self.base >= 0 and far > self.base else -1
            inner = " " * (far - self.base) if self.base >= 0 else ""
            self.out.put(self.prefix + inner + inline(line.strip()))

    def _empty(self) -> None:
        if self.prefix:
            self.out.put(self.prefix.rstrip())
        else:
            self.out.blank()

    def _keyword(self, name: str, value: str) -> None:
        if name in _FIELDS and value:
            words: object = [tag for tag in value.split(":") if tag.strip()] if name == "filetags" else value
            if name == "filetags" and ":" not in value:
                words = value.split()
            self.values.setdefault(
                _FIELDS[name], words.strip("<>[]") if name == "date" and isinstance(words, str) else words
            )
        self.out.blank()

    def _item(self, item: re.Match[str]) -> None:
        far = len(item[1].expandtabs())
        if self.base < 0 or far < self.base:
            self.base = far
        mark = "-" if item[2].strip() in "+*" else item[2]
        box = (item[3] or "").replace("[-]", "[ ]")
        text = item[4]
        if term := _TERM.match(text):
            text = f"*{term[1]}*: {term[2]}"
        self.out.put(f"{self.prefix}{' ' * (far - self.base)}{mark} {box}{inline(text)}")

    def _drawer(self, at: int) -> int:
        end = next(
            (
                n
                for n in range(at + 1, min(at + 200, len(self.source)))
                if self.source[n].strip().lower() == ":end:"
            ),
            None,
        )
        if end is None:
            self._line(" " + self.source[at])
            return at + 1
        top = not any(row.strip() for row in self.out.lines)
        for row in self.source[at : end + 1]:
            # A note of org-roam is linked by its ID.
            if top and (found := _PROPERTY.match(row)) and row.lstrip()[:4].upper() == ":ID:":
                self.values["aliases"] = [found[1].strip()]
            self.out.blank()
        return end + 1

    def _between(self, at: int, kind: str, rest: str) -> int:
        closing = f"#+end_{kind}"
        end = self.ends.after(at, closing)
        if end is None:
            self.out.blank()
            return at + 1
        inner = self.source[at + 1 : end]
        far = self.base + 2 if self.base >= 0 and indent(self.source[at]) > self.base else 0
        if kind in ("src", "example", "export") and not (kind == "export" and rest.strip() == "html"):
            self._code(inner, rest.split(" ", maxsplit=1)[0] if kind == "src" else "", " " * far)
        elif kind in _UNSEEN:
            for _ in self.source[at : end + 1]:
                self.out.blank()
        elif kind == "export":
            self.out.apart("", *inner, "")
        else:
            self._inner(inner, kind)
        return end + 1

    def _code(self, inner: list[str], language: str, far: str) -> None:
        least = min((indent(row) for row in inner if row.strip()), default=0)
        language = {"emacs-lisp": "elisp", "sh": "sh", "C": "c", "jupyter-python": "python"}.get(
            language, language
        )
        rows = (row[least:] for row in inner)
        shown = [row[1:] if row[:2] in (",*", ",#") else row for row in rows]
        self.out.verbatim(shown, language, far, taken=len(inner) + 2)

    def _inner(self, inner: list[str], kind: str) -> None:
        was, self.prefix = self.prefix, self.prefix
        alert = _ALERTS.get(kind)
        if kind in _QUOTES or alert:
            self.prefix += "> "
        self.base = -1
        self.out.put(f"{self.prefix}[!{alert}]" if alert else was.rstrip())
        for row in inner:
            self._line(row)
            if kind == "verse" and row.strip():
                self.out.lines[-1] += "  "
        self.prefix = was
        self.base = -1
        self.out.blank()

    def _table(self, at: int) -> int:
        end = at
        while end < len(self.source) and self.source[end].lstrip().startswith("|"):
            end += 1
        rows, headed = [], False
        for number, row in enumerate(self.source[at:end]):
            if row.lstrip().startswith("|-"):
                headed = headed or number == 1
            elif not row.lstrip().startswith(("|<", "| <")):
                rows.append([inline(cell.strip()) for cell in row.strip().strip("|").split("|")])
        self.out.apart(*table(rows, headed=headed), taken=end - at)
        self.out.blank()
        return end


def inline(text: str) -> str:
    """Return a line's text with the signs of markdown."""
    return _INLINE.sub(_shown, text[:4000]) + text[4000:]


def _shown(match: re.Match[str]) -> str:
    if match["target"]:
        return _linked(match["target"], inline(match["words"]) if match["words"] else "")
    if match["note"]:
        return f"[^{match['note']}]"
    if match["code"]:
        return code(match["code"])
    for name, sign in (("bold", "**"), ("italic", "*"), ("gone", "~~")):
        if match[name]:
            return f"{sign}{inline(match[name])}{sign}"
    if match["date"] or match["url"]:
        return match["date"] or match["url"]
    return "  " if match["sign"].startswith("\\\\") else f"\\{match['sign']}"


def _linked(target: str, words: str) -> str:
    kind, colon, rest = target.partition(":")
    if colon and kind in ("file", "attachment"):
        target = rest.partition("::")[0]
        return link(target, words or "")
    if kind == "id":
        return named(rest, words or rest)
    if target.startswith("*"):
        return f"[[#{target[1:]}|{words or target[1:]}]]"
    if target.startswith("#"):
        return f"[{words or target[1:]}]({target})"
    if colon or target.startswith((".", "/", "~")) or "." in target:
        return link(target, words)
    return words if target.startswith("(") else named(target, words)
