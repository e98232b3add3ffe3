"""How a repository is recognised, and what each tradition makes of its files."""

from __future__ import annotations

from dataclasses import replace

import pytest
from snapshots import site_of, snapshot

from canopy.content.links import Target, resolve
from canopy.content.site import build
from canopy.content.values import Section, Site, SiteOptions
from canopy.problem import Problem


def where(site: Site) -> dict[str, str]:
    """Return the address of each page by its file."""
    return {page.source.path: path for path, page in site.shown.items()}


@pytest.mark.parametrize(
    ("files", "name", "root"),
    [
        ({".config/uuid": "", "a": ""}, "canopy", ""),
        ({"_config.yml": "title: T", "a.md": ""}, "jekyll", ""),
        ({"_posts/2016-05-04-a.md": ""}, "jekyll", ""),
        (
            {"docs/_config.yml": "title: T", "docs/a.md": "", "README.md": "", "setup.py": ""},
            "jekyll",
            "docs",
        ),
        ({"_config.yml": "title: T", "_toc.yml": "", "intro.md": ""}, "plain", ""),
        ({"hugo.yaml": "title: T", "content/a.md": ""}, "hugo", ""),
        ({"hugo.toml": "", "exampleSite/content/a.md": "", "README.md": ""}, "plain", ""),
        ({"config.toml": 'baseURL = "https://x.example/"', "content/a.md": ""}, "hugo", ""),
        ({"config/_default/config.toml": 'title = "T"', "content/a.md": ""}, "hugo", ""),
        ({"config.toml": 'baseURL = "https://x.example/"', "a.md": ""}, "plain", ""),
        ({"config.toml": 'base_url = "https://x.example"', "content/a.md": ""}, "zola", ""),
        ({"site/config.toml": 'base_url = "/"', "site/content/a.md": "", "Cargo.toml": ""}, "zola", "site"),
        ({".obsidian/app.json": "{}", "a.md": ""}, "obsidian", ""),
        ({"Board.canvas": "{}", "a.md": ""}, "obsidian", ""),
        ({".foam/templates/daily-note.md": "", "a.md": ""}, "obsidian", ""),
        ({"dendron.yml": "", "vault/a.b.md": ""}, "obsidian", ""),
        ({"quartz.config.ts": "", "content/a.md": "", "README.md": ""}, "obsidian", "content"),
        ({"a.md": "", "README.md": ""}, "plain", ""),
        ({"docs/index.md": "", "README.md": "", "pyproject.toml": ""}, "plain", "docs"),
        ({"docs/index.md": "", "notes.md": ""}, "plain", ""),
        (
            {"mkdocs.yml": "docs_dir: manual\nsite_name: T", "manual/a.md": "", "README.md": ""},
            "mkdocs",
            "manual",
        ),
        ({"zensical.toml": '[project]\nsite_name = "T"', "docs/a.md": "", "README.md": ""}, "mkdocs", "docs"),
        ({"mkdocs.yml": "site_name: T", "a.md": ""}, "plain", ""),
        ({"docs/.vitepress/config.mts": "", "docs/index.md": "", "notes.md": ""}, "vitepress", "docs"),
        ({".vuepress/config.js": "", "README.md": "", "a.md": ""}, "vitepress", ""),
        ({"packages/.vitepress/theme/a.ts": "", "a.md": ""}, "plain", ""),
    ],
)
def test_recognition(files, name, root):
    """What lies in a repository tells its tradition and its top, with a reason for people."""
    site = site_of(files)
    assert (site.convention, site.root) == (name, root)
    assert 10 < len(site.evidence) < 120


def test_a_setting_chooses():
    """The server's setting is stronger than the repository's own, and that than what is recognised."""
    files = {"_config.yml": "title: T", "_x/a.md": "A", "canopy.toml": 'convention = "plain"'}
    assert site_of({**files, "canopy.toml": ""}).convention == "jekyll"
    assert site_of(files).convention == "plain"
    assert "/_x/a" in site_of(files).pages
    assert site_of(files, convention="obsidian").convention == "obsidian"
    assert site_of(files).evidence.startswith("chosen by a setting")


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("", "/a/b/2016/05/04/the-walk.html"),
        ("date", "/a/b/2016/05/04/the-walk.html"),
        ("pretty", "/a/b/2016/05/04/the-walk"),
        ("ordinal", "/a/b/2016/125/the-walk.html"),
        ("weekdate", "/a/b/2016/W18/Wed/the-walk.html"),
        ("none", "/a/b/the-walk.html"),
        ("/blog/:year/:i_month/:i_day/:title", "/blog/2016/5/4/the-walk"),
        (":year-:month/:slug.html", "/2016-05/the-walk.html"),
        ("/:short_year/:short_month/:long_day/:title/", "/16/May/Wednesday/the-walk"),
    ],
)
def test_permalinks_of_jekyll(pattern, address):
    """Every style and placeholder gives the address that Jekyll gives."""
    post = "---\ntitle: Other\ncategories: [A, b]\n---\n"
    site = site_of({"_config.yml": f"permalink: '{pattern}'", "_posts/2016-05-04-the-walk.md": post})
    assert where(site) == {"_posts/2016-05-04-the-walk.md": address}


def test_an_unknown_placeholder_is_a_problem():
    """Where a pattern cannot be understood the default stands in, and the settings are told."""
    site = site_of({"_config.yml": "permalink: /:yaer/:title", "_posts/2016-05-04-a.md": "A"})
    assert list(site.pages) == ["/2016/05/04/a.html"]
    assert [(p.path, ":yaer" in p.reason) for p in site.problems] == [("_config.yml", True)]


