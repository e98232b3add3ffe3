"""HTTP as RFC 9110 and 9112 want it, and the fields that protect readers, over real sockets."""

from __future__ import annotations

import http.client
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from notepads import notepad
from pages import atom, read
from running import Server, repository, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES: dict[str, str | bytes] = {
    "One.md": "# One\n\n" + "Some words, often. " * 60,
    "Posts/Two.md": "---\ntitle: Two\ntags: a b\naliases: [/older]\n---\nSee [One](../One.md).\n",
    "Posts/naïve file.md": "# Naïve\n",
    "picture.svg": '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>\n',
    "page.html": "<!doctype html><script>alert(1)</script>\n",
    "data.xml": "<x/>\n",
    "film.mp4": bytes(range(256)) * 40,
    "elsewhere": "redirect: /One\n",
}
SECURITY = {
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
}
KNOWN = re.compile(
    r"/(?:|One|Posts|Posts/Two|Posts/na%C3%AFve%20file|picture\.svg|page\.html|data\.xml|film\.mp4|tags|tags/a%20b"
    r"|atom|-/(?:live|ready|status|metrics|events))"
)
TOKEN = "a-token-for-the-status"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a small site."""
    folder = tmp_path_factory.mktemp("http")
    work = repository(folder / "notes", FILES)
    with running(str(work / ".git"), data=folder / "data", CANOPY_STATUS_TOKEN=TOKEN) as server:
        yield server


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def _ask(server: Server, target: bytes, *fields: bytes, method: bytes = b"GET") -> bytes:
    lines = [method + b" " + target + b" HTTP/1.1", *fields, b"connection: close", b"", b""]
    return server.raw(b"\r\n".join(lines))


_PIECES = st.sampled_from(
    rb"/ .. . %2e%2e %2f %5c \ // One Posts .git .config %00 %0a %ff ? # x - status One.md ; : @".split()
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=30), st.lists(_PIECES, max_size=7).map(b"".join).map(lambda b: b"/" + b)))
@example(b"/../../../../etc/passwd")
@example(b"/%2e%2e/%2e%2e/etc/passwd")
@example(b"//etc/passwd")
@example(b"http://127.0.0.1/One")
@example(b"*")
def test_only_known_paths_are_there(site: Server, target: bytes) -> None:
    """Over raw bytes, only known paths answer 200; nothing is a server error, and nothing hangs."""
    answer = _ask(site, target, b"host: 127.0.0.1")
    status = _status(answer)
    assert status in (200, 301, 302, 400, 404, 405), answer[:200]
    if status == 200:
        path = re.sub(rb"^[a-zA-Z]+://[^/?#]*", b"", target)
        path = re.split(rb"[?# ]", path)[0]
        text = quote(http_decoded(path))
        assert KNOWN.fullmatch(text), (target, text)


def http_decoded(path: bytes) -> bytes:
    """Return a path with its percent-encoding taken away."""
    return re.sub(rb"%([0-9a-fA-F]{2})", lambda match: bytes([int(match[1], 16)]), path)


@pytest.mark.parametrize(
    "fields", [(), (b"host: a", b"host: a"), (b"host: a", b"Host: b")], ids=["none", "twice", "two"]
)
def test_the_host_must_be_clear(site: Server, fields: tuple[bytes, ...]) -> None:
    """An "absent or double Host is 400" (RFC 9112, 3.2)."""
    assert _status(_ask(site, b"/One", *fields)) == 400


def test_http_1_0_needs_no_host(site: Server) -> None:
    """A request of HTTP/1.0, as health checks send it, may lack the Host."""
    assert b" 200 " in site.raw(b"GET /-/live HTTP/1.0\r\n\r\n")[:16]


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /One HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 1_000_000 + b"\r\n\r\n",
        b"GET /" + b"y" * 1_000_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /One HTTP/1.1\r\nhost: a\r\n" + b"x: y\r\n" * 20_000 + b"\r\n",
        b"GET /One HTTP/1.1\r\nhost: a\r\n" + b"".join(b"x%d: y\r\n" % n for n in range(150)) + b"\r\n",
    ],
    ids=["field", "target", "fields", "150 fields"],
)
def test_a_large_header_is_refused(site: Server, request_: bytes) -> None:
    """A header of 1 MB is refused with 400, 414 or 431, and others are served."""
    answer = site.raw(request_)
    # A client that is still sending may be cut off before it reads why.
    assert _status(answer) in (0, 400, 414, 431)
    assert site.get("/One").status == 200


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /One HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /One HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
        b"POST /One HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        b"GET /One HTTP/1.1\r\nhost : a\r\n\r\n",
        b"GET /One HTTP/1.1\r\nhost: a\r\n continued\r\n\r\n",
        b"GET /One HTTP/9.9\r\nhost: a\r\n\r\n",
        b"NONSENSE\r\n\r\n",
    ],
    ids=["both lengths", "two lengths", "negative", "space before colon", "folded", "version", "nonsense"],
)
def test_a_malformed_request_is_refused(site: Server, request_: bytes) -> None:
    """What two servers could read differently is 400, and the connection ends."""
    answer = site.raw(request_, seconds=3)
    assert _status(answer) in (0, 400, 505), answer[:100]
    assert answer.count(b"HTTP/1.1 ") <= 1


def test_requests_may_follow_each_other(site: Server) -> None:
    """Pipelined requests on one connection are answered in their order."""
    one = b"GET /One HTTP/1.1\r\nhost: a\r\n\r\n"
    answer = site.raw(one + one + b"GET /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    assert [int(code) for code in re.findall(rb"HTTP/1\.1 (\d+) ", answer)] == [200, 200, 404]


ROUTES = [
    ("GET", "/One", 200, {}),
    ("GET", "/One", 304, {"If-None-Match": "*"}),
    ("GET", "/", 200, {}),
    ("GET", "/atom", 200, {}),
    ("GET", "/film.mp4", 200, {}),
    ("GET", "/film.mp4", 206, {"Range": "bytes=0-9"}),
    ("GET", "/film.mp4", 416, {"Range": "bytes=99999-"}),
    ("GET", "/One", 412, {"If-Match": '"other"'}),
    ("GET", "/elsewhere", 301, {}),
    ("GET", "/One.md", 301, {}),
    ("GET", "/%ff", 400, {}),
    ("GET", "/a%00b", 400, {}),
    ("GET", "/nowhere", 404, {}),
    ("GET", "/a%2fb", 404, {}),
    ("GET", "/-/nowhere", 404, {}),
    ("GET", "/-/assets/nowhere.css", 404, {}),
    ("POST", "/One", 405, {}),
    ("DELETE", "/-/live", 405, {}),
    ("GET", "/-/live", 200, {}),
    ("GET", "/-/ready", 200, {}),
    ("GET", "/-/status", 200, {}),
    ("GET", "/-/metrics", 200, {}),
    ("GET", "/-/status", 401, {"X-Forwarded-For": "203.0.113.7"}),
    ("POST", "/push", 202, {}),
]


@pytest.mark.parametrize(("method", "path", "status", "fields"), ROUTES)
def test_every_answer_is_protected(
    site: Server, method: str, path: str, status: int, fields: dict[str, str]
) -> None:
    """CSP, nosniff, Referrer-Policy, CORP, COOP, Permissions-Policy "on every answer, errors and 304 too"."""
    reply = site.get(path, method, **fields)
    assert reply.status == status
    assert reply.headers.keys() >= SECURITY
    assert "set-cookie" not in reply.headers
    assert "server" not in reply.headers


@pytest.mark.parametrize("request_", [b"GET /One HTTP/1.1\r\n\r\n", b"NONSENSE\r\n\r\n"])
def test_a_refusal_before_any_route_is_protected(site: Server, request_: bytes) -> None:
    """The security fields are also on the 400 of a request that cannot be parsed."""
    head = site.raw(request_).partition(b"\r\n\r\n")[0].decode().lower()
    names = {line.partition(":")[0] for line in head.split("\r\n")[1:]}
    assert names >= SECURITY


@pytest.mark.parametrize(
    "path",
    ["/", "/One", "/atom", "/film.mp4", "/nowhere", "/elsewhere", "/-/live", "/-/status", "/picture.svg"],
)
@pytest.mark.parametrize("coding", ["", "gzip", "br"])
def test_head_is_get_without_a_body(site: Server, path: str, coding: str) -> None:
    """HEAD has the status and the fields of GET and no body (RFC 9110, 9.3.2)."""
    replies = [site.get(path, method, Accept_Encoding=coding or "identity") for method in ("GET", "HEAD")]
    heads = [
        (
            r.status,
            {k: v for k, v in r.headers.items() if (k != "date" and path != "/-/status") or k == "etag"},
        )
        for r in replies
    ]
    assert heads[0] == heads[1]
    assert replies[1].body == b""


@pytest.mark.parametrize("path", ["/picture.svg", "/page.html", "/data.xml"])
@pytest.mark.parametrize("fields", [{}, {"Range": "bytes=0-3"}, {"If-None-Match": "*"}])
def test_documents_of_the_repository_are_sandboxed(site: Server, path: str, fields: dict[str, str]) -> None:
    """SVG, HTML files on our origin: "`Content-Security-Policy: sandbox`, nosniff"; exactly one policy."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port)
    connection.request("GET", path, headers=fields)
    response = connection.getresponse()
    policies = response.headers.get_all("content-security-policy")
    connection.close()
    assert len(policies) == 1
    assert policies[0].startswith("sandbox")
    assert "allow-scripts" not in policies[0]


