"""Pushes that break off, servers that are killed: what git called successful is there, and nothing else."""

from __future__ import annotations

import contextlib
import random
import signal
import socket
import subprocess
import threading
import time
from typing import TYPE_CHECKING

from pushing import Notepad, fsck, notepad, push
from running import PATIENCE, commit, environment, git, start, write
from servers import raw_server

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 10


def begin_push(work: Path) -> subprocess.Popen[str]:
    """Start `git push` and do not wait for it."""
    return subprocess.Popen(
        ["git", "push"],
        cwd=work,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def break_off(pad: Notepad, work: Path, *, after: int) -> None:
    """Kill `git push` in the middle, when so many bytes of it went by."""
    killed = threading.Event()

    def forward(client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", pad.server.port)) as upstream:
            threading.Thread(target=answers, args=(upstream, client), daemon=True).start()
            passed = 0
            while piece := client.recv(65536):
                passed += len(piece)
                if passed > after:
                    process.kill()
                    killed.set()
                    return
                upstream.sendall(piece)

    def answers(upstream: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := upstream.recv(65536):
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)

    with raw_server(forward) as port:
        url = pad.url.replace(f":{pad.server.port}/", f":{port}/")
        git("remote", "set-url", "origin", url, cwd=work)
        process = begin_push(work)
        said = process.communicate(timeout=PATIENCE)[0]
        assert killed.wait(PATIENCE), said
    git("remote", "set-url", "origin", pad.url, cwd=work)
    pad.server.wait_for("/-/live")


def restart(pad: Notepad) -> None:
    """Start the server again, where it was."""
    pad.server.kill()
    pad.server = start("--port", str(pad.server.port), data=pad.data)


def test_a_push_that_breaks_off_leaves_no_trace(tmp_path: Path):
    """A client that goes away in the middle leaves the repository as it was and the server at work."""
    with notepad(tmp_path) as pad:
        before = pad.trace()
        head = (
            f"POST /notepad.git/git-receive-pack HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {pad.token}\r\n"
            "Content-Type: application/x-git-receive-pack-request\r\nTransfer-Encoding: chunked\r\n\r\n"
        ).encode()
        line = f"{'0' * 40} {pad.tip()} refs/heads/x\0 report-status side-band-64k".encode()
        body = b"%04x%s0000PACK" % (len(line) + 4, line) + random.randbytes(100_000)
        for size in (10, 100, 50_000):
            with socket.create_connection(("127.0.0.1", pad.server.port)) as connection:
                connection.sendall(head + b"%x\r\n" % len(body) + body[:size])
        work = pad.clone()
        write(work, {"noise.bin": random.randbytes(20_000_000)})
        commit(work)
        git("config", "http.postBuffer", "65536", cwd=work)
        break_off(pad, work, after=5_000_000)
        assert pad.trace() == before
        assert push(work).code == 0
        assert fsck(pad.bare) == ""


def test_sigterm_during_a_push_ends_within_seconds(tmp_path: Path):
    """A deploy does not wait for a slow review, and the push is whole or not there at all."""
    with notepad(tmp_path, "--render-timeout", "10m", "--shutdown-grace", "1s") as pad:
        work = pad.clone()
        write(work, {"bomb.md": "# Bomb\n\n" + "*a **b _c " * 40_000, "x.bin": random.randbytes(1_000_000)})
        commit(work)
        before = pad.tip()
        process = begin_push(work)
        time.sleep(1.5)
        pad.server.stop(signal.SIGTERM)
        said = process.communicate(timeout=PATIENCE)[0]
        restart(pad)
        if process.returncode == 0:
            assert pad.tip() == git("rev-parse", "HEAD", cwd=work).strip(), said
        else:
            assert pad.tip() == before, said
        assert fsck(pad.bare) == ""


def test_what_git_called_successful_survives_kill_9(tmp_path: Path):
    """The server is killed at random moments of pushes: every push that git reported is there afterwards."""
    kill_during_pushes(tmp_path, KILLS)


def kill_during_pushes(folder: Path, kills: int, *, seed: int = 1) -> tuple[int, int]:
    """Kill and restart the server `kills` times while pushes run; return how many succeeded and failed."""
    chance, good, bad = random.Random(seed), 0, 0
    with notepad(folder) as pad:
        work = pad.clone()
        span = 0.4
        for count in range(kills):
            write(work, {f"note-{count}.md": f"# Note {count}\n", "noise.bin": chance.randbytes(30_000)})
            commit(work, f"Note {count}")
            tip = git("rev-parse", "HEAD", cwd=work).strip()
            process = begin_push(work)
            timer = threading.Timer(chance.random() * span, pad.server.process.kill)
            timer.start()
            said = process.communicate(timeout=PATIENCE)[0]
            timer.join()
            restart(pad)
            if process.returncode == 0:
                good += 1
                assert pad.tip() == tip, said
                assert pad.server.get(f"/note-{count}").status == 200
            else:
                bad += 1
                assert git("cat-file", "-t", pad.tip(), cwd=pad.bare).strip() == "commit"
            assert fsck(pad.bare) == "", said
        assert push(work).code == 0
        assert pad.server.get(f"/note-{kills - 1}").status == 200
        assert git("rev-list", "--count", pad.tip(), cwd=pad.bare).strip() == str(kills + 1)
    return good, bad
