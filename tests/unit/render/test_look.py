"""What a repository brings for its look: the style sheet that readers get, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import markup
import pytest
from printing import drive
from snapshots import site_of

from canopy.content.theme import MOST_FILES
from canopy.content.values import Site, SiteSettings
from canopy.problem import Severity
from canopy.render.look import PREFIX, Look
from canopy.render.options import RenderOptions
from canopy.render.press import Press

if TYPE_CHECKING:
    from canopy.render.edition import Edition

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NOTE = {"note.md": "# A note\n\nText.\n"}


def themed(files: dict[str, str | bytes], accent: str = "", **options: str) -> Site:
    """Return a site with files below `_theme/` and an accent."""
    site = site_of({**NOTE, **{f"_theme/{name}": data for name, data in files.items()}}, **options)
    return replace(site, settings=SiteSettings(accent=accent))


def style(look: Look) -> str:
    """Return the text of a look's style sheet."""
    return look.assets[look.style.removeprefix(look.base_path)].data.decode()


def edition_of(site: Site, press: Press | None = None) -> Edition:
    press = press or Press(memory=1_000_000)
    return press.edition(site, NOW)


def printed(edition: Edition, path: str, press: Press | None = None) -> bytes:
    press = press or Press(memory=1_000_000)
    return drive(press.print(edition, path)).identity.body


class TestFiles:
    def test_a_theme_is_no_content(self) -> None:
        """Nothing of it is a page, a file or a section of the site."""
        site = themed({"style.css": "a{}", "assets/a.png": b"1", "templates/x.html": "x", "README.md": "# x"})
        assert list(site.pages) == ["/note"]
        assert list(site.assets) == []
        assert [file.name for file in site.theme.files] == ["assets/a.png", "style.css", "templates/x.html"]
        assert site.problems == ()

    def test_what_has_no_place_in_it_is_told(self) -> None:
        """A file that would be ignored is a warning with its cure."""
        site = themed({"styles.css": "a{}", "assets/a.exe": b"1", "templates/x.md": "x"})
        assert [problem.path for problem in site.problems] == [
            "_theme/assets/a.exe",
            "_theme/styles.css",
            "_theme/templates/x.md",
        ]
        assert {problem.severity for problem in site.problems} == {Severity.WARNING}

    def test_a_huge_file_is_left_out(self) -> None:
        """Readers and rendering processes are spared what nobody means."""
        site = themed({"style.css": "a{}" * 500_000})
        assert site.theme.style is None
        assert "too many" in site.problems[0].reason

    def test_there_is_a_bound_to_all_templates(self) -> None:
        """Every rendering process has to read them; what is beyond the bound is told."""
        large = "x" * 256 * 1024
        site = themed({f"templates/{n}.html": large for n in range(12)})
        assert len(site.theme.templates) == 8
        assert {problem.severity for problem in site.problems} == {Severity.WARNING}
        assert len(themed({f"assets/{n}.svg": "" for n in range(300)}).theme.files) == MOST_FILES

    @pytest.mark.parametrize(
        "more", [{"_config.yml": "title: J"}, {"hugo.toml": "title = 'H'"}, {".obsidian/app.json": "{}"}]
    )
    def test_every_convention_may_have_one(self, more: dict[str, str]) -> None:
        """It is no folder that Jekyll or Hugo would know."""
        site = site_of({**NOTE, **more, "_theme/style.css": "a{}", "_theme/templates/article.html": "x"})
        assert len(site.theme.files) == 2
        assert not any("_theme" in path for path in (*site.pages, *site.assets))

    def test_it_is_below_the_top_of_the_site(self) -> None:
        """With a folder as the site's top, its `_theme` counts and not the repository's."""
        files = {"docs/a.md": "# A", "docs/_theme/style.css": "a{}", "_theme/style.css": "b{}"}
        site = site_of(files, root="docs")
        assert [file.path for file in site.theme.files] == ["docs/_theme/style.css"]

    def test_the_same_files_are_the_same_theme(self) -> None:
        """A push elsewhere leaves the object as it is."""
        site = themed({"style.css": "a{}"})
        later = site_of({"note.md": "# B", "_theme/style.css": "a{}"}, site)
        assert later.theme is site.theme
        assert site_of({"_theme/style.css": "b{}"}, site).theme is not site.theme


