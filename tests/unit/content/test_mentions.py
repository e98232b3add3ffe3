"""Which pages mention which, and in what words; which are on the same subjects."""

from __future__ import annotations

from pathlib import Path

import pytest
from snapshots import blob, site_of, snapshot, snapshot_of_folder

from canopy.content.links import resolve
from canopy.content.lookups import keys_of
from canopy.content.outlinks import excerpt, find_links
from canopy.content.related import COMMON, related_pages
from canopy.content.site import build
from canopy.content.values import Site, SiteOptions


def targets(text: str) -> list[str]:
    """Return the targets of the links that are found in a text."""
    return [link.target for link in find_links(text)]


def mentioned(site: Site) -> dict[str, list[str]]:
    """Return the paths of mentioning pages, in their order, by the path of what they mention."""
    return {path: [mention.page.path for mention in found] for path, found in site.mentions.items()}


def sentence(text: str) -> tuple[str, str, str]:
    """Return the words around the first link of a text."""
    return excerpt(text, find_links(text)[0])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See [this](a.md) and [that](<b c.md> 'T').", ["a.md", "b c.md"]),
        ("[one](a_(b).md) ![p](x.png)", ["a_(b).md", "x.png"]),
        ("See [this][x].\n\n[x]: a.md\n[^n]: no.md", ["a.md"]),
        ("See [this].\n\n[this]: <a.md>", ["a.md"]),
        ("[[A note]] and [[b#Part|words]] and ![[c]]", ["x-wiki:A%20note", "x-wiki:b", "x-wiki:c"]),
        ('An <a class="x" href="a.md">element</a>.', ["a.md"]),
        ("[here](#part) and [mail](mailto:a@b.example)", []),
        ("`[code](a.md)` and ``[[b]]``", []),
        ("```\n[code](a.md)\n```\n\n[text](b.md)", ["b.md"]),
        ("~~~\n[code](a.md)\n~~~\n\n[text](b.md)", ["b.md"]),
        ("````\n```\n[code](a.md)\n````\n[text](b.md)", ["b.md"]),
        ("Text.\n\n    [code](a.md)\n\n[text](b.md)", ["b.md"]),
        (
            '!!! note\n\n    [a](a.md)\n\n=== "T"\n\n    [b](b.md)\n\n:::tip\n[c](c.md)\n:::',
            ["a.md", "b.md", "c.md"],
        ),
        ("<!-- [hidden](a.md) -->\n\n[text](b.md)", ["b.md"]),
        ("`a` [text](b.md) `c` [more](d.md)", ["b.md", "d.md"]),
        ("- item\n\n    [in the list](a.md)", ["a.md"]),
        ("No link at all: a](b, [c], <d>", []),
    ],
)
def test_links_are_found_and_code_is_not_read(text: str, found: list[str]) -> None:
    """Every way to write a link counts, but where an author only shows one."""
    assert targets(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "](" * 100_000,
        "](<" * 70_000,
        "[a](" * 50_000,
        "[[a|" * 50_000,
        "`" * 50_000 + "[a](b)" + " ` " * 50_000,
        "[a]: " * 40_000,
        "<a href=" * 25_000,
        "[x](a.md) " * 20_000,
        "[x](" + "(" * 100_000 + ")",
    ],
    ids=range(10),
)
def test_hostile_texts_are_read_to_their_end(text: str) -> None:
    """What a pattern could get lost in is bounded: 200 KB like these would take minutes if it were not."""
    links = find_links(text)
    assert len(links) <= 2000
    assert all(len(part) <= 200 for link in links[:10] for part in excerpt(text, link))


def test_the_sentence_around_a_link() -> None:
    """As plain text, cut between words, with the words of the link apart."""
    assert sentence("It is *well [said](a.md) here*, I `think`.") == (
        "It is well ",
        "said",
        " here, I think.",
    )
    assert sentence("# Title\n\nBefore.\n\n- one\n- see [two](a.md)\n  there\n- three") == (
        "see ", "two", " there",
    )  # fmt: skip
    before, words, after = sentence("word " * 60 + "[a **bold** one](a.md)" + " more" * 60)
    assert words == "a bold one"
    assert before.startswith("…word")
    assert after.endswith("more…")
    assert max(len(before), len(after)) <= 92


