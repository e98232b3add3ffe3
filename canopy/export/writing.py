"""From an edition to the files of an export: what is written, where, and what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

from canopy.driving import drive, drive_all
from canopy.export.crosscheck import CrossCheck
from canopy.export.hosts import (
    Rules,
    redirect_page,
    rules_for_apache,
    rules_for_headers,
    rules_for_redirects,
    unguessable,
)
from canopy.export.layout import INDEX, Layout, file_name
from canopy.problem import Problem
from canopy.render.jobs import HTML
from canopy.render.lost import gone_view, not_found_view
from canopy.render.nearest import Nearest
from canopy.render.opensearch import OPENSEARCH, OPENSEARCH_TYPE, SEARCH, render_description
from canopy.render.pages import own_page
from canopy.render.protection import POLICY, QUIET
from canopy.render.theme import default_assets
from canopy.render.topics import SITE_ELSEWHERE
from canopy.render.views import SearchView
from canopy.render.wellknown import WELL_KNOWN
from canopy.render.workers import RenderFailed
from canopy.search.texts import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from canopy.content.values import Page, Site
    from canopy.export.crosscheck import DeadLink
    from canopy.export.folder import Folder
    from canopy.export.layout import Misfit
    from canopy.render.edition import Edition
    from canopy.render.jobs import Job
    from canopy.render.press import Press
    from canopy.render.representation import Representation
    from canopy.render.views import View
    from canopy.render.workers import Workers

NOT_FOUND = "404.html"
_TOGETHER = 24
"""Pages whose pieces are rendered together."""
_SHELF = 3_000_000
"""Characters of text that a reader's browser is given to search, about."""
_LONGEST_TEXT = 20_000

