"""Open tabs change by themselves: real pushes, a real server, Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from notepads import Notepad, notepad

from browser.proxy import proxied

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser

PARAGRAPHS = [
    f"Passage {n} says what it has to say, in words enough to fill a line or two." for n in range(60)
]
COUNT_MUTATIONS = """() => {
  window.mutations = 0;
  const observer = new MutationObserver((records) => (window.mutations += records.length));
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}"""

# Passages are lit for a few seconds; a busy machine may look too late.
WATCH_LIGHT = """() => {
  window.lit = null;
  const options = { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] };
  new MutationObserver((_, observer) => {
    if (!document.querySelector(".fresh")) return;
    observer.disconnect();
    requestAnimationFrame(() => (window.lit = { animations: document.getAnimations().length }));
  }).observe(document, options);
}"""


def note(*paragraphs: str, title: str = "A note", more: str = "") -> str:
    """Return the text of a note."""
    return f"---\ntitle: {title}\n{more}---\n\n" + "\n\n".join(paragraphs) + "\n"


def long(**changed: str) -> str:
    """Return a long note in which passage `pN` is replaced, and something to unfold at its end."""
    passages = [changed.get(f"p{n}", text) for n, text in enumerate(PARAGRAPHS)]
    return note(*passages, "<details><summary>More</summary>\n\nUnfolded.\n\n</details>", title="Long")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    files: dict[str, str | bytes] = {
        "index.md": note("Welcome.", title="Notes"),
        "long.md": long(),
        "aside/other.md": note("Nothing happens here.", title="Other"),
        "posts/one.md": note("The first.", title="One", more="date: 2020-01-01\n"),
        "posts/two.md": note("The second.", title="Two", more="date: 2020-01-02\n"),
    }
    with notepad(tmp_path_factory.mktemp("live"), files) as made:
        yield made


def opened(context: Any, book: Notepad, path: str, url: str = "") -> Any:
    """Open a tab and wait until it follows."""
    tab = context.new_page()
    tab.goto((url or book.server.url) + path)
    tab.evaluate("window.marker = 'not reloaded'")
    book.server.wait_until(lambda state: state["readers"])
    return tab


def shows(tab: Any, text: str) -> None:
    """Wait until the tab's text contains `text`; it must not have been reloaded for that."""
    tab.wait_for_function("text => document.querySelector('main').innerText.includes(text)", arg=text)
    assert tab.evaluate("window.marker") == "not reloaded"


def settle(tab: Any) -> None:
    """Give a tab that must do nothing the time to do something."""
    tab.wait_for_timeout(400)


