"""From the keys and values of a header to `FrontMatter`: each field of the table, read by its kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from canopy.content.dates import parse_date
from canopy.content.entries import Entries, texts
from canopy.content.fields import AUTHOR_URL, FIELDS, KNOWN, Kind, squeezed
from canopy.content.grammar import Grammar
from canopy.content.paths import is_clean, is_walkable, visible
from canopy.content.people import make_author, parse_authors, unique
from canopy.content.pictures import pictures_of
from canopy.content.prose import MAX_TITLE, shortened
from canopy.content.values import ORDERS, Author, FrontMatter
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime, tzinfo

    from canopy.content.fields import Field
    from canopy.content.grammar import Header

_ONE_TEXT = frozenset(
    {Kind.TEXT, Kind.MARKDOWN, Kind.SLUG, Kind.ADDRESS, Kind.TARGET, Kind.NAVIGATION, Kind.LITERAL}
)
_TEXTS = _ONE_TEXT | {Kind.PEOPLE, Kind.LIST, Kind.IMAGE}
TEXTS = {key: field.kind in _ONE_TEXT for field in FIELDS if field.kind in _TEXTS for key in field.keys}
"""The keys whose value is read as it is written; True for those that never hold a list."""

MAX_TAGS = 100
MAX_TEXT = 4000
MAX_WEIGHT = 10**9
_TRUE = frozenset({"true", "yes", "on", "1", "y"})
_FALSE = frozenset({"false", "no", "off", "0", "n"})
_TRUTHS = _TRUE | _FALSE
_HIDDEN_STATUS = frozenset({"draft", "private", "pending", "hidden", "skip"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_ORDER_WORDS = {order: order for order in ORDERS} | {
    "newest": "date", "update_date": "date", "none": "",
    "slug": "title", "title_bytes": "title", "permalink": "title",
}  # fmt: skip


def grammar(path: str, comments: bool) -> Grammar:
    """Return how the header of the file at `path` is to be read."""
    return Grammar(path, KNOWN, TEXTS, comments)


def interpret(
    header: Header, path: str, *, tradition: str = "", zone: tzinfo | None = None
) -> tuple[FrontMatter, list[Problem]]:
    """Return the fields that a header fills, and what is wrong with them.

    `tradition` is the name of the repository's convention, `zone` the site's time zone, if they are known.
    """
    if not header.values:
        return FrontMatter(), []
    entries = Entries(header, path, tradition, zone)
    found: dict[str, Any] = {
        field.name: _READERS[field.kind](entries, field) for field, names in _FILLED_BY if entries.have(names)
    }
    entries.report_slips()
    return FrontMatter(**found), entries.problems


def _title(entries: Entries, field: Field) -> str:
    return shortened(entries.text(field), MAX_TITLE)


def _markdown(entries: Entries, field: Field) -> str:
    text = entries.text(field, lines=True)
    # `excerpt: false` is a word to the template.
    return "" if text.lower() in ("true", "false") else text[:MAX_TEXT]


def _target(entries: Entries, field: Field) -> str:
    for key, value in entries.filled(field):
        first = next(texts(value), "")
        if first.lower() in _TRUTHS:
            continue  # al-folio's `redirect: true` is a word to its script
        if first:
            return " ".join(first.split())[:MAX_TEXT]
        entries.report(key, f"`{key}` is not a text", f"write `{key}: …` on one line")
    return ""


def _literal(entries: Entries, field: Field) -> str:
    for _, value in entries.filled(field):
        if isinstance(value, str):
            # In YAML's double quotes it has real line feeds already.
            return value.replace("\\n", "\n")[:100]
    return ""


def _listed(entries: Entries, field: Field) -> tuple[str, ...]:
    if field.name == "aliases":
        return tuple(dict.fromkeys(entries.strings(field)))[:MAX_TAGS]
    names = (visible(name).strip("\"'").lstrip("#").strip()[:100] for name in entries.strings(field))
    return tuple(dict.fromkeys(name for name in names if name and is_walkable("/" + name)))[:MAX_TAGS]


def _authors(entries: Entries, field: Field) -> tuple[Author, ...]:
    for key, value in entries.filled(field):
        found = unique(_people(entries, key, value if isinstance(value, list) else [value]))
        if len(found) == 1 and not found[0].url:
            url = next((u for k in _AUTHOR_URLS if isinstance(u := entries.value(k), str) and u), "")
            found = (make_author(found[0].name, url) or found[0],)
        if found:
            return found
    return ()


def _people(entries: Entries, key: str, values: list[object]) -> Iterator[Author]:
    for value in values[:MAX_TAGS]:
        if isinstance(value, str):
            yield from parse_authors(value)
        elif isinstance(value, list):
            yield from parse_authors(", ".join(texts(value)))  # `[[Name]]`, a link of Obsidian
        elif isinstance(value, dict):
            name = _first_text(value, "name", "login", "nick", "display_name")
            author = make_author(name, _first_text(value, "uri", "url", "link", "website", "homepage"))
            if author:
                yield author
            else:
                entries.report(key, "an author without a name", "give each author a `name`")


def _date(entries: Entries, field: Field) -> datetime | None:
    for key, value in entries.filled(field):
        shown = value if isinstance(value, str) else "…"
        if found := parse_date(shown, entries.zone):
            return found
        if squeezed(key) in ("published", "publish") and shown.strip().lower() in _TRUTHS:
            continue
        reason = f"`{key}: {' '.join(shown[:40].split())}` is not a date"
        if not any(problem.reason == reason for problem in entries.problems):
            entries.report(key, reason, "write it like 2016-05-04 or 2016-05-04 14:00")
    return None


def _slug(entries: Entries, field: Field) -> str:
    for key, value in entries.filled(field):
        if not isinstance(value, str) or (key == "permalink" and ("/" in value or ":" in value)):
            continue
        slug = value.strip().strip("/")
        if slug and is_walkable("/" + slug) and is_clean(slug):
            return slug[:300]
        entries.report(key, f"`{key}` cannot be part of an address", "use letters, digits and hyphens")
    return ""


def _address(entries: Entries, field: Field) -> str:
    for key, value in entries.filled(field):
        if not isinstance(value, str) or (key == "permalink" and ("/" not in value or ":" in value)):
            continue
        if "://" in value:
            continue  # where the page was taken from, or what it comments on
        url = "/" + value.strip().strip("/")
        if url == "/" or (is_walkable(url) and is_clean(url)):
            return url[:1000]
        entries.report(key, f"`{key}` is not a path of this site", f"write `{key}: /folder/name`")
    return ""


def _draft(entries: Entries, field: Field) -> bool:
    hidden = False
    for key, value in entries.filled(field):
        truth = value.strip().lower() if isinstance(value, str) else "?"
        match squeezed(key):
            case "status":
                hidden = hidden or truth in _HIDDEN_STATUS
            case "published" | "publish":
                hidden = hidden or truth in _FALSE
            case _ if truth in _TRUTHS:
                hidden = hidden or truth in _TRUE
            case _:
                reason = f"`{key}` is neither true nor false"
                entries.report(key, reason, f"write `{key}: true`", Severity.WARNING)
    return hidden


def _language(entries: Entries, field: Field) -> str:
    for key, value in entries.filled(field):
        tag = value.strip().partition(".")[0] if isinstance(value, str) else ""
        if _LANGUAGE.fullmatch(tag):
            return tag.replace("_", "-")
        if key == "lang":  # `language: Python` is about something else
            entries.report(key, f"`{key}` is not a language", f"write `{key}: en`", Severity.WARNING)
    return ""


def _number(entries: Entries, field: Field) -> int | None:
    for key, value in entries.filled(field):
        try:
            number = round(float(value)) if isinstance(value, str) else None
        except (ValueError, OverflowError):
            number = None
        if number is not None:
            # In Hugo nought is no weight.
            weighed = number or entries.tradition != "hugo"
            return max(-MAX_WEIGHT, min(number, MAX_WEIGHT)) if weighed else None
        if key == "weight":
            entries.report(key, "`weight` is not a number", "write `weight: 10`", Severity.WARNING)
    return None


def _order(entries: Entries, field: Field) -> str:
    for key, value in entries.filled(field):
        word = value.strip().lower() if isinstance(value, str) else "?"
        if word in _ORDER_WORDS:
            return _ORDER_WORDS[word]
        if not word.lstrip("-").replace(".", "", 1).isdigit():  # else it is a weight
            cure = f"write `{key}: title`; there are {', '.join(ORDERS)}"
            entries.report(key, f"`{key}` is no way to sort a section", cure, Severity.WARNING)
    return ""


def _menu(entries: Entries, field: Field) -> tuple[str, ...]:
    for _, value in entries.filled(field):
        if isinstance(value, str) and value.strip().lower() in _TRUTHS:
            return ("main",) if value.strip().lower() in _TRUE else ()
        if isinstance(value, dict):
            return tuple(value)[:MAX_TAGS]
        if isinstance(value, list):
            tables = (item for item in value if isinstance(item, dict))
            names = dict.fromkeys([*texts(value), *(name for table in tables for name in table)])
            return tuple(names)[:MAX_TAGS]
        return tuple(entries.strings(field))[:MAX_TAGS]
    return ()


def _navigation(entries: Entries, field: Field) -> str:
    if text := entries.text(field):
        return shortened(text, MAX_TITLE)
    for name in ("menu", "menus"):  # Hugo's `menu: {main: {name: Short}}`
        menus = entries.value(name)
        for entry in menus.values() if isinstance(menus, dict) else ():
            if isinstance(entry, dict) and (text := _first_text(entry, "name", "title")):
                return shortened(" ".join(text.split()), MAX_TITLE)
    return ""


def _image(entries: Entries, field: Field) -> str:
    pictures = (picture for _, value in entries.filled(field) for picture in pictures_of(value))
    return next(pictures, "")


def _first_text(table: Mapping[str, object], *names: str) -> str:
    return next((text for name in names if isinstance(text := table.get(name), str) and text.strip()), "")


_FILLED_BY = tuple(
    # A short title may stand in the menu's entry.
    (field, field.keys + (("menu", "menus") if field.kind is Kind.NAVIGATION else ()))
    for field in FIELDS
    if field.name != AUTHOR_URL
)
_AUTHOR_URLS = next(field.keys for field in FIELDS if field.name == AUTHOR_URL)

_READERS: Mapping[Kind, Callable[[Entries, Field], object]] = {
    Kind.TEXT: _title,
    Kind.MARKDOWN: _markdown,
    Kind.PEOPLE: _authors,
    Kind.LIST: _listed,
    Kind.DATE: _date,
    Kind.SLUG: _slug,
    Kind.ADDRESS: _address,
    Kind.TARGET: _target,
    Kind.DRAFT: _draft,
    Kind.LANGUAGE: _language,
    Kind.NUMBER: _number,
    Kind.ORDER: _order,
    Kind.MENU: _menu,
    Kind.NAVIGATION: _navigation,
    Kind.IMAGE: _image,
    Kind.LITERAL: _literal,
}
