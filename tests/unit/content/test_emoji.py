"""Emoji by their names, in plain text."""

from __future__ import annotations

import pytest

from canopy.content.emoji import emoji, with_emoji
from canopy.content.prose import plain


def test_the_names_are_githubs() -> None:
    """All of them, each a word that may stand between colons."""
    assert len(emoji()) == 1913
    assert (emoji()["+1"], emoji()["rocket"], emoji()["hash"]) == ("👍", "🚀", "#️⃣")
    assert all(with_emoji(f":{name}:") == sign for name, sign in emoji().items())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (":tada: done :+1:", "🎉 done 👍"),
        (":tada::x:", "🎉❌"),
        ("完成:tada:了", "完成🎉了"),
        ("(:tada:)", "(🎉)"),
        ("Done.:tada:", "Done.🎉"),
        *(
            (text, text)
            for text in ("10:30:45", "a:x:b", "std::x::y", "/a/:x:/b", ":no-such-name:", ": x :", "")
        ),
    ],
)
def test_only_names_that_stand_by_themselves(text: str, shown: str) -> None:
    """Times, paths, words of programs and unknown names stay as they are."""
    assert with_emoji(text) == shown


def test_titles_and_summaries_have_them() -> None:
    """Code in them shows what is written, and an icon of a theme is nothing."""
    assert plain(":rocket: `:x:` *:tada:*") == "🚀 :x: 🎉"
    assert plain(":material-rocket: Launch") == "Launch"
    assert plain("[Get it](x){ .md-button } now") == "Get it now"