def test_what_jekyll_leaves_out():
    """What begins with `_`, is excluded, a draft or not published has no page."""
    files = {
        "_config.yml": "exclude: [secret, '*.tmp.md']\ninclude: [_kept]\n"
        "collections: {tools: {output: true}, x: {}}",
        "_layouts/a.md": "A",
        "_kept/a.md": "A",
        "secret/a.md": "A",
        "a.tmp.md": "A",
        "vendor/a.md": "A",
        "_tools/saw.md": "A",
        "_x/a.md": "A",
        "_drafts/a.md": "A",
        "_posts/2016-05-04-a.md": "---\npublished: false\n---\n",
        "_posts/undated.md": "A",
        "Gemfile": "A",
    }
    assert where(site_of(files)) == {"_kept/a.md": "/_kept/a.html", "_tools/saw.md": "/tools/saw.html"}
    shown = where(site_of(files, drafts=True))
    assert shown.keys() >= {"_drafts/a.md", "_posts/2016-05-04-a.md"}


def test_defaults_of_jekyll():
    """Front matter defaults hold for their scope, the narrower one first, below what the page says."""
    defaults = (
        "defaults:\n- {scope: {path: ''}, values: {author: all}}\n"
        "- {scope: {path: _posts/x, type: posts}, values: {author: x, permalink: '/x/:title'}}\n"
    )
    files = {
        "_config.yml": defaults,
        "_posts/2016-05-04-a.md": "A",
        "_posts/x/2016-05-05-b.md": "B",
        "_posts/x/2016-05-06-c.md": "---\nauthor: own\n---\n",
    }
    site = site_of(files)
    assert {path: page.authors[0].name for path, page in site.pages.items()} == {
        "/2016/05/04/a.html": "all",
        "/x/b": "x",
        "/x/c": "own",
    }


def test_a_readme_beside_a_blog_is_no_page():
    """It is about the repository; without posts and index it introduces the site."""
    assert "/" not in where(site_of({"_posts/2016-05-04-a.md": "A", "README.md": "# R"})).values()
    assert site_of({"_config.yml": "", "README.md": "# R"}).home.title == "R"


def test_templates_are_left_out():
    """HTML that loops over posts is no page; that is said, unless it is a list that Canopy has."""
    loop = "{% for post in site.posts %}{{ post.title }}{% endfor %}"
    files = {
        "_config.yml": "",
        "index.html": f"---\ntitle: Home\n---\n{loop}",
        "team.html": f"---\ntitle: Team\n---\n{loop}",
        "plain.html": "---\nlayout: x\n---\n<p>Text</p>",
        "search.md": "---\nlayout: search\n---\n",
    }
    site = site_of(files)
    assert where(site) == {"plain.html": "/plain.html"}
    assert [problem.path for problem in site.problems] == ["team.html"]


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("/:year/:month/:slug/", "/2016/05/slow-walk"),
        ("/:section/:title", "/posts/the-walk"),
        ("/n/:filename.html", "/n/my-walk.html"),
        ("/:sections[1:]/:slugorfilename", "/deep/slow-walk"),
        ("/:sections[last]/:monthname/:yearday", "/deep/may/125"),
        ("/:nonsense/", "/posts/deep/slow-walk"),
    ],
)
def test_permalinks_of_hugo(pattern, address):
    """A pattern of the section at the top gives the addresses of all pages below it."""
    files = {
        "hugo.toml": f'[permalinks]\nposts = "{pattern}"',
        "content/posts/deep/My Walk.md": "+++\ntitle = 'The walk'\n"
        "date = 2016-05-04\nslug = 'Slow walk'\n+++\n",
    }
    assert list(site_of(files).pages) == [address]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("What's new?", "whats-new"),
        ("a - b & c", "a-b-c"),
        ("Été", "été"),
        ("C++ #1", "c++-#1"),
        ("x_y.z", "x_y.z"),
    ],
)
def test_paths_as_hugo_makes_them(name, address):
    """What no URL should hold is left out, spaces become hyphens, capitals small."""
    assert list(site_of({"hugo.toml": "", f"content/{name}.md": "A"}).pages) == [f"/{address}"]


def test_ugly_addresses_of_hugo():
    """They end in `.html`, everywhere or in the sections that are named."""
    files = {"content/a/x.md": "X", "content/b/y.md": "Y"}
    assert set(site_of({"hugo.toml": "uglyURLs = true", **files}).pages) == {"/a/x.html", "/b/y.html"}
    assert set(site_of({"hugo.toml": "[uglyURLs]\nb = true", **files}).pages) == {"/a/x", "/b/y.html"}


def test_languages_of_hugo():
    """A language has its folder, by a file's name or a folder of content; nothing is listed twice."""
    by_name = {"content/p/a.md": "---\ndate: 2016-05-04\n---\n", "content/p/a.fr.md": "A"}
    site = site_of({"hugo.toml": "[languages.en]\n[languages.fr]", **by_name})
    assert where(site) == {"content/p/a.md": "/p/a", "content/p/a.fr.md": "/fr/p/a"}
    assert [page.path for page in site.entries] == ["/p/a"]
    assert site.pages["/fr/p/a"].source.front.language == "fr"
    config = '[languages.en]\ncontentDir = "content/en"\n[languages.pt-br]\ncontentDir = "content/pt"'
    by_folder = {"content/en/a.md": "A", "content/pt/a.md": "A", "content/other/a.md": "A"}
    assert where(site_of({"hugo.toml": config, **by_folder})) == {
        "content/en/a.md": "/a",
        "content/pt/a.md": "/pt-br/a",
    }


