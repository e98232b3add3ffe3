"""The press: makes editions and their representations, and remembers what they were made from.

What an earlier edition rendered from the same inputs is taken over, so publishing costs what the push
changed.

Rendering needs workers, and waiting for workers needs an event loop, which this room must not know. So
`Press.print` is a generator: it yields a `Job`, is sent the job's result (or thrown its failure), and
returns the representation. `canopy.sync` drives it with processes, `canopy check` in a plain loop.
"""

from __future__ import annotations

import pickle
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from canopy.content.mediatypes import PLAIN_TEXT
from canopy.problem import Problem, Severity
from canopy.render.batches import Fragments
from canopy.render.edition import Edition, find_document
from canopy.render.images import Images
from canopy.render.imprint import SETTINGS, footer_problems, footer_wanted
from canopy.render.inputs import Inputs
from canopy.render.jobs import HTML, Job
from canopy.render.look import Look
from canopy.render.options import RenderOptions
from canopy.render.pages import Outline, own_page
from canopy.render.places import doubtful, lost
from canopy.render.protection import document_protection, file_protection, unattached
from canopy.render.representation import compressible, encode, represent
from canopy.render.shelf import Shelf
from canopy.render.views import ArticleView, ListingView, NotFoundView, SearchView
from canopy.render.workers import RenderFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from datetime import datetime

    from canopy.content.values import Asset, Page, Site
    from canopy.render.documents import Document
    from canopy.render.fragment import Fragment
    from canopy.render.jobs import FragmentRequest
    from canopy.render.linking import Resolved
    from canopy.render.pages import Subject
    from canopy.render.representation import Body, Headers, Representation
    from canopy.render.theme import ThemeAsset
    from canopy.render.views import View

__all__ = ["FOREVER", "Press"]

FOREVER = "public, max-age=31536000, immutable"
_MOST_TOLD = 6
_Recipe = tuple[bytes, "Callable[[], Generator[Job, Any, Body]]", str, tuple["Resolved", ...]]
"""What tells whether a page would be the same as before, how to make it, its media type, and its links."""


@dataclass(frozen=True, slots=True)
class _Printed:
    """A representation with what it was made from."""

    inputs: Inputs
    digest: bytes
    representation: Representation
    changed: datetime
    """When it was published in this form."""
    findings: tuple[Problem, ...] = ()
    links: tuple[Resolved, ...] = ()
    """Where the links on it lead."""
    keys: frozenset[str] = frozenset()
    """What these are looked up by, and where they lead."""


