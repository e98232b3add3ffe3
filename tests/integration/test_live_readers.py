"""Many readers at once, over real connections to a real server."""

from __future__ import annotations

import http.client
import selectors
import socket
import time
from typing import TYPE_CHECKING

from notepads import notepad
from running import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

READERS = 500
REQUEST = b"GET /-/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"


def read_until(connections: list[socket.socket], text: bytes, times: int) -> list[bytes]:
    """Read from all until each has `text` so many times; return what each has."""
    got = dict.fromkeys(connections, b"")
    deadline = time.monotonic() + PATIENCE
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ)
        while any(content.count(text) < times for content in got.values()):
            assert time.monotonic() < deadline, "some reader was not told"
            for key, _ in selector.select(1):
                piece = key.fileobj.recv(65536)
                assert piece, "a stream ended"
                got[key.fileobj] += piece
    return list(got.values())


def test_five_hundred_readers_hear_of_a_push_and_of_the_end(tmp_path: Path) -> None:
    """Each gets the same event, whoever reads nothing harms nobody, and SIGTERM ends all streams in order."""
    options = ("--max-readers-per-address", "1000", "--shutdown-grace", "300")
    with notepad(tmp_path, {"index.md": "# Hello"}, *options) as book:
        server = book.server
        connections = [socket.create_connection(("127.0.0.1", server.port), PATIENCE) for _ in range(READERS)]
        try:
            for connection in connections:
                connection.sendall(REQUEST)
            read_until(connections, b"event: edition", 1)
            assert server.state()["readers"] == READERS
            listening, deaf = connections[:-5], connections[-5:]
            book.push({"index.md": "# Hello again"})
            heard = read_until(listening, b"event: edition", 1)
            assert len({content.partition(b"event: edition")[2] for content in heard}) == 1
            assert server.stop() == 0, "streams must not hold the end up for all its grace"
            for connection in listening:
                assert connection.recv(65536).endswith(b"0\r\n\r\n")
            assert len(deaf) == 5
        finally:
            for connection in connections:
                connection.close()


def test_readers_beyond_the_cap_are_told_when_to_come_again(tmp_path: Path) -> None:
    """429 for one address with too many tabs; the stream is there again when one goes."""
    with notepad(tmp_path, {"index.md": "# Hello"}, "--max-readers-per-address", "1") as book:
        with socket.create_connection(("127.0.0.1", book.server.port), PATIENCE) as connection:
            connection.sendall(REQUEST)
            read_until([connection], b"event: edition", 1)
            refused = book.server.get("/-/events")
            assert (refused.status, refused.headers["retry-after"]) == (429, "30")
        book.server.wait_until(lambda state: state["readers"] == 0)
        again = http.client.HTTPConnection("127.0.0.1", book.server.port, timeout=PATIENCE)
        again.request("GET", "/-/events")
        response = again.getresponse()
        assert response.status == 200
        assert response.getheader("content-encoding") is None
        again.close()
        response.close()
