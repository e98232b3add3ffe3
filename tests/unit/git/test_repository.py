"""The bare repository on disk: made, written, damaged, gathered, used by git itself."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from servers import git, work_tree

from canopy.errors import ConfigError, SyncError
from canopy.git import DamagedRepository, Repository, fetch, parse_remote
from canopy.git.compaction import MANY_PACKS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=timezone(timedelta(hours=2)))


def write(repository: Repository, files: dict[str, bytes], message: str = "write") -> str:
    """Commit files to main."""
    return repository.commit("main", files, message, "Ada", "ada@example.org", WHEN)


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    """Make an empty repository."""
    with Repository.create(tmp_path / "ours.git") as made:
        yield made


def test_a_new_repository_is_empty_and_names_its_branch(repository: Repository) -> None:
    """HEAD names the branch although it has no commit."""
    assert repository.default_branch() == "main"
    assert repository.resolve("main") is None
    assert repository.is_sound()


def test_a_commit_is_what_git_reads(repository: Repository) -> None:
    """Files, author, time with zone, and parents of a commit are as given."""
    first = write(repository, {"a.md": b"a\n", "b/c.md": b"c\n"}, "first")
    second = write(repository, {"a.md": b"a\n"}, "second")
    log = git("log", "--format=%H|%an <%ae>|%aI|%s", at=repository.path).splitlines()
    assert log == [
        f"{second}|Ada <ada@example.org>|2026-05-04T12:00:00+02:00|second",
        f"{first}|Ada <ada@example.org>|2026-05-04T12:00:00+02:00|first",
    ]
    assert git("ls-tree", "-r", "--name-only", first, at=repository.path).split() == ["a.md", "b/c.md"]
    assert git("fsck", "--strict", at=repository.path) == ""


@pytest.mark.parametrize("path", ["../x", "a//b", "/a", ".git/config", "a/./b", ""])
def test_a_commit_has_no_absurd_names(repository: Repository, path: str) -> None:
    """Names that git forbids are refused before anything is written."""
    with pytest.raises(SyncError):
        write(repository, {path: b""})
    assert repository.resolve("main") is None


def test_an_impossible_branch_is_an_error_of_the_setting(tmp_path: Path) -> None:
    """The name of the first branch is checked."""
    with pytest.raises(ConfigError):
        Repository.create(tmp_path / "x.git", branch="a..b")


def test_git_pushes_by_path(repository: Repository, tmp_path: Path) -> None:
    """A person clones the repository by path and pushes; the branch cannot be deleted that way."""
    write(repository, {"index.md": b"# hi\n"})
    git("clone", "-q", repository.path, tmp_path / "clone")
    (tmp_path / "clone" / "new.md").write_text("new")
    git("add", "-A", at=tmp_path / "clone")
    git("commit", "-qm", "new", at=tmp_path / "clone")
    git("push", "-q", at=tmp_path / "clone")
    tip = repository.resolve("main")
    assert tip == git("rev-parse", "HEAD", at=tmp_path / "clone")
    assert set(repository.snapshot(tip).blobs) == {"index.md", "new.md"}
    with pytest.raises(AssertionError, match=r"refusing to delete|deletion of the current branch"):
        git("push", "-q", "origin", ":main", at=tmp_path / "clone")


def test_the_first_push_may_come_into_an_empty_repository(repository: Repository, tmp_path: Path) -> None:
    """A fresh repository takes a first commit from a clone of nothing."""
    work = work_tree(tmp_path)
    git("remote", "set-url", "origin", repository.path, at=work.path)
    work.write(a="1")
    assert repository.resolve("main") is None
    assert work.push is not None
    tip = work.commit()
    work.push()
    assert repository.resolve("main") == tip


def test_internal_refs_are_not_shown_to_clones(repository: Repository) -> None:
    """What was fetched but not published is nobody's branch."""
    tip = write(repository, {"a": b""})
    repository.remember("main", tip)
    assert "canopy" not in git("ls-remote", repository.path)
    assert repository.remembered() == {tip}


def test_advance_moves_branch_and_head(repository: Repository) -> None:
    """What is published last is what a clone checks out."""
    tip = write(repository, {"a": b""})
    repository.advance("feature/x", tip)
    assert repository.default_branch() == "feature/x"
    repository.advance("feature", tip)
    assert repository.resolve("feature") == tip, "a branch may take the place of a folder of branches"
    repository.advance("feature/y", tip)
    assert repository.resolve("feature/y") == tip


def test_a_lock_left_by_a_killed_process_is_overcome(repository: Repository) -> None:
    """An old lock file does not stop the house for ever."""
    import os

    tip = write(repository, {"a": b"1"})
    lock = repository.path / "refs" / "heads" / "main.lock"
    lock.write_text("")
    os.utime(lock, (1, 1))
    second = write(repository, {"a": b"2"})
    assert second != tip
    assert repository.resolve("main") == second


def test_what_was_made_can_be_opened(repository: Repository) -> None:
    """Opening finds branch, commit and files again."""
    tip = write(repository, {"a.md": b"a"})
    with Repository.open(repository.path) as again:
        assert again.resolve(again.default_branch()) == tip
        assert again.snapshot(tip) == repository.snapshot(tip)


def ruin_pack_end(path: Path) -> None:
    """Cut a pack short."""
    pack = next((path / "objects" / "pack").glob("*.pack"))
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:-30])


def ruin_index(path: Path) -> None:
    """Empty an index."""
    index = next((path / "objects" / "pack").glob("*.idx"))
    index.chmod(0o644)
    index.write_bytes(b"")


