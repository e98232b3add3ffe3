"""Who may read and write the repository over HTTP: tokens as Basic passwords, as git sends them."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Literal

import structlog

from canopy.errors import CanopyError
from canopy.web.refusal import Refused

if TYPE_CHECKING:
    from starlette.types import Scope

    from canopy.render.representation import Headers
    from canopy.tokens import Tokens

log = structlog.get_logger("canopy.git")

Reading = Literal["public", "private", "off"]

TRIES = 10
"""Wrong tokens from one address within `WINDOW` seconds; then none is looked at for as long."""
WINDOW = 60.0
_ADDRESSES = 10_000
_FORWARDED = frozenset(
    (
        b"forwarded",
        b"via",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-real-ip",
        b"true-client-ip",
        b"cf-connecting-ip",
    )
)
"""What proxies add: a request with one of these does not come from this machine."""
_CHALLENGE: Headers = [(b"www-authenticate", b'Basic realm="Canopy: any name, and a token as password"')]


class Access:
    """Admits readers and writers, or raises `Refused`."""

    def __init__(self, tokens: Tokens, *, reading: Reading, behind_tls: bool) -> None:
        """Take tokens over plain HTTP from this machine only, unless we are `behind_tls`."""
        self._tokens = tokens
        self._reading = reading
        self._behind_tls = behind_tls
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def reader(self, scope: Scope) -> str:
        """Return the name of whoever may read, empty for the public."""
        if self._reading == "off":
            raise Refused(404, "There is no repository here.")
        if self._reading == "public":
            return ""
        return self._authenticated(scope)

    def writer(self, scope: Scope) -> str:
        """Return the name of whoever may push."""
        return self._authenticated(scope)

    def _authenticated(self, scope: Scope) -> str:
        if not self._confidential(scope):
            raise Refused(
                403,
                "Tokens are taken over https only. Is there a proxy that terminates TLS? "
                "Then set behind_tls = true in Canopy's settings.",
            )
        address = self._address(scope)
        self._bear_with(address)
        secret = _password(scope)
        if secret is None:
            raise Refused(
                401, "A token is needed: give any user name, and the token as password.", _CHALLENGE
            )
        try:
            name = self._tokens.check(secret)
        except CanopyError as exc:
            log.error("nobody can be admitted", reason=str(exc))  # noqa: TRY400 (the reason says it all)
            raise Refused(503, "No token can be checked at the moment; the server's log says why.") from exc
        if name is None:
            log.warning("a wrong token", address=address)
            self._remember_failure(address)
            raise Refused(401, "This token is not, or no longer, valid.", _CHALLENGE)
        return name

    def _confidential(self, scope: Scope) -> bool:
        if scope["scheme"] == "https" or self._behind_tls:
            return True
        # A proxy on this machine brings strangers from loopback.
        if not scope.get("client") or any(name in _FORWARDED for name, _ in scope["headers"]):
            return False
        try:
            return ipaddress.ip_address(scope["client"][0]).is_loopback
        except ValueError:
            return False

    def _address(self, scope: Scope) -> str:
        """Return whose failures are counted together: an IPv4 address, or a /64 of IPv6."""
        given = scope["client"][0] if scope.get("client") else ""
        if self._behind_tls:
            # All come from the proxy, which appended the address that it saw itself: only that counts.
            field = next((value for name, value in scope["headers"] if name == b"x-forwarded-for"), b"")
            given = field.decode("latin-1").rpartition(",")[2].strip() or given
        try:
            address = ipaddress.ip_address(given)
        except ValueError:
            return given[:64]
        return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else given

    def _bear_with(self, address: str) -> None:
        failures = self._failures.get(address)
        if failures is None:
            return
        recent = [moment for moment in failures if time.monotonic() - moment < WINDOW]
        if not recent:
            del self._failures[address]
        elif len(recent) >= TRIES:
            raise Refused(
                429,
                "Too many wrong tokens; try again in a minute.",
                [(b"retry-after", b"%d" % round(WINDOW))],
            )
        else:
            self._failures[address] = recent

    def _remember_failure(self, address: str) -> None:
        self._failures.setdefault(address, []).append(time.monotonic())
        self._failures.move_to_end(address)
        while len(self._failures) > _ADDRESSES:
            self._failures.popitem(last=False)


def _password(scope: Scope) -> str | None:
    """Return the password of a Basic Authorization field (RFC 7617), or the token of a Bearer one."""
    field = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    scheme, _, given = field.partition(b" ")
    if scheme.lower() == b"bearer":
        return given.strip().decode("utf-8", "replace") or None
    if scheme.lower() != b"basic":
        return None
    try:
        pair = base64.b64decode(given.strip(), validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return None
    name, _, password = pair.partition(":")
    # `git clone https://TOKEN@host/…` makes the token the user's name.
    return password or name or None
