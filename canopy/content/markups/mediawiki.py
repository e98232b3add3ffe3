"""MediaWiki's markup, which wikis take too: titles between `=`, bold and italic quotes, tables of `{|`."""

from __future__ import annotations

import re

from canopy.content.markups.writing import Lines, Places, Translated, code, link, named, table

_TITLE = re.compile(r"(={1,6})[ \t]*(.+?)[ \t]*\1[ \t]*$")
_ITEM = re.compile(r"([*#:;]{1,10})[ \t]*(.*)")
_OPEN = re.compile(r"<(pre|source|syntaxhighlight|code|nowiki)\b([^<>]{0,200})>(.*)", re.IGNORECASE)
_CLOSE = re.compile(r"</(?:pre|source|syntaxhighlight|code|nowiki)>", re.IGNORECASE)
_LANGUAGE = re.compile(r"lang(?:uage)?=[\"']?([\w+#-]{1,30})")
_REDIRECT = re.compile(r"#redirect:?[ \t]*\[\[([^\[\]|]{1,300})", re.IGNORECASE)
_CATEGORY = re.compile(r"\[\[Category:([^\[\]|]{1,200})(?:\|[^\[\]]{0,200})?\]\]", re.IGNORECASE)
_MAGIC = re.compile(r"__[A-Z]{3,20}__|\{\{(?:TOC|toc)\}\}")
_TEMPLATE = re.compile(r"\{\{[^{}]{0,2000}\}\}")
_COMMENT = re.compile(r"<!--(?:[^-]|-(?!->))*+(?:-->|\Z)")
_ATTRIBUTES = re.compile(r"^[^|\[\]]{0,300}\|(?!\|)")
_INLINE = re.compile(
    r"<nowiki>(?P<plain>[^\n]{0,1000}?)</nowiki>"
    r"|<(?:code|tt)>(?P<code>[^\n<]{1,500})</(?:code|tt)>"
    r"|\[\[(?:File|Image|Media):(?P<file>[^\[\]|\n]{1,300})(?P<rest>(?:\|(?:[^\[\]\n]|\[\[[^\[\]\n]{0,300}\]\]){0,500})?)\]\]"
    r"|\[\[(?P<page>[^\[\]\n]{1,600})\]\](?P<tail>[a-z]{0,30})"
    r"|\[(?P<url>(?:https?:)?//[^\s\[\]]{1,1000}|mailto:[^\s\[\]]{1,300})"
    r"(?:[ \t]+(?P<words>[^\[\]\n]{1,500}))?\]"
    r"|(?P<uri>https?://[^\s<>\[\]|]{1,1000})"
    r"|(?P<ref><ref[^<>]{0,100}/>|<ref[^<>]{0,100}>)(?P<noted>(?:(?!</ref>)[^\n]){0,1000}</ref>)?"
    r"|(?P<quotes>'{5}|'{3}|'{2})"
    r"|(?P<sign>[*_`])"
)


def translate(text: str) -> Translated:
    """Return the text in markdown."""
    if redirect := _REDIRECT.match(text.lstrip()):
        return Translated("", {"redirect": redirect[1].strip().replace(" ", "-")})
    text = _COMMENT.sub(lambda m: "\n" * m[0].count("\n"), text)
    tags = [tag.strip() for tag in _CATEGORY.findall(text)]
    text = _MAGIC.sub("", _CATEGORY.sub("", text))
    wiki = _Wiki(text.split("\n"))
    return Translated(wiki.translated(), {"tags": tags} if tags else {})


def _closing_sign(line: str) -> str:
    """Return the sign with which a line ends what is shown as it is."""
    found = _CLOSE.search(line) if "</" in line else None
    return found[0].lower() if found else ""


