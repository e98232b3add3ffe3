"""Pushes that no git would make: hand-made packs and requests, each refused with a reason, without trace."""

from __future__ import annotations

import hashlib
import io
import threading
import zlib
from typing import TYPE_CHECKING

import pytest
from githost import Site, accept

from canopy.git import wire
from canopy.git.host import Host
from canopy.git.limits import Limits
from canopy.git.push import PushPolicy, Verdict
from canopy.git.repository import Repository
from canopy.git.wire import packet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ZERO = "0" * 40
COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7
NAMES = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob", TAG: b"tag"}
PERSON = b"Ada <ada@example.org> 1700000000 +0000"
LIMITS = Limits(
    pack_bytes=200_000,
    inflated_bytes=4_000_000,
    objects=500,
    object_bytes=1_000_000,
    delta_depth=60,
    tree_entries=1_000,
    tree_depth=20,
)
Thing = tuple[int, bytes]


def name(thing: Thing) -> str:
    """Return an object's id."""
    kind, content = thing
    return hashlib.sha1(b"%s %d\0%s" % (NAMES[kind], len(content), content)).hexdigest()


def blob(content: bytes = b"hello\n") -> Thing:
    return BLOB, content


def tree(*entries: tuple[str, bytes, Thing | str]) -> Thing:
    """Make a tree of (mode, name, object or id), in the order given."""
    raw = b""
    for mode, entry, thing in entries:
        object_id = thing if isinstance(thing, str) else name(thing)
        raw += mode.encode() + b" " + entry + b"\0" + bytes.fromhex(object_id)
    return TREE, raw


def commit(root: Thing | str, *parents: str, author: bytes = PERSON) -> Thing:
    root_id = root if isinstance(root, str) else name(root)
    lines = [f"tree {root_id}".encode(), *(f"parent {parent}".encode() for parent in parents)]
    return COMMIT, b"\n".join([*lines, b"author " + author, b"committer " + PERSON, b"", b"message\n"])


def tag(target: str, kind: str) -> Thing:
    return TAG, f"object {target}\ntype {kind}\ntag v1\ntagger {PERSON.decode()}\n\nx\n".encode()


def entry(kind: int, size: int, rest: bytes, head: bytes = b"") -> bytes:
    """Return one object of a pack: header, what stands before the data, the data deflated."""
    byte, size = (kind << 4) | (size & 15), size >> 4
    raw = b""
    while size:
        raw += bytes([byte | 0x80])
        byte, size = size & 0x7F, size >> 7
    return raw + bytes([byte]) + head + zlib.compress(rest, 9)


def sealed(*entries: bytes, count: int | None = None) -> bytes:
    """Return a pack of raw entries with its checksum."""
    body = b"PACK" + (2).to_bytes(4, "big") + (len(entries) if count is None else count).to_bytes(4, "big")
    body += b"".join(entries)
    return body + hashlib.sha1(body).digest()


def pack(*things: Thing) -> bytes:
    return sealed(*(entry(kind, len(content), content) for kind, content in things))


def varint(value: int) -> bytes:
    raw = b""
    while value > 0x7F:
        raw += bytes([value & 0x7F | 0x80])
        value >>= 7
    return raw + bytes([value])


@pytest.fixture
def site(tmp_path: Path) -> Site:
    path = tmp_path / "notepad.git"
    return Site(path, Host(Repository.create(path, "main", LIMITS)))


def send(site: Site, *commands: tuple[str, str, str], pack: bytes = b"", caps: str = "report-status") -> str:
    """Push raw bytes and return the answer as text."""
    lines = [f"{old} {new} {ref}".encode("utf-8", "surrogateescape") for old, new, ref in commands]
    lines[0] += b"\0 " + caps.encode()
    return raw(site, b"".join(map(packet, lines)) + b"0000" + pack)


def raw(site: Site, body: bytes) -> str:
    pieces: list[bytes] = []
    outcome = site.host.receive_pack(
        io.BytesIO(body), pieces.append, policy=PushPolicy("main", refs=10), review=accept
    )
    site.outcomes.append(outcome)
    return b"".join(pieces).decode("utf-8", "replace")


@pytest.fixture(autouse=True)
def _no_trace(site: Site) -> Iterator[None]:
    """After each refused push the repository has the very same files."""
    before = site.state()
    yield
    assert site.state() == before
    assert not any(outcome.accepted for outcome in site.outcomes)


