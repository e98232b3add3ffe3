"""Verification: whole trees pass, missing or malformed parts are named, and it costs what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from servers import git, work_tree

from canopy.errors import LimitExceeded, SyncError
from canopy.git import Limits, Repository
from canopy.git.objects import MissingObject
from canopy.git.verify import Verified, verify_history, verify_tree

if TYPE_CHECKING:
    from pathlib import Path

    from servers import Work


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """Make a repository of three commits with loose objects."""
    made = work_tree(tmp_path)
    for number in range(3):
        made.write(**{f"d__n{number}": str(number)})
        made.commit()
    git("config", "receive.unpackLimit", "1000", at=made.bare)
    made.push()
    return made


class Counting:
    """A store that counts what is asked of it."""

    def __init__(self, store) -> None:
        self.store, self.reads = store, 0

    def get_raw(self, name):
        """Count and read."""
        self.reads += 1
        return self.store.get_raw(name)

    def __contains__(self, name) -> bool:
        self.reads += 1
        return name in self.store


def forget(work: Work, name: str) -> None:
    """Lose one object."""
    object_id = git("rev-parse", name, at=work.bare)
    (work.bare / "objects" / object_id[:2] / object_id[2:]).unlink()


def test_a_whole_history_is_counted_once(work: Work) -> None:
    """All commits are looked at; those that are known are not."""
    commits = git("rev-list", "main", at=work.bare).split()
    with Repository(work.bare).opened() as repo:
        store = repo.object_store
        assert verify_history(store, [commits[0]], lambda _: False, Limits()) == 3
        assert verify_history(store, [commits[0]], lambda name: name == commits[1], Limits()) == 1
        assert verify_history(store, commits, lambda _: True, Limits()) == 0


def test_what_was_verified_is_not_read_again(work: Work) -> None:
    """The second look at a commit reads the commit alone."""
    with Repository(work.bare).opened() as repo:
        store, verified = Counting(repo.object_store), Verified()
        verify_tree(store, work.head(), Limits(), verified)
        assert store.reads > 4
        store.reads = 0
        verify_tree(store, work.head(), Limits(), verified)
        assert store.reads == 1


@pytest.mark.parametrize("name", ["main:d/n0", "main:d", "main^{tree}", "main"])
def test_a_missing_object_is_found(work: Work, name: str) -> None:
    """The commit in the store does not mean that its files are."""
    tip = work.head()
    forget(work, name)
    with Repository(work.bare).opened() as repo, pytest.raises(MissingObject):
        verify_tree(repo.object_store, tip, Limits())


def test_a_missing_ancestor_is_found_unless_history_ends_there(work: Work) -> None:
    """A history must be whole down to its roots or to the edge of a shallow repository."""
    tip, parent = work.head(), git("rev-parse", "main~1", at=work.bare)
    forget(work, "main~2")
    with Repository(work.bare).opened() as repo:
        with pytest.raises(MissingObject):
            verify_history(repo.object_store, [tip], lambda _: False, Limits())
        assert (
            verify_history(repo.object_store, [tip], lambda _: False, Limits(), shallow=frozenset([parent]))
            == 2
        )


def test_something_that_is_no_commit(work: Work) -> None:
    """A branch that points to a file is an error."""
    with Repository(work.bare).opened() as repo, pytest.raises(SyncError, match="commit belongs"):
        verify_tree(repo.object_store, git("rev-parse", "main:d/n0", at=work.bare), Limits())


def test_the_number_of_commits_is_limited(work: Work) -> None:
    """A history longer than allowed raises."""
    with Repository(work.bare).opened() as repo, pytest.raises(LimitExceeded):
        verify_history(repo.object_store, [work.head()], lambda _: False, Limits(commits=2))
