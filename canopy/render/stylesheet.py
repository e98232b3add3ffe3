"""The style sheet of a site's own: its accent colour, then what the repository's `_theme/style.css` says.

It comes after the default theme's, so that it has the last word. Addresses in it are those of the repository
and become those of the site: `url(assets/rose.svg)` names a file of the theme, `url(../images/sea.jpg)` one
of the notes. Style sheets are not understood beyond that; what they may load is for the
Content-Security-Policy to say.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from canopy.content.values import SAFE
from canopy.problem import Problem, Severity
from canopy.render.colour import is_colour, readable_accent

if TYPE_CHECKING:
    from collections.abc import Callable

    from canopy.content.theme import ThemeFile

# Every alternative stops at what begins the next, so that no text takes more than one pass.
_REFERENCE = re.compile(
    r"""/\*(?:[^*]|\*(?!/))*+(?:\*/)?"""
    r"""|(?P<import>@import\s++)?url\(\s*+(?P<quote>["']?)(?P<url>[^"'()\s\\]*+)(?P=quote)\s*+\)"""
    r"""|@import\s++(?P<mark>["'])(?P<sheet>[^"'\\]*+)(?P=mark)""",
    re.IGNORECASE,
)
_IMPORT = re.compile(r"""@import\s++(?:url\([^()]*+\)|"[^"@]*+"|'[^'@]*+')[^;{}@]*+;""", re.IGNORECASE)
_COMMENT = re.compile(r"/\*(?:[^*]|\*(?!/))*+(?:\*/)?")
MOST_PROBLEMS = 20
"""Of one style sheet."""
_REMOTE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_FONT = re.compile(r"\.(?:woff2?|ttf|otf|eot)(?:[?#]|\Z)", re.IGNORECASE)
_LONGEST_FACE = 2000
"""Characters of a rule for a font that are looked back at."""
_ELSEWHERE = "put the file into _theme/assets and name it from there"


def accent_sheet(accent: str) -> str:
    """Return the rules that colour links in a site's accent; empty unless it is `#rrggbb`."""
    if not is_colour(accent):
        return ""
    light, dark = readable_accent(accent, "light"), readable_accent(accent, "dark")
    return (
        f":root {{ --accent: {light}; }}\n"
        f"@media screen {{ :root {{ --link: {light}; }} }}\n"
        "@media screen and (prefers-color-scheme: dark) "
        f"{{ :root {{ --accent: {dark}; --link: {dark}; }} }}\n"
    )


def own_sheet(
    file: ThemeFile, base_path: str, place: Callable[[str], str | None]
) -> tuple[str, tuple[Problem, ...]]:
    """Return the text of a repository's style sheet with its addresses put right, and what is wrong with it.

    `place` gives the URL of a file of the theme by its name below `_theme/`, or None.
    """
    text = file.data.decode("utf-8-sig", "replace")
    problems: list[Problem] = []
    if "\N{REPLACEMENT CHARACTER}" in text:
        problems.append(_problem(file, text, text.index("\N{REPLACEMENT CHARACTER}"), _ODD))

    def located(match: re.Match[str]) -> str:
        url = match["url"] or match["sheet"]
        if not url:
            return match[0]
        imported = match["sheet"] is not None or match["import"] is not None
        loaded = imported or _in_font_face(text, match.start())
        found, fault = _located(file.name, url, base_path, place, loaded=loaded)
        if fault is not None and len(problems) < MOST_PROBLEMS:
            problems.append(_problem(file, text, match.start(), fault))
        return match[0] if found is None else match[0].replace(url, found, 1)

    return _REFERENCE.sub(located, text), tuple(problems)


def combined(accent: str, own: str) -> str:
    """Return both in one sheet. An `@import` counts only before all other rules, so it goes to the top."""
    if not (accent and own):
        return accent or own
    imports = "".join(f"{match[0]}\n" for match in _IMPORT.finditer(_COMMENT.sub("", own)))
    return imports + accent + (_IMPORT.sub("", own) if imports else own)


_ODD = ("this is not UTF-8", "save the file as UTF-8")
_Fault = tuple[str, str]


def _located(
    name: str, url: str, base_path: str, place: Callable[[str], str | None], *, loaded: bool
) -> tuple[str | None, _Fault | None]:
    """Return what an address of the file `name` becomes, None if it stays, and what is wrong with it.

    What is `loaded` is another style sheet or a font.
    """
    if _REMOTE.match(url):
        # The Content-Security-Policy keeps readers from asking others for more than images.
        if loaded or _FONT.search(url):
            return None, (f"{url[:200]!r} is elsewhere, and readers' browsers do not ask there", _ELSEWHERE)
        return None, None
    if url.startswith("#") or ":" in url.partition("/")[0]:
        return None, None
    path, sign, rest = _split(url)
    full = posixpath.normpath(posixpath.join("/_theme", posixpath.dirname(name), unquote(path)))
    if not full.startswith("/_theme/"):
        return base_path + quote(full, safe=SAFE) + sign + rest, None
    found = place(full.removeprefix("/_theme/"))
    if found is None:
        return None, (f"there is no {full[1:][:200]!r}", "correct the name, or add the file")
    return found + sign + rest, None


def _in_font_face(text: str, place: int) -> bool:
    before = text[max(0, place - _LONGEST_FACE) : place].lower()
    return before.rfind("@font-face") > before.rfind("}")


def _split(url: str) -> tuple[str, str, str]:
    cut = min((at for at in (url.find("?"), url.find("#")) if at >= 0), default=len(url))
    return url[:cut], url[cut : cut + 1], url[cut + 1 :]


def _problem(file: ThemeFile, text: str, place: int, fault: _Fault) -> Problem:
    return Problem(file.path, text.count("\n", 0, place) + 1, *fault, Severity.WARNING)
