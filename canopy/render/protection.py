"""The header fields that protect readers: which answers have which, by a server or by an export's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canopy.render.representation import Headers

PAGES = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: http: data:; "
    b"font-src 'self'; media-src 'self' https: http:; connect-src 'self'; manifest-src 'self'; "
    b"worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of what Canopy makes, and of files that are no documents."""
QUIET = PAGES.replace(b"img-src 'self' https: http: data:", b"img-src 'self' data:")
"""For pages that repeat what their reader typed: a style sheet could tell others by images."""
SANDBOX = b"sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""For documents of the repository, which must not run scripts in the site's origin (CSP 3, 6.2: sandbox)."""
POLICY = b"content-security-policy"
_ALWAYS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
_ONE_YEAR = 31_536_000


def everywhere(*, frames: bool = False) -> Headers:
    """Return the fields that every answer has, whoever gives it, unless it has its own.

    With `frames` a page may frame what is the site's own; by these same policies only the document that draws
    diagrams lets itself be framed.
    """
    return [(POLICY, PAGES + b"; frame-src 'self'" if frames else PAGES), *_ALWAYS]


def security_headers(*, https: bool, frames: bool = False) -> Headers:
    """Return the fields of all the server's answers; `https` adds HSTS, for one year as the original."""
    headers: Headers = [*everywhere(frames=frames), (b"cross-origin-resource-policy", b"same-origin")]
    if https:
        headers.append((b"strict-transport-security", b"max-age=%d" % _ONE_YEAR))
    return headers


def file_protection(media_type: str) -> Headers:
    """Return the fields that a file of the repository has of its own."""
    # Feed readers and other sites may show the images of a note.
    return [(b"cross-origin-resource-policy", b"cross-origin"), *document_protection(media_type)]


def document_protection(media_type: str) -> Headers:
    """Return the policy for a type that browsers show as a document, if it is one."""
    document = media_type.partition(";")[0].endswith(("html", "xml"))
    return [(POLICY, SANDBOX)] if document else []


def unattached(policy: str) -> Headers:
    """Return the fields of what is framed without an origin, and of what it loads."""
    # Without one it is a stranger to the site's own files as well.
    return [(b"cross-origin-resource-policy", b"cross-origin"), (POLICY, policy.encode())]
