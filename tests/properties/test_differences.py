"""What two editions have in common, however the repository changed between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printing import drive
from snapshots import blob, snapshot, snapshot_of_folder

from canopy.content.site import build
from canopy.content.values import SiteOptions
from canopy.render.differences import touched
from canopy.render.options import RenderOptions
from canopy.render.press import Press

if TYPE_CHECKING:
    from canopy.git.values import Blob, Snapshot
    from canopy.render.edition import Edition

NOW = datetime(2026, 1, 2, tzinfo=UTC)
_NAMES = [
    "one.md",
    "authors.md",
    "authors/ann.md",
    "a/one.md",
    "a/two.md",
    "a/b/three.md",
    "a/b/one.de.md",
    "a/b/one.md",
    "c/four.md",
    "c/two.md",
    "de/a/one.md",
    "fr/a/two.md",
    "a/page/1.md",
]
_INDEXES = ["index.md", "a/index.md", "a/b/index.md", "de/index.md"]
_LINES = [
    *("title: Same", "title: Other", "title: Nowhere", "tags: [x]", "tags: [x, y]"),
    *("categories: [k]", "categories: [K]", "series: s", "series: S", "weight: 1", "weight: 2"),
    *("author: Ann", "author: ann", "author: Bob", "order: title", "language: fr", "slug: two"),
    *("aliases: [/former, /a/four]", "aliases: [/former]", "draft: true", "date: 2020-01-02"),
    "unlisted: true",
]
_SEEN = [
    "Text.\n",
    "See [one](one.md) and [two](/a/two).\n",
    "See [[three]] and [x](../c/four.md).\n\n![[four]]\n",
    "![[one]]\n\nAnd [lost](nowhere.md), [former](/former), [tags](/tags/x).\n",
    "Only links: [[three]], [[former]], [four](../c/four.md), [[#x]] and ![a picture](../a/p.svg).\n",
]
_BODIES = [*_SEEN, "See [it](../c/z8.md).\n", "![[three]]\n\n![[two]]\n"]
_ALWAYS = {
    path: f"---\ntitle: {path}\n---\n{_SEEN[number % len(_SEEN)]}"
    for number, path in enumerate(["z.md", "a/z.md", "a/b/z.md", *(f"c/z{n}.md" for n in range(9))])
} | {"c/z9.md": "---\nauthor: Ann\ntags: [x]\ncategories: [k]\nseries: s\n---\n", "de/z.md": "Text.\n"}
"""So that the menu stays the same, and some pages have nothing to do with the others but their links."""
_MENU = 'title = "Notes"\nmenu = ["a"]\n'
_SETTINGS = [
    "",
    *(_MENU, _MENU, _MENU),
    _MENU + 'language = "de"\n',
    'title = "Others"\nmenu = ["a"]\n',
    _MENU + '[authors.ann]\nname = "Ann"\navatar = "a/p.svg"\n',
    _MENU + '[authors.ann]\nname = "Ann"\navatar = "a/q.svg"\nurl = "https://ann.example"\n',
]
_PICTURES = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{n}" height="{n}"/>' for n in (8, 16, 32)]
_PATHS = [*_NAMES, *_INDEXES, "a/p.svg", "a/p@2x.svg", "a/q.svg"]


def _key(line: str) -> str:
    return line.partition(":")[0]


TEXTS = st.builds(
    lambda lines, body: "\n".join(["---", *lines, "---", body]) if lines else body,
    st.lists(st.sampled_from(_LINES), max_size=4, unique_by=_key),
    st.sampled_from(_BODIES),
)
FILES = st.fixed_dictionaries(
    {"canopy.toml": st.sampled_from(_SETTINGS)},
    optional={path: st.sampled_from(_PICTURES) if path.endswith(".svg") else TEXTS for path in _PATHS},
)
PREVIEWS = st.sampled_from([False, False, False, True])


_SELDOM: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "a second author": ({"authors.md": "Mine."}, {"one.md": "---\nauthor: Bob\n---\n"}),
    "an author's address": (
        {"c/two.md": "---\nauthor: Bob\n---\n"},
        {"one.md": "---\nauthor: '!Ann'\n---\n"},
    ),
    "an author's face": ({"canopy.toml": _SETTINGS[-2]}, {"a/p.svg": _PICTURES[0]}),
    "a picture": ({"a/p.svg": _PICTURES[0]}, {"a/p.svg": _PICTURES[1]}),
    "a variant of a picture": ({"a/p.svg": _PICTURES[0]}, {"a/p@2x.svg": _PICTURES[1]}),
    "a folder that is a language now": (
        {"c/four.md": "---\nurl: /fr/a/z\nlanguage: fr\n---\n"},
        {"fr/two.md": "Text."},
    ),
    "another start page": ({"a/two.md": "Text."}, {"canopy.toml": _MENU + 'start = "c/z8.md"\n'}),
    "a section in another language": (
        {},
        {"de/a/index.md": "---\nlanguage: de\n---\n"},
    ),
    "the address of a category": ({}, {"a/one.md": "---\ncategories: ['!k']\n---\n"}),
    "the only mention": ({"a/one.md": "See [it](../c/z8.md).\n"}, {"a/one.md": "Text."}),
    "a note within a note within a note": (
        {"a/b/three.md": "Text.", "c/four.md": "![[three]]\n", "c/two.md": "![[four]]\n"},
        {"a/b/three.md": "Another text."},
    ),
    "a note within an introduction within a note": (
        {"a/b/three.md": "Text.", "a/index.md": "![[three]]\n", "c/two.md": "![x](../a/index.md)\n"},
        {"a/b/three.md": "Another text."},
    ),
    "what is wrong with another file": (
        {"c/four.md": "---\naliases: [/elsewhere]\n---\n"},
        {"a/one.md": "---\naliases: [/elsewhere]\n---\n"},
    ),
    "a page that may be meant": ({"c/four.md": "[x](nowhere.md)\n"}, {"a/nowheer.md": "Text."}),
    "a place in a series": ({}, {"one.md": "---\nseries: s\n---\n"}),
    "a tag": ({}, {"a/two.md": "---\ntags: [x]\n---\n"}),
    "another language of a page": ({"a/b/one.md": "Text."}, {"a/b/one.de.md": "Text."}),
}
"""Edits that chance hardly ever makes: what is there before, and what comes or changes."""
_GOLDEN = {folder.parent.name: folder for folder in Path(__file__).parents[1].glob("sites/*/repository")}
_FIELDS = [
    "tags: [x]", "title: Other", "draft: true", "weight: 1", "date: 2030-01-01", "expires: 2026-01-05",
    "series: s", "author: Ann", "aliases: [/old]", "categories: [k]", "slug: other", "language: de",
    "unlisted: true",
]  # fmt: skip
_ENDS = ["More.\n", "See [it]({0}) and [[{1}]].\n", "![[{1}]]\n", "# Heading\n\n#demo\n"]


@st.composite
def an_edit(draw: st.DrawFn, blobs: dict[str, Blob]) -> dict[str, Blob]:
    """Return what is left of some files after one of them was changed, moved, overwritten or deleted."""
    path, other = draw(st.sampled_from(sorted(blobs))), draw(st.sampled_from(sorted(blobs)))
    data = blobs[path].data
    match draw(st.sampled_from(["delete", "move", "overwrite", "shorten", "field", "end"])):
        case "delete":
            return {name: found for name, found in blobs.items() if name != path}
        case "move":
            new = str(Path(path).with_stem(draw(st.sampled_from(["new", "index", "a b"]))))
            left = {name: found for name, found in blobs.items() if name != path}
            return left if new in blobs else left | {new: replace(blobs[path], path=new)}
        case "overwrite":
            data = blobs[other].data
        case "shorten":
            lines = data.split(b"\n")
            del lines[draw(st.integers(0, min(len(lines), 12) - 1))]
            data = b"\n".join(lines)
        case "field":
            field = draw(st.sampled_from(_FIELDS)).encode()
            begun = data.startswith(b"---\n")
            data = b"---\n" + field + b"\n" + (data[4:] if begun else b"---\n" + data)
        case "end":
            text = draw(st.sampled_from(_ENDS)).format(other, Path(other).stem)
            data += b"\n\n" + text.encode()
    return blobs | {path: replace(blobs[path], id=sha1(data).hexdigest(), data=data, link="")}


def snapshot_of(files: dict[str, str]) -> Snapshot:
    """Return the snapshot of some files, whose days follow from their names."""
    files = _ALWAYS | files
    return snapshot({path: blob(path, text, len(path)) for path, text in sorted(files.items())})


def edition_of(press: Press, taken: Snapshot, before: Edition | None = None) -> Edition:
    """Return the edition of a snapshot."""
    site = build(taken, SiteOptions(base_url="https://notes.example"), before.site if before else None, NOW)
    edition = press.edition(site, NOW)
    drive(press.furnish(edition))
    return edition


_DONE: dict[bytes, Any] = {}
"""What came of the jobs of all presses: the same job always gives the same bytes."""


def shown(press: Press, edition: Edition) -> dict[str, bytes]:
    """Return the bytes of all pages and lists, by path.

    In a preview only of the pages: its lists tell what was found wrong so far.
    """
    lists = () if edition.outline.preview else ("/", *edition.outline.listings.addresses())
    paths = dict.fromkeys([*lists, *edition.site.pages])
    return {path: drive(press.print(edition, path), _DONE).identity.body for path in paths}


def new_press(*, preview: bool = False) -> Press:
    """Return a press whose lists are short."""
    return Press(memory=10**8, options=RenderOptions(per_page=1), preview=preview)


def follow(press: Press, old: Edition, taken: Snapshot) -> Edition:
    """Return the edition after `old`, named and shown as a press makes it that knew nothing."""
    before = shown(press, old)
    new = edition_of(press, taken, old)
    named = touched(old, new)
    new.succeed(old, named)
    fresh = new_press(preview=old.outline.preview)
    now = shown(fresh, edition_of(fresh, taken))
    assert shown(press, new) == now
    if named is not None:
        assert {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)} <= named
    return new


@settings(max_examples=40, deadline=None)
@given(FILES, FILES, st.lists(st.sampled_from(_PATHS)), PREVIEWS)
def test_what_differs_is_named_and_all_else_is_taken_over(files, others, gone, preview):
    """After any edits, new, renamed and deleted files, the result is that of a press that knew nothing."""
    press = new_press(preview=preview)
    old = edition_of(press, snapshot_of(files))
    changed = {path: text for path, text in {**files, **others}.items() if path not in gone}
    follow(press, old, snapshot_of(changed))


@settings(max_examples=80, deadline=None)
@given(FILES, FILES.filter(lambda files: len(files) > 1), st.data(), PREVIEWS)
def test_after_an_edit_little_is_made_again(files, others, data, preview):
    """The same for one file that comes, goes or is edited: what changed is named, if not all show it."""
    press = new_press(preview=preview)
    old = edition_of(press, snapshot_of(files))
    path = data.draw(st.sampled_from(sorted(others)))
    changed = dict(files)
    if path in files and data.draw(st.integers(0, 3)) == 0:
        del changed[path]
    else:
        changed[path] = others[path]
    follow(press, old, snapshot_of(changed))


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("edit", _SELDOM)
def test_what_chance_hardly_ever_builds_is_named_too(edit, preview):
    """For each rule of what concerns whom there is a case, here or among the random ones, that needs it."""
    files, others = _SELDOM[edit]
    press, files = new_press(preview=preview), {"canopy.toml": _MENU} | files
    follow(press, edition_of(press, snapshot_of(files)), snapshot_of(files | others))


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(sorted(_GOLDEN)), st.data())
def test_sites_of_all_kinds_show_no_page_that_is_out_of_date(name, data):
    """However a site of any convention is edited, what is taken over is what would be made anew."""
    taken = snapshot_of_folder(_GOLDEN[name])
    press, blobs = new_press(), dict(taken.blobs)
    edition = edition_of(press, taken)
    for _ in range(data.draw(st.integers(1, 3))):
        blobs = data.draw(an_edit(blobs))
        taken = replace(taken, blobs=dict(sorted(blobs.items())))
        edition = follow(press, edition, taken)