def test_mounts_of_hugo():
    """Folders that are mounted as content or static files stand in for the usual ones."""
    config = (
        '[[module.mounts]]\nsource = "book"\ntarget = "content/book"\n'
        '[[module.mounts]]\nsource = "img"\ntarget = "static/images"\n'
    )
    site = site_of({"hugo.toml": config, "book/a.md": "A", "img/a.png": b"1", "content/b.md": "B"})
    assert (list(site.pages), list(site.assets)) == (["/book/a"], ["/images/a.png"])


def test_settings_of_hugo_in_many_files():
    """A file for a topic or a language says what the one file would; production is stronger."""
    files = {
        "config/_default/hugo.toml": 'title = "Old"\ndefaultContentLanguage = "de"',
        "config/_default/languages.de.yaml": "languageCode: de-AT\ntitle: Der Garten",
        "config/_default/params.toml": 'description = "Beete"',
        "config/_default/menus.de.toml": '[[main]]\nname = "Alle"\npageRef = "/p"',
        "config/production/hugo.toml": 'timeZone = "Europe/Vienna"',
        "content/p/a.md": "A",
    }
    site = site_of(files)
    assert (site.title, site.language, site.description) == ("Der Garten", "de-AT", "Beete")
    assert site.settings.timezone == "Europe/Vienna"
    assert [(item.title, item.path) for item in site.navigation] == [("Alle", "/p")]


def test_a_bundle_of_hugo():
    """`index.md` is a page with its files around it, `_index.md` introduces a section."""
    files = {
        "hugo.toml": '[permalinks]\nposts = "/:title/"',
        "content/posts/_index.md": "# All",
        "content/posts/walk/index.md": "---\ntitle: Walk\n---\n",
        "content/posts/walk/map.png": b"1",
    }
    site = site_of(files)
    assert where(site) == {"content/posts/_index.md": "/posts", "content/posts/walk/index.md": "/walk"}
    assert site.assets.keys() == {"/posts/walk/map.png"}
    assert site.redirects["/walk/map.png"] == "/posts/walk/map.png"


def test_weights():
    """Pages of Hugo with a weight come by it, the lightest first; those without come last, newest first."""
    page = "---\nweight: {}\n---\n"
    files = {
        "hugo.toml": "",
        "content/d/heavy.md": page.format(9),
        "content/d/old.md": "O",
        "content/d/light.md": page.format(1),
        "content/d/new.md": "N",
    }
    section = site_of(files).sections["/d"]
    assert section.order == "weight"
    assert [page.path for page in section.pages] == ["/d/light", "/d/heavy", "/d/new", "/d/old"]


def test_addresses_of_zola():
    """Names become slugs without their date; `path` and `slug` are stronger; aliases begin at the top."""
    files = {
        "config.toml": 'base_url = "https://x.example"',
        "content/Blog Posts/2016-05-04-A Walk.md": "+++\naliases = ['old']\n+++\n",
        "content/2016-05-05_trip/index.md": "T",
        "content/a.md": "+++\npath = 'b/c'\n+++\n",
        "content/d.md": "+++\nslug = 'e'\n+++\n",
        "static/x.txt": "X",
        "README.md": "R",
    }
    site = site_of(files)
    assert where(site) == {
        "content/Blog Posts/2016-05-04-A Walk.md": "/blog-posts/a-walk",
        "content/2016-05-05_trip/index.md": "/trip",
        "content/a.md": "/b/c",
        "content/d.md": "/e",
    }
    assert site.redirects["/old"] == "/blog-posts/a-walk"
    assert site.assets.keys() == {"/x.txt"}
    dates = {page.path: f"{page.source.front.date:%d}" for page in site.recent if page.source.front.date}
    assert dates == {"/blog-posts/a-walk": "04", "/trip": "05"}


def test_what_a_vault_keeps_to_itself():
    """Templates, ignored and excluded folders, drawings and private notes are not shown."""
    files = {
        ".obsidian/app.json": '{"userIgnoreFilters": ["Old/", "/regex/"]}',
        ".obsidian/templates.json": '{"folder": "Forms"}',
        ".obsidian/publish.json": '{"excluded": ["Diary"]}',
        "Old/a.md": "A",
        "Forms/a.md": "A",
        "Diary/a.md": "A",
        "Drawing.excalidraw.md": "A",
        "Board.canvas": "{}",
        "Hidden.md": "---\npublish: false\n---\n",
        "Shown.md": "A",
    }
    assert where(site_of(files)) == {"Shown.md": "/Shown"}


def test_quartz():
    """Its plain settings are read from TypeScript; notes are published by choice if so set."""
    config = (
        "const config = {\n  configuration: {\n    pageTitle: 'The garden',\n    locale: 'de-DE',\n"
        '    baseUrl: "garden.example",\n    ignorePatterns: ["private", "drafts"],\n  },\n'
        "  plugins: { filters: [Plugin.{}()] },\n}"
    )
    files = {
        "quartz.config.ts": config.replace("{}", "RemoveDrafts"),
        "content/My note & yours.md": "A",
        "content/drafts/a.md": "A",
        "content/b.md": "---\npublish: true\n---\n",
    }
    site = site_of(files)
    assert (site.title, site.language, site.settings.own_urls) == (
        *("The garden", "de-DE"),
        ("https://garden.example",),
    )
    assert set(site.pages) == {"/My-note--and--yours", "/b"}
    chosen = site_of({**files, "quartz.config.ts": config.replace("{}", "ExplicitPublish")})
    assert set(chosen.pages) == {"/b"}


