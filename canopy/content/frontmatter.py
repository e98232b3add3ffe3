"""What the keys of a header mean: the one table of fields, and how each kind of value is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.dates import parse_date
from canopy.content.headers import Grammar
from canopy.content.paths import is_walkable
from canopy.content.people import make_author, parse_authors, unique
from canopy.content.prose import MAX_TITLE, shortened
from canopy.content.values import Author, FrontMatter
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from canopy.content.headers import Header


@dataclass(frozen=True, slots=True)
class Field:
    """One field of `FrontMatter` and the keys that fill it, the strongest first."""

    name: str
    kind: str
    keys: tuple[str, ...]
    meaning: str


FIELDS = (
    Field("title", "text", ("title", "subject"), "the title"),
    Field(
        "authors",
        "people",
        ("authors", "author"),
        "who wrote it: names, `[Name](url)`, or maps of name and uri",
    ),
    Field("tags", "list", ("tags", "tag"), "comma-separated or a list"),
    Field(
        "abstract", "markdown", ("abstract", "description", "summary", "excerpt"), "a summary, in markdown"
    ),
    Field(
        "date",
        "date",
        ("date", "published", "publishdate", "publish_date", "created"),
        "when it was published",
    ),
    Field(
        "updated", "date", ("updated", "lastmod", "last_modified_at", "modified"), "when it was last changed"
    ),
    Field("slug", "slug", ("slug", "permalink"), "the last part of the address"),
    Field("url", "address", ("url", "permalink"), "the whole address, from the first slash"),
    Field("aliases", "list", ("aliases", "alias", "redirect_from"), "old addresses that lead here"),
    Field("redirect", "target", ("redirect", "redirect_to"), "the file only leads there"),
    Field("draft", "truth", ("draft",), "true: not published"),
    Field("language", "language", ("lang", "language"), "the language, as `en` or `pt-BR`"),
)
AUTHOR_URL = ("author_url", "author_uri")
"""Keys that give a sole author's address."""
PUBLISHED = ("published", "publish")
"""Keys that are a truth value in some traditions: false makes a draft."""

_TEXT_KINDS = frozenset({"text", "markdown", "slug", "address", "target"})
TEXTUAL = {
    key: field.kind in _TEXT_KINDS
    for field in FIELDS
    if field.kind not in ("date", "truth", "language")
    for key in field.keys
} | dict.fromkeys(AUTHOR_URL, True)
"""The keys whose value is read as it is written; True for those that never hold a list."""

MAX_TAGS = 100
MAX_TEXT = 4000
_TRUE = frozenset({"true", "yes", "on", "1", "y"})
_FALSE = frozenset({"false", "no", "off", "0", "n", ""})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


def grammar(path: str, comments: bool) -> Grammar:
    """Return how the header of the file at `path` is to be read."""
    return Grammar(path, TEXTUAL, comments)


def interpret(header: Header, path: str) -> tuple[FrontMatter, list[Problem]]:
    """Return the fields that a header fills, and what is wrong with them."""
    if not header.values:
        return FrontMatter(), []
    reader = _Reader(header, path)
    front = FrontMatter(
        title=shortened(reader.text("title"), MAX_TITLE),
        authors=reader.authors(),
        tags=reader.tags(),
        abstract=reader.text("abstract", lines=True)[:MAX_TEXT],
        date=reader.date("date"),
        updated=reader.date("updated"),
        slug=reader.slug(),
        url=reader.url(),
        aliases=tuple(dict.fromkeys(reader.strings("aliases")))[:MAX_TAGS],
        redirect=reader.text("redirect")[:MAX_TEXT],
        draft=reader.draft(),
        language=reader.language(),
    )
    return front, reader.problems


