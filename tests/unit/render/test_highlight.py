"""Code blocks: languages, stressed lines, and bounds."""

from __future__ import annotations

import pytest
from markup import read

from canopy.render.highlight import parse_info, token_classes
from canopy.render.markdown import render_markdown


def html(text: str) -> str:
    return render_markdown(text).html(str)


def test_code_is_marked_by_classes() -> None:
    """Keywords, strings and comments have pygments' short names; the box says the language."""
    shown = html("```python\ndef f():\n    return 'x' # y\n```")
    assert shown.startswith('<div class="highlight" data-language="python"><pre tabindex="0"><code>')
    assert '<span class="k">def</span> <span class="nf">f</span>' in shown


def test_a_token_over_several_lines_is_closed_on_each() -> None:
    """A stressed line in the middle of a string leaves the markup well-formed."""
    shown = html('```python {2}\nx = """a\nb\nc"""\n```')
    assert read(shown).faults == []
    assert '<span class="hll"><span class="s2">b</span>\n</span>' in shown


def test_unknown_and_missing_languages_are_plain() -> None:
    """They are shown as they are, without a finding."""
    assert "<code>a &lt; b\n</code>" in html("```nonesuch\na < b\n```")
    assert "<code>a &lt; b\n</code>" in html("    a < b")


@pytest.mark.parametrize(
    ("info", "language", "lines"),
    [
        ("python", "python", ()),
        ("Python {1,3-5}", "python", (1, 3, 4, 5)),
        ("python{2}", "python", (2,)),
        ('python {hl_lines="1 3-4"}', "python", (1, 3, 4)),
        ("go {hl_lines=[2,4]}", "go", (2, 4)),
        ("rust,ignore", "rust", ()),
        ("{.haskell .numberLines}", "haskell", ()),
        ("{1-2}", "", (1, 2)),
        ("c++", "c++", ()),
        ("", "", ()),
    ],
)
def test_info_strings(info: str, language: str, lines: tuple[int, ...]) -> None:
    """What authors of GitHub, Hugo, mkdocs and pandoc write after the fence."""
    fence = parse_info(info)
    assert (fence.language, tuple(sorted(fence.lines))) == (language, lines)


def test_a_range_of_lines_is_bounded() -> None:
    """A hostile range costs little."""
    assert len(parse_info("a {1-99999}").lines) < 20_000


@pytest.mark.parametrize("code", ["a " * 5_000, "x = 1\n" * 20_000])
def test_code_beyond_the_bounds_is_plain(code: str) -> None:
    """Quadratic lexers never see a very long line or block; the author learns why."""
    fragment = render_markdown(f"a\n\n```java\n{code}\n```")
    assert "<span" not in fragment.html(str)
    assert "too long" in fragment.findings[0][1]
    assert fragment.findings[0][0] == 4


def test_every_class_has_a_name_to_style() -> None:
    """The list for the theme is not empty, and holds what we emit."""
    assert {"k", "s2", "c1", "nf"} <= set(token_classes())


def test_indentation_and_blank_lines_stay() -> None:
    """Code is shown to the byte, but for its colour."""
    page = read(html("```python\n\n    x\n\n\n    y\n```"))
    assert "\n    " in html("```python\n\n    x\n\n\n    y\n```")
    assert page.faults == []
