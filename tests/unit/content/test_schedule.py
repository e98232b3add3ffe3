"""What is there at a moment: drafts, what is still to come, and what has expired are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from snapshots import EPOCH, blob, snapshot

from canopy.content.identity import entry_uuid, entry_uuids
from canopy.content.site import build
from canopy.content.values import Gone, SiteOptions
from canopy.git.values import Blob, Commit, Snapshot

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def site_at(now, files, previous=None, **options):
    """Return the site of the files at a moment."""
    return build(snapshot(files), SiteOptions(**options), previous, now)


def post(*lines, body="Text"):
    """Return a page with these lines in its header."""
    return "---\n" + "".join(f"{line}\n" for line in lines) + f"---\n{body}\n"


def by(offset, text, path="a.md"):
    """Return a file that was written by the clock of somebody so many hours before Greenwich."""
    zone = timezone(timedelta(hours=offset))
    plain = blob(path, text)
    return Blob(path, plain.id, plain.data, EPOCH.astimezone(zone), EPOCH.astimezone(zone), (), EPOCH)


@pytest.mark.parametrize("convention", ["canopy", "jekyll", "plain", "obsidian"])
def test_a_page_is_there_from_its_minute_on(convention):
    """Before its date a page has no address, no place in any list, and no name; at its date it has all."""
    files = {"s/a.md": post(f"date: {NOON.isoformat()}", "tags: x", "aliases: /old"), "s/b.md": "# B"}
    before = site_at(NOON - MINUTE, files, convention=convention)
    assert [page.source.path for page in before.recent] == ["s/b.md"]
    assert not before.terms
    assert "/old" not in before.redirects
    assert before.next_change == NOON
    after = site_at(NOON, files, before, convention=convention)
    assert {page.source.path for page in after.recent} == {"s/a.md", "s/b.md"}
    assert set(after.terms) == {"x"}
    assert "/old" in after.redirects
    assert after.next_change is None
    assert after == site_at(NOON, files, convention=convention)


def test_a_page_goes_when_it_expires():
    """From the moment on that it names a page is gone, and what was said of it stays a secret no more."""
    files = {"a.md": post("title: Offer", f"expires: {NOON.isoformat()}"), "b.md": "# B"}
    before = site_at(NOON - MINUTE, files)
    assert set(before.pages) == {"/a", "/b"}
    assert before.next_change == NOON
    after = site_at(NOON, files, before)
    assert set(after.pages) == {"/b"}
    assert (after.next_change, after.last_expiry) == (None, NOON)
    assert [(held.path, held.reason, held.until) for held in after.held] == [("a.md", "expired", NOON)]
    assert after == site_at(NOON, files)


def test_the_addresses_of_what_expired_are_gone():
    """A reader of its address and of its aliases learns what was there until when; of a draft nobody does."""
    files = {
        "a.md": post("title: Offer", "aliases: /sale", f"expires: {NOON.isoformat()}"),
        "b.md": post("title: Plan", "draft: true", f"expires: {NOON.isoformat()}"),
    }
    before = site_at(NOON - MINUTE, files)
    assert not before.gone
    after = site_at(NOON, files, before)
    gone = Gone("Offer", NOON, "a.md", expired=True)
    assert after.gone["/a"] == after.gone["/sale"] == gone
    assert "/b" not in after.gone
    assert not site_at(NOON, files, drafts=True).gone
    again = files | {"a.md": files["a.md"].replace("Offer", "Bargain")}
    assert site_at(NOON, again, after) == site_at(NOON, again)


def test_what_expired_gives_its_address_away():
    """Another file that has the address of a page that expired is read there."""
    over = post("title: Offer", "slug: offer", f"expires: {NOON.isoformat()}")
    site = site_at(NOON, {"a.md": over, "offer.md": "# Next offer"})
    assert site.pages["/offer"].title == "Next offer"
    assert "/offer" not in site.gone


def test_publish_date_is_stronger_than_date():
    """As in Hugo: a page with a `publishDate` waits for that, whatever its `date`."""
    late = post("date: 2020-01-01", f"publishDate: {NOON.isoformat()}")
    early = post("date: 2030-01-01", "publishDate: 2020-01-01")
    site = site_at(NOON - MINUTE, {"late.md": late, "early.md": early})
    assert set(site.pages) == {"/early"}
    page = site_at(NOON, {"late.md": late}).pages["/late"]
    assert page.created == page.updated == NOON, "it is published when it appears"


@pytest.mark.parametrize("offset", [-11, -8, 0, 5.5, 9, 13])
@pytest.mark.parametrize("written", ["2026-05-04", "2026-05-04 00:00", "May 4, 2026"])
def test_todays_post_is_there_today(offset, written):
    """Without a zone of the site the day begins when it begins for the author, wherever that is."""
    midnight = datetime(2026, 5, 4, tzinfo=timezone(timedelta(hours=offset)))
    files = {"a.md": by(offset, post(f"date: {written}"))}
    assert not site_at(midnight - MINUTE, files).pages
    assert site_at(midnight - MINUTE, files).next_change == midnight
    assert set(site_at(midnight, files).pages) == {"/a"}


def test_the_zone_of_the_site_is_stronger_than_the_authors():
    """Where the site is at home somewhere, its days begin there, whoever wrote the page."""
    files = {
        "_config.yml": "timezone: Asia/Tokyo\n",
        "_posts/2026-05-04-a.md": by(-8, post("title: A"), "_posts/2026-05-04-a.md"),
    }
    midnight = datetime(2026, 5, 4, tzinfo=timezone(timedelta(hours=9)))
    assert not site_at(midnight - MINUTE, files).recent
    assert len(site_at(midnight, files).recent) == 1


def test_of_an_unknown_author_the_commit_tells_the_clock_else_the_day_begins_early():
    """Without history of the file the commit's author counts; without any, the first place with that day."""
    file = Blob("a.md", "1" * 40, post("date: 2026-05-04").encode())
    tokyo = datetime(2026, 5, 1, tzinfo=timezone(timedelta(hours=9)))
    known = Snapshot(Commit("0" * 40, "", tokyo, ""), {"a.md": file})
    unknown = Snapshot(Commit("0" * 40, "", None, ""), {"a.md": file})
    for whole, hours in ((known, 9), (unknown, 14)):
        midnight = datetime(2026, 5, 4, tzinfo=timezone(timedelta(hours=hours)))
        assert not build(whole, SiteOptions(), None, midnight - MINUTE).pages
        assert build(whole, SiteOptions(), None, midnight).pages


