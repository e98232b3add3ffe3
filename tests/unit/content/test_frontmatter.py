"""What a header is, and what its fields mean."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from snapshots import site_of

from canopy.content.frontmatter import grammar, interpret
from canopy.content.headers import read_header
from canopy.content.values import Author, FrontMatter


def page_of(text, path="note.md"):
    """Return the only page of a plain repository with one note."""
    site = site_of({path: text})
    (page,) = site.pages.values()
    return page


def problems_of(text):
    """Return (line, reason) of a single note's problems."""
    return [(problem.line, problem.reason) for problem in site_of({"note.md": text}).problems]


@pytest.mark.parametrize(
    "text",
    [
        '---\ntitle: "T"\ntags: [a, b]\n---\nBody\n',
        '+++\ntitle = "T"\ntags = ["a", "b"]\n+++\nBody\n',
        '{\n"title": "T",\n"tags": ["a", "b"]\n}\nBody\n',
        "title: T\ntags: a, b\n---\nBody\n",
        "\n\n---   \ntitle: T\ntags:\n- a\n- b\n...\nBody\n",
        "Title: T\nTags: a, b\n\nBody\n",
        "Title:  T  \nCopyright:\t2016 by nobody\nTags: a,\n    b\n\nBody\n",
    ],
)
def test_every_language_says_the_same(text):
    """YAML, TOML, JSON and the original's lines fill the same fields and leave the same body."""
    page = page_of(text)
    assert (page.title, page.tags, page.source.body) == ("T", ("a", "b"), "Body\n")
    assert text.split("\n")[page.source.body_line - 1] == "Body"


@pytest.mark.parametrize(
    "text",
    [
        "Note: a first line with a colon\n\nMore\n---\n",
        "Warning: this\n---\nis a heading by its underline",
        "Summary: prose\n---\nwithout a title",
        "Summary: of what follows\n\nMore",
        "Title: Hamlet\nHAMLET: To be\nOPHELIA: Good my lord\nGHOST: Mark me\n\nMore",
        "Title: T\n# A heading at once\n\nMore",
        "Tags: T\n- a list\n- of things\n\nMore",
        "Order: Coleoptera\nFamily: Carabidae\n\nMore",
        "title: T\nand prose\n---\nmore",
        "---\n\nProse after a thematic break.\n\n---\n\nMore.",
        "---\nOnly a break, never closed: really",
        "{% liquid %}\ntext",
        "{not json}\ntext",
        "+++\ntext",
        "https://example.org\n---\n",
    ],
)
def test_a_body_is_not_eaten(text):
    """A colon, a dash or a brace at the beginning of a text makes no header."""
    source = page_of(text).source
    assert source.front == FrontMatter()
    assert not source.problems
    first = text.strip().split("\n")[0]
    assert source.body.startswith(first) or source.title.startswith(first)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("---\ntitle: T\nnonsense here\n---\n", 3, "this line of the header is not `key: value`"),
        (
            "---\ntitle: T\nauthors:\n  - name: A\n   uri: x\n---\n",
            5,
            "the value of `authors` cannot be read as YAML",
        ),
        ("---\ntitle: T\ndate: 2024-13-45\n---\n", 3, "`date: 2024-13-45` is not a date"),
        ("---\ntitle: T\ndate: [1]\n---\n", 3, "`date: …` is not a date"),
        ("---\ntitle: T\ndraft: maybe\n---\n", 3, "`draft` is neither true nor false"),
        ('---\ntitle: T\nabstract: "open\n---\n', 3, "a quote that is not closed"),
        ("---\ntitle: T\nauthor: A\n", 1, "the header has no end"),
        ('+++\ntitle = "T"\nx = \n+++\n', 3, "the header is not valid TOML"),
        ('{\n"title": "T",\n"x": ?}\n', 3, "the header is not valid JSON"),
        ("---\ntitle: T\nlang: not a language!\n---\n", 3, "`lang` is not a language"),
        ("---\ntitle: T\nslug: ../../etc\n---\n", 3, "`slug` cannot be part of an address"),
        ("---\ntitle: T\ntags: {a: b}\n---\n", 3, "`tags` is not a list"),
        ("---\ntitle: T\nauthors: [{uri: x}]\n---\n", 3, "an author without a name"),
        (
            "---\nt: &a [1]\nauthors:\n- *a\n- *a\ntitle: T\n---\n",
            4,
            "the value of `authors` cannot be read as YAML",
        ),
    ],
)
def test_a_broken_header_is_a_problem_and_the_page_is_shown(text, line, reason):
    """A broken header gives a problem with exact line, reason and cure; no page is dropped."""
    site = site_of({"note.md": text + "Body\n"})
    assert [(p.path, p.line, p.reason) for p in site.problems] == [("note.md", line, reason)]
    assert all(p.cure for p in site.problems)
    assert site.pages["/note"].title == ("T" if "JSON" not in reason else "Note")


