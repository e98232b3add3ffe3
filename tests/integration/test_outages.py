"""Remotes that fail, come back, empty themselves or change their past; and damaged copies of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pages import read
from running import Server, commit, git, repository, running, write
from servers import http_backend, http_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

CANARY = "canary-7f3a-secret"


@pytest.fixture
def remote(tmp_path: Path) -> tuple[Path, Path]:
    """Make a bare repository and a work tree that pushes to it."""
    return _remote(tmp_path)


def _remote(folder: Path) -> tuple[Path, Path]:
    work = repository(folder / "work", {"one.md": "# One\n\nThe first.\n"})
    bare = folder / "notes.git"
    git("clone", "-q", "--bare", str(work), str(bare))
    git("remote", "add", "origin", str(bare), cwd=work)
    return work, bare


def _push(work: Path, *options: str) -> str:
    made = commit(work)
    git("push", "-q", *options, "origin", "HEAD:main", cwd=work)
    return made


@pytest.fixture(scope="module")
def dead(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run with a remote that refuses everybody, and credentials in its URL."""

    def refuse(request: BaseHTTPRequestHandler) -> None:
        request.send_response(403, f"no {CANARY}")
        request.send_header("Content-Length", "0")
        request.end_headers()

    with (
        http_server(refuse) as server,
        running(
            f"http://user-{CANARY}:{CANARY}@127.0.0.1:{server.port}/notes.git#main",
            data=tmp_path_factory.mktemp("dead"),
            ready=False,
        ) as canopy,
    ):
        canopy.wait_until(lambda state: state["failures"] > 0)
        yield canopy


def test_a_dead_remote_is_explained(dead: Server) -> None:
    """Start-up: "else 503 that says why, and retries": a page with `Retry-After`; live, but not ready."""
    for path in ("/", "/anything", "/atom"):
        reply = dead.get(path)
        assert reply.status == 503
        assert int(reply.headers["retry-after"]) >= 1
        assert reply.headers["cache-control"] == "no-store"
        assert "text/html" in reply.headers["content-type"]
        assert "remote" in read(reply.text).text
    assert dead.get("/-/live").status == 200
    assert dead.get("/-/ready").status == 503
    first = dead.state()["failures"]
    dead.wait_until(lambda state: state["failures"] > first)


def test_a_credential_is_never_told(dead: Server) -> None:
    """No credential on the page, in the status, the metrics, the hook's answer or the log."""
    answers = [dead.get(path).text for path in ("/", "/-/status", "/-/metrics", "/-/ready")]
    hook = dead.get("/push?wait", "POST")
    assert hook.status == 502
    assert json.loads(hook.body)["error"]
    answers += [hook.text, json.dumps(hook.headers), dead.output]
    assert [text for text in answers if CANARY in text] == []


def test_the_site_outlives_its_remote(remote: tuple[Path, Path], tmp_path: Path) -> None:
    """Failed pull: "old content stays; at start-up: the last good repository on disk"; and it recovers."""
    work, bare = remote
    with http_backend(bare) as server:
        url = f"{server.url}/notes.git"
        with running(url, "--interval", "0.3", data=tmp_path / "data") as canopy:
            old = canopy.state()["commit"]
            bare.rename(bare.with_name("gone"))
            state = canopy.wait_until(lambda state: state["failures"] > 0)
            assert (state["state"], state["commit"]) == ("failing", old)
            assert state["error"]
            assert canopy.get("/push?wait").status == 502
            assert "The first." in canopy.get("/one").text
        with running(url, "--interval", "0.3", data=tmp_path / "data") as canopy:
            assert "The first." in canopy.get("/one").text
            canopy.wait_until(lambda state: state["failures"] > 0)
            bare.with_name("gone").rename(bare)
            write(work, {"two.md": "# Two\n"})
            new = _push(work)
            assert canopy.get("/push?wait").status in (200, 502)
            canopy.wait_for("/two", "Two")
            state = canopy.state()
            assert (state["state"], state["commit"], state["error"]) == ("ok", new, None)


