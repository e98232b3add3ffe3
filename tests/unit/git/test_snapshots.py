"""Snapshots: what is taken from a commit, what becomes a problem, and what stays the same object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from servers import git, work_tree

from canopy.errors import LimitExceeded
from canopy.git import Limits, Repository
from canopy.problem import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from servers import Work


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """Make a repository to write in."""
    return work_tree(tmp_path)


def forged(work: Work, *entries: tuple[str, bytes, str]) -> str:
    """Commit a tree of (mode, name, id) as it is, without git's checks."""
    import hashlib
    import zlib

    content = b"".join(f"{int(m, 8):o}".encode() + b" " + n + b"\0" + bytes.fromhex(i) for m, n, i in entries)
    raw = b"tree %d\0" % len(content) + content
    name = hashlib.sha1(raw).hexdigest()
    path = work.bare / "objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(raw))
    tip = git("commit-tree", name, "-m", "forged", at=work.bare)
    git("update-ref", "refs/heads/main", tip, at=work.bare)
    return tip


def blob(work: Work, content: bytes) -> str:
    """Store a blob and return its id."""
    return git("hash-object", "-w", "--stdin", at=work.bare, stdin=content)


def test_what_cannot_be_shown_is_a_problem_with_a_cure(work: Work) -> None:
    """Links, submodules, LFS pointers and large files are left out, each with a cure; the rest is there."""
    work.write(good_dot_md="good\n", big_dot_bin="x" * 2000)
    work.put("pointer.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n")
    (work.path / "link.md").symlink_to("/etc/passwd")
    (work.path / "inside.md").symlink_to("good.md")
    git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module", at=work.path)
    git("add", "good.md", "big.bin", "pointer.bin", "link.md", "inside.md", at=work.path)
    git("commit", "-qm", "all", at=work.path)
    tip = work.push()
    snapshot = Repository(work.bare, Limits(blob_bytes=1000)).snapshot(tip)
    assert set(snapshot.blobs) == {"good.md", "inside.md"}
    assert [p.path for p in snapshot.problems] == ["big.bin", "link.md", "module", "pointer.bin"]
    assert all(p.cure and p.severity is Severity.ERROR for p in snapshot.problems)


def test_absurd_names_are_problems(work: Work) -> None:
    """`..`, `.git` and empty names never become paths; odd but possible ones do, with a warning."""
    one = blob(work, b"one")
    tip = forged(
        work,
        ("100644", b"..", one),
        ("100644", b".git", one),
        ("100644", b"", one),
        ("100644", b"bell\x07.md", one),
        ("100644", b"caf\xe9.md", one),
        ("100644", "café.md".encode(), one),
        ("100644", b"good.md", one),
        ("100644", b"a/../../b", one),
    )
    repository = Repository(work.bare)
    snapshot = repository.snapshot(tip)
    assert set(snapshot.blobs) == {"bell\x07.md", "café.md", "good.md"}
    levels = {p.path: p.severity for p in snapshot.problems}
    assert levels["bell\x07.md"] is Severity.WARNING
    assert len(snapshot.problems) == 6
    assert not any("\x07" in str(p) for p in snapshot.problems)
    again = repository.snapshot(tip, previous=snapshot)
    assert again == snapshot
    assert again.blobs["good.md"] is snapshot.blobs["good.md"]


def test_two_names_that_decode_alike(work: Work) -> None:
    """When one of two colliding files goes, the other one takes its place, as in a fresh snapshot."""
    one, two = blob(work, b"one"), blob(work, b"two")
    both = forged(work, ("100644", b"caf\xe9.md", one), ("100644", "café.md".encode(), two))
    repository = Repository(work.bare)
    before = repository.snapshot(both)
    for entry in (("100644", b"caf\xe9.md", one), ("100644", "café.md".encode(), two)):
        tip = forged(work, entry)
        assert repository.snapshot(tip, previous=before) == Repository(work.bare).snapshot(tip)
        before = repository.snapshot(both, previous=repository.snapshot(tip, previous=before))


def test_only_the_root_is_read(work: Work) -> None:
    """Below a root the paths stay those of the repository; a root that is not there is a problem."""
    work.write(docs__a_dot_md="a", docs__b__c_dot_md="c", outside_dot_md="o")
    work.commit()
    tip = work.push()
    repository = Repository(work.bare)
    assert set(repository.snapshot(tip, root="docs").blobs) == {"docs/a.md", "docs/b/c.md"}
    assert set(repository.snapshot(tip, root="/docs/b/").blobs) == {"docs/b/c.md"}
    for root in ("nowhere", "docs/a.md"):
        missing = repository.snapshot(tip, root=root)
        assert not missing.blobs
        assert [p.path for p in missing.problems] == [root]