def test_one_wrong_line_does_not_spoil_the_others():
    """Fields beside a line that is not YAML keep their meaning, nested ones too."""
    text = "---\ntitle: SwarmKit: a talk\nauthors:\n- name: A\n  uri: https://a.example\ntags: [x, y]\n---\n"
    page = page_of(text)
    assert (page.title, page.authors) == ("SwarmKit: a talk", (Author("A", "https://a.example"),))
    assert page.tags == ("x", "y")
    assert not page.source.problems


def test_comments():
    """Outside Canopy's own convention `# …` after a value is a comment, but `#word` belongs to the title."""
    assert page_of("---\ntitle: Talk # TODO\n---\n").title == "Talk"
    assert page_of("---\n# a comment\ntitle: Talk in #ocaml\n---\n").title == "Talk in #ocaml"
    assert page_of('---\ntitle: "Quoted # all"   # comment\n---\n').title == "Quoted # all"
    assert page_of("---\ntitle: T\ndraft: false # not yet\n---\n").title == "T"


def test_pelican_and_blot():
    """Lines at the very top, down to a blank one, are a header without any row around them."""
    text = (
        "Title: My post: a test\nDate: 2010-12-03 10:20\nCategory: Python\nSlug: my-post\n"
        "Authors: A, B\n\nBody"
    )
    page = page_of(text)
    assert (page.title, page.path, page.source.body) == ("My post: a test", "/my-post", "Body")
    assert (page.source.front.categories, page.authors) == (("Python",), (Author("A"), Author("B")))
    assert page_of("Date: 2010-12-03\n\n# Only a date\n").title == "Only a date"
    assert page_of("Title: Alone\n").title == "Alone"


def test_zola():
    """Taxonomies and extras of Zola count as if they stood outside; other tables do not."""
    page = page_of(
        "+++\ntitle = 'T'\npath = 'there'\n[taxonomies]\ntags = ['a b', 'c']\ncategories = ['d']\n"
        "[extra]\nauthor = 'A'\nimage = 'x.png'\ndraft = true\ntags = ['e']\n[other]\nseries = 's'\n+++\n"
    )
    front = page.source.front
    assert (page.path, page.tags, front.categories) == ("/there", ("a b", "c"), ("d",))
    assert (page.authors, front.image, front.series) == ((Author("A"),), "x.png", ())


def test_hugo():
    """Hugo's fields in their own spelling, menus with entries, weights and tables of parameters."""
    front = page_of(
        "---\nlinkTitle: Short\nweight: 30\nsummary: S\nlastmod: 2020-01-01\nseries: [a]\n"
        "menus: {main: {weight: 2}, footer: {}}\ncover: {image: c.jpg, alt: x}\nparams: {author: A}\n---\n"
    ).source.front
    assert (front.short_title, front.weight, front.abstract, front.series) == ("Short", 30, "S", ("a",))
    assert (front.menu, front.image, front.authors) == (("main", "footer"), "c.jpg", (Author("A"),))
    assert front.updated == datetime(2020, 1, 1, tzinfo=UTC)
    named = page_of("---\nmenu: {main: {name: Short}}\n---\n").source.front
    assert (named.menu, named.short_title) == (("main",), "Short")


def test_aliases_of_texts():
    """YAML's alias of a text is that text; of a list or map, which could multiply, it is a problem."""
    page = page_of("---\ntitle: T\ntitles:\n  en: &EN About\n  en-GB: *EN\n---\n")
    assert (page.title, page.source.problems) == ("T", ())
    assert page_of("---\ntitle: T\na: &A [x]\nb:\n  - *A\n---\n").source.problems


