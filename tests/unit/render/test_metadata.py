"""What a page tells search engines and previews: JSON-LD, Open Graph, translations."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from printing import drive
from snapshots import EPOCH, blob, site_of

from canopy.render.forge import Forge
from canopy.render.options import RenderOptions
from canopy.render.press import Press

if TYPE_CHECKING:
    from canopy.git.values import Blob

HOSTILE = '</script><script>alert(1)</script><!-- <b title="x">&amp;'
FILES: dict[str, str | bytes | Blob] = {
    "index.md": "---\ntitle: Home\nabstract: About *all*.\n---\nHello.\n",
    "posts/a.md": blob(
        "posts/a.md",
        "---\ntitle: A\nauthors: [{name: Ada, url: /people/ada}, {name: Bob, url: 'mailto:b@example.org'}]\n"
        "tags: x, y\nabstract: What *A* says.\n---\nText.\n\n![alt](a.png)\n\n![b](https://example.net/b.png)\n",
        5,
        updated=9,
    ),
    "posts/a.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x80\x00\x00\x01\xe0",
    "posts/deep/b.md": "---\ntitle: B\n---\nText.\n",
    "hostile.md": f"---\ntitle: '{HOSTILE}'\nabstract: '{HOSTILE}'\nauthor: '{HOSTILE}'\n---\nText.\n",
}


def html(path: str, files: dict[str, str | bytes | Blob] = FILES, **options: Any) -> str:
    """Return a page as it is served."""
    press = Press(memory=1 << 24, options=RenderOptions(**options))
    edition = press.edition(site_of(files, base_url="https://example.org/n"), EPOCH, "main")
    return drive(press.print(edition, path)).identity.body.decode()


def graph(page: str) -> dict[str, dict[str, Any]]:
    """Return the things that the JSON-LD of a page describes, by type."""
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(scripts) == 1
    document = json.loads(scripts[0])
    assert document["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in document["@graph"]}


def meta(page: str) -> dict[str, str]:
    """Return the properties and names of the meta elements."""
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', page)
    return {name: unescape(content) for name, content in found}


def test_an_article_is_described_as_a_posting() -> None:
    """schema.org's BlogPosting, with absolute addresses and dates as RFC 3339 has them."""
    posting = graph(html("/posts/a"))["BlogPosting"]
    assert posting == {
        "@type": "BlogPosting",
        "@id": "https://example.org/n/posts/a",
        "url": "https://example.org/n/posts/a",
        "headline": "A",
        "description": "What A says.",
        "image": "https://example.org/n/posts/a.png",
        "datePublished": "2016-03-20T14:05:06+00:00",
        "dateModified": "2016-03-24T14:05:06+00:00",
        "author": [
            {"@type": "Person", "name": "Ada", "url": "https://example.org/people/ada"},
            {"@type": "Person", "name": "Bob"},
        ],
        "keywords": ["x", "y"],
        "inLanguage": "en",
        "wordCount": posting["wordCount"],
        "isPartOf": {
            "@type": "WebSite",
            "@id": "https://example.org/n/",
            "name": "Home",
            "url": "https://example.org/n/",
        },
    }


def test_breadcrumbs_lead_from_the_top_to_the_page() -> None:
    """schema.org's BreadcrumbList: positions from 1, the page itself last."""
    items = graph(html("/posts/deep/b"))["BreadcrumbList"]["itemListElement"]
    assert [(item["position"], item["item"]) for item in items] == [
        (1, "https://example.org/n/posts"),
        (2, "https://example.org/n/posts/deep"),
        (3, "https://example.org/n/posts/deep/b"),
    ]
    assert "BreadcrumbList" not in graph(html("/"))


def test_a_preview_has_the_same_facts() -> None:
    """Open Graph and the card: kind, title, address, picture and dates."""
    said = meta(html("/posts/a"))
    assert said["og:type"] == "article"
    assert said["og:url"] == "https://example.org/n/posts/a"
    assert said["og:image"] == "https://example.org/n/posts/a.png"
    assert said["og:description"] == said["description"] == "What A says."
    assert said["article:published_time"] == "2016-03-20T14:05:06+00:00"
    assert said["twitter:card"] == "summary_large_image"
    assert meta(html("/posts/deep/b"))["twitter:card"] == "summary"


def test_the_first_page_speaks_for_the_site() -> None:
    """It is a website, has the site's description, and names the site's feeds in all forms."""
    page = html("/")
    assert graph(page)["WebSite"]["name"] == "Home"
    assert meta(page)["description"] == "About all."
    feeds = re.findall(r'<link rel="alternate" type="([^"]+)"[^>]* href="([^"]+)"', page)
    assert sorted(feeds) == [
        ("application/atom+xml", "/n/atom"),
        ("application/feed+json", "/n/-/feeds/site.json"),
        ("application/rss+xml", "/n/-/feeds/site.rss"),
    ]


def test_a_page_names_the_feeds_that_it_is_in() -> None:
    """A feed reader that is given a section's or tag's address finds its feed."""
    for path, feed in (
        ("/posts", "/n/-/feeds/section/posts.rss"),
        ("/posts/a", "/n/-/feeds/section/posts.rss"),
        ("/tags/x", "/n/-/feeds/tag/x.rss"),
    ):
        assert f'type="application/rss+xml" title="Home – {path.split("/")[-1].title()}"'[:40] in html(path)
        assert f'href="{feed}"' in html(path)


