"""The style sheet's weight, and that all of its text can be read, by computation (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from pathlib import Path

import brotli
import pytest

from canopy.render.colour import GROUNDS
from canopy.render.highlight import token_classes

THEME = Path(__file__).parents[2] / "canopy" / "theme"
STYLE = (THEME / "assets" / "style.css").read_text("utf-8")
AA = 4.5

_TOKENS = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in STYLE.split(":root {")[1:]]
SCHEMES = {"light": _TOKENS[0], "dark": _TOKENS[0] | _TOKENS[1]}
PALETTE = [
    (scheme, ink, ground)
    for scheme in SCHEMES
    for ground in ("paper", "tint")
    for ink in ("ink", "quiet", "note", "tip", "important", "warning", "caution")
]
PALETTE += [
    (scheme, name, ground)
    for scheme, tokens in SCHEMES.items()
    for ground in ("tint", "code-line", "code-inserted", "code-deleted")
    for name in tokens
    if name.startswith("code") and name not in {"code-line", "code-inserted", "code-deleted"}
]
# Inserted and deleted lines are one token each: nothing but plain code stands on them.
PALETTE = [p for p in PALETTE if p[2] not in {"code-inserted", "code-deleted"} or p[1] == "code"]


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.2's definition)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("scheme", "ink", "ground"), PALETTE)
def test_text_stands_out_from_its_ground(scheme: str, ink: str, ground: str) -> None:
    """Text, alerts and highlighted code reach AA on paper, on code's ground and on stressed lines."""
    tokens = SCHEMES[scheme]
    assert contrast(tokens[ink], tokens[ground]) >= AA


def test_links_in_the_default_accent_stand_out() -> None:
    """The accent is what links are drawn in by day."""
    assert contrast(SCHEMES["light"]["accent"], SCHEMES["light"]["paper"]) >= AA
    assert contrast(SCHEMES["light"]["accent"], SCHEMES["light"]["tint"]) >= AA


def test_accents_are_fitted_to_these_grounds() -> None:
    """What a site's accent is made readable on is what the style sheet really paints."""
    tokens = {scheme: (SCHEMES[scheme]["paper"], SCHEMES[scheme]["tint"]) for scheme in SCHEMES}
    assert tokens == GROUNDS


def test_browsers_frame_the_page_in_its_own_paper() -> None:
    """theme-color of both schemes is the style sheet's paper."""
    base = (THEME / "templates" / "base.html").read_text("utf-8")
    assert re.findall(r'content="(#\w+)"', base) == [SCHEMES["light"]["paper"], SCHEMES["dark"]["paper"]]


def test_style_sheet_is_light() -> None:
    """One sheet under 12 KB as it is sent, and the fonts that a plain article needs under 30 KB."""
    assert len(brotli.compress(STYLE.encode(), quality=11)) < 12_000
    assert (THEME / "assets" / "text.woff2").stat().st_size < 30_000


def test_only_known_token_classes_are_coloured() -> None:
    """A colour for a class that the highlighter never writes would be dead weight."""
    start, end = STYLE.index(".highlight {\n  & .hll"), STYLE.index(".copy {")
    assert set(re.findall(r"\.([a-z]\w*)\b", STYLE[start:end])) - {"highlight", "hll"} <= set(token_classes())


def test_every_colour_is_a_token() -> None:
    """Outside the palettes and print, no colour is written as a number, so that one setting changes all."""
    body = STYLE[STYLE.index("/* Ground */") : STYLE.index("@media print")]
    assert re.findall(r"#[0-9a-f]{3,8}\b", body) == []


def test_fonts_bring_their_licence() -> None:
    """The OFL asks that its text goes with the font."""
    licence = (THEME / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    for font in (THEME / "assets").glob("*.woff2"):
        assert font.name in licence
