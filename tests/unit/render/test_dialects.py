"""What other systems add to markdown, as readers get it."""

from __future__ import annotations

import pytest
from markup import read
from printing import drive
from snapshots import EPOCH, site_of

from canopy.content.dialects import Idiom
from canopy.content.links import resolve
from canopy.problem import Severity
from canopy.render.markdown import render_inline, render_markdown
from canopy.render.press import Press
from canopy.render.topics import moved_feed

LATER = 'loading="lazy" decoding="async"'


def html(text: str, dialect: str = "", *names: str) -> str:
    """Return the HTML of a text, its links as they were cut out."""
    return render_markdown(text, Idiom(dialect, names=names)).html(lambda link: link)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[[Note]]", '<a href="x-wiki:Note">Note</a>'),
        ("[[Note|words]]", '<a href="x-wiki:Note">words</a>'),
        ("[[Note#A Part|words]]", '<a href="x-wiki:Note#a-part">words</a>'),
        ("[[Note#One#Two]]", '<a href="x-wiki:Note#two">Note › One › Two</a>'),
        ("[[words|https://e.org/]]", '<a href="https://e.org/">words</a>'),
        ("[[https://e.org/]]", '<a href="https://e.org/">https://e.org/</a>'),
        ("[[#Here]]", '<a href="x-wiki:#here">Here</a>'),
        ("[[Note#^block]]", '<a href="x-wiki:Note">Note</a>'),
        ("*[[A b]]*", '<em><a href="x-wiki:A%20b">A b</a></em>'),
        ("![[p.png]]", '<img src="x-wiki:p.png" alt="p.png" loading="lazy" decoding="async">'),
        ("![[p.png|A cat|300]]", f'<img src="x-wiki:p.png" alt="A cat" width="300" {LATER}>'),
        ("![[p.png|30x20]]", f'<img src="x-wiki:p.png" alt="p.png" width="30" height="20" {LATER}>'),
        ("`[[Note]]`", "<code>[[Note]]</code>"),
        ("[[Note]](url)", '<a href="url">[Note]</a>'),
        ("[a [[Note]]](url)", '<a href="url">a Note</a>'),
    ],
)  # fmt: skip
def test_links_by_name(text: str, shown: str) -> None:
    """In a vault everything between double brackets is a link by name."""
    assert html(text, "obsidian") == f"<p>{shown}</p>\n"


def test_an_embedded_note_is_a_link_that_stands_by_itself() -> None:
    """Where its text will be put; so does what only Obsidian draws leave its name."""
    for board in ("Map.canvas", "List.base", "Sketch.excalidraw"):
        assert f'class="left-out">[{board}]' in html(f"![[{board}]]", "obsidian")
    assert read(html("![words](Note.md#Part)")) == read(html("![[Note.md#Part|words]]", "obsidian"))
    page = read(html("![[Note#Part]]", "obsidian"))
    assert [e.name for e in page.elements] == ["blockquote", "p", "a"]
    assert "<video" in html("![[film.mp4]]", "obsidian")
    assert "<audio" in html("![[a.mp3]]", "obsidian")


def test_a_table_may_hold_a_link_with_words() -> None:
    """A bar within a table is escaped, as Obsidian writes it."""
    shown = html("| a |\n|-|\n| [[Note\\|words]] |", "obsidian")
    assert '<td><a href="x-wiki:Note">words</a></td>' in shown


def test_elsewhere_only_names_of_notes_are_links() -> None:
    """Other brackets stay as they are, unless a note is called so; some wikis put the words first."""
    assert html("[[Note]] [[ -f x ]] a[[0]]", "", "Note") == (
        '<p><a href="x-wiki:Note">Note</a> [[ -f x ]] a[[0]]</p>\n'
    )
    assert html("[[Words|Note]]", "", "Note") == '<p><a href="x-wiki:Note">Words</a></p>\n'
    assert html("[[1]]\n\n[1]: u", "") == '<p>[<a href="u">1</a>]</p>\n'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n{: .b #c}", '<p class="b" id="c">a</p>'),
        ("{: .b}\na", '<p class="b">a</p>'),
        ("*a*{: .b}", '<p><em class="b">a</em></p>'),
        ("[a](u){:target=\"_blank\" .b}", '<p><a href="u" class="b">a</a></p>'),
        ("![a](u){: width=\"30\" height='2'}", f'<p><img src="u" alt="a" {LATER} width="30" height="2"></p>'),
        ("> a\n{: .b}", '<blockquote class="b">\n<p>a</p>\n</blockquote>'),
        ("- a\n- b\n{: .c}", '<ul class="c">\n<li>a</li>\n<li>b</li>\n</ul>'),
        ("* TOC\n{:toc}\n\na", "<p>a</p>"),
        ("1. x\n{:toc .b}\n\na", "<p>a</p>"),
        ("**x**{: .a}{: #b .c}", '<p><strong class="a c" id="b">x</strong></p>'),
        ("`{: .x}` {: .y}", "<p><code>{: .x}</code> {: .y}</p>"),
        ("a {:b} c", "<p>a {:b} c</p>"),
        ("a\n{: onclick=\"x\" style=\"y\"}", "<p>a</p>"),
    ],
)  # fmt: skip
def test_attribute_lists(text: str, shown: str) -> None:
    """Lists of attributes, as kramdown has them, give classes, ids and sizes, and are never shown."""
    assert html(text, "jekyll") == shown + "\n"


