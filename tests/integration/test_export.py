"""`canopy export` as a user runs it: files that any web server serves just as Canopy does."""

from __future__ import annotations

import contextlib
import functools
import http.client
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from pages import read
from running import canopy, commit, git, repository, running, write

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

FILES: dict[str, str | bytes] = {
    "index.md": "---\ntitle: Notes\n---\nHello, see [one](posts/one.md#more) and ![it](img/pic.png).\n",
    "posts/one.md": "---\ntitle: One\ntags: x\naliases: [/older, /2016/one.html]\n---\n\n## More\n\nText.\n",
    "posts/naïve file.md": "# Naïve\n\n[back](../index.md), [on](one.md#nowhere-there), [lost](lost.md)\n",
    "posts/exact.md": "---\ntitle: Exact\nurl: /old/exact.html\n---\nText.\n",
    "img/pic.png": b"\x89PNG\r\n\x1a\n",
    "drawing.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
    "Makefile": "all:\n",
    "elsewhere": "redirect: /posts/one\n",
    "hidden.md": "---\nurl: /.git/hooks/post-commit\n---\nText.\n",
    "upwards.md": "---\nurl: /../../../../tmp/upwards\n---\nText.\n",
}


BASE = ("--base-url", "https://example.org")


def export(*arguments: str, data: Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return canopy("export", *arguments, "--data", str(data), cwd=cwd)


def files(top: Path) -> dict[str, bytes]:
    """Return all files of a folder by name."""
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}


@contextlib.contextmanager
def served(top: Path, asked: list[str] | None = None) -> Iterator[int]:
    """Serve a folder with the web server that Python brings, and yield its port; note what is `asked`."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_request(self, *_: object) -> None:
            if asked is not None:
                asked.append(self.path)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(top)))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def fetched(port: int, path: str) -> tuple[int, str, bytes]:
    """Return the status, the final path and the body of a request, as a browser follows redirects."""
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
            if response.status not in (301, 302):
                return response.status, path, body
            path = response.getheader("location") or ""
            path = urlsplit(path).path if "://" in path else path
    raise AssertionError(f"{path} redirects without end")


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    return repository(folder / "notes", FILES)


@pytest.fixture(scope="module")
def site(notes: Path) -> tuple[Path, subprocess.CompletedProcess[str]]:
    top = notes.parent / "site"
    return top, export(str(top), f"{notes}#main", *BASE, data=notes.parent / "data")


def test_it_ends_with_what_it_did(site: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """A summary, the author's mistakes by file and by page, and what has no place among files."""
    _, done = site
    assert "6 pages" in done.stderr
    assert "posts/naïve file.md:3: warning: the link to 'lost.md' leads nowhere" in done.stdout
    assert (
        "/posts/naïve file: warning: the link to '/posts/one#nowhere-there' leads to a place" in done.stdout
    )
    assert "/.git/hooks/post-commit: error: it is not exported" in done.stdout
    # Something could not be exported: whoever publishes this in a script shall hear of it.
    assert done.returncode == 1


