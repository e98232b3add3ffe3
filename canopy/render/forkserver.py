"""The process that worker processes are forked from: begun early, because it reads as much code as we do.

It imports the render room in parallel with whoever begins it. So this module imports next to nothing, and
must not know what workers do.
"""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing import forkserver
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext

_PRELOADED = ["canopy.render.warm", "canopy.render.workers"]


def begin() -> ForkServerContext:
    """Start the fork server, unless it runs; return what makes processes from it. Nothing is waited for."""
    # The fork server is a `python -c`, which would look for modules in the current folder first: that
    # may be a stranger's clone, with a `json.py` in it.
    os.environ["PYTHONSAFEPATH"] = "1"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    forkserver.ensure_running()
    return context
