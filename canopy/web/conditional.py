"""Which answer a request for a representation gets: its coding, 200, 206, 304, 412 or 416.

Sans-I/O: header fields in, status, header fields and body out. Source: RFC 9110, sections 12.5.3
(Accept-Encoding), 13 (conditional requests, evaluated in the order of 13.2.2) and 14 (ranges).
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from canopy.render.representation import Headers, Representation, Variant

_RANGE = re.compile(rb"bytes=\s*(\d{0,18})-(\d{0,18})\s*")
_QUALITY = re.compile(rb"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_WANTED = frozenset(
    {
        b"accept-encoding",
        b"if-match",
        b"if-none-match",
        b"if-modified-since",
        b"if-unmodified-since",
        b"if-range",
        b"range",
    }
)


def answer(
    representation: Representation, request: Iterable[tuple[bytes, bytes]]
) -> tuple[int, Headers, bytes]:
    """Return status, header fields and body of the answer to a GET; HEAD has the same without the body.

    `request` has lower-case names, as in ASGI. A field that cannot be parsed is ignored, as the RFC wants.
    """
    fields: dict[bytes, bytes] = {}
    for name, value in request:
        if name in _WANTED:
            fields[name] = fields[name] + b", " + value if name in fields else value
    ranged = representation.ranges and b"range" in fields
    variant = (
        representation.identity if ranged else _select(representation, fields.get(b"accept-encoding", b""))
    )
    if representation.status != 200:
        return representation.status, variant.headers, variant.body
    if len(fields) > (b"accept-encoding" in fields):
        status = _precondition(representation.modified, variant, fields)
        if status == 304:
            return 304, variant.not_modified, b""
        if status == 412:
            return 412, [*variant.not_modified, (b"content-length", b"0")], b""
        if ranged and _range_applies(representation.modified, variant, fields):
            return _partial(variant, fields[b"range"])
    return 200, variant.headers, variant.body


def _select(representation: Representation, accepted: bytes) -> Variant:
    """Return the smallest coding that the client accepts."""
    if accepted:
        for coding in codings(accepted):
            if coding == b"br" and representation.br is not None:
                return representation.br
            if coding == b"gzip" and representation.gzip is not None:
                return representation.gzip
            if coding == b"identity":
                break
    return representation.identity


@lru_cache(maxsize=256)
def codings(accepted: bytes) -> tuple[bytes, ...]:
    """Return br, gzip and identity, as far as an Accept-Encoding field admits them, the preferred first.

    With equal weights the smaller coding comes first. RFC 9110, 12.5.3: "*" stands for what is not named,
    a weight of 0 means "not acceptable", and identity is acceptable unless it is excluded.
    """
    weights: dict[bytes, float] = {}
    for item in accepted.lower().split(b","):
        coding, _, parameter = (part.strip() for part in item.partition(b";"))
        name, _, value = (part.strip() for part in parameter.partition(b"="))
        if parameter and (name != b"q" or not _QUALITY.fullmatch(value)):
            continue
        weights[b"gzip" if coding == b"x-gzip" else coding] = float(value) if parameter else 1.0
    rest = weights.get(b"*", 0.0)
    found = {b"br": weights.get(b"br", rest), b"gzip": weights.get(b"gzip", rest)}
    # A client that does not mention identity takes it when nothing better is there.
    found[b"identity"] = weights.get(b"identity", rest if b"*" in weights else 0.001)
    return tuple(sorted((c for c in found if found[c] > 0), key=lambda c: -found[c]))


def _precondition(modified: datetime | None, variant: Variant, fields: dict[bytes, bytes]) -> int:
    """Evaluate the preconditions in the order of RFC 9110, 13.2.2; return 200, 304 or 412."""
    if b"if-match" in fields:
        # "the strong comparison function" (13.1.1): a weak tag never matches.
        if not _matches(fields[b"if-match"], variant.etag, weak=False):
            return 412
    elif b"if-unmodified-since" in fields and modified is not None:
        since = _date(fields[b"if-unmodified-since"])
        if since is not None and modified > since:
            return 412
    if b"if-none-match" in fields:
        return 304 if _matches(fields[b"if-none-match"], variant.etag, weak=True) else 200
    if b"if-modified-since" in fields and modified is not None:
        since = _date(fields[b"if-modified-since"])
        if since is not None and modified <= since:
            return 304
    return 200


def _matches(field: bytes, etag: bytes, *, weak: bool) -> bool:
    if field.strip() == b"*":
        return True
    tags = (tag.strip() for tag in field.split(b","))
    return any(tag == etag or (weak and tag == b"W/" + etag) for tag in tags)


def _date(field: bytes) -> datetime | None:
    try:
        date = parsedate_to_datetime(field.decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        return None
    # "A recipient MUST ignore the field if the value is not a valid HTTP-date", which is always in GMT.
    return date if date.tzinfo is not None else None


def _range_applies(modified: datetime | None, variant: Variant, fields: dict[bytes, bytes]) -> bool:
    condition = fields.get(b"if-range")
    if condition is None:
        return True
    if condition.startswith(b'"'):
        return condition == variant.etag
    # 13.1.5: an HTTP-date must match exactly, and a weak entity tag never does.
    return modified is not None and _date(condition) == modified


def _partial(variant: Variant, field: bytes) -> tuple[int, Headers, bytes]:
    """Answer a single range; several ranges, which no reader of notes needs, get the whole (14.2)."""
    match = _RANGE.fullmatch(field)
    if match is None or not (match[1] or match[2]):
        return 200, variant.headers, variant.body
    length = len(variant.body)
    if match[1]:
        first, last = int(match[1]), min(int(match[2] or length - 1), length - 1)
        if match[2] and int(match[2]) < first:
            return 200, variant.headers, variant.body
    else:
        first, last = max(0, length - int(match[2])), length - 1
    if first > last:
        headers = [
            *variant.not_modified,
            (b"content-range", b"bytes */%d" % length),
            (b"content-length", b"0"),
        ]
        return 416, headers, b""
    body = variant.body[first : last + 1]
    headers = [(name, value) for name, value in variant.headers if name != b"content-length"]
    headers += [
        (b"content-length", b"%d" % len(body)),
        (b"content-range", b"bytes %d-%d/%d" % (first, last, length)),
    ]
    return 206, headers, body
