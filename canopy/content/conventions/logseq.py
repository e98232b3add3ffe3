"""Logseq's graphs: notes in `pages/`, a journal in `journals/`, settings in `logseq/config.edn`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import unquote

from canopy.content.conventions.convention import Convention, Found, Spot, is_litter
from canopy.content.markups import logseq, org
from canopy.content.markups.logseq import IDENTIFIER, PROPERTY, Block
from canopy.content.markups.writing import Translated
from canopy.content.paths import TEXTS, base_name, extension, stem
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.conventions.convention import Tree

_CONFIG = "logseq/config.edn"
_OWN = ("/logseq/", "/whiteboards/", "/draws/", "/.recycle/")
_DAY = re.compile(r"(\d{4})[_-](\d{2})[_-](\d{2})\Z")
_COMMENT = re.compile(r"^[ \t]*;.*$", re.MULTILINE)
_TEXT = re.compile(r'"((?:[^"\\]|\\.){0,300})"')
_ID = re.compile(rb"^[ \t]*id:: (" + IDENTIFIER.encode() + rb")[ \t]*\r?$", re.MULTILINE)
_USE = re.compile(rb"\(\((" + IDENTIFIER.encode() + rb")\)\)")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PAIR = re.compile(r'"((?:[^"\\]|\\.){1,100})"\s+"((?:[^"\\]|\\.){0,1000})"')
_TOKEN = re.compile(r"yyyy|MMMM|MMM|MM|dd|do|d|EEEE|EEE|EE|E")
_USUAL = "MMM do, yyyy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logseq(Convention):
    """A graph: pages by their names, journals by their days."""

    name: str = "logseq"
    called: bool = True
    hidden: tuple[str, ...] = ()
    """Folders and files that its settings hide, each beginning with a slash."""
    journals: bool = True
    days: str = _USUAL
    """How the days of the journal are called, in the tokens of its settings."""
    blocks: Mapping[str, Block] = field(default_factory=dict)
    """The blocks that are referred to, by their identifiers."""
    macros: Mapping[str, str] = field(default_factory=dict)
    """What the graph's own commands stand for."""

    def locate(self, path: str) -> Spot | None:
        """Return a page at its name, whose parts are folders, and a day of the journal at its date."""
        if is_litter(path) or path.startswith(_OWN) or path.startswith(self.hidden):
            return None
        folder, _, name = path[1:].rpartition("/")
        if extension(path) not in TEXTS or folder not in ("pages", "journals"):
            return Spot(path)
        if folder == "pages":
            return Spot(
                "/"
                + "/".join(part.strip() for part in _page(path).split("/") if part.strip())
                + extension(name)
            )
        day = _DAY.match(stem(name))
        if not self.journals:
            return None
        return (
            Spot(f"/journals/{'-'.join(day.groups())}{extension(name)}", date="-".join(day.groups()))
            if day
            else Spot(path)
        )

    def translated(self, path: str, body: str) -> Translated | None:
        """Return a note in markdown, called as its graph calls it."""
        if extension(path) == ".org":
            other = org.translate(body)
            return Translated(other.text, {"title": self.called_so(path)} | other.values)
        if extension(path) not in TEXTS:
            return None
        found = logseq.translate(body, self.blocks, self.macros)
        title = self.called_so(path)
        values = {"title": title} | found.values
        if path.startswith("/journals/") and title != _page(path):
            aliases = found.values.get("aliases", [])
            values["aliases"] = [title, *(aliases if isinstance(aliases, list) else [])]
        return Translated(found.text, values)

    def called_so(self, path: str) -> str:
        """Return the name of the note at a path."""
        name = _page(path)
        day = _DAY.match(name) if path.startswith("/journals/") else None
        try:
            return _written(date(*map(int, day.groups())), self.days) if day else name
        except ValueError:
            return name


def _page(path: str) -> str:
    """Return what a file's name stands for: `a___b` and `a%2Fb` are `a/b`."""
    return unquote(base_name(stem(path)).replace("___", "/"))


def _written(day: date, pattern: str) -> str:
    ending = "th" if 10 < day.day % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    words = {
        "yyyy": f"{day.year:04}",
        "MMMM": _MONTHS[day.month - 1],
        "MMM": _MONTHS[day.month - 1][:3],
        "MM": f"{day.month:02}",
        "dd": f"{day.day:02}",
        "do": f"{day.day}{ending}",
        "d": str(day.day),
        "EEEE": _DAYS[day.weekday()],
    }
    return _TOKEN.sub(lambda m: words.get(m[0], _DAYS[day.weekday()][:3]), pattern)


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    if "pages" in tree.folders or "journals" in tree.folders:
        if tree.get(_CONFIG) is not None:
            return f"{_CONFIG} is there, and notes in pages/ or journals/"
        if (
            any(_DAY.match(base_name(stem(path))) for path in tree.inside("journals"))
            and "pages" in tree.folders
        ):
            return "pages/ and journals/ of days are there"
    return ""


def read(tree: Tree, why: str) -> Found:
    """Return the graph with what its settings say."""
    text = _COMMENT.sub("", (tree.text(_CONFIG) or "")[:50_000])
    hidden = _TEXT.findall(_value(text, "hidden", "[", "]"))
    days = _TEXT.match(_value(text, "journal/page-title-format"))
    convention = Logseq(
        hidden=tuple("/" + item.strip("/") for item in hidden if item.strip("/")),
        journals=not _value(text, "feature/enable-journals?").startswith("false"),
        days=days[1] if days else _USUAL,
        blocks=_blocks(tree),
        macros=dict(_PAIR.findall(_value(text, "macros", "{", "\n\n"))),
    )
    start = _TEXT.search(_value(text, "default-home", "{", "}"))
    home = _file(tree, start[1]) if start else ""
    return Found(convention, why, SiteSettings(start=home))


def _value(text: str, key: str, begin: str = "", end: str = "\n") -> str:
    """Return what stands behind a keyword of the settings, up to a sign."""
    found = re.search(rf":{re.escape(key)}\s+{re.escape(begin)}", text)
    if found is None:
        return ""
    return text[found.end() : found.end() + 2000].partition(end)[0]


def _file(tree: Tree, name: str) -> str:
    """Return the file of a page by its name, below the graph's top."""
    wanted = name.casefold()
    return next((path for path in tree.inside("pages") if _page(path).casefold() == wanted), "")


def _blocks(tree: Tree) -> dict[str, Block]:
    """Return the blocks that notes refer to."""
    notes = [
        blob
        for path in tree.blobs
        if path.startswith(tree.prefix) and path.endswith(".md") and (blob := tree.look(path))
    ]
    used = {identifier for note in notes if b"((" in note.data for identifier in _USE.findall(note.data)}
    found: dict[str, Block] = {}
    for note in notes if used else ():
        name = _page("/" + note.path)
        for match in _ID.finditer(note.data):
            if match[1] in used:
                found[match[1].decode()] = Block(name, _above(note.data, match.start()))
    return found


def _above(data: bytes, end: int) -> str:
    """Return the first line of the block of which the property at `end` is."""
    for line in reversed(data[max(0, end - 4000) : end].decode("utf-8", "replace").splitlines()):
        text = line.strip()
        if text and not PROPERTY.match(line):
            return text.removeprefix("- ").lstrip("# ").removeprefix("TODO ").removeprefix("DONE ")[:300]
    return ""
