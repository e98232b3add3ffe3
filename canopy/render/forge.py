"""Where a forge shows and edits the files of a remote: from the remote's address to links for readers.

The known kinds are GitHub, GitLab, Gitea and Forgejo, Bitbucket, and sourcehut. Of a host that is none of
them for certain nothing is said: a wrong link is worse than none. Must not know git; addresses are text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_SCP = re.compile(r"(?:[^@/\s]+@)?(?P<host>[A-Za-z0-9.-]+):(?P<path>(?!/)[^\s]+)")
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("github", re.compile(r"(?:github\.com|ssh\.github\.com|github\..+)")),
    ("gitlab", re.compile(r"(?:(?:alt)?ssh\.)?gitlab\.com|gitlab\..+|salsa\.debian\.org|0xacab\.org")),
    ("gitea", re.compile(r"codeberg\.org|gitea\.com|(?:gitea|forgejo)\..+")),
    ("bitbucket", re.compile(r"(?:altssh\.)?bitbucket\.org")),
    ("sourcehut", re.compile(r"git\.sr\.ht")),
)
# {u} is the repository's page, {b} the branch, {p} the file's path, all percent-encoded.
_EDIT = {
    "github": "{u}/edit/{b}/{p}",
    "gitlab": "{u}/-/edit/{b}/{p}",
    "gitea": "{u}/_edit/{b}/{p}",
    "bitbucket": "{u}/src/{b}/{p}?mode=edit&at={b}",
    # sourcehut edits nothing in a browser: who reads the source knows how to send a patch.
    "sourcehut": "{u}/tree/{b}/item/{p}",
}
_HISTORY = {
    "github": "{u}/commits/{b}/{p}",
    "gitlab": "{u}/-/commits/{b}/{p}",
    "gitea": "{u}/commits/branch/{b}/{p}",
    "bitbucket": "{u}/history-node/{b}/{p}",
    "sourcehut": "{u}/log/{b}/item/{p}",
}
KINDS = tuple(_EDIT)
# `altssh.bitbucket.org` is where ssh is spoken on port 443; the pages are at the plain name.
_SSH_NAMES = re.compile(r"(?:alt)?ssh\.(?=(?:github|gitlab|bitbucket)\.)")
_SAFE = "/!$'()*,;:@~-._"


@dataclass(frozen=True, slots=True)
class Forge:
    """A repository on a forge."""

    kind: str
    """One of `KINDS`."""
    url: str
    """The repository's page, without a slash at its end."""

    def edit(self, branch: str, path: str) -> str:
        """Return where a file of the repository can be edited."""
        return self._filled(_EDIT, branch, path)

    def history(self, branch: str, path: str) -> str:
        """Return where a file's commits are listed."""
        return self._filled(_HISTORY, branch, path)

    def _filled(self, templates: dict[str, str], branch: str, path: str) -> str:
        return templates[self.kind].format(u=self.url, b=quote(branch, safe=_SAFE), p=quote(path, safe=_SAFE))


def find_forge(remote: str, kind: str = "") -> Forge | None:
    """Return the forge that a remote is on; `kind` says which, where its host's name does not."""
    scheme, host, port, path = _parts(remote)
    if not host or not path:
        return None
    host = _SSH_NAMES.sub("", host)
    kind = kind or next((name for name, pattern in _KINDS if pattern.fullmatch(host)), "")
    if kind not in _EDIT or (kind != "sourcehut" and "/" not in path):
        return None
    return Forge(kind, f"{scheme}://{host}{port}/{quote(path, safe=_SAFE)}")


def _parts(remote: str) -> tuple[str, str, str, str]:
    """Return the scheme, host and port of the web pages, and the path; empty for what is on this machine."""
    nowhere, scheme = ("", "", "", ""), "https"
    remote = remote.partition("#")[0].strip()
    if "://" in remote:
        try:
            url = urlsplit(remote)
            host, port = (url.hostname or "").lower(), url.port
        except ValueError:
            return nowhere
        if url.scheme not in ("http", "https", "ssh", "git+ssh", "git"):
            return nowhere
        # A forge in a local network may have no certificate.
        scheme = "http" if url.scheme == "http" else "https"
        # Only the port of a web server is one for readers.
        shown = f":{port}" if port and url.scheme in ("http", "https") and port not in (80, 443) else ""
        path = url.path
    elif scp := _SCP.fullmatch(remote):
        host, shown, path = scp["host"].lower(), "", scp["path"]
    else:
        return nowhere
    path = path.strip("/").removesuffix(".git").strip("/")
    return (scheme, host, shown, path) if ".." not in path.split("/") else nowhere
