"""Fetching over http and https, with every bound that the library leaves open.

It owns one guarded dulwich client: time-outs, a byte cap, a total deadline, no dumb protocol, and no request
to any other origin than the configured one, neither by redirect nor by a pack's URI.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import urllib3
from dulwich.client import Urllib3HttpGitClient
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from canopy.errors import AuthenticationFailed, LimitExceeded, RemoteUnavailable

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from canopy.git.deadline import Deadline
    from canopy.git.limits import Limits

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_PIECE = 1 << 16


class GuardedHttpClient(Urllib3HttpGitClient):
    """A dulwich client for one fetch from one origin."""

    def __init__(self, url: str, limits: Limits, deadline: Deadline, username: str, password: str) -> None:
        super().__init__(
            url,
            pool_manager=_pool_manager(limits, deadline),
        )
        if username or password:
            # RFC 7617 in UTF-8; the library knows Latin-1 only. Forges that want a token want any user name.
            pair = f"{username or 'git'}:{password}".encode()
            self._auth_header = "Basic " + base64.b64encode(pair).decode()
        self._limits = limits
        self._deadline = deadline
        self._origin_allowed = self._origin(url)
        self._received = 0

    def close(self) -> None:
        """Close every connection."""
        self.pool_manager.clear()

    def _http_request(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        data: bytes | Iterator[bytes] | None = None,
        raise_for_status: bool = True,  # the library's signature
    ) -> tuple[Any, Callable[[int], bytes]]:
        for _ in range(_MOST_REDIRECTS + 1):
            self._deadline.check()
            if self._origin(url) != self._origin_allowed:
                raise RemoteUnavailable(
                    f"the remote redirects elsewhere: if you trust it, set the remote to {_bare(url)}"
                )
            response, headers_sent = self._send(url, headers, data)
            if response.status not in _REDIRECTS or data is not None:
                break
            target = urljoin(url, response.headers.get("Location", ""))
            response.close()
            url = target
        else:
            raise RemoteUnavailable("the remote redirects in a circle")
        if raise_for_status:
            self._check_status(response, authenticated="authorization" in headers_sent)
        response.content_type = response.headers.get("Content-Type")
        response.redirect_location = url
        if "/info/refs?service=" in url and not str(response.content_type).startswith("application/x-git-"):
            response.close()
            raise RemoteUnavailable(
                "the remote does not speak git's smart protocol: is the URL that of a repository?"
            )
        return response, _Body(response, self._count, self._deadline).read

    def _send(
        self, url: str, headers: dict[str, str] | None, data: bytes | Iterator[bytes] | None
    ) -> tuple[Any, dict[str, str]]:
        sent = {**(headers or {}), "Pragma": "no-cache", "User-Agent": "git/canopy"}
        if self._auth_header is not None:
            sent["authorization"] = self._auth_header
        response = self.pool_manager.request(
            "GET" if data is None else "POST",
            url,
            headers=sent,
            body=data,
            preload_content=False,
            redirect=False,
        )
        return response, sent

    def _check_status(self, response: Any, *, authenticated: bool) -> None:  # noqa: ANN401 - urllib3's, extended
        status = response.status
        if status == 200:
            return
        response.close()
        if status in (401, 403, 407):
            raise AuthenticationFailed(
                f"the remote refuses the credentials (HTTP {status}): check user name and token"
                if authenticated
                else f"the remote wants credentials (HTTP {status}): set a user name and a token"
            )
        if status == 404:
            raise RemoteUnavailable("the remote has no repository there, or hides it from us (HTTP 404)")
        raise RemoteUnavailable(f"the remote answered with HTTP {status}")

    def _count(self, count: int) -> None:
        self._received += count
        if self._received > self._limits.pack_bytes:
            raise LimitExceeded(f"the remote sent more than {self._limits.pack_bytes:,} bytes")


class _Body:
    """A response's body that is read in pieces, each of them counted and within the deadline."""

    def __init__(self, response: Any, count: Callable[[int], None], deadline: Deadline) -> None:  # noqa: ANN401
        self._response = response
        self._count = count
        self._deadline = deadline
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return `size` bytes, or fewer at the end; -1: all that is left."""
        pieces, wanted = [], size
        while wanted:
            piece = self._rest or self._more()
            if not piece:
                break
            piece, self._rest = (piece, b"") if wanted < 0 else (piece[:wanted], piece[wanted:])
            pieces.append(piece)
            if wanted > 0:
                wanted -= len(piece)
        return b"".join(pieces)

    def _more(self) -> bytes:
        self._deadline.check()
        piece: bytes = self._response.read1(_PIECE, decode_content=True)
        self._count(len(piece))
        return piece


def _pool_manager(limits: Limits, deadline: Deadline) -> urllib3.PoolManager:
    """Return a pool whose every socket the deadline can shut, from before the TLS handshake on."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _guarded(super()._new_conn(), deadline)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _guarded(super()._new_conn(), deadline)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    manager = urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=limits.connect_seconds, read=limits.read_seconds),
        retries=urllib3.Retry(total=0, redirect=False, raise_on_redirect=False),
        cert_reqs="CERT_REQUIRED",
    )
    manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return manager


def _guarded(connection: socket.socket, deadline: Deadline) -> socket.socket:
    deadline.guard(connection)
    return connection


def _bare(url: str) -> str:
    """Return a redirect's target as a person may use it: without credentials, query and protocol's tail."""
    parts = urlsplit(url)
    path = parts.path.removesuffix("/info/refs")
    host = parts.netloc.rpartition("@")[2]
    return "".join(c for c in f"{parts.scheme}://{host}{path}"[:200] if c.isprintable())