class TestStyle:
    def test_a_site_without_any_has_no_sheet(self) -> None:
        """One request less."""
        look = Look().following(site_of(NOTE), "css")
        assert (look.style, look.assets, look.problems) == ("", {}, ())

    def test_accent_then_own_rules(self) -> None:
        """Both are in one sheet, and the repository's has the last word."""
        text = style(Look().following(themed({"style.css": "a { color: red }"}, "#FFFF00"), "css"))
        assert text.startswith(":root { --accent: #6a6a00; }\n")
        assert "--link: #6a6a00" in text
        assert "--link: #ffff00" in text.partition("dark")[2]
        assert text.endswith("a { color: red }")

    @pytest.mark.parametrize("accent", ["red", "#12", "#000000;}body{display:none"])
    def test_only_a_colour_is_an_accent(self, accent: str) -> None:
        """Anything else leaves the default in force."""
        assert Look().following(themed({}, accent), "css").style == ""

    def test_each_page_names_it_after_the_theme_s(self) -> None:
        """So that its rules win."""
        edition = edition_of(themed({}, "#b5651d", base_url="https://example.org/notes"))
        sheets = markup.read(printed(edition, "/note").decode()).all("link", rel="stylesheet")
        first, second = (str(sheet.attributes["href"]) for sheet in sheets)
        assert first.startswith("/notes/-/assets/style.")
        assert second == edition.look.style
        assert edition.look.style.startswith("/notes/-/assets/site/style.")

    def test_its_name_changes_with_its_content(self) -> None:
        """And only with it."""
        first, second, third = (
            Look().following(themed({"style.css": text}), "css").style for text in ("a{}", "a{}", "b{}")
        )
        assert first == second != third

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("url(assets/rose.svg)", "url(/b/-/assets/site/rose.{svg}.svg)"),
            ("url( 'assets/rose.svg#x' )", "url( '/b/-/assets/site/rose.{svg}.svg#x' )"),
            ('url("./assets/../assets/rose.svg?1")', 'url("/b/-/assets/site/rose.{svg}.svg?1")'),
            ("url(../images/sea%20side.jpg)", "url(/b/images/sea%20side.jpg)"),
            ("url(/images/sea.jpg)", "url(/b/images/sea.jpg)"),
            ("url(https://example.org/x.png)", "url(https://example.org/x.png)"),
            ("url(data:image/png;base64,AA==)", "url(data:image/png;base64,AA==)"),
            ("url(#clip)", "url(#clip)"),
            ("/* url(assets/none.svg) */", "/* url(assets/none.svg) */"),
        ],
    )
    def test_addresses_are_those_of_the_repository(self, written: str, meant: str) -> None:
        """A path that an editor can follow leads readers to the file as well."""
        site = themed({"style.css": written, "assets/rose.svg": "<svg/>"}, base_url="https://example.org/b")
        look = Look().following(site, "css")
        svg = site.theme.assets[0].blob_id[:10]
        assert style(look) == meant.format(svg=svg)
        assert look.problems == ()

    def test_sheets_can_import_each_other(self) -> None:
        """An import comes before the accent, for else it would not count; addresses are each file's own."""
        files = {
            "style.css": '/* x */ @import "assets/more.css";\nb{}',
            "assets/more.css": "a { background: url(rose.svg) }",
            "assets/rose.svg": "<svg/>",
        }
        look = Look().following(themed(files, "#b5651d"), "css")
        assert style(look).startswith(f'@import "{PREFIX}more.')
        [more] = [asset for path, asset in look.assets.items() if "/more." in path]
        assert f"url({PREFIX}rose." in more.data.decode()

    @pytest.mark.parametrize(
        ("text", "line", "reason"),
        [
            ("a{}\nb { background: url(assets/none.svg) }", 2, "there is no '_theme/assets/none.svg'"),
            ('\n\n@import "https://example.org/x.css";', 3, "browsers do not ask there"),
            ('\n@import "//example.org/x.css";', 2, "browsers do not ask there"),
            ("\n@import url(//example.org/x.css);", 2, "browsers do not ask there"),
            ('@IMPORT\nurl("https://example.org/x") screen;', 1, "browsers do not ask there"),
            ("@font-face {\nsrc: url(https://example.org/x?family=y) }", 2, "browsers do not ask there"),
            ("@font-face { src: url(//example.org/a.woff2) }", 1, "browsers do not ask there"),
            (b"a{}\n/* \xff */", 2, "not UTF-8"),
        ],
    )
    def test_what_would_not_work_is_told(self, text: str | bytes, line: int, reason: str) -> None:
        """With its line, as a warning; the rest of the sheet counts."""
        look = Look().following(themed({"style.css": text}), "css")
        [problem] = look.problems
        assert (problem.path, problem.line, problem.severity) == ("_theme/style.css", line, Severity.WARNING)
        assert reason in problem.reason
        assert look.style

    def test_a_circle_of_imports_ends(self) -> None:
        """It is told and cut."""
        files = {"assets/a.css": '@import "b.css";', "assets/b.css": '@import "a.css";'}
        assert "circle" in Look().following(themed(files), "css").problems[0].reason

    @pytest.mark.parametrize(
        "piece", ["/*", "url(", "url('", "@import '", "@import url(", '@import "x"', "/* *"]
    )
    def test_no_text_takes_longer_than_its_length(self, piece: str) -> None:
        """Openings that are never closed are passed over once (pytest's own limit would end it)."""
        assert style(Look().following(themed({"style.css": piece * 80_000}, "#b5651d"), "css"))


