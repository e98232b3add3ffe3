"""What the server's settings say about how a site is shown and announced, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.render.pagination import PER_PAGE

if TYPE_CHECKING:
    from canopy.render.forge import Forge


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """Nothing of it changes while a server runs."""

    websub_hub: str = ""
    """The URL of the hub that tells subscribers of news; empty: none."""
    hidden: tuple[str, ...] = ()
    """Paths of the site that search engines are asked to leave alone."""
    theme: str = "css"
    """What a repository may bring for its look: `default` nothing, `css` a style sheet, `templates` all."""
    per_page: int = PER_PAGE
    """Entries on one sheet of a listing; at its growing end up to twice as many."""
    diagrams: bool = False
    """Whether readers' browsers draw what is written in Mermaid's language."""
    forge: Forge | None = None
    """Where readers find the sources of the pages."""
