"""The notepad that a first run publishes is itself without fault."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from canopy.render.markdown import render_markdown

STARTER = Path(__file__).parents[2] / "canopy" / "starter"
NOTES = sorted(STARTER.rglob("*.md"))
every_note = pytest.mark.parametrize("note", NOTES, ids=lambda note: note.relative_to(STARTER).as_posix())


def body(note: Path) -> str:
    """Return a note's text without its front matter."""
    return re.sub(r"\A---\n.*?\n---\n", "", note.read_text("utf-8"), flags=re.DOTALL)


@every_note
def test_every_note_has_title_and_abstract(note: Path) -> None:
    """Listings of the guide say what each page is about."""
    assert re.match(r"---\ntitle: \S.*\nabstract: \S", note.read_text("utf-8"))


@every_note
def test_every_note_renders_without_findings(note: Path) -> None:
    """The manual uses nothing that the renderer has to excuse."""
    assert render_markdown(body(note)).findings == ()


@every_note
def test_every_link_leads_somewhere(note: Path) -> None:
    """Relative links and images name files that are there, and parts that exist."""
    for link in render_markdown(body(note)).links:
        target, _, part = link.partition("#")
        if "://" in target:
            continue
        file = (note.parent / target) if target else note
        assert file.is_file(), link
        if part and file.suffix == ".md":
            html = "".join(render_markdown(body(file)).parts)
            assert f'id="{part}"' in html, link


def test_picture_draws_itself_without_style_or_script() -> None:
    """The SVG is only shapes, so that it looks the same under any Content-Security-Policy."""
    root = ET.fromstring((STARTER / "images" / "canopy.svg").read_text("utf-8"))
    assert {e.tag.rpartition("}")[2] for e in root.iter()} <= {
        "svg",
        "defs",
        "linearGradient",
        "stop",
        "path",
        "circle",
    }
    assert not any("style" in e.attrib for e in root.iter())
