"""Pushing to the git host, with real git as the client."""

from __future__ import annotations

import errno
import re
import threading
import time
from typing import TYPE_CHECKING

import pytest
from corpora import corpus
from githost import Site, accept, commit, git, make_site, run, served

from canopy.git.host import Host
from canopy.git.push import Proposal, PushPolicy, Verdict
from canopy.git.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSIONS = ["0", "1", "2"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with served(make_site(tmp_path / "notepad.git")) as site:
        yield site


@pytest.fixture
def work(site: Site, tmp_path: Path) -> Path:
    """Return a clone with one pushed commit."""
    return clone(site, tmp_path / "work", first=True)


def clone(site: Site, path: Path, *, first: bool = False) -> Path:
    git("clone", "-q", site.url, path)
    git("checkout", "-q", "-B", "main", at=path)
    if first:
        commit(path, "first", a_md="first\n", posts__old_md="old\n")
        git("push", "-q", "origin", "main", at=path)
    return path


def push(work: Path, *arguments: str, ok: bool = True) -> str:
    """Push, and return what the pusher reads."""
    done = run("push", *arguments, at=work, check=False)
    assert (done.returncode == 0) is ok, done.stderr
    return done.stderr


def reject(_: Proposal) -> Verdict:
    return Verdict(accept=False, reason="a.md:3: no such page", messages=("a.md:3: error: no such page",))


@pytest.mark.parametrize("version", VERSIONS)
def test_push_moves_the_branch(site: Site, work: Path, version: str) -> None:
    """A pushed commit is the branch's new tip, in a repository that git finds sound."""
    tip = commit(work, b_md="b\n")
    git("-c", f"protocol.version={version}", "push", "origin", "main", at=work)
    assert site.tip() == tip
    assert run("fsck", "--strict", at=site.path).stderr == ""
    [update] = site.outcomes[-1].accepted
    assert (update.ref, update.new, update.forced) == ("refs/heads/main", tip, False)


@pytest.mark.parametrize("name", ["canopy-notepad.bundle", "mirage-www.bundle"])
def test_push_of_a_corpus(site: Site, tmp_path: Path, name: str) -> None:
    """A real history of many authors is taken in whole, and nothing of it is refused."""
    git("clone", "-q", "--mirror", corpus(name), tmp_path / "source")
    git("push", "-q", site.url, "refs/heads/*:refs/heads/*", at=tmp_path / "source")
    names = ("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads")
    assert run(*names, at=site.path).stdout == run(*names, at=tmp_path / "source").stdout
    assert run("fsck", "--full", at=site.path).returncode == 0


def test_big_push_is_chunked(site: Site, work: Path) -> None:
    """A push larger than git's buffer arrives in chunks, after a probe."""
    (work / "big.bin").write_bytes(bytes(i * i % 251 for i in range(300_000)) * 5)
    git("config", "core.compression", "0", at=work)
    tip = commit(work)
    site.requests.clear()
    push(work, "origin", "main")
    assert site.requests == ["git-receive-pack", "git-receive-pack", "chunked"]
    assert site.tip() == tip


def test_forced_push_is_followed_or_refused(site: Site, work: Path) -> None:
    """Moving the published branch to a commit that lacks the old one is a matter of policy."""
    before = site.tip()
    git("commit", "-q", "--amend", "-m", "other", at=work)
    site.policy = PushPolicy("main", force="refuse")
    said = push(work, "--force", "origin", "main", ok=False)
    assert "! [remote rejected] main -> main (non-fast-forward: forced pushes to this branch" in said
    assert site.tip() == before
    push(work, "--force", "origin", "main:side")
    git("commit", "-q", "--amend", "-m", "third", at=work)
    push(work, "--force", "origin", "main:side")
    site.policy = PushPolicy("main", force="allow")
    push(work, "--force", "origin", "main")
    assert site.tip() == git("rev-parse", "HEAD", at=work)
    assert site.outcomes[-1].accepted[0].forced


def test_branches_and_tags_come_and_go(site: Site, work: Path) -> None:
    """Branches and tags are created, moved and deleted, packed or not; their neighbours stay."""
    git("tag", "-a", "-m", "x", "v1", at=work)
    git("tag", "v2", at=work)
    push(work, "origin", "main:refs/heads/a/b/c", "main:refs/heads/a/d", "v1", "v2")
    assert site.tip("refs/tags/v1^{commit}") == site.tip()
    git("pack-refs", "--all", at=site.path)
    push(work, "origin", ":refs/heads/a/b/c", ":refs/tags/v1")
    assert "a/b/c" not in git("for-each-ref", at=site.path)
    assert git("for-each-ref", "--format=%(refname)", at=site.path).split() == [
        "refs/heads/a/d",
        "refs/heads/main",
        "refs/tags/v2",
    ]
    push(work, "origin", "main:refs/heads/a/b", ":refs/heads/a/d")
    push(work, "origin", ":refs/heads/a/b")
    push(work, "origin", "main:refs/heads/a")
    assert not list((site.path / "refs").rglob("*.lock"))


def test_the_published_branch_is_not_deleted(site: Site, work: Path) -> None:
    """Deleting the published branch needs a policy that allows it."""
    said = push(work, "origin", ":main", ok=False)
    assert "! [remote rejected] main (this branch is the site; deleting it is not allowed)" in said
    site.policy = PushPolicy("main", delete="allow")
    push(work, "origin", ":main")
    assert git("for-each-ref", at=site.path) == ""


def test_a_ref_cannot_be_a_folder_too(site: Site, work: Path) -> None:
    """`a` beside `a/b` is refused in words, whichever came first."""
    push(work, "origin", "main:refs/heads/a/b")
    assert "(there is a ref refs/heads/a/b already)" in push(work, "origin", "main:refs/heads/a", ok=False)
    assert "(there is a ref refs/heads/main already)" in push(
        work, "origin", "main:refs/heads/main/x", ok=False
    )


def test_atomic_push_is_all_or_nothing(site: Site, work: Path) -> None:
    """If one ref of an atomic push is refused, all are; without `--atomic` the others go through."""
    before = site.state()
    commit(work, b_md="b\n")
    site.review = reject
    said = push(work, "--atomic", "origin", "main", "main:side", ok=False)
    assert "! [remote rejected] main -> main (a.md:3: no such page)" in said
    assert "! [remote rejected] main -> side (atomic push failed)" in said
    assert site.state() == before
    site.review = accept
    push(work, "--atomic", "origin", "main", "main:side")
    assert site.tip("refs/heads/side") == site.tip() == git("rev-parse", "HEAD", at=work)


def test_a_refused_branch_leaves_no_objects_beside_an_accepted_one(site: Site, work: Path) -> None:
    """What only the refused branch needs is not kept because another branch was accepted."""
    git("checkout", "-q", "-b", "side", at=work)
    kept = commit(work, side_md="side\n")
    git("checkout", "-q", "main", at=work)
    lost = commit(work, secret_md="secret\n")
    site.review = reject
    push(work, "origin", "main", "side", ok=False)
    assert site.tip("refs/heads/side") == kept
    assert run("cat-file", "-e", lost, at=site.path, check=False).returncode
    assert run("fsck", "--strict", at=site.path).stderr == ""
    assert run("fsck", "--unreachable", at=site.path).stdout == ""


def test_a_refused_branch_beside_one_that_needs_nothing(site: Site, work: Path) -> None:
    """When the accepted ref points to what is there already, no object is kept at all."""
    before = git("count-objects", "-v", at=site.path)
    commit(work, secret_md="secret\n")
    site.review = reject
    push(work, "origin", "main", "HEAD~1:refs/heads/side", ok=False)
    assert site.tip("refs/heads/side") == site.tip()
    assert git("count-objects", "-v", at=site.path) == before


def test_refused_push_leaves_no_trace(site: Site, work: Path) -> None:
    """A refusal shows its reason and lines, and the repository has the same files as before."""
    before = site.state()
    commit(work, b_md="b\n")
    site.review = reject
    said = push(work, "origin", "main", ok=False)
    assert "! [remote rejected] main -> main (a.md:3: no such page)" in said
    assert re.search(r"^remote: a\.md:3: error: no such page\s*$", said, re.MULTILINE)
    assert site.state() == before
    assert run("fsck", at=site.path).stderr == ""
    assert site.outcomes[-1].updates[0].reason == "a.md:3: no such page"


def test_the_review_reads_what_nobody_else_sees(site: Site, work: Path) -> None:
    """During the review the new commit is a snapshot, while the branch and clones are still the old."""
    seen: list[object] = []
    before = site.tip()

    def review(proposal: Proposal) -> Verdict:
        snapshot = proposal.repository.snapshot(proposal.new)
        seen.extend((snapshot.blobs["b.md"].data, snapshot.blobs["a.md"].data, snapshot.commit.subject))
        seen.extend((proposal.old, site.tip(), proposal.options, proposal.branch, proposal.forced))
        seen.append(run("cat-file", "-e", proposal.new, at=site.path, check=False).returncode != 0)
        proposal.say("looking …\nstill looking")
        return Verdict(accept=True, messages=("Published /b", ""))

    site.review = review
    commit(work, "second", b_md="b\n")
    said = push(work, "-o", "ci.skip", "-o", "tést=1", "origin", "main")
    assert seen == [
        b"b\n",
        b"first\n",
        "second",
        before,
        before,
        ("ci.skip", "tést=1"),
        "main",
        False,
        True,
    ]
    lines = [line.rstrip() for line in said.splitlines()]
    assert (
        lines.index("remote: looking …")
        < lines.index("remote: still looking")
        < lines.index("remote: Published /b")
    )


def test_only_the_published_branch_is_reviewed(site: Site, work: Path) -> None:
    """Other branches and tags are nobody's business."""
    site.review = reject
    commit(work, b_md="b\n")
    git("tag", "main", at=work)
    push(work, "origin", "HEAD:refs/heads/other", "refs/tags/main")
    assert site.tip("refs/tags/main") == git("rev-parse", "HEAD", at=work)


def test_who_pushes_another_branch_first_is_helped(site: Site, tmp_path: Path) -> None:
    """A first push of `master` is kept, and says which branch makes the site."""
    work = tmp_path / "work"
    git("clone", "-q", site.url, work)
    git("checkout", "-q", "-B", "master", at=work)
    commit(work, a_md="a\n")
    said = push(work, "origin", "master")
    assert re.search(r"^remote:   git push origin HEAD:main\s*$", said, re.MULTILINE)
    assert "remote:" not in push(work, "origin", "HEAD:main")
    commit(work, b_md="b\n")
    assert "remote:" not in push(work, "origin", "master")


def test_messages_cannot_steer_the_terminal(site: Site, work: Path) -> None:
    """Escape sequences and line feeds in messages, reasons and ref names arrive as visible text."""
    site.review = lambda _: Verdict(
        accept=False, reason="\x1b[31mred\nng evil", messages=("\x1b]0;title\x07",)
    )
    commit(work, b_md="b\n")
    said = push(work, "origin", "main", "main:refs/heads/\u202eevil-ü", ok=False)
    assert "\x1b" not in said.replace("\x1b[K", "")
    assert r"(\x1b[31mred ng evil)" in said
    assert r"remote: \x1b]0;title\x07" in said
    assert site.outcomes[-1].accepted[0].ref == r"refs/heads/\u202eevil-ü"


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        ("refs/notes/commits", "only branches and tags can be pushed here"),
        ("refs/heads/HEAD", "this name would be mistaken for something else"),
        ("refs/heads/-rf", "this name would be mistaken for something else"),
        ("refs/heads/" + "x" * 245, "this name is too long"),
        ("refs/heads/" + "/".join(["x" * 100] * 11), "this name is too long"),
    ],
)
def test_names_that_are_refused(site: Site, work: Path, ref: str, reason: str) -> None:
    """A ref name that would do harm later is refused with a reason."""
    before = site.state()
    commit(work, b_md="b\n")
    assert f"({reason})" in push(work, "origin", f"main:{ref}", ok=False)
    assert site.state() == before


