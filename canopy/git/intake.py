"""Taking a scanned pack into a quarantine: indexing it and looking at every object as it unfolds.

Each object is resolved once; what is not a sound commit, tree or tag stops the intake with a reason.
The stock way of dulwich materialises everything again, keeps what it refused, and knows no `.git`.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from dulwich.objects import S_ISGITLINK, Commit, ObjectID, ShaFile, Tag, Tree, parse_tree
from dulwich.pack import UnresolvedDeltas

from canopy.errors import CanopyError, LimitExceeded, PushRejected
from canopy.git.indexing import Indexer, index_pack
from canopy.git.objects import BLOB, COMMIT, KINDS, TAG, TREE
from canopy.git.packing import PackWriter
from canopy.git.packs import PackSummary, scan_pack
from canopy.git.soundness import is_sound

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from typing import BinaryIO

    from dulwich.object_format import ObjectFormat
    from dulwich.object_store import DiskObjectStore
    from dulwich.pack import UnpackedObject

    from canopy.git.limits import Limits
    from canopy.git.quarantine import Quarantine

_STRUCTURE_BYTES = 16 * 1024 * 1024
"""A larger commit, tree or tag is an attack: parsed, it needs many times its size."""
_KEPT_BYTES = 8 * 1024 * 1024
"""Of commits, trees and tags that need not be read again: an ordinary push has few."""
_NAMES = {COMMIT: "commit", TREE: "tree", BLOB: "file", TAG: "tag"}
# Characters that HFS+ ignores: git's own list.
_IGNORABLE = dict.fromkeys(
    (*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF), None
)


def take_in(place: Quarantine, pack: BinaryIO, limits: Limits, cancelled: Callable[[], bool]) -> PackSummary:
    """Scan, index and check the pack in `pack`, a file in `place.packs`; it is readable there afterwards.

    Raises `PushRejected` with the reason, or another `CanopyError`.
    """
    hash_name = place.base.object_format.name
    summary = scan_pack(pack, limits, hash_name=hash_name)
    if not summary.objects:
        return summary
    try:
        _index(place, pack, cancelled)
    except CanopyError:
        raise
    except UnresolvedDeltas as exc:
        raise PushRejected("the pack builds on an object that is not here") from exc
    except OSError:
        raise
    except Exception as exc:  # hostile bytes make the library raise almost anything; a scan came before
        raise PushRejected(f"the pack is broken: {str(exc)[:200] or type(exc).__name__}") from exc
    return summary


def narrow(place: Quarantine, names: list[bytes], cancelled: Callable[[], bool]) -> None:
    """Keep only these objects of what was taken in, because not all refs of the push were accepted."""
    old = list(place.packs.iterdir())
    pack = place.packs / "narrowed"
    with pack.open("w+b") as file:
        if names:
            PackWriter(place.store, file.write, cancelled=cancelled).run(names)
        place.reopen()
        for path in old:
            path.unlink()
        if names:
            file.seek(0)
            _index(place, file, cancelled)


def _index(place: Quarantine, pack: BinaryIO, cancelled: Callable[[], bool]) -> None:
    examiner = _Examiner(place.base, cancelled)
    index_pack(pack, examiner, place.packs)
    _check_links(place, examiner, cancelled)
    place.sound.update(raw_id.hex().encode() for raw_id, kind in examiner.kinds.items() if kind == TREE)


class _Examiner(Indexer):
    """Indexes a pack and checks what it resolves."""

    def __init__(self, base: DiskObjectStore, cancelled: Callable[[], bool]) -> None:
        super().__init__(base)
        self.cancelled = cancelled
        self.kinds: dict[bytes, int] = {}
        """Binary id to the type of each object of the pack."""
        self.contents: dict[bytes, bytes] = {}
        """Hexadecimal id to the content of commits, trees and tags, as long as there is room."""
        self._room = _KEPT_BYTES

    def examine(self, unpacked: UnpackedObject) -> None:
        """Check an object by itself. Raises `PushRejected` or `LimitExceeded`."""
        if self.cancelled():
            raise LimitExceeded("the push takes too long")
        kind, chunks = unpacked.obj_type_num, unpacked.obj_chunks
        if kind is None or chunks is None:
            raise PushRejected("the pack is broken: an object has no type")
        if kind != BLOB:
            size = sum(map(len, chunks))
            if size > _STRUCTURE_BYTES:
                raise LimitExceeded(f"a {_NAMES[kind]} of {size:,} bytes is more than is sound")
            _check(unpacked.sha().hex()[:12], kind, chunks, self._object_format)
            if size <= self._room:
                self._room -= size
                self.contents[unpacked.sha().hex().encode()] = b"".join(chunks)
        self.kinds[unpacked.sha()] = kind


def _check(name: str, kind: int, chunks: list[bytes], form: ObjectFormat | None) -> None:
    """Check one object by itself."""
    if kind == TREE and form is not None and is_sound(b"".join(chunks), form.oid_length):
        return
    try:
        found = ShaFile.from_raw_chunks(kind, chunks, object_format=form)
        entries = list(found.iteritems()) if isinstance(found, Tree) else []
        found.check()
    except Exception as exc:  # the parsers are partly compiled and raise their own kinds
        raise PushRejected(f"the {_NAMES[kind]} {name} is malformed: {str(exc)[:200]}") from exc
    for entry in entries:
        if _is_dot_git(entry.path):
            shown = ascii(entry.path.decode("utf-8", "replace"))[:60]
            raise PushRejected(f"the tree {name} has an entry {shown}")


def _check_links(place: Quarantine, examiner: _Examiner, cancelled: Callable[[], bool]) -> None:
    """Check that what one pushed object says of another one's type is true."""
    kinds = {raw_id.hex().encode(): kind for raw_id, kind in examiner.kinds.items()}
    width = place.base.object_format.oid_length
    for object_id, kind in kinds.items():
        if kind == BLOB:
            continue
        if cancelled():
            raise LimitExceeded("the push takes too long")
        content = examiner.contents.get(object_id) or place.store.get_raw(ObjectID(object_id))[1]
        for target, expected in _targets(kind, content, width, kinds):
            if kinds[target] != expected:
                raise PushRejected(
                    f"the {_NAMES[kind]} {object_id[:12].decode()} "
                    f"names {target[:12].decode()} as a {_NAMES[expected]}, which it is not"
                )


def _targets(kind: int, content: bytes, width: int, pushed: Container[bytes]) -> list[tuple[bytes, int]]:
    """Return what of the `pushed` objects an object points to, and what that has to be."""
    if kind == TREE:
        return [
            (target, TREE if stat.S_ISDIR(mode) else BLOB)
            for _, mode, target in parse_tree(content, width)
            if target in pushed and not S_ISGITLINK(mode)
        ]
    found, targets = ShaFile.from_raw_string(kind, content), list[tuple[bytes, int]]()
    if isinstance(found, Commit):
        targets = [(found.tree, TREE), *((parent, COMMIT) for parent in found.parents)]
    elif isinstance(found, Tag):
        kind_named, target = found.object
        targets = [(target, KINDS[kind_named.type_name])]
    return [(target, expected) for target, expected in targets if target in pushed]


def _is_dot_git(name: bytes) -> bool:
    """Tell whether some file system would take a name for `.git`: git's own rules for HFS+ and NTFS."""
    text = name.decode("utf-8", "replace").translate(_IGNORABLE).lower()
    for separator in ("\\", ":"):
        text = text.partition(separator)[0] if text.startswith((".git", "git~1")) else text
    return text.rstrip(" .") in (".git", "git~1")
