"""An edition: everything that can be served at one commit.

Its meaning is fixed when it is made; its bytes come into being when they are first asked for, or ahead of
that, and are the same either way. What an earlier edition rendered from the same inputs is taken over, so
publishing costs what the push changed.

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
from canopy.content.related import shared_terms
from canopy.content.taxonomies import kinds, terms_of
from canopy.content.values import Page
from canopy.problem import Problem, Severity
from canopy.render.feeds import feed_paths, find_feed
from canopy.render.images import Images
from canopy.render.imprint import SETTINGS, footer_problems, footer_wanted
from canopy.render.jobs import HTML, Job, render_fragments
from canopy.render.listings import TAGS, Sheet, moved_sheets
from canopy.render.look import Look
from canopy.render.options import RenderOptions
from canopy.render.pages import Inputs, Outline
from canopy.render.plain import render_plain
from canopy.render.representation import compressible, encode, represent
from canopy.render.shelf import Shelf
from canopy.render.sitemap import find_sitemap, sitemap_paths
from canopy.render.topics import FEED_PATH, moved_feed
from canopy.render.views import ArticleView, ListingView, NotFoundView, SearchView
from canopy.render.wellknown import FAVICON, ROBOTS, find_wellknown, kept_elsewhere
from canopy.render.workers import RenderCrashed, RenderFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from datetime import datetime

    from canopy.content.values import Asset, Gone, Site
    from canopy.render.documents import Document
    from canopy.render.fragment import Fragment
    from canopy.render.jobs import FragmentRequest
    from canopy.render.pages import Subject
    from canopy.render.representation import Body, Headers, Representation
    from canopy.render.theme import ThemeAsset
    from canopy.render.views import View

__all__ = ["FOREVER", "SANDBOX", "Edition", "Job", "Press", "affected", "find_document"]

FOREVER = "public, max-age=31536000, immutable"
SANDBOX = b"sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_MOST_TOLD = 20
_MOST_PATHS = 200
"""Of an event for readers; more are not worth naming."""
_CURE = "simplify it, or split it in two"
_Recipe = tuple[bytes, "Callable[[], Generator[Job, Any, Body]]", str]
"""What tells whether a page would be the same as before, how to make it, and its media type."""
_BATCH = 64 * 1024
"""Characters of markdown in one job: small enough that a reader's own page need not wait for long."""


@dataclass(frozen=True, slots=True)
class _Printed:
    """A representation with what it was made from."""

    inputs: Inputs
    digest: bytes
    representation: Representation
    changed: datetime
    """When it was published in this form."""
    findings: tuple[Problem, ...] = ()


