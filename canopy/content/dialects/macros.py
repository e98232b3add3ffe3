"""What the plug-in `macros` of MkDocs fills in by name: values of the settings. Nothing is run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.content.dialects.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from canopy.content.dialects.rewriting import Rewritten

_SHOWN = re.compile(r"\{\{-?\s{0,20}([A-Za-z_][\w.]{0,100})\s{0,20}-?\}\}")
_LONGEST = 500
_MOST = 1000
ON = ("{{", "on")
"""Among the variables of a site whose texts are templates."""


def rewrite(text: str, variables: Mapping[str, str]) -> Rewritten:
    """Return the text with the values of `{{ name }}`, in code too; what is not known stays."""
    out = Rewriter(text)
    for match in _SHOWN.finditer(text):
        value = variables.get(match[1])
        if value is not None:
            out.keep(match.start())
            out.replace(match.end(), value)
    return out.finished()


def named_in(text: str) -> set[str]:
    """Return the names that a text may show."""
    return set(_SHOWN.findall(text))


def values_of(above: str, table: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    """Yield the names and the texts of settings, those within others behind a dot."""
    for key, value in list(table.items())[:_MOST]:
        if isinstance(value, str) and len(value) <= _LONGEST:
            yield above + key, " ".join(value.split())
        elif isinstance(value, dict) and above.count(".") < 3:
            yield from values_of(f"{above}{key}.", value)
