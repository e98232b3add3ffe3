"""What of a page's header decides its address, and that nothing else of a page does."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from snapshots import blob, snapshot, snapshot_of_folder

from canopy.content.claims import Claim, Kind
from canopy.content.deciding import EXTRACT, beginning, may_decide
from canopy.content.deciding import deciding as read
from canopy.content.reading import read_repository
from canopy.content.sources import read_file
from canopy.content.values import SiteOptions

SITES = Path(__file__).parents[2] / "sites"
NAMES = sorted(folder.name for folder in SITES.iterdir() if (folder / "repository").is_dir())


def deciding(page: bytes) -> bytes:
    """Return what decides the address of a page."""
    return read(beginning(page))


def asked(path: str, data: bytes) -> Claim:
    """Return what a file in a folder of notes asks for."""
    reading = read_repository(snapshot({"other.md": "O\n"}).blobs, SiteOptions(convention="plain"), None)
    return read_file(replace(blob(path, data), path=path), "/" + path, reading.convention).claim


@pytest.mark.parametrize("name", NAMES)
def test_the_extract_of_a_page_asks_for_what_the_page_asks_for(name: str):
    """In each convention, with each form of header: the same address, aliases and visibility."""
    found = snapshot_of_folder(SITES / name / "repository")
    reading = read_repository(found.blobs, SiteOptions(root="data" if name == "mirage" else ""), None)
    compared = 0
    for path, page in found.blobs.items():
        inner = "/" + path[len(reading.prefix) :]
        whole = read_file(page, inner, reading.convention)
        if not path.startswith(reading.prefix) or whole.claim.kind is not Kind.ARTICLE:
            continue
        assert may_decide(path), path
        part = read_file(replace(page, data=deciding(page.data)), inner, reading.convention)
        assert (part.claim, part.draft) == (whole.claim, whole.draft), path
        compared += 1
    assert compared


@pytest.mark.parametrize(
    "header",
    [
        '---\nslug: "then"\ndate: 2020-01-01\n---\n',
        "---\r\ndate: 2020-01-01 # the first\r\nslug: then\r\ntags: [a, b]\r\n---\r\n",
        "\ufeff---\nSlug: then\ntitle: ''\ndate: 2020-01-01\n...\n",
        '+++\ndate = 2020-01-01\nslug = "then"\n[extra]\nx = 1\n+++\n',
        '{"slug": "then", "date": "2020-01-01", "weight": 3}\n\n',
        "date: 2020-01-01\nslug: then\n\n",
    ],
)
def test_all_forms_of_a_header_have_one_extract(header: str):
    """Quotes, order, line ends and fields that decide nothing make no difference, nor does the text."""
    for text in ("Text.\n", "Another text\n\n---\n\nwith parts.\n"):
        found = deciding((header + text).encode())
        assert (
            found.replace(b'title: ""\n', b"")
            == b'---\ndate: "2020-01-01"\nslug: "then"\n---\n\xe2\x80\xa6\n'
        )


def test_each_field_that_decides_is_kept():
    """What moves or hides a page differs in the extract; what does not, does not."""
    base = deciding(b"---\ntitle: T\n---\nText\n")
    for line in (
        *(
            "slug: s",
            "url: /u",
            "permalink: /p/",
            "path: p",
            "aliases: [a]",
            "date: 2020-01-01",
            "draft: true",
        ),
        *("published: false", "categories: [c]", "id: i", "headless: true", "redirect: /x", "lang: de"),
    ):
        assert deciding(f"---\ntitle: T\n{line}\n---\nText\n".encode()) != base, line
    for line in (
        "tags: [a]",
        "weight: 3",
        "description: D",
        "lastmod: 2020-01-01",
        "author: A",
        "cover: x.png",
    ):
        assert deciding(f"---\ntitle: T\n{line}\n---\nText\n".encode()) == base, line


def test_a_dated_page_without_a_title_is_called_by_its_heading():
    """Blogs of MkDocs make addresses of it; elsewhere a heading decides nothing."""
    dated = b"---\ndate: 2020-01-01\n---\n\n# %s\n\nText\n"
    assert deciding(dated % b"One") != deciding(dated % b"Two")
    assert deciding(b"# One\n\nText\n") == deciding(b"# Two\n") == "…\n".encode()


def test_a_text_that_changes_below_its_header_has_the_same_beginning():
    """So most versions need not be read."""
    for header in (b"---\nslug: a\n---\n", b"+++\nslug = 'a'\n+++\n", b"title: T\nslug: a\n\n", b"", b"\n\n"):
        assert beginning(header + b"One.\n") == beginning(header + b"Another text.\n\nWith more.\n"), header
        assert beginning(header + b"One.\n") != beginning(b"---\nslug: b\n---\nOne.\n")


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("a.org", "#+TITLE: T\n#+SLUG: then\n#+FILETAGS: x\n#+DRAFT: true\n\n* Head\n\nText\n"),
        ("a.rst", "Head\n====\n\n:slug: then\n:author: me\n\nText\n"),
        ("a.adoc", "= Head\nme\n:slug: then\n:toc:\n\nText\n"),
        ("pages/a.md", "- alias:: then, other\n- tags:: x\n- Text\n"),
    ],
)
def test_properties_of_other_markups_decide_too(path: str, page: str):
    """What Org, reStructuredText, AsciiDoc and Logseq say of a page in their own ways is kept as it is."""
    files = {path: page} | ({"logseq/config.edn": "{}\n"} if path.startswith("pages/") else {})
    reading = read_repository(snapshot(files).blobs, SiteOptions(), None)
    whole, part = (
        read_file(replace(blob(path, data), path=path), f"/{path}", reading.convention)
        for data in (page.encode(), deciding(page.encode()))
    )
    ours = (whole.claim.kind, whole.claim.address, whole.claim.aliases, whole.draft)
    assert (part.claim.kind, part.claim.address, part.claim.aliases, part.draft) == ours
    assert deciding(page.replace("then", "now").encode()) != deciding(page.encode())
    assert deciding(page.replace("Text", "Other").encode()) == deciding(page.encode())


def test_what_is_no_page_has_no_extract():
    """Pictures, hidden files and what is no text are not looked at."""
    assert not any(map(may_decide, ("a.png", ".git/x.md", "a/.obsidian/b.md", "style.css")))
    assert all(map(may_decide, ("a.md", "a/b.html", "Index", "x.txt")))
    assert deciding(b"---\nslug: x\0\n---\n") == b""


@pytest.mark.parametrize(
    "value", ["a: b", "x # y", "it's", '"q"', "é\u2028x", "[a]", "{a", "- x", "@x", "\x07\x9f", "😀"]
)
def test_a_value_that_is_hard_to_write_down_survives(value: str):
    """Whatever a slug or a title holds, the extract is read as the page was."""
    page = f"---\ntitle: {value}\naliases:\n  - {value}\nslug: now\n---\nText\n".encode()
    assert asked("a.md", deciding(page)) == asked("a.md", page)


def test_a_hostile_header_costs_little():
    """Only the beginning of a page is looked at."""
    found = deciding(b"---\n" + b"slug: [[[[\n" * 1_000_000 + b"---\n")
    assert len(found) < 100_000


def test_the_functions_travel_to_another_process():
    """They are those of a module."""
    assert pickle.loads(pickle.dumps(EXTRACT)) == EXTRACT
