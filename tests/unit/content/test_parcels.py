"""Files that are read in parcels, elsewhere, are what they are when they are read here."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from snapshots import snapshot, snapshot_of_folder

from canopy.content import parcels
from canopy.content.site import build
from canopy.content.values import Page, Site, SiteOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from canopy.content.parcels import Answer, Parcel

SITES = Path(__file__).parents[2] / "sites"
OPTIONS = {"mirage": SiteOptions(root="data")}


def posted(function: Callable[[Parcel], list[Answer]], things: Sequence[Parcel]) -> Iterator[list[Answer]]:
    """Apply a function as if it was in another process: nothing is the same object there."""
    for thing in things:
        there, known = pickle.loads(pickle.dumps((function, thing)))
        yield pickle.loads(pickle.dumps(there(known)))


def refused(function: Callable[[Parcel], list[Answer]], things: Sequence[Parcel]) -> list[list[Answer]]:
    """Fail if anything is to be read elsewhere."""
    raise AssertionError(things)


def sources(site: Site) -> dict[str, object]:
    """Return every page with its text, which pages compare by too."""
    return {path: (page, page.source.body, page.source.blob_id) for path, page in site.shown.items()}


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SITES.glob("*/repository")))
def test_the_same_site(name, monkeypatch):
    """A site is the same whoever reads its files, and also after an edit of what others read."""
    options = OPTIONS.get(name, SiteOptions())
    whole = snapshot_of_folder(SITES / name / "repository")
    alone = build(whole, options)
    monkeypatch.setattr(parcels, "LARGE", 0)
    monkeypatch.setattr(parcels, "_PARCEL", 2000)
    shared = build(whole, options, share=posted)
    assert shared == alone
    assert shared.memo.read == alone.memo.read
    assert sources(shared) == sources(alone)
    assert build(whole, options, shared, share=posted) == alone


def test_a_text_is_not_kept_twice(monkeypatch):
    """The body of a page that was read elsewhere lies in the bytes of its file."""
    monkeypatch.setattr(parcels, "LARGE", 0)
    files = snapshot({"a.md": "# One\n\nText, and [b](b.md).\n", "b.md": b"\xef\xbb\xbfCaf\xe9\r\n"})
    site = build(files, SiteOptions(), share=posted)
    page = site.pages["/a"]
    assert isinstance(page, Page)
    assert page.source.data is files.blobs["a.md"].data
    assert site.pages["/b"].source.body == build(files, SiteOptions()).pages["/b"].source.body
    assert [mention.page for mention in site.mentions["/b"]] == [page]


def test_little_is_read_here(monkeypatch):
    """An edit of one file asks nobody for help, nor does a small site, nor a large picture."""
    files = snapshot({"a.md": "# One\n", "b.md": "# Two\n", "c.png": b"\0" * (parcels.LARGE + 1)})
    site = build(files, SiteOptions(), share=refused)
    again = snapshot({"a.md": "# Three\n", "b.md": "# Two\n", "c.png": b"\0" * (parcels.LARGE + 1)})
    assert build(again, SiteOptions(), site, share=refused).pages["/a"].title == "Three"
    monkeypatch.setattr(parcels, "LARGE", 1)
    with pytest.raises(AssertionError):
        build(files, SiteOptions(), share=refused)
