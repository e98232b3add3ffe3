"""What the benchmarks share: a load generator, memory, and tables."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from pathlib import Path


class _Client(asyncio.Protocol):
    """One connection that sends the next request when the answer to the last is complete."""

    def __init__(self, request: bytes, done: list[float], until: float) -> None:
        self._request, self._done, self._until = request, done, until
        self._left, self._head = 0, b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        if self._left:
            self._left -= len(data)
        else:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(self._head[:200].decode())
            place = self._head.index(b"content-length: ") + 16
            length = int(self._head[place : self._head.index(b"\r", place)])
            self._left = length - (len(self._head) - end - 4)
            self._head = b""
        if self._left <= 0:
            self._left = 0
            now = time.perf_counter()
            self._done.append(now - self._sent)
            if now < self._until:
                self._ask()
            else:
                self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def _ask(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._request)  # type: ignore[attr-defined]


async def load(
    port: int, path: str, *, seconds: float, connections: int = 16, headers: str = ""
) -> list[float]:
    """Ask for `path` over so many connections for so long; return the latency of each request, seconds."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n".encode()
    loop, done = asyncio.get_running_loop(), []
    until = time.perf_counter() + seconds
    clients = []
    for _ in range(connections):
        _, client = await loop.create_connection(lambda: _Client(request, done, until), "127.0.0.1", port)
        clients.append(client)
    await asyncio.gather(*(client.ended for client in clients))
    return done


def resident(pid: int) -> tuple[int, int]:
    """Return the resident memory of a process, and of it with all its descendants' private parts, bytes."""

    def rollup(process: int, key: str) -> int:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            return 0
        return sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith(key))

    def below(process: int) -> list[int]:
        try:
            children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        except OSError:
            return []
        return [grandchild for child in map(int, children) for grandchild in (child, *below(child))]

    own = rollup(pid, "Rss:")
    return own, rollup(pid, "Pss:") + sum(rollup(child, "Pss:") for child in below(pid))


def spent(pid: int) -> float:
    """Return the processor time of a process and its descendants, in seconds: without others' load."""

    def ticks(process: int) -> int:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        except OSError:
            return 0
        # proc(5): utime, stime, and those of children that have ended.
        return sum(map(int, fields[11:15])) + sum(ticks(int(child)) for child in children)

    return ticks(pid) / os.sysconf("SC_CLK_TCK")


def median(values: list[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def quantile(values: list[float], share: float) -> float:
    """Return the value below which `share` of all values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
