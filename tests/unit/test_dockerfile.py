"""What the container image promises, read off the Dockerfile: no engine is needed to hold it to that."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest

from canopy.config import load

HOUSE = Path(__file__).parents[2]


class Instruction(NamedTuple):
    """One instruction: its word in capitals and the rest of it."""

    word: str
    rest: str


def parse(text: str) -> list[list[Instruction]]:
    """Split a Dockerfile into its stages and their instructions."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    instructions = [
        Instruction(word.upper(), rest.strip())
        for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line.strip())
    ]
    starts = [number for number, found in enumerate(instructions) if found.word == "FROM"]
    return [instructions[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]


STAGES = parse((HOUSE / "Dockerfile").read_text(encoding="utf-8"))
IMAGE = STAGES[-1]


def all_of(word: str, stage: list[Instruction] | None = None) -> list[str]:
    """Return the rest of each instruction with this word."""
    return [found.rest for found in (IMAGE if stage is None else stage) if found.word == word]


def environment() -> dict[str, str]:
    """Return the variables that the image sets."""
    return dict(word.split("=", 1) for rest in all_of("ENV") for word in shlex.split(rest))


def test_image_holds_what_the_builder_made_and_nothing_else() -> None:
    """There are two stages, and the last takes only the virtual environment from the first."""
    assert len(STAGES) == 2
    assert STAGES[0][0].rest.endswith(" AS builder")
    assert all_of("COPY") == ["--from=builder /opt/canopy /opt/canopy"]
    assert not any("pip" in rest for rest in all_of("RUN"))


def test_base_images_are_slim_and_the_same() -> None:
    """Both stages have the same slim Python: an environment runs only on the one that made it."""
    bases = {stage[0].rest.split()[0] for stage in STAGES}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.1[1-9]-slim", bases.pop())


def test_dependencies_are_the_locked_ones() -> None:
    """The builder installs what uv.lock says, without development tools, and not editable."""
    runs = all_of("RUN", STAGES[0])
    syncs = [run for run in runs if run.startswith("uv sync")]
    assert all("--frozen" in run and "--no-dev" in run for run in syncs)
    assert "--no-editable" in syncs[-1]


def test_every_copied_file_is_there_and_not_ignored() -> None:
    """What the builder copies exists, and .dockerignore lets it through."""
    allowed = {
        line[1:]
        for line in (HOUSE / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    copied = {word for rest in all_of("COPY", STAGES[0]) for word in rest.split()[:-1]}
    assert copied == allowed
    assert all((HOUSE / name).exists() for name in copied)


def test_runs_as_a_user_without_rights() -> None:
    """The user is a number that is not root, and is the last word on it."""
    (user,) = all_of("USER")
    assert re.fullmatch(r"[1-9]\d{4,}:[1-9]\d{4,}", user)
    uid = user.partition(":")[0]
    assert any(f"--uid {uid} " in run for run in all_of("RUN"))


def test_data_is_the_only_volume_and_belongs_to_the_user() -> None:
    """All that outlives a container is /data, which its user may write."""
    assert all_of("VOLUME") == ["/data"]
    assert environment()["CANOPY_DATA"] == "/data"
    assert any("--owner=canopy" in run and run.endswith(" /data") for run in all_of("RUN"))


def test_root_can_be_read_only() -> None:
    """Nothing is written outside /data: bytecode is made at build, temporary files find the work folder."""
    assert "UV_COMPILE_BYTECODE=1" in all_of("ENV", STAGES[0])[0]
    assert environment()["PYTHONDONTWRITEBYTECODE"] == "1"
    assert all_of("WORKDIR") == ["/data"]
    assert "--home-dir /data" in all_of("RUN")[0]


def test_settings_of_the_image_are_settings() -> None:
    """The variables that begin with CANOPY_ are known, and make it reachable from outside the container."""
    settings = load({}, {name: value for name, value in environment().items() if name.startswith("CANOPY_")})
    assert settings.host == "0.0.0.0"
    assert all_of("EXPOSE") == [str(settings.port)]


@pytest.mark.parametrize(("word", "command"), [("ENTRYPOINT", ["canopy"]), ("CMD", None)])
def test_starts_without_a_shell(word: str, command: list[str] | None) -> None:
    """Canopy is the first process and gets the signals; its arguments are the container's."""
    assert [json.loads(rest) for rest in all_of(word)] == ([command] if command else [])


def test_stops_on_sigterm() -> None:
    """The signal that ends it is the one that lets open requests finish."""
    assert all_of("STOPSIGNAL") == ["SIGTERM"]


def test_health_is_checked_by_canopy_itself() -> None:
    """The health check needs no curl and no shell."""
    (check,) = all_of("HEALTHCHECK")
    assert json.loads(check.partition(" CMD ")[2]) == ["canopy", "health"]
    assert "--start-period=" in check


def test_ssh_remotes_can_be_fetched() -> None:
    """The ssh program is there, and the package lists are not left behind."""
    (run,) = all_of("RUN")
    assert "--no-install-recommends openssh-client" in run
    assert "rm -rf /var/lib/apt/lists/*" in run


def test_no_secret_is_baked_in() -> None:
    """Nothing in the file sets a credential."""
    assert not re.search(
        r"(?i)password|token|secret", " ".join(rest for found in STAGES for _, rest in found)
    )
