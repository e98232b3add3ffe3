"""Accent colours that can be read."""

from __future__ import annotations

import colorsys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canopy.render.colour import GROUNDS, contrast, is_colour, readable_accent


def hue(colour: str) -> float:
    """Return the hue of `#rrggbb` in degrees."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 360 * colorsys.rgb_to_hsv(red, green, blue)[0]


@given(st.integers(0, 0xFFFFFF), st.sampled_from(sorted(GROUNDS)))
def test_every_accent_can_be_read(number: int, scheme: str) -> None:
    """Whatever colour a site chooses, links in it reach AA on all grounds of both schemes."""
    accent = readable_accent(f"#{number:06x}", scheme)
    assert is_colour(accent)
    assert min(contrast(accent, ground) for ground in GROUNDS[scheme]) >= 4.5


@pytest.mark.parametrize(
    ("chosen", "light", "dark"),
    [
        ("#2b6a4a", "#2b6a4a", "#79b894"),
        ("#0000ff", "#0000ff", "#81aaff"),
        ("#ffff00", "#6a6a00", "#ffff00"),
        ("#ffffff", "#666666", "#ffffff"),
        ("#000000", "#000000", "#ababab"),
    ],
)
def test_a_colour_stays_where_it_can_be_read(chosen: str, light: str, dark: str) -> None:
    """One that is good stays as it is; another becomes darker by day or lighter by night, and no more."""
    assert (readable_accent(chosen, "light"), readable_accent(chosen, "dark")) == (light, dark)


@pytest.mark.parametrize("chosen", ["#b5651d", "#ff69b4", "#00b3b3", "#8a2be2"])
def test_the_hue_is_kept(chosen: str) -> None:
    """Brown stays brown, pink stays pink."""
    for scheme in GROUNDS:
        turned = abs(hue(readable_accent(chosen, scheme)) - hue(chosen))
        assert min(turned, 360 - turned) < 15


@pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "#1234567", "#123456;}"])
def test_only_six_digits_are_a_colour(text: str) -> None:
    """Nothing else gets into the style sheet."""
    assert not is_colour(text)
