"""Start pages that are all header: the `hero` and the `features` of VitePress and VuePress, as markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config
from canopy.content.fields import squeezed
from canopy.content.prose import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST = 50


def hero_title(values: Mapping[str, object]) -> str:
    """Return the name that a start page's header shows, if it is one."""
    header = _squeezed(values)
    return header.text("hero.name", "herotext", "hero.text") if _is_start(header) else ""


def hero_text(values: Mapping[str, object]) -> str:
    """Return what a start page's header shows besides its name; nothing of any other header."""
    header = _squeezed(values)
    if not _is_start(header):
        return ""
    lines = [
        escaped(text) for text in (header.text("hero.text"), header.text("hero.tagline", "tagline")) if text
    ]
    if lines and header.text("hero.name"):
        lines[0] = f"**{lines[0]}**" if header.text("hero.text") else lines[0]
    image = header.text("hero.image.src", "hero.image", "heroimage")
    if image:
        lines.append(f"![{escaped(header.text('hero.image.alt', 'heroalt'))}](<{image}>)")
    if actions := " · ".join(_actions(header)):
        lines.append(actions)
    for feature in _tables(header, "features"):
        title, link = escaped(feature.text("title")), feature.text("link")
        lines.append(f"### [{title}](<{link}>)" if link and title else f"### {title}" if title else "")
        lines.append(feature.text("details"))
    return "".join(f"{line}\n\n" for line in lines if line)


def _actions(header: Config) -> Iterator[str]:
    for action in (*_tables(header, "hero.actions"), *_tables(header, "actions")):
        if action.text("text") and action.text("link"):
            yield f"[{escaped(action.text('text'))}](<{action.text('link')}>)"
    if header.text("actiontext") and header.text("actionlink"):
        yield f"[{escaped(header.text('actiontext'))}](<{header.text('actionlink')}>)"


def _tables(header: Config, name: str) -> Iterator[Config]:
    for item in header.list(name)[:_MOST]:
        if isinstance(item, dict):
            yield Config(item)


def _is_start(header: Config) -> bool:
    return header.text("layout") == "home" or header.text("home") == "true"


def _squeezed(value: Mapping[str, object]) -> Config:
    if not {"layout", "home"} & value.keys():
        return Config()
    found = _deep(value)
    return Config(found if isinstance(found, dict) else {})


def _deep(value: object) -> object:
    if isinstance(value, dict):
        return {squeezed(str(key)): _deep(inner) for key, inner in value.items()}
    return [_deep(item) for item in value] if isinstance(value, list) else value
