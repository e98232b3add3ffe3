"""Feeds, sitemap and robots.txt over HTTP, and what a hub hears of a push."""

from __future__ import annotations

import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import pytest
from notepads import Notepad, notepad
from running import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES: dict[str, str | bytes] = {
    "index.md": "---\ntitle: Notes\n---\nHello.\n",
    "posts/one.md": "---\ntitle: One\ntags: x\nauthor: Ada\n---\nSee [two](two.md).\n",
    "posts/two.md": "---\ntitle: Two\nauthor: Bob\n---\nText.\n",
    "other/three.md": "---\ntitle: Three\ntags: y\nauthor: Cyd\n---\nText.\n",
}
FORMS = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


class Hub:
    """A hub that remembers what it was told."""

    def __init__(self, status: int = 204) -> None:
        told: queue.Queue[list[tuple[str, str]]] = queue.Queue()

        class Listening(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                told.put(parse_qsl(self.rfile.read(length).decode()))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.told = told
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hub"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Hear no more."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    listening = Hub()
    yield listening
    listening.close()


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, hub: Hub) -> Iterator[Notepad]:
    with notepad(tmp_path_factory.mktemp("feeds"), FILES, "--websub-hub", hub.url) as made:
        yield made


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", ["section/posts", "tag/x", "author/Ada"])
def test_each_feed_is_served_and_not_sent_twice(book: Notepad, what: str, form: str) -> None:
    """200 with its media type and a strong entity tag, then 304: a feed reader asks every hour."""
    path = f"/-/feeds/{what}.{form}"
    reply = book.server.get(path)
    assert (reply.status, reply.headers["content-type"]) == (200, FORMS[form])
    assert "content-security-policy" in reply.headers
    again = book.server.get(path, if_none_match=reply.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert b"One" in reply.body
    assert b"Three" not in reply.body


def test_a_feed_that_is_not_there_is_a_404(book: Notepad) -> None:
    """With the page that helps, not with an empty feed."""
    for path in ("/-/feeds/", "/-/feeds/tag/none.atom", "/-/feeds/section/posts.txt"):
        assert book.server.get(path).status == 404


def test_subscribers_of_another_generator_find_the_feed(book: Notepad) -> None:
    """A feed's old address answers 301."""
    reply = book.server.get("/posts/index.xml")
    assert (reply.status, reply.headers["location"]) == (301, "/-/feeds/section/posts.rss")


def test_crawlers_are_told_where_to_look(book: Notepad) -> None:
    """robots.txt names the sitemap, and the sitemap every page, at addresses that answer."""
    robots = book.server.get("/robots.txt")
    assert robots.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Disallow: /-/search" in robots.text
    root = ET.fromstring(book.server.get("/sitemap.xml").body)
    places = [loc.text or "" for loc in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(places) == 6
    for place in places:
        assert book.server.get("/" + place.split("/", 3)[3]).status == 200
    assert book.server.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_the_hub_hears_of_what_a_push_changed(book: Notepad, hub: Hub) -> None:
    """WebSub: one announcement for a push, with the feeds that differ and no others."""
    # What the fixture's own push said is taken first; it may come late.
    assert any("/tag/y." in url for _, url in hub.told.get(timeout=PATIENCE))
    book.push({"posts/one.md": "---\ntitle: One\ntags: x\nauthor: Ada\n---\nMore.\n"})
    said = hub.told.get(timeout=PATIENCE)
    assert said[0] == ("hub.mode", "publish")
    paths = sorted(url.split("/", 3)[3] for name, url in said if name == "hub.url")
    feeds = ["site", "section/posts", "tag/x", "author/Ada"]
    expected = {f"-/feeds/{feed}.{form}" for feed in feeds for form in FORMS} - {"-/feeds/site.atom"}
    assert paths == sorted({*expected, "atom"})
    feed = json.loads(book.server.get("/-/feeds/tag/x.json").body)
    assert "More." in feed["items"][0]["content_html"]
    assert f'<{hub.url}>; rel="hub"' in book.server.get("/atom").headers["link"]


def test_a_hub_that_fails_is_nobody_elses_concern(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Refused or not there at all: the push is published, and the log says why nobody was told."""
    closed = Hub()
    closed.close()
    with notepad(tmp_path_factory.mktemp("deaf"), FILES, "--websub-hub", closed.url) as made:
        made.push({"posts/four.md": "---\ntitle: Four\n---\nText.\n"})
        assert made.server.get("/posts/four").status == 200
        deadline = time.monotonic() + PATIENCE
        while not made.server.events("the hub cannot be told") and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "hub" in made.server.events("the hub cannot be told")[0]
