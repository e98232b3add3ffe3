"""Each test quotes the row of the original Canopy's behaviour that it holds us to."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import NAMESPACE_DNS, uuid5

import pytest
from snapshots import blob, site_of

from canopy.content.identity import entry_uuids
from canopy.content.values import Author, Page, Section

UUID = "39826247-1058-4474-87cf-c40d33f301ad"
CONFIG = {".config/uuid": UUID + "\n"}


def article(title="T", author="A", body="Text.", **fields):
    """Return an article as the original requires it."""
    lines = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return f"---\ntitle: {title}\nauthor: {author}\n{lines}---\n{body}\n"


def test_config_values():
    """`.config/`: files `blog_name`, `index_page`, `root`, `uuid`, values trimmed, never served."""
    site = site_of(
        CONFIG
        | {
            ".config/blog_name": "  My notes \n",
            ".config/index_page": "Start\n",
            ".config/root": "https://notes.example\n",
            "Start": article(),
        }
    )
    assert (site.title, site.uuid, site.base_url) == ("My notes", UUID, "https://notes.example")
    assert isinstance(site.home, Page)
    assert site.home.path == "/Start"
    everything = {*site.pages, *site.assets, *site.redirects, *site.sections}
    assert not [path for path in everything if "config" in path]


def test_config_defaults():
    """`blog_name` ("Canopy"), `index_page` ("Index"): the values without files."""
    site = site_of(CONFIG | {"Index": article("Welcome")})
    assert site.title == "Canopy"
    assert isinstance(site.home, Page)
    assert site.home.title == "Welcome"


def test_a_setting_of_the_server_wins_over_the_repositorys_root():
    """`root`: honoured, but the server's own base URL is stronger."""
    files = CONFIG | {".config/root": "https://notes.example"}
    assert site_of(files, base_url="https://other.example/").base_url == "https://other.example"


def test_missing_uuid():
    """A missing uuid is derived, stable, from the remote."""
    files = {".config/blog_name": "X"}
    first, again = (site_of(files, identity="https://h/notes.git") for _ in range(2))
    assert first.uuid == again.uuid
    assert first.uuid != site_of(files, identity="https://h/other.git").uuid


@pytest.mark.parametrize(
    ("name", "text"), [("uuid", "certainly"), ("root", "ftp://x"), ("root", "https://h/path")]
)
def test_wrong_config_value(name, text):
    """A value of `.config/` that cannot be is a problem with its file and line, not a failure."""
    site = site_of({f".config/{name}": text})
    assert [(p.path, p.line) for p in site.problems] == [(f".config/{name}", 1)]


def test_static_files():
    """`static/**`: raw, MIME type by name: served as files."""
    site = site_of(
        CONFIG | {"static/css/style.css": "a{}", "static/logo.png": b"\x89PNG", "static/x/notes.md": "# N"}
    )
    kinds = {path: asset.media_type for path, asset in site.assets.items()}
    assert kinds == {
        "/static/css/style.css": "text/css; charset=utf-8",
        "/static/logo.png": "image/png",
        "/static/x/notes.md": "text/markdown; charset=utf-8",
    }
    assert not site.pages


@pytest.mark.parametrize(
    "path", ["Posts/ARP", "Posts/Cubieboard2.md", "a b/c.1.2", "x.foo", "Posts/q.py", "y.html"]
)
def test_any_extension_or_none(path):
    """Articles: every other file, any extension or none, at its exact path."""
    site = site_of(CONFIG | {path: article("Title")})
    assert site.pages["/" + path].title == "Title"
    assert not site.problems


def test_exact_path_without_extension_redirects():
    """`Posts/Cubieboard2.md` → `/Posts/Cubieboard2.md`: directly; the path without `.md` leads there."""
    site = site_of(CONFIG | {"Posts/Cubieboard2.md": article()})
    assert "/Posts/Cubieboard2.md" in site.pages
    assert site.redirects == {"/Posts/Cubieboard2": "/Posts/Cubieboard2.md"}


