"""Templates of a repository: what they can do, what they cannot, and what becomes of those that fail."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from printing import drive
from snapshots import site_of
from views import ARTICLE, EMPTY, UNAVAILABLE, VIEWS

from canopy.problem import Severity
from canopy.render import themed as themes
from canopy.render.articles import known_siblings
from canopy.render.differences import affected
from canopy.render.jobs import OwnPage, render_own_view
from canopy.render.options import RenderOptions
from canopy.render.press import Press
from canopy.render.theme import TEMPLATES, Theme
from canopy.render.themed import MOST_OUTPUT, Failure, OwnTemplates, Themed
from canopy.render.workers import RenderCrashed, RenderTimeout

if TYPE_CHECKING:
    from collections.abc import Generator

    from canopy.render.edition import Edition

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EXTENDING = '{% extends "default/article.html" %}\n'


def themed(**templates: str | bytes) -> Themed:
    """Return the theme with these templates on top, `article` for `article.html`."""
    sources = tuple(
        (f"{name}.html", text.encode() if isinstance(text, str) else text)
        for name, text in sorted(templates.items())
    )
    found = Themed.load(OwnTemplates("key", sources, (("rose.svg", "/-/assets/site/rose.1.svg"),)))
    assert isinstance(found, Themed)
    return found


def shown(text: str) -> str:
    """Return what an article's template shows; it must not fail."""
    theme = themed(article=text)
    assert theme.failures == []
    html = theme.render(ARTICLE)
    assert isinstance(html, str), html
    return html


def failing(text: str | bytes, **more: str) -> Failure:
    """Return how an article's template fails, whether when it is read or when it is used."""
    theme = themed(article=text, **more)
    if theme.failures:
        return theme.failures[0]
    failure = theme.render(ARTICLE)
    assert isinstance(failure, Failure), failure[:500]
    return failure


class TestOwnTemplates:
    def test_one_of_its_own_shows_the_page(self) -> None:
        """It needs nothing of the theme's."""
        assert shown("<p>{{ view.title }}</p>") == "<p>Marrakesh 2017</p>"

    def test_the_theme_s_can_be_extended(self) -> None:
        """What is not written anew stays as it is."""
        html = shown(EXTENDING + "{% block main %}<b>mine</b>{{ super() }}{% endblock %}")
        assert "<b>mine</b>" in html
        assert html.replace("<b>mine</b>", "") == Theme.default().render(ARTICLE)

    def test_a_base_of_its_own_holds_for_all_pages(self) -> None:
        """The theme's own templates extend it, too."""
        theme = themed(base='{% extends "default/base.html" %}{% block ways %}<b>mine</b>{% endblock %}')
        for view in VIEWS:
            html = theme.render(view)
            assert isinstance(html, str)
            assert ("<b>mine</b>" in html) == (view not in (EMPTY, UNAVAILABLE))

    def test_parts_of_its_own(self) -> None:
        """A template may be put together from others, in folders too."""
        theme = themed(
            article='{% include "parts/head.html" %}{% from "parts/m.html" import m %}{{ m(1) }}',
            **{"parts/head": "<head>", "parts/m": "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}"},
        )
        assert theme.render(ARTICLE) == "<head><i>1</i>"

    def test_text_is_escaped(self) -> None:
        """Only what is HTML by name is written as HTML, and only if the template says so."""
        view = replace(ARTICLE, title="<script>alert(1)</script>")
        html = themed(article="{{ view.title }}{{ view.html|safe }}").render(view)
        assert isinstance(html, str)
        assert html.startswith("&lt;script&gt;")
        assert html.endswith(view.html)

    def test_assets_are_the_repository_s_and_the_theme_s(self) -> None:
        """By their plain names."""
        html = shown('{{ asset("rose.svg") }} {{ asset("canopy.js") }}')
        assert html == f"/-/assets/site/rose.1.svg {Theme.default().asset('canopy.js').path}"

    def test_it_speaks_the_interface_s_language(self) -> None:
        """Filters and texts of the theme are there."""
        assert "3&nbsp;March" in shown("{{ view.created|day }}").replace("\N{NO-BREAK SPACE}", "&nbsp;")

    @pytest.mark.parametrize("view", VIEWS, ids=lambda view: type(view).__name__)
    def test_without_any_change_pages_are_the_theme_s(self, view: Any) -> None:
        """In the sandbox, the theme's own templates show what they show outside."""
        assert themed().render(view) == Theme.default().render(view)

    @pytest.mark.parametrize("view", VIEWS, ids=lambda view: type(view).__name__)
    def test_every_field_of_a_view_can_be_read(self, view: Any) -> None:
        """None is hidden, and none is more than a value."""
        names = [field.name for field in fields(view)]
        text = "".join("{% if view." + name + " is defined %}+{% endif %}" for name in names)
        theme = themed(**{TEMPLATES[type(view)].removesuffix(".html"): text})
        assert theme.render(view) == "+" * len(names)


