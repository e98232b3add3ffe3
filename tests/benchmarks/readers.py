"""Readers of live events: memory for each, and how long an event takes to all of them.

    python -m tests.benchmarks.readers [readers]

The readers are connections from processes of their own, which note when the event arrived (the machine's
one monotonic clock is shared by all). The same is measured of sse-starlette, if it is installed, with the
same number of readers on the same uvicorn.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from running import commit, repository, running, write

from benchmarks.measuring import quantile, resident, table

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_PROCESSES = 2
_ADDRESSES = 50
"""Loopback addresses that readers come from: one address has only so many ports."""
_SETTLE = 3.0
_PEER = """
import asyncio, socket, sys
import uvicorn
from sse_starlette.sse import EventSourceResponse
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
waiting = set()
async def source():
    queue = asyncio.Queue()
    waiting.add(queue)
    yield {"data": "hello"}
    while True:
        yield {"event": "edition", "data": await queue.get()}
async def events(request):
    return EventSourceResponse(source(), ping=20)
async def tell(request):
    for queue in list(waiting):
        queue.put_nowait("news")
    return PlainTextResponse("told")
app = Starlette(routes=[Route("/-/events", events), Route("/tell", tell, methods=["POST"])])
sock = socket.socket(); sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.bind(("127.0.0.1", 0)); sock.listen(2048)
print(sock.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, loop="uvloop", http="httptools", log_level="critical", lifespan="off",
                              access_log=False)).run(sockets=[sock])
"""


class _Reader(asyncio.Protocol):
    """Notes when the event after the first one arrives."""

    def __init__(self, request: bytes, arrivals: list[float], ready: list[bool]) -> None:
        self._request, self._arrivals, self._ready = request, arrivals, ready
        self._greeted = self._told = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if not self._greeted:
            if b"data:" in data:
                self._greeted = True
                self._ready.append(True)
        elif b"event: edition" in data and not self._told:
            self._told = True
            self._arrivals.append(time.monotonic())


async def _read(port: int, count: int, first: int, pipe: Connection) -> None:
    loop = asyncio.get_running_loop()
    arrivals: list[float] = []
    ready: list[bool] = []
    request = (
        f"GET /-/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n".encode()
    )
    transports = []
    for number in range(count):
        address = f"127.0.1.{1 + (first + number) % _ADDRESSES}"
        transport, _ = await loop.create_connection(
            lambda: _Reader(request, arrivals, ready), "127.0.0.1", port, local_addr=(address, 0)
        )
        transports.append(transport)
    while len(ready) < count:  # noqa: ASYNC110 (a poll is what is measured least)
        await asyncio.sleep(0.05)
    pipe.send("ready")
    deadline = time.monotonic() + 60
    while len(arrivals) < count and time.monotonic() < deadline:  # noqa: ASYNC110 (likewise)
        await asyncio.sleep(0.05)
    pipe.send(arrivals)
    await loop.run_in_executor(None, pipe.recv)


def _run(port: int, count: int, first: int, pipe: Connection) -> None:
    asyncio.run(_read(port, count, first, pipe))


def _measure(port: int, pid: int, readers: int, tell: Any) -> list[str]:
    before = resident(pid)[0]
    pipes, processes = [], []
    for number in range(_PROCESSES):
        ours, theirs = multiprocessing.Pipe()
        count = readers // _PROCESSES
        process = multiprocessing.Process(
            target=_run, args=(port, count, number * count, theirs), daemon=True
        )
        process.start()
        pipes.append(ours)
        processes.append(process)
    for pipe in pipes:
        pipe.recv()
    time.sleep(_SETTLE)
    each = (resident(pid)[0] - before) / readers
    begin = time.monotonic()
    told = tell() or begin
    arrivals = [moment - told for pipe in pipes for moment in pipe.recv()]
    for pipe, process in zip(pipes, processes, strict=True):
        pipe.send("end")
        process.join(10)
        process.kill()
    return [
        f"{len(arrivals):,} of {readers:,}",
        f"{each / 1024:.1f} KiB",
        f"{quantile(arrivals, 0.5) * 1000:.0f} ms",
        f"{quantile(arrivals, 0.99) * 1000:.0f} ms",
        f"{max(arrivals) * 1000:.0f} ms",
    ]


def _canopy(readers: int, folder: Path) -> list[str]:
    work = repository(folder / "notes", {"one.md": "# One\n\nfirst\n"})
    settings = {
        "CANOPY_HISTORY": "none",
        "CANOPY_MAX_READERS": str(readers + 100),
        "CANOPY_MAX_READERS_PER_ADDRESS": str(readers),
    }
    with running(f"{work}#main", data=folder / "data", forked=False, **settings) as server:

        def told() -> float:
            write(work, {"one.md": "# One\n\nsecond\n"})
            commit(work)
            begin = time.monotonic()
            server.get("/push", "POST")
            return begin

        return ["Canopy (from the webhook on)", *_measure(server.port, server.process.pid, readers, told)]


def _peer(readers: int) -> list[str]:
    process = subprocess.Popen([sys.executable, "-c", _PEER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline())

    def tell() -> float:
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(
                b"POST /tell HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            connection.recv(1000)
        return begin

    try:
        return ["sse-starlette", *_measure(port, process.pid, readers, tell)]
    finally:
        process.kill()


def main(readers: int = 10_000) -> None:
    """Measure and print."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        rows.append(_canopy(readers, Path(folder)))
    try:
        import sse_starlette  # noqa: F401
    except ImportError:
        print("sse-starlette is not installed: no comparison")
    else:
        rows.append(_peer(readers))
    print(table(["what", "readers told", "memory a reader", "median", "p99", "last"], rows))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
