"""What a repository's history had and its head has not: where each file went, from real commits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from corpora import corpus
from servers import Work, git, work_tree

from canopy.content.deciding import EXTRACT
from canopy.git import Repository
from canopy.git.following import follow_history, follow_moves

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "".join(f"line {n}\n" for n in range(30))


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """Make a repository with one file that stays."""
    made = work_tree(tmp_path)
    made.put("stays", "s")
    made.commit()
    return made


def move(work: Work, *pairs: tuple[str, str]) -> None:
    """Rename files and commit."""
    for old, new in pairs:
        (work.path / new).parent.mkdir(parents=True, exist_ok=True)
        git("mv", old, new, at=work.path)
    work.commit()


def former(work: Work) -> dict[str, str]:
    """Push, and return where a fresh repository says that each former file is now."""
    tip = work.push()
    found = Repository(work.bare).snapshot(tip).former
    assert all(path == gone.path for path, gone in found.items())
    return {path: gone.now for path, gone in found.items()}


def test_a_chain_of_renames_leads_to_the_last_name(work: Work) -> None:
    """However often a file was renamed, edited meanwhile, every old name leads to the newest."""
    work.put("a.md", TEXT)
    work.commit()
    for old, new in (("a.md", "b.md"), ("b.md", "c.md"), ("c.md", "deep/d.md")):
        move(work, (old, new))
        work.put(new, (work.path / new).read_text() + f"and {new}\n")
        work.commit()
    assert former(work) == {"a.md": "deep/d.md", "b.md": "deep/d.md", "c.md": "deep/d.md"}


def test_a_folder_moves_with_all_its_files(work: Work) -> None:
    """Files of equal content and equal names stay apart when their folders move."""
    for name in ("tmpl/one/index.md", "tmpl/two/index.md", "tmpl/one/x.md", "tmpl/y.md"):
        work.put(name, "the same everywhere\n")
    work.commit()
    move(work, ("tmpl", "data"))
    assert former(work) == {
        f"tmpl/{n}": f"data/{n}" for n in ("one/index.md", "two/index.md", "one/x.md", "y.md")
    }


def test_a_file_that_was_renamed_and_rewritten_at_once(work: Work) -> None:
    """Half of the text is enough, and a quarter where the name stayed; less is another file."""
    lines = TEXT.splitlines(keepends=True)
    for name in ("half.md", "old/name.md", "other.md"):
        work.put(name, "".join(f"{name} {line}" for line in lines))
    work.commit()
    for old, new, kept in (
        ("half.md", "new.md", 20),
        ("old/name.md", "new/name.md", 12),
        ("other.md", "no.md", 5),
    ):
        text = (work.path / old).read_text().splitlines(keepends=True)[:kept]
        (work.path / old).unlink()
        work.put(new, "".join(text) + "".join(f"{new} quite different {n}\n" for n in range(30 - kept)))
    work.commit()
    assert former(work) == {"half.md": "new.md", "old/name.md": "new/name.md", "other.md": ""}


def test_a_deleted_file_is_known_by_its_last_content(work: Work) -> None:
    """What was deleted keeps the id and the beginning of its last content, and the day on which it went."""
    work.put("gone.md", "# First\n")
    work.put("picture.png", b"\x89PNG\0\0")
    work.put("long.md", "# Long\n" + "word " * 20 + "\n" + ("word " * 20 + "\n") * 100)
    work.commit()
    work.put("gone.md", "# Last\n")
    work.commit()
    last = git("rev-parse", "HEAD:gone.md", at=work.path)
    for name in ("gone.md", "picture.png", "long.md"):
        (work.path / name).unlink()
    work.commit(when=1_600_000_000)
    found = Repository(work.bare).snapshot(work.push()).former
    assert set(found) == {"gone.md", "picture.png", "long.md"}
    gone = found["gone.md"]
    assert (gone.id, gone.head, gone.now) == (last, b"# Last\n", "")
    assert gone.left == datetime.fromtimestamp(1_600_000_000, UTC)
    assert found["picture.png"].head == b""
    assert found["long.md"].head.startswith(b"# Long\n")
    assert found["long.md"].head.endswith(b" \n")
    assert len(found["long.md"].head) <= 2048


def test_what_is_there_is_not_former(work: Work) -> None:
    """A file that came back, and a name that another file has now, are simply there."""
    work.put("back.md", TEXT)
    work.put("taken.md", TEXT.upper())
    work.commit()
    (work.path / "back.md").unlink()
    move(work, ("taken.md", "moved.md"))
    work.put("back.md", TEXT)
    work.put("taken.md", "another one\n")
    work.commit()
    assert former(work) == {}


def test_a_name_whose_file_went_on_leads_to_that_file(work: Work) -> None:
    """A was renamed to B, and B to C; the new file that took the name B later means nothing for A."""
    work.put("a.md", TEXT)
    work.commit()
    move(work, ("a.md", "b.md"))
    move(work, ("b.md", "c.md"))
    work.put("b.md", "new\n")
    work.commit()
    assert former(work) == {"a.md": "c.md"}


def test_a_rename_there_and_back(work: Work) -> None:
    """A file that was renamed and got its name back is found from the name between."""
    work.put("a.md", TEXT)
    work.commit()
    move(work, ("a.md", "b.md"))
    move(work, ("b.md", "a.md"))
    assert former(work) == {"b.md": "a.md"}


def test_a_renamed_file_that_was_deleted_is_deleted_under_both_names(work: Work) -> None:
    """No redirect leads to what is gone."""
    work.put("a.md", TEXT)
    work.commit()
    move(work, ("a.md", "b.md"))
    (work.path / "b.md").unlink()
    work.commit()
    assert former(work) == {"a.md": "", "b.md": ""}


def test_a_rename_of_case_only(work: Work) -> None:
    """`a.md` and `A.md` are two names."""
    work.put("a.md", TEXT)
    work.commit()
    git("mv", "-f", "a.md", "A.md", at=work.path)
    work.commit()
    assert former(work) == {"a.md": "A.md"}


def test_a_rename_on_a_branch_counts_once_it_is_merged(work: Work) -> None:
    """Merged side branches bring their renames along; names that only the branch had do not matter."""
    work.put("a.md", TEXT)
    work.commit()
    git("checkout", "-qb", "side", at=work.path)
    work.put("draft.md", TEXT.upper())
    work.commit()
    move(work, ("a.md", "b.md"), ("draft.md", "final.md"))
    git("checkout", "-q", "main", at=work.path)
    work.put("stays", "ss")
    work.commit()
    git("merge", "-q", "--no-edit", "side", at=work.path)
    assert former(work) == {"a.md": "b.md"}


def test_a_forced_push_takes_old_history_along(work: Work) -> None:
    """What the history does not have any more is not told, whatever was known before."""
    repository = Repository(work.bare)
    first = work.head()
    work.put("secret.md", TEXT)
    work.commit()
    (work.path / "secret.md").unlink()
    work.commit()
    before = repository.snapshot(work.push())
    assert set(before.former) == {"secret.md"}
    git("reset", "-q", "--hard", first, at=work.path)
    work.put("stays", "other")
    work.commit()
    assert repository.snapshot(work.push("--force"), previous=before).former == {}


def test_each_push_is_told_from_what_was_known(work: Work) -> None:
    """A repository that saw every push knows the same as one that sees only the last."""
    repository, before = Repository(work.bare), None
    work.put("a.md", TEXT)
    work.put("b.md", TEXT.upper())
    work.commit()
    for step in range(6):
        if step == 1:
            move(work, ("a.md", "x.md"))
        elif step == 3:
            move(work, ("b.md", "y.md"), ("x.md", "z.md"))
        elif step == 5:
            (work.path / "z.md").unlink()
            work.commit()
        else:
            work.put("stays", str(step))
            work.commit()
        after = repository.snapshot(work.push(), previous=before)
        assert after == Repository(work.bare).snapshot(work.head())
        if before is not None and step in (2, 4):
            assert after.former is before.former
        before = after
    assert {path: gone.now for path, gone in before.former.items()} == {
        "a.md": "", "x.md": "", "z.md": "", "b.md": "y.md",
    }  # fmt: skip


def test_history_that_is_not_wanted_tells_nothing(work: Work) -> None:
    """Without history there is nothing former."""
    work.put("a.md", TEXT)
    work.commit()
    move(work, ("a.md", "b.md"))
    assert Repository(work.bare).snapshot(work.push(), history="none").former == {}


def test_what_takes_long_is_left_to_another_process(work: Work) -> None:
    """Hundreds of files rewritten and moved at once: nothing is told wrong, and all once it is found out."""
    names = [f"n{number:03}" for number in range(160)]
    for name in names:
        work.put(f"old/{name}.md", "".join(f"{name} {line}\n" for line in range(8)))
    work.commit()
    for name in names:
        text = (work.path / f"old/{name}.md").read_text()
        (work.path / f"old/{name}.md").unlink()
        work.put(f"new/{name}.md", text + "more\n")
    tip = work.commit()
    work.push()
    repository = Repository(work.bare)
    before = repository.snapshot(tip)
    assert before.former == {}
    assert not repository.departures_known()
    assert follow_history(str(work.bare), tip, extract=EXTRACT, known=False)
    after = repository.snapshot(tip, previous=before)
    assert {path: gone.now for path, gone in after.former.items()} == {
        f"old/{name}.md": f"new/{name}.md" for name in names
    }
    assert repository.departures_known()
    fresh = Repository(work.bare)
    assert fresh.snapshot(tip) == after, "a restart finds it on the disk"
    assert not follow_history(str(work.bare), tip, extract=EXTRACT, known=fresh.departures_known())


def test_a_damaged_memory_is_found_out_again(work: Work) -> None:
    """The file with the moves is only a shortcut."""
    work.put("a.md", TEXT)
    work.commit()
    move(work, ("a.md", "b.md"))
    tip = work.push()
    follow_moves(str(work.bare), tip)
    kept = work.bare / "canopy-moves"
    for damage in (b"", b"canopy-moves 1\n" + bytes(40), kept.read_bytes()[:-3]):
        kept.write_bytes(damage)
        assert Repository(work.bare).snapshot(tip).former["a.md"].now == "b.md"
        follow_moves(str(work.bare), tip)


def test_every_former_file_of_a_real_repository_is_told(tmp_path: Path) -> None:
    """Every path that the branch ever had is there or former, and each renamed post is in its new folder."""
    bare = tmp_path / "c.git"
    git("clone", "-q", "--bare", corpus("mirage-www.bundle"), bare)
    repository = Repository(bare)
    snapshot = repository.snapshot(repository.resolve("master"))
    listed = git("log", "--format=", "--name-only", "--no-renames", "-m", "--first-parent", at=bare)
    assert set(filter(None, listed.split("\n"))) - set(snapshot.blobs) <= set(snapshot.former)
    assert not set(snapshot.former) & set(snapshot.blobs)
    posts = {path: gone.now for path, gone in snapshot.former.items() if path.startswith("tmpl/blog/")}
    assert len(posts) > 60
    assert all(now in snapshot.blobs and now.startswith("data/blog/") for now in posts.values())
