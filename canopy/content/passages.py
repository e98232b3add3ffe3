"""Notes that are shown within others, `![[Note]]` or `![](Note.md)`, and the passages of them that are meant.

A reading by lines, as good as it takes to find a heading or the name of a block. It must not know where notes
are, or what they look like.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from canopy.content.dialects.code import Code
from canopy.content.prose import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST = 50
"""Notes that one text shows."""
_SHOWN = re.compile(
    r"^[ \t>]{0,20}!(?:\[\[(?P<target>[^\[\]|\n]{1,300}?)(?:\\?\|[^\[\]\n]{0,300})?\]\]"
    r"|\[[^\[\]\n]{0,300}\]\(<?(?P<path>[^()<>\n]{1,500}?\.md(?:#[^()<>\n]{0,300})?)>?\))[ \t]*$",
    re.MULTILINE,
)
_AS_IMAGE = re.compile(r"!\[[^\[\]\n]{0,300}\]\(<?[^()<>\n]{1,500}?\.md[#>)]")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+([^\n]{1,500})$", re.MULTILINE)
_CLOSING = re.compile(r"[ \t]+#+[ \t]*\Z|\{#[^\s{}#]{1,100}\}[ \t]*\Z")
_ITEM = re.compile(r"([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]")


def may_show(text: str) -> bool:
    """Tell whether a text can show another note at all."""
    return "![" in text and ("![[" in text or _AS_IMAGE.search(text) is not None)


def shown_in(text: str) -> tuple[tuple[str, str], ...]:
    """Return name and part of each note that is shown in a line of its own, as the author wrote them."""
    if not may_show(text):
        return ()
    found: dict[tuple[str, str], None] = {}
    code: Code | None = None
    for match in _SHOWN.finditer(text):
        code = code or Code(text)
        if match.end() - 1 not in code:
            target = match["target"] or unquote(match["path"])
            name, _, part = target.partition("#")
            # Of `#Part#Inner` the last one is meant.
            found[name.strip(), part.rpartition("#")[2].strip()] = None
        if len(found) == MOST:
            break
    return tuple(found)


def headings(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield place, level and visible text of each heading with hashes, in order."""
    if "#" not in text:
        return
    code = Code(text)
    for match in _HEADING.finditer(text):
        if match.start() not in code:
            yield match.start(), len(match[1]), plain(_CLOSING.sub("", match[2]), 500)


def section(text: str, part: str, slug: Callable[[str], str]) -> str | None:
    """Return a heading with all that is below it; `slug` makes what links call it. None if there is none."""
    start, level = -1, 0
    for place, depth, words in headings(text):
        if start >= 0 and depth <= level:
            return text[start:place]
        if start < 0 and slug(words) == part:
            start, level = place, depth
    return text[start:] if start >= 0 else None


def block(text: str, name: str) -> str | None:
    """Return the paragraph, or the item with what is below it, that `^name` stands at the end of."""
    mark = re.search(rf"(?:^|(?<=[ \t]))\^{re.escape(name)}[ \t]*$", text, re.MULTILINE | re.IGNORECASE)
    if mark is None:
        return None
    line = text.rfind("\n", 0, mark.start()) + 1
    if not text[line : mark.start()].strip():
        # It stands below what it names: a table, a quotation, a list.
        end = len(text[:line].rstrip())
        return text[text.rfind("\n\n", 0, end) + 1 : end].strip("\n") or None
    end = text.find("\n", mark.end())
    end = len(text) if end < 0 else end
    item = _ITEM.match(text, line)
    if item is None:
        begin = text.rfind("\n\n", 0, mark.start())
        return text[begin + 1 if begin >= 0 else 0 : mark.start()].strip("\n")
    rows = [text[line : mark.start()]]
    for row in text[end + 1 :].splitlines():
        if row.strip() and len(row) - len(row.lstrip()) <= len(item[1]):
            break
        rows.append(row)
    return "\n".join(rows).rstrip()
