"""The lists of a site: which there are, where, and what of them a push changes."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from markup import read
from printing import drive
from snapshots import blob, site_of

from canopy.content.values import Person, SiteSettings
from canopy.render.articles import reading_minutes
from canopy.render.differences import affected
from canopy.render.options import RenderOptions
from canopy.render.press import Press

if TYPE_CHECKING:
    from collections.abc import Iterable

    from canopy.content.values import Site
    from canopy.git.values import Blob
    from canopy.render.edition import Edition

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def posts(count: int, **more: str) -> dict[str, str | bytes | Blob]:
    """Return so many posts, one a day, and further files by name."""
    found = {f"posts/p{n}.md": blob(f"posts/p{n}.md", f"# Post {n}\n\nText {n}.\n", n) for n in range(count)}
    return {**found, **{name.replace("__", "/") + ".md": text for name, text in more.items()}}


def press() -> Press:
    """Return a press that puts two to three entries on a sheet."""
    return Press(memory=1 << 24, options=RenderOptions(per_page=2))


def edition_of(
    files: dict[str, str | bytes | Blob], maker: Press | None = None, site: Site | None = None
) -> Edition:
    """Publish files."""
    return (maker or press()).edition(site_of(files, site), NOW)


def shown(edition: Edition, path: str, maker: Press | None = None) -> str:
    """Return the page at a path."""
    assert edition.has(path), path
    return drive((maker or press()).print(edition, path)).identity.body.decode()


def entries(html: str) -> list[str]:
    """Return the addresses of the entries of a listing, in their order."""
    document = read(html)
    return [e.attributes["id"].removeprefix("_entry:") for e in document.all("li") if "id" in e.attributes]


def tagged(names: Iterable[str]) -> dict[str, str | bytes | Blob]:
    """Return notes that have these names as their tags, a hundred each."""
    listed = list(names)
    return {
        f"posts/n{n}.md": f"---\ntags: [{', '.join(listed[n : n + 100])}]\n---\nText\n"
        for n in range(0, len(listed), 100)
    }


class TestManyNames:
    def test_thousands_of_names_are_cut_into_sheets(self) -> None:
        """Each name is on one of them, which are small enough to send; the first is `/authors` itself."""
        files: dict[str, str | bytes | Blob] = {
            f"n{n}.md": f"---\ntitle: N\nauthor: Author {n:04} {'aeiou'[n % 5] * 9}\n---\nText\n"
            for n in range(2000)
        }
        maker = press()
        edition = edition_of(files, maker)
        paths = [
            path for path in edition.addresses() if path == "/authors" or path.startswith("/authors/page")
        ]
        assert paths == ["/authors", "/authors/page/2"]
        names: list[str] = []
        for path in paths:
            html = shown(edition, path, maker)
            assert len(gzip.compress(html.encode())) < 50_000
            names += re.findall(r'<a href="/authors/[^"]*" dir="auto">([^<]*)</a>', html)
        assert names == sorted(names)
        assert len(names) == len(set(names)) == 2000
        assert 'rel="next" href="/authors/page/2"' in shown(edition, "/authors", maker)
        assert edition.redirect("/authors/page/1") == "/authors"
        assert not edition.has("/authors/page/3")
        # A name is added behind the others: the first sheet is the same one.
        files["n.md"] = "---\ntitle: N\nauthor: Author Zoe\n---\nText\n"
        later = edition_of(files, maker, edition.site)
        assert shown(later, "/authors", maker) == shown(edition, "/authors", maker)
        assert "Zoe" in shown(later, "/authors/page/2", maker)

    def test_many_names_stand_under_their_letters(self) -> None:
        """They are in the order of the language, and the list of them leads to each, whatever its sheet."""
        maker = press()
        edition = edition_of(tagged(f"{first}{n:03}" for first in "AEÉZÄ" for n in range(390)), maker)
        first, second = (shown(edition, path, maker) for path in ("/tags", "/tags/page/2"))
        assert not edition.has("/tags/page/3")
        for html, here, leads in (
            (first, ["A", "E"], ["#_letter%3AA", "#_letter%3AE", "/tags/page/2#_letter%3AZ"]),
            (second, ["Z"], ["/tags#_letter%3AA", "/tags#_letter%3AE", "#_letter%3AZ"]),
        ):
            document = read(html)
            assert document.faults == []
            headings = document.all("h2")
            assert [e.text for e in headings] == here
            assert [e.attributes["id"] for e in headings] == [f"_letter:{letter}" for letter in here]
            assert re.findall(r'<li><a href="([^"]*)" dir="auto">[AEZ]</a></li>', html) == leads
        assert first.index(">E010<") < first.index(">É010<") < first.index(">E011<")

    def test_a_name_under_a_new_letter_changes_all_sheets(self) -> None:
        """Each has the list of letters; a name under a known one changes its own sheet alone."""
        files = tagged(f"{first}{n:03}" for first in "AEZ" for n in range(700))
        maker = press()
        edition = edition_of(files, maker)
        more = edition_of({**files, "posts/m.md": "---\ntags: [Zoo]\n---\nText\n"}, maker, edition.site)
        assert shown(more, "/tags", maker) == shown(edition, "/tags", maker)
        assert shown(more, "/tags/page/2", maker) != shown(edition, "/tags/page/2", maker)
        other = edition_of({**files, "posts/m.md": "---\ntags: [Moo]\n---\nText\n"}, maker, more.site)
        assert "_letter%3AM" in shown(other, "/tags", maker)
        assert "_letter%3AM" in shown(other, "/tags/page/2", maker)

    def test_few_names_need_no_letters(self) -> None:
        """A catalogue that one sees at a glance is one list."""
        html = shown(edition_of({"a.md": "---\ntags: [x, Éa, z]\n---\nText\n"}), "/tags")
        assert "_letter" not in html
        assert html.index(">Éa<") < html.index(">x<") < html.index(">z<")


class TestSheets:
    def test_the_newest_are_at_the_listing_and_the_oldest_on_sheet_one(self) -> None:
        """Of seven posts three are at the listing's own address, two on each sheet below."""
        edition = edition_of(posts(7))
        assert entries(shown(edition, "/posts")) == ["/posts/p6", "/posts/p5", "/posts/p4"]
        assert entries(shown(edition, "/posts/page/2")) == ["/posts/p3", "/posts/p2"]
        assert entries(shown(edition, "/posts/page/1")) == ["/posts/p1", "/posts/p0"]

    def test_the_last_number_is_the_listing_itself_and_beyond_is_nothing(self) -> None:
        """A sheet has one address, and numbers that nobody gave have none."""
        edition = edition_of(posts(7))
        assert edition.redirect("/posts/page/3") == "/posts"
        assert edition.redirect("/page/3/") == "/"
        for path in ("/posts/page/4", "/posts/page/0", "/posts/page/01", "/posts/page", "/posts/page/x"):
            assert not edition.has(path), path
            assert edition.redirect(path) is None, path

    def test_a_new_post_leaves_the_older_sheets_as_they_are(self) -> None:
        """Of many sheets, only those near the newest are printed again, and their entries are the same."""
        maker = press()
        first = edition_of(posts(40), maker)
        old = {path: drive(maker.print(first, path)) for path in first.outline.listings.addresses()}
        second = edition_of(posts(41), maker, first.site)
        new = {path: drive(maker.print(second, path)) for path in second.outline.listings.addresses()}
        changed = {path for path in old if new[path] is not old[path]}
        assert changed == {"/", "/posts", "/archive", "/archive/2016"}
        third = edition_of(posts(42), maker, second.site)
        newest = {path: drive(maker.print(third, path)) for path in third.outline.listings.addresses()}
        changed = {path for path in new if newest[path] is not new[path]}
        assert {path for path in changed if path.startswith("/posts/")} == {
            "/posts/page/17",
            "/posts/page/18",
            "/posts/page/19",
        }

    def test_what_did_not_change_is_not_even_looked_at(self) -> None:
        """An edit of the newest post asks for no work on an older sheet."""
        maker = press()
        first = edition_of(posts(9), maker)
        drive(maker.print(first, "/posts/page/2"))
        edited = {**posts(9), "posts/p8.md": blob("posts/p8.md", "# Post 8\n\nOther.\n", 8)}
        second = edition_of(edited, maker, first.site)
        with pytest.raises(StopIteration):
            next(maker.print(second, "/posts/page/2"))

    def test_what_the_repository_has_at_a_sheets_address_is_shown_there(self) -> None:
        """The listing's own sheets are then elsewhere, all of them."""
        edition = edition_of(posts(7, posts__page__2="# Mine\n"))
        assert "<h1" in shown(edition, "/posts/page/2")
        assert "Mine" in shown(edition, "/posts/page/2")
        assert not edition.has("/posts/page/1")
        assert "/-/page/posts/2" in shown(edition, "/posts")
        assert entries(shown(edition, "/-/page/posts/1")) == ["/posts/p1", "/posts/p0"]

    def test_sheets_know_their_neighbours(self) -> None:
        """For readers and for programs; the sitemap has the listing only."""
        edition = edition_of(posts(7))
        document = read(shown(edition, "/posts/page/2"))
        links = {
            (e.attributes["rel"], e.attributes["href"])
            for e in document.all("link")
            if e.attributes["rel"] in ("prev", "next")
        }
        assert links == {("prev", "/posts"), ("next", "/posts/page/1")}
        (canonical,) = (e for e in document.all("link") if e.attributes["rel"] == "canonical")
        assert canonical.attributes["href"].endswith("/posts/page/2")
        sitemap = shown(edition, "/sitemap.xml")
        assert "/posts<" in sitemap
        assert "/page/" not in sitemap

    def test_readers_of_a_sheet_hear_of_what_is_on_it(self) -> None:
        """An edit of an old post is told to whoever reads the sheet that has it, and to no other sheet."""
        maker = press()
        first = edition_of(posts(9), maker)
        edited = {**posts(9), "posts/p3.md": blob("posts/p3.md", "# Post 3\n\nOther.\n", 3)}
        paths = affected(first, edition_of(edited, maker, first.site))
        assert paths is not None
        assert {path for path in paths if "/page/" in path} == {
            "/page/2",
            "/posts/page/2",
            "/archive/2016/page/2",
        }


