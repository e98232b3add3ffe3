"""Where a repository comes from, and what opens its door; parsed and checked before anything connects.

It owns the syntax `URL#branch` and the allow-list of schemes. dulwich would take `htps://x` for an ssh host
and `ext::sh -c …` for a command, so nothing reaches it that is not named here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from dulwich.refs import Ref, check_ref_format

from canopy.errors import ConfigError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_SCP = re.compile(r"(?:(?P<user>[^@/:]+)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^@/:\[\]]+):(?P<path>[^:].*)")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")
_SYNTAX = "write https://host/notes.git, ssh://user@host/notes.git, user@host:notes.git or a path"


class Kind(StrEnum):
    """How a remote is spoken to."""

    HTTP = "http"
    SSH = "ssh"
    GIT = "git"
    FILE = "file"


_KINDS = {"http": Kind.HTTP, "https": Kind.HTTP, "ssh": Kind.SSH, "git": Kind.GIT, "file": Kind.FILE}


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository elsewhere. Only `username` and `password` hold credentials, and no text shows them."""

    kind: Kind
    url: str
    """Without credentials; for a local repository its path."""
    branch: str = ""
    """Empty: the remote's own default."""
    host: str = ""
    port: int | None = None
    path: str = ""
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def display(self) -> str:
        """The remote as logs and pages may show it."""
        return f"{self.url}#{self.branch}" if self.branch else self.url

    def __str__(self) -> str:
        return self.display


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a remote asks for. Its text shows no secret."""

    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    """Or a token."""
    ssh_key: Path | None = None
    host_key: str = ""
    """`SHA256:…` as `ssh-keygen -lf` prints it: the only host key that is believed."""
    known_hosts: Path | None = None

    def __post_init__(self) -> None:
        if self.host_key and not _FINGERPRINT.fullmatch(self.host_key):
            raise ConfigError(
                "the ssh host key must be SHA256: and 43 characters, as `ssh-keygen -lf` prints it"
            )


def parse_remote(text: str, branch: str = "") -> Remote:
    """Parse `URL#branch`; a `branch` of its own wins.

    Takes http, https, ssh, git and file URLs, `user@host:path` and paths. Raises `ConfigError` with the cure.
    """
    text = text.strip()
    if not text or not text.isprintable():
        raise ConfigError(f"the remote is empty or has control characters: {_SYNTAX}")
    place, mark, written = text.rpartition("#")
    if not mark or (_is_local(text) and Path(text).expanduser().exists()):
        place, written = text, ""
    chosen = _check_branch(branch or written)
    scheme = _SCHEME.match(place)
    if scheme:
        return _from_url(place, scheme[1].lower(), chosen)
    if _is_local(place) or Path(place).exists():
        return _local(place, chosen)
    address = _SCP.fullmatch(place)
    if address is None or "::" in place.partition("/")[0].replace(address["host"], ""):
        raise ConfigError(f"{_shown(place)} is neither a URL nor a path that exists: {_SYNTAX}")
    host, path = address["host"].strip("[]"), address["path"]
    return _ssh(host, None, path, address["user"] or "", chosen)


def _from_url(text: str, scheme: str, branch: str) -> Remote:
    kind = _KINDS.get(scheme)
    if kind is None:
        raise ConfigError(f"no remote is reached by {scheme}://: {_SYNTAX}")
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
    except ValueError as exc:
        raise ConfigError(f"the remote's host or port cannot be read: {_SYNTAX}") from exc
    if kind is Kind.FILE:
        if host not in ("", "localhost"):
            raise ConfigError("a file:// remote has three slashes: file:///path/to/notes.git")
        return _local(unquote(parts.path), branch)
    _no_dash(host=host, user=unquote(parts.username or ""))
    if not host or any(c.isspace() for c in host) or any(c in host for c in "%\\"):
        raise ConfigError(f"the remote names no host: {_SYNTAX}")
    if parts.query or "?" in text:
        raise ConfigError("the remote must not have a query (?…); a token belongs into the password setting")
    if kind is Kind.SSH:
        if parts.password:
            raise ConfigError("ssh remotes take a key, not a password in the URL; set the ssh key's file")
        return _ssh(host, port, unquote(parts.path), unquote(parts.username or ""), branch)
    return Remote(
        kind,
        f"{scheme}://{_netloc(host, port)}{parts.path or '/'}",
        branch,
        host,
        port,
        unquote(parts.path) or "/",
        *_userinfo(parts, kind),
    )


def _userinfo(parts: SplitResult, kind: Kind) -> tuple[str, str]:
    if parts.username is None:
        return "", ""
    if kind is Kind.GIT:
        raise ConfigError("git:// remotes know no user; use https or ssh")
    return unquote(parts.username), unquote(parts.password or "")


def _ssh(host: str, port: int | None, path: str, user: str, branch: str) -> Remote:
    _no_dash(host=host, user=user, path=path)
    if path in ("", "/") or any(c.isspace() for c in host + user):
        raise ConfigError(f"the ssh remote names no repository: {_SYNTAX}")
    if not all(part.isprintable() for part in (host, user, path)):
        raise ConfigError(f"the remote has control characters: {_SYNTAX}")
    who = f"{user}@" if user else ""
    if path.startswith("/"):
        url = f"ssh://{who}{_netloc(host, port)}{path}"
    else:
        url = f"{who}{'[' + host + ']' if ':' in host else host}:{path}"
    return Remote(Kind.SSH, url, branch, host, port, path, username=user)


def _local(text: str, branch: str) -> Remote:
    _no_dash(path=text)
    if not text.isprintable() or not text:
        raise ConfigError(f"the remote's path is empty or has control characters: {_SYNTAX}")
    path = str(Path(text).expanduser().absolute())
    return Remote(Kind.FILE, path, branch, path=path)


def _is_local(text: str) -> bool:
    return text.startswith(("/", "./", "../", "~")) or text in (".", "..")


def _check_branch(branch: str) -> str:
    branch = branch.removeprefix("refs/heads/")
    if not branch:
        return ""
    _no_dash(branch=branch)
    if not branch.isprintable() or not check_ref_format(Ref(f"refs/heads/{branch}".encode())):
        raise ConfigError(f"{_shown(branch)} cannot be the name of a branch")
    return branch


def _no_dash(**parts: str) -> None:
    """Refuse what a program would take for an option (CVE-2017-1000117)."""
    for name, value in parts.items():
        if value.startswith("-"):
            raise ConfigError(f"the remote's {name} must not begin with a dash")


def _netloc(host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port is None else f"{name}:{port}"


def _shown(text: str) -> str:
    """Quote a setting that could not be understood, without what might be a credential in it."""
    return repr(text.rpartition("@")[2][:100])