class _Wiki:
    def __init__(self, lines: list[str]) -> None:
        self.source = lines
        self.ends = Places(lines, _closing_sign)
        self.tables = Places(lines, lambda line: line.lstrip()[:2] if "|}" in line else "")
        self.out = Lines()
        self.notes: list[str] = []

    def translated(self) -> str:
        at = 0
        while at < len(self.source):
            at = self._block(at)
        for number, note in enumerate(self.notes, 1):
            self.out.apart(f"[^r{number}]: {note}")
        return self.out.text()

    def _block(self, at: int) -> int:
        line = self.source[at]
        if line.lstrip().startswith("{|"):
            return self._table(at)
        if (opened := _OPEN.match(line.lstrip())) and (end := self._closing(at, opened)) is not None:
            return self._verbatim(at, end, opened)
        if title := _TITLE.match(line):
            self.out.apart(f"{'#' * len(title[1])} {self.inline(title[2])}")
        elif re.match(r"-{4,}\s*$", line):
            self.out.apart("---")
        elif item := _ITEM.match(line):
            self._item(item[1], item[2])
        elif line.startswith(" ") and line.strip() and self._blank_before(at):
            self.out.put("   " + line)
        elif not line.strip():
            self.out.blank()
        else:
            if self.out.lines and re.match(r"\s*(?:[-*>]|\d+\.) ", self.out.lines[-1]):
                self.out.put("", self.inline(line))
            else:
                self.out.put(self.inline(line.strip()))
        return at + 1

    def _blank_before(self, at: int) -> bool:
        above = self.out.lines[-1] if self.out.lines else ""
        return not above.strip() or (at > 0 and self.source[at - 1].startswith(" "))

    def _closing(self, at: int, opened: re.Match[str]) -> int | None:
        """Return the line that ends what is shown as it is; None if it ends within its own."""
        sign = f"</{opened[1].lower()}>"
        if sign in opened[3].lower():
            return at if opened[1].lower() in ("pre", "source", "syntaxhighlight") else None
        return self.ends.after(at, sign)

    def _verbatim(self, at: int, end: int, opened: re.Match[str]) -> int:
        sign = f"</{opened[1].lower()}>"
        rows = [opened[3], *self.source[at + 1 : end + 1]]
        last = rows[-1]
        cut = last.lower().find(sign)
        rows[-1], after = last[:cut], last[cut + len(sign) :]
        language = _LANGUAGE.search(opened[2])
        rows = rows[1:] if not rows[0].strip() else rows
        rows = rows[:-1] if rows and not rows[-1].strip() else rows
        rows = [row.replace("<nowiki>", "").replace("</nowiki>", "") for row in rows]
        self.out.verbatim(rows, language[1] if language else "", taken=end + 1 - at)
        self.out.lines += [self.inline(after.strip())] if after.strip() else []
        return end + 1

    def _item(self, marks: str, text: str) -> None:
        level = len(marks) - 1
        if marks[-1] == ";":
            term, colon, rest = text.partition(": ")
            self.out.apart(f"**{self.inline(term.strip())}**" + (f": {self.inline(rest)}" if colon else "  "))
        elif marks[-1] == ":":
            self.out.put(f"{'    ' * level}{self.inline(text)}  " if level else f"> {self.inline(text)}  ")
        else:
            above = self.out.lines[-1] if self.out.lines else ""
            mark = "1." if marks[-1] == "#" else "-"
            item = f"{'    ' * level}{mark} {self.inline(text)}"
            if above.strip() and not re.match(r"\s*(?:-|\d+\.) ", above):
                self.out.put("", item)
            else:
                self.out.put(item)

    def _table(self, at: int) -> int:
        end = self.tables.after(at, "|}") or len(self.source) - 1
        rows: list[list[str]] = [[]]
        headed = False
        caption = ""
        for line in self.source[at + 1 : end]:
            row = line.strip()
            if row.startswith("|-"):
                rows.append([])
            elif row.startswith("|+"):
                caption = self.inline(_ATTRIBUTES.sub("", row[2:]).strip())
            elif row[:1] in ("|", "!"):
                headed = headed or (row[0] == "!" and not any(rows))
                for cell in re.split(r"\|\||!!" if row[0] == "!" else r"\|\|", row[1:]):
                    rows[-1].append(self.inline(_ATTRIBUTES.sub("", cell).strip()))
            elif row and rows[-1]:
                rows[-1][-1] += " " + self.inline(row)
        shown = table([row for row in rows if row], headed=headed)
        shown = [f"**{caption}**", "", *shown] if caption else shown
        self.out.apart(*shown, taken=end + 1 - at)
        self.out.blank()
        return end + 1

    def inline(self, text: str) -> str:
        """Return a line's text with the signs of markdown."""
        text = _TEMPLATE.sub("", text[:8000]) if "{{" in text else text
        self.open: list[str] = []
        shown = _INLINE.sub(self._shown, text)
        return shown + "".join(reversed(self.open))

    def _shown(self, match: re.Match[str]) -> str:
        if match["plain"] is not None:
            return code(match["plain"]) if match["plain"].strip() else ""
        if match["code"]:
            return code(match["code"])
        if match["file"]:
            return _picture(match["file"], match["rest"] or "")
        if match["page"]:
            return _page(match["page"], match["tail"])
        if match["url"]:
            url = match["url"] if ":" in match["url"][:8] else f"https:{match['url']}"
            return link(url, match["words"] or url)
        if match["ref"]:
            if not match["noted"]:
                return ""
            self.notes.append(match["noted"].removesuffix("</ref>"))
            return f"[^r{len(self.notes)}]"
        if match["quotes"]:
            return self._quotes(len(match["quotes"]))
        return match["uri"] or f"\\{match['sign']}"

    def _quotes(self, count: int) -> str:
        sign = {5: "***", 3: "**", 2: "*"}[count]
        if sign in self.open:
            self.open.remove(sign)
        else:
            self.open.append(sign)
        return sign


def _picture(name: str, rest: str) -> str:
    words = [word.strip() for word in rest.split("|")[1:]]
    plain = [
        word
        for word in words
        if word
        and not re.fullmatch(
            r"thumb|thumbnail|frame|frameless|border|left|right|center|none|upright|\d*x?\d+px|\w+=.*", word
        )
    ]
    width = next((word[:-2] for word in words if re.fullmatch(r"\d+px", word)), "")
    place = name.strip()
    if "/" in place:
        return f"![{plain[-1] if plain else ''}](<{place}>)"
    return f"![[{place}|{width}]]" if width else f"![[{place}]]"


def _page(inner: str, tail: str) -> str:
    page, bar, words = inner.partition("|")
    page = page.strip().lstrip(":")
    if page.startswith(("http://", "https://")):
        return link(page, words.strip())
    return named(page, (words.strip() if bar else page) + tail)
