"""The git room: the only door to dulwich. It must not know markdown or HTTP serving."""

from canopy.git.fetching import Fetched, fetch
from canopy.git.limits import Limits
from canopy.git.objects import DamagedRepository
from canopy.git.remotes import Credentials, Kind, Remote, parse_remote
from canopy.git.repository import Repository
from canopy.git.values import Blob, Commit, Former, Snapshot

__all__ = [
    "Blob",
    "Commit",
    "Credentials",
    "DamagedRepository",
    "Fetched",
    "Former",
    "Kind",
    "Limits",
    "Remote",
    "Repository",
    "Snapshot",
    "fetch",
    "parse_remote",
]