class Press:
    """Makes editions and their representations, and remembers what they were made from."""

    def __init__(
        self,
        *,
        memory: int,
        trusted: bool = False,
        shared_max_age: int = 0,
        remote: str = "",
        preview: bool = False,
        options: RenderOptions | None = None,
    ) -> None:
        """Remember some `memory` bytes of rendered pages; a CDN may keep a page `shared_max_age` seconds.

        In a `preview` pages tell their writer what is wrong with them.
        """
        self._preview = preview
        self._options = options or RenderOptions()
        self._images = Images()
        self._look = Look()
        self._trusted = trusted
        self._remote = remote
        self._cache_control = "public, max-age=0, must-revalidate"
        if shared_max_age:
            self._cache_control = f"public, max-age=0, s-maxage={shared_max_age}, must-revalidate"
        self._printed: Shelf[str, _Printed] = Shelf(memory // 4 * 3)
        self.fragments = Fragments(memory // 4)

    def edition(self, site: Site, published: datetime, branch: str = "") -> Edition:
        """Return a new edition of `site`; `published` is aware and in whole seconds, UTC.

        `branch` is where it comes from, for links to its sources.
        """
        self._images = self._images.following(site.assets)
        self._look = self._look.following(
            site, self._options.theme, scripts=self._trusted, diagrams=self._options.diagrams
        )
        outline = Outline(
            site, self._trusted, self._remote, self._preview, self._options, branch, self._images, self._look
        )
        return Edition(outline, published)

    @property
    def full(self) -> bool:
        """Whether rendering ahead would only push out what was rendered before."""
        return self._printed.full

    def print(self, edition: Edition, path: str) -> Generator[Job, Any, Representation]:
        """Make the representation of a path that the edition has, and keep it in the edition."""
        yield from self.furnish(edition)
        version = edition.look.version
        asset = edition.site.assets.get(path)
        if asset is not None:
            representation = yield from self._file(edition, asset)
        elif (own := edition.look.asset(path)) is not None:
            representation = yield from self._theme_file(own)
        elif (subject := edition.outline.subject(path)) is not None:
            representation = yield from self._reuse(
                edition, path, edition.outline.inputs(subject), self._page(edition, path, subject)
            )
        elif (document := find_document(edition.outline, path)) is not None:
            representation = yield from self._reuse(
                edition, path, document.inputs(), self._document(document), document.headers
            )
        else:
            raise KeyError(path)
        for forgotten in self._printed.settle():
            edition.forget(forgotten)
        if edition.look.version != version:
            # A template was given up: no page shall look other than its neighbours.
            for shown in tuple(edition.ready):
                edition.forget(shown)
        edition.keep(path, representation)
        return representation

    def _reuse(
        self,
        edition: Edition,
        path: str,
        inputs: Inputs,
        make: Generator[Job, Any, _Recipe],
        extra: Headers | None = None,
    ) -> Generator[Job, Any, Representation]:
        """Take over what an earlier edition printed from the same inputs, else print it."""
        before = self._printed.get(path)
        # What is found wrong with a page may name another one that is meant: its writer is told anew.
        linker = edition.outline.linker
        told = before is not None and before.findings and self._preview
        if before is not None and before.inputs.same(inputs) and linker.holds(before.links) and not told:
            if before.findings:
                edition.findings[path] = before.findings
            edition.keys[path] = before.keys
            return before.representation
        digest, finish, media_type, links = yield from make
        keys = linker.keys(links)
        if before is not None and before.digest == digest:
            representation = before.representation
        else:
            body = yield from finish()
            # Two forms within one second have one date: then only the entity tag tells them apart
            # (RFC 9110, 8.8.2.2), and no date is better than a wrong one.
            again = before is not None and before.changed == edition.published
            modified = None if again else edition.published
            representation = represent(
                body, media_type, cache_control=self._cache_control, modified=modified, extra=extra
            )
        same = before is not None and representation is before.representation
        changed = before.changed if before is not None and same else edition.published
        printed = _Printed(
            inputs, digest, representation, changed, edition.findings.get(path, ()), links, keys
        )
        edition.keys[path] = keys
        self._printed.put(path, printed, representation.size)
        return representation

    def _page(self, edition: Edition, path: str, subject: Subject) -> Generator[Job, Any, _Recipe]:
        fragments = yield from self.fragments.render(edition.outline.wanted(subject))
        linker = edition.outline.linker
        linker.noted()
        view = edition.outline.view(subject, fragments.__getitem__)
        edition.outline.resolve_names(subject)
        page = own_page(subject)
        if page is not None:
            found = self._note(edition, path, page, fragments)
            if isinstance(view, ArticleView) and any(f.severity is Severity.ERROR for f in found):
                view = replace(view, troubled=True)
        if edition.outline.preview and isinstance(view, ArticleView | ListingView):
            view = replace(view, problems=_told(edition, page if isinstance(view, ArticleView) else None))
        look = edition.look
        digest = _digest((view, look.version))
        return digest, lambda: look.show(view, path, told=self._preview), HTML, linker.noted()

    def findings(self, edition: Edition, path: str) -> Generator[Job, Any, tuple[Problem, ...]]:
        """Find out what rendering finds wrong with a page, without making its representation."""
        page = own_page(edition.outline.subject(path))
        if page is None:
            return ()
        fragments = yield from self.fragments.render(edition.outline.wanted(page))
        found = self._note(edition, path, page, fragments)
        missing = yield from self._lost_places(edition, page, fragments[edition.outline.body(page)])
        if missing:
            found = edition.findings[path] = found + missing
        return found

    def _lost_places(
        self, edition: Edition, page: Page, body: Fragment
    ) -> Generator[Job, Any, tuple[Problem, ...]]:
        """Find the links to headings of other pages that those do not have."""
        outline = edition.outline
        places = doubtful(edition.site, page, body) if body.links else ()
        fragments = yield from self.fragments.render(outline.body(place.page) for place in places)
        found = (lost(page, place, fragments[outline.body(place.page)]) for place in places)
        return tuple(problem for problem in found if problem is not None)

    def _note(
        self, edition: Edition, path: str, page: Page, fragments: dict[FragmentRequest, Fragment]
    ) -> tuple[Problem, ...]:
        body = fragments[edition.outline.body(page)]
        found = _findings(page, body) + edition.outline.linker.broken_links(page, body)
        if found:
            edition.findings[path] = found
        return found

    def _document(self, document: Document) -> Generator[Job, Any, _Recipe]:
        fragments = yield from self.fragments.render(document.wanted())
        function, arguments = document.make(fragments.__getitem__)
        return _digest(arguments), lambda: _carried_out(Job(function, arguments)), document.media_type, ()

    def _file(self, edition: Edition, asset: Asset) -> Generator[Job, Any, Representation]:
        before = self._printed.get(asset.path)
        media_type = _harmless(asset.media_type, edition.look)
        inputs = Inputs((), (asset.blob_id, media_type))
        if before is not None and before.inputs.same(inputs):
            return before.representation
        if compressible(media_type):
            body: Body = yield Job(encode, (asset.data, media_type))
        else:
            body = encode(asset.data, media_type)
        representation = represent(
            body,
            media_type,
            cache_control=self._cache_control,
            modified=edition.published,
            ranges=True,
            extra=file_protection(asset.media_type),
        )
        # The site holds the bytes of the file itself: only what compression added is the shelf's.
        size = representation.size - len(asset.data)
        self._printed.put(asset.path, _Printed(inputs, b"", representation, edition.published), size)
        return representation

    def _theme_file(self, asset: ThemeAsset) -> Generator[Job, Any, Representation]:
        """Print a file of the repository's own theme, whose name changes with its content."""
        if compressible(asset.media_type):
            body: Body = yield Job(encode, (asset.data, asset.media_type))
        else:
            body = encode(asset.data, asset.media_type)
        extra = unattached(asset.policy) if asset.policy else document_protection(asset.media_type)
        # What has a policy of its own is not for the hot path, where every answer gets the site's.
        ranges = bool(extra)
        return represent(body, asset.media_type, cache_control=FOREVER, ranges=ranges, extra=extra)

    def furnish(self, edition: Edition) -> Generator[Job, Any, None]:
        """Render what every page has around it; to be done before the edition is published."""
        outline = edition.outline
        if outline.furnished:
            return
        footer = footer_wanted(edition.site, trusted=self._trusted)
        lost = edition.site.not_found
        words = outline.body(lost) if lost else None
        fragments = yield from self.fragments.render((*footer, *((words,) if words else ())))
        found = tuple(fragments[request] for request in dict.fromkeys(footer))
        outline.furnish(found, fragments[words] if words else None)
        if problems := footer_problems(found, edition.site):
            edition.findings[SETTINGS] = problems

    def inspect(self, edition: Edition) -> Generator[Job, Any, None]:
        """Find out what is wrong with a repository's templates: read them, show a page of each kind."""
        yield from self.furnish(edition)
        look, outline = edition.look, edition.outline
        if look.templates is None or look.inspected:
            return
        yield from look.inspect()
        for path in outline.samples():
            subject = outline.subject(path)
            if subject is not None:
                fragments = yield from self.fragments.render(outline.wanted(subject))
                yield from _tried(look, outline.view(subject, fragments.__getitem__), path)
        for view in (NotFoundView(outline.frame, "/", (), ()), SearchView(outline.frame, "", "ready")):
            yield from _tried(look, view)


def _told(edition: Edition, page: Page | None) -> tuple[str, ...]:
    """Return what a writer is told on the page itself: of its own file, or in a listing of all."""
    found: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in edition.problems:
        if page is None or problem.path == page.source.path:
            # What a theme has on every page is one thing to say, not hundreds; errors come first.
            found.setdefault((problem.severity, problem.reason, problem.cure), []).append(problem)
    alike = sorted(found.values(), key=lambda group: group[0].severity is not Severity.ERROR)
    told = [str(same[0]) + (f", {len(same)} times" if len(same) > 1 else "") for same in alike[:_MOST_TOLD]]
    rest = sum(len(same) for same in alike[_MOST_TOLD:])
    return (*told, f"and {rest} more; `canopy check` shows all") if rest else tuple(told)


def _findings(page: Page, fragment: Fragment) -> tuple[Problem, ...]:
    source = page.source
    graded = ((Severity.ERROR, fragment.findings), (Severity.WARNING, fragment.warnings))
    return tuple(
        Problem(source.path, source.line(line) if line else 0, reason, cure, severity)
        for severity, findings in graded
        for line, reason, cure in findings
    )


def _harmless(media_type: str, look: Look) -> str:
    """Return how a file is called so that no template can have it run: `nosniff` makes browsers obey."""
    if "javascript" in media_type and look.templates is not None and not look.scripts:
        return PLAIN_TEXT
    return media_type


def _tried(look: Look, view: View, path: str = "") -> Generator[Job, Any, None]:
    with suppress(RenderFailed):  # what it has found is kept; the page itself is nobody's yet
        yield from look.show(view, path)


def _carried_out(job: Job) -> Generator[Job, Any, Body]:
    body: Body = yield job
    return body


def _digest(view: object) -> bytes:
    return blake2b(pickle.dumps(view), digest_size=16).digest()
