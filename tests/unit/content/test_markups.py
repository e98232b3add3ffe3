"""Org, reStructuredText, MediaWiki, AsciiDoc and Textile as markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapshots import site_of

from canopy.content.links import resolve
from canopy.content.markups import translate

FENCE = "`" * 5


def shown(kind, text):
    """Return the markdown of a text, without blank lines around it."""
    translated = translate(f"a.{kind}", text)
    assert translated is not None
    return translated.text.strip("\n")


ORG = [
    ("* A /b/ [1/2]", "# A *b*"),
    ("#+TITLE: T\n* TODO A  :x:y:", "## TODO A"),
    ("a *b* /c/ +d+ =e= ~f~ 2*3*4", "a **b** *c* ~~d~~ `e` `f` 2\\*3\\*4"),
    ("[[https://e.org/][words]] [[https://e.org]]", "[words](https://e.org/) <https://e.org>"),
    ("[[file:b.org::*X][words]] [[./i.png]]", "[words](b.org) ![](./i.png)"),
    ("[[*Part][words]] [[Page]] [[(code)][x]]", "[[#Part|words]] [Page](x-wiki:Page) x"),
    ("a[fn:1]\n[fn:1] Note", "a[^1]\n[^1]: Note"),
    ("- a\n  - b\n1) c\n- term :: what", "- a\n  - b\n1) c\n- **term**: what"),
    ("    - deep\n      more", "- deep\n  more"),
    ("- [-] a\n- [X] b", "- [ ] a\n- [X] b"),
    ("#+begin_src python :results none\n  x = 1\n#+end_src", f"{FENCE}python\nx = 1\n{FENCE}"),
    ("#+BEGIN_QUOTE\nsaid\n#+END_QUOTE", "> said"),
    ("| a | b |\n|---+---|\n| 1 | 2 |", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
    (":PROPERTIES:\n:X: 1\n:END:\n# comment\ntext", "text"),
    ("a <2024-01-02 Tue> <b>", "a 2024-01-02 Tue \\<b>"),
]
RST = [
    ("Top\n===\n\nSub\n---\n\nNext\n===", "# Top\n\n\n## Sub\n\n\n# Next"),
    ("=====\n Top\n=====", "# Top"),
    ("a ``b`` *c* **d** :func:`~e.f` :ref:`g <h>`", "a `b` *c* **d** `e.f` g"),
    (
        "`words <https://e.org>`_ and `x`_ and y_\n\n.. _x: https://x.org",
        "[words](https://e.org) and [x](https://x.org) and y_",
    ),
    (":doc:`../a/b` :doc:`words <c>`", "[B](x-wiki:../a/b) [words](x-wiki:c)"),
    ("Code::\n\n  x = 1\n\nafter", f"Code:\n{FENCE}\nx = 1\n{FENCE}\nafter"),
    (".. code-block:: python\n   :linenos:\n\n   x = 1", f"{FENCE}python\nx = 1\n{FENCE}"),
    (".. warning:: Mind\n   the gap", "> [!WARNING]\n> Mind\n> the gap"),
    (".. _here:\n\nTop\n===\n\nx :ref:`here`", '# Top\n<a id="here"></a>\n\nx [here](#here)'),
    (".. note:: a\n.. tip:: b", "> [!NOTE]\n> a\n\n> [!TIP]\n> b"),
    (".. image:: i.png\n   :alt: words", "![words](<i.png>)"),
    (
        ".. toctree::\n   :maxdepth: 2\n\n   user/first-steps\n   Words <b>",
        "- [First steps](x-wiki:user/first-steps)\n- [Words](x-wiki:b)",
    ),
    ("|v|\n\n.. |v| replace:: 1.2\n.. a comment\n   of two lines", "1.2"),
    ("a [1]_\n\n.. [1] Note", "a [^1]\n\n[^1]: Note"),
    ("#. one\n#. two", "1. one\n1. two"),
    ("=== ===\n A   B\n=== ===\n 1   2\n=== ===", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
    ("+---+---+\n| A | B |\n+===+===+\n| 1 | 2 |\n+---+---+", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
    (
        ".. list-table::\n   :header-rows: 1\n\n   * - A\n     - B\n   * - 1\n     - 2",
        "| A | B |\n| --- | --- |\n| 1 | 2 |",
    ),
    (".. math::\n\n   a^2", "$$\na^2\n$$"),
]
MEDIAWIKI = [
    ("== A ''b'' ==", "## A *b*"),
    ("'''a''' ''b'' '''''c'''''", "**a** *b* ***c***"),
    ("[[Some Page]] [[Some Page|words]]s", "[Some Page](x-wiki:Some%20Page) [wordss](x-wiki:Some%20Page)"),
    ("[https://e.org words] <nowiki>[x]</nowiki>", "[words](https://e.org) `[x]`"),
    ("* a\n** b\n# c", "- a\n    - b\n1. c"),
    ("[[File:i.png|thumb|300px|words]]", "![[i.png|300]]"),
    ('<source lang="c">\nint x;\n</source>', f"{FENCE}c\nint x;\n{FENCE}"),
    ("a<ref>Note</ref>", "a[^r1]\n\n[^r1]: Note"),
    ("{{Template|x}}__TOC__text<!-- hidden -->", "text"),
    ('{| class="x"\n! A !! B\n|-\n| 1 || 2\n|}', "| A | B |\n| --- | --- |\n| 1 | 2 |"),
    ("; term : what", "**term**: what"),
]
ASCIIDOC = [
    ("= Top\n\n== Part\n\ntext", "# Top\n\n## Part\n\ntext"),
    ("*a* _b_ `c` +d+ <e>", "**a** _b_ `c` `d` \\<e>"),
    ("https://e.org[words] link:a.pdf[paper] <<x,y>>", "[words](https://e.org) [paper](a.pdf) [y](#x)"),
    ("* a\n** b\n. c", "- a\n    - b\n1. c"),
    ("[source,ruby]\n----\nx = 1\n----", f"{FENCE}ruby\nx = 1\n{FENCE}"),
    ("NOTE: Mind", "> [!NOTE]\n> Mind"),
    ("[TIP]\n====\nMind\n====", "> [!TIP]\n> Mind"),
    ("image::i.png[words]", "![words](<i.png>)"),
    (":v: 1.2\n\nat {v} {unknown}", "at 1.2 {unknown}"),
    ("|===\n|A |B\n\n|1 |2\n|===", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
    ("// hidden\ntext\n////\nhidden\n////", "text"),
    ("term:: what", "**term**\n: what"),
    ("ifdef::env-github[]\na\nendif::[]\nifndef::env-github[]\nb\nendif::[]\nifdef::x[c]", "a"),
]
TEXTILE = [
    ("h2. A _b_", "## A *b*"),
    ('"words":https://e.org, *a* @b@', "[words](https://e.org), **a** `b`"),
    ("!i.png(words)!", "![words](<i.png>)"),
    ("* a\n** b\n# c", "- a\n    - b\n1. c"),
    ("bc. x = 1\ny = 2", f"{FENCE}\nx = 1\ny = 2\n{FENCE}"),
    ("bq. said", "> said"),
    ("|_. A |_. B |\n| 1 | 2 |", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
]
KINDS = {"org": ORG, "rst": RST, "mediawiki": MEDIAWIKI, "adoc": ASCIIDOC, "textile": TEXTILE}
CASES = [(kind, *case) for kind, cases in KINDS.items() for case in cases]


@pytest.mark.parametrize(("kind", "text", "markdown"), CASES)
def test_signs(kind, text, markdown):
    """What people write most in these languages says in markdown what it says there."""
    blank = "\n\n"
    assert shown(kind, text).replace("\n\n\n", blank).rstrip() == markdown.replace("\n\n\n", blank)


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        (
            "org",
            "#+TITLE: T\n#+DATE: <2024-01-02>\n#+FILETAGS: :a:b:\n",
            {"title": "T", "date": "2024-01-02", "tags": ["a", "b"]},
        ),
        ("org", ":PROPERTIES:\n:ID: 12-34\n:END:\n#+title: T", {"aliases": ["12-34"], "title": "T"}),
        ("rst", "T\n=\n\n:date: 2024-01-02\n:tags: a, b\n", {"date": "2024-01-02", "tags": "a, b"}),
        ("mediawiki", "x\n[[Category:One]] [[Category:Two]]", {"tags": ["One", "Two"]}),
        ("wiki", "#REDIRECT [[Other Page]]", {"redirect": "Other-Page"}),
        (
            "adoc",
            "= T\nMe Too <me@example.org>\nv1.0, 2024-01-02\n:keywords: a\n",
            {"author": "Me Too", "date": "2024-01-02", "keywords": "a"},
        ),
    ],
)
def test_headers(kind, text, values):
    """What a text says about itself in its own way counts as front matter."""
    translated = translate(f"a.{kind}", text)
    assert translated is not None
    assert translated.values == values


@pytest.mark.parametrize("kind", KINDS)
def test_lines_stay_where_they_are(kind):
    """A line of the text keeps its number, whatever stands above it, so that problems name the right one."""
    above = "\n\n".join(text for text, _ in KINDS[kind]) + "\n\n\n\n\n\n\n\n"
    translated = translate(f"a.{kind}", f"{above}LAST")
    assert translated is not None
    line = translated.text.split("\n").index("LAST")
    assert abs(line - above.count("\n")) <= 4


PIECES = (
    *("*", "=", "-", "_", "|", "+", "[[", "]]", "{|", "|}", "#+begin_src", "#+end_src", ".. note::", "----"),
    *("====", "<pre>", "</pre>", "::", "`", "<!--", "a", " ", "\n", "\n\n", "  ", ":PROPERTIES:", ":END:"),
    *("|===", "'''", "[1]_", ".. _", ".. image::", "+---+", "=== ==="),
)


@given(kind=st.sampled_from(list(KINDS)), parts=st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_text(kind, parts):
    """Whatever is written, there is a text, and no fewer lines than were written."""
    text = "".join(parts)
    translated = translate(f"a.{kind}", text)
    assert translated is not None
    assert translated.text.count("\n") >= text.count("\n")


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("org", "#+begin_src\n"),
        ("org", "*/+"),
        ("rst", ".. note::\n\n   "),
        ("rst", "`a <"),
        ("adoc", "----\n"),
        ("adoc", "ifdef::env-github[]\n"),
        ("mediawiki", "<!--"),
        ("mediawiki", "<pre>\n"),
        ("mediawiki", "{|\n"),
        ("textile", "<pre>\n"),
    ],
)
def test_hostile(kind, part):
    """What is begun a hundred thousand times and never ended is read in one go."""
    assert translate(f"a.{kind}", part * 100_000) is not None


def test_nested_blocks_have_a_bound():
    """Directives within directives, deeper than anybody writes, are text."""
    text = "\n".join("   " * depth + ".. note::\n" for depth in range(1500))
    assert "[!NOTE]" in shown("rst", text)
    assert "Deep" in shown(
        "adoc",
        "\n".join("=" * n for n in range(4, 1500))
        + "\nDeep\n"
        + "\n".join("=" * n for n in range(1500, 3, -1)),
    )


FILES = {
    "Home.mediawiki": "Hello [[Other Page]].",
    "_Sidebar.mediawiki": "* [[Home]]\n* [[Other Page|The other]]",
    "Other-Page.rst": "Other\n=====\n\nIts first words.\n",
    "notes/x.org": "#+TITLE: Of Org\n#+FILETAGS: :tag:\nText [[file:../Other-Page.rst][there]].",
    "notes/README.org": "* The notes",
    "config.ru": "# A program",
}


def test_a_wiki_of_several_markups():
    """Pages have addresses without their endings, titles, tags, links; programs are files."""
    site = site_of(FILES)
    assert {"/Home", "/Other-Page", "/notes/x"} <= site.pages.keys()
    other = site.pages["/Other-Page"].source
    assert (other.title, other.summary) == ("Other", "Its first words.")
    note = site.pages["/notes/x"]
    assert (note.source.title, note.source.front.tags) == ("Of Org", ("tag",))
    assert resolve(site, note, "../Other-Page.rst").path == "/Other-Page"
    assert site.redirects["/notes/x.org"] == "/notes/x"
    assert site.settings.menu == (("The other", "Other-Page.rst"),)
    assert site.assets["/config.ru"].media_type.startswith("text/plain")


def test_the_original_reads_all_as_markdown():
    """In a repository of the original Canopy a file of any name is markdown, at the path of its name."""
    site = site_of(
        {".config/uuid": "0f5f6d7c-6a3c-4e0a-9d6e-0a7d0a7d0a7d", "Posts/a.org": "# Title\n\n*text*"}
    )
    assert site.pages["/Posts/a.org"].source.title == "Title"