ATTACKS = [
    "{{ ''.__class__.__mro__ }}",
    "{{ ''['__class__'] }}",
    "{{ ''|attr('__class__') }}",
    "{{ view.__class__ }}",
    "{{ view.__dataclass_fields__ }}",
    "{{ view.frame.__reduce__() }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__init__.__globals__ }}",
    "{{ asset.__func__ }}",
    "{{ asset.__self__ }}",
    "{{ range.__globals__ }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__ }}",
    "{{ dict.__base__ }}",
    "{{ _.__self__ }}",
    "{{ ngettext.__self__._words }}",
    "{{ lipsum }}",
    "{{ config }}",
    "{{ environment }}",
    "{{ '{0.__class__}'.format(view) }}",
    "{{ '{x.__class__}'.format_map({'x': view}) }}",
    "{{ ('%s'|format)(view).__class__ }}",
    "{{ view.created.now() }}",
    "{{ view.created.fromtimestamp(0) }}",
    "{{ view.created.__class__.now() }}",
    "{{ [1, 2]|random }}",
    "{{ view|pprint }}",
    "{{ [view]|map(attribute='__class__')|list|first }}",
    "{{ [view]|map('attr', '__class__')|first }}",
    "{% set x = [] %}{{ x.append(1) }}",
    "{% set view.title = 'x' %}",
    "{{ view.tags.__add__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func }}{{ m.__call__ }}",
    "{% for x in [1] %}{{ loop._iterator }}{% endfor %}",
    "{{ (1).__class__ }}",
    "{{ (lambda: 1) }}",
    "{% import 'os' as os %}",
    "{% include '../../etc/passwd' %}",
    "{% include '/etc/passwd' %}",
    "{% include 'file:///etc/passwd' %}",
    "{% include ['/etc/passwd', '../style.css'] %}",
    "{% extends '../templates/article.html' %}",
    "{% extends view.title %}",
    "{% do 1 %}",
    "{% debug %}",
    "{{ _(view.title) }}",
    "{{ 'x'.encode().decode('punycode').__class__ }}",
]
COSTLY = {
    "{% for i in range(10**9) %}x{% endfor %}": "Range too big",
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}": "more than 1 s",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}": "without end",
    "{% include 'article.html' %}": "without end",
    "{% import 'article.html' as x %}": "without end",
    "{{ 'x' * 10**9 }}": "so many repetitions",
    "{{ 10**9 * [1] }}": "so many repetitions",
    "{{ 2**99999999 }}": "so large a number",
    "{{ (2**9999) * (2**9999) }}": "so large a number",
    "{{ 'x'|center(10**8) }}": "too large",
    "{% set n=namespace(s='x') %}{% for i in range(26) %}{% set n.s=n.s~n.s %}{% endfor %}{{n.s}}": "large",
    "{% for i in range(99999) %}{{ 'x' * 99 }}{% endfor %}": "too large",
}


