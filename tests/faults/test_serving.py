"""Readers who dribble, stall or flood, and pages that never finish rendering: the others do not notice."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn
from running import PATIENCE, Server, commit, git, repository, running, write

from canopy.web import guard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

BODY = bytes(8 * 1024 * 1024)


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    body = BODY if scope["path"] == "/big" else b"small"
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]}
    )
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Serve with a patience of parts of a second; yields the port."""
    monkeypatch.setattr(guard, "HEADER_SECONDS", 0.4)
    monkeypatch.setattr(guard, "STALLED_SECONDS", 1.0)
    config = uvicorn.Config(
        _app, http=guard.GuardedProtocol, ws="none", loop="uvloop", lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = server.force_exit = True
    thread.join(10)
    listener.close()


def _get(port: int, path: str = "/") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path)
    body = connection.getresponse().read()
    connection.close()
    return body


@pytest.mark.parametrize("begin", [b"", b"G", b"GET / HTTP/1.1\r\nhost: a\r\nx: ", b"GET / HTTP/1.1\r\n" * 1])
def test_a_header_that_never_ends_is_given_up(guarded: int, begin: bytes) -> None:
    """A connection that says nothing, or nothing more, in its header is closed by the server."""
    with socket.create_connection(("127.0.0.1", guarded), timeout=PATIENCE) as slow:
        slow.sendall(begin)
        assert slow.recv(100) == b""


def test_a_dribbling_header_is_given_up(guarded: int) -> None:
    """A header that grows by a byte at a time has the same deadline; a reader beside it is served."""
    with socket.create_connection(("127.0.0.1", guarded), timeout=PATIENCE) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nhost: a\r\nx: ")
        with contextlib.suppress(OSError):
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                slow.sendall(b"y")
                time.sleep(0.05)
            pytest.fail("the server took a header for ever")
        assert _get(guarded) == b"small"


def test_a_reader_who_takes_nothing_is_let_go(guarded: int) -> None:
    """A reader who asks for much and accepts nothing loses the connection."""
    with socket.create_connection(("127.0.0.1", guarded), timeout=PATIENCE) as stalled:
        stalled.sendall(b"GET /big HTTP/1.1\r\nhost: a\r\n\r\n")
        time.sleep(2)
        received = 0
        with contextlib.suppress(ConnectionResetError):
            while piece := stalled.recv(1 << 20):
                received += len(piece)
        assert received < len(BODY)


def test_a_slow_reader_gets_it_all(guarded: int) -> None:
    """A reader who is slow but goes on reading gets the whole body, however long it takes."""
    with socket.create_connection(("127.0.0.1", guarded), timeout=PATIENCE) as slow:
        slow.sendall(b"GET /big HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        received = 0
        while piece := slow.recv(1 << 17):
            received += len(piece)
            time.sleep(0.03)
        assert received > len(BODY)


BOMB = "# Bomb\n\n" + "".join(f"{'*' * (n % 7 + 1)}a{'_' * (n % 5 + 1)}[" for n in range(60_000)) + "\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository to which bombs are added."""
    return repository(
        tmp_path_factory.mktemp("bombs") / "notes", {f"{n}.md": f"# Note {n}\n" for n in range(8)}
    )


@pytest.fixture(scope="module")
def site(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve it with little patience."""
    options = ["--render-timeout", "1.5", "--workers", "2"]
    with running(str(place / ".git"), *options, data=tmp_path_factory.mktemp("data")) as server:
        server.wait_until(lambda state: state["rendered"] >= 8)
        yield server


def test_a_bomb_is_shown_as_source(site: Server, place: Path) -> None:
    """A page that exceeds its budget "is shown as plain source, with a problem"; others answer meanwhile."""
    write(place, {"bomb.md": BOMB, "beside.md": "# Beside\n\nHarmless.\n"})
    made = commit(place)
    site.wait_until(lambda state: state["commit"] == made)
    asked = threading.Thread(target=site.get, args=("/bomb",))
    asked.start()
    for number in range(8):
        assert site.get(f"/{number}").status == 200
    assert "Harmless." in site.get("/beside").text
    asked.join(PATIENCE)
    bomb = site.get("/bomb")
    assert bomb.status == 200
    assert "[**a__[" in bomb.text
    assert any(line.startswith("bomb.md") and "plain text" in line for line in site.state()["problems"])
    git("rm", "-q", "bomb.md", cwd=place)
    commit(place)
    site.wait_for("/bomb", status=410)


def _workers(server: Server) -> list[int]:
    """Return the processes that render: they have the fork server as their parent."""
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found.setdefault(parent, []).append(int(entry.name))
    return [grandchild for child in found.get(server.process.pid, []) for grandchild in found.get(child, [])]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found through /proc")
def test_a_killed_worker_is_replaced(site: Server, place: Path) -> None:
    """Workers that are killed from outside, idle or at work, are replaced, and no page is lost by it."""
    chance = random.Random(5)
    for turn in range(4):
        write(place, {f"{n}.md": f"# Note {n}\n\nTurn {turn}.\n" for n in range(8)})
        made = commit(place)
        for worker in chance.sample(_workers(site), 1):
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        site.wait_until(lambda state, made=made: state["commit"] == made)
        for number in range(8):
            reply = site.get(f"/{number}")
            assert reply.status == 200
            assert f"Turn {turn}." in reply.text
            assert 'class="plain"' not in reply.text
    assert "Traceback" not in site.output


def test_many_dribbling_connections_starve_nobody(site: Server) -> None:
    """Hundreds of connections that dribble: "a healthy reader is served"."""
    with contextlib.ExitStack() as stack:
        for _ in range(400):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE))
            slow.sendall(b"GET /1 HTTP/1.1\r\nhost: a\r\nx:")
        assert site.get("/1").status == 200
        assert site.get("/nowhere").status == 404
