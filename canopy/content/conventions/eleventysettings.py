"""What Eleventy's settings and data files say, as far as it is written out: programs are read, never run."""

from __future__ import annotations

import re
from posixpath import normpath
from typing import TYPE_CHECKING

from canopy.content.conventions.configs import Config, read_config
from canopy.content.conventions.literals import read_literals
from canopy.content.conventions.scripts import Token, tokens
from canopy.content.grammar import normalised
from canopy.content.paths import MARKDOWN, base_name, extension, parent
from canopy.content.people import make_author, parse_authors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from canopy.content.conventions.convention import Tree
    from canopy.content.values import Author

_ABOUT = tuple(
    f"{name}.{kind}" for name in ("metadata", "site", "meta") for kind in ("json", "yaml", "yml", "js")
)
_INPUT = re.compile(r"--input[= ]\"?([\w./-]{1,100})")
_SETTERS = frozenset({"setInputDirectory", "setIncludesDirectory", "setLayoutsDirectory", "setDataDirectory"})
_MOST = 200


def folders_of(tree: Tree, text: str) -> dict[str, str]:
    """Return the folders that the settings name, from the repository's top, with a slash at their ends."""
    read = tokens(text)
    named: dict[str, str] = {}
    for at, token in enumerate(read):
        rest = [item.value for item in read[at + 1 : at + 3]]
        if token.value == "dir" and rest == [":", "{"]:
            named |= dict(_pairs(read[at + 3 :]))
        elif token.value in _SETTERS and rest[:1] == ["("]:
            named[token.value[3:].removesuffix("Directory").lower()] = rest[-1]
    if not named.get("input") and (scripts := _INPUT.search(tree.text("package.json") or "")):
        named["input"] = scripts[1]
    below = _clean(named["input"]) if named.get("input") else _only_place(tree)
    found = {"input": below}
    for name in ("includes", "layouts", "data"):
        if named.get(name):
            found[name] = _clean(f"{below}{named[name]}")
    if named.get("output"):
        found["output"] = _clean(named["output"])
    return {name: path for name, path in found.items() if name == "input" or path}


def _only_place(tree: Tree) -> str:
    """Return the folder in which all texts lie, where settings may have said so in another way."""
    cut = len(tree.prefix)
    inner = [path[cut:] for path in tree.blobs if path.startswith(tree.prefix)]
    texts = [path for path in inner if extension(path) in MARKDOWN]
    tops = {path.partition("/")[0] for path in texts if "/" in path and path[0] not in "._"}
    beside = any("/" not in path and path.lower() != "readme.md" for path in texts)
    return "" if beside or len(tops) != 1 or not tops <= {"src", "content"} else f"{tops.pop()}/"


def _pairs(read: Iterable[Token]) -> Iterator[tuple[str, str]]:
    """Yield names and texts of an object up to its end."""
    name = ""
    for token in read:
        if token.value == "}" and token.kind == "sign":
            return
        if token.kind == "text" and name:
            yield name, token.value
            name = ""
        elif token.kind == "name":
            name = token.value


def _clean(path: str) -> str:
    inner = normpath(path.strip("/") or ".")
    return "" if inner == "." or inner.startswith("..") else f"{inner}/"


def copied_by(text: str, below: str) -> Iterator[tuple[str, str]]:
    """Yield what is served as it is, from the repository's top, and where."""
    read = tokens(text)
    for at, token in enumerate(read[:-2]):
        if token.value != "addPassthroughCopy" or read[at + 1].value != "(":
            continue
        first = read[at + 2]
        pairs = [(first.value, "")]
        if first.value == "{":
            texts = read[at + 3 : at + 43]
            end = next((place for place, item in enumerate(texts) if item.value == "}"), len(texts))
            values = [item.value for item in texts[:end] if item.kind in ("text", "name")]
            pairs = list(zip(values[::2], (f"/{value}" for value in values[1::2]), strict=False))
        for source, target in pairs[:_MOST]:
            place = _clean(source.partition("*")[0]).rstrip("/")
            if place and first.kind in ("text", "sign"):
                inner = f"/{place}/".removeprefix(f"/{below}" if below else "/")
                yield f"/{place}", _clean(target).rstrip("/") or ("" if target else inner.strip("/"))


def ignores_in(text: str) -> Iterator[str]:
    """Yield the patterns that the settings add to what is ignored."""
    read = tokens(text)
    for at, token in enumerate(read[:-4]):
        if token.value == "ignores" and [item.value for item in read[at + 1 : at + 4]] == [".", "add", "("]:
            yield read[at + 4].value


def inherited(tree: Tree, paths: Iterable[str], below: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the data of folders and of single texts, the outermost first."""
    found: list[tuple[str, Mapping[str, object]]] = []
    for path in paths:
        bare = re.sub(r"\.(?:11tydata\.(?:json|js|cjs|mjs)|json)\Z", "", path)
        if bare == path or "node_modules" in path or len(found) >= _MOST:
            continue
        own = f"/{bare}".removeprefix(f"/{below}".rstrip("/"))
        whole = base_name(parent(f"/{path}")) == base_name(bare)
        if not whole and f"{tree.prefix}{bare}.md" not in tree.blobs:
            continue
        if path.endswith(".json"):
            values: Mapping[str, object] = read_config(tree.get(path)).values
        else:
            values = {key.lower(): value for key, value in read_literals(path, tree.text).items()}
        named = {normalised(key): value for key, value in values.items() if value != ""}
        if named:
            found.append((f"{parent(own).rstrip('/')}/" if whole else own, named))
    yield from sorted(found, key=lambda item: (len(item[0]), item[0]))


def about_site(tree: Tree, data: str) -> Config:
    """Return what the file of the site's data says that themes have for it."""
    for name in _ABOUT:
        if tree.get(data + name) is None:
            continue
        if name.endswith(".js"):
            values = read_literals(data + name, tree.text)
            return Config({key.lower(): value for key, value in values.items()})
        return read_config(tree.get(data + name))
    return Config()


def author_of(about: Config) -> tuple[Author, ...]:
    """Return who the site's data says writes it."""
    found = parse_authors(about.text("author.name", "author"))
    url = about.text("author.url")
    return (author,) if len(found) == 1 and (author := make_author(found[0].name, url)) else found
