"""Boxes that people wrote for other tools, and the alerts that they become."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from markup import read
from printing import drive
from snapshots import site_of

from canopy.render.markdown import render_markdown
from canopy.render.press import Press


def html(text: str) -> str:
    shown = render_markdown(text).html(lambda link: link)
    assert read(shown).faults == []
    return shown


def alert(kind: str, title: str, inside: str) -> str:
    head = f'<p class="alert-title">{title}</p>\n' if title else ""
    return f'<aside class="alert alert-{kind}" role="note">\n{head}{inside}</aside>\n'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "!!! note\n    a *b*\n\n    - c",
            alert("note", "Note", "<p>a <em>b</em></p>\n<ul>\n<li>c</li>\n</ul>\n"),
        ),
        ('!!! warning "Mind *it*"\n\n    a\n', alert("warning", "Mind <em>it</em>", "<p>a</p>\n")),
        (
            'text\n!!! danger ""\n\ta\nmore',
            "<p>text</p>\n" + alert("caution", "", "<p>a</p>\n") + "<p>more</p>\n",
        ),
        ("!!! info inline end\n    a", alert("note", "Info", "<p>a</p>\n")),
        ('!!! unheard-of "Own"\n    a', alert("note", "Own", "<p>a</p>\n")),
        ("!!! unheard-of\n    a", alert("note", "Unheard of", "<p>a</p>\n")),
        ("::: tip Why *not*\na\n:::\nb", alert("tip", "Why <em>not</em>", "<p>a</p>\n") + "<p>b</p>\n"),
        (":::danger[Take `care`]{#x}\na\n:::", alert("caution", "Take <code>care</code>", "<p>a</p>\n")),
        (":::note\n\n# H\n\n:::", alert("note", "Note", html("# H"))),
        (":::message alert\na\n:::", alert("warning", "Warning", "<p>a</p>\n")),
        (':::{.callout-tip title="T"}\na\n:::', alert("tip", "T", "<p>a</p>\n")),
        (":::{warning} T\na\n:::", alert("warning", "T", "<p>a</p>\n")),
        ("::: info {no-title}\na\n:::", alert("note", "", "<p>a</p>\n")),
        ("/// tip | T\na\n///", alert("tip", "T", "<p>a</p>\n")),
        ("/// admonition | T\n    type: warning\n\na\n///", alert("warning", "T", "<p>a</p>\n")),
        (":::: columns\n::: column\na\n:::\n::::\nb", "<p>a</p>\n<p>b</p>\n"),
        ("> !!! tip\n>     a", f"<blockquote>\n{alert('tip', 'Tip', '<p>a</p>' + chr(10))}</blockquote>\n"),
    ],
)
def test_boxes_are_alerts(text: str, shown: str) -> None:
    """Of MkDocs, VitePress, Docusaurus, pandoc and MyST: the kind, the title, and markdown within."""
    assert html(text) == shown


@pytest.mark.parametrize(
    ("text", "tag", "title"),
    [
        ('??? question "Why?"\n    a', "<details", "Why?"),
        ("???+ bug\n    a", '<details class="alert alert-caution" open="">', "Bug"),
        ('??? "Why?"\n    a', "<details", "Why?"),
        ("::: details\na\n:::", "<details", "Details"),
        ("::: details Why? {open}\na\n:::", '<details class="alert alert-note" open="">', "Why?"),
        (":::spoiler Why?\na\n:::", "<details", "Why?"),
        ("/// details | Why?\n    open: true\na\n///", '<details class="alert alert-note" open="">', "Why?"),
    ],
)
def test_boxes_that_fold(text: str, tag: str, title: str) -> None:
    """What others fold is folded, open where they have it open."""
    shown = html(text)
    assert shown.startswith(tag)
    assert f'<summary class="alert-title">{title}</summary>\n<p>a</p>\n</details>' in shown


def test_boxes_within_boxes() -> None:
    """With fewer signs, with as many, by indentation, in items of lists."""
    inner = alert("tip", "Tip", "<p>a</p>\n")
    outer = alert("note", "Note", inner + "<p>b</p>\n")
    assert html("::::note\n:::tip\na\n:::\nb\n::::") == outer
    assert html(":::note\n:::tip\na\n:::\nb\n:::") == outer
    assert html("::::note\n:::tip\na\n::::\nb").startswith("<aside")  # the inner one ends with the outer
    assert html("!!! note\n    !!! tip\n        a\n\n    b") == outer
    assert html("!!! note\n    :::tip\n    a\n    :::\n    b") == outer
    assert inner in html("1. c\n\n    !!! tip\n        a\n2. d")
    assert inner in html("- c\n  :::tip\n  a\n  :::\n- d")
    assert html("- c\n:::tip\na\n:::") == "<ul>\n<li>c</li>\n</ul>\n" + inner


@pytest.mark.parametrize(
    "text",
    [
        ":::",
        "a\n:::\nb",
        ":::note\nnobody closes it",
        "::: {}\na\n:::",
        ":::\na\n:::",
        "!!!\n    a",
        "!!! note",
        "!!! so much joy\n    a",
        "wow !!! note",
        "??? what is this\nb",
        "///\na\n///",
        "=== a",
        '=== "a"',
    ],
)
def test_what_is_no_box_stays_text(text: str) -> None:
    """Signs alone, a box that is not closed, one that holds nothing: an author's own words."""
    shown = html(text)
    assert "<aside" not in shown
    assert "tab" not in shown
    assert text.split(maxsplit=1)[0] in shown


