"""Sites that are read in an order: what their tables of contents say, in the way of each generator."""

from __future__ import annotations

from typing import get_args

import pytest
from snapshots import blob, site_of

from canopy.content.conventions import NAMES
from canopy.content.conventions.contents import Entry, read_contents
from canopy.content.conventions.summary import read_summary
from canopy.content.dialects import Idiom, understand
from canopy.content.links import resolve
from canopy.render.idioms import idiom_of
from canopy.settings import Settings


def menu(site):
    """Return titles and paths of the navigation."""
    return [(item.title, item.path) for item in site.navigation]


def order(site, section="/"):
    """Return the paths of a section's own pages as they are listed."""
    return [page.path for page in site.sections[section].pages if page.section == section]


def test_contents():
    """Files have places in the order of reading; a group that is all of a folder gives it its title."""
    entries = (
        Entry("Start", "/index.md"),
        Entry(
            "Both",
            "",
            (Entry("", "/b/z.md"), Entry("Last", "/b/a.md"), Entry("In", "", (Entry("", "/b/c/d.md"),))),
        ),
        Entry("Mixed", "", (Entry("", "/e/f.md"), Entry("", "/g.md"))),
        Entry("Rest", "", (Entry("", "/e/h.md"),)),
        Entry("Away", "https://x.example/"),
        Entry("Empty"),
    )
    contents = read_contents(entries)
    assert contents.places == {
        "/index.md": 1,
        "/b/z.md": 2,
        "/b": 2,
        "/b/a.md": 3,
        "/b/c/d.md": 4,
        "/b/c": 4,
    } | {
        "/e/f.md": 5,
        "/e": 5,
        "/g.md": 6,
        "/e/h.md": 7,
    }
    assert contents.titles == {"/index.md": "Start", "/b": "Both", "/b/a.md": "Last", "/b/c": "In"}
    assert contents.menu == (
        ("Start", "/index.md"),
        ("Both", "/b"),
        ("Mixed", "/e/f.md"),
        ("Rest", "/e/h.md"),
        ("Away", "https://x.example/"),
    )


def test_many_chapters_are_no_menu():
    """What is longer than a menu can be is a table of contents all the same."""
    contents = read_contents(Entry("", f"/{n}.md") for n in range(31))
    assert contents.menu == ()
    assert len(contents.places) == 31


def test_a_summary():
    """Lists may be indented by any sign; headings begin parts, what is no link a chapter to come."""
    text = (
        "# Summary\n\n[Before](README.md)\n\n- [One *fine*](one.md)\n    - [Two](one/two%20b.md#part)\n"
        "\t* [Three](<one/a b.md>)\n- Later\n# Part\n1. [Four](./four.md)\n"
        "- [Out](https://x.example/)\n- [Draft]()\n"
    )
    assert read_summary(blob("SUMMARY.md", text)) == (
        Entry("Before", "/README.md"),
        Entry(
            "One fine",
            "",
            (Entry("One fine", "/one.md"), Entry("Two", "/one/two b.md"), Entry("Three", "/one/a b.md")),
        ),
        Entry("Later"),
        Entry("Part", "", (Entry("Four", "/four.md"), Entry("Out", "https://x.example/"), Entry("Draft"))),
    )


def test_a_summary_made_to_be_deep():
    """However deep its lists lie in each other, a summary is read."""
    text = "".join(f"{' ' * n}- [a](a{n}.md)\n" for n in range(900))
    contents = read_contents(read_summary(blob("SUMMARY.md", text)))
    assert len(contents.places) == 900