class _Reader:
    """Reads one header's values by the names of `FIELDS`."""

    __slots__ = ("_header", "_path", "problems")

    _keys = {field.name: field.keys for field in FIELDS}  # noqa: RUF012 - a constant

    def __init__(self, header: Header, path: str) -> None:
        self._header = header
        self._path = path
        self.problems: list[Problem] = []

    def _report(self, key: str, reason: str, cure: str, severity: Severity = Severity.ERROR) -> None:
        self.problems.append(Problem(self._path, self._header.lines.get(key, 0), reason, cure, severity))

    def _filled(self, name: str) -> Iterator[tuple[str, object]]:
        values = self._header.values
        for key in self._keys[name]:
            if (value := values.get(key)) not in (None, "", [], {}):
                yield key, value

    def text(self, name: str, *, lines: bool = False) -> str:
        for key, value in self._filled(name):
            if isinstance(value, str):
                return value.strip() if lines else " ".join(value.split())
            self._report(key, f"`{key}` is not a text", f"write `{key}: …` on one line")
        return ""

    def strings(self, name: str) -> list[str]:
        for key, value in self._filled(name):
            if isinstance(value, str):
                return [part for piece in value.strip("[]").split(",") if (part := " ".join(piece.split()))]
            if isinstance(value, list):
                return [" ".join(item.split()) for item in value if isinstance(item, str) and item.strip()]
            self._report(key, f"`{key}` is not a list", f"write `{key}: one, two`")
        return []

    def tags(self) -> tuple[str, ...]:
        names = (tag.strip("\"'").lstrip("#").strip()[:100] for tag in self.strings("tags"))
        return tuple(dict.fromkeys(tag for tag in names if tag and is_walkable("/" + tag)))[:MAX_TAGS]

    def authors(self) -> tuple[Author, ...]:
        for key, value in self._filled("authors"):
            found = unique(self._people(key, value if isinstance(value, list) else [value]))
            if len(found) == 1 and not found[0].url:
                url = next((u for k in AUTHOR_URL if isinstance(u := self._header.values.get(k), str)), "")
                found = (make_author(found[0].name, url) or found[0],)
            if found:
                return found
        return ()

    def _people(self, key: str, values: list[object]) -> Iterator[Author]:
        for value in values[:MAX_TAGS]:
            if isinstance(value, str):
                yield from parse_authors(value)
            elif isinstance(value, dict):
                name = value.get("name") or value.get("login") or value.get("nick") or ""
                url = value.get("uri") or value.get("url") or value.get("link") or value.get("website") or ""
                author = (
                    make_author(name, url if isinstance(url, str) else "") if isinstance(name, str) else None
                )
                if author:
                    yield author
                else:
                    self._report(key, "an author without a name", "give each author a `name`")

    def date(self, name: str) -> datetime | None:
        for key, value in self._filled(name):
            if isinstance(value, str):
                if found := parse_date(value):
                    return found
                if key in PUBLISHED and value.strip().lower() in _TRUE | _FALSE:
                    continue
            shown = value if isinstance(value, str) else "…"
            reason = f"`{key}: {' '.join(shown[:40].split())}` is not a date"
            self._report(key, reason, "write it like 2016-05-04 or 2016-05-04 14:00")
        return None

    def slug(self) -> str:
        for key, value in self._filled("slug"):
            if not isinstance(value, str) or (key == "permalink" and ("/" in value or ":" in value)):
                continue
            slug = value.strip().strip("/")
            if slug and is_walkable("/" + slug) and slug.isprintable():
                return slug[:300]
            self._report(key, f"`{key}` cannot be part of an address", "use letters, digits and hyphens")
        return ""

    def url(self) -> str:
        for key, value in self._filled("url"):
            if not isinstance(value, str) or (key == "permalink" and ("/" not in value or ":" in value)):
                continue
            url = "/" + value.strip().strip("/")
            if "://" not in url and is_walkable(url) and url.isprintable():
                return url[:1000]
            self._report(key, f"`{key}` is not a path of this site", f"write `{key}: /folder/name`")
        return ""

    def draft(self) -> bool:
        for key, value in self._filled("draft"):
            truth = value.strip().lower() if isinstance(value, str) else "?"
            if truth not in _TRUE | _FALSE:
                self._report(
                    key, "`draft` is neither true nor false", "write `draft: true`", Severity.WARNING
                )
            return truth in _TRUE
        values = (self._header.values.get(key) for key in PUBLISHED)
        return any(isinstance(value, str) and value.strip().lower() in _FALSE - {""} for value in values)

    def language(self) -> str:
        for key, value in self._filled("language"):
            if isinstance(value, str) and _LANGUAGE.fullmatch(value.strip()):
                return value.strip().replace("_", "-")
            self._report(key, f"`{key}` is not a language", f"write `{key}: en`", Severity.WARNING)
        return ""
