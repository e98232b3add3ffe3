"""What a stranger's repository may hold to stop a site from being built, or to make it take for ever."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from snapshots import site_of, snapshot

from canopy.content.outlinks import find_links
from canopy.content.site import build
from canopy.content.values import SiteOptions

POST = "---\ntitle: A\ndate: 2020-01-01\n---\nText\n"


@pytest.mark.parametrize("weight", ["--5", "²", "9" * 5000])
def test_a_weight_of_hugos_menu_that_is_no_number_is_none(weight: str) -> None:
    """The entry stays in the menu."""
    config = f'[[menu.main]]\nname = "Notes"\nurl = "/notes"\nweight = "{weight}"\n'
    site = site_of({"hugo.toml": config, "content/notes.md": "# N\n"})
    assert [item.title for item in site.navigation] == ["Notes"]


def test_an_index_in_a_pattern_that_is_no_number_does_not_stop_the_site() -> None:
    """What is a digit to Unicode need not be a number."""
    config = '[permalinks]\nposts = "/:sections[²]/:title"\n'
    assert len(site_of({"hugo.toml": config, "content/posts/a.md": POST}).pages) == 1


@pytest.mark.parametrize("pattern", ["/../../:title", "/a/../:title", "/./:title"])
def test_a_pattern_of_addresses_does_not_climb(pattern: str) -> None:
    """Browsers resolve `..` before they ask: nobody could ever read such a page."""
    site = site_of({"_config.yml": f"permalink: {pattern}\n", "_posts/2020-01-01-a.md": POST})
    assert not {".", ".."} & {part for path in site.pages for part in path.split("/")}


@pytest.mark.parametrize("sign", ["[", "{a: ", "- ", "? "])
def test_settings_that_are_nested_without_end_are_a_problem(sign: str) -> None:
    """The parser composes by recursion, and would take the whole process with it."""
    deep = "a:\n  " + sign * (120_000 // len(sign))
    site = site_of({"_config.yml": deep, "a.md": "# A\n"})
    assert "_config.yml" in {problem.path for problem in site.problems}
    assert "/a" in {path.removesuffix(".html") for path in site.pages}


@pytest.mark.parametrize(
    "text",
    [
        ("<a " + "href=" * 300) * 600,
        ("<a " + "href=x " * 300) * 400,
        "".join(f"[a{number}]: x\n" for number in range(150_000)),
    ],
    ids=["one element", "many values", "definitions"],
)
def test_marks_that_do_not_end_are_read_once(text: str) -> None:
    """Each of these texts took minutes, in which nothing else could be published."""
    assert len(find_links(text)) <= 2000


def test_a_name_that_very_many_files_have_is_looked_up_at_once() -> None:
    """A name with its folder is one look-up, however many files are called so; the highest is meant."""
    files = {f"d{number}/note.md": "[[q/note]] [[d7/note]] [[note]] " * 30 for number in range(1500)}
    files |= {"z/a/b/c/d/e/f/g/h/deep.md": "x", "y/a/b/c/d/e/f/g/h/deep.md": "x"}
    files["top.md"] = "[[y/a/b/c/d/e/f/g/h/deep]] [[h/deep]] [[x/a/b/c/d/e/f/g/h/deep]]"
    site = site_of({".obsidian/app.json": "{}", **files})
    told = {path: [mention.page.path for mention in found] for path, found in site.mentions.items()}
    assert told["/y/a/b/c/d/e/f/g/h/deep"] == ["/top"]
    assert len(told["/d0/note"]) == 1499
    assert "/z/a/b/c/d/e/f/g/h/deep" not in told


@pytest.mark.parametrize("name", ["canopy.toml", "hugo.toml", "content/a.md"])
@pytest.mark.parametrize("key", [".".join(["a"] * 6_000), " . ".join(['"a"'] * 2_000)])
def test_a_key_of_thousands_of_parts_is_refused_at_once(name: str, key: str) -> None:
    """TOML's own reader takes minutes for some of them; the file is told as one that cannot be read."""
    files = {"b.md": "# B\n", "hugo.toml": 'title = "T"\n', "content/c.md": "# C\n"}
    files[name] = f"+++\n{key} = 1\n+++\nText\n" if name.endswith(".md") else f"{key} = 1\n"
    assert any(problem.path == name for problem in site_of(files).problems)


def test_many_points_are_no_long_key() -> None:
    """Sentences, versions and addresses in values may have as many points as they like."""
    text = " ".join(["One. Two and three."] * 60)
    page = site_of(
        {"a.md": f'+++\ntitle = \'{text[:90]}\'\ndescription = """\n{text}\n"""\n+++\nText\n'}
    ).pages["/a"]
    assert page.title == text[:90]
    assert "Two and three" in page.source.front.abstract


@pytest.mark.parametrize("name", ["exclude", "include", "defaults"])
def test_a_list_of_patterns_that_is_cut_is_told(name: str) -> None:
    """With its line: an author who excludes 300 files shall know that some of them are public."""
    config = f"title: T\n{name}:\n" + "".join(f"- a{number}\n" for number in range(300))
    (problem,) = site_of({"_config.yml": config, "a.md": "# A\n"}).problems
    assert (problem.line, problem.reason.split(":")[0]) == (2, f"`{name}`")
    assert "of 300 entries" in problem.reason


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("year", [1, 2026, 9999])
def test_no_date_at_the_ends_of_time_stops_a_site(year: int, zone: str) -> None:
    """Leap seconds, offsets beyond the calendar, years that are none: for any moment at which it is built."""
    dates = [
        *("0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31", "9999-12-31T23:59:59-23:59", "0000-00-00"),
        *("2016-12-31T23:59:60Z", "9999-12-31T23:59:60Z", "-0001-01-01", "10000-01-01", "2020-02-30", "nan"),
        *("1970-01-01T00:00:00+99:99", "99999999999999999999", "1e400", "2020-01-01T00:00 Mars/Olympus"),
    ]
    fields = ("date", "updated", "publishDate", "expiryDate")
    files = {
        f"{field}/{place}.md": f"---\ntitle: T\n{field}: {date}\n---\nx\n"
        for field in fields
        for place, date in enumerate(dates)
    }
    files |= {"canopy.toml": f'timezone = "{zone}"\n', "a.md": "# A\n"}
    site = build(snapshot(files), SiteOptions(), None, datetime(year, 12, 31, tzinfo=UTC))
    assert "/a" in site.pages
    assert site.next_change is None or site.next_change > datetime(year, 12, 31, tzinfo=UTC)
