"""A notepad below a path, behind a reverse proxy: everything that readers and authors do."""

from __future__ import annotations

import http.client
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

import pytest
from proxy import Proxy, proxied
from pushing import Notepad, notepad
from running import PATIENCE, git, repository, running

from canopy.export.crosscheck import html_links

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PREFIX = "/people/me"
FILES: dict[str, str | bytes] = {
    "posts/one.md": "---\ntitle: One\ntags: x\naliases: [/older]\n---\n![it](one.png) [two](two.md#more)\n",
    "posts/one.png": b"\x89PNG\r\n\x1a\n",
    "posts/two.md": "---\ntitle: Two\nauthor: Ada\n---\n\n## More\n\nUnmistakable text.\n",
}


@pytest.fixture(scope="module", params=[True, False], ids=["stripped", "kept"])
def proxy(request: pytest.FixtureRequest) -> Iterator[Proxy]:
    with proxied(PREFIX, strip=request.param) as running_proxy:
        yield running_proxy


@pytest.fixture(scope="module")
def book(proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    """Run a notepad with the starter notes and some more, which are pushed through the proxy."""
    settings = (
        "--base-url",
        proxy.url + "/",
        "--trusted-proxies",
        "127.0.0.1",
        "--behind-tls",
        "--access-log",
    )
    with notepad(tmp_path_factory.mktemp("proxy"), *settings) as pad:
        proxy.upstream = pad.server.port
        work = pad.clone()
        pushed = pad.push_files(work, FILES)
        assert pushed.code == 0, pushed.text
        # The pusher is shown where readers find it.
        assert any(line.endswith(f"{proxy.url}/posts/one") for line in pushed.remote), pushed.text
        pad.server.wait_for_search()
        yield pad


class Answer:
    """What came back through the proxy, without following a redirect."""

    def __init__(self, proxy: Proxy, path: str, method: str = "GET", **headers: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", proxy.server_address[1], timeout=PATIENCE)
        connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        response = connection.getresponse()
        self.status, self.body = response.status, response.read()
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        connection.close()

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


def linked(answer: Answer, base_url: str) -> Iterator[str]:
    """Yield the links of whatever was sent: a page, a feed, a sitemap, a style sheet, a script."""
    kind = answer.headers["content-type"].partition(";")[0]
    if kind == "text/html":
        yield from html_links(answer.text, base_url)
        assert "http://127.0.0.1:8080" not in answer.text.replace("<code", "").split("<pre")[0]
    elif kind == "text/css":
        yield from re.findall(r"url\([\"']?([^)\"']+)", answer.text)
    elif kind == "text/javascript":
        yield from re.findall(r"[\"'](\./[\w.-]+)[\"']", answer.text)
    elif kind.endswith(("xml", "json")):
        yield from re.findall(
            rf"(?:href=\"|<loc>|<link>|_?url\": ?\")({re.escape(base_url)}[^\"<]*)", answer.text
        )
        assert "evil.test" not in answer.text


def test_all_of_the_site_is_below_the_path(proxy: Proxy, book: Notepad) -> None:
    """Crawled from its first page: no link leaves the path, and none is dead."""
    site = proxy.url.removesuffix(PREFIX)
    seen: set[str] = set()
    waiting = [
        PREFIX + "/",
        *(f"{PREFIX}/{name}" for name in ("favicon.ico", "robots.txt", "sitemap.xml", "-/search?q=a")),
    ]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = Answer(proxy, path)
        assert answer.status == 200, path
        assert "set-cookie" not in answer.headers
        for link in linked(answer, proxy.url):
            url = urlsplit(urljoin(site + path, link))
            if f"{url.scheme}://{url.netloc}" == site:
                assert (url.path + "/").startswith(PREFIX + "/"), (path, link)
                waiting.append(url.path + ("?" + url.query if url.query else ""))
    kinds = ("/posts/two", "/posts/one.png", "/tags/x", "/atom", "/-/opensearch.xml", "/-/feeds/tag/x.rss")
    assert {PREFIX + kind for kind in kinds} <= seen
    assert any(path.endswith(".woff2") for path in seen)
    assert sum(path.endswith(".js") for path in seen) > 5


def test_what_moved_what_is_not_there_and_what_is_refused(proxy: Proxy, book: Notepad) -> None:
    """Redirects stay below the path, whatever the proxy says it is called; error pages link there."""
    for old, new in (("/posts/one/", "/posts/one"), ("/older", "/posts/one"), ("/feed.xml", "/atom")):
        answer = Answer(proxy, PREFIX + old)
        assert (answer.status, answer.headers["location"]) == (301, PREFIX + new)
    lost = Answer(proxy, PREFIX + "/posts/tow")
    assert lost.status == 404
    assert f'href="{PREFIX}/posts/two"' in lost.text
    assert f'action="{PREFIX}/-/search"' in lost.text
    assert Answer(proxy, PREFIX + "/%00").status == 400
    assert Answer(proxy, PREFIX + "/", "POST").status == 405
    # The path without its slash is the first page too, or leads there.
    assert Answer(proxy, PREFIX).status in (200, 301)


def test_programs_find_what_they_ask_for(proxy: Proxy, book: Notepad) -> None:
    """Feeds, robots.txt and the description of the search have the addresses that readers use."""
    assert "<id>" in Answer(proxy, PREFIX + "/atom").text
    assert f'href="{proxy.url}/posts/two"' in Answer(proxy, PREFIX + "/atom").text
    assert f"Sitemap: {proxy.url}/sitemap.xml" in Answer(proxy, PREFIX + "/robots.txt").text
    assert f"Disallow: {PREFIX}/-/search" in Answer(proxy, PREFIX + "/robots.txt").text
    assert (
        f'template="{proxy.url}/-/search?q={{searchTerms}}"'
        in Answer(proxy, PREFIX + "/-/opensearch.xml").text
    )
    tag = Answer(proxy, PREFIX + "/posts/two").headers["etag"]
    assert Answer(proxy, PREFIX + "/posts/two", if_none_match=tag).status == 304


def test_the_search_leads_below_the_path(proxy: Proxy, book: Notepad) -> None:
    """As a page and as one types."""
    assert f'href="{PREFIX}/posts/two"' in Answer(proxy, PREFIX + "/-/search?q=unmistakable").text
    found = json.loads(Answer(proxy, PREFIX + "/-/search.json?q=unmistakable").body)
    assert [hit["url"] for hit in found["hits"]] == [PREFIX + "/posts/two"]


def test_a_push_through_the_proxy_reaches_an_open_tab(proxy: Proxy, book: Notepad) -> None:
    """`git push` to the address below the path; the stream of events says which page changed."""
    work = book.clone("writer")
    assert git("remote", "get-url", "origin", cwd=work).strip().endswith(f"{PREFIX}/notepad.git")
    stream = urlopen(
        Request(proxy.url + "/-/events", headers={"accept": "text/event-stream"}), timeout=PATIENCE
    )
    with stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        # So that no proxy in between collects them.
        assert stream.headers["x-accel-buffering"] == "no"
        lines = iter(stream.readline, b"")
        next(line for line in lines if line.startswith(b"data:"))
        pushed = book.push_files(work, {"posts/three.md": "# Three\n", "large.bin": bytes(range(256)) * 8192})
        assert pushed.code == 0, pushed.text
        told = json.loads(next(line for line in lines if line.startswith(b"data:"))[5:])
        assert told["paths"] is None or "/posts/three" in told["paths"]
    assert "Three" in Answer(proxy, PREFIX + "/posts/three").text


def test_a_forge_calls_the_hook_below_the_path(proxy: Proxy, book: Notepad) -> None:
    """And is answered when it asked to wait."""
    answer = Answer(proxy, PREFIX + "/push?wait", "POST")
    assert (answer.status, json.loads(answer.body)["status"]) == (200, "unchanged")


def test_a_trusted_proxy_is_believed_about_its_readers(proxy: Proxy, book: Notepad) -> None:
    """The log has the reader's address; strangers see no status, though the proxy is on this machine."""
    Answer(proxy, PREFIX + "/posts/one")
    assert book.server.events("request")[-1]["client"] == "203.0.113.7"
    assert Answer(proxy, PREFIX + "/-/status").status == 401
    assert Answer(proxy, PREFIX + "/-/live").status == 200


def test_anybody_else_is_not(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Who is no trusted proxy changes neither addresses, nor who they are, nor whether tokens are taken."""
    folder = tmp_path_factory.mktemp("untrusted")
    lies = {
        "x_forwarded_for": "198.51.100.1",
        "x_forwarded_proto": "https",
        "x_forwarded_host": "evil.test",
        "x_forwarded_prefix": "/evil",
        "forwarded": "for=198.51.100.1;host=evil.test;proto=https",
        "x_real_ip": "198.51.100.1",
    }
    with notepad(folder, "--access-log") as pad:
        pad.server.wait_for_search()
        for path in ("/", "/atom", "/guide/", "/none", "/sitemap.xml", "/-/search?q=push"):
            honest, lied = pad.server.get(path), pad.server.get(path, **lies)
            assert (honest.status, honest.body) == (lied.status, lied.body)
            assert honest.headers.get("location") == lied.headers.get("location")
            assert "evil" not in lied.text
        assert {line["client"] for line in pad.server.events("request")} == {"127.0.0.1"}
        refs = "/notepad.git/info/refs?service=git-receive-pack"
        assert pad.server.get(refs, **lies).status == 403
        assert pad.server.get(refs).status == 401


def test_a_site_may_say_itself_where_it_is(tmp_path: Path) -> None:
    """`canopy.toml` with a path in its address: pages, assets and events are there, rendered or not."""
    files = {**FILES, "canopy.toml": 'base_url = "https://notes.example/mé/n"\n'}
    work = repository(tmp_path / "notes", files)
    with running(f"{work}#main", data=tmp_path / "data") as server:
        server.wait_for_search()
        for path in ("/posts/one", "/posts/one.png", "/", "/atom", "/-/search"):
            assert server.get("/m%C3%A9/n" + path).status == 200, path
            assert server.get(path).status == 200, path
        assert 'href="/m%C3%A9/n/posts/two#more"' in server.get("/posts/one").text
        assert server.get("/m%C3%A9/n/older").headers["location"] == "/m%C3%A9/n/posts/one"
