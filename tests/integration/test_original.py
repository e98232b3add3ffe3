"""The table of what the original Canopy does, row by row, asked of the running product over HTTP.

Each docstring quotes its row.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from pages import atom, read
from running import Server, commit, git, repository, running, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SITE_ID = "0F3C2A9E-6b1d-4c5f-9a53-2d7b1f0f7a11"
LINES = "---\ntitle: {title}\nauthor: {author}\n{more}---\n{body}\n"


def article(title: str, body: str = "Text.", author: str = "Ada", **more: str) -> str:
    """Return an article as the original wants it."""
    fields = "".join(f"{name}: {value}\n" for name, value in more.items())
    return LINES.format(title=title, author=author, body=body, more=fields)


FILES: dict[str, str | bytes] = {
    ".config/blog_name": "  The Notepad \n",
    ".config/index_page": "Start\n",
    ".config/uuid": SITE_ID + "\n",
    "static/css/style.css": "body { color: red }\n",
    "static/notes.md": "# not an article\n",
    "static/data": b"\x00\x01\x02",
    "Start": article("Welcome", "Welcome *here*."),
    "Posts/ARP": article("Address resolution", "See [deep](../Projects/a/b/Deep) and ![p](x.png)."),
    "Posts/Cubieboard2.md": article("Boards", tags="arm, help needed,  arm"),
    "Posts/odd.name.xyz": article("Any extension"),
    "Posts/x.png": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "Posts/Colon": article("SwarmKit: a talk", author="avsm ([Anil](https://anil.example/))"),
    "Posts/Markup": article("AFL + MirageOS = <3", author="[Thomas](https://github.com/samoht)"),
    "Posts/Windows": b"\xef\xbb\xbf" + article("Windows").replace("\n", "\r\n").encode(),
    "Posts/Abstract": article("Abstracted", abstract="In *short*.", author_url="https://ada.example/"),
    "Posts/Empty value": article("Spaced", tags=""),
    "Posts/Nothing": "just words, no header at all\n",
    "Posts/Broken": "---\ntitle: [unclosed\nthis line matches nothing\n---\nThe body is there.\n",
    "Old": "redirect: /Posts/ARP\n",
    "Away": "redirect: https://example.org/x?y=1#z\nand more text\n",
    "Projects/a/b/Deep": article("Deep"),
    "README.md": "# Read me\n",
    "Zeta": article("Zeta page"),
}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository as people wrote them for the original."""
    path = repository(tmp_path_factory.mktemp("original") / "notes", FILES)
    git("branch", "other", cwd=path)
    for number, (name, zone) in enumerate((("First", "+0000"), ("Second", "-0700"), ("Third", "+0530"))):
        # Git follows copies as well as renames: only what is unlike everything else has dates of its own.
        body = "\n".join(f"{name} {number * 1000 + line} {name[::-1]}" for line in range(60))
        write(path, {f"Dated/{name}": article(name, body)})
        date = f"2016-03-1{number + 1}T14:05:06{zone}"
        commit(path, f"Add {name}", GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE="2020-01-01T00:00:00+0000")
    written = (path / "Dated/Second").read_text()
    git("mv", "Dated/First", "Dated/Premier", cwd=path)
    commit(path, "Rename", GIT_AUTHOR_DATE="2017-01-01T00:00:00+0000")
    write(path, {"Dated/Second": written + "Changed."})
    commit(path, "Change", GIT_AUTHOR_DATE="2018-02-03T04:05:06+0100")
    write(path, {"Dated/Written": article("Written", date="1999-12-31")})
    commit(path, "Write", GIT_AUTHOR_DATE="2019-01-01T00:00:00+0000")
    git("checkout", "-q", "other", cwd=path)
    write(path, {"Only-here": article("The other branch")})
    commit(path, "Other")
    git("checkout", "-q", "main", cwd=path)
    return path