def test_words_between_spaces():
    """Jekyll's tags and categories are words between spaces, its `category` is one; others have spaces."""
    header = read_header("---\ntags: a b\ncategory: c d\n---\n", grammar("p.md", comments=True))
    front, _ = interpret(header, "p.md", tradition="jekyll")
    assert (front.tags, front.categories) == (("a", "b"), ("c d",))
    assert interpret(header, "p.md")[0].tags == ("a b",)


def test_obsidian():
    """Links of Obsidian as values, and names of its own spelling."""
    front = page_of(
        "---\naliases: [Other name]\nauthor: '[[Ann]]'\ncover: ![[pic.png|200]]\nbanner: x\n"
        "cssclasses: wide\ntags: [a/b]\n---\n"
    ).source.front
    assert (front.aliases, front.authors, front.image) == (("Other name",), (Author("Ann"),), "pic.png")
    assert page_of("---\nauthor: [[Ann]]\ncover:\n  - [[a.png]]\n---\n").source.front.image == "a.png"
    assert not site_of({"a.md": "---\npublish: false\n---\n"}).pages


@pytest.mark.parametrize(
    "line", ["draft: true", "private: yes", "status: draft", "published: no", "publish: false"]
)
def test_every_way_to_hold_a_page_back(line):
    """However a page is said not to be for readers, it has no address."""
    assert not site_of({"a.md": f"---\ntitle: T\n{line}\n---\n"}).pages


@pytest.mark.parametrize(
    "line", ["draft: false", "private: no", "status: published", "published: 2020-01-01"]
)
def test_no_way_to_hold_a_page_back(line):
    """A page that is said to be for readers is."""
    assert page_of(f"---\ntitle: T\n{line}\n---\n").title == "T"


def test_a_link_to_elsewhere_is_no_address():
    """`url` of a page that comments on another is not its own address, and no fault."""
    page = page_of("---\nurl: https://example.org/x\n---\n")
    assert (page.path, page.source.problems) == ("/note", ())


def test_dates_are_in_the_zone_of_the_site():
    """A date without a zone is midnight where the site is at home, also when the clocks change."""
    header = read_header(
        "---\ndate: 2016-10-30 12:00\nupdated: 2016-10-31\n---\n", grammar("p.md", comments=True)
    )
    front, _ = interpret(header, "p.md", zone=ZoneInfo("Europe/Berlin"))
    assert front.date == datetime(2016, 10, 30, 11, tzinfo=UTC)
    assert front.updated == datetime(2016, 10, 30, 23, tzinfo=UTC)


def test_publish_date_is_an_appearance():
    """`publishDate` says from when on the page is there, and dates it where no `date` does."""
    front = page_of("---\npublishDate: 2016-05-04\nexpiryDate: 2030-01-01\n---\n").source.front
    assert front.date == front.appears == datetime(2016, 5, 4, tzinfo=UTC)
    assert front.expires == datetime(2030, 1, 1, tzinfo=UTC)
    assert page_of("---\ndate: 2016-05-04\n---\n").source.front.appears is None


@pytest.mark.parametrize(
    ("text", "weight", "order", "problems"),
    [
        ("order: 3", 3, "", []),
        ("order: title", None, "title", []),
        ("sort_by: update_date", None, "date", []),
        ("nav_order: 1.6", 2, "", []),
        ("weight: heavy", None, "", ["`weight` is not a number"]),
        ("order: sideways", None, "", ["`order` is no way to sort a section"]),
        ("weight: 1e999", None, "", ["`weight` is not a number"]),
    ],
)
def test_weight_and_order(text, weight, order, problems):
    """`order` is a weight when it is a number, and a way to sort when it is a word."""
    source = page_of(f"---\ntitle: T\n{text}\n---\n").source
    assert (source.front.weight, source.front.order) == (weight, order)
    assert [problem.reason for problem in source.problems] == problems


