"""The settings: typed, documented once, read from flags, environment, secrets and a TOML file.

Every field below is a setting: a key of the TOML file, a variable with `CANOPY_` before its name, and,
unless it is a secret, a flag. Flags win over the environment, that over `/run/secrets`, that over the file.
A setting that is wrong or misspelt is reported with its place and its cure, all of them at once.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, NoDecode, SettingsConfigDict

from canopy.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails
    from pydantic_settings import PydanticBaseSettingsSource

PREFIX = "CANOPY_"
SECRETS = Path("/run/secrets")
CONFIG_VARIABLE = "CANOPY_CONFIG"
"""Names the TOML file, as `--config` does; not a setting itself."""

_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, None: 1.0}
_SIZE = re.compile(r"(?P<number>\d+)\s*(?P<unit>[kmg]i?b?|b)?", re.IGNORECASE)
_BYTES = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def _duration(value: object) -> float:
    if isinstance(value, str) and (match := _DURATION.fullmatch(value.strip())):
        return float(match["number"]) * _SECONDS[match["unit"]]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueError("write a time like 30, '30s', '5m' or '1h'")


def _size(value: object) -> int:
    if isinstance(value, str) and (match := _SIZE.fullmatch(value.strip())):
        return int(match["number"]) * _BYTES[(match["unit"] or "b")[0].lower()]
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("write a size in bytes, or like '64MB'")


def _base_url(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
        raise ValueError("write the whole address that readers use, like https://notes.example.org")
    return value.rstrip("/")


def _address(value: str) -> str:
    if not re.fullmatch(r"/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-]", value) or value.startswith("/-/"):
        raise ValueError("write a path like /push; those below /-/ are taken")
    return value


def _folder(value: str) -> str:
    parts = value.strip("/").split("/")
    if any(part in (".", "..") for part in parts):
        raise ValueError("write a folder of the repository like docs, without . or ..")
    return "/".join(part for part in parts if part)


def _words(value: object) -> object:
    return (
        tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value
    )


Seconds = Annotated[float, BeforeValidator(_duration)]
Bytes = Annotated[int, BeforeValidator(_size)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]


class Settings(BaseSettings):
    """All settings of a server, with their defaults."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True
    )

    remote: str = Field(
        "", description="Where the notes come from: URL#branch, a path, or nothing for a notepad of its own."
    )
    branch: str = Field("", description="The branch to publish; without one, the remote's default.")
    root: Annotated[str, AfterValidator(_folder)] = Field(
        "", description="The folder of the repository that is the top of the site."
    )
    title: str = Field("", description="The site's name; without one, what the repository says.")
    base_url: Annotated[str, AfterValidator(_base_url)] = Field(
        "", description="The address that readers use, also with a path; for feeds and canonical links."
    )

    host: str = Field("127.0.0.1", description="The network address to listen on; 0.0.0.0 for all.")
    port: int = Field(8080, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    tls_port: int = Field(
        0, ge=0, le=65535, description="Also serve HTTPS here; `port` then redirects to it."
    )
    tls_certificate: Path | None = Field(None, description="The certificate chain for HTTPS, a PEM file.")
    tls_key: Path | None = Field(None, description="The private key for HTTPS, a PEM file.")
    allowed_hosts: Words = Field(
        (), description="Host names to answer to, comma-separated; nothing means any."
    )
    trusted_proxies: Words = Field(
        (), description="Addresses of reverse proxies whose X-Forwarded-For and -Proto are believed."
    )

    data: Path = Field(
        default_factory=lambda: user_data_path("canopy"),
        description="The folder that keeps repositories between runs.",
    )
    interval: Seconds = Field(60.0, gt=0, description="How often to look at the remote: 60, '5m', '1h'.")
    hook: Annotated[str, AfterValidator(_address)] = Field(
        "/push", description="The path that a forge calls after a push."
    )
    history: Literal["full", "none"] = Field(
        "full", description="Where dates and authors come from; with 'none' only front matter has them."
    )
    depth: int = Field(
        0, ge=0, description="Fetch only so many commits; dates older than that are then not known."
    )

    username: str = Field("", description="For HTTPS remotes; most forges take any name with a token.")
    password: SecretStr = Field(SecretStr(""), description="The password or token for HTTPS remotes.")
    ssh_key: Path | None = Field(None, description="The private key file for ssh remotes.")
    ssh_host_key: str = Field(
        "", description="The remote's only accepted host key: SHA256:… as ssh-keygen -lf prints it."
    )
    ssh_known_hosts: Path | None = Field(None, description="A known_hosts file; by default the user's own.")

    trust: Literal["sanitised", "trusted"] = Field(
        "sanitised", description="'trusted' lets raw HTML of the notes pass as it is."
    )
    workers: int = Field(0, ge=0, le=64, description="Rendering processes; 0 is one a core, at most four.")
    render_timeout: Seconds = Field(5.0, gt=0, description="A page that renders longer is shown as source.")
    render_memory: Bytes = Field(
        1024**3, ge=256 * 1024**2, description="What a rendering process may use at most."
    )
    cache: Bytes = Field(512 * 1024**2, description="What rendered pages may use of memory, about.")
    shared_max_age: Seconds = Field(
        0.0, ge=0, description="How long a CDN may serve a page without asking; a push shows that much later."
    )

    max_pack: Bytes = Field(1024**3, gt=0, description="The most that one fetch may transfer.")
    max_inflated: Bytes = Field(4 * 1024**3, gt=0, description="The most that one fetch may unpack to.")
    max_file: Bytes = Field(64 * 1024**2, gt=0, description="Larger files of the repository are left out.")
    max_objects: int = Field(2_000_000, gt=0, description="The most git objects of one fetch.")
    max_files: int = Field(200_000, gt=0, description="The most files of a commit.")
    fetch_timeout: Seconds = Field(600.0, gt=0, description="The longest that one fetch may take.")

    status_token: SecretStr = Field(
        SecretStr(""), description="Opens /-/status and /-/metrics to others than this machine (Bearer)."
    )
    shutdown_grace: Seconds = Field(
        5.0, ge=0, description="How long open requests may take to end after SIGTERM."
    )
    log_format: Literal["auto", "text", "json"] = Field(
        "auto", description="'auto' is text on a terminal and JSON elsewhere."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least to log.")
    access_log: bool = Field(False, description="One log line for each request.")


def secret_fields() -> frozenset[str]:
    """Return the names of the settings that are never flags and never printed."""
    return frozenset(name for name, field in Settings.model_fields.items() if field.annotation is SecretStr)


def load(flags: Mapping[str, object], environ: Mapping[str, str], config: Path | None = None) -> Settings:
    """Read the settings from all their places.

    `config` is the TOML file, if one was named. Raises `ConfigError` whose message has one line for each
    wrong setting.
    """
    text, table = _read_toml(config)
    complaints = _misspelt_variables(environ)

    class Sourced(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic-settings passes it by name)
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            file = InitSettingsSource(settings_cls, init_kwargs=dict(table))
            return init_settings, env_settings, file_secret_settings, file

    try:
        settings = Sourced(**{"_secrets_dir": SECRETS if SECRETS.is_dir() else None, **flags})  # type: ignore[arg-type]
    except ValidationError as exc:
        for error in exc.errors(include_input=False, include_url=False):
            complaints.append(_complaint(error, flags, environ, config, text))
        raise ConfigError("\n".join(complaints)) from exc
    complaints += _contradictions(settings)
    if complaints:
        raise ConfigError("\n".join(complaints))
    return settings


def _read_toml(config: Path | None) -> tuple[str, dict[str, Any]]:
    if config is None:
        return "", {}
    try:
        text = config.read_text(encoding="utf-8-sig")
        return text, tomllib.loads(text)
    except FileNotFoundError as exc:
        raise ConfigError(f"{config}: there is no such file; name the settings file that you have") from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{config}: cannot be read: {exc}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"{config}: is not TOML: {exc}") from exc


def _misspelt_variables(environ: Mapping[str, str]) -> list[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {CONFIG_VARIABLE}
    return [
        f"{name}: no setting has this name{_suggestion(name, known)}"
        for name in sorted(environ)
        if name.upper().startswith(PREFIX) and name.upper() not in known
    ]


def _suggestion(name: str, known: set[str] | frozenset[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else "; see config.example.toml for all of them"


def _complaint(
    error: ErrorDetails,
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    config: Path | None,
    text: str,
) -> str:
    name = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        reason = f"no setting has this name{_suggestion(name, frozenset(Settings.model_fields))}"
    else:
        reason = error["msg"].removeprefix("Value error, ")
    return f"{_place(name, flags, environ, config, text)}: {reason}"


def _place(
    name: str, flags: Mapping[str, object], environ: Mapping[str, str], config: Path | None, text: str
) -> str:
    """Say where the value of a setting came from, in the order of precedence."""
    if name in flags:
        return "--" + name.replace("_", "-")
    variable = PREFIX + name.upper()
    if name in Settings.model_fields and any(key.upper() == variable for key in environ):
        return variable
    if (SECRETS / variable.lower()).is_file():
        return str(SECRETS / variable.lower())
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[*\s*['\"]?{re.escape(name)}['\"]?\s*[=\].]", line):
            return f"{config}:{number}: {name}"
    return name


def _contradictions(settings: Settings) -> list[str]:
    found = []
    if settings.tls_port and not (settings.tls_certificate and settings.tls_key):
        found.append("tls_port: HTTPS needs tls_certificate and tls_key as well")
    if settings.tls_port and settings.tls_port == settings.port:
        found.append("tls_port: is the same as port; plain HTTP needs a port of its own to redirect from")
    for name in ("tls_certificate", "tls_key", "ssh_key", "ssh_known_hosts"):
        path = getattr(settings, name)
        if path is not None and not os.access(path, os.R_OK):
            found.append(f"{name}: cannot read the file {path}")
    return found
