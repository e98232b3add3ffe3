"""Shortcodes of Hugo (`{{< x >}}`, `{{% x %}}`) and Zola (`{{ x() }}`, `{% x() %}…{% end %}`).

Those that everyone uses become the markdown they stand for; of the others, which only their own site knows,
what they enclose is shown, and a placeholder where they enclose nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from canopy.content.dialects.calls import Call, box, guessed, known, read_call, switched
from canopy.content.dialects.code import Code
from canopy.content.dialects.rewriting import LONGEST_TAG, Rewriter, Tag, fence, pair, scan
from canopy.content.prose import escaped
from canopy.content.wikilinks import REF, private

if TYPE_CHECKING:
    from canopy.content.dialects.rewriting import Rewritten

_HUGO_PAIRS = {"{{<": ">}}", "{{%": "%}}"}
_ZOLA_PAIRS = {"{{": "}}", "{%": "%}"}
_HUGO_NAME = re.compile(r"/?\s*([\w./-]{1,100})")
_ZOLA_CALL = re.compile(r"(\w{1,100})\s*\((.*)\)\Z", re.DOTALL)
_STRESSED = re.compile(r"hl_lines=[\"'\[]*([\d\s,-]{1,200})")
_CURE = "write it as markdown, or take it out: shortcodes of a site of its own are not known here"
_BOXES = frozenset(
    """accordion admonition alert aside attention block button callout card cardpane cards caution center
    centered column columns content cover danger details div expand feature grid hero hint html
    important info keyword lead left li link-card list markdown md note notice ol p pageinfo panel quote
    rawhtml right row section slide spoiler step steps tab tabitem tabpane tabs timeline timelineitem
    tip typeit ul warning wrap""".split()  # noqa: SIM905
)
"""What only encloses: its inside is all there is to read."""
_TABS = frozenset({"tab", "tabitem", "timelineitem", "step"})
_CODE = re.compile(r"highlight|mermaid|code\w*|[\w-]*-?code(?:-[\w-]*)?")


def rewrite_hugo(text: str) -> Rewritten:
    """Return the text without Hugo's shortcodes."""
    return _Shortcodes(text, list(scan(text, _HUGO_PAIRS, _hugo_named, {}))).run()


def rewrite_zola(text: str) -> Rewritten:
    """Return the text without Zola's shortcodes; braces that call nothing are the author's own."""
    return _Shortcodes(text, list(scan(text, _ZOLA_PAIRS, _zola_named, {}))).run()


