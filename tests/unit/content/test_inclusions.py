"""Texts that are put together of several files before they are read, in the ways of mdBook and MkDocs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from printing import drive
from snapshots import site_of

from canopy.content.dialects import listings, regions, snippets
from canopy.content.dialects.snippets import Snippets
from canopy.content.inclusions import DEPTH, MOST_TEXT, Shelf
from canopy.render.differences import affected
from canopy.render.press import Press

NOW = datetime(2026, 5, 4, tzinfo=UTC)
BOOK = {
    "book.toml": "",
    "src/SUMMARY.md": "- [A](a.md)\n- [B](b.md)\n- [C](c.md)\n",
    "src/b.md": "# B\n\nOwn.\n",
    "src/c.md": "# C\n",
}
RUST = (
    "use a;\n// ANCHOR: one\nfn one() {\n    // ANCHOR: two\n    x();\n"
    "    // ANCHOR_END: two\n}\n// ANCHOR_END: one\nend\n"
)


def shelf_of(files: dict[str, str], home: str = "src/a.md") -> Shelf:
    """Return the shelf of a page among some files."""
    return Shelf(site_of(files).memo.reading.blobs, home)


def page(files, path, before=None):
    """Return the text of a page."""
    return site_of(files, before).shown[path].source.body


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ("", RUST.rstrip("\n")),
        (":one", "fn one() {\n    x();\n}"),
        (":two", "    x();"),
        (":1", "use a;"),
        (":8:", "// ANCHOR_END: one\nend"),
        ("::1", "use a;"),
        (":7:7", "}"),
        (":50:60", ""),
    ],
)
def test_a_listing_is_shown_by_lines_or_anchors(part, shown):
    """As mdBook does: lines are counted from 1, the comments of anchors are left out of anchors."""
    files = {"code/x.rs": RUST}
    assert listings.expand(f"{{{{#include ../code/x.rs{part}}}}}", "src/a.md", shelf_of(files)).text == shown
    text = f"{{{{ #rustdoc_include ../code/x.rs{part} }}}}"
    assert listings.expand(text, "src/a.md", shelf_of(files)).text == shown


@pytest.mark.parametrize(
    "sign",
    [
        "{{#include ../code/x.rs:none}}",
        "{{#include nowhere.rs}}",
        "{{#include ../../../etc/passwd}}",
        "{{#include ../code/x.bin}}",
        "\\{{#include ../code/x.rs}}",
    ],
)
def test_what_cannot_be_included_stays_as_it_is(sign):
    """Parts and files that are not there, what is outside the repository, what is no text."""
    files = {"code/x.rs": RUST, "code/x.bin": "a\0b"}
    assert listings.expand(sign, "src/a.md", shelf_of(files)).text == sign


def test_files_within_files_are_as_deep_and_long_as_is_good():
    """A file that includes itself ends, and so does one that would fill the memory."""
    shelf = shelf_of({"src/a.md": "x{{#include a.md}}", "src/long.md": "y" * (MOST_TEXT // 3)})
    text = listings.expand("{{#include a.md}}", "src/a.md", shelf).text
    assert text == "x" * DEPTH + "{{#include a.md}}"
    assert len(listings.expand("{{#include long.md}}\n" * 9, "src/a.md", shelf).text) < MOST_TEXT


def test_a_part_that_includes_others_finds_them_from_where_it_lies():
    """Paths are those of the file that has the sign."""
    files = {"src/sub/b.md": "B {{#include c.md}}", "src/sub/c.md": "C\n", "src/c.md": "wrong"}
    assert listings.expand("{{#include sub/b.md}}", "src/a.md", shelf_of(files)).text == "B C"


def test_a_playground_is_code():
    """Its words follow the language."""
    text = listings.expand("{{#playground x.rs editable}}", "a.md", shelf_of({"x.rs": "fn x() {}\n"})).text
    assert text == "```rust,editable\nfn x() {}\n```"


PARTS = {
    "parts/a.md": "One\nTwo\nThree\n",
    "docs/b.md": "<!-- --8<-- [start:in] -->\n  Inner\n<!-- --8<-- [end:in] -->\nOuter\n",
    "docs/deep.md": '--8<-- "b.md:in"\n',
}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('--8<-- "a.md"', "One\nTwo\nThree"),
        ("  -8<- 'a.md:2'", "  Two\n  Three"),
        ('--8<-- "a.md:2:2"', "Two"),
        ('--8<-- "a.md::1"', "One"),
        ('--8<-- "a.md:-1"', "Three"),
        ('--8<-- "a.md:1:1,3:3"', "One\nThree"),
        ('--8<-- "b.md"', "  Inner\nOuter"),
        ('--8<-- "b.md:in"', "  Inner"),
        ('--8<-- "deep.md"', "  Inner"),
        ("--8<--\na.md:1:1\n\n; b.md\nb.md:in\n--8<--", "One\n\n  Inner"),
        (';--8<-- "a.md"', '--8<-- "a.md"'),
        ('--8<-- "none.md"', '--8<-- "none.md"'),
        ('--8<-- "b.md:none"', '--8<-- "b.md:none"'),
        ('--8<-- "https://x.example/a.md"', '--8<-- "https://x.example/a.md"'),
        ('--8<-- "../../etc/passwd"', '--8<-- "../../etc/passwd"'),
        ('Text --8<-- "a.md"', 'Text --8<-- "a.md"'),
    ],
)
def test_a_snippet_is_shown_by_lines_or_sections(text, shown):
    """As pymdownx does: the first folder that has the file; what a sign is moved in by, all its lines are."""
    shelf = shelf_of(PARTS, "docs/x.md")
    assert snippets.expand(text, Snippets(("docs", "parts")), shelf).text == shown


def test_sections_may_lose_their_indentation_and_pages_have_snippets_below():
    """By the extension's settings."""
    shelf = shelf_of(PARTS, "docs/x.md")
    options = Snippets(("docs", "parts"), ("a.md:1:1",), dedented=True)
    assert snippets.expand('--8<-- "b.md:in"\n', options, shelf).text == "Inner\n\n\nOne\n"


