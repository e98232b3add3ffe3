"""The plain values of a push: what is proposed, what the house answers, what came of it.

They know neither the protocol nor dulwich; the rooms above talk about pushes in these words only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from canopy.git.repository import Repository

BRANCHES, TAGS = "refs/heads/", "refs/tags/"


@dataclass(frozen=True, slots=True)
class PushPolicy:
    """What pushes may do to the branch that is published; other branches and tags are free."""

    published_branch: str
    """Its short name: `main`."""
    force: Literal["allow", "refuse"] = "allow"
    """Whether it may move to a commit that does not contain the old one."""
    delete: Literal["allow", "refuse"] = "refuse"
    refs: int = 1_000
    """How many refs one push may touch."""

    @property
    def published_ref(self) -> str:
        """The full name of the published branch."""
        return BRANCHES + self.published_branch


@dataclass(frozen=True, slots=True)
class Proposal:
    """A new tip for the published branch, before anybody else can see it."""

    branch: str
    old: str | None
    """The commit that is published now; None when the branch is new."""
    new: str
    forced: bool
    """The new commit does not contain the old one."""
    options: tuple[str, ...]
    """What the pusher gave with `git push -o`."""
    repository: Repository
    """The repository as it would be: reads see the pushed objects too. Valid during the review only."""
    say: Callable[[str], None]
    """Shows lines in the pusher's terminal at once."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the review found."""

    accept: bool
    reason: str = ""
    """Why not: a short phrase, which git shows as `! [remote rejected] main -> main (reason)`."""
    messages: tuple[str, ...] = ()
    """Lines that git shows behind `remote:`."""


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """What one command of a push came to."""

    ref: str
    """The full name, made printable."""
    old: str | None
    """None: it is created."""
    new: str | None
    """None: it is deleted."""
    reason: str = ""
    """Why it was refused; empty when the ref really moved."""
    forced: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the ref moved."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class PushOutcome:
    """What came of a push; it has been reported to the pusher already."""

    updates: tuple[RefUpdate, ...] = ()
    error: str = ""
    """Why the whole push came to nothing, if it did."""
    pack_bytes: int = 0
    objects: int = 0

    @property
    def accepted(self) -> tuple[RefUpdate, ...]:
        """The refs that moved."""
        return tuple(update for update in self.updates if update.accepted)

    def of(self, branch: str) -> RefUpdate | None:
        """Return what happened to a branch, or None if it was not accepted or not part of the push."""
        return next((update for update in self.accepted if update.ref == BRANCHES + branch), None)
