"""What other systems add to markdown, rewritten as markdown."""

from __future__ import annotations

import pytest
from snapshots import site_of

from canopy.content.dialects import PLAIN, Idiom, readable, understand
from canopy.content.dialects.code import Code
from canopy.content.dialects.obsidian import inline_tags

JEKYLL = Idiom(
    "jekyll",
    (
        ("site.title", "A *site*"),
        ("page.title", "P"),
        ("site.url", "https://e.example"),
        ("site.baseurl", "/n"),
    ),
)
LEFT_OUT = '<small class="left-out">&#91;{}&#93;</small>'


def text(source: str, idiom: Idiom | str) -> str:
    """Return what a source is rewritten as."""
    return understand(source, Idiom(idiom) if isinstance(idiom, str) else idiom).text


def reasons(source: str, dialect: str) -> list[tuple[int, str]]:
    """Return what is reported of a source, by line."""
    return [(line, reason) for line, reason, _ in understand(source, Idiom(dialect)).findings]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{% highlight ruby %}\nx\n{% endhighlight %}", "```ruby\nx\n```"),
        ("{% highlight ruby linenos %}x{% endhighlight %}", "```ruby\nx\n```"),
        ("{% highlight c hl_lines='1 3' %}\nx\n{% endhighlight %}", "```c {1,3}\nx\n```"),
        ("{% highlight md %}\n```\nx\n```\n{% endhighlight %}", "````md\n```\nx\n```\n````"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("`{% raw %}{{ x }}{% endraw %}`", "`{{ x }}`"),
        ("{% raw %}`{{`{% endraw %} {% raw %}`}}`{% endraw %}", "`{{` `}}`"),
        ("{% raw %}{{ page.title }}", LEFT_OUT.format("raw") + "P"),
        ("{%- raw -%}{% if %}{%- endraw -%}", "{% if %}"),
        ("[a]({% post_url 2014-01-02-x %})", "[a](x-post:2014-01-02-x)"),
        ("[a]({% link _posts/x.md %})", "[a](x-ref:/_posts/x.md)"),
        ("See {% post_url 2014-01-02-x %}.", "See [2014-01-02-x](<x-post:2014-01-02-x>)."),
        ("[a]({{ site.baseurl }}/x)", "[a](/x)"),
        ("[a]({{ site.baseurl }}{% link x.md %})", "[a](x-ref:/x.md)"),
        ('[a]({{ "/a b.png" | relative_url }})', "[a](/a%20b.png)"),
        ("[a]({{ '/x' | prepend: site.baseurl }})", "[a](/x)"),
        ('<a href="{{ site.url }}/x">', '<a href="/x">'),
        ("[a]: {{ site.baseurl }}/x", "[a]: /x"),
        ("At {{ site.url }}", "At https://e.example"),
        ("{{ site.title }}: {{ page.title | escape }}", "A \\*site\\*: P"),
        ("a{% comment %}b {{ c }}{% endcomment %}d", "ad"),
        ("a{::comment}b{:/comment}c", "ac"),
        ('{::options parse_block_html="true" /}\n', "\n"),
        ("{::nomarkdown}<b>x</b>{:/}", "<b>x</b>"),
        ("{% youtube abcdefgh %}", "[Watch on YouTube](<https://www.youtube.com/watch?v=abcdefgh>)"),
        ("{% gist a/b12 %}", "[Gist](<https://gist.github.com/a/b12>)"),
        ("a{% if x %}b{% elsif y %}c{% else %}d{% endif %}e", "abe"),
        ("a{% unless x %}b{% if y %}c{% else %}d{% endif %}{% else %}e{% endunless %}f", "abcf"),
        ("a{% for p in q %}{{ p }}{% endfor %}b", f"a{LEFT_OUT.format('for')}b"),
        (
            "{% include embed/youtube.html id='abcdefgh?start=12' %}",
            "[Watch on YouTube](<https://www.youtube.com/watch?v=abcdefgh&t=12>)",
        ),
        (
            '{% include embed/audio.html src="a.mp3" %}',
            '<audio controls preload="metadata" src="a.mp3"></audio>',
        ),
        ("{% img right /i/x.png 9 9 %}", '<figure><img src="/i/x.png" alt=""></figure>\n'),
        ("{% responsive path: i/x.jpg %}", '<figure><img src="i/x.jpg" alt=""></figure>\n'),
        ('{% include button.html link="https://e.example" text="E" %}', "[E](<https://e.example>)"),
        ("{% include x.html a=1 %}", LEFT_OUT.format("include")),
        ("[a]({{ page.unknown }})", "[a]()"),
        (
            "`{{ x }}` and\n\n    {{ y }}\n\n~~~\n{% z %}\n~~~",
            "`{{ x }}` and\n\n    {{ y }}\n\n~~~\n{% z %}\n~~~",
        ),
        ("{% unclosed", "{% unclosed"),
    ],
)
def test_jekyll(source: str, shown: str) -> None:
    """Liquid and kramdown's extensions become what they show, and nothing is run."""
    assert text(source, JEKYLL) == shown