def test_push_from_a_shallow_clone(site: Site, work: Path, tmp_path: Path) -> None:
    """Work on a shallow clone is accepted, because the host has what the clone lacks."""
    commit(work, b_md="b\n")
    push(work, "origin", "main")
    git("clone", "-q", "--depth", "1", site.url, tmp_path / "shallow")
    tip = commit(tmp_path / "shallow", c_md="c\n")
    push(tmp_path / "shallow", "origin", "main")
    assert site.tip() == tip
    assert git("rev-list", "--count", "main", at=site.path) == "3"
    assert run("fsck", at=site.path).stderr == ""


def test_push_from_a_shallow_clone_of_something_else(site: Site, work: Path, tmp_path: Path) -> None:
    """A shallow history that the host cannot complete is refused with the cure."""
    commit(work, b_md="b\n")
    git("clone", "-q", "--depth", "1", f"file://{work}", tmp_path / "shallow")
    with served(make_site(tmp_path / "other.git")) as other:
        said = push(tmp_path / "shallow", other.url, "main", ok=False)
        assert "git fetch --unshallow" in said
        assert git("count-objects", at=other.path) == "0 objects, 0 kilobytes"


def test_push_behind_is_told_to_fetch_first(site: Site, work: Path, tmp_path: Path) -> None:
    """A pusher who has not seen the newest commit is told so by git's own words, and nothing is lost."""
    late = clone(site, tmp_path / "late")
    git("reset", "-q", "--hard", "origin/main", at=late)
    tip = commit(work, b_md="b\n")
    push(work, "origin", "main")
    commit(late, c_md="c\n")
    assert "(fetch first)" in push(late, "origin", "main", ok=False)
    assert site.tip() == tip


