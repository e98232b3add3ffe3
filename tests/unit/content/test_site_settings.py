"""What `canopy.toml` in a repository says."""

from __future__ import annotations

import pytest
from snapshots import site_of

from canopy.content.values import Person

WHOLE = """
title = "Camel notes"
description = "From the caravan"
language = "en-gb"
timezone = "Europe/Paris"
base_url = "https://camel.example/notes/"
accent = "#0A5"
footer = "Written in *sand*."
feeds = ["rss", "atom"]
menu = ["posts", {title = "Us", url = "/about.md"}, {title = "Code", url = "https://code.example"}]
start = "about.md"

[authors.me]
name = "My Name"
url = "https://me.example"
avatar = "/me.png"

[order]
"/posts" = "title"
"""
FILES = {"posts/b.md": "# A\n", "posts/a.md": "---\nauthor: me\n---\n# B\n", "about.md": "# About us\n"}


def test_every_setting():
    """Each key of the file reaches the site."""
    site = site_of({**FILES, "canopy.toml": WHOLE})
    settings = site.settings
    assert site.problems == ()
    assert (site.title, site.description, site.language) == ("Camel notes", "From the caravan", "en-GB")
    assert (settings.timezone, site.base_url) == ("Europe/Paris", "https://camel.example/notes")
    assert (settings.accent, settings.footer) == ("#00aa55", "Written in *sand*.")
    assert settings.feeds == ("atom", "rss")
    assert [(item.title, item.path) for item in site.navigation] == [
        ("Posts", "/posts"),
        ("Us", "/about"),
        ("Code", "https://code.example"),
    ]
    assert site.home is site.pages["/about"]
    assert settings.authors == (("me", Person("My Name", "https://me.example", "/me.png")),)
    assert site.pages["/posts/a"].authors[0].name == "My Name"
    assert [page.path for page in site.sections["/posts"].pages] == ["/posts/b", "/posts/a"]
    assert "/canopy.toml" not in site.assets


def test_it_is_stronger_than_the_tradition_and_weaker_than_the_server():
    """What the file says replaces what a tradition's settings say; the server has the last word."""
    files = {"_config.yml": "title: Old\ndescription: Kept", "canopy.toml": 'title = "New"', "a.md": "A"}
    site = site_of(files)
    assert (site.title, site.description) == ("New", "Kept")
    assert site_of(files, title="Server").title == "Server"


@pytest.mark.parametrize(
    ("text", "line", "reason", "cure"),
    [
        ('title = "T"\ntitel = "x"', 2, "no setting", "`title`"),
        ("\n\ntitle = 5", 3, "not a text", "quotes"),
        ('accent = "reddish"', 1, "not a colour", "#0a6e4f"),
        ('timezone = "Mars/Olympus"', 1, "not a time zone", "Europe/Paris"),
        ('language = "speech"', 1, "not a language", "pt-BR"),
        ('base_url = "camel.example"', 1, "not the address", "https://"),
        ('base_url = "https://camel.example:abc"', 1, "its port", "https://"),
        ('base_url = "https://me:secret@camel.example"', 1, "a user name or a password", "https://"),
        ('base_url = "https://camel.example/#top"', 1, "a query or a fragment", "https://"),
        ('base_url = "https://camel.example/a b"', 1, "has a space", "https://"),
        ('feeds = ["atom", "smoke"]', 1, "not one of atom, rss, json", "choose"),
        ('convention = "wordpress"', 1, "not one of canopy", "choose"),
        ('drafts = "yes"', 1, "neither true nor false", "true"),
        ('[authors.me]\nname = "M"\nurll = "x"', 3, "nothing that an author has", "`url`"),
        ('[order]\n"/a" = "size"', 2, "not one of date", "choose"),
        ("menu = [{title = 'x'}]", 1, "leads nowhere", "url"),
        ('menu = ["nowhere"]', 0, "which is not there", "target"),
        ("title = ", 1, "not TOML", "key"),
        ('a = "x"\ntitle = "T\n', 2, "not TOML", "key"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_cure(text, line, reason, cure):
    """A key that cannot be understood is a problem; the others count, and the site is there."""
    site = site_of(
        {"canopy.toml": 'description = "D"\n' + text if "not TOML" not in reason else text, "a.md": "A"}
    )
    (problem,) = site.problems
    shift = line and "not TOML" not in reason
    assert (problem.path, problem.line) == ("canopy.toml", line + bool(shift))
    assert reason in problem.reason
    assert cure in problem.cure
    assert "/a" in site.pages
    assert site.description == ("D" if "not TOML" not in reason else "")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("\n\nmenu = [" + '"/a", ' * 300 + "]", "menu"),
        ("\n\n[order]\n" + "".join(f'"/{n}" = "title"\n' for n in range(300)), "order"),
        ("\n\n" + "".join(f'[authors.a{n}]\nname = "{n}"\n' for n in range(300)), "authors"),
    ],
)
def test_more_than_can_be_read_is_told(text, key):
    """Nothing is left out in silence."""
    (problem,) = site_of({"canopy.toml": text, "a.md": "A"}).problems
    assert problem.line == 3
    assert problem.reason == f"`{key}`: only the first 200 of 300 entries count"


def test_the_address_of_a_site_is_written_in_ascii():
    """Feeds and sitemaps may hold no other; links to it are known in both spellings."""
    site = site_of(
        {"canopy.toml": 'base_url = "https://bücher.example/ä/"', "a.md": "[b](/ä/b)", "b.md": "B"}
    )
    assert site.absolute("/b") == "https://xn--bcher-kva.example/%C3%A4/b"
    assert not site.problems


def test_a_push_changes_it():
    """Another setting gives the site that a new build gives."""
    before = site_of({**FILES, "canopy.toml": WHOLE})
    files = {**FILES, "canopy.toml": WHOLE.replace('"title"', '"oldest"').replace("Camel", "Sand")}
    after = site_of(files, before)
    assert after == site_of(files)
    assert (after.title, after.sections["/posts"].order) == ("Sand notes", "oldest")