def test_snippets_are_read_where_the_extension_is_on():
    """Without it, MkDocs shows the sign itself; here stands a placeholder."""
    on = "markdown_extensions:\n  - pymdownx.snippets:\n      base_path: !relative $config_dir/parts\n"
    files = {"docs/index.md": '# X\n\n--8<-- "a.md"\n', **PARTS}
    assert page({"mkdocs.yml": on, **files}, "/") == "One\nTwo\nThree\n"
    assert page({"mkdocs.yml": "site_name: X\n", **files}, "/") == '--8<-- "a.md"\n'


def test_a_page_follows_the_files_that_it_shows():
    """One that changes, comes or goes changes the page, is named, and leaves other pages alone."""
    files = BOOK | {"src/a.md": "# A\n\n{{#include ../x.rs}}\n"}
    press = Press(memory=10**7)
    old = press.edition(site_of(files), NOW)
    texts = []
    for code in ("one", "two", None):
        files = {**files, "x.rs": code} if code else {p: t for p, t in files.items() if p != "x.rs"}
        new = press.edition(site_of(files, old.site), NOW)
        assert new.site == site_of(files)
        assert new.site.pages["/c.html"] is old.site.pages["/c.html"]
        named = affected(old, new)
        assert named is not None
        assert "/a.html" in named
        assert "/c.html" not in named
        texts.append(drive(press.print(new, "/a.html")).identity.body.decode().count(code or "x.rs"))
        old = new
    assert all(texts)


def test_problems_have_the_lines_that_the_author_sees():
    """Whatever stands above them; those of an included text are told where it is included."""
    text = "# A\n\n{{#include x.md}}\n\n[lost](lost.md)\n\n{{#include none.md}}\n"
    files = BOOK | {"src/a.md": text, "src/x.md": "1\n\n2\n\n[gone](gone.md)\n\n3\n"}
    press = Press(memory=10**7)
    edition = press.edition(site_of(files), NOW)
    drive(press.print(edition, "/a.html"))
    found = {(p.line, p.reason.split()[0]) for p in edition.problems if p.path == "src/a.md"}
    assert {line for line, _ in found} == {3, 5, 7}


