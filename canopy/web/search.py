"""Searching over HTTP: a page for everybody, JSON for those who type, and a description for browsers.

Follows the editions in the background, one at a time, and lets only so many search at once: pages come first.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from canopy.content.collation import Alphabet
from canopy.render.interface import SOURCE, Interface
from canopy.render.jobs import HTML
from canopy.render.look import Look
from canopy.render.opensearch import OPENSEARCH, OPENSEARCH_TYPE, SEARCH, render_description
from canopy.render.protection import POLICY, QUIET
from canopy.render.representation import represent
from canopy.render.views import Frame, Link, SearchHit, SearchView
from canopy.render.workers import RenderFailed
from canopy.search import MOST_CHARACTERS, MOST_HITS, Index, parse_query
from canopy.web.conditional import answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from canopy.content.values import Site
    from canopy.render.edition import Edition
    from canopy.search import Found, Hit, Query
    from canopy.sync import Sync

log = structlog.get_logger("canopy.search")

_AT_ONCE = 3
_MOST_WAITING = 60
_SECONDS = 1.0
"""That one search may take."""
_PATIENCE = 0.5
"""Seconds that a search waits for a push that was just published."""
_RETRY = 2
_MOST_SECTIONS = 60
_HEADERS = {"cache-control": "no-store", "x-robots-tag": "noindex"}


class _Busy(Exception):
    """Too many search at once, or one takes too long."""


class Searching:
    """The endpoints, and the index that they ask."""

    def __init__(self, sync: Sync, base_path: str) -> None:
        self._sync = sync
        self._base_path = base_path
        self._index = Index()
        self._newest: Site | None = None
        self._following: asyncio.Task[None] | None = None
        self._searching = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0
        sync.subscribe(self._published)

    def routes(self) -> list[Route]:
        """Return what answers at which address."""
        return [
            Route(SEARCH, self.page),
            Route(SEARCH + ".json", self.json),
            Route(OPENSEARCH, self.description),
        ]

    def close(self) -> None:
        """Let the thread that indexes end soon."""
        self._index.close()

    # -- following ------------------------------------------------------------------------------------

    def _published(self, new: Edition, _: Edition | None) -> None:
        self._newest = new.site
        if self._following is None or self._following.done():
            self._following = asyncio.get_running_loop().create_task(self._follow())

    async def _follow(self) -> None:
        followed = None
        while (site := self._newest) is not None and site is not followed:
            try:
                await asyncio.to_thread(self._index.follow, site)
            except (
                Exception
            ):  # a worker's outer edge: what was searchable stays so, the next push tries again
                log.exception("the search index could not follow", commit=site.commit[:12])
            followed = site

    # -- answering ------------------------------------------------------------------------------------

    async def page(self, request: Request) -> Response:
        """Answer with a page, or with JSON to whoever prefers that."""
        if "application/json" in request.headers.get("accept", ""):
            return await self.json(request)
        try:
            async with self._turn():
                view = await self._view(request)
                status = 200 if view.state == "ready" else 503
                edition = self._sync.edition
                look = edition.look if edition is not None else Look()
                body = await self._sync.drive(look.show(view, SEARCH))
        except (_Busy, RenderFailed):
            _ = self._interface.gettext
            return PlainTextResponse(
                _("Too many are searching at the moment; please try again soon.") + "\n",
                503,
                {**_HEADERS, "retry-after": str(_RETRY)},
            )
        extra = [
            (name.encode(), value.encode()) for name, value in _HEADERS.items() if name != "cache-control"
        ]
        extra += [(b"vary", b"accept"), (POLICY, QUIET)]
        if status != 200:
            extra.append((b"retry-after", b"%d" % _RETRY))
        representation = represent(
            body, HTML, cache_control=_HEADERS["cache-control"], status=status, extra=extra
        )
        code, headers, content = answer(representation, request.headers.raw)
        response = Response(content, code)
        response.raw_headers = headers
        return response

    async def json(self, request: Request) -> Response:
        """Answer with what was found, as plain values."""
        try:
            most = max(1, min(MOST_HITS, int(request.query_params.get("most", MOST_HITS))))
        except ValueError:
            most = MOST_HITS
        query = self._query(request)
        try:
            async with self._turn():
                found = await self._found(query, most)
        except _Busy:
            return _json({"query": query.text, "state": "busy", "count": 0, "loose": False, "hits": []}, 503)
        if found is None:
            return _json(
                {"query": query.text, "state": "preparing", "count": 0, "loose": False, "hits": []}, 503
            )
        hits = [_plain(_shown(found.site, hit)) for hit in found.hits]
        told = {
            "query": query.text,
            "state": "ready",
            "count": found.count,
            "loose": found.loose,
            "hits": hits,
        }
        return _json(told, 200)

    async def description(self, _: Request) -> Response:
        """Tell browsers how to search here (OpenSearch 1.1, draft 6)."""
        edition = self._sync.edition
        if edition is None:
            return PlainTextResponse("no edition yet\n", 503, _HEADERS)
        headers = {"cache-control": "public, max-age=3600"}
        return Response(render_description(edition.site), 200, headers, OPENSEARCH_TYPE)

    @property
    def _interface(self) -> Interface:
        """The language in which readers are spoken to."""
        edition = self._sync.edition
        return edition.outline.interface if edition is not None else Interface.of(SOURCE)

    # -- searching ------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for one's turn to search."""
        if self._waiting >= _MOST_WAITING:
            raise _Busy
        self._waiting += 1
        try:
            async with self._searching:
                yield
        finally:
            self._waiting -= 1

    async def _found(self, query: Query, most: int) -> Found | None:
        if self._following is not None and not self._following.done():
            await asyncio.wait({self._following}, timeout=_PATIENCE)
        try:
            return await asyncio.to_thread(self._index.find, query, most=most, seconds=_SECONDS)
        except TimeoutError as exc:
            raise _Busy from exc

    def _query(self, request: Request) -> Query:
        parameters, edition = request.query_params, self._sync.edition
        language = edition.site.language if edition is not None else "en"
        query = parse_query(parameters.get("q", ""), english=language.partition("-")[0].lower() == "en")
        return query.within(parameters.get("section", ""), parameters.get("tag", ""))

    async def _view(self, request: Request) -> SearchView:
        query, edition = self._query(request), self._sync.edition
        frame = (
            edition.outline.frame if edition is not None else Frame("Canopy", "", "en", self._base_path, ())
        )
        try:
            found = await self._found(query, MOST_HITS)
        except _Busy:
            return SearchView(frame, query.text, "busy")
        if found is None:
            return SearchView(frame, query.text, "preparing")
        hits = tuple(_shown(found.site, hit) for hit in found.hits)
        return SearchView(
            frame,
            query.text,
            "ready",
            hits,
            found.count,
            found.loose,
            # What the query itself says need not be said again beside it.
            query.section if request.query_params.get("section") else "",
            _sections(found.site, query.section),
            request.query_params.get("tag", "")[:MOST_CHARACTERS],
        )


