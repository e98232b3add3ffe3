"""Jekyll's Liquid and kramdown's extensions, as far as they mean something without being run.

Nothing is evaluated: a text is never a template. What only shows or links is rewritten as markdown; of a
condition the first branch is shown; whatever else there is leaves a placeholder and a finding.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.content.dialects.calls import Call, guessed, known, read_call
from canopy.content.dialects.code import Code
from canopy.content.dialects.rewriting import Rewriter, Tag, fence, pair, scan
from canopy.content.wikilinks import POST, REF, private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.dialects.rewriting import Rewritten

_PAIRS = {"{%": "%}", "{{": "}}", "{::": "}", "{:/": "}"}
_VERBATIM = {
    "raw": re.compile(r"\{%-?\s{0,20}endraw\s{0,20}-?%\}"),
    "comment": re.compile(r"\{%-?\s{0,20}endcomment\s{0,20}-?%\}"),
    "::comment": re.compile(r"\{:/(?:comment)?\}"),
}
_WORD = re.compile(r"/?\w+")
_STRING = r"(?:\"([^\"]*)\"|'([^']*)')"
_URL_FILTER = re.compile(
    _STRING + r"\s*\|\s*(?:relative_url|absolute_url|url|prepend:\s*site\.(?:baseurl|url))\s*"
)
_LITERAL = re.compile(_STRING + r"\Z")
_APPENDED = re.compile(r"site\.(?:baseurl|url)\s*\|\s*append:\s*" + _STRING + r"\s*\Z")
_FILTERS = re.compile(r"\s*\|\s*(?:escape|xml_escape|strip|relative_url|absolute_url|default:[^|]*)\s*\Z")
_STRESSED = re.compile(r"\b(?:hl_lines|mark_lines)=[\"']?([\d ]{1,200})")
_BLOCKS = frozenset("for tablerow case capture".split())  # noqa: SIM905
_CONDITIONS = frozenset({"if", "unless"})
_BRANCHES = frozenset({"else", "elsif"})
_SILENT = frozenset("assign set increment decrement seo feed_meta toc break continue cycle".split())  # noqa: SIM905
_CURE = "write it as markdown, or take it out: content is never run as a template"


def rewrite(text: str, variables: Mapping[str, str]) -> Rewritten:
    """Return the text without Liquid; `variables` are what `{{ name }}` may show."""
    return _Liquid(text, variables).run()


class _Liquid:
    def __init__(self, text: str, variables: Mapping[str, str]) -> None:
        self._out = Rewriter(text)
        self._code = Code(text)
        self._variables = variables
        self._tags = list(scan(text, _PAIRS, _named, _VERBATIM))
        self._closing = pair(self._tags)
        self._opened = {close: start for start, close in self._closing.items()}
        self._ends = self._conditions()

    def run(self) -> Rewritten:
        index = 0
        while index < len(self._tags):
            tag = self._tags[index]
            close = self._closing.get(index)
            self._out.keep(tag.start)
            if tag.name == "raw" and close is not None:
                self._out.replace(tag.end)
                self._out.keep(self._tags[close].start)
                self._out.replace(self._tags[close].end)
                index = close
            elif tag.start not in self._code:
                index = self._replace(index, tag, close)
            index += 1
        return self._out.finished()

    def _replace(self, index: int, tag: Tag, close: int | None) -> int:
        """Replace one tag, or all of a block; return the index of the last tag that is dealt with."""
        out = self._out
        if tag.opener == "{{":
            self._output(tag)
        elif tag.opener.startswith("{:"):
            return self._extension(index, tag, close)
        elif tag.name == "comment" and close is not None:
            out.replace(self._tags[close].end)
            return close
        elif tag.name == "highlight" and close is not None:
            self._highlight(tag, self._tags[close])
            return close
        elif tag.name in _BLOCKS and close is not None:
            out.leave_out(self._tags[close].end, tag.name, f"{{% {tag.name} %}} is not run", _CURE)
            return close
        elif tag.name in _CONDITIONS and close is not None:
            out.report(f"{{% {tag.name} %}} is not evaluated: its first branch is shown", _CURE)
            out.replace(tag.end)
        elif tag.name in _BRANCHES:
            return self._branch(index, tag)
        elif index in self._opened:
            out.replace(tag.end)
        else:
            self._tag(tag)
        return index

    def _branch(self, index: int, tag: Tag) -> int:
        """Leave out the other branches of the condition that this one belongs to."""
        end = self._ends.get(index)
        if end is None:
            self._tag(tag)
            return index
        self._out.replace(self._tags[end].start)
        return end - 1

    def _conditions(self) -> dict[int, int]:
        """Return where the condition ends that a branch belongs to, by index."""
        ends: dict[int, int] = {}
        within: list[int] = []
        for index, tag in enumerate(self._tags):
            if within and within[-1] == index:
                within.pop()
            elif tag.name in _CONDITIONS and index in self._closing:
                within.append(self._closing[index])
            elif tag.name in _BRANCHES and within:
                ends[index] = within[-1]
        return ends

    def _tag(self, tag: Tag) -> None:
        out, rest = self._out, tag.inner[len(tag.name) :].strip()
        if tag.name in {"post_url", "link"} and rest:
            scheme, name = (
                (POST, rest) if tag.name == "post_url" else (REF, "/" + rest.strip("\"'").lstrip("/"))
            )
            out.replace(tag.end, out.link(private(scheme, name), rest))
        elif (shown := known(_call(tag.name, rest), out, tag.end)) is not None or (
            tag.name not in _SILENT and (shown := guessed(_call(tag.name, rest), out, tag.end)) is not None
        ):
            out.replace(tag.end, shown)
        elif tag.name in _SILENT:
            out.report(f"{{% {tag.name} %}} has no effect here", "take it out")
            out.replace(tag.end)
        else:
            shown = " ".join(tag.inner.split())[:60]
            out.leave_out(tag.end, tag.name.strip("/"), f"{{% {shown} %}} is not understood", _CURE)

    def _highlight(self, tag: Tag, close: Tag) -> None:
        out = self._out
        words = tag.inner.split()
        stressed = _STRESSED.search(tag.inner)
        info = words[1] if len(words) > 1 and re.fullmatch(r"[\w.+#-]{1,40}", words[1]) else ""
        info += f" {{{','.join(stressed[1].split())}}}" if stressed else ""
        code = out.text[tag.end : close.start]
        out.replace(close.end, fence(code, info, begins_line=out.begins_line()))

    def _output(self, tag: Tag) -> None:
        out = self._out
        expression = tag.inner.strip("- \t\n")
        known = self._known(expression)
        if known is None:
            shown = " ".join(expression.split())[:60]
            reason = f"{{{{ {shown} }}}} is not known here"
            out.leave_out(tag.end, expression.partition("|")[0].strip(), reason, _CURE)
        else:
            out.replace(tag.end, out.value(known))

    def _known(self, expression: str) -> str | None:
        """Return what an expression shows, if that can be told without evaluating it."""
        if (literal := _LITERAL.match(expression)) is not None:
            return literal[1] if literal[1] is not None else literal[2]
        if (path := _URL_FILTER.match(expression)) is not None and path.end() == len(expression):
            return path[1] if path[1] is not None else path[2]
        if (path := _APPENDED.match(expression)) is not None:
            return path[1] if path[1] is not None else path[2]
        for _ in range(3):
            filtered = _FILTERS.search(expression, max(0, len(expression) - 60))
            if filtered is None:
                break
            expression = expression[: filtered.start()]
        if expression in ("site.baseurl", "site.url") and (self._out.in_target() or self._out.in_tag()):
            return ""  # a link within the site begins at its top, wherever the site is
        return self._variables.get(expression)

    def _extension(self, index: int, tag: Tag, close: int | None) -> int:
        """Replace kramdown's `{::comment}`, `{::options /}`, `{::nomarkdown}`."""
        out = self._out
        if tag.name == "::comment" and close is not None:
            out.replace(self._tags[close].end)
            return close
        if tag.opener == "{:/" or tag.name in {"::nomarkdown", "::options", "::comment", "::"}:
            out.replace(tag.end)
        return index


def _call(name: str, rest: str) -> Call:
    """Return what a tag calls; `include` calls the file that it names."""
    call = read_call(name, rest)
    if name not in ("include", "include_relative", "include_cached") or not call.positional:
        return call
    file = call.positional[0].rpartition("/")[2].partition(".")[0]
    return Call(file, call.positional[1:], call.named)


def _named(tag: Tag) -> Tag:
    if tag.opener == "{{":
        return tag
    inner = tag.inner.strip("- \t\n") if tag.opener == "{%" else tag.inner
    word = _WORD.match(inner)
    name = word[0] if word else ""
    if tag.opener == "{::":
        name = "" if inner.endswith("/") and name != "options" else "::" + name
    elif tag.opener == "{:/":
        name = f"/::{name or 'comment'}"
    elif name.startswith("end") and name != "end":
        name = "/" + name[3:]
    return tag._replace(inner=inner, name=name)
