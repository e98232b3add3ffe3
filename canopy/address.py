"""What may be the address of a site, whoever gives it: its server's settings, its people, another generator.

Pure text; nothing is asked whether it is there.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, quote, urlsplit

import idna

_STRAY = re.compile(r"[\s\x00-\x1f\x7f<>\"{}|\\^`]")
_LABELS = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_-]{1,63}\.?")
_LONGEST_HOST = 253
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%2[Ff]|%00")
_PATH = "/!$&'()*+,;=:@~-._%"
"""What stays in a path as it is (RFC 3986, 3.3)."""


def site_address(text: str) -> str:
    """Return the address of a site in ASCII, without a slash at its end.

    Raises ValueError with a short reason that repeats no part of the text, which may hold a password.
    """
    text = text.strip()
    if _STRAY.search(text):
        raise ValueError("it has a space or another character that no address has")
    if "?" in text or "#" in text:
        raise ValueError("it has a query or a fragment")
    try:
        url = urlsplit(text)
    except ValueError as exc:
        raise ValueError("its host is no host name") from exc
    if url.scheme not in ("http", "https"):
        raise ValueError("it does not begin with https:// or http://")
    if "@" in url.netloc:
        raise ValueError("it has a user name or a password in it")
    return f"{url.scheme}://{_host(url)}{_port(url)}{_path(url.path)}"


def _host(url: SplitResult) -> str:
    host = url.hostname or ""
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host)}]"
        except ValueError as exc:
            raise ValueError("its host is no host name") from exc
    if not host.isascii():
        # As browsers write it (UTS 46): readers' links and what they ask for have one spelling.
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as exc:
            raise ValueError("its host is no host name") from exc
    if len(host) > _LONGEST_HOST or not _LABELS.fullmatch(host):
        raise ValueError("its host is no host name")
    return host


def _port(url: SplitResult) -> str:
    try:
        port = url.port
    except ValueError as exc:
        raise ValueError("its port is no number up to 65535") from exc
    if port == 0:
        raise ValueError("its port is no number up to 65535")
    return "" if port is None else f":{port}"


def _path(path: str) -> str:
    path = path.rstrip("/")
    if any(part in ("", ".", "..") for part in path.split("/")[1:]):
        raise ValueError("its path has dots or an empty part")
    if _BROKEN_ESCAPE.search(path):
        raise ValueError("its path has a percent sign that begins no character")
    return quote(path, safe=_PATH)
