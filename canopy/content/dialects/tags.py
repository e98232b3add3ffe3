"""Tags of Hexo and GitBook: `{% codeblock lang:c %}…`, `{% hint style="info" %}…{% endhint %}`.

Those that everyone uses become the markdown they stand for; of the others, which only a theme or a plug-in
knows, what they enclose is shown, and a placeholder where they enclose nothing. Nothing is evaluated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canopy.content.dialects.calls import Call, known, read_call
from canopy.content.dialects.code import Code
from canopy.content.dialects.rewriting import Rewriter, Tag, fence, figure, pair, scan
from canopy.content.prose import escaped
from canopy.content.wikilinks import POST, private

if TYPE_CHECKING:
    from canopy.content.dialects.rewriting import Rewritten

_PAIRS = {"{%": "%}"}
_VERBATIM = {
    name: re.compile(rf"\{{%-?\s{{0,20}}end{name}\s{{0,20}}-?%\}}") for name in ("raw", "codeblock", "code")
}
_WORD = re.compile(r"[\w-]{1,50}")
_LANGUAGE = re.compile(r"\blang:([\w.+#-]{1,40})")
_STRESSED = re.compile(r"\bmark:([\d,-]{1,200})")
_FENCED = re.compile(r"\s*(?:```|~~~)")
_TAB = re.compile(r"<!--\s{0,9}tab\b([^\n]{0,200}?)-->")
_FILE = re.compile(r"[^\s]+\.[A-Za-z0-9]{2,5}\Z")
_BOXES = {"success": "tip", "primary": "note", "default": "note", "info": "note", "danger": "caution"}
_KINDS = frozenset({"note", "tip", "important", "warning", "caution"})
_QUOTES = frozenset({"blockquote", "quote", "pullquote", "centerquote", "cq"})
_CLEAR = frozenset(
    """tabs tab stepper step columns column content-ref embed file code details center gallery grid folding
    hideToggle updates update""".split()  # noqa: SIM905
)
"""What only encloses: its inside is all there is to read."""
_CURE = "write it as markdown, or take it out: tags of themes and plug-ins are not known here"


def rewrite(text: str) -> Rewritten:
    """Return the text without tags."""
    return _Tags(text).run()


class _Tags:
    def __init__(self, text: str) -> None:
        self._out = Rewriter(text)
        self._code = Code(text)
        self._tags = list(scan(text, _PAIRS, _named, _VERBATIM))
        self._closing = pair(self._tags)
        self._ends: dict[int, str] = {}
        """What stands for a closing tag, by index."""

    def run(self) -> Rewritten:
        index = 0
        while index < len(self._tags):
            tag = self._tags[index]
            self._keep(tag.start)
            if tag.start not in self._code:
                index = self._replace(index, tag, self._closing.get(index))
            index += 1
        self._keep(len(self._out.text))
        return self._out.finished()

    def _keep(self, end: int) -> None:
        """Take the original over, with the tabs that NexT writes as comments."""
        out = self._out
        for tab in _TAB.finditer(out.text, out.at, end):
            out.keep(tab.start())
            title = tab[1].partition("@")[0].strip()
            out.replace(tab.end(), f"**{escaped(title)}**" if title else "")
        out.keep(end)

    def _replace(self, index: int, tag: Tag, close: int | None) -> int:
        """Replace one tag, or all up to its end; return the index of the last tag that is dealt with."""
        out = self._out
        if tag.name.startswith("/"):
            out.replace(tag.end, self._ends.get(index, ""))
            return index
        call = read_call(tag.name, tag.inner[len(tag.name) :])
        if close is not None and tag.name == "raw":
            out.replace(tag.end)
            out.keep(self._tags[close].start)
            out.replace(self._tags[close].end)
            return close
        if close is not None and tag.name in ("codeblock", "code"):
            return self._codeblock(tag, close)
        if close is None:
            shown = self._single(call, tag)
            if shown is None:
                out.leave_out(tag.end, tag.name, f"the tag {{% {tag.name} %}} is not known", _CURE)
            else:
                out.replace(tag.end, shown)
            return index
        begin, self._ends[close] = self._around(call)
        out.replace(tag.end, begin)
        return index

    def _codeblock(self, tag: Tag, close: int) -> int:
        out, end = self._out, self._tags[close]
        inner = out.text[tag.end : end.start]
        if _FENCED.match(inner):  # GitBook's encloses a block that is one already
            out.replace(tag.end)
            out.keep(end.start)
            out.replace(end.end)
            return close
        language, stressed = _LANGUAGE.search(tag.inner), _STRESSED.search(tag.inner)
        info = language[1] if language else ""
        info += f" {{{stressed[1]}}}" if stressed else ""
        out.replace(end.end, fence(inner, info, begins_line=out.begins_line()))
        return close

    def _around(self, call: Call) -> tuple[str, str]:
        """Return what stands for the two ends of a pair."""
        if call.name in _QUOTES:
            who = " ".join(call.positional)
            return (
                "\n<blockquote>\n\n",
                f"\n\n— {escaped(who)}\n\n</blockquote>\n" if who else "\n\n</blockquote>\n",
            )
        if call.name in ("note", "hint", "admonition"):
            word = call.get("style", "type", "0")
            kind = _BOXES.get(word, word if word in _KINDS else "note")
            title = " ".join(call.positional[1:]) if "no-icon" not in call.positional else ""
            return f"\n::: {kind} {title}".rstrip() + "\n\n", "\n\n:::\n"
        if call.name == "tab" and (title := call.get("title", "0")):
            return f"\n\n**{escaped(title)}**\n\n", ""
        if call.name in ("embed", "file") and (url := call.get("url", "src")):
            return self._out.link(url, url.rpartition("/")[2] or url) + "\n\n", ""
        if call.name not in _CLEAR:
            self._out.report(f"the tag {{% {call.name} %}} is not known: what it encloses is shown", _CURE)
        return "", ""

    def _single(self, call: Call, tag: Tag) -> str | None:
        """Return the markdown for a tag without an inside; None if nobody can know."""
        out, words = self._out, call.positional
        if call.name in ("asset_img", "img", "image"):
            return _picture(words)
        if call.name in ("post_link", "post_path", "asset_path", "asset_link", "url_for") and words:
            post = call.name.startswith("post")
            target = private(POST, words[0]) if post else words[0]
            label = " ".join(word for word in words[1:] if word not in ("true", "false"))
            return out.link(target, label or words[0])
        if call.name in ("embed", "iframe", "file") and (url := call.get("url", "src", "0")):
            return out.link(url, url.partition("://")[2].rstrip("/") or url)
        if call.name in ("link", "button", "btn"):
            url = next((word for word in words if word.startswith(("/", "http"))), "")
            return out.link(url, " ".join(words[: words.index(url)]) or url) if url else None
        return known(call, out, tag.end)


def _picture(words: tuple[str, ...]) -> str | None:
    """Return a picture: classes, the file, width and height, title and description."""
    at = next((at for at, word in enumerate(words) if "/" in word or _FILE.match(word)), None)
    if at is None:
        return None
    rest = [word for word in words[at + 1 :] if not word.isdecimal()]
    sizes = [word for word in words[at + 1 : at + 3] if word.isdecimal()]
    size = "".join(f' {side}="{n}"' for side, n in zip(("width", "height"), sizes, strict=False))
    title = rest[0].strip("'") if rest else ""
    return figure(words[at], rest[1] if len(rest) > 1 else title, title, size=size)


def _named(tag: Tag) -> Tag | None:
    inner = tag.inner.strip("- \t\n")
    word = _WORD.match(inner)
    if word is None:
        return None
    name = word[0]
    closing = name.startswith("end") and len(name) > 3
    return tag._replace(inner=inner, name="/" + name[3:] if closing else name)
