"""Diagrams: Mermaid's script, and the document of the frame in which a reader's browser runs it.

A text that somebody pushed decides what the script does. So the script never runs on a page of the site: its
document is framed without an origin (`sandbox`), and by its own policy it loads these two scripts and nothing
else. None of it is read unless the server's settings ask for diagrams.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from canopy.render.theme import ASSET_PREFIX, ThemeAsset

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = files("canopy") / "theme" / "diagrams"
_HTML = "text/html; charset=utf-8"
_SCRIPT = "text/javascript; charset=utf-8"
# The document holds nothing of anybody's: a nonce that is always the same names the two scripts wherever
# they are; a document without an origin has no 'self' that all browsers agree upon.
_POLICY = "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'"
_SENT = "; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
"""What only a header can say: also who opens the document by itself gets it without an origin."""


@cache
def diagram_assets() -> Mapping[str, ThemeAsset]:
    """Return what is needed to draw, by path of the site; the frame's document comes last."""
    library = _named("mermaid", ".js", (_FOLDER / "mermaid.min.js").read_bytes(), "default-src 'none'")
    frame = _named("diagram", ".js", (_FOLDER / "frame.js").read_bytes(), "default-src 'none'")
    scripts = {
        "script": library.path.removeprefix(ASSET_PREFIX),
        "frame": frame.path.removeprefix(ASSET_PREFIX),
    }
    nonce = hashlib.sha256("".join(scripts.values()).encode()).hexdigest()[:32]
    text = (_FOLDER / "frame.html").read_text("utf-8")
    policy = _POLICY.format(nonce=nonce)
    for name, value in {**scripts, "nonce": nonce, "policy": policy}.items():
        text = text.replace(f"{{{name}}}", value)
    document = _named("diagram", ".html", text.encode(), policy + _SENT)
    return MappingProxyType({asset.path: asset for asset in (library, frame, document)})


def frame_path() -> str:
    """Return the path of the frame's document."""
    return list(diagram_assets())[-1]


def _named(stem: str, suffix: str, data: bytes, policy: str) -> ThemeAsset:
    digest = hashlib.sha256(data).hexdigest()[:10]
    media_type = _HTML if suffix == ".html" else _SCRIPT
    return ThemeAsset(f"{ASSET_PREFIX}{stem}.{digest}{suffix}", data, media_type, policy)
