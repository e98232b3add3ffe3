"""Putting the house together: from settings to a running server."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from canopy import __version__
from canopy.content.values import SiteOptions
from canopy.git import Credentials, Kind, Limits, Repository, parse_remote
from canopy.git.host import Host
from canopy.git.push import PushPolicy
from canopy.git.worktree import WorkTree, find_worktree, is_bare
from canopy.mirror import Mirror
from canopy.origin import Followed, Lock, Notepad, copy_path, open_copy, open_notepad
from canopy.preview import Preview, watch
from canopy.render.differences import named
from canopy.render.forge import find_forge
from canopy.render.options import RenderOptions
from canopy.render.press import Press
from canopy.render.workers import Workers
from canopy.sync import Sync
from canopy.tokens import Tokens
from canopy.web.access import Access
from canopy.web.githost import GitHost, HostLimits
from canopy.web.live import Hub
from canopy.web.reviewer import Reviewer
from canopy.web.server import listen, serve, url_of
from canopy.websub import Announcer

if TYPE_CHECKING:
    from collections.abc import Callable

    from canopy.config import Settings
    from canopy.git import Remote
    from canopy.origin import Origin
    from canopy.web.access import Reading

log = structlog.get_logger("canopy")

_TURN = 0.0005
"""Seconds for which one thread may keep the interpreter from the others.

A push reads and writes often, and waits as long after each while the search reads the whole site; with
Python's own 5 ms it takes half as long again.
"""


async def run(settings: Settings, say: Callable[..., None]) -> int:
    """Serve until a signal ends it; return the exit code. Raises `CanopyError` if it cannot begin."""
    sys.setswitchinterval(_TURN)
    remote = parse_remote(settings.remote, settings.branch) if settings.remote else None
    ports = [settings.port, settings.tls_port] if settings.tls_port else [settings.port]
    sockets = [listen(settings.host, port) for port in ports]
    lock = Lock(copy_path(settings.data, remote) if remote else settings.data / "notepad.git")
    # The workers start while the repository is opened: both take their time.
    workers = Workers(worker_count(settings), memory_bytes=settings.render_memory)
    unwatch: Callable[[], None] = lambda: None  # noqa: E731 (there is nothing to end yet)
    try:
        origin = open_origin(settings, remote)
        address = url_of(sockets[-1], tls=bool(settings.tls_port))
        press = Press(
            memory=settings.cache,
            trusted=settings.trust == "trusted",
            shared_max_age=round(settings.shared_max_age),
            remote=remote.display if remote else (settings.base_url or address) + settings.git_path,
            preview=isinstance(origin, Preview),
            options=render_options(settings, remote),
        )
        sync = Sync(
            origin,
            site_options(settings, origin.root, origin.identity(), address),
            press,
            workers,
            interval=settings.interval,
            render_timeout=settings.render_timeout,
        )
        hub = Hub(most=settings.max_readers, most_per_address=settings.max_readers_per_address)
        sync.subscribe(lambda new, _old: hub.publish(new, named(new.touched)))
        if settings.websub_hub:
            sync.subscribe(Announcer(settings.websub_hub).published)
        tokens = Tokens(settings.data)
        git = git_host(settings, sync, origin, tokens, remote)
        _welcome(say, settings, tokens, remote, address)
        unwatch = watch_tree(origin, sync)
        if git.mirror is not None:
            mirror = git.mirror
            # Pushes by path go onward too: the worker sees those.
            sync.subscribe(lambda _new, _old: mirror.wake())
            mirror.start()
        try:
            await serve(sync, settings, sockets, hub, git)
        finally:
            if git.mirror is not None:
                git.mirror.close()
    finally:
        unwatch()
        workers.close()
        lock.release()
    return 0


def open_origin(settings: Settings, remote: Remote | None) -> Origin:
    """Return what the settings say is published."""
    limits = git_limits(settings)
    if remote is None:
        repository = open_notepad(settings.data, settings.branch, limits)
        return Notepad(repository, settings.branch, root=settings.root, history=settings.history)
    folder = previewed(settings, remote)
    if folder is not None:
        return open_preview(settings, folder, limits)
    return followed(settings, remote, limits, settings.root)


def followed(settings: Settings, remote: Remote, limits: Limits, root: str) -> Origin:
    """Return the origin that follows a remote."""
    return Followed(
        open_copy(settings.data, remote, limits),
        remote,
        credentials(settings, remote),
        root=root,
        history=settings.history,
        depth=settings.depth,
    )


def open_preview(settings: Settings, folder: Path, limits: Limits) -> Preview:
    """Return the origin that shows a folder's files as they are, above what is committed of them."""
    top = find_worktree(folder)
    if top is None:
        return Preview(Notepad(Repository.create(limits=limits)), WorkTree(folder, limits), settings.root)
    below = folder.relative_to(top).as_posix()
    root = "/".join(part for part in (below, settings.root) if part not in ("", "."))
    return Preview(followed(settings, parse_remote(str(top)), limits, root), WorkTree(top, limits), root)


