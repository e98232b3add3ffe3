"""The map of the site's addresses: who gets which, who introduces which folder, what redirects where.

Rules, in this order. Canopy's own addresses (`/-/…`, `/tags`, `/tags/x` of a tag, `/atom`) belong to nobody
else, as in the original. A folder with articles has the address of its path. Files that are served as they
are have their exact path. An article has the address it asks for; of two that want one, the one whose file
has that very name wins, then the one whose name leads there, then who asks by `slug`, then by `url`; then the
first by path. The loser keeps its file's path as its address and gets a problem that names the winner.
Redirects come last and displace nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from canopy.content.claims import Kind
from canopy.content.links import find, join, split_suffix
from canopy.content.paths import base_name, clean, parent
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from canopy.content.sources import File

MAX_HOPS = 20


@dataclass(frozen=True, slots=True)
class Places:
    """The finished map. Files are named by their path below the site's top."""

    addresses: Mapping[str, str]
    """From a file to its path of the site; not of a file that redirects."""
    folders: Mapping[str, str]
    """From a folder with articles to its section's path."""
    indexes: Mapping[str, str]
    """From a folder to the file that introduces it."""
    redirects: Mapping[str, str]
    """To a path of the site or an absolute URL."""
    suffixes: Mapping[str, str]
    """From a redirecting path to the query and fragment that its target has besides."""
    names: Mapping[str, str]
    """From a case-folded spelling to the path that alone is meant by it."""
    rivals: frozenset[str]
    """Files that ask for the address of another one: what is in them decides whether that is a problem."""
    problems: tuple[Problem, ...]


def place(
    files: Sequence[File], terms: Iterable[str], start: str = "", leads: Iterable[tuple[str, str]] = ()
) -> Places:
    """Return the map of the files, which are sorted by path; `start` is the start page by a setting.

    `leads` are addresses that lead elsewhere where nothing else is (`Convention.leads`).
    """
    plan = _Plan(terms)
    articles = [file for file in files if file.claim.kind is Kind.ARTICLE]
    plan.add_folders(articles, start)
    assets = [file for file in files if file.claim.kind is Kind.ASSET]
    for file in sorted(assets, key=_rank):
        plan.settle(file)
    articles.sort(key=_rank)
    for file in articles:
        if plan.indexes.get(file.claim.folder) == file.path:
            plan.addresses[file.path] = plan.folders[file.claim.folder]
        else:
            plan.settle(file)
    plan.add_redirects(files)
    plan.add_leads(leads)
    return plan.finished()


def _rank(file: File) -> int:
    return file.claim.rank