def test_nav_of_mkdocs():
    """`nav` gives order, short titles and the menu; what it leaves out comes last, in the order of names."""
    files = {
        "mkdocs.yml": "site_name: T\nnav: [{First: z.md}, {Group: [b/y.md, {X: b/x.md}]}, {Gone: gone.md}]",
        "docs/a10.md": "# A10",
        "docs/a9.md": "# A9",
        "docs/z.md": "Text",
        "docs/b/x.md": "# Long X",
        "docs/b/y.md": "# Y",
    }
    site = site_of(files)
    assert menu(site) == [("First", "/z"), ("Group", "/b")]
    assert order(site) == ["/z", "/a9", "/a10"]
    assert order(site, "/b") == ["/b/y", "/b/x"]
    assert (site.pages["/z"].title, site.pages["/b/x"].title, site.sections["/b"].title) == (
        "First",
        "Long X",
        "Group",
    )
    assert site.home is site.sections["/"]
    assert [(p.path, "/gone.md" in p.reason) for p in site.problems] == [("mkdocs.yml", True)]


def test_awesome_pages_of_mkdocs():
    """Files `.pages` and `.nav.yml` say the order of their folders, where there is no `nav`."""
    files = {
        "mkdocs.yml": "site_name: T",
        "docs/.pages": "nav: [b, {Zed: z.md}, ...]",
        "docs/b/.nav.yml": "title: Bees\nnav: [y.md, x.md]",
        **dict.fromkeys(("docs/z.md", "docs/b/x.md", "docs/b/y.md"), "Text"),
    }
    site = site_of(files)
    assert menu(site) == [("Bees", "/b"), ("Zed", "/z")]
    assert order(site, "/b") == ["/b/y", "/b/x"]


def test_literate_nav_of_mkdocs():
    """A `SUMMARY.md` stands in for `nav` if the plugin is there."""
    files = {
        "mkdocs.yml": "site_name: T\nplugins: [search, literate-nav]",
        "docs/SUMMARY.md": "* [Zed](z.md)\n* [A](a.md)\n",
        **dict.fromkeys(("docs/a.md", "docs/z.md"), "Text"),
    }
    assert menu(site_of(files)) == [("Zed", "/z"), ("A", "/a")]


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ("", "/blog/2016/05/04/a--b-c"),
        ("post_url_format: '{slug}'", "/blog/a--b-c"),
        ("post_url_date_format: yyyy/M", "/blog/2016/5/a--b-c"),
        ("post_url_format: '{categories}/{file}'", "/blog/x-y/post"),
        ("blog_dir: .\n    post_dir: blog/posts", "/2016/05/04/a--b-c"),
        ("enabled: false", "/blog/posts/post"),
    ],
)
def test_posts_of_material(settings, address):
    """The plugin's settings say where posts are, by their title's words."""
    post = "---\ndate: {created: 2016-05-04}\ncategories: [X Y]\n---\n# A & B: C\n\nText"
    config = f"site_name: T\nplugins:\n- search\n- material/blog:\n    {settings}\n"
    site = site_of({"mkdocs.yml": config, "docs/blog/posts/post.md": post, "docs/index.md": "# I"})
    assert list(site.pages) == [address]


def test_settings_of_mkdocs():
    """What a file inherits counts, what only an environment knows does not; a default does."""
    settings = "site_url: !ENV URL\nsite_description: !ENV [D, said]\nuse_directory_urls: false"
    files = {
        "mkdocs.yml": f"INHERIT: base.yml\n{settings}",
        "base.yml": "site_name: Base\ndocs_dir: d",
        "d/index.md": "# I",
        "d/b/README.md": "# B",
        "d/b/c.md": "# C",
    }
    site = site_of(files)
    assert (site.title, site.description, site.settings.own_urls) == ("Base", "said", ())
    assert site.shown.keys() == {"/", "/b", "/b/c.html"}


def test_languages_of_mkdocs():
    """A language in a file's name is the folder of its address, as the plugin has it."""
    config = "plugins: [{i18n: {languages: [{locale: en, default: true}, {locale: fr}]}}]"
    files = {"mkdocs.yml": config, **dict.fromkeys(("docs/a.md", "docs/a.fr.md", "docs/b.en.md"), "Text")}
    site = site_of(files)
    assert site.pages.keys() == {"/a", "/fr/a", "/b"}
    assert site.pages["/fr/a"].source.front.language == "fr"


CONFIG = "export default {title: 'T', presets: [['classic', {DOCS}]]}"