class TestOrders:
    @staticmethod
    def ordered(order: str) -> Edition:
        """Return seven posts in a section that is sorted otherwise than by date."""
        site = site_of(posts(7))
        section = site.sections["/posts"]
        pages = section.pages[::-1]
        return press().edition(
            replace(site, sections={**site.sections, "/posts": replace(section, order=order, pages=pages)}),
            NOW,
        )

    def test_a_list_from_its_beginning_is_counted_from_there(self) -> None:
        """The oldest first: the listing is sheet one, and what comes is added to the last."""
        edition = self.ordered("oldest")
        assert entries(shown(edition, "/posts")) == ["/posts/p0", "/posts/p1"]
        assert entries(shown(edition, "/posts/page/3")) == ["/posts/p4", "/posts/p5", "/posts/p6"]
        assert edition.redirect("/posts/page/1") == "/posts"

    def test_an_alphabet_shows_titles_alone(self) -> None:
        """What is sorted by title is there to look something up: no summaries, and more on a sheet."""
        html = shown(self.ordered("title"), "/posts")
        assert entries(html) == [f"/posts/p{n}" for n in range(7)]
        assert "Text 3" not in html

    @pytest.mark.parametrize(
        ("order", "previous", "following"), [("date", 2, 4), ("oldest", 2, 4), ("weight", 2, 4)]
    )
    def test_previous_and_next_go_as_one_reads(self, order: str, previous: int, following: int) -> None:
        """By date from the older to the newer, otherwise as the section is sorted."""
        edition = edition_of(posts(7)) if order == "date" else self.ordered(order)
        before, after = edition.outline.siblings.beside(edition.site.pages["/posts/p3"])
        assert (before and before.path, after and after.path) == (
            f"/posts/p{previous}",
            f"/posts/p{following}",
        )


