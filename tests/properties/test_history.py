"""Histories of every shape: dates equal git's, and what is remembered between pushes changes nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import git

from canopy.git import Repository

FILES = ["a", "b", "d/c", "d/e"]
COMMIT = st.tuples(
    st.one_of(st.lists(st.integers(0, 30), min_size=1, max_size=2), st.just([0, 1]), st.just([])),
    st.lists(st.tuples(st.sampled_from(FILES), st.sampled_from(["", "1", "2", "3"])), max_size=3),
)
"""Which of the commits before are its parents (counted backwards; none: a second root), and what it writes
(empty text deletes)."""


def history(path: Path, plan: list[tuple[list[int], list[tuple[str, str]]]]) -> list[str]:
    """Make the commits of a plan with `git fast-import` and return their ids."""
    states: list[dict[str, str]] = []
    lines: list[str] = []
    for number, (backwards, changes) in enumerate(plan):
        parents = list(dict.fromkeys(number - 1 - b % number for b in backwards)) if number else []
        state = dict(states[parents[0]]) if parents else {}
        for name, text in changes:
            if text:
                state[name] = text
            else:
                state.pop(name, None)
        states.append(state)
        who = f"A{number % 3} <a@b> {1_500_000_000 + number * 60} +0000"
        lines += [f"commit refs/heads/c{number}", f"mark :{number + 1}"]
        lines += [f"author {who}", f"committer {who}", "data 1", "m"]
        lines += [f"{'from' if at == 0 else 'merge'} :{p + 1}" for at, p in enumerate(parents)]
        lines += ["deleteall"]
        for name, text in state.items():
            lines += [f"M 100644 inline {name}", f"data {len(text)}", text]
        lines.append("")
    git("init", "-q", "--bare", path)
    git("fast-import", "--quiet", "--force", at=path, stdin="\n".join(lines).encode())
    return [git("rev-parse", f"refs/heads/c{n}", at=path) for n in range(len(plan))]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(COMMIT, min_size=1, max_size=12))
def test_dates_equal_those_of_git_log(plan: list[tuple[list[int], list[tuple[str, str]]]]) -> None:
    """In any history with merges, updated is the newest change and created the oldest addition."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "r.git")
        tip = history(path, plan)[-1]
        for name, blob in Repository(path).snapshot(tip).blobs.items():
            newest = git("log", "-1", "--format=%at", tip, "--", name, at=path)
            added = git("log", "--format=%at", "--diff-filter=A", tip, "--", name, at=path).split()
            assert blob.updated.timestamp() == int(newest), name
            if added:  # `git log` shows no addition that a merge itself makes
                assert blob.created.timestamp() <= int(added[-1]), name
            merges = git("log", "--format=%at", "--merges", tip, "--", name, at=path).split()
            if added and not merges:
                assert blob.created.timestamp() == int(added[-1]), name


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(COMMIT, min_size=2, max_size=12), st.lists(st.integers(0, 11), min_size=1, max_size=8))
def test_remembering_changes_nothing(
    plan: list[tuple[list[int], list[tuple[str, str]]]], visits: list[int]
) -> None:
    """From any commit to any other, by push or by force, the snapshot is that of a fresh start."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "r.git")
        commits = history(path, plan)
        repository, before = Repository(path), None
        for visit in [*visits, len(plan) - 1]:
            tip = commits[visit % len(commits)]
            after = repository.snapshot(tip, previous=before)
            assert after == Repository(path).snapshot(tip)
            if before is not None:
                for name, blob in after.blobs.items():
                    if before.blobs.get(name) == blob:
                        assert before.blobs[name] is blob
            before = after
