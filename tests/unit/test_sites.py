"""Small repositories as folders, and what they must become.

`tests/sites/<name>/repository` becomes what `site.txt` beside it says. After a wanted change,
`CANOPY_GOLDEN=write` writes the files anew; the difference is for review.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from snapshots import snapshot_of_folder

from canopy.content.site import build
from canopy.content.values import Page, Section, Site, SiteOptions

SITES = Path(__file__).parents[1] / "sites"
OPTIONS = {"mirage": SiteOptions(root="data")}


def described(site: Site) -> str:
    """Return a site as a text that people can review."""
    kind = {Page: "page", Section: "section"}.get(type(site.home), "newest")
    lines = [f"convention: {site.convention}, because {site.evidence}", f"top: {site.root or '(all)'}"]
    lines += [f"title: {site.title}", f"description: {site.description or '(none)'}"]
    lines += [f"language: {site.language}", f"time zone: {site.settings.timezone or '(none)'}"]
    lines += [
        f"base URL: {site.base_url}",
        f"at home before: {', '.join(site.settings.own_urls) or '(nowhere)'}",
    ]
    lines.append(f"uuid: {site.uuid}")
    lines.append(f"home: {kind} {site.home.path}" if site.home else "home: the newest pages")
    lines.append(f"not found: {site.not_found.path if site.not_found else '(nothing of its own)'}")
    lines += ["", "navigation"] + [f"  {item.title} -> {item.path}" for item in site.navigation]
    lines += ["", "pages, newest first"]
    for page in site.recent:
        lines += _described_page(page)
    if unlisted := [page for page in site.pages.values() if page.unlisted]:
        lines += ["", "in no list"]
        for page in unlisted:
            lines += _described_page(page)
    lines += ["", "sections"]
    for section in site.sections.values():
        lines.append(f"  {section.path}: {section.title}; {len(section.pages)} pages by {section.order}")
        lines += [f"  {line}" for line in _described_page(section.index)] if section.index else []
    lines += ["", "terms"] + [
        f"  {name}: {[page.path for page in term.pages]}" for name, term in site.terms.items()
    ]
    if site.introduced:
        lines += ["", "above the lists of terms"]
        for page in site.introduced.values():
            lines += _described_page(page)
    lines += ["", "assets"] + [f"  {path}: {asset.media_type}" for path, asset in sorted(site.assets.items())]
    lines += ["", "redirects"] + [f"  {path} -> {to}" for path, to in sorted(site.redirects.items())]
    lines += ["", "problems"] + [f"  {problem}" for problem in site.problems]
    return "\n".join(lines) + "\n"


def _described_page(page: Page) -> list[str]:
    authors = ", ".join(
        f"{author.name} <{author.url}>" if author.url else author.name for author in page.authors
    )
    return [
        f"  {page.path}: {page.title}",
        f"    from {page.source.path}, body at line {page.source.body_line}, {page.source.words} words",
        f"    by {authors or 'nobody'}, {page.created:%Y-%m-%d}, changed {page.updated:%Y-%m-%d}",
        f"    {page.source.summary or '(no summary)'}",
        *([] if page.listed else ["    not listed"]),
    ]


NAMES = sorted(folder.name for folder in SITES.iterdir() if (folder / "repository").is_dir())


@pytest.mark.parametrize("name", NAMES)
def test_however_it_came_to_be(name):
    """The order of files means nothing, nor what the site was before a file came or changed."""
    options = OPTIONS.get(name, SiteOptions())
    whole = snapshot_of_folder(SITES / name / "repository")
    site = build(whole, options)
    paths = sorted(whole.blobs)
    assert build(replace(whole, blobs={path: whole.blobs[path] for path in paths[::-1]}), options) == site
    for path in paths:
        without = replace(whole, blobs={other: blob for other, blob in whole.blobs.items() if other != path})
        assert build(whole, options, build(without, options)) == site, path
        edited = {**whole.blobs, path: replace(whole.blobs[path], id="0" * 40, data=b"# Other\n")}
        assert build(whole, options, build(replace(whole, blobs=edited), options)) == site, path


@pytest.mark.parametrize("name", NAMES)
def test_golden_site(name):
    """The repository becomes the site that its golden file describes."""
    found = described(
        build(snapshot_of_folder(SITES / name / "repository"), OPTIONS.get(name, SiteOptions()))
    )
    golden = SITES / name / "site.txt"
    if os.environ.get("CANOPY_GOLDEN") == "write":
        golden.write_text(found)
    assert found == golden.read_text()
