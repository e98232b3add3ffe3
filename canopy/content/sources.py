"""From one blob to what it is: an article with its front matter, a file served as it is, or neither.

Depends on the file's path and bytes, the repository's convention, and the files that it includes, which are
named; so the result can be kept as long as those stay.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from canopy.content import dialects, prose
from canopy.content.claims import NOTHING, Claim, Kind, claim_article, claim_asset, claim_stand_in
from canopy.content.conventions.configs import language_tag
from canopy.content.dates import parse_date
from canopy.content.dialects.obsidian import inline_tags
from canopy.content.frontmatter import grammar, interpret
from canopy.content.headers import Header, read_header
from canopy.content.inclusions import Shelf, Shown
from canopy.content.mediatypes import OCTETS, PLAIN_TEXT
from canopy.content.paths import (
    TEXTS,
    asset_type,
    base_name,
    clean,
    extension,
    folded,
    is_foreign,
    is_hidden,
    is_walkable,
    may_carry_header,
    readable,
    served_type,
    stem,
)
from canopy.content.standins import instead_of, kind_of
from canopy.content.values import FrontMatter, Source
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.conventions import Convention, Spot
    from canopy.git.values import Blob

Origins = tuple[tuple[int, int], ...]
MAX_ARTICLE = 5 * 1024 * 1024
"""Bytes; a longer text is served as it is."""
MAX_PROBLEMS = 10
"""In one file; a header that is no header would have one in each line."""
_REDIRECT = re.compile(r"redirect:[ \t]*(\S[^\n]{0,2000})")
_FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
_GENERATING = re.compile(r"\{%-?\s{0,20}for\s|\{\{-?\s{0,20}content\b")
_MARKUP = re.compile(r"\{%[^%]{0,500}%\}|\{\{[^}]{0,500}\}\}|<[^<>]{0,500}>")
_DATED_FOLDERS = re.compile(r"/(\d{4})/(\d{2})/(\d{2})/")
_LISTING = re.compile(
    r"\b(?:paginator|page\.posts|collections\.\w+|site\.(?:posts|tags|categories|pages|documents))\b"
)
FEW = 12
"""Words with which a page says more than what its list is called."""
MAX_LIST = 60
"""Words around the loops of a page that is but a list; with more to read, the text is worth a page."""
_OWN_LISTS = re.compile(r"index|archive|blog|posts|tag|categor|feed|atom|rss|sitemap|search|404|page")
"""Beginnings of the names of templates for what Canopy has by itself."""
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class File:
    """One file of the snapshot, read."""

    blob: Blob
    path: str
    """Below the site's top, beginning with `/`."""
    claim: Claim
    source: Source | None = None
    """None for what is no article."""
    media_type: str = ""
    """Of an asset."""
    problems: tuple[Problem, ...] = ()
    draft: bool = False
    """Its author says that it is not for readers yet."""
    held: str = ""
    """Why readers do not see it, if they do not: one of `HELD`."""
    shown: Shown = ()
    """The files that it includes, or would."""


def read_file(
    blob: Blob, path: str, convention: Convention, others: Mapping[str, Blob] = MappingProxyType({})
) -> File:
    """Return what a blob is; never raises, whatever it holds. `others` are the files that it may include."""
    spot = convention.locate(path)
    if spot is None or is_hidden(spot.path):
        return File(blob, path, NOTHING)
    if not is_walkable(path) or not is_walkable(spot.path):
        problem = Problem(blob.path, 0, "a name that no address can hold", "rename the file")
        return File(blob, path, NOTHING, problems=(problem,))
    kind = served_type(spot.path) if spot.asset else asset_type(spot.path)
    if kind is None and not convention.exact and _is_programs(blob.data, spot.path):
        kind = PLAIN_TEXT
    if kind is not None and not _is_article(blob.data, spot, kind):
        return _asset(blob, path, replace(spot, path=spot.verbatim or spot.path), kind)
    if len(blob.data) > MAX_ARTICLE:
        size = f"{len(blob.data) / 1e6:.1f} MB"
        problem = Problem(blob.path, 0, f"{size} are too much for a page: shown as plain text", "split it")
        return replace(_asset(blob, path, spot, PLAIN_TEXT), problems=(problem,))
    decoded = _decode(blob)
    if decoded is None:
        return _asset(blob, path, spot, OCTETS)
    shelf = Shelf(others, blob.path)
    file = _article(blob, path, spot, convention, shelf, *decoded)
    return replace(file, shown=shelf.shown) if shelf.asked else file


