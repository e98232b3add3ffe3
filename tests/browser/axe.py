"""axe-core in a page that Chromium shows: what readers with a keyboard or a screen reader stumble over.

The script comes from npm (`npm install axe-core`): below the checkout, or where CANOPY_AXE points.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[2]


@cache
def _script() -> str:
    named = os.environ.get("CANOPY_AXE")
    path = Path(named) if named else _ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.skip("axe-core is not installed: npm install axe-core, or set CANOPY_AXE to its axe.min.js")
    return path.read_text("utf-8")


def violations(page: Any) -> list[str]:
    """Return what axe-core's rules, best practices included, find in a Playwright page: one line for each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    found = page.evaluate("axe.run({ resultTypes: ['violations'] }).then(result => result.violations)")
    return [
        f"{rule['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
