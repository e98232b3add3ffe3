"""What a link is looked up by tells when it may lead elsewhere."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from properties.test_differences import FILES
from snapshots import site_of

from canopy.content.links import resolve
from canopy.content.lookups import keys_of, moved
from canopy.content.wikilinks import POST, REF, TAG, WIKI, private

_TARGETS = [
    *(
        "one.md",
        "one",
        "a/one.md",
        "/a/one.html",
        "../c/four.md",
        "b/",
        "..",
        ".",
        "/",
        "/A/ONE.md",
        "two#x",
        "t?q",
    ),
    *(
        "/former",
        "four",
        "index.md",
        "README.md",
        "/tags/x",
        "/authors/ann",
        "/a/index.xml",
        "https://x.example/a",
    ),
    *(
        "https://notes.example/a/one",
        "//x.example/a",
        "@/a/one.md",
        "mailto:me@x.example",
        "@site/a/one.md",
        "pathname:///c/four.md",
        "a%2Fone.md",
        "#part",
    ),
    *(
        private(scheme, name)
        for scheme in (WIKI, REF, POST, TAG)
        for name in ("one", "a/one.md", "x", "Other", "former")
    ),
]


@settings(max_examples=200, deadline=None)
@given(FILES, FILES, st.booleans())
def test_a_link_leads_elsewhere_only_if_one_of_its_keys_moved(files, others, added):
    """Whatever came, went or was renamed: if no key of a link is among what moved, it leads where it led."""
    old = site_of(files, base_url="https://notes.example")
    new = site_of({**files, **others} if added else others, old, base_url="https://notes.example")
    stirred = moved(old, new)
    for page in old.shown.values():
        for target in _TARGETS:
            if resolve(old, page, target) != resolve(new, page, target):
                assert not stirred.isdisjoint(keys_of(old, page, target)), target