class _Shortcodes:
    def __init__(self, text: str, tags: list[Tag]) -> None:
        self._out = Rewriter(text)
        self._code = Code(text)
        self._tags = tags
        self._closing = pair(tags)
        self._opened = set(self._closing.values())
        self._ends: dict[int, str] = {}
        """What stands for a closing tag, by index."""

    def run(self) -> Rewritten:
        index = 0
        while index < len(self._tags):
            tag = self._tags[index]
            self._out.keep(tag.start)
            if tag.inner.startswith("/*") and tag.inner.endswith("*/"):
                # An example of a shortcode, in code too: it is shown, without the comment's signs.
                closer = _HUGO_PAIRS.get(tag.opener) or _ZOLA_PAIRS[tag.opener]
                source = self._out.text[tag.start : tag.end]
                inner = source[len(tag.opener) : -len(closer)].strip()[2:-2]
                shown = f"{tag.opener}{inner}{closer}"
                self._out.replace(tag.end, shown if tag.start in self._code else _shown(shown))
            elif tag.start not in self._code:
                index = self._replace(index, tag)
            index += 1
        return self._out.finished()

    def _replace(self, index: int, tag: Tag) -> int:
        """Replace one tag, or all up to its end; return the index of the last tag that is dealt with."""
        out = self._out
        if tag.name.startswith("/"):
            if index not in self._opened:
                out.report(f"the end of a shortcode that was not begun: {tag.inner[:60]}", "take it out")
            out.replace(tag.end, self._ends.get(index, ""))
            return index
        call = _call(tag)
        close = self._closing.get(index)
        if close is not None and _CODE.fullmatch(call.name):
            self._highlight(call, tag, self._tags[close])
            return close
        if close is not None and switched(call):
            self._formula(call, tag, self._tags[close])
            return close
        shown = self._known(call, tag)
        if shown is not None:
            out.replace(tag.end, shown)
        elif close is None and switched(call):
            out.replace(tag.end)
        elif close is None and (shown := guessed(call, out, tag.end)) is not None:
            out.replace(tag.end, shown)
        elif close is None:
            out.leave_out(tag.end, call.name, f"the shortcode {call.name!r} is not known", _CURE)
        else:
            begin = self._box(call, close)
            if not begin and call.name.rpartition("/")[2].lower() not in _BOXES:
                out.report(f"the shortcode {call.name!r} is not known: what it encloses is shown", _CURE)
            out.replace(tag.end, begin)
        return index

    def _box(self, call: Call, close: int) -> str:
        """Return what begins the box that a call means, and note its end; nothing if it means none here."""
        if call.name.lower() in _TABS and (title := call.get("title", "name", "label", "header", "0")):
            return f"\n\n**{escaped(title)}**\n\n" if self._out.begins_line() else ""
        begin = box(call)
        end = self._tags[close].end
        after = self._out.text[end : end + LONGEST_TAG].partition("\n")[0]
        # In a list or within a sentence it would break apart what is around it.
        if begin is None or not self._out.at_margin() or after.strip():
            return ""
        self._ends[close] = "\n\n:::\n"
        return f"\n{begin}\n\n"

    def _known(self, call: Call, tag: Tag) -> str | None:
        """Return the markdown that a shortcode without an inside stands for."""
        if call.name in {"ref", "relref"} and (path := call.get("path", "0")):
            name, _, fragment = path.partition("#")
            return self._out.link(private(REF, name, fragment) if name else f"#{quote(fragment)}", path)
        return known(call, self._out, tag.end)

    def _formula(self, call: Call, tag: Tag, close: Tag) -> None:
        inner = self._out.text[tag.end : close.start].strip()
        mark = "$$" if "display" in (*call.positional, *call.named) or "\n" in inner else "$"
        self._out.replace(close.end, inner if inner.startswith(("$", "\\")) else f"{mark}{inner}{mark}")

    def _highlight(self, call: Call, tag: Tag, close: Tag) -> None:
        out = self._out
        language = call.name if call.name == "mermaid" else call.get("language", "lang", "0")
        info = language if re.fullmatch(r"[\w.+#-]{1,40}", language) else ""
        stressed = _STRESSED.search(tag.inner)
        lines = ",".join(stressed[1].replace(",", " ").split()) if stressed else ""
        info += f" {{{lines}}}" if lines else ""
        out.replace(close.end, fence(out.text[tag.end : close.start], info, begins_line=out.begins_line()))


def _hugo_named(tag: Tag) -> Tag:
    name = _HUGO_NAME.match(tag.inner)
    if name is None or tag.inner.startswith("/*"):
        return tag
    if tag.inner.startswith("/"):
        return tag._replace(name="/" + name[1])
    return tag._replace(name="" if tag.inner.endswith("/") else name[1])


def _zola_named(tag: Tag) -> Tag | None:
    if tag.inner.startswith("/*"):
        return tag
    if tag.opener == "{%" and tag.inner.strip("- ") in {"end", "endraw"}:
        return tag._replace(name="/body")
    inner = tag.inner.strip("- \n\t")
    if _ZOLA_CALL.match(inner) is None:
        return None
    return tag._replace(inner=inner, name="body" if tag.opener == "{%" else "")


def _call(tag: Tag) -> Call:
    inner = tag.inner.removesuffix("/").rstrip() if tag.opener in _HUGO_PAIRS else tag.inner
    match = _ZOLA_CALL.match(inner) if tag.opener in _ZOLA_PAIRS else None
    name = match[1] if match else (found[1] if (found := _HUGO_NAME.match(inner)) else "")
    return read_call(name, match[2] if match else inner[len(name) :])


def _shown(text: str) -> str:
    """Return markdown that shows braces and angles as they are."""
    return text.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_").replace("[", "\\[")
