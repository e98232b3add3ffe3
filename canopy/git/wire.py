"""git's packet lines and side bands: how a request is cut up and an answer is put together.

It knows neither repositories nor what is said; both directions are bounded, and an answer may be written
by two threads (the work, and the heartbeat that keeps a proxy from giving up on it).

The format: https://git-scm.com/docs/protocol-common and https://git-scm.com/docs/pack-protocol
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING

from canopy.errors import CanopyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

_LINE_BYTES = 65_520
_BUFFER_BYTES = 65_536
HEARTBEAT_SECONDS = 5.0

DATA, PROGRESS, FATAL = 1, 2, 3


class WireError(CanopyError):
    """The other side does not speak git's protocol, or goes beyond what is allowed; the text is for it."""


class Mark(Enum):
    """A packet without content."""

    FLUSH = b"0000"
    DELIMITER = b"0001"
    RESPONSE_END = b"0002"
    END = b""
    """Not a packet: the body ended."""


class PacketReader:
    """Reads the packet lines at the beginning of a request's body."""

    def __init__(self, body: BinaryIO, *, most_bytes: int) -> None:
        self._body = body
        self._left = most_bytes

    def next(self) -> bytes | Mark:
        """Return the next line without its line feed, or the mark. Raises `WireError`."""
        head = self._read(4)
        if not head:
            return Mark.END
        try:
            length = int(head, 16) if len(head) == 4 and head.isalnum() else -1
        except ValueError:
            length = -1
        if 0 <= length <= 2:
            return Mark(head)
        if not 4 <= length <= _LINE_BYTES:
            raise WireError("the request is not made of packet lines")
        line = self._read(length - 4)
        if len(line) != length - 4:
            raise WireError("the request ends within a packet line")
        return line.removesuffix(b"\n")

    def section(self) -> Iterator[bytes]:
        """Yield lines up to the next mark, whichever it is."""
        while not isinstance(line := self.next(), Mark):
            yield line

    def _read(self, count: int) -> bytes:
        self._left -= count
        if self._left < 0:
            raise WireError("the request names more than this server is willing to read")
        pieces = []
        while count and (piece := self._body.read(count)):
            pieces.append(piece)
            count -= len(piece)
        return b"".join(pieces)


class Answer:
    """Writes packet lines and side bands, gathered into larger pieces.

    When the other side is gone (`write` raises `OSError`) the rest is dropped and `gone` is true.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._buffer = bytearray()
        self._beats = 0
        self.gone = False
        self.banded = False
        """Whether the client understands side bands."""
        self.quiet = False
        """Whether the client asked for no progress."""

    def line(self, content: bytes) -> None:
        """Write one packet line; a line feed is up to the caller."""
        self._put(packet(content))

    def mark(self, mark: Mark) -> None:
        """Write a packet without content."""
        self._put(mark.value)

    def data(self, content: bytes) -> None:
        """Write the payload: in the first band, or bare to clients without side bands."""
        if not self.banded:
            self._put(content)
            return
        for piece in _pieces(content):
            self._put(packet(b"\x01" + piece))

    def say(self, text: str) -> None:
        """Write lines that the client shows behind `remote: `, at once, and without control characters."""
        if self.banded and text:
            lines = "".join(f"{printable(line)}\n" for line in text.splitlines() or [""])
            for piece in _pieces(lines.encode()):
                self._put(packet(b"\x02" + piece), now=True)

    def progress(self, text: str) -> None:
        """Say something that the client may have asked not to hear."""
        if not self.quiet:
            self.say(text)

    def fail(self, text: str) -> None:
        """End the conversation with a reason that the client shows."""
        text = printable(text)[:1000]
        if self.banded:
            self._put(packet(b"\x03" + text.encode() + b"\n"), now=True)
        else:
            self._put(packet(b"ERR " + text.encode() + b"\n"), now=True)

    def flush(self) -> None:
        """Hand over what is still gathered."""
        self._put(b"", now=True)

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Send an empty packet whenever nothing else was sent for a while, as git's own server does."""
        if not self.banded:
            yield
            return
        stop = threading.Event()
        thread = threading.Thread(target=self._beat, args=(stop,), name="git heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _beat(self, stop: threading.Event) -> None:
        seen = -1
        while not stop.wait(HEARTBEAT_SECONDS):
            if seen == self._beats:
                self._put(b"0005\x02", now=True)
            seen = self._beats

    def _put(self, content: bytes, *, now: bool = False) -> None:
        with self._lock:
            if self.gone:
                return
            self._buffer += content
            if not self._buffer or not (now or len(self._buffer) >= _BUFFER_BYTES):
                return
            ready, self._buffer = bytes(self._buffer), bytearray()
            self._beats += 1
            try:
                self._write(ready)
            except OSError:
                self.gone = True


def packet(content: bytes) -> bytes:
    """Return one packet line."""
    return b"%04x" % (len(content) + 4) + content


def printable(text: str) -> str:
    """Escape what could steer a terminal or break a line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(name: bytes) -> str:
    """Return a foreign name as one harmless line."""
    return printable(name.decode("utf-8", "backslashreplace"))[:300]


def _pieces(content: bytes) -> Iterator[bytes]:
    size = _LINE_BYTES - 5
    return (content[at : at + size] for at in range(0, len(content), size))