def ruin_packs(path: Path) -> None:
    """Lose the packs."""
    for file in (path / "objects" / "pack").iterdir():
        file.unlink()


def ruin_ref(path: Path) -> None:
    """Empty the branch."""
    (path / "refs" / "heads" / "main").write_bytes(b"")


def ruin_head(path: Path) -> None:
    """Empty HEAD."""
    (path / "HEAD").write_bytes(b"")


def ruin_config(path: Path) -> None:
    """Fill the config with noise."""
    (path / "config").write_bytes(b"\0\xff[[[")


def ruin_all(path: Path) -> None:
    """Lose every folder."""
    import shutil

    shutil.rmtree(path / "objects")


@pytest.mark.parametrize(
    "ruin", [ruin_pack_end, ruin_index, ruin_packs, ruin_ref, ruin_head, ruin_config, ruin_all]
)
def test_damage_is_recognised_at_opening(repository: Repository, ruin) -> None:
    """A repository that lost something says so at once, so that it can be moved aside."""
    write(repository, {"a.md": b"a", "b/c.md": b"c" * 1000})
    ruin(repository.path)
    with pytest.raises(DamagedRepository):
        Repository.open(repository.path)


def test_damage_to_one_object_is_an_error_when_it_is_read(repository: Repository) -> None:
    """Noise in the middle of a pack is an error of the house, whatever the library makes of it."""
    tip = write(repository, {f"{n}.md": bytes([n]) * 5000 for n in range(20)})
    pack = next((repository.path / "objects" / "pack").glob("*.pack"))
    content = bytearray(pack.read_bytes())
    for at in range(30, len(content) - 40, 3):
        content[at] ^= 0x55
    pack.chmod(0o644)
    pack.write_bytes(bytes(content))
    with pytest.raises(DamagedRepository):
        Repository(repository.path).snapshot(tip)


def test_a_damaged_cache_of_history_is_made_anew(repository: Repository) -> None:
    """What only saves time may be lost or be nonsense."""
    for number in range(70):
        tip = write(repository, {"a.md": b"%d" % number})
    wanted = repository.snapshot(tip)
    cache = repository.path / "canopy-history"
    good = cache.read_bytes()
    assert Repository.open(repository.path).snapshot(tip) == wanted
    for content in (b"", b"x", good[:-1], good[:60], good.replace(b" 1\n", b" 0\n", 1)):
        cache.write_bytes(content)
        (repository.path / "canopy-renames").write_bytes(content)
        assert Repository.open(repository.path).snapshot(tip) == wanted


def test_many_packs_become_one(repository: Repository, tmp_path: Path) -> None:
    """After many fetches the packs are gathered, nothing is lost, and a reader in between sees everything."""
    work = work_tree(tmp_path)
    work.write(a="0")
    work.commit()
    work.push()
    remote = parse_remote(str(work.bare))
    assert not repository.compact()
    for number in range(MANY_PACKS):
        write(repository, {"own.md": b"%d" % number})
    tip = fetch(repository, remote).commit
    repository.advance("main", tip)
    with repository.opened() as reader:
        assert repository.compact()
        assert len(list((repository.path / "objects" / "pack").glob("*.pack"))) == 1
        assert tip.encode() in reader.object_store
        assert reader.object_store[tip.encode()].id == tip.encode()
    assert repository.snapshot(tip).blobs["a"].data == b"0"
    assert git("fsck", "--full", "--no-dangling", at=repository.path) == ""
    assert not repository.compact()


def test_a_temporary_repository_goes_when_it_is_closed() -> None:
    """Without a folder for data nothing stays behind."""
    made = Repository.create()
    path = made.path
    write(made, {"a": b""})
    made.close()
    assert not path.exists()


def test_threads_may_read_at_the_same_time(repository: Repository) -> None:
    """Snapshots from several threads are equal, while another one commits."""
    tip = write(repository, {f"{n}.md": b"x" * n for n in range(50)})
    wanted = dict(repository.snapshot(tip).blobs)
    same: list[bool] = []

    def read() -> None:
        same.extend(dict(repository.snapshot(tip).blobs) == wanted for _ in range(5))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(5):
        repository.commit("other", {"x": b"%d" % number}, "x", "A", "a", datetime.now(UTC))
    for thread in threads:
        thread.join()
    assert same == [True] * 20


def test_a_view_sees_more_and_leaves_nothing(repository: Repository, tmp_path: Path) -> None:
    """The review of a push reads objects that the repository does not have yet."""
    tip = write(repository, {"a.md": b"a"})
    before = repository.snapshot(tip)
    work = tmp_path / "clone"
    git("clone", "-q", repository.path, work)
    (work / "b.md").write_text("b")
    git("add", "-A", at=work)
    git("commit", "-qm", "b", at=work)
    pushed = git("rev-parse", "HEAD", at=work)
    view = repository.view(work / ".git" / "objects")
    seen = view.snapshot(pushed, previous=before)
    assert set(seen.blobs) == {"a.md", "b.md"}
    assert seen.blobs["a.md"] is before.blobs["a.md"]
    with pytest.raises(DamagedRepository):
        repository.snapshot(pushed)
    assert repository.snapshot(tip, previous=before).blobs["a.md"] is before.blobs["a.md"]
    git("push", "-q", at=work)
    repository.adopt(view)
    assert repository.snapshot(pushed, previous=seen).blobs["b.md"] is seen.blobs["b.md"]
