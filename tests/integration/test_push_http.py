"""Real git pushing to a running notepad: what is published, kept, refused, and in which dialects of git."""

from __future__ import annotations

import json
import random
import subprocess
from typing import TYPE_CHECKING

import pytest
from pushing import Notepad, fsck, notepad, push
from running import commit, environment, git, running, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def pad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    """Run a notepad for all tests of this file, whose published branch may be forced."""
    with notepad(tmp_path_factory.mktemp("pad"), "--force", "allow") as pad:
        yield pad


@pytest.fixture
def work(pad: Notepad, request: pytest.FixtureRequest) -> Path:
    """Make a fresh clone."""
    return pad.clone(request.node.name.replace("/", "-"))


def test_the_page_has_changed_before_the_prompt_returns(pad: Notepad, work: Path):
    """Twenty times in a row, one GET after `git push` shows what was pushed."""
    for count in range(20):
        done = pad.push_files(work, {"now.md": f"# Now\n\ncount {count};\n"})
        assert done.code == 0, done.text
        assert f"count {count};" in pad.server.get("/now").text


def test_the_terminal_says_what_changed_with_full_addresses(pad: Notepad, work: Path):
    """New, changed, moved and vanished pages are told with the URLs at which they are read."""
    url = pad.server.url
    files = {f"told/{name}.md": f"# {name.title()}\n\n{name} text\n" for name in ("one", "two", "three")}
    remote = pad.push_files(work, files).remote
    assert remote[0].startswith("Canopy: 3 new pages ("), remote
    assert f"new      {url}/told/one" in remote
    git("mv", "told/one.md", "told/moved.md", cwd=work)
    (work / "told/three.md").unlink()
    remote = pad.push_files(work, {"told/two.md": "# Two\n\nother\n", "told/four.md": "# Four\n"}).remote
    assert f"new      {url}/told/four" in remote
    assert f"changed  {url}/told/two" in remote
    assert any(line.startswith(f"moved    {url}/told/one → {url}/told/moved") for line in remote), remote
    assert f"gone     {url}/told/three" in remote


@pytest.mark.parametrize("version", ["0", "1", "2"])
def test_all_versions_of_the_protocol(pad: Notepad, version: str):
    """Clones, fetches and pushes work in every dialect that git speaks."""
    option = f"protocol.version={version}"
    work = pad.folder / f"v{version}"
    git("-c", option, "clone", "-q", pad.url, str(work))
    git("config", "protocol.version", version, cwd=work)
    assert pad.push_files(work, {f"v{version}.md": f"# V{version}\n"}).code == 0
    assert pad.server.get(f"/v{version}").status == 200
    git("fetch", "-q", cwd=work)
    assert git("rev-parse", "origin/main", cwd=work).strip() == pad.tip()


def test_a_large_push_in_chunks(pad: Notepad, work: Path):
    """A push beyond git's buffer comes in chunks, with `Expect: 100-continue` where git asks first."""
    git("config", "http.postBuffer", "65536", cwd=work)
    image = b"\x89PNG\r\n\x1a\n" + random.randbytes(3_000_000)
    done = pad.push_files(work, {"large.png": image, "large.md": "# Large\n\n![](large.png)\n"})
    assert done.code == 0, done.text
    assert pad.server.get("/large.png").body == image
    git("config", "http.expectContinue", "true", cwd=work)
    assert pad.push_files(work, {"large2.png": image[::-1]}).code == 0


def test_gzipped_bodies(pad: Notepad):
    """Git compresses what it says it has, once that is long enough."""
    work = pad.clone("gzip")
    for count in range(60):
        commit(work, f"Local {count}")
    other = pad.clone("gzip-other")
    assert pad.push_files(other, {"gzip.md": "# Gzip\n"}).code == 0
    said = git("fetch", cwd=work, GIT_TRACE_CURL="1", GIT_TRACE_CURL_NO_DATA="1")
    assert "content-encoding: gzip" in said.lower()
    assert git("rev-parse", "origin/main", cwd=work).strip() == pad.tip()


