"""What belongs together, under which name, and at which address."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import blob, site_of, snapshot

from canopy.content.site import build
from canopy.content.taxonomies import build_taxonomies, kinds, terms_of
from canopy.content.values import Person, SiteOptions, SiteSettings


def note(*lines: str) -> str:
    """Return a note with these lines of front matter."""
    return "---\n" + "\n".join(lines) + "\n---\nText.\n"


def listed(site, kind):
    """Return the pages of each term by the term's address."""
    return {
        term.path: [page.path for page in term.pages] for term in kinds(site.taxonomies)[kind].terms.values()
    }


def test_authors_are_told_apart_neither_by_case_nor_by_spaces_nor_by_url():
    """One person has one page, under the newest spelling of the name."""
    site = site_of(
        {
            "a.md": note("authors: [{name: Ann  Lee, uri: https://a.example}]"),
            "b.md": note("author: ann lee"),
            "c.md": note("authors: [Ann Lee, Bob]"),
        }
    )
    assert listed(site, "author") == {"/authors/ann-lee": ["/c", "/b", "/a"], "/authors/bob": ["/c"]}
    assert site.taxonomies.authors.terms["ann lee"].name == "Ann Lee"


def test_a_series_is_read_from_its_oldest_part():
    """Unless all of its parts have a weight."""
    files = {f"{name}.md": note("series: Stack") for name in "cab"}
    assert listed(site_of(files), "series") == {"/series/stack": ["/c", "/a", "/b"]}
    files = {f"{name}.md": note("series: Stack", f"weight: {ord(name)}") for name in "cab"}
    assert listed(site_of(files), "series") == {"/series/stack": ["/a", "/b", "/c"]}
    files["d.md"] = note("series: Stack")
    assert listed(site_of(files), "series") == {"/series/stack": ["/c", "/a", "/b", "/d"]}


def test_categories_have_readable_addresses_and_no_two_the_same():
    """Signs that an address does not hold become hyphens; two that come out the same are numbered."""
    names = ["C++", "C#", "c", "Field notes", "日本語", "a/b", "...", "é"]
    files = {f"{n}.md": note(f"categories: ['{name}']") for n, name in enumerate(names)}
    site = site_of(files)
    paths = {term.name: term.path for term in site.taxonomies.categories.terms.values()}
    assert paths["C++"] == "/categories/c++"
    assert paths["Field notes"] == "/categories/field-notes"
    assert paths["日本語"] == "/categories/日本語"
    assert {paths["C#"], paths["c"]} == {"/categories/c", "/categories/c-2"}
    assert len(set(paths.values())) == len(paths) == len(names)


def test_years_are_those_of_publication():
    """The newest first; what is not dated is in none."""
    site = site_of({"a.md": note("date: 2016-05-04"), "b.md": note("date: 2018-01-01"), "c.md": "C"})
    assert listed(site, "year") == {
        "/archive/2018": ["/b"],
        "/archive/2016": ["/a", "/c"],
    }


def test_a_taxonomy_gives_way_as_a_whole():
    """Its catalogue and its terms stay together, wherever a file of the repository is in the way."""
    files = {"a.md": note("author: Ann", "categories: [x]", "date: 2016-05-04")}
    for own in ("authors.md", "authors/ann.md", "authors.png", "x.md"):
        text = note("url: /authors/ann", "author: Bob") if own == "x.md" else "# Own\n"
        site = site_of({**files, own: text})
        expected = "/authors" if own == "authors.png" else "/-/authors"
        assert site.taxonomies.authors.path == expected, own
        assert f"{expected}/ann" in listed(site, "author")
        assert site.taxonomies.categories.path == "/categories"
    aliased = site_of({"a.md": note("aliases: [/archive]", "date: 2016-05-04")})
    assert aliased.redirects["/archive"] == "/a"
    assert listed(aliased, "year") == {"/-/archive/2016": ["/a"]}


def test_the_settings_name_an_author():
    """A key of the settings stands for the person's whole name."""
    site = site_of({"a.md": note("author: ann")})
    known = SiteSettings(authors=(("ann", Person("Ann Lee", "https://a.example")),))
    anew = replace(site, settings=known)
    assert [term.name for term in build_taxonomies(anew, None).authors.terms.values()] == ["Ann Lee"]


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "author": st.sampled_from(["Ann", "ann ", "Bob, Ann", "A/B"]),
        "categories": st.sampled_from(["x", "X, y", "archive", "-"]),
        "series": st.sampled_from(["One", "one", "Two"]),
        "date": st.sampled_from(["2016-05-04", "2017-01-01", "2017-05-04"]),
        "weight": st.sampled_from(["1", "2"]),
        "url": st.sampled_from(["/archive/2017", "/authors", "/series/one"]),
        "draft": st.just("true"),
    },
)
FILES = st.dictionaries(
    st.sampled_from(["a.md", "b.md", "c/d.md", "c/index.md", "archive.md", "authors/x.md"]),
    FIELDS,
    max_size=6,
)


def written(files):
    """Return the snapshot of files by their fields; each was added on a day of its own."""
    return snapshot(
        {
            path: blob(path, note(*(f"{key}: {value}" for key, value in fields.items())), ord(path[0]))
            for path, fields in files.items()
        }
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(FILES, min_size=2, max_size=4))
def test_taxonomies_upon_others_are_those_from_nothing(history):
    """However a site came to be, each page is once in each of its terms, and no address is taken."""
    options, site = SiteOptions(identity="x"), None
    for files in history:
        site = build(written(files), options, site)
    fresh = build(written(history[-1]), options)
    assert site.taxonomies == fresh.taxonomies
    for page in site.recent:
        for _, term in terms_of(site, page):
            assert sum(other is page for other in term.pages) == 1
    known = [term for taxonomy in kinds(site.taxonomies).values() for term in taxonomy.terms.values()]
    assert sum(len(term.pages) for term in known) == sum(len(list(terms_of(site, p))) for p in site.recent)
    taken = {*site.pages, *site.sections, *site.assets, *site.redirects}
    assert not taken & site.taxonomies.addresses
