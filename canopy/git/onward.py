"""Pushing onward: what a repository's branches and tags are, a backup elsewhere becomes.

The backup is ours to overwrite where we wrote before: forced pushes are followed, and a ref that we put there
goes when it goes here. Refs that somebody else made there are left alone. It must not know when to push.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dulwich.objects import ZERO_SHA, ObjectID
from dulwich.refs import Ref

from canopy.errors import SyncError
from canopy.git.fetching import connected
from canopy.git.push import BRANCHES, TAGS
from canopy.git.wire import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from dulwich.pack import UnpackedObject

    from canopy.git.limits import Limits
    from canopy.git.remotes import Credentials, Remote
    from canopy.git.repository import Repository


def public_refs(repository: Repository) -> dict[str, str]:
    """Return what the branches and tags point to, by their full names."""
    with repository.opened() as repo:
        found = {
            bytes(name).decode("utf-8", "surrogateescape"): value for name, value in repo.get_refs().items()
        }
    return {
        name: value.decode() for name, value in sorted(found.items()) if name.startswith((BRANCHES, TAGS))
    }


def push_onward(
    repository: Repository, remote: Remote, credentials: Credentials, limits: Limits, known: Mapping[str, str]
) -> dict[str, str]:
    """Push all branches and tags; return them, as the backup has them now.

    `known` is what an earlier call returned: what is in there and not here any more is deleted there.
    Raises a `SyncError` if the backup cannot be reached or refuses something.
    """
    wanted = {Ref(_raw(name)): ObjectID(value.encode()) for name, value in public_refs(repository).items()}

    def changes(there: Mapping[Ref, ObjectID]) -> dict[Ref, ObjectID]:
        new = {name: value for name, value in wanted.items() if there.get(name) != value}
        old = (Ref(_raw(name)) for name in known)
        return new | {name: ObjectID(ZERO_SHA) for name in old if name in there and name not in wanted}

    with connected(remote, credentials, limits) as (client, path), repository.opened() as repo:

        def pack(
            have: AbstractSet[ObjectID],
            want: AbstractSet[ObjectID],
            *,
            ofs_delta: bool = False,
            progress: Callable[[bytes], None] | None = None,  # noqa: ARG001 (the library's signature)
        ) -> tuple[int, Iterator[UnpackedObject]]:
            return repo.generate_pack_data(set(have), set(want), ofs_delta=ofs_delta)

        result = client.send_pack(path.encode(), changes, pack)
        for name, reason in sorted((result.ref_status or {}).items()):
            if reason is not None:
                text = reason if isinstance(reason, str) else bytes(reason).decode("utf-8", "replace")
                raise SyncError(f"the backup refuses {shown(bytes(name))}: {shown(text.encode())}")
    return {bytes(name).decode("utf-8", "surrogateescape"): value.decode() for name, value in wanted.items()}


def _raw(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
