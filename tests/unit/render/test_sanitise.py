"""Nothing that acts gets through, by markdown, by HTML, or by a link's way."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from canopy.content.dialects import Idiom
from canopy.render.markdown import render_inline, render_markdown
from canopy.render.sanitise import DEEPEST

XSS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror\n=alert(1)>",
    '<img """><script>alert(1)</script>">',
    "<img src=`javascript:alert(1)`>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><maction actiontype='statusline' xlink:href='javascript:alert(1)'>x</maction></math>",
    "<math href='javascript:alert(1)'><mi href='javascript:alert(1)'>x</mi></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<style><img src='</style><img src=x onerror=alert(1)//'>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object><embed src='javascript:alert(1)'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='&#x09;javascript&colon;alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='java%73cript:alert(1)'>x</a>",
    "<a href='java%2573cript:alert(1)'>x</a>",
    "<a href=x ping='javascript:alert(1)' target=_blank onclick=alert(1)>x</a>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<img srcset='javascript:alert(1) 1x, data:text/html,x 2x'>",
    "<video poster='javascript:1' src='javascript:2' onplay=3><source src='javascript:4'></video>",
    "<video><source onerror=alert(1)></video>",
    "<q cite='javascript:alert(1)'>x</q>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<p style='position:fixed;inset:0'>x</p>",
    "<form action='javascript:1'><input type=submit formaction='javascript:2'><button>x</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details ontoggle=alert(1) open>x</details>",
    "<body onload=alert(1)>",
    "<base href='javascript:alert(1)//'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href='javascript:alert(1)'>",
    "<template><script>alert(1)</script></template>",
    "<p class='js-copy js-menu'>x</p>",
    "[x](javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](java&#115;cript:alert(1))",
    "[x](java%73cript:alert(1))",
    "[x]( &#1;javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](javascript:alert(1))",
    "![x](x \"' onerror='alert(1)\")",
    '![" onerror="alert(1)](x)',
    "[x][r]\n\n[r]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "[x](x'onclick='alert(1))",
    '[x](x"onclick="alert(1))',
    '# <script>alert(1)</script> {#"onclick=alert(1)}',
    "# <img src=x onerror=alert(1)>",
    "```<script>alert(1)</script>\n</code><script>alert(1)</script>\n```",
    '```a"onclick="alert(1)\nx\n```',
    "`</code><script>alert(1)</script>`",
    "a[^<script>]\n\n[^<script>]: <script>alert(1)</script>",
    "> [!NOTE] <script>alert(1)</script>\n> <img src=x onerror=alert(1)>",
    "| <script>alert(1)</script> |\n|-|\n| <img src=x onerror=alert(1)> |",
    "$\\text{<script>alert(1)</script>}$",
    "$</math><script>alert(1)</script>$",
    "$\\href{javascript:alert(1)}{x}$ $\\class{js-x}{y}$ $\\style{a}{b}$",
    'https://example.com/"onmouseover="alert(1)',
    "www.example.com/<script>alert(1)</script>",
    'a@b.de"><script>alert(1)</script>',
    "<!--><script>alert(1)</script>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<xss id=x tabindex=1 onfocus=alert(1)></xss>",
]

_SKIPPED = "".join(map(chr, range(0x21)))
_ACTING = {
    *("script", "style", "iframe", "object", "embed", "form", "svg", "base", "meta", "link", "button"),
    *("template", "annotation-xml", "maction", "select", "textarea"),
}
_SAFE = {"http", "https", "mailto", "tel", "ftp", "irc"}


