"""Dates and authors of real repositories, compared with what `git log` says of each file."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest
from corpora import corpus
from servers import git, work_tree

from canopy.git import Repository
from canopy.git.renames import follow_renames, load_renames

if TYPE_CHECKING:
    from pathlib import Path

BUNDLES = [("canopy-notepad.bundle", 1), ("mirage-www.bundle", 4)]
"""Of the larger one every fourth file: one `git log` for each takes its time."""


@pytest.fixture(params=BUNDLES, ids=["notepad", "mirage-www"])
def cloned(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, int]:
    """Clone a bundle."""
    name, step = request.param
    git("clone", "-q", "--bare", corpus(name), tmp_path / "c.git")
    return tmp_path / "c.git", step


def log(path: Path, name: str, *options: str) -> list[int]:
    """Return the author times of the commits that `git log` lists for a file, newest first."""
    return [int(line) for line in git("log", "--format=%at", *options, "--", name, at=path).split()]


def test_dates_equal_those_of_git_log(cloned: tuple[Path, int]) -> None:
    """Created is the oldest addition and updated the newest change; the authors are those of the changes."""
    path, step = cloned
    repository = Repository(path)
    blobs = repository.snapshot(repository.resolve("master")).blobs
    for name in sorted(blobs)[::step]:
        blob = blobs[name]
        assert blob.updated.timestamp() == log(path, name, "-1")[0], name
        assert blob.created.timestamp() == log(path, name, "--diff-filter=A")[-1], name
        authors = git("log", "--format=%an", "--diff-filter=AM", "--", name, at=path).splitlines()
        assert set(authors) <= set(blob.authors), name


def test_dates_follow_renames_as_git_log_does(cloned: tuple[Path, int]) -> None:
    """When renames have been followed, created is the oldest addition of `git log --follow`."""
    path, step = cloned
    repository = Repository(path)
    tip = repository.resolve("master")
    before = repository.snapshot(tip)
    assert repository.renames_wanted(tip)
    job = pickle.loads(pickle.dumps((follow_renames, (str(path), tip))))
    assert job[0](*job[1])
    assert not repository.renames_wanted(tip)
    assert not follow_renames(str(path), tip), "nothing new the second time"
    after = repository.snapshot(tip, previous=before)
    for name in sorted(after.blobs)[::step]:
        created = log(path, name, "--follow", "--diff-filter=A")[-1]
        assert after.blobs[name].created.timestamp() == created, name
    assert after == Repository(path).snapshot(tip)


def test_a_rename_keeps_date_and_authors_and_a_copy_only_the_date(tmp_path: Path) -> None:
    """Who wrote the old file wrote the renamed one too, but not a copy made from it."""
    work = work_tree(tmp_path)
    text = "".join(f"line {n}\n" for n in range(30))
    work.write(old_dot_md=text, template_dot_md=text.upper())
    work.commit(author="Ada", when=1_500_000_000)
    git("mv", "old.md", "new.md", at=work.path)
    work.put("new.md", text + "more\n")
    work.put("copy.md", text.upper() + "and more\n")
    work.write(fresh_dot_md="something else\n")
    work.commit(author="Grace", when=1_500_100_000)
    tip = work.push()
    follow_renames(str(work.bare), tip)
    blobs = Repository(work.bare).snapshot(tip).blobs
    created = {name: int(blob.created.timestamp()) for name, blob in blobs.items()}
    assert created == {
        "new.md": 1_500_000_000,
        "template.md": 1_500_000_000,
        "copy.md": 1_500_000_000,
        "fresh.md": 1_500_100_000,
    }
    assert blobs["new.md"].authors == ("Ada", "Grace")
    assert blobs["copy.md"].authors == ("Grace",)


def test_renames_are_followed_from_where_they_were_left(tmp_path: Path) -> None:
    """A later rename adds to what is known; a chain of renames leads to the first name."""
    work = work_tree(tmp_path)
    work.write(a="".join(f"{n}\n" for n in range(20)))
    work.commit(when=1_500_000_000)
    for number, (old, new) in enumerate([("a", "b"), ("b", "c"), ("c", "d/e")]):
        (work.path / new).parent.mkdir(exist_ok=True)
        git("mv", old, new, at=work.path)
        work.commit(when=1_500_001_000 + number)
        tip = work.push()
        assert follow_renames(str(work.bare), tip)
        assert len(load_renames(work.bare)) == number + 1
        assert Repository(work.bare).snapshot(tip).blobs[new].created.timestamp() == 1_500_000_000


def test_a_rename_on_a_branch_that_was_merged_is_followed(tmp_path: Path) -> None:
    """A name that a file had on a side branch only leads back to its beginning."""
    work = work_tree(tmp_path)
    work.write(readme="r")
    work.commit(when=1_500_000_000)
    git("checkout", "-qb", "side", at=work.path)
    work.write(draft="".join(f"{n}\n" for n in range(20)))
    work.commit(when=1_500_000_100)
    git("mv", "draft", "final", at=work.path)
    work.commit(when=1_500_000_200)
    git("checkout", "-q", "main", at=work.path)
    work.write(readme="rr")
    work.commit(when=1_500_000_300)
    git("merge", "-q", "--no-edit", "side", at=work.path)
    tip = work.push()
    follow_renames(str(work.bare), tip)
    assert Repository(work.bare).snapshot(tip).blobs["final"].created.timestamp() == 1_500_000_100


def test_a_file_that_was_deleted_and_came_back(tmp_path: Path) -> None:
    """Created is the first addition there ever was, updated the newest."""
    work = work_tree(tmp_path)
    repository, before = Repository(work.bare), None
    for when, text in ((1_500_000_000, "one"), (1_500_000_100, None), (1_500_000_200, "two")):
        if text is None:
            (work.path / "a").unlink()
        else:
            work.write(a=text)
        work.commit(when=when)
        tip = work.push()
        before = repository.snapshot(tip, previous=before)
    blob = before.blobs["a"]
    assert (blob.created.timestamp(), blob.updated.timestamp()) == (1_500_000_000, 1_500_000_200)


def test_a_shallow_edge_hides_only_what_lies_behind_it(tmp_path: Path) -> None:
    """What was added or changed since the edge is known, what is older is not."""
    work = work_tree(tmp_path)
    work.write(old="1", changed="1")
    work.commit()
    work.write(edge="1")
    work.commit()
    work.write(changed="2", new="1")
    work.commit()
    work.push()
    git("clone", "-q", "--bare", "--depth=2", f"file://{work.bare}", tmp_path / "s.git")
    repository = Repository(tmp_path / "s.git")
    blobs = repository.snapshot(repository.resolve("main")).blobs
    known = {name: (blob.created is not None, blob.updated is not None) for name, blob in blobs.items()}
    assert known == {
        "old": (False, False),
        "edge": (False, False),
        "changed": (False, True),
        "new": (True, True),
    }


def test_a_merge_with_an_unrelated_history_that_wins(tmp_path: Path) -> None:
    """A file that a merge gave up for the other side's absence begins anew when it comes back."""
    work = work_tree(tmp_path)
    work.write(x="1", y="1")
    work.commit(when=1_500_000_000)
    work.push()
    repository = Repository(work.bare)
    before = repository.snapshot(work.head())
    git("checkout", "-q", "--orphan", "other", at=work.path)
    git("rm", "-qrf", ".", at=work.path)
    work.write(z="1")
    other = work.commit(when=1_500_000_100)
    tree = git("rev-parse", f"{other}^{{tree}}", at=work.path)
    merged = git("commit-tree", tree, "-p", "main", "-p", other, "-m", "m", at=work.path)
    git("reset", "-q", "--hard", merged, at=work.path)
    work.push()
    before = repository.snapshot(merged, previous=before)
    work.write(x="2")
    tip = work.commit(when=1_500_000_200)
    work.push()
    after = repository.snapshot(tip, previous=before)
    assert after.blobs["x"].created.timestamp() == 1_500_000_200
    assert log(work.bare, "x", "--diff-filter=A") == [1_500_000_200]
    assert after == Repository(work.bare).snapshot(tip)
