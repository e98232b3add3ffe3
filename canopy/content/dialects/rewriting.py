"""A text while its templates' tags are replaced by markdown, and the tags themselves.

Linear: each character is looked at once for each kind of tag. The rewritten text remembers where each of its
lines comes from, so that whatever is found out about it is told of the line that the author knows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from canopy.content.prose import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

LONGEST_TAG = 2000
MOST_FINDINGS = 100
MOST_PLACEHOLDERS = 1000
_TAIL = 400
_NAME = re.compile(r"[\w./ -]{1,40}")


class Tag(NamedTuple):
    """One tag in a text."""

    start: int
    end: int
    opener: str
    inner: str
    """Between the signs, stripped."""
    name: str = ""
    """Of a tag that begins or ends something; a closing one begins with `/`."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text in plain markdown, and what there is to say about it."""

    text: str
    origins: tuple[tuple[int, int], ...] = ((1, 1),)
    """(line of this text, line of the original): from there on they count alike."""
    findings: tuple[tuple[int, str, str], ...] = ()
    """What is not shown as meant: line of the original, reason, cure."""

    def line(self, line: int) -> int:
        """Return the original's line of a line of this text; 0 stays 0."""
        if line <= 0:
            return line
        own, original = self.origins[bisect_right(self.origins, (line, 1 << 60)) - 1]
        return original + line - own


class Rewriter:
    """Builds a text from pieces of another one and from what takes their place."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.findings: list[tuple[int, str, str]] = []
        self._pieces: list[str] = []
        self._tail = ""
        self._line = self._own_line = 1
        self._origins = [(1, 1)]
        self._placeholders = 0

    def keep(self, end: int) -> None:
        """Take the original over up to `end`."""
        piece = self.text[self.at : end]
        lines = piece.count("\n")
        self._append(piece)
        self._line += lines
        self._own_line += lines
        self.at = end

    def replace(self, end: int, piece: str = "") -> None:
        """Put `piece` in the place of the original up to `end`."""
        dropped, put = self.text.count("\n", self.at, end), piece.count("\n")
        self._append(piece)
        self._line += dropped
        self._own_line += put
        if dropped != put:
            self._origins.append((self._own_line, self._line))
        self.at = end

    def insert(self, end: int, piece: str) -> None:
        """Put text of another file in the place of the original up to `end`; all of it counts as there."""
        line, own = self._line, self._own_line
        self._origins += [(own + number, line) for number in range(1, piece.count("\n") + 1)]
        self.replace(end, piece)
        self._origins.append((self._own_line, self._line))

    def leave_out(self, end: int, name: str, reason: str, cure: str) -> None:
        """Put a quiet placeholder in the place of the original up to `end`, and report it."""
        self.report(reason, cure)
        self._placeholders += 1
        label = _NAME.match(name)
        hidden = self.in_target() or self.in_tag() or self._placeholders > MOST_PLACEHOLDERS
        self.replace(end, "" if hidden else placeholder(label[0].strip() if label else "…"))

    def report(self, reason: str, cure: str) -> None:
        """Say that something at this place is not shown as its author meant it."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append((self._line, reason, cure))

    def value(self, text: str) -> str:
        """Return what shows a plain text at this place: in a sentence, a link's target or a tag of HTML."""
        if self.in_target():
            return quote(text, safe="/:#?&=%@+,;~!$'*")
        return escape(text) if self.in_tag() else escaped(text)

    def link(self, target: str, label: str) -> str:
        """Return a target where one is expected, and a link to it anywhere else."""
        if self.in_target() or self.in_tag():
            return target
        return f"[{escaped(label)}](<{target}>)"

    def in_target(self) -> bool:
        """Tell whether the text so far ends within the target of a link."""
        line = self._tail[self._tail.rfind("\n") + 1 :]
        opened = line.rfind("](")
        if opened >= 0 and not {" ", "\t", ")"} & set(line[opened + 2 :]):
            return True
        mark = line.rfind("]:")
        return mark >= 0 and line.lstrip().startswith("[") and " " not in line[mark + 2 :].strip()

    def in_tag(self) -> bool:
        """Tell whether the text so far ends within a tag of HTML."""
        opened = self._tail.rfind("<")
        following = self._tail[opened + 1 : opened + 2]
        return opened > self._tail.rfind(">") and following.isascii() and following.isalpha()

    def begins_line(self) -> bool:
        """Tell whether nothing but spaces stands before this place in its line."""
        return not self._tail[self._tail.rfind("\n") + 1 :].strip(" \t>")

    def at_margin(self) -> bool:
        """Tell whether nothing at all stands before this place in its line."""
        return not self._tail or self._tail.endswith("\n")

    def alone(self, end: int) -> bool:
        """Tell whether the line holds nothing but what ends at `end`."""
        rest = self.text[end : end + LONGEST_TAG].partition("\n")[0]
        return self.begins_line() and not rest.strip()

    def _append(self, piece: str) -> None:
        self._pieces.append(piece)
        self._tail = (self._tail + piece[-_TAIL:])[-_TAIL:]

    def finished(self) -> Rewritten:
        """Return the text with the rest of the original at its end."""
        self.keep(len(self.text))
        return Rewritten("".join(self._pieces), tuple(self._origins), tuple(self.findings))


