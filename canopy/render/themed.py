"""The templates of a repository: compiled and rendered where they can do no harm.

They are somebody else's program. It runs in a worker that can be killed, in jinja2's sandbox, over views
alone: plain values in which everything is meant to be read. It gets no files, no settings, no clock and no
chance; what it makes of processor, memory and output is bounded. Whatever fails is returned as a `Failure`
with its place, and never raised.

Names: `article.html` is the repository's own if it has one, `default/article.html` always the theme's.
"""

from __future__ import annotations

import pickle
import re
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

import jinja2
from jinja2 import nodes

from canopy.render import views
from canopy.render.interface import SOURCE, Interface
from canopy.render.sandbox import Sandbox, TooLong, limited
from canopy.render.theme import TEMPLATES, Compiled, Theme, here

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from jinja2.runtime import Context

    from canopy.render.views import View

DEFAULT = "default/"
"""What a template of the theme is called where the repository has one of that name."""
RENDER_SECONDS = 1.0
"""Of processor time for one page."""
COMPILE_SECONDS = 3.0
"""Of processor time for all templates."""
MOST_OUTPUT = 2_000_000
"""Characters of a page beyond twice what its view holds."""
_NO_FIELD = re.compile(r"'canopy\.render\.views\.(?P<cls>\w+) object' has no attribute '(?P<name>\w+)'")


@dataclass(frozen=True, slots=True)
class OwnTemplates:
    """What the workers need to know of a repository's theme; equal keys mean equal themes."""

    key: str
    sources: tuple[tuple[str, bytes], ...]
    """Name below `_theme/templates/` and content."""
    assets: tuple[tuple[str, str], ...]
    """Name below `_theme/assets/` and URL."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a template shows nothing."""

    template: str
    """Below `_theme/templates/`; empty where no single one is at fault."""
    line: int
    reason: str
    cure: str
    costly: bool = False
    """It took time or memory to find out: better not to try often."""


class TooLarge(Exception):
    """A template writes more than a page may hold."""


class Themed:
    """The theme with a repository's templates on top."""

    @classmethod
    def load(cls, own: OwnTemplates) -> Themed | Failure:
        """Compile all templates."""
        try:
            _defaults()
            with limited(COMPILE_SECONDS):
                return cls(own)
        except (TooLong, MemoryError):
            return Failure("", 0, "the templates take too long to read", "make them simpler", costly=True)

    def __init__(self, own: OwnTemplates) -> None:
        """Take all templates that are right; the others are `failures`, and as good as not there."""
        self._theme = Theme.default()
        self._assets = dict(own.assets)
        self._own: dict[str, str] = {}
        self.failures: list[Failure] = []
        for name, data in own.sources:
            if name.startswith(DEFAULT):
                fault = "templates/default/ is where the theme's own templates are", "move it elsewhere"
                self.failures.append(Failure(name, 0, *fault))
                continue
            try:
                self._own[name] = data.decode("utf-8-sig")
            except UnicodeDecodeError as exc:
                line = data.count(b"\n", 0, exc.start) + 1
                self.failures.append(Failure(name, line, "this is not UTF-8", "save the file as UTF-8"))
        self._compiled = Compiled(_defaults())
        self._environments: dict[Interface, jinja2.Environment] = {}
        self._drop_broken()

    def render(self, view: View) -> str | Failure:
        """Return the whole page that shows `view`."""
        name = TEMPLATES[type(view)]
        pieces: list[str] = []
        most = MOST_OUTPUT + 2 * len(pickle.dumps(view))
        try:
            template = self._environment(Interface.of(view.frame.language)).get_template(name)
            with limited(RENDER_SECONDS):
                context = template.new_context({"view": view, "frame": view.frame, "here": here(view)})
                writing = template.root_render_func(context)
                for piece in writing:
                    most -= len(piece)
                    if most < 0:
                        # There, so that the place is known.
                        writing.throw(TooLarge())  # type: ignore[attr-defined]  # it is a generator
                    pieces.append(piece)
                return "".join(pieces)
        except (Exception, TooLong) as exc:  # noqa: BLE001 (a worker's outer edge, around foreign code)
            return self._failure(name, exc)

    def _environment(self, interface: Interface) -> jinja2.Environment:
        found = self._environments.get(interface)
        if found is None:
            sources = _default_sources() | self._own
            found = self._theme.environment(interface, Sandbox, sources, self._compiled)
            found.globals["asset"] = self._asset
            with limited(COMPILE_SECONDS):
                for name in sorted(TEMPLATES.values()):
                    found.get_template(name)
            self._environments[interface] = found
        return found

    @jinja2.pass_context
    def _asset(self, context: Context, name: str) -> str:
        return self._assets.get(name) or self._theme.asset_url(context, name)

    def _drop_broken(self) -> None:
        """Forget templates that do not compile or refer to what is not there, until none is left."""
        environment = self._theme.environment(Interface.of(SOURCE), Sandbox, {}, Compiled())
        trees: dict[str, nodes.Template] = {}
        for name, text in sorted(self._own.items()):
            try:
                trees[name] = environment.parse(text, name)
                environment.compile(trees[name], name)
            except jinja2.TemplateSyntaxError as exc:
                self._drop(Failure(name, exc.lineno, _short(exc.message), "correct the template"))
            except (SyntaxError, RecursionError, ValueError, MemoryError) as exc:
                self._drop(Failure(name, 0, f"this cannot be compiled: {_short(exc)}", "make it simpler"))
        assets = frozenset({*self._assets, *self._theme.names})
        broken = True
        while broken:
            known = {*self._own, *_default_sources()}
            checked = [_check(name, trees[name], known, assets) for name in sorted(self._own)]
            broken = any(checked)
            for failure in filter(None, checked):
                self._drop(failure)
        self._drop_circles(trees)

    def _drop(self, failure: Failure) -> None:
        self._own.pop(failure.template, None)
        self.failures.append(failure)

    def _drop_circles(self, trees: Mapping[str, nodes.Template]) -> None:
        for name in sorted(self._own):
            seen, at = {name}, _base(trees[name])
            while at is not None and at[0] in self._own and at[0] not in seen:
                seen.add(at[0])
                at = _base(trees[at[0]])
            if at is not None and at[0] == name:
                line = (_base(trees[name]) or ("", 0))[1]
                cure = f'the theme\'s own template is "{DEFAULT}{name}"'
                self._drop(Failure(name, line, "the template extends itself", cure))

    def _failure(self, entry: str, exc: BaseException) -> Failure:
        """Say what happened, at the innermost line that the repository's author wrote."""
        template, line = self._place(exc.__traceback__)
        template = template or (entry if entry in self._own else "")
        if isinstance(exc, TooLong):
            reason = f"the page takes more than {RENDER_SECONDS:g} s to make"
            return Failure(template, line, reason, "let it do less", costly=True)
        if isinstance(exc, TooLarge):
            return Failure(template, line, "the page becomes too large", "let it write less", costly=True)
        if isinstance(exc, MemoryError):
            return Failure(template, line, "the page takes too much memory", "let it do less", costly=True)
        if isinstance(exc, RecursionError):
            return Failure(template, line, "it includes or calls itself without end", "let it end")
        return Failure(template, line, *_explained(exc))

    def _place(self, trace: TracebackType | None) -> tuple[str, int]:
        found = "", 0
        while trace is not None:
            template = trace.tb_frame.f_globals.get("__jinja_template__")
            if template is not None and template.name in self._own:
                found = template.name, template.get_corresponding_lineno(trace.tb_lineno)
            trace = trace.tb_next
        return found


