"""Math: where a formula begins and ends (GitHub's rules), and its MathML.

`$…$` is a formula only where it looks like one: `$5 and $6` is money. A code span wins over a dollar.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from math_core import LatexError, LatexToMathML

if TYPE_CHECKING:
    from mistune import BlockParser, BlockState, InlineParser, InlineState, Markdown

_LONGEST = 20_000
_MOST_GROUPS = 1_000
"""Commands and braces: they bound the depth. The converter's stack ends somewhere beyond 2,000."""
_MOST_GROUPS_WITH_MACROS = 100
_MOST_EXPANSIONS = 20
_GROUP = re.compile(r"[\\{\[(^_]")
_MACRO = re.compile(r"\\(?:[egx]?def|let|\w*command|\w*[Oo]perator\w*|newenvironment)(?![a-zA-Z])")

# A formula inside a line is short; the bounds keep the search for its end linear.
_INLINE = (
    r"\$`(?P<math_quoted>[^`\n]{1,1000})`\$(?![\w$])"
    r"|\$\$(?P<math_display>(?:[^$\\`]|\\.){1,4000}?)\$\$"
    r"|(?<![\w$\\])\$(?P<math_text>(?![\s$])(?:[^$\\`]|\\[^`]){0,999}?(?<![\s\\]))\$(?![\w$])"
)
_BLOCK = r"^ {0,3}\$\$(?=[^\n]*(?:\$\$[ \t]*)?$)"
_BLOCK_END = "$$"
_BLANK = re.compile(r"\n(?:[ \t]*\n)+")


def math(md: Markdown) -> None:
    """Let mistune read formulas, in lists and quotes too."""
    md.inline.register("math", _INLINE, _parse_inline, before="codespan", start_chars="$")
    block = md.block
    block.register("block_math", _BLOCK, _parse_block, before="list")
    block.insert_rule(block.block_quote_rules, "block_math", before="list")
    block.insert_rule(block.list_rules, "block_math", before="list")


def mathml(formula: str, *, display: bool) -> str:
    """Return the MathML of a formula.

    Raises ValueError with a reason when it is not LaTeX as the converter knows it, or too large.
    """
    groups = len(_GROUP.findall(formula))
    allowed = _MOST_GROUPS_WITH_MACROS if _MACRO.search(formula) else _MOST_GROUPS
    if len(formula) > _LONGEST or groups > allowed:
        raise ValueError(f"a formula of {len(formula)} characters and {groups} groups is too large")
    # A converter keeps macros and counters: a fresh one owes nothing to another formula.
    converter = LatexToMathML(fancy_error=False, max_expansions=_MOST_EXPANSIONS)
    try:
        return converter.convert_with_local_state(formula, displaystyle=display)
    except LatexError as error:
        raise ValueError(f"math: {error}") from error


def _parse_inline(inline: InlineParser, match: re.Match[str], state: InlineState) -> int:  # noqa: ARG001
    display = match["math_display"]
    text = display if display is not None else match["math_quoted"] or match["math_text"]
    # kramdown knows two dollars only: in a sentence they make a formula of the sentence.
    within = state.env.get("dialect") == "jekyll" and match[0] != match.string.strip()
    state.append_token(
        {"type": "math", "raw": text, "attrs": {"display": display is not None and not within}}
    )
    return match.end()


def _parse_block(block: BlockParser, match: re.Match[str], state: BlockState) -> int | None:  # noqa: ARG001
    start = match.end()
    end = state.src.find(_BLOCK_END, start)
    if end < 0 or end - start > _LONGEST:
        return None
    after = state.find_line_end_at(end)
    formula = state.src[start:end].strip()
    if "\n\n" in formula:
        # A blank line ends a paragraph, and a formula only if its signs do not have lines of their own.
        begun = state.src.rfind("\n", 0, end)
        if state.src[start : state.find_line_end_at(start)].strip() or state.src[begun:end].strip(" >\n"):
            return None
        formula = _BLANK.sub("\n", formula)
    if state.src[end + len(_BLOCK_END) : after].strip() or not formula:
        return None
    state.append_token({"type": "block_math", "raw": formula})
    return after
