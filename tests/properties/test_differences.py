"""What two editions have in common, however the repository changed between them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from printing import drive
from snapshots import blob, snapshot

from canopy.content.site import build
from canopy.content.values import SiteOptions
from canopy.render.differences import touched
from canopy.render.options import RenderOptions
from canopy.render.press import Press

if TYPE_CHECKING:
    from canopy.render.edition import Edition

NOW = datetime(2026, 1, 2, tzinfo=UTC)
_NAMES = [
    "one.md",
    "a/one.md",
    "a/two.md",
    "a/b/three.md",
    "a/b/one.de.md",
    "a/b/one.md",
    "c/four.md",
    "a/page/1.md",
]
_INDEXES = ["index.md", "a/index.md", "a/b/index.md"]
_HEADS = [
    "",
    "---\ntitle: Same\ntags: [x]\n---\n",
    "---\ntitle: Other\ntags: [x, y]\ncategories: [k]\n---\n",
    "---\nseries: s\nauthor: Ann\n---\n",
    "---\nseries: S\nauthor: ann\nweight: 2\ntags: [x]\n---\n",
    "---\ntitle: Weighed\nweight: 1\norder: title\nlanguage: fr\n---\n",
    "---\naliases: [/former, /a/four]\ncategories: [K]\n---\n",
    "---\nauthor: Bob\ntitle: Lost four\n---\n",
    "---\ndraft: true\n---\n",
    "---\ndate: 2020-01-02\n---\n",
    "---\nslug: two\n---\n",
]
_BODIES = [
    "Text.\n",
    "See [one](one.md) and [two](/a/two).\n",
    "See [[three]], ![[four]] and [x](../c/four.md).\n",
    "![[one]] and [lost](nowhere.md), [former](/former), [tags](/tags/x).\n",
]
TEXTS = st.builds(lambda head, body: head + body, st.sampled_from(_HEADS), st.sampled_from(_BODIES))
_ALWAYS = {
    path: f"---\ntitle: {path}\n---\n{_BODIES[number % 4]}"
    for number, path in enumerate(["z.md", "a/z.md", "a/b/z.md", *(f"c/z{n}.md" for n in range(8))])
}
"""So that the menu stays the same, and some pages have nothing to do with the others but their links."""
FILES = st.dictionaries(st.sampled_from([*_NAMES, *_INDEXES]), TEXTS, max_size=9)


def edition_of(press: Press, files: dict[str, str], before: Edition | None = None) -> Edition:
    """Return the edition of some files, whose days follow from their names."""
    files = _ALWAYS | files
    taken = snapshot({path: blob(path, text, len(path)) for path, text in sorted(files.items())})
    site = build(taken, SiteOptions(base_url="https://notes.example"), before.site if before else None)
    edition = press.edition(site, NOW)
    drive(press.furnish(edition))
    return edition


def shown(press: Press, edition: Edition) -> dict[str, bytes]:
    """Return the bytes of all pages and lists, by path."""
    paths = dict.fromkeys(["/", *edition.site.pages, *edition.outline.listings.addresses()])
    return {path: drive(press.print(edition, path)).identity.body for path in paths}


def new_press() -> Press:
    """Return a press whose lists are short."""
    return Press(memory=10**8, options=RenderOptions(per_page=1))


@settings(max_examples=30, deadline=None)
@given(FILES, FILES, st.lists(st.sampled_from([*_NAMES, *_INDEXES])))
def test_what_differs_is_named_and_all_else_is_taken_over(files, others, gone):
    """After any edits, new, renamed and deleted files, the result is that of a press that knew nothing."""
    press = new_press()
    old = edition_of(press, files)
    before = shown(press, old)
    changed = {path: text for path, text in {**files, **others}.items() if path not in gone}
    new = edition_of(press, changed, old)
    named = touched(old, new)
    new.succeed(old, named)
    fresh = new_press()
    now = shown(fresh, edition_of(fresh, changed))
    assert shown(press, new) == now
    if named is not None:
        assert {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)} <= named


@settings(max_examples=30, deadline=None)
@given(FILES.filter(bool), st.data())
def test_after_an_edit_little_is_made_again(files, data):
    """The same for one edited file: what changed is named, unless every page shows it."""
    press = new_press()
    old = edition_of(press, files)
    before = shown(press, old)
    changed = files | {data.draw(st.sampled_from(sorted(files))): data.draw(TEXTS)}
    new = edition_of(press, changed, old)
    named = touched(old, new)
    new.succeed(old, named)
    fresh = new_press()
    now = shown(fresh, edition_of(fresh, changed))
    assert shown(press, new) == now
    if named is not None:
        assert {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)} <= named