def test_a_hostile_title_stays_text() -> None:
    """Nothing that an author writes ends the script element, or an attribute."""
    page = html("/hostile")
    assert "alert(1)</script>" not in page.replace("&lt;/script&gt;", "").replace("\\u003c/script", "")
    assert page.count("<script") == 2
    assert graph(page)["BlogPosting"]["headline"] == HOSTILE
    assert meta(page)["og:title"] == HOSTILE


def test_equal_sites_have_equal_heads() -> None:
    """No clock and no chance in it: an unchanged page keeps its entity tag."""
    assert html("/posts/a") == html("/posts/a")


def test_translations_name_each_other() -> None:
    """`x.de.md` beside `x.md`: each names all versions, itself among them, and knows its language."""
    files = {**FILES, "posts/a.de.md": "---\ntitle: A auf Deutsch\n---\nText.\n"}
    english, german = html("/posts/a", files), html("/posts/a.de", files)
    links = [
        re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', page)
        for page in (english, german)
    ]
    assert (
        links[0]
        == links[1]
        == [
            ("de", "https://example.org/n/posts/a.de"),
            ("en", "https://example.org/n/posts/a"),
        ]
    )
    assert ' lang="de"' in german
    assert graph(german)["BlogPosting"]["inLanguage"] == "de"


def test_translations_may_be_in_a_folder_of_their_language() -> None:
    """`/de/posts/a` is the German version of `/posts/a` if its author says so."""
    files = {**FILES, "de/posts/a.md": "---\ntitle: A auf Deutsch\nlang: de\n---\nText.\n"}
    assert 'hreflang="de" href="https://example.org/n/de/posts/a"' in html("/posts/a", files)
    # Without a language it is only another note.
    files["de/posts/a.md"] = "---\ntitle: Another\n---\nText.\n"
    assert "hreflang" not in html("/posts/a", files)


ZOLA = {
    "config.toml": 'base_url = "https://example.org/n"\ndefault_language = "en"\n[languages.de]\n',
    "content/_index.md": "+++\ntitle = 'Home'\n+++\nHello.\n",
    "content/_index.de.md": "+++\ntitle = 'Anfang'\n+++\nHallo.\n",
    "content/posts/_index.md": "+++\ntitle = 'Posts'\n+++\n",
    "content/posts/_index.de.md": "+++\ntitle = 'Beiträge'\n+++\n",
    "content/posts/a.md": "+++\ntitle = 'A'\ndate = 2024-01-02\n+++\nText.\n",
    "content/posts/a.de.md": "+++\ntitle = 'A auf Deutsch'\ndate = 2024-01-02\n+++\nText.\n",
}


@pytest.mark.parametrize(
    ("english", "german"), [("/", "/de"), ("/posts", "/de/posts"), ("/posts/a", "/de/posts/a")]
)
def test_a_site_in_two_languages_speaks_both(english: str, german: str) -> None:
    """Start page, sections and pages lead to each other, and each is in its own language."""
    pages = [html(path, ZOLA) for path in (english, german)]
    assert [re.findall(r'<html lang="([^"]+)"', page) for page in pages] == [["en"], ["de"]]
    assert 'class="skip" href="#_main">Zum Text springen' in pages[1]
    assert "Auch auf" in pages[1]
    assert "Also in" in pages[0]
    links = [re.findall(r'<link rel="alternate" hreflang="([^"]+)"', page) for page in pages]
    assert links == [["de", "en"], ["de", "en"]]
    switch = re.findall(r'<a rel="alternate" href="([^"]+)" hreflang="de" lang="de"', pages[0])
    assert switch == [f"/n{german}"]


def test_a_folder_is_in_a_language_if_the_settings_say_so() -> None:
    """Hugo's `contentDir` for each language; a folder `it` of another site is only about something."""
    hugo = {
        "hugo.toml": "baseURL = 'https://example.org/n'\ntitle = 'N'\ndefaultContentLanguage = 'en'\n"
        "[languages.en]\ncontentDir = 'content/en'\n[languages.it]\ncontentDir = 'content/it'\n",
        "content/en/posts/a.md": "---\ntitle: A\n---\nText.\n",
        "content/it/posts/a.md": "---\ntitle: A\n---\nTesto.\n",
    }
    assert 'hreflang="it"' in html("/posts/a", hugo)
    plain = {**FILES, "it/posts/a.md": "---\ntitle: A\n---\nServers.\n"}
    assert "hreflang" not in html("/posts/a", plain)


def test_what_only_looks_like_a_translation_is_none() -> None:
    """A name may end in anything: `.so` and `.md` are no languages, and one language is no choice."""
    files = {
        **FILES,
        "posts/a.so.md": "---\ntitle: Shared\n---\nText.\n",
        "posts/a.en.md": "---\ntitle: Same\n---\nText.\n",
    }
    assert "hreflang" not in html("/posts/a", files)


def test_pages_lead_to_their_sources() -> None:
    """Edit and history are links to the forge, with the branch and the file's path in the repository."""
    page = html("/posts/a", forge=Forge("github", "https://github.com/me/n"))
    assert 'href="https://github.com/me/n/edit/main/posts/a.md"' in page
    assert 'href="https://github.com/me/n/commits/main/posts/a.md"' in page
    assert "Edit this page" not in html("/posts/a")
