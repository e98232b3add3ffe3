"""A tree that passes at a glance."""

from __future__ import annotations

import pytest
from dulwich.object_format import SHA1
from dulwich.objects import Tree
from hypothesis import given
from hypothesis import strategies as st

from canopy.git.intake import _is_dot_git
from canopy.git.soundness import is_sound

_ID = bytes(range(20))
_NAMES = st.one_of(
    st.sampled_from(
        [b"a", b"a.b", b"a-b", b"ab", b"", b".", b"..", b".git", b".GIT ", b"git~1", b".g\xe2\x80\x8cit"]
    ),
    st.binary(min_size=1, max_size=4).map(lambda name: name.replace(b"\0", b"x")),
)
_MODES = st.sampled_from(
    [b"100644", b"100755", b"120000", b"40000", b"160000", b"0100644", b"100600", b"644"]
)


def _tree(entries: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(mode + b" " + name + b"\0" + _ID for mode, name in entries)


def test_an_ordinary_tree_is_sound() -> None:
    """Files and folders in git's order pass, and so does a tree of nothing."""
    assert is_sound(_tree([(b"100644", b"a-b"), (b"40000", b"a"), (b"100755", b"a0")]), 20)
    assert is_sound(b"", 20)


@pytest.mark.parametrize(
    "entries",
    [
        [(b"100644", b"b"), (b"100644", b"a")],
        [(b"100644", b"a"), (b"100644", b"a")],
        [(b"40000", b"a"), (b"100644", b"a-b")],
        [(b"100644", b"a/b")],
        [(b"100644", b"..")],
        [(b"40000", b".GiT")],
        [(b"40000", b"GIT~1")],
        [(b"40000", b".g\xe2\x80\x8cit")],
        [(b"0100644", b"a")],
        [(b"100600", b"a")],
    ],
)
def test_what_is_odd_needs_a_closer_look(entries: list[tuple[bytes, bytes]]) -> None:
    """Order, doubled and absurd names, hidden `.git` and odd modes never pass at a glance."""
    assert not is_sound(_tree(entries), 20)


def test_what_is_cut_short_needs_a_closer_look() -> None:
    """A tree that ends within an entry does not pass."""
    assert not is_sound(_tree([(b"100644", b"a")])[:-1], 20)


@given(st.lists(st.tuples(_MODES, _NAMES), max_size=4), st.booleans())
def test_nothing_passes_that_a_close_look_refuses(entries: list[tuple[bytes, bytes]], ordered: bool) -> None:
    """Whatever is sound at a glance is sound to dulwich, and has no name that is `.git` somewhere."""
    entries = sorted(entries, key=lambda e: e[1] + b"/" * (e[0] == b"40000")) if ordered else entries
    content = _tree(entries)
    if is_sound(content, 20):
        Tree.from_raw_string(Tree.type_num, content, object_format=SHA1).check()
        assert not any(_is_dot_git(name) for _, name in entries)