def test_dates_of_changes_hold_nothing_back():
    """A page that was changed in the future, by a clock that goes wrong, is there."""
    files = {"a.md": post("updated: 2090-01-01"), "b.md": blob("b.md", "# B", day=50_000)}
    site = site_at(NOON, files)
    assert (set(site.pages), site.next_change) == ({"/a", "/b"}, None)


def test_a_site_that_shows_the_future_does():
    """`future: true` of Jekyll and `buildFuture` of Hugo show what is to come, at once."""
    files = {"_config.yml": "future: true\n", "_posts/2090-01-01-a.md": post("title: A")}
    site = site_at(NOON, files)
    assert (len(site.recent), site.next_change, site.held) == (1, None, ())


def test_without_a_moment_only_drafts_are_held():
    """A build that is not told the time shows all but drafts."""
    site = site_at(None, {"a.md": post("date: 2090-01-01"), "b.md": post("draft: true")})
    assert (set(site.pages), [held.reason for held in site.held]) == ({"/a"}, ["draft"])


def test_drafts_for_their_authors_eyes():
    """With `drafts` all is shown, each page with the reason for which readers do not see it."""
    files = {
        "a.md": post("draft: true"),
        "b.md": post(f"date: {(NOON + DAY).isoformat()}"),
        "c.md": post(f"expires: {(NOON - DAY).isoformat()}"),
        "d.md": post("title: D"),
    }
    site = site_at(NOON, files, drafts=True)
    assert {path: page.held for path, page in site.pages.items()} == {
        "/a": "draft", "/b": "future", "/c": "expired", "/d": "",
    }  # fmt: skip
    assert site.next_change == NOON + DAY
    later = site_at(NOON + DAY, files, site, drafts=True)
    assert later.pages["/b"].held == ""
    assert later == site_at(NOON + DAY, files, drafts=True)


