"""Remotes that lie, hang, flood and redirect: each ends in an error in time, and nothing changes."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
import zlib
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from servers import cgi, git, http_backend, http_server, raw_server, work_tree

from canopy.errors import CanopyError, LimitExceeded, RemoteUnavailable, SyncError
from canopy.git import Credentials, Limits, Repository, fetch, parse_remote

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from servers import HttpServer

PATIENT = Limits(connect_seconds=30, read_seconds=30, fetch_seconds=60)
DEADLINE = Limits(connect_seconds=2, read_seconds=30, fetch_seconds=1)


@pytest.fixture
def repository() -> Iterator[Repository]:
    """Make an empty repository."""
    with Repository.create() as made:
        yield made


def pkt(text: bytes) -> bytes:
    """Frame one packet of git's protocol."""
    return b"%04x" % (len(text) + 4) + text


def tree(*entries: tuple[bytes, bytes, bytes]) -> bytes:
    """Encode a tree of (mode, name, hexadecimal id)."""
    return b"".join(mode + b" " + name + b"\0" + bytes.fromhex(i.decode()) for mode, name, i in entries)


class Forge:
    """Objects by hand, in a pack."""

    def __init__(self) -> None:
        self.entries: list[bytes] = []
        self.tip = b""
        self.tip_tree = b""

    def add(self, kind: int, content: bytes) -> bytes:
        """Add an object and return its id."""
        name = {1: b"commit", 2: b"tree", 3: b"blob"}[kind]
        size, first = len(content) >> 4, (kind << 4) | (len(content) & 15)
        digits = [first]
        while size:
            digits[-1] |= 0x80
            digits.append(size & 0x7F)
            size >>= 7
        self.entries.append(bytes(digits) + zlib.compress(content))
        return hashlib.sha1(name + b" %d\0" % len(content) + content).hexdigest().encode()

    def commit(self, tree_id: bytes, *, person: bytes = b"author Ada <a@b> 1500000000 +0000\n") -> bytes:
        """Add a commit, the tip."""
        parent = b"parent " + self.tip + b"\n" if self.tip else b""
        head = b"tree " + tree_id + b"\n" + parent + person
        self.tip = self.add(1, head + b"committer C <c> 1500000000 +0000\n\nm\n")
        self.tip_tree = tree_id
        return self.tip

    def pack(self) -> bytes:
        """Return the pack."""
        body = (
            b"PACK" + (2).to_bytes(4, "big") + len(self.entries).to_bytes(4, "big") + b"".join(self.entries)
        )
        return body + hashlib.sha1(body).digest()


@contextmanager
def serving(tip: bytes, pack: bytes) -> Iterator[HttpServer]:
    """Serve one branch `main` and whatever pack."""

    def respond(request: BaseHTTPRequestHandler) -> None:
        if request.command == "GET":
            kind = "advertisement"
            refs = tip + b" HEAD\0ofs-delta shallow symref=HEAD:refs/heads/main\n"
            body = (
                pkt(b"# service=git-upload-pack\n")
                + b"0000"
                + pkt(refs)
                + pkt(tip + b" refs/heads/main\n")
                + b"0000"
            )
        else:
            request.rfile.read(int(request.headers["Content-Length"]))
            kind, body = "result", b"0008NAK\n" + pack
        request.send_response(200)
        request.send_header("Content-Type", f"application/x-git-upload-pack-{kind}")
        request.end_headers()
        request.wfile.write(body)

    with http_server(respond) as server:
        yield server


def nothing_changed(repository: Repository) -> bool:
    """Tell whether the repository is as it was made."""
    return not repository.remembered() and not list((repository.path / "objects" / "pack").iterdir())


def test_a_hand_made_pack_is_taken_when_it_is_honest(repository: Repository) -> None:
    """The server of these tests itself works, so that its refusals mean something."""
    forge = Forge()
    forge.commit(forge.add(2, tree((b"100644", b"a.md", forge.add(3, b"hi")))))
    with serving(forge.tip, forge.pack()) as server:
        found = fetch(repository, parse_remote(server.url + "/n.git"), limits=PATIENT)
    assert repository.snapshot(found.commit).blobs["a.md"].data == b"hi"


