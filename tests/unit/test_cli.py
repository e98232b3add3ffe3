"""The command line: flags for the settings, exit codes, and what `canopy health` calls alive."""

from __future__ import annotations

import http.server
import os
import re
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from canopy import __version__
from canopy.cli import main
from canopy.config import Settings, secret_fields

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away variables that would be settings, or that only the tests know."""
    for name in list(os.environ):
        if name.startswith("CANOPY_"):
            monkeypatch.delenv(name)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Run a command and return its exit code and all that it printed."""
    try:
        code = main(words)
    except SystemExit as exc:
        code = exc.code if isinstance(exc.code, int) else 1
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is the package's."""
    assert said(capsys, "--version") == (0, f"canopy {__version__}\n")


def test_every_setting_but_the_secrets_is_a_flag(capsys: pytest.CaptureFixture[str]) -> None:
    """What can be set can be set by a flag, except what `ps` would show to everybody."""
    code, text = said(capsys, "--help")
    assert code == 0
    for name in Settings.model_fields:
        flag = re.search(rf"--{name.replace('_', '-')}(?![a-z-])", text)
        assert (flag is not None) == (name not in secret_fields()), name


@pytest.mark.parametrize("command", [[], ["serve"], ["check"]])
def test_wrong_settings_exit_with_2(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    """Every command tells all wrong settings, one a line, and exits with 2."""
    code, text = said(capsys, *command, "htps://x", "--port", "x", "--branch=-x")
    assert code == 2
    lines = text.splitlines()
    assert len(lines) == 3
    assert lines[0] == "canopy: --port: write a whole number"
    assert lines[1].startswith("canopy: --remote: no remote is reached by htps://")
    assert lines[2].startswith("canopy: --branch: the remote's branch must not begin with a dash")


def test_wrong_variable_exits_with_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt variable is told before anything begins."""
    monkeypatch.setenv("CANOPY_REMOT", "x")
    assert said(capsys) == (
        2,
        "canopy: CANOPY_REMOT: no setting has this name; did you mean CANOPY_REMOTE?\n",
    )


def test_file_that_a_variable_names(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CANOPY_CONFIG names the file as --config does, and the flag wins."""
    monkeypatch.setenv("CANOPY_CONFIG", "/no/variable.toml")
    assert "canopy: /no/variable.toml: there is no such file" in said(capsys)[1]
    assert "canopy: /no/flag.toml: there is no such file" in said(capsys, "--config", "/no/flag.toml")[1]


def test_remote_that_is_named_twice(capsys: pytest.CaptureFixture[str]) -> None:
    """Two remotes are a mistake, not a choice."""
    code, text = said(capsys, "/a", "--remote", "/b")
    assert code == 2
    assert "--remote: the remote is named twice" in text


def test_misspelt_flag(capsys: pytest.CaptureFixture[str]) -> None:
    """A flag that does not exist exits with 2 and a short usage."""
    code, text = said(capsys, "--prot", "80")
    assert code == 2
    assert "unrecognized arguments: --prot" in text
    assert len(text.splitlines()) == 2


class _Answers(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def server() -> Iterator[tuple[int, type[_Answers]]]:
    """Answer every request with a status that the test chooses; yields port and handler."""
    handler = type("Handler", (_Answers,), {})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running.server_port, handler
        running.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (301, 0), (421, 0), (404, 1), (500, 1), (503, 1)])
def test_health_is_an_answer_that_only_canopy_gives(
    server: tuple[int, type[_Answers]], status: int, code: int
) -> None:
    """Alive is 200, a redirect to HTTPS, or "not this host name"; all else is not."""
    port, handler = server
    handler.status = status
    assert main(["health", f"http://127.0.0.1:{port}"]) == code


def test_health_asks_where_the_settings_say(
    server: tuple[int, type[_Answers]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container the variables say where to ask; all addresses are asked at loopback."""
    monkeypatch.setenv("CANOPY_PORT", str(server[0]))
    monkeypatch.setenv("CANOPY_HOST", "0.0.0.0")
    assert main(["health"]) == 0


def test_health_without_a_server(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody there is a failure with a reason, not a traceback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        code, text = said(capsys, "health", f"http://me:canary@127.0.0.1:{free.getsockname()[1]}")
    assert code == 1
    assert text.startswith("canopy: no answer from 127.0.0.1:")
    assert "canary" not in text
