"""Notes within notes: which are shown, and which passage of one is meant."""

from __future__ import annotations

import pytest

from canopy.content.passages import MOST, block, section, shown_in
from canopy.render.headings import slug

NOTE = """\
Begin

# One

one

```
# Code
```

## Inner *part* {#own}

inner

# Two #

two
"""
BLOCKS = """\
First line
second line ^para

- item
  - below ^inner
    deeper
- other ^item
  its text

next

| a | b |
|---|---|
| 1 | 2 |

^table

last ^last-one"""


def test_notes_in_lines_of_their_own_are_shown():
    """In quotations too; not within a sentence, and not in code. Of nested headings the last one is meant."""
    text = "![[a]]\n\nsee ![[b]]\n\n> ![[c#One#Inner|words]]\n\n`![[d]]`\n\n```\n![[e]]\n```\n\n![[f#^x]] \n"
    assert shown_in(text) == (("a", ""), ("c", "Inner"), ("f", "^x"))
    text = "![](sub/a%20b.md#One) \n\n![x](<c d.md>)\n\n![x](p.png)\n\n[x](e.md)"
    assert shown_in(text) == (("sub/a b.md", "One"), ("c d.md", ""))
    assert len(shown_in("".join(f"![[{n}]]\n" for n in range(MOST + 9)))) == MOST


@pytest.mark.parametrize(
    ("part", "begin", "end"),
    [("One", "# One", "inner"), ("Inner part", "## Inner", "inner"), ("Two", "# Two", "two")],
)
def test_a_heading_is_shown_with_all_below_it(part, begin, end):
    """Up to the next one of its level or above; what looks like one in code is none."""
    found = section(NOTE, slug(part), slug)
    assert found.startswith(begin)
    assert found.rstrip().endswith(end)
    assert section(NOTE, "code", slug) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("para", "First line\nsecond line"),
        ("inner", "  - below \n    deeper"),
        ("item", "- other \n  its text"),
        ("table", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("LAST-one", "last"),
        ("none", None),
        ("par", None),
    ],
)
def test_a_block_is_known_by_its_name(name, meant):
    """A paragraph, an item with what is below it, or what stands above a name in a line of its own."""
    found = block(BLOCKS, name)
    assert (found and found.rstrip()) == meant
