"""Serving clones and fetches: git's upload-pack over stateless HTTP, protocol versions 0 and 2.

It understands requests and words answers; what to send and how to pack it is decided elsewhere.
Any object may be asked for by its id, as with git's own server in version 2: partial clones need it.

The protocols: https://git-scm.com/docs/pack-protocol and https://git-scm.com/docs/protocol-v2
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dulwich.objects import ObjectID, valid_hexsha

from canopy.errors import CanopyError
from canopy.git.packing import PackWriter
from canopy.git.selection import Selection
from canopy.git.wants import Want
from canopy.git.wire import Mark, PacketReader, WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from dulwich.object_store import BaseObjectStore

    from canopy.git.references import PublicRefs
    from canopy.git.wants import Boundary
    from canopy.git.wire import Answer

CAPABILITIES = (
    b"multi_ack thin-pack side-band-64k ofs-delta shallow deepen-since deepen-relative no-progress "
    b"include-tag multi_ack_detailed allow-tip-sha1-in-want allow-reachable-sha1-in-want no-done filter"
)
CAPABILITIES_V2 = (b"ls-refs=unborn", b"fetch=shallow filter", b"server-option")
_REQUEST_BYTES = 8 * 1024 * 1024
_WANTS, _HAVES = 100_000, 100_000
_FLAGS = {b"include-tag": "include_tag", b"ofs-delta": "ofs_delta", b"deepen-relative": "relative"}
_IGNORED = frozenset((b"done", b"no-progress", b"thin-pack"))
"""Seen to elsewhere, or only a permission."""


@dataclass(slots=True)
class Upload:
    """One request. `run` answers it and never raises for what a client sent."""

    store: BaseObjectStore
    refs: PublicRefs
    cancelled: Callable[[], bool]
    answer: Answer
    _want: Want = field(default_factory=Want)
    _capabilities: set[bytes] = field(default_factory=set)

    def run(self, body: BinaryIO, *, version: int) -> str:
        """Answer one request; return why it failed, or nothing."""
        packets = PacketReader(body, most_bytes=_REQUEST_BYTES)
        try:
            if version == 2:
                self._version_2(packets)
            else:
                self._version_0(packets)
        except (CanopyError, ValueError) as exc:
            self.answer.fail(str(exc))
            return str(exc)
        self.answer.flush()
        return ""

    def _version_0(self, packets: PacketReader) -> None:
        for line in packets.section():
            if not self._capabilities:
                line, capabilities = _split_capabilities(line)
                self._capabilities = set(capabilities) or {b""}
            self._argument(line)
        want, asked = self._want, self._capabilities
        if not want.wants:
            return
        for flag in _FLAGS.keys() & asked:
            self._argument(flag)
        selection = self._selection()
        boundary = selection.boundary()
        if boundary:
            for line in _boundary_lines(boundary):
                self.answer.line(line)
            self.answer.mark(Mark.FLUSH)
        if self._negotiate(packets, selection):
            self.answer.banded = b"side-band-64k" in asked
            self.answer.quiet = b"no-progress" in asked
            self._send(selection, boundary)

    def _negotiate(self, packets: PacketReader, selection: Selection) -> bool:
        """Go through the haves of a version 0 request; tell whether the pack follows."""
        asked, haves, answer = self._capabilities, self._want.haves, self.answer
        detailed = b"multi_ack_detailed" in asked
        several = detailed or b"multi_ack" in asked
        kind = b" common" if detailed else b" continue" if several else b""
        while (item := packets.next()) != b"done":
            if item is Mark.END:
                return False
            if item is Mark.FLUSH:
                ready = detailed and bool(haves) and selection.satisfied()
                if ready:
                    answer.line(b"ACK %s ready\n" % haves[-1])
                if not haves or several:
                    answer.line(b"NAK\n")
                if ready and b"no-done" in asked:
                    answer.line(b"ACK %s\n" % haves[-1])
                    return True
            elif self._have(item, selection) and (several or len(haves) == 1):
                answer.line(b"ACK %s%s\n" % (haves[-1], kind))
        if not haves:
            answer.line(b"NAK\n")
        elif several:
            answer.line(b"ACK %s\n" % haves[-1])
        return True

    def _version_2(self, packets: PacketReader) -> None:
        command = packets.next()
        while not isinstance(mark := packets.next(), Mark):
            pass  # capabilities: agent, object-format and the like need no answer
        arguments = packets.section() if mark is Mark.DELIMITER else iter(())
        if command == b"command=ls-refs":
            self._list_refs(arguments)
        elif command == b"command=fetch":
            self._fetch(list(arguments))
        elif not isinstance(command, Mark):
            raise WireError("this command is not understood here")

    def _list_refs(self, arguments: Iterable[bytes]) -> None:
        given = list(arguments)
        prefixes = tuple(line[11:] for line in given if line.startswith(b"ref-prefix "))
        for ref in self.refs.listed(unborn=b"unborn" in given):
            if prefixes and not ref.name.startswith(prefixes):
                continue
            line = (ref.id or b"unborn") + b" " + ref.name
            if ref.target and b"symrefs" in given:
                line += b" symref-target:" + ref.target
            if ref.peeled and b"peel" in given:
                line += b" peeled:" + ref.peeled
            self.answer.line(line + b"\n")
        self.answer.mark(Mark.FLUSH)

    def _fetch(self, arguments: list[bytes]) -> None:
        want, answer = self._want, self.answer
        offered = [line for line in arguments if line.startswith(b"have ")]
        for line in arguments:
            if not line.startswith(b"have "):
                self._argument(line)
        done = b"done" in arguments
        selection = self._selection()
        for line in offered:
            self._have(line, selection)
        if not done:
            answer.line(b"acknowledgments\n")
            for name in want.haves:
                answer.line(b"ACK %s\n" % name)
            if not want.haves:
                answer.line(b"NAK\n")
            if not want.haves or not selection.satisfied():
                answer.mark(Mark.FLUSH)
                return
            answer.line(b"ready\n")
            answer.mark(Mark.DELIMITER)
        boundary = selection.boundary(always=bool(self.refs.ended))
        if boundary:
            answer.line(b"shallow-info\n")
            for line in _boundary_lines(boundary):
                answer.line(line)
            answer.mark(Mark.DELIMITER)
        answer.line(b"packfile\n")
        answer.banded, answer.quiet = True, b"no-progress" in arguments
        self._send(selection, boundary)

    def _argument(self, line: bytes) -> None:
        """Take in one line that both versions have."""
        key, _, value = line.partition(b" ")
        want = self._want
        if key == b"want":
            want.wants.append(self._known(value))
        elif key == b"shallow":
            want.shallow.add(_name(value))
        elif key == b"deepen":
            want.depth = _number(value)
        elif key == b"deepen-since":
            want.since = _number(value)
        elif key == b"filter":
            want.filter = value.decode("ascii", "replace")
        elif line in _FLAGS:
            setattr(want, _FLAGS[line], True)
        elif line not in _IGNORED:
            raise WireError(f"{key[:40].decode('ascii', 'replace')} is not understood here")
        if len(want.wants) > _WANTS or len(want.shallow) > _WANTS:
            raise WireError("the request asks for too much at once")

    def _selection(self) -> Selection:
        return Selection(self.store, self.refs.ended, self._want, self.cancelled)

    def _have(self, line: bytes | Mark, selection: Selection) -> bool:
        """Note one `have` line; tell whether it is of use."""
        if isinstance(line, Mark) or not line.startswith(b"have "):
            raise WireError("the request has a line that is none")
        name = _name(line[5:])
        if len(self._want.haves) >= _HAVES or not selection.common(name):
            return False
        self._want.haves.append(name)
        return True

    def _known(self, value: bytes) -> bytes:
        if _name(value) not in self.store:
            raise WireError(f"not our ref {value.decode()}")
        return value

    def _send(self, selection: Selection, boundary: Boundary | None) -> None:
        answer = self.answer
        with answer.heartbeat():
            names = selection.objects(boundary)
            names += selection.tagged_along(self.refs.annotated(), names)
            answer.progress(f"Sending {len(names):,} objects")
            writer = PackWriter(
                self.store,
                answer.data,
                ofs_delta=self._want.ofs_delta,
                cancelled=lambda: answer.gone or self.cancelled(),
            )
            writer.run(names)
        if answer.banded:
            answer.mark(Mark.FLUSH)


def _boundary_lines(boundary: Boundary) -> Iterator[bytes]:
    yield from (b"shallow %s\n" % name for name in sorted(boundary.shallow))
    yield from (b"unshallow %s\n" % name for name in sorted(boundary.unshallow))


def _split_capabilities(line: bytes) -> tuple[bytes, list[bytes]]:
    """Split the first `want`, which carries the capabilities behind the id."""
    parts = line.split(b" ")
    return b" ".join(parts[:2]), parts[2:]


def _name(value: bytes) -> ObjectID:
    if not valid_hexsha(value):
        raise WireError("the request names an object by something that is no id")
    return ObjectID(value)


def _number(value: bytes) -> int:
    if not (value.isdigit() and len(value) < 12):
        raise WireError("the request has a number that is none")
    return int(value)
