"""The ASGI application: which part of the house answers a request.

A page request on a warm edition is a look-up and two sends; Starlette's router, requests and responses
serve only our own addresses (`/-/…` and the hook), off that path. A request reads `sync.edition` once, so
that all of its answer comes from one edition.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

import structlog

from canopy.content.taxonomies import OWN as LISTED
from canopy.render.listings import OWN_SHEETS
from canopy.render.protection import security_headers
from canopy.render.topics import FEEDS
from canopy.render.workers import RenderFailed
from canopy.web.conditional import answer
from canopy.web.headers import decode_path, host_name, with_security
from canopy.web.messages import Messages
from canopy.web.own import OwnAddresses
from canopy.web.refusal import Refused
from canopy.web.search import Searching

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from canopy.config import Settings
    from canopy.render.edition import Edition
    from canopy.render.representation import Headers, Representation
    from canopy.sync import Sync
    from canopy.web.githost import GitHost
    from canopy.web.live import Hub

log = structlog.get_logger("canopy.web")
access = structlog.get_logger("canopy.access")

OWN = "/-/"
EVENTS = "/-/events"
_PUBLISHED = (FEEDS, *LISTED, OWN_SHEETS + "/")
"""What editions have below `OWN`."""
_EVENTS = EVENTS.encode()
_READING = frozenset({"GET", "HEAD"})


class Application:
    """Serves what `sync` publishes."""

    def __init__(self, sync: Sync, settings: Settings, hub: Hub, git: GitHost) -> None:
        self._sync = sync
        self._hub = hub
        self._security = security_headers(https=bool(settings.tls_port), frames=settings.mermaid)
        hub.headers += self._security
        self._git = git
        self._git_path = settings.git_path
        self._base_path = unquote(urlsplit(settings.base_url).path)
        self._hook = settings.hook
        at = urlsplit(settings.base_url).path
        self._messages = Messages(sync, at, settings.language)
        self._search = Searching(sync, at)
        own = OwnAddresses(sync, settings, hub, git.mirror)
        self._own: ASGIApp = own.app(*self._search.routes())
        self._hosts = frozenset(host.casefold() for host in settings.allowed_hosts)

    def close(self) -> None:
        """End what is done in threads, soon."""
        self._search.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the life of the server is `canopy.web.server`'s."""
        if scope["type"] != "http":
            return
        edition = self._sync.edition
        if edition is not None:
            representation = edition.pages.get(scope["raw_path"])
            if representation is not None and scope["method"] in _READING and not self._hosts:
                status, headers, body = answer(representation, scope["headers"])
                start = {"type": "http.response.start", "status": status, "headers": headers + self._security}
                await send(start)
                await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
                return
        if scope["raw_path"].endswith(_EVENTS) and self._is_stream(scope):
            # A stream that lasts for days must not keep an edition alive; and there may be ten thousand of
            # them, so that nothing stands between it and the hub.
            edition = None
            try:
                await self._hub(scope, receive, send)
            except Refused as exc:
                await exc.answer(self._secured(send))
            return
        path = self._path(edition, scope["raw_path"])
        await self._answer(edition, path, scope, receive, send)

    def _is_stream(self, scope: Scope) -> bool:
        known = not self._hosts or host_name(scope["headers"]) in self._hosts
        return (
            known and scope["method"] == "GET" and self._path(self._sync.edition, scope["raw_path"]) == EVENTS
        )

    def _path(self, edition: Edition | None, raw: bytes) -> str | None:
        path = decode_path(raw)
        # A site's people may say where it is: `canopy.toml` counts where the server's own setting is silent.
        base = self._base_path or (unquote(edition.site.base_path) if edition is not None else "")
        # A reverse proxy may or may not take the base path away.
        if base and path is not None and (path == base or path.startswith(base + "/")):
            inner = path[len(base) :] or "/"
            # Where it does, the path may begin with a folder that is called like the base path.
            if edition is None or _knows(edition, inner) or not _knows(edition, path):
                return inner
        return path

    async def _answer(
        self, edition: Edition | None, path: str | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer whatever is not a look-up."""
        method = scope["method"]
        if path is None:
            await self._plain(
                send, 400, "This address cannot be read: it is not UTF-8, or has control characters."
            )
        elif self._hosts and host_name(scope["headers"]) not in self._hosts:
            await self._plain(send, 421, "This server does not answer to that host name.")
        elif path == self._git_path or path.startswith(self._git_path + "/"):
            rest = path.removeprefix(self._git_path)
            await self._guarded(self._git(scope, receive, self._secured(send), rest), send)
        elif _is_own(path) or self._is_hook(edition, path, method):
            await self._own({**scope, "path": path, "root_path": ""}, receive, self._secured(send))
        elif method not in _READING:
            await self._plain(send, 405, "Only GET and HEAD are possible here.", [(b"allow", b"GET, HEAD")])
        elif edition is None:
            await self._send(await self._messages.unavailable(), scope, send)
        elif (location := edition.redirect(path)) is not None:
            await self._redirect(send, location)
        elif edition.has(path):
            await self._page(edition, path, scope, send)
        elif (gone := edition.gone(path)) is not None:
            await self._send(await self._messages.gone(edition, path, gone), scope, send)
        else:
            await self._send(await self._messages.not_found(edition, path), scope, send)

    async def _page(self, edition: Edition, path: str, scope: Scope, send: Send) -> None:
        try:
            representation = await self._sync.render(edition, path)
        except RenderFailed as exc:
            log.warning("a page cannot be rendered", path=path, reason=str(exc))
            _ = edition.outline.interface.gettext
            await self._plain(send, 500, _("This page cannot be shown at the moment."))
        else:
            await self._send(representation, scope, send)

    async def _send(self, representation: Representation, scope: Scope, send: Send) -> None:
        status, headers, body = answer(representation, scope["headers"])
        # Only files have security fields of their own.
        headers = (
            with_security(headers, self._security) if representation.ranges else headers + self._security
        )
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _guarded(self, answering: Awaitable[None], send: Send) -> None:
        try:
            await answering
        except Refused as exc:
            await exc.answer(self._secured(send))

    async def _redirect(self, send: Send, location: str) -> None:
        headers = [
            (b"location", _header_value(location)),
            (b"content-length", b"0"),
            (b"cache-control", b"public, max-age=0, must-revalidate"),
        ]
        await send({"type": "http.response.start", "status": 301, "headers": headers + self._security})
        await send({"type": "http.response.body", "body": b""})

    async def _plain(self, send: Send, status: int, text: str, extra: Headers | None = None) -> None:
        body = text.encode() + b"\n"
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            *(extra or []),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers + self._security})
        await send({"type": "http.response.body", "body": body})

    def _is_hook(self, edition: Edition | None, path: str, method: str) -> bool:
        # A note that happens to have the hook's address can still be read.
        return path == self._hook and (method not in _READING or edition is None or not edition.has(path))

    def _secured(self, send: Send) -> Callable[[Message], Awaitable[None]]:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": with_security(list(message["headers"]), self._security)}
            await send(message)

        return secured


def logged(app: ASGIApp) -> ASGIApp:
    """Write one line for each request that `app` answers."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        start, seen = time.perf_counter(), {"status": 0, "bytes": 0}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            else:
                seen["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await app(scope, receive, watched)
        finally:
            client: Any = scope.get("client") or ("", 0)
            took = round((time.perf_counter() - start) * 1000, 2)
            access.info(
                "request", method=scope["method"], path=scope["path"], client=client[0], ms=took, **seen
            )

    return application


def _is_own(path: str) -> bool:
    return path.startswith(OWN) and not path.startswith(_PUBLISHED)


def _knows(edition: Edition, path: str) -> bool:
    return edition.has(path) or edition.redirect(path) is not None


def _header_value(location: str) -> bytes:
    """Encode a redirect's target: what an author wrote may hold anything, a header field may not."""
    return quote(location, safe="/!$&'()*+,;=:@~-._?#[]%").encode("ascii")
