"""The process that workers are forked from."""

from __future__ import annotations

import multiprocessing
import os
import sys

import pytest

from canopy.render.forkserver import begin
from canopy.render.workers import Workers


def _born_with() -> tuple[int, bool]:
    """Return the parent of the process that this runs in, and whether it knows the theme."""
    return os.getppid(), "canopy.render.warm" in sys.modules


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="no fork server here")
def test_workers_come_from_the_server_that_was_begun_and_know_the_render_room() -> None:
    """To begin twice starts one server; a worker is its child, born with what it has imported."""
    begin()
    begin()
    workers = Workers(1)
    try:
        parent, warm = workers.submit(_born_with, timeout=30).result(60)
        again, _ = workers.submit(_born_with, timeout=30).result(60)
    finally:
        workers.close()
    assert warm
    assert parent == again != os.getpid()