def test_attribute_lists_of_hugo() -> None:
    """Goldmark has them too, without a colon; braces of another kind are text."""
    assert html("a\n{.b style='x: y'}\n\n{ x y }", "hugo") == '<p class="b">a</p>\n<p>{ x y }</p>\n'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('<div markdown="1">\n{: .b}\n> *a*\n\n</div>', '<blockquote class="b">\n<p><em>a</em></p>'),
        ("<div markdown='block'>\n<p>\nS\n</p>\n{: .b }\n- TOC\n{:toc}\n</div>", "<p>\nS\n</p>"),
        ("<div>\n*a*\n</div>\n*b*\n", "<p><em>b</em></p>"),
        ("<div>\n*a*\n</div>", "*a*"),
    ],
)  # fmt: skip
def test_html_that_holds_markdown(text: str, shown: str) -> None:
    """An element with kramdown's attribute `markdown` holds some, and lists of attributes do not show."""
    page = html(text, "jekyll")
    assert shown in page
    assert "{:" not in page
    assert "TOC" not in page
    assert read(page).faults == []


def test_a_heading_has_its_attributes() -> None:
    """Its id is the author's; `no_toc` keeps it out of the table of contents."""
    fragment = render_markdown("## A\n{: #b}\n\n## C\n{: .no_toc}\n", Idiom("jekyll"))
    assert [entry.id for entry in fragment.toc] == ["b"]


def test_attribute_lists_are_of_jekyll() -> None:
    """Where other systems are used, braces are an author's own."""
    assert html("a\n{: .b}", "hugo") == "<p>a\n{: .b}</p>\n"


def test_abbreviations() -> None:
    """A definition gives each later and earlier word its meaning, but not in code."""
    text = "HTML, `HTML`, *HTML*, XHTML\n\n*[HTML]: Hypertext <b>\n"
    shown = '<abbr title="Hypertext &lt;b&gt;">HTML</abbr>'
    assert html(text) == f"<p>{shown}, <code>HTML</code>, <em>{shown}</em>, XHTML</p>\n"


def test_a_link_within_a_text_leads_to_the_heading_that_is_meant() -> None:
    """Other generators derive ids in other ways; a place that is not there is told to its author."""
    text = "## 1. The C++ *Part*\n\n[a](#the-c-part) [b](#1-the-c-part) [c](#The_C-Part) [d](#top) [e](#)\n\n"
    fragment = render_markdown(text + "[f](#gone) and a note[^1]\n\n[^1]: N\n")
    assert fragment.links[1:6] == (*("#1-the-c-part",) * 3, "#top", "#")
    assert [(line, reason) for line, reason, _ in fragment.warnings] == [
        (5, "nothing on this page is called 'gone'")
    ]
    vault = render_markdown("## A B\n\n[[#A B]] [[#Nope]]\n", Idiom("obsidian"))
    assert vault.links[1:] == ("#a-b", "x-wiki:#nope")
    assert [(line, reason) for line, reason, _ in vault.warnings] == [
        (3, "nothing on this page is called 'Nope'")
    ]


def test_a_link_to_the_title_leads_to_the_top() -> None:
    """A heading that only repeats the title is no part of the text, and still may be linked."""
    page, problems = printed({"a.md": "# My Tool\n\n- [My Tool](#my-tool)\n- [x](#x)\n\n## X\n"}, "/a")
    assert '<a href="#">My Tool</a>' in page
    assert problems == []


def test_callouts() -> None:
    """Every kind of Obsidian's is shown; one with a sign after it folds."""
    shown = html("> [!question]- Why?\n> So.", "obsidian")
    assert shown.startswith('<details class="alert alert-note">\n<summary class="alert-title">Why?</summary>')
    assert '<details class="alert alert-caution" open' in html("> [!bug]+\n> x", "obsidian")
    assert ">Own kind</p>" in html("> [!own-kind] Own kind\n> x", "obsidian")
    assert "<blockquote>" in html("> [!own]\n> x")


def test_a_query_leaves_a_placeholder_and_a_warning() -> None:
    """A list that only a plugin of Obsidian's can make is not shown as code."""
    fragment = render_markdown("a\n\n```dataview\nLIST\n```\n", Idiom("obsidian"))
    assert "LIST" not in fragment.parts[0]
    assert fragment.warnings == ((4, "a dataview query is not run", "write its result as a list"),)
    assert "LIST" in html("```dataview\nLIST\n```")