def test_shallow_and_partial_clones(pad: Notepad):
    """Whoever has only a part of the history or of the files can push as well."""
    seed = pad.clone("parts-seed")
    for count in range(3):
        assert pad.push_files(seed, {"parts.md": f"# Parts\n\n{count}\n"}).code == 0
    shallow = pad.clone("shallow", "--depth", "1")
    assert git("rev-list", "--count", "HEAD", cwd=shallow).strip() == "1"
    assert pad.push_files(shallow, {"shallow.md": "# Shallow\n"}).code == 0
    partial = pad.clone("partial", "--filter=blob:none", "--no-checkout")
    git("checkout", "-q", "main", cwd=partial)
    assert pad.push_files(partial, {"partial.md": "# Partial\n"}).code == 0
    for name in ("shallow", "partial"):
        assert pad.server.get(f"/{name}").status == 200
    git("fetch", "-q", "--unshallow", cwd=shallow)
    git("merge", "-q", "--ff-only", "origin/main", cwd=shallow)
    assert git("rev-parse", "HEAD", cwd=shallow).strip() == pad.tip()


def test_other_branches_and_tags_are_kept_and_not_published(pad: Notepad, work: Path):
    """Only the published branch publishes, and only it is reviewed."""
    before = pad.server.state()["commit"]
    write(work, {"draft.md": "# Draft\n\n[bad](nowhere.md)\n"})
    tip = commit(work)
    git("tag", "-a", "-m", "One", "v1", cwd=work)
    done = push(work, "origin", "HEAD:refs/heads/draft", "v1")
    assert done.code == 0, done.text
    assert done.remote == []
    assert pad.tip("refs/heads/draft") == tip
    assert pad.tip("refs/tags/v1^{commit}") == tip
    assert pad.server.get("/draft").status == 404
    assert pad.server.state()["commit"] == before
    assert push(work, "origin", "--delete", "draft", "v1").code == 0
    assert pad.tip("refs/heads/draft") == ""


def test_the_published_branch_is_not_deleted(pad: Notepad, work: Path):
    """A slip of the finger does not take the site down."""
    done = push(work, "origin", "--delete", "main")
    assert done.code != 0
    assert "! [remote rejected] main (this branch is the site; deleting it is not allowed)" in done.text
    assert pad.server.get("/").status == 200


def test_a_forced_push_where_it_is_allowed(pad: Notepad, work: Path):
    """`force = "allow"` follows a rewritten branch, and the log names the old and the new commit."""
    pad.push_files(work, {"forced.md": "# Forced\n\nold\n"})
    old = pad.tip()
    write(work, {"forced.md": "# Forced\n\nnew\n"})
    git("commit", "-q", "-a", "--amend", "-m", "Other", cwd=work)
    assert push(work).code != 0
    assert push(work, "--force-with-lease").code == 0
    assert "new" in pad.server.get("/forced").text
    line = pad.server.events("pushed")[-1]
    assert (line["old"], line["new"], line["forced"]) == (old[:12], pad.tip()[:12], True)


def test_an_atomic_push_is_all_or_nothing(pad: Notepad, work: Path):
    """One refused ref refuses the others, and none of their objects stays."""
    write(work, {"atomic.md": "# Atomic\n"})
    commit(work)
    before = pad.trace()
    done = push(work, "--atomic", "origin", "HEAD:refs/heads/other", ":refs/heads/main")
    assert done.code != 0
    assert "atomic push failed" in done.text
    assert pad.trace() == before
    assert push(work, "--atomic", "origin", "main", "HEAD:refs/heads/other").code == 0
    assert pad.server.get("/atomic").status == 200


