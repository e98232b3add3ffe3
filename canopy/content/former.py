"""What answers at the addresses that files had before a commit changed them, from history alone.

A page that expired is like one that was deleted, though its file is still there.

An old address is the one that the old file would have today: its path under the site's convention, with what
its front matter said, at the end or in an earlier version that readers can have seen. It redirects to where
the file's content is now, or is gone. Nothing here displaces anything: an old address counts only where
nothing else is. Where a file became a draft, nobody is told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from canopy.content.claims import NOTHING as UNSEEN
from canopy.content.claims import Kind
from canopy.content.links import join, split_suffix
from canopy.content.paths import base_name, clean, parent, readable
from canopy.content.schedule import was_public
from canopy.content.sources import read_file
from canopy.content.values import Gone
from canopy.git.values import Blob, Former

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from canopy.content.claims import Claim
    from canopy.content.conventions import Convention
    from canopy.content.permalinks import Places
    from canopy.content.sources import File
    from canopy.content.values import Held

_CUT = 1000
"""Bytes from which on the beginning of a file may have been cut within its front matter."""
_MADE = frozenset({"/", "/-", "/atom", "/favicon.ico", "/robots.txt", "/sitemap.xml", "/tags"}) | {
    *("/feed", "/feed.atom", "/feed.json", "/feed.rss", "/feed.xml", "/index.xml", "/rss", "/rss.xml"),
}
"""Addresses at which Canopy itself has something, whatever the repository had there once."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What a file that left asked for while it was here."""

    former: Former
    claim: Claim
    title: str
    expired: bool = False
    """The file is here still; its time is over."""
    last: Former | None = None
    """Of an earlier version of a file that left: what the file was in the end."""
    earlier: bool = False
    """The file said something else later."""


@dataclass(frozen=True, slots=True)
class Past:
    """What answers at old addresses. No address is in both."""

    redirects: dict[str, str]
    gone: dict[str, Gone]


NOTHING = Past({}, {})


def read_traces(
    former: Mapping[str, Former],
    earlier: Iterable[Former],
    prefix: str,
    convention: Convention,
    known: Mapping[Former, Trace],
) -> dict[Former, Trace]:
    """Return what each file below the site's top asked for, and its earlier versions; newest first.

    The `known` ones are not read again.
    """
    traces: dict[Former, Trace] = {}
    for file in former.values():
        if file.path.startswith(prefix):
            traces[file] = known.get(file) or _trace(file, "/" + file.path[len(prefix) :], convention)
    for version in earlier:
        if version.path.startswith(prefix):
            trace = known.get(version) or _trace(version, "/" + version.path[len(prefix) :], convention)
            last = former.get(version.path)
            title = traces[last].title if last else trace.title
            traces[version] = (
                trace
                if trace.earlier and trace.last is last and trace.title == title
                else replace(trace, title=title, last=last, earlier=True)
            )
    return traces


def _trace(former: Former, path: str, convention: Convention) -> Trace:
    file = read_file(Blob(former.path, former.id, _whole(former.head)), path, convention)
    claim = file.claim if was_public(file, convention, former.left) else UNSEEN
    return Trace(former, claim, file.source.title if file.source else base_name(path))


def read_expired(files: Mapping[str, File], held: Mapping[str, Held]) -> dict[str, Trace]:
    """Return what each page asked for that readers saw until it expired, by its path in the repository."""
    return {
        path: Trace(Former(path, files[path].blob.id, b"", hold.until), files[path].claim, hold.title, True)
        for path, hold in held.items()
        if hold.reason == "expired"
    }


def _whole(head: bytes) -> bytes:
    """Return the beginning of a file with its front matter closed, should it be longer."""
    fence = head[:3]
    cut = len(head) > _CUT and fence in (b"---", b"+++") and b"\n" + fence not in head[3:]
    return head + fence + b"\n" if cut else head


def look_back(
    traces: Iterable[Trace], files: Mapping[str, File], places: Places, terms: Iterable[str]
) -> Past:
    """Return what answers at the addresses that files had; `files` are those of now, by path."""
    ordered = sorted(traces, key=_newest_first)
    if not ordered:
        return NOTHING
    expired = {trace.former.path: trace for trace in ordered if trace.expired}
    plan = _Plan(files, places, terms, expired)
    for trace in ordered:
        # Where a folder's introduction was deleted, its listing may have moved all the same.
        if trace.former.now or not trace.claim.index:
            plan.settle(trace, _own_address(trace.claim))
    plan.add_folders(trace for trace in ordered if not trace.earlier)
    for trace in ordered:
        for address in (_own_address(trace.claim), *_further_addresses(trace.claim)):
            plan.settle(trace, address)
    return Past(_followed(plan.redirects), plan.gone)