def test_dates_of_names_and_folders():
    """A file or its folders may bear the date, in every tradition; the header is stronger."""
    files = {
        "2016-05-04-walk.md": "A",
        "2016/05/05/run.md": "A",
        "2016-05-06.md": "A",
        "2016-05-07-x.md": "---\ndate: 2010-01-01\n---\n",
    }
    site = site_of(files)
    found = {path: (page.title, f"{page.created:%Y-%m-%d}") for path, page in site.pages.items()}
    assert found == {
        "/2016-05-04-walk": ("Walk", "2016-05-04"),
        "/2016/05/05/run": ("Run", "2016-05-05"),
        "/2016-05-06": ("2016-05-06", "2016-05-06"),
        "/2016-05-07-x": ("X", "2010-01-01"),
    }


def test_a_wiki():
    """`Home.md` is the start page of a wiki, and what stands beside every page is none."""
    site = site_of({"Home.md": "# H", "_Sidebar.md": "S", "Other-page.md": "O"})
    assert site.home is site.pages["/Home"]
    assert set(site.pages) == {"/Home", "/Other-page"}


def test_the_first_page_of_a_blog():
    """The introduction of a blog stands above its posts; one without a text leaves the posts alone."""
    files = {
        "hugo.toml": "",
        "content/_index.md": "Come in.",
        "content/p/a.md": "---\ndate: 2016-05-04\n---\n",
    }
    assert isinstance(site_of(files).home, Section)
    assert site_of({**files, "content/_index.md": "---\ntitle: T\n---\n"}).home is None
    undated = site_of({**files, "content/p/a.md": "A"})
    assert undated.home is undated.sections["/"].index


def test_authors_of_the_settings():
    """A key stands for the person of the settings; who names nobody is the site's author."""
    files = {
        "_config.yml": "author: The keeper",
        "_data/authors.yml": "me: {name: My Name, url: 'https://me.example'}",
        "_posts/2016-05-04-a.md": "---\nauthor: me\n---\n",
        "_posts/2016-05-05-b.md": "B",
    }
    pages = site_of(files).pages
    (first,), (second,) = pages["/2016/05/04/a.html"].authors, pages["/2016/05/05/b.html"].authors
    assert (first.name, first.url, second.name) == ("My Name", "https://me.example", "The keeper")


def test_links_to_where_the_site_was_at_home():
    """An absolute link to the address in the tradition's settings leads to the page here."""
    files = {"_config.yml": "url: https://old.example\nbaseurl: /b", "a.md": "A", "c.md": "C"}
    site = site_of(files)
    page = site.pages["/a.html"]
    assert resolve(site, page, "https://old.example/b/c.html#x") == Target("internal", "/c.html", "#x")
    assert resolve(site, page, "http://old.example/b/").path == "/"
    for other in ("https://old.example/b/none", "https://old.example/bc", "https://other.example/b/c.html"):
        assert resolve(site, page, other) == Target("external", other)


@pytest.mark.parametrize("data", ["a: [", "{", "&a [*a, *a]", "- x", "\0", "a: &x [*x]", "x: " + "[" * 500])
@pytest.mark.parametrize("name", ["_config.yml", "hugo.toml", "hugo.json", "config/_default/params.yaml"])
def test_settings_that_cannot_be_read(name, data):
    """They count as empty, at worst with a problem; the site is there."""
    site = site_of({"hugo.yaml": "", name: data, "content/a.md": "A", "a.md": "A"})
    assert site.pages
    assert all(problem.path == name and problem.cure for problem in site.problems)


def test_one_page_is_read_again():
    """Another text in one file costs the reading of that file; another setting that matters, of all."""
    files = {"_config.yml": "title: T", "_posts/2016-05-04-a.md": "A", "_posts/2016-05-05-b.md": "B"}
    first = site_of(files)
    second = site_of({**files, "_posts/2016-05-05-b.md": "C"}, first)
    assert second.pages["/2016/05/04/a.html"] is first.pages["/2016/05/04/a.html"]
    renamed = site_of({**files, "_config.yml": "title: U"}, second)
    assert renamed.title == "U"
    moved = site_of({**files, "_config.yml": "permalink: pretty"}, renamed)
    assert set(moved.pages) == {"/2016/05/04/a", "/2016/05/05/b"}
    assert moved == site_of({**files, "_config.yml": "permalink: pretty"})


@pytest.mark.parametrize(
    ("settings", "public"), [(".vitepress", "public"), (".vuepress", ".vuepress/public")]
)
def test_files_for_the_top_of_vitepress(settings, public):
    """What VitePress and VuePress publish at the top is there, and links that begin with a slash find it."""
    files = {f"docs/{settings}/config.js": "", "docs/index.md": "# T", "docs/a/b.md": "![](/i/x.png)"}
    site = site_of({**files, f"docs/{public}/i/x.png": b"\0"})
    assert where(site) == {"docs/index.md": "/", "docs/a/b.md": "/a/b.html"}
    assert set(site.assets) == {"/i/x.png"}
    assert not site.problems