def test_of_two_racing_pushes_one_is_told_to_fetch_first(pad: Notepad):
    """Two that began from the same commit: one wins, the other loses nothing and is told what to do."""
    works = [pad.clone(f"race-{name}") for name in ("a", "b")]
    for work in works:
        write(work, {f"race-{work.name[-1]}.md": "# Race\n"})
        commit(work)
    running_pushes = [
        subprocess.Popen(
            ["git", "push"],
            cwd=work,
            env=environment(LC_ALL="C.UTF-8"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for work in works
    ]
    texts = [process.communicate(timeout=60)[0] for process in running_pushes]
    codes = [process.returncode for process in running_pushes]
    assert sorted(codes) == [0, 1], texts
    loser = codes.index(1)
    assert "fetch first" in texts[loser]
    git("pull", "-q", "--rebase", cwd=works[loser])
    assert push(works[loser]).code == 0
    assert {pad.server.get(f"/race-{name}").status for name in ("a", "b")} == {200}
    assert fsck(pad.bare) == ""


def test_the_log_names_pusher_refs_and_commits(pad: Notepad, work: Path):
    """Each push is one line: who, what, from, to."""
    old = pad.tip()
    pad.push_files(work, {"logged.md": "# Logged\n"})
    line = pad.server.events("pushed")[-1]
    assert (line["pusher"], line["ref"]) == ("first", "refs/heads/main")
    assert (line["old"], line["new"]) == (old[:12], pad.tip()[:12])


def test_nothing_but_git_is_answered(pad: Notepad):
    """The old protocol, files of the repository and wrong requests are refused with a sentence."""
    get = pad.server.get
    for path in (
        "",
        "/",
        "/HEAD",
        "/config",
        "/objects/info/packs",
        "/../notepad.git.lock",
        "/git-upload-pack",
    ):
        assert get("/notepad.git" + path).status == 404, path
    assert get("/notepad.git/info/refs").status == 403
    assert get("/notepad.git/info/refs?service=git-evil").status == 403
    assert get("/notepad.git/git-upload-pack", "POST", b"0000").status == 415
    headers = {"Content_Type": "application/x-git-upload-pack-request"}
    assert get("/notepad.git/git-upload-pack", "POST", b"x" * 5_000_000, **headers).status == 413
    reply = get("/notepad.git/git-upload-pack", "POST", b"junk", Content_Encoding="gzip", **headers)
    assert reply.status == 400
    assert get("/notepad.git/info/refs?service=git-upload-pack", "HEAD").body == b""


def test_answers_are_not_kept_by_caches(pad: Notepad):
    """A proxy must keep neither refs nor packs."""
    reply = pad.server.get("/notepad.git/info/refs?service=git-upload-pack")
    assert reply.status == 200
    assert "no-cache" in reply.headers["cache-control"]
    assert reply.headers["content-type"] == "application/x-git-upload-pack-advertisement"
    assert "content-security-policy" in reply.headers


def test_a_forced_push_is_refused_by_default(tmp_path: Path):
    """Nobody's published work vanishes by accident."""
    with notepad(tmp_path) as pad:
        work = pad.clone()
        git("commit", "-q", "--amend", "-m", "Rewritten", cwd=work)
        before = pad.trace()
        done = push(work, "--force")
        assert done.code != 0
        assert "! [remote rejected] main -> main (non-fast-forward: forced pushes" in done.text
        assert pad.trace() == before
        write(work, {"x.md": "# X\n"})
        commit(work)
        assert push(work, "origin", "HEAD:other").code == 0
        git("commit", "-q", "--amend", "-m", "Again", cwd=work)
        assert push(work, "--force", "origin", "HEAD:other").code == 0


def test_a_push_beyond_the_limit_is_refused(tmp_path: Path):
    """`max_push` is the most that a push may transfer, in one piece or in many."""
    with notepad(tmp_path, "--max-push", "200kB") as pad:
        work = pad.clone()
        noise = subprocess.run(
            ["head", "-c", "500000", "/dev/urandom"], capture_output=True, check=True
        ).stdout
        write(work, {"noise.bin": noise})
        commit(work)
        before = pad.trace()
        done = push(work)
        assert done.code != 0
        assert "413" in done.text, done.text
        git("config", "http.postBuffer", "65536", cwd=work)
        assert push(work).code != 0
        assert pad.trace() == before
        git("reset", "-q", "--hard", "HEAD^", cwd=work)
        assert pad.push_files(work, {"small.md": "# Small\n"}).code == 0


def test_a_mirror_is_read_only(tmp_path: Path):
    """With a remote, clones may be allowed; pushes are sent to where the notes come from."""
    with notepad(tmp_path / "origin") as origin:
        plain = origin.plain_url
        with running(plain, "--clone", "public", data=tmp_path / "mirror") as mirror:
            work = tmp_path / "work"
            git("clone", "-q", f"{mirror.url}/notepad.git", str(work))
            assert git("rev-parse", "HEAD", cwd=work).strip() == origin.tip()
            write(work, {"x.md": "# X\n"})
            commit(work)
            done = push(work)
            assert done.code != 0
            assert f"This is a mirror; push to {plain}." in done.text
        with running(plain, data=tmp_path / "mirror") as mirror:
            assert mirror.get("/notepad.git/info/refs?service=git-upload-pack").status == 404


def test_status_is_not_told_of_tokens(pad: Notepad):
    """What Canopy tells about itself names no token."""
    assert pad.token not in json.dumps(pad.server.state())
