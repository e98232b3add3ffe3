"""`canopy preview` and `canopy serve .`: the writer's loop, without a commit."""

from __future__ import annotations

import os

from pages import read
from running import commit, git, repository, running, write

from canopy.cli import main


def test_what_is_saved_is_shown_without_a_commit(tmp_path):
    """A file that is saved, new or removed in the work tree shows at once; committing changes nothing."""
    work = repository(tmp_path / "notes", {"one.md": "# One\n\nfirst\n", "two.md": "# Two\n\nsecond\n"})
    with running("preview", str(work), data=tmp_path / "data") as server:
        server.wait_for("/one", "first")
        write(work, {"one.md": "# One\n\nsaved\n", "deep/three.md": "# Three\n\nnew\n"})
        server.wait_for("/one", "saved")
        server.wait_for("/deep/three", "new")
        (work / "two.md").unlink()
        server.wait_for("/two", status=404)
        assert '"state":"ok"' in server.get("/-/status").text
        commit(work, "Keep it")
        server.wait_for("/-/status", git("rev-parse", "HEAD", cwd=work).strip())
        assert "saved" in server.get("/one").text


def test_a_folder_that_is_no_repository_can_be_previewed(tmp_path):
    """Somebody who has not heard of git sees the folder all the same."""
    folder = tmp_path / "plain"
    write_plain = {"hello.md": "# Hello\n\nworld\n"}
    folder.mkdir()
    write(folder, write_plain)
    with running("preview", str(folder), data=tmp_path / "data") as server:
        server.wait_for("/hello", "world")
        write(folder, {"hello.md": "# Hello\n\nmoon\n"})
        server.wait_for("/hello", "moon")


def test_a_name_that_is_not_unicode_does_no_harm(tmp_path, monkeypatch):
    """The file is there under a name that can be shown, and so are all others; checking it works, too."""
    work = repository(tmp_path / "notes", {"one.md": "# One\n\nfirst\n"})
    (work / os.fsdecode(b"\xff\xfe.md")).write_text("# Odd\n")
    with running("preview", str(work), data=tmp_path / "data") as server:
        server.wait_for("/one", "first")
        assert '"state":"ok"' in server.get("/-/status").text
    for name in [name for name in os.environ if name.startswith("CANOPY_")]:
        monkeypatch.delenv(name)
    assert main(["check", str(work)]) == 0


def test_what_a_check_counts(tmp_path, monkeypatch, capsys):
    """Every page that readers see, introductions of folders too; and it tells what it recognised."""
    work = repository(tmp_path / "notes", {"README.md": "# One\n\nfirst\n", "a.svg": "<svg/>"})
    for name in [name for name in os.environ if name.startswith("CANOPY_")]:
        monkeypatch.delenv(name)
    assert main(["check", str(work)]) == 0
    summary = capsys.readouterr().err
    assert "plain: " in summary
    assert "1 page, 1 file, 0 errors, 0 warnings" in summary


def test_ignored_files_and_links_stay_out(tmp_path):
    """What .gitignore names is not shown, and a symbolic link is not followed but reported."""
    work = repository(tmp_path / "notes", {"one.md": "# One\n", ".gitignore": "secret.md\n"})
    write(work, {"secret.md": "# Secret\n"})
    (work / "passwords").symlink_to("/etc/passwd")
    with running("serve", str(work), data=tmp_path / "data") as server:
        assert server.get("/secret").status == 404
        assert server.get("/passwords").status == 404
        assert "passwords" in server.get("/-/status").text


def test_a_named_branch_shows_commits_only(tmp_path):
    """With a branch in its address a repository is served as committed, whatever its work tree has."""
    work = repository(tmp_path / "notes", {"one.md": "# One\n\ncommitted\n"})
    write(work, {"one.md": "# One\n\ndraft\n"})
    with running(f"{work}#main", data=tmp_path / "data") as server:
        assert "committed" in server.get("/one").text


def test_a_folder_within_a_repository_is_the_top_of_the_site(tmp_path):
    """`canopy preview docs` shows what is below docs, with the dates of the repository around it."""
    work = repository(tmp_path / "notes", {"docs/one.md": "# One\n\ninside\n", "two.md": "# Two\n"})
    with running("preview", str(work / "docs"), data=tmp_path / "data") as server:
        assert "inside" in server.get("/one").text
        assert "<time" in server.get("/one").text
        assert server.get("/two").status == 404


def test_the_page_tells_its_writer_what_is_wrong(tmp_path):
    """In a preview a banner names file, line, reason and cure; a published page has none."""
    work = repository(tmp_path / "notes", {"one.md": "# One\n\nA [link](nowhere).\n"})
    with running("preview", str(work), data=tmp_path / "data") as server:
        assert "one.md:3: warning" in server.get("/one").text
        write(work, {"one.md": "# One\n\nA [link](two.md).\n", "two.md": "# Two\n"})
        server.wait_for("/one", 'href="/two"')
        assert "warning" not in server.get("/one").text
        write(work, {"one.md": "# One\n\nA [link](nowhere).\n"})
        commit(work, "Break it")
    with running(f"{work}#main", data=tmp_path / "other") as server:
        assert "one.md:3" not in server.get("/one").text


def test_a_writer_sees_what_readers_do_not_see_yet(tmp_path):
    """A preview shows drafts and what is to come, each with a word above it; a server shows neither."""
    files = {
        "draft.md": "---\ndraft: true\n---\n# Draft\n",
        "later.md": "---\ndate: 2990-05-04 12:30\n---\n# Later\n",
        "one.md": "# One\n",
    }
    work = repository(tmp_path / "notes", files)
    with running("preview", str(work), data=tmp_path / "data") as server:
        assert "This is a draft" in server.get("/draft").text
        later = read(server.get("/later").text).text
        assert "Readers will see this page from 4 May 2990, 12:30" in later.replace("\xa0", " ")
        assert 'class="held"' not in server.get("/one").text
    with running("serve", str(work), data=tmp_path / "data") as server:
        assert [server.get(path).status for path in ("/one", "/draft", "/later")] == [200, 404, 404]
    with running("preview", str(work), "--no-drafts", data=tmp_path / "data") as server:
        assert server.get("/draft").status == 404
