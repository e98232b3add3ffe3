"""A notepad that is cloned and pushed to by real git over HTTP, as its users do."""

from __future__ import annotations

import contextlib
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from running import Server, commit, environment, git, running, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CLONE = re.compile(r"git clone (http://me:(canopy_\w+)@\S+)")


@dataclass
class Push:
    """What git said, and whether it succeeded."""

    code: int
    text: str

    @property
    def remote(self) -> list[str]:
        """The lines that the server said."""
        lines = (line for line in self.text.splitlines() if line.startswith("remote:"))
        return [line.removeprefix("remote:").strip() for line in lines]


@dataclass
class Notepad:
    """A running notepad and a folder for clones of it."""

    server: Server
    folder: Path
    data: Path
    url: str
    """With the token."""
    token: str

    @property
    def plain_url(self) -> str:
        """The clone URL that everybody may know."""
        return self.server.url + "/notepad.git"

    @property
    def bare(self) -> Path:
        """The repository on disk."""
        return self.data / "notepad.git"

    def clone(self, name: str = "work", *options: str, url: str = "") -> Path:
        """Clone it and return the work tree."""
        git("clone", "-q", *options, url or self.url, str(self.folder / name))
        return self.folder / name

    def push_files(self, work: Path, files: dict[str, str | bytes], *options: str) -> Push:
        """Write, commit and push."""
        write(work, files)
        commit(work)
        return push(work, *options)

    def tip(self, ref: str = "refs/heads/main") -> str:
        """Return what a ref of the repository points to, or nothing."""
        return git("rev-parse", "--verify", "-q", ref, cwd=self.bare, check=False).strip()

    def trace(self) -> dict[str, str]:
        """Return what a push must leave alone when it is refused: refs, objects, packs, the state of both."""
        return {
            "refs": git("for-each-ref", cwd=self.bare),
            "objects": git("count-objects", "-v", cwd=self.bare),
            "files": "\n".join(
                sorted(
                    str(path.relative_to(self.bare))
                    for path in self.bare.rglob("*")
                    if not path.name.startswith("canopy-")
                )
            ),
            "fsck": fsck(self.bare),
        }


def push(work: Path, *arguments: str, **env: str) -> Push:
    """Run `git push` and return what came of it."""
    done = subprocess.run(
        ["git", "push", *arguments],
        cwd=work,
        env=environment(LC_ALL="C.UTF-8", **env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=90,
    )
    return Push(done.returncode, done.stdout)


def fsck(repository: Path) -> str:
    """Return what git finds wrong with a repository: nothing, one hopes."""
    return git("fsck", "--full", "--strict", "--no-dangling", "--no-progress", cwd=repository)


@contextlib.contextmanager
def notepad(folder: Path, *arguments: str, **env: str) -> Iterator[Notepad]:
    """Run a new notepad of its own below `folder`."""
    data = folder / "data"
    with running(*arguments, data=data, **env) as server:
        found = _CLONE.search(server.output)
        assert found is not None, server.output
        pad = Notepad(server, folder, data, found[1], found[2])
        try:
            yield pad
        finally:
            if pad.server is not server:  # it was started again
                pad.server.kill()
