"""What authors write, and the markup that the theme and the readers get."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

import pytest
from markup import read

from canopy.render.fragment import Fragment
from canopy.render.markdown import LARGEST_TEXT, render_inline, render_markdown


def html(text: str, *, trusted: bool = False) -> str:
    return render_markdown(text, trusted=trusted).html(lambda link: link)


def links(text: str) -> tuple[str, ...]:
    return render_markdown(text).links


def test_a_fragment_is_cut_at_each_link() -> None:
    """A link's target is left out of the HTML until somebody says where it leads."""
    fragment = render_markdown("[a](../Posts/X) ![b](y.png)")
    assert fragment.links == ("../Posts/X", "y.png")
    assert fragment.html(lambda link: f"/resolved/{link}") == (
        '<p><a href="/resolved/../Posts/X">a</a> '
        '<img src="/resolved/y.png" alt="b" loading="lazy" decoding="async"></p>\n'
    )


def test_links_keep_the_order_of_the_text() -> None:
    """However deep a link stands, the n-th target belongs to the n-th gap."""
    text = "> [1](1) <b>[2](2)</b>\n\n- [3](3)\n  - ![4](4)\n\n| [5](5) |\n|-|\n| [6](6) |\n\n[7](7)"
    assert links(text) == ("1", "2", "3", "4", "5", "6", "7")


def test_a_resolved_link_is_escaped() -> None:
    """What a resolver returns cannot end the attribute it stands in."""
    shown = render_markdown("[a](b)").html(lambda link: '"><script>')
    assert read(shown).faults == []
    assert "<script" not in shown


def test_links_in_raw_html_are_cut_out_too() -> None:
    """An image, a film and a quotation in HTML lead where markdown's do."""
    text = (
        '<a href="a">x</a> <img src="b" srcset="c 1x, d 2x"> <q cite="e">q</q>\n\n'
        '<video src="f" poster="g"><source src="h"><track src="i"></video>'
    )
    assert links(text) == tuple("abcdefghi")


def test_equal_texts_give_equal_fragments() -> None:
    """A fragment depends on its text alone: no marker, no counter, no clock is left in it."""
    text = "# A\n\n[b](c) note[^1]\n\n<img src=x> <input>\n\n[^1]: d\n"
    assert len({pickle.dumps(render_markdown(text)) for _ in range(5)}) == 1


def test_threads_do_not_disturb_each_other() -> None:
    """Many texts rendered at once give what each gives alone."""
    texts = [f"# {n}\n\n[a{n}](b{n}) <p id=x{n}>$x_{n}$</p>\n" * 20 for n in range(40)]
    alone = [render_markdown(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(render_markdown, texts)) == alone


def test_a_fragment_travels_between_processes() -> None:
    """What a worker renders arrives as it left."""
    fragment = render_markdown("# A\n\n[b](c) $\\wrong$")
    assert pickle.loads(pickle.dumps(fragment)) == fragment


def test_github_alerts() -> None:
    """A quote that begins with a marker is an alert with a title; other quotes stay quotes."""
    shown = html("> [!WARNING]\n> Mind the *gap*.\n\n> [!NOPE]\n> no")
    assert '<aside class="alert alert-warning" role="note">\n<p class="alert-title">Warning</p>' in shown
    assert "<p>Mind the <em>gap</em>.</p>" in shown
    assert "<blockquote>\n<p>[!NOPE]" in shown


def test_an_alert_may_have_a_title_of_its_own() -> None:
    """The rest of the marker's line is the title, as in Obsidian."""
    assert '<p class="alert-title">Look <em>here</em></p>' in html("> [!tip] Look *here*\n> text")


def test_task_lists() -> None:
    """A box tells a screen reader what it means, and cannot be clicked."""
    boxes = read(html("- [x] done\n- [ ] open\n- neither")).all("input")
    assert [box.attributes["aria-label"] for box in boxes] == ["Completed task", "Incomplete task"]
    assert all("disabled" in box.attributes for box in boxes)
    assert ["checked" in box.attributes for box in boxes] == [True, False]


def test_footnotes_lead_there_and_back() -> None:
    """A note that is referred to twice leads back to both places, and each id exists once."""
    page = read(html("a[^x] b[^x] c[^y]\n\n[^x]: first\n[^y]: second"))
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    targets = {element.attributes["href"].removeprefix("#") for element in page.all("a")}
    assert len(ids) == len(set(ids)) == 5
    assert targets == set(ids)


def test_footnotes_of_two_texts_do_not_meet() -> None:
    """Two posts on one listing or feed have different ids for their notes."""
    first, second = (read(html(f"{word}[^1]\n\n[^1]: note")) for word in ("a", "b"))
    assert not {e.attributes.get("id") for e in first.all("li")} & {
        e.attributes.get("id") for e in second.all("li")
    }


def test_a_footnote_may_refer_to_another() -> None:
    """A note that only a note refers to is shown as well."""
    assert "deep down" in html("a[^1]\n\n[^1]: see[^2]\n[^2]: deep down")


def test_definition_lists() -> None:
    """A term and its definitions."""
    shown = html("Term\n: One\n: Two")
    assert shown == "<dl>\n<dt>Term</dt>\n<dd>One</dd>\n<dd>Two</dd>\n</dl>\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("www.example.com", ("http://www.example.com",)),
        ("see https://example.com/a_(b), or not", ("https://example.com/a_(b)",)),
        ("(https://example.com/a)", ("https://example.com/a",)),
        ("https://example.com/a?b=1&amp;", ("https://example.com/a?b=1",)),
        ("https://example.com/_a_*b*", ("https://example.com/_a_*b",)),
        ("read,https://example.com.", ("https://example.com",)),
        ("john_h.doe@example.org!", ("mailto:john_h.doe@example.org",)),
        ("[see a@b.de and www.c.de](x)", ("x",)),
        ("`www.example.com a@b.de`", ()),
        ("a@b", ()),
        ("git@github.com:x/y.git", ()),
        ("www.", ()),
        ("whowww.example.com", ()),
        ("<https://example.com>", ("https://example.com",)),
    ],
)
def test_bare_addresses(text: str, expected: tuple[str, ...]) -> None:
    """Addresses are links without being marked; the punctuation of the sentence is not theirs."""
    assert links(text) == expected


