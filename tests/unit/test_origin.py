"""Where commits come from: copies that are damaged, locks, and refs that move."""

from __future__ import annotations

import contextlib
import random
import shutil
from typing import TYPE_CHECKING

import pytest
from running import commit, git, repository, write

from canopy.errors import CanopyError, RefNotFound
from canopy.git import DamagedRepository, Limits, parse_remote
from canopy.git.remotes import Credentials
from canopy.origin import Followed, Lock, Notepad, copy_path, open_copy, open_notepad, starter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from canopy.git import Remote


def _pack(copy: Path) -> Path:
    pack = next(copy.glob("objects/pack/*.pack"))
    pack.chmod(0o600)
    return pack


def _truncate(copy: Path) -> None:
    content = _pack(copy).read_bytes()
    _pack(copy).write_bytes(content[: len(content) // 2])


def _flip(copy: Path) -> None:
    content = bytearray(_pack(copy).read_bytes())
    for place in range(20, len(content) - 20, 3):
        content[place] ^= 0x55
    _pack(copy).write_bytes(content)


def _flip_one(copy: Path) -> None:
    content = bytearray(_pack(copy).read_bytes())
    content[random.Random(7).randrange(12, len(content) - 20)] ^= 0xFF
    _pack(copy).write_bytes(content)


def _empty_pack(copy: Path) -> None:
    _pack(copy).write_bytes(b"")


def _garble_index(copy: Path) -> None:
    index = next(copy.glob("objects/pack/*.idx"))
    index.chmod(0o600)
    index.write_bytes(b"\xfftOc garbage")


def _lose_index(copy: Path) -> None:
    next(copy.glob("objects/pack/*.idx")).unlink()


def _lose_objects(copy: Path) -> None:
    shutil.rmtree(copy / "objects")


def _lose_packs(copy: Path) -> None:
    for pack in copy.glob("objects/pack/*"):
        pack.unlink()


def _garble_head(copy: Path) -> None:
    (copy / "HEAD").write_bytes(b"\x00\xff garbage")


def _garble_refs(copy: Path) -> None:
    for ref in (copy / "refs").rglob("*"):
        if ref.is_file():
            ref.write_bytes(b"zzzz\n")


def _empty_refs(copy: Path) -> None:
    for ref in (copy / "refs").rglob("*"):
        if ref.is_file():
            ref.write_bytes(b"")


def _garble_config(copy: Path) -> None:
    (copy / "config").write_bytes(b"[core\nbare = \x00")


def _garble_history(copy: Path) -> None:
    for file in copy.glob("canopy-*"):
        if file.is_file():
            file.write_bytes(b"\x80garbage")


def _only_a_file(copy: Path) -> None:
    shutil.rmtree(copy)
    copy.mkdir()
    (copy / "leftover").write_text("x")


DAMAGES = [
    _truncate, _flip, _flip_one, _empty_pack, _garble_index, _lose_index, _lose_objects, _lose_packs,
    _garble_head, _garble_refs, _empty_refs, _garble_config, _garble_history, _only_a_file,
]  # fmt: skip


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Remote:
    """Make a repository to follow."""
    folder = tmp_path_factory.mktemp("origin")
    work = repository(folder / "work", {f"{n}.md": f"# Note {n}\n\n{n * 7919}\n" for n in range(30)})
    git("repack", "-adq", cwd=work)
    return parse_remote(str(work))


@pytest.fixture(scope="module")
def copied(remote: Remote, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the data directory of a Canopy that followed it."""
    data = tmp_path_factory.mktemp("data")
    origin = Followed(open_copy(data, remote, Limits()), remote, Credentials())
    origin.accept(origin.fetch().commit)
    origin.snapshot(origin.last_good(), None)
    origin.close()
    return data


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_whatever_happened_to_a_copy_its_files_come_back(
    damage: Callable[[Path], None], remote: Remote, copied: Path, tmp_path: Path
) -> None:
    """A copy that is damaged, in any way, is moved aside, and the next fetch brings every file."""
    data = tmp_path / "data"
    shutil.copytree(copied, data)
    damage(copy_path(data, remote))
    origin = Followed(open_copy(data, remote, Limits()), remote, Credentials())
    good = origin.last_good()
    with contextlib.suppress(DamagedRepository):
        assert not good or len(origin.snapshot(good, None).blobs) == 30
    found = origin.fetch()
    snapshot = origin.snapshot(found.commit, None)
    assert snapshot.blobs["7.md"].data == b"# Note 7\n\n55433\n"
    assert len(snapshot.blobs) == 30
    origin.accept(found.commit)
    assert origin.last_good() == found.commit
    origin.close()


def test_a_repository_has_one_writer(tmp_path: Path) -> None:
    """A second lock on a path says that another Canopy is running, until the first gives it back."""
    first = Lock(tmp_path / "deep" / "x.git")
    with pytest.raises(CanopyError, match="another Canopy is running"):
        Lock(tmp_path / "deep" / "x.git")
    first.release()
    Lock(tmp_path / "deep" / "x.git").release()


@pytest.mark.parametrize("place", ["/proc/canopy", "{tmp}/file", "{tmp}/file/below"])
def test_a_data_folder_that_cannot_be_is_explained(place: str, tmp_path: Path) -> None:
    """A data folder that cannot be made or written is an error that names it and `--data`."""
    (tmp_path / "file").write_text("x")
    folder = type(tmp_path)(place.format(tmp=tmp_path))
    with pytest.raises(CanopyError, match="--data"):
        Lock(folder / "notepad.git")


def test_copies_of_two_remotes_are_kept_apart(tmp_path: Path) -> None:
    """Remotes whose names look alike have copies of their own, and a name tells which is whose."""
    one = copy_path(tmp_path, parse_remote("https://example.org/a/notes.git"))
    other = copy_path(tmp_path, parse_remote("https://example.org/a-notes.git"))
    assert one != other
    assert "notes" in one.name
    assert copy_path(tmp_path, parse_remote("https://me:secret@example.org/a/notes.git")) == one


def test_a_notepad_begins_with_the_starter_notes_once(tmp_path: Path) -> None:
    """A new notepad has the manual as its first commit; one whose branch was deleted does not begin anew."""
    repository_ = open_notepad(tmp_path, "", Limits())
    notepad = Notepad(repository_)
    first = notepad.last_good()
    assert set(notepad.snapshot(first, None).blobs) == set(starter())
    git("update-ref", "-d", "refs/heads/main", cwd=tmp_path / "notepad.git")
    with pytest.raises(RefNotFound, match="push it again"):
        notepad.fetch()


def test_a_push_to_a_notepad_is_noticed(tmp_path: Path) -> None:
    """A push by path moves the notepad; reading it again settles that, and finds the very commit."""
    notepad = Notepad(open_notepad(tmp_path / "data", "", Limits()))
    notepad.last_good()
    notepad.fetch()
    assert not notepad.moved()
    work = tmp_path / "work"
    git("clone", "-q", str(notepad.path), str(work))
    write(work, {"new.md": "# New\n"})
    made = commit(work)
    git("push", "-q", "origin", "HEAD:main", cwd=work)
    assert notepad.moved()
    assert notepad.fetch().commit == made
    assert not notepad.moved()
    git("pack-refs", "--all", cwd=notepad.path)
    assert notepad.moved()
    assert notepad.fetch().commit == made


def test_a_forced_push_to_a_notepad_is_told(tmp_path: Path) -> None:
    """A commit that does not descend from the one before is told as forced, as it is of a remote."""
    notepad = Notepad(open_notepad(tmp_path / "data", "", Limits()))
    notepad.accept(notepad.last_good())
    assert not notepad.fetch().forced
    work = tmp_path / "work"
    git("clone", "-q", str(notepad.path), str(work))
    write(work, {"new.md": "# New\n"})
    commit(work)
    git("push", "-q", "origin", "HEAD:main", cwd=work)
    found = notepad.fetch()
    assert not found.forced
    notepad.accept(found.commit)
    git("commit", "-q", "--amend", "-m", "Other", cwd=work)
    git("push", "-qf", "origin", "HEAD:main", cwd=work)
    assert notepad.fetch().forced