Made = list[tuple[str, "Representation | RenderFailed"]]


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong with an export, besides what is wrong with the notes."""

    text: str
    ours: bool = True
    """It is no mistake of an author."""

    def __str__(self) -> str:
        return self.text


class Export:
    """One edition on its way into a folder."""

    def __init__(
        self,
        edition: Edition,
        press: Press,
        folder: Folder,
        workers: Workers,
        timeout: float,
        progress: Callable[[int, int], None],
    ) -> None:
        self._edition = edition
        self._site: Site = edition.site
        self._press = press
        self._folder = folder
        self._workers = workers
        self._timeout = timeout
        self._progress = progress
        self.dead = 0
        self._begin()

    def _begin(self) -> None:
        self._layout = Layout(self._folder.one_case)
        self._places: dict[str, str | None] = {}
        self._rules = Rules(unquote(self._site.base_path), frames=self._edition.look.diagrams)
        self._failures: list[Failure] = []
        self.check = CrossCheck(self._site.base_url.removesuffix("/"))
        self.bytes = 0

    def write(self) -> None:
        """Put every file of the site into the folder."""
        look, version = self._edition.look, None
        drive(self._press.inspect(self._edition), self._workers, self._timeout)
        while version != look.version:
            # A template that is given up on the way shall not have shown some of the pages.
            version = look.version
            self._begin()
            paths = list(self._edition.addresses())
            self._share_out(paths)
            self._print(paths)
        for asset in default_assets().values():
            self._put(asset.path, asset.data, asset.media_type)
        self._write_search()
        self._write_lost()
        self._write_redirects()
        self._write_rules()

    # -- what the press prints ------------------------------------------------------------------------

    def _share_out(self, paths: list[str]) -> None:
        """Give each address its file, whichever is printed first: pages before files, as on the server.

        At `/` it shows the page `index.md`, and at `/index.html` the file; a folder has one file for both.
        """
        assets, outline = self._site.assets, self._edition.outline
        for path in paths:
            page = path not in assets and outline.subject(path) is not None
            self._places[path] = self._layout.place(path, page=page)

    def _print(self, paths: list[str]) -> None:
        batches = (paths[at : at + _TOGETHER] for at in range(0, len(paths), _TOGETHER))
        done = 0
        for made in drive_all((self._printed(batch) for batch in batches), self._workers, self._timeout):
            for path, printed in made:
                if isinstance(printed, RenderFailed):
                    self._failures.append(Failure(f"{_shown(path)}: error: cannot be rendered: {printed}"))
                else:
                    kind = _field(printed, b"content-type")
                    self._put(path, printed.identity.body, kind, _field(printed, POLICY))
            done += len(made)
            self._progress(done, len(paths))

    def _printed(self, paths: list[str]) -> Generator[Job, Any, Made]:
        edition, outline = self._edition, self._edition.outline
        subjects = [subject for path in paths if (subject := outline.subject(path)) is not None]
        made: Made = []
        # In large batches, the pieces of many pages cost as few round trips as those of one.
        wanted = [request for one in subjects for request in outline.wanted(one)]
        yield from self._press.fragments.render(wanted)
        for path in paths:
            try:
                representation = yield from self._press.print(edition, path)
            except RenderFailed as exc:
                made.append((path, exc))
            else:
                made.append((path, representation))
                edition.forget(path)
        return made

    def _put(self, path: str, data: bytes, media_type: str, policy: str = "") -> None:
        page = media_type.startswith("text/html") and path not in self._site.assets
        place = self._places[path] if path in self._places else self._layout.place(path, page=page)
        if place is None:
            return
        self._folder.put(place, data)
        self.bytes += len(data)
        self.check.read(path, place, media_type, data)
        if not page and unguessable(place, media_type):
            self._rules.types[self._rules.base + path] = media_type
        if policy:
            self._rules.policies[self._rules.base + path] = policy

    # -- what a server does, and files have to do ------------------------------------------------------

    def _write_search(self) -> None:
        site = self._site
        search = self._rendered(SearchView(self._edition.outline.frame, "", "shelf"))
        self._put(SEARCH, search, HTML, QUIET.decode())
        self._put(SEARCH + ".json", _shelf(site), "application/json")
        self._put(OPENSEARCH, render_description(site).encode(), OPENSEARCH_TYPE)

    def _write_lost(self) -> None:
        """Write what is said where nothing is; a file cannot say 410, but it can say what was there."""
        outline, nearest = self._edition.outline, Nearest(self._site)
        # A repository may bring a file of that name, which web servers will then show.
        if NOT_FOUND not in self._layout.files:
            self._put("/" + NOT_FOUND, self._rendered(not_found_view(outline)), HTML)
        # Where a page was there may be a list now, which nothing displaces.
        left = {path: gone for path, gone in self._site.gone.items() if path not in self._places}
        lost = [(path, gone_view(outline, nearest, path, gone)) for path, gone in left.items()]

        def made(path: str, view: View) -> Generator[Job, Any, tuple[str, bytes]]:
            body = yield from self._edition.look.show(view, path)
            return path, body.identity

        for path, page in drive_all((made(*one) for one in lost), self._workers, self._timeout):
            self._quietly(partial(self._put, path, page, HTML))
            if self._layout.files.get(f"{path.strip('/')}/{INDEX}") == path:
                self._rules.gone.append(self._rules.base + path)

    def _quietly(self, write: Callable[[], None]) -> None:
        """Write what displaces nothing; only what cannot lie in any folder is worth telling."""
        known = self._layout.misfits
        before = len(known)
        write()
        known[before:] = [misfit for misfit in known[before:] if not misfit.other]

    def _rendered(self, view: View) -> bytes:
        return drive(self._edition.look.show(view), self._workers, self._timeout).identity

    def _write_redirects(self) -> None:
        site = self._site
        own = {"/" + page.source.path.removeprefix(f"{site.root}/") for page in site.shown.values()}
        for path in (*site.redirects, *SITE_ELSEWHERE, *WELL_KNOWN):
            target = self._edition.redirect(path)
            # That a file's own name leads to its page helps nobody who did not see it on a server.
            if target is None or path in own or path.endswith("/index"):
                continue
            self._quietly(partial(self._redirect, path, target))

    def _redirect(self, path: str, target: str) -> None:
        site = self._site
        inside = urljoin(site.absolute("/"), target).removeprefix(site.absolute("/")[:-1])
        there = self._layout.answer(unquote(inside.partition("#")[0])) if inside.startswith("/") else None
        if there is not None and not there.endswith((".html", ".htm")):
            # A picture or a feed at its old address cannot be a page that leads on.
            name = self._layout.place(path, page=False)
            if name is not None:
                self._folder.put(name, self._folder.read(there))
        else:
            name = self._layout.place(path, page=True)
            if name is not None:
                data = redirect_page(target, urljoin(site.absolute("/"), target))
                self._folder.put(name, data)
                self.check.read(path, name, HTML, data)
        if name is not None:
            self._rules.redirects[self._rules.base + path] = target

    def _write_rules(self) -> None:
        rules = {
            "_redirects": rules_for_redirects(self._rules),
            "_headers": rules_for_headers(self._rules),
            ".htaccess": rules_for_apache(self._rules),
            # GitHub Pages would otherwise leave out whatever begins with an underscore.
            ".nojekyll": b"",
        }
        for name, data in rules.items():
            # A repository that brings its own knows better.
            if name not in self._layout.files and file_name("/" + name, page=True) not in self._layout.files:
                self._folder.put(name, data)

    # -- what is wrong ---------------------------------------------------------------------------------

    def problems(self) -> list[Failure]:
        """Return what went wrong, when everything is written."""
        found = list(self._failures)
        for misfit in self._layout.misfits:
            kind = "error: it is not exported" if misfit.fatal else "warning"
            twins = f"; {self._named(misfit)}: rename one of them" if misfit.fatal and misfit.other else ""
            text = f"{_shown(misfit.path)}: {kind}: {misfit.reason}{twins}"
            found.append(Failure(text, ours=misfit.fatal))
        dead = list(self.check.dead(self._layout.answer, self._folder.read))
        self.dead = len(dead)
        authored = self._authored() if dead else frozenset()
        for link in dead:
            ours = self.check.absolute(link.href) not in authored
            # That a file is missing was found out when the page was rendered.
            if ours or link.missing == "place":
                found.append(Failure(_told(link, ours=ours), ours=ours))
        return found

    def _named(self, misfit: Misfit) -> str:
        """Return the files of the repository that want one place, as far as they are pages."""
        files = []
        for path in (misfit.other, misfit.path):
            page = own_page(self._edition.outline.subject(path))
            files.append(_shown(page.source.path if page and path not in self._site.assets else path[1:]))
        return " and ".join(files)

    def _authored(self) -> frozenset[str]:
        """Return the absolute URLs that authors link to, as the pages write them."""
        site, outline = self._site, self._edition.outline
        pages = list(site.shown.values())
        urls = {site.absolute(target) for target in site.redirects.values() if target.startswith("/")}
        urls |= {urljoin(site.absolute("/"), author.url) for page in pages for author in page.authors}
        urls |= {urljoin(site.absolute("/"), item.path) for item in site.navigation if site.settings.menu}

        def targets(batch: list[Page]) -> Generator[Job, Any, set[str]]:
            texts = [(page, text) for page in batch for text in (outline.body(page), outline.summary(page))]
            fragments = yield from self._press.fragments.render([text for _, text in texts])
            return {
                urljoin(site.absolute(page.path).rstrip("/") + "/", href)
                for page, text in texts
                for target in fragments[text].links
                if (href := outline.linker.href(page, target)) is not None
            }

        batches = (pages[at : at + _TOGETHER] for at in range(0, len(pages), _TOGETHER))
        urls.update(*drive_all(map(targets, batches), self._workers, self._timeout))
        return frozenset(map(self.check.absolute, urls))


def _shelf(site: Site) -> bytes:
    """Return what browsers search: of a small site all words, of a large one the first of each page."""
    pages = site.shown
    room = max(160, min(_LONGEST_TEXT, _SHELF // max(1, len(pages))))
    listed = []
    for path, page in pages.items():
        words = text_of(page)
        section = site.sections.get(page.section) if page.section != "/" else None
        listed.append(
            {
                "title": page.title,
                "url": site.url(path),
                "section": section.title if section is not None else "",
                "tags": page.tags,
                "text": " ".join(f"{words.body}\n{words.headings}".split())[:room],
            }
        )
    return json.dumps({"state": "shelf", "pages": listed}, ensure_ascii=False).encode("utf-8", "replace")


def _told(link: DeadLink, *, ours: bool) -> str:
    kind = "error" if ours else "warning"
    what = "leads nowhere" if link.missing == "file" else "leads to a place that is not on its page"
    return "\n".join(f"{_shown(path)}: {kind}: the link to {link.href[:300]!r} {what}" for path in link.pages)


def _shown(path: str) -> str:
    """Return a path as one harmless line."""
    return str(Problem(path, 0, "")).partition(": ")[0]


def _field(printed: Representation, name: bytes) -> str:
    return next((value.decode() for found, value in printed.identity.headers if found == name), "")
