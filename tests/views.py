"""One view of every kind, with something in each of its fields."""

from __future__ import annotations

from datetime import UTC, datetime

from canopy.render.fragment import TocEntry
from canopy.render.views import (
    ArticleView,
    EmptyView,
    Entry,
    FeedLink,
    Frame,
    GoneView,
    Head,
    Link,
    ListingView,
    MentionLink,
    NotFoundView,
    SearchHit,
    SearchView,
    TermsView,
    UnavailableView,
)

FRAME = Frame(
    title="A notepad",
    description="Notes of a retreat",
    language="en",
    base_path="",
    navigation=(Link("Posts", "/Posts"), Link("Projects", "/Projects")),
    has_tags=True,
    feed=FeedLink("A notepad", "/atom", "application/atom+xml"),
    ways=(("year", "/archive"), ("author", "/authors")),
)
BARE_FRAME = Frame("", "", "", "", ())
"""What is known before there is a site."""

ENTRY = Entry(
    title="An entry",
    url="/Posts/ARP",
    summary_html="<p>What it says.</p>",
    authors=(Link("Hannes", "https://example.org/hannes"),),
    created=datetime(2017, 3, 3, 14, 30, tzinfo=UTC),
    updated=None,
    tags=(Link("network", "/tags/network"),),
)
ARTICLE = ArticleView(
    frame=FRAME,
    canonical="https://example.org/Posts/Marrakesh2017",
    title="Marrakesh 2017",
    description="A week in the medina",
    abstract_html="<p>A week in the <em>medina</em>.</p>",
    html='<h2 id="day-one">Day one</h2>\n<p>Tea.</p>\n'
    '<h2 id="day-two">Day two</h2>\n<pre>  kept\n   as it is</pre>',
    toc=(TocEntry(2, "day-one", "Day one"), TocEntry(2, "day-two", "Day two")),
    authors=(Link("Mindy", "https://example.org/mindy"), Link("Thomas"), Link("Hannes")),
    created=datetime(2017, 3, 3, 14, 30, tzinfo=UTC),
    updated=datetime(2017, 4, 11, tzinfo=UTC),
    minutes=4,
    tags=(Link("help needed", "/tags/help%20needed"),),
    breadcrumbs=(Link("Posts", "/Posts"),),
    previous=Link("Bulk builds", "/Posts/Bulk-build"),
    next=Link("Errors", "/Posts/Errors"),
    language="en",
    troubled=True,
    head=Head(
        kind="article",
        description="A week in the medina",
        image="https://example.org/Posts/medina.jpg",
        published="2017-03-03T14:30:00+00:00",
        modified="2017-04-11T00:00:00+00:00",
        feeds=(
            FeedLink(
                "A notepad – Posts", "https://example.org/-/feeds/section/Posts.rss", "application/rss+xml"
            ),
        ),
        alternates=(("de", "https://example.org/de/x"), ("en", "https://example.org/x")),
        data='{"@context":"https://schema.org"}',
    ),
    edit_url="https://forge.example.org/me/notes/edit/main/Posts/Marrakesh2017",
    history_url="https://forge.example.org/me/notes/commits/main/Posts/Marrakesh2017",
    mentions=(
        MentionLink("Diary", "/Diary", "So much was said about ", "Marrakesh", ", and all of it is true."),
        MentionLink("Index of cities", "/Cities"),
    ),
    more_mentions=2,
    related=(Link("Marrakesh 2016", "/Posts/Marrakesh2016"),),
)
LISTING = ListingView(
    frame=FRAME,
    canonical="https://example.org/Posts",
    kind="section",
    title="Posts",
    html="<p>What is here.</p>",
    breadcrumbs=(Link("Notes", "/notes"),),
    subsections=((Link("2016", "/Posts/2016"), 3),),
    entries=(ENTRY,),
)
TERMS = TermsView(
    FRAME,
    "https://example.org/tags",
    ((Link("network", "/tags/network"), 1), (Link("ocaml", "/tags/ocaml"), 9)),
)
NOT_FOUND = NotFoundView(
    FRAME, "/Posts/Marakesh", (Link("Marrakesh", "/Posts/M"),), (Link("Posts", "/Posts"),)
)
GONE = GoneView(
    FRAME,
    "Marrakesh, the second time",
    datetime(2024, 4, 23, tzinfo=UTC),
    Link("Posts", "/Posts"),
    (Link("Marrakesh", "/Posts/M"),),
    "https://forge.example/me/notes/commits/main/Posts/M2.md",
)
SEARCH = SearchView(
    FRAME,
    "arp tag:network",
    "ready",
    (
        SearchHit(
            ("", "ARP", " and its cache"),
            "/Posts/ARP",
            ("… who has ", "this", " address …"),
            Link("Posts", "/Posts"),
            datetime(2017, 3, 3, 14, 30, tzinfo=UTC),
            (Link("network", "/tags/network"),),
        ),
    ),
    count=31,
    loose=True,
    section="/Posts",
    sections=(("/Posts", "Posts"), ("/Projects", "Projects")),
    tag="network",
)
EMPTY = EmptyView(FRAME, "/var/lib/canopy/notepad.git")
UNAVAILABLE = UnavailableView(BARE_FRAME, "The remote did not answer.", 8)

VIEWS = (ARTICLE, LISTING, TERMS, NOT_FOUND, GONE, SEARCH, EMPTY, UNAVAILABLE)