def previewed(settings: Settings, remote: Remote | None) -> Path | None:
    """Return the work tree whose files are shown as they are, committed or not; None if commits are.

    That is a folder named without a branch, unless it is bare.
    """
    if remote is None or remote.kind is not Kind.FILE or remote.branch or settings.remote.startswith("file:"):
        return None
    path = Path(remote.path)
    return path.resolve() if path.is_dir() and not is_bare(path) else None


def watch_tree(origin: Origin, sync: Sync) -> Callable[[], None]:
    """Let every save in a previewed work tree be seen at once, if that is what is served."""
    if not isinstance(origin, Preview):
        return lambda: None
    loop = asyncio.get_running_loop()

    def saved() -> None:
        loop.call_soon_threadsafe(lambda: sync.trigger(sure=True))

    end = watch(origin.top, origin, saved)
    if end is None:
        return lambda: None
    origin.local = False
    return end


def git_host(
    settings: Settings, sync: Sync, origin: Origin, tokens: Tokens, remote: Remote | None
) -> GitHost:
    """Return the host for clones and, to a notepad of our own, pushes."""
    reading: Reading = settings.clone if settings.clone != "auto" else "public" if remote is None else "off"
    return GitHost(
        Host(origin.repository),
        Access(tokens, reading=reading, behind_tls=settings.behind_tls),
        HostLimits(settings.max_push),
        review=Reviewer(sync, settings.reject),
        pushed=lambda: sync.trigger(sure=True),
        policy=lambda: PushPolicy(origin.branch, settings.force),
        read_only="" if remote is None else f"This is a mirror; push to {remote.display}.",
        mirror=open_mirror(settings, origin),
    )


def open_mirror(settings: Settings, origin: Origin) -> Mirror | None:
    """Return what pushes onward to a backup, if one is set; it begins to work when it is started."""
    if not settings.mirror_to:
        return None
    remote = parse_remote(settings.mirror_to)
    return Mirror(
        origin.repository,
        remote,
        Credentials(
            username=settings.mirror_username or remote.username,
            password=settings.mirror_password.get_secret_value() or remote.password,
            ssh_key=settings.ssh_key,
            host_key=settings.ssh_host_key,
            known_hosts=settings.ssh_known_hosts,
        ),
        git_limits(settings),
        settings.data / "mirrored.json",
    )


def credentials(settings: Settings, remote: Remote) -> Credentials:
    """Return what opens the remote: the settings', else what its URL contained."""
    return Credentials(
        username=settings.username or remote.username,
        password=settings.password.get_secret_value() or remote.password,
        ssh_key=settings.ssh_key,
        host_key=settings.ssh_host_key,
        known_hosts=settings.ssh_known_hosts,
    )


def git_limits(settings: Settings) -> Limits:
    """Return how much a repository may ask of us."""
    return Limits(
        pack_bytes=settings.max_pack,
        inflated_bytes=settings.max_inflated,
        objects=settings.max_objects,
        blob_bytes=settings.max_file,
        tree_entries=settings.max_files,
        fetch_seconds=settings.fetch_timeout,
    )


def site_options(settings: Settings, root: str, identity: str, address: str) -> SiteOptions:
    """Return what the settings, and what is published, say about the site."""
    return SiteOptions(
        base_url=settings.base_url,
        address=address,
        root=root,
        title=settings.title,
        language=settings.language,
        identity=identity,
        convention="" if settings.convention == "auto" else settings.convention,
        drafts=settings.drafts,
    )


def render_options(settings: Settings, remote: Remote | None) -> RenderOptions:
    """Return what the settings say about how pages are shown and announced."""
    forge = None
    if remote is not None and settings.forge != "off":
        forge = find_forge(remote.url, "" if settings.forge == "auto" else settings.forge)
    return RenderOptions(
        websub_hub=settings.websub_hub,
        hidden=("/-/search", settings.git_path),
        theme=settings.theme,
        per_page=settings.per_page,
        diagrams=settings.mermaid,
        forge=forge,
    )


def worker_count(settings: Settings) -> int:
    """Return how many rendering processes there are: as set, else one a core, at most four."""
    if settings.workers:
        return settings.workers
    return max(
        1, min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    )


def _welcome(
    say: Callable[..., None],
    settings: Settings,
    tokens: Tokens,
    remote: Remote | None,
    address: str,
) -> None:
    """Tell whoever started us where to read, and how to write."""
    where = settings.base_url or address
    log.info("listening", address=address, version=__version__, remote=remote.display if remote else "")
    if remote is not None:
        drafts = " with all that is not committed yet" if previewed(settings, remote) else ""
        say(f"Reading {remote.display}{drafts}", f"Serving {where}", "")
        return
    clone = where + settings.git_path
    lines = [f"Read your notepad at  {where}"]
    if tokens.begun:
        lines += [
            f"Write in it:          git clone {clone} notes",
            "Another token:        canopy token add NAME",
        ]
    else:
        scheme, _, rest = clone.partition("://")
        token = tokens.add("first")
        lines += [
            f"Write in it:          git clone {scheme}://me:{token}@{rest} notes",
            "                      (this address holds the token that may push; it is shown only now)",
        ]
    say(*lines, "")
