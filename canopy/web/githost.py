"""The git host over HTTP: clones, fetches and pushes at one address, by git's smart protocol.

It owns who may do what, how much at once, and the bridge between the event loop and the git room, whose
calls block and run in threads of their own. What a push means for the site is the caller's matter.
Source: gitprotocol-http(5).
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeVar

import structlog

from canopy.git.push import Verdict
from canopy.web.bodies import refuse_early, spool
from canopy.web.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
    from typing import Any

    from starlette.types import Receive, Scope, Send

    from canopy.git.host import Host
    from canopy.git.push import Proposal, PushPolicy
    from canopy.mirror import Mirror
    from canopy.render.representation import Headers
    from canopy.web.access import Access

T = TypeVar("T")
Service = Literal["git-upload-pack", "git-receive-pack"]

log = structlog.get_logger("canopy.git")

_NEGOTIATION_BYTES = 4 * 1024 * 1024
"""The most that a fetch may say about what it has."""
_ASK_SECONDS, _PUSH_SECONDS = 60.0, 1800.0
"""For which the body of a fetch, or of a push, may come in."""
_BODIES = 64
"""Requests whose bodies may come in at once: each may take room on the disk."""
_WAITING = 16
"""Requests that may wait for their turn; more are told to come again."""
_GLANCE = 0.5
"""Seconds between two glances at whether the event loop still runs."""
_SERVICES: dict[str, Service] = {name: name for name in ("git-upload-pack", "git-receive-pack")}
_NO_CACHE: Headers = [
    (b"expires", b"Fri, 01 Jan 1980 00:00:00 GMT"),
    (b"pragma", b"no-cache"),
    (b"cache-control", b"no-cache, max-age=0, must-revalidate"),
]


@dataclass(frozen=True, slots=True)
class HostLimits:
    """How much the host does at once, and for how long."""

    push_bytes: int
    pushes: int = 2
    clones: int = 2


class GitHost:
    """One repository under one path."""

    def __init__(
        self,
        host: Host,
        access: Access,
        limits: HostLimits,
        *,
        review: Callable[[Proposal, str], Coroutine[Any, Any, Verdict]],
        pushed: Callable[[], Awaitable[object]],
        policy: Callable[[], PushPolicy],
        read_only: str = "",
        mirror: Mirror | None = None,
    ) -> None:
        """Serve `host`; with `read_only`, its text is the answer to every push.

        `review` is asked about each push to the published branch, with the pusher's name; `pushed` is
        called after each push that moved a ref, and awaited before git sees the end of its answer.
        """
        self.mirror = mirror
        self._host = host
        self._access = access
        self._limits = limits
        self._review = review
        self._pushed = pushed
        self._policy = policy
        self._read_only = read_only
        self._turns = {
            "git-upload-pack": asyncio.Semaphore(limits.clones),
            "git-receive-pack": asyncio.Semaphore(limits.pushes),
        }
        self._waiting = self._bodies = 0
        self._threads = ThreadPoolExecutor(limits.pushes + limits.clones + 2, thread_name_prefix="git")

    def close(self) -> None:
        """Take no more work; what runs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        """Answer one request; `path` is relative to the repository: `/info/refs`. Raises `Refused`."""
        if path == "/info/refs" and scope["method"] in ("GET", "HEAD"):
            await self._advertise(scope, send)
        elif path[1:] in _SERVICES and scope["method"] == "POST":
            await self._serve(scope, receive, send, _SERVICES[path[1:]])
        else:
            raise Refused(404, "This is a git repository: clone it with git.")

    async def _advertise(self, scope: Scope, send: Send) -> None:
        service = _SERVICES.get(scope["query_string"].decode("latin-1").removeprefix("service="))
        if service is None:
            raise Refused(403, "This host speaks git's smart protocol only.")
        self._admit(scope, service)
        protocol = _field(scope, b"git-protocol")
        async with self._turn(service):
            body = await self._in_thread(lambda: self._host.advertise(service, protocol))
        headers = [
            *_NO_CACHE,
            (b"content-type", f"application/x-{service}-advertisement".encode()),
            (b"content-length", b"%d" % len(body)),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _serve(self, scope: Scope, receive: Receive, send: Send, service: Service) -> None:
        pushing = service == "git-receive-pack"
        name = self._admit(scope, service)
        if _field(scope, b"content-type") != f"application/x-{service}-request":
            raise Refused(415, f"The body must be application/x-{service}-request.")
        most = self._limits.push_bytes if pushing else _NEGOTIATION_BYTES
        # The turn begins when the body is here: whoever dribbles keeps nobody from theirs.
        with await self._body(scope, receive, most, _PUSH_SECONDS if pushing else _ASK_SECONDS) as body:
            async with self._turn(service):
                answer = _Stream(send, service)
                if pushing:
                    await self._receive_pack(body, answer, name)
                else:
                    await self._upload_pack(body, answer, receive, _field(scope, b"git-protocol"))
                await answer.end()

    async def _body(self, scope: Scope, receive: Receive, most: int, seconds: float) -> BinaryIO:
        gzipped = _field(scope, b"content-encoding") in ("gzip", "x-gzip")
        refuse_early(scope, most)
        if self._bodies >= _BODIES:
            raise _busy()
        self._bodies += 1
        try:
            async with asyncio.timeout(seconds):
                return await spool(receive, most, gzipped=gzipped)
        except TimeoutError as exc:
            raise Refused(408, "The request took too long.", [(b"connection", b"close")]) from exc
        finally:
            self._bodies -= 1

    async def _upload_pack(self, body: BinaryIO, answer: _Stream, receive: Receive, protocol: str) -> None:
        start, gone = time.perf_counter(), asyncio.create_task(_disconnected(receive))
        try:
            error = await self._in_thread(
                lambda: self._host.upload_pack(body, answer.write, protocol=protocol, cancelled=gone.done)
            )
        finally:
            gone.cancel()
        took = round((time.perf_counter() - start) * 1000)
        log.info("fetched from us", bytes=answer.bytes, ms=took, error=error)

    async def _receive_pack(self, body: BinaryIO, answer: _Stream, name: str) -> None:
        loop = asyncio.get_running_loop()

        def review(proposal: Proposal) -> Verdict:
            try:
                return _await(self._review(proposal, name), loop)
            except CancelledError:
                return Verdict(accept=False, reason="the server is stopping; push again in a moment")

        start = time.perf_counter()
        # A push that arrived whole is carried out, even if its pusher does not wait for the answer.
        outcome = await self._in_thread(
            lambda: self._host.receive_pack(body, answer.write, policy=self._policy(), review=review)
        )
        for update in outcome.updates:
            log.info(
                "pushed" if update.accepted else "push refused",
                pusher=name,
                ref=update.ref,
                old=(update.old or "")[:12],
                new=(update.new or "")[:12],
                forced=update.forced,
                reason=update.reason,
                bytes=outcome.pack_bytes,
                ms=round((time.perf_counter() - start) * 1000),
            )
        if outcome.accepted:
            if self.mirror is not None:
                self.mirror.wake()
            await self._pushed()

    def _admit(self, scope: Scope, service: str) -> str:
        if service == "git-receive-pack":
            if self._read_only:
                raise Refused(403, self._read_only)
            return self._access.writer(scope)
        return self._access.reader(scope)

    @asynccontextmanager
    async def _turn(self, service: str) -> AsyncIterator[None]:
        """Wait until there is room for one more, if not too many wait already."""
        if self._waiting >= _WAITING:
            raise _busy()
        self._waiting += 1
        try:
            await self._turns[service].acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns[service].release()

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function)


