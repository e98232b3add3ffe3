"""What a server sends to have diagrams drawn, and that nobody gets it without asking."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING

from printing import drive
from snapshots import site_of

from canopy.export.hosts import Rules, rules_for_headers
from canopy.render.diagrams import diagram_assets, frame_path
from canopy.render.options import RenderOptions
from canopy.render.press import Press
from canopy.render.protection import security_headers

if TYPE_CHECKING:
    from canopy.render.edition import Edition

NOTES: dict[str, str | bytes] = {"a.md": "# A\n\n```mermaid\npie\n```\n", "b.md": "# B\n"}


def edition(*, diagrams: bool) -> tuple[Press, Edition]:
    press = Press(memory=1_000_000, options=RenderOptions(diagrams=diagrams))
    return press, press.edition(site_of(NOTES), datetime(2026, 1, 1, tzinfo=UTC))


def headers(press: Press, made: Edition, path: str) -> dict[str, str]:
    fields = drive(press.print(made, path)).identity.headers
    return {name.decode(): value.decode() for name, value in fields}


def test_nothing_of_it_is_there_unless_it_is_asked_for() -> None:
    """Neither the files nor a word of them on a page; the source is shown either way."""
    press, made = edition(diagrams=False)
    assert not any(made.has(path) for path in diagram_assets())
    page = drive(press.print(made, "/a")).identity.body.decode()
    assert "/-/assets/diagram" not in page
    assert '<div class="highlight" data-language="mermaid">' in page
    assert b"frame-src" not in dict(security_headers(https=False))[b"content-security-policy"]


def test_a_page_names_the_frame_and_an_edition_has_its_files() -> None:
    """A script finds the document by the page; an export finds all three among the addresses."""
    press, made = edition(diagrams=True)
    page = drive(press.print(made, "/a")).identity.body.decode()
    assert f'<meta name="diagrams" content="{frame_path()}">' in page
    assert '<div class="highlight" data-language="mermaid">' in page
    assert set(diagram_assets()) <= set(made.addresses())


def test_the_document_has_no_origin_and_loads_two_scripts() -> None:
    """Whoever opens it, by a frame or by itself; and only pages of the site may frame it."""
    press, made = edition(diagrams=True)
    document = diagram_assets()[frame_path()].data.decode()
    sent = headers(press, made, frame_path())["content-security-policy"].split("; ")
    nonce = re.search(r"script-src '(nonce-[0-9a-f]{32})'", document)
    assert nonce is not None
    assert sent[:3] == ["default-src 'none'", f"script-src '{nonce[1]}'", "style-src 'unsafe-inline'"]
    assert {"sandbox allow-scripts", "frame-ancestors 'self'"} <= set(sent)
    scripts = re.findall(r'<script nonce="([^"]+)" src="([^"/]+)"></script>', document)
    assert [f"nonce-{own}" for own, _ in scripts] == [nonce[1]] * 2
    assert {f"/-/assets/{source}" for _, source in scripts} < set(diagram_assets())
    assert "{" not in re.sub(r"<style>.*</style>", "", document, flags=re.DOTALL)


def test_its_scripts_may_be_loaded_by_what_has_no_origin() -> None:
    """A stranger to the site, as which a sandboxed document counts, would be refused otherwise."""
    press, made = edition(diagrams=True)
    for path in diagram_assets():
        assert headers(press, made, path)["cross-origin-resource-policy"] == "cross-origin"


def test_pages_may_frame_the_site_alone() -> None:
    """What pages are allowed beyond the usual is this, and nothing of it is unsafe."""
    usual, more = (
        dict(security_headers(https=False, frames=frames))[b"content-security-policy"]
        for frames in (False, True)
    )
    assert more == usual + b"; frame-src 'self'"
    assert rules_for_headers(Rules(frames=True)).replace(b"; frame-src 'self'", b"") == rules_for_headers(
        Rules()
    )


def test_other_languages_of_diagrams_stay_code() -> None:
    """Nobody here draws them."""
    press = Press(memory=1_000_000, options=RenderOptions(diagrams=True))
    made = press.edition(site_of({"a.md": "```dot\ngraph{}\n```\n"}), datetime(2026, 1, 1, tzinfo=UTC))
    assert 'data-language="dot"' in drive(press.print(made, "/a")).identity.body.decode()


def test_the_licence_goes_with_the_script() -> None:
    """Mermaid's asks for it; the version is known, so that one can tell when it is old."""
    folder = files("canopy") / "theme" / "diagrams"
    assert "The MIT License" in (folder / "LICENSE").read_text("utf-8")
    assert 'version:"11.17.2"' in (folder / "mermaid.min.js").read_text("utf-8").replace(" ", "")