@pytest.mark.parametrize(
    ("file", "header", "address"),
    [
        ("docs/intro.md", "", "/docs/intro"),
        ("docs/intro.mdx", "", "/docs/intro"),
        ("docs/01-a/02-intro.md", "", "/docs/a/intro"),
        ("docs/2016-05-04-a.md", "", "/docs/2016-05-04-a"),
        ("docs/1.2-a.md", "", "/docs/1.2-a"),
        ("docs/a/index.mdx", "", "/docs/a"),
        ("docs/Guide/guide.md", "", "/docs/Guide"),
        ("docs/a/b.md", "id: c", "/docs/a/c"),
        ("docs/a/b.md", "slug: c", "/docs/a/c"),
        ("docs/a/b.md", "slug: /c/d", "/docs/c/d"),
        ("docs/a/b.md", "slug: ./c/d", "/docs/a/c/d"),
        ("docs/a/b.md", "slug: /", "/docs"),
        ("blog/2016-05-04-walk.md", "", "/blog/2016/05/04/walk"),
        ("blog/2016/05-04-walk.md", "", "/blog/2016/05/04/walk"),
        ("blog/2016-05-04-walk/index.mdx", "", "/blog/2016/05/04/walk"),
        ("blog/walk.md", "date: 2016-05-04", "/blog/walk"),
        ("blog/2016-05-04-walk.md", "slug: far", "/blog/far"),
        ("blog/2016-05-04-walk.md", "slug: /far/off", "/blog/far/off"),
        ("src/pages/a/index.md", "", "/a"),
    ],
)
def test_addresses_of_docusaurus(file, header, address):
    """Each text is where Docusaurus puts it, by its file's name and its header."""
    text = f"---\n{header}\n---\nText" if header else "Text"
    files = {"docusaurus.config.js": CONFIG.replace("DOCS", ""), file: text, "docs/z.md": "Z"}
    assert [p for p, page in site_of(files).shown.items() if page.source.path == file] == [address]


def test_what_docusaurus_leaves_out():
    """Parts of texts, programs and old versions have no address."""
    files = {
        "docusaurus.config.js": CONFIG.replace("DOCS", "blog: false, docs: {routeBasePath: '/'}"),
        **dict.fromkeys(("docs/_a.md", "docs/_b/c.mdx", "docs/x.json", "src/pages/a.js", "README.md"), "A"),
        **dict.fromkeys(("versioned_docs/version-1/a.md", "blog/2016-05-04-a.md", "docs/d.md"), "A"),
    }
    assert site_of(files).shown.keys() == {"/d"}


def test_docs_beside_the_site_of_docusaurus():
    """A program has its docs beside the folder of the site that shows them."""
    files = {
        "website/docusaurus.config.js": CONFIG.replace("DOCS", "docs: {path: '../docs'}"),
        "website/blog/2016-05-04-a.md": "A",
        "website/static/a.svg": "<svg/>",
        "docs/GettingStarted.md": "---\nid: getting-started\n---\n![a](@site/static/a.svg)",
        "docs/z.md": "Z",
        "website/sidebars.json": '{"docs": {"Intro": ["z", "getting-started"]}}',
        "src/main.c": "",
    }
    site = site_of(files)
    assert (site.convention, site.root) == ("docusaurus", "")
    assert site.pages.keys() == {"/docs/getting-started", "/docs/z", "/blog/2016/05/04/a"}
    assert order(site, "/docs") == ["/docs/z", "/docs/getting-started"]
    page = site.pages["/docs/getting-started"]
    assert resolve(site, page, "@site/static/a.svg").path == "/a.svg"
    assert resolve(site, page, "pathname:///a.svg").path == "/a.svg"


