"""Components among markdown: what of MDX and of Vue is shown, and what leaves a placeholder."""

from __future__ import annotations

import pytest

from canopy.content.dialects import Idiom, readable, spoken, understand


def mdx(text: str) -> str:
    """Return a text of MDX as markdown."""
    return understand(text, Idiom("mdx", (("title", "The title"),))).text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("import A from 'a';\nimport {\n  B,\n} from './b'\nimport './c.css'\n\nText", "\n\n\n\nText"),
        ("export const a = {\n  b: 1,\n\n  c: [2],\n};\nText", "\nText"),
        ("export default ({children}) => <div>{children}</div>;\n\nText", "\n\nText"),
        ("export function A({b}) {\n  return <p>\n\n{b}</p>;\n}\n\nText", "\n\nText"),
        ("export const A = ({b}) => (\n  <p>{b}</p>\n);\n\nText", "\n\nText"),
        ("import is a word, export another", "import is a word, export another"),
        ("```js\nimport A from 'a';\n{b} <C />\n```", "```js\nimport A from 'a';\n{b} <C />\n```"),
        ("a {/* b */}c", "a c"),
        ("a\n\n{/* truncate */}\n\nb", "a\n\n<!--more-->\n\nb"),
        ("a\n\n<!-- truncate -->\n\nb", "a\n\n<!--more-->\n\nb"),
        ("{'a'} {\"b\"} {`c`} {1}", "a b c 1"),
        ("# {frontMatter.title}", "# The title"),
        ("## Part {#part}", "## Part {#part}"),
        ("$a_{b}$ and $${c}$$ and \\{d}", "$a_{b}$ and $${c}$$ and \\{d}"),
        ("$$\n{a}\n$$", "$$\n{a}\n$$"),
        ("a set {1, 2} of {two words}", "a set {1, 2} of {two words}"),
        (
            "<Tabs>\n<TabItem value='x' label='By hand'>\n\nText\n\n</TabItem>\n</Tabs>",
            "\n\n**By hand**\n\n\nText\n\n\n",
        ),
        (
            "<Admonition type='danger' title='No'>\nText\n</Admonition>",
            "\n::: caution No\n\n\nText\n\n\n:::\n",
        ),
        ("<Link to='/a'>b</Link>", '<a href="/a">b</a>'),
        (
            "<Image src={require('./a.png').default} alt='b' />",
            '<figure><img src="./a.png" alt="b"></figure>',
        ),
        (
            "<ThemedImage alt='b' sources={{light: useBaseUrl('/a.png'), dark: 'c'}} />",
            '<img src="/a.png" alt="b">',
        ),
        ("<img src={useBaseUrl('/a.png')} className='x' style={{a: 1}}/>", '<img src="/a.png" class="x" />'),
        ("<div className=\"x\" onClick={() => {a('}')}}>b</div>", '<div class="x">b</div>'),
        ("<CodeBlock language='js'>\n{`a = {b}`}\n</CodeBlock>", "```js\na = {b}\n```"),
        ("<LiteYouTubeEmbed id='abc' />", "[Watch on YouTube](<https://www.youtube.com/watch?v=abc>)"),
        ("<Player url='https://x.example/a' />", "[x.example](<https://x.example/a>)"),
        ("<DocCardList />a<></>", "a"),
        ("Array<String> a < b", "Array<String> a < b"),
        ("a <K> b", "a &lt;K> b"),
        ("<details>\n<summary>a</summary>\n</details>", "<details>\n<summary>a</summary>\n</details>"),
        ("<a.b.C", "<a.b.C"),
    ],
)
def test_mdx(text, shown):
    """What only a program could show goes, and what everyone uses becomes the markdown it stands for."""
    found = understand(text, Idiom("mdx", (("title", "The title"),)))
    assert shown in found.text
    assert not found.findings


@pytest.mark.parametrize(
    ("text", "placeholder", "line"),
    [
        ("a\n\n<Mystery size={3} />", "Mystery", 3),
        ("a {props.b} c", "props.b", 1),
        ("a {b()} c", "b", 1),
    ],
)
def test_what_nobody_can_know(text, placeholder, line):
    """A component that encloses nothing, and an expression, leave a placeholder and are reported."""
    found = understand(text, Idiom("mdx"))
    assert f'<small class="left-out">&#91;{placeholder}' in found.text
    assert [finding[0] for finding in found.findings] == [line]
    assert "left-out" not in readable(text, "mdx")


