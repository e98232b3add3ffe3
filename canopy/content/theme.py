"""What a repository brings for its own look: the files of `_theme/` at the site's top.

`_theme/style.css` is its style sheet, `_theme/templates/` has its templates, `_theme/assets/` the fonts and
images that these refer to. None of them is a page or a file of the site. Whether they are used is for the
render room to say; here they are only collected, within bounds. Must not know what is in them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canopy.content.mediatypes import MEDIA_TYPES
from canopy.content.paths import THEME, extension
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.git.values import Blob

STYLE = "style.css"
TEMPLATES = "templates/"
ASSETS = "assets/"
MOST_FILES = 200
MOST_BYTES = {".css": 512 * 1024, ".html": 256 * 1024}
"""Of one file, by extension."""
MOST_ASSET = 4 * 1024 * 1024
"""Of any other."""
MOST_ASSETS = 32 * 1024 * 1024
"""Of all of them."""
MOST_TEMPLATES = 2 * 1024 * 1024
"""Of all templates: every rendering process has them."""
_KINDS = (
    *(".css", ".js", ".woff2", ".woff", ".ttf", ".otf"),
    *(".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico"),
)


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """One file of a repository's own theme."""

    name: str
    """Below `_theme/`: `style.css`, `templates/article.html`, `assets/rose.svg`."""
    path: str
    """In the repository."""
    blob_id: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnTheme:
    """All files of a repository's own theme, in the order of their names."""

    files: tuple[ThemeFile, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def style(self) -> ThemeFile | None:
        """The style sheet, if there is one."""
        return next((file for file in self.files if file.name == STYLE), None)

    @property
    def templates(self) -> tuple[ThemeFile, ...]:
        """The templates."""
        return tuple(file for file in self.files if file.name.startswith(TEMPLATES))

    @property
    def assets(self) -> tuple[ThemeFile, ...]:
        """The fonts and images."""
        return tuple(file for file in self.files if file.name.startswith(ASSETS))


def digest(files: tuple[ThemeFile, ...]) -> str:
    """Return what names these very files with this very content."""
    text = "\n".join(f"{file.name}\0{file.blob_id}" for file in files)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def read_theme(blobs: Mapping[str, Blob], prefix: str, previous: OwnTheme | None = None) -> OwnTheme:
    """Return the theme below the site's top; the very same as before while its files are the same."""
    place = prefix + THEME.lstrip("/")
    files: list[ThemeFile] = []
    problems: list[Problem] = []
    for path in sorted(path for path in blobs if path.startswith(place)):
        blob, name = blobs[path], path.removeprefix(place)
        fault = _fault(name, blob, files)
        if fault is None:
            files.append(ThemeFile(name, path, blob.id, blob.data))
        elif any(fault):
            problems.append(Problem(path, 0, *fault, Severity.WARNING))
    theme = OwnTheme(tuple(files), tuple(problems))
    return previous if previous is not None and previous == theme else theme


def _fault(name: str, blob: Blob, before: list[ThemeFile]) -> tuple[str, str] | None:
    """Return why a file is no part of the theme and what to do; two empty texts say that nobody minds."""
    kind = extension("/" + name)
    if name.startswith(".") or "/." in name or name.lower().startswith(("readme", "license", "licence")):
        return "", ""
    if not name.isprintable():
        return "a name that no address can hold", "rename the file"
    template = name.startswith(TEMPLATES) and kind == ".html"
    asset = name.startswith(ASSETS) and kind in _KINDS and kind in MEDIA_TYPES
    if not (template or asset or name == STYLE):
        return (
            "this is no part of a theme",
            "a theme has style.css, templates/*.html, and fonts, images or style sheets in assets/",
        )
    most = MOST_BYTES.get(kind, MOST_ASSET)
    if len(blob.data) > most:
        return f"{len(blob.data):,} bytes are too many for a file of a theme", f"keep it below {most:,}"
    if len(before) >= MOST_FILES:
        return f"a theme has at most {MOST_FILES} files", "remove some"
    folder, bound = (TEMPLATES, MOST_TEMPLATES) if template else (ASSETS, MOST_ASSETS)
    if sum(len(file.data) for file in before if file.name.startswith(folder)) + len(blob.data) > bound:
        return f"more than {bound:,} bytes in {folder}", "make the files smaller, or fewer"
    return None