def read_linked(
    blob: Blob, path: str, original: str, convention: Convention, others: Mapping[str, Blob]
) -> File:
    """Return what a symbolic link's path is; `original` is where the file itself lies below the site's top.

    A page has one address, to which the link's leads; a page whose own place is none of the site's is read at
    the link's. Other files are there under both names.
    """
    meant = replace(blob, path=blob.link, link="")
    own = replace(read_file(meant, path, convention, others), blob=blob)
    if own.claim.kind is not Kind.ARTICLE or not original:
        return own
    there = read_file(meant, original, convention)
    if there.claim.kind is not Kind.ARTICLE or there.draft:
        return own
    claim = own.claim
    address = clean(claim.folder) if claim.index else claim.address
    target = quote(there.claim.exact)
    return File(blob, path, replace(claim, kind=Kind.REDIRECT, address=address, aliases=(), redirect=target))


def _asset(blob: Blob, path: str, spot: Spot, kind: str) -> File:
    claim = claim_asset(path, spot)
    problems: tuple[Problem, ...] = ()
    if claim.exact != spot.path and not spot.path.isprintable():
        problems = (_unprintable(blob.path, claim.exact),)
    return File(blob, path, claim, media_type=kind, problems=problems)


def _unprintable(path: str, address: str) -> Problem:
    return Problem(
        path, 0, "control characters in a file's name", f"rename it; it is at {address}", Severity.WARNING
    )


def _is_programs(data: bytes, path: str) -> bool:
    """Tell whether a file whose type is not known is of a program, rather than a note."""
    return is_foreign(path) or (data.startswith(b"#!") and b"/" in data[:80] and not extension(path))


def _is_article(data: bytes, spot: Spot, kind: str) -> bool:
    """Tell whether a file of a type that is served as it is begins with a header, and so is a page."""
    if spot.asset or not may_carry_header(kind) or spot.path.startswith(("/static/", "/.well-known/")):
        return False
    begin = data[: 16 * 1024].removeprefix(codecs.BOM_UTF8).lstrip()
    if spot.template:
        return begin.startswith((b"---", b"+++"))
    if not begin.startswith(b"---"):
        return False
    # The original Canopy has articles of any name: those with a title are meant.
    text = begin.decode("utf-8", "replace").replace("\r\n", "\n")
    header = read_header(text, grammar(spot.path, comments=True))
    return header.present and bool({"title", "subject"} & header.values.keys())


def _decode(blob: Blob) -> tuple[str, list[Problem]] | None:
    """Return the text with line feeds only, and what was odd about it; None if it is not text."""
    data, problems = blob.data, []
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = data.decode("utf-16")
        except ValueError:
            return None
        problems.append(Problem(blob.path, 0, "encoded as UTF-16", "save it as UTF-8", Severity.WARNING))
    elif b"\0" in data:
        return None
    else:
        try:
            text = data.decode().lstrip("\ufeff")
        except UnicodeDecodeError as exc:
            if len(_BINARY.findall(data[:8192])) > len(data[:8192]) // 50:
                return None
            line = data.count(b"\n", 0, exc.start) + 1
            problems.append(
                Problem(blob.path, line, "not UTF-8: read as Latin-1", "save it as UTF-8", Severity.WARNING)
            )
            text = _western(data)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return None if "\0" in text else (text, problems)


