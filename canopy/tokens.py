"""Who may push: named tokens, kept as hashes in the data directory.

A token is 160 random bits, so that a plain SHA-256 of it is as safe at rest as any slow hash (those make up
for passwords that people choose). The file is read again whenever it changes: a running server knows a new
or revoked token at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from canopy.errors import CanopyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PREFIX = "canopy_"
"""So that people and secret scanners recognise what they have found."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_SPAN = re.compile(r"(?P<number>\d{1,6})(?P<unit>[mhdwy])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token. Times are aware, UTC."""

    name: str
    digest: str
    created: datetime
    expires: datetime | None = None

    def valid(self, now: datetime) -> bool:
        """Tell whether it may still be used."""
        return self.expires is None or now < self.expires


class Tokens:
    """The tokens of one data directory."""

    def __init__(self, data: Path) -> None:
        self._path = data / "tokens.json"
        self._stamp: tuple[int, int, int] | None = None
        self._known: tuple[Token, ...] = ()

    @property
    def begun(self) -> bool:
        """Whether there ever was a token; one who revoked them all wants none to come back by itself."""
        return self._path.exists()

    def add(self, name: str, expires: datetime | None = None) -> str:
        """Make a token for `name` and return it: the only time that anybody sees it."""
        if not _NAME.fullmatch(name):
            raise CanopyError(f"{name!r} cannot be a token's name; use letters, digits and . _ - @ +")
        secret = _PREFIX + secrets.token_hex(20)
        with self._changing() as tokens:
            if any(token.name == name for token in tokens):
                raise CanopyError(
                    f"there is a token named {name} already; revoke it first, or choose another name"
                )
            tokens.append(Token(name, _digest(secret), _now(), expires))
        return secret

    def revoke(self, name: str) -> None:
        """Forget the token of that name."""
        with self._changing() as tokens:
            kept = [token for token in tokens if token.name != name]
            if len(kept) == len(tokens):
                raise CanopyError(f"there is no token named {name}; `canopy token list` shows all")
            tokens[:] = kept

    def all(self) -> tuple[Token, ...]:
        """Return all tokens, the oldest first; read again if the file changed.

        Raises `CanopyError` while the file cannot be read or understood: then no token is valid.
        """
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._known = None, ()
            return ()
        except OSError as exc:
            raise self._unreadable(exc) from exc
        stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
        if stamp != self._stamp:
            self._known, self._stamp = self._read(), stamp
        return self._known

    def check(self, secret: str) -> str | None:
        """Return the name that a token stands for, or None; takes the same time for every wrong one."""
        digest, now, name = _digest(secret), _now(), None
        for token in self.all():
            if hmac.compare_digest(token.digest, digest) and token.valid(now):
                name = token.name
        return name

    def _read(self) -> tuple[Token, ...]:
        try:
            return tuple(map(_token, json.loads(self._path.read_text(encoding="utf-8"))["tokens"]))
        except FileNotFoundError:
            return ()
        except OSError as exc:
            raise self._unreadable(exc) from exc
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            raise CanopyError(
                f"{self._path} is damaged, so no token is valid; "
                "remove it and make new ones with `canopy token add`"
            ) from exc

    def _unreadable(self, exc: OSError) -> CanopyError:
        return CanopyError(
            f"{self._path} cannot be read: {exc.strerror}; let the user that runs Canopy read it"
        )

    @contextlib.contextmanager
    def _changing(self) -> Iterator[list[Token]]:
        """Lend the list to one process at a time, and keep what became of it, durably."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(
                self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600
            )
        except OSError as exc:
            raise CanopyError(f"{self._path.parent} cannot be written: {exc.strerror}") from exc
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            tokens = list(self._read())
            yield tokens
            self._write(tokens)
        finally:
            os.close(descriptor)

    def _write(self, tokens: list[Token]) -> None:
        text = json.dumps({"tokens": [_entry(token) for token in tokens]}, indent=2) + "\n"
        try:
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix="tokens-")
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self._path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            _sync_folder(self._path.parent)
        except OSError as exc:
            raise CanopyError(f"{self._path} cannot be written: {exc.strerror}") from exc


def listing(tokens: Iterable[Token], now: datetime) -> Iterator[str]:
    """Yield one aligned line for each token: its name, since when, and until when it is valid."""
    rows = [(token.name, f"{token.created:%Y-%m-%d}", _end(token, now)) for token in tokens]
    width = max((len(name) for name, _, _ in rows), default=0)
    for name, created, end in rows:
        yield f"{name:<{width}}  since {created}  {end}"


def _end(token: Token, now: datetime) -> str:
    if token.expires is None:
        return "does not expire"
    return f"{'until' if token.valid(now) else 'expired'} {token.expires:%Y-%m-%d %H:%M} UTC"


def expiry(text: str, now: datetime) -> datetime:
    """Return when a token ends that is valid for `30d`, `12h`, or until a date like `2030-12-31`, UTC.

    On the day that is named it is still valid. Raises `CanopyError`.
    """
    try:
        if span := _SPAN.fullmatch(text.strip()):
            number = int(span["number"])
            length = timedelta(days=365 * number)
            if span["unit"] != "y":
                length = timedelta(**{_UNITS[span["unit"]]: number})
            end = now + length
        else:
            end = datetime.fromisoformat(text.strip())
            if end.tzinfo is None:
                end = end.replace(tzinfo=UTC)
            if len(text.strip()) <= len("2030-12-31"):
                end += timedelta(days=1)
    except (ValueError, OverflowError) as exc:
        raise CanopyError(
            f"--expires: {text!r} is no time; write 30d, 12h or a date like 2030-12-31"
        ) from exc
    if end <= now:
        raise CanopyError(f"--expires: {text} is over already")
    return end.astimezone(UTC)


def _token(entry: dict[str, str | None]) -> Token:
    name, digest, created, expires = (entry[key] for key in ("name", "sha256", "created", "expires"))
    if not (isinstance(name, str) and isinstance(digest, str) and digest.isascii()):
        raise ValueError("a token without its name or hash")
    return Token(name, digest, _moment(created), None if expires is None else _moment(expires))


def _moment(text: str | None) -> datetime:
    moment = datetime.fromisoformat(text or "")
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _entry(token: Token) -> dict[str, str | None]:
    return {
        "name": token.name,
        "sha256": token.digest,
        "created": token.created.isoformat(),
        "expires": token.expires.isoformat() if token.expires else None,
    }


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