def test_an_unknown_component_shows_what_it_encloses():
    """Its inside is all there is to read; that it is not known is said."""
    found = understand("<Mystery>\n\nText\n\n</Mystery>", Idiom("mdx"))
    assert found.text.strip() == "Text"
    assert "Mystery" in found.findings[0][1]


def test_indentation_of_mdx():
    """What is moved in within components is no code; lists and blocks of code keep their own shape."""
    text = (
        "<Tabs>\n    <TabItem>\n\n      Text\n\n      - one\n        - two\n\n          more\n\n"
        "      ```js\n      if (a) {\n        b()\n      }\n      ```\n\n    </TabItem>\n</Tabs>\n"
    )
    expected = "\n\n\nText\n\n- one\n  - two\n\n    more\n\n```js\nif (a) {\n  b()\n}\n```\n\n\n\n"
    assert mdx(text) == expected


def test_a_long_module():
    """However much data a text exports, none of it is shown."""
    rows = "".join(f"  {{name: 'n{n}', value: [{n}]}},\n\n" for n in range(500))
    assert mdx(f"export const rows = [\n{rows}];\n\nText").strip() == "Text"


def test_modules_leave_nothing():
    """Of a function that a text exports, not a line is shown."""
    assert mdx("export default function A({b}) {\n  return <p>{b}</p>;\n}\n").strip() == ""


def test_code_that_is_none():
    """A block that only hides components from other tools shows what is in it."""
    assert mdx("```mdx-code-block\n<Tabs>\n```\na\n```mdx-code-block\n</Tabs>\n```\n").split() == ["a"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script setup>\nimport A from 'a'\n</script>\n\nText", "\n\nText"),
        ("<style scoped>\n.a { b: c }\n</style>Text", "Text"),
        ("# {{ $frontmatter.title }}", "# The title"),
        ("`{{ a }}` {{ 'b' }}", "`{{ a }}` b"),
        ("Version <Badge type='tip' text='1.0' />", "Version 1\\.0"),
        ("<ClientOnly>\n\nText\n\n</ClientOnly>", "\n\nText\n\n"),
        ("<my-box>\n\nText\n\n</my-box>", "\n\nText\n\n"),
        ('<img :src="withBase(\'/a.png\')" v-if="b" alt="c">', '<img src="/a.png" alt="c">'),
        ("    indented {{ code }}", "    indented {{ code }}"),
    ],
)
def test_vue(text, shown):
    """Scripts and styles go, names are filled in, components show what they enclose."""
    assert shown in understand(text, Idiom("vue", (("title", "The title"),))).text


def test_placeholders_of_vue():
    """Interpolations, components and texts of other files that cannot be known leave placeholders."""
    found = understand("{{ a.b }}\n\n<MyChart />\n\n<<< @/a.js{2}\n", Idiom("vue"))
    assert found.text.count("left-out") == 3
    assert [finding[0] for finding in found.findings] == [1, 3, 5]


@pytest.mark.parametrize(
    ("convention", "path", "dialect"),
    [
        ("docusaurus", "a.md", "mdx"),
        ("plain", "a.mdx", "mdx"),
        ("vitepress", "a.md", "vue"),
        ("jekyll", "a.md", "jekyll"),
        ("mkdocs", "a.md", "mkdocs"),
        ("plain", "a.md", ""),
    ],
)
def test_dialects_of_files(convention, path, dialect):
    """The repository's convention tells how a text is meant, and so does its ending."""
    assert spoken(convention, path) == dialect


@pytest.mark.parametrize(
    "piece",
    [
        "<A ",
        "<A>",
        "{a(",
        "{/*",
        "<A b={",
        "<A b='",
        "import a, ",
        "export {",
        "{{",
        "  - a\n",
        "<script>",
        "$$\n",
        "<></",
    ],
)
@pytest.mark.parametrize("dialect", ["mdx", "vue"])
def test_texts_made_to_be_slow(piece, dialect):
    """The time that is taken grows as the text does: this ends."""
    assert understand(piece * (60_000 // len(piece)), Idiom(dialect)).text is not None