def _western(data: bytes) -> str:
    # What the web calls Latin-1 is Windows-1252 (WHATWG Encoding): quotes where Latin-1 has controls.
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _article(
    blob: Blob,
    path: str,
    spot: Spot,
    convention: Convention,
    shelf: Shelf,
    text: str,
    problems: list[Problem],
) -> File:
    header = read_header(text, grammar(blob.path, convention.comments))
    header = _in_markdown(path, header, convention)
    header = _with_text(header, convention.joined(path, header.body))
    origins: Origins = ()
    whole = convention.expanded(header.body, shelf) if convention.includes(blob.data) else None
    if whole is not None:
        before = header.body_line - 1
        origins = tuple((own + before, line + before) for own, line in whole.origins)
        header = _with_text(header, whole.text)
    values = convention.fields(spot, header.values)
    placed = convention.placed(spot, values)
    if placed is None:
        return File(blob, path, NOTHING)
    spot = placed
    read = header if values is header.values else replace(header, values=dict(values))
    if (shown := convention.text(header.values, header.body)) != header.body:
        # The lines that were added have no place in the file: those of the header stand in for them.
        before = len(shown.split("\n")) - len(header.body.split("\n"))
        header = replace(header, body=shown, body_line=max(1, header.body_line - before))
    front, found = interpret(read, blob.path, tradition=convention.name, zone=convention.zone)
    if convention.name in ("obsidian", "logseq") and (tags := inline_tags(header.body)):
        front = replace(front, tags=tuple(dict.fromkeys((*front.tags, *tags))))
    if front.date is None and (date := spot.date or _placed(front.url or spot.path, convention)):
        front = replace(front, date=parse_date(date, convention.zone))
    if convention.headed and not front.title and (found_heading := prose.heading(header.body)):
        front = replace(front, title=prose.plain(found_heading.text, prose.MAX_TITLE))
    if spot.language and not front.language:
        front = replace(front, language=language_tag(spot.language))
    problems += header.problems + found
    made = "" if _is_text(path, spot, front, header.body) else _generated(spot, header.body)
    if made or spot.list or (front.layout and not header.body.strip() and _is_made_elsewhere(spot, front)):
        claim = claim_article(path, spot, front, convention, values)
        source = _source(blob, spot, convention, header, front)
        return _stand_in(File(blob, path, claim, source), made, spot.list)
    redirect = front.redirect or _bare_redirect(text, header, front, convention)
    claim = claim_article(path, spot, front, convention, values, redirect)
    if not path.isprintable():
        problems.append(_unprintable(blob.path, claim.exact))
    source = _source(blob, spot, convention, header, front, _few(problems), origins)
    return File(blob, path, claim, source, draft=front.draft or spot.draft)


def _placed(path: str, convention: Convention) -> str:
    """Return the date of the folders in which a page lies: `/2016/05/04/walk`."""
    match = None if convention.exact else _DATED_FOLDERS.search(path)
    return "-".join(match.groups()) if match else ""


def _in_markdown(path: str, header: Header, convention: Convention) -> Header:
    other = convention.translated(path, header.body)
    return header if other is None else replace(header, body=other.text, values=other.values | header.values)


def _with_text(header: Header, body: str) -> Header:
    return header if body is header.body else replace(header, body=body)


def _is_made_elsewhere(spot: Spot, front: FrontMatter) -> bool:
    """Tell whether a page without a text is but a place at which a theme shows a list, as `archives.md`."""
    if spot.post or front.redirect:
        return False
    return bool(_OWN_LISTS.match(base_name(spot.path).lower()) or instead_of(front.layout))


def _is_text(path: str, spot: Spot, front: FrontMatter, body: str) -> bool:
    """Tell whether a text is a page whatever loops are in it: a post, or one for which no list stands."""
    if spot.template or not spot.templates:
        return False
    name = base_name(path).lower()
    listing = kind_of(path, front.url, front) or _OWN_LISTS.match(name)
    words = prose.count_words(_MARKUP.sub(" ", body[: prose.MAX_SCAN]))
    return spot.post or (not listing and bool(front.title) and words >= FEW)


def _generated(spot: Spot, body: str) -> str:
    """Return why a text is no page but what a generator makes pages from; nothing if it is one."""
    begin = body[: prose.MAX_SCAN]
    if spot.template:
        filled = "{%" in begin and not _MARKUP.sub("", begin).strip()
        made = bool(filled or _GENERATING.search(begin))
    else:
        looped = spot.templates and "{%" in begin and _GENERATING.search(begin) and _LISTING.search(begin)
        made = bool(looped) and prose.count_words(_MARKUP.sub(" ", begin)) <= MAX_LIST
    return "a template that makes pages, not a page: it is left out" if made else ""