@pytest.mark.parametrize(
    "header",
    [
        "---\ntitle: T\nauthor: A\n---\n",
        "title: T\nauthor: A\n---\n",
        "---\r\ntitle: T\r\nauthor: A\r\n---\r\n",
        "\ufeff---\ntitle: T\nauthor: A\n---\n",
        "\ufeff\ufeff---\ntitle: T\nauthor: A\n---\n",
        "---\ntitle: T\nauthor: A\nabstract:\ntags:\n---\n",
        "---\ntitle: T\nauthor: A\nthis line is wrong\n---\n",
        "---\ntitle: T\nauthor: A\n\tx: [\n-----\n",
        "---\ntitle: T\nauthor: A\n\nBody.\n",
    ],
)
def test_front_matter_forms(header):
    """Front matter: opener `---` optional; keys without value, CRLF, BOM; no page is dropped."""
    page = site_of(CONFIG | {"P": header + "Body.\n"}).pages["/P"]
    assert (page.title, page.authors) == ("T", (Author("A"),))
    assert page.source.body.endswith("Body.\n")


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        (
            "[Thomas Gazagnaire](https://github.com/samoht)",
            [("Thomas Gazagnaire", "https://github.com/samoht")],
        ),
        ("avsm ([Anil](https://github.com/avsm/))", [("avsm (Anil)", "https://github.com/avsm/")]),
        ("avsm (Anil Madhavapeddy)", [("avsm (Anil Madhavapeddy)", "")]),
        (
            "[Richard](https://r.example), Jochen, Gina",
            [("Richard", "https://r.example"), ("Jochen", ""), ("Gina", "")],
        ),
    ],
)
def test_authors(line, authors):
    """Real cases: `author: [Thomas Gazagnaire](https://…)`, `author: avsm ([Anil](https://…))`."""
    page = site_of(CONFIG | {"P": article(author=line)}).pages["/P"]
    assert [(author.name, author.url) for author in page.authors] == authors
    assert not page.source.problems


@pytest.mark.parametrize(
    "title",
    [
        "SwarmKit: a talk",
        "AFL + MirageOS = <3",
        "Irc discussions from #mirage on 01-02-2017",
        "C # and F #",
        "@home `code`",
        "*bold*",
        "[Draft] of it",
        "[all of it]",
        "{braces}",
        "007",
        "yes",
        "2016-01-01",
        "& so on",
        "!important",
        "50% off: now - or never?",
    ],
)
def test_titles(title):
    """Real cases: `title: SwarmKit: a talk`, `title: AFL + MirageOS = <3`."""
    site = site_of(CONFIG | {"P": article(title)})
    assert site.pages["/P"].title == title
    assert not site.problems


def test_fields():
    """`author_url`, `abstract` (markdown), `tags` (comma-split, trimmed)."""
    text = article(
        author_url="https://a.example", abstract="An *abstract*", tags="active project,  irmin ,help needed"
    )
    page = site_of(CONFIG | {"P": text}).pages["/P"]
    assert page.authors == (Author("A", "https://a.example"),)
    assert page.source.summary == page.source.front.abstract == "An *abstract*"
    assert page.tags == ("active project", "irmin", "help needed")


def test_nothing_is_required():
    """None required: title: first heading, else file name; author: from history."""
    files = {"Heading": blob("Heading", "# The *title*\n\nText", author="Ann"), "Posts/ARP": "Text"}
    site = site_of(CONFIG | files)
    page = site.pages["/Heading"]
    assert (page.title, page.authors, page.source.body) == ("The title", (Author("Ann"),), "Text")
    assert site.pages["/Posts/ARP"].title == "ARP"


@pytest.mark.parametrize(
    "text", ["redirect: /Posts/ARP\n", "Moved, redirect: /Posts/ARP\nand more\n", "redirect:/Posts/ARP"]
)
def test_redirect(text):
    """A file without usable header that contains `redirect: X` answers 301 to X; X ends at the line end."""
    site = site_of(CONFIG | {"Old": text, "Posts/ARP": article()})
    assert site.redirects["/Old"] == "/Posts/ARP"
    assert "/Old" not in site.pages
    assert [item.path for item in site.navigation] == ["/Posts"]


def test_redirect_by_header():
    """A header with `redirect: X` and no title redirects, also to another site and with a fragment."""
    files = {
        "A": "---\nredirect: https://x.example/y?z#f\n---\n",
        "B": "---\nredirect: /P#part\n---\n",
        "P": article(),
    }
    redirects = site_of(CONFIG | files, base_url="https://n.example").redirects
    assert redirects == {"/A": "https://x.example/y?z#f", "/B": "https://n.example/P#part"}


def test_a_page_that_mentions_redirects_is_a_page():
    """An article with a header is no redirect, whatever its text says; nor is prose about `redirect: …`."""
    files = {
        "P": article(body="redirect: /X"),
        "Q": "Write `redirect: /X` to move a page.",
        "R": "To redirect: the old way.",
    }
    assert set(site_of(CONFIG | files).pages) == {"/P", "/Q", "/R"}


