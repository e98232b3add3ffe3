"""From mistune's tokens to HTML: the structure and the class names that the theme styles.

One renderer serves one text: it counts, names and reports. Its HTML is not safe until it has passed
`sanitise.clean`.
"""

from __future__ import annotations

from collections import Counter
from hashlib import blake2s
from typing import TYPE_CHECKING, Any, ClassVar

from mistune import BlockState, HTMLRenderer

from canopy.content.dialects.rewriting import placeholder
from canopy.render.attributes import carries, with_attributes
from canopy.render.fragment import TocEntry
from canopy.render.headings import Ids, slug, visible_text
from canopy.render.highlight import Budget, highlight, parse_info, plainly
from canopy.render.interface import Interface, direction, reads_left_to_right
from canopy.render.math import mathml
from canopy.render.plain import escape
from canopy.render.rawhtml import passed_on
from canopy.render.report import Report
from canopy.render.titles import title_of
from canopy.render.wikilinks import embedded_note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from canopy.render.sanitise import Marker

Token = dict[str, Any]


class Renderer(HTMLRenderer):
    """Renders the tokens of one text."""

    def __init__(
        self, text: str, marker: Marker, *, trusted: bool, language: str = "en", quoted: bool = False
    ) -> None:
        super().__init__(escape=False, allow_harmful_protocols=True)
        self.ids = Ids(none=quoted)
        self.toc: list[TocEntry] = []
        self.report = Report(text)
        self._marker = marker
        self._trusted = trusted
        self._interface = Interface.of(language)
        self._right_to_left = direction(language) == "rtl"
        self._budget = Budget()
        self._references: Counter[int] = Counter()
        # Several texts may stand on one page: each has footnotes of its own.
        self._note = blake2s(text.encode(), digest_size=4).hexdigest()

    def render_token(self, token: Token, state: BlockState) -> str:
        """Render one token; those that must see their children unrendered have methods of their own."""
        special = self._SPECIAL.get(token["type"])
        html = special(self, token, state) if special else super().render_token(token, state)
        given = token.get("given")
        return with_attributes(html, given) if given and token["type"] != "block_html" else html

    def render_tokens(self, tokens: Iterable[Token], state: BlockState) -> str:
        """Render tokens in their order; a list of attributes belongs to the mark before it."""
        pieces: list[str] = []
        before: Token | None = None
        for token in tokens:
            if token["type"] == "span_attributes":
                if before is not None and carries(before):
                    pieces[-1] = with_attributes(pieces[-1], token["given"])
            else:
                pieces.append(self.render_token(token, state))
                before = token
        return "".join(pieces)

    # Blocks

    def _heading(self, token: Token, state: BlockState) -> str:
        attributes = token["attrs"]
        children = token.get("children", ())
        if self.ids.none:
            tag = f"h{attributes['level']}"
            return f"<{tag}>{self.render_tokens(children, state)}</{tag}>\n"
        text = visible_text(children).strip()
        # GitHub's id of a heading has the names of its emoji.
        written = visible_text(children, written=True)
        name = self.ids.claim(attributes.get("id") or slug(written) or "section")
        title = title_of(children, state)
        if "no_toc" not in token.get("given", {}).get("class", "").split():
            self.toc.append(TocEntry(attributes["level"], name, title))
        tag = f"h{attributes['level']}"
        label = self._interface.gettext("Link to this section: %(title)s", title=text[:200])
        return (
            f'<{tag} id="{self._marker.own_id(escape(name))}">{self.render_tokens(children, state)} '
            f'<a class="anchor" href="#{escape(name)}" aria-label="{label}">#</a></{tag}>\n'
        )

    def _paragraph(self, token: Token, state: BlockState) -> str:
        children = token.get("children", ())
        if len(children) == 1 and children[0]["type"] == "image":
            children = [embedded_note(children[0]) or children[0]]
        if len(children) == 1 and children[0]["type"] == "image" and children[0]["attrs"].get("title"):
            image = children[0]
            caption = escape(image["attrs"]["title"])
            picture = self.image(escape(visible_text(image["children"])), image["attrs"]["url"])
            return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>\n"
        if len(children) == 1 and children[0].get("attrs", {}).get("css") == "embed":
            card = self.render_tokens(children, state)
            return f'<blockquote class="embed">\n<p>{card}</p>\n</blockquote>\n'
        turned = ' dir="ltr"' if self._right_to_left and reads_left_to_right(visible_text(children)) else ""
        return f"<p{turned}>{self.render_tokens(children, state)}</p>\n"

    def thematic_break(self) -> str:
        """Render `---`."""
        return "<hr>\n"

    def block_code(self, code: str, info: str | None = None, **_: object) -> str:
        """Render code, highlighted where its language is known and its size allows."""
        fence = parse_info(info or "")
        if fence.language == "math":
            return self.block_math(code)
        code = code.removesuffix("\n") + "\n" if code else ""
        marked = None
        if fence.language and self._budget.allows(code):
            marked = highlight(code, fence.language, fence.lines)
        elif fence.language:
            self.report.find(code[:200], "this code is too long to be highlighted", "shorten it or its lines")
        language = f' data-language="{escape(fence.language)}"' if fence.language else ""
        body = plainly(code, fence.lines) if marked is None else marked
        return f'<div class="highlight"{language}><pre tabindex="0"><code>{body}</code></pre></div>\n'

    def query(self, code: str, info: str = "", **_: object) -> str:
        """Render what stands for a list that only its author's own program can make."""
        language = info.partition(" ")[0]
        self.report.warn(code[:200], f"a {language} query is not run", "write its result as a list")
        return f"<p>{placeholder(language)}</p>\n"

    def left_out_block(self, name: str, source: str, reason: str, cure: str) -> str:
        """Render what stands by itself for what only another tool could put there."""
        self.report.warn(source, reason, cure)
        return f"<p>{placeholder(name)}</p>\n"

    def left_out(self, name: str) -> str:
        """Render what stands within a line for what a program would say."""
        self.report.warn(
            name, f"{{{{ {name[:60]} }}}} is not run", "write what it says: content is never a template"
        )
        return placeholder(name[:60])

    def block_html(self, html: str) -> str:
        """Pass an author's HTML on."""
        return self._raw(html) + "\n"

    def alert(self, text: str, kind: str, fold: str = "") -> str:
        """Render an alert; one that folds is open at first after `+`."""
        if fold:
            opened = " open" if fold == "+" else ""
            return f'<details class="alert alert-{kind}"{opened}>\n{text}</details>\n'
        return f'<aside class="alert alert-{kind}" role="note">\n{text}</aside>\n'

    def alert_title(self, text: str, kind: str = "", fold: str = "") -> str:
        """Render the title of an alert: the author's, else what its kind is called."""
        _ = self._interface.gettext
        titles = {
            "note": _("Note"),
            "tip": _("Tip"),
            "important": _("Important"),
            "warning": _("Warning"),
            "caution": _("Caution"),
            "details": _("Details"),
        }
        tag = "summary" if fold else "p"
        return f'<{tag} class="alert-title">{titles.get(kind, text)}</{tag}>\n'

    def content_tab(self, text: str) -> str:
        """Render one of several versions of a passage, which are shown one after the other."""
        return f'<section class="tab">\n{text}</section>\n'

    def tab_title(self, text: str) -> str:
        """Render what a version is called."""
        return f'<p class="tab-title">{text}</p>\n'

    def task_list_item(self, text: str, *, checked: bool = False) -> str:
        """Render `- [x] done`."""
        _ = self._interface.gettext
        label = _("Completed task") if checked else _("Incomplete task")
        box = f'<input type="checkbox" disabled{" checked" if checked else ""} aria-label="{label}"> '
        text = f"<p>{box}{text[3:]}" if text.startswith("<p>") else box + text
        return f'<li class="task">{text}</li>\n'

    def def_list(self, text: str) -> str:
        """Render a definition list."""
        return f"<dl>\n{text}</dl>\n"

    def def_list_head(self, text: str) -> str:
        """Render a term."""
        return f"<dt>{text}</dt>\n"

    def def_list_item(self, text: str) -> str:
        """Render a definition."""
        return f"<dd>{text}</dd>\n"

    # Tables

    def table(self, text: str) -> str:
        """Render a table inside a box that scrolls and can be focused."""
        label = self._interface.gettext("Table")
        box = f'<div class="table" role="group" aria-label="{label}" tabindex="0">'
        return f"{box}<table>\n{text}</table></div>\n"

    def table_head(self, text: str) -> str:
        """Render the head of a table."""
        return f"<thead>\n<tr>{text}</tr>\n</thead>\n"

    def table_body(self, text: str) -> str:
        """Render the body of a table."""
        return f"<tbody>\n{text}</tbody>\n"

    def table_row(self, text: str) -> str:
        """Render a row."""
        return f"<tr>{text}</tr>\n"

    def table_cell(self, text: str, align: str = "", *, head: bool = False) -> str:
        """Render a cell; an inline style is not allowed by the security policy, hence the class."""
        css = f' class="align-{align}"' if align else ""
        return f'<th scope="col"{css}>{text}</th>' if head else f"<td{css}>{text}</td>"

    # Footnotes

    def footnote_ref(self, key: str, index: int) -> str:  # noqa: ARG002 - mistune's signature
        """Render a reference to a footnote."""
        self._references[index] += 1
        name = self._own_id(self._reference_id(index, self._references[index]))
        target = f"fn-{self._note}-{index}"
        return (
            f'<sup class="footnote-ref"><a id="{name}" href="#{target}" role="doc-noteref">{index}</a></sup>'
        )

    def footnotes(self, text: str) -> str:
        """Render the footnotes at the end of a text."""
        label = self._interface.gettext("Footnotes")
        section = f'<section class="footnotes" role="doc-endnotes" aria-label="{label}">'
        return f"{section}\n<ol>\n{text}</ol>\n</section>\n"

    def footnote_item(self, text: str, key: str, index: int) -> str:  # noqa: ARG002 - mistune's signature
        """Render a footnote with the way back to each of its references."""
        backs = "".join(
            f' <a class="footnote-back" href="#{self._reference_id(index, number)}" role="doc-backlink"'
            f' aria-label="{self._back(index, number)}">↩</a>'
            for number in range(1, min(self._references[index], 50) + 1)
        )
        text = text.rstrip()
        text = f"{text[:-4]}{backs}</p>" if text.endswith("</p>") else f"{text}{backs}"
        return f'<li id="{self._own_id(f"fn-{self._note}-{index}")}">{text}</li>\n'

    def _back(self, index: int, number: int) -> str:
        name = f"{index}-{number}" if number > 1 else str(index)
        return self._interface.gettext("Back to reference %(number)s", number=name)

    def _own_id(self, name: str) -> str:
        self.ids.taken.add(name)
        return self._marker.own_id(name)

    def _reference_id(self, index: int, number: int) -> str:
        return f"fnref-{self._note}-{index}" + (f"-{number}" if number > 1 else "")

    # Inside a line

    def link(self, text: str, url: str, title: str | None = None, css: str = "") -> str:
        """Render a link."""
        hint = f' title="{escape(title)}"' if title else ""
        name = f' class="{css}"' if css else ""
        return f'<a href="{escape(url)}"{hint}{name}>{text}</a>'

    def image(self, text: str, url: str, title: str | None = None, width: str = "", height: str = "") -> str:
        """Render an image; `text` is its alternative, escaped."""
        hint = f' title="{escape(title)}"' if title else ""
        size = (f' width="{width}"' if width else "") + (f' height="{height}"' if height else "")
        return f'<img src="{escape(url)}" alt="{text}"{hint}{size} loading="lazy" decoding="async">'

    def abbr(self, text: str, title: str) -> str:
        """Render an abbreviation with what it means."""
        return f'<abbr title="{escape(title)}">{text}</abbr>' if title else f"<abbr>{text}</abbr>"

    def _image(self, token: Token, state: BlockState) -> str:
        if (note := embedded_note(token)) is not None:
            return self.render_token(note, state)
        return self.image(escape(visible_text(token["children"])), **token["attrs"])

    def linebreak(self) -> str:
        """Render a hard line break."""
        return "<br>\n"

    def strikethrough(self, text: str) -> str:
        """Render `~~text~~`."""
        return f"<del>{text}</del>"

    def mark(self, text: str) -> str:
        """Render `==text==`."""
        return f"<mark>{text}</mark>"

    def math(self, formula: str, *, display: bool) -> str:
        """Render a formula, or its source where it is wrong."""
        try:
            return mathml(formula, display=display)
        except ValueError as error:
            self.report.find(
                formula, str(error), "write LaTeX that MathML can show, or put it into a code span"
            )
            return f'<code class="math-error">{escape(formula)}</code>'

    def block_math(self, formula: str) -> str:
        """Render a formula that stands by itself."""
        return f'<div class="math" tabindex="0">{self.math(formula.strip(), display=True)}</div>\n'

    def inline_html(self, html: str) -> str:
        """Pass an author's HTML on."""
        return self._raw(html)

    def _raw(self, html: str) -> str:
        return html if self._trusted else passed_on(html, self.report, self._interface)

    _SPECIAL: ClassVar[dict[str, Callable[[Any, Token, BlockState], str]]] = {
        "heading": _heading,
        "paragraph": _paragraph,
        "image": _image,
    }
