"""How a repository is laid out: what the different traditions disagree about.

A convention is a value that the other modules ask; a further tradition is a further value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container


@dataclass(frozen=True, slots=True)
class Convention:
    """The answers of one tradition."""

    name: str
    exact: bool
    """An article's address is its file's whole path, and names are shown verbatim."""
    comments: bool
    """` # …` ends an unquoted value of the front matter, as YAML has it."""
    redirects_anywhere: bool
    """A file without a header redirects when it contains `redirect: X` anywhere."""


CANOPY = Convention("canopy", exact=True, comments=False, redirects_anywhere=True)
"""The original Canopy: settings in `.config/`, articles at the exact path of their file."""

PLAIN = Convention("plain", exact=False, comments=True, redirects_anywhere=False)
"""A folder of notes, also mirage-www: markdown files whose address has no extension."""

SETTINGS = ("blog_name", "index_page", "root", "uuid")
"""The files of the original's `.config/`."""


def recognise(paths: Container[str]) -> Convention:
    """Return the convention that the files below the site's top follow."""
    return CANOPY if any(f"/.config/{name}" in paths for name in SETTINGS) else PLAIN
