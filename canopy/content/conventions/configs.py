"""Reading the configuration files of other generators: YAML, TOML, JSON as text, lists and maps.

Only what is asked for is ever looked at, and nothing in such a file is fatal.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import yaml

from canopy.address import site_address
from canopy.content.paths import extension
from canopy.content.toml import as_text, read_toml
from canopy.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from canopy.git.values import Blob

MAX_CONFIG = 128 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 30
MAX_TEXT = 2000
_NULL = "tag:yaml.org,2002:null"
_ENVIRONMENT = "!ENV"


@dataclass(frozen=True, slots=True)
class Config:
    """The values of one or several files; keys are in lower case, numbers and truths are their text."""

    values: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def text(self, *names: str) -> str:
        """Return the first of the values that is a text, on one line; a dot leads into a map."""
        return next(
            (" ".join(v[:MAX_TEXT].split()) for v in self._each(names) if isinstance(v, str) and v), ""
        )

    def truth(self, name: str) -> bool:
        """Tell whether the value says yes."""
        return self.text(name).lower() in ("true", "yes", "on", "1")

    def table(self, name: str) -> Mapping[str, object]:
        """Return a map, or an empty one."""
        return next((value for value in self._each((name,)) if isinstance(value, dict)), {})

    def list(self, *names: str) -> list[object]:
        """Return the first of the values that is a list; a text is a list of one."""
        for value in self._each(names):
            if isinstance(value, list):
                return value
            if isinstance(value, str) and value:
                return [value]
        return []

    def _each(self, names: tuple[str, ...]) -> Iterator[object]:
        for name in names:
            value: object = self.values
            for part in name.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if value is not None:
                yield value


def read_config(*blobs: Blob | None, cased: bool = False) -> Config:
    """Return what the files say; a later one adds what the earlier ones leave open.

    A file that is a list has it under the empty name. `cased` keeps the keys as they are written, where some
    of them are titles or paths.
    """
    values: dict[str, object] = {}
    problems: list[Problem] = []
    for blob in blobs:
        if blob is None:
            continue
        try:
            found = _parse(blob, str.strip if cased else _key)
        except (yaml.YAMLError, ValueError, RecursionError) as exc:
            line = _line(exc)
            cure = "mend it; until then it counts as empty"
            problems.append(Problem(blob.path, line, "these settings cannot be read", cure))
            continue
        for key, value in found.items():
            values.setdefault(key, value)
    return Config(values, tuple(problems))


def _line(exc: Exception) -> int:
    mark = getattr(exc, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    found = re.search(r"line (\d{1,6})", str(exc))
    return int(found[1]) if found else 0


def _parse(blob: Blob, key: Callable[[str], str]) -> dict[str, object]:
    if len(blob.data) > MAX_CONFIG:
        raise ValueError("too long")
    text = blob.data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    kind = extension(blob.path)
    found: object
    if kind == ".toml":
        found = read_toml(text)
    elif kind == ".json":
        found = json.loads(text)
    else:
        return _named(_yaml(text, key))
    return _named(as_text(found, key, MAX_DEPTH))


def _named(value: object) -> dict[str, object]:
    if isinstance(value, list):
        return {"": value}
    return value if isinstance(value, dict) else {}


def _yaml(text: str, key: Callable[[str], str]) -> object:
    _refuse_depth(text)
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    return None if node is None else _value_of(node, key, 0, [MAX_NODES])


def _refuse_depth(text: str) -> None:
    """Raise ValueError where lists and maps lie deeper in each other than the stack of libyaml can bear."""
    loader = yaml.CSafeLoader(text)
    depth = 0
    try:
        while loader.check_event():
            event = loader.get_event()
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH + 1:
                raise ValueError("too deep")
    finally:
        loader.dispose()


def _value_of(node: yaml.Node, key: Callable[[str], str], depth: int, left: list[int]) -> object:
    """Return a node as text, lists and maps; aliases are followed as long as the whole stays small."""
    left[0] -= 1
    if left[0] < 0 or depth > MAX_DEPTH:
        raise ValueError("too much")
    if isinstance(node, yaml.ScalarNode):
        return "" if node.tag in (_NULL, _ENVIRONMENT) else node.value
    if isinstance(node, yaml.SequenceNode):
        items = [_value_of(item, key, depth + 1, left) for item in node.value]
        # What an environment may say is not known here; what holds without it is, and stands last.
        return (items[-1] if len(items) > 1 else "") if node.tag == _ENVIRONMENT else items
    return {
        key(str(name.value)): _value_of(value, key, depth + 1, left)
        for name, value in node.value
        if isinstance(name, yaml.ScalarNode)
    }


def _key(name: str) -> str:
    return name.strip().lower()


def site_url(text: str) -> str:
    """Return the address of a site without a slash at its end; nothing if the text is none."""
    text = text.strip()
    try:
        return site_address("https:" + text if text.startswith("//") else text)
    except ValueError:
        return ""


def zone_of(name: str) -> ZoneInfo | None:
    """Return the time zone of that IANA name; None if there is none."""
    if not name or len(name) > 64:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # a folder of the database, a strange name, an unknown one
        return None


def language_tag(text: str) -> str:
    """Return a language in the web's spelling: `pt_BR.UTF-8` is `pt-BR`."""
    tag = text.partition(".")[0].replace("_", "-")
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", tag):
        return ""
    first, *rest = tag.split("-")
    return "-".join((first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)))
