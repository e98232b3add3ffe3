"""The default theme: what every page of it holds, whatever is in the view."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import markup
import pytest
from views import ARTICLE, BARE_FRAME, EMPTY, ENTRY, FRAME, LISTING, NOT_FOUND, TERMS, UNAVAILABLE, VIEWS

from canopy.errors import ThemeError
from canopy.render.fragment import TocEntry
from canopy.render.interface import catalogue
from canopy.render.theme import Theme, default_assets
from canopy.render.views import Link

if TYPE_CHECKING:
    from collections.abc import Iterator

THEME = Theme.default()
EVIL = """"'><x-evil onclick='y'>&amp;"""
every_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: type(view).__name__)


def page(view: Any) -> markup.Document:
    """Render and read, insisting on well-formedness."""
    document = markup.read(THEME.render(view))
    assert document.faults == []
    return document


def texts(value: Any, rebuild: Any = lambda x: x, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each text field below `value` with the whole view, that field made hostile."""
    if isinstance(value, str):
        yield path, rebuild(EVIL)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from texts(
                item,
                lambda new, n=number: rebuild((*value[:n], new, *value[n + 1 :])),
                f"{path}[{number}]",
            )
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            is_html = each.name.endswith("html") or (isinstance(value, TocEntry) and each.name == "title")
            if not is_html:
                yield from texts(
                    getattr(value, each.name),
                    lambda new, name=each.name: rebuild(replace(value, **{name: new})),
                    f"{path}.{each.name}",
                )


HOSTILE = [
    pytest.param(view, id=type(whole).__name__ + path) for whole in VIEWS for path, view in texts(whole)
]


class TestEveryPage:
    @every_view
    def test_is_well_formed(self, view: Any) -> None:
        """Every element is closed where it should be, no id is given twice."""
        assert THEME.render(view).startswith("<!DOCTYPE html>\n<html lang=")
        page(view)

    @every_view
    def test_has_one_heading_and_landmarks(self, view: Any) -> None:
        """One h1, one main with a skip link to it, a language, a banner and a footer."""
        document = page(view)
        assert len(document.all("h1")) == 1
        assert document.all("a", class_="skip")[0].attributes["href"] == "#_main"
        assert document.one("main").attributes["id"] == "_main"
        assert document.one("html").attributes["lang"] == "en"
        document.one("header", class_="masthead")
        document.one("footer", class_="colophon")

    @every_view
    def test_never_skips_a_level_of_headings(self, view: Any) -> None:
        """A heading is at most one level below the one before."""
        levels = [int(e.name[1]) for e in page(view).elements if e.name in {"h1", "h2", "h3", "h4"}]
        assert levels[0] == 1
        assert all(below <= above + 1 for above, below in pairwise(levels))

    @every_view
    def test_needs_nothing_inline(self, view: Any) -> None:
        """No inline script, style or event: a strict Content-Security-Policy lets all of it pass."""
        document = page(view)
        assert document.all("style") == []
        # A script element of another type is data: the policy says nothing of it (HTML, 4.12.1.1).
        scripts = [e for e in document.all("script") if e.attributes.get("type") != "application/ld+json"]
        assert [e for e in scripts if not e.attributes.get("src") or e.text.strip()] == []
        assert [
            e for e in document.elements if any(a == "style" or a.startswith("on") for a in e.attributes)
        ] == []

    @every_view
    def test_refers_to_assets_that_exist(self, view: Any) -> None:
        """Each address under /-/assets/ is one of the theme's."""
        used = [
            value
            for element in page(view).elements
            for name, value in element.attributes.items()
            if name in {"href", "src"} and value and "/-/assets/" in value
        ]
        assert len(used) >= 3
        assert set(used) <= set(THEME.assets)

    @every_view
    def test_puts_the_base_path_before_our_own_addresses(self, view: Any) -> None:
        """Below `/notes`, assets, home and tags are looked for below `/notes`."""
        moved = replace(view, frame=replace(view.frame, base_path="/notes", navigation=(), feed=None))
        document = page(moved)
        own = [e.attributes["href"] for e in document.all("link") + document.all("a", class_="name")]
        own += [e.attributes["src"] for e in document.all("script") if "src" in e.attributes]
        links = [address for address in own if address and "example.org" not in address]
        assert [a for a in links if not a.startswith("/notes/") and not a.startswith("/Posts")] == []

    @every_view
    def test_is_the_same_bytes_each_time(self, view: Any) -> None:
        """Two themes loaded apart render equal views equally."""
        again = Theme.load(Path(__file__).parents[2] / "canopy" / "theme")
        assert again.render(replace(view)) == THEME.render(view)

    @pytest.mark.parametrize("view", HOSTILE)
    def test_escapes_every_text_field(self, view: Any) -> None:
        """No text field of any view can open an element or an attribute."""
        html = THEME.render(view)
        document = markup.read(html)
        assert document.faults == []
        assert document.all("x-evil") == []
        assert not any("onclick" in element.attributes for element in document.elements)

    @every_view
    def test_renders_with_a_frame_that_knows_nothing(self, view: Any) -> None:
        """Title, language and navigation may all be missing."""
        page(replace(view, frame=BARE_FRAME))


class TestLanguages:
    @every_view
    @pytest.mark.parametrize(
        ("language", "spoken", "skip"),
        [
            ("de", "de", "Zum Text springen"),
            ("fr-CA", "fr", "Aller au texte"),
            ("es", "es", "Saltar al texto"),
            ("ja", "ja", "本文へ移動"),
            ("ar", "ar", "الانتقال إلى النص"),
            ("nl", "en", "Skip to the text"),
        ],
    )
    def test_a_page_speaks_the_language_of_its_site(
        self, view: Any, language: str, spoken: str, skip: str
    ) -> None:
        """Its words, its `lang`, its direction; words of another language say so (WCAG 2.2, 3.1.2)."""
        document = page(replace(view, frame=replace(view.frame, language=language)))
        html = document.one("html").attributes
        assert html["lang"] == language
        assert html.get("dir") == ("rtl" if language == "ar" else None)
        link = document.one("a", class_="skip")
        assert link.text == skip
        foreign = spoken != language.partition("-")[0]
        assert link.attributes.get("lang") == (spoken if foreign else None)
        assert document.one("footer", class_="colophon").attributes.get("lang") == (
            spoken if foreign else None
        )

    @every_view
    def test_no_english_is_left(self, view: Any) -> None:
        """Each page of a German site says in German what it says in English otherwise."""
        html = THEME.render(replace(view, frame=replace(view.frame, language="de")))
        english = [message.id for message in catalogue("de") if isinstance(message.id, str) and message.id]
        plain = [text for text in english if "%" not in text and len(text) > 6 and " " in text]
        assert len(plain) > 30
        assert [text for text in plain if f">{text}<" in html or f'"{text}"' in html] == []

    def test_scripts_find_their_words(self) -> None:
        """They are an asset of their own; English ones need none."""
        german = page(replace(ARTICLE, frame=replace(FRAME, language="de"))).one("link", id="_words")
        assert german.attributes["rel"] == "modulepreload"
        assert b"Kopiert" in THEME.assets[german.attributes["href"]].data
        assert page(ARTICLE).all("link", id="_words") == []

    def test_a_translation_keeps_the_names_of_its_site(self) -> None:
        """A German page of an English site: the interface is German, title and navigation are not."""
        frame = replace(FRAME, language="de", site_language="en")
        document = page(replace(ARTICLE, frame=frame, language="de"))
        assert document.one("html").attributes["lang"] == "de"
        assert document.one("a", class_="name").attributes["lang"] == "en"
        assert document.all("a", href="/Projects")[0].attributes["lang"] == "en"
        assert "lang" not in document.one("h1").attributes

    def test_names_its_other_languages(self) -> None:
        """In these languages, for those who speak only them."""
        view = replace(ARTICLE, versions=(("de", "/de/x"), ("ja", "/ja/x")))
        html = THEME.render(view)
        links = markup.read(html).all("a", rel="alternate")
        assert [
            (a.text, a.attributes["href"], a.attributes["lang"], a.attributes["hreflang"]) for a in links
        ] == [
            ("Deutsch", "/de/x", "de", "de"),
            ("日本語", "/ja/x", "ja", "ja"),
        ]
        assert "Also in " in html


class TestArticle:
    def test_says_who_when_how_long_and_what_about(self) -> None:
        """The facts of the original Canopy: written by, published, updated, classified under."""
        html = THEME.render(ARTICLE)
        document = markup.read(html)
        assert document.one("a", rel="author", href="https://example.org/mindy").text == "Mindy"
        assert "Written by" in html
        assert "</a>, <span" in html
        assert "</span> and <span" in html
        assert [(e.attributes["datetime"], e.text) for e in document.all("time")] == [
            ("2017-03-03T14:30:00+00:00", "3\N{NO-BREAK SPACE}March 2017"),
            ("2017-04-11T00:00:00+00:00", "11\N{NO-BREAK SPACE}April 2017"),
        ]
        assert "4&nbsp;min read" in html
        assert document.one("div", role="group").attributes["aria-label"] == "Classified under"
        assert document.one("a", rel="tag").attributes["href"] == "/tags/help%20needed"

    def test_shows_nothing_for_what_is_not_known(self) -> None:
        """Without dates, authors and tags, no label stands there alone."""
        html = THEME.render(
            replace(ARTICLE, authors=(), created=None, updated=None, tags=(), abstract_html="")
        )
        for word in ("Written by", "Published", "Updated", "Classified", "<time", "lede", "None"):
            assert word not in html

    def test_tells_machines_where_it_belongs(self) -> None:
        """Canonical address, description, neighbours and the feed are in the head."""
        document = page(ARTICLE)
        assert document.one("link", rel="canonical").attributes["href"] == ARTICLE.canonical
        assert document.one("link", rel="prev").attributes["href"] == "/Posts/Bulk-build"
        assert document.one("link", rel="next").attributes["href"] == "/Posts/Errors"
        descriptions = [
            e.attributes["content"] for e in document.all("meta") if e.attributes.get("name") == "description"
        ]
        assert descriptions == ["A week in the medina"]
        assert document.one("link", type="application/atom+xml").attributes["href"] == "/atom"
        assert document.one("title").text == "Marrakesh 2017 – A notepad"
        assert document.one("link", type="application/rss+xml").attributes["title"] == "A notepad – Posts"
        assert [e.attributes["hreflang"] for e in document.all("link") if "hreflang" in e.attributes] == [
            "de",
            "en",
        ]

    def test_has_a_preview_for_other_sites(self) -> None:
        """Open Graph and the card of the same kind say what the page is, once each."""
        said = {
            e.attributes.get("property") or e.attributes.get("name"): e.attributes["content"]
            for e in page(ARTICLE).all("meta")
            if "content" in e.attributes
        }
        assert said["og:type"] == "article"
        assert said["og:title"] == "Marrakesh 2017"
        assert said["og:url"] == ARTICLE.canonical
        assert said["og:image"] == "https://example.org/Posts/medina.jpg"
        assert said["article:published_time"] == "2017-03-03T14:30:00+00:00"
        assert said["article:tag"] == "help needed"
        assert said["twitter:card"] == "summary_large_image"

    def test_leads_to_its_source_where_a_forge_has_it(self) -> None:
        """The foot has a link to edit the page and one to its history; without a forge, neither."""
        document = page(ARTICLE)
        assert document.one("a", href=ARTICLE.edit_url).text == "Edit this page"
        assert document.one("a", href=ARTICLE.history_url).text == "History"
        assert page(replace(ARTICLE, edit_url="", history_url="")).all("footer", class_="origin") == []

    def test_has_a_table_of_contents_where_there_is_something_to_contain(self) -> None:
        """From two headings on, each is linked by its id."""
        document = page(ARTICLE)
        assert document.one("nav", class_="toc")
        assert document.all("a", href="#day-one")[0].text == "Day one"
        assert page(replace(ARTICLE, toc=ARTICLE.toc[:1])).all("nav", class_="toc") == []

    def test_indents_the_contents_from_the_outermost_heading(self) -> None:
        """Depth counts from the first level in use, and what is deeper than three levels is left out."""
        toc = tuple(TocEntry(level, f"h{level}", "x") for level in (3, 4, 5, 6))
        depths = [e.attributes.get("class") for e in page(replace(ARTICLE, toc=toc)).all("li")]
        assert [d for d in depths if d] == ["depth-0", "depth-1", "depth-2"]

    def test_keeps_the_body_to_the_byte(self) -> None:
        """Tidying whitespace stops at the article's own HTML."""
        assert ARTICLE.html in THEME.render(ARTICLE)

    def test_marks_its_section_in_the_navigation(self) -> None:
        """`true` for the section it is in, `page` on the section's own page."""
        for view, value in ((ARTICLE, "true"), (LISTING, "page")):
            marked = [e.attributes for e in page(view).all("a") if "aria-current" in e.attributes]
            assert [(a["href"], a["aria-current"]) for a in marked] == [("/Posts", value)]

    def test_mentions_trouble_quietly_and_only_when_there_is_some(self) -> None:
        """The notice of a page with a problem is one line."""
        assert page(ARTICLE).one("p", class_="trouble")
        assert page(replace(ARTICLE, troubled=False)).all("p", class_="trouble") == []

    @pytest.mark.parametrize(
        ("language", "direction"), [("ar", "rtl"), ("he-IL", "rtl"), ("de", "auto"), ("", "auto")]
    )
    def test_is_written_in_its_language_s_direction(self, language: str, direction: str) -> None:
        """A known right-to-left language turns the text; otherwise the text itself tells."""
        document = page(replace(ARTICLE, language=language))
        assert document.one("div", id="_text").attributes["dir"] == direction
        for element in (document.one("div", id="_text"), document.one("h1")):
            assert element.attributes.get("lang") == (language or None)


class TestListing:
    def test_shows_each_entry_under_a_stable_id(self) -> None:
        """Title, summary, date, author and tags; the id is made of the address, for live updates."""
        html = THEME.render(LISTING)
        document = markup.read(html)
        document.one("li", id="_entry:/Posts/ARP")
        assert ENTRY.summary_html in html
        assert document.one("time").text == "3\N{NO-BREAK SPACE}March 2017"
        assert document.one("a", rel="tag").text == "network"

    def test_is_grouped_by_year_when_it_is_long(self) -> None:
        """More than a dozen entries get a heading for each year, and their dates leave the year out."""
        entries = tuple(
            replace(ENTRY, url=f"/{n}", created=datetime(2019 - n // 5, 3, 3, tzinfo=UTC)) for n in range(15)
        )
        document = page(replace(LISTING, entries=(*entries, replace(ENTRY, url="/x", created=None))))
        assert [e.text for e in document.all("h2")] == ["2019", "2018", "2017", "Undated"]
        assert len(document.all("h3")) == 16
        assert document.all("time")[0].text == "3\N{NO-BREAK SPACE}March"
        assert page(replace(LISTING, entries=entries[:12])).all("time")[0].text.endswith("2019")

    def test_of_one_long_year_stays_whole(self) -> None:
        """A heading that would stand over everything is left out."""
        entries = tuple(replace(ENTRY, url=f"/{n}") for n in range(20))
        document = page(replace(LISTING, entries=entries))
        assert len(document.all("h2")) == 20

    def test_names_what_has_no_title(self) -> None:
        """A link without words could not be followed."""
        document = page(replace(LISTING, entries=(replace(ENTRY, title=""),)))
        assert document.one("a", href="/Posts/ARP").text == "Untitled"

    def test_at_home_says_the_site_s_name_once(self) -> None:
        """The heading is the name, so the masthead doesn't repeat it."""
        document = page(replace(LISTING, kind="home", title="", html="", canonical="https://example.org/"))
        assert document.one("h1").text == "A notepad"
        assert document.all("a", class_="name") == []
        assert document.one("title").text == "A notepad"
        front = replace(ARTICLE, title="A notepad", canonical="https://example.org/")
        assert page(front).all("a", class_="name") == []
        assert page(replace(front, title="Welcome")).one("a", class_="name").text == "A notepad"
        assert page(replace(ARTICLE, title="A notepad")).one("a", class_="name").text == "A notepad"


class TestOtherPages:
    def test_tags_come_with_their_numbers(self) -> None:
        """Each tag is a link, its number of pages has words for those who hear it."""
        html = THEME.render(TERMS)
        assert markup.read(html).one("a", href="/tags/ocaml").text == "ocaml"
        assert '<span aria-hidden="true">9</span><span class="unseen">9 pages</span>' in html
        assert '<span class="unseen">1 page</span>' in html

    def test_the_way_to_the_tags_is_shown_where_there_are_some(self) -> None:
        """A link to a page that isn't there would be a broken one."""
        assert page(NOT_FOUND).all("a", href="/tags") != []
        assert page(replace(NOT_FOUND, frame=replace(FRAME, has_tags=False))).all("a", href="/tags") == []

    def test_not_found_offers_the_nearest(self) -> None:
        """A 404 says what was asked for and what there is instead."""
        html = THEME.render(NOT_FOUND)
        assert "/Posts/Marakesh</code>" in html
        assert markup.read(html).one("a", href="/Posts/M").text == "Marrakesh"
        assert 'content="noindex"' in html

    def test_empty_gives_the_very_commands(self) -> None:
        """The first note can be pushed by copying what the page says."""
        html = THEME.render(EMPTY)
        assert "git clone /var/lib/canopy/notepad.git notes\n" in html
        assert "git push" in html
        spaced = THEME.render(replace(EMPTY, remote="/home/ada/my notes.git"))
        assert "git clone &#39;/home/ada/my notes.git&#39; notes\n" in spaced

    def test_unavailable_says_what_it_waits_for(self) -> None:
        """Reason and time are there; nothing leads to pages that aren't."""
        html = THEME.render(UNAVAILABLE)
        assert "The remote did not answer." in html
        assert "in 8&nbsp;seconds" in html
        assert "in 1&nbsp;second." in THEME.render(replace(UNAVAILABLE, retry_after=1))
        assert markup.read(html).all("a", href="/tags") == []

    def test_forty_tags_and_a_word_without_end_are_shown(self) -> None:
        """Nothing is cut off."""
        view = replace(
            ARTICLE,
            title="x" * 500,
            tags=tuple(Link(f"tag {n}", f"/tags/{n}") for n in range(40)),
        )
        assert len(page(view).all("a", rel="tag")) == 40
        assert FRAME.title in THEME.render(view)


class TestLoading:
    TEMPLATES = dict.fromkeys(
        [
            "article.html",
            "listing.html",
            "terms.html",
            "not_found.html",
            "gone.html",
            "search.html",
            "empty.html",
            "unavailable.html",
        ],
        "ok",
    )

    def test_names_template_and_line_of_a_mistake(self) -> None:
        """A template that doesn't compile is found at the start."""
        broken = self.TEMPLATES | {"terms.html": "<p>\n{% if %}"}
        with pytest.raises(ThemeError, match=r"^terms\.html:2: "):
            Theme(broken, {})

    def test_names_a_template_that_is_missing(self) -> None:
        """Every view needs one."""
        with pytest.raises(ThemeError, match=r"no template empty\.html"):
            Theme({k: v for k, v in self.TEMPLATES.items() if k != "empty.html"}, {})

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ('{% extends "base.html" %}', r"terms\.html: there is no template base\.html"),
            ('\n{{ asset("x.css") }}', r"terms\.html:2: there is no asset x\.css"),
            ("{{ 1|nothing }}", r"terms\.html:1: No filter named 'nothing'"),
        ],
    )
    def test_finds_what_is_referred_to_and_not_there(self, text: str, reason: str) -> None:
        """Templates, assets and filters are looked up at the start, not at the first reader."""
        with pytest.raises(ThemeError, match=reason):
            Theme(self.TEMPLATES | {"terms.html": text}, {})

    def test_an_unknown_name_is_an_error(self) -> None:
        """A misspelt field raises; it is not shown as nothing."""
        theme = Theme(self.TEMPLATES | {"terms.html": "{{ view.trems }}"}, {})
        with pytest.raises(ThemeError, match=r"terms\.html: .*trems"):
            theme.render(TERMS)

    def test_a_folder_without_templates_is_an_error(self, tmp_path: Path) -> None:
        """What can't be read is said so."""
        with pytest.raises(ThemeError, match="can't be read"):
            Theme.load(tmp_path)


class TestAssets:
    def test_change_their_names_with_their_content(self) -> None:
        """And so does everything that refers to them, so that a long cache life is safe."""
        templates = TestLoading.TEMPLATES
        before = Theme(templates, {"a.css": b"x{src:url(b.woff2)}", "b.woff2": b"1", "c.css": b"c"}).assets
        after = Theme(templates, {"a.css": b"x{src:url(b.woff2)}", "b.woff2": b"2", "c.css": b"c"}).assets
        assert len(set(before) & set(after)) == 1
        sheet = next(asset for path, asset in after.items() if path.startswith("/-/assets/a."))
        font = next(path for path in after if path.startswith("/-/assets/b."))
        assert sheet.data.decode() == f"x{{src:url({font.removeprefix('/-/assets/')})}}"

    def test_refer_to_one_another_by_their_hashed_names(self) -> None:
        """Every url() and import of the default theme's own files leads to an asset."""
        for asset in THEME.assets.values():
            if asset.media_type.startswith("text/"):
                text = asset.data.decode()
                names = [part.split(")")[0].strip("\"'") for part in text.split("url(")[1:]]
                names += [part.split('"')[0] for part in text.split('from "./')[1:]]
                for name in names:
                    assert f"/-/assets/{name}" in THEME.assets, f"{asset.path} refers to {name}"

    def test_missing_or_circular_references_are_errors(self) -> None:
        """A style sheet can't name a font that isn't there, nor two modules each other."""
        with pytest.raises(ThemeError, match=r"a\.css refers to b\.woff2"):
            Theme(TestLoading.TEMPLATES, {"a.css": b"x{src:url(b.woff2)}"})
        with pytest.raises(ThemeError, match="circle"):
            Theme(TestLoading.TEMPLATES, {"a.js": b'import "./b.js"', "b.js": b'import "./a.js"'})

    def test_leave_other_addresses_alone(self) -> None:
        """Absolute addresses and data: in a style sheet are not ours."""
        sheet = b"a{background:url(https://example.org/x.png)}b{background:url('data:image/png;base64,AA')}"
        [asset] = Theme(TestLoading.TEMPLATES, {"a.css": sheet}).assets.values()
        assert asset.data == sheet

    def test_have_their_media_types(self) -> None:
        """Text says its charset."""
        types = {path.rpartition(".")[2]: asset.media_type for path, asset in THEME.assets.items()}
        assert types == {
            "css": "text/css; charset=utf-8",
            "js": "text/javascript; charset=utf-8",
            "svg": "image/svg+xml",
            "woff2": "font/woff2",
        }


def test_the_assets_alone_are_those_of_the_whole_theme() -> None:
    """Who only sends assets need not compile templates, and sends what the pages refer to."""
    assert default_assets() == Theme.default().names
