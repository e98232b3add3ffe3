"""The links in a text, found without parsing it: what its author wrote, and where.

A reading of the whole text in linear time that knows the marks of links, and what is code. Not a parser: of
what it takes for a link, only what leads to a page of the site matters, and a mistake is a mention too many
or too few. It must not know where links lead.
"""

from __future__ import annotations

import re
from bisect import bisect
from typing import TYPE_CHECKING, NamedTuple

from canopy.content.dialects import DIALECTS, Idiom, understand
from canopy.content.dialects.code import Code
from canopy.content.prose import plain
from canopy.content.wikilinks import LINK, WIKI, name_in, private

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 2_000
"""Links of one text."""
_SIGN = re.compile(r"\]([(\]:])")
_TARGET = re.compile(
    r"\]\([ \t\n]{0,10}(?:<([^<>\n]{1,1000})>|([^\s()<>]{1,1000}(?:\([^\s()]{0,200}\)[^\s()<>]{0,500}){0,3}))"
    r"(?:[ \t\n]{1,10}(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'))?[ \t\n]{0,10}\)"
)
_DEFINITION = re.compile(r"\[([^\[\]\n]{1,200})\]:[ \t]{0,10}<?([^\s<>]{1,1000})")
_BRACKETS = re.compile(r"\[([^\[\]\n]{1,200})\]")
_NAMED = re.compile(LINK)
# Nothing that was read is given back: how else it could be read does not matter, and would take long.
_ELEMENT = re.compile(r"<a[ \n](?>[^<>]{0,500}?href=)[\"']?([^\"'\s<>]{1,1000}+)[^<>]{0,500}+>")
_NO_MENTION = ("#", "mailto:", "data:", "javascript:")
_LABEL = 500
"""Characters in which the beginning of a link is looked for, back from its target."""
_AROUND = 500
_PARAGRAPH = 4_000
_MOST_TICKS = 200
_SHOWN = 90
"""Characters of a sentence on either side of a link."""
_ITEM = re.compile(r"\s{0,40}(?:(?:[-*+>]|\d{1,9}[.)]|#{1,6})\s{1,20})+(?:\[[ xX]\]\s)?|\s{1,40}")
_NEW_BLOCK = re.compile(
    r"\s*(?:$|[-*+>]\s|\d{1,9}[.)]\s|#{1,6}\s|\||```|~~~|:::|!!![ \t]*\w|\?{3}\+?[ \t]*[\w\"]"
    r"|===[+!]{0,2}[ \t]+\"|\[[^\]]{1,200}\]:)"
)
_OF_DIALECTS = ("{", "%%", "<")
_Homes = tuple[str, ...] | None
_OPEN, _CLOSE = "\ue010", "\ue011"
# What Liquid writes before a path of the site itself.
_BASE = (("site.url", ""), ("site.baseurl", ""))


class Outlink(NamedTuple):
    """A link as it stands in a text."""

    target: str
    """As the author wrote it, or a name in its private form (`wikilinks`)."""
    start: int
    """Of all that makes the link; where it is defined elsewhere, of the place that uses it."""
    end: int
    label: str
    """The source of its words."""


def scanned(body: str, dialect: str) -> str:
    """Return the text in which links are looked for: the body, with what its dialect means by its calls."""
    if dialect not in DIALECTS or not any(sign in body for sign in _OF_DIALECTS):
        return body
    return understand(body, Idiom(dialect, _BASE)).text


def find_links(text: str, homes: tuple[str, ...] | None = None) -> tuple[Outlink, ...]:
    """Return the links of a text that may lead to a page of the site, in their order.

    `homes` are the beginnings of the site's own URLs, without scheme, in lower case; None: all URLs count.
    """
    # Most links lead elsewhere: to leave them out first saves a look at their words, and at what is code.
    kinds = [_KINDS[sign](text, homes) for sign in _signs(text)]
    found = [link for kind in kinds for link in kind]
    if len(kinds) > 1:
        found.sort(key=_place)
    return _outside_code(text, found[:MOST])


def _leads_in(target: str, homes: _Homes) -> bool:
    """Tell whether a link may lead to another page of the site."""
    if target[:8].lower().startswith(("http://", "https://")):
        return homes is None or target.partition("://")[2].lower().startswith(homes)
    return not target.startswith(_NO_MENTION)


def _signs(text: str) -> set[str]:
    """Return which kinds of links there may be, by what follows a bracket; `<` stands for elements."""
    # A single character is found much faster than two.
    found = {"<"} if "<" in text and "<a" in text else set()
    return found.union(_SIGN.findall(text))


def _place(link: Outlink) -> tuple[int, str]:
    return link.start, link.target


def _inline(text: str, homes: _Homes) -> Iterator[Outlink]:
    for match in _TARGET.finditer(text):
        target = match[1] or match[2]
        if not _leads_in(target, homes):
            continue
        at = match.start()
        start = text.rfind("[", max(0, at - _LABEL), at)
        if start >= 0:
            yield Outlink(target, start, match.end(), text[start + 1 : at])


def _by_name(text: str, _: _Homes) -> Iterator[Outlink]:
    for match in _NAMED.finditer(text):
        name = name_in(match["wiki_target"])
        if name:
            words = (match["wiki_words"] or "").strip() or match["wiki_target"].strip()
            yield Outlink(private(WIKI, name), match.start(), match.end(), words)


