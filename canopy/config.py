"""Reading the settings: flags over environment over `/run/secrets` over a TOML file over the defaults.

Every field of `Settings` is a key of the TOML file, a variable with `CANOPY_` before its name and, unless it
is a secret, a flag. What is wrong or misspelt is reported with its place and its cure, all of it at once; no
report repeats a value that might be a secret.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from canopy.errors import ConfigError
from canopy.settings import Settings, secret_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic_core import ErrorDetails

__all__ = ["CONFIG_VARIABLE", "PREFIX", "SECRETS", "Settings", "load", "secret_fields", "webhook_secrets"]

PREFIX = "CANOPY_"
SECRETS = Path("/run/secrets")
CONFIG_VARIABLE = "CANOPY_CONFIG"
"""Names the TOML file, as `--config` does; not a setting itself."""

# Kubernetes puts the addresses of a service named "canopy" into the environment of its neighbours.
_SERVICE_LINK = re.compile(r"CANOPY_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_\w+)")

_CURES = {
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "finite_number": "write a time that ends",
    "int_from_float": "write a whole number",
    "int_parsing": "write a whole number",
    "int_parsing_size": "write a smaller number",
    "int_type": "write a whole number",
    "path_type": "write a path, in quotes",
    "string_type": "write it as text, in quotes",
    "tuple_type": "write a list like ['one', 'two'], or words with commas between them",
}
"""What to do about pydantic's complaints, by their type."""

Layer = dict[str, tuple[object, str]]
"""What one place sets: by name, the value and how a person finds it."""


def load(
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    config: Path | None = None,
    *,
    rules: Mapping[str, Callable[[Any], object]] = MappingProxyType({}),
    secrets: Path = SECRETS,
) -> Settings:
    """Read the settings from all their places.

    `config` is the TOML file, if one was named. `rules` are what other rooms know of a setting's form: each
    is called with a value that was set and raises `ConfigError` or ValueError. Raises `ConfigError` whose
    message has one line for each wrong setting.
    """
    complaints: list[str] = []
    layers = (
        _read_file(config, complaints),
        _read_secrets(secrets, complaints),
        _read_variables(environ, complaints),
        {name: (value, "--" + name.replace("_", "-")) for name, value in flags.items()},
    )
    values: dict[str, object] = {}
    places: dict[str, str] = {}
    for layer in layers:
        for name, (value, place) in layer.items():
            values[name], places[name] = value, place
    settings, wrong = _validate(values)
    for name, reason in _broken_rules(settings, rules):
        if name in values:
            wrong.setdefault(name, reason)
    for name, reason in _contradictions(settings, frozenset(wrong)):
        wrong.setdefault(name, reason)
    complaints += [f"{places.get(name, name)}: {reason}" for name, reason in wrong.items()]
    if complaints:
        raise ConfigError("\n".join(complaints))
    return settings


def webhook_secrets(settings: Settings) -> tuple[str, ...]:
    """Return the secrets of which one must have signed a webhook: of the setting and of the file.

    Raises `ConfigError` where one was meant and none is there: that hook must not be open to everybody.
    """
    text, file = settings.webhook_secret.get_secret_value(), settings.webhook_secret_file
    found = text.split(",")
    if file is not None:
        try:
            found += file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigError(f"{file} cannot be read as text; write one secret a line") from exc
    secrets = tuple(secret.strip() for secret in found if secret.strip())
    if not secrets and (text or file is not None):
        raise ConfigError("holds no secret; write one there, or remove the setting")
    return secrets


def _read_file(config: Path | None, complaints: list[str]) -> Layer:
    if config is None:
        return {}
    try:
        text = config.read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except FileNotFoundError:
        complaints.append(f"{config}: there is no such file; name the settings file that you have")
    except OSError as exc:
        complaints.append(f"{config}: cannot be read: {exc.strerror}; let the user that runs Canopy read it")
    except UnicodeDecodeError:
        complaints.append(f"{config}: is not UTF-8; save it as that")
    except tomllib.TOMLDecodeError as exc:
        complaints.append(f"{config}: is not TOML: {exc}; text needs quotes, as in config.example.toml")
    else:
        return {name: (value, f"{config}:{_line(text, name)}{name}") for name, value in table.items()}
    return {}


