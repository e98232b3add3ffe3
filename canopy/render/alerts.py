"""GitHub's alerts: a quote that begins with `[!NOTE]`, `[!TIP]`, `[!IMPORTANT]`, `[!WARNING]`, `[!CAUTION]`.

The rest of the marker's line becomes the alert's title, as Obsidian has it.
"""

from __future__ import annotations

import re
from typing import Any

Token = dict[str, Any]

_MARKER = re.compile(
    r"[ \t]*\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][+-]?[ \t]*([^\n]*)(?:\n|\Z)", re.IGNORECASE
)


def make_alert(quote: Token) -> None:
    """Turn a quote that begins with a marker into an alert."""
    children = quote["children"]
    first = next((child for child in children if child["type"] != "blank_line"), None)
    if first is None or first["type"] != "paragraph":
        return
    match = _MARKER.match(first["text"])
    if match is None:
        return
    kind = match[1].lower()
    quote["type"] = "alert"
    quote["attrs"] = {"kind": kind}
    rest = first["text"][match.end() :]
    own = match[2].strip()
    title: Token = {"type": "alert_title", "text": own, "attrs": {"kind": "" if own else kind}}
    if rest.strip():
        first["text"] = rest
    else:
        children.remove(first)
    children.insert(0, title)