def _defined(text: str, homes: _Homes) -> Iterator[Outlink]:
    found = [m for m in _DEFINITION.finditer(text) if m[1][0] != "^" and _leads_in(m[2], homes)]
    names: dict[str, int] = {}
    for use in _BRACKETS.finditer(text) if found else ():
        names.setdefault(use[1], use.start())
    for match in found:
        yield _used(text, match, names[match[1]])


def _elements(text: str, homes: _Homes) -> Iterator[Outlink]:
    for match in _ELEMENT.finditer(text):
        if not _leads_in(match[1], homes):
            continue
        end = text.find("</a>", match.end(), match.end() + _LABEL)
        label = text[match.end() : end] if end >= 0 else ""
        yield Outlink(match[1], match.start(), end + 4 if end >= 0 else match.end(), label)


_KINDS = {"(": _inline, "]": _by_name, ":": _defined, "<": _elements}


def _outside_code(text: str, links: list[Outlink]) -> tuple[Outlink, ...]:
    """Return the links, which are in order, without those that an author only shows."""
    if not links:
        return ()
    ticks = _ticks(text, links[-1].start)
    code = Code(text) if ticks is None else None
    fences = [at for at in ticks or () if text.startswith("```", at) and text[at - 1 : at] != "`"]
    outside = []
    for link in links:
        start = link.start
        if code is None:
            before = bisect(ticks or (), start)
            line = text.rfind("\n", max(0, start - _PARAGRAPH), start) + 1
            plain_line = not text.startswith(("    ", "\t"), line)
            if plain_line and (not before or _is_text(text, ticks or [], before, fences, start)):
                outside.append(link)
                continue
            # Whether it is code takes a look at the whole text.
            code = Code(text)
        if start not in code:
            outside.append(link)
    return tuple(outside)


def _ticks(text: str, end: int) -> list[int] | None:
    """Return where code may begin or end; None where that is not so simple."""
    if ("~" in text and "~~~" in text) or ("<" in text and "<!--" in text):
        return None
    found: list[int] = []
    at = text.find("`", 0, end)
    while at >= 0:
        found.append(at)
        if len(found) > _MOST_TICKS:
            return None
        at = text.find("`", at + 1, end)
    return None if found and "````" in text else found


def _is_text(text: str, ticks: list[int], before: int, fences: list[int], start: int) -> bool:
    """Tell whether a place is surely no code: all fences are closed, its paragraph has no tick yet."""
    low = max(0, start - _PARAGRAPH)
    paragraph = text.rfind("\n\n", low, start)
    if paragraph < 0 and low:
        return False
    return ticks[before - 1] < paragraph and bisect(fences, start) % 2 == 0


def _used(text: str, match: re.Match[str], at: int) -> Outlink:
    """Return a link that is defined apart from its words, at the place `at` which has its name first."""
    name = f"[{match[1]}]"
    if at == match.start():
        return Outlink(match[2], match.start(), match.end(), "")
    start = text.rfind("[", max(0, at - _LABEL), at) if text[at - 1 : at] == "]" else at
    label = text[start + 1 : at - 1] if start < at else match[1]
    return Outlink(match[2], max(start, 0), at + len(name), label)


def excerpt(text: str, link: Outlink) -> tuple[str, str, str]:
    """Return the sentence around a link as plain text: before it, its words, after it.

    Nothing but the words where they stand alone, and where there is no sentence, as in a table.
    """
    begin, end = _block(text, link)
    label = link.label
    block = text[begin:end]
    if block.lstrip().startswith("|"):
        return "", plain(label, _SHOWN), ""
    marked = f"{text[begin : link.start]}{_OPEN}{label}{_CLOSE}{text[link.end : end]}"
    lines = [marked[match.end() :] if (match := _ITEM.match(marked)) else marked]
    sentence = plain(" ".join(lines), 3 * _AROUND)
    before, opened, rest = sentence.partition(_OPEN)
    words, closed, after = rest.partition(_CLOSE)
    if not opened or not closed:
        return "", plain(label, _SHOWN), ""
    return _ending(before), " ".join(words.split()), _beginning(after)


def _block(text: str, link: Outlink) -> tuple[int, int]:
    """Return where the paragraph or item around a link begins and ends, or some characters about it."""
    low, high = max(0, link.start - _AROUND), min(len(text), link.end + _AROUND)
    begin = link.start
    while begin > low:
        line = text.rfind("\n", low, begin) + 1
        if line == 0:
            begin = low
            break
        begin = line
        stop = text.find("\n", begin)
        if _NEW_BLOCK.match(text[begin : stop if stop >= 0 else None][:_AROUND]):
            break
        if line <= low + 1:
            break
        begin = line - 1
    end = text.find("\n", link.end, high)
    while 0 <= end < high:
        stop = text.find("\n", end + 1, high)
        if _NEW_BLOCK.match(text[end + 1 : stop if stop >= 0 else high]):
            break
        end = stop
    return begin, end if end >= 0 else high


def _ending(text: str) -> str:
    if len(text) <= _SHOWN:
        return text.lstrip()
    space = text.find(" ", len(text) - _SHOWN)
    return "…" + text[space + 1 if space >= 0 else len(text) - _SHOWN :]


def _beginning(text: str) -> str:
    if len(text) <= _SHOWN:
        return text.rstrip()
    space = text.rfind(" ", 0, _SHOWN)
    return text[: space if space > 0 else _SHOWN].rstrip(" ,;:–—-") + "…"
