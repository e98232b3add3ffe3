"""The bridge between a push and its review: asked by the git host, answered with the sync worker's help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from canopy.errors import CanopyError
from canopy.git.push import Proposal, Verdict
from canopy.review import describe, refusal

if TYPE_CHECKING:
    from canopy.review import Reject
    from canopy.sync import Sync

log = structlog.get_logger("canopy.review")


class Reviewer:
    """Decides whether a push to the published branch is accepted."""

    def __init__(self, sync: Sync, reject: Reject) -> None:
        self._sync = sync
        self._reject = reject

    async def __call__(self, proposal: Proposal, pusher: str) -> Verdict:
        """Build the proposed site, and say what is new about it."""
        try:
            if proposal.old and proposal.old != self._sync.state.commit:
                # The push before this one is in the repository, but not yet in the edition to compare with.
                await self._sync.trigger(sure=True)
            review = await self._sync.review(proposal.repository, proposal.new)
        except CanopyError as exc:
            return Verdict(accept=False, reason=str(exc))
        except Exception as exc:  # a push's outer edge: the pusher hears of a bug instead of waiting for ever
            log.exception("a push could not be reviewed", pusher=pusher, commit=proposal.new[:12])
            return Verdict(accept=False, reason=f"internal error while reviewing: {type(exc).__name__}")
        reason = refusal(review, self._reject)
        log.info(
            "reviewed",
            pusher=pusher,
            commit=proposal.new[:12],
            pages=len(review.changes.paths),
            problems=len(review.problems),
            refused=reason,
            ms=round(review.seconds * 1000),
        )
        return Verdict(not reason, reason, tuple(describe(review, reason)))
