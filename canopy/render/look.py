"""The look of an edition: the default theme, and what of the repository's own is in force.

One `Look` serves every edition until the theme, the accent or the address of the site changes, so that what
was found out about a theme is found out once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from canopy.content.mediatypes import MEDIA_TYPES, OCTETS
from canopy.content.paths import extension
from canopy.content.theme import ASSETS, STYLE, TEMPLATES, OwnTheme, ThemeFile, digest
from canopy.content.values import SAFE
from canopy.problem import Problem, Severity
from canopy.render.diagrams import diagram_assets, frame_path
from canopy.render.jobs import Job, OwnPage, inspect_templates, render_own_view, render_view
from canopy.render.stylesheet import accent_sheet, combined, own_sheet
from canopy.render.theme import ASSET_PREFIX, ThemeAsset, template_names, template_of
from canopy.render.themed import Failure, OwnTemplates
from canopy.render.views import ArticleView, ListingView
from canopy.render.workers import RenderFailed, WorkersClosed

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from canopy.content.values import Site
    from canopy.render.representation import Body
    from canopy.render.views import View

PREFIX = ASSET_PREFIX + "site/"
"""Where the files of a repository's own theme are."""
_OLDER = 3
"""Earlier looks whose files are still there for pages that are open."""
_PATIENCE = 3
"""Pages for which a template may use up its time or memory; then nobody waits for it any more."""
_MOST_PROBLEMS = 50
_CSS = "text/css; charset=utf-8"


