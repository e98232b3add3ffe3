"""From a pack that was looked through to one that a repository reads: it gets its index, and both move in.

Each object is resolved once, and what it is made sure of then; the stock way of dulwich does all of it again
when the index is written. It must not know where a pack comes from.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dulwich.objects import ShaFile, parse_tree
from dulwich.pack import PackData, PackIndexer, extend_pack, write_pack_index

from canopy.git.objects import BLOB, TREE

if TYPE_CHECKING:
    from typing import BinaryIO

    from dulwich.object_store import DiskObjectStore
    from dulwich.pack import PackIndexEntry, UnpackedObject


class Indexer(PackIndexer):
    """Indexes a pack that may build on what is in `base`, and looks at all that it holds."""

    def __init__(self, base: DiskObjectStore) -> None:
        form = base.object_format
        super().__init__(None, form.hash_func, resolve_ext_ref=base.get_raw, object_format=form)
        self.base = base

    def examine(self, unpacked: UnpackedObject) -> None:
        """Look at one object; raise what the library raises at a commit, tree or tag that it cannot read."""
        kind, chunks, form = unpacked.obj_type_num, unpacked.obj_chunks or [], self._object_format
        if kind == TREE and form is not None:
            parse_tree(b"".join(chunks), form.oid_length)
        elif kind is not None and kind != BLOB:
            ShaFile.from_raw_chunks(kind, chunks, object_format=form)

    def _result(self, unpacked: UnpackedObject) -> PackIndexEntry:
        self.examine(unpacked)
        return super()._result(unpacked)


def index_pack(pack: BinaryIO, indexer: Indexer, folder: Path) -> None:
    """Index a pack, a file with a name, complete it with what it builds on, and move it into `folder`.

    All is durable then but the names in the folder.
    """
    base = indexer.base
    form = base.object_format
    with PackData(pack.name, file=pack, object_format=form) as data:
        indexer.set_pack_data(data)
        for unpacked in data.iter_unpacked():
            indexer.record(unpacked)
        entries: list[PackIndexEntry] = list(indexer)
    # What it builds on is in the repository already, and a folder's is mostly ids: quick is enough.
    checksum, added = extend_pack(
        pack, set(indexer.ext_refs()), get_raw=base.get_raw, object_format=form, compression_level=1
    )
    pack.flush()
    os.fsync(pack.fileno())
    target = folder / f"pack-{checksum.hex()}"
    Path(pack.name).chmod(0o444)
    Path(pack.name).rename(target.with_suffix(".pack"))
    # Without its index nobody looks at the pack: so that comes last, and whole.
    written = target.with_suffix(".idx.lock")
    with written.open("wb") as file:
        write_pack_index(file, sorted([*entries, *added]), checksum, version=2)
        file.flush()
        os.fsync(file.fileno())
    written.chmod(0o444)
    written.rename(target.with_suffix(".idx"))