def test_a_picture_that_is_included_is_shown() -> None:
    """An include that is called like a picture and has an address is one."""
    shown = text('{% include figure.html src="/a.png" caption="Hi <b>" %}', JEKYLL)
    assert shown.startswith(
        '<figure><img src="/a.png" alt="Hi &lt;b&gt;"><figcaption>Hi &lt;b&gt;</figcaption>'
    )


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('[a]({{< ref "posts/x.md#y" >}})', "[a](x-ref:posts/x.md#y)"),
        ('[a]({{% relref "x" %}})', "[a](x-ref:x)"),
        ('[a]({{< ref "#y" >}})', "[a](#y)"),
        ("{{< highlight go >}}\nx\n{{< /highlight >}}", "```go\nx\n```"),
        ('{{< highlight go "hl_lines=2 4-5" >}}\nx\n{{< / highlight >}}', "```go {2,4-5}\nx\n```"),
        ("{{< youtube w7Ft2ymGmfc >}}", "[Watch on YouTube](<https://www.youtube.com/watch?v=w7Ft2ymGmfc>)"),
        ('{{< youtube id="w7Ft" >}}', "[Watch on YouTube](<https://www.youtube.com/watch?v=w7Ft>)"),
        ("{{< vimeo 146022717 >}}", "[Watch on Vimeo](<https://vimeo.com/146022717>)"),
        ("{{< gist u 12 >}}", "[Gist](<https://gist.github.com/u/12>)"),
        ('{{< tweet user="u" id="87" >}}', "[Post on X](<https://x.com/u/status/87>)"),
        ("{{</* ref x */>}}", "{{&lt; ref x >}}"),
        ("`{{</* ref x */>}}`", "`{{< ref x >}}`"),
        ("{{% notice tip %}}\n**x**\n{{% /notice %}}", "\n::: tip\n\n\n**x**\n\n\n:::\n"),
        (
            '{{< admonition warning "Do not" false >}}x{{< /admonition >}}\n\ny',
            "\n::: warning Do not\n\nx\n\n:::\n\n\ny",
        ),
        ('{{% alert title="A" color="danger" %}}x{{% /alert %}}', "\n::: caution A\n\nx\n\n:::\n"),
        ('{{< alert "circle-info" >}}x{{< /alert >}}', "\n::: note\n\nx\n\n:::\n"),
        ("- {{< tip >}}x{{< /tip >}}", "- x"),
        ('{{< details "All of it" >}}x{{< /details >}}', "\n::: details All of it\n\nx\n\n:::\n"),
        (
            '{{< tabs >}}\n{{% tab "mac_OS" %}}x{{% /tab %}}\n{{< /tabs >}}',
            "\n\n\n**mac_OS**\n\nx\n",
        ),
        ('{{< card link="docs/x" title="X" icon="y" >}}', "[X](<docs/x>)"),
        ("{{< tip >}}x{{< /tip >}} y", "x y"),
        ("{{< katex >}}\nText with $x$.", "\nText with $x$."),
        ("{{< katex display=true >}}x^2{{< /katex >}}", "$$x^2$$"),
        ("See {{< katex >}}x_1{{< /katex >}}.", "See $x_1$."),
        ('Press {{< kbd "Ctrl <C>" >}}', "Press <kbd>Ctrl &lt;C&gt;</kbd>"),
        (
            '{{< zoom "a/b.PNG" "A walk" >}} x',
            '<figure><img src="a/b.PNG" alt="A walk"><figcaption>A walk</figcaption></figure> x',
        ),
        ('{{< card link="https://e.example/x" title="E" >}}', "[E](<https://e.example/x>)"),
        ("{{< bilibili BV1x >}}", "[Watch on Bilibili](<https://www.bilibili.com/video/BV1x>)"),
        ("{{< asciinema id=12 >}}", "[Watch on Asciinema](<https://asciinema.org/a/12>)"),
        (
            '{{< film "/v/a.mp4" >}}',
            '<video controls preload="metadata" src="/v/a.mp4"></video>',
        ),
        ('{{< both "a.png" "b.png" >}}', LEFT_OUT.format("both")),
        ("{{< mystery >}}", LEFT_OUT.format("mystery")),
        ("{{< own >}}inside{{< /own >}}", "inside"),
        ("{{< own />}}", LEFT_OUT.format("own")),
        ("{{ .Title }}", "{{ .Title }}"),
        ("{{< code-toggle file=x >}}\n[[a]]\n{{< /code-toggle >}}", "```\n[[a]]\n```"),
        ("{{< unclosed", "{{< unclosed"),
        ("```\n{{< x >}}\n```", "```\n{{< x >}}\n```"),
    ],
)
def test_hugo(source: str, shown: str) -> None:
    """Hugo's own shortcodes become markdown; of a site's own their inside is shown."""
    assert text(source, "hugo") == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('{{ youtube(id="abcdefgh") }}', "[Watch on YouTube](<https://www.youtube.com/watch?v=abcdefgh>)"),
        ("{{ vimeo(id=123) }}", "[Watch on Vimeo](<https://vimeo.com/123>)"),
        ("{% quote(author='x') %}\nq\n{% end %}", "\nq\n"),
        (
            '{{ plop(url="https://e.example/a.jpg?w=2", caption="C") }}x',
            '<figure><img src="https://e.example/a.jpg?w=2" alt="C"><figcaption>C</figcaption></figure>x',
        ),
        ('{% note(title="A") %}\nq\n{% end %}', "\n::: note A\n\n\nq\n\n\n:::\n"),
        ("{{ own(a=1, b=[2]) }}", LEFT_OUT.format("own")),
        ("{{ a }} and {% b %}", "{{ a }} and {% b %}"),
        ('{{/* youtube(id="x") */}}', '{{ youtube(id="x") }}'),
        ("`{{ own() }}`", "`{{ own() }}`"),
    ],
)
def test_zola(source: str, shown: str) -> None:
    """Zola's shortcodes become markdown; braces that call nothing are the author's."""
    assert text(source, "zola") == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a %%b%% c", "a  c"),
        ("a\n%%\nb\n\nc\n%%\nd", "a\n\nd"),
        ("a `%%b%%`", "a `%%b%%`"),
        ("a ^note-1\n\nb", "a \n\nb"),
        ("x^2 and ^1 more", "x^2 and ^1 more"),
        ("100%% of it", "100%% of it"),
        ("{{ x }} {% y %}", "{{ x }} {% y %}"),
    ],
)
def test_obsidian(source: str, shown: str) -> None:
    """Comments and the names of blocks are for the author alone."""
    assert text(source, "obsidian") == shown