@dataclass(slots=True, eq=False)
class Look:
    """What a repository's own theme comes to."""

    theme: OwnTheme = OwnTheme()  # noqa: RUF009 (it is immutable)
    accent: str = ""
    base_path: str = ""
    allowed: str = "css"
    """What the server lets a repository bring, as `RenderOptions.theme`."""
    scripts: bool = False
    """Whether its templates may have scripts run."""
    diagrams: bool = False
    """Whether readers' browsers draw diagrams."""
    style: str = ""
    """The URL of the site's own style sheet; empty if it has none."""
    plain_style: str = ""
    """The same for pages that are shown with the default theme because the site's own failed."""
    assets: Mapping[str, ThemeAsset] = field(default_factory=lambda: MappingProxyType({}))
    """By path of the site."""
    templates: OwnTemplates | None = None
    """None unless the repository has some and the server allows them."""
    _found: dict[Problem, None] = field(default_factory=dict)
    _told: set[tuple[str, int, str]] = field(default_factory=set)
    _costs: Counter[str] = field(default_factory=Counter)
    _given_up: frozenset[str] = frozenset()
    inspected: bool = False
    """Whether its templates have been read and tried."""
    _older: tuple[Mapping[str, ThemeAsset], ...] = ()

    def following(self, site: Site, allowed: str, *, scripts: bool = False, diagrams: bool = False) -> Look:
        """Return the look of `site`; this very one if nothing of it changed."""
        theme, accent, base_path = site.theme, site.settings.accent, site.base_path
        values = (accent, base_path, allowed, scripts, diagrams)
        own = (self.accent, self.base_path, self.allowed, self.scripts, self.diagrams)
        if theme is self.theme and values == own:
            return self
        look = Look(theme, *values)
        look._older = (self.assets, *self._older)[:_OLDER]
        look._make()
        return look

    @property
    def frame(self) -> str:
        """The URL of the document that draws a diagram; empty where none are drawn."""
        return self.base_path + frame_path() if self.diagrams else ""

    @property
    def version(self) -> tuple[object, ...]:
        """What tells whether a view is shown in the same way as before."""
        return () if self.templates is None else (self.templates.key, self._given_up)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is known to be wrong with the theme."""
        return tuple(self._found)

    def show(self, view: View, place: str = "", *, told: bool = False) -> Generator[Job, Any, Body]:
        """Render a view with the repository's templates, or with the theme's where those fail.

        `place` is where it is shown, for people; whether they are `told` of a failure on the page itself.
        """
        template, own, failure = template_of(view), self.templates, None
        if own is not None and template not in self._given_up:
            page = yield from _made(view, own)
            if isinstance(page, OwnPage):
                self._note_missing(template, page.missing)
                return page.body
            failure = self._note(template, page, place)
        if own is not None:
            view = replace(view, frame=replace(view.frame, style=self.plain_style))
            if told and failure is not None and isinstance(view, ArticleView | ListingView):
                view = replace(view, problems=(*view.problems, str(failure)))
        body: Body = yield Job(render_view, (view,))
        return body

    def inspect(self) -> Generator[Job, Any, None]:
        """Find out what is wrong with the templates before a page is shown with them."""
        if self.templates is None or self.inspected:
            return
        self.inspected = True
        try:
            failures = yield Job(inspect_templates, (self.templates,))
        except WorkersClosed:
            raise
        except RenderFailed as exc:
            failures = (Failure("", 0, f"the templates cannot be read: {exc}", "make them simpler"),)
            self._given_up = template_names()
        for failure in failures:
            self._note("", failure, "")

    def _note(self, template: str, failure: Failure, place: str) -> Problem:
        """Remember why a template fails, and give it up where finding out takes too long."""
        cure = f"{failure.cure}; it happened on {place}" if place else failure.cure
        problem = Problem(self._path(failure.template or template), failure.line, failure.reason, cure)
        key = (problem.path, problem.line, problem.reason)
        # The same line may fail on ten thousand pages: the first stands for all.
        if key not in self._told and len(self._found) < _MOST_PROBLEMS:
            self._told.add(key)
            self._found[problem] = None
        self._costs[template] += failure.costly
        if self._costs[template] >= _PATIENCE and template not in self._given_up:
            self._given_up |= {template}
            gave_up = f"it is not used until the theme changes, since {_PATIENCE} pages took too much"
            self._found[Problem(problem.path, 0, gave_up, failure.cure)] = None
        return problem

    def _note_missing(self, template: str, missing: tuple[str, ...]) -> None:
        for what in missing:
            own = any(file.name == f"{TEMPLATES}base.html" for file in self.theme.templates)
            path = self._path("base.html" if own else template)
            reason, cure = f"without {what} open pages cannot follow the notes", "take it over from the theme"
            self._found[Problem(path, 0, reason, cure, Severity.WARNING)] = None

    def _path(self, template: str) -> str:
        """Return the path in the repository of a template, or of the folder if it is none of its own."""
        first = self.theme.templates[0]
        folder = first.path.removesuffix(first.name) + TEMPLATES
        own = any(file.name == TEMPLATES + template for file in self.theme.templates)
        return folder + template if own else folder.rstrip("/")

    def asset(self, path: str) -> ThemeAsset | None:
        """Return the file of this look, or of one before it, at a path of the site."""
        return next((found[path] for found in (self.assets, *self._older) if path in found), None)

    def _make(self) -> None:
        """Name and correct all files."""
        used, ignored = _used(self.theme, self.allowed, scripts=self.scripts)
        assets = _Assets(used, self.base_path)
        accent = accent_sheet(self.accent)
        self.plain_style = assets.add_sheet(accent)
        self.style = assets.add_sheet(combined(accent, assets.sheet(STYLE)))
        drawing = diagram_assets() if self.diagrams else {}
        self.assets = MappingProxyType({**assets.made, **drawing})
        self._found = dict.fromkeys((*assets.problems, *ignored))
        if used.templates:
            urls = tuple((name.removeprefix(ASSETS), url) for name, url in assets.urls.items())
            sources = tuple((file.name.removeprefix(TEMPLATES), file.data) for file in used.templates)
            self.templates = OwnTemplates(digest(used.files) + self.base_path, sources, urls)


class _Assets:
    """The files of a theme under the names at which readers find them; those change with the content."""

    def __init__(self, theme: OwnTheme, base_path: str) -> None:
        self._files: dict[str, ThemeFile] = {file.name: file for file in theme.files}
        self._base_path = base_path
        self._making: list[str] = []
        self.urls: dict[str, str] = {}
        self.made: dict[str, ThemeAsset] = {}
        self.problems: list[Problem] = []
        for file in theme.assets:
            self.url(file.name)

    def url(self, name: str) -> str | None:
        """Return the URL of a file in `_theme/assets`, None if there is none."""
        file = self._files.get(name)
        if file is None or not name.startswith(ASSETS):
            return None
        if name not in self.urls:
            kind = extension("/" + name)
            if kind == ".css":
                data = self.sheet(name).encode()
                tag = hashlib.sha256(data).hexdigest()
            else:
                data, tag = file.data, file.blob_id
            self.urls[name] = self._add(name.removeprefix(ASSETS), data, tag, MEDIA_TYPES.get(kind, OCTETS))
        return self.urls[name]

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


def _made(view: View, own: OwnTemplates, *, again: bool = False) -> Generator[Job, Any, OwnPage | Failure]:
    """Have a worker make a page; one that doesn't know the templates yet is told."""
    try:
        page: OwnPage | Failure | None = yield Job(render_own_view, (view, own.key))
        if page is None:
            page = yield Job(render_own_view, (view, own.key, own))
    except WorkersClosed:
        raise
    except RenderFailed as exc:
        # A template is ended from inside before its worker is: this may be the fault of a busy machine.
        if not again:
            return (yield from _made(view, own, again=True))
        return Failure("", 0, f"the page cannot be made: {exc}", "let it do less", costly=True)
    assert page is not None  # noqa: S101 - it was told
    return page


def _used(theme: OwnTheme, allowed: str, *, scripts: bool) -> tuple[OwnTheme, tuple[Problem, ...]]:
    """Return what of a theme the server uses, and a problem for what it leaves alone."""
    ignored: list[Problem] = []
    files = theme.files
    if allowed == "default":
        files = ()
        if theme.style is not None:
            ignored.append(_not_allowed(theme.style, "style sheet", "its setting theme = 'css' allows it"))
    if allowed != "templates" and theme.templates:
        files = tuple(file for file in files if not file.name.startswith(TEMPLATES))
        cure = "its setting theme = 'templates' allows them"
        ignored.append(_not_allowed(theme.templates[0], "templates", cure))
    if allowed != "templates" or not scripts:
        programs = tuple(file for file in files if extension("/" + file.name) == ".js")
        files = tuple(file for file in files if file not in programs)
        cure = "with its settings theme = 'templates' and trust = 'trusted' it does"
        ignored += [_not_allowed(file, "scripts", cure) for file in programs[:1]]
    return replace(theme, files=files), tuple(ignored)


def _not_allowed(file: ThemeFile, what: str, cure: str) -> Problem:
    reason = f"this server does not use the {what} of a repository"
    return Problem(file.path, 0, reason, cure, Severity.WARNING)