class TestAttacks:
    @pytest.mark.parametrize("text", ATTACKS)
    def test_nothing_gets_out_of_the_sandbox(self, text: str) -> None:
        """No class, no global, no file, no clock: it fails at its line, as an error of the template."""
        failure = failing("\n" + text)
        assert (failure.template, failure.costly) == ("article.html", False)
        assert failure.line <= 2
        assert failure.reason
        assert failure.cure

    @pytest.mark.parametrize("text", COSTLY)
    def test_what_takes_too_much_is_ended(self, text: str) -> None:
        """Time, memory, depth and output have bounds; the place is told here as well."""
        failure = failing("\n" + text)
        assert (failure.template, failure.line) == ("article.html", 2)
        assert COSTLY[text] in failure.reason

    def test_a_template_that_extends_itself_is_named(self) -> None:
        """And so is a circle of several."""
        failure = failing('{% extends "article.html" %}')
        assert (failure.line, failure.reason) == (1, "the template extends itself")
        assert "default/article.html" in failure.cure
        assert failing('{% extends "x.html" %}', x='{% extends "article.html" %}').reason.endswith("itself")

    @pytest.mark.parametrize(
        ("text", "line", "reason"),
        [
            (b"<p>\n\xff", 2, "not UTF-8"),
            ("<p>\n{% if %}", 2, "Expected an expression"),
            ("{% block a %}", 1, "Unexpected end"),
            ("\n\n{{ 1|nothing }}", 3, "No filter named 'nothing'"),
            ('\n{% extends "lost.html" %}', 2, "no template 'lost.html'"),
            ('\n{{ asset("lost.svg") }}', 2, "no asset 'lost.svg'"),
            ("\n{{ view.titel }}", 2, "titel"),
            ("\n{{ 1 / 0 }}", 2, "ZeroDivisionError"),
            ("\n{{ view.created + 1 }}", 2, "TypeError"),
            ("{{ " + "(" * 9999 + "1" + ")" * 9999 + " }}", 0, "cannot be compiled"),
            ("{% if 1 %}" * 200 + "{% endif %}" * 200, 0, "cannot be compiled"),
        ],
    )
    def test_a_mistake_has_its_line(self, text: str | bytes, line: int, reason: str) -> None:
        """Whether it is found when the template is read or when a page is shown."""
        failure = failing(text)
        assert (failure.template, failure.line) == ("article.html", line)
        assert reason in failure.reason

    @pytest.mark.parametrize(
        ("text", "reason", "cure"),
        [
            ("{{ view.titel }}", "ArticleView has no `titel`", "did you mean `title`?"),
            ("{{ frame.zebra }}", "Frame has no `zebra`", "it has title, description"),
            ("{{ view.tags[0].link }}", "Link has no `link`", "it has title, url"),
        ],
    )
    def test_a_field_that_is_not_there_is_said_in_plain_words(
        self, text: str, reason: str, cure: str
    ) -> None:
        """With the one that was meant, or all that there are."""
        failure = failing(text)
        assert failure.reason == reason
        assert failure.cure.startswith(cure)

    def test_a_mistake_in_what_is_included_is_placed_there(self) -> None:
        """The innermost line that the author wrote is the one to correct."""
        failure = failing(EXTENDING + '{% block main %}{% include "x.html" %}{% endblock %}', x="\n{{ 1/0 }}")
        assert (failure.template, failure.line) == ("x.html", 2)

    def test_a_broken_template_leaves_the_others(self) -> None:
        """It is as good as not there."""
        theme = themed(
            article="{{ broken", base='{% extends "default/base.html" %}{% block seek %}S{% endblock %}'
        )
        assert [failure.template for failure in theme.failures] == ["article.html"]
        html = theme.render(ARTICLE)
        assert isinstance(html, str)
        assert "S</header>" in html.replace("\n", "")

    def test_default_is_the_theme_s_own_folder(self) -> None:
        """A repository can't replace what others extend."""
        assert "default" in themed(**{"default/base": "x"}).failures[0].reason

    def test_a_large_page_may_be_large(self) -> None:
        """The bound grows with what the page has to show."""
        view = replace(ARTICLE, html="x" * (MOST_OUTPUT + 1))
        assert isinstance(themed(article="{{ view.html|safe }}").render(view), str)