def test_a_first_fetch_that_fails_is_made_up_for(remote: tuple[Path, Path], tmp_path: Path) -> None:
    """Without a repository on disk, requests get 503 "until the first fetch works"."""
    _, bare = remote
    bare.rename(bare.with_name("later"))
    with running(str(bare), data=tmp_path / "data", ready=False) as canopy:
        canopy.wait_until(lambda state: state["failures"] > 0)
        assert canopy.get("/").status == 503
        bare.with_name("later").rename(bare)
        canopy.wait_for("/one", "The first.")
        canopy.wait_for("/-/ready")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path, Path]]:
    """Run on a bare repository that the tests change."""
    folder = tmp_path_factory.mktemp("followed")
    work, bare = _remote(folder)
    with running(f"{bare}#main", data=folder / "data") as canopy:
        yield canopy, work, bare


def test_a_forced_push_is_followed(followed: tuple[Server, Path, Path]) -> None:
    """Of a remote: "a forced push is followed and logged old → new"."""
    canopy, work, _ = followed
    old = canopy.state()["commit"]
    write(work, {"one.md": "# One\n\nRewritten.\n"})
    git("commit", "-aq", "--amend", "-m", "Another past", cwd=work)
    git("push", "-qf", "origin", "HEAD:main", cwd=work)
    new = git("rev-parse", "HEAD", cwd=work).strip()
    canopy.wait_for("/one", "Rewritten.")
    line = canopy.events("published")[-1]
    assert line["forced"] is True
    assert (line["old"], line["new"]) == (old[:12], new[:12])


def test_a_branch_that_is_deleted_stays_published(followed: tuple[Server, Path, Path]) -> None:
    """Of "a branch that disappears, a remote that becomes empty" the "last good edition stays"."""
    canopy, work, bare = followed
    git("branch", "-q", "other", "main", cwd=bare)
    git("branch", "-qD", "main", cwd=bare)
    assert canopy.get("/push?wait").status == 502
    assert "no branch main" in canopy.state()["error"]
    assert canopy.get("/one").status == 200
    git("branch", "-qD", "other", cwd=bare)
    assert canopy.get("/push?wait").status == 502
    assert canopy.state()["error"]
    assert canopy.get("/one").status == 200
    write(work, {"three.md": "# Three\n"})
    _push(work)
    canopy.wait_for("/three", "Three")
    canopy.wait_until(lambda state: state["error"] is None)


@pytest.mark.parametrize("options", [["--depth", "1"], ["--history", "none"]])
def test_unknown_dates_are_not_invented(options: list[str], tmp_path: Path) -> None:
    """`depth = N` or `history = "none"`: dates not known "are shown as not known, never invented"."""
    work, bare = _remote(tmp_path)
    write(work, {"dated.md": "---\ndate: 2015-06-07\n---\n# Dated\n", "two.md": "# Two\n"})
    _push(work)
    with (
        http_backend(bare) as server,
        running(f"{server.url}/notes.git", *options, data=tmp_path / "data") as canopy,
    ):
        assert read(canopy.get("/one").text).times == []
        assert [t.date().isoformat() for t in read(canopy.get("/dated").text).times][:1] == ["2015-06-07"]
        assert "1970" not in canopy.get("/").text
        assert [entry for entry in ("Dated", "One") if entry in canopy.get("/").text] == ["Dated", "One"]
        assert "1970" not in canopy.get("/one").text


def test_a_damaged_copy_is_fetched_anew(tmp_path: Path) -> None:
    """A damaged copy on disk is moved aside and fetched anew: the site is there."""
    work, bare = _remote(tmp_path)
    write(work, {f"many/{n}.md": f"# Note {n}\n\n{n * 7919}\n" for n in range(20)})
    _push(work)
    with running(str(bare), data=tmp_path / "data") as canopy:
        assert canopy.get("/one").status == 200
    copy = next((tmp_path / "data" / "remotes").glob("*.git"))
    blob = git("rev-parse", "main:many/7.md", cwd=copy).strip()
    listed = git("verify-pack", "-v", *map(str, copy.glob("objects/pack/*.idx")), cwd=copy)
    place = next(int(line.split()[4]) for line in listed.splitlines() if line.startswith(blob))
    pack = next(copy.glob("objects/pack/*.pack"))
    content = bytearray(pack.read_bytes())
    content[place + 6] ^= 0xFF
    pack.chmod(0o600)
    pack.write_bytes(content)
    with running(str(bare), data=tmp_path / "data") as canopy:
        assert "55433" in canopy.get("/many/7").text
        canopy.wait_until(lambda state: state["state"] == "ok")
        assert "Traceback" not in canopy.output
        assert "damaged" in canopy.output
    assert len(list((tmp_path / "data" / "remotes").glob("*.damaged-*"))) == 1
