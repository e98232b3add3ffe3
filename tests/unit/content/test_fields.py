"""The table of fields: whole, without contradictions, and what the manual says."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from snapshots import site_of

from canopy.content.fields import AUTHOR_URL, FIELDS, INERT, KNOWN, Kind, manual_rows, squeezed
from canopy.content.frontmatter import grammar, interpret
from canopy.content.headers import read_header
from canopy.content.values import FrontMatter

MANUAL = Path(__file__).parents[3] / "canopy" / "starter" / "guide" / "front-matter.md"
_TABLE = re.compile(r"(?m)^\| Field .*\n(?:\|.*\n)+")

SAMPLES = {
    Kind.TEXT: "Words",
    Kind.MARKDOWN: "Some *words*",
    Kind.PEOPLE: "A, B",
    Kind.LIST: "one, two",
    Kind.DATE: "2016-05-04",
    Kind.SLUG: "a-slug",
    Kind.ADDRESS: "/a/path",
    Kind.TARGET: "https://example.org/there",
    Kind.LANGUAGE: "pt-BR",
    Kind.NUMBER: "7",
    Kind.ORDER: "title",
    Kind.MENU: "main",
    Kind.NAVIGATION: "Words",
    Kind.IMAGE: "a/b.png",
    Kind.LITERAL: "<!-- end -->",
}
"""A value that a field of the kind takes."""
SPECIAL = {"published": "false", "publish": "false", "status": "draft"} | dict.fromkeys(
    ("draft", "private", "unlisted"), "true"
)


def read(text, **how):
    """Return the fields of a header, and the reasons of its problems."""
    front, problems = interpret(read_header(text, grammar("note.md", comments=True)), "note.md", **how)
    return front, [problem.reason for problem in problems]


def spelled(key):
    """Return a key in the spellings that people give it."""
    return {key, key.upper(), re.sub(r"(?<=[a-z])(?=[A-Z])", "-", key)}


ROWS = [(field, key, tradition) for field in FIELDS for key, tradition in field.written]


@pytest.mark.parametrize(("field", "key", "tradition"), ROWS, ids=[f"{f.name}-{k}" for f, k, _ in ROWS])
def test_every_name_in_the_table_fills_its_field(field, key, tradition):
    """Each name of each row, however it is spelled, fills the field of its row and is no problem."""
    if field.name == AUTHOR_URL:
        front, problems = read(f"---\nauthor: A\n{key}: https://a.example\n---\n")
        assert (front.authors[0].url, problems) == ("https://a.example", [])
        return
    for written in spelled(key):
        sample = SPECIAL[key] if field.kind is Kind.DRAFT else SAMPLES[field.kind]
        front, problems = read(f"---\n{written}: {sample}\n---\n")
        assert getattr(front, field.name) != getattr(FrontMatter(), field.name), written
        assert problems == [], written


def test_the_table_is_whole():
    """Every field of FrontMatter is in the table, with a meaning, and no name leads two rows."""
    assert {field.name for field in FIELDS} == {*FrontMatter.__dataclass_fields__, AUTHOR_URL}
    assert all(field.meaning and field.keys for field in FIELDS)
    assert not any(field.meaning.endswith(".") for field in FIELDS)
    first = [field.keys[0] for field in FIELDS]
    assert len(first) == len(set(first))


def test_what_has_no_effect_is_in_no_row():
    """A name that is deliberately without effect fills nothing."""
    assert not INERT & KNOWN


@pytest.mark.parametrize("key", sorted(INERT))
def test_what_has_no_effect_is_no_problem(key):
    """Fields of themes and of other generators are read without a word."""
    assert read(f"---\n{key}: something\n---\n") == (FrontMatter(), [])


@pytest.mark.parametrize(
    ("written", "meant"),
    [("tilte", "title"), ("auhtor", "author"), ("catgories", "categories"), ("lagnuage", "language")],
)
def test_a_slip_is_asked_about(written, meant):
    """A name that is nearly that of a field is a warning, with the field that was meant."""
    site = site_of({"note.md": f"---\ndate: 2016-05-04\n{written}: en\n---\n"})
    assert [(p.line, p.cure, p.severity.value) for p in site.problems] == [
        (3, f"did you mean `{meant}`?", "warning")
    ]


@pytest.mark.parametrize(
    "key",
    ["data", "rate", "publisher", "created_by", "titles", "height", "mood", "tagline", "größe", "tags2"],
)
def test_a_name_of_ones_own_is_no_slip(key):
    """What may well be meant as it is written is not asked about."""
    assert read(f"---\n{key}: x\n---\n")[1] == []


def test_a_slip_beside_the_right_name_is_none():
    """Who wrote the field itself meant something else by the other."""
    assert read("---\ntitle: T\ntilte: U\n---\n")[1] == []


def table():
    """Return the manual's table as the code has it."""
    rows = [("Field", "What it says", "Other names"), ("---", "---", "---"), *manual_rows()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def test_the_manual_has_the_table():
    """The manual's table is the code's; `CANOPY_GOLDEN=write` writes it anew."""
    text = MANUAL.read_text("utf-8")
    if os.environ.get("CANOPY_GOLDEN") == "write":
        text = _TABLE.sub(lambda _: table(), text)
        MANUAL.write_text(text, "utf-8")
    match = _TABLE.search(text)
    assert match
    assert match[0] == table()


def test_squeezing():
    """Case, hyphens, underscores and spaces make no other name."""
    assert {squeezed(key) for key in ("publishDate", "publish_date", "Publish-Date", "PUBLISH DATE")} == {
        "publishdate"
    }
