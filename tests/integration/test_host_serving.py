"""Cloning and fetching from the git host, with real git as the client."""

from __future__ import annotations

import io
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from corpora import corpus
from dulwich.objects import ObjectID
from githost import Site, commit, git, make_site, run, served

from canopy.git.host import Host
from canopy.git.packing import PackWriter
from canopy.git.repository import Repository
from canopy.git.wire import packet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSIONS = ["0", "1", "2"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with served(make_site(tmp_path / "notepad.git")) as site:
        yield site


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a work tree with three commits, a side branch, a merge and two tags, to be copied."""
    work = tmp_path_factory.mktemp("past") / "work"
    git("init", "-q", "-b", "main", work)
    commit(work, "one", a_md="one\n", posts__old_md="old\n")
    git("checkout", "-q", "-b", "side", at=work)
    commit(work, "two", b_md="two\n")
    git("checkout", "-q", "main", at=work)
    commit(work, "three", a_md="one\nmore\n")
    git("merge", "-q", "--no-ff", "-m", "merge", "side", at=work)
    git("tag", "light", at=work)
    git("tag", "-a", "-m", "one", "v1", at=work)
    return work


@pytest.fixture
def work(past: Path, site: Site, tmp_path: Path) -> Path:
    """Return a work tree with that past, which is pushed."""
    work = tmp_path / "work"
    shutil.copytree(past, work)
    git("push", "-q", site.path, "main", "side", "light", "v1", at=work)
    return work


def refs(repository: Path) -> str:
    return run(
        "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags", at=repository
    ).stdout


@pytest.mark.parametrize("version", VERSIONS)
def test_clone_has_everything(site: Site, work: Path, tmp_path: Path, version: str) -> None:
    """A mirror clone has the same refs, HEAD and objects, and git finds nothing wrong with it."""
    git("-c", f"protocol.version={version}", "clone", "-q", "--mirror", site.url, tmp_path / "copy")
    assert refs(tmp_path / "copy") == refs(site.path)
    assert git("symbolic-ref", "HEAD", at=tmp_path / "copy") == "refs/heads/main"
    assert run("fsck", "--strict", at=tmp_path / "copy").stderr == ""


@pytest.mark.parametrize("version", VERSIONS)
def test_clone_of_an_empty_repository_can_be_pushed_from(site: Site, tmp_path: Path, version: str) -> None:
    """Cloning nothing works, and the first push from there fills the repository."""
    git("-c", f"protocol.version={version}", "clone", "-q", site.url, tmp_path / "copy")
    git("checkout", "-q", "-B", "main", at=tmp_path / "copy")
    tip = commit(tmp_path / "copy", a_md="first\n")
    git("-c", f"protocol.version={version}", "push", "-q", "origin", "main", at=tmp_path / "copy")
    assert site.tip() == tip


def test_unborn_branch_is_named_to_version_2_clients(site: Site, tmp_path: Path) -> None:
    """A clone of an empty repository begins on the branch that will be published."""
    git("symbolic-ref", "HEAD", "refs/heads/published", at=site.path)
    git(
        "-c",
        "protocol.version=2",
        "-c",
        "init.defaultBranch=other",
        "clone",
        "-q",
        site.url,
        tmp_path / "copy",
    )
    assert git("symbolic-ref", "HEAD", at=tmp_path / "copy") == "refs/heads/published"


@pytest.mark.parametrize("version", VERSIONS)
def test_fetch_sends_only_what_is_new(site: Site, work: Path, tmp_path: Path, version: str) -> None:
    """After a new commit a fetch brings exactly its objects, and the tag that points to it."""
    git("clone", "-q", site.url, tmp_path / "copy")
    commit(work, "four", posts__new_md="new\n")
    git("tag", "-a", "-m", "two", "v2", at=work)
    tip = commit(work, "five")
    git("push", "-q", site.path, "main", "v2", at=work)
    done = run(
        "-c", f"protocol.version={version}", "-c", "fetch.unpackLimit=1", "fetch", "-q", at=tmp_path / "copy"
    )
    assert done.stderr == ""
    assert git("rev-parse", "origin/main", at=tmp_path / "copy") == tip
    assert git("cat-file", "-t", "v2", at=tmp_path / "copy") == "tag"
    newest = max((tmp_path / "copy/.git/objects/pack").glob("*.idx"), key=lambda p: p.stat().st_mtime_ns)
    with newest.open("rb") as file:
        listed = subprocess.run(["git", "show-index"], stdin=file, capture_output=True, check=True).stdout
    # Two commits, one blob, the two trees above it, and the tag, which comes along unasked.
    assert len(listed.splitlines()) == 6


@pytest.mark.parametrize("version", VERSIONS)
def test_fetch_between_diverged_histories(site: Site, work: Path, tmp_path: Path, version: str) -> None:
    """A clone with many commits of its own still finds what it has in common, over several rounds."""
    git("clone", "-q", site.url, tmp_path / "copy")
    for number in range(40):
        commit(tmp_path / "copy", f"mine {number}")
    tip = commit(work, "theirs", c_md="c\n")
    git("push", "-q", site.path, "main", at=work)
    git("-c", f"protocol.version={version}", "fetch", "-q", at=tmp_path / "copy")
    assert git("rev-parse", "origin/main", at=tmp_path / "copy") == tip
    assert run("fsck", at=tmp_path / "copy").returncode == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_fetch_when_up_to_date(site: Site, work: Path, tmp_path: Path, version: str) -> None:
    """Fetching twice asks for nothing the second time."""
    git("clone", "-q", site.url, tmp_path / "copy")
    site.requests.clear()
    git("-c", f"protocol.version={version}", "fetch", "-q", at=tmp_path / "copy")
    assert run("status", "-sb", at=tmp_path / "copy").stdout.strip() == "## main...origin/main"


@pytest.mark.parametrize("version", VERSIONS)
def test_shallow_clone_deepens_and_completes(site: Site, work: Path, tmp_path: Path, version: str) -> None:
    """A clone of depth 1 has one commit, deepening adds, `--unshallow` makes it whole."""
    copy, options = tmp_path / "copy", ("-c", f"protocol.version={version}")

    def count() -> int:
        return int(git("rev-list", "--count", "HEAD", at=copy))

    git(*options, "clone", "-q", "--depth", "1", site.url, copy)
    assert count() == 1
    assert (copy / "posts/old.md").read_text() == "old\n"
    git(*options, "fetch", "-q", "--deepen", "1", at=copy)
    assert count() == 3
    git(*options, "fetch", "-q", "--unshallow", at=copy)
    assert count() == 4
    assert not (copy / ".git/shallow").exists()
    assert run("fsck", at=copy).stderr == ""


@pytest.mark.parametrize("version", VERSIONS)
def test_shallow_fetch_of_new_commits(site: Site, work: Path, tmp_path: Path, version: str) -> None:
    """A shallow clone follows new commits without getting the old ones."""
    git("-c", f"protocol.version={version}", "clone", "-q", "--depth", "1", site.url, tmp_path / "copy")
    tip = commit(work, "four", d_md="d\n")
    git("push", "-q", site.path, "main", at=work)
    git("-c", f"protocol.version={version}", "fetch", "-q", at=tmp_path / "copy")
    assert git("rev-list", "origin/main", at=tmp_path / "copy").splitlines()[0] == tip
    assert git("rev-list", "--count", "origin/main", at=tmp_path / "copy") == "2"
    assert run("fsck", at=tmp_path / "copy").returncode == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_shallow_since(site: Site, tmp_path: Path, version: str) -> None:
    """`--shallow-since` cuts by commit time."""
    work = tmp_path / "work"
    git("init", "-q", "-b", "main", work)
    for year in (2001, 2011, 2021):
        run(
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            str(year),
            at=work,
            GIT_COMMITTER_DATE=f"{year}-01-01T00:00:00Z",
        )
    git("push", "-q", site.path, "main", at=work)
    git(
        "-c",
        f"protocol.version={version}",
        "clone",
        "-q",
        "--shallow-since=2010-01-01",
        site.url,
        tmp_path / "copy",
    )
    assert git("log", "--format=%s", at=tmp_path / "copy").split() == ["2021", "2011"]


@pytest.mark.parametrize("version", ["0", "2"])
@pytest.mark.parametrize("wanted", ["blob:none", "blob:limit=5", "tree:0"])
def test_partial_clone_fetches_the_rest_when_needed(
    site: Site, work: Path, tmp_path: Path, version: str, wanted: str
) -> None:
    """A partial clone comes without what its filter names, and gets it when it looks at it."""
    copy, options = tmp_path / "copy", ("-c", f"protocol.version={version}")
    git(*options, "clone", "-q", "--no-checkout", f"--filter={wanted}", site.url, copy)
    missing = run("rev-list", "--objects", "--all", "--missing=print", at=copy).stdout
    assert "\n?" in missing or missing.startswith("?")
    git(*options, "checkout", "-q", "main", at=copy)
    assert (copy / "a.md").read_text() == "one\nmore\n"
    assert git(*options, "show", "HEAD~1:a.md", at=copy) == "one\nmore"


@pytest.mark.parametrize("version", ["0", "2"])
def test_unknown_filter_is_refused_with_a_reason(
    site: Site, work: Path, tmp_path: Path, version: str
) -> None:
    """A filter that is not understood fails with its name and does not send everything instead."""
    done = run(
        "-c",
        f"protocol.version={version}",
        "clone",
        "--filter=tree:3",
        site.url,
        tmp_path / "copy",
        check=False,
    )
    assert done.returncode
    assert "the filter 'tree:3' is not understood here" in done.stderr


def test_clone_of_a_corpus_is_byte_for_byte_the_same(site: Site, tmp_path: Path) -> None:
    """The notepad of the MirageOS hackathons, deltas and all, comes through unharmed."""
    git("fetch", "-q", corpus("canopy-notepad.bundle"), "refs/heads/*:refs/heads/*", at=site.path)
    branch = run("for-each-ref", "--format=%(refname)", at=site.path).stdout.split()[0]
    git("symbolic-ref", "HEAD", branch, at=site.path)
    git("clone", "-q", site.url, tmp_path / "copy")
    assert git("rev-parse", "HEAD^{tree}", at=tmp_path / "copy") == git(
        "rev-parse", "HEAD^{tree}", at=site.path
    )
    assert run("fsck", "--full", at=tmp_path / "copy").returncode == 0
    assert "count: 0" in git("count-objects", "-v", at=tmp_path / "copy")


def test_loose_and_packed_objects_are_mixed(site: Site, work: Path, tmp_path: Path) -> None:
    """A repository that git itself keeps with loose objects, packs and packed refs is served whole."""
    git("gc", "-q", at=site.path)
    commit(work, "loose", e_md="e\n")
    git("push", "-q", site.path, "main", at=work)
    git("clone", "-q", site.url, tmp_path / "copy")
    assert (tmp_path / "copy/e.md").read_text() == "e\n"
    assert run("fsck", at=tmp_path / "copy").returncode == 0


def test_damage_is_told_and_not_raised(site: Site, work: Path, tmp_path: Path) -> None:
    """When a pack has rotted a clone fails with a reason, and the host goes on."""
    git("gc", "-q", at=site.path)
    [rotten] = (site.path / "objects/pack").glob("*.pack")
    rotten.chmod(0o644)
    content = bytearray(rotten.read_bytes())
    content[60:-40] = bytes(len(content) - 100)
    rotten.write_bytes(content)
    done = run("clone", site.url, tmp_path / "copy", check=False)
    assert done.returncode
    assert "the repository is damaged" in done.stderr


def test_gathering_packs_does_not_disturb_a_clone(site: Site, work: Path, tmp_path: Path) -> None:
    """A pack that is replaced in the middle of a clone is not missed."""
    git("repack", "-q", "-d", at=site.path)
    commit(work, "more", e_md="e\n")
    git("push", "-q", site.path, "main", at=work)
    git("repack", "-q", "-d", at=site.path)
    with site.host._repository.opened() as repo:
        answer: list[bytes] = []
        writer = PackWriter(repo.object_store, answer.append)
        names = [ObjectID(line.split()[0].encode()) for line in listed(site.path)]
        for pack in repo.object_store.packs:
            assert len(pack.index)
        git("repack", "-q", "-a", "-d", at=site.path)
        writer.run(list(names))
    (tmp_path / "gathered.pack").write_bytes(b"".join(answer))
    git("index-pack", "--strict", tmp_path / "gathered.pack")


def listed(repository: Path) -> list[str]:
    return git("rev-list", "--objects", "--all", at=repository).splitlines()


def test_shallow_repository_serves_shallow_clones(site: Site, work: Path, tmp_path: Path) -> None:
    """What the host does not have it does not promise: its clones end where it ends."""
    git("clone", "-q", "--bare", "--depth", "2", f"file://{site.path}", tmp_path / "short.git")
    short = Site(tmp_path / "short.git", Host(Repository.open(tmp_path / "short.git")))
    with served(short):
        for version in VERSIONS:
            copy = tmp_path / f"copy{version}"
            git("-c", f"protocol.version={version}", "clone", "-q", short.url, copy)
            assert (copy / "a.md").read_text() == "one\nmore\n"
            assert run("fsck", at=copy).returncode == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"0000",
        b"zzzz",
        b"0003",
        b"00ff short",
        packet(b"command=destroy") + b"0000",
        packet(b"command=fetch") + b"0001" + packet(b"want bad") + b"0000",
        packet(b"command=fetch") + b"0001" + packet(b"deepen -5") + b"0000",
        packet(b"command=fetch") + b"0001" + packet(b"have ../../etc/passwd") + b"0000",
        packet(b"want " + b"0" * 40 + b" ofs-delta") + b"0000" + packet(b"done"),
        b"ffff" + b"x" * 65531,
    ],
)
@pytest.mark.parametrize("protocol", [None, "version=2"])
def test_nonsense_is_answered_with_a_reason_or_nothing(
    site: Site, work: Path, body: bytes, protocol: str | None
) -> None:
    """A request that is no git request never raises, and never gets a pack."""
    pieces: list[bytes] = []
    error = site.host.upload_pack(io.BytesIO(body), pieces.append, protocol=protocol)
    answer = b"".join(pieces)
    assert b"PACK" not in answer
    assert (b"ERR " in answer) == bool(error)


def test_a_cancelled_clone_ends_with_a_reason(site: Site, work: Path) -> None:
    """When the caller says stop, the walk stops and the client is told."""
    tip = site.tip().encode()
    body = packet(b"command=fetch") + b"0001" + b"0032want %s\n" % tip + b"0009done\n0000"
    pieces: list[bytes] = []
    error = site.host.upload_pack(
        io.BytesIO(body), pieces.append, protocol="version=2", cancelled=lambda: True
    )
    assert "too long" in error
    assert b"too long" in b"".join(pieces)


def test_a_client_that_hangs_up_is_no_error(site: Site, work: Path) -> None:
    """A reader that goes away in mid-clone ends the work without an exception."""

    def gone(_: bytes) -> None:
        raise BrokenPipeError

    body = packet(b"command=fetch") + b"0001" + b"0032want %s\n" % site.tip().encode() + b"0009done\n0000"
    assert isinstance(site.host.upload_pack(io.BytesIO(body), gone, protocol="version=2"), str)
