"""What files said earlier, from real commits: extracts of contents that a commit changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from servers import Work, git, work_tree

from canopy.git import Repository
from canopy.git.following import follow_history, follow_versions
from canopy.git.values import Extract
from canopy.git.versions import load_versions

if TYPE_CHECKING:
    from pathlib import Path

    from canopy.git import Snapshot

BODY = "".join(f"line {n}\n" for n in range(30))


def is_note(path: str) -> bool:
    """Tell whether a file has a first line that matters."""
    return path.endswith(".md")


def first_line(data: bytes) -> bytes:
    """Return the extract of these tests."""
    return data.partition(b"\n")[0]


FIRST = Extract("1", is_note, first_line, bytes)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """Make a repository with one file that stays."""
    made = work_tree(tmp_path)
    made.put("stays", "s")
    made.commit()
    return made


def say(work: Work, name: str, *firsts: str) -> None:
    """Commit a file once for each first line."""
    for first in firsts:
        work.put(name, f"{first}\n{BODY}")
        work.commit()


def told(found: Snapshot) -> list[tuple[str, str, str]]:
    """Return path, extract and present path of all earlier contents, in their order."""
    assert all(former.id == "" for former in found.earlier)
    return [(former.path, former.head.decode(), former.now) for former in found.earlier]


def earlier(work: Work) -> list[tuple[str, str, str]]:
    """Push, and return what a fresh repository tells of earlier contents."""
    return told(Repository(work.bare).snapshot(work.push(), extract=FIRST))


def test_each_extract_that_a_commit_changed_is_told(work: Work) -> None:
    """The newest first, with the moment of the change; what changed below the first line does not count."""
    say(work, "a.md", "one", "two")
    work.put("a.md", f"two\n{BODY}and more\n")
    work.put("b.txt", "not asked for\n")
    work.commit()
    work.put("a.md", f"three\n{BODY}\n")
    work.put("b.txt", "nor now\n")
    work.commit(when=1_600_000_000)
    assert earlier(work) == [("a.md", "two", "a.md"), ("a.md", "one", "a.md")]
    found = Repository(work.bare).snapshot(work.head(), extract=FIRST).earlier
    assert found[0].left == datetime.fromtimestamp(1_600_000_000, UTC)


def test_a_thing_that_was_said_often_is_told_once(work: Work) -> None:
    """Of two files that took turns each has its own."""
    say(work, "a.md", "one", "two", "one", "two", "one")
    assert earlier(work) == [("a.md", "two", "a.md"), ("a.md", "one", "a.md")]


def test_what_a_renamed_file_said_leads_to_its_last_name(work: Work) -> None:
    """Under each of its names, through a chain of renames; what was deleted leads nowhere."""
    say(work, "a.md", "one", "two")
    git("mv", "a.md", "b.md", at=work.path)
    work.commit()
    say(work, "b.md", "three")
    git("mv", "b.md", "c.md", at=work.path)
    work.commit()
    say(work, "gone.md", "four", "five")
    (work.path / "gone.md").unlink()
    work.commit()
    assert sorted(earlier(work)) == [
        ("a.md", "one", "c.md"),
        ("b.md", "two", "c.md"),
        ("gone.md", "four", ""),
    ]


def test_a_file_that_came_back_is_the_same(work: Work) -> None:
    """What it said before it left leads to it."""
    say(work, "a.md", "one", "two")
    (work.path / "a.md").unlink()
    work.commit()
    say(work, "a.md", "quite another")
    assert earlier(work) == [("a.md", "one", "a.md")]


def test_a_merged_branch_counts_and_so_does_what_the_merge_changed(work: Work) -> None:
    """As in `git log`: what each side changed, and what differs from both sides."""
    say(work, "a.md", "one")
    say(work, "b.md", "uno")
    git("checkout", "-qb", "side", at=work.path)
    say(work, "a.md", "two")
    git("checkout", "-q", "main", at=work.path)
    say(work, "b.md", "due")
    git("merge", "-q", "--no-edit", "--no-commit", "side", at=work.path)
    work.put("b.md", f"tre\n{BODY}")
    work.commit("merge")
    assert sorted(earlier(work)) == [
        ("a.md", "one", "a.md"),
        ("b.md", "due", "b.md"),
        ("b.md", "uno", "b.md"),
    ]


def test_a_forced_push_takes_old_history_along(work: Work) -> None:
    """What the history does not have any more is not told, whatever was known before."""
    repository = Repository(work.bare)
    say(work, "a.md", "one")
    first = work.head()
    say(work, "a.md", "secret", "two")
    before = repository.snapshot(work.push(), extract=FIRST)
    assert [head for _, head, _ in told(before)] == ["secret", "one"]
    git("reset", "-q", "--hard", first, at=work.path)
    say(work, "a.md", "two")
    after = repository.snapshot(work.push("--force"), extract=FIRST, previous=before)
    assert told(after) == [("a.md", "one", "a.md")]


def test_each_push_is_told_from_what_was_known(work: Work) -> None:
    """A repository that saw every push knows the same as one that sees only the last."""
    repository, before = Repository(work.bare), None
    for step in range(7):
        if step == 3:
            git("mv", "a.md", "b.md", at=work.path)
            work.commit()
        elif step == 5:
            (work.path / "b.md").unlink()
            work.commit()
        elif step % 2:
            work.put("stays", str(step))
            work.commit()
        else:
            say(work, "b.md" if step > 3 else "a.md", f"first {step}", f"second {step}")
        after = repository.snapshot(work.push(), extract=FIRST, previous=before)
        assert after == Repository(work.bare).snapshot(work.head(), extract=FIRST)
        if before is not None and step == 1:
            assert after.earlier is before.earlier
        before = after
    assert ("a.md", "first 0", "") in told(before)


def test_what_a_view_sees_is_known_before_it_is_taken_over(work: Work) -> None:
    """The review of a push knows what the push changes; a refused one leaves nothing behind."""
    say(work, "a.md", "one")
    repository = Repository(work.bare)
    before = repository.snapshot(work.push(), extract=FIRST)
    say(work, "a.md", "two")
    view = repository.view(work.path / ".git" / "objects")
    seen = view.snapshot(work.head(), extract=FIRST, previous=before)
    assert told(seen) == [("a.md", "one", "a.md")]
    assert repository.snapshot(before.commit.id, extract=FIRST, previous=before).earlier == ()


def test_nothing_is_told_that_is_not_wanted(work: Work) -> None:
    """Without history, and without an extract."""
    say(work, "a.md", "one", "two")
    tip = work.push()
    assert Repository(work.bare).snapshot(tip, history="none", extract=FIRST).earlier == ()
    assert Repository(work.bare).snapshot(tip).earlier == ()


def test_a_shallow_history_tells_what_it_has(work: Work, tmp_path: Path) -> None:
    """What changed beyond its edge is not known."""
    say(work, "a.md", "one", "two", "three")
    work.push()
    shallow = tmp_path / "shallow.git"
    git("clone", "-q", "--bare", "--depth=2", f"file://{work.bare}", shallow)
    assert told(Repository(shallow).snapshot(work.head(), extract=FIRST)) == [("a.md", "two", "a.md")]


def test_a_shallow_history_that_moves_on_tells_of_each_push(work: Work, tmp_path: Path) -> None:
    """A copy that keeps as many commits as before is looked at anew."""
    say(work, "a.md", "one", "two")
    work.push()
    shallow = tmp_path / "shallow.git"
    git("clone", "-q", "--bare", "--depth=2", f"file://{work.bare}", shallow)
    repository = Repository(shallow)
    before = repository.snapshot(work.head(), extract=FIRST)
    say(work, "a.md", "three")
    tip = work.push()
    git("fetch", "-q", "--depth=2", "origin", "main:main", at=shallow)
    after = repository.snapshot(tip, extract=FIRST, previous=before)
    assert [head for _, head, _ in told(after)] == ["two"]


def many(work: Work, count: int) -> str:
    """Push a history in which each of many notes changed twice, by two commits."""
    for turn in range(3):
        for number in range(count):
            work.put(f"{number}.md", f"{turn} of {number}\n{BODY}")
        work.commit()
    return work.push()


def test_what_takes_long_is_left_to_another_process(work: Work) -> None:
    """At the start only a little is read; once the rest is found out it stays, and is no news again."""
    tip = many(work, 150)
    repository = Repository(work.bare)
    before = repository.snapshot(tip, extract=FIRST)
    assert 0 < len(before.earlier) < 300
    assert not repository.departures_known()
    assert follow_history(str(work.bare), tip, extract=FIRST, known=repository.departures_known())
    after = repository.snapshot(tip, extract=FIRST, previous=before)
    assert len(after.earlier) == 300
    assert repository.departures_known()
    fresh = Repository(work.bare)
    assert fresh.snapshot(tip, extract=FIRST) == after, "a restart finds it on the disk"
    assert not follow_history(str(work.bare), tip, extract=FIRST, known=fresh.departures_known())
    say(work, "0.md", "a push")
    last = fresh.snapshot(work.push(), extract=FIRST, previous=after)
    assert told(last) == [("0.md", "2 of 0", "0.md"), *told(after)]
    assert fresh.departures_known(), "a push needs nobody's help"


def test_a_history_that_is_too_long_for_one_run_is_known_after_several(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each goes on where the last one ended, the newest commits first; what is beyond is just not known."""
    monkeypatch.setattr("canopy.git.following._CONTENTS", 8)
    monkeypatch.setattr("canopy.git.following._TURNS", 2)
    say(work, "a.md", *map(str, range(40)))
    counts = []
    for turn in range(4):
        say(work, "x.md", f"turn {turn}")
        follow_versions(str(work.bare), work.push(), extract=FIRST)
        found = load_versions(work.bare, FIRST.version).found.values()
        numbers = {int(files[b"a.md"]) for files in found if b"a.md" in files}
        assert numbers == set(range(39 - len(numbers), 39))
        counts.append(len(numbers))
    assert 0 < counts[0] < counts[1] < counts[2] <= counts[3] == 39


