"""The command line: the only reader of argv and environment; puts the house together and opens it.

canopy [REMOTE] [flags]      serve a repository, or a notepad of its own
canopy preview [FOLDER]      serve a folder's files as they are now, drafts too, live on every save
canopy check [PATH|URL]      print what is wrong with a repository's files, like a compiler
canopy export DIR [REMOTE]   write the whole site as static files, for any web server
canopy health [URL]          ask a running server whether it is alive (for a container's health check)
canopy token add|list|revoke who may push to a notepad of one's own
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import threading
import types
import typing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from canopy import __version__
from canopy.config import CONFIG_VARIABLE, Settings, load, secret_fields
from canopy.errors import CanopyError, ConfigError
from canopy.logs import configure
from canopy.render.forkserver import begin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_COMMON = ("remote", "branch", "root", "base_url", "host", "port", "data", "interval")
# Besides 200: a redirect to HTTPS, and "not this host name", both of which only a living server says.
_ALIVE = frozenset({200, 301, 421})
_HELP = """\
Serve a git repository of notes as a website that follows every push.

  canopy                                    a notepad of its own, to clone and push to
  canopy https://example.org/notes.git      somebody's repository; add #branch to choose one
  canopy preview [FOLDER]                   your files as they are now, drafts too, live on every save
  canopy check [PATH|URL]                   what is wrong with a repository's files
  canopy export DIR [REMOTE]                the whole site as files, for any web server
  canopy health [URL]                       whether a running server answers
  canopy token add NAME [--expires 30d]     a token that may push; also list, revoke NAME
"""
_EXPORT = """\
Write the whole site as static files that any web server can serve, and check every link in them.
Without REMOTE, the folder one is in is exported, with all that is not committed yet.

  canopy export ~/site                                       the notes one is in
  canopy export ~/site ~/notes --base-url https://example.org  for the address that readers use
  canopy export ~/site ~/notes#main                          only what is committed

Files that did not change keep their date; those that are gone are removed. What others put into the
folder stays. Ends with 1 if a page cannot be exported, or if a link that is no author's leads nowhere.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 (it failed), or 2 (wrong settings)."""
    words = list(sys.argv[1:] if argv is None else argv)
    commands: dict[str, Callable[[list[str]], int]] = {
        "serve": _serve,
        "preview": _preview,
        "check": _check,
        "export": _export,
        "health": _health,
        "token": _token,
    }
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


def _preview(words: list[str]) -> int:
    # A preview is for its writer, who may say --no-drafts all the same.
    return _serve(["--drafts", *words], place=".")


def _serve(words: list[str], place: str = "") -> int:
    settings = _settings(_parser("canopy"), words, place)
    _configure_logs(settings)
    # The workers' house is read while we read our own.
    begin()
    from canopy.serving import run  # noqa: PLC0415 (`canopy --help` need not load the whole house)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        code = runner.run(run(settings, _say))
    return _leave(code)


def _leave(code: int) -> int:
    """End the process even if a thread still waits for a remote that stays silent."""
    others = [t for t in threading.enumerate() if not t.daemon and t is not threading.current_thread()]
    for thread in others:
        thread.join(0.5)
    if any(thread.is_alive() for thread in others):
        # The interpreter would wait for it. What it writes is as safe from this as from SIGKILL.
        logging.shutdown()
        os._exit(code)
    return code


def _check(words: list[str]) -> int:
    settings = _settings(_parser("canopy check"), words)
    _configure_logs(settings)
    from canopy.checking import check  # noqa: PLC0415 (as above)

    return check(settings, sys.stdout, sys.stderr)


def _export(words: list[str]) -> int:
    parser = _parser(
        "canopy export", _EXPORT, usage="%(prog)s DIR [REMOTE] [--overwrite] [--setting VALUE …]"
    )
    parser.add_argument("--overwrite", action="store_true", help="write into a folder that is not empty")
    options = parser.parse_args(words)
    overwrite, folder = options.overwrite, Path(options.dir)
    del options.overwrite, options.dir
    settings = _loaded(options, ".")
    _configure_logs(settings)
    from canopy.exporting import export  # noqa: PLC0415 (as above)

    return _leave(export(settings, folder, sys.stdout, sys.stderr, overwrite=overwrite))


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


