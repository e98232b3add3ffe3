"""How a server begins and ends: signals, kills at any moment, TLS, two of them on one folder."""

from __future__ import annotations

import http.client
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from running import PATIENCE, commit, environment, git, repository, running, start, write

if TYPE_CHECKING:
    from pathlib import Path

BIG = bytes(range(256)) * 4096 * 12  # 12 MB: more than any buffer on the way


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with a large file."""
    return repository(tmp_path_factory.mktemp("lifecycle") / "notes", {"one.md": "# One\n", "big.mp4": BIG})


def test_open_requests_are_drained(work: Path, tmp_path: Path) -> None:
    """SIGTERM "drains open requests and ends within seconds": a slow reader gets its whole body."""
    with running(str(work / ".git"), data=tmp_path / "data") as canopy:
        with socket.create_connection(("127.0.0.1", canopy.port), timeout=PATIENCE) as slow:
            slow.sendall(b"GET /big.mp4 HTTP/1.1\r\nhost: a\r\n\r\n")
            answer = slow.recv(4096)
            idle = http.client.HTTPConnection("127.0.0.1", canopy.port)
            idle.request("GET", "/one")
            assert idle.getresponse().read()
            canopy.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            while piece := slow.recv(1 << 20):
                answer += piece
                time.sleep(0.01)
            idle.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert body == BIG
        assert canopy.process.wait(PATIENCE) == 0
        assert "Traceback" not in canopy.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(number: signal.Signals, work: Path, tmp_path: Path) -> None:
    """Each signal that asks for the end gets it at once, with exit code 0 and no traceback."""
    canopy = start(str(work / ".git"), data=tmp_path / "data", forked=False)
    assert canopy.stop(number) == 0
    assert canopy.reader is not None
    canopy.reader.join(PATIENCE)
    assert "Traceback" not in canopy.output
    canopy.kill()


def test_one_folder_serves_one(work: Path, tmp_path: Path) -> None:
    """Two processes on one data directory: the second says so and exits with 1, the first goes on."""
    with running(data=tmp_path / "data") as first:
        command = [sys.executable, "-m", "canopy", "--port", "0", "--data", str(tmp_path / "data")]
        second = subprocess.run(
            command, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert second.returncode == 1
        assert "another Canopy is running" in second.stderr
        assert "Traceback" not in second.stderr
        assert first.get("/").status == 200
        # The same folder may serve another repository.
        with running(str(work / ".git"), data=tmp_path / "data") as third:
            assert third.get("/one").status == 200


def test_a_taken_port_is_explained(work: Path, tmp_path: Path) -> None:
    """A port that is taken, and a data folder that is a file, are wrong settings: exit 2, name, cure."""
    (tmp_path / "file").write_text("x")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for options in (
            ["--port", port, "--data", str(tmp_path / "d")],
            ["--port", "0", "--data", str(tmp_path / "file")],
        ):
            done = subprocess.run(
                [sys.executable, "-m", "canopy", str(work / ".git"), *options],
                env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False,
            )  # fmt: skip
            assert done.returncode == 2, done.stderr
            assert "Traceback" not in done.stderr
            assert options[0 if port in options else 2].removeprefix("--") in done.stderr


def test_it_survives_sigkill_while_it_follows(tmp_path: Path) -> None:
    """Of "kill -9 at any moment, then start: the site is there": in mid-clone, mid-fetch, mid-publication."""
    chance = random.Random(20160315)
    remote = repository(tmp_path / "notes", {f"n/{n}.md": f"# Note {n}\n" for n in range(60)})
    data = tmp_path / "data"
    for number in range(4):
        # The first is ended while it clones; the others have cloned and follow, so it can serve.
        canopy = start(str(remote / ".git"), "--interval", "0.05", data=data, ready=number > 0)
        for push in range(4):
            write(remote, {"n/0.md": f"# Note 0\n\nRound {number} push {push}.\n"})
            commit(remote)
            time.sleep(chance.uniform(0, 0.15))
        canopy.kill()
    remote.rename(tmp_path / "gone")
    with running(
        str(remote / ".git"), data=data
    ) as canopy:  # the last good repository on disk is served at once
        assert "Note 7" in canopy.get("/n/7").text
        assert "Round" in canopy.get("/n/0").text
        assert "damaged" not in canopy.output
        (tmp_path / "gone").rename(remote)
        canopy.wait_for("/n/0", "Round 3 push 3.")
    assert git("fsck", "--strict", cwd=next((data / "remotes").glob("*.git"))).count("error") == 0


def test_it_survives_sigkill_as_a_notepad(tmp_path: Path) -> None:
    """Kill -9 while the first notes are made and while pushes arrive: what git called pushed is there."""
    chance = random.Random(1)
    data, clone = tmp_path / "data", tmp_path / "clone"
    canopy = start(data=data, ready=False)
    time.sleep(0.05)
    canopy.kill()
    for number in range(3):
        canopy = start(data=data, ready=number == 0)
        if number == 0:
            git("clone", "-q", str(data / "notepad.git"), str(clone))
        write(clone, {f"mine-{number}.md": f"# Mine {number}\n"})
        commit(clone)
        time.sleep(chance.uniform(0, 0.3))
        git("push", "-q", "origin", "HEAD", cwd=clone)
        time.sleep(chance.uniform(0, 0.1))
        canopy.kill()
    with running(data=data) as canopy:
        for number in range(3):
            assert f"Mine {number}" in canopy.get(f"/mine-{number}").text


def test_a_new_notepad_that_was_killed_begins_anyway(tmp_path: Path) -> None:
    """A first start that is killed at any moment leaves nothing that stops the second."""
    data = tmp_path / "data"
    for wait in (0.0, 0.02):
        canopy = start(data=data, ready=False)
        time.sleep(wait)
        canopy.kill()
    with running(data=data) as canopy:
        assert canopy.get("/").status == 200
        assert canopy.state()["pages"] > 3


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a self-signed certificate and its key."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the program openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder / "cert.pem", folder / "key.pem"


def test_tls(work: Path, pem: tuple[Path, Path], tmp_path: Path) -> None:
    """TLS: "PEM files, plain HTTP answers 301 to https, HSTS one year", by settings."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        plain = free.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--tls-port", str(port), "--tls-certificate", str(pem[0]), "--tls-key", str(pem[1])]
    options += ["--allowed-hosts", "127.0.0.1"]
    with running(
        str(work),
        *options,
        "--allowed-hosts",
        "127.0.0.1",
        "--port",
        str(plain),
        data=tmp_path / "data",
        ready=False,
    ) as canopy:
        context = ssl.create_default_context(cafile=str(pem[0]))
        deadline = time.monotonic() + PATIENCE
        while True:
            connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=PATIENCE)
            connection.request("GET", "/one")
            response = connection.getresponse()
            body = response.read()
            if response.status == 200 or time.monotonic() > deadline:
                break
            connection.close()
            time.sleep(0.05)
        assert response.status == 200
        assert b"One" in body
        assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
        connection.request("GET", "/nowhere")
        missing = connection.getresponse()
        assert missing.read()
        assert missing.headers["Strict-Transport-Security"] == "max-age=31536000"
        connection.close()
        canopy.port = plain
        for path in ("/one?x=1", "/-/live", "/a%20b", "//evil.example/x"):
            reply = canopy.get(path)
            assert reply.status == 301
            assert reply.headers["location"] == f"https://127.0.0.1:{port}{path}"
            assert "content-security-policy" in reply.headers
        assert canopy.get("/one", Host="evil.example").status == 421
        health = subprocess.run(
            [sys.executable, "-m", "canopy", "health", f"http://127.0.0.1:{plain}"],
            env=environment(),
            check=False,
        )
        assert health.returncode == 0
