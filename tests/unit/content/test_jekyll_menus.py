"""The menus of Jekyll's themes: wherever a site keeps one, its navigation has it."""

from __future__ import annotations

import pytest
from snapshots import site_of

PAGES = {"about.md": "---\ntitle: About\n---\nA", "talks.md": "---\ntitle: Talks\npermalink: /talks/\n---\nT"}
BOTH = [("Me", "/about"), ("Talks", "/talks")]


def menu(files: dict[str, str]) -> list[tuple[str, str]]:
    """Return the navigation of a site."""
    return [(item.title, item.path) for item in site_of({**PAGES, **files}).navigation]


@pytest.mark.parametrize(
    "settings",
    [
        "header_pages: [about.md, talks.md]",
        "navbar-links:\n  Me: about\n  Talks: talks",
        "navbar-links:\n  Me: about\n  More:\n    - Talks: talks",
        "navigation:\n  - {title: Me, url: /about}\n  - {title: Talks, url: /talks/}",
        "navigation:\n  - {text: Me, link: about.md}\n  - {name: Talks, href: talks.md}",
        "nav:\n  - Me: /about\n  - Talks: /talks",
        "menu:\n  - page: Me\n    url: /about\n  - page: Talks\n    url: /talks",
        "nav_links:\n  - {text: Me, url: /about}\n  - {url: '#x'}\n  - {title: Talks, url: /talks}",
    ],
)
def test_in_the_settings(settings):
    """Lists and maps of titles and addresses in `_config.yml` are the menu, by any of their usual names."""
    found = menu({"_config.yml": f"permalink: pretty\n{settings}\n"})
    assert [path for _, path in found] == [path for _, path in BOTH]
    assert found == BOTH or "header_pages" in settings


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("navigation.yml", "main: [{title: Me, url: /about/}, {title: Talks, url: /talks/}]\ndocs: []"),
        ("navigation.yml", "- {name: Me, link: /about}\n- {name: Talks, link: /talks}"),
        (
            "navigation.yml",
            "docs: [{url: /x}]\nheader: [{title: Me, url: /about}, {title: Talks, url: /talks}]",
        ),
        ("nav.yaml", "- title: More\n  children: [{title: Me, url: /about}]\n- {title: Talks, url: /talks}"),
        ("menu.json", '[{"title": "Me", "url": "/about"}, {"title": "Talks", "url": "/talks"}]'),
        ("menus.yml", "Me: /about\nTalks: /talks"),
    ],
)
def test_in_a_data_file(file, text):
    """The site's own list in a file of `_data/` is the menu, not the lists of its side bars."""
    assert menu({"_config.yml": "permalink: pretty", f"_data/{file}": text}) == BOTH


def test_a_missing_target_is_told_where_it_stands():
    """A menu's dead end is a problem of the file that has the menu."""
    files = {"_config.yml": "title: T", "_data/navigation.yml": "main: [{title: X, url: /nowhere/}]"}
    site = site_of({**PAGES, **files})
    assert [(p.path, "/nowhere/" in p.reason) for p in site.problems] == [("_data/navigation.yml", True)]
    assert site_of({**PAGES, **files}, site) == site


def test_pages_that_put_themselves_there():
    """Pages with `nav: true` are in the menu, by `nav_order`; so are Chirpy's tabs, by `order`."""
    page = "---\ntitle: {}\nnav: {}\nnav_order: {}\n---\nText"
    ranks = {"b": ("true", 1), "a": ("true", 2), "c": ("false", 0)}
    pages = {f"{name}.md": page.format(name.upper(), *how) for name, how in ranks.items()}
    found = menu({"_config.yml": "permalink: pretty", **pages})
    assert found == [("B", "/b"), ("A", "/a")]
    tabs = {"_tabs/about.md": "---\norder: 2\n---\nMe", "_tabs/work.md": "---\norder: 1\n---\nWork"}
    config = "collections: {tabs: {output: true, permalink: '/:title/'}}"
    assert menu({"_config.yml": config, **tabs}) == [("Work", "/work"), ("About", "/about")]


def test_just_the_docs():
    """Just the Docs lists the pages with a title and no parent, by `nav_order`, as it orders the rest."""
    page = "---\ntitle: {}\n{}---\nText"
    files = {
        "_config.yml": "remote_theme: just-the-docs/just-the-docs@v0.10\npermalink: pretty",
        "index.md": page.format("Home", "nav_order: 1\n"),
        "docs/install/index.md": page.format("Install", "nav_order: 2\nhas_children: true\n"),
        "docs/install/windows.md": page.format("Windows", "parent: Install\nnav_order: 2\n"),
        "docs/install/linux.md": page.format("Linux", "parent: Install\nnav_order: 1\n"),
        "docs/use.md": page.format("Use", "nav_order: 3\n"),
        "404.md": page.format("Lost", "nav_exclude: true\n"),
        "untitled.md": "---\nlayout: page\n---\nText",
    }
    site = site_of(files)
    assert [(item.title, item.path) for item in site.navigation] == [
        ("Home", "/"),
        ("Install", "/docs/install"),
        ("Use", "/docs/use"),
    ]
    assert [page.title for page in site.sections["/docs/install"].pages] == ["Linux", "Windows"]
