"""Targets with spaces: `![](shots/Untitled 1.png)`, which kramdown takes and CommonMark shows as it is."""

from __future__ import annotations

import re

from canopy.content.dialects.code import Code

_SPACED = re.compile(
    r"\]\((?P<target>(?:https?://|\.{0,2}/)?[^\s()<>\"'`]{1,200}(?: [^\s()<>\"'`]{1,200}){1,30})\)"
)
_FILE = re.compile(
    r"\.(?:png|jpe?g|gif|webp|avif|svg|pdf|md|html?|mp4|webm|mp3|zip)(?:#\S*)?\Z", re.IGNORECASE
)


def with_angles(text: str) -> str:
    """Return the text with angles around the targets that are files and have spaces in them."""
    if "](" not in text:
        return text
    found = [match for match in _SPACED.finditer(text) if _FILE.search(match["target"])]
    if not found:
        return text
    code = Code(text)
    pieces, at = [], 0
    for match in found:
        if match.start() not in code:
            pieces += [text[at : match.start("target")], "<", match["target"], ">"]
            at = match.end("target")
    return "".join([*pieces, text[at:]])