def refused(site: Site, content: bytes, tip: str, ref: str = "refs/heads/main") -> str:
    """Push a pack that must be refused, and return why."""
    answer = send(site, (ZERO, tip, ref), pack=content)
    assert f"ng {ref} " in answer
    assert f"ok {ref}" not in answer
    return answer.partition(f"ng {ref} ")[2].partition("\n")[0]


HELLO = blob()
GOOD_TREE = tree(("100644", b"a.md", HELLO))
GOOD = commit(GOOD_TREE)
GOOD_PACK = pack(HELLO, GOOD_TREE, GOOD)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the push lacks the object"),
        (b"GIF89a" * 10, "not send a pack"),
        (GOOD_PACK[:-1] + b"\0", "its checksum does not match"),
        (GOOD_PACK[:-30], "it ends too early"),
        (GOOD_PACK[:40], "it ends too early"),
        (GOOD_PACK + b"more", "its checksum does not match"),
        (sealed(entry(BLOB, 6, b"hello\n"), count=2), "the pack is broken"),
        (sealed(entry(BLOB, 7, b"hello\n")), "smaller than it declares"),
        (sealed(entry(BLOB, 5, b"hello\n")), "larger than it declares"),
        (sealed(entry(5, 6, b"hello\n")), "no object has the type 5"),
        (sealed(b"\xb6\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), "absurd size"),
        (sealed(entry(BLOB, 999_999_999, b"x")), "allowed are 1,000,000"),
        (sealed(entry(BLOB, 1_500_000, bytes(1_500_000))), "allowed are 1,000,000"),
        (
            sealed(entry(BLOB, 900_000, bytes(900_000)), *[entry(BLOB, 900_000, bytes(900_000))] * 4),
            "unfolds",
        ),
        (sealed(*[entry(BLOB, 1, b"%d" % (n % 10)) for n in range(501)]), "allowed are 500"),
        (GOOD_PACK + bytes(300_000), "more than 200,000 bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_packs_that_are_none(site: Site, content: bytes, reason: str) -> None:
    """A pack that is broken, cut short or beyond a limit is refused, and its reason said."""
    assert reason in refused(site, content, name(GOOD))


def test_pack_bombs(site: Site) -> None:
    """A few hundred bytes that would unfold by deltas into megabytes are refused before they do."""
    base = blob(b"x" * 60_000)
    copies = varint(60_000) + varint(60_000 * 100) + (b"\xb0\x60\xea" * 100)
    bomb = sealed(
        entry(BLOB, 60_000, base[1]),
        entry(REF_DELTA, len(copies), copies, bytes.fromhex(name(base))),
    )
    assert len(bomb) < 1_000
    assert "allowed are 1,000,000" in refused(site, bomb, name(GOOD))
    lying = varint(60_000) + varint(10) + (b"\xb0\x60\xea" * 100)
    bomb = sealed(
        entry(BLOB, 60_000, base[1]), entry(REF_DELTA, len(lying), lying, bytes.fromhex(name(base)))
    )
    assert "something else than it declares" in refused(site, bomb, name(GOOD))


def test_delta_without_its_base(site: Site) -> None:
    """A delta on an object that nobody has is refused."""
    delta = varint(6) + varint(6) + b"\x90\x06"
    orphan = sealed(entry(REF_DELTA, len(delta), delta, b"\x11" * 20))
    assert "builds on an object that is not here" in refused(site, orphan, name(GOOD))


def test_delta_that_points_to_nothing(site: Site) -> None:
    """An offset delta whose base is no object of the pack is refused."""
    delta = varint(6) + varint(6) + b"\x90\x06"
    astray = sealed(entry(BLOB, 6, b"hello\n"), entry(OFS_DELTA, len(delta), delta, b"\x03"))
    assert refused(site, astray, name(GOOD))


def test_delta_of_a_wrong_base(site: Site) -> None:
    """A delta whose base has another size than it says is refused."""
    delta = varint(999) + varint(6) + b"\x90\x06"
    wrong = sealed(
        entry(BLOB, 6, b"hello\n"), entry(REF_DELTA, len(delta), delta, bytes.fromhex(name(HELLO)))
    )
    assert refused(site, wrong, name(GOOD))


def test_a_chain_of_deltas_without_end(site: Site) -> None:
    """A longer chain of deltas than any git makes is refused."""
    delta = varint(6) + varint(6) + b"\x90\x06"
    link = entry(OFS_DELTA, len(delta), delta, b"\x0e")
    first = entry(BLOB, 6, b"hello\n")
    assert len(first) == 15
    assert refused(site, sealed(first, *[link] * 100), name(GOOD))


@pytest.mark.parametrize(
    "entries",
    [
        [("100644", b"..", HELLO)],
        [("100644", b".", HELLO)],
        [("100644", b"", HELLO)],
        [("100644", b"a/b", HELLO)],
        [("100644", b".git", HELLO)],
        [("100644", b".GIT", HELLO)],
        [("100644", b"git~1", HELLO)],
        [("100644", b".git.", HELLO)],
        [("100644", b".git::$INDEX_ALLOCATION", HELLO)],
        [("100644", ".g\u200cit".encode(), HELLO)],
        [("100644", b"a", HELLO), ("100644", b"a", HELLO)],
        [("100644", b"b", HELLO), ("100644", b"a", HELLO)],
        [("0100644", b"a", HELLO)],
        [("100777", b"a", HELLO)],
        [("10000000644", b"a", HELLO)],
        [("x", b"a", HELLO)],
    ],
)
def test_trees_that_are_unsound(site: Site, entries: list[tuple[str, bytes, Thing]]) -> None:
    """A tree with a name or mode that would harm whoever clones it is refused, and the tree named."""
    bad = tree(*entries)
    tip = commit(bad)
    assert f"the tree {name(bad)[:12]}" in refused(site, pack(HELLO, bad, tip), name(tip))
    # Below the top as well.
    top = tree(("40000", b"below", bad))
    tip = commit(top)
    assert f"the tree {name(bad)[:12]}" in refused(site, pack(HELLO, bad, top, tip), name(tip))


def test_a_tree_that_is_noise(site: Site) -> None:
    """A tree that cannot be parsed is refused."""
    bad = (TREE, b"100644 a\0short")
    tip = commit(bad)
    assert refused(site, pack(bad, tip), name(tip))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"noise",
        b"tree " + b"0" * 39 + b"\n\n",
        b"author x\n\nno tree\n",
        commit(GOOD_TREE)[1].replace(b"author Ada <ada@example.org> 1700000000 +0000\n", b""),
        commit(GOOD_TREE)[1].replace(b"committer", b"comitter"),
        commit(GOOD_TREE, "zz" * 20)[1],
    ],
)
def test_commits_that_are_unsound(site: Site, content: bytes) -> None:
    """A commit without tree, author or sense is refused."""
    tip = (COMMIT, content)
    assert refused(site, pack(HELLO, GOOD_TREE, tip), name(tip))


@pytest.mark.parametrize(
    ("things", "reason"),
    [
        ([GOOD], "lacks the tree"),
        ([GOOD_TREE, GOOD], "lacks the content of 'a.md'"),
        ([HELLO, GOOD_TREE, commit(GOOD_TREE, "1" * 40)], "lacks the commit"),
        ([HELLO, tree(("40000", b"d", "2" * 40)), commit(tree(("40000", b"d", "2" * 40)))], "lacks the tree"),
        ([HELLO, commit(HELLO)], "names ce013625030b as a tree, which it is not"),
        ([HELLO, GOOD_TREE, commit(GOOD_TREE, name(HELLO))], "as a commit, which it is not"),
        (
            [HELLO, tree(("40000", b"d", HELLO)), commit(tree(("40000", b"d", HELLO)))],
            "as a tree, which it is not",
        ),
        (
            [GOOD_TREE, HELLO, tree(("100644", b"f", GOOD_TREE)), commit(tree(("100644", b"f", GOOD_TREE)))],
            "as a file",
        ),
        ([HELLO, GOOD_TREE], "lead to commits here"),
        ([HELLO], "lead to commits here"),
    ],
)
def test_histories_that_are_incomplete(site: Site, things: list[Thing], reason: str) -> None:
    """A tip that leads to something missing, or to the wrong kind of object, is refused."""
    assert reason in refused(site, pack(*things), name(things[-1]))


def test_tags_that_lead_astray(site: Site) -> None:
    """A tag of nothing, of a file, of something else than it says, or on a branch is refused."""
    for bad, reason in [
        (tag("3" * 40, "commit"), "lacks the object"),
        (tag(name(HELLO), "blob"), "lead to commits here"),
        (tag(name(HELLO), "commit"), "which it is not"),
        ((TAG, b"noise"), "malformed"),
    ]:
        assert reason in refused(site, pack(HELLO, bad), name(bad), "refs/tags/v1")
    good = tag(name(GOOD), "commit")
    assert "not to a tag" in refused(site, pack(HELLO, GOOD_TREE, GOOD, good), name(good))


def test_an_object_that_does_not_exist(site: Site) -> None:
    """A ref to an object that is in no pack and no repository is refused."""
    assert "lacks the object" in refused(site, sealed(), "4" * 40)


def test_what_merely_lies_there_proves_nothing(tmp_path: Path) -> None:
    """A commit that is in the repository without its tree, after some accident, does not become a ref."""
    lying = Site(tmp_path / "other.git", Host(Repository.create(tmp_path / "other.git", "main", LIMITS)))
    folder = lying.path / "objects" / name(GOOD)[:2]
    folder.mkdir()
    stored = b"commit %d\0%s" % (len(GOOD[1]), GOOD[1])
    (folder / name(GOOD)[2:]).write_bytes(zlib.compress(stored))
    assert "lacks the tree" in refused(lying, sealed(), name(GOOD))
    child = commit(tree(("100644", b"b.md", HELLO)), name(GOOD))
    assert "lacks the tree" in refused(
        lying, pack(HELLO, tree(("100644", b"b.md", HELLO)), child), name(child)
    )


def test_tree_bombs(site: Site) -> None:
    """Eleven objects that make 10^10 paths, and folders without end, are refused."""
    level = tree(*(("100644", b"%d" % digit, HELLO) for digit in range(10)))
    things = [HELLO, level]
    for _ in range(9):
        level = tree(*(("40000", b"%d" % digit, level) for digit in range(10)))
        things.append(level)
    tip = commit(level)
    assert "more than 1,000 files and folders" in refused(site, pack(*things, tip), name(tip))
    things, level = [HELLO, GOOD_TREE], GOOD_TREE
    for _ in range(30):
        level = tree(("40000", b"d", level))
        things.append(level)
    tip = commit(level)
    assert "folders more than 20 deep" in refused(site, pack(*things, tip), name(tip))


@pytest.mark.parametrize(
    "ref",
    [
        "HEAD",
        "main",
        "refs/heads/",
        "refs/heads/../../config",
        "refs/heads/a..b",
        "refs/heads/.hidden",
        "refs/heads/a.lock",
        "refs/heads/a//b",
        "refs/heads/a/",
        "refs/heads/a b",
        "refs/heads/a~1",
        "refs/heads/a^",
        "refs/heads/a:b",
        "refs/heads/a?",
        "refs/heads/a*",
        "refs/heads/a[",
        "refs/heads/a\\b",
        "refs/heads/a@{1}",
        "refs/heads/a.",
        "refs/heads/\x7f",
        "refs/heads/\udcff\udcfe",
        "refs/canopy/fetched/main",
        "refs/remotes/origin/main",
        "objects/info/alternates",
    ],
)
def test_ref_names_that_no_git_sends(site: Site, ref: str) -> None:
    """A name that git itself would not allow is refused, whatever it would be on disk."""
    answer = send(site, (ZERO, name(GOOD), ref), pack=GOOD_PACK)
    assert "ng " in answer
    assert "unpack ok" in answer


def test_an_atomic_push_with_one_bad_ref(site: Site) -> None:
    """Without side bands too, all refs of an atomic push fail with one."""
    answer = send(
        site,
        (ZERO, name(GOOD), "refs/heads/good"),
        (ZERO, "5" * 40, "refs/heads/bad"),
        pack=GOOD_PACK,
        caps="report-status atomic",
    )
    assert "ng refs/heads/good atomic push failed" in answer
    assert "ng refs/heads/bad the push lacks the object" in answer


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"0000",
        b"00",
        b"zzzz0000",
        packet(b"noise\0report-status") + b"0000",
        packet(b"x" * 40 + b" " + b"y" * 40 + b" refs/heads/main\0report-status") + b"0000",
        packet(f"{ZERO} {name(GOOD)} \0report-status".encode()) + b"0000",
        packet(f"{ZERO} {name(GOOD)} refs/heads/a\0report-status".encode())
        + packet(f"{ZERO} {name(GOOD)} refs/heads/a".encode())
        + b"0000"
        + GOOD_PACK,
        b"".join(packet(f"{ZERO} {name(GOOD)} refs/heads/{n}\0x".encode()) for n in range(20)) + b"0000",
        packet(f"{ZERO} {name(GOOD)} refs/heads/a\0report-status object-format=sha256".encode()) + b"0000",
        packet(f"{ZERO} {name(GOOD)} refs/heads/a\0report-status".encode())[:-5],
        packet(f"{ZERO} {ZERO} refs/heads/a\0report-status".encode()) + b"0000",
        packet(f"{name(GOOD)} {ZERO} refs/heads/a\0report-status".encode()) + b"0000",
        packet(b"push-cert\0report-status") + b"0000",
    ],
)
def test_requests_that_are_no_push(site: Site, body: bytes) -> None:
    """Nonsense never raises, never moves anything, and is answered with a reason or nothing."""
    answer = raw(site, body)
    assert "ok refs" not in answer
    assert not site.outcomes[-1].accepted