def test_a_part_of_a_file(site: Server) -> None:
    """Range for assets as RFC 9110, 14 says: a part, its end, what is beyond, and If-Range."""
    whole = site.get("/film.mp4")
    assert whole.headers["accept-ranges"] == "bytes"
    part = site.get("/film.mp4", Range="bytes=100-199")
    assert (part.status, part.body) == (206, whole.body[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.body)}"
    assert site.get("/film.mp4", Range="bytes=-5").body == whole.body[-5:]
    beyond = site.get("/film.mp4", Range=f"bytes={len(whole.body)}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.body)}")
    stale = site.get("/film.mp4", Range="bytes=0-1", If_Range='"stale"')
    assert (stale.status, stale.body) == (200, whole.body)
    fresh = site.get("/film.mp4", Range="bytes=0-1", If_Range=whole.headers["etag"])
    assert fresh.status == 206
    assert site.get("/One", Range="bytes=0-1").status == 200


@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_each_coding_has_its_own_strong_tag(site: Server, coding: str) -> None:
    """Per-encoding entity tags: a 304 for the same coding, and the tag of another coding does not match."""
    reply = site.get("/One", Accept_Encoding=coding)
    tag = reply.headers["etag"]
    assert re.fullmatch(r'"[^"]+"', tag)
    assert reply.headers.get("content-encoding", "identity") == coding
    assert reply.headers["vary"].lower() == "accept-encoding"
    same = site.get("/One", Accept_Encoding=coding, If_None_Match=f'"x", W/{tag}')
    assert (same.status, same.body, same.headers["etag"]) == (304, b"", tag)
    assert same.headers["cache-control"] == reply.headers["cache-control"]
    other = "br" if coding != "br" else "gzip"
    assert site.get("/One", Accept_Encoding=other, If_None_Match=tag).status == 200


