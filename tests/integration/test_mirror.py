"""Pushing onward: a backup becomes what the notepad is, sooner or later, whatever happens between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pushing import Notepad, fsck, notepad, push
from running import commit, git, running, start, write
from servers import http_backend

if TYPE_CHECKING:
    from pathlib import Path


def backup(folder: Path) -> Path:
    """Make an empty bare repository."""
    path = folder / "backup.git"
    git("init", "-q", "--bare", "-b", "main", str(path))
    git("config", "http.receivepack", "true", cwd=path)
    return path


def refs(repository: Path) -> str:
    """Return the branches and tags of a repository."""
    return git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags", cwd=repository)


def caught_up(pad: Notepad) -> None:
    """Wait until the status says that the backup has everything."""
    tip = pad.tip()
    pad.server.wait_until(
        lambda state: (
            state["mirror"]["complete"]
            and not state["mirror"]["refs_behind"]
            and tip in (pad.data / "mirrored.json").read_text()
        )
    )


def test_everything_goes_onward(tmp_path: Path):
    """Branches, tags, forced pushes and deletions of ours; what others have there stays."""
    there = backup(tmp_path)
    with notepad(tmp_path, "--mirror-to", str(there), "--force", "allow") as pad:
        caught_up(pad)
        assert refs(there) == refs(pad.bare)
        git("update-ref", "refs/heads/theirs", "refs/heads/main", cwd=there)
        work = pad.clone()
        write(work, {"a.md": "# A\n"})
        commit(work)
        git("tag", "-a", "-m", "One", "v1", cwd=work)
        assert push(work, "origin", "main", "HEAD:other", "v1").code == 0
        caught_up(pad)
        assert set(refs(pad.bare).splitlines()) < set(refs(there).splitlines())
        git("commit", "-q", "--amend", "-m", "Other", cwd=work)
        assert push(work, "--force", "origin", "main", ":other").code == 0
        caught_up(pad)
        assert "refs/heads/other" not in refs(there)
        assert "refs/heads/theirs" in refs(there)
        assert set(refs(pad.bare).splitlines()) < set(refs(there).splitlines())
        assert fsck(there) == ""


def test_a_backup_that_is_away_delays_nothing_and_is_caught_up_after_a_restart(tmp_path: Path):
    """Pushes are accepted meanwhile, the status shows the lag, and a later run does what was left."""
    there = backup(tmp_path)
    with http_backend(there) as server:
        url = f"{server.url}/backup.git"
        with notepad(tmp_path, "--mirror-to", url) as pad:
            caught_up(pad)
            there.rename(tmp_path / "away.git")
            assert pad.push_files(pad.clone(), {"a.md": "# A\n"}).code == 0
            assert pad.server.get("/a").status == 200
            lag = pad.server.wait_until(lambda state: state["mirror"]["failures"])["mirror"]
            assert lag["refs_behind"] == 1
            assert lag["error"]
            assert lag["next_try"]
            assert lag["seconds_behind"] > 0
            pad.server.kill()
            (tmp_path / "away.git").rename(there)
            pad.server = start("--mirror-to", url, data=pad.data)
            caught_up(pad)
            assert refs(there) == refs(pad.bare)
            assert fsck(there) == ""
            pad.server.kill()


def test_a_backup_with_credentials_that_nobody_sees(tmp_path: Path):
    """The token of the backup is used, and is in no log, status or record."""
    there = backup(tmp_path)
    with (
        http_backend(there, user="git", password="canary-token") as server,
        notepad(
            tmp_path, CANOPY_MIRROR_TO=f"{server.url}/backup.git", CANOPY_MIRROR_PASSWORD="canary-token"
        ) as pad,
    ):
        caught_up(pad)
        assert refs(there) == refs(pad.bare)
        texts = (pad.server.output, json.dumps(pad.server.state()), (pad.data / "mirrored.json").read_text())
        assert not any("canary-token" in text for text in texts)


def test_a_backup_of_a_followed_remote_is_a_wrong_setting(tmp_path: Path):
    """What is followed is kept elsewhere already."""
    there = backup(tmp_path)
    with (
        pytest.raises(AssertionError, match="is for a notepad of its own"),
        running(str(there), "--mirror-to", str(there), data=tmp_path / "data"),
    ):
        pass
