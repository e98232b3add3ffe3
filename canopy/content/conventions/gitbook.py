"""GitBook and HonKit: pages in the order of a `SUMMARY.md`, files in `.gitbook/assets/`, redirects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, language_tag, read_config
from canopy.content.conventions.contents import Handbook, read_contents
from canopy.content.conventions.convention import Found, Spot, is_litter
from canopy.content.conventions.summary import read_summary
from canopy.content.paths import base_name, parent, unsuffixed
from canopy.content.people import parse_authors
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.values import FrontMatter

_ASSETS = "/.gitbook/assets/"
_FEWEST = 3
"""Links to files that a `SUMMARY.md` must have where nothing else tells that there is a book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitBook(Handbook):
    """A book with what its settings say."""

    name: str = "gitbook"
    from_top: bool = True
    summary: str = "/SUMMARY.md"
    ending: str = ""
    """Of addresses."""

    def locate(self, path: str) -> Spot | None:
        """Return the path; files lie in a folder that is hidden elsewhere."""
        if is_litter(path) or path == self.summary:
            return None
        if path.startswith(_ASSETS):
            return Spot(f"/assets/{path[len(_ASSETS) :]}", asset=True)
        return Spot(path, name=self.titles.get(path, ""))

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the header with what the summary says; `layout` is what GitBook shows of a page."""
        shown = {key: value for key, value in values.items() if key != "layout" or isinstance(value, str)}
        return Handbook.fields(self, spot, shown if len(shown) < len(values) else values)

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:  # noqa: ARG002
        """Return the path with the ending of such addresses; a README introduces its folder."""
        place = unsuffixed(spot.path)
        if not self.ending or base_name(place).lower() in ("index", "readme"):
            return ""
        return f"{parent(place).rstrip('/')}/{front.slug or base_name(place)}{self.ending}"


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    config, below = _config(tree)
    blob = tree.get(below + _summary(config))
    if blob is None:
        return ""
    own = tree.first(".gitbook.yaml", ".gitbook.yml", "book.json", "book.js")
    if own is not None:
        return f"{base_name(own.path)} and a SUMMARY.md are there, as GitBook has them"
    if ".gitbook" in tree.folders:
        return "the folder .gitbook/ and a SUMMARY.md are there"
    places = read_contents(read_summary(blob)).places
    there = sum(f"{tree.prefix}{place[1:]}" in tree.blobs for place in places)
    return "SUMMARY.md lists the pages, as GitBook has it" if there >= _FEWEST else ""


def read(tree: Tree, why: str) -> Found:
    """Return the book with what its settings say."""
    config, below = _config(tree)
    blob = tree.get(below + _summary(config))
    contents = read_contents(read_summary(blob) if blob else ())
    convention = GitBook(
        titles=contents.titles,
        places=contents.places,
        leads=tuple(_moved(config)),
        summary="/" + _summary(config),
        ending=".html" if tree.first("book.json") else "",
    )
    settings = SiteSettings(
        title=config.text("title"),
        description=config.text("description"),
        language=language_tag(config.text("language")),
        author=parse_authors(config.text("author")),
        menu=contents.menu,
    )
    return Found(convention, why, settings, below, config.problems, menu=blob.path if blob else "")


def _moved(config: Config) -> Iterator[tuple[str, str]]:
    """Yield old addresses and where they lead."""
    for old, new in config.table("redirects").items():
        if isinstance(new, str) and new:
            yield f"/{old.lstrip('/')}", new if "://" in new else "/" + new.removeprefix("./").lstrip("/")


def _config(tree: Tree) -> tuple[Config, str]:
    """Return the settings, and the folder that they name."""
    config = read_config(tree.first(".gitbook.yaml", ".gitbook.yml", "book.json"), cased=True)
    root = config.text("root").removeprefix("./").strip("/")
    return config, f"{root}/" if root and root != "." else ""


def _summary(config: Config) -> str:
    return config.text("structure.summary").removeprefix("./") or "SUMMARY.md"