class TestSiblings:
    def test_are_the_pages_of_the_section_in_order(self) -> None:
        """A template can show where one is; a page beside it that is renamed changes it, in open tabs too."""
        one = press()
        files = {
            "templates/article.html": "{% for p in view.siblings %}{{ p.title }} {{ p.url }};{% endfor %}"
        }
        notes = {f"s/{n}": f"---\nweight: {n}\ndate: 2020-01-0{n}\n---\n# N{n}" for n in (1, 2, 3, 4)}
        before = edition_with(one, files, **notes)
        shown = page_of(one, before, "/s/1")
        assert shown == "N1 /s/1;N2 /s/2;N3 /s/3;N4 /s/4;"
        notes["s/4"] = notes["s/4"].replace("N4", "New")
        pages = {f"{name}.md": text for name, text in notes.items()}
        theme = {f"_theme/{name}": text for name, text in files.items()}
        after = one.edition(site_of({**pages, **theme}, before.site), NOW)
        assert page_of(one, after, "/s/1").endswith("New /s/4;")
        assert "/s/1" in (affected(before, after) or ["/s/1"])

    def test_are_left_out_where_nobody_reads_them(self) -> None:
        """The theme's own pages would only be printed more often."""
        one = press("css")
        edition = edition_with(one, {}, a="# A", b="# B")
        assert known_siblings(edition.outline, edition.site.pages["/a"]) == ()


# -- in an edition --------------------------------------------------------------------------------------


def press(theme: str = "templates", *, trusted: bool = False, preview: bool = False) -> Press:
    return Press(memory=10_000_000, options=RenderOptions(theme=theme), trusted=trusted, preview=preview)


def edition_with(press: Press, files: dict[str, str], **pages: str) -> Edition:
    pages = pages or {"note": "# A note\n\nText.\n"}
    notes = {f"{name}.md": text for name, text in pages.items()}
    return press.edition(site_of({**notes, **{f"_theme/{name}": text for name, text in files.items()}}), NOW)


def page_of(press: Press, edition: Edition, path: str = "/note") -> str:
    return drive(press.print(edition, path)).identity.body.decode()


