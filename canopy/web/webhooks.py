"""Whether a webhook is to be believed: sans-I/O, header fields and raw body in, a delivery out.

A webhook is never more than a reason to look: its payload is read only for the refs it speaks of, and
what is published is what the remote then says.

Sources: GitHub "Validating webhook deliveries"; GitLab "Webhooks" (secret token, and signing token after
the Standard Webhooks specification); Gitea and Forgejo "Webhooks"; Bitbucket "Manage webhooks" and
"Event payload". sourcehut signs with a key of its own (Ed25519), which nobody can give us as a secret:
there, a build that calls curl is the way to a signed hook.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from canopy.errors import WebhookRejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_BYTES = 25 * 1024 * 1024
"""GitHub's own cap on a payload; nobody's is larger."""
_READ = 256 * 1024
"""Payloads up to here are read for their refs: to look in vain is cheaper than to parse more."""
_SIGNATURES = (
    "x-hub-signature-256",
    "x-forgejo-signature",
    "x-gitea-signature",
    "x-gogs-signature",
    "x-hub-signature",
)
_TOKENS = ("x-gitlab-token",)
_STANDARD, _PREFIX = "webhook-signature", "whsec_"
_EVENTS = (
    "x-github-event",
    "x-gitlab-event",
    "x-gitea-event",
    "x-forgejo-event",
    "x-gogs-event",
    "x-event-key",
    "x-webhook-event",
)
_DELIVERIES = (
    "x-github-delivery",
    "webhook-id",
    "x-gitlab-event-uuid",
    "x-forgejo-delivery",
    "x-gitea-delivery",
    "x-request-uuid",
    "x-webhook-delivery",
    "x-request-id",
)
_PINGS = ("ping", "diagnostics:ping")
_PUSHES = ("push", "tag push", "repo:push", "repo:refs_changed", "repo:post-update", "git:post_receive")
_SIGNED_BY = 8
"""Signatures of one request that are looked at."""
_LONGEST_ID = 128


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a believed webhook says."""

    event: str = "push"
    """`push`, `ping`, or another event of the forge in its own words."""
    refs: tuple[str, ...] = ()
    """The full names of the refs that moved; nothing if the payload does not say."""
    id: str = ""
    """The forge's own id of the delivery, for recognising a repeated one."""


class Scrutiny:
    """The examination of one request: fed with its body as it comes, it keeps no more than it reads."""

    def __init__(self, fields: Mapping[str, str], secrets: Sequence[str], *, read: bool = True) -> None:
        """Begin with the header, whose names are in lower case and whose values are Latin-1 (ASGI's bytes).

        With `secrets`, one of them must have signed the raw body, or be the request's token; without,
        everybody may ask Canopy to look. Without `read`, the payload is not kept for its refs.
        """
        self._fields = fields
        self._signatures = [fields[name] for name in _SIGNATURES if name in fields]
        self._standard = fields.get(_STANDARD, "").split(" ")[:_SIGNED_BY] if _STANDARD in fields else []
        tokens = [fields[name] for name in _TOKENS if name in fields]
        scheme, _, bearer = fields.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            tokens.append(bearer.strip())
        self._must, self._signed = bool(secrets), bool(self._signatures or self._standard or tokens)
        # Every secret is compared, whatever the first ones say: the time taken tells nothing.
        self._good = False
        for token in tokens:
            for secret in secrets:
                self._good |= hmac.compare_digest(_raw(token), secret.encode())
        signing = secrets if self._signatures else ()
        self._plain = [hmac.new(secret.encode(), digestmod=hashlib.sha256) for secret in signing]
        self._stamped = self._stamped_sums(secrets) if self._standard else []
        self._body: bytearray | None = bytearray() if read else None

    def _stamped_sums(self, secrets: Sequence[str]) -> list[hmac.HMAC]:
        """Begin the sums of the Standard Webhooks specification, which sign id and time as well."""
        head = b"%b.%b." % tuple(
            _raw(self._fields.get(f"webhook-{name}", "")) for name in ("id", "timestamp")
        )
        keys = (_standard_key(secret) for secret in secrets)
        return [hmac.new(key, head, hashlib.sha256) for key in keys if key]

    def feed(self, piece: bytes) -> None:
        """Go on with a piece of the body."""
        for total in (*self._plain, *self._stamped):
            total.update(piece)
        if self._body is not None:
            self._body += piece
            if len(self._body) > _READ:
                self._body = None

    def verdict(self) -> Delivery:
        """Return what the request says, or raise `WebhookRejected`."""
        for total in self._plain:
            wanted = total.hexdigest().encode()
            for signature in self._signatures:
                # Gitea's has no prefix; an older algorithm's prefix (sha1=) never matches.
                given = signature.strip().removeprefix("sha256=").lower()
                self._good |= hmac.compare_digest(_raw(given), wanted)
        for total in self._stamped:
            wanted = b"v1," + base64.b64encode(total.digest())
            for signature in self._standard:
                self._good |= hmac.compare_digest(_raw(signature), wanted)
        if self._must and not self._signed:
            raise WebhookRejected("this request is not signed, and this hook takes signed ones only")
        if self._must and not self._good:
            raise WebhookRejected("this request is not signed with the secret of this hook")
        fields = self._fields
        event = next((fields[name] for name in _EVENTS if name in fields), "push")
        delivery = next((fields[name] for name in _DELIVERIES if name in fields), "")
        return Delivery(_event(event), _refs(fields, bytes(self._body or b"")), delivery[:_LONGEST_ID])


