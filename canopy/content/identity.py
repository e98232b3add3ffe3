"""The identifiers of the site and of its feed's entries.

They are what a feed reader recognises an entry by, so they equal those of the original Canopy: a subscriber
who moves over with the repository sees nothing twice. Knows nothing of feeds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import NAMESPACE_DNS, NAMESPACE_URL, UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Iterable

    from canopy.content.values import Page, Site


def site_uuid(configured: str, identity: str) -> str:
    """Return the configured UUID as it is written, else one that is derived from the remote.

    The original uses the text as the *name* of a name-based UUID, so its case must not change.
    """
    try:
        UUID(configured)
    except ValueError:
        return str(uuid5(NAMESPACE_URL, identity or "canopy"))
    return configured


def entry_uuid(site_uuid: str, created: datetime) -> str:
    """Return the original Canopy's id of an article that was created then.

    `Uuidm.v5 (Uuidm.create (`V5 (ns_dns, Ptime.to_rfc3339 created))) base_uuid`: the time in UTC, without
    fractions, and with the offset `-00:00` that RFC 3339 gives to "UTC, local offset unknown".
    """
    stamp = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")
    stamp = stamp.rjust(len("2016-03-15T14:05:06-00:00"), "0")  # %Y has no leading zeros on Linux
    return str(uuid5(uuid5(NAMESPACE_DNS, stamp), site_uuid))


def entry_uuids(site: Site, pages: Iterable[Page]) -> dict[str, str]:
    """Return the id of each of the pages, by path.

    Articles of one commit have one date and so one id in the original. Here the first by its file's path
    keeps it, and the others get one that is derived from it and from their path in the repository. Those that
    are not there yet count too: when they appear, no other may change its id.
    """
    first: dict[datetime, str] = {}
    added = [(page.history_created, page.source.path) for page in site.recent]
    for created, path in added + [(held.added, held.path) for held in site.held]:
        if created is not None and (created not in first or path < first[created]):
            first[created] = path
    ids = {}
    for page in pages:
        created, path = page.history_created, page.source.path
        if created is None:
            ids[page.path] = str(uuid5(uuid5(NAMESPACE_URL, site.uuid), path))
            continue
        shared = entry_uuid(site.uuid, created)
        ids[page.path] = shared if first.get(created, path) == path else str(uuid5(UUID(shared), path))
    return ids
