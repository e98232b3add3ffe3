"""Reading single objects out of a store: the only place that trusts dulwich with foreign bytes.

A damaged or hostile object makes the library raise almost anything; here all of it becomes `SyncError`.
Commits are parsed leniently, because old histories hold commits without author and with impossible times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from traceback import clear_frames
from typing import TYPE_CHECKING

from dulwich.objects import parse_tree

from canopy.errors import SyncError
from canopy.git.values import Commit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Protocol

    class ObjectSource(Protocol):
        """What objects are read from: a store of dulwich, or an overlay on one.

        Names are hexadecimal ids as bytes; the library's own kinds of bytes differ from method to method.
        """

        def get_raw(self, name: Any, /) -> tuple[int, bytes]:  # noqa: ANN401
            """Return the type number and the content of an object."""

        def __contains__(self, name: Any, /) -> bool:  # noqa: ANN401
            """Tell whether the object is there."""


COMMIT, TREE, BLOB, TAG = 1, 2, 3, 4
KINDS = {b"commit": COMMIT, b"tree": TREE, b"blob": BLOB, b"tag": TAG}
_NAMES = {COMMIT: "commit", TREE: "tree", BLOB: "blob", TAG: "tag"}

_TIME = re.compile(rb"(-?\d{1,19})(?:\s+([+-]\d{4}))?\s*$")


class DamagedRepository(SyncError):
    """The repository on disk is not whole; move it aside and fetch anew."""


class MissingObject(SyncError):
    """An object that another one names is not there."""


@dataclass(frozen=True, slots=True)
class RawCommit:
    """The parts of a commit that Canopy reads; ids are hexadecimal, as bytes."""

    id: bytes
    tree: bytes
    parents: tuple[bytes, ...]
    author: str
    authored: datetime | None
    committed: datetime | None
    subject: str

    def value(self) -> Commit:
        """Return it as the plain value that leaves the room."""
        return Commit(self.id.decode(), self.author, self.authored, self.subject)


def read_object(store: ObjectSource, object_id: bytes, kind: int) -> bytes:
    """Return an object's content.

    Raises `MissingObject`, or `SyncError` when it is damaged or of another kind.
    """
    try:
        found, data = store.get_raw(object_id)
    except KeyError as exc:
        raise MissingObject(f"the repository lacks the {_NAMES[kind]} {_text(object_id)}") from exc
    except Exception as exc:  # damaged packs raise zlib's, struct's, the index's and the library's own errors
        # Its frames hold on to the mapped pack, which could then not be closed.
        clear_frames(exc.__traceback__)
        raise SyncError(f"the repository is damaged at the {_NAMES[kind]} {_text(object_id)}") from exc
    if found != kind:
        raise SyncError(f"{_text(object_id)} is a {_NAMES.get(found, found)} where a {_NAMES[kind]} belongs")
    return data


def read_commit(store: ObjectSource, commit_id: bytes) -> RawCommit:
    """Read and parse one commit; only its tree and parents must be well-formed."""
    return parse_commit(commit_id, read_object(store, commit_id, COMMIT))


def parse_commit(commit_id: bytes, data: bytes) -> RawCommit:
    """Parse the content of a commit. Raises `SyncError` when it names no tree."""
    head, _, message = data.partition(b"\n\n")
    tree, author, committer, encoding = b"", b"", b"", b""
    parents: list[bytes] = []
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        if key == b"tree" and not tree:
            tree = value
        elif key == b"parent" and not author:
            parents.append(value)
        elif key == b"author" and not author:
            author = value
        elif key == b"committer" and not committer:
            committer = value
        elif key == b"encoding":
            encoding = value
    width = len(commit_id)
    if not all(len(name) == width and _is_hex(name) for name in (tree, *parents)):
        raise SyncError(f"the commit {_text(commit_id)} is damaged")
    name, authored = _person(author, encoding)
    _, committed = _person(committer, encoding)
    subject = message.lstrip(b"\n").split(b"\n", 1)[0]
    return RawCommit(
        commit_id, tree, tuple(parents), name, authored, committed, decode(subject[:4096], encoding).strip()
    )


def read_tree(store: ObjectSource, tree_id: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Return (name, mode, hexadecimal id) of each entry as it is stored; the names may be absurd."""
    data = read_object(store, tree_id, TREE)
    try:
        return iter(list(parse_tree(data, len(tree_id) // 2)))
    except Exception as exc:  # the parser is compiled and raises its own kinds
        raise SyncError(f"the tree {_text(tree_id)} is damaged") from exc


def decode(text: bytes, encoding: bytes = b"") -> str:
    """Decode as declared, else as UTF-8, else as Latin-1, which never fails."""
    for codec in (encoding.decode("ascii", "replace"), "utf-8"):
        try:
            return text.decode(codec) if codec else text.decode()
        except (LookupError, ValueError):
            continue
    return text.decode("latin-1")


def _person(line: bytes, encoding: bytes) -> tuple[str, datetime | None]:
    """Parse `Name <mail> seconds zone`, of which any part may be absent."""
    line = line[:4096]
    name, bracket, rest = line.partition(b"<")
    match = _TIME.search(rest.rpartition(b">")[2] if bracket else b"")
    written = decode(name, encoding).strip()
    return written, moment(int(match[1]), match[2] or b"+0000") if match else None


def moment(seconds: int, zone: bytes) -> datetime | None:
    """Return a commit's time, or None if there is no such time; an impossible zone counts as UTC."""
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])) * (-1 if zone[:1] == b"-" else 1)
    place = timezone(offset) if abs(offset) < timedelta(days=1) else UTC
    try:
        return datetime.fromtimestamp(seconds, UTC).astimezone(place)
    except (OverflowError, ValueError, OSError):
        return None


def _is_hex(name: bytes) -> bool:
    return not name.strip(b"0123456789abcdef")


def _text(object_id: bytes) -> str:
    return object_id[:12].decode("ascii", "replace")
