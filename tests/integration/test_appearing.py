"""Pages that come and go by themselves, at a real server: without a push, in open tabs too."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from notepads import notepad
from running import PATIENCE, commit, git, repository, running, start, write
from servers import cgi, http_server, need_git

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from running import Server


def soon(seconds: float) -> str:
    """Return a moment so many seconds from now, as front matter has it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def listening(server: Server) -> socket.socket:
    """Return a connection that hears of new editions."""
    connection = socket.create_connection(("127.0.0.1", server.port), PATIENCE)
    connection.sendall(b"GET /-/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    heard = b""
    while b"event: edition" not in heard or not heard.endswith(b"\n\n\r\n"):
        heard += connection.recv(65536)
    return connection


def next_event(connection: socket.socket) -> bytes:
    """Return the next event about an edition."""
    heard = b""
    while b"event: edition" not in heard or b"data:" not in heard.partition(b"event: edition")[2]:
        piece = connection.recv(65536)
        assert piece, "the stream ended"
        heard += piece
    return heard


def hear(connection: socket.socket, expected: Callable[[], bool]) -> None:
    """Wait for the event of the edition of which something holds."""
    next_event(connection)
    while not expected():
        next_event(connection)


LISTS = ("/posts", "/atom", "/sitemap.xml", "/-/search?q=gallops")


def published(server: Server, work: Path) -> str:
    """Wait until the newest commit is published, and return it."""
    commit = git("rev-parse", "HEAD", cwd=work).strip()
    server.wait_until(lambda state: state["commit"] == commit)
    return commit


def margin(server: Server, push: Callable[[], object], work: Path) -> float:
    """Return seconds that are enough for a push, however busy this machine is: a few times what one takes."""
    begun = time.monotonic()
    write(work, {"timed.md": f"# Timed\n\n{begun}"})
    push()
    published(server, work)
    return 2 + 5 * (time.monotonic() - begun)


def test_a_post_appears_at_its_minute_and_goes_again(tmp_path: Path) -> None:
    """Page, listing, feed, sitemap and search have it from its moment to its end; open tabs hear of both."""
    with notepad(tmp_path, {"posts/old.md": "---\ndate: 2020-01-01\n---\n# Old\n\nSomething\n"}) as book:
        server = book.server
        enough = margin(server, book.push, book.work)
        text = f"---\ntitle: Zebra\ndate: {soon(enough)}\ntags: [stripes]\n---\nIt gallops.\n"
        assert "later    posts/new.md: appears at 20" in book.push({"posts/new.md": text})
        commit = published(server, book.work)
        with closing(listening(server)) as tab:
            assert [server.get(path).status for path in ("/posts/new", "/tags/stripes")] == [404, 404]
            assert text.partition("date: ")[2].startswith(server.state()["next_change"][:19])
            assert not any("posts/new" in server.get(path).text for path in LISTS)
            hear(tab, lambda: server.get("/posts/new").status == 200)
            assert "It gallops." in server.get("/posts/new").text
            assert all("posts/new" in server.get(path).text for path in LISTS)
            assert server.state()["commit"] == commit, "nothing was pushed"
            assert server.state()["next_change"] is None

        book.push({"posts/new.md": text.replace("tags:", f"expires: {soon(enough)}\ntags:")})
        commit = published(server, book.work)
        with closing(listening(server)) as tab:
            assert server.get("/posts/new").status == 200
            hear(tab, lambda: server.get("/posts/new").status == 410)
            assert "to be read until" in server.get("/posts/new").text
            assert not any("posts/new" in server.get(path).text for path in LISTS)
            assert server.state()["commit"] == commit, "nothing was pushed"


def test_what_comes_and_goes_survives_a_restart(tmp_path: Path) -> None:
    """A server that was down at the moment shows what is there now, and waits for what is next."""
    files = {
        "a.md": "# A",
        "b.md": f"---\ntitle: B\ndate: {soon(2)}\n---\n",
        "c.md": f"---\ndate: {soon(3600)}\n---\n",
    }
    with notepad(tmp_path, files) as book:
        book.server.wait_for("/a")
        book.server.stop()
        data = book.data
    server = start(data=data, forked=False)
    try:
        server.wait_for("/b", "B")
        assert server.get("/c").status == 404
    finally:
        server.stop()
        server.kill()


def test_pages_turn_while_the_remote_is_silent(tmp_path: Path) -> None:
    """A fetch that hangs holds nothing up: the page appears from what was fetched before."""
    need_git("http-backend")
    silent, over = threading.Event(), threading.Event()
    work = repository(tmp_path / "notes", {"a.md": "# A"})

    def respond(request: BaseHTTPRequestHandler) -> None:
        if silent.is_set():
            over.wait(PATIENCE)
        cgi(request, tmp_path)

    with (
        http_server(respond) as remote,
        running(
            f"http://127.0.0.1:{remote.port}/notes/.git#main", "--interval", "100ms", data=tmp_path / "data"
        ) as server,
    ):
        enough = margin(server, lambda: commit(work), work)
        write(work, {"b.md": f"---\ntitle: B\ndate: {soon(enough)}\n---\n"})
        made = commit(work)
        server.wait_until(lambda state: state["commit"] == made)
        silent.set()
        assert server.get("/b").status == 404
        server.wait_for("/b", "B")
        over.set()
