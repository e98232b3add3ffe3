"""Docusaurus: `docs/` by sidebars, positions and number prefixes, `blog/` by date, pages of `src/pages/`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canopy.content.conventions.contents import Handbook
from canopy.content.conventions.convention import Found, Spot, is_litter
from canopy.content.conventions.docusaurusconfig import (
    CONFIGS,
    read_docusaurus,
)
from canopy.content.conventions.docusaurusparts import TEXTS, Part, doc_path, folder_of, named
from canopy.content.links import join
from canopy.content.paths import base_name, extension, parent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.values import FrontMatter

_PROGRAMS = frozenset({".json", ".yml", ".yaml", ".js", ".ts", ".jsx", ".tsx"})
_AFTER_SIDEBARS = 10**6
"""What no sidebar places comes after what one does."""
_BLOG_FILE = re.compile(r"(.*?)(\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Docusaurus(Handbook):
    """A Docusaurus site with what its settings say literally."""

    name: str = "docusaurus"
    from_top: bool = True
    parts: tuple[Part, ...] = ()
    """The longest folder first."""
    static: tuple[str, ...] = ("/static/",)
    numbered: bool = True
    """Numbers before names are places, and no part of addresses."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """Places by the numbers before names, which are weaker than what a header says."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """What `tags.yml` calls a tag."""

    def locate(self, path: str) -> Spot | None:
        """Return where a file stands; what is neither text nor static is the generator's."""
        for folder in self.static:
            if path.startswith(folder):
                return Spot(path[len(folder) - 1 :], asset=True)
        part = next((part for part in self.parts if path.startswith(part.folder)), None)
        if part is None or is_litter(path):
            return None
        inner = path[len(part.folder) :]
        if "/_" in f"/{inner}":
            return None
        if extension(path) not in TEXTS:
            return self._file(part, inner)
        match part.kind:
            case "blog":
                return self._post(part, inner)
            case "pages":
                return Spot(f"{part.route}/{named(inner)}.md", language=part.language)
        return self._doc(part, inner)

    def _file(self, part: Part, inner: str) -> Spot | None:
        if part.kind == "pages" or extension(inner) in _PROGRAMS:
            return None
        folder = parent(f"/{inner}") if part.kind == "blog" else folder_of(inner, numbered=self.numbered)
        return Spot(f"{part.route}{folder.rstrip('/')}/{base_name(inner)}", asset=True)

    def _doc(self, part: Part, inner: str) -> Spot:
        path = part.route + doc_path(inner, numbered=self.numbered)
        return Spot(path, name=self.titles.get(path, ""), language=part.language)

    def _post(self, part: Part, inner: str) -> Spot:
        name = named(inner).removesuffix("/index")
        match = _BLOG_FILE.match(name)
        date, rest = (match[2].replace("/", "-"), match[1] + match[3]) if match else ("", name)
        place = f"/{date.replace('-', '/')}/{rest}" if date else f"/{rest}"
        folder = part.route or "/"
        return Spot(
            f"{part.route}{place.rstrip('/')}.md",
            post=not part.language,
            date=date,
            name=base_name(rest),
            language=part.language,
            folder=folder,
            bundle=f"{part.route}/{named(inner).removesuffix('/index')}",
        )

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the header in the words of others: places, `slug` as a path, dates and names in maps."""
        added: dict[str, object] = {}
        place = _number(values.get("sidebar_position")) or self.numbers.get(spot.path)
        if place is not None:
            added["weight"] = str(_AFTER_SIDEBARS + int(place))
        slug = values.get("slug")
        if isinstance(slug, str) and "/" in slug.strip():
            part = self._part(spot)
            folder = part.route if slug.startswith("/") or spot.post else parent(spot.path)
            added["slug"] = ""
            added["url"] = join(folder, slug)
        changed = values.get("last_update")
        if isinstance(changed, dict) and changed.get("date"):
            added["updated"] = changed["date"]
        tags = values.get("tags")
        if isinstance(tags, list):
            labels = [tag.get("label", "") if isinstance(tag, dict) else tag for tag in tags]
            added["tags"] = [self.tags.get(tag, tag) if isinstance(tag, str) else tag for tag in labels]
        return Handbook.fields(self, spot, {**values, **added})

    def _part(self, spot: Spot) -> Part:
        """Return the part that a text is shown in, by its place."""
        fitting = [part for part in self.parts if spot.path.startswith(f"{part.route}/")]
        kinds = ("blog",) if spot.post else ("docs", "pages", "blog")
        fitting.sort(key=lambda part: (-len(part.route), kinds.index(part.kind) if part.kind in kinds else 9))
        return fitting[0] if fitting else self.parts[0]

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:
        """Return the path; `slug` or `id` replace its last part, in the blog all of it."""
        place = spot.path.removesuffix(".md")
        if base_name(place).lower() in ("index", "readme"):
            return ""
        if spot.post:
            return f"{self._part(spot).route}/{front.slug}" if front.slug else place
        ident = values.get("id")
        name = front.slug or (ident if isinstance(ident, str) and "/" not in ident else "")
        return f"{parent(place).rstrip('/')}/{name}" if name else place


def _number(value: object) -> str | None:
    """Return a place as a whole number that leaves room for halves and hundredths."""
    try:
        return str(round(float(value) * 100)) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    blob = tree.first(*CONFIGS)
    return f"{base_name(blob.path)} is there, Docusaurus's settings" if blob else ""


def read(tree: Tree, why: str) -> Found:
    """Return the site with what its settings say literally."""
    config = read_docusaurus(tree)
    languages = config.languages
    convention = Docusaurus(
        parts=config.parts,
        static=config.static,
        numbered=config.numbered,
        numbers=config.numbers,
        titles=config.titles,
        places=config.places,
        tags=config.tags,
        leads=tuple(config.leads),
        blog=any(part.kind == "blog" for part in config.parts),
        foreign=tuple(f"/{name.lower()}" for name in languages),
    )
    if "versioned_docs" in tree.folders:
        why += "; versioned_docs/, which are copies, are left out"
    return Found(convention, why, config.settings, "../" if config.up else "", menu=config.file)