class TestAPush:
    def test_changes_all_tabs_that_show_the_page_and_no_other(self, book: Notepad, reader: Any) -> None:
        """Two tabs change without a reload; a third, on another page, neither asks nor changes."""
        context = reader()
        one, two, third = (opened(context, book, path) for path in ("/long", "/long", "/aside/other"))
        asked: list[str] = []
        settle(third)
        third.on("request", lambda request: asked.append(request.url))
        third.evaluate(COUNT_MUTATIONS)
        assert book.server.state()["readers"] == 1, "all tabs of a browser share one stream"
        book.push({"long.md": long(p3="This passage was written just now.")})
        for tab in (one, two):
            shows(tab, "This passage was written just now.")
        settle(third)
        assert third.evaluate("window.mutations") == 0
        # When a tab has been open for a while, it loads a script for later.
        assert [url for url in asked if "/-/assets/" not in url] == []
        assert context.complaints == []

    def test_leaves_the_reader_where_they_are(self, book: Notepad, reader: Any) -> None:
        """Scroll position, selection, focus and an open <details> stay, whatever grows above."""
        book.push({"long.md": long()})
        tab = opened(reader(viewport={"width": 390, "height": 700}), book, "/long")
        tab.evaluate(
            """() => {
              document.documentElement.style.scrollBehavior = "auto";
              document.querySelector(".prose details").open = true;
              const passage = [...document.querySelectorAll(".prose p")][30];
              passage.scrollIntoView();
              const range = document.createRange();
              range.setStart(passage.firstChild, 0);
              range.setEnd(passage.firstChild, 10);
              getSelection().removeAllRanges();
              getSelection().addRange(range);
              document.querySelector(".prose summary").focus({ preventScroll: true });
              window.read = passage;
            }"""
        )
        before = tab.evaluate("window.read.getBoundingClientRect().top")
        added = "A new passage that pushes all others down. " * 8
        rewritten = PARAGRAPHS[30].replace("a line or two", "three lines")
        book.push({"long.md": long(p2=f"{PARAGRAPHS[2]}\n\n{added}", p30=rewritten, p40="Rewritten.")})
        shows(tab, "Rewritten.")
        settle(tab)
        assert abs(tab.evaluate("window.read.getBoundingClientRect().top") - before) <= 1
        assert tab.evaluate("String(getSelection())") == "Passage 30"
        assert tab.evaluate("window.read.innerText") == rewritten
        assert tab.evaluate("document.querySelector('.prose details').open")
        assert tab.evaluate("document.activeElement.localName") == "summary"

    def test_is_seen_and_heard(self, book: Notepad, reader: Any) -> None:
        """Exactly the changed passages breathe, for a moment; a polite region says so, and the date."""
        book.push({"long.md": long()})
        tab = opened(reader(), book, "/long")
        tab.evaluate(
            """() => {
              window.breathed = [];
              document.addEventListener("animationstart", ({ target, animationName }) =>
                animationName === "breath" && window.breathed.push(target.innerText));
            }"""
        )
        book.push({"long.md": long(p1="The second is other.", p5=f"{PARAGRAPHS[5]}\n\nThis one is new.")})
        tab.wait_for_function("() => window.breathed.length === 2")
        assert tab.evaluate("window.breathed") == ["The second is other.", "This one is new."]
        tab.wait_for_function(
            "() => document.querySelector('[role=status]').innerText === 'This page was updated.'"
        )
        assert tab.inner_text(".opening .just-now") == "Updated just now"
        tab.wait_for_function("() => !document.querySelector('.fresh')")

    def test_moves_nothing_for_readers_who_want_no_motion(self, book: Notepad, reader: Any) -> None:
        """With reduced motion the text changes, and nothing is animated."""
        book.push({"long.md": long()})
        tab = opened(reader(reduced_motion="reduce"), book, "/long")
        tab.evaluate("document.addEventListener('animationstart', () => (window.animated = true), true)")
        tab.evaluate(WATCH_LIGHT)
        book.push({"long.md": long(p1="Changed without a motion.")})
        shows(tab, "Changed without a motion.")
        tab.wait_for_function("() => window.lit")
        assert tab.evaluate("window.lit.animations") == 0
        assert tab.evaluate("window.animated") is None

    def test_waits_with_its_light_until_the_tab_is_looked_at(self, book: Notepad, reader: Any) -> None:
        """A hidden tab changes at once, and shows what is new when its reader comes back."""
        book.push({"long.md": long()})
        context = reader()
        context.add_init_script(
            "window.away = false; Object.defineProperty(document, 'hidden', { get: () => window.away })"
        )
        tab = opened(context, book, "/long")
        tab.evaluate("window.away = true")
        book.push({"long.md": long(p1="Changed behind the reader's back.")})
        shows(tab, "Changed behind the reader's back.")
        settle(tab)
        assert tab.locator(".fresh").count() == 0
        tab.evaluate(WATCH_LIGHT)
        tab.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
        tab.wait_for_function("() => window.lit")

    def test_touches_only_what_is_new(self, book: Notepad, reader: Any) -> None:
        """What goes on goes on: a video before which something is inserted stays the same element."""
        video = '<video src="film.webm" controls></video>'
        book.push(
            {"film.md": note("Above.", video, "Below.", title="Film"), "film.webm": b"\x1a\x45\xdf\xa3"}
        )
        tab = opened(reader(), book, "/film")
        tab.evaluate("window.video = document.querySelector('video')")
        tab.evaluate(COUNT_MUTATIONS)
        book.push({"film.md": note("New.", "Also new.", "Above.", video, "Below.", title="Film")})
        shows(tab, "Also new.")
        assert tab.evaluate("window.video === document.querySelector('.prose video')")
        assert tab.evaluate("window.mutations") < 20


