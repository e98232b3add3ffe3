"""The refs that the outside sees: HEAD, branches and tags, read once for one request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dulwich.objects import ObjectID, valid_hexsha
from dulwich.refs import Ref

from canopy.git.connectivity import tagged
from canopy.git.objects import TAG, read_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dulwich.repo import Repo

_PREFIXES = (b"refs/heads/", b"refs/tags/")


@dataclass(frozen=True, slots=True)
class PublicRef:
    """One ref as it is listed."""

    name: bytes
    id: bytes
    """Empty: a HEAD whose branch does not exist yet."""
    target: bytes = b""
    """What HEAD stands for."""
    peeled: bytes = b""
    """What an annotated tag leads to."""


class PublicRefs:
    """What one repository shows at one moment."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self.ended = frozenset[bytes](repo.get_shallow())
        """The commits where a shallow repository ends."""
        self.width = repo.object_format.hex_length
        self._head = b""
        head = repo.refs.read_ref(Ref(b"HEAD")) or b""
        if head.startswith(b"ref: "):
            self._head = head[5:].strip()
        self._values: dict[bytes, bytes] = {}
        for name in sorted(repo.refs.allkeys()):
            value = repo.refs.read_ref(name) if name.startswith(_PREFIXES) else None
            # A ref whose object is gone would make every clone fail.
            if value and valid_hexsha(value) and ObjectID(value) in repo.object_store:
                self._values[name] = value

    def listed(self, *, unborn: bool = False) -> Iterator[PublicRef]:
        """Yield HEAD, then the rest by name; with `unborn` also a HEAD that points nowhere yet."""
        if self._head in self._values:
            yield PublicRef(b"HEAD", self._values[self._head], self._head)
        elif unborn and self._head:
            yield PublicRef(b"HEAD", b"", self._head)
        for name, value in self._values.items():
            yield PublicRef(name, value, peeled=self._peeled(name, value))

    def annotated(self) -> list[tuple[bytes, bytes]]:
        """Return each annotated tag's object with what it leads to."""
        peeled = ((value, self._peeled(name, value)) for name, value in self._values.items())
        return [(value, target) for value, target in peeled if target]

    def _peeled(self, name: bytes, value: bytes) -> bytes:
        if not name.startswith(b"refs/tags/"):
            return b""
        store, peeled = self._repo.object_store, value
        try:
            while store.get_raw(ObjectID(peeled))[0] == TAG:
                peeled = tagged(read_object(store, peeled, TAG))
        except Exception:  # noqa: BLE001  a damaged tag, where the library raises anything, is listed unpeeled
            return b""
        return peeled if peeled != value else b""
