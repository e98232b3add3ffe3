"""Telling a WebSub hub what a push changed, so that subscribers hear of it at once (W3C WebSub, 6).

The hub is somebody else's machine: it is asked in a thread, with a limit, and its failures are logged and no
more. Must not know how feeds are written.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
import urllib3

from canopy.render.feeds import changed_feeds

if TYPE_CHECKING:
    from canopy.render.edition import Edition

log = structlog.get_logger("canopy.websub")

_TIMEOUT = 10.0
"""Seconds for everything: names, connection, answer."""
_MOST = 60
"""Feeds in one announcement; what a push to hundreds of sections changed is found by looking, too."""


class Announcer:
    """Announces one site to one hub."""

    def __init__(self, hub: str) -> None:
        self._hub = hub
        self._tasks: set[asyncio.Task[None]] = set()

    def published(self, new: Edition, old: Edition | None) -> None:
        """Announce the feeds that differ; called in the event loop after each publication.

        The first edition after a start is no news: nobody knows what was served before.
        """
        if old is None:
            return
        urls = [new.site.absolute(path) for path in changed_feeds(old.outline, new.outline, _MOST)]
        if urls:
            task = asyncio.get_running_loop().create_task(asyncio.to_thread(announce, self._hub, urls))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


def announce(hub: str, urls: list[str]) -> None:
    """Tell the hub of feeds that have changed. Never raises."""
    fields = [("hub.mode", "publish"), *(("hub.url", url) for url in urls)]
    try:
        with urllib3.PoolManager(num_pools=1, retries=False) as pool:
            answer = pool.request(
                "POST",
                hub,
                fields=fields,
                encode_multipart=False,
                timeout=urllib3.Timeout(total=_TIMEOUT),
                redirect=False,
                preload_content=False,
            )
            answer.release_conn()
    except (urllib3.exceptions.HTTPError, ValueError) as exc:
        log.warning("the hub cannot be told", hub=hub, reason=f"{type(exc).__name__}: {exc}"[:300])
        return
    if 200 <= answer.status < 300:
        log.info("the hub was told", hub=hub, feeds=len(urls))
    else:
        log.warning("the hub refused the announcement", hub=hub, status=answer.status, feeds=len(urls))
