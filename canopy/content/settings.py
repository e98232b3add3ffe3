"""`canopy.toml` at the top of a repository: what its people say about their site, whatever its convention.

Every key is read by itself: one that cannot be understood is a problem, and the others count.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from canopy.address import site_address
from canopy.content.conventions import NAMES
from canopy.content.conventions.configs import language_tag, zone_of
from canopy.content.people import make_author, parse_authors
from canopy.content.toml import read_toml
from canopy.content.values import FEEDS, ORDERS, Person, SiteSettings
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from canopy.content.values import Author
    from canopy.git.values import Blob

FILE = "canopy.toml"
MAX_SIZE = 128 * 1024
MAX_TEXT = 500
MAX_FOOTER = 4000
MAX_ENTRIES = 200
_ACCENT = re.compile(r"#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")


class _Fault(Exception):
    """A value that is none, and the cure; `key` is the inner key that is to blame, where there is one."""

    def __init__(self, reason: str, cure: str, key: str = "") -> None:
        super().__init__(reason)
        self.reason, self.cure, self.key = reason, cure, key


def read_settings(blob: Blob | None) -> tuple[SiteSettings, tuple[Problem, ...]]:
    """Return what the file says, and what is wrong with it."""
    if blob is None:
        return SiteSettings(), ()
    text = blob.data[: MAX_SIZE + 1].decode("utf-8-sig", "replace").replace("\r\n", "\n")
    try:
        if len(text) > MAX_SIZE:
            raise ValueError("it is too long")
        table = read_toml(text)
    except (ValueError, RecursionError) as exc:
        return SiteSettings(), (_unreadable(blob.path, text, str(exc)),)
    values: dict[str, object] = {}
    problems = []
    for key, value in table.items():
        name = key.replace("-", "_").lower()
        try:
            if name not in _KEYS:
                raise _unknown(key)
            if isinstance(value, list | dict) and len(value) > MAX_ENTRIES:
                problems.append(_surplus(blob.path, _line(text, key), key, len(value)))
                value = _first(value)
            values[_NAMES.get(name, name)] = _KEYS[name](value)
        except _Fault as fault:
            line = (_line(text, fault.key) if fault.key else 0) or _line(text, key)
            reason = f"`{key[:40]}`: {fault.reason}"
            problems.append(Problem(blob.path, line, reason, fault.cure))
    return SiteSettings(**values), tuple(problems)  # type: ignore[arg-type]


def stronger(first: SiteSettings, second: SiteSettings) -> SiteSettings:
    """Return the settings of `first`, and those of `second` where it is silent."""
    empty = SiteSettings()
    silent = (f.name for f in fields(SiteSettings) if getattr(first, f.name) == getattr(empty, f.name))
    filled = replace(first, **{name: getattr(second, name) for name in silent})
    people = {**dict(second.authors), **dict(first.authors)}
    urls = dict.fromkeys((*first.own_urls, *second.own_urls))
    return replace(filled, authors=tuple(sorted(people.items())), own_urls=tuple(urls))


def _unreadable(path: str, text: str, reason: str) -> Problem:
    found = re.search(r"at line (\d{1,6})", reason)
    last = text.rstrip().count("\n") + 1 if "end of document" in reason else 0
    what = reason.partition(" (at ")[0][:100]
    cure = 'write `key = "value"` on each line'
    return Problem(path, int(found[1]) if found else last, f"not TOML: {what[:1].lower()}{what[1:]}", cure)


def _first(value: list[object] | dict[str, object]) -> object:
    if isinstance(value, list):
        return value[:MAX_ENTRIES]
    return dict(list(value.items())[:MAX_ENTRIES])


def _surplus(path: str, line: int, key: str, count: int) -> Problem:
    reason = f"`{key[:40]}`: only the first {MAX_ENTRIES} of {count:,} entries count"
    return Problem(path, line, reason, "take some out", Severity.WARNING)


def _unknown(key: str) -> _Fault:
    close = get_close_matches(key.lower(), _KEYS, 1)
    cure = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(sorted(_KEYS))}"
    return _Fault("no setting", cure)


def _line(text: str, key: str) -> int:
    """Return the line on which a key stands, 0 if it cannot be told."""
    name = re.escape(key[:200])
    alone = rf"^[ \t]*(?:\[{{1,2}}[ \t]*(?:[\w\"'-]+\.)?)?[\"']?{name}[\"']?[ \t]*(?:=|\.|\])"
    found = re.search(rf"{alone}|[{{,][ \t]*{name}[ \t]*=", text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else 0


def _text(limit: int, *, lines: bool = False) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str):
            raise _Fault("not a text", 'write it in quotes: `"…"`')
        if len(value) > limit:
            raise _Fault(f"longer than {limit} characters", "shorten it")
        return value.strip() if lines else " ".join(value.split())

    return read


def _language(value: object) -> str:
    text = _text(MAX_TEXT)(value)
    if text and not language_tag(text):
        raise _Fault(f"`{text[:40]}` is not a language", 'write it like "en" or "pt-BR"')
    return language_tag(text)


def _zone(value: object) -> str:
    text = _text(MAX_TEXT)(value)
    if text and zone_of(text) is None:
        raise _Fault(f"`{text[:40]}` is not a time zone", 'write it like "Europe/Paris"')
    return text


def _url(value: object) -> str:
    text = _text(MAX_TEXT)(value)
    try:
        return site_address(text) if text else ""
    except ValueError as exc:
        # The text may hold a password: it is not said again.
        raise _Fault(
            f"not the address of a site: {exc}", 'write it like "https://example.org/notes"'
        ) from exc


def _accent(value: object) -> str:
    match = _ACCENT.fullmatch(_text(MAX_TEXT)(value))
    if not match:
        raise _Fault("not a colour", 'write it like "#0a6e4f"')
    digits = match[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def _choice(*choices: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        text = _text(MAX_TEXT)(value).lower()
        if text not in choices:
            raise _Fault(f"`{text[:40]}` is not one of {', '.join(choices)}", "choose one of them")
        return text

    return read


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Fault("neither true nor false", "write true or false, without quotes")
    return value


def _feeds(value: object) -> tuple[str, ...]:
    if isinstance(value, bool):
        return FEEDS if value else ()
    items = value if isinstance(value, list) else [value]
    chosen = {_choice(*FEEDS)(item) for item in items}
    return tuple(name for name in FEEDS if name in chosen)


def _author(value: object) -> tuple[Author, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(author for item in items for author in parse_authors(_text(MAX_TEXT)(item)))


def _authors(value: object) -> tuple[tuple[str, Person], ...]:
    if isinstance(value, list):
        value = {
            item.get("name", str(place)) if isinstance(item, dict) else str(place): item
            for place, item in enumerate(value)
        }
    if not isinstance(value, dict):
        raise _Fault("not a table of people", 'write `[authors.me]` and below it `name = "…"`')
    return tuple(sorted((str(key), _person(str(key), entry)) for key, entry in value.items()))


def _person(key: str, entry: object) -> Person:
    if not isinstance(entry, dict):
        raise _Fault(f"the author `{key[:40]}` is not a table", f"write `[authors.{key[:40]}]` above", key)
    for inner in entry:
        if inner not in ("name", "url", "avatar"):
            close = get_close_matches(inner, ("name", "url", "avatar"), 1)
            cure = f"did you mean `{close[0]}`?" if close else "an author has name, url and avatar"
            raise _Fault(f"`{inner[:40]}` is nothing that an author has", cure, inner)
    read = _text(MAX_TEXT)
    author = make_author(read(entry.get("name", key)), read(entry.get("url", "")))
    if author is None:
        raise _Fault(f"the author `{key[:40]}` has no name", 'write `name = "…"`', key)
    return Person(author.name, author.url, read(entry.get("avatar", "")))


def _menu(value: object) -> tuple[tuple[str, str], ...]:
    if isinstance(value, dict):
        value = [{"title": title, "url": url} for title, url in value.items()]
    if not isinstance(value, list):
        raise _Fault("not a list", 'write `menu = ["posts", "about"]`')
    entries = []
    for item in value:
        if isinstance(item, str):
            entries.append(("", _text(MAX_TEXT)(item)))
        elif (
            isinstance(item, dict) and isinstance(target := item.get("url", item.get("page")), str) and target
        ):
            entries.append((_text(MAX_TEXT)(item.get("title", item.get("name", ""))), target.strip()))
        else:
            raise _Fault("an entry of the menu leads nowhere", 'write `{title = "About", url = "/about"}`')
    return tuple(entry for entry in entries if entry[1])


def _orders(value: object) -> tuple[tuple[str, str], ...]:
    if isinstance(value, str):
        value = {"/": value}
    if not isinstance(value, dict):
        raise _Fault("not a table of sections", 'write `[order]` and below it `"/posts" = "title"`')
    orders = {}
    for path, order in value.items():
        if order not in ORDERS:
            reason = f"the order of `{path[:60]}` is not one of {', '.join(ORDERS)}"
            raise _Fault(reason, "choose one of them", path)
        orders["/" + path.strip("/")] = str(order)
    return tuple(sorted(orders.items()))


_NAMES = {"order": "orders", "time_zone": "timezone"}
_KEYS: dict[str, Callable[[object], object]] = {
    "title": _text(MAX_TEXT),
    "description": _text(MAX_TEXT),
    "language": _language,
    "timezone": _zone,
    "time_zone": _zone,
    "base_url": _url,
    "author": _author,
    "authors": _authors,
    "menu": _menu,
    "accent": _accent,
    "footer": _text(MAX_FOOTER, lines=True),
    "order": _orders,
    "feeds": _feeds,
    "convention": _choice(*NAMES),
    "drafts": _truth,
    "start": _text(MAX_TEXT),
}
