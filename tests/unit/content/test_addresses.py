"""Who gets which address, what leads there, and what happens when two want one."""

from __future__ import annotations

import unicodedata

import pytest
from snapshots import site_of

from canopy.content.values import Page

CONFIG = {".config/blog_name": "B"}


def where(site):
    """Return the path of the site of each file that is a page, an introduction or an asset's name."""
    pages = {page.source.path: page.path for page in site.pages.values()}
    pages |= {section.index.source.path: section.path for section in site.sections.values() if section.index}
    return pages


def test_extension_is_left_out():
    """Outside Canopy's own convention the address has no `.md`, and the file's path redirects to it."""
    site = site_of({"Posts/x.md": "X", "y.markdown": "Y", "z.txt": "Z"})
    assert set(site.pages) == {"/Posts/x", "/y", "/z.txt"}
    assert site.redirects == {"/Posts/x.md": "/Posts/x", "/y.markdown": "/y"}


@pytest.mark.parametrize(
    "name", ["index.md", "README.md", "_index.md", "Index.markdown", "readme.MD", "README"]
)
def test_index_files(name):
    """`index.md`, `README.md`, `_index.md` of a folder, in any case, are that folder's introduction."""
    site = site_of({f"guide/{name}": "# The guide", "guide/a.md": "A"})
    section = site.sections["/guide"]
    assert section.title == "The guide"
    assert [page.path for page in section.pages] == ["/guide/a"]
    assert section.index is not None
    assert (section.index.path, section.index.section) == ("/guide", "/guide")
    assert site.redirects[f"/guide/{name}"] == site.redirects["/guide/index"] == "/guide"
    assert [page.path for page in site.recent] == ["/guide/a"]


def test_root_index_is_the_home():
    """An index file at the top is the start page, and names the site."""
    site = site_of({"README.md": "# My notes\n\nHello", "a.md": "A"})
    assert isinstance(site.home, Page)
    assert (site.home.path, site.title) == ("/", "My notes")
    assert site.redirects["/README.md"] == "/"
    assert set(site.pages) == {"/a"}
    assert [item.path for item in site.navigation] == ["/a"]


def test_index_beside_readme():
    """Of several index files the one that is made for it wins; a README beside it is a page of its own."""
    site = site_of({"g/README.md": "R", "g/index.md": "I", "g/_index.md": "U"})
    assert where(site) == {"g/_index.md": "/g", "g/index.md": "/g/index", "g/README.md": "/g/README"}


def test_a_page_introduces_the_folder_of_its_name():
    """`guide.md` beside `guide/` introduces it when nothing in it does."""
    site = site_of({"guide.md": "# G", "guide/a.md": "A"})
    assert where(site) == {"guide.md": "/guide", "guide/a.md": "/guide/a"}
    assert site.sections["/guide"].title == "G"
    assert not site.problems
    assert site.redirects["/guide.md"] == "/guide"


def test_a_page_introduces_the_folder_whose_address_it_asks_for():
    """Who asks for the address of a folder without an introduction of its own wants to be that."""
    site = site_of({"a.md": "---\ntitle: All of s\nurl: /s/\n---\n", "s/b.md": "2"})
    assert where(site) == {"a.md": "/s", "s/b.md": "/s/b"}
    assert (site.sections["/s"].title, site.problems) == ("All of s", ())


def test_an_introduction_takes_its_folder_along():
    """A folder is where its introduction asks to be; its own path leads there, its pages stay."""
    site = site_of({"post/_index.md": "---\nurl: /blog/\n---\n", "post/a.md": "A"})
    assert where(site) == {"post/_index.md": "/blog", "post/a.md": "/post/a"}
    assert [page.path for page in site.sections["/blog"].pages] == ["/post/a"]
    assert site.redirects["/post"] == "/blog"


def test_a_page_asks_to_be_the_first():
    """`permalink: /` makes a page introduce the top, before a README; in Jekyll, any page."""
    start = "---\npermalink: /\n---\n# Start\n"
    site = site_of({"README.md": "# R", "start.md": start})
    assert where(site) == {"start.md": "/", "README.md": "/README"}
    assert (site.title, site.problems) == ("Start", ())
    assert where(site_of({"_config.yml": "", "pages/start.md": start})) == {"pages/start.md": "/"}
    assert where(site_of({"pages/start.md": start})) == {"pages/start.md": "/pages/start"}