def test_a_push_changes_only_what_it_changes(work: Work) -> None:
    """Every file that did not change is the very same object; the others are as in a fresh snapshot."""
    work.write(**{f"d{n % 3}__n{n}_dot_md": f"{n}" for n in range(30)})
    work.commit(author="Ada")
    first = work.push()
    repository = Repository(work.bare)
    before = repository.snapshot(first)
    work.write(d0__n0_dot_md="changed", d1__new_dot_md="new")
    git("rm", "-q", "d2/n2.md", at=work.path)
    git("mv", "d2/n5.md", "n5.md", at=work.path)
    work.commit(author="Grace")
    tip = work.push()
    after = repository.snapshot(tip, previous=before)
    assert after == Repository(work.bare).snapshot(tip)
    new = {path for path, found in after.blobs.items() if before.blobs.get(path) is not found}
    assert new == {"d0/n0.md", "d1/new.md", "n5.md"}
    assert after.blobs["d0/n0.md"].authors == ("Ada", "Grace")
    assert before.blobs["d0/n0.md"].data == b"0", "the old snapshot is as it was"


def test_a_file_becomes_a_folder_and_back(work: Work) -> None:
    """A name may change its kind."""
    repository = Repository(work.bare)
    before = None
    for step in ("file", "folder", "file", "link"):
        git("rm", "-rqf", "--ignore-unmatch", "x", at=work.path)
        if step == "link":
            (work.path / "x").symlink_to("y")
        else:
            work.put("x" if step == "file" else "x/y", step)
        work.commit()
        tip = work.push()
        after = repository.snapshot(tip, previous=before)
        assert after == Repository(work.bare).snapshot(tip)
        before = after
    assert not before.blobs
    assert len(before.problems) == 1


def test_links_follow_what_they_lead_to(work: Work) -> None:
    """A push that changes, moves or removes the file that a link means changes what the link is."""
    repository = Repository(work.bare)
    work.write(a_dot_md="one", d__c_dot_md="c")
    (work.path / "l.md").symlink_to("a.md")
    (work.path / "e").symlink_to("d")
    work.commit()
    before = repository.snapshot(work.push())
    assert {path: blob.link for path, blob in before.blobs.items() if blob.link} == {
        "l.md": "a.md",
        "e/c.md": "d/c.md",
    }
    assert before.blobs["l.md"].authors == ("Ada",)
    for step in ("change", "nothing", "remove", "put back", "file", "link"):
        if step == "change":
            work.write(a_dot_md="two", d__f_dot_md="f")
        elif step == "nothing":
            work.write(b_dot_md="b")
        elif step == "remove":
            git("rm", "-q", "a.md", at=work.path)
        elif step == "put back":
            work.write(a_dot_md="three")
        else:
            (work.path / "l.md").unlink()
            if step == "file":
                work.write(l_dot_md="three")
            else:
                (work.path / "l.md").symlink_to("b.md")
        work.commit()
        tip = work.push()
        after = repository.snapshot(tip, previous=before)
        assert after == Repository(work.bare).snapshot(tip), step
        kept = {path for path, blob in after.blobs.items() if before.blobs.get(path) is blob}
        assert {
            "change": {"d/c.md", "e/c.md"},
            "nothing": {"a.md", "l.md", "d/c.md", "e/c.md", "d/f.md", "e/f.md"},
        }.get(step, kept) == kept
        before = after
    assert before.blobs["l.md"].data == b"b"


def test_without_history_there_are_no_dates(work: Work) -> None:
    """Who needs no dates does not pay for them, and gets them later for the same files."""
    work.write(a_dot_md="a")
    work.commit()
    tip = work.push()
    repository = Repository(work.bare)
    bare = repository.snapshot(tip, history="none")
    assert bare.blobs["a.md"].created is None
    full = repository.snapshot(tip, previous=bare)
    assert full.blobs["a.md"].created is not None
    assert full.blobs["a.md"].authors == ("Ada",)


def test_another_snapshot_than_the_last_still_lends_its_objects(work: Work) -> None:
    """Going back to an older snapshot keeps what is equal."""
    work.write(a="a", b="b")
    work.commit()
    first = work.push()
    work.write(b="bb")
    work.commit()
    second = work.push()
    repository = Repository(work.bare)
    old = repository.snapshot(first)
    repository.snapshot(second, previous=old)
    again = repository.snapshot(second, previous=old)
    assert again.blobs["a"] is old.blobs["a"]
    assert again == Repository(work.bare).snapshot(second)


def test_limits_on_the_whole(work: Work) -> None:
    """A site that is too large in bytes, entries or depth is an error that says so."""
    work.write(a="a" * 600, b="b" * 600, d__e__f__g="1")
    work.commit()
    tip = work.push()
    for limits in (
        Limits(snapshot_bytes=1000),
        Limits(tree_entries=3),
        Limits(tree_depth=2),
        Limits(path_bytes=6),
    ):
        with pytest.raises(LimitExceeded):
            Repository(work.bare, limits).snapshot(tip)
    assert len(Repository(work.bare).snapshot(tip).blobs) == 3


def test_the_commit_is_told_as_people_speak_of_it(work: Work) -> None:
    """Id, author, time with its zone, and the first line of the message."""
    work.write(a="1")
    tip = work.commit("Änderung\n\nmore", author="Ädä")
    work.push()
    commit = Repository(work.bare).snapshot(tip).commit
    assert (commit.id, commit.author, commit.subject) == (tip, "Ädä", "Änderung")
    assert commit.authored.isoformat() == "2017-07-14T04:41:00+02:00"