def test_kramdowns_dollars_within_a_sentence_are_a_formula_of_the_sentence() -> None:
    """Two dollars are all that kramdown knows; by themselves they make a display."""
    assert "display" not in html("a $$x$$ b", "jekyll")
    assert "display" in html("a $$x$$ b")
    assert "display" in html("$$x$$", "jekyll")


def test_a_summary_is_understood_too() -> None:
    """What is shown of a text elsewhere has the same links and no tags."""
    idiom = Idiom("jekyll", (("site.title", "T"),))
    assert render_inline("{{ site.title }} *x*{% comment %}y{% endcomment %}", idiom).parts == (
        "T <em>x</em>",
    )


FILES = {
    "index.md": "# Home",
    "a.md": "# A\n\n[[b]] [[nobody]]\n\nsee [[b|B]] and [x](nowhere.md)\n",
    "b.md": "# B",
}


def printed(files: dict[str, str], path: str, **options: str) -> tuple[str, list[str]]:
    """Return a page and its problems."""
    press = Press(memory=1 << 20)
    edition = press.edition(site_of(files, **options), EPOCH)
    page = drive(press.print(edition, path)).identity.body
    return page.decode(), [f"{p.line} {p.severity} {p.reason}" for p in edition.findings.get(path, ())]


def test_a_page_links_its_neighbours_by_name() -> None:
    """Names are resolved where a page is shown; the others stay words, and a broken link is a problem."""
    page, problems = printed(FILES, "/a")
    assert '<a href="/b">b</a> [[nobody]]' in page
    assert '<a href="/b">B</a>' in page
    assert problems == [f"5 {Severity.WARNING} the link to 'nowhere.md' leads nowhere"]


def test_a_broken_link_names_what_may_be_meant() -> None:
    """The cure is the note whose name is nearest, where one is near; a common folder is not enough."""
    files = {
        "a.md": "[x](configuraton.md)\n\n[y](zzz.md)\n\n[z](notebook/papers.md)\n",
        "guide/configuration.md": "C",
        "notebook/opam.md": "D",
    }
    press = Press(memory=1 << 20)
    edition = press.edition(site_of(files), EPOCH)
    drive(press.print(edition, "/a"))
    assert [problem.cure for problem in edition.findings["/a"]] == [
        "perhaps guide/configuration.md is meant; else add the file it means",
        "correct the target, or add the file it means",
        "correct the target, or add the file it means",
    ]


def test_the_feeds_of_other_generators_are_no_broken_links() -> None:
    """Every address from which a feed moved is one that a note may link."""
    site = site_of({"a.md": "A", "b/c.md": "C"})
    page = site.pages["/a"]
    for path in ("/atom.xml", "/feed", "/feed.json", "/rss", "/index.xml", "/b/index.xml", "/b/feed.xml"):
        assert moved_feed(site, path)
        assert resolve(site, page, path).path == path


def test_a_site_of_jekylls_shows_what_its_settings_say() -> None:
    """A value of `_config.yml` is shown by name; a change of it changes the pages that show it."""
    files = {
        "_config.yml": "title: T\nmy-tool:\n  name: Loom\n",
        "a.md": "---\ntitle: A\n---\n{{ site.my-tool.name }}!\n",
    }
    press = Press(memory=1 << 20)
    site = site_of(files)
    first = drive(press.print(press.edition(site, EPOCH), "/a.html")).identity.body
    assert b"<p>Loom!</p>" in first
    site = site_of({**files, "_config.yml": files["_config.yml"].replace("Loom", "Mill")}, site)
    assert b"<p>Mill!</p>" in drive(press.print(press.edition(site, EPOCH), "/a.html")).identity.body


def test_a_tag_in_a_text_leads_to_its_pages() -> None:
    """In a vault a tag is a link to what else has it."""
    page, problems = printed({".obsidian/app.json": "{}", "a.md": "A #Big/one here\n"}, "/a")
    assert '<a href="/tags/Big/one">#Big/one</a> here' in page
    assert problems == []
    assert html("#one") == "<p>#one</p>\n"


def test_a_new_note_makes_a_link_of_its_name() -> None:
    """Equal texts are rendered anew when a name in them comes to mean something."""
    assert "[[nobody]]" not in printed({**FILES, "deep/Nobody.md": "x"}, "/a")[0]


def test_every_element_that_asks_for_markdown_gets_it() -> None:
    """However many there are in one text; thousands in one block are cheap, and still blocks."""
    shown = html("<div markdown=1>\n*x*\n</div>\n" * 700, "jekyll")
    assert shown.count("<em>x</em>") == 700
    assert html("<div markdown=1>\n" * 5000, "jekyll").count("<div>") == 5000