def test_a_folder_with_two_introductions():
    """Where the folder has an index of its own, the page beside it keeps its file's path, with a problem."""
    site = site_of({"guide.md": "# G", "guide/index.md": "I", "guide/a.md": "A"})
    assert where(site)["guide.md"] == "/guide.md"
    assert [(p.path, "guide/index.md" in p.reason) for p in site.problems] == [("guide.md", True)]


@pytest.mark.parametrize(
    ("files", "expected", "loser"),
    [
        ({"a": "1", "a.md": "2"}, {"a": "/a", "a.md": "/a.md"}, "a.md"),
        ({"a.markdown": "1", "a.md": "2"}, {"a.md": "/a", "a.markdown": "/a.markdown"}, "a.markdown"),
        ({"a.md": "---\nslug: b\n---\n", "b.md": "2"}, {"b.md": "/b", "a.md": "/a.md"}, "a.md"),
        (
            {"a.md": "---\nurl: /b\n---\n", "c.md": "---\nslug: b\n---\n"},
            {"c.md": "/b", "a.md": "/a.md"},
            "a.md",
        ),
        ({"a.md": "---\nurl: /x.png\n---\n", "x.png": b"1"}, {"a.md": "/a.md"}, "a.md"),
        ({"a\nb": "1", "a-b": "2"}, {"a-b": "/a-b", "a\nb": "/a-b-2"}, None),
    ],
)
def test_collision(files, expected, loser):
    """Of two that want one address one wins, in any order; the other is elsewhere, with a problem."""
    for order in (files, dict(reversed(files.items()))):
        site = site_of(order)
        assert where(site) == expected
        if loser:
            (problem,) = site.problems
            assert problem.path == loser
            assert any(other in problem.reason for other in files if other != loser) or "/s" in problem.reason
    assert len(site.recent) == len(expected)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"-/live.md": "x"}, {"-/live.md": "/_/live.md"}),
        ({"a.md": "---\nurl: /-/ready\n---\n"}, {"a.md": "/a.md"}),
        ({"atom.md": "x"}, {"atom.md": "/atom.md"}),
        ({"tags": "x"}, {"tags": "/tags-2"}),
        ({"tags/x.md": "---\ntags: x\n---\n"}, {"tags/x.md": "/tags/x.md"}),
        ({"tags/y.md": "---\ntags: x\n---\n"}, {"tags/y.md": "/tags/y"}),
    ],
)
def test_canopys_own_addresses(files, expected):
    """`/-/…`, `/atom`, `/tags` and the tags' pages are Canopy's, as in the original; a file there moves."""
    site = site_of(files)
    assert where(site) == expected
    assert not {"/-", "/atom", "/tags"} & {*site.pages, *site.sections, *site.redirects, *site.assets}
    assert site.problems


def test_assets_at_canopys_own_addresses():
    """An asset below `/-/` is served elsewhere and still found by links."""
    site = site_of({"-/logo.png": b"1"})
    assert set(site.assets) == {"/_/logo.png"}
    assert site.names["/-/logo.png"] == "/_/logo.png"


def test_aliases():
    """Aliases redirect, displace nothing, and say so where they collide."""
    text = "---\naliases: [/old/one, two, /b, /s/a/, 'https://x.example/y']\n---\n"
    site = site_of({"s/a.md": text, "b.md": "B", "c.md": "---\nredirect_from: /old/one\n---\n"})
    assert {path: to for path, to in site.redirects.items() if not path.endswith(".md")} == {
        "/old/one": "/c",
        "/s/two": "/s/a",
    }
    assert sorted((p.path, p.reason) for p in site.problems) == [
        ("s/a.md", "the alias /b belongs to b.md"),
        ("s/a.md", "the alias /old/one belongs to c.md"),
        ("s/a.md", "the alias https://x.example/y is not a path of this site"),
    ]


