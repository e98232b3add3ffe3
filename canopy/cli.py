"""The command line: the only reader of argv and environment; puts the house together and opens it.

canopy [REMOTE] [flags]      serve a repository, or a notepad of its own
canopy check [PATH|URL]      print what is wrong with a repository's files, like a compiler
canopy health [URL]          ask a running server whether it is alive (for a container's health check)
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import types
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from canopy import __version__
from canopy.config import CONFIG_VARIABLE, Settings, load, secret_fields
from canopy.errors import CanopyError, ConfigError
from canopy.logs import configure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_COMMON = ("remote", "branch", "root", "base_url", "host", "port", "data", "interval")
# Besides 200: a redirect to HTTPS, and "not this host name", both of which only a living server says.
_ALIVE = frozenset({200, 301, 421})
_HELP = """\
Serve a git repository of notes as a website that follows every push.

  canopy                                    a notepad of its own, to clone and push to
  canopy https://example.org/notes.git      somebody's repository; add #branch to choose one
  canopy check [PATH|URL]                   what is wrong with a repository's files
  canopy health [URL]                       whether a running server answers
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 (it failed), or 2 (wrong settings)."""
    words = list(sys.argv[1:] if argv is None else argv)
    commands: dict[str, Callable[[list[str]], int]] = {"serve": _serve, "check": _check, "health": _health}
    try:
        if words and words[0] in commands:
            return commands[words[0]](words[1:])
        return _serve(words)
    except ConfigError as exc:
        _say(*(f"canopy: {line}" for line in str(exc).splitlines()))
        return 2
    except CanopyError as exc:
        _say(f"canopy: {exc}")
        return 1
    except KeyboardInterrupt:
        return 130


def _serve(words: list[str]) -> int:
    settings = _settings(_parser("canopy"), words)
    _configure_logs(settings)
    from canopy.serving import run  # noqa: PLC0415 (`canopy --help` need not load the whole house)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(run(settings, _say))


def _check(words: list[str]) -> int:
    settings = _settings(_parser("canopy check"), words)
    _configure_logs(settings)
    from canopy.checking import check  # noqa: PLC0415 (as above)

    return check(settings, sys.stdout, sys.stderr)


def _health(words: list[str]) -> int:
    import http.client  # noqa: PLC0415 (only this command needs a client)
    from urllib.parse import urlsplit  # noqa: PLC0415

    parser = argparse.ArgumentParser(
        prog="canopy health", description="Ask a running server whether it is alive."
    )
    parser.add_argument("url", nargs="?", help="its address; without one, where the settings say it listens")
    parts = urlsplit(parser.parse_args(words).url or _own_address())
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "127.0.0.1", parts.port, timeout=5)
    try:
        connection.request("GET", "/-/live")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as exc:
        raise CanopyError(f"no answer from {parts.netloc.rpartition('@')[2]}: {exc}") from exc
    finally:
        connection.close()
    return 0 if status in _ALIVE else 1


def _own_address() -> str:
    config = os.environ.get(CONFIG_VARIABLE)
    settings = load({}, os.environ, Path(config) if config else None)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 (not bound)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _settings(parser: argparse.ArgumentParser, words: list[str]) -> Settings:
    options = vars(parser.parse_args(words))
    config = options.pop("config") or os.environ.get(CONFIG_VARIABLE)
    place = options.pop("place")
    flags = {name: value for name, value in options.items() if value is not None}
    if place is not None:
        if "remote" in flags:
            raise ConfigError("--remote: the remote is named twice; once is enough")
        flags["remote"] = place
    from canopy.git import parse_remote  # noqa: PLC0415 (as above)

    rules = {
        "remote": lambda remote: remote and parse_remote(remote),
        "branch": lambda branch: parse_remote("/", branch),
    }
    return load(flags, os.environ, Path(config) if config else None, rules=rules)


def _parser(prog: str) -> argparse.ArgumentParser:
    """Make a parser with a flag for each setting that is not a secret."""
    parser = argparse.ArgumentParser(
        prog=prog,
        usage="%(prog)s [REMOTE] [--setting VALUE …]",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Each setting is also a variable CANOPY_NAME and a key of the file; secrets are only those.\n"
        "config.example.toml explains all of them.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"canopy {__version__}")
    parser.add_argument("place", nargs="?", metavar="REMOTE", help="the same as --remote")
    parser.add_argument("--config", metavar="FILE", help="A TOML file with settings.")
    common = parser.add_argument_group("settings")
    others = parser.add_argument_group("more settings")
    hidden = secret_fields()
    for name, field in Settings.model_fields.items():
        if name in hidden:
            continue
        group = common if name in _COMMON else others
        default = "" if field.default in (None, "", ()) or field.default_factory else f" [{field.default}]"
        text = ((field.description or "") + default).replace("%", "%%")
        flag = "--" + name.replace("_", "-")
        if field.annotation is bool:
            group.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=text)
        else:
            group.add_argument(flag, metavar=_metavar(field.annotation), help=text)
    return parser


def _metavar(annotation: Any) -> str:  # noqa: ANN401 (whatever a field is annotated with)
    if typing.get_origin(annotation) is typing.Literal:
        return "|".join(typing.get_args(annotation))
    if typing.get_origin(annotation) is types.UnionType:
        annotation = typing.get_args(annotation)[0]
    if typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    names = {int: "N", float: "TIME", Path: "PATH"}
    return names.get(annotation, "TEXT")


def _configure_logs(settings: Settings) -> None:
    json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    secrets = [getattr(settings, name).get_secret_value() for name in secret_fields()]
    configure(json=json, level=settings.log_level, secrets=secrets)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 (not on every platform)
    except ImportError:
        return None
    return uvloop.new_event_loop


def _say(*lines: str, to: TextIO | None = None) -> None:
    for line in lines:
        print(line, file=to or sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