def test_order_of_docusaurus():
    """A place in a header is stronger than a number in a name, and what a sidebar says than both."""
    files = {
        "docusaurus.config.js": CONFIG.replace("DOCS", ""),
        "docs/1-a.md": "---\nsidebar_position: 2.5\n---\n",
        "docs/2-b.md": "B",
        "docs/c.md": "C",
        "docs/d.md": "---\nsidebar_position: 0\n---\n",
    }
    assert order(site_of(files), "/docs") == ["/docs/d", "/docs/b", "/docs/a", "/docs/c"]
    sidebar = "export default {main: ['c', {type: 'category', label: 'X', items: [{type: 'doc', id: 'a'}]}]}"
    assert order(site_of({**files, "sidebars.ts": sidebar}), "/docs")[:2] == ["/docs/c", "/docs/a"]


HERO = """---
layout: home
hero: {name: N, text: T, tagline: G, image: {src: /a.svg, alt: A}, actions: [{text: Go, link: /a}]}
features: [{title: F, details: D, link: /f}, {details: E}]
---
Text
"""


def test_start_pages_of_vitepress():
    """What a header shows is the beginning of the text, and its name the title."""
    site = site_of({".vitepress/config.ts": "", "index.md": HERO, "a.md": "A"})
    page = site.sections["/"].index
    assert page is not None
    assert (page.title, page.source.body) == (
        "N",
        "**T**\n\nG\n\n![A](</a.svg>)\n\n[Go](</a>)\n\n### [F](</f>)\n\nD\n\nE\n\nText\n",
    )


def test_start_pages_of_vuepress():
    """The older names of its fields mean the same."""
    header = (
        "---\nhome: true\nheroText: N\ntagline: G\nheroImage: /a.svg\nactionText: Go\nactionLink: /a\n---\n"
    )
    site = site_of({"docs/.vuepress/config.js": "", "docs/README.md": header, "docs/a.md": "A"})
    page = site.sections["/"].index
    assert page is not None
    assert (page.title, page.source.body) == ("N", "G\n\n![](</a.svg>)\n\n[Go](</a>)\n\n")


@pytest.mark.parametrize(
    ("file", "settings"),
    [
        (
            ".vitepress/config.ts",
            "export default {themeConfig: {sidebar: [{items: [SIDE]}], nav: [NAV]}}",
        ),
        (
            ".vitepress/config.js",
            "export default {themeConfig: {sidebar: {'/g/': {items: [SIDE]}}, nav: [NAV]}}",
        ),
        (
            ".vitepress/config/index.ts",
            "import {x} from './x'\nexport default {locales: {root: {themeConfig: THEME}}}",
        ),
        (
            ".vuepress/config.js",
            "module.exports = {themeConfig: {nav: [NAV], sidebar: [{children: ['/g/z', ['/g/a']]}]}}",
        ),
        (".vuepress/config.js", "module.exports = {themeConfig: {nav: [NAV], sidebar: {'/g/': ['z', 'a']}}}"),
    ],
)
def test_menus_of_vitepress(file, settings):
    """However the versions write them, nav is the menu and the sidebar the order."""
    nav = "{text: 'Zed', link: '/g/z'}, {text: 'No', link: '/no'}"
    side = "{link: '/g/z'}, {text: 'Aa', link: '/g/a.html'}"
    files = {
        file: settings.replace("THEME", "{sidebar: [SIDE], nav: [NAV]}")
        .replace("SIDE", side)
        .replace("NAV", nav),
        "index.md": "# I",
        "g/a.md": "A",
        "g/z.md": "Z",
    }
    site = site_of(files)
    assert menu(site) == [("Zed", "/g/z.html")]
    assert order(site, "/g") == ["/g/z.html", "/g/a.html"]


def test_addresses_of_vitepress():
    """Settings say where texts are, which are left out, and whether addresses have an ending."""
    settings = (
        "export default {srcDir: './src', srcExclude: ['**/x.md'], cleanUrls: true,"
        " rewrites: {'en/:rest*': ':rest*', 'b.md': 'c/d.md'}, title: 'T', locales: {fr: {lang: 'fr'}}}"
    )
    files = {
        ".vitepress/config.ts": settings,
        "index.md": "",
        **dict.fromkeys(("src/en/a.md", "src/b.md", "src/x.md", "src/[p].md", "src/fr/a.md"), "A"),
    }
    site = site_of(files)
    assert (site.convention, site.root, site.title) == ("vitepress", "src", "T")
    assert site.pages.keys() == {"/a", "/c/d", "/fr/a"}
    assert site.redirects["/a.html"] == "/a"


