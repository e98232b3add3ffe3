"""From an article's file to the page that it is: where it belongs, who wrote it, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.schedule import dates
from canopy.content.values import Author, Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.conventions import Convention
    from canopy.content.permalinks import Places
    from canopy.content.sources import File
    from canopy.content.values import Person


def section_of(file: File, places: Places) -> str:
    """Return the section of a page; that of an introduction is the one it introduces."""
    claim = file.claim
    if claim.introduces and places.indexes.get(claim.introduces) == file.path:
        return places.folders[claim.introduces]
    return places.folders[claim.folder]


def make_page(file: File, address: str, section: str, convention: Convention) -> Page:
    """Return the page at an address, in a section."""
    source, blob = file.source, file.blob
    assert source is not None  # noqa: S101 - an article has one
    front = source.front
    created, updated = dates(file, convention.zone)
    named = (
        front.authors or convention.author or tuple(Author(name) for name in blob.authors[:1] if name.strip())
    )
    authors = (
        tuple(_known(author, dict(convention.people)) for author in named) if convention.people else named
    )
    listed = file.claim.listed
    return Page(
        source,
        address,
        section,
        source.title,
        authors,
        front.tags,
        created,
        updated,
        blob.added,
        listed,
        file.held,
    )


def _known(author: Author, people: Mapping[str, Person]) -> Author:
    """Return the author with what the site's settings say about the key or the name."""
    person = people.get(author.name)
    if person is None:
        person = next((person for person in people.values() if person.name == author.name), None)
    return Author(person.name, author.url or person.url) if person else author
