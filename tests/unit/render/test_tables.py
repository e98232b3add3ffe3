"""Tables as GitHub reads them."""

from __future__ import annotations

from markup import read

from canopy.render.markdown import render_markdown


def rows(text: str) -> list[list[str]]:
    html = render_markdown(text).html(str)
    return [
        [
            cell.split(">", 1)[1]
            for cell in row.replace("</th>", "</td>").replace("<th", "<td").split("</td>")[:-1]
        ]
        for row in html.split("<tr>")[1:]
    ]


def test_a_ragged_row_keeps_its_table() -> None:
    """Missing cells are empty and surplus ones are dropped; mistune would drop the table."""
    assert rows("|a|b|\n|-|-|\n|1|\n|1|2|3|") == [["a", "b"], ["1", ""], ["1", "2"]]


def test_outer_pipes_are_optional() -> None:
    """A row may do without them, each on its own."""
    assert rows("a | b\n- | -\n1 | 2\n| 3 | 4") == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_an_escaped_pipe_belongs_to_its_cell() -> None:
    """Inside a code span too."""
    assert rows("|a|\n|-|\n|`x \\| y` \\| z|") == [["a"], ["<code>x | y</code> | z"]]


def test_alignment_is_a_class() -> None:
    """The security policy forbids inline style."""
    page = read(render_markdown("|a|b|c|d|\n|:-|:-:|-:|-|").html(str))
    assert [cell.attributes.get("class") for cell in page.all("th")] == [
        "align-left", "align-center", "align-right", None,
    ]  # fmt: skip


def test_a_table_scrolls_and_can_be_focused() -> None:
    """Its box is reachable by keyboard and has a name."""
    page = read(render_markdown("|a|\n|-|\n|b|").html(str))
    box = page.one("div", role="group")
    assert (box.attributes["tabindex"], box.attributes["aria-label"]) == ("0", "Table")


def test_a_table_ends_at_a_blank_line_or_another_block() -> None:
    """A line without a pipe is a row (GFM, example 202); a quote or a heading is not."""
    assert rows("|a|b|\n|-|-|\n|1|2|\nbar\n> q") == [["a", "b"], ["1", "2"], ["bar", ""]]


def test_a_delimiter_row_of_another_width_makes_no_table() -> None:
    """GFM, example 203."""
    assert "<table" not in render_markdown("|a|b|\n|-|\n|c|").html(str)


def test_tables_in_lists_and_quotes() -> None:
    """A table may stand inside other blocks."""
    assert "<table" in render_markdown("> |a|\n> |-|\n> |b|").html(str)
    assert "<table" in render_markdown("- |a|\n  |-|\n  |b|").html(str)


def test_ten_thousand_columns_are_text() -> None:
    """A table that no one can read does not cost what it would."""
    text = "|a" * 10_000 + "|\n" + "|-" * 10_000 + "|\n" + "|1|\n" * 10_000
    assert "<table" not in render_markdown(text).html(str)


def test_short_rows_under_a_wide_head_do_not_multiply() -> None:
    """What a hostile table leaves to us is bounded."""
    text = "|a" * 400 + "|\n" + "|-" * 400 + "|\n" + "|1|\n" * 10_000
    assert render_markdown(text).html(str).count("<td") < 40_000