def _token(words: list[str]) -> int:
    from canopy.tokens import Tokens, expiry, listing  # noqa: PLC0415 (as above)

    options = _token_parser().parse_args(words)
    tokens, now = Tokens(_data_folder(options)), datetime.now(UTC)
    if options.action == "add":
        secret = tokens.add(options.name, expiry(options.expires, now) if options.expires else None)
        _say(secret, to=sys.stdout)
        _say(f"{options.name} may push with this token: keep it, it is shown only now.")
    elif options.action == "revoke":
        tokens.revoke(options.name)
    else:
        _say(*listing(tokens.all(), now), to=sys.stdout)
    return 0


def _token_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="canopy token",
        description="Who may push to a notepad of one's own, or clone a private one. "
        "A running server knows of a change at once.",
        allow_abbrev=False,
    )
    places = argparse.ArgumentParser(add_help=False)
    places.add_argument("--data", metavar="PATH", help="The folder that the server keeps its data in.")
    places.add_argument("--config", metavar="FILE", help="The server's TOML file with settings.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="add|list|revoke")
    add = actions.add_parser(
        "add", parents=[places], help="make a token and print it, alone, on standard output"
    )
    add.add_argument("name", metavar="NAME", help="whose token it is: the log names the pusher so")
    add.add_argument("--expires", metavar="WHEN", help="30d, 12h, or the last day, like 2030-12-31 (UTC)")
    actions.add_parser("list", parents=[places], help="show whose tokens there are; never the tokens")
    revoke = actions.add_parser("revoke", parents=[places], help="make a token worthless")
    revoke.add_argument("name", metavar="NAME")
    return parser


def _data_folder(options: argparse.Namespace) -> Path:
    flags = {"data": options.data} if options.data else {}
    config = options.config or os.environ.get(CONFIG_VARIABLE)
    return load(flags, os.environ, Path(config) if config else None).data


def _own_address() -> str:
    config = os.environ.get(CONFIG_VARIABLE)
    settings = load({}, os.environ, Path(config) if config else None)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 (not bound)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _settings(parser: argparse.ArgumentParser, words: list[str], default: str = "") -> Settings:
    """Read all settings; `default` is the remote where the command line names none."""
    return _loaded(parser.parse_args(words), default)


def _loaded(parsed: argparse.Namespace, default: str) -> Settings:
    options = vars(parsed)
    config = options.pop("config") or os.environ.get(CONFIG_VARIABLE)
    place = options.pop("place")
    flags = {name: value for name, value in options.items() if value is not None}
    if place is not None:
        if "remote" in flags:
            raise ConfigError("--remote: the remote is named twice; once is enough")
        flags["remote"] = place
    elif default:
        flags.setdefault("remote", default)
    from canopy.git import parse_remote  # noqa: PLC0415 (as above)

    rules = {
        "remote": lambda remote: remote and parse_remote(remote),
        "mirror_to": lambda remote: remote and parse_remote(remote),
        "branch": lambda branch: parse_remote("/", branch),
    }
    return load(flags, os.environ, Path(config) if config else None, rules=rules)


def _parser(
    prog: str, description: str = _HELP, usage: str = "%(prog)s [REMOTE] [--setting VALUE …]"
) -> argparse.ArgumentParser:
    """Make a parser with a flag for each setting that is not a secret."""
    parser = argparse.ArgumentParser(
        prog=prog,
        usage=usage,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Each setting is also a variable CANOPY_NAME and a key of the file; secrets are only those.\n"
        "config.example.toml explains all of them.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"canopy {__version__}")
    if description is _EXPORT:
        parser.add_argument(
            "dir", metavar="DIR", help="the folder to write to; one that is new, or an export"
        )
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
    secrets = [
        part.strip()
        for name in secret_fields()
        for value in [getattr(settings, name).get_secret_value()]
        for part in (value, *value.split(","))
    ]
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
