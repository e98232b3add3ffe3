"""Editions: what is taken over from one to the next, and that bytes never depend on how they came to be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import site_of

from canopy.render.press import Press
from canopy.render.workers import RenderCrashed, RenderTimeout

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Generator

    from canopy.content.values import Site
    from canopy.render.edition import Edition
    from canopy.render.jobs import Job
    from canopy.render.representation import Representation

T = TypeVar("T")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FILES: dict[str, str | bytes] = {
    ".config/blog_name": "Notes",
    "Index": "---\ntitle: Home\n---\nSee [a](Posts/a) and [lost](Posts/missing).\n",
    "Posts/a": "---\ntitle: A\ntags: x\n---\nBody of a, see [b](b).\n",
    "Posts/b": "---\ntitle: B\ntags: x, y\n---\nBody of b, [lost](nowhere).\n",
    "Posts/c": "---\ntitle: C\n---\nBody of c.\n",
    "Talks/d": "---\ntitle: D\ntags: y\n---\nBody of d, see [c](../Posts/c).\n",
    "style.css": "body { color: red }\n" * 40,
}


def drive(steps: Generator[Job, Any, T], run: Callable[[Job], Any] | None = None) -> T:
    """Carry out what a press asks for in this very process."""
    try:
        job = next(steps)
        while True:
            try:
                result = run(job) if run else job.function(*job.arguments)
            except (RenderTimeout, RenderCrashed) as exc:
                job = steps.throw(exc)
            else:
                job = steps.send(result)
    except StopIteration as stop:
        value: T = stop.value
        return value


def paths_of(edition: Edition) -> list[str]:
    """Return all that can be asked for."""
    site = edition.site
    terms = [term.path for term in site.terms.values()]
    return ["/", "/atom", *site.pages, *(p for p in site.sections if p != "/"), *terms, *site.assets] + (
        ["/tags"] if terms else []
    )


def print_all(press: Press, edition: Edition, paths: list[str] | None = None) -> dict[str, Representation]:
    """Print everything, in an order."""
    return {path: drive(press.print(edition, path)) for path in paths or paths_of(edition)}


def bodies(printed: dict[str, Representation]) -> dict[str, tuple[bytes, bytes]]:
    """Return the bytes and entity tags."""
    return {path: (r.identity.body, r.identity.etag) for path, r in printed.items()}


def published(press: Press, files: dict[str, str | bytes], before: Site | None, day: int) -> Edition:
    """Publish files, `day` days after the first edition."""
    return press.edition(site_of(files, before), NOW + timedelta(days=day))


def test_an_edit_prints_only_what_depends_on_it() -> None:
    """An edit of one page re-renders its page, its lists and the feed; all else is the same object."""
    press = Press(memory=1 << 24)
    first = published(press, FILES, None, 0)
    old = print_all(press, first)
    second = published(press, {**FILES, "Talks/d": FILES["Talks/d"] + "More.\n"}, first.site, 1)  # type: ignore[operator]
    new = print_all(press, second)
    changed = {path for path in new if new[path] is not old[path]}
    assert "/Talks/d" in changed
    # The sentence in which it mentions c goes on.
    assert changed <= {"/Talks/d", "/Talks", "/tags/y", "/", "/atom", "/Posts/c"}
    for path in changed:
        assert new[path].modified == NOW + timedelta(days=1)
    for path in set(new) - changed:
        assert new[path].modified == NOW


def test_forms_of_one_second_have_one_date_at_most() -> None:
    """RFC 9110, 8.8.2.2: a date that two forms of a page share is no validator, so only the first has it."""
    press, seen, site = Press(memory=1 << 24), [], None
    for day, text in ((0, "One."), (0, "Two."), (0, "Three."), (1, "Four.")):
        edition = published(press, {**FILES, "Talks/d": f"---\ntitle: D\n---\n{text}\n"}, site, day)
        site = edition.site
        seen.append(print_all(press, edition, ["/Talks/d"])["/Talks/d"].modified)
    assert seen == [NOW, None, None, NOW + timedelta(days=1)]


def test_what_did_not_change_is_not_even_looked_at() -> None:
    """Publishing costs what the push changed: an unchanged page asks for no work at all."""
    press = Press(memory=1 << 24)
    first = published(press, FILES, None, 0)
    print_all(press, first)
    second = published(press, {**FILES, "Talks/d": "---\ntitle: D\ntags: y\n---\nOther.\n"}, first.site, 1)
    for path in ("/Posts/a", "/Posts/b", "/Posts", "/tags/x", "/style.css"):
        with pytest.raises(StopIteration):
            next(press.print(second, path))


def test_findings_outlive_the_push_of_another_page() -> None:
    """What rendering found wrong with a page stays known when another page is pushed."""
    press = Press(memory=1 << 24)
    first = published(press, FILES, None, 0)
    print_all(press, first)
    assert any("nowhere" in str(problem) for problem in first.problems)
    second = published(press, {**FILES, "Posts/c": "---\ntitle: C\n---\nOther.\n"}, first.site, 1)
    print_all(press, second)
    assert second.problems == first.problems


def test_the_sites_own_address_is_on_every_page() -> None:
    """A push that changes `.config/root` changes the canonical links and the feed's."""
    press = Press(memory=1 << 24)
    first = published(press, {**FILES, ".config/root": "https://one.example"}, None, 0)
    print_all(press, first)
    second = published(press, {**FILES, ".config/root": "https://two.example"}, first.site, 1)
    for path, printed in print_all(press, second).items():
        assert b"one.example" not in printed.identity.body, path
    assert b"https://two.example/Posts/a" in second.ready["/Posts/a"].identity.body


