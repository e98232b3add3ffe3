"""The sites that Canopy was written for, from real servers, held against git's own word."""

from __future__ import annotations

import concurrent.futures
import contextlib
import re
import subprocess
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from corpora import corpus
from pages import Seen, atom, read
from running import Server, environment, git, running
from servers import git_daemon, http_backend, sshd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ARTICLES = 81
PAGES_OF_MIRAGE = 157


@dataclass(frozen=True)
class Told:
    """What git tells of a file."""

    title: str
    created: datetime
    updated: datetime


@pytest.fixture(scope="module")
def notepad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bare clone of the notepad."""
    return _bare("canopy-notepad.bundle", tmp_path_factory)


@pytest.fixture(scope="module")
def articles(notepad: Path) -> dict[str, Told]:
    """All articles of the notepad by their original path, with what git tells of each."""
    return _told(notepad, "", lambda path: not path.startswith((".config/", "static/")))


@pytest.fixture(scope="module")
def served(notepad: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the notepad, fetched over smart HTTP."""
    with (
        http_backend(notepad) as server,
        running(f"{server.url}/{notepad.name}", data=tmp_path_factory.mktemp("data")) as canopy,
    ):
        yield canopy


def test_every_article_of_the_notepad_is_there_over_http(served: Server, articles: dict[str, Told]) -> None:
    """`git http-backend`: every one of its 81 articles answers 200 at its original URL, with its title."""
    assert len(articles) == ARTICLES
    _titles_match(served, articles)


@pytest.mark.parametrize("transport", ["git daemon", "sshd", "path"])
def test_every_article_of_the_notepad_is_there(
    transport: str, notepad: Path, articles: dict[str, Told], tmp_path: Path
) -> None:
    """`git daemon`, sshd and a path: every one of its 81 articles answers 200 at its original URL."""
    with contextlib.ExitStack() as stack:
        more: dict[str, str] = {}
        remote = str(notepad)
        if transport == "git daemon":
            remote = f"{stack.enter_context(git_daemon(notepad.parent))}/{notepad.name}"
        elif transport == "sshd":
            ssh = stack.enter_context(sshd(tmp_path / "ssh"))
            remote = ssh.url(notepad)
            more = {"CANOPY_SSH_KEY": str(ssh.key), "CANOPY_SSH_HOST_KEY": ssh.fingerprint}
        canopy = stack.enter_context(running(remote, data=tmp_path / "data", **more))
        _titles_match(canopy, articles)


def test_nothing_of_the_notepad_is_dropped(served: Server, articles: dict[str, Told]) -> None:
    """Not one article is dropped, however odd its front matter; `.config` is never served."""
    state = served.state()
    assert state["pages"] == ARTICLES
    assert not [problem for problem in state["problems"] if ": error: " in problem]
    for hidden in ("/.config/uuid", "/.config/blog_name", "/.config"):
        assert served.get(hidden).status == 404


def test_the_dates_of_the_notepad_are_those_of_git(served: Server, articles: dict[str, Told]) -> None:
    """Created is git's oldest add, following renames; updated its newest change, if a day later."""

    def wrong() -> dict[str, list[datetime]]:
        return {
            path: seen.times
            for path, seen in _all(served, articles).items()
            if seen.times != _shown(articles[path])
        }

    served.wait_until(lambda _: not wrong())


def test_the_feed_of_the_notepad_keeps_its_ids(
    served: Server, notepad: Path, articles: dict[str, Told]
) -> None:
    """`/atom` validates: the 10 newest, as uuid5(uuid5(NAMESPACE_DNS, created …-00:00), uuid)."""
    site = git("show", "HEAD:.config/uuid", cwd=notepad).strip()
    reply = served.get("/atom")
    feed = atom(reply.body)
    assert reply.headers["content-type"].startswith("application/atom+xml")
    assert feed.id == f"urn:uuid:{site}"
    assert feed.self_link == served.url + "/atom"
    # The original's dates begin anew at a rename: its ids come from the plain oldest add of the path.
    added = {path: _first_add(notepad, path) for path in articles}
    newest = sorted(articles, key=lambda path: articles[path].created, reverse=True)
    assert {e.link for e in feed.entries} <= {served.url + "/" + quote(path) for path in newest[:14]}
    assert len(feed.entries) == 10
    ids = {_original_id(moment, site) for moment in added.values()}
    strangers = [entry.title for entry in feed.entries if entry.id not in ids]
    collisions = 10 - len({added[path] for path in newest[:10]})
    assert len(strangers) == collisions
    for entry in feed.entries:
        assert not re.search(r"""(?:href|src)=["'](?!https?://|mailto:)""", entry.content), entry.title
        assert len(entry.content) > 50


