"""Fetching over git://, which has no authentication, no encryption and, in the library, no time-out."""

from __future__ import annotations

import contextlib
import socket
from typing import IO, TYPE_CHECKING

from dulwich.client import TCPGitClient
from dulwich.protocol import TCP_GIT_PORT, Protocol

from canopy.errors import LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from canopy.git.deadline import Deadline
    from canopy.git.limits import Limits


class GuardedTCPClient(TCPGitClient):
    """A dulwich client whose connection has time-outs, a byte cap and a deadline."""

    def __init__(self, host: str, port: int | None, limits: Limits, deadline: Deadline) -> None:
        super().__init__(host, port or TCP_GIT_PORT)
        self._limits = limits
        self._deadline = deadline
        self._conversations: list[Protocol] = []

    def close(self) -> None:
        """Close every connection, also those that a failed conversation left open."""
        for protocol in self._conversations:
            protocol.close()

    def _connect(
        self,
        cmd: bytes,
        path: str | bytes,
        protocol_version: int | None = None,
    ) -> tuple[Protocol, Callable[[], bool], IO[bytes] | None]:
        connection = socket.create_connection((self._host, self._port), timeout=self._limits.connect_seconds)
        connection.settimeout(self._limits.read_seconds)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._deadline.guard(connection)
        source = connection.makefile("rb")
        wanted = 2 if protocol_version is None else protocol_version
        self.protocol_version = wanted

        def close() -> None:
            source.close()
            connection.close()

        def write(data: bytes) -> int:
            connection.sendall(data)
            return len(data)

        def shutdown_write() -> None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_WR)

        protocol = Protocol(
            counted(source.read, self._limits, self._deadline), write, close, shutdown_write=shutdown_write
        )
        self._conversations.append(protocol)
        place = path if isinstance(path, bytes) else path.encode()
        version = b"\0\0version=%d\0" % wanted if wanted else b""
        protocol.send_cmd(b"git-" + cmd, place, b"host=" + self._host.encode("idna") + version)
        # Never ready: what the server acknowledges early is read when the request is complete.
        return protocol, lambda: False, None


def counted(read: Callable[[int], bytes], limits: Limits, deadline: Deadline) -> Callable[[int], bytes]:
    """Wrap a read function so that it obeys the cap on bytes and the deadline."""
    received = 0

    def bounded(size: int) -> bytes:
        nonlocal received
        deadline.check()
        data = read(size)
        received += len(data)
        if received > limits.pack_bytes:
            raise LimitExceeded(f"the remote sent more than {limits.pack_bytes:,} bytes")
        return data

    return bounded
