"""Fetching from real git servers over every transport."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from servers import git, git_daemon, http_backend, sshd, work_tree

from canopy.errors import AuthenticationFailed, LimitExceeded, RefNotFound, RemoteUnavailable, SyncError
from canopy.git import Credentials, Limits, Repository, fetch, parse_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from servers import SshServer, Work

    Serve = Callable[[str, Work], AbstractContextManager[tuple[str, Credentials]]]

TRANSPORTS = ["http", "git", "ssh", "file", "path"]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """Run sshd."""
    with sshd(tmp_path_factory.mktemp("ssh")) as server:
        yield server


@pytest.fixture
def serve(request: pytest.FixtureRequest) -> Serve:
    """Serve a repository over a transport: its URL and what opens it."""

    @contextmanager
    def served(transport: str, work: Work) -> Iterator[tuple[str, Credentials]]:
        with ExitStack() as stack:
            if transport == "http":
                server = stack.enter_context(http_backend(work.bare, user="ada", password="s3cret"))
                yield f"{server.url}/{work.bare.name}", Credentials("ada", "s3cret")
            elif transport == "git":
                yield f"{stack.enter_context(git_daemon(work.bare.parent))}/{work.bare.name}", Credentials()
            elif transport == "ssh":
                host: SshServer = request.getfixturevalue("host")
                yield host.url(work.bare), Credentials(ssh_key=host.key, known_hosts=host.known_hosts)
            else:
                yield ("file://" if transport == "file" else "") + str(work.bare), Credentials()

    return served


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """Make a repository with three commits on `trunk`, its HEAD, and one on `other`, to be copied."""
    made = work_tree(tmp_path_factory.mktemp("past"), "trunk")
    for number in range(3):
        made.write(**{"Posts__One": f"text {number}\n", f"n{number}_dot_md": f"# {number}\n"})
        made.commit()
    made.push()
    git("push", "-q", "origin", "HEAD~1:refs/heads/other", at=made.path)
    return made


@pytest.fixture
def work(past: Work, tmp_path: Path) -> Work:
    """Copy that repository, for a test to change."""
    made = replace(past, path=tmp_path / "work", bare=tmp_path / "bare.git")
    shutil.copytree(past.path, made.path)
    shutil.copytree(past.bare, made.bare)
    git("remote", "set-url", "origin", made.bare, at=made.path)
    return made


@pytest.fixture
def repository() -> Iterator[Repository]:
    """Make an empty repository."""
    with Repository.create() as made:
        yield made


def test_nothing_is_left_of_a_fetch_but_its_pack(work: Work, tmp_path: Path) -> None:
    """A pack is refused or moved in whole; what a process left that was killed goes at the next start."""
    remote = parse_remote(str(work.bare))
    path = tmp_path / "copy.git"
    with Repository.create(path) as repository:
        with pytest.raises(LimitExceeded):
            fetch(repository, remote, limits=Limits(objects=1))
        assert not [file for file in (path / "objects").rglob("*") if file.is_file()]
        fetch(repository, remote)
    (path / "objects" / "tmp_pack_killed").write_bytes(b"PACK")
    Repository.open(path).close()
    names = sorted(file.suffix for file in (path / "objects").rglob("*") if file.is_file())
    assert names == [".idx", ".pack"]
    git("fsck", "--strict", at=path)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_life_with_a_remote(transport: str, work: Work, repository: Repository, serve: Serve) -> None:
    """First fetch, nothing new, a push, a forced push, another branch, a branch that is gone."""
    with serve(transport, work) as (url, credentials):
        remote = parse_remote(url)
        first = fetch(repository, remote, credentials)
        assert (first.commit, first.branch, first.previous) == (work.head(), "trunk", None)
        assert repository.resolve("trunk") is None, "the caller moves the branch"
        repository.advance("trunk", first.commit)
        assert fetch(repository, remote, credentials).unchanged

        work.write(new_dot_md="# new\n")
        second = work.commit()
        work.push()
        found = fetch(repository, remote, credentials)
        assert (found.commit, found.previous, found.forced, found.unchanged) == (
            second,
            first.commit,
            False,
            False,
        )
        repository.advance("trunk", second)
        assert set(repository.snapshot(second).blobs) == {"Posts/One", "n0.md", "n1.md", "n2.md", "new.md"}

        git("reset", "-q", "--hard", "HEAD~2", at=work.path)
        work.write(other_dot_md="# other\n")
        forced = work.commit()
        work.push("--force")
        found = fetch(repository, remote, credentials)
        assert (found.commit, found.forced) == (forced, True)

        other = fetch(repository, parse_remote(url, "other"), credentials)
        assert other.commit == git("rev-parse", "other", at=work.bare)
        with pytest.raises(RefNotFound, match="no branch gone"):
            fetch(repository, parse_remote(url, "gone"), credentials)
    assert git("fsck", "--strict", at=repository.path) == ""


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_shallow_fetch_says_what_it_cannot_know(
    transport: str, work: Work, repository: Repository, serve: Serve
) -> None:
    """With depth 1 the dates are unknown; a later fetch of everything makes them known."""
    with serve(transport, work) as (url, credentials):
        found = fetch(repository, parse_remote(url), credentials, depth=1)
        blobs = repository.snapshot(found.commit).blobs
        assert {(b.created, b.updated) for b in blobs.values()} == {(None, None)}
        work.write(late_dot_md="late\n")
        work.commit()
        work.push()
        found = fetch(repository, parse_remote(url), credentials, depth=1)
        assert repository.snapshot(found.commit).blobs["n0.md"].created is None
        work.write(later_dot_md="later\n")
        work.commit()
        work.push()
        found = fetch(repository, parse_remote(url), credentials)
        blobs = repository.snapshot(found.commit).blobs
        assert all(blob.created and blob.updated for blob in blobs.values())


def test_only_what_is_new_is_fetched_even_if_it_was_never_published(
    work: Work, repository: Repository
) -> None:
    """A tip that was fetched is remembered although its site could not be built."""
    with http_backend(work.bare) as server:
        remote = parse_remote(f"{server.url}/bare.git")
        fetch(repository, remote)
        posts = [r for r in server.requests if r[0] == "POST"]
        again = fetch(repository, remote)
        assert not again.unchanged
        assert [r for r in server.requests if r[0] == "POST"][len(posts) :] == posts[:1], "refs only, no pack"
        work.write(new_dot_md="x\n")
        work.commit()
        work.push()
        fetch(repository, remote)
        packs = sorted((repository.path / "objects" / "pack").glob("*.pack"), key=lambda p: p.stat().st_mtime)
        listed = git("show-index", at=repository.path, stdin=packs[-1].with_suffix(".idx").read_bytes())
        assert len(listed.splitlines()) <= 4, "one commit, one tree, one blob, and a base"


def test_an_empty_remote_says_what_to_do(tmp_path: Path, repository: Repository, serve: Serve) -> None:
    """A repository without a commit is no error of the network."""
    made = work_tree(tmp_path)
    for transport in TRANSPORTS:
        with serve(transport, made) as (url, credentials), pytest.raises(RefNotFound, match="push a first"):
            fetch(repository, parse_remote(url), credentials)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_no_repository_there(transport: str, work: Work, repository: Repository, serve: Serve) -> None:
    """A wrong path is told from a wrong password."""
    with serve(transport, work) as (url, credentials), pytest.raises(RemoteUnavailable) as caught:
        fetch(repository, parse_remote(url + "x"), credentials)
    assert len(str(caught.value)) > 15


def test_a_wrong_password_and_none_are_told_apart(work: Work, repository: Repository) -> None:
    """The error says whether credentials are wrong or missing, and never what they are."""
    with http_backend(work.bare, user="ada", password="right") as server:
        remote = parse_remote(f"{server.url}/bare.git")
        with pytest.raises(AuthenticationFailed, match="wants credentials"):
            fetch(repository, remote)
        with pytest.raises(AuthenticationFailed, match="refuses the credentials") as caught:
            fetch(repository, remote, Credentials("ada", "c4nary"))
        assert "c4nary" not in repr(caught.value) + str(caught.value.__cause__)
        inside = parse_remote(f"http://ada:right@127.0.0.1:{server.port}/bare.git")
        assert fetch(repository, inside).commit == work.head()


def test_a_password_beyond_latin_1_arrives(work: Work, repository: Repository) -> None:
    """Credentials travel as UTF-8, and a token needs no user name."""
    for user, given in (("ädä", "ädä"), ("git", "")):
        with http_backend(work.bare, user=user, password="pass€word") as server:
            remote = parse_remote(f"{server.url}/bare.git")
            assert fetch(repository, remote, Credentials(given, "pass€word")).commit == work.head()


def test_a_pinned_host_key_is_enough(host: SshServer, work: Work, repository: Repository) -> None:
    """With the host key's fingerprint in the settings no known_hosts file is needed."""
    credentials = Credentials(ssh_key=host.key, host_key=host.fingerprint)
    assert fetch(repository, parse_remote(host.url(work.bare)), credentials).commit == work.head()


