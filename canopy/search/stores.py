"""Where the tokens are kept: SQLite's FTS5 in memory, or a plain scan where Python came without it.

A store knows numbers and tokens, and no page. It forgets a document only when it is told again what it had
been told: that keeps the text itself out of memory. Not safe for use by several threads at once.
"""

from __future__ import annotations

import sqlite3
import time
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from canopy.search.query import Clause, Query

_WEIGHTS = {"title": 12.0, "headings": 4.0, "tags": 8.0, "people": 3.0, "section": 2.0, "body": 1.0}
"""How much more a word says there than in the text."""
_STEPS = 2000
"""Instructions of SQLite's machine between two looks at the clock."""


class Fields(NamedTuple):
    """A document: tokens with spaces between them, by where they stand."""

    title: str
    headings: str
    tags: str
    people: str
    section: str
    body: str
    places: str
    """Tokens for sections and tags to search in; no query's words are like them."""


class Matches(NamedTuple):
    """The best documents for a query, the best first, and how many match in all."""

    numbers: tuple[int, ...]
    total: int


class Store(Protocol):
    """What the index needs."""

    def put(self, documents: Iterable[tuple[int, Fields]]) -> None:
        """Keep documents under new numbers."""

    def drop(self, documents: Iterable[tuple[int, Fields]]) -> None:
        """Forget documents, each given exactly as it was put."""

    def settle(self) -> None:
        """Make searching fast after many changes."""

    def match(
        self, query: Query, places: tuple[str, ...], most: int, deadline: float, *, loose: bool
    ) -> Matches:
        """Find documents with all that is wanted (or, `loose`, some of it), in all `places`.

        Raises `TimeoutError` once `time.monotonic()` is beyond the deadline.
        """


def open_store() -> Store:
    """Return an empty store, the fastest that this Python can have."""
    try:
        return FullText()
    except sqlite3.OperationalError:
        return Scan()


class FullText:
    """SQLite's FTS5, without the documents themselves."""

    def __init__(self) -> None:
        """Raise `sqlite3.OperationalError` where there is no FTS5."""
        self._base = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        # Whoever has it last need not know that there is something to close.
        weakref.finalize(self, self._base.close)
        try:
            # The tokens are ours: for `ascii` all that is not ASCII is part of a word.
            self._base.execute(
                f"CREATE VIRTUAL TABLE page USING fts5({', '.join(Fields._fields)}, "
                "content='', tokenize='ascii', prefix='2 3')"
            )
        except sqlite3.OperationalError:
            self._base.close()
            raise
        weights = ", ".join(str(_WEIGHTS.get(name, 0.0)) for name in Fields._fields)
        self._ranked = (
            f"SELECT rowid, bm25(page, {weights}) AS score FROM page WHERE page MATCH ? "  # noqa: S608 (numbers)
            "ORDER BY score, rowid DESC LIMIT ?"
        )
        marks = ", ".join("?" * len(Fields._fields))
        names = ", ".join(Fields._fields)
        self._put = f"INSERT INTO page(rowid, {names}) VALUES (?, {marks})"  # noqa: S608 (our own names)
        self._drop = f"INSERT INTO page(page, rowid, {names}) VALUES ('delete', ?, {marks})"  # noqa: S608

    def put(self, documents: Iterable[tuple[int, Fields]]) -> None:
        """Keep documents under new numbers."""
        with self._transaction():
            self._base.executemany(self._put, ((number, *fields) for number, fields in documents))

    def drop(self, documents: Iterable[tuple[int, Fields]]) -> None:
        """Forget documents, each given exactly as it was put."""
        with self._transaction():
            self._base.executemany(self._drop, ((number, *fields) for number, fields in documents))

    def settle(self) -> None:
        """Make one segment of all."""
        self._base.execute("INSERT INTO page(page) VALUES ('optimize')")

    def match(
        self, query: Query, places: tuple[str, ...], most: int, deadline: float, *, loose: bool
    ) -> Matches:
        """Find documents; raise `TimeoutError` beyond the deadline."""
        wanted = expression(query, places, loose=loose)
        self._base.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
        try:
            [(count,)] = self._base.execute("SELECT count(*) FROM page WHERE page MATCH ?", (wanted,))
            rows = self._base.execute(self._ranked, (wanted, most)).fetchall() if count else []
        except sqlite3.OperationalError as exc:
            if time.monotonic() > deadline:
                raise TimeoutError("the search took too long") from exc
            raise
        finally:
            self._base.set_progress_handler(None, 0)
        return Matches(tuple(number for number, _ in rows), count)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._base.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")


def expression(query: Query, places: tuple[str, ...], *, loose: bool) -> str:
    """Write a query in FTS5's language (sqlite.org/fts5.html, 3), every token quoted."""
    wanted = f" {'OR' if loose else 'AND'} ".join(map(_written, query.wanted))
    # Places last: they never rank, and a NOT needs both its sides.
    within = "".join(f' AND "{place}"' for place in places)
    unwanted = " OR ".join(map(_written, query.unwanted))
    return f"(({wanted}){within}) NOT ({unwanted})" if unwanted else f"({wanted}){within}"


def _written(clause: Clause) -> str:
    phrase = f'"{" ".join(clause.tokens)}"'
    if not clause.prefix and not clause.forms:
        return phrase
    # The whole word counts besides being a beginning, so that it ranks before longer ones.
    ways = [phrase, *([phrase + " *"] if clause.prefix else []), *(f'"{form}"' for form in clause.forms)]
    return f"({' OR '.join(ways)})"


class Scan:
    """Every document looked at for every query: right, and slow."""

    def __init__(self) -> None:
        self._documents: dict[int, Fields] = {}

    def put(self, documents: Iterable[tuple[int, Fields]]) -> None:
        """Keep documents under new numbers."""
        for number, fields in documents:
            self._documents[number] = Fields(*(f" {' '.join(text.lower().split())} " for text in fields))

    def drop(self, documents: Iterable[tuple[int, Fields]]) -> None:
        """Forget documents."""
        for number, _ in documents:
            self._documents.pop(number, None)

    def settle(self) -> None:
        """Do nothing: there is nothing to settle."""

    def match(
        self, query: Query, places: tuple[str, ...], most: int, deadline: float, *, loose: bool
    ) -> Matches:
        """Find documents; raise `TimeoutError` beyond the deadline."""
        enough = any if loose else all
        found: list[tuple[float, int]] = []
        for number, fields in self._documents.items():
            if time.monotonic() > deadline:
                raise TimeoutError("the search took too long")
            scores = [_score(clause, fields) for clause in query.wanted]
            if (
                enough(scores)
                and all(f" {place} " in fields.places for place in places)
                and not any(_score(clause, fields) for clause in query.unwanted)
            ):
                found.append((-sum(scores), -number))
        return Matches(tuple(-number for _, number in sorted(found)[:most]), len(found))


def _score(clause: Clause, fields: Fields) -> float:
    phrase = " " + " ".join(clause.tokens)
    ways = [phrase + " ", *([phrase] if clause.prefix else []), *(f" {form} " for form in clause.forms)]
    return sum(
        weight * min(3, str(getattr(fields, name)).count(way))
        for name, weight in _WEIGHTS.items()
        for way in ways
    )
