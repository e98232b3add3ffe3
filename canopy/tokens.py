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
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from canopy.errors import CanopyError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "canopy_"
"""So that people and secret scanners recognise what they have found."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")


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
        self._stamp: tuple[int, int] | None = None
        self._known: tuple[Token, ...] = ()

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
        """Return all tokens, the oldest first; read again if the file changed."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._known = None, ()
            return ()
        stamp = (status.st_mtime_ns, status.st_ino)
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
            entries = json.loads(self._path.read_text())["tokens"]
            return tuple(
                Token(
                    entry["name"],
                    entry["sha256"],
                    datetime.fromisoformat(entry["created"]),
                    datetime.fromisoformat(entry["expires"]) if entry["expires"] else None,
                )
                for entry in entries
            )
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise CanopyError(
                f"{self._path} is damaged; remove it and make new tokens with `canopy token add`"
            ) from exc

    @contextlib.contextmanager
    def _changing(self) -> Iterator[list[Token]]:
        """Lend the list to one process at a time, and keep what became of it, durably."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            tokens = list(self._read())
            yield tokens
            self._write(tokens)

    def _write(self, tokens: list[Token]) -> None:
        text = json.dumps({"tokens": [_entry(token) for token in tokens]}, indent=2)
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix="tokens-")
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self._path)


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