def test_nothing_is_written_into_hiding(site: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """Whatever address an author asks for."""
    hidden = {name for name in files(site[0]) if any(part.startswith(".") for part in name.split("/"))}
    assert hidden == {".htaccess", ".nojekyll", ".canopy-export.json"}


def test_the_bytes_are_those_that_are_served(
    notes: Path, site: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    """Pages, listings, tags, feeds, files and the theme: every file of the export, at its own address."""
    top, _ = site
    compared = 0
    with running(f"{notes}#main", *BASE, data=notes.parent / "served") as server:
        server.wait_until(lambda state: state["commit"])
        for name, data in files(top).items():
            path = "/" + name.removesuffix("/index.html").removesuffix("index.html")
            if name.startswith((".", "_", "-/search")) or name == "404.html":
                continue
            reply = server.get("/" + "/".join(map(_quoted, path[1:].split("/"))))
            if reply.status == 301:
                target = reply.headers["location"]
                assert f'url={target}"'.encode() in data or server.get(target).body == data, name
                continue
            assert (reply.status, name) == (200, name)
            assert reply.body == data, name
            compared += 1
    assert compared > 40


def _quoted(part: str) -> str:
    return "".join(c if c.isascii() and c != " " else "".join(f"%{b:02X}" for b in c.encode()) for c in part)


def test_every_link_leads_somewhere_on_a_plain_web_server(
    site: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """Crawled from the first page: nothing but the one mistake of an author is missing."""
    with served(site[0]) as port:
        seen, missing, waiting = set(), set(), ["/"]
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            status, at, body = fetched(port, path)
            if status != 200:
                missing.add(path)
                continue
            if b"<html" not in body:
                continue
            for link in read(body.decode()).links:
                url = urlsplit(link)
                if not url.netloc and url.path:
                    assert url.path.startswith("/"), (at, link)
                    waiting.append(url.path)
        # A mistake of an author, and what was refused.
        assert missing == {"/posts/lost.md", "/.git/hooks/post-commit"}
        assert {"/posts/one", "/old/exact.html", "/tags/x", "/atom", "/img/pic.png"} <= seen
        # What is linked from elsewhere.
        assert b"url=/posts/one" in fetched(port, "/older")[2]
        assert b"url=/posts/one" in fetched(port, "/2016/one.html")[2]
        assert b"url=/posts/one" in fetched(port, "/elsewhere")[2]
        assert fetched(port, "/feed.xml")[2] == fetched(port, "/atom")[2]
        assert b"There is no such page" in (site[0] / "404.html").read_bytes()


def test_a_second_export_writes_what_changed(notes: Path, tmp_path: Path) -> None:
    """From the work tree, with what is not committed; an export that lies among the notes is none of them."""
    work = tmp_path / "notes"
    git("clone", "-q", str(notes), str(work))
    first = export("public", data=tmp_path / "data", cwd=work)
    before = (work / "public" / "posts" / "one" / "index.html").stat()
    write(work, {"new.md": "# New\n"})
    (work / "posts" / "naïve file.md").unlink()
    second = export("public", data=tmp_path / "data", cwd=work)
    assert "6 pages" in first.stderr
    assert "6 pages" in second.stderr
    assert "New" in (work / "public" / "new" / "index.html").read_text()
    assert not (work / "public" / "posts" / "naïve file").exists()
    assert not (work / "public" / "public").exists()
    assert (work / "public" / "img" / "pic.png").stat().st_mtime_ns < before.st_mtime_ns + 10**9
    again = export("public", data=tmp_path / "data", cwd=work)
    assert "(0 written, 0 removed)" in again.stderr


def test_a_site_below_a_path(notes: Path, tmp_path: Path) -> None:
    """The folder is the root of that path: links begin with it, files do not."""
    top = tmp_path / "site"
    done = export(
        *(str(top), f"{notes}#main", "--base-url", "https://example.org/notes"), data=tmp_path / "data"
    )
    assert "give the site's address" not in done.stderr
    text = (top / "index.html").read_text()
    assert 'href="/notes/posts/one#more"' in text
    assert 'href="https://example.org/notes/"' in text
    assert 'ErrorDocument 404 "/notes/404.html"' in (top / ".htaccess").read_text()
    assert "url=/notes/posts/one" in (top / "older" / "index.html").read_text()


def test_a_clean_site_ends_with_zero(tmp_path: Path) -> None:
    """A repository with nothing wrong, from a remote over a URL; dates follow its history."""
    work = repository(tmp_path / "notes", {"one.md": "# One\n"})
    git("mv", "one.md", "two.md", cwd=work)
    commit(work, "Rename", GIT_COMMITTER_DATE="2031-02-03T04:05:06Z", GIT_AUTHOR_DATE="2031-02-03T04:05:06Z")
    top = tmp_path / "site"
    done = export(str(top), f"file://{work}", "--base-url", "https://example.org", data=tmp_path / "data")
    assert (done.returncode, done.stdout) == (0, "")
    assert " 0 broken" in done.stderr
    assert "3 February 2031" not in (top / "two" / "index.html").read_text().split("Updated")[0]


@pytest.mark.parametrize(
    ("folder", "words"),
    [("notes", "the notes themselves"), ("", "the notes themselves"), ("full", "is not empty")],
)
def test_what_is_no_place_for_an_export_is_refused(
    notes: Path, tmp_path: Path, folder: str, words: str
) -> None:
    """The notes, what contains them, and a folder with somebody's files: with 2, and nothing written."""
    work = tmp_path / "notes"
    git("clone", "-q", str(notes), str(work))
    write(tmp_path, {"full/thesis.txt": "years"})
    before = files(tmp_path)
    done = export(str(tmp_path / folder), str(work), data=tmp_path / "data")
    assert done.returncode == 2
    assert words in done.stderr
    assert {name: data for name, data in files(tmp_path).items() if not name.startswith("data/")} == before


def test_a_remote_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    """Ends with 1, and makes no folder."""
    done = export(str(tmp_path / "site"), str(tmp_path / "none.git"), data=tmp_path / "data")
    assert done.returncode == 1
    assert not (tmp_path / "site").exists()


def test_of_two_that_want_one_file_the_page_has_it(tmp_path: Path) -> None:
    """As on the server, where `/` shows `index.md` beside an `index.html`; both are named."""
    twins = {"index.md": "# Page\n", "index.html": "<p>raw", "404.html": "<p>Own", "c.md": "# C\n"}
    folders = {
        "c/index.html": "<p>raw",
        "a.md": "# A\n",
        "a/x.txt": "x",
        "Note.md": "# N\n",
        "note.md": "# n\n",
    }
    work = repository(tmp_path / "notes", {**twins, **folders})
    top = tmp_path / "site"
    done = export(str(top), f"{work}#main", *BASE, data=tmp_path / "data")
    assert done.returncode == 1
    assert "index.md and index.html: rename one of them" in done.stdout
    assert "c.md and c/index.html: rename one of them" in done.stdout
    assert done.stdout.count("it is not exported") == 2
    assert "/note: warning: /Note differs from it only in case" in done.stdout
    assert ">Page</h1>" in (top / "index.html").read_text()
    assert ">C</h1>" in (top / "c" / "index.html").read_text()
    assert (top / "404.html").read_text() == "<p>Own"
    # The policy of what is not there does not fall on the page in its place.
    assert r"/index\.html" not in (top / ".htaccess").read_text()


def test_a_list_stays_where_a_page_was(tmp_path: Path) -> None:
    """What is said of a page that left displaces nothing that is there now."""
    before = {"_config.yml": "permalink: pretty\n", "categories/x.md": "---\n---\nLeft.\n"}
    notes = repository(tmp_path / "notes", before)
    git("rm", "-q", "categories/x.md", cwd=notes)
    write(notes, {"_posts/2020-01-02-one.md": "---\ncategories: x\n---\nText.\n"})
    commit(notes, "A category instead of a page")
    done = export(str(tmp_path / "site"), f"{notes}#main", *BASE, data=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert "/one" in (tmp_path / "site" / "categories" / "x" / "index.html").read_text("utf-8")