def test_a_push_that_is_cancelled(site: Site) -> None:
    """When the caller says stop, the push ends without a trace and the pusher is told."""
    pieces: list[bytes] = []
    body = packet(f"{ZERO} {name(GOOD)} refs/heads/main\0report-status".encode()) + b"0000" + GOOD_PACK
    outcome = site.host.receive_pack(
        io.BytesIO(body), pieces.append, policy=PushPolicy("main"), review=accept, cancelled=lambda: True
    )
    assert outcome.error
    assert b"ng refs/heads/main the push was broken off" in b"".join(pieces)


def test_a_pusher_who_hangs_up(site: Site) -> None:
    """A pusher who is gone before the end has pushed nothing."""

    def gone(_: bytes) -> None:
        raise BrokenPipeError

    def review(proposal: object) -> object:
        proposal.say("are you there?")  # type: ignore[attr-defined]
        return accept(proposal)  # type: ignore[arg-type]

    caps = "report-status side-band-64k"
    body = packet(f"{ZERO} {name(GOOD)} refs/heads/main\0{caps}".encode()) + b"0000" + GOOD_PACK
    outcome = site.host.receive_pack(io.BytesIO(body), gone, policy=PushPolicy("main"), review=review)  # type: ignore[arg-type]
    assert outcome.error == "the push was broken off"


