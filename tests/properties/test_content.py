"""What holds for every repository, however odd."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import EPOCH, site_of, snapshot

from canopy.content.links import resolve
from canopy.content.site import build
from canopy.content.values import SiteOptions
from canopy.git.symlinks import follow
from canopy.git.values import Former

PARTS = st.sampled_from(
    [
        "a",
        "A",
        "b",
        "index",
        "README",
        "_index",
        "tags",
        "-",
        "atom",
        "static",
        ".config",
        "x y",
        "é",
        "e\u0301",
        "a\nb",
        "%",
        "..",
    ]
)
NAMES = st.tuples(PARTS, st.sampled_from(["", ".md", ".markdown", ".png", ".html", ".txt"])).map("".join)
# Without `flatmap`, which makes a strategy for each path that is drawn: that took most of the time.
PATHS = st.tuples(st.lists(PARTS, max_size=2), NAMES).map(lambda both: "/".join([*both[0], both[1]]))
VALUES = st.sampled_from(
    [
        "a",
        "/b",
        "x, y",
        "[",
        "2016-5-4",
        "2026-05-04T12:00Z",
        "2026-05-06",
        "true",
        "/a/b",
        "/tags/x",
        "/-/x",
        "*z",
        "&a b",
        "'",
        "a: b",
        "https://x.example/",
        "",
    ]
)
KEYS = st.sampled_from(
    [
        "title",
        "slug",
        "url",
        "aliases",
        "tags",
        "draft",
        "redirect",
        "author",
        "date",
        "permalink",
        "nonsense",
        "expires",
        "publishDate",
    ]
)
HEADERS = st.lists(st.tuples(KEYS, VALUES), max_size=4).map(
    lambda kv: "---\n" + "".join(f"{k}: {v}\n" for k, v in kv) + "---\n"
)
LINKS = ["[x](a)", "[x](/b.md) [y](../A#p)", "[[a]]", "[[b|x]] [x]\n\n[x]: index.md", "`[x](a)` [y](x y)"]
TEXTS = st.one_of(
    HEADERS, st.text(max_size=40), st.sampled_from(["redirect: /a", "redirect: b", "# T", "", *LINKS])
)
CONTENTS = st.one_of(st.binary(max_size=30), st.tuples(HEADERS, TEXTS).map(lambda p: p[0] + p[1]), TEXTS).map(
    lambda c: c if isinstance(c, bytes) else c.encode("utf-8", "replace")
)
REPOSITORIES = st.dictionaries(PATHS, CONTENTS, max_size=8)


@settings(max_examples=150, deadline=None)
@given(REPOSITORIES, REPOSITORIES, st.booleans())
def test_a_build_upon_another_is_a_build_from_nothing(before, change, keep):
    """Whatever the site before, the same snapshot gives an equal site."""
    after = {**before, **change} if keep else change
    first, second = snapshot(before), snapshot(after)
    options = SiteOptions(identity="x")
    assert build(second, options, build(first, options)) == build(second, options)


TARGETS = st.one_of(PATHS, PARTS, st.sampled_from([".", "..", "../a", "/a", "", "a/../b"]))


def linked(files, links):
    """Return the snapshot of these files and symbolic links."""
    whole = snapshot(files)
    found, problems = follow({path: to for path, to in links.items() if path not in files}, whole.blobs, {})
    return replace(whole, blobs={**whole.blobs, **found}, problems=problems)


@settings(max_examples=150, deadline=None)
@given(REPOSITORIES, st.lists(st.dictionaries(PATHS, TARGETS, max_size=4), min_size=2, max_size=2), CONTENTS)
def test_links_lead_to_files_that_are_there(files, links, content):
    """Whatever links mean, they add files of the repository only, and no order of changes matters."""
    first, second = linked(files, links[0]), linked({**files, "a/b.md": content}, links[1])
    assert all(blob.link in files for blob in first.blobs.values() if blob.link)
    assert build(second, SiteOptions(), build(first, SiteOptions())) == build(second, SiteOptions())


MOMENTS = st.datetimes(datetime(2026, 5, 3), datetime(2026, 5, 8), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=200, deadline=None)
@given(REPOSITORIES, REPOSITORIES, MOMENTS, MOMENTS, st.booleans(), st.booleans())
def test_a_build_at_a_moment_is_that_of_any_other_before_it(before, change, then, now, keep, drafts):
    """Whatever the time was and however the clock went, a moment has one site, until its next change."""
    first, second = snapshot(before), snapshot({**before, **change} if keep else before)
    options = SiteOptions(drafts=drafts)
    site = build(second, options, build(first, options, None, then), now)
    assert site == build(second, options, None, now)
    assert site == build(second, options, build(second, options, None, then), now)
    assert site.next_change is None or site.next_change > now
    last = datetime(2040, 1, 1, tzinfo=UTC)
    change_at = min(site.next_change or last, last)
    same = build(second, options, site, change_at - timedelta(microseconds=1))
    assert same == site
    assert set(same.pages) == set(site.pages)


@settings(max_examples=150, deadline=None)
@given(REPOSITORIES.filter(bool), CONTENTS, st.data())
def test_an_edit_of_one_file_is_a_build_from_nothing(files, content, data):
    """Whatever one file becomes, the site upon the old one equals a new one."""
    path = data.draw(st.sampled_from(sorted(files)))
    first, second = snapshot(files), snapshot({**files, path: content})
    assert build(second, SiteOptions(), build(first, SiteOptions())) == build(second, SiteOptions())


@settings(max_examples=100, deadline=None)
@given(REPOSITORIES)
def test_who_mentions_a_page_is_whoever_links_to_it(files):
    """Each mention is a link of its page's text that leads there, and is told once."""
    site = site_of(files)
    for path, mentions in site.mentions.items():
        assert len({id(mention.page) for mention in mentions}) == len(mentions)
        for mention in mentions:
            assert resolve(site, mention.page, mention.link.target).path == path != mention.page.path


