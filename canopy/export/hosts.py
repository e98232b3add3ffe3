"""What a folder of files cannot say by itself: where an address leads to, and of which type a file is.

Each redirect is a small page that any browser follows. Servers that read a file with rules answer better,
with a real 301 and the right type: `_redirects` and `_headers` for Netlify, Cloudflare Pages and their like,
`.htaccess` for Apache. They also repeat the Content-Security-Policies of the server. Paths in them are what
authors wrote, so that only harmless ones get a rule. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from canopy.content.mediatypes import MEDIA_TYPES
from canopy.render.protection import SANDBOX, everywhere

if TYPE_CHECKING:
    from collections.abc import Iterator

_POLICY = "Content-Security-Policy"
_SANDBOX = SANDBOX.decode()
_PLAIN = re.compile(r"/[^\x00-\x1f\x7f\"'\\<>%$`{}|?#]*|https?://[A-Za-z0-9/_.~@+:-]+")
"""What means nothing to Apache but itself, in quotes."""
_HARMLESS = re.compile(r"[A-Za-z0-9/_.~@%+-]+(?:[?#][A-Za-z0-9/_.~@%+=-]*)?|https?://[A-Za-z0-9/_.~@%+:-]+")
_TYPES = {**MEDIA_TYPES, ".atom": "application/atom+xml", ".rss": "application/rss+xml"}
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


@dataclass(slots=True)
class Rules:
    """What the files do not say.

    Paths are whole and decoded, as servers have them: `/notes/naïve file`.
    """

    base: str = ""
    """The site's path, without a slash at its end."""
    redirects: dict[str, str] = field(default_factory=dict)
    """To URLs, which are encoded."""
    types: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    """The Content-Security-Policy of what has another than `protection.PAGES`."""
    frames: bool = False
    """Whether pages may frame the document that draws diagrams."""
    gone: list[str] = field(default_factory=list)
    """Pages whose file tells that they were deleted."""


def rules_for_redirects(rules: Rules) -> bytes:
    """Return `_redirects`; those that cannot be written there are left out."""
    lines = [
        f"{name} {target} 301!"
        for path, target in rules.redirects.items()
        if _HARMLESS.fullmatch(name := quoted(path)) and _HARMLESS.fullmatch(target)
    ]
    return "\n".join(lines[:_MOST_RULES]).encode() + b"\n"


def rules_for_headers(rules: Rules) -> bytes:
    """Return `_headers`. What matches several rules gets all their fields, unless it says `!` to one."""
    lines = [f"{quoted(rules.base)}/*", *(f"  {name}: {value}" for name, value in _fields(rules))]
    lines += [f"{quoted(rules.base)}/*.svg", *_instead(_SANDBOX)]
    for path, policy in sorted(rules.policies.items()):
        # Whatever the name: a star or a colon in it only makes a strict policy count for more.
        if not (name := quoted(path)).endswith(".svg"):
            lines += [name, *_instead(policy)]
            # Cloudflare leads from `/a.html` to `/a`.
            if name.endswith(".html"):
                lines += [name.removesuffix(".html"), *_instead(policy)]
    for path, kind in sorted(rules.types.items()):
        if _HARMLESS.fullmatch(name := quoted(path)):
            lines += [name, f"  Content-Type: {kind}"]
    return "\n".join(lines).encode() + b"\n"


def _instead(policy: str) -> tuple[str, str]:
    return f"  ! {_POLICY}", f"  {_POLICY}: {policy}"


def rules_for_apache(rules: Rules) -> bytes:
    """Return `.htaccess`, for Apache 2.4.13 or later."""
    base = rules.base
    lines = [
        *("DirectoryIndex index.html", "AddDefaultCharset utf-8", f'ErrorDocument 404 "{base}/404.html"'),
        # What a page said that was deleted is in its file.
        'ErrorDocument 410 "/%{REQUEST_URI}/index.html"',
        # Notes hold programs to be read. Whatever the server's own rules say, none of them is run.
        """<If "-f '%{REQUEST_FILENAME}'">\n  SetHandler default-handler\n</If>""",
        # Distributions differ in what they say of newer ones, and of feeds.
        *(f"AddType {kind.partition(';')[0]} {ending}" for ending, kind in sorted(_TYPES.items())),
        # A file of rules counts for its folder and all below, so that a file is named by its whole address.
        *(
            f'<If "%{{REQUEST_URI}} == \'{path}\'">\n  ForceType "{kind}"\n</If>'
            for path, kind in sorted(rules.types.items())
            if _PLAIN.fullmatch(path)
        ),
        "<IfModule mod_headers.c>",
        *(f'  Header always set {name} "{value}"' for name, value in _fields(rules)),
        *_policies_for_apache(rules),
        *("</IfModule>", "<IfModule mod_alias.c>"),
        *list(_redirects_for_apache(rules))[:_MOST_RULES],
        *(f'  RedirectMatch 410 "{_exactly(path)}"' for path in filter(_PLAIN.fullmatch, rules.gone)),
        "</IfModule>",
        # A page answers at its address, without a slash, as it does where Canopy serves it.
        *("<IfModule mod_rewrite.c>", "  DirectorySlash Off", "  RewriteEngine On"),
        *(f'  RewriteBase "{base}/"', "  RewriteCond %{REQUEST_FILENAME} -d"),
        "  RewriteCond %{REQUEST_FILENAME}/index.html -f",
        *("  RewriteRule ^(.*[^/])$ $1/index.html [L]", "</IfModule>"),
    ]
    return "\n".join(lines).encode() + b"\n"


def _policies_for_apache(rules: Rules) -> Iterator[str]:
    yield r'  SetEnvIf Request_URI "\.svg$" canopy-policy-0'
    kinds = {_SANDBOX: 0}
    for path, policy in sorted(rules.policies.items()):
        if not path.endswith(".svg"):
            kind = kinds.setdefault(policy, len(kinds))
            # No name gets around its policy: what cannot be written stands for any character.
            pattern = "".join(re.escape(c) if _PLAIN.fullmatch(f"/{c}") else "." for c in path)
            yield f'  SetEnvIf Request_URI "^{pattern}$" canopy-policy-{kind}'
    for policy, kind in kinds.items():
        yield f'  Header always set {_POLICY} "{policy}" env=canopy-policy-{kind}'


def _redirects_for_apache(rules: Rules) -> Iterator[str]:
    for path, target in rules.redirects.items():
        # Apache encodes the path of a target, and nothing that comes after it.
        place, sign, rest = _split(target)
        place = unquote(place)
        if _PLAIN.fullmatch(path) and _PLAIN.fullmatch(place) and _HARMLESS.fullmatch(target):
            yield f'  RedirectMatch 301 "{_exactly(path)}" "{place}{sign}{rest}"'


def _split(target: str) -> tuple[str, str, str]:
    cut = min((at for at in map(target.find, "?#") if at >= 0), default=len(target))
    return target[:cut], target[cut : cut + 1], target[cut + 1 :]


def _exactly(path: str) -> str:
    return f"^{re.escape(path)}/?$"


def _fields(rules: Rules) -> list[tuple[str, str]]:
    return [(name.decode().title(), value.decode()) for name, value in everywhere(frames=rules.frames)]


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
