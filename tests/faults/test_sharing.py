"""Work that is shared with the workers is done, whatever becomes of them."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from canopy.render.workers import Workers
from canopy.sharing import Shared

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = os.getpid()
LONG = 60.0


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Two workers."""
    made = Workers(2)
    yield made
    made.close()


def done(thing: tuple[int, int]) -> tuple[int, int]:
    """Take a moment, and tell who did it."""
    time.sleep(0.05)
    return thing[1], os.getpid()


def dying(thing: tuple[int, int]) -> tuple[int, int]:
    """End whoever is not the process with this id."""
    if os.getpid() != thing[0]:
        os.kill(os.getpid(), 9)
    return done(thing)


def hanging(thing: tuple[int, int]) -> tuple[int, int]:
    """Take for ever elsewhere."""
    if os.getpid() != thing[0]:
        time.sleep(1000)
    return done(thing)


def test_both_ends(workers: Workers) -> None:
    """The workers and the caller share the work, and what comes out is in order."""
    workers.submit(os.getpid, timeout=LONG).result()
    found = list(Shared(workers, LONG)(done, [(HERE, number) for number in range(20)]))
    assert [number for number, _ in found] == list(range(20))
    assert HERE in {pid for _, pid in found}
    assert {pid for _, pid in found} - {HERE}


@pytest.mark.parametrize("function", [dying, hanging])
def test_a_worker_that_fails(workers: Workers, function: object) -> None:
    """What a worker dies of, or never ends, is done by the caller."""
    found = list(Shared(workers, 1.0)(function, [(HERE, number) for number in range(5)]))
    assert found == [(number, HERE) for number in range(5)]


def test_workers_that_are_closed(workers: Workers) -> None:
    """Without workers the caller does all of it."""
    workers.close()
    assert list(Shared(workers, LONG)(done, [(HERE, 1), (HERE, 2)])) == [(1, HERE), (2, HERE)]


def test_nothing_to_do(workers: Workers) -> None:
    """No work is no work."""
    assert list(Shared(workers, LONG)(done, [])) == []


def test_one_worker_is_for_readers() -> None:
    """Where there is one worker, as on one processor, the caller does all of it."""
    only = Workers(1)
    try:
        assert list(Shared(only, LONG)(done, [(HERE, 1), (HERE, 2)])) == [(1, HERE), (2, HERE)]
    finally:
        only.close()
