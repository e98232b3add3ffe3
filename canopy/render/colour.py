"""A site's accent colour, brought to where it can be read: same hue, another lightness.

Lightness is that of OKLCH (B. Ottosson 2020, "A perceptual color space for image processing"; CSS Color 4,
9.4), contrast that of WCAG 2.2, 1.4.3. Pure numbers: `#rrggbb` in, `#rrggbb` out.
"""

from __future__ import annotations

import math
import re

GROUNDS = {"light": ("#fbfaf7", "#f3f0e9"), "dark": ("#171815", "#20211d")}
"""What text stands on in each scheme: paper and tint of the theme's style sheet."""
GOALS = {"light": 5.0, "dark": 7.0}
"""The contrast that is wanted: above AA's 4.5, for links on alerts and marks."""
_STEPS = 200
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

Rgb = tuple[float, float, float]


def is_colour(text: str) -> bool:
    """Tell whether a text is `#rrggbb`."""
    return _COLOUR.fullmatch(text) is not None


def readable_accent(colour: str, scheme: str) -> str:
    """Return the colour nearest to `colour`, by lightness alone, that can be read in a scheme.

    `scheme` is a key of `GROUNDS`. Where the screen can't show the hue as strongly at that lightness, it is
    weaker.
    """
    lightness, chroma, hue = _oklch(_channels(colour))
    grounds = GROUNDS[scheme]
    # Towards black by day, towards white by night, there is always a lightness that reaches it.
    end = 0.0 if scheme == "light" else 1.0
    for step in range(_STEPS + 1):
        tried = lightness + (end - lightness) * step / _STEPS
        found = _written(_shown(tried, chroma, hue)) if step else colour.lower()
        if all(contrast(found, ground) >= GOALS[scheme] for ground in grounds):
            return found
    return "#000000" if scheme == "light" else "#ffffff"


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _oklch(colour: Rgb) -> tuple[float, float, float]:
    """Return lightness, chroma and hue (in radians) of an sRGB colour."""
    red, green, blue = (_linear(channel) for channel in colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _srgb(lightness: float, chroma: float, hue: float) -> Rgb:
    """Return the sRGB colour, whose channels are beyond 0 to 1 where a screen can't show it."""
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (math.copysign(_encoded(abs(channel)), channel) for channel in linear)
    return red, green, blue


def _shown(lightness: float, chroma: float, hue: float) -> Rgb:
    """Return the colour with as much of its chroma as a screen can show (CSS Color 4, 13.2, by bisection)."""
    low, high = 0.0, chroma
    if _within(found := _srgb(lightness, chroma, hue)):
        return found
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(_srgb(lightness, middle, hue)) else (low, middle)
    return _srgb(lightness, low, hue)


def _within(colour: Rgb) -> bool:
    return all(-1e-4 <= channel <= 1 + 1e-4 for channel in colour)


def _written(colour: Rgb) -> str:
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, channel))):02x}" for channel in colour)
