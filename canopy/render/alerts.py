"""Alerts: a quote that begins with `[!NOTE]`, as GitHub and Obsidian have it.

The rest of the marker's line becomes the alert's title; a `-` or `+` after the marker lets it be folded,
closed or open at first. Obsidian's many kinds are shown as the five of GitHub.
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
SPOKEN = frozenset({"note", "tip", "important", "warning", "caution"})


def make_alert(quote: Token, *, any_kind: bool = False) -> None:
    """Turn a quote that begins with a marker into an alert; of an unknown kind only if `any_kind` may be."""
    children = quote["children"]
    first = next((child for child in children if child["type"] != "blank_line"), None)
    if first is None or first["type"] != "paragraph":
        return
    match = _MARKER.match(first["text"])
    if match is None or not (any_kind or match[1].lower() in _KINDS):
        return
    name, fold = match[1].lower(), match[2]
    quote["type"] = "alert"
    quote["attrs"] = {"kind": _KINDS.get(name, "note"), "fold": fold}
    rest = first["text"][match.end() :]
    own = match[3].strip()
    # What GitHub knows too is called in the reader's language.
    called = "" if own or name not in SPOKEN else name
    title: Token = {
        "type": "alert_title",
        "text": own or name.capitalize(),
        "attrs": {"kind": called, "fold": fold},
    }
    if rest.strip():
        first["text"] = rest
    else:
        children.remove(first)
    children.insert(0, title)