@pytest.fixture(scope="module")
def site(work: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve its main branch."""
    with running(str(work / ".git"), data=tmp_path_factory.mktemp("data")) as server:
        yield server


def test_remote(site: Server, work: Path, tmp_path: Path) -> None:
    """Remote: "`URL#branch`, split at the last `#`"; "no branch = the remote's HEAD"."""
    assert site.get("/Only-here").status == 404
    with running(f"file://{work}#other", data=tmp_path / "data") as server:
        assert "The other branch" in server.get("/Only-here").text
        assert server.get("/Dated").status == 404


@pytest.mark.parametrize("name", ["uuid", "blog_name", "index_page", "", "nothing"])
def test_config_is_never_served(site: Server, name: str) -> None:
    """`.config/`: "honoured", "values trimmed, never served"."""
    assert site.get(f"/.config/{name}").status == 404
    assert read(site.get("/Posts/ARP").text).title == "Address resolution – The Notepad"


def test_static_is_raw(site: Server) -> None:
    """`static/**`: "raw, MIME type by name"; repositories' own style sheets are "served as files"."""
    style = site.get("/static/css/style.css")
    assert (style.status, style.body) == (200, b"body { color: red }\n")
    assert style.headers["content-type"].startswith("text/css")
    note = site.get("/static/notes.md")
    assert (note.body, note.headers["content-type"]) == (
        b"# not an article\n",
        "text/markdown; charset=utf-8",
    )
    data = site.get("/static/data")
    assert (data.body, data.headers["content-type"]) == (b"\x00\x01\x02", "application/octet-stream")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/Posts/ARP", "Address resolution"),
        ("/Posts/Cubieboard2.md", "Boards"),
        ("/Posts/odd.name.xyz", "Any extension"),
        ("/Posts/Empty%20value", "Spaced"),
        ("/Projects/a/b/Deep", "Deep"),
    ],
)
def test_articles(site: Server, path: str, title: str) -> None:
    """Articles: "every other file, any extension or none, at its exact path"."""
    reply = site.get(path)
    assert (reply.status, read(reply.text).heading) == (200, title)


@pytest.mark.parametrize(
    ("path", "title", "author"),
    [
        ("/Posts/Colon", "SwarmKit: a talk", "Anil"),
        ("/Posts/Markup", "AFL + MirageOS = <3", "Thomas"),
        ("/Posts/Windows", "Windows", "Ada"),
        ("/Posts/Nothing", "Nothing", "Ada"),
        ("/Posts/Broken", "", ""),
    ],
)
def test_front_matter(site: Server, path: str, title: str, author: str) -> None:
    """Front matter: "a superset: YAML first, then the lenient line form, and no page is dropped"."""
    reply = site.get(path)
    assert reply.status == 200
    seen = read(reply.text)
    assert title in seen.heading
    assert author in " ".join(seen.authors)
    assert "body is there" in seen.text or path != "/Posts/Broken"


def test_fields(site: Server) -> None:
    """Fields: "`author_url`, `abstract` (markdown), `tags` (comma-split, trimmed)"; none required."""
    seen = read(site.get("/Posts/Abstract").text)
    # Where several people write, a name leads to all that its owner wrote, and from there home.
    (author,) = (link for link in seen.links if link.startswith("/authors/"))
    assert "https://ada.example/" in read(site.get(author).text).links
    assert "In <em>short</em>." in site.get("/Posts/Abstract").text
    tags = [link for link in read(site.get("/Posts/Cubieboard2.md").text).links if link.startswith("/tags/")]
    assert tags == ["/tags/arm", "/tags/help%20needed"]


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/Old", "/Posts/ARP"),
        ("/Away", "https://example.org/x?y=1#z"),
        ("/Posts/ARP/", "/Posts/ARP"),
    ],
)
def test_redirects(site: Server, path: str, target: str) -> None:
    """Redirect: "a file without usable header that contains `redirect: X` answers 301 to X"."""
    for method in ("GET", "HEAD"):
        reply = site.get(path, method)
        assert (reply.status, reply.headers["location"], reply.body) == (301, target, b"")


def test_dates(site: Server) -> None:
    """Dates: "author timestamps"; "a rename keeps its history; a date in the front matter wins"."""
    site.wait_until(lambda _: "2016-03-11" in site.get("/Dated/Premier").text)
    assert read(site.get("/Dated/Premier").text).times[0] == datetime(2016, 3, 11, 14, 5, 6, tzinfo=UTC)
    second = read(site.get("/Dated/Second").text).times
    assert second == [
        datetime.fromisoformat("2016-03-12T14:05:06-07:00"),
        datetime.fromisoformat("2018-02-03T04:05:06+01:00"),
    ]
    assert read(site.get("/Dated/Written").text).times[0].date().isoformat() == "1999-12-31"


def test_order(site: Server) -> None:
    """Order: "listings, tag pages, feed: by created, newest first"."""
    site.wait_until(lambda _: "2016-03-11" in site.get("/Dated/Premier").text)
    links = [link for link in read(site.get("/Dated").text).links if link.startswith("/Dated/")]
    assert links == ["/Dated/Third", "/Dated/Second", "/Dated/Premier", "/Dated/Written"]


def test_start_page(site: Server, work: Path, tmp_path: Path) -> None:
    """`/`: "renders `index_page`, a page or a directory"; "without one, the newest pages"."""
    assert "Welcome <em>here</em>." in site.get("/").text
    assert site.get("/Start").status == 200
    folder = repository(tmp_path / "folder", {".config/index_page": "Posts", "Posts/One": article("One")})
    with running(str(folder / ".git"), data=tmp_path / "data") as server:
        assert "One" in server.get("/").text
        write(folder, {".config/index_page": "Nowhere"})
        commit(folder)
        server.wait_until(lambda state: state["commit"] == git("rev-parse", "HEAD", cwd=folder).strip())
        reply = server.get("/")
        assert reply.status == 200
        assert "/Posts/One" in read(reply.text).links


