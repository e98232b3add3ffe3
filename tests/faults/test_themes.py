"""Templates of a repository that eat memory, in real workers: the page is there, and so is the next one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from snapshots import site_of

from canopy.render.options import RenderOptions
from canopy.render.press import Press
from canopy.render.workers import RenderFailed, Workers

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MEMORY = 512 * 1024 * 1024
HUNGRY = [
    '{{ ("x" * 99999)|replace("x", "y" * 99999) }}',
    '{{ "{:>2000000000}".format(1) }}',
    '{{ "x".ljust(2000000000) }}',
    '{{ "%2000000000d"|format(1) }}',
    "{% set n = namespace(l=[1]) %}{% for i in range(40) %}{% set n.l = n.l + n.l %}{% endfor %}",
]


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(1, memory_bytes=MEMORY)
    yield made
    made.close()


def carried_out(steps: Generator[Any, Any, Any], workers: Workers) -> Any:
    """Carry out jobs in real workers."""
    try:
        job = next(steps)
        while True:
            try:
                result = workers.submit(job.function, *job.arguments, timeout=60).result()
            except RenderFailed as exc:
                job = steps.throw(exc)
            else:
                job = steps.send(result)
    except StopIteration as stop:
        return stop.value


@pytest.mark.parametrize("text", HUNGRY)
def test_what_eats_memory_is_ended(text: str, workers: Workers) -> None:
    """The reader gets the page in the theme's own look, the author a problem with its file."""
    press = Press(memory=10_000_000, options=RenderOptions(theme="templates"))
    files = {"note.md": "# A note\n\nText.", "_theme/templates/article.html": "\n" + text}
    edition = press.edition(site_of(files), NOW)
    page = carried_out(press.print(edition, "/note"), workers).identity.body.decode()
    assert "<p>Text.</p>" in page
    assert [problem.path for problem in edition.problems] == ["_theme/templates/article.html"]
