"""What a pusher's terminal says: the review of a push, and the refusals that follow from it."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

import pytest
from pushing import Notepad, fsck, notepad, push
from running import commit, git, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BROKEN = "# Broken\n\nGood line.\n\nSee [this](nowhere.md).\n"


@pytest.fixture(scope="module")
def pad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    """Run a notepad that refuses nothing, and renders none of its thousand pages before it is read."""
    with notepad(tmp_path_factory.mktemp("pad"), "--cache", "0") as pad:
        yield pad


@pytest.fixture
def work(pad: Notepad, request: pytest.FixtureRequest) -> Path:
    """Make a fresh clone."""
    return pad.clone(request.node.name)


def test_a_broken_link_is_told_with_file_line_and_cure(pad: Notepad, work: Path):
    """The push is accepted, and the pusher learns where to look."""
    done = pad.push_files(work, {"broken.md": BROKEN})
    assert done.code == 0
    assert done.remote[0].startswith("Canopy: 1 new page; 1 problem (")
    assert "broken.md:5: warning: the link to 'nowhere.md' leads nowhere (" in done.text


def test_only_what_a_push_brings_is_told(pad: Notepad, work: Path):
    """A problem that was there before is not told again, not even when its page changes."""
    pad.push_files(work, {"old.md": BROKEN, "other.md": "# Other\n"})
    done = pad.push_files(work, {"old.md": "Moved down.\n\n" + BROKEN, "other.md": "# Other\n\nmore\n"})
    assert done.remote[0].startswith("Canopy: 2 changed pages ("), done.text
    assert "nowhere" not in done.text


def test_a_page_that_goes_is_missed_by_others(pad: Notepad, work: Path):
    """Links of unchanged pages that lead nowhere from now on are told, with file and line."""
    pad.push_files(work, {"goes.md": "# Goes\n", "stays.md": "# Stays\n\nText, and [a link](goes.md).\n"})
    (work / "goes.md").unlink()
    done = pad.push_files(work, {})
    assert done.remote[0].startswith("Canopy: 1 page gone; 1 problem (")
    assert f"gone     {pad.server.url}/goes" in done.remote
    assert "stays.md:3: warning: the link to 'goes.md' leads nowhere" in done.text


def test_a_page_that_moves_and_its_old_address(pad: Notepad, work: Path):
    """A renamed file redirects from its old address before git comes back, and the terminal says so."""
    pad.push_files(work, {"first.md": "# Moving\n"})
    git("mv", "first.md", "second.md", cwd=work)
    done = pad.push_files(work, {})
    url = pad.server.url
    assert f"moved    {url}/first → {url}/second (the old address redirects)" in done.remote, done.text
    assert "nowhere" not in done.text
    assert pad.server.get("/first").status == 301


def test_an_address_that_the_front_matter_changes(pad: Notepad, work: Path):
    """The old address redirects before git comes back, from both if it is changed again, and git says so."""
    pad.push_files(work, {"slugged.md": "---\nslug: one\n---\n# Moving\n"})
    url = pad.server.url
    for old, new in (("one", "two"), ("two", "three")):
        done = pad.push_files(work, {"slugged.md": f"---\nslug: {new}\n---\n# Moving\n"})
        assert f"moved    {url}/{old} → {url}/{new} (the old address redirects)" in done.remote, done.text
        assert "aliases" not in done.text
        for path in ("/one", f"/{old}"):
            reply = pad.server.get(path)
            assert (reply.status, reply.headers["location"]) == (301, f"/{new}")


def test_an_address_is_lost_where_history_is_not_wanted(tmp_path: Path):
    """Then the terminal says how it is kept."""
    with notepad(tmp_path, "--history", "none") as pad:
        work = pad.clone()
        pad.push_files(work, {"slugged.md": "---\nslug: one\n---\n# Moving\n"})
        done = pad.push_files(work, {"slugged.md": "---\nslug: two\n---\n# Moving\n"})
        url = pad.server.url
        assert f"moved    {url}/one → {url}/two" in done.remote, done.text
        assert 'aliases: ["/one"]' in done.remote
        assert pad.server.get("/one").status == 404


def test_a_push_that_changes_no_page(pad: Notepad, work: Path):
    """An empty commit is told as such."""
    assert pad.push_files(work, {}).remote[0].startswith("Canopy: no page changes (")


def test_a_thousand_pages_are_summarised(pad: Notepad, work: Path):
    """An import fills no terminal: twenty of each kind, and how many more there are."""
    files = {f"many/{n:04}.md": f"# Page {n}\n\n[x](nowhere-{n}.md)\n" for n in range(1000)}
    done = pad.push_files(work, files)
    assert done.code == 0
    assert done.remote[0].startswith("Canopy: 1,000 new pages; ")
    assert "… and 980 more" in done.remote
    assert len(done.remote) < 50
    assert any("not looked at" in line for line in done.remote)


def test_names_cannot_steer_the_terminal(pad: Notepad, work: Path):
    """Control characters of file names, links and titles reach the terminal escaped."""
    name = "evil\x1b]0;owned\x07\u202e\n remote: all is well.md"
    done = pad.push_files(work, {name: "# T\x1b[2J\n\n[x](<no\x1b[31mwhere.md>) [y](no%0Dwhere.md)\n"})
    assert done.code == 0
    for character in "\x1b\x07\u202e":
        assert character not in done.text.replace("\x1b[K", ""), done.text
    assert "remote: all is well" not in [line.strip() for line in done.text.splitlines()]


def test_a_page_that_takes_for_ever_costs_only_its_budget(tmp_path: Path):
    """A note that the renderer chokes on is told as a problem; meanwhile others are answered."""
    with notepad(tmp_path, "--render-timeout", "1s") as pad:
        work = pad.clone()
        pad.push_files(work, {"calm.md": "# Calm\n"})
        write(work, {"bomb.md": "# Bomb\n\n" + "[" * 50_000 + "\n\n" + "*a **b " * 20_000})
        commit(work)
        answered, ended = 0, threading.Event()

        def read() -> None:
            nonlocal answered
            while not ended.is_set():
                assert pad.server.get("/calm").status == 200
                answered += 1

        reader = threading.Thread(target=read)
        reader.start()
        try:
            done = push(work)
        finally:
            ended.set()
            reader.join()
        assert done.code == 0, done.text
        assert answered > 1
        assert pad.server.get("/bomb").status == 200


@pytest.mark.parametrize("reject", ["errors", "problems"])
def test_a_refused_push_leaves_no_trace(tmp_path: Path, reject: str):
    """The reason names file and line in git's own message, and the repository is as it was."""
    with notepad(tmp_path, "--reject", reject) as pad:
        work = pad.clone()
        # An error loses what an author meant; a link that leads nowhere is a warning.
        warning, error = {"b.md": BROKEN}, {"a.md": "---\ndate: 2020-99-99\n---\n# A\n"}
        before, commit_before = pad.trace(), pad.server.state()["commit"]
        if reject == "errors":
            done = pad.push_files(work, warning)
            assert done.code == 0, done.text
            before, commit_before = pad.trace(), pad.server.state()["commit"]
        files, place = (
            (error, "a.md:2: `date: 2020-99-99` is not a date")
            if reject == "errors"
            else (warning, "b.md:5: the link to 'nowhere.md'")
        )
        done = pad.push_files(work, {**files, "noise.bin": random.randbytes(100_000)})
        assert done.code != 0
        assert f"! [remote rejected] main -> main ({place}" in done.text, done.text
        assert done.remote[0].startswith("Canopy: not published, because of 1 problem ("), done.text
        assert "push again" in done.remote[-1]
        assert pad.trace() == before
        assert pad.server.state()["commit"] == commit_before
        # What was refused can be corrected, and then it goes.
        (work / next(iter(files))).write_text("# Good\n")
        git("commit", "-q", "-a", "--amend", "-m", "Better", cwd=work)
        assert push(work).code == 0
        assert fsck(pad.bare) == ""
