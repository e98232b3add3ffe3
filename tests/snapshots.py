"""Snapshots for tests: from a dict of texts, from a folder, from a real repository."""

from __future__ import annotations

import functools
import hashlib
import subprocess
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from corpora import corpus

from canopy.content.site import build
from canopy.content.values import Site, SiteOptions
from canopy.git.symlinks import follow
from canopy.git.values import Blob, Commit, Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

EPOCH = datetime(2016, 3, 15, 14, 5, 6, tzinfo=UTC)


def blob(
    path: str, content: str | bytes, day: int = 0, *, updated: int | None = None, author: str = ""
) -> Blob:
    """Return a blob that was added `day` days after `EPOCH` and last changed on the day `updated`."""
    data = content.encode() if isinstance(content, str) else content
    last = EPOCH + timedelta(days=day if updated is None else updated)
    authors = (author,) if author else ()
    return Blob(
        path,
        hashlib.sha1(data).hexdigest(),
        data,
        EPOCH + timedelta(days=day),
        last,
        authors,
        EPOCH + timedelta(days=day),
    )


def snapshot(files: Mapping[str, str | bytes | Blob]) -> Snapshot:
    """Return the snapshot of these files; a text's creation day is its place in the mapping."""
    blobs = {
        path: content if isinstance(content, Blob) else blob(path, content, day)
        for day, (path, content) in enumerate(files.items())
    }
    return Snapshot(Commit("0" * 40, "Ann", EPOCH, "Write"), blobs)


def site_of(files: Mapping[str, str | bytes | Blob], previous: Site | None = None, **options: str) -> Site:
    """Return the site of these files."""
    return build(snapshot(files), SiteOptions(**options), previous)


def snapshot_of_folder(folder: Path) -> Snapshot:
    """Return the snapshot of a folder of the tests; days of creation follow the order of paths."""
    found = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*"))}
    plain = {name: path for name, path in found.items() if path.is_file() and not path.is_symlink()}
    whole = snapshot({name: path.read_bytes() for name, path in plain.items()})
    links = {name: str(path.readlink()) for name, path in found.items() if path.is_symlink()}
    linked, problems = follow(links, whole.blobs, {})
    return replace(whole, blobs={**whole.blobs, **linked}, problems=problems)


@functools.cache
def snapshot_of_bundle(name: str) -> Snapshot:
    """Return the snapshot of a bundle's newest commit, read by git itself; dates are those of the commit."""
    bundle = corpus(name)
    with tempfile.TemporaryDirectory() as folder:
        bare = str(Path(folder) / "bare.git")
        subprocess.run(
            ["git", "clone", "--quiet", "--bare", str(bundle), bare], check=True, capture_output=True
        )
        rows = _git(bare, "ls-tree", "-r", "-z", "HEAD").split(b"\0")[:-1]
        entries = [(row.partition(b"\t")[2].decode(), row.split()[2].decode()) for row in rows]
        commit, name, stamp = (
            _git(bare, "log", "-1", "--format=%H%x00%an%x00%aI").decode().strip().split("\0")
        )
        contents = _contents(bare, [blob_id for _, blob_id in entries])
    when = datetime.fromisoformat(stamp)
    blobs = {path: Blob(path, i, contents[i], when, when, ("History",), when) for path, i in entries}
    return Snapshot(Commit(commit, name, when, ""), blobs)


def _git(repository: str, *arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(
        ["git", "-C", repository, *arguments], input=given, check=True, capture_output=True
    ).stdout


def _contents(repository: str, ids: list[str]) -> dict[str, bytes]:
    answer = _git(repository, "cat-file", "--batch", given="\n".join(ids).encode() + b"\n")
    contents, at = {}, 0
    for blob_id in ids:
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        contents[blob_id] = answer[end + 1 : end + 1 + size]
        at = end + size + 2
    return contents
