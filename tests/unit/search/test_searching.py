"""What a search finds, in which order, and how it shows it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from snapshots import blob, site_of

from canopy.search import Found, Index, parse_query
from canopy.search import stores as rooms
from canopy.search.stores import Fields, FullText, Scan
from canopy.search.texts import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = {
    "Posts/arp.md": "---\ntitle: Address resolution\ntags: network, arp\nauthor: Hannes\n---\n"
    "Who has this address?\n\n## A cache of neighbours\n\nThe cache expires after a while.\n",
    "Posts/cache.md": "---\ntitle: The cache\ntags: memory\n---\nNo word on the network, only memory.\n",
    "Posts/deep/inner.md": "---\ntitle: Deeper\ntags: network\n---\nA neighbour of the network.\n",
    "Projects/tcp.md": "---\ntitle: Ströme übers Café\n---\nDie Straße führt zum Naïveté-Café.\n",
    "ja.md": "---\ntitle: 日本語の文書\n---\n私は東京都に住んでいます。Python入門も書きました。\n",
    "京都.md": "---\ntitle: 旅\n---\n京都は古い都です。\n",
    "ar.md": "---\ntitle: مرحبا\n---\nكَتَبَ الطالبُ رسالةً إلى المدرسة.\n",
    "ko.md": "---\ntitle: 한국어\n---\n서울에서 만나요.\n",
    "th.md": "---\ntitle: ไทย\n---\nสวัสดีครับยินดีต้อนรับ\n",
    "hi.md": "---\ntitle: हिन्दी\n---\nनमस्ते दुनिया\n",
    "el.md": "---\ntitle: Ελληνικά\n---\nΟ άνθρωπος και η ΘΆΛΑΣΣΑ.\n",
    "ranks.md": "---\ntitle: Ranks\n---\n"
    + "filler words here. " * 200
    + "Notes that run and are running.\n",
}
HOSTILE = [
    *(
        '"',
        '""',
        '" OR 1=1 --',
        "' OR 1=1",
        "NEAR(",
        "NEAR(a b, 5)",
        "*",
        "^cache",
        "title:cache",
        "a AND",
        "NOT",
    ),
    *(
        "(",
        ")",
        "{title} : x",
        "- -",
        "--",
        "+",
        "\\",
        "%",
        "\x00",
        "cache\x00network",
        "\ud800",
        "\udfff cache",
    ),
    *(
        "cache" * 2000,
        "a " * 5000,
        '"' * 10_000,
        "(" * 10_000,
        "-" * 10_000,
        "ﷺ" * 500,
        "\u202e",
        "\ue000s2f",
    ),
    *(
        "tag:",
        "section:",
        'tag:"',
        "section:/",
        "tag:tag:tag:",
        "-tag:x",
        "😀",
        "a\u0300" * 500,
        "page MATCH 'x'",
    ),
]


@pytest.fixture(scope="module", params=["FTS5", "scan"])
def index(request: pytest.FixtureRequest) -> Iterator[Index]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "scan":
            patch.setattr("canopy.search.index.open_store", Scan)
        made = Index()
        made.follow(site_of(FILES))
    yield made
    made.close()


def found(index: Index, text: str, *, most: int = 30) -> Found:
    answer = index.find(parse_query(text), most=most, seconds=20)
    assert answer is not None
    return answer


def paths(index: Index, text: str) -> list[str]:
    return [hit.path for hit in found(index, text).hits]


def test_this_python_has_full_text_search() -> None:
    """The scan is for others: here SQLite comes with FTS5."""
    assert isinstance(rooms.open_store(), FullText)


class TestWhatIsFound:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("expires", {"/Posts/arp"}),
            ("EXPIRES  while", {"/Posts/arp"}),
            ("expires memory", {"/Posts/arp", "/Posts/cache"}),
            ("neigh", {"/Posts/arp", "/Posts/deep/inner"}),
            ("cache neigh", {"/Posts/arp"}),
            ('"expires after"', {"/Posts/arp"}),
            ('"after expires"', set()),
            ('"expires aft', {"/Posts/arp"}),
            ("“expires after”", {"/Posts/arp"}),
            ("cache -memory", {"/Posts/arp"}),
            ('cache -"only memory"', {"/Posts/arp"}),
            ("hannes", {"/Posts/arp"}),
            ("expir* while", {"/Posts/arp"}),
            ("who-has", {"/Posts/arp"}),
            ("has-who", set()),
            ("running", {"/ranks"}),
            ("note runs", {"/ranks"}),
        ],
    )
    def test_words_phrases_beginnings_and_not(self, index: Index, text: str, expected: set[str]) -> None:
        """All words count, the last may be unfinished, a phrase is in order, a minus leaves out."""
        assert set(paths(index, text)) == expected

    @pytest.mark.parametrize(
        ("text", "path"),
        [
            *(("strome", "/Projects/tcp"), ("STRÖME", "/Projects/tcp"), ("ubers cafe", "/Projects/tcp")),
            *(("strasse", "/Projects/tcp"), ("naivete", "/Projects/tcp"), ("stro\u0308me", "/Projects/tcp")),
            *(
                ("東京", "/ja"),
                ("東京都", "/ja"),
                ("東", "/ja"),
                ("語", "/ja"),
                ("Python入門", "/ja"),
                ("門", "/ja"),
            ),
            *(("住んでい", "/ja"), ("古い都", "/京都"), ("旅", "/京都"), ("ｐｙｔｈｏｎ入", "/ja")),
            *(("كتب", "/ar"), ("الى المدرسه", "/ar"), ("رسالة", "/ar")),
            *(("서울", "/ko"), ("울에", "/ko"), ("ยินดี", "/th"), ("नमस्ते", "/hi"), ("दुनि", "/hi")),
            *(("ανθρωπος", "/el"), ("θαλασσα", "/el"), ("ΆΝΘΡΩΠΟΣ", "/el")),
        ],
    )
    def test_every_script(self, index: Index, text: str, path: str) -> None:
        """Accents, case and width don't matter; without spaces, any piece is found, even one sign."""
        assert paths(index, text) == [path]

    def test_a_piece_is_not_found_across_a_gap(self, index: Index) -> None:
        """`都に` and `東都` hold the signs of 東京都, but only what stands together is found."""
        assert paths(index, "都に") == ["/ja"]
        assert paths(index, "東都") == []
        assert set(paths(index, "京都")) == {"/ja", "/京都"}

    def test_sections_with_all_below_and_tags(self, index: Index) -> None:
        """A search in a place finds what lies there only; in the query or beside it."""
        assert set(paths(index, "network")) == {"/Posts/arp", "/Posts/cache", "/Posts/deep/inner"}
        assert set(paths(index, "section:/Posts/deep network")) == {"/Posts/deep/inner"}
        assert set(paths(index, "section:Posts neighbour")) == {"/Posts/arp", "/Posts/deep/inner"}
        assert set(paths(index, "tag:network neighbour")) == {"/Posts/arp", "/Posts/deep/inner"}
        assert set(paths(index, 'tag:"arp" neighbour')) == {"/Posts/arp"}
        beside = index.find(parse_query("network").within("/Posts", "memory"))
        assert beside is not None
        assert [hit.path for hit in beside.hits] == ["/Posts/cache"]
        assert paths(index, "section:/Post network") == []

    def test_some_of_the_words_when_no_page_has_all(self, index: Index) -> None:
        """Rather than nothing, what comes nearest, said so; what is unwanted stays away."""
        answer = found(index, "expires zzzzz")
        assert (answer.loose, [hit.path for hit in answer.hits]) == (True, ["/Posts/arp"])
        assert not found(index, "qqqqq zzzzz").loose
        assert paths(index, "expires zzzzz -neighbours") == []

    def test_nothing_is_asked_nothing_is_found(self, index: Index) -> None:
        """Only what is left out, or a place alone, is no question."""
        for text in ("", "   ", "-cache", "tag:network", "?!"):
            assert found(index, text) == Found(index.site)


