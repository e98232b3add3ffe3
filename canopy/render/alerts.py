"""Alerts: what each kind of them is shown as, and a quote that begins with `[!NOTE]`.

The rest of the marker's line becomes the alert's title; a `-` or `+` after the marker lets it be folded,
closed or open at first. The many kinds that tools have between them are shown as the five of GitHub.
"""

from __future__ import annotations

import re
from typing import Any

Token = dict[str, Any]

_MARKER = re.compile(r"[ \t]*\[!([A-Za-z][\w-]{0,30})(?:\|[^\]\n]{0,50})?\]([+-]?)[ \t]*([^\n]*)(?:\n|\Z)")
_KINDS = {
    kind: shown
    for shown, kinds in {
        "note": "note abstract summary tldr info todo question help faq example quote cite",
        "tip": "tip hint success check done",
        "important": "important",
        "warning": "warning attention",
        "caution": "caution danger error failure fail missing bug",
    }.items()
    for kind in kinds.split()
}
SPOKEN = frozenset({"note", "tip", "important", "warning", "caution", "details"})


def make_alert(quote: Token, *, any_kind: bool = False) -> None:
    """Turn a quote that begins with a marker into an alert; of an unknown kind only if `any_kind` may be."""
    children = quote["children"]
    first = next((child for child in children if child["type"] != "blank_line"), None)
    if first is None or first["type"] != "paragraph":
        return
    match = _MARKER.match(first["text"])
    if match is None or not (any_kind or is_kind(match[1])):
        return
    rest = first["text"][match.end() :]
    if rest.strip():
        first["text"] = rest
    else:
        children.remove(first)
    quote |= alert(match[1], match[3].strip(), children, fold=match[2])


def is_kind(name: str) -> bool:
    """Tell whether some tool has alerts that are called so."""
    return name.lower() in _KINDS


def alert(name: str, title: str | None, children: list[Token], *, fold: str = "") -> Token:
    """Return the token of an alert by what its kind is called and its own title; None is no title at all.

    One that folds has `-` or `+`, which is open at first.
    """
    name = name.lower()
    # What GitHub knows too is called in the reader's language.
    called = "" if title or name not in SPOKEN else name
    heading: Token = {
        "type": "alert_title",
        "text": title or name.replace("-", " ").capitalize(),
        "attrs": {"kind": called, "fold": fold},
    }
    return {
        "type": "alert",
        "attrs": {"kind": _KINDS.get(name, "note"), "fold": fold},
        "children": children if title is None and not fold else [heading, *children],
    }