def test_long_reviews_keep_the_connection_alive(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a review takes its time, empty packets go out so that no proxy gives up."""
    monkeypatch.setattr(wire, "HEARTBEAT_SECONDS", 0.01)
    pieces: list[bytes] = []
    beaten = threading.Event()

    def write(piece: bytes) -> None:
        pieces.append(piece)
        if piece == b"0005\x02":
            beaten.set()

    def review(_: object) -> Verdict:
        return Verdict(accept=not beaten.wait(60), reason="no")

    caps = "report-status side-band-64k"
    body = packet(f"{ZERO} {name(GOOD)} refs/heads/main\0{caps}".encode()) + b"0000" + GOOD_PACK
    site.host.receive_pack(io.BytesIO(body), write, policy=PushPolicy("main"), review=review)
    assert b"0005\x02" in pieces


def test_the_repository_is_told_apart_from_its_quarantine(site: Site) -> None:
    """A pushed object cannot be fetched before it is accepted."""
    answers: list[bytes] = []

    def review(proposal: object) -> object:
        want = (
            packet(b"command=fetch")
            + b"0001"
            + packet(b"want " + name(GOOD).encode())
            + packet(b"done")
            + b"0000"
        )
        site.host.upload_pack(io.BytesIO(want), answers.append, protocol="version=2")
        return Verdict(accept=False)

    body = packet(f"{ZERO} {name(GOOD)} refs/heads/main\0report-status".encode()) + b"0000" + GOOD_PACK
    site.host.receive_pack(io.BytesIO(body), lambda _: None, policy=PushPolicy("main"), review=review)  # type: ignore[arg-type]
    assert b"not our ref" in b"".join(answers)
