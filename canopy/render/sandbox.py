"""jinja2's sandbox, narrowed to what views are made of, and a bound for the time that a template may take.

What runs in it is somebody else's program. It sees plain values in which everything is meant to be read, and
has no clock and no chance. This module must not know which templates there are.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date, time
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from jinja2.runtime import Context

_MOST_REPEATED = 100_000
_MOST_BITS = 10_000
_MOMENT = frozenset(
    {"year", "month", "day", "hour", "minute", "second", "tzinfo", "date", "time"}
    | {"isoformat", "strftime", "weekday", "isoweekday"}
)
_CHANCE = ("random", "pprint")


class TooLong(BaseException):
    """A template has used up its time. Nothing in a template may catch it."""


class Sandbox(ImmutableSandboxedEnvironment):
    """jinja2's sandbox, narrowed to what views are made of."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 (jinja2's own)
        # Folding constants would run parts of a template while it is compiled.
        super().__init__(**options, optimized=False)
        del self.globals["lipsum"]
        for name in _CHANCE:
            del self.filters[name]

    def is_safe_attribute(self, obj: Any, attr: str, value: object) -> bool:  # noqa: ANN401 (jinja2's own)
        """Admit the fields of views, the parts of dates, and what jinja2 thinks harmless of the rest."""
        readable = _readable(type(obj))  # type: ignore[arg-type]  # a class is hashable
        return super().is_safe_attribute(obj, attr, value) if readable is None else attr in readable

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Refuse the two operators by which a few characters fill the memory."""
        if operator == "*":
            for sequence, times in ((left, right), (right, left)):
                if hasattr(sequence, "__len__") and isinstance(times, int):
                    _refuse(len(sequence) * max(0, times) > _MOST_REPEATED, "so many repetitions")
        if isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() * (max(0, right) if operator == "**" else 1) + right.bit_length()
            _refuse(bits > _MOST_BITS, "so large a number")
        return super().call_binop(context, operator, left, right)


@cache
def _readable(kind: type) -> frozenset[str] | None:
    """Return the only attributes of a kind of value that templates may read, None if jinja2 knows."""
    if issubclass(kind, date | time):
        return _MOMENT
    return frozenset(field.name for field in fields(kind)) if is_dataclass(kind) else None


def _refuse(wrong: bool, what: str) -> None:
    if wrong:
        raise SecurityError(f"a template can't make {what}")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `TooLong` after so much processor time; only the main thread of a process can be told."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_: int, __: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, end)
    # Again and again: where an exception is raised at a bad moment, Python only prints it.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.25)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