def test_the_themes_assets_live_long(site: Server) -> None:
    """CSS and JS are "static files with content-hashed names and long cache lives"."""
    assets = {link for link in read(site.get("/One").text).links if link.startswith("/-/assets/")}
    assert {link.rpartition(".")[2] for link in assets} >= {"css", "js", "svg"}
    for link in assets:
        reply = site.get(link)
        assert reply.status == 200
        assert re.search(r"[.-][0-9a-f]{8,}", link)
        assert "immutable" in reply.headers["cache-control"]
        assert site.get(link, If_None_Match=reply.headers["etag"]).status == 304


def test_the_status_is_for_the_machine_and_the_token(site: Server) -> None:
    """`/-/status` and `/-/metrics`: "loopback or with a token"; behind a proxy the token alone counts."""
    for path in ("/-/status", "/-/metrics"):
        assert site.get(path).status == 200
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
            refused = site.get(path, **{name: "127.0.0.1"})
            assert refused.status == 401
            assert refused.headers["www-authenticate"] == "Bearer"
        admitted = {"X-Forwarded-For": "203.0.113.7", "Authorization": f"bearer {TOKEN}"}
        assert site.get(path, **admitted).status == 200
        for wrong in ("Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xff"):
            assert site.get(path, X_Forwarded_For="x", Authorization=wrong).status == 401
    assert TOKEN not in site.output


@pytest.mark.parametrize("path", ["/-/x", "/-/", "/-", "/-/assets/", "/-/assets/../live", "/-/status/"])
def test_unknown_addresses_of_our_own_are_404(site: Server, path: str) -> None:
    """An unknown `/-/x` is 404."""
    assert site.get(path).status == 404


