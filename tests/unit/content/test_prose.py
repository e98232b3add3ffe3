"""What is read off a body: title, summary, words."""

from __future__ import annotations

import time

import pytest
from snapshots import site_of

from canopy.content import prose


def source_of(text, path="my-note_here.md"):
    """Return the source of a single note."""
    (page,) = site_of({path: text}).pages.values()
    return page.source


@pytest.mark.parametrize(
    ("text", "title", "body", "line"),
    [
        ("# Title\n\nText", "Title", "Text", 3),
        ("\n\n## Title ##\nText", "Title", "Text", 4),
        ("Title\n=====\n\n\nText", "Title", "Text", 5),
        ("Two\nlines\n---\nText", "Two lines", "Text", 4),
        (
            "# A [link](http://x/(y)) and `co*de*` **bold** &amp; \\* <b>x</b> #\nText",
            "A link and co*de* bold & * x",
            "Text",
            2,
        ),
        ("---\ntitle: T\n---\n# t\nText", "T", "Text", 5),
        ("---\ntitle: T\n---\n# Other\nText", "T", "# Other\nText", 4),
        ("Intro.\n\n# Later\n", "Later", "Intro.\n\n# Later\n", 1),
        ("```\n# not this\n```\n# This\n", "This", "```\n# not this\n```\n# This\n", 1),
        ("~~~~\n~~~\n# no\n~~~~\n\n    # no\n\n<!--\n# no\n-->\n#no\n####### no\n", "My note here", None, 1),
        ("#\n\nText", "My note here", "#\n\nText", 1),
        ("Text only", "My note here", "Text only", 1),
        ("", "My note here", "", 1),
    ],
)
def test_title(text, title, body, line):
    """The title is the first heading, else the file's name; a heading that is the title leaves the body."""
    source = source_of(text)
    assert (source.title, source.body_line) == (title, line)
    assert source.body == (text if body is None else body)


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("# T\n\nFirst *para* with [link](x)\nand more.\n\nSecond.", "First para with link and more."),
        ("- list\n- list\n\n> quote\n\n| a |\n\n![i](x)\n\n```\ncode\n```\n\nText.", "Text."),
        ("- only\n- lists", ""),
        ("<script>\na\n\nb\n</script>\n\nText.", "Text."),
        ("<svg>\n\n<text>a</text>\n\nb</svg>\n\nText.", "Text."),
        ("<pre>a</pre>\nText.", "Text."),
        ("$$\na\n\nb\n$$\nText.", "Text."),
        ("<div>\n\n01\n\n<b>01</b>\n\n</div>\n\nText.", "Text."),
        ('!!! note "No"\n    no\n\n::: tip\nno\n:::\n\n=== "No"\n\n    no\n\nText.', "Text."),
        ("Show `*` and `<b>` and snake_case.", "Show \\* and \\<b> and snake_case."),
        ("\\# no heading", "no heading"),
        ("2016\\. A year", "2016\\. A year"),
        ("漢字" * 200, "漢字" * 149 + "漢…"),
    ],
)
def test_summary(body, summary):
    """The summary is the first paragraph as plain text, written so that markdown shows just that."""
    assert source_of(body).summary == summary


def test_a_long_summary_ends_between_words():
    """A summary has at most 300 characters and ends with a whole word."""
    summary = source_of("word " * 100).summary
    assert len(summary) <= 300
    assert summary.endswith("word…")


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("one two\nthree", 3), ("漢字 かな", 4), ("naïve café", 2), ("한국어 글", 2)]
)
def test_words(text, count):
    """A Chinese or Japanese character counts as a word."""
    assert prose.count_words(text) == count


@pytest.mark.parametrize(
    "unit",
    [
        " ",
        "[",
        "]",
        "`",
        "*",
        "_",
        "<",
        "![",
        "[[",
        "~",
        "&",
        "# ",
        "\\",
        "> ",
        "- ",
        "-",
        "=",
        "|",
        "\t",
        "(",
        "a:",
        "`a",
        "<a ",
        "{",
        "--- ",
    ],
)
def test_hostile_lines_cost_little(unit):
    """A megabyte of any sign, in one line or as lines, is read in time linear in its length."""
    for text in (unit * (1_000_000 // len(unit)), "# " + unit * 500_000 + "x", (unit * 20 + "\n") * 20_000):
        for whole in (text, "---\ntitle: " + text + "\n---\n", "title: T\n" + text + "\n---\n", "x\n" + text):
            start = time.process_time()
            source_of(whole)
            assert time.process_time() - start < 20  # a quadratic reading takes minutes
