"""The parts of a Docusaurus site: which folders of texts there are, and what their files are called.

What the settings say is collected in a `DocusaurusConfig` by `docusaurusconfig` and `docusaurussidebars`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canopy.content.paths import MARKDOWN, base_name, extension
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from canopy.content.conventions.configs import Config
    from canopy.content.conventions.convention import Tree

TEXTS = (*MARKDOWN, ".mdx")
_IN_SLUG = re.compile(r"[^\w\- ]")
_NUMBERED = re.compile(r"(\d{1,9})\s*[-_.]+\s*([^-_.\s].*)\Z", re.DOTALL)
_DATE_LIKE = re.compile(r"(?:\d{2}|\d{4})[-_.]\d{2}(?:[-_.](?:\d{2}|\d{4}))?(?:\D|\Z)|\d+[-_.]\d+")


@dataclass(frozen=True, slots=True)
class Part:
    """A folder of texts, and where they are shown."""

    kind: str
    """`docs`, `blog` or `pages`."""
    folder: str
    """With a slash on both sides."""
    route: str
    """Without a slash at its end; nothing for the top."""
    language: str = ""


@dataclass(slots=True)
class DocusaurusConfig:
    """The settings, as far as they matter to where texts stand and what they are called."""

    parts: tuple[Part, ...]
    """The longest folder first."""
    static: tuple[str, ...]
    up: bool
    """Whether texts lie beside the folder of the settings, so that the site's top is above it."""
    numbered: bool
    languages: tuple[str, ...]
    """The others."""
    file: str
    settings: SiteSettings = field(default_factory=SiteSettings)
    titles: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    leads: list[tuple[str, str]] = field(default_factory=list)
    """Addresses of generated lists and former ones, and where they lead."""


def generated(category: Config, title: str, route: str) -> str:
    """Return the address of the page that lists a category, if it shall have one."""
    if category.text("link.type") != "generated-index":
        return ""
    # As GitHub's anchors are made.
    name = "-".join(_IN_SLUG.sub("", title.lower()).strip().split(" "))
    return f"{route}/{(category.text('link.slug') or f'category/{name}').strip('/')}"


def split(name: str) -> tuple[str, str]:
    """Return the number before a name and what is left; dates and versions are no such numbers."""
    match = None if _DATE_LIKE.match(name) else _NUMBERED.match(name)
    return (match[1], match[2]) if match else ("", name)


def folder_of(inner: str, *, numbered: bool) -> str:
    """Return the folder of a file of the docs as it is in addresses."""
    return "/" + "/".join(split(part)[1] if numbered else part for part in inner.split("/")[:-1])


def doc_path(inner: str, *, numbered: bool) -> str:
    """Return where a text of the docs stands; one that is called like its folder introduces it."""
    folder = folder_of(inner, numbered=numbered)
    name = base_name(named(inner))
    name = split(name)[1] if numbered else name
    if folder != "/" and name.lower() == base_name(folder).lower():
        name = "index"
    return f"{folder.rstrip('/')}/{name}.md"


def named(path: str) -> str:
    """Return a path without the ending of a text."""
    kind = extension(path)
    return path[: -len(kind)] if kind in TEXTS else path


def inside(tree: Tree, config: DocusaurusConfig, part: Part) -> Iterator[tuple[str, str]]:
    """Yield the files of a part: path in the repository, and below the part's folder."""
    top = tree.prefix.rstrip("/").rpartition("/")[0] if config.up else tree.prefix.rstrip("/")
    begin = f"{top}{part.folder}".lstrip("/")
    for path in tree.blobs:
        if path.startswith(begin):
            yield path, path[len(begin) :]


def route_of(options: Config, kind: str) -> str:
    """Return where the settings of a part say that it is shown."""
    route = options.text("routeBasePath") or kind
    return f"/{route.strip('/')}" if route.strip("/") else ""
