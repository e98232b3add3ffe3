"""How Canopy logs: one event a line, text for people and JSON for machines, never a credential."""

from __future__ import annotations

import logging
import re
import sys
from json import dumps as encode
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from structlog.typing import EventDict, Processor, WrappedLogger

_USERINFO = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/@\s]+@", re.IGNORECASE)
_HIDDEN = "[hidden]"


def configure(*, json: bool, level: str, secrets: Iterable[str] = ()) -> None:
    """Send all logs, also those of libraries, to standard error, without any of `secrets`."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info if json else _keep,
    ]
    last: Processor = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=24)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _keep if json else _harmless,
                last,
                _Redactor(secret for secret in secrets if secret),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # uvicorn and urllib3 tell what we tell ourselves, or nobody wants to know.
    for name in ("urllib3", "dulwich", "watchfiles"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns of whatever a stranger sends that is not HTTP, and of upgrades that we do not want.
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _keep(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return event


def _harmless(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Escape what would steer the terminal of whoever reads the log: strangers choose addresses and names."""
    return {name: _escaped(value) if isinstance(value, str) else value for name, value in event.items()}


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


class _Redactor:
    """The last processor: looks at the line itself, so that nothing slips past it, tracebacks included."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # A secret may also stand in the line as JSON writes it.
        forms = {form for secret in secrets for form in (secret, encode(secret)[1:-1])}
        self._secrets = sorted(forms, key=len, reverse=True)

    def __call__(self, _logger: WrappedLogger, _method: str, line: Any) -> str:  # noqa: ANN401 (a rendered line)
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        return _USERINFO.sub(rf"\g<scheme>{_HIDDEN}@", line)
