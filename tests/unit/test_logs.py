"""Logs: one harmless line an event, and never a secret."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
import structlog

from canopy.logs import configure

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = ['quo"te\\slash', "plain-secret", "ünïcode-secret"]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_never_logged(as_json: bool, secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No secret is in any line: as an event, a value, an exception, of a library, or as JSON spells it."""
    configure(json=as_json, level="info", secrets=SECRETS)
    structlog.get_logger("canopy").info(
        f"it is {secret}", value=secret, remote=f"https://me:{secret}@a.example/x"
    )
    logging.getLogger("library").warning("it is %s", secret)
    try:
        raise ValueError(secret)
    except ValueError:
        structlog.get_logger("canopy").exception("failed")
    shown = capsys.readouterr().err
    assert "[hidden]" in shown
    for form in (secret, json.dumps(secret)[1:-1], "me:"):
        assert form not in shown


def test_a_stranger_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A text line has no control characters of a value, and stays one line."""
    configure(json=False, level="info")
    structlog.get_logger("canopy").info("request", path="/x\x1b[31mred", other="a\nb\x9bc", agent="\u202eabc")
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert shown.rstrip("\n").isprintable()
