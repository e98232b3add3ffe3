"""Settings that are programs: what stands literally in a `config.js` or `.ts` is read, and nothing is run.

Texts, numbers, lists and maps are values; names stand for what they are given once, in the same file or in
one that it imports; a call stands for its first argument, a function for what it returns first. Whatever else
there is has no value, and is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canopy.content.conventions.scripts import END, Token, tokens
from canopy.content.paths import parent

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 30
MAX_NODES = 20_000
MAX_FILES = 20
_KINDS = ("", ".ts", ".mts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js")
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_ENDS = frozenset(",;)]}")
_WORDS = {"true": "true", "false": "false", "null": "", "undefined": ""}


@dataclass(frozen=True, slots=True)
class _Name:
    """A value that stands elsewhere."""

    name: str
    member: str = ""


@dataclass(slots=True)
class _File:
    names: dict[str, object] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    """From a name to the file that it comes from, and its name there."""


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
        self._files: dict[str, _File] = {}
        self._left = MAX_NODES

    def exported(self, path: str, names: tuple[str, ...]) -> object:
        file = self._file(path)
        found = [self._value(file, path, _Name(name), 0) for name in names if file and name in file.names]
        return next((value for value in found if value != ""), "")

    def _file(self, path: str) -> _File | None:
        if path not in self._files:
            text = self._load(path) if len(self._files) < MAX_FILES else None
            if text is None:
                return None
            self._files[path] = _Parser(text, json=path.endswith(".json")).parsed()
        return self._files[path]

    def _value(self, file: _File | None, path: str, value: object, depth: int) -> object:
        """Return a value with the names in it followed."""
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0 or file is None:
            return ""
        if isinstance(value, _Name):
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

    def _named(self, file: _File, path: str, name: _Name, depth: int) -> object:
        if name.name in file.names:
            return self._value(file, path, file.names[name.name], depth + 1)
        source, member = file.imports.get(name.name, ("", ""))
        if not source.startswith("."):
            return ""
        target = _joined(parent("/" + path), source)
        for kind in _KINDS:
            other = self._file(target + kind)
            if other is not None:
                return self._value(other, target + kind, _Name(member), depth + 1)
        return ""


def _joined(folder: str, path: str) -> str:
    parts = folder.strip("/").split("/") if folder.strip("/") else []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


class _Parser:
    """Reads one file: what names it gives values to."""

    def __init__(self, text: str, *, json: bool = False) -> None:
        self._tokens = tokens(text)
        self._at = 0
        self._json = json
        self._file = _File()

    def parsed(self) -> _File:
        if self._json:
            self._file.names["default"] = self._value(0)
        function = ""
        while (token := self._take()) is not END:
            before = self._at
            if token.value in ("const", "let", "var") and token.kind == "name":
                self._declaration()
            elif token.value == "import":
                self._import()
            elif token == Token("name", "default") and self._tokens[self._at - 2].value == "export":
                function = self._default()
            elif token == Token("name", "exports") and self._peek().value == "=":
                self._at += 1
                self._set("default", self._value(0))
            elif token == Token("name", "function") and self._peek().kind == "name":
                function = self._peek().value
            elif token == Token("name", "return") and function and self._peek().value in _OPEN:
                self._set(function, self._value(0))
            self._at = max(self._at, before)
        return self._file

    def _take(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _peek(self, ahead: int = 0) -> Token:
        place = self._at + ahead
        return self._tokens[place] if place < len(self._tokens) else END

    def _set(self, name: str, value: object) -> None:
        self._file.names.setdefault(name, value)

    def _default(self) -> str:
        """Read what a file exports; return the name of the function whose first value it is, if it is one."""
        words = (self._peek().value, self._peek(1).value)
        if "function" in words[: 1 + (words[0] == "async")]:
            self._at += 1 + (words[0] == "async")
            name = self._peek().value if self._peek().kind == "name" else "default"
            if name != "default":
                self._set("default", _Name(name))
            return name
        self._set("default", self._value(0))
        return ""

    def _declaration(self) -> None:
        """Read `const name: Type = value`, `const {a, b} = require('x')`."""
        name = self._take()
        if name.value == "{":
            names = self._names("}")
            if (
                self._peek().value == "="
                and self._peek(1).value == "require"
                and self._peek(3).kind == "text"
            ):
                self._file.imports.update({own: (self._peek(3).value, other) for own, other in names})
            return
        if name.kind != "name":
            return
        for _ in range(100):  # of the type
            token = self._peek()
            if token.value in ("=", ";") or token is END:
                break
            self._at += 1
        if self._peek().value != "=":
            return
        self._at += 1
        if self._peek().value == "require" and self._peek(2).kind == "text":
            self._file.imports[name.value] = (self._peek(2).value, "default")
            return
        self._set(name.value, self._value(0))

    def _import(self) -> None:
        names: list[tuple[str, str]] = []
        while (token := self._take()).value not in ("from", ";") and token is not END:
            if token.kind == "text":
                return
            if token.value == "{":
                names += self._names("}")
            elif token.kind == "name" and token.value not in ("type", "as"):
                names.append((token.value, "default"))
        source = self._peek()
        if source.kind == "text":
            self._file.imports.update({own: (source.value, other) for own, other in names})

    def _names(self, end: str) -> list[tuple[str, str]]:
        """Return the names in `{a, b as c, d: e}`, each with what it is called where it comes from."""
        names: list[tuple[str, str]] = []
        while (token := self._take()).value != end and token is not END:
            if token.kind != "name" or token.value == "type":
                continue
            if self._peek().value in ("as", ":") and self._peek(1).kind == "name":
                self._at += 1
                names.append((self._take().value, token.value))
            else:
                names.append((token.value, token.value))
        return names

    def _value(self, depth: int) -> object:
        """Return the value of the expression here, and go to what follows it."""
        if depth > MAX_DEPTH:
            self._skip()
            return ""
        value = self._primary(depth)
        if self._peek().value in ("as", "satisfies"):
            self._skip()
        if self._peek().value in _ENDS or self._peek() is END or self._begins_statement():
            return value
        self._skip()
        return ""

    def _begins_statement(self) -> bool:
        return self._peek().value in ("export", "const", "module", "import", "function", "let", "var")

    def _primary(self, depth: int) -> object:
        token = self._take()
        if token.kind in ("text", "number"):
            return token.value
        if token.kind == "name":
            return self._of_name(token.value, depth)
        match token.value:
            case "{":
                return self._map(depth)
            case "[":
                return self._list(depth)
            case "(":
                return self._brackets(depth)
            case "-" if self._peek().kind == "number":
                return "-" + self._take().value
        if token.value in _ENDS:
            self._at -= 1
        return ""

    def _of_name(self, name: str, depth: int) -> object:
        if name in _WORDS:
            return _WORDS[name]
        if name in ("async", "function", "class", "new", "await", "typeof"):
            return ""
        member = ""
        while self._peek().value == "." and self._peek(1).kind == "name":
            member = self._peek(1).value
            self._at += 2
        if self._peek().value == "=>":
            return self._arrow(depth)
        if self._peek().value != "(":
            return _Name(name, member)
        self._at += 1
        if self._peek().value == ")":
            self._at += 1
            return _Name(name)
        values = self._items(")", depth)
        return next((value for value in values if value != "" and not isinstance(value, _Name)), values[0])

    def _brackets(self, depth: int) -> object:
        """Return what stands in brackets; of an arrow function, what it returns."""
        values = self._items(")", depth)
        if self._peek().value == ":":  # the type of what is returned
            for ahead in range(1, 60):
                if self._peek(ahead).value == "=>":
                    self._at += ahead
                    break
        if self._peek().value == "=>":
            return self._arrow(depth)
        return values[0] if len(values) == 1 else ""

    def _arrow(self, depth: int) -> object:
        self._at += 1
        if self._peek().value != "{":
            return self._value(depth + 1)
        begin = self._at
        self._at += 1
        self._skip(_CLOSE)
        end = self._at
        value: object = ""
        for place in range(begin, end):
            if self._tokens[place].value == "return":
                self._at = place + 1
                value = self._value(depth + 1)
                break
        self._at = end + 1
        return value

    def _list(self, depth: int) -> list[object]:
        return [value for value in self._items("]", depth) if value != ""]

    def _items(self, end: str, depth: int) -> list[object]:
        values: list[object] = []
        while (token := self._peek()) is not END and token.value != end:
            before = self._at
            if token == Token("sign", "..."):
                self._at += 1
                self._value(depth + 1)
            else:
                values.append(self._value(depth + 1))
            if self._peek() == Token("sign", ",") or self._at == before:
                self._at += 1
        self._at += 1
        return values or [""]

    def _map(self, depth: int) -> dict[object, object]:
        values: dict[object, object] = {}
        while (token := self._peek()) is not END and token.value != "}":
            before = self._at
            self._at += 1
            if token == Token("sign", "["):  # a name that is computed
                self._skip(_CLOSE)
                self._at += 1
                self._skip()
            elif token == Token("sign", "..."):
                values[len(values)] = self._value(depth + 1)
            elif self._peek() == Token("sign", ":"):
                self._at += 1
                values[token.value] = self._value(depth + 1)
            elif self._peek().value in (",", "}") and token.kind == "name":
                values[token.value] = _Name(token.value)
            else:
                self._skip()
            if self._peek() == Token("sign", ",") or self._at == before:
                self._at += 1
        self._at += 1
        return values

    def _skip(self, ends: frozenset[str] = _ENDS) -> None:
        """Go to the end of the expression here: the next comma or bracket that is not within it."""
        level = 0
        while (token := self._peek()) is not END:
            if token.kind == "sign":
                if not level and token.value in ends:
                    return
                level += (token.value in _OPEN) - (token.value in _CLOSE)
            self._at += 1