def test_dates():
    """Dates: author timestamps; a date in the front matter wins."""
    files = {
        "P": blob("P", article(), 1, updated=5),
        "Q": blob("Q", article(date="2013-9-9 14:00"), 1, updated=5),
    }
    pages = site_of(CONFIG | files).pages
    assert (pages["/P"].created, pages["/P"].updated) == (files["P"].created, files["P"].updated)
    assert pages["/Q"].created == datetime(2013, 9, 9, 14, tzinfo=UTC)
    assert pages["/Q"].history_created == files["Q"].created


def test_order():
    """Order: listings, tag pages, feed: by created, newest first."""
    files = {f"Posts/{name}": blob(f"Posts/{name}", article(tags="t"), day) for day, name in enumerate("cab")}
    files["Posts/c"] = blob("Posts/c", article(tags="t"), 0, updated=9)
    site = site_of(CONFIG | files)
    newest = ["/Posts/b", "/Posts/a", "/Posts/c"]
    assert [page.path for page in site.recent] == newest
    assert [page.path for page in site.sections["/Posts"].pages] == newest
    assert [page.path for page in site.terms["t"].pages] == newest


def test_index_page_can_be_a_directory():
    """`/` renders `index_page`, a page or a directory."""
    site = site_of(CONFIG | {".config/index_page": "/Posts/", "Posts/ARP": article()})
    assert isinstance(site.home, Section)
    assert site.home.path == "/Posts"


def test_no_index_page():
    """`/` without an `index_page`: the newest pages."""
    assert site_of(CONFIG | {"Posts/ARP": article()}).home is None


def test_directories_are_recursive():
    """Directories: `/Posts` lists all articles below, recursively."""
    site = site_of(CONFIG | {"Posts/a": article(), "Posts/deep/er/b": article(), "Other/c": article()})
    assert [page.path for page in site.sections["/Posts"].pages] == ["/Posts/deep/er/b", "/Posts/a"]
    assert set(site.sections) == {"/", "/Posts", "/Posts/deep", "/Posts/deep/er", "/Other"}
    assert len(site.sections["/"].pages) == 3


def test_tags_with_spaces():
    """Tags contain spaces (`/tags/help%20needed`)."""
    site = site_of(CONFIG | {"P": article(tags="help needed, Zoo, apple")})
    assert list(site.terms) == ["apple", "help needed", "Zoo"]
    assert site.url(site.terms["help needed"].path) == "/tags/help%20needed"


def test_entry_ids():
    """Entry id: uuid5(uuid5(NAMESPACE_DNS, created as RFC 3339 with `-00:00`), uuid); the first keeps it."""
    files = {"b": blob("b", article(), 0), "a": blob("a", article(), 0), "c": blob("c", article(), 3)}
    site = site_of(CONFIG | files)
    ids = entry_uuids(site, site.recent)
    original = str(uuid5(uuid5(NAMESPACE_DNS, "2016-03-15T14:05:06-00:00"), UUID))
    assert ids["/a"] == original
    assert len(set(ids.values())) == 3
    assert entry_uuids(site, [site.pages["/b"]]) == {"/b": ids["/b"]}


def test_navigation():
    """Nav: sorted unique first path components, verbatim, without dotfiles, README and redirect stubs."""
    names = [
        "irclogs/1",
        "Posts/a",
        "Posts/b",
        "About",
        "Index",
        "README.md",
        ".hidden/x",
        ".gitignore",
        "contact.md",
    ]
    site = site_of(
        CONFIG | {name: article() for name in names} | {"Old": "redirect: /About", "static/x.css": ""}
    )
    assert [(item.title, item.path) for item in site.navigation] == [
        ("About", "/About"),
        ("Posts", "/Posts"),
        ("contact", "/contact.md"),
        ("irclogs", "/irclogs"),
    ]


def test_a_readme_beside_the_index_page_is_a_page():
    """Where `index_page` is there, an index file at the top keeps its own address: nothing is lost."""
    site = site_of(CONFIG | {"Index": article("Welcome"), "README.md": "# How to"})
    assert isinstance(site.home, Page)
    assert site.home.path == "/Index"
    assert set(site.pages) == {"/Index", "/README.md"}


@pytest.mark.parametrize(
    ("setting", "path"), [("index", "/Index"), ("start", "/Start.md"), ("README.md", "/README.md")]
)
def test_index_page_in_another_spelling(setting, path):
    """An `index_page` in another case or without its extension is found; it may be the README."""
    site = site_of(CONFIG | {".config/index_page": setting, path[1:]: article()})
    assert isinstance(site.home, Page)
    assert site.home.path == path
