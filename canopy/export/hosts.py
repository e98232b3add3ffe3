"""What a folder of files cannot say by itself: where an address leads to, and of which type a file is.

Each redirect is a small page that any browser follows. Servers that read a file with rules answer better,
with a real 301 and the right type: `_redirects` and `_headers` for Netlify, Cloudflare Pages and their like,
`.htaccess` for Apache. Paths in them are what authors wrote, so that only harmless ones get a rule. Pure.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from canopy.content.mediatypes import MEDIA_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

_HARMLESS = re.compile(r"[A-Za-z0-9/_.~@%+-]+(?:[?#][A-Za-z0-9/_.~@%+=-]*)?|https?://[A-Za-z0-9/_.~@%+:-]+")
_GUESSED = {**MEDIA_TYPES, ".txt": "text/plain", ".xml": "application/xml", ".md": "text/markdown"}
_MOST_RULES = 2000
"""Redirects without a pattern that Cloudflare Pages takes."""
_REDIRECT = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Moved</title>
<meta name="robots" content="noindex">
<link rel="canonical" href="{canonical}">
<meta http-equiv="refresh" content="0; url={target}">
</head>
<body>
<p>This page is now at <a href="{target}">{target}</a>.</p>
</body>
</html>
"""


def redirect_page(target: str, canonical: str) -> bytes:
    """Return a page that leads to the URL `target`, whose absolute form is `canonical`."""
    return _REDIRECT.format(target=escape(target), canonical=escape(canonical)).encode()


def rules_for_redirects(redirects: Mapping[str, str]) -> bytes:
    """Return `_redirects`, from URL paths to URLs; those that cannot be written there are left out."""
    lines = [f"{path} {target} 301!" for path, target in _plain(redirects)]
    return "\n".join(lines[:_MOST_RULES]).encode() + b"\n"


def rules_for_types(types: Mapping[str, str]) -> bytes:
    """Return `_headers`, from URL paths to media types."""
    lines = [f"{path}\n  Content-Type: {kind}" for path, kind in types.items() if _HARMLESS.fullmatch(path)]
    return "\n".join(lines).encode() + b"\n"


def rules_for_apache(base: str, redirects: Mapping[str, str], types: Mapping[str, str]) -> bytes:
    """Return `.htaccess` for a site below `base`, which is empty or a path."""
    lines = [f"ErrorDocument 404 {base}/404.html", "DirectoryIndex index.html", "AddDefaultCharset utf-8"]
    # A file of rules counts for its folder and all below, so that a file is named by its whole address.
    lines += [
        f'<If "%{{REQUEST_URI}} == \'{path}\'">\n  ForceType "{kind}"\n</If>'
        for path, kind in types.items()
        if _HARMLESS.fullmatch(path)
    ]
    lines.append("<IfModule mod_alias.c>")
    lines += [
        f'  RedirectMatch 301 "^{re.escape(path)}/?$" "{target}"'
        for path, target in list(_plain(redirects))[:_MOST_RULES]
    ]
    return "\n".join([*lines, "</IfModule>"]).encode() + b"\n"


def _plain(redirects: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (path, target)
        for path, target in redirects.items()
        if _HARMLESS.fullmatch(path) and _HARMLESS.fullmatch(target)
    ]


def unguessable(name: str, media_type: str) -> bool:
    """Tell whether a web server would send a file as something else, as it goes by its name."""
    last = name.rpartition("/")[2]
    dot = last.rfind(".")
    guessed = _GUESSED.get(last[dot:].lower(), "").partition(";")[0] if dot > 0 else ""
    kind = media_type.partition(";")[0]
    # Whoever asks for a feed in JSON reads it as JSON, too.
    return guessed != kind and not (guessed == "application/json" and kind.endswith("+json"))


def quoted(path: str) -> str:
    """Return a path as servers write it in their rules."""
    return quote(path, safe="/!$&'()*+,;=:@~-._")
