"""Links by name as Obsidian and wikis write them: `[[Note]]`, `[[Note#Part|words]]`, `![[image.png|300]]`.

Where such a link leads is found out later, when a page shows it (`canopy.content.wikilinks`). A note that is
embedded is a card with a link; its text is put there later too (`quotations`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from mistune.util import unikey

from canopy.content.dialects.obsidian import TAG
from canopy.content.dialects.rewriting import placeholder
from canopy.content.paths import base_name
from canopy.content.wikilinks import LINK, WIKI, name_in, private
from canopy.content.wikilinks import TAG as TAGGED
from canopy.render.headings import place_of
from canopy.render.plain import escape

if TYPE_CHECKING:
    from mistune import InlineParser, InlineState, Markdown

Token = dict[str, Any]

_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp")
_BOARDS = (".canvas", ".base", ".excalidraw")
"""What only Obsidian draws."""
_FILMS = (".mp4", ".webm", ".ogv", ".mov", ".m4v")
_SOUNDS = (".mp3", ".ogg", ".oga", ".wav", ".m4a", ".flac", ".opus")
_SIZE = re.compile(r"(\d{1,5})(?:x(\d{1,5}))?\Z")
_OPENING = re.compile(r"!?\[")
_TABLES_OF_CONTENTS = frozenset({"toc", "_toc_"})


def wikilinks(md: Markdown) -> None:
    """Let mistune read links by name."""
    md.inline.register("wikilink", LINK, _parse, before="link", start_chars=("!", "["))
    md.inline.register("hashtag", TAG, _parse_tag, start_chars=("#",))


def _parse_tag(inline: InlineParser, match: re.Match[str], state: InlineState) -> int | None:
    if state.env.get("dialect") != "obsidian" or state.in_link or state.depth >= inline.max_nested_level:
        return None
    words = [{"type": "text", "raw": match[0]}]
    state.append_token(
        {"type": "link", "children": words, "attrs": {"url": private(TAGGED, match["tag_name"])}}
    )
    return match.end()


def _parse(inline: InlineParser, match: re.Match[str], state: InlineState) -> int | None:
    target, words = match["wiki_target"].strip(), (match["wiki_words"] or "").strip()
    known = state.env.get("names")
    if known is not None and name_in(target) not in known and name_in(words) in known:
        target, words = words, target  # some wikis write the words first
    if url := next((side for side in (target, words) if side.startswith(("http://", "https://"))), ""):
        other = words if url == target else target
        text = [{"type": "text", "raw": other or url}]
        state.append_token({"type": "link", "children": text, "attrs": {"url": url}})
        return match.end()
    name, sign, part = target.partition("#")
    name = name.strip()
    label = match[0].lstrip("!")[1:-1]
    if not (name or part) or unikey(label[1:-1]) in state.env.get("ref_links", ()):
        return _brackets(inline, match, state)
    if name.lower() in _TABLES_OF_CONTENTS and not sign:
        return match.end()
    if known is not None and name and name not in known:
        return _brackets(inline, match, state)
    if state.in_link or state.depth >= inline.max_nested_level:
        inline.process_text(words or _shown(name, part), state)
        return match.end()
    token = _token(name.strip(), part, words, embedded=match[0][0] == "!")
    state.append_token(token | {"_autolink": words or _shown(name, part)})
    return match.end()


def _brackets(inline: InlineParser, match: re.Match[str], state: InlineState) -> int | None:
    """Read what is no link by name as the brackets that it is: a link's words may hold such."""
    opening = _OPENING.match(state.src, match.start())
    return inline.parse_link(opening, state) if opening else None


def _token(name: str, part: str, words: str, *, embedded: bool) -> Token:
    extension = name[name.rfind(".") :].lower() if "." in name else ""
    if embedded and extension in _IMAGES:
        return _image(name, words)
    if embedded and extension in _BOARDS:
        return {"type": "inline_html", "raw": placeholder(words or name)}
    if embedded and extension in (*_FILMS, *_SOUNDS):
        return _media(name, words, "video" if extension in _FILMS else "audio")
    # Of `#Part#Inner` the last one is meant; `#^name` is a block, which has no place of its own.
    heading = part.rpartition("#")[2].strip()
    place = place_of(heading)
    target = private(WIKI, name, place if embedded or not place.startswith("^") else "")
    text = words or _shown(name, part)
    attributes = {"url": target, "css": "embed"} if embedded else {"url": target}
    return {"type": "link", "children": [{"type": "text", "raw": text}], "attrs": attributes}


def _image(name: str, words: str) -> Token:
    text, _, last = words.rpartition("|")
    size = _SIZE.match(last.strip())
    attributes: Token = {"url": private(WIKI, name)}
    if size is None:
        text = words
    else:
        attributes |= {"width": size[1], "height": size[2] or ""}
    alternative = text.strip() or name[name.rfind("/") + 1 :]
    return {"type": "image", "children": [{"type": "text", "raw": alternative}], "attrs": attributes}


def _media(name: str, words: str, element: str) -> Token:
    label = escape(words or name)
    html = f'<{element} controls preload="metadata" src="{private(WIKI, name)}" title="{label}"></{element}>'
    return {"type": "inline_html", "raw": html}


def _shown(name: str, part: str) -> str:
    """Return what stands for a link without words of its own: `Note`, `Note › Part`, `Part`."""
    parts = [piece.strip() for piece in part.split("#") if piece.strip() and not piece.startswith("^")]
    base = name.strip()
    return " › ".join([base, *parts] if base else parts) or "#"


def embedded_note(image: Token) -> Token | None:
    """Return what stands for a note that is embedded as images are: `![words](note.md#part)`."""
    path, _, part = unquote(image["attrs"]["url"]).partition("#")
    if not path.endswith(".md") or "://" in path:
        return None
    target = private(WIKI, path, place_of(part.rpartition("#")[2].strip()))
    words = image["children"] or [{"type": "text", "raw": base_name(path).removesuffix(".md")}]
    return {"type": "link", "children": words, "attrs": {"url": target, "css": "embed"}}


def far(link: str) -> str:
    """Return a vault's link to a place on another note, which is called by the heading's own words."""
    path, sign, part = link.partition("#")
    if not sign or part.startswith(":~:") or path.startswith(WIKI) or not path.endswith(".md"):
        return link
    place = place_of(unquote(part).rpartition("#")[2].strip())
    return path if place.startswith("^") else f"{path}#{quote(place)}"
