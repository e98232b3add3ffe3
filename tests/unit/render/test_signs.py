"""Small signs of other tools within a text."""

from __future__ import annotations

import pytest
from markup import read

from canopy.content.dialects import Idiom, macros
from canopy.render.markdown import render_markdown


def html(text: str, dialect: str = "") -> str:
    shown = render_markdown(text, Idiom(dialect)).html(lambda link: link)
    assert read(shown).faults == []
    return shown.removesuffix("\n")


def left_out(name: str) -> str:
    return f'<small class="left-out">[{name}]</small>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a :rocket: *:+1:* :white_check_mark:", "<p>a 🚀 <em>👍</em> ✅</p>"),
        ("at 10:30:45 `:x:` :no_such_name:", "<p>at 10:30:45 <code>:x:</code> :no_such_name:</p>"),
        (":material-check: yes :octicons-tag-16: no", "<p>✓ yes  no</p>"),
        (":octicons-tag-16:", f"<p>{left_out('tag')}</p>"),
        ("[:simple-git:{ .lg }](x)", f'<p><a href="x">{left_out("git")}</a></p>'),
        ("++ctrl+alt+del++", "<p><kbd>Ctrl</kbd>+<kbd>Alt</kbd>+<kbd>Del</kbd></p>"),
        ("i++ + ++j and c++", "<p>i++ + ++j and c++</p>"),
        ("[x](y){ .button #z }", '<p><a href="y" class="button" id="z">x</a></p>'),
        ("[x](y){z} `a`{b c}", '<p><a href="y">x</a>{z} <code>a</code>{b c}</p>'),
        ("a\n{ .b }", '<p class="b">a</p>'),
        ("a\n{b}", "<p>a\n{b}</p>"),
        ("[TOC]\n\na", "<p>a</p>"),
        ("[TOC]: x\n\n[TOC]", '<p><a href="x">TOC</a></p>'),
        ("{{ a }}", "<p>{{ a }}</p>"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    """Emoji, icons, keys, attributes; what is something else stays as it is."""
    assert html(text) == shown


def test_a_heading_has_the_id_that_github_gives_it() -> None:
    """With the names of its emoji, or as its author says, within braces with or without spaces."""
    assert html("## :rocket: Launch!").startswith('<h2 id="rocket-launch">🚀 Launch!')
    assert html('## A { #own .b data-toc-label="c" }').startswith('<h2 id="own" class="b">A <a')
    assert html("## f(x) {y}").startswith('<h2 id="fx-y">')


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('--8<-- "a/b.md"', "a/b.md"),
        ("--8<--\na.md\nb.md\n--8<--", "a.md b.md"),
        ("<<< @/a.js{1,3}", "@/a.js{1,3}"),
        ("<!--@include: ./a.md-->", "./a.md"),
    ],
)
def test_an_included_file_leaves_its_name_and_a_warning(text: str, name: str) -> None:
    """The text around it is shown as ever."""
    fragment = render_markdown(f"a\n\n{text}\n\nb")
    assert fragment.parts[0] == f"<p>a</p>\n<p>{left_out(name)}</p>\n<p>b</p>\n"
    assert [(line, reason) for line, reason, _ in fragment.warnings] == [
        (3, "the file that is included here is not shown")
    ]


def test_macros_are_not_run_in_a_site_of_mkdocs() -> None:
    """Each leaves a placeholder and a warning; in code they are shown. What is known by name is filled in."""
    variables = (macros.ON, ("e.f", "*value*"))
    fragment = render_markdown("a {{ b }} `{{ c }}`\n\n{% if d %}\n\n{{ e.f }}", Idiom("mkdocs", variables))
    assert "<em>value</em>" in fragment.parts[0]
    assert left_out("b") in fragment.parts[0]
    assert "<code>{{ c }}</code>" in fragment.parts[0]
    assert [line for line, _, _ in fragment.warnings] == [1, 3]


def test_without_a_plugin_for_them_braces_are_text() -> None:
    """As MkDocs shows them: a text about templates is none."""
    fragment = render_markdown("a {{ b }} {% if d %}", Idiom("mkdocs"))
    assert "a {{ b }} {% if d %}" in fragment.parts[0]
    assert fragment.warnings == ()
