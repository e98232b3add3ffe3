"""MkDocs, Material, Zensical: pages in `docs/`, their titles and order in `nav`, and Material's blog."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import language_tag, site_url
from canopy.content.conventions.contents import Handbook, read_contents
from canopy.content.conventions.convention import Found, Spot, dated, is_litter
from canopy.content.conventions.globs import is_matched
from canopy.content.conventions.mkdocsnav import entries_of
from canopy.content.conventions.mkdocssettings import (
    Blog,
    blogs_of,
    folder_of,
    globs,
    languages_of,
    own_folder,
    people_of,
    read_settings,
    redirects_of,
    snippets_of,
    variables_of,
)
from canopy.content.conventions.patterns import date_values, expand
from canopy.content.dialects.snippets import Snippets
from canopy.content.dialects.snippets import expand as expand_snippets
from canopy.content.paths import MARKDOWN, base_name, extension, parent, stem, unsuffixed
from canopy.content.people import parse_authors
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.dialects.rewriting import Rewritten
    from canopy.content.inclusions import Shelf
    from canopy.content.values import FrontMatter

_CONFIGS = ("mkdocs.yml", "mkdocs.yaml", "zensical.toml")
_IN_SLUG = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True, kw_only=True)
class MkDocs(Handbook):
    """A MkDocs site with what its `mkdocs.yml` says."""

    name: str = "mkdocs"
    headed: bool = True
    files: bool = False
    """Addresses end in `.html`."""
    blogs: tuple[Blog, ...] = ()
    excluded: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    suffixes: Mapping[str, str] = field(default_factory=dict)
    """From a language that stands in a file's name to the beginning of its addresses."""
    snippets: Snippets | None = None
    """None if the extension is not on."""

    def locate(self, path: str) -> Spot | None:
        """Return the path; posts, what is excluded and files of other languages apart."""
        if is_litter(path) or path.startswith("/templates/") or is_matched(path, self.excluded):
            return None
        draft = is_matched(path, self.unfinished)
        kind = extension(path)
        date, rest = dated(path)
        if kind in MARKDOWN:
            for blog in self.blogs:
                if path.startswith(blog.posts):
                    top = blog.folder or "/"
                    return Spot(path, post=True, draft=draft, date=date, name=rest, folder=top)
        bare, _, language = path[: -len(kind)].rpartition(".") if kind else ("", "", "")
        if bare and language in self.suffixes:
            place = f"{self.suffixes[language]}{bare}{kind}"
            return Spot(place, asset=kind not in MARKDOWN, draft=draft, language=language)
        return Spot(path, draft=draft, date=date, name=self.titles.get(path) or rest)

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the header with what `nav` says; of a post, `date` may be a map of dates."""
        dates = values.get("date")
        if isinstance(dates, dict):
            values = {**values, "date": dates.get("created", "")}
            if dates.get("updated"):
                values["updated"] = dates["updated"]
        return Handbook.fields(self, spot, values)

    def includes(self, data: bytes) -> bool:
        """Tell whether a file may have snippets."""
        return self.snippets is not None and (b"8<" in data or bool(self.snippets.appended))

    def expanded(self, body: str, shelf: Shelf) -> Rewritten | None:
        """Return a page with its snippets."""
        return expand_snippets(body, self.snippets, shelf) if self.snippets else None

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:  # noqa: ARG002
        """Return the address of a post by its blog's pattern; that of another page is its path."""
        if spot.post:
            blog = next(blog for blog in self.blogs if spot.path.startswith(blog.posts))
            name = base_name(stem(spot.path))
            known = date_values(front.date) | {
                "slug": front.slug or _slug(front.title) or name,
                "name": name,
                "categories": "/".join(_slug(name) for name in front.categories),
            }
            found = expand(blog.pattern, known)
            return blog.folder + found if found else ""
        place = unsuffixed(spot.path)
        if not self.files or base_name(place).lower() in ("index", "readme"):
            return ""
        return f"{parent(place).rstrip('/')}/{front.slug or base_name(place)}.html"


def _slug(title: str) -> str:
    """Return what pymdownx makes of a title: lower case, and a hyphen for each space."""
    return _IN_SLUG.sub("", title.lower()).strip().replace(" ", "-")


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    blob = tree.first(*_CONFIGS)
    if blob is None:
        return ""
    below = folder_of(read_settings(tree, blob))
    there = any(path.startswith(tree.prefix + below) for path in tree.blobs)
    return f"the folder {below} that {base_name(blob.path)} names" if there else ""


def read(tree: Tree, why: str) -> Found:
    """Return the site with what its settings say."""
    config = read_settings(tree, tree.first(*_CONFIGS))
    below = folder_of(config)
    blogs = tuple(blogs_of(config))
    contents = read_contents(entries_of(tree, config, below))
    suffixes, languages = languages_of(config)
    convention = MkDocs(
        files=config.text("use_directory_urls") == "false",
        blogs=blogs,
        blog=bool(blogs),
        book=all(blog.folder for blog in blogs),
        excluded=(*own_folder(config, below), *globs(config, "exclude_docs")),
        unfinished=globs(config, "draft_docs"),
        suffixes=suffixes,
        foreign=tuple(f"/{name}" for name in languages),
        titles=contents.titles,
        places=contents.places,
        leads=tuple(redirects_of(config)),
        snippets=snippets_of(config, tree.prefix, below),
    )
    url = site_url(config.text("site_url"))
    settings = SiteSettings(
        title=config.text("site_name"),
        description=config.text("site_description"),
        language=language_tag(config.text("theme.language")),
        languages=languages,
        own_urls=(url,) if url else (),
        author=parse_authors(config.text("site_author")),
        authors=tuple(sorted(people_of(tree, below, config, blogs))),
        menu=contents.menu,
        footer=config.text("copyright"),
        variables=tuple(variables_of(config)),
    )
    return Found(convention, why, settings, below, config.problems)
