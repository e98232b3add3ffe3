"""Textile: `h1. Title`, `bc. code`, `"words":target`, lists of `*` and `#`."""

from __future__ import annotations

import re

from canopy.content.markups.writing import Lines, Places, Translated, code, link, table

_STYLE = r"(?:\([^()\n]{0,60}\)|\{[^{}\n]{0,200}\}|\[[\w-]{1,10}\]|[<>=()]){0,4}"
_BLOCK = re.compile(rf"(h[1-6]|p|bq|bc|pre|notextile|fn\d{{1,3}}){_STYLE}\.\.?[ \t]+(.*)")
_ITEM = re.compile(r"([*#]{1,6})[ \t]+(.*)")
_INLINE = re.compile(
    r"(?<!\w)@(?P<code>(?!\s)[^@\n]{1,300})@(?!\w)"
    r"|\"(?P<words>[^\"\n]{1,500})\":(?P<place>[^\s\"]{1,1000}[^\s\".,;:!?)])"
    r"|!(?![\s=])[<>=]?(?P<image>[^\s!()]{1,500})(?:\((?P<alt>[^()\n]{0,200})\))?!(?::(?P<to>[^\s]{1,500}[^\s.,;:!?)]))?"
    r"|\[(?P<note>\d{1,3})\](?![(\[])"
    r"|(?<![\w*])\*{1,2}(?P<bold>(?![\s*])[^*\n]{1,500})(?<!\s)\*{1,2}(?![\w*])"
    r"|(?<![\w_])_{1,2}(?P<italic>(?![\s_])[^_\n]{1,500})(?<!\s)_{1,2}(?![\w_])"
    r"|(?<![\w-])-(?P<gone>(?![\s-])[^-\n]{1,300})(?<!\s)-(?![\w-])"
    r"|(?<!\w)\?\?(?P<cited>[^?\n]{1,300})\?\?"
    r"|(?P<sign>[`])"
)


def translate(text: str) -> Translated:
    """Return the text in markdown."""
    return Translated(_Textile(text.split("\n")).translated())


class _Textile:
    def __init__(self, lines: list[str]) -> None:
        self.source = lines
        self.ends = Places(lines, lambda line: "</pre>" if "</pre>" in line.lower() else "")
        self.out = Lines()

    def translated(self) -> str:
        at = 0
        while at < len(self.source):
            at = self._block(at)
        return self.out.text()

    def _block(self, at: int) -> int:
        line = self.source[at].rstrip()
        if line.lstrip().startswith("|") and line.endswith("|"):
            return self._table(at)
        if line.lstrip().lower().startswith("<pre"):
            return self._pre(at)
        if found := _BLOCK.match(line):
            return self._styled(at, found[1], found[2])
        if item := _ITEM.match(line):
            mark = "1." if item[1][-1] == "#" else "-"
            above = self.out.lines[-1] if self.out.lines else ""
            shown = f"{'    ' * (len(item[1]) - 1)}{mark} {inline(item[2])}"
            self.out.put(
                *(("", shown) if above.strip() and not re.match(r"\s*(?:-|1\.) ", above) else (shown,))
            )
        elif not line.strip():
            self.out.blank()
        else:
            # A line's end is one for readers too.
            more = at + 1 < len(self.source) and bool(self.source[at + 1].strip())
            self.out.put(inline(line) + ("  " if more else ""))
        return at + 1

    def _styled(self, at: int, kind: str, text: str) -> int:
        if kind[0] == "h":
            self.out.apart(f"{'#' * int(kind[1])} {inline(text)}")
            return at + 1
        if kind.startswith("fn"):
            self.out.put(f"[^{kind[2:]}]: {inline(text)}")
            return at + 1
        if kind not in ("bc", "pre", "bq"):
            self.out.put(inline(text))
            return at + 1
        end = at + 1
        while end < len(self.source) and self.source[end].strip():
            end += 1
        rows = [text, *self.source[at + 1 : end]]
        if kind == "bq":
            self.out.put(*(f"> {inline(row)}  " for row in rows), taken=len(rows))
        else:
            self.out.verbatim(rows, taken=len(rows))
        return end

    def _pre(self, at: int) -> int:
        end = self.ends.after(at - 1, "</pre>") or len(self.source) - 1
        rows = "\n".join(self.source[at : end + 1])
        rows = re.sub(r"</?(?:pre|code)\b[^<>]{0,200}>", "", rows, flags=re.IGNORECASE)
        shown = rows.strip("\n").split("\n")
        self.out.verbatim(shown, taken=end + 1 - at)
        return end + 1

    def _table(self, at: int) -> int:
        end = at
        while end < len(self.source) and self.source[end].strip().startswith("|"):
            end += 1
        headed = "|_." in self.source[at]
        rows = []
        for line in self.source[at:end]:
            cells = line.strip().strip("|").split("|")
            rows.append(
                [inline(re.sub(rf"^[_\\/\d]{{0,6}}{_STYLE}\.[ \t]+", "", cell).strip()) for cell in cells]
            )
        self.out.apart(*table(rows, headed=headed), taken=end - at)
        return end


def inline(text: str) -> str:
    """Return a line's text with the signs of markdown."""
    return _INLINE.sub(_shown, text[:4000]) + text[4000:]


def _shown(match: re.Match[str]) -> str:
    if match["code"]:
        return code(match["code"])
    if match["words"]:
        return link(match["place"], inline(match["words"]))
    if match["image"]:
        picture = f"![{match['alt'] or ''}](<{match['image']}>)"
        return f"[{picture}]({match['to']})" if match["to"] else picture
    if match["note"]:
        return f"[^{match['note']}]"
    for name, sign in (("bold", "**"), ("italic", "*"), ("gone", "~~"), ("cited", "*")):
        if match[name]:
            return f"{sign}{inline(match[name])}{sign}"
    return f"\\{match['sign']}"