NOTES: dict[str, str | bytes | Blob] = {
    "a.md": "---\ntitle: A\nauthor: Hannes\ndate: 2016-05-04\n---\nText.\n",
    "b.md": "---\ntitle: B\nauthor: hannes\ndate: 2017-05-04\n---\nText.\n",
    "c.md": "---\ntitle: C\nauthors: [Mindy Preston, Hannes]\ndate: 2017-06-04\n---\nText.\n",
}


class TestCatalogues:
    def test_years_have_their_pages(self) -> None:
        """The archive counts them, and leads to each."""
        edition = edition_of(NOTES)
        document = read(shown(edition, "/archive"))
        assert document.faults == []
        assert [e.text for e in document.all("span", class_="unseen")] == ["2 pages", "1 page"]
        assert entries(shown(edition, "/archive/2017")) == ["/c", "/b"]

    def test_an_author_has_one_page_however_the_name_is_spelled(self) -> None:
        """Bylines lead there, and its feed is about it."""
        edition = edition_of(NOTES)
        assert entries(shown(edition, "/authors/hannes")) == ["/c", "/b", "/a"]
        assert 'href="/authors/hannes"' in shown(edition, "/b")
        assert "/-/feeds/author/Hannes.atom" in shown(edition, "/authors/hannes")
        assert edition.redirect("/-/feeds/author/hannes.atom") == "/-/feeds/author/Hannes.atom"

    def test_one_author_alone_is_no_list(self) -> None:
        """Where all is by one person, bylines lead to where that person lives."""
        files = {"a.md": "---\nauthors: [{name: Me, uri: https://me.example}]\n---\nText.\n"}
        html = shown(edition_of(files), "/a")
        assert "/authors" not in html
        assert "https://me.example" in html

    def test_an_author_is_shown_as_the_settings_know_them(self) -> None:
        """Name, address and picture come from the site's own settings."""
        site = site_of({**NOTES, "h.png": b"png"})
        person = Person("Hannes", "https://hannes.example/", "/h.png")
        edition = press().edition(replace(site, settings=SiteSettings(authors=(("h", person),))), NOW)
        document = read(shown(edition, "/authors/hannes"))
        assert [e.attributes["src"] for e in document.all("img")] == ["/h.png"]
        assert [e.text for e in document.all("a", rel="author")] == ["hannes.example"]

    def test_files_of_the_repository_keep_their_addresses(self) -> None:
        """A taxonomy whose address is taken lies below `/-/`, and is not named in the footer."""
        edition = edition_of({**NOTES, "archive.md": "# My archive\n", "authors/index.md": "# Us\n"})
        assert "My archive" in shown(edition, "/archive")
        assert "Us" in shown(edition, "/authors")
        assert "/a" in entries(shown(edition, "/-/archive/2016"))
        assert 'href="/-/authors/hannes"' in shown(edition, "/b")
        assert 'href="/-/authors"' not in shown(edition, "/b")

    def test_what_makes_sense_is_in_the_footer(self) -> None:
        """The archive of a long list, the authors where there are several."""
        assert edition_of(posts(2)).outline.frame.ways == ()
        assert edition_of(posts(3)).outline.frame.ways == (("year", "/archive"),)
        assert ("author", "/authors") in edition_of(NOTES).outline.frame.ways


