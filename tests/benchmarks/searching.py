"""How searching grows with the number of notes: to index, to ask, to follow a push; in memory and over HTTP.

    python -m tests.benchmarks.searching [notes …]

The notes are made of 36 words only, so that nearly every page has nearly every word: the worst that an index
can be given. Queries are single words, several, phrases, unfinished words, rare numbers and words left out.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[1]))

from running import commit, git, start

from benchmarks.measuring import median, quantile, resident, table
from benchmarks.sites import make, note
from canopy.content.site import build
from canopy.content.values import Site, SiteOptions
from canopy.git.values import Blob, Commit, Snapshot
from canopy.search import Index, parse_query

_QUERIES = [
    *("moss", "moss fern", "quiet path morning", '"moss fern"', "moss -fern", "mo", "cano", "fern riv"),
    *(
        "note 77",
        "77",
        "code 1234",
        "reading walks",
        "section:section-3 stone",
        "zzz",
        "zzz moss",
        "the one bef",
    ),
]
_ROUNDS = 20
_PUSHES = 21
_WHEN = datetime(2020, 1, 1, tzinfo=UTC)


def _site(texts: dict[str, str], before: Site | None = None) -> Site:
    blobs = {path: Blob(path, str(hash(t)), t.encode(), _WHEN, _WHEN, (), _WHEN) for path, t in texts.items()}
    return build(Snapshot(Commit("0" * 40, "Ada", _WHEN, ""), blobs), SiteOptions(), before)


def _own() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def in_memory(notes: int) -> list[str]:
    """Return one row: the index by itself."""
    rng = random.Random(notes)
    texts = {f"section-{n % 20}/note-{n}.md": note(n, rng) for n in range(notes)}
    site, index, before = _site(texts), Index(), _own()
    begin = time.perf_counter()
    index.follow(site)
    built, memory = time.perf_counter() - begin, _own() - before
    took = []
    for _ in range(_ROUNDS):
        for text in _QUERIES:
            begin = time.perf_counter()
            index.find(parse_query(text), seconds=60)
            took.append(time.perf_counter() - begin)
    follows = []
    for number in range(_PUSHES):
        texts[f"section-{number % 20}/note-{number % notes}.md"] = f"# Edited\n\nmarker{number}\n"
        site = _site(texts, site)
        begin = time.perf_counter()
        index.follow(site)
        follows.append(time.perf_counter() - begin)
    return [
        f"{notes:,}",
        f"{built:.2f} s",
        f"{memory / 2**20:.0f} MiB",
        f"{median(took) * 1000:.1f} ms",
        f"{quantile(took, 0.99) * 1000:.1f} ms",
        f"{median(follows) * 1000:.1f} ms",
    ]


def over_http(notes: int, folder: Path) -> list[str]:
    """Return one row: what a reader who types waits for, and an author until a push is found."""
    bare = make(folder / "notes.git", notes)
    work = folder / "work"
    git("clone", "-q", str(bare), str(work))
    server = start(str(bare), data=folder / "data", forked=False)
    try:
        server.wait_for("/-/search.json?q=x", seconds=120)
        took = []
        for _ in range(_ROUNDS // 4):
            for text in _QUERIES:
                begin = time.perf_counter()
                server.get(f"/-/search.json?q={quote(text)}&most=8")
                took.append(time.perf_counter() - begin)
        late = []
        for number in range(_PUSHES // 3):
            (work / "section-1" / "note-1.md").write_text(f"# Edited\n\nmarker{number}\n")
            commit(work)
            git("push", "-q", "origin", "main", cwd=work)
            server.get("/push?wait", "POST")
            begin = time.perf_counter()
            while not json.loads(server.get(f"/-/search.json?q=marker{number}").body)["count"]:
                pass
            late.append(time.perf_counter() - begin)
        memory = resident(server.process.pid)[0]
    finally:
        server.stop()
        server.kill()
    return [
        f"{notes:,}",
        f"{median(took) * 1000:.1f} ms",
        f"{quantile(took, 0.99) * 1000:.1f} ms",
        f"{median(late) * 1000:.1f} ms",
        f"{memory / 2**20:.0f} MiB",
    ]


def main(*sizes: int) -> None:
    """Measure and print."""
    import structlog

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    sizes = sizes or (100, 1_000, 10_000)
    head = ["notes", "index", "memory", "query (median)", "query (p99)", "follow a push"]
    print(table(head, [in_memory(notes) for notes in sizes]))
    rows = []
    for notes in sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(over_http(notes, Path(folder)))
    print(table(["notes", "query (median)", "query (p99)", "published → found", "resident"], rows))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