def _stand_in(file: File, why: str, kind: str) -> File:
    """Return a page that only makes a list: it is left out, and its address leads to the site's own list."""
    assert file.source is not None  # noqa: S101 - it has been read
    front, path = file.source.front, file.path
    instead = "" if front.draft else kind or kind_of(path, file.claim.address, front)
    problems: tuple[Problem, ...] = ()
    if why and front.title and not instead and not _OWN_LISTS.match(base_name(path).lower()):
        problems = (Problem(file.blob.path, 0, why, "write the page as markdown", Severity.WARNING),)
    return replace(file, claim=claim_stand_in(file.claim, instead), problems=problems)


def _few(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return the problems in order, so many as an author wants to read of one file."""
    ordered = sorted(problems)
    if len(ordered) > MAX_PROBLEMS:
        first = ordered[MAX_PROBLEMS - 1]
        more = f"{len(ordered) - MAX_PROBLEMS + 1} more problems from here"
        ordered[MAX_PROBLEMS - 1 :] = [
            Problem(first.path, first.line, more, "mend the first ones, then look again")
        ]
    return tuple(ordered)


def _bare_redirect(text: str, header: Header, front: FrontMatter, convention: Convention) -> str:
    """Return where a file without a usable header redirects to, as the original Canopy had it."""
    if header.present and (front.title or front.authors):
        return ""
    start = text.lstrip()
    if not start.startswith("redirect:") and not convention.redirects_anywhere:
        return ""
    begin = text[: prose.MAX_SCAN]
    fence = _FENCED.search(begin)
    match = _REDIRECT.search(begin, 0, fence.start() if fence else len(begin))
    if not match or begin[max(match.start() - 1, 0)] == "`":
        return ""
    target = match[1].strip()
    # A sentence that mentions redirects is not one: a target is an address, or a single word.
    return target if target.startswith(("/", "http://", "https://")) or len(target.split()) == 1 else ""


def _source(
    blob: Blob,
    spot: Spot,
    convention: Convention,
    header: Header,
    front: FrontMatter,
    problems: tuple[Problem, ...] = (),
    origins: Origins = (),
) -> Source:
    body, line = header.body, header.body_line
    title = front.title
    leading = prose.leading_heading(body)
    if not title:
        find = prose.heading
        if convention.called:
            find = prose.leading_heading if _is_index(base_name(stem(spot.path))) else prose.only_heading
        found = find(body)
        title = prose.plain(found.text, prose.MAX_TITLE) if found else _named(spot, convention)
    if leading and folded(prose.plain(leading.text, prose.MAX_TITLE)) == folded(title):
        body, line = body[leading.end :], line + leading.end_line
    stripped = body.lstrip("\n")
    data, start = _kept_once(stripped.encode(), blob.data)
    return Source(
        path=blob.path,
        blob_id=blob.id,
        front=front,
        data=data,
        start=start,
        body_line=line + len(body) - len(stripped),
        title=title,
        summary=front.abstract
        or _summary(
            stripped, front.separator or convention.separator, dialects.spoken(convention.name, blob.path)
        ),
        problems=problems,
        origins=origins if len(origins) > 1 else (),
    )


def _kept_once(body: bytes, data: bytes) -> tuple[bytes, int]:
    """Return bytes that end with the body, and where it begins: the file's own, if they do."""
    # They do not if the file has other line ends, or is not UTF-8.
    return (data, len(data) - len(body)) if data.endswith(body) else (body, 0)


def _summary(body: str, separator: str, dialect: str) -> str:
    # A tag or a comment of the tradition is nothing to read, and may be cut nowhere but at its end.
    return prose.summary(dialects.readable(body[: prose.MAX_SCAN], dialect), separator)


def _named(spot: Spot, convention: Convention) -> str:
    """Return the title of a page that has none: its file's name, of an index that of its folder."""
    path = spot.path
    if spot.date and not spot.name:
        return base_name(stem(path))
    name = spot.name or base_name(stem(path))
    if _is_index(name) and path.count("/") > 1:
        name = base_name(path[: path.rfind("/")])
    if extension(path) in (".txt", ".html", ".htm"):
        name = name.removesuffix(extension(path))
    verbatim = (convention.exact and extension(path) not in TEXTS) or (
        convention.called and not _is_index(name)
    )
    return prose.shortened(name if verbatim else readable(name), prose.MAX_TITLE)


def _is_index(name: str) -> bool:
    return name.lower() in ("index", "_index", "readme")