def test_a_plain_text_is_left_alone() -> None:
    """Notes that were written for nobody else keep every sign."""
    source = "{{ x }} {% raw %} {{< ref y >}} %%z%% {::comment}"
    assert understand(source, PLAIN).text == source


def test_what_is_not_understood_is_reported_by_the_authors_line() -> None:
    """Lines count as in the original, also behind what is rewritten with other lines."""
    source = "{% comment %}\n\n\n{% endcomment %}\n{{ a.b }}\n{% highlight x %}y{% endhighlight %}\n{% own %}"
    assert reasons(source, "jekyll") == [
        (5, "{{ a.b }} is not known here"),
        (7, "{% own %} is not understood"),
    ]
    assert reasons("a\n\n{{< own x=1 >}}", "hugo") == [(3, "the shortcode 'own' is not known")]


def test_lines_of_the_rewritten_text_lead_back() -> None:
    """What is found later in the rewritten text is told of the author's line too."""
    rewritten = understand(
        "{% comment %}\n\n{% endcomment %}\na\n{% highlight x %}y{% endhighlight %}\nb", JEKYLL
    )
    lines = rewritten.text.split("\n")
    assert rewritten.line(lines.index("a") + 1) == 4
    assert rewritten.line(lines.index("b") + 1) == 6


def test_what_is_read_holds_no_tags() -> None:
    """A summary or a search shows neither tags nor placeholders nor comments."""
    source = (
        "{% comment %}secret{% endcomment %}{% own %}Hi {{ page.x }}{{ page.title }} [a]({% link b.md %})"
    )
    assert readable(source, "jekyll") == "Hi {{ page.title }} [a](x-ref:/b.md)"
    assert readable("a %%secret%% b", "obsidian") == "a  b"
    assert readable(source, "plain") == source


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("a `b` c", ["`b`"]),
        ("``a ` b`` c", ["``a ` b``"]),
        ("`a\n\nb`", []),
        ("- x\n\n      y\n", []),
        ("p\n\n    code\n\np", ["    code\n"]),
        ("> ```\n> a\n\nb `c`", ["> ```\n> a\n", "`c`"]),
        ("> ```\n> x\n> ```\ny", ["> ```\n> x\n> ```\n"]),
        ("<!-- a\nb -->\nc", ["<!-- a\nb -->\n"]),
        ("\\`a` b", []),
        ("\n \n    a\n \t\n\tb\nc `d` `e", ["    a\n", "\tb\n", "`d`"]),
        ("- a\n\n      b\n\nc\n\n    d\n", ["    d\n"]),
        ("a\n- b\n    c\n\n    d\ne\n\n    f", []),
        ("1. a\n   ```\n\n   `b\n   ````\n\n    c\n`d`", ["   ```\n\n   `b\n   ````\n", "`d`"]),
        ("a\n~~~ x\n```\n~~\n ~~~~ \n`b`\n```\nc", ["~~~ x\n```\n~~\n ~~~~ \n`b`", "```\nc"]),
        ("a <!-- `b` -->\n\n <!-- c\n\n`d` --> e\n`f`", ["`b`", " <!-- c\n\n`d` --> e\n`f`"]),
    ],
)
def test_code_is_found(source: str, code: list[str]) -> None:
    """Fences, indented code, code spans and comments are told from the rest."""
    stretches = Code(source)
    inside = "".join(character if at in stretches else "\0" for at, character in enumerate(source))
    assert [piece for piece in inside.split("\0") if piece] == code


