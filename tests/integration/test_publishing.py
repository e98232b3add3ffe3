"""From `git push` to the page: while readers read, by hook, by signal and by itself."""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.client
import json
import re
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest
from running import PATIENCE, Server, commit, git, repository, running, write
from servers import http_backend, http_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

PAGES = 12
PUSHES = 12
MARK = re.compile(rb"revision-(\d+)")


def _revision(number: int) -> dict[str, str | bytes]:
    """Return the files of one commit, each of which says everywhere which commit it is of."""
    mark = f"revision-{number}"
    files: dict[str, str | bytes] = {
        f"Notes/{page}.md": f"---\ntitle: Note {page} of {mark}\ntags: {mark}\nauthor: {mark}\n"
        f"date: 2020-01-{page + 1:02}\n---\nThe body of {mark}. " + f"More of {mark}. " * 40
        for page in range(PAGES)
    }
    files[".config/blog_name"] = f"Site of {mark}"
    return files


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a bare repository and a work tree that pushes to it."""
    folder = tmp_path_factory.mktemp("publishing")
    work, bare = repository(folder / "work", _revision(0)), folder / "notes.git"
    git("clone", "-q", "--bare", str(work), str(bare))
    git("remote", "add", "origin", str(bare), cwd=work)
    return work, bare


@pytest.fixture(scope="module")
def site(place: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Follow it over HTTP, and look only when asked."""
    with (
        http_backend(place[1]) as server,
        running(
            f"{server.url}/notes.git", "--interval", "1h", data=tmp_path_factory.mktemp("data")
        ) as canopy,
    ):
        yield canopy


class Readers:
    """Threads that read pages in a loop and note what is wrong with an answer."""

    def __init__(self, server: Server, paths: list[str]) -> None:
        self.wrong: list[str] = []
        self.statuses: set[int] = set()
        self.seen: set[int] = set()
        self._server, self._paths = server, paths
        self._stop = threading.Event()

    @contextlib.contextmanager
    def reading(self, count: int = 3) -> Iterator[None]:
        """Read for the time of a block."""
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            loops = [pool.submit(self._loop, number) for number in range(count)]
            try:
                yield
            finally:
                self._stop.set()
            for loop in loops:
                loop.result()

    def _loop(self, number: int) -> None:
        tags: dict[str, str] = {}
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=PATIENCE)
        while not self._stop.is_set():
            for path in self._paths[number:] + self._paths[:number]:
                fields = {"If-None-Match": tags[path]} if path in tags and number else {}
                connection.request("GET", path, headers=fields)
                response = connection.getresponse()
                body = response.read()
                self.statuses.add(response.status)
                if response.status == 200:
                    tags[path] = response.headers["ETag"]
                    found = {int(mark) for mark in MARK.findall(body)}
                    self.seen |= found
                    if len(found) != 1:
                        self.wrong.append(f"{path} mixes {sorted(found)}")
                elif response.status != 304:
                    self.wrong.append(f"{path} is {response.status}: {body[:200]!r}")
        connection.close()


def test_readers_never_see_half_a_push(site: Server, place: tuple[Path, Path]) -> None:
    """No answer "other than 200/304", none "that mixes two commits"; the page is there after the hook."""
    work, _ = place
    readers = Readers(site, ["/", "/Notes", "/atom", *(f"/Notes/{page}.md" for page in range(PAGES))])
    with readers.reading():
        for number in range(1, PUSHES + 1):
            write(work, {**_revision(number), f"New/{number}.md": f"# New in revision-{number}\n"})
            made = commit(work)
            git("push", "-q", "origin", "HEAD:main", cwd=work)
            reply = site.get("/push?wait", "POST")
            assert reply.status == 200
            assert json.loads(reply.body)["after"] == made
            assert f"revision-{number}" in site.get(f"/New/{number}.md").text
            assert f"revision-{number}" in site.get("/Notes/3.md").text
            git("rm", "-rq", "New", cwd=work)
    assert readers.wrong == []
    assert readers.statuses <= {200, 304}
    assert len(readers.seen) > 2


