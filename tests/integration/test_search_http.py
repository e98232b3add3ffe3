"""Searching over HTTP: the page, JSON, the description for browsers, and a push."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import markup
import pytest
from notepads import Notepad, notepad
from running import Server, repository, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES: dict[str, str | bytes] = {
    "Posts/arp.md": "---\ntitle: Address <resolution> & more\ntags: network\n---\n"
    "The *cache* <b>expires</b>.\n",
    "Posts/tcp.md": "---\ntitle: Windows\ntags: network, tcp\n---\nA window slides over the cache.\n",
    "Projects/東京.md": "---\ntitle: 東京の旅\n---\n東京都を歩きました。\n",
    "Projects/many.md": "---\ntitle: Many\n---\nslides\n",
    **{f"all/{n}.md": f"---\ntitle: Note {n}\n---\nplenty of it\n" for n in range(40)},
}
_OPEN = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    with notepad(tmp_path_factory.mktemp("search"), FILES) as made:
        until_ready(made.server)
        yield made


def until_ready(server: Server, prefix: str = "") -> None:
    server.wait_for(f"{prefix}/-/search.json?q=x")


def asked(server: Server, text: str, more: str = "") -> dict[str, Any]:
    reply = server.get(f"/-/search.json?q={quote(text, safe='')}{more}")
    assert reply.status == 200, reply.text
    answer: dict[str, Any] = json.loads(reply.body)
    return answer


def found(server: Server, text: str, more: str = "") -> list[str]:
    return [hit["url"] for hit in asked(server, text, more)["hits"]]


def field(page: markup.Document, name: str) -> str | None:
    """Return the value of a form's only field of this name."""
    [value] = [e.attributes["value"] for e in page.all("input") if e.attributes["name"] == name]
    return value


def test_the_page_shows_what_was_found(book: Notepad) -> None:
    """Without a script: the form keeps the query, hits are links with passage, section, date and tags."""
    reply = book.server.get("/-/search?q=cache")
    document = markup.read(reply.text)
    assert document.faults == []
    assert field(document, "q") == "cache"
    assert document.one("form").attributes["action"] == "/-/search"
    assert len(document.all("article", class_="entry")) == 2
    assert document.one("a", href="/Posts/arp").text == "Address <resolution> & more"
    assert "The <mark>cache</mark> expires." in reply.text
    assert len(document.all("a", href="/tags/tcp")) == 1
    assert len(document.all("time")) == 2
    assert "2 pages" in reply.text
    assert document.one("title").text.startswith("cache – Search – ")


def test_an_empty_and_a_vain_search_help(book: Notepad) -> None:
    """The form with what it understands; nothing found, with what to do."""
    assert "the last may be unfinished" in book.server.get("/-/search").text
    assert "the last may be unfinished" in book.server.get("/-/search?q=+").text
    vain = book.server.get("/-/search?q=zzzz")
    assert vain.status == 200
    assert "Nothing was found" in vain.text


def test_is_not_for_other_search_engines_or_caches(book: Notepad) -> None:
    """No index, in the head and as a field, no-store, and a form on the 404 page."""
    for path in ("/-/search?q=cache", "/-/search.json?q=cache"):
        reply = book.server.get(path)
        assert reply.headers["x-robots-tag"] == "noindex"
        assert reply.headers["cache-control"] == "no-store"
        assert "form-action 'self'" in reply.headers["content-security-policy"]
        assert "connect-src 'self'" in reply.headers["content-security-policy"]
        assert "set-cookie" not in reply.headers
    assert '<meta name="robots" content="noindex">' in book.server.get("/-/search?q=cache").text
    missing = markup.read(book.server.get("/Posts/cache-window").text)
    assert field(missing, "q") == "cache window"


def test_every_page_leads_to_the_search(book: Notepad) -> None:
    """A field in the masthead, and the description for the browser in the head."""
    page = markup.read(book.server.get("/Posts/arp").text)
    assert page.one("form", role="search").attributes["action"] == "/-/search"
    assert page.one("link", rel="search").attributes["href"] == "/-/opensearch.xml"


def test_a_section_and_a_tag_narrow_it(book: Notepad) -> None:
    """As parameters of the form, and in the query."""
    server = book.server
    assert set(found(server, "slides")) == {"/Posts/tcp", "/Projects/many"}
    assert found(server, "slides", "&section=/Projects") == ["/Projects/many"]
    assert found(server, "slides section:Posts") == ["/Posts/tcp"]
    assert found(server, "cache", "&tag=tcp") == ["/Posts/tcp"]
    page = markup.read(server.get("/-/search?q=slides&section=/Posts&tag=tcp").text)
    assert page.one("option", value="/Posts").attributes.keys() >= {"selected"}
    assert field(page, "tag") == "tcp"


def test_the_number_is_honest(book: Notepad) -> None:
    """Thirty of forty are shown, and the page says so; `most` asks for fewer."""
    answer = asked(book.server, "plenty")
    assert (answer["count"], len(answer["hits"])) == (40, 30)
    assert "40 pages; the best 30 are shown" in book.server.get("/-/search?q=plenty").text
    assert len(found(book.server, "plenty", "&most=8")) == 8
    for odd in ("0", "-3", "x", "9" * 5000):
        assert 1 <= len(found(book.server, "plenty", f"&most={odd}")) <= 30