class TestAppearance:
    def test_a_year_is_cut_where_the_month_changes(self) -> None:
        """If it is long; the dates below need no year."""
        edition = Press(memory=1 << 24).edition(site_of(posts(40)), NOW)
        document = read(shown(edition, "/archive/2016"))
        assert document.faults == []
        assert [e.text for e in document.all("h2")] == ["April", "March"]
        assert next(e.text for e in document.all("time")) == "23\N{NO-BREAK SPACE}April"

    def test_terms_tell_where_they_belong(self) -> None:
        """To readers as breadcrumbs, to programs as a BreadcrumbList."""
        html = shown(edition_of(NOTES), "/authors/hannes")
        trail = read(html).all("a", href="/authors")
        assert trail[0].text == "Authors"
        assert '"@type":"BreadcrumbList"' in html
        assert '"name":"Authors","item":"http://127.0.0.1:8080/authors"' in html

    @pytest.mark.parametrize(
        ("text", "minutes"), [("word " * 460, 2), ("読" * 1200, 3), ("読 word " * 400, 3), ("", 1)]
    )
    def test_reading_takes_as_long_as_the_script_does(self, text: str, minutes: int) -> None:
        """Of Chinese and Japanese one reads more characters a minute than words of English."""
        site = site_of({"a.md": f"---\ntitle: A\n---\n{text}\n"})
        assert reading_minutes(site.pages["/a"]) == minutes