def test_redirects_lead_to_the_end_of_a_chain():
    """A redirect to a redirect leads to its end; one in a circle is a problem."""
    files = {"a": "redirect: /b", "b": "redirect: c", "c.md": "C", "x": "redirect: /y", "y": "redirect: /x"}
    site = site_of(files)
    assert (site.redirects["/a"], site.redirects["/b"]) == ("/c", "/c")
    assert "/x" not in site.redirects
    assert [(p.path, p.reason) for p in site.problems] == [
        ("x", "redirects in a circle"),
        ("y", "redirects in a circle"),
    ]


def test_a_redirect_into_the_void():
    """A redirect to what is not there is kept, with a warning."""
    site = site_of({"a": "redirect: /gone"})
    assert site.redirects == {"/a": "/gone"}
    assert [problem.path for problem in site.problems] == ["a"]


@pytest.mark.parametrize(
    "name",
    [
        "a b",
        "a'b\"c",
        "100%",
        "C#",
        "what?",
        "ünï",
        "a%2fb",
        "a\\b",
        "日本",
        "a&b<c>",
        "a;b=c,d",
        "-",
        "~x",
        "a+b",
    ],
)
def test_odd_names(name):
    """Paths with spaces, quotes, `%`, `#`, `?` and non-ASCII letters are their pages' addresses."""
    site = site_of({f"s/{name}.md": "# T"})
    assert set(site.pages) == {f"/s/{name}"}
    url = site.url(f"/s/{name}")
    assert url.isascii()
    assert not set(url) & set(' "#?<>\\')


def test_control_characters_in_names():
    """A line feed in a name cannot be part of a URL: the page is elsewhere, with a warning."""
    site = site_of({"a\nb.md": "# T", "c\x1b.png": b"1"})
    assert set(site.pages) | set(site.assets) == {"/a-b", "/c-.png"}
    assert [problem.path for problem in site.problems] == ["a\nb.md", "c\x1b.png"]
    assert all(path.isprintable() for path in site.redirects)


def test_same_names_in_another_case():
    """`a/X.md` beside `A/x.md`: two pages."""
    assert set(site_of({"a/X.md": "1", "A/x.md": "2"}).pages) == {"/a/X", "/A/x"}


def test_decomposed_names():
    """A name that macOS wrote decomposed has the address that readers type, and the other leads there."""
    composed = "caf\u00e9"
    name = unicodedata.normalize("NFD", composed)
    site = site_of({f"{name}.md": "1"})
    assert set(site.pages) == {f"/{composed}"}
    assert site.redirects[f"/{name}.md"] == f"/{composed}"


def test_root():
    """Below a `root` folder nothing else is seen, and the folder is no part of an address."""
    site = site_of({"docs/a.md": "A", "docs/.config/blog_name": "Docs", "b.md": "B"}, root="docs/")
    assert set(site.pages) == {"/a.md"}
    assert (site.title, site.root) == ("Docs", "docs")


def test_names_that_no_address_can_hold():
    """A path with empty or dotted components, which only a hostile tree has, is a problem."""
    for path in ("a//b", "../x", "a/../../b", "a/./b"):
        site = site_of({path: "x"})
        assert not {*site.pages, *site.assets}


def test_every_path_is_in_one_mapping():
    """Every path of the site is in exactly one of its mappings."""
    site = site_of(
        {"a.md": "A", "a/b.md": "B", "a/b": "C", "index.md": "I", "x.png": b"1", "c": "redirect: /a"}
    )
    groups = [site.pages, site.sections, site.assets, site.redirects]
    everything = [path for group in groups for path in group]
    assert len(everything) == len(set(everything))


def test_navigation_of_a_plain_folder():
    """Sections bear the title of their introduction, pages their own; a home page is not listed."""
    files = {
        "index.md": "# Home",
        "b-notes/x.md": "X",
        "a/README.md": "# Zebra",
        "about.md": "# About us",
        "LICENSE.md": "L",
    }
    navigation = site_of(files).navigation
    assert [(item.title, item.path) for item in navigation] == [
        ("Zebra", "/a"),
        ("About us", "/about"),
        ("B notes", "/b-notes"),
    ]


def test_navigation_stays_short():
    """A folder of very many notes without sections has them on its start page, not in the navigation."""
    assert not site_of({f"{n}.md": "N" for n in range(31)}).navigation


def test_title_of_a_site_without_one():
    """A site without a title is called after its repository."""
    assert site_of({"a.md": "A"}, identity="https://host/me/my-notes.git").title == "my-notes"
    assert site_of({"a.md": "A"}, title="Set").title == "Set"