def test_the_settings_of_zensical():
    """Title and description are read from the table of the project."""
    text = '[project]\nsite_name = "T"\nsite_description = "D"\ndocs_dir = "manual"'
    site = site_of({"zensical.toml": text, "manual/a.md": "A", "README.md": ""})
    assert (site.title, site.description, list(site.pages)) == ("T", "D", ["/a"])


def test_a_wikis_sidebar_is_its_menu():
    """In its order, without its home, and with what is below other things; a list of everything is none."""
    files = {
        "Home.md": "# H",
        "_Sidebar.md": "- [Home](Home)\n- Use\n  - [First steps](First-Steps)\n  - [[Über uns|About]]\n"
        "- [Elsewhere](https://x.example/)\n- [None](None)",
        "First-Steps.md": "# First",
        "Über-uns.md": "# Us",
        "More.md": "# More",
    }
    site = site_of(files)
    assert [(item.title, item.path) for item in site.navigation] == [
        ("First steps", "/First-Steps"),
        ("About", "/Über-uns"),
    ]
    many = "".join(f"- [[P{number}]]\n" for number in range(40))
    files = {"Home.md": "", "_Sidebar.md": many} | {f"P{number}.md": "" for number in range(40)}
    assert site_of(files).navigation == ()


def test_a_wiki_knows_where_it_was_at_home():
    """Links to the forge's address of the wiki are links within, where its sidebar has them."""
    url = "https://github.com/o/r/wiki"
    sidebar = f"[H]({url})\n\n[A]({url}/A-b) [B]({url}/B#x) [C](https://github.com/o/r/issues)"
    files = {"Home.md": f"[a]({url}/A-b#x) [c]({url}/C)", "_Sidebar.md": sidebar, "A-b.md": "A", "B.md": "B"}
    site = site_of(files)
    assert site.settings.own_urls == (url,)
    assert resolve(site, site.home, f"{url}/A-b#x") == Target("internal", "/A-b", "#x")
    assert resolve(site, site.home, f"{url}/C").kind == "external"
    assert [item.path for item in site.navigation] == ["/A-b", "/B"]


def test_a_start_page_that_names_many_folders():
    """Where its text leads to the folders, they need not stand above every page too."""
    folders = {f"f{number}/a.md": "A" for number in range(40)}
    links = "".join(f"- [a](f{number}/a.md)\n" for number in range(40))
    assert site_of({"README.md": f"# R\n\n{links}", **folders}).navigation == ()
    assert len(site_of({"README.md": "# R\n\nWelcome.", **folders}).navigation) == 40


@pytest.mark.parametrize(
    "menu",
    [
        'menu = [{name = "Blog", url = "/blog"}, {name = "About", url = "/about/"}]',
        'even_menu = [{url = "$BASE_URL/blog", name = "Blog"}, {url = "$BASE_URL/about", name = "About"}]',
        'menu_items = [{name = "Blog", url = "@/blog/_index.md"}, {name = "About", url = "@/about.md"}]',
        'links = [{title = "Blog", url = "blog"}, {title = "About", url = "about"}]',
        'header_nav = [{en = {name = "Blog", url = "/blog"}}, {en = {name = "About", url = "/about"}}]',
    ],
)
def test_the_menus_of_zolas_themes(menu):
    """Each theme has a name of its own for the list of its links; what is not above pages is no menu."""
    other = '[[extra.social]]\nname = "X"\nurl = "https://x.example"\n'
    config = f'base_url = "https://x.example"\n[extra]\nfooter_menu = []\nnavigation = true\n{menu}\n{other}'
    files = {
        "config.toml": config,
        "content/_index.md": "",
        "content/blog/_index.md": "+++\ntitle='B'\n+++",
        "content/about.md": "A",
    }
    site = site_of(files)
    assert [(item.title, item.path) for item in site.navigation] == [("Blog", "/blog"), ("About", "/about")]
    assert site.problems == ()


@pytest.mark.parametrize(
    ("path", "text", "title"),
    [
        ("One-two_three.md", "# Part\n\n# Other", "One-two_three"),
        ("One.md", "Text\n\n# Part", "One"),
        ("One.md", "## Part", "One"),
        ("One.md", "# The title\n\n## Part", "The title"),
        ("One.md", "---\ntitle: Named\n---\n# Part", "Named"),
        ("sub/README.md", "## Part\n\nText", "Part"),
        ("sub/README.md", "Text\n\n# Part", "sub"),
    ],
)
def test_a_note_is_called_like_its_file(path, text, title):
    """In a vault, as its author sees it, unless it begins with its one heading of the first level."""
    site = site_of({".obsidian/app.json": "{}", path: text, "z.md": "z"})
    assert title in [page.title for page in site.shown.values()]


def test_a_wiki_begins_with_its_home():
    """Beside a wiki's sidebar or footer `Home.md` is the first page, whatever else is there."""
    files = {"Home.md": "# Home of it", "readme.md": "# Read", "_Sidebar.md": "S"}
    home = site_of(files).home
    assert home is not None
    assert home.title == "Home of it"
    del files["_Sidebar.md"]
    home = site_of(files).home
    assert home is not None
    assert home.title == "Read"