def test_a_damaged_or_another_memory_is_found_out_again(work: Work) -> None:
    """The file is only a shortcut, and one for other extracts is worthless."""
    say(work, "a.md", "one", "two")
    tip = work.push()
    follow_versions(str(work.bare), tip, extract=FIRST)
    kept = work.bare / "canopy-versions"
    whole = kept.read_bytes()
    for damage in (b"", b"canopy-versions 1\n" + bytes(40), whole[:-3], whole):
        kept.write_bytes(damage)
        assert len(Repository(work.bare).snapshot(tip, extract=FIRST).earlier) == 1
    other = Extract("2", is_note, first_line, bytes)
    repository = Repository(work.bare)
    assert told(repository.snapshot(tip, extract=other)) == [("a.md", "one", "a.md")]
    follow_versions(str(work.bare), tip, extract=other)
    assert kept.read_bytes() != whole


def test_only_new_commits_are_looked_at(work: Work) -> None:
    """What was found out before is not read again."""
    say(work, "a.md", "one", "two")
    follow_versions(str(work.bare), work.push(), extract=FIRST)
    asked.clear()
    say(work, "b.md", "three", "four")
    follow_versions(str(work.bare), work.push(), extract=Extract("1", is_note, noting, bytes))
    assert asked == [b"three", b"four"] or asked == [b"four", b"three"]


asked: list[bytes] = []


def noting(data: bytes) -> bytes:
    """Return the extract of these tests, and remember that it was asked for."""
    asked.append(first_line(data))
    return first_line(data)
