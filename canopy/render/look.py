"""The look of an edition: the default theme, and what of the repository's own is in force.

One `Look` serves every edition until the theme, the accent or the address of the site changes, so that what
was found out about a theme is found out once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from canopy.content.mediatypes import MEDIA_TYPES, OCTETS
from canopy.content.paths import extension
from canopy.content.theme import ASSETS, STYLE, OwnTheme, ThemeFile
from canopy.content.values import SAFE
from canopy.problem import Problem, Severity
from canopy.render.stylesheet import accent_sheet, combined, own_sheet
from canopy.render.theme import ASSET_PREFIX, ThemeAsset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from canopy.content.values import Site

PREFIX = ASSET_PREFIX + "site/"
"""Where the files of a repository's own theme are."""
_OLDER = 3
"""Earlier looks whose files are still there for pages that are open."""
_CSS = "text/css; charset=utf-8"


@dataclass(slots=True, eq=False)
class Look:
    """What a repository's own theme comes to."""

    theme: OwnTheme = OwnTheme()  # noqa: RUF009 (it is immutable)
    accent: str = ""
    base_path: str = ""
    allowed: str = "css"
    """What the server lets a repository bring, as `RenderOptions.theme`."""
    style: str = ""
    """The URL of the site's own style sheet; empty if it has none."""
    plain_style: str = ""
    """The same for pages that are shown with the default theme because the site's own failed."""
    assets: Mapping[str, ThemeAsset] = field(default_factory=lambda: MappingProxyType({}))
    """By path of the site."""
    problems: tuple[Problem, ...] = ()
    _older: tuple[Mapping[str, ThemeAsset], ...] = ()

    def following(self, site: Site, allowed: str) -> Look:
        """Return the look of `site`; this very one if nothing of it changed."""
        theme, accent, base_path = site.theme, site.settings.accent, site.base_path
        values = (accent, base_path, allowed)
        if theme is self.theme and values == (self.accent, self.base_path, self.allowed):
            return self
        look = Look(theme, accent, base_path, allowed)
        look._older = (self.assets, *self._older)[:_OLDER]
        look._make()
        return look

    def asset(self, path: str) -> ThemeAsset | None:
        """Return the file of this look, or of one before it, at a path of the site."""
        return next((found[path] for found in (self.assets, *self._older) if path in found), None)

    def _make(self) -> None:
        """Name and correct all files."""
        assets = _Assets(self.theme if self.allowed != "default" else OwnTheme(), self.base_path)
        accent = accent_sheet(self.accent)
        self.plain_style = assets.add_sheet(accent)
        self.style = assets.add_sheet(combined(accent, assets.sheet(STYLE)))
        self.assets = MappingProxyType(assets.made)
        self.problems = (*assets.problems, *_unused(self.theme, self.allowed))


class _Assets:
    """The files of a theme under the names at which readers find them; those change with the content."""

    def __init__(self, theme: OwnTheme, base_path: str) -> None:
        self._files: dict[str, ThemeFile] = {file.name: file for file in theme.files}
        self._base_path = base_path
        self._making: list[str] = []
        self._urls: dict[str, str | None] = {}
        self.made: dict[str, ThemeAsset] = {}
        self.problems: list[Problem] = []
        for file in theme.assets:
            self.url(file.name)

    def url(self, name: str) -> str | None:
        """Return the URL of a file in `_theme/assets`, None if there is none."""
        file = self._files.get(name)
        if file is None or not name.startswith(ASSETS):
            return None
        if name not in self._urls:
            kind = extension("/" + name)
            if kind == ".css":
                data = self.sheet(name).encode()
                tag = hashlib.sha256(data).hexdigest()
            else:
                data, tag = file.data, file.blob_id
            self._urls[name] = self._add(name.removeprefix(ASSETS), data, tag, MEDIA_TYPES.get(kind, OCTETS))
        return self._urls[name]

    def sheet(self, name: str) -> str:
        """Return the text of a style sheet, its addresses those of the site; empty if there is none."""
        file = self._files.get(name)
        if file is None:
            return ""
        if name in self._making:
            fault = "style sheets import each other in a circle", "remove one of the imports"
            self.problems.append(Problem(file.path, 0, *fault, Severity.WARNING))
            return ""
        self._making.append(name)
        text, problems = own_sheet(file, self._base_path, self.url)
        self._making.pop()
        self.problems += problems
        return text

    def add_sheet(self, text: str) -> str:
        """Have a generated style sheet at hand; return its URL, or nothing for an empty one."""
        data = text.encode()
        return self._add("style.css", data, hashlib.sha256(data).hexdigest(), _CSS) if text.strip() else ""

    def _add(self, name: str, data: bytes, tag: str, media_type: str) -> str:
        stem, dot, kind = name.rpartition(".")
        path = f"{PREFIX}{stem}.{tag[:10]}{dot}{kind}"
        self.made[path] = ThemeAsset(path, data, media_type)
        return self._base_path + quote(path, safe=SAFE)


def _unused(theme: OwnTheme, allowed: str) -> Iterator[Problem]:
    """Say which files of a theme the server leaves alone."""
    if allowed == "default" and theme.style is not None:
        yield _not_allowed(theme.style, "style sheet", "theme = 'css'")
    if allowed != "templates" and theme.templates:
        yield _not_allowed(theme.templates[0], "templates", "theme = 'templates'")


def _not_allowed(file: ThemeFile, what: str, setting: str) -> Problem:
    reason = f"this server does not use the {what} of a repository"
    cure = f"its setting {setting} allows it"
    return Problem(file.path, 0, reason, cure, Severity.WARNING)
