"""Fetching: from a remote to a commit that is wholly in the repository, or an error that says why not.

The order that holds: which branch → unchanged? → the pack into a file → scan it → take it in → verify the
whole tree → remember the tip. The branch's own ref is left alone: the caller moves it when the site is built.
Whatever the library raises is translated here, and no text that leaves holds a credential.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import urllib3.exceptions
from dulwich.client import HTTPUnauthorized
from dulwich.errors import GitProtocolError, HangupException, NotGitRepository
from dulwich.object_store import PackInputTooLarge
from dulwich.objects import ObjectID, valid_hexsha
from dulwich.refs import HEADREF, Ref

from canopy.errors import CanopyError, LimitExceeded, RefNotFound, RemoteUnavailable, SyncError
from canopy.git.compaction import sync_folder
from canopy.git.deadline import Deadline
from canopy.git.http import GuardedHttpClient
from canopy.git.indexing import Indexer, index_pack
from canopy.git.local import DirectClient
from canopy.git.objects import MissingObject, read_commit
from canopy.git.packs import scan_pack
from canopy.git.remotes import Credentials, Kind, Remote
from canopy.git.ssh import GuardedSSHClient, Ssh
from canopy.git.tcp import GuardedTCPClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO

    from dulwich.client import GitClient, LsRemoteResult
    from dulwich.repo import Repo

    from canopy.git.limits import Limits
    from canopy.git.repository import Repository

_BRANCHES = b"refs/heads/"
_ALL_HISTORY = 0x7FFFFFFF
_HAVES = 256


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch found. The commit is in the repository; no branch points to it yet unless `unchanged`."""

    commit: str
    branch: str
    previous: str | None
    """What the branch pointed to before, as far as the repository knows."""
    forced: bool = False
    """The new commit does not contain the previous one."""
    unchanged: bool = False


def fetch(
    repository: Repository,
    remote: Remote,
    credentials: Credentials | None = None,
    limits: Limits | None = None,
    *,
    depth: int | None = None,
) -> Fetched:
    """Bring the remote's branch into the repository; `depth` commits of its history, or all.

    `limits` (those of the repository by default) bound the transfer; the repository's own bound the tree.
    Raises a `SyncError`, or `ConfigError` for what only a setting can cure. On any error the repository
    serves what it served before.
    """
    limits = limits or repository.limits
    with connected(remote, credentials or Credentials(), limits) as (client, path):
        return _Fetch(repository, remote, limits, client, path, depth).run()


@contextlib.contextmanager
def connected(remote: Remote, credentials: Credentials, limits: Limits) -> Iterator[tuple[GitClient, str]]:
    """Lend a guarded client of a remote and the path to ask it for; what it raises is translated."""
    with contextlib.ExitStack() as stack:
        deadline = stack.enter_context(Deadline(limits.fetch_seconds))
        credentials = _with_userinfo(credentials, remote)
        ssh = stack.enter_context(Ssh(credentials, limits, deadline)) if remote.kind is Kind.SSH else None
        stack.enter_context(_translated(remote, credentials, deadline, ssh))
        client, path = _client(remote, credentials, limits, deadline, ssh)
        stack.callback(client.close)
        yield client, path