def bomb() -> Forge:
    """Make a pack of few bytes whose blob has 300 MB."""
    forge = Forge()
    engine = zlib.compressobj(9)
    packed = b"".join(engine.compress(bytes(1 << 20)) for _ in range(300)) + engine.flush()
    size = 300 << 20
    digits = [(3 << 4) | (size & 15)]
    size >>= 4
    while size:
        digits[-1] |= 0x80
        digits.append(size & 0x7F)
        size >>= 7
    forge.entries.append(bytes(digits) + packed)
    forge.commit(b"4b825dc642cb6eb9a060e54bf8d69288fbee4904")
    return forge


def tree_bomb() -> Forge:
    """Make eleven objects that name 10^10 paths."""
    forge = Forge()
    inner = forge.add(2, tree(*((b"100644", b"%d" % i, forge.add(3, b"x")) for i in range(1))))
    for _ in range(10):
        inner = forge.add(2, tree(*((b"40000", b"%d" % i, inner) for i in range(10))))
    forge.commit(inner)
    return forge


def deep() -> Forge:
    """Make a tree of a thousand folders in each other."""
    forge = Forge()
    inner = forge.add(2, tree((b"100644", b"f", forge.add(3, b"x"))))
    for _ in range(1000):
        inner = forge.add(2, tree((b"40000", b"d", inner)))
    forge.commit(inner)
    return forge


def headless() -> Forge:
    """Make a commit whose tree is not in the pack."""
    forge = Forge()
    forge.commit(b"1" * 40)
    return forge


def mistaken() -> Forge:
    """Make a commit whose tree is a blob."""
    forge = Forge()
    forge.commit(forge.add(3, b"not a tree"))
    return forge


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (bomb, LimitExceeded),
        (tree_bomb, LimitExceeded),
        (deep, LimitExceeded),
        (headless, SyncError),
        (mistaken, SyncError),
    ],
)
def test_hostile_objects_are_refused(make, error: type[SyncError], repository: Repository) -> None:
    """Bombs and incomplete or mistyped trees raise, and no ref remembers them."""
    forge = make()
    with serving(forge.tip, forge.pack()) as server, pytest.raises(error):
        fetch(repository, parse_remote(server.url + "/n.git"), limits=Limits())
    assert not repository.remembered()


def test_a_bomb_in_the_past_costs_little() -> None:
    """A history that adds and removes 10^10 paths again and again is read in time; what is left is there."""
    forge = tree_bomb()
    bomb_tree = forge.tip_tree
    good = forge.add(2, tree((b"100644", b"a.md", forge.add(3, b"hi"))))
    for _ in range(30):
        forge.commit(bomb_tree)
        forge.commit(good)
    limits = Limits(tree_entries=5_000)
    with serving(forge.tip, forge.pack()) as server, Repository.create(limits=limits) as repository:
        found = fetch(repository, parse_remote(server.url + "/n.git"))
        assert set(repository.snapshot(found.commit).blobs) == {"a.md"}


@pytest.mark.parametrize("cut", [0, 1, 11, 12, 40, -1])
def test_a_truncated_pack_is_refused(cut: int, repository: Repository) -> None:
    """A pack that ends early leaves nothing behind, and the next fetch works."""
    forge = Forge()
    forge.commit(forge.add(2, tree((b"100644", b"a.md", forge.add(3, b"hi")))))
    with serving(forge.tip, forge.pack()[:cut]) as server, pytest.raises(SyncError):
        fetch(repository, parse_remote(server.url + "/n.git"), limits=PATIENT)
    assert nothing_changed(repository)
    with serving(forge.tip, forge.pack()) as server:
        fetch(repository, parse_remote(server.url + "/n.git"), limits=PATIENT)


def test_another_commit_than_promised_is_noticed(repository: Repository) -> None:
    """A remote that sends a good pack without the commit it lists is not believed."""
    forge = Forge()
    forge.commit(forge.add(2, tree((b"100644", b"a.md", forge.add(3, b"hi")))))
    with serving(b"2" * 40, forge.pack()) as server, pytest.raises(SyncError):
        fetch(repository, parse_remote(server.url + "/n.git"), limits=PATIENT)
    assert not repository.remembered()


