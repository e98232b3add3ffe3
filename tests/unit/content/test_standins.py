"""Pages on which a theme makes a list lead to the site's own list, from menus, links and bookmarks."""

from __future__ import annotations

import pytest
from snapshots import site_of

POST = "---\ntitle: One\ntags: [t]\ncategories: [c]\n---\nText"
LOOP = "{% for post in site.posts %}\n- [{{ post.title }}]({{ post.url }})\n{% endfor %}\n"


def redirects(file: str, text: str, config: str = "permalink: pretty") -> dict[str, str]:
    """Return where a page of a Jekyll blog leads that is there besides a post."""
    site = site_of({"_config.yml": config, "_posts/2016-05-04-one.md": POST, file: text})
    assert file not in {page.source.path for page in site.shown.values()}
    assert site.problems == ()
    return dict(site.redirects)


@pytest.mark.parametrize(
    ("file", "header", "address", "target"),
    [
        ("_pages/year-archive.md", "layout: posts\npermalink: /year-archive/", "/year-archive", "/archive"),
        ("_pages/all.md", "layout: archive\npermalink: /all/", "/all", "/archive"),
        ("_pages/category-archive.md", "layout: categories\npermalink: /topics/", "/topics", "/categories"),
        ("_pages/labels.md", "layout: tags\npermalink: /labels/", "/labels", "/tags"),
        ("find.md", "layout: search\npermalink: /find.html", "/find.html", "/-/search"),
        ("archives.md", "layout: archives", "/archives", "/archive"),
    ],
)
def test_pages_without_a_text(file, header, address, target):
    """A page with a list's layout and no text is no page: its address leads to the list."""
    found = redirects(file, f"---\ntitle: X\n{header}\n---\n", "permalink: pretty\ninclude: [_pages]")
    assert found[address] == target


@pytest.mark.parametrize(
    ("file", "address", "target"),
    [
        ("blog/index.html", "/blog/index.html", ""),
        ("archive-of-all.md", "/archive-of-all", "/archive"),
        ("writing/posts.html", "/writing/posts", "/archive"),
    ],
)
def test_pages_with_a_loop(file, address, target):
    """A page that is a loop over the posts is none either, in markdown or HTML."""
    assert redirects(file, f"---\ntitle: X\nlayout: page\n---\n{LOOP}").get(address, "") == target


def test_the_index_of_a_folder():
    """A folder's template leads to the folder's section, whichever address it asks for."""
    page = "---\ntitle: A\npermalink: /ar/a/\n---\nText"
    site = site_of(
        {
            "_config.yml": "permalink: pretty",
            "index.md": "---\ntitle: T\n---\nText",
            "in/ar/index.html": f"---\npermalink: /ar/\n---\n{LOOP}",
            "in/ar/a.md": page,
        }
    )
    assert site.redirects["/ar"] == "/in/ar"


def test_a_page_with_something_to_read_stays():
    """A loop among prose leaves a page of the prose; so does one that makes no list of the site."""
    words = "Here is much to read about the garden and what grows in it. " * 8
    files = {"_config.yml": "permalink: pretty", "about.md": f"---\ntitle: About\n---\n{words}\n\n{LOOP}"}
    files["staff.md"] = "---\ntitle: Staff\n---\n{% for person in site.staff %}{{ person }}{% endfor %}"
    assert {"/about", "/staff"} <= site_of(files).pages.keys()


def test_menus_lead_to_the_lists():
    """A menu's entry for such a page leads to the site's own list, under the menu's title or the page's."""
    config = "collections: {tabs: {output: true, permalink: '/:title/'}}"
    tabs = {
        f"_tabs/{name}.md": f"---\nlayout: {name}\norder: {place}\n---\n"
        for place, name in enumerate(("categories", "tags", "archives"))
    }
    site = site_of({"_config.yml": config, "_posts/2016-05-04-one.md": POST, **tabs})
    assert [(item.title, item.path) for item in site.navigation] == [
        ("Categories", "/categories"),
        ("Tags", "/tags"),
        ("Archives", "/archive"),
    ]
    without = site_of(
        {"_config.yml": config, "_posts/2016-05-04-one.md": "---\ntitle: One\n---\nText", **tabs}
    )
    assert [item.path for item in without.navigation] == ["/archive"]
    draft = site_of({"hugo.toml": "", "content/archives.md": "---\nlayout: archives\ndraft: true\n---\n"})
    assert "/archives" not in draft.redirects


def test_the_introductions_of_hugos_taxonomies():
    """A text of `tags/` or `categories/` takes no list's address; those of other folders are sections'."""
    page = "---\ntitle: One\ntags: [t]\ncategories: [c]\n---\nText"
    all_of_it = "---\ntitle: All\n---\n"
    files = {
        "hugo.toml": '[languages.en]\n[languages.de]\ncontentDir = "content/de"\n',
        "content/posts/one.md": page,
        **{f"content/{name}/_index.md": all_of_it for name in ("tags", "tags/t", "categories", "x")},
        "content/de/tags/_index.md": all_of_it,
    }
    site = site_of(files)
    assert site.problems == ()
    assert {page.source.path for page in site.shown.values()} == {
        "content/posts/one.md",
        "content/x/_index.md",
    }
    assert site.taxonomies.categories.path == "/categories"
    assert site.redirects["/de/tags"] == "/tags"


def test_a_text_with_a_list_in_it_is_a_page():
    """A post, or a page that says something and that no list of the site's own stands for."""
    loop = "{% for post in site.posts %}{{ post.title }}{% endfor %}"
    words = "What I learnt on a day, in a few words, so that I may find it again."
    files = {
        "_config.yml": "permalink: pretty",
        "_posts/2020-01-02-a.md": f"---\ntitle: A\n---\n{loop}\n",
        "learnt.md": f"---\ntitle: Learnt\n---\n{words}\n\n{loop}\n",
        "bare.md": f"---\ntitle: Bare\n---\n{loop}\n",
        "tags.md": f"---\ntitle: Tags\n---\n{words}\n\n{loop}\n",
    }
    site = site_of(files)
    assert site.pages.keys() == {"/2020/01/02/a", "/learnt"}
    assert [problem.path for problem in site.problems] == ["bare.md"]
