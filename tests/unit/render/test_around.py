"""What leads from an article to others: mentions with their sentences, and pages on the same subjects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from printing import drive
from snapshots import site_of

from canopy.render.around import MOST_MENTIONS, mentions_of, related_to
from canopy.render.differences import affected, touched
from canopy.render.press import Press
from canopy.render.views import Link, MentionLink

if TYPE_CHECKING:
    from canopy.render.edition import Edition

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FILES = {
    "a.md": "---\ntitle: A\ntags: [x]\n---\nText.\n",
    "b.md": "---\ntitle: B\n---\nIt is said in [the first](a.md) already.\n",
    "c.md": "---\ntitle: C\ntags: [x]\n---\nNothing.\n",
    "d.md": "---\ntitle: D\n---\n- [A](a.md)\n",
    "e.md": "---\ntitle: E\n---\nNothing.\n",
}


def edition(press: Press, files: dict[str, str], before: Edition | None = None) -> Edition:
    """Return the edition of some files."""
    return press.edition(site_of(files, before.site if before else None), NOW)


def edited(
    press: Press, files: dict[str, str], others: dict[str, str]
) -> tuple[Edition, Edition, frozenset[str]]:
    """Print all pages of some files and edit these; return both editions, and the paths that are named."""
    old = edition(press, files)
    for path in old.site.pages:
        drive(press.print(old, path))
    new = edition(press, others, old)
    told = affected(old, new)
    assert told is not None
    return old, new, told


def test_a_mention_has_its_sentence_where_there_is_one() -> None:
    """Words that stand alone in a list say no more than the title."""
    site = site_of(FILES)
    assert mentions_of(site, site.pages["/a"]) == (
        MentionLink("D", "/d"),
        MentionLink("B", "/b", "It is said in ", "the first", " already."),
    )


def test_related_pages_are_those_that_nothing_else_leads_to() -> None:
    """Neighbours and pages that mention this one are shown as such, not twice."""
    site = site_of(FILES)
    page, other = site.pages["/a"], site.pages["/c"]
    assert related_to(site, page) == (Link("C", "/c"),)
    assert related_to(site, page, other) == ()
    mentioning = site_of(FILES | {"c.md": "---\ntags: [x]\n---\n[a](a.md)"})
    assert related_to(mentioning, mentioning.pages["/a"]) == ()


def test_of_very_many_mentions_the_newest_are_shown() -> None:
    """How many more there are is said."""
    files = {"a.md": "A"} | {f"n{n}.md": "[x](a.md)" for n in range(MOST_MENTIONS + 3)}
    press = Press(memory=10**7)
    made = edition(press, files)
    html = drive(press.print(made, "/a")).identity.body.decode()
    section = html.partition('class="mentions"')[2].partition("</section>")[0]
    assert section.count('href="/n') == MOST_MENTIONS
    assert "and on 3 more pages" in section


def test_a_page_is_printed_again_when_somebody_mentions_it() -> None:
    """Its readers' tabs are told, and those of pages that nothing changed for are not."""
    press = Press(memory=10**7)
    first = edition(press, FILES)
    printed = {path: drive(press.print(first, path)) for path in first.site.pages}
    again = edition(press, FILES | {"e.md": "---\ntitle: E\n---\nLike [this](a.md).\n"}, first)
    assert b'href="/e"' in drive(press.print(again, "/a")).identity.body
    assert drive(press.print(again, "/b")) is printed["/b"]
    told = affected(first, again)
    assert told is not None
    assert {"/a", "/e"} <= set(told)
    assert "/b" not in told


def test_pages_that_nothing_changed_for_are_at_hand_at_once() -> None:
    """The next edition has them before anybody asks, also in a preview; what changed it has not."""
    for preview in (False, True):
        press = Press(memory=10**7, preview=preview)
        first = edition(press, FILES)
        printed = {path: drive(press.print(first, path)) for path in ("/", *first.site.pages)}
        again = edition(press, FILES | {"e.md": "---\ntitle: E\n---\nOther.\n"}, first)
        again.succeed(first, touched(first, again))
        assert again.ready == {path: printed[path] for path in ("/a", "/b", "/c")}
        assert again.pages == {path.encode(): found for path, found in again.ready.items()}