def test_a_book():
    """A book of mdBook has the chapters of its summary, at the addresses that they had."""
    files = {
        "book/book.toml": '[book]\ntitle = "T"\nauthors = ["Me"]\nlanguage = "fr"\n',
        "book/src/SUMMARY.md": "# S\n\n[Before](README.md)\n# One\n- [Zed](z.md)\n  - [In](z/a.md)\n",
        **dict.fromkeys(
            ("book/src/README.md", "book/src/z.md", "book/src/z/a.md", "book/src/part.md"), "Text"
        ),
        "book/src/a.svg": "<svg/>",
        "src/main.rs": "",
        "Cargo.toml": "",
    }
    site = site_of(files)
    assert (site.convention, site.root, site.title, site.language) == ("mdbook", "book/src", "T", "fr")
    assert site.shown.keys() == {"/", "/z.html", "/z/a.html"}
    assert menu(site) == [("Before", "/"), ("One", "/z.html")]
    assert (site.pages["/z.html"].title, site.pages["/z.html"].authors[0].name) == ("Zed", "Me")
    assert site.assets.keys() == {"/a.svg"}


@pytest.mark.parametrize(
    ("text", "shown", "findings"),
    [
        ("{{#title T}}a", "a", 0),
        ("`{{#include}}` \\{{#include a}}", "`{{#include}}` {{#include a}}", 0),
        ("```rust\n# use a;\n#\nlet b;\n#[c]\n```\n# d", "```rust\nlet b;\n#[c]\n```\n# d", 0),
        ("```sh\n# a\n```", "```sh\n# a\n```", 0),
        ("```rust,ignore\n{{#include ../a.rs:2:}}\n```", "```rust,ignore\n… ../a.rs\n```", 1),
        ("{{#include a.md}}", '<small class="left-out">&#91;a.md&#93;</small>', 1),
    ],
)
def test_texts_of_mdbook(text, shown, findings):
    """Lines that only a compiler needs go; what another file holds leaves its name."""
    found = understand(text, Idiom("mdbook"))
    assert (found.text, len(found.findings)) == (shown, findings)


@pytest.mark.parametrize(
    ("extra", "ending"),
    [
        ({".gitbook.yaml": "root: ./\nredirects:\n  old/a: ./b/a.md"}, ""),
        ({"book.json": '{"title": "T", "redirects": {"old/a": "b/a.md"}}'}, ".html"),
    ],
)
def test_books_of_gitbook(extra, ending):
    """The summary says titles and order; old addresses redirect, and files are found."""
    files = {
        **extra,
        "SUMMARY.md": "# S\n\n* [Start](README.md)\n\n## Part\n\n* [Zed](b/z.md)\n* [Aa](b/a.md)\n",
        "README.md": "---\nlayout:\n  title:\n    visible: true\n---\n# Start",
        "b/z.md": "![x](../.gitbook/assets/x.png)",
        "b/a.md": "A",
        ".gitbook/assets/x.png": "PNG",
    }
    site = site_of(files)
    assert site.convention == "gitbook"
    assert order(site, "/b") == [f"/b/z{ending}", f"/b/a{ending}"]
    assert menu(site) == [("Start", "/"), ("Part", "/b")]
    assert site.redirects["/old/a"] == f"/b/a{ending}"
    assert resolve(site, site.pages[f"/b/z{ending}"], "../.gitbook/assets/x.png").path == "/assets/x.png"
    assert not site.problems


