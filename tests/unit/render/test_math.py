"""Where math begins and ends, and what becomes of it."""

from __future__ import annotations

import pytest

from canopy.render.markdown import render_markdown
from canopy.render.math import mathml


def formulas(text: str) -> int:
    return render_markdown(text).html(str).count("<math")


@pytest.mark.parametrize(
    "text",
    [
        "$x$",
        "so ($x^2$).",
        "$`x`$",
        "$$x$$",
        "$$\nx\n$$",
        "```math\nx\n```",
        "- $x$",
        "> $$\n> x\n> $$",
        "*$x$*",
        "$a_1$-axis",
        "| $x$ |\n|-|",
        "$a \\$ b$",
    ],
)
def test_math(text: str) -> None:
    """GitHub's ways to write a formula."""
    assert formulas(text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $6",
        "$5",
        "it costs 5$ or 6$",
        "`$x$`",
        "```\n$x$\n```",
        "\\$x\\$",
        "a$x$b",
        "$ x $",
        "$x $",
        "$x$1",
        "$HOME/bin:$PATH",
        "$$",
        "$",
        "$$$$",
        "$a `b$ c`",
    ],
)
def test_money_and_shell_are_not_math(text: str) -> None:
    """A dollar is a dollar unless it looks like a formula; a code span wins."""
    assert formulas(text) == 0
    assert render_markdown(text).findings == ()


def test_emphasis_does_not_reach_into_math() -> None:
    """Underscores and asterisks of a formula are its own."""
    assert "<em>" not in render_markdown("$a_b$ and $c_d * e * f$").html(str)


def test_a_display_formula_stands_by_itself() -> None:
    """It can be scrolled by keyboard when it is wider than the screen."""
    shown = render_markdown("$$\n\\frac{a}{b}\n$$").html(str)
    assert shown.startswith('<div class="math" tabindex="0"><math display="block"><mfrac>')


def test_a_wrong_formula_is_shown_as_written_and_reported() -> None:
    """The reader sees the source, the author a line and a reason."""
    fragment = render_markdown("ok\n\nthen $\\unknown{x}$")
    assert '<code class="math-error">\\unknown{x}</code>' in fragment.html(str)
    assert fragment.findings[0][0] == 3
    assert "\\unknown" in fragment.findings[0][1]


@pytest.mark.parametrize("opening", ["{", "\\sqrt{", "\\sqrt", "x^{", "\\left(", "\\begin{matrix}", "\\hat"])
def test_five_thousand_nested_groups_are_refused(opening: str) -> None:
    """The converter's stack would overflow, which ends the process."""
    with pytest.raises(ValueError, match="too large"):
        mathml(opening * 5000 + "x", display=False)


def test_a_macro_cannot_multiply_depth() -> None:
    """A definition is allowed, a bomb is not."""
    assert "<mi>x</mi>" in mathml(r"\newcommand{\a}{x}\a", display=False)
    with pytest.raises(ValueError, match="math"):
        mathml(r"\newcommand{\a}{\a\a}\a", display=False)


def test_a_formula_cannot_bring_script() -> None:
    """Text inside math is text."""
    shown = render_markdown(r"$\text{<script>alert(1)</script><img src=x onerror=alert(1)>}$").html(str)
    assert "<script" not in shown
    assert "<img" not in shown


def test_a_formula_of_its_own_lines_may_hold_blank_ones() -> None:
    """Directly below a text, too; without lines of their own its two signs have nothing in common."""
    shown = render_markdown("Text:\n$$\na\n\n+ b\n$$\nmore").parts[0]
    assert shown.startswith('<p>Text:</p>\n<div class="math"')
    assert shown.endswith("</div>\n<p>more</p>\n")
    assert "$$" not in shown
    assert "<math" not in render_markdown("$$ a\n\nb $$\n\n$$\n\nc $$ d").parts[0]