def test_a_writer_is_told_anew_what_is_wrong_with_a_page() -> None:
    """In a preview a page with a broken link is made again when another page may be the one that is meant."""
    press = Press(memory=10**7, preview=True)
    files = FILES | {"a.md": "---\ntitle: A\n---\n[lost](chapter-one.md)\n"}
    first = edition(press, files)
    assert b"chapter-on" in drive(press.print(first, "/a")).identity.body
    edited = edition(press, files | {"e.md": "---\ntitle: E\n---\nOther.\n"}, first)
    edited.succeed(first, touched(first, edited))
    assert "/a" in edited.ready
    again = edition(press, files | {"e.md": "---\ntitle: chapter-one\n---\nOther.\n"}, first)
    again.succeed(first, touched(first, again))
    assert "/a" not in again.ready
    drive(press.print(again, "/a"))


def test_a_new_page_concerns_only_what_leads_to_it() -> None:
    """Its list, its neighbours and whose links may mean it are named; all others stay at hand."""
    notes = {f"n/{n}.md": f"---\ndate: 2020-01-{n + 1:02}\n---\nText.\n" for n in range(9)}
    notes |= {
        "n/2.md": "---\ndate: 2020-01-03\n---\nRead [this](later.md), when it is there.\n",
        "n/4.md": "---\ndate: 2020-01-05\n---\nIn brackets: [[Later]].\n",
    }
    later = {"n/later.md": "---\ndate: 2020-01-09T12:00:00Z\n---\nHere.\n"}
    press = Press(memory=10**7)
    for files, others in ((notes, notes | later), (notes | later, notes)):
        old, new, told = edited(press, files, others)
        assert {path for path in told if path.startswith("/n/")} == {"/n/2", "/n/4", "/n/8", "/n/later"}
        new.succeed(old, touched(old, new))
        assert {"/n/0", "/n/1", "/n/3", "/n/5", "/n/6", "/n/7"} == new.ready.keys()
        other = Press(memory=10**7)
        again = edition(other, others)
        for path in new.site.pages:
            found, fresh = drive(press.print(new, path)), drive(other.print(again, path))
            assert found.identity.body == fresh.identity.body


def test_a_picture_concerns_only_the_pages_that_show_it() -> None:
    """A new, changed or deleted one, or a variant of it; so does one that is shown by way of another note."""

    def picture(size: int) -> str:
        return f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}"/>'

    notes = {f"n/{n}.md": f"---\ndate: 2020-01-{n + 1:02}\n---\nText.\n" for n in range(9)}
    notes |= {
        "n/2.md": "---\ndate: 2020-01-03\n---\n![A picture](p.svg)\n",
        "n/5.md": "---\ndate: 2020-01-06\n---\n![[p.svg]]\n",
        "n/7.md": "---\ndate: 2020-01-08\n---\n![[2]]\n",
    }
    shown = notes | {"n/p.svg": picture(8)}
    press = Press(memory=10**7)
    for files, others in (
        (notes, shown),
        (shown, notes | {"n/p.svg": picture(9)}),
        (shown, shown | {"n/p@2x.svg": picture(16)}),
        (shown, notes),
    ):
        _, new, told = edited(press, files, others)
        assert {path for path in told if path in new.site.pages} == {"/n/2", "/n/5", "/n/7"}


def test_an_author_who_is_spelt_otherwise_concerns_only_where_the_name_is_shown() -> None:
    """The others keep their pages; another picture of an author concerns all."""
    files = {f"n/{n}.md": f"---\nauthor: {'Bob' if n else 'ann'}\n---\nText.\n" for n in range(9)}
    press = Press(memory=10**7)
    old = edition(press, files)
    told = affected(old, edition(press, files | {"n/0.md": "---\nauthor: Ann\n---\nText.\n"}, old))
    assert told is not None
    assert {"/n/0", "/authors", "/authors/ann"} <= set(told)
    assert "/n/5" not in told
    face = {"canopy.toml": '[authors.Bob]\navatar = "b.svg"\n'}
    old = edition(press, files | face)
    assert affected(old, edition(press, files | face | {"b.svg": "<svg/>"}, old)) is None