def test_a_link_that_stands_alone_has_no_sentence() -> None:
    """Neither has one in a table."""
    assert sentence("- [alone](a.md)\n- [other](b.md)") == ("", "alone", "")
    assert sentence("| a | b |\n|---|---|\n| [x](a.md) | y |") == ("", "x", "")


def test_the_words_of_a_link_that_is_defined_below() -> None:
    """The sentence is the one that uses the definition."""
    assert sentence("So [they say][x], twice.\n\n[x]: a.md") == ("So ", "they say", ", twice.")


def test_every_way_to_link_is_a_mention_newest_first() -> None:
    """Relative, absolute, by name, through an old address; each page once, itself never."""
    site = site_of(
        {
            "a.md": "---\naliases: [/old]\n---\nA, see [me](a.md)\n",
            "deep/b.md": "[x](../a.md) and [again](/a)",
            "c.md": "[[a]]",
            "d.md": "[x](/old#part)",
            "e.md": "[x](nowhere.md) and [out](https://example.org/a)",
            "f.md": "---\ndraft: true\n---\n[x](a.md)",
            "g.md": "[x](http://127.0.0.1:8080/a)",
        }
    )
    assert mentioned(site) == {"/a": ["/g", "/d", "/c", "/deep/b"]}


def test_the_introduction_of_a_folder_does_not_mention_its_notes() -> None:
    """It lists them, and a reader of one knows where it lies; elsewhere it is a text like others."""
    site = site_of(
        {
            "posts/index.md": "[a](a.md) and [b](../b.md)",
            "posts/a.md": "A",
            "b.md": "B, in [posts](posts/)",
            "README.md": "[all](posts/a.md) [b](b.md)",
        }
    )
    assert mentioned(site) == {"/b": ["/posts"], "/posts": ["/b"]}


def test_what_other_systems_write_is_understood() -> None:
    """Jekyll's and Hugo's ways to name a page are links, too."""
    jekyll = site_of(
        {
            "_config.yml": "title: T\n",
            "_posts/2020-01-01-one.md": "---\ntitle: One\n---\nA",
            "_posts/2020-01-02-two.md": "---\ntitle: Two\n---\nSee [it]({% post_url 2020-01-01-one %}).",
        },
        convention="jekyll",
    )
    [(path, [mention])] = jekyll.mentions.items()
    assert (jekyll.pages[path].title, mention.page.title) == ("One", "Two")
    hugo = site_of(
        {
            "content/a.md": "+++\ntitle = 'A'\n+++\nA",
            "content/b.md": '+++\ntitle = "B"\n+++\n[a]({{< ref "a.md" >}})',
        },
        convention="hugo",
    )
    assert [m.page.title for found in hugo.mentions.values() for m in found] == ["B"]


def test_an_edit_costs_what_it_changed() -> None:
    """Mentions that did not change are the same objects; the result is that of a build from nothing."""
    files = {f"n{n}.md": blob(f"n{n}.md", f"[x](n{(n + 1) % 5}.md)", n) for n in range(5)}
    first = build(snapshot(files), SiteOptions())
    files["n0.md"] = blob("n0.md", "[x](n3.md) now", 0)
    second = build(snapshot(files), SiteOptions(), first)
    assert second.mentions == build(snapshot(files), SiteOptions()).mentions
    assert mentioned(second) == {"/n2": ["/n1"], "/n3": ["/n2", "/n0"], "/n4": ["/n3"], "/n0": ["/n4"]}
    for path in ("/n0", "/n2", "/n4"):
        assert second.mentions[path] is first.mentions[path]