def test_the_404_page_helps(site: Server) -> None:
    """A useful 404: it names the address, suggests the page that was meant, and is not cached."""
    reply = site.get("/Posts/Twoo")
    assert reply.status == 404
    assert "/Posts/Two" in read(reply.text).links
    assert reply.headers["cache-control"] == "no-store"
    assert "<script>alert" not in site.get("/%3Cscript%3Ealert(1)%3C/script%3E").text


def test_other_hosts_are_misdirected(tmp_path: Path) -> None:
    """With `allowed_hosts`, other names are 421, and "feeds are byte-identical under any Host"."""
    work = repository(tmp_path / "notes", FILES)
    with running(
        str(work),
        "--allowed-hosts",
        "notes.example, 127.0.0.1",
        "--base-url",
        "https://notes.example",
        data=tmp_path / "d",
    ) as server:
        wrong = server.get("/One", Host="evil.example")
        assert wrong.status == 421
        assert wrong.headers.keys() >= SECURITY
        assert "evil.example" not in wrong.text
        feeds = {
            server.get("/atom", Host=host).body
            for host in ("notes.example", "NOTES.example:443", "127.0.0.1")
        }
        assert len(feeds) == 1
        assert b"127.0.0.1" not in feeds.pop()


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the site below `/notes`."""
    folder = tmp_path_factory.mktemp("below")
    work = repository(folder / "notes", {**FILES, "notes/Inner.md": "# Inner\n"})
    with running(
        str(work / ".git"), "--base-url", "https://example.org/notes/", data=folder / "data"
    ) as server:
        yield server


@pytest.mark.parametrize("prefix", ["", "/notes"], ids=["stripped", "kept"])
def test_a_sub_path_works_either_way(below: Server, prefix: str) -> None:
    """`base_url` with a path: links, assets, feed, redirects, whether or not the proxy strips it."""
    home = below.get(prefix + "/")
    assert home.status == 200
    links = [link for link in read(home.text).links if link.startswith("/") and not link.startswith("//")]
    assert links
    assert [link for link in links if not link.startswith("/notes/")] == []
    for link in links:
        assert below.get(prefix + link.removeprefix("/notes").partition("#")[0]).status == 200, link
    two = below.get(prefix + "/Posts/Two")
    assert "/notes/One" in read(two.text).links
    for path, target in (("/elsewhere", "/notes/One"), ("/One.md", "/notes/One"), ("/One/", "/notes/One")):
        reply = below.get(prefix + path)
        assert (reply.status, reply.headers["location"]) == (301, target)
    feed = atom(below.get(prefix + "/atom").body)
    assert feed.self_link == "https://example.org/notes/atom"
    assert all(entry.link.startswith("https://example.org/notes/") for entry in feed.entries)
    assert below.get(prefix + "/-/live").status == 200
    assert below.get(prefix + "/push", "POST").status == 202
    missing = below.get(prefix + "/nowhere")
    assert missing.status == 404
    assert all(link.startswith(("/notes/", "#")) for link in read(missing.text).links)


@pytest.mark.parametrize("prefix", ["", "/notes"], ids=["stripped", "kept"])
def test_a_folder_may_be_called_like_the_sub_path(below: Server, prefix: str) -> None:
    """A folder `notes` of a site below `/notes` is there, whether or not the proxy strips the prefix."""
    assert read(below.get(prefix + "/notes/Inner").text).heading == "Inner"
    assert read(below.get("/notes/notes").text).heading == "Notes"


def test_the_repository_has_a_word_for_what_is_not_there(tmp_path: Path) -> None:
    """`404.md` is said first where nothing is, with links that lead on; what Canopy knows comes after it."""
    files = {"404.md": "# Lost in the woods\n\nTry [the path](two.md).\n", "two.md": "# Two\n"}
    with notepad(tmp_path, files) as book:
        reply = book.server.get("/twoo")
        assert reply.status == 404
        assert "Lost in the woods" in reply.text
        assert '<a href="/two">the path</a>' in reply.text
        assert "Perhaps you meant" in reply.text
        book.push({"404.md": "# Somewhere else\n"})
        assert "Somewhere else" in book.server.get("/twoo").text
        book.push(delete="404.md")
        assert "There is no such page" in book.server.get("/twoo").text
