"""A repository as a git host: advertise, serve clones and fetches, accept pushes.

The door for the web room: bytes in, bytes out, synchronous; a thread runs each call. Every call opens
the repository for itself, because nothing of the library below is shared between threads.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from dulwich.refs import DiskRefsContainer

from canopy import __version__
from canopy.errors import SyncError
from canopy.git import receive, upload
from canopy.git.receive import Reception
from canopy.git.references import PublicRefs
from canopy.git.upload import Upload
from canopy.git.wire import Answer, Mark

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from dulwich.repo import Repo

    from canopy.git.push import Proposal, PushOutcome, PushPolicy, Verdict
    from canopy.git.repository import Repository

Service = Literal["git-upload-pack", "git-receive-pack"]


def _never() -> bool:
    return False


class Host:
    """One bare repository that others clone from and push to. Its methods may run in several threads."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def advertise(self, service: Service, protocol: str | None = None) -> bytes:
        """Return the body of `GET info/refs?service=…`; `protocol` is the request's `Git-Protocol` header.

        Version 2 is spoken for fetches; a push is always version 0, which every client understands.
        """
        parts: list[bytes] = []
        answer = Answer(parts.append)
        with self._repository.opened() as repo:
            form = b"object-format=" + repo.object_format.name.encode()
            agent = b"agent=canopy/" + __version__.encode()
            if service == "git-upload-pack" and protocol_version(protocol) == 2:
                for line in (b"version 2", agent, *upload.CAPABILITIES_V2, form):
                    answer.line(line + b"\n")
            else:
                answer.line(b"# service=" + service.encode() + b"\n")
                answer.mark(Mark.FLUSH)
                serving = service == "git-upload-pack"
                offered = upload.CAPABILITIES if serving else receive.CAPABILITIES
                _list(answer, PublicRefs(repo), b" ".join((offered, form, agent)), serving=serving)
            answer.mark(Mark.FLUSH)
        answer.flush()
        return b"".join(parts)

    def upload_pack(
        self,
        body: BinaryIO,
        write: Callable[[bytes], object],
        *,
        protocol: str | None = None,
        cancelled: Callable[[], bool] = _never,
    ) -> str:
        """Answer `POST git-upload-pack`; return why it failed, or nothing.

        A fetch costs seconds of CPU when the history is long: the caller limits how many run at once.
        """
        with self._repository.opened() as repo:
            request = Upload(repo.object_store, PublicRefs(repo), self._bounded(cancelled), Answer(write))
            return request.run(body, version=protocol_version(protocol))

    def receive_pack(
        self,
        body: BinaryIO,
        write: Callable[[bytes], object],
        *,
        policy: PushPolicy,
        review: Callable[[Proposal], Verdict],
        cancelled: Callable[[], bool] = _never,
    ) -> PushOutcome:
        """Answer `POST git-receive-pack`: carry the push out or leave no trace of it, and say which.

        `review` is asked for the published branch only, while other pushes wait.
        """
        with self._repository.opened() as repo:
            reception = Reception(
                self._repository,
                _files(repo),
                repo.object_store,
                policy,
                review,
                self._bounded(cancelled),
                Answer(write),
            )
            return reception.run(body)

    def _bounded(self, cancelled: Callable[[], bool]) -> Callable[[], bool]:
        until = time.monotonic() + self._repository.limits.fetch_seconds
        return lambda: cancelled() or time.monotonic() > until


def _files(repo: Repo) -> DiskRefsContainer:
    """Return the refs of a repository that has them as files, as all but the newest experiments do."""
    if not isinstance(repo.refs, DiskRefsContainer):
        raise SyncError("the repository keeps its refs in a way that is not understood here (reftable)")
    return repo.refs


def protocol_version(header: str | None) -> int:
    """Return the version that a `Git-Protocol` header asks for: the highest one named, else 0."""
    named = [
        part.removeprefix("version=") for part in (header or "").split(":") if part.startswith("version=")
    ]
    return max((int(part) for part in named if part in ("0", "1", "2")), default=0)


def _list(answer: Answer, refs: PublicRefs, offered: bytes, *, serving: bool) -> None:
    """List the refs of protocol version 0; the first line carries the capabilities."""
    listed = [ref for ref in refs.listed() if serving or not ref.target]
    symbolic = [b"symref=" + ref.name + b":" + ref.target for ref in listed if ref.target]
    tail = b"\0" + b" ".join((offered, *symbolic))
    for ref in listed:
        answer.line(ref.id + b" " + ref.name + tail + b"\n")
        tail = b""
        if serving and ref.peeled:
            answer.line(ref.peeled + b" " + ref.name + b"^{}\n")
    if not listed:
        answer.line(b"0" * refs.width + b" capabilities^{}" + tail + b"\n")
    for name in sorted(refs.ended):
        answer.line(b"shallow " + name + b"\n")
