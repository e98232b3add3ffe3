"""Components among markdown: MDX of Docusaurus, Astro and others, and Vue in VitePress and VuePress.

Nothing is run: imports go, a component shows what it encloses, those that everyone uses (tabs, boxes,
pictures, links) what they mean, and one that encloses nothing leaves a placeholder.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from canopy.content.dialects.calls import Call, known
from canopy.content.dialects.code import Code
from canopy.content.dialects.elements import Element, closing_brace, literal, read_element
from canopy.content.dialects.indentation import flattened
from canopy.content.dialects.rewriting import Rewriter, fence, figure
from canopy.content.prose import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.dialects.rewriting import Rewritten

_MDX = re.compile(
    r"^(?P<module>(?:import|export)\b)|(?P<comment>\{\s{0,20}/\*)|(?P<more><!--\s{0,9}truncate\s{0,9}-->)"
    r"|(?P<element></?(?:[A-Za-z][\w.:-]*|>))|(?P<braces>(?<![\\$\w^_}{])\{(?![#{/]))",
    re.MULTILINE,
)
_VUE = re.compile(
    r"(?P<script><(?:script|style)\b[^<>]{0,300}>)|(?P<element></?[A-Za-z][\w.:-]*)|(?P<braces>\{\{)"
    r"|^(?P<toc>\[\[toc\]\])[ \t]*$|^(?P<snippet><<<[ \t]+\S[^\n]{0,500})$",
    re.MULTILINE | re.IGNORECASE,
)
_MODULE = re.compile(
    r"import\s+(?:[\w$*{][^;\"'`]{0,2000}?\sfrom\s+|[\w$*{][^;\"'`]{0,2000}?\}\s*from\s*)?[\"'][^\"'\n]{1,300}[\"'];?"
    r"|export\s+(?:default\b|const\b|let\b|var\b|function\b|async\b|class\b|\*|\{)"
)
_TRUNCATE = re.compile(r"\{\s{0,20}/\*\s{0,20}truncate\s{0,20}\*/\s{0,20}\}")
_NAME = re.compile(r"\{{1,2}\s*\$?(?:frontMatter|frontmatter|page)\.(\w{1,40})\s*\}{1,2}\Z")
_EXPRESSION = re.compile(
    r"\{\s*[A-Za-z_$][\w$]*(?:\.[\w$]+|\([^{}()\n]{0,100}\)|\[[^\]{}\n]{0,50}\])*\s*\}\Z"
)
_FORMULA = re.compile(r"^[ \t>]*\$\$|\$\$[ \t]*$", re.MULTILINE)
_SILENT = frozenset(
    """DocCardList TOCInline Head BrowserOnly BackTop Toc TOC DocsCards Redirect Comment ClientOnly toc
    Analytics""".split()  # noqa: SIM905
)
"""Those that show what Canopy shows by itself, or nothing."""
_PICTURES = frozenset({"Image", "ThemedImage", "IdealImage", "Figure", "Img", "Zoom", "Picture"})
_LINKS = frozenset({"Link", "NuxtLink", "RouterLink", "router-link", "LinkButton", "VPLink"})
_BOXES = {
    "Note": "note", "Tip": "tip", "Info": "note", "Warning": "warning", "Caution": "caution",
    "Danger": "caution", "Important": "important", "Check": "tip",
    "Admonition": "", "Callout": "", "Aside": "", "Alert": "",
}  # fmt: skip
_KINDS = {"success": "tip", "info": "note", "error": "caution", "danger": "caution", "secondary": "note"}
_CLEAR = frozenset(
    """Tabs TabItem Tab TabPanel CodeGroup Card Cards CardGroup CardGrid Steps Step Columns Column Col Row
    Grid Details Accordion AccordionGroup AccordionItem Expandable Frame Center BrowserWindow Highlight
    FileTree Fragment Layout VPTeamPage VPTeamPageTitle Badge""".split()  # noqa: SIM905
)
"""Those that only enclose: their inside is all there is to read."""
_CLOSED = re.compile(r"</([A-Za-z][\w.:-]{0,100})")
_LONGEST_MODULE = 50_000
_OPENING = re.compile(r"[{(\[\n]")
_MOST_LOST = 300
"""Each costs a look at what follows it."""
_CURE = "write it as markdown, or take it out: components of a site of its own are not known here"


def rewrite_mdx(text: str, variables: Mapping[str, str]) -> Rewritten:
    """Return the text without modules, expressions, components; `variables` are what it may show by name."""
    return _Components(flattened(text), _MDX, variables).run()


def rewrite_vue(text: str, variables: Mapping[str, str]) -> Rewritten:
    """Return the text without scripts, interpolations and components."""
    return _Components(text, _VUE, variables).run()


class _Components:
    def __init__(self, text: str, signs: re.Pattern[str], variables: Mapping[str, str]) -> None:
        self._out = Rewriter(text)
        self._code = Code(text)
        self._signs = signs
        self._mdx = signs is _MDX
        self._variables = variables
        self._formulas = [match.start() for match in _FORMULA.finditer(text)]
        self._closed = frozenset(_CLOSED.findall(text))
        self._lost = 0
        """Tags and braces that do not end."""
        self._open: list[tuple[str, str]] = []
        """The components that are open, each with what stands for its end."""

    def run(self) -> Rewritten:
        out, text = self._out, self._out.text
        for match in self._signs.finditer(text):
            start, kind = match.start(), match.lastgroup
            if start < out.at or start in self._code or self._lost > _MOST_LOST:
                if kind == "more" and start >= out.at:
                    out.keep(start)
                    out.replace(match.end(), "<!--more-->")
                continue
            self._sign(kind or "", match)
        return out.finished()

    def _sign(self, kind: str, match: re.Match[str]) -> None:
        out, start = self._out, match.start()
        match kind:
            case "module":
                self._module(start)
            case "comment":
                self._comment(start)
            case "braces":
                self._braces(start)
            case "script":
                self._script(start, match[0])
            case "element":
                self._element(start)
            case "toc":  # each page has its own
                out.keep(start)
                out.replace(match.end("toc"))
            case "snippet":
                out.keep(start)
                out.leave_out(match.end(), match[0].strip("< "), "a text of another file", _CURE)

    def _module(self, start: int) -> None:
        """Leave out what imports or exports, up to the end of its braces."""
        text = self._out.text
        match = _MODULE.match(text, start)
        if match is None:
            return
        end = match.end()
        if text.startswith("export", start):
            end = self._statement_end(end - 1)
        self._out.keep(start)
        self._out.replace(end)

    def _statement_end(self, at: int) -> int:
        """Return where the line ends on which the last of a statement's brackets is closed."""
        text = self._out.text
        while True:
            opened = _OPENING.search(text, at)
            line = text.find("\n", at)
            if opened is None or opened[0] == "\n":
                return line if line >= 0 else len(text)
            at = closing_brace(text, opened.start(), _LONGEST_MODULE)
            if not at:
                self._lost += 30
                return line if line >= 0 else len(text)

    def _comment(self, start: int) -> None:
        text = self._out.text
        end = text.find("*/", start)
        end = text.find("}", end) if end >= 0 else -1
        if end < 0:
            self._lost += 1
            return
        self._out.keep(start)
        truncated = _TRUNCATE.match(text, start) is not None
        self._out.replace(end + 1, "<!--more-->" if truncated else "")

    def _script(self, start: int, tag: str) -> None:
        name = "</script" if tag.lower().startswith("<script") else "</style"
        end = self._out.text.lower().find(name, start)
        close = self._out.text.find(">", end) if end >= 0 else -1
        if close < 0:
            self._lost += 1
            return
        self._out.keep(start)
        self._out.replace(close + 1)

    def _braces(self, start: int) -> None:
        """Show a literal or a field of the header; of anything else leave a placeholder."""
        out, text = self._out, self._out.text
        end = text.find("}}", start) + 2 if not self._mdx else closing_brace(text, start)
        line = text.rfind("\n", 0, start) + 1
        # A formula has braces of its own.
        within = text.count("$", line, start) % 2 or bisect_left(self._formulas, start) % 2
        if end <= start + 1 or within:
            self._lost += end <= start + 1
            return
        source = text[start:end]
        inner = source.strip("{}").strip()
        value = literal(inner)
        named = _NAME.match(source)
        if value is None and named is not None:
            value = self._variables.get(named[1])
        if value is None and self._mdx and not _EXPRESSION.match(source):
            return
        out.keep(start)
        if value is not None:
            out.replace(end, out.value(value))
        else:
            out.leave_out(end, inner, f"the expression {{{inner[:60]}}} is not evaluated", _CURE)

    def _element(self, start: int) -> None:
        element = read_element(self._out.text, start)
        if element is None:
            self._lost += 1
            return
        if not element.closing and start and self._out.text[start - 1].isalnum():  # `Array<Item>`
            return
        if self._is_html(element):
            if element.odd:
                self._out.keep(start)
                self._out.replace(element.end, element.html())
            return
        self._out.keep(start)
        if element.name == "CodeBlock" and not element.closing and not element.empty:
            self._code_block(element)
        elif element.closing:
            self._close(element)
        elif element.empty:
            self._empty(element)
        elif element.name in self._closed or not element.name:
            self._begin(element)
        else:  # what is never closed was meant as a text: `<K>`
            self._out.replace(start + 1, "&lt;")

    def _is_html(self, element: Element) -> bool:
        name = element.name
        return bool(name) and not name[0].isupper() and (("." if self._mdx else "-") not in name)

    def _code_block(self, element: Element) -> None:
        out = self._out
        end = out.text.find("</CodeBlock", element.end)
        close = out.text.find(">", end) if end >= 0 else -1
        if close < 0:
            out.replace(element.end)
            return
        inner = out.text[element.end : end].strip()
        value = literal(inner[1:-1].strip()) if inner.startswith("{") and inner.endswith("}") else None
        language = element.get("language", "lang").removeprefix("language-")
        info = language if re.fullmatch(r"[\w.+#-]{1,40}", language) else ""
        out.replace(close + 1, fence(inner if value is None else value, info, begins_line=out.begins_line()))

    def _close(self, element: Element) -> None:
        end = ""
        for place in range(len(self._open) - 1, max(-1, len(self._open) - 50), -1):
            if self._open[place][0] == element.name:
                end = self._open[place][1]
                del self._open[place:]
                break
        self._out.replace(element.end, end)

    def _empty(self, element: Element) -> None:
        out = self._out
        src = element.get("src", "img", "light")
        if element.name in _PICTURES and src:
            out.replace(element.end, figure(src, element.get("alt"), element.get("caption")))
        elif element.name in _SILENT or not element.name:
            out.replace(element.end)
        elif element.name == "Badge" and element.get("text"):
            out.replace(element.end, escaped(element.get("text")))
        elif element.name in ("Card", "LinkCard", *_LINKS) and (href := element.get("href", "to", "link")):
            out.replace(element.end, out.link(href, element.get("title", "label", "children") or href))
        else:
            name = "youtube" if "youtube" in element.name.lower() else element.name.lower()
            shown = known(Call(name, (), element.attributes), out, element.end)
            url = element.get("url", "src", "href")
            if shown is None and url.startswith("https://"):
                shown = out.link(url, url.partition("://")[2].partition("/")[0])
            if shown is None:
                reason = f"the component <{element.name[:40]}> is not known"
                out.leave_out(element.end, element.name, reason, _CURE)
            else:
                out.replace(element.end, shown)

    def _begin(self, element: Element) -> None:
        """Show what stands at the beginning of a component that encloses something."""
        out, name = self._out, element.name
        alone = out.alone(element.end)
        title = element.get("label", "title", "name", "header") if name not in ("Fragment", "") else ""
        begin, end = "", ""
        if name in _LINKS and (href := element.get("to", "href")):
            begin, end = Element("a", {"href": href}).html(), "</a>"
        elif name in _BOXES and alone:
            word = element.get("type", "kind", "variant") or _BOXES[name]
            begin = f"\n::: {_KINDS.get(word, word) or 'note'} {element.get('title')}".rstrip() + "\n\n"
            end = "\n\n:::\n"
        elif alone and (title or (name == "TabItem" and element.get("value"))):
            begin = f"\n**{escaped(title or element.get('value'))}**\n"
        if name and name not in _CLEAR and name not in _BOXES and name not in _LINKS and name not in _SILENT:
            out.report(f"the component <{name[:40]}> is not known: what it encloses is shown", _CURE)
        self._open.append((name, end))
        out.replace(element.end, begin)
