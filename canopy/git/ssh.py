"""Fetching with the `ssh` program: a key file, a host key that is pinned or known, no questions asked.

The program runs without a shell, in a session of its own so that it can be killed with all it started, and
takes nothing from the remote's URL that could be an option. Its complaints are kept for the error's text.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import signal
import subprocess
import tempfile
from io import BufferedReader
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from dulwich.client import SSHGitClient, SSHVendor, SubprocessWrapper

from canopy.errors import AuthenticationFailed, ConfigError, RemoteUnavailable
from canopy.git.tcp import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import RawIOBase
    from typing import Self

    from dulwich.protocol import Protocol

    from canopy.git.deadline import Deadline
    from canopy.git.limits import Limits
    from canopy.git.remotes import Credentials

_GRACE = 5.0
_REFUSED = ("permission denied", "too many authentication failures", "load key", "bad permissions")
_UNKNOWN_HOST = ("host key verification failed", "remote host identification", "no matching host key")


class Session(SubprocessWrapper):
    """One run of ssh: pipes that obey the limits, and a process group that ends."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits, deadline: Deadline) -> None:
        # Not the base class's: its reader would close the pipe under ours.
        self.proc = process
        self._source = BufferedReader(cast("RawIOBase", process.stdout), 1 << 16)
        self.read: Callable[..., bytes] = counted(self._source.read, limits, deadline)
        self.write = cast("IO[bytes]", process.stdin).write
        deadline.at_end(self.kill)

    def kill(self) -> None:
        """End ssh and whatever it started, at once."""
        if self.proc.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.proc.pid, signal.SIGKILL)

    def close(self, timeout: int | None = None) -> None:  # noqa: ARG002 - the library's signature
        """Close the pipes and wait a little for ssh to end; then kill it."""
        with contextlib.suppress(OSError):
            cast("IO[bytes]", self.proc.stdin).close()
        try:
            self.proc.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self.kill()
            self.proc.wait()
        self._source.close()


class GuardedSSHClient(SSHGitClient):
    """A dulwich client that closes what a failed conversation leaves open."""

    def __init__(self, host: str, port: int | None, username: str | None, vendor: SSHVendor) -> None:
        super().__init__(host, port, username, vendor=vendor)
        self._conversations: list[Protocol] = []

    def _connect(
        self,
        cmd: bytes,
        path: str | bytes,
        protocol_version: int | None = None,
    ) -> tuple[Protocol, Callable[[], bool], IO[bytes] | None]:
        protocol, ready, complaints = super()._connect(cmd, path, protocol_version)
        self._conversations.append(protocol)
        return protocol, ready, complaints

    def close(self) -> None:
        """Close every connection."""
        for protocol in self._conversations:
            protocol.close()