@settings(max_examples=100, deadline=None)
@given(REPOSITORIES, st.randoms(use_true_random=False))
def test_the_order_of_blobs_means_nothing(files, random):
    """The same blobs in another order give an equal site."""
    whole = snapshot(files)
    paths = list(whole.blobs)
    random.shuffle(paths)
    other = type(whole)(whole.commit, {path: whole.blobs[path] for path in paths})
    assert build(whole, SiteOptions()) == build(other, SiteOptions())


@st.composite
def pasts(draw):
    """Draw a repository with files that left it, some for others that are there and some for nowhere."""
    files, left = draw(REPOSITORIES), draw(REPOSITORIES)
    names = st.sampled_from(["", "nowhere", *files])
    former = {
        path: Former(path, "f" * 40, content, EPOCH + timedelta(days=draw(st.integers(0, 2))), draw(names))
        for path, content in left.items()
        if path not in files
    }
    return files, former


@settings(max_examples=150, deadline=None)
@given(pasts(), pasts(), st.booleans())
def test_the_past_upon_another_is_a_build_from_nothing(before, after, keep):
    """Whatever was known of former files, the same snapshot gives an equal site."""
    files = before[0] if keep else after[0]
    first = replace(snapshot(before[0]), former=before[1])
    second = replace(snapshot(files), former={p: f for p, f in after[1].items() if p not in files})
    assert build(second, SiteOptions(), build(first, SiteOptions())) == build(second, SiteOptions())


@settings(max_examples=150, deadline=None)
@given(pasts())
def test_the_past_displaces_nothing(past):
    """A site with a past is the site without, and more redirects."""
    files, former = past
    plain, site = site_of(files), build(replace(snapshot(files), former=former), SiteOptions())
    assert (site.pages, site.sections, site.assets) == (plain.pages, plain.sections, plain.assets)
    assert plain.redirects.keys() <= site.redirects.keys()
    assert all(site.redirects[path] in (to, site.redirects.get(to)) for path, to in plain.redirects.items())
    assert site.problems == plain.problems


@settings(max_examples=150, deadline=None)
@given(pasts())
def test_the_map_of_addresses_is_sound(past):
    """No path is in two mappings, none is Canopy's own or unreachable, and every redirect ends."""
    files, former = past
    site = build(replace(snapshot(files), former=former), SiteOptions())
    groups = [site.pages, site.sections, site.assets, site.redirects, site.gone]
    paths = [path for group in groups for path in group]
    assert len(paths) == len(set(paths))
    for path in paths:
        assert path.startswith("/")
        assert path.isprintable()
        assert not path.startswith("/-/")
        assert path not in {"/tags", "/atom", "/-"}
        assert path == "/" or not {"", ".", ".."} & set(path[1:].split("/"))
    for path, target in site.redirects.items():
        assert target not in site.redirects
        assert target != path
    for section in site.sections.values():
        assert all(site.pages[page.path] is page for page in section.pages)
    assert len(site.recent) == len(site.pages)
    assert site.problems == tuple(sorted(site.problems))
    assert all(problem.reason and problem.cure for problem in site.problems)


@settings(max_examples=150, deadline=None)
@given(
    REPOSITORIES,
    st.one_of(PATHS, st.text(max_size=30), st.text(alphabet="./#?%:ajsvcript\\\n&;", max_size=20)),
)
def test_every_link_leads_somewhere_known(files, target):
    """A link's kind is one of four, and a path of the site is given only for what answers."""
    site = site_of({**files, "note.md": "N"})
    (page,) = (
        (page for page in site.recent if page.source.path == "note.md")
        if "/note" in site.pages
        else (site.recent[0],)
    )
    found = resolve(site, page, target)
    assert found.kind in {"external", "internal", "page", "broken"}
    if found.kind == "internal":
        assert found.path.startswith("/")
        assert found.path not in site.redirects
    elif found.kind == "external":
        assert "script:" not in found.path.lower()