def test_directories(site: Server) -> None:
    """Directories: "`/Posts` lists all articles below, recursively"."""
    assert "/Projects/a/b/Deep" in read(site.get("/Projects").text).links
    assert "/Projects/a/b/Deep" in read(site.get("/Projects/a").text).links
    assert site.get("/Projects/a/b/c").status == 404


def test_tags(site: Server) -> None:
    """Tags: "all tags; articles of a tag, 404 if none; tags contain spaces (`/tags/help%20needed`)"."""
    assert {"/tags/arm", "/tags/help%20needed"} <= set(read(site.get("/tags").text).links)
    assert "/Posts/Cubieboard2.md" in read(site.get("/tags/help%20needed").text).links
    assert site.get("/tags/none").status == 404
    assert site.get("/tags/help+needed").status == 404


def test_atom(site: Server) -> None:
    """`/atom`: "feed id `urn:uuid:<uuid>`", entry ids as before; "on a collision the first keeps the id"."""
    feed = atom(site.get("/atom").body)
    assert feed.id == f"urn:uuid:{SITE_ID}"
    assert feed.title == "The Notepad"
    stamp = datetime.fromisoformat(_newest(site)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")
    original = f"urn:uuid:{uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, stamp), SITE_ID)}"
    assert [entry.id for entry in feed.entries].count(original) == 1
    assert len(feed.entries) == 10
    arp = next((entry for entry in feed.entries if entry.title == "Address resolution"), None)
    if arp is not None:
        assert f'href="{site.url}/Projects/a/b/Deep"' in arp.content
        assert f'src="{site.url}/Posts/x.png"' in arp.content


def _newest(site: Server) -> str:
    return max(moment.isoformat() for moment in read(site.get("/Posts/ARP").text).times)


def test_navigation(site: Server) -> None:
    """Nav: "sections and root pages, without dotfiles, README and redirect stubs"."""
    html = site.get("/Posts/ARP").text
    menu = html[html.index('aria-label="Site"') : html.index("</nav>", html.index('aria-label="Site"'))]
    # The last one is our theme's own.
    assert read(menu).links == ["/Dated", "/Posts", "/Projects", "/Zeta", "/tags"]


def test_hook(site: Server) -> None:
    """Hook: "`GET` or `POST /push`"; "the same path works"; "the answer tells the truth"."""
    for method in ("GET", "POST", "PUT"):
        assert site.get("/push", method).status == 202
    reply = site.get("/push?wait", "POST", b"anything")
    assert reply.status == 200
    assert json.loads(reply.body)["after"] == site.state()["commit"]


def test_caching(site: Server) -> None:
    """Caching: ETag "strong, quoted, of the bytes"; 304."""
    first = site.get("/Posts/ARP", Accept_Encoding="gzip")
    tag = first.headers["etag"]
    assert tag.startswith('"')
    again = site.get("/Posts/ARP", Accept_Encoding="gzip", If_None_Match=tag)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert site.get("/Posts/ARP", If_None_Match=tag).status == 200  # another coding, another tag
    dated = site.get("/Posts/ARP", If_Modified_Since=first.headers["last-modified"])
    assert dated.status == 304


def test_display(site: Server) -> None:
    """Display: "Written by X", "Classified under:", "Published: DATE (last updated: DATE)": those facts."""
    seen = read(site.get("/Dated/Second").text)
    assert all(word in " ".join(seen.text.split()) for word in ("Written by", "Ada", "Published", "Updated"))
    assert 'aria-label="Classified under"' in site.get("/Posts/Cubieboard2.md").text


def test_a_missing_uuid_is_derived(tmp_path: Path) -> None:
    """`.config/`: "a missing uuid is derived, stable, from the remote"."""
    work = repository(tmp_path / "notes", {"One": article("One")})
    found = []
    for data in ("a", "b"):
        with running(str(work / ".git"), data=tmp_path / data, forked=False) as server:
            found.append(atom(server.get("/atom").body).id)
    assert found[0] == found[1]
    uuid.UUID(found[0].removeprefix("urn:uuid:"))


def test_root_of_the_repository_is_honoured(tmp_path: Path) -> None:
    """`.config/`: `root` ("http://localhost") is "honoured", whatever port the server has."""
    files: dict[str, str | bytes] = {".config/root": "https://notes.example/\n", "One": article("One")}
    work = repository(tmp_path / "notes", files)
    with running(str(work / ".git"), data=tmp_path / "data") as server:
        assert atom(server.get("/atom").body).entries[0].link == "https://notes.example/One"
    with running(str(work / ".git"), "--base-url", "https://set.example", data=tmp_path / "data") as server:
        assert atom(server.get("/atom").body).entries[0].link == "https://set.example/One"
