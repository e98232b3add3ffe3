"""Addresses that do not rot: renamed and deleted files, pushed by real git and asked for over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from corpora import corpus
from pushing import Notepad, notepad
from running import commit, git, repository, running, start, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from running import Server

BODY = "\n".join(f"Sentence {n} of a text that is long enough." for n in range(20))


@pytest.fixture(scope="module")
def pad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    """Run a notepad."""
    with notepad(tmp_path_factory.mktemp("pad")) as pad:
        yield pad


@pytest.fixture
def work(pad: Notepad, request: pytest.FixtureRequest) -> Path:
    """Make a fresh clone."""
    return pad.clone(request.node.name)


def location(server: Server, path: str) -> tuple[int, str]:
    """Return how an address answers, and where it leads."""
    reply = server.get(path)
    return reply.status, reply.headers.get("location", "")


def test_a_renamed_page_redirects_before_git_comes_back(pad: Notepad, work: Path) -> None:
    """In every spelling of the old address, with its edit in the same commit, and the terminal says so."""
    pad.push_files(work, {"old name.md": f"---\naliases: [/known]\n---\n# Page\n\n{BODY}\n"})
    git("mv", "old name.md", "new.md", cwd=work)
    done = pad.push_files(work, {"new.md": f"# Page, revised\n\n{BODY}\nAnd more.\n"})
    for path in ("/old%20name", "/old%20name.md", "/old%20name/", "/known"):
        assert location(pad.server, path) == (301, "/new"), path
    url = pad.server.url
    assert f"moved    {url}/old%20name → {url}/new (the old address redirects)" in done.remote, done.text


def test_chains_and_folders(pad: Notepad, work: Path) -> None:
    """Each old address leads straight to the newest one, over several pushes; listings move along."""
    pad.push_files(work, {f"posts/{n}.md": f"# Post {n}\n\n{n} {BODY}\n" for n in "abc"})
    git("mv", "posts/a.md", "posts/first.md", cwd=work)
    pad.push_files(work, {})
    git("mv", "posts", "writing", cwd=work)
    pad.push_files(work, {})
    for old, new in (("a", "first"), ("first", "first"), ("b", "b"), ("c", "c")):
        assert location(pad.server, f"/posts/{old}") == (301, f"/writing/{new}")
    assert location(pad.server, "/posts") == (301, "/writing")
    assert pad.server.get("/writing").status == 200


def test_a_deleted_page_is_gone_and_says_what_it_was(pad: Notepad, work: Path) -> None:
    """410 with the title, the last day, and where to look; no search engine and no list has it."""
    pad.push_files(
        work,
        {
            "wiki/tracing.md": "---\ntitle: Tracing and <Profiling>\n---\nWords.\n",
            "wiki/tracing-today.md": "# Tracing, today\n",
            "i/x.png": b"\x89PNG\r\n\x1a\n\0\0",
        },
    )
    (work / "wiki/tracing.md").unlink()
    (work / "i/x.png").unlink()
    git("add", "-A", cwd=work)
    git("commit", "-qm", "Remove", cwd=work, GIT_AUTHOR_DATE="2024-04-23T12:00:00Z")
    git("push", "-q", cwd=work)
    for path in ("/wiki/tracing", "/wiki/tracing.md", "/wiki/tracing/"):
        reply = pad.server.get(path)
        assert reply.status == 410, path
        assert "Tracing and &lt;Profiling&gt;" in reply.text
        assert 'datetime="2024-04-23' in reply.text
        assert 'href="/wiki"' in reply.text
        assert 'href="/wiki/tracing-today"' in reply.text
        assert "noindex" in reply.text
    assert pad.server.get("/i/x.png").status == 410
    assert "/wiki/tracing<" not in pad.server.get("/sitemap.xml").text
    assert 'href="/wiki/tracing"' not in pad.server.get("/-/search?q=tracing").text


def test_the_answer_for_a_deleted_page_is_one_for_caches(pad: Notepad, work: Path) -> None:
    """HEAD has the same fields and no body; a cache may keep it, and has to ask again."""
    pad.push_files(work, {"cached.md": "# Cached\n"})
    (work / "cached.md").unlink()
    pad.push_files(work, {})
    reply, head = pad.server.get("/cached"), pad.server.get("/cached", "HEAD")
    assert (head.status, head.body) == (410, b"")
    assert reply.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert reply.headers["etag"] == head.headers["etag"]
    # RFC 9110, 13.2.1: a precondition means nothing where the answer is no success.
    assert pad.server.get("/cached", If_None_Match=reply.headers["etag"]).status == 410
    assert pad.server.get("/cached", "POST").status == 405


def test_a_page_that_comes_back_is_there(pad: Notepad, work: Path) -> None:
    """Deleted and written again, or another page under an old name: that is what readers get."""
    pad.push_files(work, {"again.md": "# First\n", "name.md": f"# Name\n\n{BODY}\n"})
    (work / "again.md").unlink()
    git("mv", "name.md", "other.md", cwd=work)
    pad.push_files(work, {})
    assert (pad.server.get("/again").status, pad.server.get("/name").status) == (410, 301)
    pad.push_files(work, {"again.md": "# Second\n", "name.md": "# Something else\n"})
    assert "Second" in pad.server.get("/again").text
    assert "Something else" in pad.server.get("/name").text


def test_a_restart_knows_at_once(tmp_path: Path) -> None:
    """The first answer after a start from the disk is right, without the remote."""
    remote = repository(tmp_path / "remote", {"a.md": f"# A\n\n{BODY}\n", "b.md": "# B\n", "c.md": "# C\n"})
    git("mv", "a.md", "z.md", cwd=remote)
    (remote / "b.md").unlink()
    commit(remote)
    data = tmp_path / "data"
    with running(str(remote / ".git"), data=data) as server:
        server.wait_for("/a", status=301)
        assert server.get("/b").status == 410
    remote.rename(tmp_path / "away")
    server = start(str(remote / ".git"), data=data, forked=False)
    try:
        assert location(server, "/a") == (301, "/z")
        assert server.get("/b").status == 410
    finally:
        server.kill()


def slugged(slug: str, extra: str = "") -> str:
    """Return a note with a slug."""
    return f"---\nslug: {slug}\n{extra}---\n# Note\n\n{BODY}\n"


def test_what_the_front_matter_asked_for_earlier_leads_to_the_page(pad: Notepad, work: Path) -> None:
    """Through another slug, a rename with a third one, and the end of the page, in one hop each."""
    steps = [("notes/a.md", "one"), ("notes/a.md", "two"), ("notes/b.md", "three")]
    pad.push_files(work, {"notes/a.md": slugged("hidden", "draft: true\n")})
    for file, slug in steps:
        if file.endswith("b.md"):
            git("mv", "notes/a.md", file, cwd=work)
        pad.push_files(work, {file: slugged(slug)})
    for path in ("/notes/one", "/notes/two", "/notes/a", "/notes/b"):
        assert location(pad.server, path) == (301, "/notes/three"), path
    assert pad.server.get("/notes/hidden").status == 404, "a draft had no address"
    (work / "notes/b.md").unlink()
    done = pad.push_files(work, {"notes/other.md": "---\nslug: one\n---\n# Another\n"})
    assert done.code == 0
    assert pad.server.get("/notes/one").status == 200, "somebody else lives there now"
    for path in ("/notes/two", "/notes/three", "/notes/a", "/notes/b"):
        assert pad.server.get(path).status == 410, path


def test_a_restart_knows_what_the_front_matter_asked_for(tmp_path: Path) -> None:
    """At its first answer, whether it was stopped or killed right after the push."""
    for kind in ("stopped", "killed"):
        with notepad(tmp_path / kind) as pad:
            work = pad.clone()
            for slug in ("one", "two", "three"):
                pad.push_files(work, {"a.md": slugged(slug)})
            assert location(pad.server, "/one") == (301, "/three")
            if kind == "killed":
                pad.server.kill()
        server = start(data=tmp_path / kind / "data")
        try:
            for path in ("/one", "/two"):
                assert location(server, path) == (301, "/three"), (kind, path)
        finally:
            server.kill()


def test_a_remote_that_was_never_served_before_is_known_by_its_history(tmp_path: Path) -> None:
    """Addresses of years ago are answered once the history was read in the background."""
    remote = repository(tmp_path / "remote", {"a.md": slugged("first"), "b.md": "# B\n"})
    for number in range(40):
        write(remote, {"a.md": slugged("second" if number else "first", f"weight: {number}\n")})
        commit(remote)
    write(remote, {"a.md": slugged("third")})
    commit(remote)
    with running(str(remote / ".git"), data=tmp_path / "data") as server:
        server.wait_for("/first", status=301)
        for path in ("/first", "/second"):
            assert location(server, path) == (301, "/third"), path


def test_history_that_is_not_wanted_knows_no_former_pages(tmp_path: Path) -> None:
    """With `history = none` an old address is 404."""
    remote = repository(tmp_path / "remote", {"a.md": "# A\n", "c.md": "# C\n"})
    (remote / "a.md").unlink()
    commit(remote)
    with running(str(remote / ".git"), "--history", "none", data=tmp_path / "data") as server:
        assert server.get("/a").status == 404


def test_every_post_of_a_real_site_is_found_at_its_old_address(tmp_path: Path) -> None:
    """mirage-www moved its posts in 2022: each of the old folder leads to a page that is there."""
    git("clone", "-q", "--bare", str(corpus("mirage-www.bundle")), str(tmp_path / "m.git"))
    listed = git(
        *("log", "--format=", "--name-only", "--no-renames", "-m", "--first-parent", "--", "tmpl/blog"),
        cwd=tmp_path / "m.git",
    )
    posts = sorted({name for name in listed.split("\n") if name.endswith(".md")})
    assert len(posts) > 60
    with running(str(tmp_path / "m.git"), data=tmp_path / "data") as server:
        for name in posts:
            status, to = location(server, f"/{name}")
            assert (status, to.startswith("/data/blog/")) == (301, True), name
            assert server.get(to).status == 200, to
        assert server.get("/data/wiki/profiling").status == 410