def test_language_and_description():
    """The start page says the site's language and what it is about."""
    site = site_of({"index.md": "---\nlang: pt_BR\ndescription: Notas\n---\n"})
    assert (site.language, site.description) == ("pt-BR", "Notas")


def test_a_page_that_asks_for_the_top_introduces_the_site():
    """`permalink: /` makes a page at the top the start page, before any other; below it is no address."""
    site = site_of({
        "home.md": "---\ntitle: Home\npermalink: /\n---\n",
        "README.md": "# Read me\n",
        "de/start.md": "---\ntitle: Start\npermalink: /\n---\n",
    })  # fmt: skip
    assert site.home is not None
    assert site.home.title == "Home"
    assert "/de/start" in site.pages
    assert site.problems == ()


def test_words_of_hugos_addresses():
    """Spaces of a title are one hyphen in Hugo's addresses, what is left out leaves none; marks stay."""
    titles = ("Tips & tricks", "One - two", "½ cup", "हिन्दी भाषा")
    files = {f"content/p/{at}.md": f'---\ntitle: "{title}"\n---\n' for at, title in enumerate(titles)}
    site = site_of({"hugo.toml": '[permalinks]\np = "/:title/"\n', **files}, convention="hugo")
    assert set(site.pages) == {"/tips-tricks", "/one-two", "/cup", "/हिन्दी-भाषा"}


def test_languages_of_hugo():
    """A language keeps the hyphen of its name, and its pages have their section's pattern as well."""
    config = (
        "defaultContentLanguage: zh-cn\npermalinks: {blog: '/b/:slug/'}\nlanguages:\n"
        "  zh-cn: {contentDir: content/zh-cn, title: 首页}\n  es-us: {contentDir: content/es-us}\n"
    )
    names = ("zh-cn/blog/x", "es-us/blog/y", "es-us/about")
    site = site_of(
        {"hugo.yaml": config, **{f"content/{name}.md": "---\ntitle: T\nslug: s\n---\n" for name in names}}
    )
    assert (set(site.pages), site.title) == ({"/b/s", "/es-us/b/s", "/es-us/s"}, "首页")
    assert site.settings.languages == ("zh-cn", "es-us")


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\u200b", "\ufeff", "\u200f", "\x07", "\u2028"])
def test_characters_that_deceive(char):
    """What turns a text around or cannot be seen is in no address: of a file, a permalink, a slug, a tag."""
    header = f"---\ntags: [a{char}b]\ncategories: [c{char}d]\npermalink: /p{char}q/\n---\nText"
    files = {"_config.yml": "permalink: pretty", "_posts/2016-05-04-x.md": header, f"n{char}m.md": "Text"}
    site = site_of(files)
    assert site.pages.keys() == {"/p-q", "/n-m"}
    tags = [term.path for term in site.terms.values()]
    assert len(tags) == 1
    assert not any(char in path for path in (*tags, *site.redirects.values(), *site.taxonomies.addresses))


@pytest.mark.parametrize("name", ["می\u200cخواهم", "👩\u200d💻", "क्\u200dष"])
def test_joiners_are_letters(name):
    """Characters without which a word or an emoji would be another one stay in addresses and tags."""
    site = site_of({"hugo.toml": "", "content/a.md": f"---\nurl: /{name}/\ntags: [{name}]\n---\nText"})
    assert f"/{name}" in site.pages
    assert site.terms[name].path == f"/tags/{name}"
    assert site.problems == ()


@pytest.mark.parametrize("settings", ["config.toml", "hugo.toml"])
def test_the_same_file_in_two_folders_is_one(settings):
    """What Zola and Hugo would copy over itself is no problem; another one of that name is."""
    text = 'base_url = "https://x.example"\ntitle = "X"\n'
    files = {settings: text, "content/_index.md": "+++\n+++\n", "content/a.png": b"1", "static/a.png": b"1"}
    site = site_of(files)
    assert site.problems == ()
    assert [path for path in site.assets if "a.png" in path] == ["/a.png"]
    other = site_of(files | {"static/a.png": b"2"}, site)
    assert len(other.problems) == 1
    assert site_of(files, other) == site
