"""The folder of an export: what it becomes, and what never happens to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from canopy.errors import CanopyError, ConfigError
from canopy.export.folder import MARKER, Changes, Folder

if TYPE_CHECKING:
    from pathlib import Path


def written(top: Path, files: dict[str, bytes], *, overwrite: bool = False) -> Changes:
    """Write an export of these files."""
    folder = Folder(top, overwrite=overwrite)
    try:
        for name, data in files.items():
            folder.put(name, data)
        return folder.finish({"commit": "0"})
    finally:
        folder.close()


def tree(top: Path) -> dict[str, bytes]:
    """Return all files but the list of them."""
    return {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in top.rglob("*")
        if path.is_file() and path.name != MARKER
    }


def test_files_come_change_stay_and_go(tmp_path: Path) -> None:
    """What did not change keeps its date, what is gone is removed with the folders that it leaves empty."""
    top = tmp_path / "new" / "site"
    assert written(top, {"index.html": b"1", "a/b/index.html": b"2", "c.css": b"3"}) == Changes(3, 0, 0)
    before = (top / "c.css").stat().st_mtime_ns
    assert written(top, {"index.html": b"other", "c.css": b"3"}) == Changes(1, 1, 1)
    assert tree(top) == {"index.html": b"other", "c.css": b"3"}
    assert (top / "c.css").stat().st_mtime_ns == before
    assert not (top / "a").exists()


def test_a_file_becomes_a_folder_and_the_other_way_round(tmp_path: Path) -> None:
    """As when a note gets notes below it."""
    written(tmp_path, {"x": b"file", "y/index.html": b"page", "y/z/index.html": b"page"})
    written(tmp_path, {"x/index.html": b"page", "y": b"file"})
    assert tree(tmp_path) == {"x/index.html": b"page", "y": b"file"}


def test_nothing_changes_until_it_is_finished(tmp_path: Path) -> None:
    """An export that fails half way leaves the folder as it was, and no trace."""
    written(tmp_path, {"index.html": b"old", "gone.html": b"old"})
    folder = Folder(tmp_path)
    folder.put("index.html", b"new")
    folder.put("more.html", b"new")
    assert folder.read("index.html") == b"new"
    folder.close()
    assert tree(tmp_path) == {"index.html": b"old", "gone.html": b"old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [MARKER, "gone.html", "index.html"]


def test_a_folder_that_was_made_for_nothing_goes(tmp_path: Path) -> None:
    """If the first export fails, no empty folder stays."""
    folder = Folder(tmp_path / "site")
    folder.close()
    assert not (tmp_path / "site").exists()


def test_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    """Unless it is to be overwritten; then what is not in the way stays."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigError, match="not empty"):
        Folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    written(tmp_path, {"index.html": b"1"}, overwrite=True)
    written(tmp_path, {"other.html": b"1"})
    assert tree(tmp_path) == {"other.html": b"1", "thesis.txt": b"years of work"}


def test_a_checkout_that_pages_are_pushed_from_is_welcome(tmp_path: Path) -> None:
    """`.git` and what others add, like CNAME, stay."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/pages")
    written(tmp_path, {"index.html": b"1"})
    (tmp_path / "CNAME").write_text("example.org")
    written(tmp_path, {"index.html": b"2"})
    assert tree(tmp_path).keys() == {"index.html", "CNAME", ".git/HEAD"}


def test_a_strangers_file_in_the_way_stops_it_before_anything_changes(tmp_path: Path) -> None:
    """A file, a file where a folder must be, and a folder with files where a file must be."""
    written(tmp_path, {"index.html": b"old"})
    for stranger, name in (("a.html", "a.html"), ("b", "b/index.html"), ("c/d.txt", "c")):
        (tmp_path / stranger).parent.mkdir(exist_ok=True)
        (tmp_path / stranger).write_text("mine")
        with pytest.raises(CanopyError):
            written(tmp_path, {"index.html": b"new", name: b"new"})
        assert (tmp_path / stranger).read_text() == "mine"
        assert (tmp_path / "index.html").read_bytes() == b"old"


def test_links_are_not_followed_out_of_the_folder(tmp_path: Path) -> None:
    """Neither to write, nor to read, nor to remove."""
    outside, top = tmp_path / "outside", tmp_path / "site"
    outside.mkdir()
    (outside / "index.html").write_text("mine")
    written(top, {"a/index.html": b"1", "b.html": b"1"})
    (top / "a" / "index.html").unlink()
    (top / "a").rmdir()
    (top / "a").symlink_to(outside)
    (top / "b.html").unlink()
    (top / "b.html").symlink_to(outside / "index.html")
    with pytest.raises(CanopyError, match="in the way"):
        written(top, {"a/index.html": b"2"})
    written(top, {"b.html": b"2"})
    assert (outside / "index.html").read_text() == "mine"
    assert (top / "b.html").read_bytes() == b"2"
    assert not (top / "b.html").is_symlink()
    written(top, {"a/index.html": b"2"}, overwrite=True)
    assert (outside / "index.html").read_text() == "mine"


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "", "a//b", "a/."])
def test_a_name_that_leads_out_is_never_written(tmp_path: Path, name: str) -> None:
    """Whatever the layout let through."""
    folder = Folder(tmp_path / "site")
    with pytest.raises(ValueError, match=f"^{re.escape(name)}$"):
        folder.put(name, b"x")
    folder.close()


def test_a_list_that_was_tampered_with_removes_nothing_elsewhere(tmp_path: Path) -> None:
    """Only names inside the folder are believed."""
    (tmp_path / "mine").write_text("mine")
    top = tmp_path / "site"
    written(top, {"index.html": b"1"})
    (top / MARKER).write_text('{"files": ["../mine", "/etc/passwd", 7]}')
    (top / "index.html").unlink()
    written(top, {"index.html": b"1"})
    assert (tmp_path / "mine").read_text() == "mine"
    (top / MARKER).write_text("nonsense")
    with pytest.raises(ConfigError, match="cannot be read"):
        Folder(top)


def test_two_exports_do_not_write_at_once(tmp_path: Path) -> None:
    """The second says so, and the first goes on."""
    first = Folder(tmp_path)
    with pytest.raises(CanopyError, match="another export"):
        Folder(tmp_path)
    first.put("index.html", b"1")
    first.finish({})
    first.close()
    assert tree(tmp_path) == {"index.html": b"1"}


def test_what_cannot_be_a_folder_is_a_wrong_setting(tmp_path: Path) -> None:
    """A file, for one."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="cannot be a folder"):
        Folder(tmp_path / "file")


def test_a_file_that_is_written_twice_holds_what_came_last(tmp_path: Path) -> None:
    """And takes nobody else's place on the way."""
    folder = Folder(tmp_path)
    for name, data in (("a", b"1"), ("b", b"2"), ("a", b"3"), ("c", b"4")):
        folder.put(name, data)
    assert folder.finish({"commit": "0"}) == Changes(3, 0, 0)
    folder.close()
    assert tree(tmp_path) == {"a": b"3", "b": b"2", "c": b"4"}