SETTINGS = [".config/root", ".config/index_page"]
EDITS = st.lists(
    st.tuples(
        st.sampled_from(
            [*FILES, "Posts/e", "Posts/missing", "New/n", ".config/root", ".config/index_page", "README.md"]
        ),
        st.sampled_from(
            [
                None,
                "---\ntitle: Other\ntags: z\n---\nSee [a](/Posts/a), [e](e) and [n](../New/n).\n",
                "---\ntitle: A\ntags: x\nslug: moved\n---\nBody.\n",
                "---\ntitle: Draft\ndraft: true\n---\nBody.\n",
                "redirect: /Posts/a\n",
                "https://x.example",
                "Posts",
                "plain words\n",
            ]
        ),
    ),
    max_size=5,
)


def test_addresses_as_others_write_them() -> None:
    """With `.html`, without it, as a file of an index, with `+` for spaces: it is the page that is meant."""
    files = {"walk.md": "W", "posts/a b.md": "B", "posts/c.md": "---\nurl: /posts/c.html\n---\n"}
    edition = Press(memory=1 << 24).edition(site_of(files), datetime(2016, 5, 4, tzinfo=UTC))
    for asked, target in {
        "/walk.html": "/walk",
        "/walk/index.html": "/walk",
        "/posts/a+b": "/posts/a%20b",
        "/posts/a+b.html": "/posts/a%20b",
        "/posts/c/": "/posts/c.html",
        "/posts/index.html": "/posts",
        "/nothing.html": None,
        "/walk": None,
    }.items():
        assert edition.redirect(asked) == target, asked


@settings(max_examples=40, deadline=None)
@given(EDITS, st.randoms(use_true_random=False))
def test_bytes_do_not_depend_on_how_they_came_to_be(edits: Any, chance: random.Random) -> None:
    """The same bytes ahead or on demand, after a restart, whatever the order and the editions before."""
    press, files, site = Press(memory=1 << 24), dict(FILES), None
    for day, (name, text) in enumerate([("Index", FILES["Index"]), *edits]):
        if text is None:
            files.pop(name, None)
        else:
            files[name] = text
        edition = published(press, files, site, day)
        site = edition.site
        paths = paths_of(edition)
        chance.shuffle(paths)
        printed = print_all(press, edition, paths if day % 2 == 0 else paths[: len(paths) // 2])
    paths = paths_of(edition)
    printed = print_all(press, edition, paths)
    fresh = Press(memory=1 << 24)
    anew = published(fresh, files, None, 0)
    assert bodies(print_all(fresh, anew)) == {path: bodies(printed)[path] for path in paths_of(anew)}
    assert set(anew.problems) == set(edition.problems)


def test_a_small_memory_forgets_and_prints_again() -> None:
    """With room for little, pages are forgotten and printed again, the same, and never more are kept."""
    press, large = Press(memory=4096), Press(memory=1 << 24)
    small, whole = published(press, FILES, None, 0), published(large, FILES, None, 0)
    assert bodies(print_all(press, small)) == bodies(print_all(large, whole))
    assert len(small.ready) < len(whole.ready)
    assert bodies(print_all(press, small)) == bodies(print_all(large, whole))


def test_a_page_that_takes_too_long_is_shown_as_its_source() -> None:
    """A page that exceeds its budget is shown plainly, with a problem; its neighbours are as ever."""
    press = Press(memory=1 << 24)
    edition = published(press, {**FILES, "Posts/bomb": "---\ntitle: Bomb\n---\nTICK *tock*\n"}, None, 0)

    def run(job: Job) -> Any:
        if job.function.__name__ == "render_fragments" and any("TICK" in r.text for r in job.arguments[0]):  # type: ignore[attr-defined]
            raise RenderTimeout("it took longer than 5 s")
        return job.function(*job.arguments)

    bomb = drive(press.print(edition, "/Posts/bomb"), run)
    assert b"TICK *tock*" in bomb.identity.body
    assert any(p.path == "Posts/bomb" and "longer than 5 s" in p.reason for p in edition.problems)
    listing = drive(press.print(edition, "/Posts"), run)
    assert b"Body of a" in listing.identity.body


def test_a_worker_that_died_once_costs_no_page() -> None:
    """A page whose worker was killed from outside is rendered by the next one, not shown as source."""
    press = Press(memory=1 << 24)
    edition = published(press, FILES, None, 0)
    deaths = iter([True, False, True])

    def run(job: Job) -> Any:
        if job.function.__name__ == "render_fragments" and next(deaths, False):
            raise RenderCrashed("it crashed or ran out of memory")
        return job.function(*job.arguments)

    printed = drive(press.print(edition, "/Posts/c"), run)
    assert b'class="plain"' not in printed.identity.body
    assert edition.findings == {}


def test_a_section_that_is_the_start_page_has_its_own_address_too() -> None:
    """What leads to `/Posts` leads somewhere, also in a copy for another web server."""
    site = site_of({".config/index_page": "Posts", "Posts/A": "title: a\nauthor: b\n---\nx"})
    press = Press(memory=10**7)
    made = press.edition(site, NOW)
    assert {"/", "/Posts", "/Posts/A"} <= set(print_all(press, made, list(made.addresses())))
