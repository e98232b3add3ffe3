"""Links to places on other pages: which are told to lead nowhere."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from printing import drive
from snapshots import site_of

from canopy.render.press import Press

OTHER = """\
# Other

## One & two

## Named {#own}

Setext
------

## *Styled* `code`

<a id="raw"></a>

text ^block
"""


def told(text, other=OTHER, **options):
    """Return line, reason and cure of what is found in `a.md`, which links to `sub/b.md`."""
    site = site_of({"a.md": f"# A\n\n{text}\n", "sub/b.md": other}, **options)
    press = Press(memory=10**7)
    edition = press.edition(site, datetime(2026, 5, 4, tzinfo=UTC))
    found = drive(press.findings(edition, "/a"))
    assert set(found) <= set(edition.problems)
    return [(problem.line, problem.reason, problem.cure) for problem in found]


@pytest.mark.parametrize(
    "place",
    ["one--two", "own", "%6Fwn", "setext", "styled-code", "raw", "other", "top", "", ":~:text=x"],
)
def test_places_that_are_there(place):
    """Headings of every kind, names that an author gave, the page's own title; as the page is rendered."""
    assert told(f"[x](sub/b.md#{place}) [[b#One & two]]", convention="obsidian") == []


@pytest.mark.parametrize(
    ("link", "line", "name", "near"),
    [
        ("[x](sub/b.md#ownn)", 3, "#ownn", "#own"),
        ("first\n\n[x](sub/b#One-Two)", 5, "#One-Two", "#one--two"),
        ("[[b#Set ext]]", 3, "#set-ext", "#setext"),
        ("![[b#None such]]", 3, "#none-such", ""),
        ("![[b#^blok]]", 3, "#^blok", ""),
    ],
)
def test_places_that_are_not(link, line, name, near):
    """A warning says where, and what is near."""
    [(place, reason, cure)] = told(link, convention="obsidian")
    assert place == line
    assert reason.startswith("sub/b.md has no")
    assert reason.endswith(name)
    assert (near in cure) if near else cure == "link one of its headings"


def test_headings_by_their_words():
    """Vaults call a heading in a link of markdown's own as it reads, and blocks by their names."""
    assert told("[x](sub/b.md#One%20&%20two) [y](<sub/b.md#Named>) [z](sub/b.md#^block)") != []
    text = "[x](sub/b.md#One%20&%20two) [y](<sub/b.md#Setext[^1]>) [z](sub/b.md#^block)"
    assert told(text, convention="obsidian") == []
    [(line, _, _)] = told("x\n\n[x](sub/b.md#None%20such)", convention="obsidian")
    assert line == 5


def test_blocks_are_places_of_their_note():
    """What an embedding names with `^` is looked for among the blocks."""
    assert told("![[b#^block]]", convention="obsidian") == []
