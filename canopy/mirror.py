"""The mirror: what the notepad accepted goes onward to a backup, however long that takes.

It owns when to push and what is remembered of it: a small file says what the backup has, so that what is
still to do survives a restart. A thread of its own does the work, so that no push and no page waits for it.
It must not know HTTP or rendering.
"""

from __future__ import annotations

import json
import os
import random
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from canopy.errors import CanopyError
from canopy.git.onward import public_refs, push_onward

if TYPE_CHECKING:
    from pathlib import Path

    from canopy.git import Credentials, Limits, Remote, Repository

log = structlog.get_logger("canopy.mirror")

_FIRST_RETRY, _LAST_RETRY = 2.0, 300.0
_GLANCE = 60.0
"""Seconds after which the refs are looked at even if nobody said that they moved."""


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the backup is behind. Times are aware, UTC."""

    refs: int = 0
    """Branches and tags that the backup has not, or not like this."""
    since: datetime | None = None
    """When it fell behind."""
    complete: datetime | None = None
    """When it last had everything."""
    error: str = ""
    """Why the last try failed. Never contains a credential."""
    failures: int = 0
    """In a row."""
    retry: datetime | None = None


class Mirror:
    """Keeps a backup remote what the repository is."""

    def __init__(
        self, repository: Repository, remote: Remote, credentials: Credentials, limits: Limits, record: Path
    ) -> None:
        """Push to `remote`; remember in the file `record` what it has."""
        self.remote = remote.display
        self.lag = Lag()
        self._repository = repository
        self._remote = remote
        self._credentials = credentials
        self._limits = limits
        self._record = record
        self._wanted = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)

    def start(self) -> None:
        """Begin, with what an earlier run left to do."""
        self._thread.start()

    def wake(self) -> None:
        """Say that something was pushed; returns at once."""
        self._wanted.set()

    def close(self) -> None:
        """Begin nothing more; a push onward that is under way is finished by the next run."""
        self._ended = True
        self._wanted.set()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self._ended:
            self._wanted.clear()
            delay = self._attempt()
            if self.lag.failures:
                # Until the time has come nothing is tried, whoever wakes us: the backup may be overloaded.
                self._sleep(delay)
            else:
                self._wanted.wait(delay)

    def _attempt(self) -> float:
        """Push what is missing, and return how many seconds to wait for the next look."""
        try:
            known = self._read()
            missing = _difference(known, public_refs(self._repository))
            if not missing:
                self.lag = Lag(complete=self.lag.complete or _now())
                return _GLANCE
            self.lag = replace(self.lag, refs=missing, since=self.lag.since or _now())
            known = push_onward(self._repository, self._remote, self._credentials, self._limits, known)
            self._write(known)
        except CanopyError as exc:
            return self._failed(str(exc) or type(exc).__name__)
        except Exception as exc:  # the thread's outer edge: a bug must not end the mirroring
            log.exception("pushing onward failed")
            return self._failed(f"internal error: {type(exc).__name__}")
        log.info("pushed onward", remote=self.remote, refs=missing)
        self.lag = Lag(complete=_now())
        return 0.0 if self._wanted.is_set() else _GLANCE

    def _failed(self, reason: str) -> float:
        failures = self.lag.failures + 1
        delay = min(_FIRST_RETRY * 2.0 ** min(failures - 1, 16), _LAST_RETRY)
        delay *= random.uniform(0.9, 1.1)  # noqa: S311 (nothing secret)
        retry = _now() + timedelta(seconds=delay)
        self.lag = replace(self.lag, error=reason, failures=failures, retry=retry)
        log.warning("pushing onward failed", remote=self.remote, reason=reason, failures=failures)
        return delay

    def _sleep(self, seconds: float) -> None:
        end = _now() + timedelta(seconds=seconds)
        while not self._ended and (left := (end - _now()).total_seconds()) > 0:
            self._wanted.wait(left)
            if not self._ended:
                threading.Event().wait(min(left, 0.2))
                self._wanted.clear()

    def _read(self) -> dict[str, str]:
        """Return what the backup has, as far as we know; a lost or damaged record only costs a question."""
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            content = json.loads(self._record.read_text(encoding="utf-8"))
            if content["remote"] == self._remote.url:
                return {str(name): str(value) for name, value in content["refs"].items()}
        return {}

    def _write(self, refs: dict[str, str]) -> None:
        text = json.dumps({"remote": self._remote.url, "refs": refs}, indent=2)
        fresh = self._record.with_suffix(".new")
        try:
            with fresh.open("w", encoding="utf-8") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._record)
        except OSError as exc:
            raise CanopyError(f"{self._record} cannot be written: {exc.strerror}") from exc


def _difference(known: dict[str, str], wanted: dict[str, str]) -> int:
    return len({name for name, _ in known.items() ^ wanted.items()})


def _now() -> datetime:
    return datetime.now(UTC)
