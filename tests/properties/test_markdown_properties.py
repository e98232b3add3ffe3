"""Whatever is written, a fragment comes out, and it is safe, well-formed and the same each time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markup import read

from canopy.content.dialects import DIALECTS, Idiom
from canopy.render.markdown import render_inline, render_markdown

if TYPE_CHECKING:
    from canopy.render.fragment import Fragment

PIECES = st.sampled_from(
    [
        "*",
        "_",
        "**",
        "`",
        "```",
        "~~~\n",
        "[",
        "](",
        ")",
        "![",
        "<",
        ">",
        "</",
        "<!--",
        "-->",
        "<script>",
        "<b>",
        "<a href=",
        "<div\n",
        "\n",
        "\n\n",
        "    ",
        "\t",
        "- ",
        "1. ",
        "> ",
        "# ",
        "---\n",
        "===\n",
        "|",
        "|-|\n",
        "| - | :-: |\n",
        "$",
        "$$",
        "\\",
        "[^1]",
        "[^1]: ",
        "[!NOTE]\n",
        "- [x] ",
        *(
            ":tada:",
            ":material-x:",
            "++ctrl++",
            "{ .a #b }",
            '--8<-- "a"\n',
            "[TOC]\n",
            "{{ x }}",
            "<<< @/a\n",
        ),
        *(
            ":::a\n",
            ":::\n",
            "::::b[c]\n",
            "::::\n",
            "!!! a\n",
            '??? "a"\n',
            '=== "a"\n',
            "///a|b\n",
            "///\n",
        ),
        ": ",
        "==",
        "~~",
        "https://a.b/",
        "www.a.b",
        "a@b.cd",
        "&amp;",
        "&#0;",
        "{#id}",
        "\x00",
        "\u2028",
        "\u202e",
        "\ud83d",
        "e\u0301",
        "😀",
        "ﷺ",
        "<p id=x onclick=y>",
        "<math><mi>",
        "<svg>",
        "<table>",
        "<details>",
        "<select>",
        "text",
        " ",
        *("[[", "]]", "![[", "|", "#", "{{", "}}", "{%", "%}", "{{<", ">}}", "{:", "}", "%%", "^a\n", "{::"),
        *("{% raw %}", "{% endraw %}", "{% if x %}", "{% else %}", "{% endif %}", "{% highlight c %}"),
        *(
            "{% endhighlight %}",
            "{% link a.md %}",
            "{{ site.title }}",
            "{{< x >}}",
            "{{< /x >}}",
            "{{% y %}}",
        ),
        *('{{< figure src="a" >}}', "{{ f(a=1) }}", "{% g() %}", "{% end %}", "{: .b #c}", "*[text]: y\n"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=200))
IDIOMS = st.sampled_from([Idiom(name, names=("text",)) for name in sorted(DIALECTS)])
MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(fragment: Fragment) -> None:
    html = fragment.html(lambda link: link)
    page = read(html)
    assert page.faults == []
    assert not re.search(r"\b[0-9a-f]{32}", "".join(fragment.parts))
    assert len(fragment.parts) == len(fragment.links) + 1
    for element in page.elements:
        assert element.name not in {"script", "style", "iframe", "form", "svg"}
        assert not any(name.startswith("on") or name == "style" for name in element.attributes)
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert "\x00" not in html
    html.encode()


@MANY
@given(TEXTS)
def test_any_text_becomes_a_safe_fragment(text: str) -> None:
    """Nothing raises, nothing acts, every tag is closed, every id exists once."""
    fragment = render_markdown(text)
    check(fragment)
    assert render_markdown(text) == fragment


@MANY
@given(TEXTS)
def test_any_summary_stays_inside_its_paragraph(text: str) -> None:
    """What is meant for a `<p>` holds no block."""
    fragment = render_inline(text)
    check(fragment)
    blocks = {"p", "div", "h2", "ul", "ol", "table", "blockquote", "pre", "img", "hr", "section"}
    assert not blocks & {element.name for element in read(fragment.html(str)).elements}


@MANY
@given(TEXTS, IDIOMS)
def test_any_dialect_becomes_a_safe_fragment(text: str, idiom: Idiom) -> None:
    """What other systems add to markdown is as safe, and told by lines that the text has."""
    fragment = render_markdown(text, idiom)
    check(fragment)
    assert render_markdown(text, idiom) == fragment
    lines = re.sub(r"\r\n?", "\n", text).count("\n") + 1
    assert all(0 <= line <= lines for line, *_ in fragment.findings + fragment.warnings)
    check(render_inline(text, idiom))


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_trusted_text_never_raises(text: str) -> None:
    """Trust changes what is allowed, not what can go wrong."""
    fragment = render_markdown(text, trusted=True)
    assert not re.search(r"\b[0-9a-f]{32}", "".join(fragment.parts))
