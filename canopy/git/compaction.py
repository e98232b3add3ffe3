"""Gathering the packs that fetches and pushes leave behind, one each, into one.

Nothing is ever dropped, reachable or not: a push that is under way may build on any object. The new pack is
on disk, indexed and durable, before an old one goes; whoever reads an old one keeps it open, or looks again.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

from canopy.errors import SyncError
from canopy.git.packing import PackWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from dulwich.object_store import DiskObjectStore
    from dulwich.pack import Pack
    from dulwich.repo import Repo

MANY_PACKS = 50
_LOOSE_IN_A_FOLDER = 8


def compact(repo: Repo) -> bool:
    """Gather all packs and loose objects into one pack when there are many; return whether it was done.

    The caller holds off its own readers of `repo`; other processes and other `Repo` objects may go on.
    """
    store: DiskObjectStore = repo.object_store
    if not _many(Path(store.path)):
        return False
    store.prune()
    packs = [pack for pack in store.packs if not Path(f"{pack._basename}.keep").exists()]  # noqa: SLF001
    loose = list(store._iter_loose_objects())  # noqa: SLF001 - there is no public way; dulwich is pinned
    names = {bytes(name) for pack in packs for name in pack.index} | {bytes(name) for name in loose}
    try:
        gathered = _write(store, sorted(names))
    except OSError as exc:
        raise SyncError(f"the repository cannot be written: {exc.strerror or exc}") from exc
    for pack in packs:
        if pack.name() != gathered.name():
            _remove(pack)
    for name in loose:
        with suppress(FileNotFoundError):
            store.delete_loose_object(name)
    return True


def _many(objects: Path) -> bool:
    """Tell whether there are many packs or, as git estimates it from one folder, many loose objects."""
    packs = [path for path in (objects / "pack").glob("*.idx") if not path.with_suffix(".keep").exists()]
    sample = objects / "17"
    return len(packs) >= MANY_PACKS or (sample.is_dir() and len(list(sample.iterdir())) > _LOOSE_IN_A_FOLDER)


def _write(store: DiskObjectStore, names: list[bytes]) -> Pack:
    file, commit, abort = store.add_pack()
    try:
        PackWriter(store, file.write).run(names)
        gathered = cast("Callable[[], Pack]", commit)()
    except BaseException:
        abort()
        raise
    sync_folder(Path(os.fsdecode(store.pack_dir)))
    return gathered


def _remove(pack: Pack) -> None:
    base = pack._basename  # noqa: SLF001 - there is no public name for it
    pack.close()
    # The index goes first: without it nobody looks for the pack.
    for suffix in (".idx", ".pack", ".bitmap", ".rev", ".mtimes"):
        with suppress(FileNotFoundError):
            Path(base + suffix).unlink()


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
