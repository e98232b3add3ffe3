"""`canopy export`: the whole site as static files, for any web server, with every link checked.

What a server sends for an address is what lies in its file: nothing is rewritten. Only searching needs
somebody who answers; in an export the reader's browser does it.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

from canopy.checking import counted
from canopy.content.site import build
from canopy.errors import CanopyError, ConfigError
from canopy.export.folder import Folder
from canopy.export.writing import Export
from canopy.git import parse_remote
from canopy.git.worktree import find_worktree
from canopy.origin import Lock, copy_path
from canopy.preview import Preview
from canopy.render.press import Press
from canopy.render.workers import RenderFailed, Workers
from canopy.serving import open_origin, render_options, site_options, worker_count
from canopy.sharing import Shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from canopy.config import Settings
    from canopy.export.folder import Changes
    from canopy.git import Remote, Snapshot
    from canopy.origin import Origin
    from canopy.render.edition import Edition

ADDRESS = "http://127.0.0.1:8080"
"""Where a site without an address of its own is said to be: as it is served by default."""
_RENAMES = 600.0
_BLINK = 0.1
"""Seconds between two words about the progress."""
_MEMORY = 192 * 1024 * 1024
"""Of rendered pieces; whole pages are on disk as soon as they are made."""


def export(settings: Settings, folder: Path, out: TextIO, err: TextIO, *, overwrite: bool = False) -> int:
    """Write the site into a folder, tell of problems on `out` and of the rest on `err`.

    Returns 1 if a page could not be exported, or a link that is ours leads nowhere. Raises `ConfigError` if
    the folder is not one for an export, and `CanopyError` if the site cannot be read.
    """
    start = time.perf_counter()
    remote = parse_remote(settings.remote, settings.branch)
    source = _source_folder(remote)
    folder = _fitting(folder, source)
    with ExitStack() as stack:
        target = Folder(folder, overwrite=overwrite)
        stack.callback(target.close)
        workers = Workers(worker_count(settings), memory_bytes=settings.render_memory)
        stack.callback(workers.close)
        edition, press = _edition(settings, remote, workers, folder, source, err)
        written = Export(edition, press, target, workers, settings.render_timeout, _progress(err))
        written.write()
        failures = written.problems()
        changes = target.finish({"made by": "canopy export", "commit": edition.site.commit})
    for problem in edition.problems:
        print(problem, file=out)
    for line in failures:
        print(line, file=out)
    if not settings.base_url and edition.site.base_url == ADDRESS:
        print(
            f"canopy: feeds and canonical links say {ADDRESS}: give the site's address with --base-url",
            file=err,
        )
    _conclude(err, folder, edition, written, changes, time.perf_counter() - start)
    return 1 if any(line.ours for line in failures) else 0


def _conclude(
    err: TextIO, folder: Path, edition: Edition, written: Export, changes: Changes, seconds: float
) -> None:
    pages, files = len(edition.site.shown), changes.written + changes.unchanged
    print(
        f"{folder}: {counted(pages, 'page')}, {counted(files, 'file')} ({changes.written:,} written, "
        f"{changes.removed:,} removed), {written.bytes / 1e6:,.1f} MB, "
        f"{counted(written.check.count, 'link')}, {written.dead:,} broken, {seconds:.1f} s",
        file=err,
    )


def _source_folder(remote: Remote) -> Path | None:
    path = Path(remote.path)
    return path.resolve() if remote.url.startswith(("/", "file:")) and path.is_dir() else None


def _fitting(folder: Path, source: Path | None) -> Path:
    """Return the folder for the export, which must not be, or contain, what is exported."""
    folder = folder.expanduser().resolve()
    top = (find_worktree(source) or source) if source else None
    if source is not None and top is not None and (folder in (source, top) or folder in top.parents):
        raise ConfigError(f"{folder}: holds the notes themselves; name another folder for the export")
    return folder


def _edition(
    settings: Settings, remote: Remote, workers: Workers, folder: Path, source: Path | None, err: TextIO
) -> tuple[Edition, Press]:
    """Read and build what is exported."""
    with ExitStack() as stack:
        origin = _open(settings, remote, stack)
        found = origin.fetch()
        _follow_renames(origin, found.commit, workers, err)
        snapshot = origin.snapshot(found.commit, None)
        if isinstance(origin, Preview):
            snapshot = _without(snapshot, origin.top, folder)
        options = site_options(settings, origin.root, _identity(origin, source), ADDRESS)
        share = Shared(workers, settings.render_timeout)
        site = build(snapshot, options, None, datetime.now(UTC), share)
        origin.accept(found.commit)
        branch = origin.branch
    press = Press(
        memory=min(settings.cache, _MEMORY),
        trusted=settings.trust == "trusted",
        remote=remote.display,
        options=render_options(settings, remote),
    )
    return press.edition(site, datetime.now(UTC).replace(microsecond=0), branch), press


def _open(settings: Settings, remote: Remote, stack: ExitStack) -> Origin:
    """Open the origin over the copy that a server keeps of it; over one for once if that is in use."""
    try:
        lock = Lock(copy_path(settings.data, remote))
    except CanopyError:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="canopy-")))
        settings = settings.model_copy(update={"data": data})
    else:
        stack.callback(lock.release)
    origin = open_origin(settings, remote)
    stack.callback(origin.close)
    return origin


def _follow_renames(origin: Origin, commit: str, workers: Workers, err: TextIO) -> None:
    job = origin.renames(commit)
    if job is None:
        return
    try:
        workers.submit(job[0], *job[1], timeout=_RENAMES).result()
    except RenderFailed as exc:
        print(f"canopy: renames are not followed: {exc}; some dates are those of the last name", file=err)


def _identity(origin: Origin, source: Path | None) -> str:
    """Return what the ids in feeds come from: for a notepad or a folder, what stays the same."""
    if source is None:
        return origin.identity()
    drawn = source / "canopy-identity"
    if drawn.is_file():
        return f"urn:uuid:{drawn.read_text('ascii').strip()}"
    return origin.identity() if find_worktree(source) or not isinstance(origin, Preview) else str(source)


def _without(snapshot: Snapshot, top: Path, folder: Path) -> Snapshot:
    """Leave out an export that lies among the notes."""
    if not folder.is_relative_to(top):
        return snapshot
    below = folder.relative_to(top).as_posix() + "/"
    kept = {path: blob for path, blob in snapshot.blobs.items() if not path.startswith(below)}
    problems = tuple(problem for problem in snapshot.problems if not problem.path.startswith(below))
    return replace(snapshot, blobs=MappingProxyType(kept), problems=problems)


def _progress(err: TextIO) -> Callable[[int, int], None]:
    """Return what tells of the progress on a terminal, and says nothing elsewhere."""
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if err.isatty() and (now - last > _BLINK or done == total):
            last = now
            print(f"\r{done:,} of {total:,}", end="\r\x1b[K" if done == total else "", file=err, flush=True)

    return tell