class TestAPage:
    def test_that_did_not_change_does_nothing(self, book: Notepad, reader: Any) -> None:
        """Asked whether anything is new, a page with everything on it finds no difference to itself."""
        everything = note(
            "## One\n\n```python\nprint(1)\n```\n\n## Two\n\n```\nplain\n```",
            "- [x] done\n- [ ] not\n\n| a | b |\n|---|---|\n| 1 | 2 |",
            "> [!NOTE]\n> Note[^1] $x^2$\n\n[^1]: Foot.",
            "<details><summary>S</summary>\n\nD\n\n</details>\n\n<img src=x.png>\n\n~~a~~ <kbd>b</kbd>",
        )
        known = "It is [all there](../all/everything.md)."
        book.push({"all/everything.md": everything, "elsewhere/known.md": note(known)})
        tab = opened(reader(), book, "/all/everything")
        tab.wait_for_selector(".copy", state="attached")
        settle(tab)
        tab.evaluate("document.querySelector('.prose details').open = true")
        tab.evaluate(COUNT_MUTATIONS)
        with tab.expect_response("**/everything") as asked:
            # What mentions it was edited, but the sentence that it shows of that was not.
            book.push({"elsewhere/known.md": note(known, "More.")})
        assert asked.value.ok
        settle(tab)
        assert tab.evaluate("window.mutations") == 0

    def test_that_lists_grows_its_new_entry(self, book: Notepad, reader: Any) -> None:
        """The entries that were there stay the same elements."""
        tab = opened(reader(), book, "/posts")
        tab.evaluate("window.entries = [...document.querySelectorAll('.entries li')]")
        book.push({"posts/three.md": note("The third.", title="Three", more="date: 2020-01-03\n")})
        shows(tab, "Three")
        assert tab.locator(".entries h2").all_inner_texts() == ["Three", "Two", "One"]
        assert tab.evaluate("window.entries.every((entry) => entry.isConnected)")

    def test_that_is_deleted_says_so_and_keeps_its_text(self, book: Notepad, reader: Any) -> None:
        """The notice has links to its place and its section; it goes when the page comes back."""
        book.push({"posts/short.md": note("Short-lived.", title="Short")})
        tab = opened(reader(), book, "/posts/short")
        book.push(delete="posts/short.md")
        tab.wait_for_selector(".notice")
        assert "has been deleted" in tab.inner_text(".notice")
        shows(tab, "Short-lived.")
        hrefs = tab.evaluate("[...document.querySelectorAll('.notice a')].map((a) => a.getAttribute('href'))")
        assert hrefs == [f"{book.server.url}/posts/short", f"{book.server.url}/posts"]
        tab.wait_for_function(
            "() => document.querySelector('[role=status]').innerText === 'This page was deleted.'"
        )
        book.push({"posts/short.md": note("Short-lived.", title="Short")})
        tab.wait_for_selector(".notice", state="detached")
        assert tab.evaluate("window.marker") == "not reloaded"

    def test_that_moved_goes_along(self, book: Notepad, reader: Any) -> None:
        """A renamed note leads on from its old address: the address bar shows the new one."""
        book.push({"before.md": note("It stays the same.", title="Moving")})
        tab = opened(reader(), book, "/before")
        book.push({"after.md": note("It stays the same.", title="Moving")}, delete="before.md")
        tab.wait_for_url("**/after")
        shows(tab, "It stays the same.")
        assert "has moved" in tab.inner_text(".notice")

    def test_that_was_replaced_by_another_tells_where_it_leads(self, book: Notepad, reader: Any) -> None:
        """If something else is at the new address, the reader keeps what they read."""
        book.push({"poem.md": note("Roses.", title="Poem")})
        tab = opened(reader(), book, "/poem")
        book.push({"prose.md": note("Violets.", title="Prose", more="aliases: [/poem]\n")}, delete="poem.md")
        tab.wait_for_selector(".notice")
        assert tab.inner_text(".notice a") == "Prose"
        assert tab.get_attribute(".notice a", "href") == f"{book.server.url}/prose"
        shows(tab, "Roses.")
        assert tab.url.endswith("/poem")

    def test_that_did_not_exist_appears(self, book: Notepad, reader: Any) -> None:
        """A 404 becomes the page, once that is written, with its title."""
        tab = opened(reader(), book, "/wanted")
        book.push({"wanted.md": note("Here I am.", title="Wanted")})
        shows(tab, "Here I am.")
        assert tab.title() == "Wanted – Notes"
        assert tab.locator("meta[name=robots]").count() == 0
        assert tab.get_attribute("link[rel=canonical]", "href").endswith("/wanted")

    def test_from_the_history_is_not_believed(self, book: Notepad, reader: Any) -> None:
        """A page that the browser kept for its back button asks whether it is still right."""
        book.push({"kept.md": note("As it was.", title="Kept")})
        tab = opened(reader(), book, "/kept")
        tab.goto(book.server.url + "/aside/other")
        book.push({"kept.md": note("As it is.", title="Kept")})
        tab.go_back()
        tab.wait_for_function("() => document.querySelector('main').innerText.includes('As it is.')")


