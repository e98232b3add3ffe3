"""What the files of a Hugo site mean to each other: bundles and their resources, cascades from above.

Read once from all names, and from the headers of the `_index.md` that have a cascade.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from canopy.content.frontmatter import grammar
from canopy.content.grammar import normalised
from canopy.content.headers import MAX_HEADER, read_header
from canopy.content.paths import TEXTS, base_name, extension, parent, unsuffixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from canopy.content.conventions.convention import Spot, Tree

MAX_CASCADES = 500
_NEVER = ("never", "false")


@dataclass(frozen=True, slots=True)
class Cascade:
    """Values that a section, or the whole site, hands down to the pages below."""

    folder: str
    """Of the addresses below it."""
    values: Mapping[str, object]
    paths: tuple[str, ...] = ()
    """Patterns of which one must fit; none: all do."""
    kind: str = ""
    language: str = ""

    def reaches(self, spot: Spot) -> bool:
        """Tell whether a page is one of those below."""
        name = base_name(unsuffixed(spot.path))
        place = parent(spot.path) if spot.leaf or name == "_index" else unsuffixed(spot.path)
        above = place if name != "_index" else parent(place)
        inside = f"{above}/".startswith(f"{self.folder.rstrip('/')}/") and place != self.folder
        kind = "page" if name != "_index" else "home" if place == "/" else "section"
        return (
            inside
            and self.kind in ("", kind)
            and self.language in ("", spot.language)
            and (not self.paths or any(fnmatchcase(place, path) for path in self.paths))
        )


def resources(paths: Iterable[str], tops: Iterable[str]) -> frozenset[str]:
    """Return the texts that belong to a page's folder, and are no pages: what lies beside an `index.md`.

    The paths are those of `content/`, below its `tops`, where an `index.md` is the start page.
    """
    content, tops = list(paths), set(tops)
    leaves = {parent(path) for path in content if _is_index(path, "index")} - tops
    if not leaves:
        return frozenset()
    return frozenset(
        path
        for path in content
        if extension(path) in TEXTS
        and any(
            folder in leaves and not (folder == parent(path) and _is_index(path, "index"))
            for folder in _above(path)
        )
    )


def kept_cases(paths: Iterable[str], urlized: Callable[[str], str]) -> dict[str, str]:
    """Return the folders in no bundle with the address of their files, which keeps capitals and spaces."""
    content = list(paths)
    bundles = {parent(path) for path in content if _is_index(path, "index") or _is_index(path, "_index")}
    kept: dict[str, str] = {}
    for folder in {parent(path) for path in content if not path.endswith(TEXTS)}:
        plain = urlized(folder)
        if plain == folder:
            continue
        bundle = next((above for above in _above(f"{folder}/x") if above in bundles), "")
        address = urlized(bundle) + folder[len(bundle) :]
        if address != plain:
            kept[folder] = address
    return kept


def cascades(tree: Tree, settings: object, locate: Callable[[str], Spot | None]) -> tuple[Cascade, ...]:
    """Return what the settings and the sections hand down, the nearest last."""
    found = list(_cascades("/", settings))
    cut = len(tree.prefix)
    for path in sorted(tree.blobs):
        if not path.startswith(tree.prefix) or not _is_index(path, "_index"):
            continue
        blob, spot = tree.look(path), locate(f"/{path[cut:]}")
        if blob is None or spot is None or b"cascade" not in blob.data[:MAX_HEADER]:
            continue
        text = blob.data[:MAX_HEADER].decode("utf-8-sig", "replace").replace("\r\n", "\n")
        values = read_header(text, grammar(path, comments=True)).values
        found += _cascades(parent(spot.path), values.get("cascade"))
    return tuple(sorted(found[:MAX_CASCADES], key=lambda cascade: len(cascade.folder)))


def _cascades(folder: str, value: object) -> Iterator[Cascade]:
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, dict):
            continue
        values = {normalised(str(key)): inner for key, inner in entry.items()}
        target = values.pop("_target", None) or values.pop("target", None)
        target = target if isinstance(target, dict) else {}
        paths = str(target.get("path") or "").lower().strip("{}").split(",")
        yield Cascade(
            folder,
            values,
            tuple(path.strip() for path in paths if path.strip()),
            str(target.get("kind") or ""),
            str(target.get("lang") or "").lower(),
        )


def is_rendered(spot: Spot, values: Mapping[str, object]) -> bool:
    """Tell whether a page has an address of its own."""
    headless = spot.leaf and str(values.get("headless")).lower() == "true"
    return not headless and _build(values, "render") not in (*_NEVER, "link")


def is_listed(values: Mapping[str, object]) -> bool:
    """Tell whether lists have a page."""
    return _build(values, "list") not in _NEVER


def _build(values: Mapping[str, object], option: str) -> str:
    for name in ("build", "_build"):
        table = values.get(name)
        if isinstance(table, dict) and option in table:
            return str(table[option]).strip().lower()
    return ""


def _is_index(path: str, name: str) -> bool:
    """Tell whether a file has that name, whatever language and extension it has besides."""
    # Most paths are none: a look at the whole is quicker than taking each apart.
    return f"/{name}." in f"/{path}" and base_name(path).startswith(f"{name}.") and extension(path) in TEXTS


def _above(path: str) -> Iterator[str]:
    while (path := parent(path)) != "/":
        yield path