def placeholder(name: str) -> str:
    """Return what stands for something that is not shown."""
    return f'<small class="left-out">&#91;{escape(name)}&#93;</small>'


def figure(src: str, alt: str, caption: str = "", link: str = "", title: str = "", size: str = "") -> str:
    """Return an image with its caption as HTML; `size` is ready attributes."""
    hint = f' title="{escape(title)}"' if title else ""
    image = f'<img src="{escape(src)}" alt="{escape(alt)}"{hint}{size}>'
    if link:
        image = f'<a href="{escape(link)}">{image}</a>'
    return (
        f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>"
        if caption
        else f"<figure>{image}</figure>"
    )


def fence(code: str, info: str, *, begins_line: bool) -> str:
    """Return a fenced block that holds the code whatever it contains."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    mark = "`" * max(3, longest + 1)
    first = "" if code.startswith("\n") else "\n"
    body = code.rstrip(" \t")
    last = "" if body.endswith("\n") else "\n"
    indent = code[len(body) :] if not last else ""
    before = "" if begins_line else "\n"
    return f"{before}{mark}{info}{first}{body}{last}{indent}{mark}"


def scan(
    text: str,
    pairs: Mapping[str, str],
    named: Callable[[Tag], Tag | None],
    verbatim: Mapping[str, re.Pattern[str]],
) -> Iterator[Tag]:
    """Yield the tags of a text in their order.

    `pairs` says which sign closes which; `named` gives a tag its name, or None if it is none; after one of
    the `verbatim` names nothing is a tag up to what ends it.
    """
    opening = re.compile("|".join(re.escape(sign) for sign in sorted(pairs, key=len, reverse=True)))
    closes = dict.fromkeys(pairs.values(), -1)
    endless: set[str] = set()
    position = 0
    while (match := opening.search(text, position)) is not None:
        position, closer = match.end(), pairs[match[0]]
        if closes[closer] < position:
            found = text.find(closer, position)
            closes[closer] = found if found >= 0 else len(text) + 1
        close = closes[closer]
        if close - match.start() > LONGEST_TAG or close > len(text):
            continue
        end = close + len(closer)
        tag = named(Tag(match.start(), end, match[0], text[position:close].strip()))
        if tag is None:
            continue
        yield tag
        position = end
        if tag.name in verbatim and tag.name not in endless:
            ending = verbatim[tag.name].search(text, end)
            position = ending.start() if ending else end
            endless |= set() if ending else {tag.name}


def pair(tags: Iterable[Tag]) -> dict[int, int]:
    """Return which tag each opening one is closed by, by index; unmatched ones are missing."""
    pairs: dict[int, int] = {}
    waiting: dict[str, list[int]] = {}
    for index, tag in enumerate(tags):
        if not tag.name.startswith("/"):
            waiting.setdefault(tag.name, []).append(index)
        elif stack := waiting.get(tag.name[1:]):
            pairs[stack.pop()] = index
    return pairs