@cache
def _default_sources() -> dict[str, str]:
    """Return the theme's templates under both of their names."""
    sources = Theme.default().sources
    return {**sources, **{DEFAULT + name: text for name, text in sources.items()}}


@cache
def _defaults() -> Compiled:
    """Return the theme's templates as they are compiled for the sandbox: once in a process."""
    compiled = Compiled()
    sources = _default_sources()
    environment = Theme.default().environment(Interface.of(SOURCE), Sandbox, sources, compiled)
    for name in sources:
        environment.get_template(name)
    return compiled


def _check(name: str, tree: nodes.Template, templates: set[str], assets: frozenset[str]) -> Failure | None:
    """Find what would only fail when a page is shown."""
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        wanted = node.template  # type: ignore[attr-defined]  # each of the four has it
        if isinstance(wanted, nodes.Const) and wanted.value not in templates:
            if isinstance(node, nodes.Include) and node.ignore_missing:
                continue
            reason = f"there is no template {str(wanted.value)[:200]!r}"
            return Failure(name, node.lineno, reason, "correct the name, or add it to _theme/templates")
    for call in tree.find_all(nodes.Call):
        called, first = getattr(call.node, "name", ""), call.args[0] if call.args else None
        if called == "asset" and isinstance(first, nodes.Const) and first.value not in assets:
            reason = f"there is no asset {str(first.value)[:200]!r}"
            return Failure(name, call.lineno, reason, "correct the name, or add it to _theme/assets")
        # What is translated counts as markup: a text of a page or a reader must not get there.
        if called in ("_", "ngettext") and not isinstance(first, nodes.Const):
            return Failure(name, call.lineno, "only a text in quotes can be translated", "leave the call out")
    return None


def _base(tree: nodes.Template) -> tuple[str, int] | None:
    """Return the template that another one extends, and the line that says so."""
    extends = tree.find(nodes.Extends)
    if extends is None or not isinstance(extends.template, nodes.Const):
        return None
    return str(extends.template.value), extends.lineno


def _explained(exc: BaseException) -> tuple[str, str]:
    """Return what went wrong in words that somebody who writes templates knows, and what to do."""
    said = exc.message if isinstance(exc, jinja2.TemplateError) and exc.message else str(exc)
    if (match := _NO_FIELD.fullmatch(said)) and (cls := getattr(views, match["cls"], None)):
        names = [field.name for field in fields(cls)]
        close = get_close_matches(match["name"], names, 1)
        cure = f"did you mean `{close[0]}`?" if close else f"it has {', '.join(names)}"
        return f"{match['cls']} has no `{match['name']}`", cure
    kind = "" if isinstance(exc, jinja2.TemplateError) else f"{type(exc).__name__}: "
    return _short(kind + said), "correct the template"


def _short(text: object) -> str:
    return " ".join(str(text).split())[:300] or "it fails"