class _Stream:
    """The answer, written by a thread and sent by the event loop; a slow client slows the thread down."""

    def __init__(self, send: Send, service: str) -> None:
        self.bytes = 0
        self._send = send
        self._service = service
        self._started = False
        self._loop = asyncio.get_running_loop()

    def write(self, piece: bytes) -> None:
        """Send a piece; called in a thread."""
        try:
            _await(self._more(piece), self._loop)
        except CancelledError as exc:
            raise ConnectionAbortedError("the server is stopping") from exc

    async def end(self) -> None:
        """Let the client see the end."""
        await self._start()
        await self._send({"type": "http.response.body", "body": b""})

    async def _more(self, piece: bytes) -> None:
        await self._start()
        self.bytes += len(piece)
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def _start(self) -> None:
        if not self._started:
            self._started = True
            headers = [
                *_NO_CACHE,
                (b"content-type", f"application/x-{self._service}-result".encode()),
                # What is said while a push is reviewed must not wait in a proxy's buffer.
                (b"x-accel-buffering", b"no"),
            ]
            await self._send({"type": "http.response.start", "status": 200, "headers": headers})


def _busy() -> Refused:
    return Refused(503, "This host is busy; try again in a moment.", [(b"retry-after", b"10")])


def _await(coroutine: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop) -> T:
    """Return what a coroutine makes of itself in the event loop; called in a thread.

    Raises `CancelledError` when the loop ends first: a thread that waits for it would wait for ever.
    """
    try:
        future = asyncio.run_coroutine_threadsafe(coroutine, loop)
    except RuntimeError as exc:
        coroutine.close()
        raise CancelledError from exc
    while True:
        done, _ = wait([future], timeout=_GLANCE)
        if done:
            return future.result()
        if not loop.is_running():
            future.cancel()
            coroutine.close()
            raise CancelledError


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _field(scope: Scope, name: bytes) -> str:
    return next((value for field, value in scope["headers"] if field == name), b"").decode("latin-1")
