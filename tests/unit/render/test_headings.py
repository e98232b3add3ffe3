"""Levels, ids and the table of contents."""

from __future__ import annotations

import pytest
from markup import read

from canopy.render.headings import Ids, slug
from canopy.render.markdown import render_markdown


def levels(text: str) -> list[int]:
    return [entry.level for entry in render_markdown(text).toc]


def ids(text: str) -> list[str]:
    return [entry.id for entry in render_markdown(text).toc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a\n## b\n# c", [2, 3, 2]),
        ("## a\n### b\n## c", [2, 3, 2]),
        ("### a\n### b\n## c\n### d", [2, 2, 2, 3]),
        ("## a\n#### b\n#### c", [2, 3, 3]),
        ("# a\n## b\n### c\n#### d\n##### e\n###### f", [2, 3, 4, 5, 6, 6]),
        ("a\n=\n\nb\n-", [2, 3]),
    ],
)
def test_headings_begin_at_two_and_skip_no_level(text: str, expected: list[int]) -> None:
    """The page's title is the only h1, and each level follows its parent's."""
    assert levels(text) == expected


def test_a_raw_h1_is_not_a_second_title() -> None:
    """HTML's own h1 is demoted as well."""
    page = read(render_markdown("<h1>a</h1>").html(str))
    assert [element.name for element in page.elements] == ["h2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!", "hello-world"),
        ("Überschrift mit ß", "überschrift-mit-ß"),
        ("日本語 の 見出し", "日本語-の-見出し"),
        ("हिन्दी", "हिन्दी"),
        ("a_b-c  d", "a_b-c--d"),
        ("C++ & 🎉", "c--"),
    ],
)
def test_slugs_are_those_of_github(text: str, expected: str) -> None:
    """Letters, digits, marks, hyphens and underscores stay, in any script."""
    assert slug(text) == expected


def test_ids_are_unique() -> None:
    """Headings, custom ids and ids in HTML never meet; headings keep theirs."""
    text = "# a\n# a\n# a-1\n# b {#a}\n\n<p id=a>x</p><p id=a-1>y</p>"
    page = read(render_markdown(text).html(str))
    found = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert found[:4] == ["a", "a-1", "a-1-1", "a-2"]
    assert len(found) == len(set(found)) == 6


def test_a_custom_id() -> None:
    """`{#id}` names a heading, and is not shown."""
    fragment = render_markdown("## The title {#short}")
    assert (fragment.toc[0].id, fragment.toc[0].title) == ("short", "The title")
    assert "{#" not in fragment.html(str)


@pytest.mark.parametrize("name", ["attributes", "parentNode", "constructor", "_main", "__proto__"])
def test_an_id_shadows_nothing(name: str) -> None:
    """No id from content is one that scripts or the theme rely on, however it is written."""
    text = f"# x {{#{name}}}\n\n<a id='{name}'></a><p id={name}>x</p><img id={name} name={name}>"
    page = read(render_markdown(text).html(str))
    assert all(e.attributes.get("id") != name and e.attributes.get("name") != name for e in page.elements)
    assert not any("id" in image.attributes for image in page.all("img"))


def test_a_link_follows_an_id_that_could_not_be_kept() -> None:
    """`#attributes` still leads to the heading of that name."""
    fragment = render_markdown("[up](#attributes)\n\n# Attributes")
    assert fragment.links[0] == f"#{fragment.toc[0].id}"


def test_a_heading_without_letters_has_an_id() -> None:
    """A heading of punctuation can be linked to."""
    assert ids("# !!!\n# ???") == ["section", "section-1"]


def test_the_contents_list_every_heading() -> None:
    """Headings in quotes and lists count, in the order of the text."""
    assert [e.title for e in render_markdown("# a\n\n> ## b\n\n- ### c\n\n# d").toc] == ["a", "b", "c", "d"]


def test_titles_in_the_contents_have_no_links() -> None:
    """Emphasis, code and math stay; links, images, notes and raw HTML are only their words."""
    text = "# *a* `b` [c](d) ![e](f) <u onclick=x>g</u> $x$ h[^1]\n\n[^1]: n"
    title = render_markdown(text).toc[0].title
    assert title == "<em>a</em> <code>b</code> c e g <math><mi>x</mi></math> h"


def test_the_anchor_says_where_it_leads() -> None:
    """A screen reader hears the section's name, not a hash."""
    page = read(render_markdown('# A "b" `c`').html(str))
    anchor = page.all("a")[0]
    assert anchor.attributes["aria-label"] == 'Link to this section: A "b" c'
    assert anchor.attributes["href"] == "#a-b-c"


def test_claims_are_fast_however_often_repeated() -> None:
    """Many headings of one name don't search for a free number from the start."""
    taken = Ids()
    assert [taken.claim("a") for _ in range(5000)][-1] == "a-4999"
