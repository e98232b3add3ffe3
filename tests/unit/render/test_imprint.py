"""What a site's settings put on every page: the footer, and the faces of authors."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import markup
from printing import drive
from snapshots import site_of

from canopy.content.values import Person, SiteSettings
from canopy.render.press import Press

if TYPE_CHECKING:
    from canopy.render.edition import Edition

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FILES = {
    "note.md": "---\nauthor: Mara\n---\n\nText.\n",
    "notes/deep.md": "# Deep",
    "notes/me.png": b"png",
    "other.md": "---\nauthor: Jonas\n---\n",
}


def edition_with(settings: SiteSettings, press: Press, files=FILES, **options: str) -> Edition:
    return press.edition(replace(site_of(files, **options), settings=settings), NOW)


def shown(edition: Edition, press: Press, path: str = "/note") -> str:
    return drive(press.print(edition, path)).identity.body.decode()


class TestFooter:
    def test_is_below_every_page(self) -> None:
        """Pages, lists, tags: all say it, each paragraph by itself."""
        press = Press(memory=1_000_000)
        edition = edition_with(SiteSettings(footer="*Yours*,\nme.\n\n\nCopy it."), press)
        for path in ("/note", "/notes", "/"):
            assert "<p><em>Yours</em>, me.</p><p>Copy it.</p>" in shown(edition, press, path).replace(
                "\n", " "
            )

    def test_leads_to_notes_from_wherever_it_stands(self) -> None:
        """Its links are those of a note at the top of the site."""
        press = Press(memory=1_000_000)
        settings = SiteSettings(footer="[deep](notes/deep.md)")
        edition = edition_with(settings, press, base_url="https://example.org/b")
        for path in ("/note", "/notes/deep"):
            assert '<a href="/b/notes/deep">deep</a>' in shown(edition, press, path)

    def test_is_sanitised_like_a_note(self) -> None:
        """Whoever writes the settings is whoever writes the notes."""
        press = Press(memory=1_000_000)
        html = shown(edition_with(SiteSettings(footer="<script>alert(1)</script><b>x</b>"), press), press)
        assert "<script>alert" not in html
        assert "<b>x</b>" in html

    def test_a_link_that_leads_nowhere_is_told(self) -> None:
        """Once, for the file of the settings."""
        press = Press(memory=1_000_000)
        edition = edition_with(SiteSettings(footer="[x](lost.md)"), press)
        shown(edition, press)
        assert [problem.path for problem in edition.problems] == ["canopy.toml"]

    def test_a_change_reprints_all(self) -> None:
        """It is on every page."""
        press = Press(memory=1_000_000)
        before = shown(edition_with(SiteSettings(footer="One"), press), press)
        after = shown(edition_with(SiteSettings(footer="Two"), press), press)
        assert before != after
        assert "Two" in after

    def test_none_leaves_no_trace(self) -> None:
        """No empty box."""
        press = Press(memory=1_000_000)
        assert "imprint" not in shown(edition_with(SiteSettings(), press), press)


class TestFaces:
    def test_stand_beside_names(self) -> None:
        """With their size, so that nothing jumps, and silent, since the name says all."""
        press = Press(memory=1_000_000)
        people = (("mara", Person("Mara", avatar="notes/me.png")),)
        html = shown(
            edition_with(SiteSettings(authors=people), press, base_url="https://example.org/b"), press
        )
        [face] = markup.read(html).all("img", class_="face")
        assert face.attributes["src"] == "/b/notes/me.png"
        assert face.attributes["alt"] == ""
        assert face.attributes["width"] == face.attributes["height"] == "24"
        assert face.attributes["loading"] == "lazy"

    def test_are_only_those_that_are_there(self) -> None:
        """Nobody's browser is sent to look for what isn't, or to a scheme that is no picture."""
        press = Press(memory=1_000_000)
        for avatar in ("lost.png", "javascript:alert(1)", "data:text/html,x", "//example.org/x.png"):
            people = (("mara", Person("Mara", avatar=avatar)),)
            html = shown(edition_with(SiteSettings(authors=people), press), press)
            assert 'class="face"' not in html

    def test_a_new_one_shows_at_once(self) -> None:
        """On the pages of its author."""
        press = Press(memory=1_000_000)
        shown(edition_with(SiteSettings(), press), press)
        people = (("mara", Person("Mara", avatar="https://example.org/me.png")),)
        html = shown(edition_with(SiteSettings(authors=people), press), press)
        assert "https://example.org/me.png" in html
