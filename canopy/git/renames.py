"""Which files are renamed ones, as far as it has been found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from canopy.git.dates import Renames


def load_renames(path: Path) -> Renames:
    """Return what is known of the repository in `path`."""
    del path
    return {}
