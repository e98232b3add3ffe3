"""Which pages are there at a moment: drafts are not, nor what is still to come, nor what has expired.

A date holds a page back in every convention, as in Jekyll and Hugo. One without a zone, in a site without
one, is read by the clock of the page's author, which git tells: so that nobody in Tokyo waits for midnight
in Greenwich. The moment is given: this module has no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING

from canopy.content.claims import NOTHING, Kind
from canopy.content.dates import at_home, settled
from canopy.content.values import Held

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, tzinfo

    from canopy.content.conventions import Convention
    from canopy.content.sources import File

FIRST = timezone(timedelta(hours=14))
"""Where every day begins first: the clock of an author of whom nobody knows one."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """What is not there at one moment, and when that is another matter."""

    held: Mapping[str, Held]
    """By path in the repository."""
    next_change: datetime | None = None
    """The first moment after the given one at which it would differ."""
    last_expiry: datetime | None = None
    """When a page went last."""
    watched: tuple[str, ...] = ()
    """The paths of all files that more than a glance was needed for."""
    since: int | None = None
    """The year of the moment; None if there was none."""


def timetable(
    files: Mapping[str, File],
    convention: Convention,
    authored: datetime | None,
    now: datetime | None,
    before: Timetable | None = None,
    edited: Iterable[str] = (),
) -> Timetable:
    """Return what is not there `now`; without a moment only drafts are not.

    `authored` is when the commit was written, with the offset of its author. Where the paths are the same as
    in the timetable `before`, the `edited` ones are told and the others need no second glance.
    """
    since = now.year if now else None
    paths: Iterable[str] = files
    # As years go by fewer pages are watched, so those of an earlier year are enough.
    if before is not None and (before.since == since or (before.since and since and before.since < since)):
        paths = sorted({*before.watched, *edited})
    watched = tuple(path for path in paths if _is_watched(files[path], since))
    held: dict[str, Held] = {}
    changes: list[datetime] = []
    expiries: list[datetime] = []
    clock = authored.tzinfo if authored else None
    for path in watched:
        file = files[path]
        assert file.source is not None  # noqa: S101 - it is watched
        if file.draft:
            held[path] = Held(path, file.source.title, "draft", None, file.blob.added)
            continue
        if now is None:
            continue
        appears, expires = _moments(file, convention, clock)
        if expires is not None and expires <= now:
            held[path] = Held(path, file.source.title, "expired", expires, file.blob.added)
            expiries.append(expires)
        elif appears is not None and appears > now:
            held[path] = Held(path, file.source.title, "future", appears, file.blob.added)
            changes.append(appears)
        if expires is not None and expires > now:
            changes.append(expires)
    return Timetable(held, min(changes, default=None), max(expiries, default=None), watched, since)


def _is_watched(file: File, since: int | None) -> bool:
    """Tell whether a file may be held; what is older than last year, by any clock, is there."""
    if file.source is None or file.claim.kind is Kind.NOTHING:
        return False
    if file.draft or since is None:
        return file.draft
    front = file.source.front
    when = front.appears or front.date
    return front.expires is not None or (when is not None and when.year >= since - 1)


def _moments(
    file: File, convention: Convention, clock: tzinfo | None
) -> tuple[datetime | None, datetime | None]:
    """Return when a page appears and when it goes, where it says so."""
    assert file.source is not None  # noqa: S101 - the caller has looked
    front = file.source.front
    appears = None if convention.future else front.appears or front.date
    own = file.blob.created.tzinfo if file.blob.created else None
    looked_at = own or clock or FIRST
    return (
        settled(appears, looked_at) if appears else None,
        settled(front.expires, looked_at) if front.expires else None,
    )


def was_public(file: File, convention: Convention, left: datetime | None) -> bool:
    """Tell whether readers can have seen a file that left then: what never appeared is nobody's business."""
    if file.source is None or left is None or convention.future:
        return not file.draft
    appears = file.source.front.appears or file.source.front.date
    return not file.draft and (appears is None or settled(appears, left.tzinfo or UTC) <= left)


def dates(file: File, zone: tzinfo | None) -> tuple[datetime | None, datetime | None]:
    """Return when a page was published and when it last changed: by hand, else as history has it.

    Who schedules a page publishes it when it appears, not when it was written. An author's date is the
    author's day; the history's are told by the clock of the site, whose `zone` may be known.
    """
    assert file.source is not None  # noqa: S101 - the caller has looked
    front, blob = file.source.front, file.blob
    clock = (blob.created.tzinfo if blob.created else None) or UTC
    written = [settled(moment, clock) for moment in (front.date, front.appears) if moment]
    created = max(written, default=at_home(blob.created, zone))
    updated = settled(front.updated, clock) if front.updated else at_home(blob.updated, zone)
    # A date by hand may contradict history (a site that moved into git late): a page is never changed
    # before it is there.
    if created and updated and updated < created:
        if written:
            updated = created
        elif front.updated:
            created = updated
    return created, updated


def withhold(
    files: Mapping[str, File], held: Mapping[str, Held], before: Mapping[str, File], *, shown: bool
) -> dict[str, File]:
    """Return the files with those that are held marked, and without any address unless they are `shown`.

    Of the marked ones those `before` are taken where they are the same.
    """
    marked = dict(files)
    for path, hold in held.items():
        file = files[path]
        new = replace(file, claim=file.claim if shown else NOTHING, held=hold.reason)
        old = before.get(path)
        marked[path] = old if old == new else new
    return marked


def changed(files: Mapping[str, File], before: Mapping[str, File], paths: Iterable[str]) -> list[str]:
    """Return those of the paths at which another file is than before."""
    return [path for path in dict.fromkeys(paths) if files[path] is not before.get(path)]
