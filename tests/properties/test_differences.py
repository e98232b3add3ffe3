"""What two editions have in common, however the repository changed between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING

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
    "---\nunlisted: true\ntags: [x]\nseries: s\n---\n",
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


def shown(press: Press, edition: Edition) -> dict[str, bytes]:
    """Return the bytes of all pages and lists, by path."""
    paths = dict.fromkeys(["/", *edition.site.pages, *edition.outline.listings.addresses()])
    return {path: drive(press.print(edition, path)).identity.body for path in paths}


def new_press() -> Press:
    """Return a press whose lists are short."""
    return Press(memory=10**8, options=RenderOptions(per_page=1))


def follow(press: Press, old: Edition, taken: Snapshot) -> Edition:
    """Return the edition after `old`, named and shown as a press makes it that knew nothing."""
    before = shown(press, old)
    new = edition_of(press, taken, old)
    named = touched(old, new)
    new.succeed(old, named)
    fresh = new_press()
    now = shown(fresh, edition_of(fresh, taken))
    assert shown(press, new) == now
    if named is not None:
        assert {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)} <= named
    return new


@settings(max_examples=30, deadline=None)
@given(FILES, FILES, st.lists(st.sampled_from([*_NAMES, *_INDEXES])))
def test_what_differs_is_named_and_all_else_is_taken_over(files, others, gone):
    """After any edits, new, renamed and deleted files, the result is that of a press that knew nothing."""
    press = new_press()
    old = edition_of(press, snapshot_of(files))
    changed = {path: text for path, text in {**files, **others}.items() if path not in gone}
    follow(press, old, snapshot_of(changed))


@settings(max_examples=30, deadline=None)
@given(FILES.filter(bool), st.data())
def test_after_an_edit_little_is_made_again(files, data):
    """The same for one edited file: what changed is named, unless every page shows it."""
    press = new_press()
    old = edition_of(press, snapshot_of(files))
    changed = files | {data.draw(st.sampled_from(sorted(files))): data.draw(TEXTS)}
    follow(press, old, snapshot_of(changed))


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
