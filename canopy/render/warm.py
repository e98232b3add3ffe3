"""What every worker process needs, read once: the fork server imports this, and each worker is born with it.

A worker that was ended for a hostile page is replaced while a reader waits, and the time of a job counts
from its birth: otherwise a busy machine could end one after the other before any had read the theme.
"""

from __future__ import annotations

import canopy.content.parcels  # noqa: F401 - files are read in the workers too
from canopy.render.jobs import FragmentRequest, render_fragments, render_view
from canopy.render.views import EmptyView, Frame

# The first page reads the theme with the words of all languages, the first text what highlights code.
render_view(EmptyView(Frame("Canopy", "", "en", "", ()), ""))
render_fragments((FragmentRequest("```python\nx = 1\n```\n\n$x^2$"),))
