"""Canopy beside Hugo on the same posts: start to first page, one edit to visible, memory.

    python -m tests.benchmarks.hugo [posts …]

The posts are real: those of mirage-www (a corpus), repeated under titles and dates of their own, in Hugo's
layout, which Canopy reads as it is. Hugo has a plain theme with about the same output: articles with
highlighted code, lists of fifty, tags, feeds. Both are asked for the newest post over HTTP, in the same way:

- start: from the beginning of the process until that page is complete, and the processors' time that this
  took; Canopy also with its copy on disk;
- edit: from the save of a post (`hugo server`, `canopy preview`) or the start of `git push` until its page
  says so; a push also right after the start, while Canopy still makes the pages that nobody asked for yet;
- memory: of the process with its children's private parts, after the edits.

Hugo builds all before it serves anything; Canopy makes what is asked for first, and the rest behind that.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpora import corpus
from running import commit, environment, git, start

from benchmarks.measuring import median, resident, spent, table

if TYPE_CHECKING:
    from collections.abc import Iterator

_STARTS = {100: 3, 1_000: 3, 10_000: 1}
_EDITS = {100: 7, 1_000: 7, 10_000: 5}
_PATIENCE = 400.0
_LOOK = 0.004
"""Seconds between two looks at a page: the same for both."""
_TAGS = ("git", "notes", "release", "network", "storage", "security", "ocaml", "cloud", "web", "tools")

_CONFIG = """\
baseURL = "http://127.0.0.1/"
title = "Posts"
languageCode = "en"
paginate = 50
summaryLength = 40
[markup.highlight]
  noClasses = false
[markup.goldmark.renderer]
  unsafe = true
"""
_LAYOUTS = {
    "_default/baseof.html": """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ .Title }} – {{ site.Title }}</title><meta name="description" content="{{ .Description }}">
<link rel="canonical" href="{{ .Permalink }}"><meta property="og:title" content="{{ .Title }}">
{{ range .AlternativeOutputFormats }}
<link rel="{{ .Rel }}" type="{{ .MediaType.Type }}" href="{{ .Permalink }}">
{{ end }}</head>
<body><header><a href="/">{{ site.Title }}</a> <a href="/posts/">Posts</a> <a href="/tags/">Tags</a></header>
<main>{{ block "main" . }}{{ end }}</main></body></html>
""",
    "_default/single.html": """{{ define "main" }}<article><h1>{{ .Title }}</h1>
<p>{{ .Date.Format "2 January 2006" }}, {{ .ReadingTime }} min
{{ range .GetTerms "tags" }}<a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ end }}</p>
<nav>{{ .TableOfContents }}</nav>{{ .Content }}</article>
{{ with .PrevInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}
{{ with .NextInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}{{ end }}
""",
    "_default/list.html": """{{ define "main" }}<h1>{{ .Title }}</h1>{{ .Content }}
<ol>{{ range .Paginator.Pages }}
<li><h2><a href="{{ .RelPermalink }}">{{ .Title }}</a></h2><p>{{ .Summary }}</p>
<p>{{ .Date.Format "2 January 2006" }}
{{ range .GetTerms "tags" }}<a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ end }}</p></li>{{ end }}</ol>
{{ template "_internal/pagination.html" . }}{{ end }}
""",
    "_default/terms.html": """{{ define "main" }}<h1>{{ .Title }}</h1><ul>{{ range .Pages }}
<li><a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ len .Pages }}</li>{{ end }}</ul>{{ end }}
""",
}
_COLUMNS = (
    # What it is called, which of Canopy's figures, and which of Hugo's it is compared with.
    ("Canopy: start", "start", "start"),
    ("of processors", "work", "work"),
    ("again", "again", "start"),
    ("preview", "preview", "start"),
    ("Canopy: save", "edit", "edit"),
    ("push", "push", "edit"),
    ("push at once", "early", "edit"),
    ("Canopy: memory", "memory", "memory"),
    ("preview", "previewing", "memory"),
)


def make(folder: Path, posts: int) -> str:
    """Make a work tree of so many posts, with one commit for each hundred; return the newest's name."""
    with tempfile.TemporaryDirectory() as place:
        git("clone", "-q", str(corpus("mirage-www.bundle")), place)
        texts = [_body(file.read_text("utf-8")) for file in sorted(Path(place, "data", "blog").glob("*.md"))]
    git("init", "-q", "-b", "main", str(folder))
    (folder / "config.toml").write_text(_CONFIG)
    for name, layout in _LAYOUTS.items():
        file = folder / "layouts" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(layout)
    content = folder / "content" / "posts"
    content.mkdir(parents=True)
    stamp = 1_300_000_000
    for number in range(posts):
        title, text = texts[number % len(texts)]
        stamp += 40_000
        day = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(stamp))
        tags = ", ".join(f'"{_TAGS[(number * step) % len(_TAGS)]}"' for step in (1, 3))
        head = f'---\ntitle: "{title} ({number})"\ndate: {day}\ntags: [{tags}]\n---\n'
        (content / f"post-{number}.md").write_text(head + text)
        if number % 100 == 99 or number == posts - 1:
            commit(folder, f"Write {number}")
    return f"post-{posts - 1}"


def _body(text: str) -> tuple[str, str]:
    """Return a post's title, and its text without what Hugo would take for its own."""
    _, head, body = text.split("---\n", 2)
    found = re.search(r"^subject: *['\"]?(.*?)['\"]?$", head, re.MULTILINE)
    title = (found[1] if found else "A post").replace('"', "'").replace("\\", "")
    return title, body.replace("{{", "{ {")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seen(port: int, path: str, text: str) -> None:
    """Wait until a page is complete and says `text`."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            with contextlib.closing(connection):
                connection.request("GET", path)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status == 200 and text.encode() in body:
                    return
        time.sleep(_LOOK)
    raise TimeoutError(f"{path} never said {text}")


@contextlib.contextmanager
def hugo(folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run `hugo server` and yield its port and process."""
    port = free_port()
    command = ["hugo", "server", "--source", str(folder), "--port", str(port), "--disableLiveReload"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=environment())
    try:
        yield port, process
    finally:
        process.terminate()
        process.wait(20)