def _shown(site: Site, hit: Hit) -> SearchHit:
    page = hit.page
    section = site.sections.get(page.section) if page.section != "/" else None
    terms = [site.terms[tag] for tag in page.tags if tag in site.terms]
    return SearchHit(
        hit.title,
        site.url(hit.path),
        hit.passage,
        Link(section.title, site.url(section.path)) if section is not None else None,
        page.created,
        tuple(Link(term.name, site.url(term.path)) for term in terms),
    )


def _sections(site: Site, asked: str) -> tuple[tuple[str, str], ...]:
    """Return the sections to choose from: those at the top, and the one that was asked for."""
    key = Alphabet.of(site.language).key
    inner = (s for s in site.sections.values() if s.path.count("/") == 1 and s.path != "/")
    tops = sorted(inner, key=lambda section: (key(section.title), section.path))[:_MOST_SECTIONS]
    if asked in site.sections and all(s.path != asked for s in tops):
        tops.append(site.sections[asked])
    return tuple((s.path, s.title) for s in tops) if len(tops) > 1 or asked else ()


def _plain(hit: SearchHit) -> dict[str, object]:
    return {
        "title": hit.title,
        "url": hit.url,
        "passage": hit.passage,
        "section": hit.section.title if hit.section is not None else "",
        "created": hit.created.isoformat() if hit.created is not None else None,
        "tags": [tag.title for tag in hit.tags],
    }


def _json(told: dict[str, object], status: int) -> Response:
    headers = {**_HEADERS, "vary": "accept"}
    if status == 503:
        headers["retry-after"] = str(_RETRY)
    return JSONResponse(told, status, headers)