def test_another_host_key_is_refused(host: SshServer, work: Work, repository: Repository) -> None:
    """A host with another key than the pinned one gets no login."""
    credentials = Credentials(ssh_key=host.key, host_key="SHA256:" + "A" * 43)
    with pytest.raises(AuthenticationFailed, match="not the pinned one"):
        fetch(repository, parse_remote(host.url(work.bare)), credentials)


def test_an_unknown_host_is_refused(
    host: SshServer, work: Work, repository: Repository, tmp_path: Path
) -> None:
    """A host that is not in the known_hosts file is not trusted on first sight."""
    known_hosts = tmp_path / "known_hosts"
    known_hosts.touch()
    credentials = Credentials(ssh_key=host.key, known_hosts=known_hosts)
    with pytest.raises(AuthenticationFailed, match="host key"):
        fetch(repository, parse_remote(host.url(work.bare)), credentials)


def test_another_key_is_refused(host: SshServer, work: Work, repository: Repository) -> None:
    """A key that the host does not know is a matter of authentication, not of the network."""
    credentials = Credentials(ssh_key=host.other_key, known_hosts=host.known_hosts)
    with pytest.raises(AuthenticationFailed, match=r"(?i)permission denied"):
        fetch(repository, parse_remote(host.url(work.bare)), credentials)


