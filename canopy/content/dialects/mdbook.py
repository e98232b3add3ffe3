"""What mdBook adds to markdown: `{{#include file}}`, and lines of Rust that only a compiler needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.content.dialects.code import Code
from canopy.content.dialects.rewriting import Rewriter

if TYPE_CHECKING:
    from canopy.content.dialects.rewriting import Rewritten

_OWN = re.compile(
    r"(?P<escape>\\)?\{\{\s{0,9}#(?P<name>[a-z_]{1,30})(?P<rest>\s[^{}\n]{1,300})\}\}"
    r"|^[ \t>]*(?P<fence>`{3,}|~{3,})(?P<info>[^\n`]*)$|^[ \t]*(?P<hidden>#(?:[ \t][^\n]*)?\n)",
    re.MULTILINE,
)
_CURE = "correct its path, or the name of the part"


def rewrite(text: str) -> Rewritten:
    """Return the text without them; a text of another file leaves its name."""
    out, code = Rewriter(text), Code(text)
    rust, mark = False, ""
    for match in _OWN.finditer(text):
        if match["fence"]:
            if not mark:
                mark = match["fence"]
                rust = match["info"].strip().lower().startswith("rust")
            elif match["fence"].startswith(mark) and not match["info"].strip():
                rust, mark = False, ""
        elif match["hidden"]:
            if rust and mark:
                out.keep(match.start())
                out.replace(match.end())
        elif match["escape"]:
            out.keep(match.start())
            out.replace(match.start() + 1)
        elif match["name"] == "title":
            out.keep(match.start())
            out.replace(match.end())
        else:
            _include(out, match, within=match.start() in code)
    return out.finished()


def _include(out: Rewriter, match: re.Match[str], *, within: bool) -> None:
    file = match["rest"].strip().partition(":")[0]
    out.keep(match.start())
    reason = f"{file[:100]} is not there, or has no such part"
    if within:
        out.report(reason, _CURE)
        out.replace(match.end(), f"… {file}")
    else:
        out.leave_out(match.end(), file or match["name"], reason, _CURE)