class Edition:
    """A site with what has been rendered of it."""

    __slots__ = ("findings", "look", "outline", "pages", "published", "ready", "site")

    def __init__(self, outline: Outline, published: datetime) -> None:
        self.site: Site = outline.site
        self.outline = outline
        self.look = outline.look
        self.published = published
        """In whole seconds, UTC."""
        self.ready: dict[str, Representation] = {}
        """By path of the site."""
        self.pages: dict[bytes, Representation] = {}
        """By request target, as links of the site are written: the look-up of the hot path."""
        self.findings: dict[str, tuple[Problem, ...]] = {}
        """What rendering found wrong, by path of the site."""

    def keep(self, path: str, representation: Representation) -> None:
        """Have a representation at hand for the next request."""
        self.ready[path] = representation
        # Files have header fields of their own, so they take the longer way.
        if not representation.ranges:
            self.pages[self.site.url(path).encode()] = representation

    def forget(self, path: str) -> None:
        """Make room: the next request has it printed again."""
        self.ready.pop(path, None)
        self.pages.pop(self.site.url(path).encode(), None)

    def has(self, path: str) -> bool:
        """Tell whether `Press.print` can make something for `path`."""
        return (
            path in self.site.assets
            or self.look.asset(path) is not None
            or self.outline.subject(path) is not None
            or find_document(self.outline, path) is not None
        )

    def redirect(self, path: str) -> str | None:
        """Return where a reader of `path` is sent: a URL, or a path with the site's base path."""
        target = self.site.redirects.get(path)
        if target is None and len(path) > 1 and path.endswith("/"):
            bare = path.rstrip("/")
            if self.has(bare):
                return self.site.url(bare)
            target = self.site.redirects.get(bare)
        if target is None and not self.has(path):
            asked = path.rstrip("/")
            target = (
                kept_elsewhere(self.site, asked)
                or moved_feed(self.site, asked)
                or self.outline.listings.moved(asked)
                or self._written_otherwise(asked)
            )
        if target is None:
            return None
        return self.site.url(target) if target.startswith("/") and not target.startswith("//") else target

    def _written_otherwise(self, asked: str) -> str | None:
        """Return the path that others write as `asked`: with or without `.html`, with `+` for spaces."""
        bare = asked.removesuffix("/index.html").removesuffix(".html").removesuffix(".htm")
        ways = [bare or "/"] if bare != asked else [f"{asked}.html"]
        # A tag's `+` is its own, as in the original.
        if "+" in asked and not asked.startswith("/tags/"):
            ways.append(bare.replace("+", " "))
        for way in ways:
            found = self.site.redirects.get(way) or (way if self.has(way) else None)
            if found is not None:
                return found
        return None

    def gone(self, path: str) -> Gone | None:
        """Return what was at `path` before it was deleted, if nothing else is there now."""
        return self.site.gone.get(path) or self.site.gone.get(path.rstrip("/"))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is known to be wrong: what the build found and what rendering found since."""
        found = (problem for problems in self.findings.values() for problem in problems)
        return tuple(sorted({*self.site.problems, *self.look.problems, *found}))

    def documents(self) -> Iterator[str]:
        """Yield the paths of all that Canopy makes besides pages: feeds, sitemap, robots.txt, icon, style."""
        yield from self.look.assets
        yield from feed_paths(self.outline)
        for path in (*sitemap_paths(self.outline), ROBOTS, FAVICON):
            if path not in self.site.assets and find_document(self.outline, path) is not None:
                yield path

    def addresses(self) -> Iterator[str]:
        """Yield every path that answers with something of its own, each once: the one list of a site's all.

        Pages, files, all sheets of all listings, catalogues, feeds, sitemap and the like: for all of them
        `has` is true and `Press.print` makes a representation. Redirects are in `Site.redirects`, and the
        theme's assets and the search are the server's own.
        """
        own = (*self.outline.listings.addresses(), *self.documents())
        yield from dict.fromkeys(["/", *self.site.pages, *own, *self.site.assets])

    def paths(self) -> Iterator[str]:
        """Yield the paths worth rendering ahead: the home page, the feed, then pages newest first."""
        yield "/"
        yield FEED_PATH
        yield from (path for path in self.site.sections if path != "/")
        yield from (page.path for page in self.site.recent)


def find_document(outline: Outline, path: str) -> Document | None:
    """Return what Canopy itself makes at `path`, where the repository has nothing."""
    for find in (find_feed, find_sitemap, find_wellknown):
        document = find(outline, path)
        if document is not None:
            return document
    return None


def affected(old: Edition | None, new: Edition) -> tuple[str, ...] | None:
    """Return the paths at which something else may be shown than in `old`; None means anywhere.

    More paths than need be are harmless: a reader's tab then asks, and is told that nothing changed.
    """
    if old is None or old.outline.setting != new.outline.setting or old.site.names is not new.site.names:
        return None
    if old.site.taxonomies.addresses is not new.site.taxonomies.addresses:
        return None
    before, now = old.site.pages, new.site.pages
    paths: set[str] = set()
    for page in (page for path, page in now.items() if before.get(path) is not page):
        for version in filter(None, (page, before.get(page.path))):
            outline = (new if version is page else old).outline
            around = (*outline.neighbours(version), *outline.siblings(version))
            paths.update(neighbour.path for neighbour in around if neighbour is not None)
            paths.update(outline.listings.terms_of(version))
            series = (term for kind, term in terms_of(outline.site, version) if kind == "series")
            paths.update(part.path for term in series for part in term.pages)
            if not _same_subjects(page, before.get(page.path)):
                terms = shared_terms(outline.site, version)
                paths.update(other.path for term in terms for other in term.pages)
        paths.add(page.path)
        paths.update(moved_sheets(old.outline.listings, new.outline.listings, before.get(page.path), page))
    paths.update(
        path for path, section in new.site.sections.items() if old.site.sections.get(path) is not section
    )
    mentions, mentioned = old.site.mentions, new.site.mentions
    paths.update(
        path for path in mentions.keys() | mentioned.keys() if mentions.get(path) is not mentioned.get(path)
    )
    paths.update(taxonomy.path for taxonomy in kinds(new.site.taxonomies).values() if taxonomy.terms)
    return tuple(sorted({*paths, "/", TAGS})) if len(paths) <= _MOST_PATHS else None


def _same_subjects(page: Page, before: Page | None) -> bool:
    """Tell whether pages on the same subjects show and sort a page as before."""
    if before is None or page.source.front.categories != before.source.front.categories:
        return False
    return (page.title, page.created, page.tags) == (before.title, before.created, before.tags)


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
        self._fragments: Shelf[FragmentRequest, Fragment] = Shelf(memory // 4)

    def edition(self, site: Site, published: datetime, branch: str = "") -> Edition:
        """Return a new edition of `site`; `published` is aware and in whole seconds, UTC.

        `branch` is where it comes from, for links to its sources.
        """
        self._images = self._images.following(site.assets)
        self._look = self._look.following(site, self._options.theme, scripts=self._trusted)
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
        if before is not None and before.inputs.same(inputs):
            if before.findings:
                edition.findings[path] = before.findings
            return before.representation
        digest, finish, media_type = yield from make
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
        printed = _Printed(inputs, digest, representation, changed, edition.findings.get(path, ()))
        self._printed.put(path, printed, representation.size)
        return representation

    def _page(self, edition: Edition, path: str, subject: Subject) -> Generator[Job, Any, _Recipe]:
        fragments = yield from self.fragments(edition.outline.wanted(subject))
        view = edition.outline.view(subject, fragments.__getitem__)
        page = _own_page(subject)
        if page is not None:
            found = self._note(edition, path, page, fragments)
            if isinstance(view, ArticleView) and any(f.severity is Severity.ERROR for f in found):
                view = replace(view, troubled=True)
        if edition.outline.preview and isinstance(view, ArticleView | ListingView):
            view = replace(view, problems=_told(edition, page if isinstance(view, ArticleView) else None))
        look = edition.look
        digest = _digest((view, look.version))
        return digest, lambda: look.show(view, path, told=self._preview), HTML

    def findings(self, edition: Edition, path: str) -> Generator[Job, Any, tuple[Problem, ...]]:
        """Find out what rendering finds wrong with a page, without making its representation."""
        page = _own_page(edition.outline.subject(path))
        if page is None:
            return ()
        fragments = yield from self.fragments(edition.outline.wanted(page))
        return self._note(edition, path, page, fragments)

    def _note(
        self, edition: Edition, path: str, page: Page, fragments: dict[FragmentRequest, Fragment]
    ) -> tuple[Problem, ...]:
        body = fragments[edition.outline.body(page)]
        found = _findings(page, body) + edition.outline.broken_links(page, body)
        if found:
            edition.findings[path] = found
        return found

    def _document(self, document: Document) -> Generator[Job, Any, _Recipe]:
        fragments = yield from self.fragments(document.wanted())
        function, arguments = document.make(fragments.__getitem__)
        return _digest(arguments), lambda: _carried_out(Job(function, arguments)), document.media_type

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
            extra=_file_headers(asset),
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
        extra = _sandbox(asset.media_type)
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
        fragments = yield from self.fragments((*footer, *((words,) if words else ())))
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
                fragments = yield from self.fragments(outline.wanted(subject))
                yield from _tried(look, outline.view(subject, fragments.__getitem__), path)
        for view in (NotFoundView(outline.frame, "/", (), ()), SearchView(outline.frame, "", "ready")):
            yield from _tried(look, view)

    def fragments(
        self, requests: Iterable[FragmentRequest]
    ) -> Generator[Job, Any, dict[FragmentRequest, Fragment]]:
        """Render the pieces of markdown that are not known yet, and return them all."""
        found: dict[FragmentRequest, Fragment] = {}
        missing: list[FragmentRequest] = []
        for request in dict.fromkeys(requests):
            fragment = self._fragments.get(request)
            if fragment is None:
                missing.append(request)
            else:
                found[request] = fragment
        for batch in _batches(missing):
            made = yield from _render_batch(batch)
            for request, fragment in zip(batch, made, strict=True):
                found[request] = fragment
                self._fragments.put(request, fragment, _weight(fragment) + len(request.text))
        self._fragments.settle()
        return found


def _render_batch(
    batch: tuple[FragmentRequest, ...], *, again: bool = False
) -> Generator[Job, Any, tuple[Fragment, ...]]:
    """Render a batch; where it fails, render its pieces one by one and show the culprit plainly."""
    try:
        made: tuple[Fragment, ...] = yield Job(render_fragments, (batch,))
    except RenderFailed as exc:
        # A worker may have been killed for no fault of the text: only the second crash counts.
        if len(batch) == 1 and (again or not isinstance(exc, RenderCrashed)):
            plain = render_plain(batch[0].text)
            finding = (0, f"the page cannot be rendered ({exc}) and is shown as plain text", _CURE)
            return (replace(plain, findings=(finding,)),)
        pieces: list[Fragment] = []
        for request in batch:
            pieces += yield from _render_batch((request,), again=len(batch) == 1)
        return tuple(pieces)
    return made


def _batches(requests: list[FragmentRequest]) -> Iterator[tuple[FragmentRequest, ...]]:
    batch: list[FragmentRequest] = []
    size = 0
    for request in requests:
        if batch and size + len(request.text) > _BATCH:
            yield tuple(batch)
            batch, size = [], 0
        batch.append(request)
        size += len(request.text)
    if batch:
        yield tuple(batch)


def _told(edition: Edition, page: Page | None) -> tuple[str, ...]:
    """Return what a writer is told on the page itself: of its own file, or in a listing of all."""
    found = [p for p in edition.problems if page is None or p.path == page.source.path]
    more = (f"and {len(found) - _MOST_TOLD} more",) if len(found) > _MOST_TOLD else ()
    return (*(str(problem) for problem in found[:_MOST_TOLD]), *more)


def _own_page(subject: Subject | None) -> Page | None:
    """Return the page whose text a subject shows, if it shows one."""
    if isinstance(subject, Sheet):
        section = subject.listing.section
        return section.index if section is not None and subject.is_start else None
    return subject if isinstance(subject, Page) else None


def _findings(page: Page, fragment: Fragment) -> tuple[Problem, ...]:
    first = page.source.body_line
    graded = ((Severity.ERROR, fragment.findings), (Severity.WARNING, fragment.warnings))
    return tuple(
        Problem(page.source.path, first + line - 1 if line else 0, reason, cure, severity)
        for severity, findings in graded
        for line, reason, cure in findings
    )


def _file_headers(asset: Asset) -> Headers:
    # Feed readers and other sites may show the images of a note.
    return [(b"cross-origin-resource-policy", b"cross-origin"), *_sandbox(asset.media_type)]


def _sandbox(media_type: str) -> Headers:
    # A document of the repository must not run scripts in the site's origin (CSP 3, 6.2: sandbox).
    document = media_type.partition(";")[0].endswith(("html", "xml"))
    return [(b"content-security-policy", SANDBOX)] if document else []


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


def _weight(fragment: Fragment) -> int:
    return sum(map(len, fragment.parts)) + sum(map(len, fragment.links))