class TestAddresses:
    def test_all_of_them_answer(self) -> None:
        """Every address that is listed has a representation, and none is listed twice."""
        edition = edition_of({**posts(7), **NOTES, "x.png": b"\x89PNG", "t.md": "---\ntags: t\n---\n"})
        maker = press()
        found = list(edition.addresses())
        assert len(found) == len(set(found))
        for path in found:
            assert edition.has(path), path
            assert drive(maker.print(edition, path)).identity.body
            assert edition.redirect(path) is None, path
        assert {
            "/",
            "/page/1",
            "/posts",
            "/posts/page/2",
            "/tags",
            "/tags/t",
            "/archive/2016",
            "/authors/hannes",
        } <= set(found)
        assert {"/atom", "/-/feeds/section/posts.rss", "/sitemap.xml", "/x.png", "/posts/p3"} <= set(found)


class TestFeeds:
    def test_only_the_forms_that_the_site_wants_are_made(self) -> None:
        """Nothing else has an address or is announced; subscribers of another form are sent to it."""
        site = replace(site_of(posts(3)), settings=SiteSettings(feeds=("rss",)))
        edition = press().edition(site, NOW)
        feeds = [path for path in edition.addresses() if "feed" in path or path == "/atom"]
        assert set(feeds) == {"/-/feeds/site.rss", "/-/feeds/section/posts.rss"}
        assert edition.redirect("/atom") == edition.redirect("/feed.xml") == "/-/feeds/site.rss"
        html = shown(edition, "/posts")
        assert "/atom" not in html
        assert html.count("/-/feeds/section/posts.rss") == 1

    def test_a_site_may_have_none(self) -> None:
        """Then no page speaks of feeds."""
        site = replace(site_of(posts(3)), settings=SiteSettings(feeds=()))
        edition = press().edition(site, NOW)
        assert not edition.has("/atom")
        assert edition.redirect("/atom") is None
        assert "feed" not in shown(edition, "/posts").lower()


@pytest.mark.parametrize(("count", "above"), [(30, True), (31, False)])
def test_many_folders(count: int, above: bool) -> None:
    """Up to thirty folders are the navigation; more are named once above the newest notes instead."""
    edition = edition_of({f"f{n}/a.md": f"# Note {n}\n\nText." for n in range(count)})
    named = shown(edition, "/").partition('<nav class="subsections"')[2].partition("</nav>")[0]
    below = read(named).all("a")
    menu = edition.site.navigation
    assert (len(menu), len(below)) == ((count, 0) if above else (0, count))


def test_other_languages_are_no_folders_of_the_start_page():
    """The folders of a handbook are named below its start page, but for those of its other languages."""
    settings = "plugins: [{i18n: {languages: [{locale: en, default: true}, {locale: fr}]}}]"
    files = {"mkdocs.yml": settings, "docs/index.md": "# T", "docs/a/b.md": "B", "docs/a/b.fr.md": "B"}
    outline = edition_of(files).outline
    assert [section.path for section in outline.below("/")] == ["/a"]
    assert [section.path for section in outline.below("/fr")] == ["/fr/a"]