class TestEdition:
    def test_shows_pages_with_the_repository_s_templates(self) -> None:
        """Where the server's setting allows it, and nowhere else."""
        files = {"templates/article.html": "<p>{{ view.title }} by hand</p>"}
        for theme, own in (("templates", True), ("css", False), ("default", False)):
            one = press(theme)
            assert (page_of(one, edition_with(one, files)) == "<p>A note by hand</p>") == own

    def test_a_template_that_fails_leaves_the_theme_s(self) -> None:
        """The page is there as ever, and the problem says where and what to do."""
        one = press()
        files = {"templates/article.html": "\n{{ view.nothing }}", "style.css": "p { color: red }"}
        edition = edition_with(one, files)
        html = page_of(one, edition)
        assert "<p>Text.</p>" in html
        assert edition.look.style not in html
        [problem] = edition.problems
        assert (problem.path, problem.line, problem.severity) == (
            "_theme/templates/article.html",
            2,
            Severity.ERROR,
        )
        assert "nothing" in problem.reason
        assert problem.cure.endswith("it happened on /note")

    def test_its_writer_sees_it_in_the_preview(self) -> None:
        """On the very page."""
        one = press(preview=True)
        html = page_of(one, edition_with(one, {"templates/article.html": "{{ view.nothing }}"}))
        assert "_theme/templates/article.html:1" in html

    def test_a_new_theme_reprints_all_and_only_then(self) -> None:
        """The bytes of a page are those of the theme that is published."""
        one = press()
        first = edition_with(one, {"templates/article.html": "one"})
        assert page_of(one, first) == "one"
        again = edition_with(one, {"templates/article.html": "one"})
        assert drive(one.print(again, "/note")) is first.ready["/note"]
        assert page_of(one, edition_with(one, {"templates/article.html": "two"})) == "two"

    def test_inspecting_finds_what_no_reader_has_seen(self) -> None:
        """Templates of all kinds are read and tried once."""
        one = press()
        files = {
            "templates/article.html": "{{ view.nothing }}",
            "templates/terms.html": "{{ broken",
            "templates/not_found.html": "{{ 1/0 }}",
            "templates/search.html": "\n{{ view.hits.x }}",
        }
        edition = edition_with(one, files, note="---\ntags: [a]\n---\nText")
        drive(one.inspect(edition))
        found = {(p.path.removeprefix("_theme/templates/"), p.line) for p in edition.problems}
        assert found == {("article.html", 1), ("terms.html", 1), ("not_found.html", 1), ("search.html", 2)}

    def test_a_theme_that_is_right_has_no_problem(self) -> None:
        """Hooks and all."""
        one = press()
        edition = edition_with(one, {"templates/article.html": EXTENDING})
        drive(one.inspect(edition))
        assert edition.problems == ()

    @pytest.mark.parametrize(
        ("text", "missing"),
        [
            ('<main id="_main"></main>', ["canopy.js"]),
            ('<script type="module" src="{{ asset("canopy.js") }}"></script>', ['<main id="_main">']),
            ("", ['<main id="_main">', "canopy.js"]),
        ],
    )
    def test_pages_that_cannot_follow_the_notes_are_told(self, text: str, missing: list[str]) -> None:
        """They are shown all the same."""
        one = press()
        edition = edition_with(one, {"templates/article.html": text})
        page_of(one, edition)
        assert [what for what in missing if any(what in p.reason for p in edition.problems)] == missing
        assert {p.severity for p in edition.problems} == {Severity.WARNING}
        assert len(edition.problems) == len(missing)

    def test_ten_thousand_failures_are_one_problem(self) -> None:
        """The first page stands for all."""
        one = press()
        pages = {f"note{n}": f"# Note {n}" for n in range(30)}
        edition = edition_with(one, {"templates/article.html": "{{ 1/0 }}"}, **pages)
        for name in pages:
            page_of(one, edition, f"/{name}")
        assert len(edition.problems) == 1


def stumbling(
    steps: Generator[Any, Any, Any], error: Exception, asked: list[str], *, times: int = 1000
) -> Any:
    """Carry out jobs, but for the first ones with templates of the repository: these end their worker."""
    try:
        job = next(steps)
        while True:
            asked.append(job.function.__name__)
            if job.function is render_own_view and asked.count("render_own_view") <= times:
                job = steps.throw(error)
            else:
                job = steps.send(job.function(*job.arguments))
    except StopIteration as stop:
        return stop.value