def test_the_hook_answers_at_once(site: Server, place: tuple[Path, Path]) -> None:
    """`GET` or `POST /push` is 202 at once; the page changes without anybody waiting for it."""
    work, _ = place
    write(work, {"At once.md": "# At once revision-1\n"})
    commit(work)
    git("push", "-q", "origin", "HEAD:main", cwd=work)
    assert site.get("/push", "POST", b'{"ref": "nonsense"}').status == 202
    site.wait_for("/At%20once.md", "At once")


def test_a_flood_of_hooks_collapses(site: Server) -> None:
    """Triggers that come while a sync runs collapse into one more."""
    before, begun = _syncs(site), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(lambda _: site.get("/push", "POST").status, range(300)))
    assert statuses == {202}
    assert site.get("/push?wait").status == 200
    assert _syncs(site) - before <= 6 + (time.monotonic() - begun) // 2


def _syncs(site: Server) -> int:
    found = re.search(r"^canopy_syncs_total (\S+)", site.get("/-/metrics").text, re.MULTILINE)
    assert found
    return int(float(found[1]))


def test_a_signal_is_a_reason_to_look(site: Server, place: tuple[Path, Path]) -> None:
    """Synchronising: at start, on a schedule, "on SIGHUP", and on a plain hook."""
    work, _ = place
    write(work, {"Signal.md": "# By signal\n"})
    commit(work)
    git("push", "-q", "origin", "HEAD:main", cwd=work)
    site.process.send_signal(signal.SIGHUP)
    site.wait_for("/Signal.md", "By signal")


def test_the_schedule_is_a_reason_to_look(place: tuple[Path, Path], tmp_path: Path) -> None:
    """Synchronising "on a schedule (`interval` …)": a push shows without any hook."""
    work, bare = place
    with (
        http_backend(bare) as server,
        running(f"{server.url}/notes.git", "--interval", "200ms", data=tmp_path / "data") as canopy,
    ):
        write(work, {"Schedule.md": "# By schedule\n"})
        commit(work)
        git("push", "-q", "origin", "HEAD:main", cwd=work)
        canopy.wait_for("/Schedule.md", "By schedule")


def test_a_notepad_of_its_own(tmp_path: Path) -> None:
    """A clone "by its local path, a commit and a push there show on the page by themselves"."""
    data, work = tmp_path / "data", tmp_path / "work"
    with running(data=data) as canopy:
        assert canopy.get("/").status == 200
        git("clone", "-q", str(data / "notepad.git"), str(work))
        write(work, {"mine.md": "# My first note\n"})
        commit(work)
        pushed = git("push", "origin", "HEAD", cwd=work)
        assert "error" not in pushed
        canopy.wait_for("/mine", "My first note")
        git("mv", "mine.md", "yours.md", cwd=work)
        commit(work)
        git("push", "-q", "origin", "HEAD", cwd=work)
        canopy.wait_for("/yours", "My first note")
        state = canopy.state()
        assert state["commit"] == git("rev-parse", "HEAD", cwd=work).strip()


def test_the_repository_of_a_work_tree_shows_what_is_committed(tmp_path: Path) -> None:
    """The `.git` of a work tree as the remote: a commit there shows by itself, an edit alone does not."""
    work = repository(tmp_path / "notes", {"one.md": "# One\n"})
    with running(str(work / ".git"), "--interval", "1h", data=tmp_path / "data") as canopy:
        write(work, {"one.md": "# One\n\nEdited.\n", "two.md": "# Two\n"})
        assert canopy.get("/two").status == 404
        commit(work)
        canopy.wait_for("/two", "Two")
        assert "Edited." in canopy.get("/one").text


def test_a_remote_that_stays_silent_stops_nobody(tmp_path: Path) -> None:
    """A remote that accepts and never answers leaves requests, the status and the end of the server alone."""
    released = threading.Event()

    def hang(request: BaseHTTPRequestHandler) -> None:
        released.wait(5 * PATIENCE)

    with http_server(hang) as server:
        try:
            with running(f"{server.url}/notes.git", data=tmp_path / "data", ready=False) as canopy:
                assert canopy.get("/").status == 503
                assert canopy.get("/-/live").status == 200
                assert canopy.stop() == 0
        finally:
            released.set()