def believe(fields: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> Delivery:
    """Return what a request says whose body is here whole, or raise `WebhookRejected`."""
    scrutiny = Scrutiny(fields, secrets)
    scrutiny.feed(body)
    return scrutiny.verdict()


def _raw(value: str) -> bytes:
    """Return the bytes that were sent: header fields are decoded as Latin-1, secrets may be UTF-8."""
    return value.encode("latin-1", "replace")


def _standard_key(secret: str) -> bytes:
    """Return the key behind a secret of the Standard Webhooks form, `whsec_` and base64; else nothing."""
    if not secret.startswith(_PREFIX):
        return b""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _event(name: str) -> str:
    name = name.lower().removesuffix(" hook").strip()
    if name in _PINGS:
        return "ping"
    if name in _PUSHES:
        return "push"
    return name


def _refs(fields: Mapping[str, str], body: bytes) -> tuple[str, ...]:
    """Return the refs that a payload speaks of; whatever cannot be read speaks of none."""
    try:
        if fields.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            body = parse_qs(body.decode(), max_num_fields=16).get("payload", [""])[0].encode()
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(payload, dict):
        return ()
    ref = payload.get("ref")
    refs = [ref] if isinstance(ref, str) else _many_refs(payload)
    # Text from JSON may hold halves of surrogate pairs, which no answer could repeat.
    return tuple(ref.encode("utf-8", "replace").decode() for ref in refs if ref.startswith("refs/"))


def _many_refs(payload: dict[str, object]) -> list[str]:
    """Return the refs of a push as Bitbucket and sourcehut list them; nothing if one is not understood."""
    push = payload.get("push")
    found = push.get("changes") if isinstance(push, dict) else payload.get("changes") or payload.get("refs")
    refs = [_listed_ref(entry) for entry in found] if isinstance(found, list) else []
    return refs if all(refs) else []


def _listed_ref(entry: object) -> str:
    """Return a ref's full name from one entry, or an empty string."""
    if not isinstance(entry, dict):
        return ""
    moved = entry.get("ref") or entry.get("new") or entry.get("old")
    if not isinstance(moved, dict):
        return ""
    for name in (entry.get("name"), moved.get("id")):
        if isinstance(name, str) and name.startswith("refs/"):
            return name
    folder = {"branch": "heads", "tag": "tags"}.get(str(moved.get("type", "")).lower())
    return f"refs/{folder}/{moved.get('name')}" if folder else ""