class TestTheServerDecides:
    def test_default_uses_nothing(self) -> None:
        """But the accent, which is a setting; whoever pushed it learns why nothing happens."""
        look = Look().following(themed({"style.css": "a{}"}, "#b5651d"), "default")
        assert "a{}" not in style(look)
        assert [problem.path for problem in look.problems] == ["_theme/style.css"]

    def test_templates_need_the_setting(self) -> None:
        """With `css` they are told to be of no use here."""
        look = Look().following(themed({"templates/article.html": "x"}), "css")
        assert "theme = 'templates'" in look.problems[0].cure
        assert Look().following(themed({"style.css": "a{}"}), "css").problems == ()


class TestServing:
    def test_files_of_the_theme_are_printed(self) -> None:
        """They may be kept for ever, and an SVG of the repository runs nothing."""
        site = themed({"style.css": "a{background:url(assets/r.svg)}", "assets/r.svg": "<svg/>"})
        press = Press(memory=1_000_000)
        edition = press.edition(site, NOW)
        for path in edition.look.assets:
            assert edition.has(path)
            headers = dict(drive(press.print(edition, path)).identity.headers)
            assert b"immutable" in headers[b"cache-control"]
            assert (b"content-security-policy" in headers) == path.endswith("svg")
        assert set(edition.look.assets) <= set(edition.documents())

    def test_earlier_files_stay_for_open_pages(self) -> None:
        """A page that was loaded before a push finds the style sheet that it names."""
        press = Press(memory=1_000_000)
        before = press.edition(themed({"style.css": "a{}"}), NOW)
        after = press.edition(themed({"style.css": "b{}"}), NOW)
        assert after.has(before.look.style)
        assert printed(after, before.look.style, press) == b"a{}"

    def test_a_push_of_style_reprints_pages(self) -> None:
        """And a push of anything else leaves the look as it is."""
        press = Press(memory=1_000_000)
        site = themed({"style.css": "a{}"})
        before = press.edition(site, NOW)
        first = printed(before, "/note", press)
        same = press.edition(replace(site, commit="1"), NOW)
        assert same.look is before.look
        assert printed(same, "/note", press) is first
        other = press.edition(themed({"style.css": "b{}"}), NOW)
        assert other.look.style in printed(other, "/note", press).decode()

    def test_the_default_option_is_css(self) -> None:
        """A style sheet can hide and colour; it can't run or tell (see the policy), so it is on."""
        assert RenderOptions().theme == "css"