def test_what_is_held_is_told():
    """The site lists what waits, by the file's path, with title, reason and moment."""
    soon = f"date: {(NOON + DAY).isoformat()}"
    files = {"b.md": post("title: B", soon), "a.md": post("title: A", "draft: true")}
    held = site_at(NOON, files).held
    assert [(one.path, one.title, one.reason, one.until) for one in held] == [
        ("a.md", "A", "draft", None),
        ("b.md", "B", "future", NOON + DAY),
    ]


def test_a_draft_changes_at_no_moment():
    """The date of a draft is no reason to wake up."""
    assert site_at(NOON, {"a.md": post("draft: true", "date: 2090-01-01")}).next_change is None


def test_the_next_change_is_the_first_of_all():
    """Of many pages that come and go the first moment counts; pages of one minute come together."""
    files = {f"{n}.md": post(f"date: {(NOON + DAY).isoformat()}") for n in range(20)}
    files["x.md"] = post(f"expires: {(NOON + HOUR).isoformat()}")
    files["y.md"] = post("date: 8999-12-31")
    site = site_at(NOON, files)
    assert site.next_change == NOON + HOUR
    after = site_at(NOON + HOUR, files, site)
    assert after.next_change == NOON + DAY
    assert len(site_at(NOON + DAY, files, after).pages) == 20


def test_a_held_page_gives_its_address_to_another():
    """What is not there yet takes no address away from what is."""
    files = {"a.md": post("url: /x", f"date: {(NOON + DAY).isoformat()}"), "b.md": post("url: /x")}
    site = site_at(NOON, files)
    assert site.pages["/x"].source.path == "b.md"
    assert not site.problems


def test_a_held_introduction_leaves_its_folder_without_one():
    """A folder's page that is still to come introduces nothing."""
    files = {"s/index.md": post("title: Soon", f"date: {(NOON + DAY).isoformat()}"), "s/a.md": "# A"}
    before = site_at(NOON, files)
    assert before.sections["/s"].index is None
    after = site_at(NOON + DAY, files, before)
    assert after.sections["/s"].title == "Soon"
    assert after == site_at(NOON + DAY, files)


def test_a_held_redirect_redirects_later():
    """A file that only leads elsewhere does so from its date on."""
    files = {"a.md": post("redirect: /b", f"date: {NOON.isoformat()}"), "b.md": "# B"}
    assert "/a" not in site_at(NOON - MINUTE, files).redirects
    assert site_at(NOON, files).redirects["/a"] == "/b"


def test_no_page_changes_its_identity_when_another_appears():
    """Of files of one commit the first has the original's id, also while it is not there yet."""
    files = {
        "a.md": blob("a.md", post(f"date: {NOON.isoformat()}")),
        "b.md": blob("b.md", "# B"),
        "c.md": blob("c.md", post("draft: true")),
    }
    before, after = site_at(NOON - MINUTE, files), site_at(NOON, files)
    ids = entry_uuids(before, before.recent), entry_uuids(after, after.recent)
    assert ids[0]["/b"] == ids[1]["/b"]
    assert ids[1]["/a"] == entry_uuid(after.uuid, EPOCH)


def test_what_does_not_change_stays_itself():
    """A turn of the pages costs what turns: every other page is the same object."""
    files = {f"{n}.md": f"# {n}" for n in range(5)} | {"x.md": post(f"date: {NOON.isoformat()}")}
    whole = snapshot(files)
    before = build(whole, SiteOptions(), None, NOON - MINUTE)
    again = build(whole, SiteOptions(), before, NOON - MINUTE / 2)
    after = build(whole, SiteOptions(), again, NOON)
    assert all(after.pages[path] is page for path, page in before.pages.items())
    assert after.pages.keys() - before.pages.keys() == {"/x"}
    assert again.names is before.names
    assert all(again.pages[path] is page for path, page in before.pages.items())
