"""What a push would do to the site, said as a colleague would say it. Pure: two sites in, text out.

The sync worker builds the new site and finds its problems; here they become the lines that git shows behind
`remote:`, and the reason for which a push is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from canopy.content.groups import change_of
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from canopy.content.values import Held, Page, Site

Reject = Literal["never", "errors", "problems"]
_SHOWN = 20
"""Lines of one kind: a terminal is no place for a catalogue."""
_LOST = 50
"""Lost pages whose mentions are looked for in every text."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between two sites, in paths of pages, each in alphabetical order."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    """From and to: the same text at another address."""
    removed: tuple[str, ...] = ()
    later: tuple[Held, ...] = ()
    """What was added, but is not there for readers."""
    redated: tuple[str, ...] = ()
    """Of which history only now tells another date: following renames may end after a push was answered."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths at which something else is shown now."""
        moved = (path for pair in self.moved for path in pair)
        return tuple(sorted({*self.added, *self.changed, *self.redated, *self.removed, *moved}))

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
    before, now = old.shown if old is not None else {}, new.shown
    left, fresh = change_of(before, now)
    removed = {path: page for path, page in left.items() if path not in fresh}
    added = {path: page for path, page in fresh.items() if path not in before}
    redated = {path for path in fresh.keys() & before.keys() if _is_redated(before[path], fresh[path])}
    changed = sorted((fresh.keys() & before.keys()) - redated)
    origins: dict[str, list[str]] = {}
    for path, page in sorted(removed.items()):
        origins.setdefault(page.source.blob_id, []).append(path)
    moved = []
    for path, page in sorted(added.items()):
        sources = origins.get(page.source.blob_id)
        if sources:
            moved.append((sources.pop(0), path))
    # A page that was edited at once: its file is the same, or history knows where the old address leads.
    files = {page.source.path: path for path, page in added.items()}
    known, found = {source for source, _ in moved}, {to for _, to in moved}
    for path, page in sorted(removed.items()):
        to = new.redirects.get(path) or files.get(page.source.path, "")
        if path not in known and to in added and to not in found:
            moved.append((path, to))
            found.add(to)
    gone, come = {source for source, _ in moved}, {to for _, to in moved}
    moved.sort(key=lambda move: move[1])
    waiting = frozenset(old.held if old is not None else ())
    return Changes(
        tuple(sorted(added.keys() - come)),
        tuple(changed),
        tuple(moved),
        tuple(sorted(removed.keys() - gone)),
        tuple(held for held in new.held if held not in waiting),
        tuple(sorted(redated)),
    )


def _is_redated(old: Page, new: Page) -> bool:
    """Tell whether only dates that nobody wrote differ: that is not the doing of who pushes now."""
    as_now = replace(old, created=new.created, updated=new.updated, history_created=new.history_created)
    return as_now == new


