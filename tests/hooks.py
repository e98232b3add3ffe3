"""Webhook deliveries as the forges send them: the fixtures of `tests/fixtures/webhooks`, signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

FOLDER = Path(__file__).parent / "fixtures" / "webhooks"
SECRET = "It's a Secret to Everybody"  # GitHub's documentation uses it
OTHER = "3gEsCfjlV2ugRwgpU#w1*WaW*wa4NXgGmpCfkbG3"  # Forgejo's documentation uses it
SIGNING_TOKEN = "whsec_" + base64.b64encode(bytes(range(32))).decode()
PUSHES = (
    "github-push",
    "gitlab-push",
    "gitlab-signed-push",
    "gitea-push",
    "forgejo-push",
    "bitbucket-push",
    "bitbucket-server-push",
)


@dataclass(frozen=True)
class Post:
    """One request to the hook."""

    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        """The header as the server sees it."""
        return {name.lower(): value for name, value in self.headers.items()}

    def sent_with(self, **headers: str) -> Post:
        """Return the same with more header fields; underscores stand for dashes."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **more})


def plain(name: str, **payload: object) -> Post:
    """Return a delivery of the fixtures without a signature; `payload` replaces keys of its body."""
    found = json.loads((FOLDER / f"{name.replace('-signed', '')}.json").read_text())
    return Post(found["headers"], json.dumps({**found["payload"], **payload}).encode())


def signed(name: str, secret: str = SECRET, **payload: object) -> Post:
    """Return a delivery of the fixtures as its forge authenticates it."""
    post = plain(name, **payload)
    forge = name.partition("-")[0]
    if name == "gitlab-signed-push":
        return standard(post, secret if secret.startswith("whsec_") else SIGNING_TOKEN)
    if forge == "gitlab":
        return post.sent_with(X_Gitlab_Token=secret)
    digest = hexdigest(secret, post.body)
    if forge == "github":
        return post.sent_with(X_Hub_Signature=sha1(secret, post.body), X_Hub_Signature_256=f"sha256={digest}")
    if forge == "bitbucket":
        return post.sent_with(X_Hub_Signature=f"sha256={digest}")
    post = post.sent_with(X_Hub_Signature_256=f"sha256={digest}", X_Gitea_Signature=digest)
    return post.sent_with(X_Forgejo_Signature=digest) if forge == "forgejo" else post


def standard(post: Post, token: str, ident: str = "f5e57ade-9bd5-4a53-9f9d-8a9b1e0f9f0c") -> Post:
    """Sign as the Standard Webhooks specification says, and GitLab with a signing token."""
    key = base64.b64decode(token.removeprefix("whsec_"))
    total = hmac.new(key, f"{ident}.1700000000.".encode() + post.body, hashlib.sha256)
    signature = "v1," + base64.b64encode(total.digest()).decode()
    return post.sent_with(webhook_id=ident, webhook_timestamp="1700000000", webhook_signature=signature)


def form(post: Post, secret: str = SECRET) -> Post:
    """Return the delivery as GitHub sends it with the content type of a form."""
    body = urlencode({"payload": post.body.decode()}).encode()
    other = replace(post, body=body).sent_with(Content_Type="application/x-www-form-urlencoded")
    return other.sent_with(X_Hub_Signature_256=f"sha256={hexdigest(secret, body)}")


def hexdigest(secret: str, body: bytes) -> str:
    """Return the signature of most forges."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def sha1(secret: str, body: bytes) -> str:
    """Return the signature that GitHub sent first, and still sends besides."""
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
