"""Settings that are programs: what can be read of them without running them."""

from __future__ import annotations

import pytest

from canopy.content.conventions.literals import read_literals


def read(text: str, **files: str):
    """Return what a file of settings says, among others by name; `_` stands for a dot."""
    known = {"config.ts": text} | {name.replace("_", "."): other for name, other in files.items()}
    return read_literals("config.ts", known.get)


@pytest.mark.parametrize(
    "text",
    [
        "export default {a: 'b'}",
        "module.exports = {a: 'b'};",
        'const config = {"a": "b"};\nmodule.exports = config',
        "const config: Config = {a: `b`,} satisfies Config;\nexport default config;",
        "export default defineConfig({a: 'b'})",
        "export default withMermaid(defineConfig({a: 'b' as const}))",
        "export default async function make() { const x = 1; return {a: 'b'}; }",
        "function make() { if (x) { run() } return ({a: 'b'}) }\nexport default make()",
        "const make = () => ({a: 'b'})\nexport default make()",
        "const make = (): Type => { const x = [1]; return {a: 'b'} }\nexport default make()",
        "// 'it's\n/* {a: 'c'} */ const b = 'b'; export default {a: b}",
        "const rest = {a: 'b'}; export default {...rest}",
        "const a = 'b'\nexport default {a}",
        "const all = {b: 'b'}\nexport default {a: all.b}",
        r"export default {a: '\x62'}",
    ],
)
def test_what_is_exported(text):
    """However settings are exported, what stands there literally is read."""
    assert read(text) == {"a": "b"}


def test_values():
    """Numbers and truths are texts, as they are elsewhere; what is computed is empty, and spoils nothing."""
    text = """export default {
      a: 1.5, b: true, c: null, d: -2, 'e-f': ['g', , 'h',], [i]: 1,
      j: 1 + 2, k: x ? 'y' : 'z', l: `a${b}c`, m() { return {n: 1} }, async o(p) { },
      get q() { return 1 }, r: (s) => { return 't' }, u: /[/'"]x/g, v: new V('w'), w: () => {},
      x: require('./y'), z: path.resolve(__dirname, './z'), 'last': {deep: ['x', {y: 'z'}]},
    }"""
    assert read(text) == {
        "a": "1.5",
        "b": "true",
        "c": "",
        "d": "-2",
        "e-f": ["g", "h"],
        "j": "",
        "k": "",
        "l": "",
        "r": "t",
        "u": "",
        "v": "",
        "w": "",
        "x": "./y",
        "z": "./z",
        "last": {"deep": ["x", {"y": "z"}]},
    }


def test_other_files():
    """Names that come from files beside are followed there, and nowhere else."""
    text = (
        "import nav, {side as bar} from './nav'\nimport x from 'package'\nimport type {T} from './t'\n"
        "const {other} = require('./other')\nimport list from './l.json'\n"
        "export default {nav, bar, other, x, json: list}"
    )
    found = read(
        text,
        nav_ts="export const side = ['s']\nexport default [{text: 'n'}]",
        other_js="const other = 'o'; module.exports = {other}",
        l_json='{"a": [1, "b"]}',
    )
    assert found == {"nav": [{"text": "n"}], "bar": ["s"], "other": "o", "x": "", "json": {"a": ["1", "b"]}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "export default",
        "export default {a: ",
        "export default {a: 'b",
        "{{{",
        "`${`${",
        "const a = a\nexport default a",
        "import a from './config.ts'\nexport default a",
        "export default {" * 500,
        "export default " + "[" * 5000,
    ],
)
def test_what_cannot_be_read(text):
    """Broken settings say nothing, or what can be read of them; they are never fatal."""
    assert isinstance(read(text), dict)


@pytest.mark.parametrize(
    "piece", ["{a:", "(", "`${", "a.", "/*", "/[", "...a,", "x=>", "return ", "const a=", "'\\", "=>{"]
)
def test_settings_made_to_be_slow(piece):
    """The time that is taken grows as the text does: this ends."""
    assert isinstance(read("export default " + piece * (100_000 // len(piece))), dict)