def _followed(redirects: Mapping[str, str]) -> dict[str, str]:
    """Let each redirect lead to its end at once: what a file redirects to may be an old address too."""
    ends = {}
    for path, target in redirects.items():
        seen = {path}
        end = target
        while end in redirects and end not in seen:
            seen.add(end)
            end = redirects[end]
        if end not in seen:
            ends[path] = end
    return ends


def _newest_first(trace: Trace) -> tuple[float, str]:
    left = trace.former.left
    return (-left.timestamp() if left else 0.0, trace.former.path)


def _own_address(claim: Claim) -> str:
    return (claim.place or clean(claim.folder)) if claim.index else claim.address


def _further_addresses(claim: Claim) -> Iterator[str]:
    yield claim.exact
    for alias in claim.aliases:
        path = unquote(split_suffix(alias)[0])
        yield clean(join("/" if path.startswith("/") else claim.folder, path))
    yield from claim.weak


class _Plan:
    """The old addresses while they are being given out."""

    def __init__(
        self,
        files: Mapping[str, File],
        places: Places,
        terms: Iterable[str],
        expired: Mapping[str, Trace],
    ) -> None:
        self.redirects: dict[str, str] = {}
        self.gone: dict[str, Gone] = {}
        self._files = files
        self._places = places
        self._expired = expired
        self._taken = {*places.addresses.values(), *places.folders.values(), *places.redirects, *_MADE}
        self._taken.update(f"/tags/{term}" for term in terms)

    def settle(self, trace: Trace, address: str) -> None:
        """Say what answers at an address that the file had."""
        claim, former = trace.claim, trace.former
        if claim.kind not in (Kind.ARTICLE, Kind.ASSET) or not self._is_free(address):
            return
        now = self._files.get(former.now)
        folder = self.redirects.get(clean(claim.folder)) if claim.index and now is None else None
        if folder is not None:
            self._take(address)
            self.redirects[address] = folder
        elif now is None:
            self._take(address)
            last = trace.last or former
            self.gone[address] = Gone(trace.title, last.left, last.path, trace.expired)
        elif (over := self._expired.get(former.now)) is not None:
            self._take(address)
            self.gone[address] = Gone(over.title, over.former.left, over.former.path, expired=True)
        elif (target := self._target(now)) and target != address:
            self._take(address)
            self.redirects[address] = target

    def add_folders(self, traces: Iterable[Trace]) -> None:
        """Let the listing of a folder that is empty now lead to the one that most of its files went to."""
        votes: dict[str, Counter[str]] = {}
        newest: dict[str, Trace] = {}
        for trace in traces:
            if trace.claim.kind is not Kind.ARTICLE:
                continue
            now = self._files.get(trace.former.now)
            place = now.claim.folder if now and now.claim.kind is Kind.ARTICLE else ""
            folder = trace.claim.folder
            while folder != "/":
                tail = trace.claim.folder[len(folder) :]
                votes.setdefault(folder, Counter())[_without(place, tail)] += 1
                newest.setdefault(folder, trace)
                folder = parent(folder)
        for folder, counts in votes.items():
            address = clean(folder)
            best, most = max(counts.items(), key=lambda item: (item[1], item[0]))
            if not self._is_free(address) or most * 2 <= counts.total():
                continue
            target = self._places.folders.get(best)
            self._take(address)
            if target:
                self.redirects[address] = target
            else:
                last = newest[folder].former
                self.gone[address] = Gone(readable(base_name(folder)), last.left, parent("/" + last.path)[1:])

    def _target(self, file: File) -> str:
        """Return where a file of now is read; nothing if nobody may read it."""
        found = self._places.addresses.get(file.path)
        if (
            found is None
            and file.claim.kind is Kind.REDIRECT
            and file.claim.address not in self._places.suffixes
        ):
            found = self._places.redirects.get(file.claim.address)
        return found or ""

    def _is_free(self, address: str) -> bool:
        return address.isprintable() and address not in self._taken and not address.startswith("/-/")

    def _take(self, address: str) -> None:
        self._taken.add(address)


def _without(folder: str, tail: str) -> str:
    """Return the folder above `tail`; nothing if the folder does not end with it."""
    return (folder[: len(folder) - len(tail)] or "/") if folder and folder.endswith(tail) else ""
