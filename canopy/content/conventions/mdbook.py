"""mdBook: chapters in `src/`, their titles and order in its `SUMMARY.md`, settings in `book.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, language_tag, read_config
from canopy.content.conventions.contents import Handbook, read_contents
from canopy.content.conventions.convention import Found, Spot, is_litter
from canopy.content.conventions.summary import read_summary
from canopy.content.dialects import listings
from canopy.content.links import join
from canopy.content.paths import MARKDOWN, base_name, extension, parent, unsuffixed
from canopy.content.people import parse_authors
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.dialects.rewriting import Rewritten
    from canopy.content.inclusions import Shelf
    from canopy.content.values import FrontMatter


@dataclass(frozen=True, slots=True, kw_only=True)
class MdBook(Handbook):
    """A book with what its `book.toml` and `SUMMARY.md` say."""

    name: str = "mdbook"

    def locate(self, path: str) -> Spot | None:
        """Return the path of a chapter, or of a file; a text that is no chapter is a part of one."""
        if is_litter(path) or path == "/SUMMARY.md":
            return None
        if extension(path) in MARKDOWN and self.places and path not in self.places:
            return None
        return Spot(path, name=self.titles.get(path, ""))

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:  # noqa: ARG002
        """Return the path with the ending of such addresses; a README introduces its folder."""
        place = unsuffixed(spot.path)
        if base_name(place).lower() in ("index", "readme"):
            return ""
        return f"{parent(place).rstrip('/')}/{front.slug or base_name(place)}.html"

    def includes(self, data: bytes) -> bool:
        """Tell whether a file may have listings."""
        return b"{{" in data

    def expanded(self, body: str, shelf: Shelf) -> Rewritten | None:
        """Return a chapter with its listings."""
        return listings.expand(body, shelf.home, shelf)


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    blob = tree.first("book.toml")
    if blob is None:
        return ""
    summary = tree.get(f"{_source(read_config(blob))}SUMMARY.md")
    return "book.toml is there, and the SUMMARY.md of mdBook" if summary else ""


def read(tree: Tree, why: str) -> Found:
    """Return the book with what its settings say."""
    config = read_config(tree.first("book.toml"))
    below = _source(config)
    summary = tree.get(f"{below}SUMMARY.md")
    contents = read_contents(read_summary(summary) if summary else ())
    names = [name for name in config.list("book.authors", "book.author") if isinstance(name, str)]
    settings = SiteSettings(
        title=config.text("book.title"),
        description=config.text("book.description"),
        language=language_tag(config.text("book.language")),
        author=tuple(author for name in names for author in parse_authors(name)),
        menu=contents.menu,
    )
    redirects = config.table("output.html.redirect").items()
    moved = tuple((old, _target(old, new)) for old, new in redirects if isinstance(new, str) and new)
    convention = MdBook(titles=contents.titles, places=contents.places, leads=moved)
    file = summary.path if summary else ""
    return Found(convention, why, settings, below, config.problems, menu=file)


def _target(old: str, new: str) -> str:
    """Return where an old address leads; a relative one is meant from there."""
    return new if "://" in new else join(parent(f"/{old.lstrip('/')}"), new)


def _source(config: Config) -> str:
    name = config.text("book.src").removeprefix("./").strip("/")
    return "" if name == "." else f"{name or 'src'}/"