@pytest.mark.parametrize("dialect", ["jekyll", "hugo", "zola", "obsidian"])
@pytest.mark.parametrize(
    "piece",
    [
        "{% raw %}", "{% if %}", "{% endif %}", "{% else %}", "{{ x", "{{ 'a' | ", "{% highlight %}",
        "{::comment}", "{{< a >}}", "{{< /a >}}", "{{< a \"", "{{% a=`", "{% a() %}", "{{ a(", "%%", "^a ",
        "`", "``\n", "> ```\n", "<!--", "](", "[a]: {{ x }} ", "<a {{ x }}", "{%", "{:/", "\n    ", "1. > - ",
    ],
)  # fmt: skip
def test_a_hostile_text_is_rewritten_in_bounded_space(dialect: str, piece: str) -> None:
    """Thousands of openings that nothing closes cost little, and what comes out is not much longer."""
    source = piece * (40_000 // len(piece))
    assert len(text(source, dialect)) < 2 * len(source) + 200_000


def test_tags_within_a_text() -> None:
    """A tag stands after a space and is more than a number; code and comments have none."""
    source = (
        "# Title\n\n#one and #Two/three, x#no #12 #1a [a](#no) `#no` %%#no%% #ONE http://a/#no\n\n    #no\n"
    )
    assert inline_tags(source) == ("one", "Two/three", "1a")


def test_a_summary_is_of_what_is_read() -> None:
    """Neither a comment nor a tag nor the name of a block is told in lists."""
    jekyll = {
        "_config.yml": "title: T\n",
        "_posts/2016-05-04-x.md": "---\ntitle: X\n---\n{% comment %}\na\n\nb\n{% endcomment %}\n\n"
        "Hi {% own %}you.\n",
    }
    vault = {".obsidian/app.json": "{}", "x.md": "%%\nsecret\n\nmore\n%%\n\nHi you. ^block\n"}
    marked = {**jekyll, "_posts/2016-05-04-x.md": "Hi *you*{: .x}.\n{: .y}\n"}
    hugo = {"hugo.toml": 'baseURL = "https://a.example"\n', "content/x.md": "Hi {{< own a=1 >}}you.\n"}
    for files in (jekyll, marked, vault, hugo):
        assert [page.source.summary for page in site_of(files).recent] == ["Hi you."]


def test_a_vault_counts_the_tags_in_its_texts() -> None:
    """Inline tags are tags like those of the front matter, in a vault only."""
    note = "---\ntags: [a]\n---\n#B and #a\n"
    assert sorted(site_of({".obsidian/app.json": "{}", "x.md": note}).terms) == ["B", "a"]
    assert sorted(site_of({"x.md": note}).terms) == ["a"]


def test_a_vault_without_its_settings_is_recognised() -> None:
    """Notes that show others by name are a vault, even if it keeps its folder of settings to itself."""
    notes = {f"{n}.md": "![[picture.png]]\n" for n in range(3)}
    assert site_of(notes).convention == "obsidian"
    assert site_of({"a.md": "`![[x]]` and [[b]]", "b.md": "a ![[c]]"}).convention == "plain"


def test_a_comment_is_no_mention() -> None:
    """What an author wrote for themselves is not told below the page that it links."""
    files = {
        ".obsidian/app.json": "{}",
        "a.md": "%%secret [[b]]%% Hello.\n",
        "b.md": "B",
        "c.md": "See [[b]].\n",
    }
    site = site_of(files)
    assert [mention.page.path for mention in site.mentions["/b"]] == ["/c"]


def test_texts_that_jekyll_includes():
    """A text that a page includes on a line of its own is embedded from where it lies, as a block."""
    page = """---
---
{% include_relative parts/my-news.md %}
{%- include_relative more.md -%}
<span></span>
"""
    files = {"_config.yml": "permalink: pretty", "a/page.md": page}
    body = site_of(files).pages["/a/page"].source.body
    assert body == "![[/a/parts/my-news.md|My news]]\n\n![[/a/more.md|More]]\n\n<span></span>\n"