@pytest.mark.parametrize(
    ("sign", "shown"),
    [
        ("{% include a.md %}", "**Part**"),
        ("{%- include_cached sub/b.html -%}", "<b>B</b>"),
        ("{% include logic.html %}", "{% include logic.html %}"),
        ("{% include none.md %}", "{% include none.md %}"),
        ('{% include a.md name="x" %}', '{% include a.md name="x" %}'),
        ("{% include ../../_config.yml %}", "{% include ../../_config.yml %}"),
        ("{% raw %}{% include a.md %}{% endraw %}", "{% raw %}{% include a.md %}{% endraw %}"),
    ],
)
def test_jekyll_includes_what_is_but_text(sign, shown):
    """Of `_includes`; what is a template itself, or takes arguments, is none of ours to run."""
    files = {
        "_config.yml": "title: X\n",
        "_posts/2016-05-04-a.md": f"# A\n\nFirst.\n\n{sign}\n",
        "_includes/a.md": "**Part**\n",
        "_includes/sub/b.html": "\n<b>B</b>\n",
        "_includes/logic.html": "{% if page.x %}y{% endif %}\n",
    }
    assert page(files, "/2016/05/04/a.html") == f"First.\n\n{shown}\n"


CODE = (
    "// #region one\n  const region = 1;\n  // #region two\n  two();\n"
    "  // #endregion two\n// #endregion one\nend();\n"
)


@pytest.mark.parametrize(
    ("sign", "shown"),
    [
        ("<!--@include: ./part.md-->", "One\nTwo\nThree\n"),
        ("<!-- @include: @/docs/part.md{2,} -->", "Two\nThree"),
        ("<!--@include: ./part.md{,2}-->", "One\nTwo"),
        ("<!--@include: ./part.md{2}-->", "Two"),
        ("<!--@include: ./regions.md#in-->", "Inner"),
        ("<!--@include: ./none.md-->", "<!--@include: ./none.md-->"),
        ("<!--@@include: ./part.md-->", "<!--@@include: ./part.md-->"),
        ("<<< @/x.js#two", "```js\ntwo();\n```"),
        ("<<< ../x.js#one{1,3 ts:line-numbers} [x.ts]", "```ts{1,3} [x.ts]\nconst region = 1;\ntwo();\n```"),
        ("<<< @/x.js#none", "<<< @/x.js#none"),
        ("<<< ./fence.md", "````md\n```\na\n```\n````"),
        ("```md\n<<< @/x.js\n```", "```md\n<<< @/x.js\n```"),
    ],
)
def test_vitepress_shows_parts_and_code_of_files(sign, shown):
    """Whole, by lines or by regions; code in a fence that nothing in it ends, and never within one."""
    files = {
        "docs/part.md": "---\ntitle: x\n---\n\nOne\nTwo\nThree\n",
        "docs/regions.md": "Outer\n<!-- #region in -->\nInner\n<!-- #endregion in -->\n",
        "docs/fence.md": "```\na\n```\n",
        "x.js": CODE,
    }
    assert regions.expand(sign, "docs/a.md", "", shelf_of(files, "docs/a.md")).text == shown


def test_the_root_of_a_vitepress_site():
    """`@` is the folder of the texts; the page follows what it shows."""
    files = {
        "docs/.vitepress/config.ts": "export default {}",
        "docs/index.md": "# X\n\n<<< @/code/x.py\n",
        "docs/code/x.py": "one\n",
    }
    site = site_of(files)
    assert site.shown["/"].source.body == "```py\none\n```\n"
    changed = files | {"docs/code/x.py": "two\n"}
    assert page(changed, "/", site) == "```py\ntwo\n```\n"


def test_a_picture_of_docsy_is_named_by_its_beginning():
    """It lies beside the page; what comes, goes or is called otherwise is another matter."""
    text = '# A\n\n{{< imgproc spruce Fit "400x450" >}}\nA spruce.\n{{< /imgproc >}}\n'
    files = {
        "hugo.toml": "",
        "content/a/index.md": text,
        "content/a/spruce-b.jpg": b"b",
        "content/a/oak.jpg": b"",
    }
    old = site_of(files)
    assert 'imgproc "spruce-b.jpg" Fit' in old.pages["/a"].source.body
    for more, shown in (
        ({"content/a/spruce-a.png": b"a"}, '"spruce-a.png"'),
        ({"content/a/spruce-b.jpg": b"c"}, '"spruce-b.jpg"'),
        ({"content/b/spruce.jpg": b"c"}, '"spruce-b.jpg"'),
        ({"content/a/spruce.txt": b"c"}, '"spruce-b.jpg"'),
    ):
        new = site_of(files | more, old)
        assert new == site_of(files | more)
        assert f"imgproc {shown} Fit" in new.pages["/a"].source.body
    gone = {path: data for path, data in files.items() if "spruce" not in path}
    assert "imgproc spruce Fit" in site_of(gone, old).pages["/a"].source.body
