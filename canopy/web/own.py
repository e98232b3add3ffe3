"""Our own addresses: `/-/live`, `/-/ready`, `/-/status`, `/-/metrics`, the theme's assets, and the hook."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections import OrderedDict
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, Router

from canopy import __version__
from canopy.config import webhook_secrets
from canopy.errors import WebhookRejected
from canopy.render.press import FOREVER
from canopy.render.representation import encode, represent
from canopy.render.theme import default_assets
from canopy.render.workers import RenderFailed
from canopy.web.bodies import pieces, refuse_early
from canopy.web.conditional import answer
from canopy.web.metrics import SyncCollector
from canopy.web.refusal import Refused
from canopy.web.webhooks import MOST_BYTES, Scrutiny

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from canopy.config import Settings
    from canopy.mirror import Mirror
    from canopy.render.edition import Edition
    from canopy.state import Outcome
    from canopy.sync import Sync
    from canopy.web.live import Hub
    from canopy.web.webhooks import Delivery

log = structlog.get_logger("canopy.web")

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_NO_STORE = {"cache-control": "no-store"}
_ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_INERT = b"default-src 'none'"
"""For what is only ever a part of a page: a few bytes, many times."""
_PAYLOADS = 64
"""Webhooks whose payload is kept at once to be read; others are only a reason to look."""
_HOOK_SECONDS = 30
"""For which a webhook's body may come in."""
_DELIVERIES = 1000
"""Ids of webhook deliveries that are remembered."""
_MOST_PROBLEMS = 1000
"""Of a status answer: a repository can have any number."""


class OwnAddresses:
    """The endpoints for what belongs to Canopy and not to the notes."""

    def __init__(self, sync: Sync, settings: Settings, hub: Hub, mirror: Mirror | None = None) -> None:
        self._sync = sync
        self._hub = hub
        self._mirror = mirror
        self._secrets = webhook_secrets(settings)
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._examined = 0
        self._hook = settings.hook
        self._token = settings.status_token.get_secret_value()
        self._registry = CollectorRegistry()
        self._registry.register(SyncCollector(sync, hub))
        self._assets = {
            asset.path: represent(
                encode(asset.data, asset.media_type),
                asset.media_type,
                cache_control=FOREVER,
                # A worker is bound by the policy that its script came with, as a page is by its own.
                extra=[] if "worker" in asset.path else [(b"content-security-policy", _INERT)],
            )
            for asset in default_assets().values()
        }

    def app(self, *more: Route) -> ASGIApp:
        """Return the application that knows these addresses, and more of them."""
        return Router(
            [
                Route("/-/live", self.live),
                Route("/-/ready", self.ready),
                Route("/-/status", self.status),
                Route("/-/metrics", self.metrics),
                Route("/-/assets/{name:path}", self.asset),
                *more,
                Route(self._hook, self.hook, methods=_ANY_METHOD),
            ],
            redirect_slashes=False,
        )

    async def live(self, _: Request) -> Response:
        """Tell that the process answers."""
        return PlainTextResponse("live\n", headers=_NO_STORE)

    async def ready(self, _: Request) -> Response:
        """Tell whether there is something to read."""
        if self._sync.edition is None:
            return PlainTextResponse("no edition yet\n", 503, _NO_STORE)
        return PlainTextResponse("ready\n", headers=_NO_STORE)

    async def status(self, request: Request) -> Response:
        """Tell what is served, since when, and what is wrong."""
        if not _may_look(request, self._token):
            return _refused()
        return JSONResponse(_status(self._sync, self._hub, self._mirror), headers=_NO_STORE)

    async def metrics(self, request: Request) -> Response:
        """Tell the same to a monitoring system."""
        if not _may_look(request, self._token):
            return _refused()
        return Response(generate_latest(self._registry), 200, _NO_STORE, CONTENT_TYPE_LATEST)

    async def asset(self, request: Request) -> Response:
        """Send a file of the theme; its name changes with its content, so it may be kept for ever."""
        path, edition = request.scope["path"], self._sync.edition
        representation = self._assets.get(path)
        if representation is None and edition is not None and edition.look.asset(path) is not None:
            with suppress(RenderFailed):
                representation = await self._sync.render(edition, path)
        if representation is None:
            return PlainTextResponse("There is no such file.\n", 404, _NO_STORE)
        code, headers, body = answer(representation, request.headers.raw)
        response = Response(body, code)
        response.raw_headers = headers
        return response

    async def hook(self, request: Request) -> Response:
        """Look at the remote; with `?wait` answer when that is done, and say what came of it."""
        try:
            delivery = await self._believed(request)
        except Refused as exc:
            return _hooked("refused", exc.status, reason=exc.text)
        except WebhookRejected as exc:
            log.warning("a webhook was refused", reason=str(exc))
            return _hooked("refused", 401, reason=str(exc))
        ignored = self._ignored(delivery)
        if ignored:
            return _hooked("ignored", 200, reason=ignored)
        looked = self._sync.trigger()
        looked.add_done_callback(lambda done: self._remember(delivery, done))
        if "wait" not in request.query_params:
            return _hooked("looking", 202)
        outcome = await looked
        status = (
            "failed" if outcome.error else "published" if outcome.after != outcome.before else "unchanged"
        )
        return _hooked(status, 502 if outcome.error else 200, **asdict(outcome))

    async def _believed(self, request: Request) -> Delivery:
        """Examine a request as it comes in. Raises `Refused` or `WebhookRejected`."""
        scrutiny = Scrutiny(dict(request.headers), self._secrets, read=self._examined < _PAYLOADS)
        refuse_early(request.scope, MOST_BYTES)
        self._examined += 1
        try:
            async with asyncio.timeout(_HOOK_SECONDS):
                async for piece in pieces(request.receive, MOST_BYTES):
                    scrutiny.feed(piece)
        except TimeoutError as exc:
            raise Refused(408, "The request took too long.") from exc
        finally:
            self._examined -= 1
        return scrutiny.verdict()

    def _ignored(self, delivery: Delivery) -> str:
        """Say why a believed delivery is no reason to look, if it is none."""
        if delivery.event != "push":
            return f"the event is {delivery.event[:40]}, not a push"
        branch = self._sync.branch
        if delivery.refs and branch and f"refs/heads/{branch}" not in delivery.refs:
            moved = delivery.refs[0].removeprefix("refs/heads/").replace("refs/tags/", "the tag ", 1)
            return f"the push is to {moved[:100]}, and {branch} is published"
        if delivery.id in self._seen:
            return "this delivery was here before"
        return ""

    def _remember(self, delivery: Delivery, looked: asyncio.Future[Outcome]) -> None:
        """Know a delivery when it comes again, unless looking failed: then the forge may well repeat it."""
        # Without a signature anybody could use up somebody else's delivery.
        if not delivery.id or not self._secrets or looked.cancelled() or looked.result().error:
            return
        self._seen[delivery.id] = None
        if len(self._seen) > _DELIVERIES:
            self._seen.popitem(last=False)


