"""The bytes of one resource, ready to be sent: each content coding with its own strong entity tag.

Source: RFC 9110, 8.8.3 (a strong entity tag differs between codings) and 12.5.3 (Accept-Encoding).
This file knows bytes and header fields, not a server or a framework.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING

import brotli

if TYPE_CHECKING:
    from datetime import datetime

Headers = list[tuple[bytes, bytes]]

_MINIMUM = 256
"""Below so many bytes a coded body is not smaller in the end."""
_COMPRESSIBLE = (
    "text/",
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "application/xml",
    "application/atom+xml",
    "application/rss+xml",
    "application/feed+json",
    "image/svg+xml",
    "font/ttf",
)


@dataclass(frozen=True, slots=True)
class Body:
    """What a worker makes of a resource: the bytes in each coding, None where coding does not pay."""

    identity: bytes
    gzip: bytes | None
    br: bytes | None
    tag: str
    """The base of the entity tags: a digest of the bytes."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One coding of a resource."""

    etag: bytes
    body: bytes
    headers: Headers
    """For 200; complete but for the security headers of the server."""
    not_modified: Headers
    """For 304: what RFC 9110, 15.4.5 wants repeated."""


@dataclass(frozen=True, slots=True)
class Representation:
    """A resource in all its codings."""

    status: int
    identity: Variant
    gzip: Variant | None
    br: Variant | None
    modified: datetime | None
    """When it was last published in another form; None where that means nothing (404, 503)."""
    ranges: bool = False
    """Whether a part of it may be asked for; only files are."""

    @property
    def size(self) -> int:
        """The bytes of memory that its bodies take."""
        return sum(len(v.body) for v in (self.identity, self.gzip, self.br) if v is not None)


def compressible(media_type: str) -> bool:
    """Tell whether a file of this type becomes smaller by compression."""
    return media_type.startswith(_COMPRESSIBLE)


def encode(content: bytes, media_type: str) -> Body:
    """Compress `content` as far as its media type and size make that worth while."""
    tag = hashlib.blake2b(content, digest_size=12).hexdigest()
    if len(content) < _MINIMUM or not compressible(media_type):
        return Body(content, None, None, tag)
    # gzip's header holds no time, so that equal content has equal bytes.
    zipped = gzip.compress(content, compresslevel=6, mtime=0)
    squeezed = brotli.compress(content, quality=5)
    return Body(
        content,
        zipped if len(zipped) < len(content) else None,
        squeezed if len(squeezed) < len(content) else None,
        tag,
    )


def represent(
    body: Body,
    media_type: str,
    *,
    cache_control: str,
    modified: datetime | None = None,
    status: int = 200,
    ranges: bool = False,
    extra: Headers | None = None,
) -> Representation:
    """Give a body its header fields.

    `modified` is aware and in whole seconds. `extra` is added to each answer that carries the body, and
    to the 304 as well.
    """
    shared: Headers = [(b"cache-control", cache_control.encode())]
    if body.gzip is not None or body.br is not None:
        shared.append((b"vary", b"accept-encoding"))
    if modified is not None:
        shared.append((b"last-modified", format_datetime(modified, usegmt=True).encode()))
    if ranges:
        shared.append((b"accept-ranges", b"bytes"))
    shared += extra or []

    def variant(content: bytes, coding: str = "") -> Variant:
        etag = f'"{body.tag}-{coding}"'.encode() if coding else f'"{body.tag}"'.encode()
        headers = [*shared, (b"content-type", media_type.encode()), (b"content-length", b"%d" % len(content))]
        if coding:
            headers.append((b"content-encoding", coding.encode()))
        if status not in (200, 410):
            return Variant(b"", content, headers, [])
        tagged = (b"etag", etag)
        return Variant(etag, content, [*headers, tagged], [*shared, tagged])

    return Representation(
        status,
        variant(body.identity),
        variant(body.gzip, "gzip") if body.gzip is not None else None,
        variant(body.br, "br") if body.br is not None else None,
        modified,
        ranges=ranges,
    )
