"""Header fields of requests and answers: what an address means, and what an answer has of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from canopy.render.representation import Headers

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def with_security(headers: Headers, security: Headers) -> Headers:
    """Return `headers` with the security fields that they do not have of their own."""
    own = {name for name, _ in headers}
    return headers + [field for field in security if field[0] not in own]


def host_name(headers: Headers) -> str:
    """Return the name in the Host field without its port, in lower case; empty unless there is just one.

    An IPv6 address keeps its brackets.
    """
    fields = [value.decode("latin-1") for name, value in headers if name == b"host"]
    if len(fields) != 1:
        return ""
    name, _, port = fields[0].rpartition(":")
    return (name if name and port.isdigit() else fields[0]).casefold()


def decode_path(raw: bytes) -> str | None:
    """Return the path that a request's percent-encoded path means, or None if it cannot mean any.

    Control characters and invalid UTF-8 are nobody's address (400). An encoded slash is data, not a
    separator, and no path of a site contains one: the empty string, which names nothing (404).
    """
    if b"%" in raw:
        if b"%2f" in raw.lower():
            return ""
        raw = unquote_to_bytes(raw)
    try:
        path = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not path.startswith("/") or (not path.isprintable() and _CONTROLS.search(path)):
        return None
    return path
