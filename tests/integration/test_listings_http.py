"""Long lists over HTTP: what a push changes of them, and what it leaves as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from notepads import Notepad, notepad

if TYPE_CHECKING:
    from collections.abc import Iterator


def post(number: int) -> str:
    """Return one of many posts; the higher the number, the newer."""
    return f"---\ntitle: Post {number}\ndate: {2014 + number // 12}-{1 + number % 12:02}-03\n---\nText.\n"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    files: dict[str, str | bytes] = {f"posts/p{n:02}.md": post(n) for n in range(31)}
    with notepad(tmp_path_factory.mktemp("lists"), files, "--per-page", "5") as made:
        yield made


def test_addresses_of_sheets(book: Notepad) -> None:
    """A numbered sheet answers, the newest leads to the list itself, and others are not there."""
    get = book.server.get
    assert get("/posts/page/2").status == 200
    assert get("/page/1", "HEAD").status == 200
    newest = get("/posts/page/6")
    assert (newest.status, newest.headers["location"]) == (301, "/posts")
    slash = get("/posts/page/2/")
    assert (slash.status, slash.headers["location"]) == (301, "/posts/page/2")
    for path in ("/posts/page/7", "/posts/page/0", "/posts/page/2x", "/-/page/posts/2", "/-/archive"):
        assert get(path).status == 404, path


def test_a_push_leaves_older_sheets_in_every_cache(book: Notepad) -> None:
    """After a new post, a cache asks for an old sheet and hears that it is still good."""
    get = book.server.get
    before = {path: get(path).headers["etag"] for path in ("/posts", "/posts/page/1", "/posts/page/2")}
    book.push({"posts/new.md": post(40)})
    assert "Post 40" in get("/posts").text
    assert get("/posts").headers["etag"] != before["/posts"]
    for path in ("/posts/page/1", "/posts/page/2"):
        assert get(path, if_none_match=before[path]).status == 304, path


def test_a_file_of_the_repository_takes_the_address(book: Notepad) -> None:
    """A push that brings its own archive has it at once; ours moves out of the way, and back."""
    get = book.server.get
    assert "2016" in get("/archive").text
    book.push({"archive.md": "# What I keep\n"})
    assert "What I keep" in get("/archive").text
    assert get("/archive/2016").status == 404
    assert get("/-/archive/2016").status == 200
    book.push(delete="archive.md")
    assert get("/archive/2016").status == 200