def _line(text: str, name: str) -> str:
    """Return the number of the line that sets `name`, and a colon; tomllib does not tell."""
    key = re.compile(rf"\s*\[*\s*['\"]?{re.escape(name)}['\"]?\s*[=\].]")
    return next((f"{number}: " for number, line in enumerate(text.splitlines(), 1) if key.match(line)), " ")


def _read_secrets(folder: Path, complaints: list[str]) -> Layer:
    """Read `canopy_password` and the like, as Docker and Kubernetes mount them."""
    layer: Layer = {}
    if not os.access(folder, os.X_OK):
        return layer  # other software's secrets, or none at all
    for name in Settings.model_fields:
        path = folder / (PREFIX + name).lower()
        try:
            if path.is_file():
                layer[name] = path.read_text(encoding="utf-8").strip(), str(path)
        except (OSError, UnicodeDecodeError):
            complaints.append(f"{path}: cannot be read; let the user that runs Canopy read it, as UTF-8")
    return layer


def _read_variables(environ: Mapping[str, str], complaints: list[str]) -> Layer:
    known = {PREFIX + name.upper(): name for name in Settings.model_fields}
    layer: Layer = {}
    for variable, value in sorted(environ.items()):
        # An empty variable is one that is not set: compose files write `CANOPY_TITLE: ${TITLE:-}`.
        if not variable.upper().startswith(PREFIX) or not value or _is_service_link(variable, value):
            continue
        if variable in known:
            layer[known[variable]] = value, variable
        elif variable != CONFIG_VARIABLE:
            complaints.append(
                f"{variable}: no setting has this name{_suggestion(variable.upper(), frozenset(known))}"
            )
    return layer


def _is_service_link(variable: str, value: str) -> bool:
    foreign_port = variable == "CANOPY_PORT" and value.startswith(("tcp://", "udp://"))
    return foreign_port or bool(_SERVICE_LINK.fullmatch(variable))


def _suggestion(name: str, known: frozenset[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else "; see config.example.toml for all of them"


def _validate(values: Mapping[str, object]) -> tuple[Settings, dict[str, str]]:
    """Return the settings and, by name, what is wrong with those that have their default instead."""
    try:
        return Settings.model_validate(values), {}
    except ValidationError as exc:
        wrong: dict[str, str] = {}
        for error in exc.errors(include_input=False, include_url=False):
            wrong.setdefault(str(error["loc"][0]), _cure(error))
    return Settings.model_validate({name: values[name] for name in values if name not in wrong}), wrong


def _cure(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        known = frozenset(Settings.model_fields)
        return f"no setting has this name{_suggestion(str(error['loc'][0]).lower(), known)}"
    if kind == "literal_error":
        return f"write {context['expected']}"
    return _CURES.get(kind) or error["msg"].removeprefix("Value error, ").replace("Input should", "must")


def _broken_rules(settings: Settings, rules: Mapping[str, Callable[[Any], object]]) -> list[tuple[str, str]]:
    found = []
    for name, rule in rules.items():
        try:
            rule(getattr(settings, name))
        except (ConfigError, ValueError) as exc:
            found.append((name, str(exc)))
    return found


def _contradictions(settings: Settings, wrong: frozenset[str]) -> list[tuple[str, str]]:
    """Compare settings with each other; `wrong` ones have been complained about and are left alone."""
    found = []
    if not wrong & {"tls_port", "tls_certificate", "tls_key"}:
        files = (settings.tls_certificate, settings.tls_key)
        if settings.tls_port and not all(files):
            found.append(("tls_port", "HTTPS needs tls_certificate and tls_key as well"))
        if not settings.tls_port and any(files):
            name = "tls_certificate" if settings.tls_certificate else "tls_key"
            found.append((name, "is of no use without tls_port; set that as well"))
    if not wrong & {"webhook_secret", "webhook_secret_file"}:
        try:
            webhook_secrets(settings)
        except ConfigError as exc:
            found.append(
                ("webhook_secret_file" if settings.webhook_secret_file else "webhook_secret", str(exc))
            )
    if settings.mirror_to and settings.remote:
        found.append(("mirror_to", "is for a notepad of its own; what follows a remote has its backup there"))
    if settings.tls_port and settings.tls_port == settings.port:
        found.append(("tls_port", "is the same as port; plain HTTP needs a port of its own to redirect from"))
    return found
