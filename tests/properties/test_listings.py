"""What holds of the lists of every repository, however odd its files are called."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from properties.test_content import REPOSITORIES
from snapshots import blob, site_of

from canopy.render.listings import Listings, Sheet
from canopy.render.options import RenderOptions
from canopy.render.press import Press

NOW = datetime(2026, 1, 2, tzinfo=UTC)
NOTES = st.dictionaries(
    st.sampled_from(
        [f"{folder}{name}.md" for folder in ("", "a/", "a/page/", "page/") for name in "12345678"]
    ),
    st.sampled_from(
        ["Text.", "---\ntags: x\nauthor: Ann\nseries: s\n---\n", "---\ntags: x/page/1, y\n---\n"]
    ),
    max_size=20,
)


def sheets(listings: Listings) -> dict[str, list[str]]:
    """Return what is on every sheet, by its address."""
    return {
        sheet.path: [page.path for page in sheet.pages]
        for listing in listings.all()
        for sheet in (Sheet(listing, number) for number in listing.pagination.reading)
    }


@settings(max_examples=100, deadline=None)
@given(st.one_of(NOTES, REPOSITORIES), st.integers(1, 4))
def test_every_page_is_on_one_sheet_of_each_list_that_it_belongs_to(files, size):
    """All sheets of a list are the list, and each has an address that is its own and shows it."""
    site = site_of(files)
    edition = Press(memory=0, options=RenderOptions(per_page=size)).edition(site, NOW)
    listings = edition.outline.listings
    for listing in listings.all():
        on = Counter(
            page.path for number in listing.pagination.reading for page in Sheet(listing, number).pages
        )
        assert on == Counter(page.path for page in listing.pages)
    for path, pages in sheets(listings).items():
        shown = edition.outline.subject(path)
        assert isinstance(shown, Sheet), path
        assert [page.path for page in shown.pages] == pages
    for page in site.recent:
        assert all(page in listings.at(path).pages for path in listings.terms_of(page))
        assert page in site.sections[page.section].pages or not page.listed
    addresses = list(edition.addresses())
    assert len(addresses) == len(set(addresses))
    assert all(edition.has(path) and edition.redirect(path) is None for path in addresses)


@settings(max_examples=100, deadline=None)
@given(NOTES, st.integers(1, 4), st.sampled_from(["", "a/", "b/"]))
def test_a_newest_page_moves_no_older_one(files, size, folder):
    """Each numbered sheet is where it was and shows what it showed, whatever folder the new page is in."""
    before = sheets(Listings(site_of(files), size))
    newest = {f"{folder}new.md": blob(f"{folder}new.md", "---\ntags: x\nauthor: Ann\n---\n", 400)}
    after = sheets(Listings(site_of({**files, **newest}), size))
    numbered = {path for path in before if "/page/" in path and "/series/" not in path}
    bases = {path.rpartition("/")[0] for path in after}
    for path in numbered:
        # A list that becomes longer may come upon a file of the repository, and then moves as a whole.
        if path.rpartition("/")[0] in bases:
            assert after[path] == before[path]
