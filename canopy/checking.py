"""`canopy check`: what is wrong with a repository's files, printed like a compiler does.

For authors, who run it in their work tree before they commit, and for the CI of content repositories.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from canopy.content.site import build
from canopy.content.values import HELD
from canopy.driving import drive, drive_all
from canopy.git import Kind, Repository, fetch, parse_remote
from canopy.git.symlinks import follow
from canopy.git.worktree import WorkTree, find_worktree, is_bare
from canopy.problem import Problem, Severity
from canopy.render.options import RenderOptions
from canopy.render.press import Press
from canopy.render.workers import RenderFailed, Workers
from canopy.serving import credentials, git_limits, site_options, worker_count

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from canopy.config import Settings
    from canopy.content.values import Page, Site
    from canopy.git import Snapshot
    from canopy.render.edition import Edition
    from canopy.render.jobs import Job


def check(settings: Settings, out: TextIO, err: TextIO) -> int:
    """Print a line for each problem to `out` and a summary to `err`; return 1 if any is an error.

    Without a repository named, the folder one is in. Raises `CanopyError` if it cannot be read at all.
    """
    place = settings.remote or "."
    snapshot, commit = _read(settings, place)
    options = site_options(settings, settings.root, place, "http://127.0.0.1:8080")
    now = datetime.now(UTC)
    site = build(snapshot, options, None, now)
    problems = _render_all(settings, site, build(snapshot, replace(options, drafts=True), None, now))
    for problem in problems:
        print(problem, file=out)
    where = f" in {site.root}/" if site.root and not settings.root else ""
    print(f"{site.convention}{where}: {site.evidence}", file=err)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    print(
        f"{commit}: {counted(len(site.shown), 'page')}, {counted(len(site.assets), 'file')}, "
        f"{counted(errors, 'error')}, {counted(warnings, 'warning')}",
        file=err,
    )
    if site.held:
        print(_withheld(site), file=err)
    return 1 if errors else 0


def _withheld(site: Site) -> str:
    """Say what readers do not see, and what they will see next."""
    counts = Counter(held.reason for held in site.held)
    words = {"draft": counted(counts["draft"], "draft"), "future": f"{counts['future']:,} still to come"}
    words["expired"] = f"{counts['expired']:,} expired"
    told = "not there for readers: " + ", ".join(words[reason] for reason in HELD if counts[reason])
    coming = [held for held in site.held if held.reason == "future" and held.until is not None]
    first = min(coming, key=lambda held: (held.until, held.path), default=None)
    if first is None or first.until is None:
        return told
    return f"{told}; next is {first.path}, at {first.until.isoformat(' ', 'minutes')}"


def _read(settings: Settings, place: str) -> tuple[Snapshot, str]:
    """Return the files to check, and what to call them: a folder's as they are now, else a commit's."""
    limits = git_limits(settings)
    folder = Path(place).expanduser()
    if folder.is_dir() and not settings.branch and not is_bare(folder):
        tree = WorkTree(find_worktree(folder) or folder.resolve(), limits)
        tree.refresh()
        files = {file.path: file.data for file in tree.files.values()}
        with Repository.create(limits=limits) as repository:
            commit = repository.commit(
                "main",
                files,
                "Check",
                "Canopy",
                "canopy@localhost",
                datetime.now().astimezone().replace(microsecond=0),
            )
            snapshot = repository.snapshot(commit, root=settings.root, history="none")
        linked, lost = follow(tree.below(settings.root), snapshot.blobs, {})
        problems = (*snapshot.problems, *tree.problems.values(), *lost)
        return replace(snapshot, blobs={**snapshot.blobs, **linked}, problems=problems), str(tree.top)
    remote = parse_remote(place, settings.branch)
    with Repository.create(limits=limits) as repository:
        found = fetch(
            repository,
            remote,
            credentials(settings, remote),
            limits,
            depth=None if remote.kind is Kind.FILE else 1,
        )
        snapshot = repository.snapshot(found.commit, root=settings.root, history="none")
    return snapshot, f"{remote.display} at {found.commit[:12]}"


def _render_all(settings: Settings, site: Site, whole: Site) -> tuple[Problem, ...]:
    """Render every page once, because only that shows what rendering finds.

    Of the `whole` site come those pages that readers do not see yet.
    """
    # A theme is looked at whole, whatever of it this machine's settings would use.
    options = RenderOptions(theme="templates")
    press = Press(memory=settings.cache, trusted=settings.trust == "trusted", options=options)
    edition, unseen = (
        press.edition(each, datetime.now(UTC).replace(microsecond=0)) for each in (site, whole)
    )
    workers = Workers(worker_count(settings), memory_bytes=settings.render_memory)
    failed: list[Problem] = []

    def looked(edition: Edition, path: str, page: Page) -> Generator[Job, Any, None]:
        try:
            yield from press.findings(edition, path)
        except RenderFailed as exc:
            failed.append(Problem(page.source.path, 0, f"the page cannot be rendered: {exc}"))

    def printed(path: str) -> Generator[Job, Any, None]:
        try:
            yield from press.print(edition, path)
        except RenderFailed as exc:
            failed.append(Problem("", 0, f"{path} cannot be rendered: {exc}"))

    try:
        drive(press.inspect(edition), workers, settings.render_timeout)
        tasks = [looked(edition, path, page) for path, page in site.shown.items()]
        tasks += [looked(unseen, path, page) for path, page in whole.shown.items() if page.held]
        tasks += [printed(path) for path in _templated(edition)]
        for _ in drive_all(tasks, workers, settings.render_timeout):
            pass
    finally:
        workers.close()
    later = (problem for problems in unseen.findings.values() for problem in problems)
    return tuple(sorted({*edition.problems, *later, *failed}))


def _templated(edition: Edition) -> Iterator[str]:
    """Yield the paths of all pages if templates of the repository show them: any may fail."""
    if edition.look.templates is not None:
        yield from dict.fromkeys(["/", *edition.site.pages, *edition.outline.listings.addresses()])


def counted(number: int, thing: str) -> str:
    """Return a number of things in words."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