class TestOrder:
    def test_a_title_counts_more_than_a_text(self, index: Index) -> None:
        """A page that is called so comes before one that only says so."""
        assert paths(index, "cache")[0] == "/Posts/cache"

    def test_tags_and_headings_count_more_than_a_text(self, index: Index) -> None:
        """`network` is a tag of two pages, and is only mentioned by the third."""
        assert paths(index, "network")[-1] == "/Posts/cache"

    def test_a_whole_word_comes_before_a_longer_one(self) -> None:
        """An unfinished word that is a word already means that first."""
        index = Index()
        index.follow(
            site_of({"a.md": "# A\n\nrungs of it", "b.md": "# B\n\nrung of it", "c.md": "# C\n\nrungs it"})
        )
        assert paths(index, "rung")[0] == "/b"

    def test_the_number_is_honest_beyond_what_is_shown(self, index: Index) -> None:
        """Few hits, and how many there are."""
        answer = found(index, "network", most=1)
        assert (len(answer.hits), answer.count) == (1, 3)


class TestPassages:
    def test_what_matches_is_marked(self, index: Index) -> None:
        """Odd pieces match, all together are the text."""
        [hit] = found(index, "expires neighbo").hits
        assert hit.title == ("Address resolution",)
        assert "expires" in hit.passage[1::2]
        [cafe] = found(index, "cafe").hits
        assert cafe.title == ("Ströme übers ", "Café", "")
        assert cafe.passage[1::2] == ("Café",)

    def test_a_passage_is_short_and_begins_near_what_matches(self, index: Index) -> None:
        """Deep in a long text, with an ellipsis before it."""
        [hit] = found(index, "running").hits
        text = "".join(hit.passage)
        assert text.startswith("… ")
        assert len(text) < 260
        assert hit.passage[1::2] == ("run", "running")

    def test_signs_are_marked_within_their_run(self, index: Index) -> None:
        """Of a sentence without spaces, only what was asked for."""
        [hit] = found(index, "東京都").hits
        assert hit.passage[:3] == ("私は", "東京都", "に住んでいます。Python入門も書きました。")
        [hit] = found(index, "Python入門").hits
        assert hit.passage[1::2] == ("Python", "入門")

    def test_the_text_is_as_one_reads_it(self) -> None:
        """Markup, addresses and comments are left out; code and the names of links stay."""
        body = (
            "## Über *alles*\n\n"
            "A [link](https://hidden.example/x), ![a picture](p.png), `code` and **bold**.\n"
            "<!-- secret --> <b id='hidden'>inner</b> [[P|alias]] [^1] fish &amp; chips\n\n> [!NOTE]\n"
            "> Mind it.\n\n- [x] done\n1. first\n\n| a | b |\n|---|---|\n| c | d |\n\n"
            "```python\n# no heading\nx = y['z']\n```\n\n"
            "Underlined\n==========\n\n[ref]: https://hidden.example\n"
        )
        page = site_of({"a.md": "---\ntitle: T\n---\n" + body}).pages["/a"]
        text = text_of(page)
        assert text.headings == "Über alles\nUnderlined"
        assert "hidden" not in text.body
        assert "secret" not in text.body
        lines = [line for line in text.body.split("\n") if line]
        assert lines[:3] == [
            "A link, a picture, code and bold. inner alias  fish & chips",
            "Mind it.",
            "done",
        ]
        assert lines[3:] == ["first", "a · b", "c · d", "# no heading", "x = y['z']"]

    def test_a_box_is_its_title_and_what_it_holds(self) -> None:
        """What opens and closes one is no word; code shows it as it is, and so does a sentence."""
        body = (
            'a\n\n!!! note "My Title"\n    b\n    c\n\n::: tip Why *not*\nd\n:::\n\n=== "Tab"\n\n    e\n\n'
            '```\n!!! note "f"\n```\ng ::: h\n\n!!! so much\n'
        )
        text = text_of(site_of({"a.md": "---\ntitle: T\n---\n" + body}).pages["/a"])
        assert [line for line in text.body.split("\n") if line] == [
            *("a", "My Title", "b c", "Why not", "d", "Tab", "e", '!!! note "f"', "g ::: h", "!!! so much"),
        ]

    def test_a_paragraph_is_one_line_however_it_was_broken(self) -> None:
        """Lines of one paragraph, item or quotation belong together, without spaces in Japanese."""
        body = "one\ntwo\n\n- a\n  b\n- c\n\n> q\n> r\n\n日本\n語\n\nTwo\nlines\n=====\n```\nx\ny\n```\nz\n"
        text = text_of(site_of({"a.md": "---\ntitle: T\n---\n" + body}).pages["/a"])
        assert [line for line in text.body.split("\n") if line] == [
            *("one two", "a b", "c", "q r", "日本語"),
            *("x", "y", "z"),
        ]
        assert text.headings == "Two lines"


