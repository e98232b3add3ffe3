"""What a site has besides pages and files: the addresses whose content Canopy makes from the whole of it.

Each kind is a module of its own with one function that finds the document at a path; here they are asked in
turn. Nothing is computed before somebody wants it, because every 404 asks as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from canopy.render.fragment import Fragment
    from canopy.render.inputs import Inputs
    from canopy.render.jobs import FragmentRequest
    from canopy.render.representation import Headers


@dataclass(frozen=True, slots=True)
class Document:
    """How to make one, in the steps in which `Press` makes all."""

    media_type: str
    inputs: Callable[[], Inputs]
    """All that its bytes depend on."""
    make: Callable[[Callable[[FragmentRequest], Fragment]], tuple[Callable[..., Any], tuple[object, ...]]]
    """From rendered pieces to the work that is left for a worker: a top-level function and its arguments."""
    wanted: Callable[[], tuple[FragmentRequest, ...]] = tuple
    """The pieces of markdown in it."""
    headers: Headers = field(default_factory=list)