class TestGivingUp:
    @pytest.mark.parametrize("error", [RenderTimeout("it took longer than 5 s"), RenderCrashed("it crashed")])
    def test_a_template_that_ends_workers_is_given_up(self, error: Exception) -> None:
        """After three pages nobody waits for it: not for each of ten thousand."""
        one = press()
        pages = {f"note{n}": f"# Note {n}" for n in range(9)}
        edition = edition_with(one, {"templates/article.html": "x"}, **pages)
        asked: list[str] = []
        for name in pages:
            stumbling(one.print(edition, f"/{name}"), error, asked)
        assert asked.count("render_own_view") == 6  # each is tried again, for a busy machine's sake
        assert asked.count("render_view") == 9
        assert any("not used until the theme changes" in p.reason for p in edition.problems)

    def test_a_worker_that_dies_once_costs_nothing(self) -> None:
        """It may have been killed for no fault of the template."""
        one = press()
        edition = edition_with(one, {"templates/article.html": "own"})
        printed = stumbling(one.print(edition, "/note"), RenderCrashed("it crashed"), [], times=1)
        assert printed.identity.body == b"own"
        assert not any(problem.severity is Severity.ERROR for problem in edition.problems)

    def test_pages_that_were_shown_with_it_are_shown_anew(self) -> None:
        """Neighbours look alike, whichever was asked for first."""
        one = press()
        edition = edition_with(one, {"templates/article.html": "own"}, a="# A", b="# B", c="# C", d="# D")
        assert page_of(one, edition, "/a") == "own"
        for path in ("/b", "/c", "/d"):
            stumbling(one.print(edition, path), RenderTimeout("late"), [])
        assert "/a" not in edition.ready
        assert page_of(one, edition, "/a") != "own"

    def test_a_changed_theme_has_another_chance(self) -> None:
        """What was given up is forgotten with the theme that failed."""
        one = press()
        pages = {f"note{n}": f"# Note {n}" for n in range(4)}
        edition = edition_with(one, {"templates/article.html": "x"}, **pages)
        for name in pages:
            stumbling(one.print(edition, f"/{name}"), RenderTimeout("late"), [])
        better = edition_with(one, {"templates/article.html": "better"}, **pages)
        assert page_of(one, better, "/note1") == "better"

    def test_endless_loops_count_as_well(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """They are ended from inside, with their line, before the worker is."""
        monkeypatch.setattr(themes, "RENDER_SECONDS", 0.2)
        one = press()
        loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
        edition = edition_with(
            one, {"templates/article.html": "\n" + loop}, a="# A", b="# B", c="# C", d="# D"
        )
        for path in ("/a", "/b", "/c", "/d"):
            page_of(one, edition, path)
        assert {(p.path, p.line) for p in edition.problems} == {
            ("_theme/templates/article.html", 2),
            ("_theme/templates/article.html", 0),
        }


class TestWorkers:
    def test_a_worker_is_told_templates_once(self) -> None:
        """Pages carry only their names."""
        own = OwnTemplates("test-once", (("article.html", b"hi"),), ())
        assert render_own_view(ARTICLE, own.key) is None
        assert isinstance(render_own_view(ARTICLE, own.key, own), OwnPage)
        assert isinstance(render_own_view(ARTICLE, own.key), OwnPage)

    def test_it_remembers_only_the_newest(self) -> None:
        """A hundred pushes of themes don't fill it."""
        themes = [OwnTemplates(f"test-{n}", (("article.html", b"hi"),), ()) for n in range(3)]
        for own in themes:
            render_own_view(ARTICLE, own.key, own)
        assert render_own_view(ARTICLE, "test-0") is None
        assert isinstance(render_own_view(ARTICLE, "test-2"), OwnPage)


class TestScripts:
    FILES: ClassVar = {"templates/article.html": EXTENDING, "assets/more.js": "1"}

    def test_run_only_where_whoever_pushes_is_trusted(self) -> None:
        """Else those of a theme are not served, and it is told."""
        for trusted in (True, False):
            edition = edition_with(press(trusted=trusted), self.FILES)
            assert any(path.endswith(".js") for path in edition.look.assets) == trusted
            assert any("scripts" in p.reason for p in edition.look.problems) != trusted

    @pytest.mark.parametrize(
        ("theme", "trusted", "kind"),
        [
            ("templates", False, b"text/plain; charset=utf-8"),
            ("templates", True, b"text/javascript; charset=utf-8"),
            ("css", False, b"text/javascript; charset=utf-8"),
        ],
    )
    def test_no_file_of_the_notes_is_a_script(self, theme: str, trusted: bool, kind: bytes) -> None:
        """A template could have any file of the origin run; under `nosniff` it can't run plain text."""
        one = press(theme, trusted=trusted)
        site = site_of({"a.md": "# A", "evil.js": "1", "_theme/templates/article.html": EXTENDING})
        headers = dict(drive(one.print(one.edition(site, NOW), "/evil.js")).identity.headers)
        assert headers[b"content-type"] == kind