def test_a_summary_alone():
    """A list of what is there makes a book; one of other things does not."""
    files = dict.fromkeys(("README.md", "a.md", "b.md"), "Text")
    assert (
        site_of({**files, "SUMMARY.md": "- [R](README.md)\n- [A](a.md)\n- [B](b.md)"}).convention == "gitbook"
    )
    assert site_of({**files, "SUMMARY.md": "We met, see [A](a.md)."}).convention == "plain"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{% hint style="danger" %}\nText\n{% endhint %}', "::: caution\n\n\nText"),
        ('{% tabs %}\n{% tab title="One" %}\nText\n{% endtab %}\n{% endtabs %}', "**One**\n\n\nText"),
        ('{% code title="a.c" %}\n```c\nint a;\n```\n{% endcode %}', "\n```c\nint a;\n```\n"),
        ('{% embed url="https://x.example/a" %}', "[x.example/a](<https://x.example/a>)"),
        ('{% content-ref url="a.md" %}\n[a](a.md)\n{% endcontent-ref %}', "[a](a.md)"),
    ],
)
def test_texts_of_gitbook(text, shown):
    """Its blocks become the markdown that they stand for."""
    found = understand(text, Idiom("gitbook"))
    assert shown in found.text
    assert not found.findings


def test_every_convention_can_be_chosen():
    """The server's setting knows the names that the repository's own knows."""
    assert set(get_args(Settings.model_fields["convention"].annotation)) == {"auto", *NAMES}


def test_addresses_that_the_settings_lead_elsewhere():
    """To a page, a part of it, another site; not where something is, nor to what is not there."""
    maps = {
        "old.md": "b.md",
        "part.md": "b.md#x",
        "out.md": "https://x.example/y?z",
        "b.md": "a.md",
        "lost.md": "none.md",
        "folder/index.md": "b.md",
    }
    lines = "".join(f"        {old}: {new}\n" for old, new in maps.items())
    config = f"plugins:\n  - redirects:\n      redirect_maps:\n{lines}"
    site = site_of({"mkdocs.yml": config, "docs/a.md": "# A\n", "docs/b.md": "# B\n"})
    base = "http://127.0.0.1:8080"
    expected = {
        "/old": "/b",
        "/part": f"{base}/b#x",
        "/out": "https://x.example/y?z",
        "/folder": "/b",
    }
    assert {path: site.redirects.get(path) for path in expected} == expected
    assert "/b" not in site.redirects
    assert "/lost" not in site.redirects


def test_lists_that_docusaurus_generates():
    """A category's page leads to the folder that it lists, or to the first text where it is no folder."""
    index = "link: {type: 'generated-index'"
    sidebars = (
        "module.exports = {s: ["
        f"{{type: 'category', label: 'All of A', {index}}}, items: ['a/one', 'a/two']}},"
        f"{{type: 'category', label: 'Mixed', {index}, slug: '/mix'}}, items: ['b', 'c/x']}},"
        "{type: 'category', label: 'Plain', items: ['c/y']}]};"
    )
    files = {f"docs/{name}.md": f"# {name}\n" for name in ("a/one", "a/two", "b", "c/x", "c/y", "d-d/z")}
    files |= {
        "docusaurus.config.js": "module.exports = {title: 'X'};",
        "sidebars.js": sidebars,
        "docs/d-d/_category_.json": '{"link": {"type": "generated-index"}}',
    }
    site = site_of(files)
    leads = {path: to for path, to in site.redirects.items() if "category" in path or "mix" in path}
    assert leads == {
        "/docs/category/all-of-a": "/docs/a",
        "/docs/mix": "/docs/b",
        "/docs/category/d-d": "/docs/d-d",
    }


def test_macros_show_settings_by_name():
    """Where the plug-in is on: what stands below `extra`, with that word or without, and the site's own."""
    config = "site_name: X\nextra:\n  version: 1.2\n  team:\n    name: We\nplugins:\n  - macros\n"
    text = "# A\n\n{{ version }} {{ extra.team.name }} {{ config.site_name }} {{ macro() }}\n"
    site = site_of({"mkdocs.yml": config, "docs/index.md": text})
    page = site.shown["/"]
    idiom = idiom_of(site, page, page.source.body)
    assert understand(page.source.body, idiom).text == "1.2 We X {{ macro() }}\n"
    without = site_of({"mkdocs.yml": config.replace("- macros", "- search"), "docs/index.md": text})
    assert idiom_of(without, page, page.source.body).variables == ()