def test_posts_at_the_top_of_zola():
    """If the first page sorts by date, dated pages beside it are posts and no entries of the menu."""
    files = {
        "config.toml": 'base_url = "https://x.example"',
        "content/_index.md": '+++\nsort_by = "date"\n+++',
        "content/first.md": "+++\ndate = 2016-05-04\n+++\nA",
        "content/about.md": "A",
    }
    site = site_of(files)
    assert [item.path for item in site.navigation] == ["/about"]
    assert [page.path for page in site.recent if page.listed] == ["/first"]
    site = site_of({**files, "content/_index.md": ""})
    assert [item.path for item in site.navigation] == ["/about", "/first"]


def test_a_first_page_without_text():
    """Where the first page is nothing but a component, as VitePress has them, the pages are listed there."""
    site = site_of({"index.md": "---\nlayout: home\n---\n<HomePage />\n", "a.md": "A"})
    assert site.home is site.sections["/"]
    site = site_of({"index.md": "---\nlayout: home\n---\nText", "a.md": "A"})
    assert site.home is site.sections["/"].index


def test_what_cannot_be_read_outside_the_site():
    """A symbolic link, a submodule or a large file is a problem only where the site would have it."""
    config = {"config.toml": 'base_url = "https://x.example"', "content/a.md": "A"}

    def told(files, *paths):
        problems = tuple(Problem(path, 0, "cannot be read", "mend it") for path in paths)
        found = build(replace(snapshot(files), problems=problems), SiteOptions())
        return [problem.path for problem in found.problems]

    assert told(config, "content/b", "content/c.png", "themes/even", "tests/d.png", ".x/e") == [
        "content/b",
        "content/c.png",
    ]
    assert told({"a.md": "A"}, "b", "docs/c.md", ".agents/skills/d") == ["b", "docs/c.md"]


@pytest.mark.parametrize(
    ("file", "pattern", "address"),
    [
        ("2016-05-04-The walk, at 5!.md", "/:title/", "/The-walk,-at-5!"),
        ("2016-05-04-레트로의 1장-이게 뭐?!.md", "/p/:title", "/p/레트로의-1장-이게-뭐-!"),
        ("2016-05-04-C++ & friends.md", "/:slug.html", "/c-friends.html"),
        ("2016-05-04-हिन्दी में.md", "/:title", "/हिन्दी-में"),
    ],
)
def test_what_jekyll_makes_of_names(file, pattern, address):
    """A post's name becomes its address as Jekyll 4.3 makes it, which this table was taken from."""
    site = site_of({"_config.yml": f"permalink: {pattern}", f"_posts/{file}": "---\n---\nText"})
    assert where(site) == {f"_posts/{file}": address}


@pytest.mark.parametrize(
    ("pattern", "page", "item"),
    [
        ("date", "/a.html", "/c/x.html"),
        ("pretty", "/a", "/c/x"),
        ("/:title.html", "/a", "/c/x"),
        ("/:title:output_ext", "/a.html", "/c/x.html"),
    ],
)
def test_what_jekyll_puts_behind_other_addresses(pattern, page, item):
    """Pages and collections end as the posts' pattern does, in Jekyll's way; `.html` leads there as well."""
    config = f"permalink: {pattern}\ncollections: {{c: {{output: true}}}}"
    site = site_of({"_config.yml": config, "a.md": "---\n---\nA", "_c/x.md": "---\n---\nX"})
    assert where(site) == {"a.md": page, "_c/x.md": item}
    assert pattern == "pretty" or site.redirects.get("/a.html", "/a.html") == page


def hugo(files: dict[str, str], settings: str = "") -> dict[str, str]:
    """Return the address of each page of a site of Hugo's by its file."""
    content = {f"content/{path}": f"---\n{text}\n---\nText" for path, text in files.items()}
    return {
        path.removeprefix("content/"): address
        for path, address in where(site_of({"hugo.toml": settings, **content})).items()
    }


@pytest.mark.parametrize(
    "header",
    ["headless: true", "build: {render: never}", "_build:\n  render: false", "build: {render: link}"],
)
def test_what_hugo_renders_no_page_for(header):
    """A headless bundle, and what is built without a page, has no address."""
    assert hugo({"a/index.md": header, "b.md": ""}) == {"b.md": "/b"}


def test_texts_in_a_leaf_bundle_of_hugo():
    """Texts beside an `index.md`, and below, are resources; those of a section are pages."""
    files = {"a/index.md": "", "a/x.md": "", "a/in/y.md": "", "b/_index.md": "", "b/x.md": "", "index.md": ""}
    assert hugo(files) == {"a/index.md": "/a", "b/_index.md": "/b", "b/x.md": "/b/x", "index.md": "/"}


@pytest.mark.parametrize(
    ("cascade", "kept"),
    [
        ("cascade: {draft: true}", {"s/_index.md"}),
        ("cascade: [{target: {path: '/s/in/**'}, draft: true}]", {"s/_index.md", "s/a.md", "s/in/_index.md"}),
        ("cascade: {_target: {kind: page}, draft: true}", {"s/_index.md", "s/in/_index.md"}),
        ("cascade: {_target: {lang: de}, draft: true}", {"s/_index.md", "s/a.md", "s/in/_index.md", "*"}),
    ],
)
def test_a_cascade_of_hugo(cascade, kept):
    """A section hands values down to the pages below that its target names; their own are stronger."""
    files = {
        "s/_index.md": cascade,
        "s/a.md": "",
        "s/in/_index.md": "",
        "s/in/b.md": "",
        "s/in/c.md": "draft: false",
    }
    every = {"s/in/b.md"} if "*" in kept else set()
    assert hugo(files).keys() == (kept - {"*"}) | {"s/in/c.md"} | every