def test_an_image_with_a_title_by_itself_is_a_figure() -> None:
    """The title is the caption; inside a sentence it stays a title."""
    assert "<figure><img" in html('![a](b.png "c")')
    assert "<figcaption>c</figcaption>" in html('![a](b.png "c")')
    assert "<figure>" not in html('Look: ![a](b.png "c")')


def test_details_hold_markdown() -> None:
    """Raw HTML that folds its content away works, and what is inside is rendered."""
    shown = html("<details><summary>More</summary>\n\nHidden *text*\n\n</details>")
    assert read(shown).faults == []
    assert "<p>Hidden <em>text</em></p>" in shown


def test_an_unclosed_tag_in_a_sentence_does_not_swallow_the_page() -> None:
    """Who writes about `<title>` or `<script>` without code marks sees the words."""
    for name in ("title", "script", "textarea", "plaintext", "style", "iframe"):
        shown = html(f"The <{name}> element.\n\nThe rest.")
        assert f"&lt;{name}&gt; element" in shown
        assert "The rest." in shown


def test_what_is_left_out_is_reported_with_its_line() -> None:
    """The author of a form learns why it is not there."""
    fragment = render_markdown('a\n\n<form action="x"></form>\n')
    assert fragment.findings == ((3, "<form> is left out", "only trusted content may use it"),)


def test_a_frame_is_shown_as_a_link() -> None:
    """A film of another site can still be watched there, and its author learns why."""
    text = 'a\n\n<iframe width="5" src="https://www.youtube.com/embed/abcdefgh?rel=0"></iframe>\n'
    fragment = render_markdown(text)
    assert fragment.links == ("https://www.youtube.com/watch?v=abcdefgh",)
    assert ">Watch on youtube.com</a>" in fragment.html(lambda link: link)
    assert [(line, reason) for line, reason, _ in fragment.warnings] == [
        (3, "an <iframe> is shown as a link to youtube.com")
    ]
    assert not render_markdown('<iframe src="javascript:x"></iframe>').links