def test_mirage_is_there_whole(tmp_path_factory: pytest.TempPathFactory) -> None:
    """mirage-www with root = "data": its 157 files with title, authors, dates, permalinks; a clean log."""
    bare = _bare("mirage-www.bundle", tmp_path_factory)
    told = _told(bare, "data/", lambda path: path.endswith(".md"), follow=False)
    assert len(told) == PAGES_OF_MIRAGE
    with running(str(bare), "--root", "data", data=tmp_path_factory.mktemp("data")) as canopy:
        state = canopy.wait_until(lambda state: state["rendered"] > PAGES_OF_MIRAGE, seconds=60)
        assert state["pages"] == PAGES_OF_MIRAGE
        pages = _all(canopy, {path.removeprefix("data/"): fact for path, fact in told.items()}, moved=True)
        nameless = [path for path, seen in pages.items() if not seen.heading or seen.heading == "Untitled"]
        anonymous = [path for path, seen in pages.items() if not seen.authors]
        undated = [path for path, seen in pages.items() if not seen.times]
        assert (nameless, anonymous, undated) == ([], [], [])
        # `permalink: 2016-spring-hackathon` is a slug within its section.
        assert canopy.get("/blog/2016-spring-hackathon").status == 200
        atom(canopy.get("/atom").body)
        assert "Traceback" not in canopy.output
        assert "exception" not in canopy.output
        assert not [line for line in canopy.lines if '"level": "error"' in line]


def _titles_match(canopy: Server, articles: dict[str, Told]) -> None:
    pages = _all(canopy, articles)
    wrong = {
        path: seen.heading for path, seen in pages.items() if articles[path].title not in ("", seen.heading)
    }
    assert wrong == {}


def _all(canopy: Server, paths: dict[str, Told], *, moved: bool = False) -> dict[str, Seen]:
    """Return every page; `moved` allows a redirect to another address."""

    def fetch(path: str) -> Seen:
        reply = canopy.get("/" + quote(path))
        if moved and reply.status == 301:
            reply = canopy.get(reply.headers["location"].removeprefix(canopy.url))
        assert reply.status == 200, (path, reply.status, reply.text[:500])
        return read(reply.text)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return dict(zip(paths, pool.map(fetch, paths), strict=True))


def _shown(told: Told) -> list[datetime]:
    later = (told.updated - told.created).total_seconds() >= 86400
    return [told.created, told.updated] if later else [told.created]


def _bare(name: str, factory: pytest.TempPathFactory) -> Path:
    path: Path = factory.mktemp("remotes") / (name.removesuffix(".bundle") + ".git")
    git("clone", "-q", "--bare", str(corpus(name)), str(path))
    return path


def _told(bare: Path, prefix: str, wanted: Callable[[str], bool], *, follow: bool = True) -> dict[str, Told]:
    names = git("ls-tree", "-r", "-z", "--name-only", "HEAD", cwd=bare).rstrip("\0").split("\0")
    paths = [name for name in names if name.startswith(prefix) and wanted(name)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return dict(zip(paths, pool.map(lambda path: _tell(bare, path, follow), paths), strict=True))


def _tell(bare: Path, path: str, follow: bool) -> Told:
    text = subprocess.run(
        ["git", "show", f"HEAD:{path}"], cwd=bare, env=environment(), capture_output=True, check=True
    ).stdout.decode()
    header = re.search(r"^title: *(.+?) *\r?$", text, re.MULTILINE)
    title = header[1] if header and not header[1].startswith(("'", '"')) else ""
    if not follow:
        return Told(title, datetime.now(UTC), datetime.now(UTC))
    added = git("log", "--follow", "--diff-filter=A", "--format=%aI", "--", path, cwd=bare).split()
    changed = git("log", "-1", "--format=%aI", "--", path, cwd=bare).strip()
    return Told(title, datetime.fromisoformat(added[-1]), datetime.fromisoformat(changed))


def _first_add(bare: Path, path: str) -> datetime:
    return datetime.fromisoformat(
        git("log", "--diff-filter=A", "--format=%aI", "--", path, cwd=bare).split()[-1]
    )


def _original_id(created: datetime, site: str) -> str:
    stamp = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")
    return f"urn:uuid:{uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, stamp), site)}"
