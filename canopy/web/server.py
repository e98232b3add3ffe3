"""The server around the application: sockets, TLS, signals, and an orderly end.

One event loop runs the sync worker and one or two uvicorn servers (plain HTTP, and HTTPS where that is
set up; then plain HTTP only redirects). SIGTERM and SIGINT let open requests end, SIGHUP looks at the remote.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import structlog
import uvicorn

from canopy.errors import ConfigError
from canopy.render.protection import security_headers
from canopy.web.app import Application, logged
from canopy.web.guard import GuardedProtocol
from canopy.web.headers import host_name

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from canopy.config import Settings
    from canopy.render.representation import Headers
    from canopy.sync import Sync
    from canopy.web.githost import GitHost
    from canopy.web.live import Hub

log = structlog.get_logger("canopy.server")

_BACKLOG = 2048
_MOST_CONNECTIONS = 12_000


class _Server(uvicorn.Server):
    """uvicorn's server without its own signal handlers: `serve` has them for all servers."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raise `ConfigError` if the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except (OSError, OverflowError) as exc:
        sock.close()
        raise ConfigError(
            f"port: cannot listen on {host}:{port}: {getattr(exc, 'strerror', None) or exc}; "
            "stop what uses it, or choose another with --port"
        ) from exc
    sock.listen(_BACKLOG)
    sock.setblocking(False)
    return sock


async def serve(sync: Sync, settings: Settings, sockets: list[socket.socket], hub: Hub, git: GitHost) -> None:
    """Serve on listening sockets until a signal ends it: plain HTTP, or that and HTTPS."""
    application = Application(sync, settings, hub, git)
    app: ASGIApp = application
    if settings.access_log:
        app = logged(app)
    if settings.tls_port:
        servers = [_server(_to_https(settings), settings), _server(app, settings, tls=True)]
    else:
        servers = [_server(app, settings)]
    _handle_signals(servers, sync, hub)
    workers = [asyncio.create_task(sync.run(), name="sync"), asyncio.create_task(hub.run(), name="hub")]
    try:
        await asyncio.gather(
            *(server.serve(sockets=[sock]) for server, sock in zip(servers, sockets, strict=True))
        )
    finally:
        git.close()
        application.close()
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


def url_of(sock: socket.socket, *, tls: bool) -> str:
    """Return the URL at which a reader on this machine finds a listening socket."""
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (nothing is bound here)
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{shown}:{port}"


def _server(app: ASGIApp, settings: Settings, *, tls: bool = False) -> _Server:
    config = uvicorn.Config(
        app,
        http=GuardedProtocol,
        ws="none",
        loop="uvloop",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies) or None,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_grace)),
        backlog=_BACKLOG,
        ssl_certfile=settings.tls_certificate if tls else None,
        ssl_keyfile=settings.tls_key if tls else None,
    )
    return _Server(config)


def _handle_signals(servers: list[_Server], sync: Sync, hub: Hub) -> None:
    def stop(number: signal.Signals) -> None:
        log.info("stopping", signal=number.name)
        for server in servers:
            # A second Ctrl+C does not wait for open requests.
            server.force_exit = server.should_exit and number == signal.SIGINT
            server.should_exit = True
        hub.close()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    loop.add_signal_handler(signal.SIGHUP, sync.trigger)


def _to_https(settings: Settings) -> ASGIApp:
    """Answer every plain request with 301 to the same address over HTTPS, as the original Canopy does."""
    hosts = frozenset(host.casefold() for host in settings.allowed_hosts)

    async def redirect(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 (ASGI)
        name = host_name(scope["headers"])
        if hosts and name not in hosts:
            # A cache in between must not learn to send our readers to somebody else's host.
            await _say(send, 421, [(b"content-type", b"text/plain; charset=utf-8")])
            return
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        place = (name or "localhost") + ("" if settings.tls_port == 443 else f":{settings.tls_port}")
        location = b"https://" + place.encode("latin-1") + scope["raw_path"] + query
        await _say(send, 301, [(b"location", location)])

    return redirect


async def _say(send: Send, status: int, headers: Headers) -> None:
    headers = [*headers, (b"content-length", b"0"), *security_headers(https=False)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
