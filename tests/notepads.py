"""A notepad as its author sees it: Canopy with a repository of its own, and a clone for pushing."""

from __future__ import annotations

import contextlib
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from running import Server, commit, git, start, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CLONE = re.compile(r"git clone (http\S+) notes")


@dataclass
class Notepad:
    """A running Canopy and a work tree whose pushes it takes."""

    server: Server
    work: Path
    data: Path

    def push(self, files: dict[str, str | bytes] | None = None, *, delete: str = "") -> str:
        """Write files, delete one, commit, push; return what git printed when it came back."""
        write(self.work, files or {})
        if delete:
            (self.work / delete).unlink()
        commit(self.work)
        return git("push", "origin", "HEAD", cwd=self.work)

    def restart(self, *, between: dict[str, str | bytes] | None = None) -> None:
        """Kill the server and start it on the same port; `between` is committed while nobody serves."""
        port = self.server.port
        self.server.kill()
        if between:
            write(self.work, between)
            commit(self.work)
            git("push", str(self.data / "notepad.git"), "HEAD:main", cwd=self.work)
        self.server = start("--port", str(port), data=self.data)


@contextlib.contextmanager
def notepad(
    folder: Path, files: dict[str, str | bytes], *arguments: str, keep: bool = False
) -> Iterator[Notepad]:
    """Run a notepad with `files`, which replace the starter notes unless those are to `keep`."""
    data = folder / "data"
    book = Notepad(start(*arguments, data=data), folder / "notes", data)
    try:
        found = _CLONE.search(book.server.output)
        assert found, book.server.output
        # The address that is printed may be a proxy's; git talks to the server itself.
        url = re.sub(r"@[^/]+/.*?(?=[^/]+\.git)", f"@127.0.0.1:{book.server.port}/", found[1])
        git("clone", "-q", url, str(book.work))
        if not keep:
            for entry in book.work.iterdir():
                if entry.name != ".git":
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        if files:
            book.push(files)
        yield book
    finally:
        with contextlib.suppress(Exception):  # whatever happened, nothing stays behind
            book.server.stop(seconds=5)
        book.server.kill()