class TestAnyInput:
    @pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
    def test_is_safe(self, index: Index, text: str) -> None:
        """Nothing that anybody types is an error, or finds more than it says."""
        answer = found(index, text)
        assert answer.count >= len(answer.hits)

    def test_operators_are_only_words(self, index: Index) -> None:
        """FTS5's own language is not spoken: `title:` is two words, `OR` a word."""
        assert paths(index, "title:cache") == []
        assert not found(index, "expires OR memory").hits or found(index, "expires OR memory").loose

    def test_takes_a_bounded_time(self, index: Index) -> None:
        """What takes longer than it may is given up."""
        with pytest.raises(TimeoutError):
            index.find(parse_query("cache network"), seconds=-1)

    def test_sqlite_is_interrupted(self) -> None:
        """A query that runs beyond its deadline within SQLite ends there, and the next one is answered."""
        store = FullText()
        store.put((n, Fields("word", "", "", "", "", "word " * 9, "")) for n in range(2000))
        with pytest.raises(TimeoutError):
            store.match(parse_query("word"), (), 30, 0.0, loose=False)
        assert store.match(parse_query("word"), (), 30, float("inf"), loose=False).total == 2000

    def test_many_words_are_cut(self) -> None:
        """A query is heeded up to 200 characters and twelve words."""
        query = parse_query("a b c d e f g h i j k l m n o p " * 100)
        assert len(query.text) <= 200
        assert len(query.wanted) == 12

    @pytest.mark.parametrize(
        "line", ["# " + "a " * 9000, "*" * 9000, "[" * 9000, "](" * 5000, "<a" * 5000, " " * 9000 + "{"]
    )
    def test_a_page_of_markup_is_read_in_linear_time(self, line: str) -> None:
        """Lines that patterns stumble over, as many as are searched of a page, don't outlast a test."""
        page = site_of({"a.md": "---\ntitle: T\n---\n" + (line + "\n") * 40}).pages["/a"]
        assert len(text_of(page).body) <= 800_000