def news(old: Iterable[Problem], new: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems that were not there before, wherever in their file they stand now."""
    known = {(problem.path, problem.reason) for problem in old}
    return tuple(sorted(problem for problem in new if (problem.path, problem.reason) not in known))


def mentions(site: Site, old: Site | None, lost: Iterable[str]) -> tuple[str, ...]:
    """Return the paths of pages whose text may link to a lost path: the candidates for broken links.

    A link names the end of a page's address or its file; where very many are lost, only the first count.
    """
    before = old.shown if old is not None else {}
    ends: dict[str, None] = {}
    for path in list(lost)[:_LOST]:
        file = before[path].source.path if path in before else ""
        for name in (path.rpartition("/")[2], PurePosixPath(file).stem):
            ends |= dict.fromkeys((name, quote(name)))
    wanted = [end for end in ends if end]
    if not wanted:
        return ()
    return tuple(path for path, page in site.shown.items() if any(map(page.source.says, wanted)))


def refusal(review: Review, reject: Reject) -> str:
    """Return why a push is refused, with file and line, or an empty string if it is not."""
    if reject == "never":
        return ""
    worst = [
        problem
        for problem in _worst_first(review.problems)
        if reject == "problems" or problem.severity is Severity.ERROR
    ]
    if not worst:
        return ""
    first = worst[0]
    place = f"{first.path}:{first.line}" if first.line else first.path
    more = f", and {len(worst) - 1} more" if len(worst) > 1 else ""
    return _harmless(f"{place}: {first.reason}{more}")


def describe(review: Review, refused: str = "") -> Iterator[str]:
    """Yield the lines that the pusher reads; `refused` is why the push is not accepted, if it is not.

    No line holds a control character: what is in a repository must not steer the terminal of its readers.
    """
    yield from map(_harmless, _refused(review) if refused else _accepted(review))


def _accepted(review: Review) -> Iterator[str]:
    site, changes = review.site, review.changes
    yield f"Canopy: {_summary(review)} ({_duration(review.seconds)})"
    yield from _listed("new", [site.absolute(path) for path in changes.added])
    yield from _listed("changed", [site.absolute(path) for path in changes.changed])
    yield from _listed("moved", [_move(site, source, to) for source, to in changes.moved])
    yield from _listed("gone", [_loss(site, path) for path in changes.removed])
    yield from _listed("later", [_hold(held) for held in changes.later])
    yield from _kept_addresses(site, changes)
    if review.problems:
        yield ""
        yield from _problems(review)
    if review.unread:
        yield f"{_count(review.unread, 'page')} not looked at, to be quick; `canopy check` looks at all"


def _refused(review: Review) -> Iterator[str]:
    problems = _count(len(review.problems), "problem")
    yield f"Canopy: not published, because of {problems} ({_duration(review.seconds)})"
    yield from _problems(review)
    yield "Nothing of this push was kept: correct it, `git commit --amend`, and push again"


def _problems(review: Review) -> Iterator[str]:
    ordered = _worst_first(review.problems)
    yield from (str(problem) for problem in ordered[:_SHOWN])
    if len(ordered) > _SHOWN:
        yield f"… and {len(ordered) - _SHOWN} more; `canopy check` shows all"


def _worst_first(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.severity is not Severity.ERROR, problem))


def _summary(review: Review) -> str:
    changes = review.changes
    counts = (
        (len(changes.added), "new"),
        (len(changes.changed), "changed"),
        (len(changes.moved), "moved"),
        (len(changes.removed), "gone"),
    )
    found = [(count, word) for count, word in counts if count]
    parts = [f"{count} {word}" for count, word in found]
    if found:  # what is counted is said once: "2 new pages, 1 changed"
        pages, word = _count(found[0][0], "page"), found[0][1]
        parts[0] = f"{pages} gone" if word == "gone" else pages.replace(" ", f" {word} ")
    text = ", ".join(parts) or "no page changes"
    return f"{text}; {_count(len(review.problems), 'problem')}" if review.problems else text


def _listed(word: str, lines: list[str]) -> Iterator[str]:
    for line in lines[:_SHOWN]:
        yield f"  {word:<8} {line}"
    if len(lines) > _SHOWN:
        yield f"  {'':<8} … and {len(lines) - _SHOWN} more"


def _move(site: Site, source: str, to: str) -> str:
    redirects = " (the old address redirects)" if _redirects(site, source, to) else ""
    return f"{site.absolute(source)} → {site.absolute(to)}{redirects}"


def _kept_addresses(site: Site, changes: Changes) -> Iterator[str]:
    """Say once how old addresses are kept, where any was lost by moving."""
    lost = [(source, to) for source, to in changes.moved if not _redirects(site, source, to)]
    if lost:
        source, to = lost[0]
        page = site.shown[to]
        which = "The old address leads" if len(lost) == 1 else "Old addresses lead"
        yield f"{which} nowhere now; a line in the front matter keeps one, in {page.source.path}:"
        yield f"  aliases: [{json.dumps(source, ensure_ascii=False)}]"


def _redirects(site: Site, source: str, to: str) -> bool:
    return site.redirects.get(source) == to


def _hold(held: Held) -> str:
    if held.until is None:
        return f"{held.path}: a draft"
    verb = "expired at" if held.reason == "expired" else "appears at"
    return f"{held.path}: {verb} {held.until.isoformat(' ', 'minutes')}"


def _loss(site: Site, path: str) -> str:
    target = site.redirects.get(path)
    return f"{site.absolute(path)} → {target}" if target else site.absolute(path)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _harmless(line: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