class _Plan:
    """The map while it is being drawn."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.addresses: dict[str, str] = {}
        self.folders: dict[str, str] = {}
        self.indexes: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self.suffixes: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.rivals: set[str] = set()
        self.problems: list[Problem] = []
        self._reserved = {"/tags", "/atom", "/-", *(f"/tags/{term}" for term in terms)}
        self._taken: dict[str, str] = {}  # from an address to the repository path of who has it
        self._files: dict[str, File] = {}  # from an address to the file that has it
        self._section_at: dict[str, str] = {}
        self._aliases: dict[str, str] = {}  # from an alias to the repository path of whose it is

    def add_folders(self, articles: Sequence[File], start: str) -> None:
        """Give each folder that has articles its address and, if it has one, its introduction."""
        best: dict[str, tuple[int, str]] = {}
        wishes: dict[str, str] = {}
        for file in articles:
            claim = file.claim
            if claim.index and not (start and claim.folder == "/"):
                rank = (claim.index, file.path)
                if rank < best.get(claim.folder, (99, "")):
                    best[claim.folder], wishes[claim.folder] = rank, claim.place
        self.folders["/"] = "/"
        self._taken["/"] = "/"
        for file in articles:
            claim = file.claim
            folder = claim.folder
            while folder not in self.folders:
                self._add_folder(folder, file, wishes.get(folder, ""))
                folder = parent(folder)
        self.indexes.update((folder, path) for folder, (_, path) in best.items())

    def _add_folder(self, folder: str, file: File, wish: str) -> None:
        wanted = wish if wish and self._is_free(wish) else clean(folder)
        address = wanted if self._is_free(wanted) else self._free(self._outside(wanted))
        self.folders[folder] = address
        self._taken[address] = folder + "/"
        self._section_at[address] = folder
        if address != wanted and wanted in self._reserved:
            inside = file.path.startswith(folder + "/")
            where = file.blob.path.removesuffix(file.path[len(folder) :]) if inside else file.blob.path
            reason = f"the address {wanted} is Canopy's own: the folder's listing is at {address}"
            self.problems.append(Problem(where, 0, reason, "rename the folder"))

    def _is_free(self, address: str) -> bool:
        return address not in self._taken and address not in self._reserved and not address.startswith("/-/")

    def _free(self, address: str) -> str:
        """Return the address, or the first free one with a number at its end."""
        candidate, number = address, 2
        while not self._is_free(candidate):
            candidate, number = f"{address}-{number}", number + 1
        return candidate

    def _outside(self, address: str) -> str:
        return "/_" + address[2:] if address == "/-" or address.startswith("/-/") else address

    def settle(self, file: File) -> None:
        """Give the file the address it asks for, or the next best."""
        claim = file.claim
        wanted = claim.address
        if self._is_free(wanted):
            self._taken[wanted] = file.blob.path
            self.addresses[file.path] = wanted
            self._files.setdefault(wanted, file)
            return
        twin = self._files.get(wanted) if claim.kind is Kind.ASSET else None
        if twin is not None and twin.claim.kind is Kind.ASSET:
            self.rivals.update((twin.path, file.path))
            if twin.blob.data == file.blob.data:
                self.addresses[file.path] = wanted  # one file in two folders, as `content/` and `static/`
                return
        folder = self._section_at.get(wanted)
        if folder is not None and claim.introduces == wanted and folder not in self.indexes:
            self.indexes[folder] = file.path
            self.addresses[file.path] = wanted
            return
        address = self._free(self._outside(claim.exact))
        self._taken[address] = file.blob.path
        self.addresses[file.path] = address
        owner = self._owner(wanted)
        cure = "rename one of the two" if owner else "rename the file"
        reason = f"its address {wanted} belongs to {owner or 'Canopy itself'}: it is at {address}"
        self.problems.append(Problem(file.blob.path, 0, reason, cure))

    def _owner(self, address: str) -> str:
        folder = self._section_at.get(address)
        return (
            self._taken.get(address, "") if folder is None else self.indexes.get(folder, self._taken[address])
        )

    def add_redirects(self, files: Sequence[File]) -> None:
        """Add what leads elsewhere: what authors ask for first, then what helps, where nothing else is."""
        pending: dict[str, File] = {}
        stubs = [file for file in files if file.claim.kind is Kind.REDIRECT]
        for stub in stubs:
            for wish in dict.fromkeys((stub.claim.address, stub.claim.exact)):
                self._add_stub(wish, stub, pending)
        for file in files:
            for alias in file.claim.aliases:
                self._add_alias(alias, file, pending)
        for stub in stubs:
            pending.update(
                (weak, stub) for weak in stub.claim.weak if self._is_free(weak) and weak not in pending
            )
        for file in files:
            if file.claim.weak and file.path in self.addresses:
                self._add_weak(file, pending)
        self._add_bundles(files)
        self.names = self._spellings(files)
        targets = {id(stub): self._destination(stub, pending) for stub in stubs}
        for path, stub in pending.items():
            target, suffix = targets[id(stub)]
            if target:
                self.redirects[path] = target
                self.suffixes.update({path: suffix} if suffix else {})
        self._add_linked_folders(files, stubs)

    def _add_linked_folders(self, files: Sequence[File], stubs: Iterable[File]) -> None:
        """Let the folder that is a symbolic link to another lead to that one's listing."""
        linked = [stub for stub in stubs if stub.blob.link]
        meant = {file.blob.path: file for file in files} if linked else {}
        for stub in linked:
            address, original = clean(stub.claim.folder), meant.get(stub.blob.link)
            alike = original and base_name(original.path) == base_name(stub.path)
            if original and alike and self._is_free(address) and original.claim.folder in self.folders:
                self.redirects.setdefault(address, self.folders[original.claim.folder])

    def add_leads(self, leads: Iterable[tuple[str, str]]) -> None:
        """Let the addresses that the settings name lead where they shall, if that is there."""
        for wish, target in leads:
            path = clean(wish)
            if not self._is_free(path) or path in self.redirects:
                continue
            if target.lower().startswith(("http://", "https://")):
                self.redirects[path] = target
                continue
            inner, suffix = split_suffix(target)
            found = find([clean(inner)], lambda p: not self._is_free(p), self.redirects, self.names)
            if found is not None and found != path:
                self.redirects[path] = found
                self.suffixes.update({path: suffix} if suffix else {})

    def _add_weak(self, file: File, pending: Mapping[str, File]) -> None:
        address = self.addresses[file.path]
        for weak in file.claim.weak:
            if weak not in self.redirects and weak not in pending and self._is_free(weak):
                self.redirects[weak] = address

    def _add_bundles(self, files: Iterable[File]) -> None:
        """Let the files of a page whose address is not its folder answer below that address too."""
        moved = {
            file.claim.bundle: address
            for file in files
            if file.claim.bundle
            and (address := self.addresses.get(file.path)) != file.claim.bundle
            and address
        }
        for file in files if moved else ():
            if file.claim.kind is not Kind.ASSET:
                continue
            folder = file.claim.folder
            while folder not in moved and folder != "/":
                folder = parent(folder)
            if folder in moved:
                address = moved[folder].removesuffix(".html") + file.claim.exact[len(folder) :]
                if self._is_free(address) and address not in self.redirects:
                    self.redirects[address] = self.addresses[file.path]

    def _add_stub(self, wish: str, file: File, pending: dict[str, File]) -> None:
        if self._is_free(wish) and wish not in pending:
            pending[wish] = file
            return
        if file.blob.link:
            return  # as where `index.md` is a link to the `README.md` beside it
        owner = pending[wish].blob.path if wish in pending else self._owner(wish) or "Canopy itself"
        reason = f"the address {wish} belongs to {owner}: it does not redirect"
        self.problems.append(Problem(file.blob.path, 0, reason, "rename one of the two"))

    def _add_alias(self, alias: str, file: File, pending: dict[str, File]) -> None:
        address = self.addresses.get(file.path)
        if address is None:
            return
        path = clean(_alias_path(alias, file.claim.folder))
        if path == address:
            return
        owner = pending[path].blob.path if path in pending else self._aliases.get(path)
        if "://" in alias:
            reason = f"the alias {alias[:100]} is not a path of this site"
        elif owner or not self._is_free(path):
            reason = f"the alias {alias[:100]} belongs to {owner or self._owner(path) or 'Canopy itself'}"
        else:
            self.redirects[path], self._aliases[path] = address, file.blob.path
            return
        if owner != file.blob.path:
            self.problems.append(Problem(file.blob.path, 0, reason, "leave it out", Severity.WARNING))

    def _destination(self, file: File, pending: Mapping[str, File]) -> tuple[str, str]:
        """Return where a redirect leads in the end, with its suffix; nothing if it leads in a circle."""
        seen: set[str] = set()
        onward = file
        while len(seen) < MAX_HOPS and onward.path not in seen:
            seen.add(onward.path)
            target = onward.claim.redirect
            if target.startswith("//"):
                return "https:" + target, ""
            if target.lower().startswith(("http://", "https://")):
                return target, ""
            path, suffix = split_suffix(target)
            found = self._next(onward, unquote(path), pending)
            if isinstance(found, str):
                return found, suffix
            onward = found
        self.problems.append(Problem(file.blob.path, 0, "redirects in a circle", "let it lead to a page"))
        return "", ""

    def _next(self, file: File, path: str, pending: Mapping[str, File]) -> str | File:
        folders = ("/",) if path.startswith("/") else (file.claim.folder, "/")
        paths = list(dict.fromkeys(clean(join(folder, path)) for folder in folders))
        for candidate in paths:
            if candidate in pending:
                return pending[candidate]
        found = find(paths, lambda p: not self._is_free(p), self.redirects, self.names)
        if found is None and file.blob.link:
            return ""  # the page that is meant is not there yet, or over
        if found is None:
            reason = f"redirects to {paths[0]}, which is not there"
            self.problems.append(Problem(file.blob.path, 0, reason, "correct its target", Severity.WARNING))
        return found or paths[0]

    def _spellings(self, files: Iterable[File]) -> dict[str, str]:
        names: dict[str, str] = {}
        ambiguous = set()
        for file in files:
            address = self.addresses.get(file.path)
            if address is None:
                continue
            for spelling in file.claim.spellings:
                if names.setdefault(spelling, address) != address:
                    ambiguous.add(spelling)
        for spelling in ambiguous:
            del names[spelling]
        return names

    def finished(self) -> Places:
        """Return the map as it is now."""
        problems = tuple(sorted(set(self.problems)))
        return Places(
            self.addresses,
            self.folders,
            self.indexes,
            self.redirects,
            self.suffixes,
            self.names,
            frozenset(self.rivals),
            problems,
        )


def _alias_path(alias: str, folder: str) -> str:
    path = unquote(split_suffix(alias)[0])
    return join("/" if path.startswith("/") else folder, path)