class _Auditor(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTING:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc", "action", "formaction", "target", "ping"}:
                self.found.append(f"{tag} {name}")
            if name == "class" and "js-" in (value or ""):
                self.found.append(f"{tag} {name}={value}")
            if name in {"href", "src", "poster", "cite", "srcset", "xlink:href", "data"}:
                self._audit_url(tag, name, value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def _audit_url(self, tag: str, name: str, value: str) -> None:
        for url in (value, unquote(value), unquote(unquote(value))):
            scheme = re.match(
                r"([a-z][a-z0-9+.-]*):", re.sub(r"[\t\n\r]", "", url.lstrip(_SKIPPED)), re.IGNORECASE
            )
            if scheme and scheme[1].lower() not in _SAFE:
                self.found.append(f"{tag} {name}={value}")
                return


def audit(html: str) -> list[str]:
    auditor = _Auditor()
    auditor.feed(html)
    auditor.close()
    return auditor.found


def test_the_auditor_sees() -> None:
    """The test's own eye finds what it looks for."""
    assert len(audit("<script></script><a href='java\nscript:x' onclick=y style=z>")) == 4


@pytest.mark.parametrize("text", XSS)
def test_nothing_acts(text: str) -> None:
    """No script, handler, frame, form, style or dangerous URL is left, alone or amid other text."""
    for whole in (text, f"a *b* {text} c\n\nd", f"- {text}\n- x"):
        fragment = render_markdown(whole)
        assert audit(fragment.html(lambda link: link)) == []
        assert audit(render_inline(whole).html(lambda link: link)) == []
        assert all(audit(entry.title) == [] for entry in fragment.toc)


@pytest.mark.parametrize("text", XSS)
def test_nothing_acts_by_way_of_a_resolver(text: str) -> None:
    """A resolver that decodes its targets, as one that looks for files does, makes nothing dangerous."""
    fragment = render_markdown(text)
    assert audit(fragment.html(unquote)) == []
    assert audit(fragment.html(lambda link: unquote(unquote(link)))) == []


def test_a_marker_cannot_be_forged() -> None:
    """Text that looks like a marker stays text: its secret is chosen after the text was written."""
    text = "0123456789abcdef0123456789abcdef0; <a href='0123456789abcdef0123456789abcdef0;'>x</a>"
    fragment = render_markdown(text)
    assert fragment.links == ("0123456789abcdef0123456789abcdef0;",)
    assert fragment.html(str).count("0123456789abcdef") == 4
    assert len(re.findall(r"[0-9a-f]{32}", fragment.html(str))) == 2


def test_harmless_html_stays() -> None:
    """What authors use raw HTML for works."""
    kept = (
        "<kbd>Ctrl</kbd>", "H<sub>2</sub>O", "<ins>a</ins>", "<del>b</del>", '<span lang="fr">oui</span>',
        '<abbr title="x">y</abbr>', '<p align="center">c</p>', '<time datetime="2026-01-01">t</time>',
        "<ruby>漢<rt>kan</rt></ruby>", '<p class="lead">x</p>', '<ol start="3"><li>x</li></ol>',
    )  # fmt: skip
    for html in kept:
        assert html in render_markdown(html).html(str)


def test_a_source_set_leads_to_files_only() -> None:
    """Each candidate is a link of its own; one with a data URL is left out."""
    fragment = render_markdown('<img srcset="a.png 1x, data:image/png;base64,AA== 2x,b.png 300w">')
    assert fragment.links == ("a.png", "b.png")
    assert 'srcset="a.png 1x, b.png 300w"' in fragment.html(str)


def test_an_image_may_be_inside_the_text() -> None:
    """A raster image as a data URL shows; anything else as a data URL does not."""
    assert render_markdown("![x](data:image/png;base64,iVBORw0KGgo=)").links
    assert not render_markdown("![x](data:image/svg+xml;base64,iVBORw0KGgo=)").links
    assert not render_markdown("[x](data:image/png;base64,iVBORw0KGgo=)").links


def test_what_is_nested_far_deeper_than_browsers_show_is_refused() -> None:
    """A parser of HTML looks through all open elements for each paragraph: that ends before it takes long."""
    deep = "<div markdown=1>\n\na\n\n"
    for dialect in ("jekyll", "mkdocs", ""):
        fragment = render_markdown(deep * (DEEPEST + 1), Idiom(dialect))
        assert [reason for _, reason, _ in fragment.findings] == [
            "the markdown cannot be rendered (ValueError)"
        ]
        assert render_markdown(deep * 50, Idiom(dialect)).findings == ()


def test_long_is_not_deep() -> None:
    """Whatever stands side by side, with its end tag or where it needs none."""
    for piece in (
        "<div>a</div>\n\n",
        "<p>a\n\n",
        "<ul><li>a<li>b</ul>\n\n",
        "a<br>\n",
        "<img>\n",
        "<hr />\n",
    ):
        assert render_markdown(piece * (DEEPEST + 100)).findings == (), piece
