"""What a repository says about its site: the original Canopy's files in `.config/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from canopy.content.conventions import SETTINGS
from canopy.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.git.values import Blob

MAX_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Settings:
    """The values, trimmed; empty where the repository is silent."""

    blog_name: str = ""
    index_page: str = ""
    root: str = ""
    """The site's absolute URL, without a slash at its end."""
    uuid: str = ""
    problems: tuple[Problem, ...] = ()


def read_settings(blobs: Mapping[str, Blob], prefix: str) -> Settings:
    """Return what `.config/` below the site's top says, else the one at the repository's top."""
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for name in SETTINGS:
        blob = blobs.get(f"{prefix}.config/{name}") or blobs.get(f".config/{name}")
        if blob is None:
            continue
        text = " ".join(blob.data[: 4 * MAX_LENGTH].decode("utf-8-sig", "replace").split())[:MAX_LENGTH]
        fault = _fault(name, text)
        if fault:
            problems.append(Problem(blob.path, 1, *fault, Severity.WARNING))
        else:
            values[name] = text.rstrip("/") if name == "root" else text
    return Settings(**values, problems=tuple(problems))


def _fault(name: str, text: str) -> tuple[str, str] | None:
    """Return what is wrong with a value and the cure, None if nothing is."""
    if name == "uuid" and text:
        try:
            UUID(text)
        except ValueError:
            return "not a UUID", "write what `uuidgen` prints"
    if name == "root" and text:
        try:
            url = urlsplit(text)
            good = (
                url.scheme in ("http", "https")
                and url.hostname
                and url.path in ("", "/")
                and "@" not in url.netloc
            )
        except ValueError:
            good = False
        if not good or url.query or url.fragment or " " in text:
            return "not the address of a site", "write it like https://example.org"
    return None
