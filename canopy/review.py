"""What a push would do to the site, said as a colleague would say it. Pure: two sites in, text out.

The sync worker builds the new site and finds its problems; here they become the lines that git shows behind
`remote:`, and the reason for which a push is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from canopy.content.values import Site

Reject = Literal["never", "errors", "problems"]
_SHOWN = 20
"""Lines of one kind: a terminal is no place for a catalogue."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between two sites, in paths of pages, each in alphabetical order."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    """From and to: the same text at another address."""
    removed: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths at which something else is shown now."""
        moved = (path for pair in self.moved for path in pair)
        return tuple(sorted({*self.added, *self.changed, *self.removed, *moved}))

    @property
    def written(self) -> tuple[str, ...]:
        """The paths of pages that the new site has and the old one had not, or not like this."""
        return tuple(sorted({*self.added, *self.changed, *(to for _, to in self.moved)}))

    @property
    def lost(self) -> tuple[str, ...]:
        """The paths at which the old site had a page and the new one has none."""
        return tuple(sorted({*self.removed, *(source for source, _ in self.moved)}))


@dataclass(frozen=True, slots=True)
class Review:
    """What the house thinks of a push."""

    site: Site
    changes: Changes
    problems: tuple[Problem, ...]
    """Those that the push brings, not those that were there before."""
    seconds: float
    unread: int = 0
    """Changed pages that were not rendered, because there are so many."""


def compare(old: Site | None, new: Site) -> Changes:
    """Return what differs for a reader. A page is moved when its file's content is at another path."""
    before, now = old.shown() if old is not None else {}, new.shown()
    removed = {path: page for path, page in before.items() if path not in now}
    added = {path: page for path, page in now.items() if path not in before}
    changed = sorted(path for path, page in now.items() if path in before and before[path] is not page)
    origins: dict[str, list[str]] = {}
    for path, page in sorted(removed.items()):
        origins.setdefault(page.source.blob_id, []).append(path)
    moved = []
    for path, page in sorted(added.items()):
        sources = origins.get(page.source.blob_id)
        if sources:
            moved.append((sources.pop(0), path))
    gone, come = {source for source, _ in moved}, {to for _, to in moved}
    return Changes(
        tuple(sorted(added.keys() - come)), tuple(changed), tuple(moved), tuple(sorted(removed.keys() - gone))
    )


def news(old: Iterable[Problem], new: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems that were not there before, wherever in their file they stand now."""
    known = {(problem.path, problem.reason) for problem in old}
    return tuple(sorted(problem for problem in new if (problem.path, problem.reason) not in known))


def mentions(site: Site, lost: Iterable[str]) -> tuple[str, ...]:
    """Return the paths of pages whose text may link to a lost path: the candidates for broken links."""
    ends = {path.rpartition("/")[2] for path in lost} - {""}
    return tuple(path for path, page in site.shown().items() if any(end in page.source.body for end in ends))


def refusal(review: Review, reject: Reject) -> str:
    """Return why a push is refused, with file and line, or an empty string if it is not."""
    if reject == "never":
        return ""
    worst = [
        problem for problem in review.problems if reject == "problems" or problem.severity is Severity.ERROR
    ]
    if not worst:
        return ""
    first = worst[0]
    place = f"{first.path}:{first.line}" if first.line else first.path
    more = f", and {len(worst) - 1} more" if len(worst) > 1 else ""
    return f"{place}: {first.reason}{more}"


def describe(review: Review) -> Iterator[str]:
    """Yield the lines that the pusher reads."""
    site, changes = review.site, review.changes
    if not changes.paths and not review.problems:
        yield f"Canopy: no page changes ({_milliseconds(review.seconds)})"
        return
    yield f"Canopy: {_summary(changes)} ({_milliseconds(review.seconds)})"
    yield from _listed("new", [site.absolute(path) for path in changes.added])
    yield from _listed("changed", [site.absolute(path) for path in changes.changed])
    yield from _listed("moved", [_move(site, source, to) for source, to in changes.moved])
    yield from _listed("gone", [_loss(site, path) for path in changes.removed])
    problems = [str(problem) for problem in review.problems]
    if problems:
        yield ""
        yield from problems[:_SHOWN]
    if len(problems) > _SHOWN:
        yield f"… and {len(problems) - _SHOWN} more; `canopy check` shows all"
    if review.unread:
        yield f"{review.unread} changed pages were not looked at; `canopy check` looks at all"


def _summary(changes: Changes) -> str:
    parts = [
        f"{len(paths)} {word}"
        for paths, word in (
            (changes.added, "new"),
            (changes.changed, "changed"),
            (changes.moved, "moved"),
            (changes.removed, "gone"),
        )
        if paths
    ]
    return ", ".join(parts) or "no page changes"


def _listed(word: str, lines: list[str]) -> Iterator[str]:
    for line in lines[:_SHOWN]:
        yield f"  {word:<8} {line}"
    if len(lines) > _SHOWN:
        yield f"  {'':<8} … and {len(lines) - _SHOWN} more"


def _move(site: Site, source: str, to: str) -> str:
    redirects = site.redirects.get(source) == to
    old = "the old address redirects" if redirects else f"add `aliases: [{source}]` to keep the old address"
    return f"{site.absolute(source)} → {site.absolute(to)} ({old})"


def _loss(site: Site, path: str) -> str:
    target = site.redirects.get(path)
    return f"{site.absolute(path)} → {target}" if target else site.absolute(path)


def _milliseconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