def test_an_introduction_that_changes_leaves_its_notes_alone() -> None:
    """Whoever lists all notes is edited often: no note is told of it."""
    files = {"a.md": "A", "b.md": "[x](a.md)", "README.md": "[x](a.md) [y](b.md)"}
    first = site_of(files)
    second = site_of(files | {"README.md": "[x](a.md) and [y](b.md)"}, first)
    assert second.mentions["/a"] is first.mentions["/a"]


def test_a_page_that_comes_or_goes_changes_where_links_lead() -> None:
    """A link that led nowhere is a mention once there is something, and none when it is gone."""
    files = {"a.md": "[x](b.md) and [[Elsewhere]]", "c.md": "C"}
    without = site_of(files)
    assert without.mentions == {}
    more = files | {"b.md": "B", "deep/elsewhere.md": "E"}
    site = site_of(more, without)
    assert mentioned(site) == {"/b": ["/a"], "/deep/elsewhere": ["/a"]}
    assert site_of(files, site).mentions == {}


def test_related_pages_share_rare_tags() -> None:
    """What few have counts most, then the newer; what a hundred have says nothing."""
    files = {
        "a.md": "---\ntags: [rare, some, all]\n---\nA",
        "rare.md": "---\ntags: [rare]\n---\nR",
        "both.md": "---\ntags: [rare, some]\n---\nB",
        **{f"some{n}.md": "---\ntags: [some]\n---\nS" for n in range(6)},
        **{f"all{n}.md": "---\ntags: [all]\n---\nX" for n in range(COMMON)},
    }
    site = site_of(files)
    paths = [page.path for page in related_pages(site, site.pages["/a"])]
    assert paths == ["/both", "/rare", "/some5", "/some4"]
    assert related_pages(site, site.pages["/a"], {"/both"})[0].path == "/rare"
    assert related_pages(site, site.pages["/all1"]) == ()


def test_pages_are_related_by_category_too() -> None:
    """Jekyll's blogs have categories where others have tags."""
    files = {f"{name}.md": "---\ncategories: [one]\n---\nX" for name in "ab"} | {"c.md": "C"}
    site = site_of(files)
    assert [page.path for page in related_pages(site, site.pages["/a"])] == ["/b"]
    assert related_pages(site, site.pages["/c"]) == ()


def test_links_elsewhere_are_left_out_where_the_site_is_at_home() -> None:
    """Of absolute URLs only those count that begin as the site's own do, in whatever case."""
    text = "[a](https://one.example/p) [b](HTTPS://Example.org/q) <a href='http://x.org'>c</a> [d](e.md)"
    assert [link.target for link in find_links(text, ("example.org",))] == ["HTTPS://Example.org/q", "e.md"]
    assert [link.target for link in find_links(text, ())] == ["e.md"]


def test_a_new_home_is_heeded_by_the_next_build() -> None:
    """Where the settings name another URL of the site, links there are mentions, incrementally too."""
    post = "---\n---\n[b](https://two.example/b)\n"
    files = {
        "_config.yml": "url: https://one.example\n",
        "_posts/2020-01-01-a.md": post,
        "b.md": "---\n---\nB\n",
    }
    before = build(snapshot(files), SiteOptions())
    assert "/b.html" not in mentioned(before)
    files["_config.yml"] = "url: https://two.example\n"
    assert mentioned(build(snapshot(files), SiteOptions(), before))["/b.html"] == ["/2020/01/01/a.html"]


SITES = Path(__file__).parents[2] / "sites"


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SITES.glob("*/repository")))
def test_a_link_is_found_as_on_its_own_page(name: str) -> None:
    """What is found once for all pages, where a link from the top leads, is what each page would find."""
    options = SiteOptions(root="data") if name == "mirage" else SiteOptions()
    site = build(snapshot_of_folder(SITES / name / "repository"), options)
    assert site.memo is not None
    for outward in site.memo.web.outward.values():
        page, targets = outward.page, [link.target for link in outward.links]
        reached = [resolve(site, page, target) for target in targets]
        assert [path for _, path in outward.ways] == [
            target.path if target.kind == "internal" else "" for target in reached
        ]
        assert outward.keys == frozenset().union(*(keys_of(site, page, target) for target in targets))