def measure_hugo(folder: Path, name: str, posts: int) -> dict[str, float]:
    """Return Hugo's figures: seconds and bytes."""
    starts, work, edits, memory = [], [], [], 0
    file, path = folder / "content" / "posts" / f"{name}.md", f"/posts/{name}/"
    for run in range(_STARTS.get(posts, 1)):
        begin = time.perf_counter()
        with hugo(folder) as (port, process):
            seen(port, path, "</article>")
            starts.append(time.perf_counter() - begin)
            work.append(spent(process.pid))
            if run:
                continue
            edits = [_edited(file, port, path, f"hugo-{number}") for number in range(_EDITS.get(posts, 3))]
            memory = resident(process.pid)[1]
    return {"start": median(starts), "work": median(work), "edit": median(edits), "memory": memory}


def _edited(file: Path, port: int, path: str, mark: str) -> float:
    """Save a post with a mark in it, and return the seconds until its page has that."""
    text = re.sub(r"\n\nMark: .*\n\Z", "", file.read_text()) + f"\n\nMark: {mark}\n"
    time.sleep(0.3)
    begin = time.perf_counter()
    file.write_text(text)
    seen(port, path, mark)
    return time.perf_counter() - begin


def _rest(pid: int) -> None:
    """Wait until nothing is made any more behind what is served; a few minutes at most."""
    deadline, before = time.monotonic() + 300, -1.0
    while time.monotonic() < deadline and spent(pid) - before > 0.1:
        before = spent(pid)
        time.sleep(2)


def measure_canopy(folder: Path, name: str, posts: int, data: Path) -> dict[str, float]:
    """Return Canopy's figures: seconds and bytes."""
    file, path = folder / "content" / "posts" / f"{name}.md", f"/posts/{name}"
    starts, work, again, previews, edits, early, pushes = [], [], [], [], [], [], []
    for run in range(_STARTS.get(posts, 1)):
        shutil.rmtree(data, ignore_errors=True)
        for times in (starts, again):
            begin = time.perf_counter()
            server = start(str(folder / ".git"), data=data, ready=False, forked=False)
            seen(server.port, path, "</article>")
            times.append(time.perf_counter() - begin)
            if times is starts:
                work.append(spent(server.process.pid))
            server.stop()
            server.kill()
        begin = time.perf_counter()
        server = start("preview", str(folder), data=data / "preview", ready=False, forked=False)
        seen(server.port, path, "</article>")
        previews.append(time.perf_counter() - begin)
        if not run:
            edits = [_edited(file, server.port, path, f"save-{n}") for n in range(_EDITS.get(posts, 3))]
            previewing = resident(server.process.pid)[1]
        server.stop()
        server.kill()
    shutil.rmtree(data)
    data.mkdir()
    git("checkout", "-q", ".", cwd=folder)
    git("clone", "-q", "--bare", str(folder), str(data / "notepad.git"))
    server = start(data=data, ready=False, forked=False)
    seen(server.port, path, "</article>")
    found = re.search(r"http://me:\S+", server.output)
    assert found is not None, server.output
    git("remote", "add", "canopy", found[0], cwd=folder)
    for times in (early, pushes):
        for number in range(_EDITS.get(posts, 3)):
            mark = f"push-{number}" if times is pushes else f"early-{number}"
            file.write_text(re.sub(r"\n\nMark: .*\n\Z", "", file.read_text()) + f"\n\nMark: {mark}\n")
            commit(folder, f"Edit {mark}")
            begin = time.perf_counter()
            git("push", "-q", "canopy", "main", cwd=folder)
            seen(server.port, path, mark)
            times.append(time.perf_counter() - begin)
        if times is early:
            _rest(server.process.pid)
    memory = resident(server.process.pid)[1]
    server.stop()
    server.kill()
    return {
        "start": median(starts),
        "work": median(work),
        "again": median(again),
        "preview": median(previews),
        "edit": median(edits),
        "early": median(early),
        "push": median(pushes),
        "memory": memory,
        "previewing": previewing,
    }


def main(sizes: list[int]) -> None:
    """Measure and print."""
    if shutil.which("hugo") is None:
        raise SystemExit("hugo is not installed")
    said = subprocess.run(["hugo", "version"], capture_output=True, text=True, check=True).stdout
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {' '.join(said.split()[:2])}")
    rows = []
    for posts in sizes:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "site"
            name = make(folder, posts)
            ours = measure_canopy(folder, name, posts, Path(place) / "data")
            git("checkout", "-q", ".", cwd=folder)
            theirs = measure_hugo(folder, name, posts)
        row = [f"{posts:,}", *(_shown(theirs[key], key) for key in ("start", "work", "edit", "memory"))]
        row += [f"{_shown(ours[key], key)} ({theirs[to] / ours[key]:.1f}×)" for _, key, to in _COLUMNS]
        rows.append(row)
        print(row, flush=True)
    head = ["posts", "Hugo: start", "of processors", "edit", "memory", *(title for title, _, _ in _COLUMNS)]
    print(table(head, rows))


def _shown(value: float, key: str) -> str:
    return f"{value / 1024 / 1024:.0f} MiB" if key in ("memory", "previewing") else f"{value:.2f} s"


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100, 1_000, 10_000])