def test_mirage_www():
    """mirage-www: `subject`, `updated: 2013-9-9 14:00`, authors as maps, permalink as slug, description."""
    text = (
        "---\nupdated: 2013-9-9 14:00\nauthors:\n- name: Dave\n  uri: http://dave.example\n  email: d@x\n"
        "- name: Anil\n  email:\nsubject: 'A: B'\npermalink: a-slug\ndescription: What it is\n---\n\nBody\n"
    )
    site = site_of({"data/blog/file.md": text}, root="data")
    page = site.pages["/blog/a-slug"]
    assert (page.title, page.source.summary) == ("A: B", "What it is")
    assert page.authors == (Author("Dave", "http://dave.example"), Author("Anil"))
    assert page.updated == datetime(2013, 9, 9, 14, tzinfo=UTC) == page.created
    assert site.redirects == {"/blog/file.md": "/blog/a-slug", "/blog/file": "/blog/a-slug"}


def test_author_as_one_map_or_text():
    """`author:` is one map, a text or a list; `author_url` belongs to a sole author."""
    assert page_of("---\nauthor:\n  name: A\n  uri: https://a\n---\n").authors == (Author("A", "https://a"),)
    assert page_of("---\nauthor: A\nauthor_url: https://a\n---\n").authors == (Author("A", "https://a"),)
    assert page_of("---\nauthor: [A, B]\n---\n").authors == (Author("A"), Author("B"))
    assert page_of("---\nauthor: Ann <ann@example.org>, Bob, Jr.\n---\n").authors == (
        Author("Ann"),
        Author("Bob, Jr."),
    )
    assert page_of("---\nauthor: '[A](javascript:alert(1))'\n---\n").authors[0].url == ""


def test_published_is_a_date_or_a_truth_value():
    """`published: false` keeps a page back, `published: 2016-05-04` dates it."""
    assert not site_of({"a.md": "---\npublished: false\n---\n"}).pages
    assert page_of("---\npublished: 2016-05-04\n---\n").created == datetime(2016, 5, 4, tzinfo=UTC)
    assert not problems_of("---\npublished: true\n---\n")


def test_drafts_stay_out():
    """A draft has no page, no tag, no section and no redirect."""
    site = site_of({"s/a.md": "---\ndraft: true\ntags: x\naliases: [/old]\n---\n"})
    assert not {*site.pages, *site.redirects, *site.terms, *site.assets}
    assert set(site.sections) == {"/"}


def test_numbers_and_truth_values_are_texts_where_texts_are_meant():
    """A title 007 and tags 2016, yes, 1.10 stay as they are written."""
    page = page_of("---\ntitle: 007\ntags: [2016, yes, 1.10, '#hash']\n---\n")
    assert (page.title, page.tags) == ("007", ("2016", "yes", "1.10", "hash"))


def test_toml_dates():
    """TOML's own dates are dates."""
    page = page_of("+++\ntitle = 'T'\ndate = 2016-05-04T10:00:00+02:00\nupdated = 2016-06-01\n+++\n")
    assert page.created == datetime(2016, 5, 4, 8, tzinfo=UTC)
    assert page.updated == datetime(2016, 6, 1, tzinfo=UTC)


def test_a_page_is_not_changed_before_it_is_there():
    """Where a date by hand contradicts history, created is never after updated."""
    early = page_of("---\nupdated: 2010-10-11\n---\n")
    assert early.created == early.updated == datetime(2010, 10, 11, tzinfo=UTC)
    late = page_of("---\ndate: 2030-01-01\n---\n")
    assert late.created == late.updated == datetime(2030, 1, 1, tzinfo=UTC)


def test_an_endless_header_is_no_header():
    """A header beyond 16 KB is not searched for its end; its first fields count, with a problem."""
    text = "---\ntitle: T\n" + "key: value\n" * 5000 + "---\nBody\n"
    page = page_of(text)
    assert page.title == "T"
    assert [problem.line for problem in page.source.problems] == [1]


def test_problems_of_one_file_are_few():
    """A file with an error in each line has ten problems, the last of which counts the others."""
    found = problems_of("---\ntitle: T\n" + "nonsense\n" * 500 + "---\n")
    assert len(found) == 10
    assert found[-1] == (12, "491 more problems from here")