def test_a_cascade_in_the_settings_of_hugo():
    """The settings hand values down to all pages, and a changed section is read again."""
    assert hugo({"a.md": "", "b.md": "draft: false"}, "[cascade]\ndraft = true") == {"b.md": "/b"}
    files = {"hugo.toml": "", "content/s/_index.md": "---\ntitle: S\n---", "content/s/a.md": "---\n---\nA"}
    before = site_of(files)
    files["content/s/_index.md"] = "---\ntitle: S\ncascade: {draft: true}\n---"
    assert site_of(files, before) == site_of(files)
    assert "content/s/a.md" not in where(site_of(files, before))


@pytest.mark.parametrize(
    ("title", "address"),
    [
        ("A crack + keygen", "/p/a-crack--keygen"),
        ("Learn C++", "/p/learn-c"),
        ("x++y", "/p/x-y"),
        ("either/or", "/p/either-or"),
    ],
)
def test_a_plus_in_hugos_placeholders(title, address):
    """A plus in a title is a space in the address that a pattern makes, as in Hugo 0.168."""
    assert hugo({"p/a.md": f"title: {title}"}, '[permalinks]\np = "/p/:title/"') == {"p/a.md": address}


@pytest.mark.parametrize(
    ("config", "title"),
    [
        ("title: blank\nfirst_name: Al\nlast_name: Folio", "Al Folio"),
        ("title: Notes\nfirst_name: Al", "Notes"),
        ("title: blank", "blank"),
    ],
)
def test_a_site_that_is_called_after_its_author(config, title):
    """al-folio writes `blank` for the title of a site that has its author's name."""
    assert site_of({"_config.yml": config, "a.md": "A"}).title == title


def test_a_book_of_hugos_has_no_menu_of_pages():
    """Themes that show the tree of files know no main menu: the texts of the example site do not make one."""
    page = "---\ntitle: P\nmenu: main\n---\nText"
    files = {"hugo.toml": 'theme = "hugo-book"', "content/posts/p.md": page, "content/docs/d.md": "Text"}
    assert [item.path for item in site_of(files).navigation] == ["/docs", "/posts"]


@pytest.mark.parametrize(
    ("files", "pages"),
    [
        (
            {
                "astro.config.mjs": "",
                "src/content/blog/a.mdx": "A",
                "src/pages/b.md": "B",
                "src/content/c.ts": "",
            },
            {"/blog/a", "/b"},
        ),
        ({"astro.config.ts": "", "src/content/docs/a.md": "A", "src/content/docs/_b.md": "B"}, {"/a"}),
    ],
)
def test_notes_within_a_program(files, pages):
    """What Astro shows lies deep within; the rest is the program."""
    site = site_of({**files, "package.json": "{}", "README.md": "# R", "public/i.svg": "<svg/>"})
    assert site.convention == "plain"
    assert site.pages.keys() == pages
    assert not site.problems


def test_pictures_of_astro():
    """What is to be public stands at the top."""
    site = site_of({"astro.config.ts": "", "src/pages/a.md": "A", "public/i/x.svg": "<svg/>"})
    assert site.assets.keys() == {"/i/x.svg"}


def test_taxonomies_of_a_sites_own():
    """Their terms are tags, and found where the generator lists them."""
    hugo = site_of(
        {
            "hugo.toml": "[taxonomies]\ntopic = 'topics'\ntag = 'tags'\n[permalinks]\ntopics = '/t/:slug'\n",
            "content/a.md": "---\ntags: [Big Cat]\ntopics: [C++, b]\n---\nA",
        }
    )
    assert hugo.terms.keys() == {"Big Cat", "C++", "b"}
    assert hugo.redirects["/t/c++"] == hugo.redirects["/tags/c++"] == "/tags/C++"
    assert hugo.redirects["/tags/big-cat"] == hugo.redirects["/tag/big-cat"] == "/tags/Big Cat"
    zola = site_of(
        {
            "config.toml": "base_url = 'https://e.example'\ntaxonomies = [{name = 'Moods'}]\n",
            "content/a.md": "+++\n[taxonomies]\nMoods = ['Very sad']\n+++\nA",
        }
    )
    assert zola.terms.keys() == {"Very sad"}
    assert zola.redirects["/moods/very-sad"] == "/tags/Very sad"


def test_a_tags_list_displaces_nothing():
    """Where the site has something else at such an address, that stays."""
    files = {
        "_config.yml": "",
        "tag/x.md": "---\npermalink: /tag/x\n---\nX",
        "_posts/2020-01-02-a.md": "tags: X\n\nA",
    }
    site = site_of(files)
    assert "/tag/x" in site.pages
    assert site.redirects["/tags/x"] == "/tags/X"


def test_a_language_may_be_in_the_name_and_in_the_folder():
    """It is one and the same."""
    settings = "[languages.ja]\ncontentDir = 'content/ja'\n[languages.en]\ncontentDir = 'content/en'\n"
    files = {"content/en/about.en.md": "A", "content/ja/about.ja.md": "A"}
    site = site_of({"hugo.toml": "defaultContentLanguage = 'ja'\n" + settings, **files})
    assert site.pages.keys() == {"/about", "/en/about"}