class TestFollowing:
    def test_only_what_changed_is_read(self) -> None:
        """An edit reads one page; a new name of a section, its pages; a deletion none."""
        index = Index()
        files = {path: blob(path, text) for path, text in FILES.items()}
        first = site_of(files)
        assert index.follow(first) == len(first.shown)
        edited = files | {"Posts/arp.md": blob("Posts/arp.md", "---\ntitle: Else\n---\nquux", 0, updated=30)}
        second = site_of(edited, first)
        assert index.follow(second) == 1
        assert paths(index, "quux") == ["/Posts/arp"]
        assert "/Posts/arp" not in paths(index, "expires")
        third = site_of({path: text for path, text in edited.items() if path != "Posts/arp.md"}, second)
        assert index.follow(third) == 0
        assert paths(index, "quux") == []
        assert index.site is third

    def test_a_section_s_new_name_reaches_its_pages(self) -> None:
        """What lies in a section is found by the name that the section has now, though it did not change."""
        notes = {path: blob(path, text) for path, text in FILES.items()}
        index, first = Index(), site_of(notes | {"Posts/index.md": blob("Posts/index.md", "# Essays\n\nx")})
        index.follow(first)
        assert "/Posts/arp" in paths(index, "essays")
        index.follow(site_of(notes | {"Posts/index.md": blob("Posts/index.md", "# Tales\n\nx")}, first))
        assert "/Posts/arp" in paths(index, "tales")
        assert paths(index, "essays") == []

    def test_a_large_change_is_made_beside(self) -> None:
        """More than a few hundred changes make another index, and the result is the same."""
        index = Index()
        first = site_of({f"a/{n}.md": f"# N{n}\n\nold{n}" for n in range(300)})
        index.follow(first)
        index.follow(site_of({f"b/{n}.md": f"# N{n}\n\nnew{n}" for n in range(300)}, first))
        assert found(index, "new").count == 300
        assert paths(index, "old") == []

    def test_is_not_there_before_the_first(self) -> None:
        """Until a site was followed, there is no answer; an end in the middle leaves none."""
        index = Index()
        assert index.find(parse_query("x")) is None
        index.close()
        index.follow(site_of(FILES))
        assert index.find(parse_query("x")) is None

    def test_every_answer_is_of_one_site(self) -> None:
        """While sites alternate, threads that ask never see a page of the other."""
        sites = [
            site_of({f"{name}.md": f"# {name}\n\nword {name}" for name in names}) for names in ("abc", "xyz")
        ]
        index, wrong = Index(), []
        index.follow(sites[0])
        done = threading.Event()

        def ask() -> None:
            while not done.is_set():
                answer = found(index, "word")
                if {hit.path for hit in answer.hits} != set(answer.site.pages):
                    wrong.append(answer)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for turn in range(200):
            index.follow(sites[turn % 2])
        done.set()
        for thread in threads:
            thread.join()
        assert wrong == []
