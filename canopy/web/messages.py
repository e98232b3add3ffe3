"""The pages that are not in any edition: 404, 410 and 503."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING

from canopy.render.interface import SOURCE, Interface
from canopy.render.jobs import HTML
from canopy.render.look import Look
from canopy.render.lost import MOST_PATH, gone_view, not_found_view
from canopy.render.nearest import Nearest
from canopy.render.representation import encode, represent
from canopy.render.views import Frame, UnavailableView
from canopy.render.workers import RenderFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from canopy.content.values import Gone
    from canopy.render.edition import Edition
    from canopy.render.jobs import Job
    from canopy.render.representation import Body, Headers, Representation
    from canopy.render.views import View
    from canopy.sync import Sync

_NEVER = "no-store"
_CACHING = {410: "public, max-age=0, must-revalidate"}
"""What was deleted stays so as a rule (RFC 9110, 15.5.11); a page that comes back is seen all the same."""
_SOONEST = 2
_KEPT = 64
_AT_ONCE = 4
"""404 pages in the making: a flood of wrong addresses must not keep the workers from pages."""


class Messages:
    """Makes the pages for what is not there, each from one edition."""

    def __init__(self, sync: Sync, base_path: str, language: str = "") -> None:
        """Speak `language` as long as there is no site that says its own."""
        self._sync = sync
        self._base_path = base_path
        self._language = language
        self._edition: Edition | None = None
        self._nearest: Nearest | None = None
        self._kept: OrderedDict[str, Representation] = OrderedDict()
        self._making = asyncio.Semaphore(_AT_ONCE)
        self._unavailable: tuple[str, Representation] | None = None

    async def not_found(self, edition: Edition, path: str) -> Representation:
        """Return the 404 page for `path`, with what the reader may have meant."""

        def view() -> View:
            return not_found_view(edition.outline, self._index(edition), path)

        text = edition.outline.interface.gettext("There is no such page")
        return await self._kept_for(edition, path, view, 404, text)

    async def gone(self, edition: Edition, path: str, gone: Gone) -> Representation:
        """Return the 410 page for `path`: what was there, and where to look instead."""

        def view() -> View:
            return gone_view(edition.outline, self._index(edition), path, gone)

        text = edition.outline.interface.gettext("This page was deleted.")
        return await self._kept_for(edition, path, view, 410, text)

    async def _kept_for(
        self, edition: Edition, path: str, view: Callable[[], View], status: int, text: str
    ) -> Representation:
        """Make a page, unless it is at hand; `text` says the same where so many are asked for at once."""
        if edition is not self._edition:
            self._edition = edition
            self._kept.clear()
        kept = self._kept.get(path)
        if kept is not None:
            return kept
        if self._making.locked():
            return _plainly(status, text)
        async with self._making:
            shown = edition.look.show(await asyncio.to_thread(view), path[:MOST_PATH])
            representation = await self._made(shown, status, [])
        if edition is self._edition:
            self._kept[path] = representation
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return representation

    def _index(self, edition: Edition) -> Nearest:
        if self._nearest is None or self._nearest.site is not edition.site:
            self._nearest = Nearest(edition.site)
        return self._nearest

    async def unavailable(self) -> Representation:
        """Return the 503 page: what Canopy waits for, and when to ask again."""
        state = self._sync.state
        reason = state.error
        if self._unavailable is not None and self._unavailable[0] == reason:
            return self._unavailable[1]
        wait = (state.retry - datetime.now(UTC)).total_seconds() if state.retry is not None else 0
        seconds = max(_SOONEST, min(60, ceil(wait)))
        frame = Frame("Canopy", "", self._language or SOURCE, self._base_path, ())
        retry = [(b"retry-after", b"%d" % seconds)]
        view = UnavailableView(frame, reason, seconds)
        representation = await self._made(Look().show(view), 503, retry)
        self._unavailable = (reason, representation)
        return representation

    async def _made(self, steps: Generator[Job, Any, Body], status: int, extra: Headers) -> Representation:
        try:
            body = await self._sync.drive(steps)
        except RenderFailed:
            edition = self._sync.edition
            _ = (edition.outline.interface if edition is not None else Interface.of(SOURCE)).gettext
            return _plainly(status, _("This page cannot be shown at the moment."))
        return represent(body, HTML, cache_control=_CACHING.get(status, _NEVER), status=status, extra=extra)


def _plainly(status: int, text: str) -> Representation:
    body = encode(text.encode() + b"\n", "text/plain")
    return represent(body, "text/plain; charset=utf-8", cache_control=_NEVER, status=status)
