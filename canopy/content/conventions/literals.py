"""Settings that are programs: what stands literally in a `config.js` or `.ts` is read, and nothing is run.

Texts, numbers, lists and maps are values; names stand for what they are given once, in the same file or in
one that it imports; a call stands for its first argument, a function for what it returns first. Whatever else
there is has no value, and is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from canopy.content.conventions.declarations import declared
from canopy.content.conventions.expressions import MAX_DEPTH, Name
from canopy.content.paths import parent

if TYPE_CHECKING:
    from collections.abc import Callable

    from canopy.content.conventions.declarations import Declared

MAX_NODES = 20_000
MAX_FILES = 20
_KINDS = ("", ".ts", ".mts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js")


def read_literals(path: str, load: Callable[[str], str | None]) -> dict[str, object]:
    """Return the map that a file of settings exports; `load` returns the text of a file, if there is one.

    Values are texts, lists and maps; what has none is an empty text.
    """
    reader = _Reader(load)
    value = reader.exported(path, ("default", "config"))
    return value if isinstance(value, dict) else {}


class _Reader:
    """Follows names from file to file."""

    def __init__(self, load: Callable[[str], str | None]) -> None:
        self._load = load
        self._files: dict[str, Declared] = {}
        self._left = MAX_NODES

    def exported(self, path: str, names: tuple[str, ...]) -> object:
        file = self._file(path)
        found = [self._value(file, path, Name(name), 0) for name in names if file and name in file.names]
        return next((value for value in found if value != ""), "")

    def _file(self, path: str) -> Declared | None:
        if path not in self._files:
            text = self._load(path) if len(self._files) < MAX_FILES else None
            if text is None:
                return None
            self._files[path] = declared(text, json=path.endswith(".json"))
        return self._files[path]

    def _value(self, file: Declared | None, path: str, value: object, depth: int) -> object:
        """Return a value with the names in it followed."""
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0 or file is None:
            return ""
        if isinstance(value, Name):
            found = self._named(file, path, value, depth)
            return found.get(value.member, "") if value.member and isinstance(found, dict) else found
        if isinstance(value, list):
            return [self._value(file, path, item, depth + 1) for item in value]
        if not isinstance(value, dict):
            return value
        whole: dict[str, object] = {}
        for key, item in value.items():
            inner = self._value(file, path, item, depth + 1)
            if not isinstance(key, str):
                whole.update(inner if isinstance(inner, dict) else {})
            else:
                whole[key] = inner
        return whole

    def _named(self, file: Declared, path: str, name: Name, depth: int) -> object:
        if name.name in file.names:
            return self._value(file, path, file.names[name.name], depth + 1)
        source, member = file.imports.get(name.name, ("", ""))
        if not source.startswith("."):
            return ""
        target = _joined(parent("/" + path), source)
        for kind in _KINDS:
            other = self._file(target + kind)
            if other is not None:
                return self._value(other, target + kind, Name(member), depth + 1)
        return ""


def _joined(folder: str, path: str) -> str:
    parts = folder.strip("/").split("/") if folder.strip("/") else []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