def test_code_shows_boxes_as_they_are_written() -> None:
    """A fence that explains boxes is not one, within a box neither; and does not end it."""
    assert html("```\n:::note\na\n:::\n```\n") == html("~~~\n:::note\na\n:::\n~~~\n")
    shown = html(":::note\n```\n:::\n```\nb\n:::\nc")
    assert shown.endswith("<p>b</p>\n</aside>\n<p>c</p>\n")


def test_tabs_stand_one_after_the_other() -> None:
    """Each with its title, without a script: of Material, and VitePress' groups of code."""
    shown = html('=== "A *b*"\n\n    c\n\n=== "D"\n\n    ```sh\n    e\n    ```\n\nf')
    assert '<section class="tab">\n<p class="tab-title">A <em>b</em></p>\n<p>c</p>\n</section>' in shown
    assert shown.count("<section") == 2
    assert shown.endswith("<p>f</p>\n")
    group = html("::: code-group\n```sh [npm]\nnpm i\n```\n```sh\nb\n```\n:::")
    assert [line for line in group.splitlines() if "tab-title" in line] == [
        '<p class="tab-title">npm</p>',
        '<p class="tab-title">sh</p>',
    ]


def test_headings_footnotes_and_terms_work_within() -> None:
    """What is in a box is a part of the text like any other."""
    fragment = render_markdown("[^1] [x]\n\n:::note\n## In\n\na\n: b\n\n[^1]: foot\n\n[x]: y\n\n:::\n")
    assert [entry.title for entry in fragment.toc] == ["In"]
    shown = fragment.html(lambda link: link)
    assert "<dd>b</dd>" in shown
    assert 'role="doc-endnotes"' in shown
    assert "y" in fragment.links


def test_what_is_wrong_within_is_told_with_its_line() -> None:
    """Also of what stands on several lines, which have lost their margin."""
    text = "a\n\n!!! note\n    b\n\n    $$\n    \\wrong\n    $$\n\n    <script>\n    1\n    </script>\n"
    assert sorted(line for line, _, _ in render_markdown(text).findings) == [7, 10]


def test_titles_are_in_the_language_of_the_page() -> None:
    """Those that Canopy gives; an author's own stay."""
    shown = render_markdown(':::tip\na\n:::\n\n??? "Why"\n    b\n\n:::details\nc\n:::', language="de")
    assert [line for line in shown.parts[0].splitlines() if "title" in line] == [
        '<p class="alert-title">Tipp</p>',
        '<summary class="alert-title">Why</summary>',
        '<summary class="alert-title">Einzelheiten</summary>',
    ]


@pytest.mark.parametrize(
    "piece",
    [
        ":::a\n",
        ":::a\n:::\n",
        "::::a\n:::b\n:::\n",
        ":::a\n```\n:::\n",
        "- :::a\n  - :::b\n",
        "> > :::a\n",
        "!!! a\n    b\n",
        '=== "a"\n\n    === "b"\n\n        x\n',
        "".join("    " * depth + "!!! note\n" for depth in range(20)),
        "".join(":" * (60 - depth) + "a\n" for depth in range(50)),
    ],
)
def test_hostile_nesting_takes_time_in_proportion(piece: str) -> None:
    """Whatever is not closed in it, a long text is rendered; a quadratic reading would take minutes."""
    fragment = render_markdown(piece * (150_000 // len(piece)))
    assert fragment.findings == ()


def test_a_broken_link_within_is_told_with_its_line() -> None:
    """Of a link, not of the first word that is written like its target."""
    site = site_of({"a.md": "# A\n\nx\n\n!!! note\n    y [b](x)\n"})
    press = Press(memory=1_000_000)
    made = press.edition(site, datetime(2026, 1, 1, tzinfo=UTC))
    drive(press.print(made, "/a"))
    assert [(problem.path, problem.line) for problem in made.problems] == [("a.md", 6)]