@pytest.mark.parametrize(
    ("settings", "menu"),
    [
        ("[[menu.nav]]\nname = 'A'\nurl = '/a'\n", [("A", "/a")]),
        (
            "[[menu.main]]\nname = 'A'\nurl = '/a'\n[[menu.main]]\nname = 'F'\nurl = 'index.xml'\n",
            [("A", "/a")],
        ),
        (
            "defaultContentLanguageInSubdir = true\n[[languages.en.menu.main]]\nname = 'A'\nurl = 'a/'\n",
            [("A", "/en/a")],
        ),
    ],
)
def test_menus_of_hugo(settings, menu):
    """Whatever a theme calls it, and from the top of its language; a feed is no entry."""
    site = site_of({"hugo.toml": settings, "content/a.md": "A", "content/b.md": "B"})
    assert [(item.title, item.path) for item in site.navigation] == menu
    assert not site.problems


def test_what_is_not_found_has_no_author():
    """The page for what is not there is in no list."""
    site = site_of(
        {"_config.yml": "author: Me", "404.md": "---\npermalink: /404.html\n---\nNo", "a.md": "---\n---\nA"}
    )
    assert [page.path for page in site.taxonomies.authors.terms["me"].pages] == ["/a.html"]


@pytest.mark.parametrize(
    ("settings", "files", "pages"),
    [
        ("", {"src/posts/a.md": "A", "src/_includes/b.md": "B"}, {"/posts/a"}),
        ("", {"posts/a.md": "A", "x.md": "X"}, {"/posts/a", "/x"}),
        ("return {dir: {input: 'site', includes: 'i'}}", {"site/a.md": "A", "site/i/b.md": "B"}, {"/a"}),
        ("e.setInputDirectory('in')", {"in/a/a.md": "A", "b.md": "B"}, {"/a"}),
        (
            "module.exports = {}",
            {"package.json": '{"scripts": {"b": "eleventy --input=w"}}', "w/a.md": "A"},
            {"/a"},
        ),
        (
            "dir: {input: 'c'}",
            {
                "c/p/p.11tydata.js": "module.exports = {permalink: '/{{ title }}/'}",
                "c/p/a.md": "title: T\n\nA",
            },
            {"/T"},
        ),
    ],
)
def test_the_input_of_eleventy(settings, files, pages):
    """It is read where settings or scripts say it in so many words; else it is where all texts lie."""
    site = site_of({".eleventy.js": settings, "README.md": "# R", **files})
    assert site.convention == "eleventy"
    assert site.pages.keys() == pages


@pytest.mark.parametrize(
    ("zone", "date", "day"),
    [
        ("", "2016-05-04 23:30:00", "05/04"),
        ("", "2016-05-04 00:30:00 +0900", "05/03"),
        ("", "2016-05-04 23:30:00 -0700", "05/05"),
        ("Asia/Tokyo", "2016-05-04 23:30:00", "05/05"),
        ("Asia/Tokyo", "2016-05-04T23:30:00", "05/05"),
        ("Asia/Tokyo", "2016-05-04 23:30", "05/04"),
        ("Asia/Tokyo", "2016-05-04", "05/04"),
        ("Asia/Tokyo", "2016-05-04 23:30:00 +0200", "05/05"),
        ("Asia/Tokyo", "2016-05-04 23:30:00 +0900", "05/04"),
        ("America/New_York", "2016-05-04 00:30:00", "05/03"),
        ("America/New_York", "2016-05-04 00:30", "05/04"),
    ],
)
def test_the_day_in_the_address_of_a_jekyll_post(zone, date, day):
    """As Jekyll 4.3 built it where the machine's clock is UTC: with seconds, a time without zone is UTC."""
    config = f"timezone: {zone}\n" if zone else "title: X\n"
    site = site_of({"_config.yml": config, "_posts/2016-05-04-a.md": f"---\ndate: {date}\n---\nText\n"})
    assert [page.path for page in site.recent] == [f"/2016/{day}/a.html"]


def test_dendron_says_the_words_of_a_link_first():
    """`[[words|name]]` names the note as Dendron has it, with its vault before it or not."""
    site = site_of(
        {"dendron.yml": "", "vault/a.md": "[[Some words|dendron://site/a.b]] [[a.b]]", "vault/a.b.md": "B"}
    )
    assert site.pages["/vault/a"].source.data == b"[[a.b|Some words]] [[a.b]]"


def test_notes_of_pelican():
    """They lie in the folder that the settings name; its sign for a file is understood."""
    settings = "SITENAME = \"S's\"\nAUTHOR = u\"A\"\nPATH = 'content'\nTIMEZONE = 'Europe/Paris'\n"
    note = "Title: T\nDate: 2020-01-02\n\n[b]({filename}/b.md) ![i]({static}images/i.png)"
    files = {"content/a.md": note, "content/b.md": "# B\n", "content/images/i.png": "", "tasks.py": ""}
    site = site_of({"pelicanconf.py": settings, "README.md": "# R", **files})
    assert (site.title, [*site.pages], [*site.assets]) == ("S's", ["/a", "/b"], ["/images/i.png"])
    assert site.pages["/a"].authors[0].name == "A"
    page = site.pages["/a"]
    assert [resolve(site, page, link).path for link in ("{filename}/b.md", "%7Bstatic%7Dimages/i.png")] == [
        "/b",
        "/images/i.png",
    ]


def test_a_theme_is_shown_by_its_example():
    """A theme's repository is what it shows itself with."""
    files = {"exampleSite/hugo.toml": "title = 'T'", "exampleSite/content/a.md": "A"}
    site = site_of({"theme.toml": "", **files})
    assert (site.convention, site.title, [*site.pages]) == ("hugo", "T", ["/a"])
