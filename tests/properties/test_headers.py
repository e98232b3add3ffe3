"""What holds for every header, however odd: reading it ends well."""

from __future__ import annotations

from datetime import timedelta, timezone

from hypothesis import example, given, settings
from hypothesis import strategies as st

from canopy.content import looseyaml
from canopy.content.dates import parse_date, settled
from canopy.content.fields import FIELDS
from canopy.content.frontmatter import grammar, interpret
from canopy.content.grammar import Header
from canopy.content.headers import read_header
from canopy.content.spelling import meant

KEYS = st.sampled_from([name for field in FIELDS for name, _ in field.written] + ["taxonomies", "extra", "x"])
SCALARS = st.one_of(
    st.sampled_from(
        ["", "a", "a, b", "true", "no", "3", "1e999", "nan", "2016-05-04", "/a/b", "[[x]]", "[", "{", "'"]
    ),
    st.text(max_size=30),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "url", "image", "main", "tags", "author"]), inner, max_size=3
        ),
    ),
    max_leaves=8,
)
LINES = st.lists(st.tuples(KEYS, SCALARS).map(lambda kv: f"{kv[0]}: {kv[1]}"), max_size=6).map("\n".join)
FENCES = st.sampled_from(["---\n", "+++\n", "", "{\n", "\n", "---", "...\n"])
TEXTS = st.one_of(
    st.tuples(FENCES, LINES, st.just("\n"), FENCES, st.text(max_size=20)).map("".join),
    st.text(max_size=200),
    st.text(alphabet="-+{}[]:#&*!|>'\"\n\t ab,=", max_size=80),
)
ZONES = st.one_of(st.none(), st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))))


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.booleans())
@example("title: T", True)
@example("Title: T\n\n", True)
def test_any_text_has_a_header_and_a_body(text, comments):
    """Whatever a text begins with, the body is its end, and begins in the line that is said."""
    header = read_header(text, grammar("a.md", comments))
    assert text.endswith(header.body)
    if header.body:
        assert text[: len(text) - len(header.body)].count("\n") + 1 == header.body_line
    assert all(problem.line >= 1 and problem.cure for problem in header.problems)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(["", "jekyll", "hugo", "obsidian"]), ZONES)
def test_any_header_means_something(text, tradition, zone):
    """Whatever a header holds, its fields are read without an exception, and each finding has a cure."""
    header = read_header(text, grammar("a.md", comments=True))
    front, problems = interpret(header, "a.md", tradition=tradition, zone=zone)
    assert all(problem.reason and problem.cure for problem in problems)
    assert all(moment is None or moment.utcoffset() is not None for moment in (front.date, front.expires))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=5), st.sampled_from(["", "jekyll", "hugo"]))
def test_any_values_mean_something(values, tradition):
    """Lists and tables where texts are meant, and the other way round, are read without an exception."""
    header = read_header("---\nx: y\n---\n", grammar("a.md", comments=True))
    header.values.update({key.lower(): value for key, value in values.items()})
    interpret(header, "a.md", tradition=tradition)


DATES = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="0123456789-/: +.TZ", max_size=30),
    st.datetimes(timezones=st.one_of(st.none(), ZONES)).map(str),
)


@settings(max_examples=500, deadline=None)
@given(DATES, ZONES)
@example("2016-05-04 10:00 +9999", None)
def test_any_date_is_a_moment_or_none(text, zone):
    """What is read from a text can be compared with every other moment."""
    found = parse_date(text, zone)
    if found is not None:
        assert (
            settled(found, timezone(timedelta(hours=14))).timestamp()
            <= settled(found, timezone(timedelta(hours=-14))).timestamp()
        )


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_name_is_known_or_not(name):
    """Looking for a slip in whatever somebody wrote ends, and says a name of a field or nothing."""
    assert meant(name) == "" or any(meant(name) in field.keys for field in FIELDS)


PIECES = [
    *(
        "a",
        "b c",
        "null",
        "NULL",
        "é中",
        "2016-05-04",
        "12:30",
        "http://x/y",
        ": ",
        " #",
        "#",
        "'",
        '"',
        ",",
        ", ",
    ),
    *(
        "  ",
        "[",
        "]",
        "[a, b]",
        "[ ]",
        '["x, y", z, null]',
        "[a, #b]",
        '"a b"',
        "'c d'",
        '""',
        "- ",
        "!",
        "&a",
    ),
    *("*a", "~", "\\", "{", "}", "%", "@", "`", "|", ">", "?", "\t", "\u0301", "\x07", "\u2028"),
]
ROWS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["title", "tags", "date", "Share-Title", "weight", "draft", "nonsense"]),
        st.sampled_from([": ", ":", ":  "]),
        st.lists(st.sampled_from(PIECES), max_size=4).map("".join),
    ),
)


@given(st.lists(ROWS, max_size=4).map("\n".join), st.booleans())
def test_simple_headers_mean_what_yaml_says(block, comments):
    """What is read without a parser of YAML is what the parser would have read."""
    rules = grammar("a.md", comments)
    simple, whole = Header(""), Header("")
    if looseyaml._read_simple(block, 3, rules, simple):
        looseyaml._read_whole(block, 3, rules, whole)
        assert (list(simple.values.items()), simple.lines) == (list(whole.values.items()), whole.lines)
