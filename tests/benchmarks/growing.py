"""How Canopy grows with the number of notes: start, push to visible, memory.

    python -m tests.benchmarks.growing [notes …]

For each size, in one run: a bare repository of that many notes is followed from scratch (start to first
page: the process begins, the first page is complete), started again with its copy on disk (start again),
and notes are pushed over HTTP to a Canopy that is their host (push to visible: `git push` begins, the page
shows the change; git's own time is that of the same push to a bare repository over the same HTTP, without
Canopy's review: `git http-backend` is not used, the plain local push is, as the smaller yardstick).
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from running import Server, commit, git, start

from benchmarks.measuring import median, quantile, resident, table
from benchmarks.sites import make

_PUSHES = 21
_STARTS = 3


def _started(remote: str, data: Path, path: str) -> tuple[float, Server]:
    begin = time.perf_counter()
    server = start(remote, data=data, ready=False, forked=False)
    server.wait_for(path, seconds=180)
    return time.perf_counter() - begin, server


def _push_times(server: Server, clone: str, folder: Path, notes: int) -> tuple[list[float], list[float]]:
    """Return seconds from `git push` to visible, and seconds of the same pushes to a plain repository."""
    work, plain = folder / "work", folder / "plain.git"
    git("clone", "-q", clone, str(work))
    git("clone", "-q", "--bare", str(work), str(plain))
    git("remote", "add", "plain", str(plain), cwd=work)
    visible, own = [], []
    for number in range(_PUSHES):
        name = f"section-{number % 20}/note-{number % notes}.md"
        (work / name).write_text(f"# Edited {number}\n\nmarker-{number}\n")
        commit(work, f"Edit {number}")
        begin = time.perf_counter()
        git("push", "-q", "plain", "main", cwd=work)
        own.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        git("push", "-q", "origin", "main", cwd=work)
        while f"marker-{number}" not in server.get("/" + name.removesuffix(".md")).text:
            pass
        visible.append(time.perf_counter() - begin)
    return visible, own


def measure(notes: int, folder: Path) -> list[str]:
    """Return one row of the table."""
    bare = make(folder / "notes.git", notes)
    page = f"/section-{(notes - 1) % 20}/note-{notes - 1}"
    cold, again = [], []
    for _ in range(_STARTS):
        shutil.rmtree(folder / "data", ignore_errors=True)
        seconds, server = _started(str(bare), folder / "data", page)
        cold.append(seconds)
        server.stop()
        seconds, server = _started(str(bare), folder / "data", page)
        again.append(seconds)
        server.stop()
    shutil.rmtree(folder / "data")
    (folder / "data").mkdir()
    shutil.copytree(bare, folder / "data" / "notepad.git")
    server = start(data=folder / "data", forked=False)
    clone = re.search(r"http://me:\S+", server.output)
    assert clone is not None
    server.wait_for(page, seconds=180)
    young = resident(server.process.pid)
    visible, own = _push_times(server, clone[0], folder, notes)
    old = resident(server.process.pid)
    server.stop()
    mib = 1024 * 1024
    return [
        f"{notes:,}",
        f"{median(cold):.2f} s",
        f"{median(again):.2f} s",
        f"{median(visible) * 1000:.0f} ms",
        f"{quantile(visible, 0.95) * 1000:.0f} ms",
        f"{median(own) * 1000:.0f} ms",
        f"{young[0] / mib:.0f} MiB",
        f"{old[0] / mib:.0f} MiB",
        f"{old[1] / mib:.0f} MiB",
    ]


def main(sizes: list[int]) -> None:
    """Measure and print."""
    rows = []
    for notes in sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measure(notes, Path(folder)))
    print(
        f"{os.cpu_count()} cores; notes of about 400 words in 20 sections; {_PUSHES} pushes, {_STARTS} starts"
    )
    print(
        table(
            [
                "notes",
                "start to first page",
                "start again",
                "push to visible, median",
                "p95",
                "git's own push to a path",
                "memory at start",
                "memory after pushes",
                "with its workers",
            ],
            rows,
        )
    )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100, 1_000, 10_000])
