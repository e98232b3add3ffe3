"""Rendering pieces of markdown in batches, each once, and remembering what came of it.

One page that ends its worker, or takes too long, must not take its neighbours in the batch with it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from canopy.render.jobs import Job, render_fragments
from canopy.render.plain import render_plain
from canopy.render.shelf import Shelf
from canopy.render.workers import RenderCrashed, RenderFailed

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from canopy.render.fragment import Fragment
    from canopy.render.jobs import FragmentRequest

__all__ = ["Fragments"]

_CURE = "simplify it, or split it in two"
_BATCH = 64 * 1024
"""Characters of markdown in one job: small enough that a reader's own page need not wait for long."""


class Fragments:
    """The rendered pieces of markdown that are remembered."""

    def __init__(self, memory: int) -> None:
        """Remember some `memory` bytes of them."""
        self._known: Shelf[FragmentRequest, Fragment] = Shelf(memory)

    def render(
        self, requests: Iterable[FragmentRequest]
    ) -> Generator[Job, Any, dict[FragmentRequest, Fragment]]:
        """Render the pieces that are not known yet, and return them all."""
        found: dict[FragmentRequest, Fragment] = {}
        missing: list[FragmentRequest] = []
        for request in dict.fromkeys(requests):
            fragment = self._known.get(request)
            if fragment is None:
                missing.append(request)
            else:
                found[request] = fragment
        for batch in _batches(missing):
            made = yield from _render_batch(batch)
            for request, fragment in zip(batch, made, strict=True):
                found[request] = fragment
                self._known.put(request, fragment, _weight(fragment) + len(request.text))
        self._known.settle()
        return found


def _render_batch(
    batch: tuple[FragmentRequest, ...], *, again: bool = False
) -> Generator[Job, Any, tuple[Fragment, ...]]:
    """Render a batch; where it fails, render its pieces one by one and show the culprit plainly."""
    try:
        made: tuple[Fragment, ...] = yield Job(render_fragments, (batch,))
    except RenderFailed as exc:
        # A worker may have been killed for no fault of the text: only the second crash counts.
        if len(batch) == 1 and (again or not isinstance(exc, RenderCrashed)):
            plain = render_plain(batch[0].text)
            finding = (0, f"the page cannot be rendered ({exc}) and is shown as plain text", _CURE)
            return (replace(plain, findings=(finding,)),)
        pieces: list[Fragment] = []
        for request in batch:
            pieces += yield from _render_batch((request,), again=len(batch) == 1)
        return tuple(pieces)
    return made


def _batches(requests: list[FragmentRequest]) -> Iterator[tuple[FragmentRequest, ...]]:
    batch: list[FragmentRequest] = []
    size = 0
    for request in requests:
        if batch and size + len(request.text) > _BATCH:
            yield tuple(batch)
            batch, size = [], 0
        batch.append(request)
        size += len(request.text)
    if batch:
        yield tuple(batch)


def _weight(fragment: Fragment) -> int:
    return sum(map(len, fragment.parts)) + sum(map(len, fragment.links))
