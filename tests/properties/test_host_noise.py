"""Requests to the git host, bent at random: it never raises, and never keeps what is unsound."""

from __future__ import annotations

import hashlib
import io
import itertools
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from githost import accept, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canopy.git.host import Host
from canopy.git.push import PushPolicy
from canopy.git.repository import Repository
from canopy.git.wire import packet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PERSON = b"Ada <ada@example.org> 1700000000 +0000"


def _request() -> bytes:
    def entry(kind: int, content: bytes) -> bytes:
        size = len(content)
        head = bytes([kind << 4 | size & 15 | 0x80, size >> 4])
        return head + zlib.compress(content)

    def name(kind: str, content: bytes) -> bytes:
        return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content).digest()

    blob = b"# A note\n\nwith text\n"
    tree = b"100644 a.md\0" + name("blob", blob)
    commit = b"tree %s\nauthor %s\ncommitter %s\n\nx\n" % (name("tree", tree).hex().encode(), PERSON, PERSON)
    body = b"PACK" + (2).to_bytes(4, "big") + (3).to_bytes(4, "big")
    body += entry(3, blob) + entry(2, tree) + entry(1, commit)
    pack = body + hashlib.sha1(body).digest()
    command = b"0" * 40 + b" " + name("commit", commit).hex().encode() + b" refs/heads/main"
    return packet(command + b"\0report-status side-band-64k atomic push-options") + b"0000" + b"0000" + pack


GOOD = _request()
PLAIN = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def fresh() -> Iterator[Callable[[], Repository]]:
    """Return a maker of empty repositories."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = itertools.count()
        yield lambda: Repository.create(Path(folder, f"{next(numbers)}.git"))


@pytest.fixture(scope="module")
def receive(fresh: Callable[[], Repository]) -> Callable[[bytes], bool]:
    """Return what pushes into an empty repository and tells whether a ref moved."""
    present = [fresh()]

    def receive(body: bytes) -> bool:
        repository = present[0]
        pieces: list[bytes] = []
        outcome = Host(repository).receive_pack(
            io.BytesIO(body), pieces.append, policy=PushPolicy("main"), review=accept
        )
        if outcome.accepted:
            assert run("fsck", "--strict", "--no-dangling", at=repository.path).returncode == 0
            present[0] = fresh()
        else:
            # So it is still empty, and good for the next one.
            assert list((repository.path / "objects").rglob("*.*")) == []
            assert b"ok refs/" not in b"".join(pieces)
        return bool(outcome.accepted)

    return receive


def test_the_request_is_good_when_it_is_not_bent(receive: Callable[[bytes], bool]) -> None:
    """What the other tests bend is accepted as it is."""
    assert receive(GOOD)


@PLAIN
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_changed_bytes(receive: Callable[[bytes], bool], changes: list[tuple[int, int]]) -> None:
    """With bytes changed anywhere a push is refused, or sound all the same; a good checksum helps nobody."""
    body = bytearray(GOOD)
    for place, value in changes:
        body[place] = value
    receive(bytes(body))
    body[-20:] = hashlib.sha1(body[GOOD.index(b"PACK") : -20]).digest()
    receive(bytes(body))


@PLAIN
@given(st.integers(0, len(GOOD) - 1))
def test_cut_short(receive: Callable[[bytes], bool], length: int) -> None:
    """A push that ends early moves nothing."""
    assert not receive(GOOD[:length])


@pytest.fixture(scope="module")
def empty(fresh: Callable[[], Repository]) -> Host:
    """Return the host of an empty repository."""
    return Host(fresh())


@PLAIN
@given(st.binary(max_size=300), st.sampled_from([None, "version=1", "version=2"]))
def test_noise_to_upload_pack(empty: Host, body: bytes, protocol: str | None) -> None:
    """Noise instead of a fetch is answered, whatever it is."""
    assert isinstance(empty.upload_pack(io.BytesIO(body), lambda _: None, protocol=protocol), str)