def test_of_two_racing_pushes_one_wins(site: Site, work: Path, tmp_path: Path) -> None:
    """While one push is reviewed another waits; then it finds the branch moved, and may try again."""
    late = clone(site, tmp_path / "late")
    git("reset", "-q", "--hard", "origin/main", at=late)
    reviewing, go_on = threading.Event(), threading.Event()

    reviews: list[str] = []

    def review(proposal: Proposal) -> Verdict:
        reviews.append(proposal.new)
        reviewing.set()
        assert go_on.wait(60)
        return Verdict(accept=True)

    site.review = review
    first, second = commit(work, b_md="b\n"), commit(late, c_md="c\n")
    said: dict[str, str] = {}
    winner = threading.Thread(target=lambda: said.update(winner=push(work, "origin", "main")))
    winner.start()
    assert reviewing.wait(60)
    loser = threading.Thread(target=lambda: said.update(loser=push(late, "origin", "main", ok=False)))
    loser.start()
    while "git-receive-pack" not in site.requests[-1:] or site.requests.count("git-receive-pack") < 3:
        time.sleep(0.01)
    go_on.set()
    winner.join()
    loser.join()
    assert site.tip() == first
    assert "main -> main (fetch first)" in said["loser"]
    assert "the remote contains work that you do" in said["loser"]
    assert reviews == [first]
    git("pull", "-q", "--no-rebase", "--no-edit", at=late)
    push(late, "origin", "main")
    assert git("merge-base", "--is-ancestor", second, "main", at=site.path) == ""


