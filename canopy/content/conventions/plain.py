"""A folder of markdown, as anybody writes one: README or index files introduce folders, `docs/` may be all.

Also the wikis of Gollum, GitHub and GitLab.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import MAX_CONFIG, language_tag, site_url
from canopy.content.conventions.convention import Convention, Found, Spot, dated, is_litter
from canopy.content.conventions.wiki import read_sidebar
from canopy.content.paths import MARKDOWN, MARKUPS, TEXTS, base_name, extension, stem
from canopy.content.people import parse_authors
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from canopy.content.conventions.convention import Tree

_CODE = (
    *("pyproject.toml", "setup.py", "package.json", "Cargo.toml", "go.mod", "Makefile", "CMakeLists.txt"),
    *("dune-project", "pom.xml", "build.gradle", "composer.json", "Gemfile", "mix.exs", "flake.nix"),
)
_ABOUT_CODE = frozenset(
    {"readme", "license", "licence", "copying", "changelog", "changes", "history", "contributing", "security"}
    | {"code_of_conduct", "authors", "maintainers", "governance", "support", "todo", "news", "release"}
)
_INDEXES = (
    "index.md",
    "README.md",
    "readme.md",
    "Readme.md",
    "_index.md",
    "index.markdown",
    "README.markdown",
    *(f"{name}{kind}" for kind in MARKUPS for name in ("README", "index", "readme", "Readme")),
)
_HOMES = ("Home.md", "home.md", "Home.markdown", *(f"Home{kind}" for kind in MARKUPS))
_AROUND = tuple(f"{name}{kind}" for kind in TEXTS for name in ("_Sidebar", "_Footer", "_Header"))
"""What a wiki of Gollum's has, written as it writes them; Docsify's are in small letters."""
_FRAGMENTS = frozenset({"_sidebar", "_footer", "_header", "_navbar", "_coverpage"})
"""Texts that wikis and Docsify put around every page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain(Convention):
    """Everything is a page or a file, at the path that it has."""

    def locate(self, path: str) -> Spot | None:
        """Return the path; a date with which a file's name begins is the page's."""
        if is_litter(path) or stem(base_name(path)).lower() in _FRAGMENTS:
            return None
        date, name = dated(path)
        shown = path[:-1] if path.endswith(".mdx") else path
        return Spot(shown, date=date, name=name)


PLAIN = Plain(name="plain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed(Plain):
    """The notes within a program that shows them: Astro leaves addresses to it."""

    texts: tuple[str, ...]
    """Folders of notes that stand at the site's top, the longest first, with a slash on both sides."""
    public: tuple[str, ...] = ("/public/", "/src/public/")
    """Folders of files that stand there."""

    def locate(self, path: str) -> Spot | None:
        """Return where a note or a file stands; all else is the program."""
        for folder in self.public:
            if path.startswith(folder):
                return Spot(path[len(folder) - 1 :], asset=True)
        folder = next((folder for folder in self.texts if path.startswith(folder)), "")
        if not folder or "/_" in path[len(folder) - 1 :] or extension(path) in _PROGRAMS:
            return None
        return Plain.locate(self, path[len(folder) - 1 :])


ASTRO = Framed(texts=("/src/content/docs/", "/src/content/", "/src/pages/"))
_PROGRAMS = frozenset({".ts", ".js", ".mjs", ".cjs", ".tsx", ".jsx", ".astro", ".json"})
_FRAMES = ((ASTRO, tuple(f"astro.config.{kind}" for kind in ("mjs", "ts", "js", "mts", "cjs"))),)


def evidence(tree: Tree) -> str:  # noqa: ARG001 - the question is asked of all
    """Return nothing: a folder of notes is what nothing else is."""
    return ""


def read(tree: Tree, why: str) -> Found:
    """Return the folder of notes; of a program with documentation that is the site."""
    for frame, settings in _FRAMES:
        blob = tree.first(*settings)
        begins = tuple(tree.prefix + folder[1:] for folder in frame.texts)
        if blob and any(
            path.startswith(begins) and extension(path) in (*MARKDOWN, ".mdx") for path in tree.blobs
        ):
            why = f"{base_name(blob.path)} is there, and notes in {frame.texts[-1][1:]} or beside it"
            return Found(frame, why, SiteSettings())
    pelican = tree.text("pelicanconf.py")
    if pelican is not None and (below := _told(pelican, "PATH", "content").strip("./")) in tree.folders:
        return Found(PLAIN, f"pelicanconf.py is there, and notes in {below}/", _pelican(pelican), f"{below}/")
    if tree.first("docs/.nojekyll", "docs/CNAME"):
        return Found(PLAIN, "docs/ is what a forge publishes (CNAME, .nojekyll)", SiteSettings(), "docs/")
    index = tree.first(*(f"docs/{name}" for name in _INDEXES))
    if index is not None and is_code(tree) and not has_notes(tree):
        why = f"a program with its documentation in docs/ ({base_name(index.path)})"
        return Found(PLAIN, why, SiteSettings(), "docs/")
    home = tree.first(*_HOMES) if tree.first(*_AROUND) or not tree.first(*_INDEXES) else None
    start = home.path[len(tree.prefix) :] if home else ""
    why = "; ".join(filter(None, (why, "no other convention's settings or folders are there")))
    menu, url = read_sidebar(tree) if home else ((), "")
    return Found(PLAIN, why, SiteSettings(start=start, menu=menu, own_urls=(url,) if url else ()))


def _told(text: str, name: str, default: str = "") -> str:
    """Return the text that Python's source gives to a name at its margin."""
    found = re.search(rf"(?m)^{name}[ \t]*=[ \t]*u?([\"'])([^\n]{{0,300}}?)\1", text[:MAX_CONFIG])
    return found[2] if found else default


def _pelican(text: str) -> SiteSettings:
    """Return what Pelican's settings say, as far as they are texts."""
    url = site_url(_told(text, "SITEURL"))
    return SiteSettings(
        title=_told(text, "SITENAME"),
        description=_told(text, "SITESUBTITLE"),
        language=language_tag(_told(text, "DEFAULT_LANG")),
        timezone=_told(text, "TIMEZONE"),
        own_urls=(url,) if url else (),
        author=parse_authors(_told(text, "AUTHOR")),
    )


def is_code(tree: Tree) -> bool:
    """Tell whether the repository is that of a program."""
    return tree.first(*_CODE) is not None


def has_notes(tree: Tree) -> bool:
    """Tell whether the repository's top has texts besides those that every program has."""
    cut = len(tree.prefix)
    for path in tree.blobs:
        if path.startswith(tree.prefix) and "/" not in path[cut:] and extension(path) in TEXTS:
            name = stem(base_name(path)).lower().replace("-", "_")
            if name.partition("_")[0] not in _ABOUT_CODE and name not in _ABOUT_CODE:
                return True
    return False
