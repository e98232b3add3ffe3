"""Links as browsers find them in files, and whether they lead anywhere."""

from __future__ import annotations

import time

import pytest

from canopy.export.crosscheck import CrossCheck, anchors, html_links
from canopy.export.layout import Layout

BASE = "https://example.org/notes"
HTML = "text/html; charset=utf-8"


def links(html: str) -> list[str]:
    """Return the links of a page."""
    return list(html_links(html, BASE))


def test_every_kind_of_link_is_found() -> None:
    """Also those of images, variants, players, forms and programs; quoted in any way, with entities."""
    page = f"""<link rel=canonical href="{BASE}/x">
    <script type="module" src="/a.js">var x = "<a href='/no'>"</script>
    <meta property="og:image" content="{BASE}/i.png"><meta name="description" content="/not/a/link">
    <A HREF='/b?x=1&amp;y=2' title="a > b">b</A> <a href=/c>c</a> <!-- <a href="/no">x</a> -->
    <img src="/d.png" srcset="/d-2.png 2x, /d-3.png 100w" alt='href="/no"'>
    <video poster="/p.png" src="/v.mp4">
    <form action="/-/search"></form> text href="/no" &lt;a href="/no"&gt;"""
    assert links(page) == [
        *(f"{BASE}/x", "/a.js", f"{BASE}/i.png", "/b?x=1&y=2", "/c"),
        *("/d.png", "/d-2.png", "/d-3.png", "/p.png", "/v.mp4", "/-/search"),
    ]


def test_places_are_ids_and_old_names() -> None:
    """`id` of anything, `name` of a link; not that of a form's field."""
    page = '<h2 id="one">x</h2><a name=two></a><input name="three"><!-- <p id="four"> -->'
    assert anchors(page) == {"one", "two"}


def checked(pages: dict[str, str], files: tuple[str, ...] = ()) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the dead links of a site below `/notes`: what is missing, and where they are."""
    layout, check, written = Layout(), CrossCheck(BASE), {}
    for path, html in pages.items():
        name = layout.place(path, page=True)
        assert name is not None
        written[name] = html.encode()
    for path in files:
        layout.place(path, page=False)
    for name, data in written.items():
        check.read(layout.files[name], name, HTML, data)
    return {dead.href: (dead.missing, dead.pages) for dead in check.dead(layout.answer, written.__getitem__)}


def test_links_are_followed_as_from_the_file() -> None:
    """Absolute, relative to the folder of the page, with the site's own origin; others' are not asked."""
    page = f"""
    <a href="/notes/b">1</a><a href="../b/">2</a><a href="{BASE}/b#here">3</a><a href="#there">4</a>
    <a href="https://example.com/x">5</a><a href="/other">6</a><a href="mailto:a@example.org">7</a>
    <a href="//example.com/y">8</a><img src="/notes/a%20b.png"><a href="#top">9</a><a href="/notes">10</a>"""
    pages = {"/": "", "/a": page + '<p id="there">', "/b": '<p id="here">'}
    assert checked(pages, ("/a b.png",)) == {}


def test_a_name_with_the_signs_of_a_query_is_no_query() -> None:
    """A page that is called `x?y#z` links to its own places."""
    check = CrossCheck(BASE)
    check.read("/x?y#z", "x?y#z/index.html", HTML, b'<a href="#a"></a><p id="a">')
    layout = Layout()
    layout.place("/x?y#z", page=True)
    assert not list(check.dead(layout.answer, lambda _: b'<p id="a">'))


def test_what_leads_nowhere_is_told_with_its_pages() -> None:
    """A file that is missing, and a place that is missing on its page."""
    link = '<a href="/notes/none">x</a><a href="/notes/#none">y</a><img src="nothing.png">'
    assert checked({"/": link, "/a": link}) == {
        "/notes/#none": ("place", ("/", "/a")),
        "/notes/a/nothing.png": ("file", ("/a",)),
        "/notes/none": ("file", ("/", "/a")),
        "/notes/nothing.png": ("file", ("/",)),
    }


@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        (
            "application/atom+xml",
            f'<link href="{BASE}/none"/>&lt;a href=&quot;{BASE}/gone&quot;&gt; {BASE}/said',
        ),
        ("application/rss+xml", f'<link>{BASE}/none</link><guid isPermaLink="true">{BASE}/gone</guid>'),
        ("application/feed+json", f'{{"url": "{BASE}/none", "html": "<a href=\\"{BASE}/gone\\">"}}'),
        ("application/xml", f"<loc>{BASE}/none</loc><loc>{BASE}/gone</loc><loc>https://example.com/x</loc>"),
    ],
)
def test_feeds_and_sitemaps_are_read_too(media_type: str, text: str) -> None:
    """Their absolute links, those in the text of an entry as well; what is only said is no link."""
    check = CrossCheck(BASE)
    check.read("/atom", "atom", media_type, text.encode())
    dead = check.dead(lambda _: None, lambda _: b"")
    assert [link.href for link in dead] == ["/notes/gone", "/notes/none"]


@pytest.mark.parametrize(
    "piece", ["<a ", '<a href="', "<a href='x\"", "<!--", "<script>", "<a " + "x=y " * 50]
)
def test_hostile_markup_is_read_in_linear_time(piece: str) -> None:
    """A file of a megabyte that is all one beginning takes less than a few seconds."""
    text = piece * (1_000_000 // len(piece))
    start = time.process_time()
    links(text)
    assert time.process_time() - start < 20  # a quadratic reading takes hours


@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        ("application/atom+xml", f'<link href="{BASE}/a%20&amp;%20b"/>'),
        ("application/atom+xml", f'<content type="html">&lt;a href="{BASE}/a%20&amp;amp;%20b"&gt;</content>'),
        ("application/rss+xml", f"<link>{BASE}/a%20&amp;%20b</link>"),
        ("application/json", f'{{"url": "{BASE}/a%20&%20b"}}'),
        ("application/json", f'{{"content_html": "<a href=\\"{BASE}/a%20&amp;%20b\\">"}}'),
    ],
)
def test_an_ampersand_is_part_of_an_address(media_type: str, text: str) -> None:
    """However it is written: once or twice escaped, or not at all. An author may be called so."""
    check = CrossCheck(BASE)
    check.read("/x", "x", media_type, text.encode())
    assert list(check.links) == [f"{BASE}/a%20&%20b"]