def test_a_text_beyond_the_limit_is_shown_plainly() -> None:
    """A text that is too long for markdown is readable, at once, with a finding."""
    fragment = render_markdown("a & b\n" * (LARGEST_TEXT // 6 + 1))
    assert fragment.parts[0].startswith('<pre class="plain" tabindex="0">a &amp; b')
    assert "too long" in fragment.findings[0][1]


def test_deep_nesting_is_rendered_or_shown_plainly() -> None:
    """Ten thousand quotes or lists inside each other cost neither the process nor the page."""
    for text in (
        ">" * 10_000 + "a",
        "- " * 10_000 + "a",
        "[" * 10_000 + "a",
        "<div>" * 10_000,
        "*_" * 10_000,
    ):
        assert isinstance(render_markdown(text), Fragment)


def test_control_characters_are_harmless() -> None:
    """NUL is replaced (CommonMark 2.3); what neither HTML nor XML allows is left out."""
    assert html("a\x00b\x01\x1b[31m\ud800") == "<p>a\ufffdb[31m?</p>\n"


def test_line_endings_do_not_matter() -> None:
    """A text from Windows or an old Macintosh gives the same fragment."""
    text = "# A\n\nb\\\nc\n\n    code\n"
    assert render_markdown(text.replace("\n", "\r\n")) == render_markdown(text)
    assert render_markdown(text.replace("\n", "\r")) == render_markdown(text)


def test_trusted_html_passes_but_for_its_links() -> None:
    """A trusted author's frames, scripts and styles are left alone; links are cut out all the same."""
    text = "<iframe src='a' style=\"x\"></iframe>\n\n<script>let a = '<a href=\"no\">'</script>\n\n[b](c)"
    fragment = render_markdown(text, trusted=True)
    assert fragment.links == ("a", "c")
    shown = fragment.html(lambda link: f"/{link}")
    assert '<iframe src="/a" style="x"></iframe>' in shown
    assert "<script>let a = '<a href=\"no\">'</script>" in shown


def test_trusted_headings_have_plain_ids() -> None:
    """The signature of our own ids never gets out, whatever the trust."""
    assert 'id="a-b"' in html("# A b", trusted=True)


class TestInline:
    """Abstracts and summaries: what may stand inside a paragraph."""

    def test_markup_of_a_sentence(self) -> None:
        """Emphasis, code and links work."""
        fragment = render_inline("An *abstract* with [a link](../x) and `code`.\n\nSecond.")
        assert fragment.links == ("../x",)
        expected = 'An <em>abstract</em> with <a href="!">a link</a> and <code>code</code>. Second.'
        assert fragment.html(lambda link: "!") == expected

    def test_no_blocks(self) -> None:
        """Nothing that would end the paragraph it is put into gets through."""
        text = "# a <div>b</div> <h1>c</h1> <p>d</p> <table><tr><td>e ![alt](x.png) $$f$$"
        names = {e.name for e in read(render_inline(text).html(lambda link: link)).elements}
        assert names <= {"math", "mi"}

    def test_math_stays_in_its_line(self) -> None:
        """A formula of its own is shown within the sentence."""
        assert render_inline("so $$x$$").parts == ("so <math><mi>x</mi></math>",)


def test_drawings_within_the_text_are_one_warning() -> None:
    """However many there are: each is left out, and the page needs no banner for that."""
    fragment = render_markdown("a\n\n<svg><path/></svg>\n\nb <svg></svg>\n\n<svg></svg>")
    assert fragment.findings == ()
    assert [(line, reason) for line, reason, _ in fragment.warnings] == [
        (3, "an <svg> within the text is left out")
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**「強調」**という", "<strong>「強調」</strong>という"),
        ("これは**強調。**です", "これは<strong>強調。</strong>です"),
        ("这是**重要：**next", "这是<strong>重要：</strong>next"),
        ('은**"강조"**입니다', '은<strong>"강조"</strong>입니다'),
        ("*强调，*后", "<em>强调，</em>后"),
        ("**A (b)**是**`c`**的", "<strong>A (b)</strong>是<strong><code>c</code></strong>的"),
        ("[**「a」**と](x)", '<a href="x"><strong>「a」</strong>と</a>'),
        ("3 * 4、5 * 6。**", "3 * 4、5 * 6。**"),
        ('a**"b"**c', 'a**"b"**c'),
        ("`**「a」**と`", "<code>**「a」**と</code>"),
    ],
)
def test_emphasis_in_scripts_without_spaces(text: str, shown: str) -> None:
    """Beside Chinese, Japanese and Korean signs emphasis opens and closes; elsewhere as CommonMark has it."""
    assert html(text) == f"<p>{shown}</p>\n"


def test_brackets_that_are_no_link_by_name_may_be_in_a_links_words() -> None:
    """Two brackets are a link by name only where there is a note of that name."""
    assert html("[Add [[bin]] to it](x)") == '<p><a href="x">Add [[bin]] to it</a></p>\n'


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        (
            "![](shots/No 1.png) and [a](/My notes/x y.pdf#p)",
            ("shots/No 1.png", "/My notes/x y.pdf#p"),
        ),
        ('![](a b.png "T")', ()),
        ("[x](see also this)", ()),
        ("`![](a b.png)`", ()),
        ("[x](<a b.png>)", ("a b.png",)),
    ],
)
def test_targets_with_spaces(text: str, targets: tuple[str, ...]) -> None:
    """A file whose name has spaces is linked as it is called; other words in parentheses are words."""
    assert tuple(map(unquote, links(text))) == targets
