"""What a file in JavaScript or TypeScript names: its constants, its exports, and what it imports."""

from __future__ import annotations

from dataclasses import dataclass, field

from canopy.content.conventions.expressions import OPEN, Expressions, Name
from canopy.content.conventions.scripts import END, Token


@dataclass(slots=True)
class Declared:
    """The names of one file."""

    names: dict[str, object] = field(default_factory=dict)
    """With their values; `default` is what the file is to others."""
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    """From a name to the file that it comes from, and its name there."""


def declared(text: str, *, json: bool = False) -> Declared:
    """Return what a file names; one in JSON has one value."""
    return _Declarations(text).json() if json else _Declarations(text).read()


class _Declarations(Expressions):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._file = Declared()

    def json(self) -> Declared:
        self._set("default", self.value(0))
        return self._file

    def read(self) -> Declared:
        function = ""
        while (token := self.take()) is not END:
            before = self.at
            if token.value in ("const", "let", "var") and token.kind == "name":
                self._declaration()
            elif token.value == "import":
                self._import()
            elif token == Token("name", "default") and self.tokens[self.at - 2].value == "export":
                function = self._default()
            elif token == Token("name", "exports") and self.peek().value == "=":
                self.at += 1
                self._set("default", self.value(0))
            elif token == Token("name", "function") and self.peek().kind == "name":
                function = self.peek().value
            elif token == Token("name", "return") and function and self.peek().value in OPEN:
                self._set(function, self.value(0))
            self.at = max(self.at, before)
        return self._file

    def _set(self, name: str, value: object) -> None:
        self._file.names.setdefault(name, value)

    def _default(self) -> str:
        """Read what a file exports; return the name of the function whose first value it is, if it is one."""
        words = (self.peek().value, self.peek(1).value)
        if "function" in words[: 1 + (words[0] == "async")]:
            self.at += 1 + (words[0] == "async")
            name = self.peek().value if self.peek().kind == "name" else "default"
            if name != "default":
                self._set("default", Name(name))
            return name
        self._set("default", self.value(0))
        return ""

    def _declaration(self) -> None:
        """Read `const name: Type = value`, `const {a, b} = require('x')`."""
        name = self.take()
        if name.value == "{":
            names = self._names("}")
            if self.peek().value == "=" and self.peek(1).value == "require" and self.peek(3).kind == "text":
                self._file.imports.update({own: (self.peek(3).value, other) for own, other in names})
            return
        if name.kind != "name":
            return
        for _ in range(100):  # of the type
            token = self.peek()
            if token.value in ("=", ";") or token is END:
                break
            self.at += 1
        if self.peek().value != "=":
            return
        self.at += 1
        if self.peek().value == "require" and self.peek(2).kind == "text":
            self._file.imports[name.value] = (self.peek(2).value, "default")
            return
        self._set(name.value, self.value(0))

    def _import(self) -> None:
        names: list[tuple[str, str]] = []
        while (token := self.take()).value not in ("from", ";") and token is not END:
            if token.kind == "text":
                return
            if token.value == "{":
                names += self._names("}")
            elif token.kind == "name" and token.value not in ("type", "as"):
                names.append((token.value, "default"))
        source = self.peek()
        if source.kind == "text":
            self._file.imports.update({own: (source.value, other) for own, other in names})

    def _names(self, end: str) -> list[tuple[str, str]]:
        """Return the names in `{a, b as c, d: e}`, each with what it is called where it comes from."""
        names: list[tuple[str, str]] = []
        while (token := self.take()).value != end and token is not END:
            if token.kind != "name" or token.value == "type":
                continue
            if self.peek().value in ("as", ":") and self.peek(1).kind == "name":
                self.at += 1
                names.append((self.take().value, token.value))
            else:
                names.append((token.value, token.value))
        return names
