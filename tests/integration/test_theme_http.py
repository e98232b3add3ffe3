"""A repository's own theme, from the push to the page, over real HTTP and with real workers."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
from notepads import Notepad, notepad

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

NOTE = {"note.md": "# A note\n\nText.\n", "other.md": "# Another\n"}
LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


def get(book: Notepad, path: str) -> tuple[int, str, Message]:
    try:
        with urllib.request.urlopen(book.server.url + path, timeout=60) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, exc.read().decode(), exc.headers


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    # A template's processor time ends first, on a busy machine as well.
    options = ("--theme", "templates", "--render-timeout", "2m")
    with notepad(tmp_path_factory.mktemp("theme"), NOTE, *options) as made:
        made.server.wait_for_search()
        yield made


def test_a_push_changes_the_look(book: Notepad) -> None:
    """Style sheet and templates are there when git gives the prompt back."""
    rose = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    said = book.push(
        {
            "_theme/style.css": "body { background: url(assets/rose.svg) }",
            "_theme/assets/rose.svg": rose,
            "_theme/templates/article.html": '{% extends "default/article.html" %}'
            '{% block ways %}<p>By hand <img alt="" src="{{ asset("rose.svg") }}"></p>{% endblock %}',
        }
    )
    assert "problem" not in said
    _, page, headers = get(book, "/note")
    assert "By hand" in page
    assert "script-src 'self'" in headers["content-security-policy"]
    [sheet] = re.findall(r'href="(/-/assets/site/style\.[^"]+)"', page)
    status, text, headers = get(book, sheet)
    assert (status, headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in headers["cache-control"]
    [picture] = re.findall(r"url\((/[^)]+)\)", text)
    assert picture in page
    status, text, headers = get(book, picture)
    assert (status, text) == (200, rose)
    assert headers.get_all("content-security-policy") == [
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    ]
    assert get(book, "/_theme/style.css")[0] == 404


def test_whoever_pushes_a_mistake_reads_of_it(book: Notepad) -> None:
    """With file, line and cure; and readers get the page in the theme's own look."""
    said = book.push({"_theme/templates/article.html": "\n{{ view.titel }}\n"})
    assert re.search(r"remote: _theme/templates/article.html:2: error: .*titel.*\(did you mean `title`", said)
    assert "<p>Text.</p>" in get(book, "/note")[1]
    assert "article.html:2" in get(book, "/-/status")[1]
    said = book.push({"_theme/templates/article.html": "<p>{{ view.title }} mended</p>"})
    assert "error" not in said
    assert get(book, "/note")[1] == "<p>A note mended</p>"


def test_a_template_without_end_costs_no_reader_the_site(book: Notepad) -> None:
    """It is ended, told, and after three pages left alone."""
    said = book.push({"_theme/templates/article.html": "\n" + LOOP})
    assert "article.html:2: error: the page takes more than 1 s" in said
    for path in ("/note", "/other"):
        assert get(book, path)[0] == 200
    assert get(book, "/-/live")[0] == 200


def test_the_theme_s_base_shows_what_is_not_there_and_what_is_searched(book: Notepad) -> None:
    """404 and search are pages of the site as well; the search page loads no image from elsewhere."""
    base = '{% extends "default/base.html" %}{% block ways %}<p>By hand</p>{% endblock %}'
    book.push({"_theme/templates/base.html": base, "_theme/templates/article.html": "x"})
    status, page, _ = get(book, "/no-such-page")
    assert (status, "By hand" in page) == (404, True)
    status, page, headers = get(book, "/-/search?q=text")
    assert (status, "By hand" in page) == (200, True)
    assert "img-src 'self' data:;" in headers["content-security-policy"]


def test_without_the_setting_templates_are_told_to_be_of_no_use(tmp_path) -> None:
    """The style sheet counts all the same."""
    files = {**NOTE, "_theme/style.css": "a{}", "_theme/templates/article.html": "x"}
    with notepad(tmp_path, {}) as book:
        said = book.push(files)
        assert "this server does not use the templates of a repository" in said
        page = get(book, "/note")[1]
        assert "/-/assets/site/style." in page
        assert "<p>Text.</p>" in page