def test_a_push_by_path_during_the_review_wins(site: Site, work: Path, tmp_path: Path) -> None:
    """A push by path in another process is respected: the branch is compared before it moves."""
    late = clone(site, tmp_path / "late")
    git("reset", "-q", "--hard", "origin/main", at=late)
    tip = commit(late, c_md="c\n")

    def review(_: Proposal) -> Verdict:
        git("push", "-q", site.path, "main", at=late)
        return Verdict(accept=True)

    site.review = review
    commit(work, b_md="b\n")
    assert "(fetch first)" in push(work, "origin", "main", ok=False)
    assert site.tip() == tip


def test_a_lock_of_another_process_is_respected(site: Site, work: Path) -> None:
    """A ref that somebody else holds locked is not moved, and the lock is not removed."""
    lock = site.path / "refs/heads/main.lock"
    lock.touch()
    before = site.state()
    commit(work, b_md="b\n")
    assert "(somebody else is moving this ref right now" in push(work, "origin", "main", ok=False)
    assert site.state() == before
    lock.unlink()
    push(work, "origin", "main")


def test_a_file_system_without_hard_links(site: Site, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no file can have two names, refs are locked and moved all the same."""

    def link(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("os.link", link)
    push(work, "origin", "main:side")
    tip = commit(work, b_md="b\n")
    push(work, "origin", "main", ":side")
    assert git("for-each-ref", "--format=%(objectname) %(refname)", at=site.path) == f"{tip} refs/heads/main"
    assert not list((site.path / "refs").rglob("*.lock"))


@pytest.mark.parametrize("version", ["0", "2"])
def test_a_repository_of_the_newer_object_format(tmp_path: Path, version: str) -> None:
    """SHA-256 repositories are pushed to and cloned like the others."""
    git("init", "-q", "--bare", "-b", "main", "--object-format=sha256", tmp_path / "notepad.git")
    git("init", "-q", "-b", "main", "--object-format=sha256", tmp_path / "work")
    tip = commit(tmp_path / "work", a_md="a\n", posts__b_md="b\n")
    with served(Site(tmp_path / "notepad.git", Host(Repository.open(tmp_path / "notepad.git")))) as site:
        git("push", "-q", site.url, "main", at=tmp_path / "work")
        assert site.tip() == tip
        git("-c", f"protocol.version={version}", "clone", "-q", site.url, tmp_path / "copy")
        git("init", "-q", "-b", "main", tmp_path / "other")
        commit(tmp_path / "other", a_md="a\n")
        assert run("push", site.url, "main", at=tmp_path / "other", check=False).returncode
        assert site.tip() == tip
    assert (tmp_path / "copy/posts/b.md").read_text() == "b\n"
    assert run("fsck", "--strict", at=tmp_path / "notepad.git").stderr == ""


def test_many_pushes_at_once_to_branches_of_their_own(site: Site, work: Path, tmp_path: Path) -> None:
    """Pushes that do not touch each other's refs all succeed."""
    clones = [clone(site, tmp_path / f"clone{number}") for number in range(4)]
    tips = [commit(path, f"of {path.name}", **{f"{path.name}_md": path.name}) for path in clones]
    threads = [
        threading.Thread(target=push, args=(path, "origin", f"HEAD:refs/heads/{path.name}"))
        for path in clones
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [site.tip(f"refs/heads/{path.name}") for path in clones] == tips
    assert run("fsck", at=site.path).stderr == ""


def test_hooks_in_the_repository_do_not_run(site: Site, work: Path, tmp_path: Path) -> None:
    """A hook is a program that somebody left there; it is nobody's wish that it runs."""
    for name in ("pre-receive", "update", "post-receive"):
        hook = site.path / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        hook.chmod(0o755)
    tip = commit(work, b_md="b\n")
    push(work, "origin", "main")
    assert site.tip() == tip
    assert not (tmp_path / "ran").exists()


def test_a_symbolic_branch_is_not_pushed_to(site: Site, work: Path) -> None:
    """A branch that is another name for the published one does not get around the review."""
    git("symbolic-ref", "refs/heads/alias", "refs/heads/main", at=site.path)
    site.review = reject
    tip = site.tip()
    commit(work, b_md="b\n")
    assert "only another name" in push(work, "origin", "main:alias", ok=False)
    assert site.tip() == tip


def test_a_quiet_client_without_side_bands_is_served(site: Site, work: Path) -> None:
    """`--quiet` pushes, and old clients that know no side bands, get their report."""
    tip = commit(work, b_md="b\n")
    assert push(work, "-q", "origin", "main") == ""
    assert site.tip() == tip
