"""Symbolic links: what they add to the files of a tree, and what they must never reach."""

from __future__ import annotations

import pytest
from snapshots import blob

from canopy.git.symlinks import MOST, MOST_LINKED, follow

FILES = {
    path: blob(path, path) for path in ("a.md", "docs/b.md", "docs/img/c.png", "docs/.x/d.md", ".github/e.md")
}


def added(links, files=FILES):
    """Return which file each path stands for, and what is said of the rest."""
    linked, problems = follow(links, files, {})
    assert all(found.path == path and found.data == files[found.link].data for path, found in linked.items())
    told = {problem.path: problem.reason.removeprefix("the symbolic link ") for problem in problems}
    return {path: found.link for path, found in linked.items()}, told


@pytest.mark.parametrize(
    ("path", "target", "meant"),
    [
        ("x.md", "a.md", "a.md"),
        ("x.md", "./docs/../a.md", "a.md"),
        ("docs/x.md", "../a.md", "a.md"),
        ("docs/img/x.md", "../b.md", "docs/b.md"),
    ],
)
def test_a_link_to_a_file_is_that_file(path, target, meant):
    """A target is relative to the folder in which the link lies; the file's dates are the link's."""
    assert added({path: target}) == ({path: meant}, {})
    linked, _ = follow({path: target}, FILES, {})
    assert (linked[path].created, linked[path].id) == (FILES[meant].created, FILES[meant].id)


def test_a_link_to_a_folder_is_all_that_lies_in_it():
    """Its files are there once more below the link, and may be reached by links through it."""
    links = {"latest": "docs", "c.png": "latest/img/c.png", "again/x": "../latest/img"}
    files = {
        "latest/b.md": "docs/b.md",
        "latest/img/c.png": "docs/img/c.png",
        "latest/.x/d.md": "docs/.x/d.md",
    }
    assert added(links) == (files | {"c.png": "docs/img/c.png", "again/x/c.png": "docs/img/c.png"}, {})


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("/etc/passwd", "leads out of the repository"),
        ("../a.md", "leads out of the repository"),
        ("docs/../../a.md", "leads out of the repository"),
        ("none.md", "leads to 'none.md', which is not there"),
        (".github/e.md", "leads to a hidden place"),
        ("docs/.x", "leads to a hidden place"),
        (".git/config", "leads to a hidden place"),
        (".", "leads to a folder in which it lies"),
        ("x", "leads in a circle, or by too many others"),
        ("a/" * 1000, "leads nowhere"),
        ("", "leads nowhere"),
    ],
)
def test_a_link_that_leads_nowhere_is_a_problem(target, why):
    """It never leads out of the tree, to hidden places, or into itself."""
    assert added({"x": target}) == ({}, {"x": why})


def test_links_in_a_circle():
    """Links that lead to each other end, and so do those through each other's folders."""
    found, told = added({"x": "y", "y": "x", "docs/up": "..", "docs/self": "../docs/img/../self/b.md"})
    assert found == {}
    assert set(told) == {"x", "y", "docs/up", "docs/self"}


def test_many_links_are_bounded():
    """So many are followed, and so many files are added by folders; of the others it is said."""
    found, told = added({f"l{number:05}": "a.md" for number in range(MOST + 3)})
    assert (len(found), len(told)) == (MOST, 3)
    files = {path: blob(path, "x") for path in (f"f/{number}.md" for number in range(MOST_LINKED // 4))}
    found, told = added({f"l{number}": "f" for number in range(6)}, files)
    assert len(found) == MOST_LINKED
    assert set(told) == {"l4", "l5"}


def test_what_is_as_before_stays_the_same_object():
    """A second look hands out the same blobs, and another one where the file that is meant changed."""
    links = {"x.md": "a.md", "y": "docs"}
    before, _ = follow(links, FILES, {})
    changed = FILES | {"a.md": blob("a.md", "other")}
    after, _ = follow(links, changed, before)
    assert {path for path in after if after[path] is not before[path]} == {"x.md"}
    assert after["x.md"].data == b"other"