class TestTheStream:
    def test_comes_back_after_a_restart_and_has_missed_nothing(self, book: Notepad, reader: Any) -> None:
        """What was committed while nobody served shows as soon as somebody does."""
        book.push({"long.md": long()})
        tab = opened(reader(), book, "/long")
        book.restart(between={"long.md": long(p0="Committed while the server was away.")})
        shows(tab, "Committed while the server was away.")

    @pytest.mark.parametrize(
        ("missing", "streams"),
        [
            ("delete window.SharedWorker", 1),
            ("delete window.SharedWorker; Object.defineProperty(navigator, 'locks', {value: undefined})", 2),
        ],
        ids=["a leader among the tabs", "each tab for itself"],
    )
    def test_needs_no_shared_worker(self, book: Notepad, reader: Any, missing: str, streams: int) -> None:
        """Tabs choose one that listens for all, or else each that is looked at listens."""
        book.push({"long.md": long()})
        context = reader()
        context.add_init_script(missing)
        one, two = opened(context, book, "/long"), opened(context, book, "/long")
        book.server.wait_until(lambda state: state["readers"] == streams)
        book.push({"long.md": long(p0="Heard without a worker.")})
        shows(one, "Heard without a worker.")
        shows(two, "Heard without a worker.")
        one.close()
        book.server.wait_until(lambda state: state["readers"] == 1)
        book.push({"long.md": long(p0="Heard by the tab that is left.")})
        shows(two, "Heard by the tab that is left.")

    def test_ends_with_the_last_tab(self, book: Notepad, reader: Any) -> None:
        """A browser that shows nothing of us costs nothing."""
        tab = opened(reader(), book, "/aside/other")
        tab.goto("about:blank")
        book.server.wait_until(lambda state: state["readers"] == 0)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Notepad, Any]]:
    """Run a notepad below a path, and the proxy that takes the path away."""
    files: dict[str, str | bytes] = {
        "index.md": note("Welcome.", title="Notes"),
        "a note.md": note("As it was.", title="Spaced"),
        "aside/other.md": note("Nothing happens here.", title="Other"),
    }
    with proxied("/my/notes") as proxy:
        folder = tmp_path_factory.mktemp("path")
        with notepad(folder, files, "--base-url", proxy.url) as made:
            proxy.upstream = made.server.port
            yield made, proxy


class TestBelowAPath:
    def test_a_push_shows_behind_a_proxy(self, site: tuple[Notepad, Any], reader: Any) -> None:
        """Where a proxy takes the path away, streams, paths and pages are found all the same."""
        book, proxy = site
        context = reader()
        tab = opened(context, book, "/a%20note", proxy.url)
        other = opened(context, book, "/aside/other", proxy.url)
        asked: list[str] = []
        settle(other)
        other.on("request", lambda request: asked.append(request.url))
        book.push({"a note.md": note("As it is.", title="Spaced")})
        shows(tab, "As it is.")
        settle(other)
        assert [url for url in asked if "/-/assets/" not in url] == []

    def test_a_push_between_the_page_and_the_stream_is_not_missed(
        self, site: tuple[Notepad, Any], reader: Any
    ) -> None:
        """The stream begins with the current edition, and the page knows that it is older."""
        book, proxy = site
        proxy.events.clear()
        tab = reader().new_page()
        tab.goto(proxy.url + "/aside/other")
        tab.evaluate("window.marker = 'not reloaded'")
        book.push({"aside/other.md": note("Pushed before the tab could hear.", title="Other")})
        proxy.events.set()
        shows(tab, "Pushed before the tab could hear.")

    def test_a_tab_that_was_sent_away_comes_again(self, site: tuple[Notepad, Any], reader: Any) -> None:
        """After a 503 a browser gives the stream up for good; the page doesn't."""
        book, proxy = site
        proxy.refusals = 1
        tab = reader().new_page()
        tab.goto(proxy.url + "/aside/other")
        tab.evaluate("window.marker = 'not reloaded'")
        book.push({"aside/other.md": note("Pushed to a full house.", title="Other")})
        shows(tab, "Pushed to a full house.")
        assert proxy.refusals == 0

    def test_a_cache_on_the_way_is_asked_again_when_its_copy_is_too_old(
        self, site: tuple[Notepad, Any], reader: Any
    ) -> None:
        """Where a CDN answers with the page as it was, the tab asks once more when that copy expires."""
        book, proxy = site
        tab = opened(reader(), book, "/aside/other", proxy.url)
        with proxy.cached("/aside/other", seconds=2):
            book.push({"aside/other.md": note("Pushed behind a cache.", title="Other")})
            shows(tab, "Pushed behind a cache.")