def test_commits_without_author_and_with_impossible_times_are_tolerated(repository: Repository) -> None:
    """What cannot be a person or a time is unknown, and the file is there."""
    for person in (
        b"",
        b"author \n",
        b"author X <x> 99999999999999999 +0000\n",
        b"author \xff <x> 5 +9999\n",
    ):
        forge = Forge()
        forge.commit(forge.add(2, tree((b"100644", b"a.md", forge.add(3, person)))), person=person)
        with serving(forge.tip, forge.pack()) as server:
            found = fetch(repository, parse_remote(server.url + "/n.git"), limits=PATIENT)
        blob = repository.snapshot(found.commit).blobs["a.md"]
        assert blob.data == person
        assert blob.created is None or blob.created.timestamp() == 5


def test_a_redirect_to_another_origin_is_refused(repository: Repository) -> None:
    """The second host gets no request at all, and the error names it."""

    def away(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", f"{other.url}{request.path}")
        request.send_header("Content-Length", "0")
        request.end_headers()

    def never(request: BaseHTTPRequestHandler) -> None:
        request.send_response(500)
        request.end_headers()

    with http_server(never) as other, http_server(away) as server:
        remote = parse_remote(f"{server.url}/n.git")
        with pytest.raises(RemoteUnavailable, match="redirects elsewhere") as caught:
            fetch(repository, remote, Credentials("ada", "c4nary"), PATIENT)
    assert other.requests == []
    assert str(other.port) in str(caught.value)
    assert "c4nary" not in str(caught.value)


def test_a_redirect_on_the_same_host_is_followed(tmp_path: Path, repository: Repository) -> None:
    """A repository that moved on its host is found."""
    work = work_tree(tmp_path)
    work.write(a="1")
    tip = work.commit()
    work.push()
    with http_backend(work.bare) as inner:

        def move(request: BaseHTTPRequestHandler) -> None:
            request.send_response(301)
            request.send_header("Location", request.path.replace("/old.git", "/bare.git"))
            request.send_header("Content-Length", "0")
            request.end_headers()

        def respond(request: BaseHTTPRequestHandler) -> None:
            if request.path.startswith("/old.git"):
                move(request)
            else:
                cgi(request, work.bare.parent)

        with http_server(respond) as server:
            assert fetch(repository, parse_remote(f"{server.url}/old.git"), limits=PATIENT).commit == tip
    assert inner.requests == []


def test_a_circle_of_redirects_ends(repository: Repository) -> None:
    """Redirects are counted."""

    def around(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", request.path)
        request.send_header("Content-Length", "0")
        request.end_headers()

    with http_server(around) as server, pytest.raises(RemoteUnavailable, match="circle"):
        fetch(repository, parse_remote(f"{server.url}/n.git"), limits=PATIENT)


@pytest.mark.parametrize("status", [200, 302, 400, 404, 410, 429, 500, 503])
def test_any_other_answer_is_an_error_with_a_reason(status: int, repository: Repository) -> None:
    """A page instead of a repository, a dumb server, a forge in trouble: one sentence each."""

    def respond(request: BaseHTTPRequestHandler) -> None:
        body = b"0" * 40 + b"\trefs/heads/main\n"
        request.send_response(status)
        request.send_header("Content-Type", "text/plain")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    with http_server(respond) as server, pytest.raises(RemoteUnavailable) as caught:
        fetch(repository, parse_remote(f"{server.url}/n.git"), limits=PATIENT)
    assert "\n" not in str(caught.value)


def test_an_endless_answer_is_cut(repository: Repository) -> None:
    """A server that never stops sending meets the cap on bytes."""

    def flood(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
        request.end_headers()
        line = pkt(b"# service=git-upload-pack\n") + b"0000"
        while True:
            request.wfile.write(line)
            line = b"".join(pkt(b"1" * 40 + b" refs/heads/%d\n" % i) for i in range(1000))

    with http_server(flood) as server, pytest.raises(LimitExceeded, match="bytes"):
        fetch(repository, parse_remote(f"{server.url}/n.git"), limits=Limits(pack_bytes=2_000_000))


def hang(connection: socket.socket) -> None:
    """Take everything and say nothing."""
    while connection.recv(1 << 16):
        pass


def dribble(connection: socket.socket) -> None:
    """Say something that never ends, slowly, in the protocol that was spoken."""
    asked = connection.recv(1 << 16)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: " if asked.startswith(b"GET") else b"0fff")
    while True:
        connection.sendall(b"a")
        time.sleep(0.02)


@pytest.mark.parametrize("scheme", ["http", "https", "git", "ssh"])
def test_a_server_that_says_nothing_is_given_up(scheme: str, repository: Repository) -> None:
    """Silence ends with a time-out, on every transport."""
    with raw_server(hang) as port, pytest.raises((RemoteUnavailable, LimitExceeded)):
        fetch(
            repository,
            parse_remote(f"{scheme}://127.0.0.1:{port}/n.git"),
            limits=Limits(connect_seconds=1, read_seconds=0.3, fetch_seconds=3),
        )


@pytest.mark.parametrize("scheme", ["http", "https", "git", "ssh"])
def test_a_server_that_dribbles_meets_the_deadline(scheme: str, repository: Repository) -> None:
    """A byte now and then defeats every time-out but the one on the whole."""
    with raw_server(dribble) as port, pytest.raises((LimitExceeded, RemoteUnavailable)) as caught:
        fetch(repository, parse_remote(f"{scheme}://127.0.0.1:{port}/n.git"), limits=DEADLINE)
    if scheme in ("http", "git"):
        assert "longer than 1 seconds" in str(caught.value)


def test_no_answer_of_random_bytes_raises_anything_else(repository: Repository) -> None:
    """Whatever a server says, the error is one of ours."""
    answers = [
        os.urandom(200),
        b"",
        b"0000",
        b"0004",
        b"ffff",
        pkt(b"ERR gone\n"),
        pkt(b"version 2\n") + b"0000",
    ]
    for answer in answers:

        def talk(connection: socket.socket, answer: bytes = answer) -> None:
            connection.recv(1 << 16)
            connection.sendall(answer)

        with raw_server(talk) as port:
            for scheme in ("http", "git"):
                with pytest.raises(CanopyError):
                    fetch(repository, parse_remote(f"{scheme}://127.0.0.1:{port}/n.git"), limits=PATIENT)


def test_kill_in_mid_fetch_leaves_the_repository_sound(tmp_path: Path) -> None:
    """Killed at any moment, the repository opens again, serves what it had and fetches the rest."""
    work = work_tree(tmp_path)
    for batch in range(4):
        for number in range(batch * 10, batch * 10 + 10):
            work.put(f"n{number}.md", f"{number}\n" * 2000)
        work.commit()
    work.push()
    path = tmp_path / "ours.git"
    with Repository.create(path) as repository:
        repository.commit("main", {"first.md": b"1"}, "first", "A", "a@b", datetime.now(UTC))
        first = repository.resolve("main")
    program = textwrap.dedent(
        f"""
        from pathlib import Path
        from canopy.git import Repository, fetch, parse_remote
        repository = Repository.open(Path({str(path)!r}))
        print("go", flush=True)
        found = fetch(repository, parse_remote({str(work.bare)!r}))
        repository.advance("main", found.commit)
        print("done", flush=True)
        """
    )
    for delay in (0.0, 0.005, 0.01, 0.02, 0.03, 0.05):
        child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        with Repository.open(path) as repository:
            assert repository.is_sound()
            assert repository.resolve("main") in (first, work.head())
    with Repository.open(path) as repository:
        assert fetch(repository, parse_remote(str(work.bare))).commit == work.head()
    git("fsck", "--strict", at=path)


def test_a_lock_that_a_killed_process_left_on_a_pack_goes_with_the_next_start(tmp_path: Path) -> None:
    """Killed while the index of a pack was written, Canopy starts again and fetches that very pack."""
    work = work_tree(tmp_path)
    work.put("a.md", "A\n")
    work.commit()
    work.push()
    first, again = tmp_path / "first.git", tmp_path / "again.git"
    with Repository.create(first) as repository:
        assert fetch(repository, parse_remote(str(work.bare))).commit == work.head()
    Repository.create(again).close()
    packs = again / "objects" / "pack"
    for index in (first / "objects" / "pack").glob("*.idx"):
        (packs / f"{index.name}.lock").touch()
    assert list(packs.glob("*.lock"))
    with Repository.open(again) as repository:
        assert fetch(repository, parse_remote(str(work.bare))).commit == work.head()