def test_json_by_negotiation(book: Notepad) -> None:
    """Whoever asks `/-/search` for JSON gets it, and caches know."""
    reply = book.server.get("/-/search?q=%E6%9D%B1%E4%BA%AC", Accept="application/json")
    assert reply.headers["content-type"] == "application/json"
    assert "accept" in reply.headers["vary"].lower()
    [hit] = json.loads(reply.body)["hits"]
    assert hit["title"] == ["", "東京", "の旅"]
    assert hit["url"] == "/Projects/" + quote("東京")
    assert "accept" in book.server.get("/-/search?q=x").headers["vary"].lower()


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "%00",
            "%ff%fe",
            "%ed%a0%80",
            "%22%20OR%201=1",
            "NEAR(",
            "*",
            "a" * 10_000,
            "%22" * 3000,
            "%F0%9F%98%80",
        ),
        *(
            "x&q=y&q=z",
            "<script>alert(1)</script>",
            "%3Cscript%3Ealert(1)%3C/script%3E",
            "&section=%00&tag=%00",
        ),
        *("x&section=../../etc", "x&tag=%22", "x;y", "%", "%2", "+" * 5000),
    ],
)
def test_any_query_is_answered(book: Notepad, raw: str) -> None:
    """Whatever comes after `q=`: 200, a page that is well-formed, and nothing of it is markup."""
    for path in (f"/-/search?q={raw}", f"/-/search.json?q={raw}"):
        reply = book.server.get(path.replace(" ", "%20"))
        assert reply.status == 200, reply.text[:300]
    html = book.server.get(f"/-/search?q={raw}".replace(" ", "%20")).text
    assert markup.read(html).faults == []
    assert "<script>alert" not in html
    assert book.server.events("the search index could not follow") == []


def test_other_methods_and_head(book: Notepad) -> None:
    """HEAD answers like GET without the body; a POST is 405."""
    assert book.server.get("/-/search?q=cache", "HEAD").body == b""
    assert book.server.get("/-/search?q=cache", "HEAD").status == 200
    assert book.server.get("/-/search", "POST").status == 405


def test_the_description_for_browsers(book: Notepad) -> None:
    """OpenSearch 1.1: a short name of at most 16 characters, a template with an absolute address."""
    reply = book.server.get("/-/opensearch.xml")
    assert reply.headers["content-type"].startswith("application/opensearchdescription+xml")
    root = ET.fromstring(reply.body)
    assert root.tag == _OPEN + "OpenSearchDescription"
    assert 0 < len(root.findtext(_OPEN + "ShortName") or "") <= 16
    assert root.findtext(_OPEN + "Description")
    urls = {url.get("type"): url.get("template") or "" for url in root.findall(_OPEN + "Url")}
    assert re.fullmatch(r"http://[^/]+/-/search\?q=\{searchTerms\}", urls["text/html"])


def test_a_push_is_found_at_once(tmp_path: Path) -> None:
    """What git has just accepted is found, what it replaced isn't; what is deleted neither."""
    with notepad(tmp_path, FILES) as book:
        server = book.server
        until_ready(server)
        for number in range(3):
            book.push({"Posts/new.md": f"---\ntitle: Fresh\n---\nmarker{number} of it"})
            server.wait_for("/Posts/new", f"marker{number}")
            assert found(server, f"marker{number}") == ["/Posts/new"]
            assert number == 0 or found(server, f"marker{number - 1} ") == []
        book.push(delete="Posts/new.md")
        server.wait_for("/Posts/new", status=410)
        assert found(server, "marker2") == []


def test_below_a_sub_path(tmp_path: Path) -> None:
    """Form, hits, JSON and description of a site below `/notes` lead there, stripped or not."""
    work = repository(tmp_path / "work", {"a.md": "# A\n\ncache\n", "b/c.md": "# C\n\ncache\n"})
    with running(
        str(work / ".git"), "--base-url", "https://example.org/notes/", data=tmp_path / "d"
    ) as server:
        until_ready(server)
        for prefix in ("", "/notes"):
            page = markup.read(server.get(f"{prefix}/-/search?q=cache").text)
            assert page.one("form").attributes["action"] == "/notes/-/search"
            assert page.one("a", href="/notes/b/c").text == "C"
            hits = json.loads(server.get(f"{prefix}/-/search.json?q=cache").body)["hits"]
            assert {hit["url"] for hit in hits} == {"/notes/a", "/notes/b/c"}
            template = 'template="https://example.org/notes/-/search?q={searchTerms}"'
            assert template in server.get(f"{prefix}/-/opensearch.xml").text


def test_before_there_is_a_site(tmp_path: Path) -> None:
    """Until there is something to find: 503 with Retry-After, in HTML and JSON; stopping is not held up."""
    with running(str(tmp_path / "nowhere.git"), data=tmp_path / "data", ready=False) as server:
        for path in ("/-/search?q=x", "/-/search.json?q=x", "/-/opensearch.xml"):
            reply = server.get(path)
            assert reply.status == 503
            assert "retry-after" in reply.headers or path.endswith("xml")
        assert "being prepared" in server.get("/-/search?q=x").text
        assert json.loads(server.get("/-/search.json?q=x").body)["state"] == "preparing"


def test_a_flood_of_searches_leaves_pages_alone(book: Notepad) -> None:
    """Two hundred searches at once: each is answered with 200 or 503, and a page comes meanwhile."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(100) as pool:
        searches = [pool.submit(book.server.get, f"/-/search?q=plenty+{n}") for n in range(200)]
        time.sleep(0.05)
        assert book.server.get("/Posts/arp").status == 200
        assert {one.result().status for one in searches} <= {200, 503}
    assert book.server.get("/-/search?q=cache").status == 200
