"""Footnotes: `[^1]` in the text, `[^1]: the note` anywhere; notes may refer to notes.

The reading of them is mistune's; the order, the numbering of repeated references and the way back are ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistune.plugins.footnotes import (
    INLINE_FOOTNOTE,
    REF_FOOTNOTE,
    parse_footnote_item,
    parse_inline_footnote,
    parse_ref_footnote,
)

if TYPE_CHECKING:
    from mistune import BlockState, Markdown

Token = dict[str, Any]


def footnotes(md: Markdown) -> None:
    """Let mistune read footnotes and put them at the end."""
    md.inline.register("footnote", INLINE_FOOTNOTE, parse_inline_footnote, before="link")
    md.block.register("ref_footnote", REF_FOOTNOTE, parse_ref_footnote, before="ref_link")
    md.after_render_hooks.append(_append_notes)


def _append_notes(md: Markdown, result: str | list[Token], state: BlockState) -> list[Token]:
    assert isinstance(result, list)  # noqa: S101 - mistune's contract without a renderer
    items: list[Token] = []
    # Rendering a note may meet the first reference to another one, which makes the list longer.
    while len(items) < len(state.env.get("footnotes", ())):
        key = state.env["footnotes"][len(items)]
        child = state.child_state("")
        child.tokens = [parse_footnote_item(md.block, key, len(items) + 1, state)]
        rendered = md.render_state(child)
        assert isinstance(rendered, list)  # noqa: S101
        items += rendered
    return [*result, {"type": "footnotes", "children": items}] if items else result
