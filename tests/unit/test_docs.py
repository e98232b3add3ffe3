"""That the documents say what the code does: the example of settings, the README's table, its commands."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from canopy.config import Settings, load, secret_fields

HOUSE = Path(__file__).parents[2]
EXAMPLE = HOUSE / "config.example.toml"
README = HOUSE / "README.md"
WITHOUT_DEFAULT = {name for name, field in Settings.model_fields.items() if field.default is None}
_SETTING = re.compile(r"# (?P<name>[a-z_]+) = (?P<value>.+)")
_ROW = re.compile(r"\| `(?P<name>[a-z_]+)` \| (?P<default>[^|]*) \| (?P<meaning>[^|]+) \|")


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the usual place of data, not one that the machine's owner chose."""
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)


def shown() -> dict[str, tuple[int, str]]:
    """Return the line number and the value of each setting that the example shows."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    matches = ((number, _SETTING.fullmatch(line)) for number, line in enumerate(lines, 1))
    return {match["name"]: (number, match["value"]) for number, match in matches if match}


def test_example_names_every_setting_once_in_order() -> None:
    """The example names every setting, none that does not exist, in the order of the code."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert [match["name"] for line in lines if (match := _SETTING.fullmatch(line))] == list(
        Settings.model_fields
    )


def test_example_gives_a_line_of_why_before_each_setting() -> None:
    """The line above each setting is a sentence of its own."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for name, (number, _) in shown().items():
        why = lines[number - 2]
        assert re.fullmatch(r"# [A-Z\"0-9].{15,130}\.", why), (name, why)
        assert not lines[number - 3].strip(), f"{name} has more than one line of why"


def test_example_sets_nothing() -> None:
    """As it is, the example changes no default."""
    assert load({}, {}, EXAMPLE) == load({}, {})


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_example_shows_the_real_default(name: str) -> None:
    """Each default that the example shows is the one in force; what has none says so."""
    number, written = shown()[name]
    if name in WITHOUT_DEFAULT:
        assert "Not set by default" in EXAMPLE.read_text(encoding="utf-8").splitlines()[number - 2]
        return
    value = tomllib.loads(f"x = {written}")["x"]
    assert getattr(load({name: value}, {}), name) == getattr(Settings(), name)


def test_example_loads_uncommented(tmp_path: Path) -> None:
    """With every line in force, but for files that are not there, the example is a valid file."""
    text = "\n".join(f"{name} = {value}" for name, (_, value) in shown().items())
    for name in WITHOUT_DEFAULT:
        file = tmp_path / name
        file.write_text("something")
        text = re.sub(rf"(?m)^{name} = .*$", f"{name} = '{file}'", text)
    uncommented = tmp_path / "canopy.toml"
    # A certificate is of use only with a port.
    uncommented.write_text(text.replace("tls_port = 0", "tls_port = 8443"), encoding="utf-8")
    assert load({}, {}, uncommented).tls_port == 8443


def rows() -> dict[str, tuple[str, str]]:
    """Return default and meaning of each setting in the README's table."""
    text = README.read_text(encoding="utf-8")
    return {row["name"]: (row["default"].strip(), row["meaning"].strip()) for row in _ROW.finditer(text)}


def test_readme_lists_every_setting() -> None:
    """The README's table has a row for each setting, in the order of the code, and no other."""
    assert list(rows()) == list(Settings.model_fields)


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_readme_tells_default_and_meaning(name: str) -> None:
    """A row of the README gives the real default and the description that `--help` gives."""
    default, meaning = rows()[name]
    assert meaning == Settings.model_fields[name].description
    if name in WITHOUT_DEFAULT or name in secret_fields():
        assert default == ""
        return
    value = tomllib.loads(f"x = {default.strip('`')}")["x"] if default else ""
    assert getattr(load({name: value}, {}), name) == getattr(Settings(), name)


def test_readme_links_lead_somewhere() -> None:
    """Each file that the README or CONTRIBUTING links to is there."""
    for document in (README, HOUSE / "CONTRIBUTING.md", HOUSE / "CHANGELOG.md"):
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", document.read_text("utf-8")):
            assert (HOUSE / target).exists(), f"{document.name} links to {target}"


def test_readme_anchors_lead_somewhere() -> None:
    """Each link within the README has its heading."""
    text = README.read_text(encoding="utf-8")
    headings = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```", "", text))
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


def test_no_document_names_a_private_place() -> None:
    """The lock file and the documents name the public registry and no machine's own places."""
    lock = (HOUSE / "uv.lock").read_text(encoding="utf-8")
    assert set(re.findall(r'registry = "([^"]+)"', lock)) == {"https://pypi.org/simple"}
    assert set(re.findall(r'url = "(https?://[^/"]+)', lock)) == {"https://files.pythonhosted.org"}
    assert "file://" not in lock
