"""What a push asks for: its commands, capabilities and options, read from the beginning of the body.

It judges form only; whether a command is allowed or true is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dulwich.objects import valid_hexsha

from canopy.git.push import RefUpdate
from canopy.git.wire import PacketReader, WireError, printable, shown

if TYPE_CHECKING:
    from typing import BinaryIO

_COMMAND_BYTES = 2 * 1024 * 1024
_OPTIONS = 100


@dataclass(slots=True)
class Command:
    """One ref to move; `None` stands for a ref that is not there."""

    ref: bytes
    old: bytes | None
    new: bytes | None
    reason: str = ""
    """Why not; empty as long as nothing speaks against it."""
    forced: bool = False

    def value(self) -> RefUpdate:
        """Return what came of it as the plain value that leaves the room."""
        old, new = (name and name.decode() for name in (self.old, self.new))
        return RefUpdate(shown(self.ref), old or None, new or None, self.reason, self.forced)


@dataclass(slots=True)
class Request:
    """One push, but for its pack."""

    commands: list[Command] = field(default_factory=list)
    capabilities: set[bytes] = field(default_factory=set)
    options: tuple[str, ...] = ()
    shallow: set[bytes] = field(default_factory=set)


def read_request(body: BinaryIO, request: Request, *, most_refs: int, object_format: str) -> None:
    """Read what comes before the pack into `request`.

    Raises `WireError`; what was understood until then is in `request`.
    """
    packets = PacketReader(body, most_bytes=_COMMAND_BYTES)
    for line in packets.section():
        if line.startswith(b"shallow "):
            request.shallow.add(line[8:])
            continue
        if not request.commands:
            line, _, capabilities = line.partition(b"\0")
            request.capabilities = set(capabilities.split())
        request.commands.append(_command(line))
        if len(request.commands) > most_refs:
            raise WireError(f"a push may move {most_refs:,} refs at once")
    refs = [command.ref for command in request.commands]
    if len(set(refs)) != len(refs):
        raise WireError("the push names a ref twice")
    wanted = next((c for c in request.capabilities if c.startswith(b"object-format=")), b"")
    if wanted and wanted != f"object-format={object_format}".encode():
        raise WireError(f"this repository speaks {object_format} only")
    if b"push-options" in request.capabilities:
        options = [printable(line.decode("utf-8", "replace")) for line in packets.section()]
        if len(options) > _OPTIONS:
            raise WireError(f"a push may have {_OPTIONS} options")
        request.options = tuple(options)


def _command(line: bytes) -> Command:
    parts = line.split(b" ", 2)
    if len(parts) != 3 or not all(valid_hexsha(name) for name in parts[:2]) or not parts[2]:
        raise WireError("the push has a command that is none")
    old, new = (name if name.strip(b"0") else None for name in parts[:2])
    return Command(parts[2], old, new)
