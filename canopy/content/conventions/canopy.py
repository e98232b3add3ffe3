"""The original Canopy: settings as files in `.config/`, articles at the exact path of their file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from canopy.content.conventions.configs import site_url
from canopy.content.conventions.convention import Convention, Found, Spot
from canopy.content.values import SiteSettings
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from canopy.content.conventions.convention import Tree
    from canopy.git.values import Blob

SETTINGS = ("blog_name", "index_page", "root", "uuid")
"""The files of the original's `.config/`."""
MAX_LENGTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CanopyConvention(Convention):
    """Everything is at the path of its file."""

    name: str = "canopy"
    exact: bool = True
    comments: bool = False
    redirects_anywhere: bool = True

    def locate(self, path: str) -> Spot | None:
        """Return the path: the original hides nothing but dotfiles."""
        return Spot(path)


CANOPY = CanopyConvention()


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    name = next((name for name in SETTINGS if _file(tree, name)), "")
    return f".config/{name} is there, as in the original Canopy" if name else ""


def read(tree: Tree, why: str) -> Found:
    """Return what `.config/` below the site's top says, else the one at the repository's top."""
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for name in SETTINGS:
        blob = _file(tree, name)
        if blob is None:
            continue
        text = " ".join(blob.data[: 4 * MAX_LENGTH].decode("utf-8-sig", "replace").split())[:MAX_LENGTH]
        fault = _fault(name, text)
        if fault:
            problems.append(Problem(blob.path, 1, *fault, Severity.WARNING))
        else:
            values[name] = site_url(text) if name == "root" else text
    settings = SiteSettings(
        title=values.get("blog_name", ""),
        start=values.get("index_page", ""),
        base_url=values.get("root", ""),
        uuid=values.get("uuid", ""),
    )
    return Found(CANOPY, why, settings, problems=tuple(problems))


def _file(tree: Tree, name: str) -> Blob | None:
    return tree.get(f".config/{name}") or tree.look(f".config/{name}")


def _fault(name: str, text: str) -> tuple[str, str] | None:
    """Return what is wrong with a value and the cure, None if nothing is."""
    if name == "uuid" and text:
        try:
            UUID(text)
        except ValueError:
            return "not a UUID", "write what `uuidgen` prints"
    if name == "root" and text:
        url = site_url(text)
        if not url or urlsplit(url).path:
            return "not the address of a site", "write it like https://example.org"
    return None
