"""Canopies forked from a process that has read Canopy's code already: reading it takes a second, each time.

What runs is what `python -m canopy` runs, in a process, a folder, an environment and streams of its own. Only
where Python would begin from nothing, for Canopy itself and for the process that its workers are forked from,
there is a fork. What must begin from nothing, as in the tests of how a server begins, is started otherwise.

Run as a program (`python -P forking.py FD`) it forks at the other end of that socket, until it is closed.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import multiprocessing.util
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

POSSIBLE = hasattr(os, "pidfd_open")
"""Only Linux has a handle of a process that is not its parent's."""
_READ_AHEAD = ("canopy.serving", "canopy.checking", "canopy.exporting", "canopy.render.warm")
_MOST = 1 << 20
_from_nothing: Callable[..., int] = multiprocessing.util.spawnv_passfds  # type: ignore[attr-defined]


class Forked:
    """A forked Canopy, of which one can ask what one asks of a `subprocess.Popen`."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
        streams: tuple[int, int] | None = None,
    ) -> None:
        """Run `canopy`; what it prints goes to the `streams`, or can be read, both together, as `stdout`."""
        request = {"arguments": list(arguments), "env": dict(env), "cwd": str(cwd or Path.cwd())}
        self.stdout: TextIO | None = None
        if streams:
            self.pid = _nursery().ask(request, *streams)
        else:
            ours, theirs = os.pipe()
            self.pid = _nursery().ask(request, theirs, theirs)
            os.close(theirs)
            self.stdout = os.fdopen(ours, encoding="utf-8")
        self.returncode: int | None = None
        # It is not reaped before we ask for that, so the number is still its own.
        self._handle = os.pidfd_open(self.pid)

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, at most so many seconds, and return the exit code."""
        if self.returncode is None:
            if not select.select([self._handle], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("canopy", timeout or 0)
            os.close(self._handle)
            self.returncode = _nursery().ask({"ended": self.pid})
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """End it without a warning."""
        self.send_signal(signal.SIGKILL)


class _Nursery:
    """The process that forks: one for each process of tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-P", __file__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        atexit.register(self._close)

    def ask(self, request: dict[str, Any], *streams: int) -> int:
        """Send a request and return the number that comes back."""
        with self._lock:
            socket.send_fds(self._line, [json.dumps(request).encode()], streams)
            answer = self._line.recv(64)
        assert answer, "Canopy's code could not be read; its traceback stands above"
        return int(answer)

    def _close(self) -> None:
        self._line.close()
        self._process.wait()


@cache
def _nursery() -> _Nursery:
    return _Nursery()


def _serve(line: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Answer requests; return one in each process that is forked for it, and nothing at the end."""
    while True:
        message, streams, _, _ = socket.recv_fds(line, _MOST, 2)
        if not message:
            return None
        request = json.loads(message)
        if pid := request.get("ended"):
            line.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            continue
        pid = os.fork()
        if not pid:
            return request, streams
        for stream in streams:
            os.close(stream)
        line.send(b"%d" % pid)


def _begin(request: dict[str, Any], streams: Sequence[int]) -> None:
    """Make this process what a shell would have made of it."""
    for number, stream in enumerate(streams, 1):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    multiprocessing.util.spawnv_passfds = _spawn  # type: ignore[attr-defined]
    sys.argv[1:] = request["arguments"]
    runpy.run_module("canopy", run_name="__main__", alter_sys=True)


def _spawn(path: bytes, arguments: Sequence[str], kept: Sequence[int]) -> int:
    """Run the last of `arguments`, a program in Python, as multiprocessing does; but forked, where one can.

    One can as long as there is one thread, when Canopy begins the process that its workers are forked from.
    """
    if threading.active_count() > 1:
        return _from_nothing(path, arguments, kept)
    pid = os.fork()
    if not pid:
        for before, after in pairwise((2, *sorted(kept), os.sysconf("SC_OPEN_MAX"))):
            os.closerange(before + 1, after)
        try:
            exec(arguments[-1], {"__name__": "__main__"})
        except Exception:  # noqa: BLE001 (it is told; then this process ends)
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(0)
    return pid


def main() -> None:
    """Read the code, and fork when asked."""
    for name in _READ_AHEAD:
        importlib.import_module(name)
    assert threading.active_count() == 1
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What is shared by all stays shared: no child's collector touches it.
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as line:
        asked = _serve(line)
    if asked:
        _begin(*asked)


if __name__ == "__main__":
    main()
