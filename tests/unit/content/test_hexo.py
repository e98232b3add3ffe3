"""Hexo: how it is told from Jekyll, where its posts are, and what its tags become."""

from __future__ import annotations

import pytest
from snapshots import site_of

from canopy.content.dialects import Idiom, understand
from canopy.content.links import resolve

POST = "---\ntitle: The Walk!\ndate: 2016-05-04 10:00\ncategories: [In & out, Far]\nabbrlink: 4a5b\n---\nText"


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"_config.yml": "title: T", "scaffolds/a.md": "", "source/a.md": ""}, "hexo"),
        ({"_config.yml": "source_dir: source\nnew_post_name: ':title.md'", "source/a.md": ""}, "hexo"),
        ({"_config.yml": "source: source", "source/a.md": ""}, "jekyll"),
        (
            {"_config.yml": "title: T", "_posts/2016-05-04-a.md": "", "scaffolds/a": "", "source/a": ""},
            "jekyll",
        ),
    ],
)
def test_recognition(files, name):
    """Jekyll's settings have the same name: folders or keys of Hexo's own tell."""
    assert site_of(files).convention == name


@pytest.mark.parametrize(
    ("settings", "file", "address"),
    [
        ("", "walk.md", "/2016/05/04/walk"),
        ("", "lakes/walk.md", "/2016/05/04/lakes/walk"),
        ("", "2016-05-04-walk.md", "/2016/05/04/2016-05-04-walk"),
        ("new_post_name: ':year-:month-:day-:title.md'", "2016-05-04-walk.md", "/2016/05/04/walk"),
        ("new_post_name: ':year/:title.md'", "2016/walk.md", "/2016/05/04/walk"),
        ("permalink: ':year/:i_month/:name.html'", "lakes/walk.md", "/2016/5/walk.html"),
        ("permalink: ':category/:post_title/'", "walk.md", "/In-out/Far/the-walk"),
        ("permalink: ':category/:name/'\ncategory_map: {Far: away}", "walk.md", "/In-out/away/walk"),
        ("permalink: 'posts/:abbrlink/'", "walk.md", "/posts/4a5b"),
        ("permalink: ':hash/'", "walk.md", "/walk"),
    ],
)
def test_permalinks(settings, file, address):
    """Each placeholder is what Hexo puts there, fields of the header too; what nobody knows is left out."""
    files = {"_config.yml": f"title: T\n{settings}", "scaffolds/a": "", f"source/_posts/{file}": POST}
    assert list(site_of(files).pages) == [address]


def test_what_hexo_leaves_out():
    """Folders `_x`, themes and what is excluded have no address; `skip_render` serves a page as a file."""
    files = {
        "_config.yml": "exclude: ['*.tmp.md']\nskip_render: 'raw/*'\npretty_urls: {trailing_html: false}",
        "scaffolds/post.md": "",
        "themes/a/README.md": "# A",
        "source/_drafts/a.md": "A",
        "source/_data/a.md": "A",
        "source/a.tmp.md": "A",
        "source/raw/a.md": "A",
        "source/b.md": "# B",
    }
    site = site_of(files)
    assert site.pages.keys() == {"/b"}
    assert site.assets.keys() == {"/raw/a.md"}
    assert site.redirects["/b.html"] == "/b"
    assert "/a" in site_of(files, drafts=True).pages


def test_files_of_a_post():
    """What lies in the folder of a post's name is found by its name alone."""
    files = {
        "_config.yml": "post_asset_folder: true",
        "scaffolds/a": "",
        "source/_posts/walk.md": POST,
        "source/_posts/walk/lake.png": "PNG",
    }
    site = site_of(files)
    page = site.pages["/2016/05/04/walk"]
    assert resolve(site, page, "lake.png").path == "/_posts/walk/lake.png"
    assert site.redirects["/2016/05/04/walk/lake.png"] == "/_posts/walk/lake.png"


@pytest.mark.parametrize(
    "menu",
    [
        "menu:\n  home: / || fa fa-home\n  lakes: /lakes/",
        "navbar:\n  menu:\n    Home: /index.html\n    Lakes: /lakes",
        "menu:\n- {name: home, link: /}\n- {name: lakes, link: /lakes}",
    ],
)
@pytest.mark.parametrize("file", ["_config.x.yml", "source/_data/x.yml", "themes/x/_config.yml"])
def test_menu_of_the_theme(menu, file):
    """Wherever the theme's settings lie, and however they write a menu, it is the site's."""
    files = {"_config.yml": "theme: x", "scaffolds/a": "", "source/lakes/index.md": "# L", file: menu}
    site = site_of(files)
    assert [(item.title, item.path) for item in site.navigation] == [("Home", "/"), ("Lakes", "/lakes")]
    assert not site.problems


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{% codeblock x.c lang:c mark:1,3 %}\nint a;\n{% endcodeblock %}", "```c {1,3}\nint a;\n```"),
        ("{% raw %}{% x %}{% endraw %}", "{% x %}"),
        ("`{% x %}`", "`{% x %}`"),
        ("{% asset_img left a.png 30 20 'A lake' %}", '<figure><img src="a.png" alt="A lake"'),
        ("{% img /a.png %}", '<figure><img src="/a.png" alt=""></figure>'),
        ('{% post_link walk "A walk" %}', "[A walk](<x-post:walk>)"),
        ("[x]({% post_path walk %})", "[x](x-post:walk)"),
        ("{% asset_path a.png %}", "[a.png](<a.png>)"),
        ("{% note warning %}\nText\n{% endnote %}", "::: warning\n\n\nText\n\n\n:::\n"),
        ("{% note success Well done %}\nText\n{% endnote %}", "::: tip Well done\n"),
        ("{% blockquote Somebody %}\nText\n{% endblockquote %}", "<blockquote>\n\n\nText\n\n\n— Somebody\n"),
        ("{% tabs x %}\n<!-- tab One@icon -->\nText\n<!-- endtab -->\n{% endtabs %}", "**One**\nText"),
        ("{% youtube abc %}", "[Watch on YouTube](<https://www.youtube.com/watch?v=abc>)"),
        ("{% iframe https://x.example/a %}", "[x.example/a](<https://x.example/a>)"),
        ("{% link Words https://x.example %}", "[Words](<https://x.example>)"),
        ("{% mystery a %}", '<small class="left-out">&#91;mystery&#93;</small>'),
        ("{% mystery a %}\nText\n{% endmystery %}", "Text"),
    ],
)
def test_tags(text, shown):
    """A tag becomes the markdown it stands for; an unknown one shows what it holds, or a placeholder."""
    found = understand(text, Idiom("hexo"))
    assert shown in found.text
    assert bool(found.findings) == ("mystery" in text)
