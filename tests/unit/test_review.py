"""What a push does to the site, told in lines: two sites in, text out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapshots import blob, site_of

from canopy.problem import Problem, Severity
from canopy.review import Changes, Review, compare, describe, mentions, news, refusal

if TYPE_CHECKING:
    from canopy.content.values import Site

URL = "http://127.0.0.1:8080"
WARNING = Problem("a.md", 3, "the link to 'x.md' leads nowhere", "correct it", Severity.WARNING)
ERROR = Problem("b.md", 2, "`date: x` is not a date", "write it like 2016-05-04")


def site(files: dict[str, str], previous: Site | None = None) -> Site:
    """Return the site of files that were all made on one day, as the successor of another."""
    return site_of({path: blob(path, text) for path, text in files.items()}, previous)


def review_of(
    old: dict[str, str] | None,
    new: dict[str, str],
    *problems: Problem,
    seconds: float = 0.083,
    unread: int = 0,
) -> Review:
    """Review a push that makes one set of files of another."""
    before = site(old) if old is not None else None
    after = site(new, before)
    return Review(after, compare(before, after), problems, seconds, unread)


def lines(old: dict[str, str] | None, new: dict[str, str], *problems: Problem, **how: float) -> list[str]:
    """Return what the pusher of such a change reads."""
    return list(describe(review_of(old, new, *problems, **how)))


def many(count: int, word: str = "x") -> dict[str, str]:
    """Return so many notes."""
    return {f"n{number:04}.md": f"# N{number}\n\n{word}\n" for number in range(count)}


def test_every_kind_of_change():
    """New, changed, moved and vanished pages, each with its whole address, in the order of the addresses."""
    old = {"a.md": "# A\n", "b.md": "# B\n", "c.md": "# C\n", "same.md": "# Same\n"}
    new = {"a.md": "# A\n\nmore\n", "d.md": "# B\n", "n.md": "# N\n", "m.md": "# M\n", "same.md": "# Same\n"}
    assert lines(old, new) == [
        "Canopy: 2 new pages, 1 changed, 1 moved, 1 gone (83 ms)",
        f"  new      {URL}/m",
        f"  new      {URL}/n",
        f"  changed  {URL}/a",
        f"  moved    {URL}/b → {URL}/d",
        f"  gone     {URL}/c",
        "The old address leads nowhere now; a line in the front matter keeps one, in d.md:",
        '  aliases: ["/b"]',
    ]


def test_an_alias_keeps_the_old_address():
    """Where the old address redirects, that is what the pusher reads, and no advice."""
    old = {"b.md": '---\naliases: ["/a", "/c"]\n---\n# B\n'}
    told = lines(old, {"d.md": old["b.md"]})
    assert told[0].startswith("Canopy: 1 moved page")
    assert "nowhere" in told[2]
    first = {"a.md": '---\naliases: ["/a"]\n---\n# B\n'}
    told = lines(first, {"b.md": first["a.md"]})
    assert told == [
        "Canopy: 1 moved page (83 ms)",
        f"  moved    {URL}/a → {URL}/b (the old address redirects)",
    ]


def test_the_first_push_into_nothing():
    """All pages are new where nothing was served before."""
    assert lines(None, {"a.md": "# A\n"}) == ["Canopy: 1 new page (83 ms)", f"  new      {URL}/a"]


def test_nothing_changes():
    """A push without a page in it says so, with the time it took."""
    assert lines({"a.md": "# A\n"}, {"a.md": "# A\n"}, seconds=1.26) == ["Canopy: no page changes (1.3 s)"]


def test_one_and_many():
    """Words agree with their numbers."""
    assert lines(None, many(1))[0] == "Canopy: 1 new page (83 ms)"
    assert lines(many(1), {})[0] == "Canopy: 1 page gone (83 ms)"
    assert lines(many(2), {})[0] == "Canopy: 2 pages gone (83 ms)"
    assert lines(many(2), many(2, "y"), WARNING)[0] == "Canopy: 2 changed pages; 1 problem (83 ms)"
    assert lines(many(1), many(1), WARNING, ERROR)[0] == "Canopy: no page changes; 2 problems (83 ms)"


def test_a_thousand_changes_are_summarised():
    """Twenty of a kind are shown, and how many more there are."""
    told = lines(None, many(1000), *[WARNING] * 500, unread=500)
    assert told[0] == "Canopy: 1,000 new pages; 500 problems (83 ms)"
    assert told[20:23] == [f"  new      {URL}/n0019", "           … and 980 more", ""]
    assert told[-2:] == [
        "… and 480 more; `canopy check` shows all",
        "500 pages not looked at, to be quick; `canopy check` looks at all",
    ]
    assert len(told) == 45


def test_problems_are_told_as_a_compiler_would():
    """File, line, severity, reason and cure, the errors first."""
    told = lines({}, {"a.md": "# A\n"}, WARNING, ERROR)
    assert told[2:] == [
        "",
        "b.md:2: error: `date: x` is not a date (write it like 2016-05-04)",
        "a.md:3: warning: the link to 'x.md' leads nowhere (correct it)",
    ]


def test_a_refusal_says_why_and_what_to_do():
    """Addresses that nobody can read yet are not listed; what is wrong is, and the way on."""
    assert list(describe(review_of({}, {"a.md": "# A\n"}, WARNING), "a.md:3: …")) == [
        "Canopy: not published, because of 1 problem (83 ms)",
        "a.md:3: warning: the link to 'x.md' leads nowhere (correct it)",
        "Nothing of this push was kept: correct it, `git commit --amend`, and push again",
    ]


def test_what_refuses_a_push():
    """Nothing, errors only, or every problem; the reason names the worst place first."""
    both, mild, none = (review_of({}, {}, *found) for found in ((WARNING, ERROR), (WARNING,), ()))
    assert refusal(both, "never") == ""
    assert refusal(mild, "errors") == ""
    assert refusal(none, "problems") == ""
    assert refusal(both, "errors") == "b.md:2: `date: x` is not a date"
    assert refusal(both, "problems") == "b.md:2: `date: x` is not a date, and 1 more"
    assert refusal(mild, "problems") == "a.md:3: the link to 'x.md' leads nowhere"
    whole = Problem("x.md", 0, "is too large")
    assert refusal(review_of({}, {}, whole), "errors") == "x.md: is too large"


def test_no_line_can_steer_a_terminal():
    """Names, links and reasons from a repository come out as one harmless line each."""
    name = "e\x1b[31m\x07\u202e\r\nremote: fine.md"
    bad = Problem(name, 1, "a\x1b]0;x\x07b\nc", "d\x9be")
    told = [*lines({}, {name: "# A\n"}, bad), refusal(review_of({}, {}, bad), "errors")]
    told += lines({name: "# B\n"}, {"\x1b" + name: "# B\n"})
    assert all(line.isprintable() for line in told), told


def test_a_problem_that_was_there_before_is_no_news():
    """Neither when its line moved; only a new place or reason counts."""
    moved = Problem(WARNING.path, 30, WARNING.reason, WARNING.cure, Severity.WARNING)
    assert news([WARNING], [moved, ERROR]) == (ERROR,)
    assert news([], [WARNING, ERROR]) == (WARNING, ERROR)


def test_who_may_link_to_a_lost_page():
    """Pages whose text has the end of its address or its file's name, also where a link encodes it."""
    old = site({"gone.md": "# G\n", "My Page.md": "# M\n"})
    new = site(
        {
            "a.md": "see [x](gone.md)\n",
            "b.md": "see [x](My%20Page)\n",
            "c.md": "[[My Page]]\n",
            "d.md": "no\n",
        },
        old,
    )
    lost = compare(old, new).lost
    assert set(mentions(new, old, lost)) == {"/a", "/b", "/c"}
    assert mentions(new, old, ()) == ()
    assert mentions(new, None, ["/"]) == ()


def test_a_date_that_history_learns_late():
    """A page of which only history's dates differ is shown anew, but no pusher is told that it changed."""
    old = site_of({"a.md": blob("a.md", "# A\n", 3)})
    new = site_of({"a.md": blob("a.md", "# A\n", 1), "n.md": "# N\n"}, old)
    changes = compare(old, new)
    assert changes == Changes(added=("/n",), redated=("/a",))
    assert changes.paths == ("/a", "/n")
    assert changes.written == ("/n",)


def test_the_paths_of_changes():
    """What readers' tabs and hooks are told: each path at which something else is shown."""
    changes = Changes(("/n",), ("/c",), (("/a", "/b"),), ("/g",))
    assert changes.paths == ("/a", "/b", "/c", "/g", "/n")
    assert changes.written == ("/b", "/c", "/n")
    assert changes.lost == ("/a", "/g")
