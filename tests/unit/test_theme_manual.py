"""The manual's reference of themes, which is made from the code: what templates are given is a promise.

A new filter or function is told in `canopy/render/contract.py`, a field in its class. After a wanted change
`CANOPY_GOLDEN=write` writes the page anew; the difference is for review.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.defaults import DEFAULT_FILTERS

from canopy.render import fragment, views
from canopy.render.contract import FILTERS, FUNCTIONS
from canopy.render.interface import Interface
from canopy.render.sandbox import Sandbox
from canopy.render.theme import TEMPLATES, Compiled, Theme
from canopy.render.themed import DEFAULT, _default_sources

GUIDE = Path(__file__).parents[2] / "canopy" / "starter" / "guide"
PAGE = GUIDE / "theme-reference.md"
HEAD = """\
---
title: What templates are given
abstract: Every template, block, value, filter and function of a theme.
tags: [guide, theme]
---

This is for those who write [themes](themes.md). What is listed here stays; more may come.

Every template is given `view`, what the page shows; `frame`, which is `view.frame`; and `here`, the path of
the page’s own address. HTML is in fields whose names end in `html`, and where it is
said; all else is text, and is escaped.
"""
_PLAIN = {"str": "text", "int": "number", "bool": "true or false", "datetime": "date", "None": "nothing"}


def documented(module: Any) -> dict[str, dict[str, str]]:
    """Return what the source of a module says of each field of its classes, by the names of both."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        found[node.name] = {}
        for item, after in zip(node.body, [*node.body[1:], None], strict=True):
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                value = after.value if isinstance(after, ast.Expr) else None
                found[node.name][item.target.id] = str(value.value) if isinstance(value, ast.Constant) else ""
    return found


def kind(annotation: str) -> str:
    """Return a type as people say it: `tuple[Link, ...]` is a list of Link."""
    if several := re.fullmatch(r"tuple\[(.+), \.\.\.\]", annotation):
        return f"list of {kind(several[1])}"
    if pair := re.fullmatch(r"tuple\[(.+)\]", annotation):
        return "pair of " + " and ".join(kind(part) for part in pair[1].split(", "))
    if " | " in annotation:
        return " or ".join(kind(part) for part in annotation.split(" | "))
    return _PLAIN.get(annotation, annotation)


def table(cls: type, said: dict[str, str]) -> list[str]:
    """Return the fields of a class as a table."""
    rows = ["| name | holds | about |", "| --- | --- | --- |"]
    for field in fields(cls):
        meaning = " ".join(said[field.name].split()).replace("|", "\\|")
        rows.append(f"| `{field.name}` | {kind(str(field.type))} | {meaning} |")
    return rows


def blocks(name: str) -> list[str]:
    """Return the blocks of one of the theme's templates, in their order."""
    tree = jinja2.Environment().parse(Theme.default().sources[name])
    return [block.name for block in tree.find_all(nodes.Block)]


def values() -> dict[str, type]:
    """Return the classes that views are made of besides themselves."""
    classes = {
        name: cls
        for module in (views, fragment)
        for name, cls in vars(module).items()
        if isinstance(cls, type) and is_dataclass(cls) and cls not in TEMPLATES
    }
    text = " ".join(str(field.type) for cls in (*TEMPLATES, *classes.values()) for field in fields(cls))
    return {name: cls for name, cls in classes.items() if re.search(rf"\b{name}\b", text)}


def reference() -> str:
    """Return the page."""
    said = documented(views) | documented(fragment)
    lines = [HEAD, "## Templates", ""]
    for cls, name in TEMPLATES.items():
        lines += [f"### `{name}`", "", str(inspect.getdoc(cls)), ""]
        if own := blocks(name):
            lines += ["Blocks: " + ", ".join(f"`{block}`" for block in own) + ".", ""]
        lines += [*table(cls, said[cls.__name__]), ""]
    lines += ["### `base.html`", "", "What is around every page; the others extend it.", ""]
    lines += ["Blocks: " + ", ".join(f"`{block}`" for block in blocks("base.html")) + ".", ""]
    lines += ["## Values", ""]
    for name, cls in sorted(values().items()):
        lines += [f"### {name}", "", str(inspect.getdoc(cls)), "", *table(cls, said[name]), ""]
    for title, named in (("Functions", FUNCTIONS), ("Filters", FILTERS)):
        lines += [f"## {title}", "", "Besides those of Jinja:", "", "| name | gives |", "| --- | --- |"]
        lines += [f"| `{name}` | {meaning} |" for name, meaning in named.items()]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def test_the_reference_is_what_the_code_gives() -> None:
    """Templates, blocks, values, functions and filters: all are there, and none that isn't."""
    if os.environ.get("CANOPY_GOLDEN") == "write":
        PAGE.write_text(reference(), "utf-8")
    assert PAGE.read_text("utf-8") == reference(), "CANOPY_GOLDEN=write writes it anew"


def test_every_filter_and_function_is_told() -> None:
    """What the sandbox has besides Jinja's own is in the tables."""
    environment = Theme.default().environment(Interface.of("en"), Sandbox, _default_sources(), Compiled())
    found = set(environment.filters) - set(DEFAULT_FILTERS)
    assert found == set(FILTERS), "tell in canopy/render/contract.py what it does"
    plain = set(jinja2.Environment().globals)
    found = set(environment.globals) - plain
    assert found == set(FUNCTIONS), "tell in canopy/render/contract.py what it does"


def test_the_manual_s_examples_work() -> None:
    """Each template in the text can be read."""
    text = (GUIDE / "themes.md").read_text("utf-8")
    examples = re.findall(r"```html\n(.*?)```", text, re.DOTALL)
    assert len(examples) >= 2
    for example in examples:
        assert f'"{DEFAULT}' in example
        jinja2.Environment().parse(example)
