"""Where each address lies in a folder, and what has no place there."""

from __future__ import annotations

import pytest

from canopy.export.layout import Layout, file_name, unfit


@pytest.mark.parametrize(
    ("path", "page", "name"),
    [
        ("/", True, "index.html"),
        ("/notes", True, "notes/index.html"),
        ("/notes/hello", True, "notes/hello/index.html"),
        ("/v1.2", True, "v1.2/index.html"),
        ("/2016/05/04/title.html", True, "2016/05/04/title.html"),
        ("/posts/hello/", True, "posts/hello/index.html"),
        ("/images/a b.png", False, "images/a b.png"),
        ("/atom", False, "atom"),
        ("/page.html", False, "page.html"),
    ],
)
def test_a_page_is_an_index_and_a_file_has_its_name(path: str, page: bool, name: str) -> None:
    """So that every web server finds both at the addresses that the pages link to."""
    assert file_name(path, page=page) == name


@pytest.mark.parametrize(
    "path",
    [
        "/../up",
        "/a/../../etc/passwd",
        "/a//b",
        "/./x",
        "/.git/hooks/post-commit",
        "/a/.htaccess",
        "/nul\x00",
        "/line\nfeed",
        "/" + "x" * 256,
        "/" + "ä" * 128,
        "/x" * 2000,
        "/\ud800",
    ],
)
def test_no_address_leads_out_of_the_folder_or_into_hiding(path: str) -> None:
    """Authors write addresses: those that could do harm, or fit no file system, are left out."""
    layout = Layout()
    assert layout.place(path, page=False) is None
    assert layout.files == {}
    assert [misfit.path for misfit in layout.misfits] == [path]
    assert layout.misfits[0].fatal


def test_what_is_well_known_may_have_its_dot() -> None:
    """`/.well-known/` is the one hidden name that readers' programs ask for (RFC 8615)."""
    assert unfit(".well-known/security.txt") == ""
    assert unfit(".well-known/.x")


def test_a_file_cannot_be_a_folder_as_well() -> None:
    """Whoever is first keeps the place; the other is left out, and told whose it is."""
    layout = Layout()
    assert layout.place("/x", page=False) == "x"
    assert layout.place("/x/y", page=True) is None
    assert layout.place("/a/b", page=True) == "a/b/index.html"
    assert layout.place("/a", page=False) is None
    assert layout.place("/a/b/", page=True) is None
    assert [misfit.reason for misfit in layout.misfits] == [
        "its folder x would be the file of /x",
        "its file a would be the folder that /a/b lies in",
        "its file a/b/index.html is that of /a/b",
    ]


def test_a_page_may_have_pages_below_it() -> None:
    """A section and its pages, a note and a folder of its name."""
    layout = Layout()
    assert layout.place("/notes", page=True) == "notes/index.html"
    assert layout.place("/notes/hello", page=True) == "notes/hello/index.html"
    assert layout.misfits == []


@pytest.mark.parametrize("one_case", [False, True])
def test_names_that_differ_only_in_case(one_case: bool) -> None:
    """They are worth a word anywhere, and only one can be written where they are one name."""
    layout = Layout(one_case)
    assert layout.place("/a/X", page=True) == "a/X/index.html"
    assert (layout.place("/A/x", page=True) is None) == one_case
    assert [(misfit.path, misfit.fatal) for misfit in layout.misfits] == [("/A/x", one_case)]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "index.html"),
        ("/notes", "notes/index.html"),
        ("/notes/", "notes/index.html"),
        ("/pic.png", "pic.png"),
        ("/pic.png/", None),
        ("/none", None),
        ("/notes/index.html", "notes/index.html"),
    ],
)
def test_what_a_web_server_answers_with(path: str, name: str | None) -> None:
    """A file of that name, else the index of that folder, else nothing."""
    layout = Layout()
    for place, page in (("/", True), ("/notes", True), ("/pic.png", False)):
        layout.place(place, page=page)
    assert layout.answer(path) == name