@dataclass(slots=True)
class _Fetch:
    repository: Repository
    remote: Remote
    limits: Limits
    client: GitClient
    path: str
    depth: int | None

    def run(self) -> Fetched:
        wanted = _BRANCHES + self.remote.branch.encode()
        prefixes = [wanted] if self.remote.branch else [b"HEAD", _BRANCHES]
        listing = self.client.get_refs(self.path.encode(), ref_prefix=prefixes)
        branch, tip = choose_branch(listing, self.remote)
        with self.repository.opened() as repo:
            self._agree(repo, listing.object_format)
        previous = self.repository.resolve(branch)
        if tip == previous and self._whole(tip):
            return Fetched(tip, branch, previous, unchanged=True)
        if tip not in self.repository.remembered() or not self._whole(tip):
            tip = self._download(_BRANCHES + branch.encode(), tip)
            self.repository.remember(branch, tip)
        forced = previous is not None and not self.repository.contains(tip, previous)
        return Fetched(tip, branch, previous, forced, unchanged=tip == previous)

    def _whole(self, tip: str) -> bool:
        with self.repository.opened() as repo:
            try:
                self.repository.verify(repo, tip)
            except MissingObject:
                return False
        return True

    def _download(self, ref: bytes, tip: str) -> str:
        """Fetch what is missing of `ref` and verify it; return its tip, which may have moved since."""
        tips = [tip]

        def wants(refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:  # noqa: ARG001
            tips[0] = refs.get(Ref(ref), tip.encode()).decode()
            return [ObjectID(tips[0].encode())]

        with self.repository.opened() as repo, _spool(Path(repo.object_store.path)) as file:
            walker = Haves(repo, [t for t in self.repository.remembered() if t != tip])
            result = self.client.fetch_pack(
                self.path.encode(),
                wants,
                walker,
                _capped(file, self.limits),
                depth=self._depth(repo),
                ref_prefix=[ref],
            )
            if not file.tell():
                raise RemoteUnavailable("the remote sent nothing although it has a new commit")
            summary = scan_pack(file, self.limits, hash_name=repo.object_format.name)
            repo.update_shallow(result.new_shallow, result.new_unshallow)
            if summary.objects:
                folder = Path(repo.object_store.pack_dir)
                index_pack(file, Indexer(repo.object_store), folder)
                sync_folder(folder)
            self.repository.verify(repo, tips[0])
        return tips[0]

    def _depth(self, repo: Repo) -> int | None:
        if self.depth is None and repo.get_shallow():
            return _ALL_HISTORY
        return self.depth

    def _agree(self, repo: Repo, object_format: str | None) -> None:
        """Let an empty repository take the remote's kind of ids."""
        wanted = object_format or "sha1"
        if repo.object_format.name == wanted:
            return
        try:
            repo._change_object_format(wanted)  # noqa: SLF001 - there is no public way; dulwich is pinned
        except AssertionError as exc:
            raise SyncError(
                f"the remote's ids are {wanted}, ours {repo.object_format.name}: use another data folder"
            ) from exc


@contextlib.contextmanager
def _spool(folder: Path) -> Iterator[BinaryIO]:
    """Lend a file that is removed unless it was moved away; git's own prune knows its name."""
    handle, name = tempfile.mkstemp(prefix="tmp_pack_", dir=folder)
    try:
        with Path(name).open("w+b") as file:
            os.close(handle)
            yield file
    finally:
        Path(name).unlink(missing_ok=True)


class Haves:
    """What we tell the remote that we have: the newest commits of what is whole, breadth first."""

    def __init__(self, repo: Repo, tips: list[str]) -> None:
        self.shallow = repo.get_shallow()
        self._store = repo.object_store
        self._pending = [tip.encode() for tip in tips]
        self._seen = set(self._pending)
        self._left = _HAVES

    def __next__(self) -> ObjectID | None:
        """Return the next commit, or None when enough has been said."""
        if not self._pending or not self._left:
            return None
        self._left -= 1
        commit_id = self._pending.pop(0)
        with contextlib.suppress(SyncError):
            parents = read_commit(self._store, commit_id).parents
            fresh = [p for p in parents if p not in self._seen and ObjectID(p) in self._store]
            self._seen.update(fresh)
            self._pending.extend(fresh)
        return ObjectID(commit_id)

    def ack(self, sha: bytes, /) -> None:
        """Hear that the remote knows a commit."""

    def nak(self) -> None:
        """Hear that the remote knows none."""


def choose_branch(listing: LsRemoteResult, remote: Remote) -> tuple[str, str]:
    """Return the wanted branch and its commit. Raises `RefNotFound`."""
    refs = {bytes(name): value for name, value in listing.refs.items() if value is not None}
    branches = {name[len(_BRANCHES) :]: value for name, value in refs.items() if name.startswith(_BRANCHES)}
    if remote.branch:
        tip = branches.get(remote.branch.encode())
        if tip is None:
            raise RefNotFound(
                f"the remote has no branch {remote.branch}: push it, or correct the name behind #"
            )
        return remote.branch, _checked(tip)
    if not branches:
        raise RefNotFound("the remote is empty: push a first commit to it")
    named = (listing.symrefs or {}).get(HEADREF, b"").removeprefix(_BRANCHES)
    candidates = [named] if named in branches else []
    head = refs.get(b"HEAD")
    if not candidates and head is not None:
        candidates = [name for name in (b"main", b"master", *sorted(branches)) if branches.get(name) == head]
    if not candidates:
        candidates = [name for name in (b"main", b"master") if name in branches]
    if not candidates and len(branches) == 1:
        candidates = list(branches)
    if not candidates:
        raise RefNotFound("the remote names no default branch: write one behind its URL, as in URL#main")
    return candidates[0].decode("utf-8", "surrogateescape"), _checked(branches[candidates[0]])


def _checked(tip: bytes) -> str:
    if not valid_hexsha(tip):
        raise RemoteUnavailable("the remote lists a branch that points to nothing")
    return tip.decode()


def _client(
    remote: Remote, credentials: Credentials, limits: Limits, deadline: Deadline, ssh: Ssh | None
) -> tuple[GitClient, str]:
    if remote.kind is Kind.HTTP:
        return GuardedHttpClient(remote.url, limits, deadline, credentials.username, credentials.password), ""
    if remote.kind is Kind.GIT:
        return GuardedTCPClient(remote.host, remote.port, limits, deadline), remote.path
    if remote.kind is Kind.SSH:
        user = remote.username or credentials.username or None
        return GuardedSSHClient(remote.host, remote.port, user, cast("Ssh", ssh)), remote.path
    return DirectClient(deadline), remote.path


def _with_userinfo(credentials: Credentials, remote: Remote) -> Credentials:
    """Complete the credentials by what stood in the URL; settings win."""
    if remote.kind is not Kind.HTTP or credentials.username or credentials.password:
        return credentials
    return replace(credentials, username=remote.username, password=remote.password)


def _capped(file: BinaryIO, limits: Limits) -> Callable[[bytes], int]:
    received = 0

    def write(data: bytes) -> int:
        nonlocal received
        received += len(data)
        if received > limits.pack_bytes:
            raise LimitExceeded(f"the remote sent more than {limits.pack_bytes:,} bytes")
        return file.write(data)

    return write


@contextlib.contextmanager
def _translated(
    remote: Remote, credentials: Credentials, deadline: Deadline, ssh: Ssh | None
) -> Iterator[None]:
    """Turn everything that a remote can make the libraries raise into our errors."""
    try:
        yield
    except CanopyError:
        if deadline.passed:
            deadline.check()
        raise
    except Exception as exc:  # the door: hostile answers make the library raise almost anything
        deadline.check()
        complaint = ssh.complaint() if ssh is not None else None
        if complaint is not None:
            raise complaint from exc
        raise _translate(exc, remote, credentials) from exc


def _translate(exc: Exception, remote: Remote, credentials: Credentials) -> SyncError:
    if isinstance(exc, PackInputTooLarge):
        return LimitExceeded("the remote sent more than allowed")
    if isinstance(exc, NotGitRepository):
        return RemoteUnavailable(f"there is no git repository at {remote.display}")
    if isinstance(exc, HTTPUnauthorized):
        return RemoteUnavailable("the remote wants credentials")
    if isinstance(exc, TimeoutError | urllib3.exceptions.TimeoutError):
        return RemoteUnavailable("the remote does not answer in time")
    if isinstance(exc, HangupException):
        return RemoteUnavailable("the remote closed the connection: is there a git repository?")
    reason = " ".join(str(exc).split())[:200] or type(exc).__name__
    for secret in filter(None, (credentials.password, remote.password)):
        reason = reason.replace(secret, "***")
    reason = "".join(c for c in reason if c.isprintable())
    if isinstance(exc, OSError | urllib3.exceptions.HTTPError | GitProtocolError):
        return RemoteUnavailable(f"the remote cannot be reached: {reason}")
    return RemoteUnavailable(f"the remote's answer cannot be understood: {reason}")
