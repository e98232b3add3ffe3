"""Writing commits of our own: the starter's first one. It knows objects, not refs."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree

from canopy.errors import SyncError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dulwich.object_store import BaseObjectStore

_FILE = stat.S_IFREG | 0o644
_Folder = dict[bytes, "Blob | _Folder"]


def write_commit(
    store: BaseObjectStore,
    files: Mapping[str, bytes],
    message: str,
    author: str,
    when: datetime,
    parent: str | None,
) -> str:
    """Store a commit of exactly `files` (by their paths) and return its id; `when` is aware."""
    top: _Folder = {}
    for path, data in files.items():
        _place(top, path, data)
    objects: list[ShaFile] = []
    tree_id = _store_folder(top, store, objects)
    commit = Commit()
    commit.object_format = store.object_format
    commit.tree = tree_id
    commit.parents = [ObjectID(parent.encode())] if parent else []
    commit.author = commit.committer = author.encode()
    commit.author_time = commit.commit_time = int(when.timestamp())
    offset = when.utcoffset()
    commit.author_timezone = commit.commit_timezone = int(offset.total_seconds()) if offset else 0
    commit.message = message.encode() if message.endswith("\n") else message.encode() + b"\n"
    objects.append(commit)
    try:
        store.add_objects([(found, None) for found in objects])
    except OSError as exc:
        raise SyncError(f"the repository cannot be written: {exc.strerror or exc}") from exc
    return commit.id.decode()


def _place(top: _Folder, path: str, data: bytes) -> None:
    *folders, name = path.encode().split(b"/")
    if any(part in (b"", b".", b"..", b".git") for part in (*folders, name)):
        raise SyncError(f"no file of a repository can be called {path!r}")
    inside = top
    for folder in folders:
        found = inside.setdefault(folder, {})
        if isinstance(found, Blob):
            raise SyncError(f"{path!r} lies in a file")
        inside = found
    inside[name] = Blob.from_string(data)


def _store_folder(folder: _Folder, store: BaseObjectStore, objects: list[ShaFile]) -> ObjectID:
    tree = Tree()
    tree.object_format = store.object_format
    for name, found in folder.items():
        if isinstance(found, Blob):
            found.object_format = store.object_format
            objects.append(found)
            tree.add(name, _FILE, found.id)
        else:
            tree.add(name, stat.S_IFDIR, _store_folder(found, store, objects))
    objects.append(tree)
    return tree.id
