"""Patterns of paths, as `.gitignore` has them."""

from __future__ import annotations

import pytest

from canopy.content.conventions.globs import is_matched, read_globs


@pytest.mark.parametrize(
    ("pattern", "path", "matched"),
    [
        ("*.tmp.md", "/a/b.tmp.md", True),
        ("*.tmp.md", "/a/b.md", False),
        ("notes", "/a/notes/b.md", True),
        ("notes/", "/notes", False),
        ("/notes/", "/notes/b.md", True),
        ("/notes/", "/a/notes/b.md", False),
        ("a/*.md", "/a/b.md", True),
        ("a/*.md", "/a/b/c.md", False),
        ("a/**/c.md", "/a/b/b/c.md", True),
        ("a/**/c.md", "/a/c.md", True),
        ("**/c", "/a/b/c/d.md", True),
        ("[ab].md", "/b.md", True),
        ("B.md", "/b.md", False),
        ("", "/b.md", False),
        ("/", "/b.md", False),
    ],
)
def test_patterns(pattern, path, matched):
    """A slash within ties a pattern to the top, one at its end to folders; `**` is any number of folders."""
    assert is_matched(path, (pattern,)) is matched


def test_the_last_pattern_counts():
    """An exclamation mark takes back what an earlier pattern took."""
    patterns = read_globs("# comment\n*.md\n\n!kept.md\n  last/kept.md  \n")
    assert patterns == ("*.md", "!kept.md", "last/kept.md")
    assert [is_matched(path, patterns) for path in ("/a.md", "/b/kept.md", "/last/kept.md")] == [
        True,
        False,
        True,
    ]


def test_a_pattern_made_to_be_slow():
    """Many stars cost no more than their number."""
    assert not is_matched("/" + "a/" * 200 + "b", ("**/a/" * 20 + "c", "*a" * 80 + "c"))
