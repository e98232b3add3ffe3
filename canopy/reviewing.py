"""Looking at a push before it is accepted: the site that it would make, and what is wrong with it.

Nothing is published here, and nothing said: `canopy.review` has the words. It must not know HTTP.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from canopy.review import Review, compare, mentions, news

if TYPE_CHECKING:
    from collections.abc import Iterable

    from canopy.git import Repository
    from canopy.printing import Printer
    from canopy.publishing import Publisher
    from canopy.render.edition import Edition
    from canopy.render.press import Press

_REVIEWED = 500
"""Pages that are rendered for a review; a push that changes more is an import, not a note."""
_REVIEW_SECONDS = 15.0
"""After which no further page is rendered for a review: somebody waits for it."""


class Reviewing:
    """Reviews one push after the other."""

    def __init__(self, publisher: Publisher, press: Press, printer: Printer) -> None:
        self._publisher = publisher
        self._press = press
        self._printer = printer

    async def review(self, repository: Repository, commit: str) -> Review:
        """Build the site that a commit would make, without publishing it, and say what is new about it.

        `repository` is ours with the pushed objects on top. Raises `SyncError` if the commit cannot be read.
        """
        start, old = time.perf_counter(), self._publisher.edition
        before = old.site if old else None
        edition = await self._publisher.propose(repository, commit)
        site = edition.site
        changes = compare(before, site)
        # Every text is searched: the event loop must not wait for that.
        linking = await asyncio.to_thread(mentions, site, before, changes.lost) if changes.lost else ()
        paths = dict.fromkeys([*changes.written, *linking])
        await self._printer.drive(self._press.inspect(edition))
        unread = len(paths) - await self._read(paths, edition, old, until=start + _REVIEW_SECONDS)
        problems = news(old.problems if old else (), edition.problems)
        return Review(site, changes, problems, time.perf_counter() - start, unread)

    async def _read(
        self, paths: Iterable[str], edition: Edition, old: Edition | None, *, until: float
    ) -> int:
        """Have the first pages rendered, for what is wrong with them; return how many these were."""
        known, read = old.site.shown if old else {}, 0
        for path in list(paths)[:_REVIEWED]:
            if time.perf_counter() > until:
                break
            await self._printer.drive(self._press.findings(edition, path))
            if old is not None and path in known:
                # What was wrong before is not this push's fault, even if nobody has seen the page since.
                await self._printer.drive(self._press.findings(old, path))
            read += 1
        return read
