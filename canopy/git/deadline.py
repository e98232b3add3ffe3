"""A deadline that really holds, whatever a remote does with our patience.

Time-outs between two bytes do not stop a server that sends one byte a minute. A `Deadline` acts from a thread
of its own: it shuts the sockets and kills the programs it guards, and whoever waits for them wakes up.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING

from canopy.errors import LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self


class Deadline:
    """The end of one operation; use it as a context manager."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._actions: list[Callable[[], None]] = []
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._strike)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._actions.clear()
            for guarded in self._sockets:
                guarded.close()
            self._sockets.clear()

    @property
    def left(self) -> float:
        """Seconds until the end, never negative."""
        return max(0.0, self._end - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether it is over."""
        return self.left == 0.0

    def check(self) -> None:
        """Raise `LimitExceeded` if it is over."""
        if self.passed:
            raise LimitExceeded(f"the remote took longer than {self.seconds:g} seconds")

    def guard(self, connection: socket.socket) -> None:
        """Shut a socket when time is up."""
        # A duplicate stays valid when TLS takes the descriptor away from the original object.
        duplicate = connection.dup()
        with self._lock:
            self._sockets.append(duplicate)

        def shut() -> None:
            with contextlib.suppress(OSError):
                duplicate.shutdown(socket.SHUT_RDWR)

        self.at_end(shut)

    def at_end(self, action: Callable[[], None]) -> None:
        """Run `action` from another thread when time is up, at once if it is."""
        with self._lock:
            self._actions.append(action)
        if self.passed:
            action()

    def _strike(self) -> None:
        with self._lock:
            for action in self._actions:
                action()