def test_nobody_listens(repository: Repository) -> None:
    """A closed port is an error of the network on every transport."""
    for url in ("http://127.0.0.1:9/n.git", "git://127.0.0.1:9/n.git", "ssh://ada@127.0.0.1:9/n.git"):
        with pytest.raises(RemoteUnavailable):
            fetch(repository, parse_remote(url))


def test_a_repository_with_sha256_ids(tmp_path: Path) -> None:
    """An empty repository takes over the remote's kind of ids."""
    made = work_tree(tmp_path)
    for path in (made.bare, made.path):
        git("init", "-q", "--object-format=sha256", "-b", "main", tmp_path / f"256-{path.name}")
    git("init", "-q", "--bare", "--object-format=sha256", "-b", "main", tmp_path / "256.git")
    made.path, made.bare = tmp_path / "256-work", tmp_path / "256.git"
    git("remote", "add", "origin", made.bare, at=made.path)
    made.write(a="1")
    made.commit()
    made.push()
    with http_backend(made.bare) as server, Repository.create() as repository:
        remote = parse_remote(f"{server.url}/256.git")
        found = fetch(repository, remote)
        assert len(found.commit) == 64
        repository.advance(found.branch, found.commit)
        made.write(b="2")
        made.commit()
        made.push()
        found = fetch(repository, remote)
        assert set(repository.snapshot(found.commit).blobs) == {"a", "b"}
        assert not found.forced


def test_a_detached_head_has_a_default_branch(work: Work, repository: Repository, serve: Serve) -> None:
    """When HEAD names no branch, the branch with the same commit is taken, main and master first."""
    git("update-ref", "refs/heads/master", "trunk", at=work.bare)
    git("update-ref", "--no-deref", "HEAD", "trunk~0", at=work.bare)
    for transport in ("http", "git", "path"):
        with serve(transport, work) as (url, credentials):
            assert fetch(repository, parse_remote(url), credentials).branch == "master"


def test_objects_in_files_of_their_own(tmp_path: Path, repository: Repository) -> None:
    """A work tree's loose objects come over a path, more of them than go together, the large ones too."""
    made = work_tree(tmp_path)
    texts = {f"{number}.md": f"# {number}\n" for number in range(150)} | {
        "large.txt": "0123456789\n" * 200_000
    }
    for name, text in texts.items():
        made.put(name, text)
    made.commit()
    found = fetch(repository, parse_remote(str(made.path)))
    blobs = repository.snapshot(found.commit).blobs
    assert {path: blob.data.decode() for path, blob in blobs.items()} == texts


def test_a_loose_object_that_is_another(tmp_path: Path, repository: Repository) -> None:
    """A file of the remote's that does not hold what its name says is noticed, and nothing is taken over."""
    made = work_tree(tmp_path)
    made.write(a="1", b="2")
    made.commit()
    objects = made.path / ".git" / "objects"
    one, other = (
        objects / (name := git("rev-parse", f"HEAD:{path}", at=made.path))[:2] / name[2:] for path in "ab"
    )
    one.chmod(0o644)
    one.write_bytes(other.read_bytes())
    with pytest.raises(SyncError):
        fetch(repository, parse_remote(str(made.path)))
    assert repository.resolve("main") is None
    assert not repository.remembered()