class Ssh(SSHVendor):
    """Runs ssh for one fetch; use it as a context manager."""

    def __init__(self, credentials: Credentials, limits: Limits, deadline: Deadline) -> None:
        self._credentials = credentials
        self._limits = limits
        self._deadline = deadline
        self._stack = contextlib.ExitStack()
        self._sessions: list[Session] = []
        self._known_hosts: Path | None = credentials.known_hosts

    def __enter__(self) -> Self:
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="canopy-ssh-")))
        self._complaints = self._stack.enter_context((self._folder / "stderr").open("w+b"))
        return self

    def __exit__(self, *_: object) -> None:
        for session in self._sessions:
            session.kill()
            session.close()
        self._stack.close()

    def run_command(
        self,
        host: str,
        command: bytes,
        username: str | None = None,
        port: int | None = None,
        password: str | None = None,  # noqa: ARG002 - ssh asks nobody
        key_filename: str | None = None,  # noqa: ARG002 - it is in the credentials
        ssh_command: str | None = None,  # noqa: ARG002 - it is always ssh
        protocol_version: int | None = None,
    ) -> Session:
        """Start `command` on the host."""
        if host.startswith("-") or (username or "").startswith("-"):
            raise ConfigError("the remote's host and user must not begin with a dash")
        if self._credentials.host_key and self._known_hosts is None:
            self._known_hosts = self._pin(host, port)
        version = 2 if protocol_version is None else protocol_version
        options = self._options(version)
        if port:
            options += ["-p", str(port)]
        if username:
            options += ["-l", username]
        try:
            process = subprocess.Popen(  # noqa: S603 - a list without a shell, its parts checked
                ["ssh", "-x", "-T", *options, "--", host, os.fsdecode(command)],  # noqa: S607 - as found in PATH
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                bufsize=0,
                start_new_session=True,
            )
        except FileNotFoundError as exc:
            raise ConfigError("ssh remotes need the program ssh: install openssh-client") from exc
        session = Session(process, self._limits, self._deadline)
        self._sessions.append(session)
        return session

    def complaint(self) -> Exception | None:
        """Return the error that ssh's own words amount to, if it said any."""
        for session in self._sessions:
            session.close()
        self._complaints.seek(0)
        text = self._complaints.read(1 << 16).decode("utf-8", "replace")
        lines = [line.strip() for line in text.splitlines() if line.strip(" @") and line.isprintable()]
        if not lines:
            return None
        low = text.lower()
        if any(words in low for words in _UNKNOWN_HOST):
            return AuthenticationFailed(
                "the ssh host key is unknown or has changed: pin it (`ssh-keyscan HOST | ssh-keygen -lf -`)"
            )
        last = next((line for line in reversed(lines) if "fatal" in line.lower()), lines[-1])[:300]
        if any(words in low for words in _REFUSED):
            return AuthenticationFailed(f"ssh was refused: {last}")
        return RemoteUnavailable(f"ssh failed: {last}")

    def _options(self, version: int) -> list[str]:
        values = {
            "BatchMode": "yes",
            "StrictHostKeyChecking": "yes",
            "UpdateHostKeys": "no",
            "ClearAllForwardings": "yes",
            "ForwardAgent": "no",
            "PermitLocalCommand": "no",
            "ControlMaster": "no",
            "ControlPath": "none",
            "ConnectTimeout": str(max(1, round(self._limits.connect_seconds))),
            "ServerAliveInterval": str(max(1, round(self._limits.read_seconds / 3))),
        }
        if version:
            values["SetEnv"] = f"GIT_PROTOCOL=version={version}"
        if self._known_hosts is not None:
            values |= {"UserKnownHostsFile": _quoted(self._known_hosts), "GlobalKnownHostsFile": "/dev/null"}
        if self._credentials.ssh_key is not None:
            values |= {"IdentitiesOnly": "yes", "IdentityFile": _quoted(self._credentials.ssh_key)}
            values["IdentityAgent"] = "none"
        return [word for name, value in values.items() for word in ("-o", f"{name}={value}")]

    def _pin(self, host: str, port: int | None) -> Path:
        """Write a known_hosts file that holds the pinned key alone, after asking the host for its keys."""
        pinned = self._credentials.host_key.rstrip("=")
        command = [
            "ssh-keyscan",
            "-T",
            str(max(1, round(self._limits.connect_seconds))),
            "-p",
            str(port or 22),
        ]
        try:
            found = subprocess.run(  # noqa: S603 - a list without a shell, its parts checked
                [*command, "--", host],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=max(0.1, min(self._deadline.left, 4 * self._limits.connect_seconds)),
                check=False,
            ).stdout
        except FileNotFoundError as exc:
            raise ConfigError("a pinned host key needs ssh-keyscan: install openssh-client") from exc
        except subprocess.TimeoutExpired as exc:
            raise RemoteUnavailable("the ssh host does not answer") from exc
        lines = [line for line in found.splitlines() if line and not line.startswith(b"#")]
        if not lines:
            raise RemoteUnavailable("the ssh host does not answer")
        matching = [line for line in lines if _fingerprint(line) == pinned]
        if not matching:
            raise AuthenticationFailed(
                "the ssh host key is not the pinned one: the host changed, or it is another host"
            )
        path = self._folder / "known_hosts"
        path.write_bytes(b"\n".join(matching) + b"\n")
        return path


def _fingerprint(line: bytes) -> str:
    try:
        key = base64.b64decode(line.split()[2], validate=True)
    except (IndexError, binascii.Error):
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def _quoted(path: Path) -> str:
    """Quote a path for ssh's option parser, which also expands `%`."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{text}"'
