"""Repositories of any size with plausible notes, for the benchmarks; the same ones each time."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path  # noqa: TC003 (a script: no point in hiding an import)

_WORDS = [
    "tree",
    "branch",
    "leaf",
    "root",
    "bark",
    "forest",
    "canopy",
    "light",
    "shade",
    "rain",
    "soil",
    "seed",
    "sapling",
    "ring",
    "growth",
    "season",
    "moss",
    "fern",
    "river",
    "stone",
    "path",
    "walk",
    "note",
    "write",
    "push",
    "commit",
    "page",
    "reader",
    "link",
    "image",
    "table",
    "list",
    "word",
    "line",
    "quiet",
    "morning",
]


def note(number: int, rng: random.Random, words: int = 400) -> str:
    """Return a note of about `words` words: paragraphs, a list, code, links to its neighbours."""

    def text(count: int) -> str:
        return " ".join(rng.choice(_WORDS) for _ in range(count))

    body = [f"# Note {number}: {text(4)}", text(30) + "."]
    while sum(len(part.split()) for part in body) < words:
        body += [f"## {text(3).capitalize()}", text(60) + ".", "\n".join(f"- {text(6)}" for _ in range(4))]
    body.append(f"See [the one before](note-{max(0, number - 1)}.md) and `code {number}`.")
    body.append("```python\n" + "\n".join(f"def f{i}(x):\n    return x + {i}" for i in range(4)) + "\n```")
    return "\n\n".join(body) + "\n"


def make(path: Path, notes: int, sections: int = 20) -> Path:
    """Make a bare repository of `notes` notes in `sections` folders, one commit for each hundred."""
    rng = random.Random(notes)
    stream: list[bytes] = []
    for number in range(notes):
        if number % 100 == 0:
            stream.append(
                b"commit refs/heads/main\ncommitter Ada <ada@example.org> %d +0000\ndata 4\nMore\n"
                % (1_500_000_000 + number * 3600)
            )
        data = note(number, rng).encode()
        name = f"section-{number % sections}/note-{number}.md".encode()
        stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name, len(data), data))
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
    subprocess.run(
        ["git", "-C", str(path), "fast-import", "--quiet"],
        input=b"".join(stream),
        check=True,
        capture_output=True,
    )
    return path
