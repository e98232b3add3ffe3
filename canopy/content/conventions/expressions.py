"""Values in JavaScript and TypeScript: expressions are read as what stands in them literally, none is run.

Texts, numbers, lists and maps are values, a name is one that stands elsewhere; a call stands for its first
argument, a function for what it returns first. Whatever else there is is an empty text.
"""

from __future__ import annotations

from dataclasses import dataclass

from canopy.content.conventions.scripts import END, Token, tokens

MAX_DEPTH = 30
OPEN, CLOSE = frozenset("([{"), frozenset(")]}")
_ENDS = frozenset(",;)]}")
_WORDS = {"true": "true", "false": "false", "null": "", "undefined": ""}


@dataclass(frozen=True, slots=True)
class Name:
    """A value that stands elsewhere."""

    name: str
    member: str = ""


class Expressions:
    """A place among the tokens of a file, and what is read from there on."""

    def __init__(self, text: str) -> None:
        """Begin at the first token of the text."""
        self.tokens = tokens(text)
        self.at = 0

    def take(self) -> Token:
        """Return the token here, and go to the next."""
        token = self.peek()
        self.at += 1
        return token

    def peek(self, ahead: int = 0) -> Token:
        """Return the token here, or one further on; behind the last there is `END`."""
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else END

    def value(self, depth: int) -> object:
        """Return the value of the expression here, and go to what follows it."""
        if depth > MAX_DEPTH:
            self.skip()
            return ""
        value = self._primary(depth)
        if self.peek().value in ("as", "satisfies"):
            self.skip()
        if self.peek().value in _ENDS or self.peek() is END or self._begins_statement():
            return value
        self.skip()
        return ""

    def _begins_statement(self) -> bool:
        return self.peek().value in ("export", "const", "module", "import", "function", "let", "var")

    def _primary(self, depth: int) -> object:
        token = self.take()
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
            case "-" if self.peek().kind == "number":
                return "-" + self.take().value
        if token.value in _ENDS:
            self.at -= 1
        return ""

    def _of_name(self, name: str, depth: int) -> object:
        if name in _WORDS:
            return _WORDS[name]
        if name in ("async", "function", "class", "new", "await", "typeof"):
            return ""
        member = ""
        while self.peek().value == "." and self.peek(1).kind == "name":
            member = self.peek(1).value
            self.at += 2
        if self.peek().value == "=>":
            return self._arrow(depth)
        if self.peek().value != "(":
            return Name(name, member)
        self.at += 1
        if self.peek().value == ")":
            self.at += 1
            return Name(name)
        values = self._items(")", depth)
        return next((value for value in values if value != "" and not isinstance(value, Name)), values[0])

    def _brackets(self, depth: int) -> object:
        """Return what stands in brackets; of an arrow function, what it returns."""
        values = self._items(")", depth)
        if self.peek().value == ":":  # the type of what is returned
            for ahead in range(1, 60):
                if self.peek(ahead).value == "=>":
                    self.at += ahead
                    break
        if self.peek().value == "=>":
            return self._arrow(depth)
        return values[0] if len(values) == 1 else ""

    def _arrow(self, depth: int) -> object:
        self.at += 1
        if self.peek().value != "{":
            return self.value(depth + 1)
        begin = self.at
        self.at += 1
        self.skip(CLOSE)
        end = self.at
        value: object = ""
        for place in range(begin, end):
            if self.tokens[place].value == "return":
                self.at = place + 1
                value = self.value(depth + 1)
                break
        self.at = end + 1
        return value

    def _list(self, depth: int) -> list[object]:
        return [value for value in self._items("]", depth) if value != ""]

    def _items(self, end: str, depth: int) -> list[object]:
        values: list[object] = []
        while (token := self.peek()) is not END and token.value != end:
            before = self.at
            if token == Token("sign", "..."):
                self.at += 1
                self.value(depth + 1)
            else:
                values.append(self.value(depth + 1))
            if self.peek() == Token("sign", ",") or self.at == before:
                self.at += 1
        self.at += 1
        return values or [""]

    def _map(self, depth: int) -> dict[object, object]:
        values: dict[object, object] = {}
        while (token := self.peek()) is not END and token.value != "}":
            before = self.at
            self.at += 1
            if token == Token("sign", "["):  # a name that is computed
                self.skip(CLOSE)
                self.at += 1
                self.skip()
            elif token == Token("sign", "..."):
                values[len(values)] = self.value(depth + 1)
            elif self.peek() == Token("sign", ":"):
                self.at += 1
                values[token.value] = self.value(depth + 1)
            elif self.peek().value in (",", "}") and token.kind == "name":
                values[token.value] = Name(token.value)
            else:
                self.skip()
            if self.peek() == Token("sign", ",") or self.at == before:
                self.at += 1
        self.at += 1
        return values

    def skip(self, ends: frozenset[str] = _ENDS) -> None:
        """Go to the end of the expression here: the next comma or bracket that is not within it."""
        level = 0
        while (token := self.peek()) is not END:
            if token.kind == "sign":
                if not level and token.value in ends:
                    return
                level += (token.value in OPEN) - (token.value in CLOSE)
            self.at += 1