def _hooked(status: str, code: int, **more: object) -> Response:
    return JSONResponse({"status": status, **more}, code, _NO_STORE)


def _refused() -> Response:
    return PlainTextResponse(
        "This needs the status_token as Bearer, or a request from the machine itself.\n",
        401,
        {"www-authenticate": "Bearer", **_NO_STORE},
    )


def _may_look(request: Request, token: str) -> bool:
    """Admit whoever has the token, and direct requests from this machine."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode(), token.encode())
    # A reverse proxy on this machine brings strangers from loopback: then only the token counts.
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _status(sync: Sync, hub: Hub, mirror: Mirror | None) -> dict[str, object]:
    state, edition = sync.state, sync.edition
    problems = edition.problems if edition is not None else ()
    age = (datetime.now(UTC) - state.published).total_seconds() if state.published else None
    return {
        "version": __version__,
        "state": "failing" if state.error else "ok" if edition is not None else "starting",
        "commit": state.commit or None,
        "published": state.published.isoformat() if state.published else None,
        "age_seconds": age,
        "checked": state.checked.isoformat() if state.checked else None,
        "error": state.error or None,
        "failures": state.failures,
        "next_try": state.retry.isoformat() if state.retry else None,
        "next_change": _next_change(edition),
        "pages": len(edition.site.pages) if edition is not None else 0,
        "readers": hub.readers,
        "rendered": len(edition.ready) if edition is not None else 0,
        "durations_ms": {step: round(seconds * 1000, 1) for step, seconds in state.durations.items()},
        "mirror": _lag(mirror) if mirror is not None else None,
        "problem_count": len(problems),
        "problems": [str(problem) for problem in problems[:_MOST_PROBLEMS]],
    }


def _next_change(edition: Edition | None) -> str | None:
    """Tell when a page comes or goes by itself next."""
    change = edition.site.next_change if edition is not None else None
    return change.astimezone(UTC).isoformat() if change is not None else None


def _lag(mirror: Mirror) -> dict[str, object]:
    """Tell how far the backup is behind."""
    lag, now = mirror.lag, datetime.now(UTC)
    return {
        "remote": mirror.remote,
        "refs_behind": lag.refs,
        "seconds_behind": (now - lag.since).total_seconds() if lag.since else 0,
        "complete": lag.complete.isoformat() if lag.complete else None,
        "error": lag.error or None,
        "failures": lag.failures,
        "next_try": lag.retry.isoformat() if lag.retry else None,
    }
