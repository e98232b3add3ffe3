"""Obsidian's vaults and Quartz's gardens: notes by name, templates and settings out of sight."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import language_tag, read_config, site_url
from canopy.content.conventions.convention import Convention, Found, Spot, dated, is_litter
from canopy.content.markups import Translated
from canopy.content.paths import stem
from canopy.content.values import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.values import FrontMatter

_SAMPLE = 100
"""Notes that are looked into, of many."""
_EMBED = re.compile(rb"^!\[\[[^\[\]\n]{1,200}\]\]", re.MULTILINE)
_ODD = re.compile(r"[\s&%?#]")
_QUARTZ_WORDS = ((" ", "-"), ("&", "-and-"), ("%", "-percent"), ("?", ""), ("#", ""))
_QUARTZ = ("quartz.config.ts", "quartz.config.yaml", "quartz.layout.ts")
_DENDRON = ("dendron.yml", "dendron.code-workspace")
_WORDS_FIRST = re.compile(
    r"(?<=\[\[)([^\[\]|\n`]{1,300})\|(?:dendron://[\w.-]{1,100}/)?([\w./#^*-]{1,300})(?=\]\])"
)
_PLACEHOLDER = re.compile(rb"<%[-*_+]?\s|\{\{\s*(?:title|date|time|VALUE|NAME|DATE)\b")
"""What Obsidian's own templates, Templater and QuickAdd fill in."""
_TEMPLATES = re.compile(r"[^a-z]*(?:templates?|templater|模板)[^a-z]*")
_LOOKED_INTO = 20
"""Notes of a folder that may hold templates."""
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_PATTERNS = re.compile(r"ignorePatterns:\s*\[([^\]]{0,2000})\]")
_QUOTED = re.compile(r"[\"'`]([^\"'`]{1,200})[\"'`]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Obsidian(Convention):
    """A vault, with the folders that its settings keep out."""

    name: str = "obsidian"
    called: bool = True
    ignored: tuple[str, ...] = ()
    """Folders and files, each beginning with a slash."""
    quartz: bool = False
    """Addresses are as Quartz makes them."""
    words_first: bool = False
    """A link says its words before the note that it names."""
    explicit: bool = False
    """Only what says `publish: true` is published."""

    def locate(self, path: str) -> Spot | None:
        """Return the path, unless it is a template, a drawing's source, or kept out by the vault."""
        lower = path.lower()
        if is_litter(path) or lower.startswith((*self.ignored, "/private/")):
            return None
        if lower.endswith((".excalidraw.md", ".excalidraw", ".canvas", ".base")):
            return None
        date, name = dated(path)
        return Spot(path, date=date, name=name)

    def translated(self, path: str, body: str) -> Translated | None:
        """Return the text with the names of notes before the words of their links."""
        if self.words_first and "|" in body:
            return Translated(_WORDS_FIRST.sub(r"\2|\1", body))
        return Convention.translated(self, path, body)

    def fields(self, spot: Spot, values: Mapping[str, object]) -> Mapping[str, object]:  # noqa: ARG002
        """Return the header; where publishing is by choice, what does not choose it is a draft.

        So is the source of a drawing, whatever it is called.
        """
        if "excalidraw_plugin" in values:
            return {**values, "draft": "true"}
        chosen = str(values.get("publish", "")).strip().lower() in ("true", "yes")
        return {**values, "draft": "true"} if self.explicit and not chosen else values

    def address(self, spot: Spot, front: FrontMatter, values: Mapping[str, object]) -> str:  # noqa: ARG002
        """Return the address that Quartz gives a note; a vault's own are its paths."""
        if not self.quartz or not _ODD.search(spot.path) or front.slug:
            return ""
        path = stem(spot.path)
        for sign, word in _QUARTZ_WORDS:
            path = path.replace(sign, word)
        return path


def evidence(tree: Tree) -> str:
    """Return by what the tradition is recognised, or nothing."""
    if ".obsidian" in tree.folders:
        return "the folder .obsidian/ is there"
    if any(
        path.endswith((".excalidraw.md", ".canvas")) for path in tree.blobs if path.startswith(tree.prefix)
    ):
        return "there are drawings or canvases of Obsidian"
    if ".foam" in tree.folders or tree.first(".vscode/foam.json"):
        return "Foam's settings are there"
    if tree.first(*_DENDRON):
        return "dendron.yml is there: Dendron"
    quartz = tree.first(*_QUARTZ)
    if quartz:
        return f"{quartz.path.rpartition('/')[2]} is there: Quartz"
    return _embedding(tree)


def _embedding(tree: Tree) -> str:
    """Say which notes show others in Obsidian's way: a vault may keep its settings to itself."""
    notes = sorted(path for path in tree.blobs if path.startswith(tree.prefix) and path.endswith(".md"))
    sample = notes[:: max(1, len(notes) // _SAMPLE)]
    found = [path for path in sample if (note := tree.look(path)) and _EMBED.search(note.data)]
    if len(found) < max(2, len(sample) // 50):
        return ""
    return f"{found[0]} and others show notes or images by name: ![[…]]"


def read(tree: Tree, why: str) -> Found:
    """Return the vault with what its settings say."""
    quartz = tree.first(*_QUARTZ)
    below = "content/" if quartz and "content" in tree.folders else ""
    vault = tree.below(below[:-1]) if below else tree
    app = read_config(vault.get(".obsidian/app.json"))
    ignored = {"/templates/", "/_templates/", *_templates(vault)}
    for item in app.list("userignorefilters"):
        # A filter may be a regular expression, `/…/`: those are not for strangers to have us run.
        if isinstance(item, str) and item and not item.startswith("/"):
            ignored.add("/" + item.lower())
    for item in read_config(vault.get(".obsidian/publish.json")).list("excluded"):
        if isinstance(item, str) and item.strip("/"):
            ignored.update((f"/{item.strip('/').lower()}/", f"/{item.strip('/').lower()}.md"))
    text = quartz.data.decode("utf-8", "replace")[:20_000] if quartz else ""
    text = _COMMENT.sub("", text)
    patterns = _PATTERNS.search(text)
    for folder in _QUOTED.findall(patterns[1]) if patterns else ():
        if re.fullmatch(r"[\w ./-]+", folder):
            ignored.update((f"/{folder.strip('/').lower()}/", f"/{folder.strip('/').lower()}.md"))
    convention = Obsidian(
        ignored=tuple(sorted(ignored)),
        quartz=bool(quartz),
        words_first=bool(tree.first(*_DENDRON)),
        explicit="ExplicitPublish(" in text,
    )
    return Found(convention, why, _quartz(text), below, app.problems)


def _templates(vault: Tree) -> set[str]:
    """Return the folders of templates: those that the vault names, and those that look like it."""
    named = (
        read_config(vault.get(".obsidian/templates.json")).text("folder"),
        read_config(vault.get(".obsidian/plugins/templater-obsidian/data.json")).text("templates_folder"),
    )
    found = {folder for name in named if (folder := name.strip("/ ").lower())}
    notes: dict[str, list[str]] = {}
    for path in vault.blobs:
        if path.endswith(".md") and path.startswith(vault.prefix):
            notes.setdefault(path[len(vault.prefix) :].rpartition("/")[0], []).append(path)
    for folder, paths in notes.items():
        if not _TEMPLATES.fullmatch(folder.rpartition("/")[2].lower()):
            continue
        sample = map(vault.look, sorted(paths)[:_LOOKED_INTO])
        if any(note is not None and _PLACEHOLDER.search(note.data) for note in sample):
            found.add(folder.lower())
    return {f"/{folder}/" for folder in found}


def _quartz(text: str) -> SiteSettings:
    """Return the few settings that are plain texts in Quartz's TypeScript."""
    url = _setting(text, "baseUrl")
    return SiteSettings(
        title=_setting(text, "pageTitle"),
        language=language_tag(_setting(text, "locale")),
        own_urls=tuple(filter(None, (site_url(f"https://{url}"),))) if url else (),
    )


def _setting(text: str, name: str) -> str:
    place = text.find(f"{name}:")
    if place < 0:
        return ""
    value = text[place + len(name) + 1 : place + 300].lstrip()
    quote = value[:1]
    end = value.find(quote, 1)
    return value[1:end] if quote in ("'", '"', "`") and 0 < end < value.find("\n") else ""
