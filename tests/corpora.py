"""Where the real repositories are that the tests read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def corpus(name: str) -> Path:
    """Return the path of a corpus, or skip the test when it is not there."""
    folder = Path(os.environ.get("CANOPY_CORPORA") or Path(__file__).parents[2] / "shared" / "corpora")
    path = folder / name
    if not path.exists():
        pytest.skip(f"the corpus {name} is not there; CANOPY_CORPORA names its folder")
    return path
