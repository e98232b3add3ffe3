"""Whether a webhook is to be believed: sans-I/O, header fields and raw body in, a delivery out.

A webhook is never more than a reason to look: its payload is read only for the branch it speaks of, and
what is published is what the remote then says.

Sources: GitHub "Validating webhook deliveries"; GitLab "Webhooks: Validate payloads by using a secret
token"; Gitea and Forgejo "Webhooks"; Bitbucket "Manage webhooks: Securing webhooks".
"""

from __future__ import annotations

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
_SIGNATURES = ("x-hub-signature-256", "x-forgejo-signature", "x-gitea-signature", "x-hub-signature")
_TOKENS = ("x-gitlab-token",)
_EVENTS = (
    "x-github-event",
    "x-gitlab-event",
    "x-gitea-event",
    "x-forgejo-event",
    "x-event-key",
    "x-webhook-event",
)
_DELIVERIES = (
    "x-github-delivery",
    "x-gitlab-event-uuid",
    "x-forgejo-delivery",
    "x-gitea-delivery",
    "x-request-uuid",
    "x-webhook-delivery",
)
_PINGS = ("ping", "diagnostics:ping")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a believed webhook says."""

    event: str = "push"
    """`push`, `ping`, or another event of the forge in its own words."""
    branch: str = ""
    """The branch that moved; empty if the payload does not say."""
    id: str = ""
    """The forge's own id of the delivery, for recognising a repeated one."""


def believe(fields: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> Delivery:
    """Return what a request says, or raise `WebhookRejected`.

    `fields` has lower-case names. With `secrets`, one of them must have signed the raw body, or be the
    request's token; without, everybody may ask Canopy to look.
    """
    if secrets and not _authentic(fields, body, secrets):
        raise WebhookRejected("this request is not signed with the secret of this hook")
    event = next((fields[name] for name in _EVENTS if name in fields), "push")
    return Delivery(
        _event(event), _branch(fields, body), next((fields[n] for n in _DELIVERIES if n in fields), "")
    )


def _authentic(fields: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """Compare with every secret, whatever the first ones say: the time taken tells nothing."""
    signatures = [fields[name] for name in _SIGNATURES if name in fields]
    tokens = [fields[name] for name in _TOKENS if name in fields]
    scheme, _, bearer = fields.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        tokens.append(bearer.strip())
    good = False
    for secret in secrets:
        wanted = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        for signature in signatures:
            # Gitea's has no prefix; an older algorithm's prefix (sha1=) never matches.
            given = signature.strip().removeprefix("sha256=").lower()
            good |= hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
        for token in tokens:
            good |= hmac.compare_digest(token.encode("utf-8", "replace"), secret.encode())
    return good


def _event(name: str) -> str:
    name = name.lower().removesuffix(" hook").strip()
    if name in _PINGS:
        return "ping"
    if name.startswith(("push", "repo:push")) or name in ("repo:refs_changed", "tag push"):
        return "push"
    return name


def _branch(fields: Mapping[str, str], body: bytes) -> str:
    """Return the branch that a payload speaks of; whatever cannot be read speaks of none."""
    try:
        if fields.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            body = parse_qs(body.decode(), max_num_fields=16).get("payload", [""])[0].encode()
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(payload, dict):
        return ""
    ref = payload.get("ref")
    if not isinstance(ref, str):
        ref = _bitbucket_ref(payload)
    return ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else ""


def _bitbucket_ref(payload: dict[str, object]) -> str:
    """Return the ref of a Bitbucket push that moved exactly one branch."""
    push = payload.get("push")
    changes = push.get("changes") if isinstance(push, dict) else payload.get("changes")
    if not isinstance(changes, list) or len(changes) != 1 or not isinstance(changes[0], dict):
        return ""
    moved = changes[0].get("new") or changes[0].get("old") or changes[0].get("ref")
    if not isinstance(moved, dict) or not isinstance(
        name := moved.get("name") or moved.get("displayId"), str
    ):
        return ""
    return f"refs/heads/{name}" if str(moved.get("type", "")).lower() == "branch" else ""
