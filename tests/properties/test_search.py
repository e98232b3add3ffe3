"""Searching, with whatever is typed, written and pushed."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from snapshots import blob, site_of

from canopy.search import Index, parse_query
from canopy.search.stores import Scan
from canopy.search.texts import text_of

WORDS = ["tree", "trees", "leaf", "moss", "東京", "東", "京都", "café", "cafe", "x1", "كتب", "a_b"]
texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
pages = st.dictionaries(
    st.sampled_from(["a.md", "s/b.md", "s/t/c.md", "d.md", "s/index.md"]),
    st.tuples(texts, texts, st.sampled_from(["", "one", "one, two"])),
    max_size=5,
)
queries = st.lists(
    st.sampled_from([*WORDS, '"tree leaf"', "-moss", "le", "tag:one", "section:/s"]), max_size=4
)
anything = st.text(st.characters(codec=None), max_size=300) | st.text(
    '"*()-:^{}+ \x00abANDORNEAR', max_size=60
)


def _site(files: dict[str, tuple[str, str, str]], previous=None):
    return site_of(
        {
            path: blob(path, f"---\ntitle: {title}\ntags: {tags}\n---\n{body}\n", day)
            for day, (path, (title, body, tags)) in enumerate(sorted(files.items()))
        },
        previous,
    )


def _paths(index: Index, text: str):
    found = index.find(parse_query(text), seconds=20)
    assert found is not None
    return found.count, found.loose, {hit.path for hit in found.hits}


@settings(deadline=None, max_examples=60)
@given(st.lists(pages, min_size=2, max_size=4), st.lists(queries.map(" ".join), min_size=1, max_size=4))
def test_following_equals_beginning_anew(history, asked) -> None:
    """After any pushes, an index that followed them finds what a fresh one finds; a plain scan agrees."""
    followed, site = Index(), None
    for files in history:
        site = _site(files, site)
        followed.follow(site)
    fresh, plain = Index(), Index()
    fresh.follow(_site(history[-1]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("canopy.search.index.open_store", Scan)
        plain.follow(site)
    for text in asked:
        assert _paths(followed, text) == _paths(fresh, text) == _paths(plain, text), text


_SOME = Index()
_SOME.follow(_site({"a.md": ("tree", "leaf moss 東京都 café", "one"), "s/b.md": ("moss", "tree", "two")}))


@settings(deadline=None, max_examples=300)
@given(anything)
def test_any_string_may_be_asked(text: str) -> None:
    """No string is an error; what is marked is cut out of the text and nothing else."""
    found = _SOME.find(parse_query(text), seconds=20)
    assert found is not None
    for hit in found.hits:
        assert "".join(hit.title) == hit.page.title
        assert all(hit.title[1::2])


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.characters(codec="utf-8"), max_size=300) | st.text("#`~-=*[]()<>!|\\\n a&;{}", max_size=200)
)
@example("co\u00adoperate a\u200cb")
def test_any_page_may_be_written(body: str) -> None:
    """Any markdown is read, indexed, found again by each of its words, and forgotten."""
    site = _site({"a.md": ("T", body, "")})
    index = Index()
    index.follow(site)
    # A file with a NUL is no page.
    for word in [word for page in site.pages.values() for word in text_of(page).body.split()[:5]]:
        query = parse_query(f'"{word}"')
        if query.wanted and '"' not in word and len(word) < 150:
            assert _paths(index, f'"{word}"')[0] == 1
    index.follow(site_of({}, site))
    assert _paths(index, "T")[0] == 0
