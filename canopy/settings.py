"""The settings: every field is one, typed, with its default and its one line of why.

`canopy.config` reads them from flags, environment, secrets and a file. This module must not know from where;
it knows what a value may look like and says so to a person when it does not.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from canopy.address import site_address

_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, None: 1.0}
_SIZE = re.compile(r"(?P<number>\d{1,18})\s*(?P<unit>[kmg]i?b?|b)?", re.IGNORECASE)
_BYTES = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")


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


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("write a whole number")  # noqa: TRY004 (pydantic wants ValueError)
    return value


def _host(value: str) -> str:
    if not value.strip():
        raise ValueError("write the address to listen on, like 127.0.0.1, or 0.0.0.0 for all")
    return value.strip()


def _base_url(value: str) -> str:
    try:
        return site_address(value) if value.strip() else ""
    except ValueError as exc:
        raise ValueError(
            f"{exc}; write the whole address that readers use, like https://notes.example.org"
        ) from exc


def _language(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise ValueError("write a language like de or pt-BR")
    return value


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
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


def _fingerprint(value: str) -> str:
    if value and not _FINGERPRINT.fullmatch(value):
        raise ValueError("write SHA256: and 43 characters, as ssh-keygen -lf prints them")
    return value


def _path(value: object) -> object:
    if value == "":
        raise ValueError("write a path")
    return value


def _home(value: Path) -> Path:
    try:
        return value.expanduser()
    except RuntimeError as exc:
        raise ValueError("there is no home directory to put in for ~; write the whole path") from exc


def _readable(value: Path) -> Path:
    try:
        with value.open("rb"):
            return value
    except FileNotFoundError as exc:
        raise ValueError(f"there is no file {value}; write the path of one") from exc
    except OSError as exc:
        raise ValueError(f"{value} cannot be read: {exc.strerror}; name a file that Canopy may read") from exc


Count = Annotated[int, BeforeValidator(_number)]
Seconds = Annotated[float, BeforeValidator(_duration), Field(allow_inf_nan=False)]
Bytes = Annotated[int, BeforeValidator(_size)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Folder = Annotated[Path, BeforeValidator(_path), AfterValidator(_home), AfterValidator(Path.absolute)]
File = Annotated[Path, BeforeValidator(_path), AfterValidator(_home), AfterValidator(_readable)]


class Settings(BaseModel):
    """All settings of a server, with their defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True)

    # Its text may hold a password, so `repr` leaves it out.
    remote: str = Field(
        "",
        description="Where the notes come from: URL#branch, a path, or nothing for a notepad of its own.",
        repr=False,
    )
    branch: str = Field("", description="The branch to publish; without one, the remote's default.")
    root: Annotated[str, AfterValidator(_folder)] = Field(
        "", description="The folder of the repository that is the top of the site."
    )
    convention: Literal[
        "auto",
        "canopy",
        "hugo",
        "zola",
        "mkdocs",
        "docusaurus",
        "vitepress",
        "mdbook",
        "hexo",
        "eleventy",
        "jekyll",
        "logseq",
        "obsidian",
        "gitbook",
        "plain",
    ] = Field("auto", description="How the repository is laid out; 'auto' recognises it.")
    drafts: bool = Field(
        False, description="Show drafts and posts of the future too, for their authors' eyes."
    )
    title: str = Field("", description="The site's name; without one, what the repository says.")
    language: Annotated[str, AfterValidator(_language)] = Field(
        "", description="What the site is written in where the repository doesn't say, like 'de'."
    )
    base_url: Annotated[str, AfterValidator(_base_url)] = Field(
        "", description="The address that readers use, also with a path; for feeds and canonical links."
    )

    host: Annotated[str, AfterValidator(_host)] = Field(
        "127.0.0.1", description="The network address to listen on; 0.0.0.0 for all."
    )
    port: Count = Field(8080, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    tls_port: Count = Field(
        0, ge=0, le=65535, description="Also serve HTTPS here; `port` then redirects to it."
    )
    tls_certificate: File | None = Field(None, description="The certificate chain for HTTPS, a PEM file.")
    tls_key: File | None = Field(None, description="The private key for HTTPS, a PEM file.")
    allowed_hosts: Words = Field(
        (), description="Host names to answer to, comma-separated; nothing means any."
    )
    trusted_proxies: Words = Field(
        (), description="Addresses of reverse proxies whose X-Forwarded-For and -Proto are believed."
    )

    data: Folder = Field(
        default_factory=lambda: user_data_path("canopy"),
        description="The folder that keeps repositories between runs.",
    )
    interval: Seconds = Field(60.0, gt=0, description="How often to look at the remote: 60, '5m', '1h'.")
    hook: Annotated[str, AfterValidator(_address)] = Field(
        "/push", description="The path that a forge calls after a push."
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="Only webhooks signed with it count; several, comma-separated, to rotate."
    )
    webhook_secret_file: File | None = Field(
        None, description="A file with the webhook secret, or several, one a line."
    )

    git_path: Annotated[str, AfterValidator(_address)] = Field(
        "/notepad.git", description="The path at which git clones, and pushes to a notepad of its own."
    )
    clone: Literal["auto", "public", "private", "off"] = Field(
        "auto", description="Who may clone: 'auto' is everybody for a notepad of its own, nobody else."
    )
    reject: Literal["never", "errors", "problems"] = Field(
        "never", description="Which findings in the pushed notes refuse a push."
    )
    force: Literal["allow", "refuse"] = Field(
        "refuse", description="Whether a push may replace commits that are published."
    )
    behind_tls: bool = Field(
        False, description="A proxy terminates TLS: tokens are taken over plain HTTP from everywhere."
    )
    # Its text may hold a password, like `remote`.
    mirror_to: str = Field(
        "", description="A backup remote to which a notepad pushes onward what it accepted.", repr=False
    )
    mirror_username: str = Field("", description="For an HTTPS backup.")
    mirror_password: SecretStr = Field(
        SecretStr(""), description="The password or token for an HTTPS backup."
    )
    max_push: Bytes = Field(256 * 1024**2, gt=0, description="The most that one push may transfer.")
    max_readers: Count = Field(10_000, ge=0, description="The most tabs that follow pushes live.")
    max_readers_per_address: Count = Field(
        200, ge=1, description="The most of them from one address; a proxy that is not trusted counts as one."
    )

    forge: Literal["auto", "off", "github", "gitlab", "gitea", "bitbucket", "sourcehut"] = Field(
        "auto", description="What the remote's host runs, for links to edit a page; 'auto' goes by its name."
    )
    websub_hub: Annotated[str, AfterValidator(_base_url)] = Field(
        "", description="A WebSub hub, by its URL, that is told when a push changed feeds."
    )

    history: Literal["full", "none"] = Field(
        "full", description="Where dates and authors come from; with 'none' only front matter has them."
    )
    depth: Count = Field(
        0, ge=0, description="Fetch only so many commits; dates older than that are then not known."
    )

    username: str = Field("", description="For HTTPS remotes; most forges take any name with a token.")
    password: SecretStr = Field(SecretStr(""), description="The password or token for HTTPS remotes.")
    ssh_key: File | None = Field(None, description="The private key file for ssh remotes.")
    ssh_host_key: Annotated[str, AfterValidator(_fingerprint)] = Field(
        "", description="The remote's only accepted host key: SHA256:… as ssh-keygen -lf prints it."
    )
    ssh_known_hosts: File | None = Field(None, description="A known_hosts file; by default the user's own.")

    trust: Literal["sanitised", "trusted"] = Field(
        "sanitised", description="'trusted' lets raw HTML of the notes pass as it is."
    )
    theme: Literal["default", "css", "templates"] = Field(
        "css", description="What of a repository's _theme/ is used: nothing, its style sheet, or all of it."
    )
    mermaid: bool = Field(
        False, description="Draw mermaid code blocks as diagrams, in the reader's browser; nothing leaves it."
    )
    per_page: Count = Field(
        50, ge=5, le=1000, description="Entries on one page of a list; the first may have twice as many."
    )
    workers: Count = Field(0, ge=0, le=64, description="Rendering processes; 0 is one a core, at most four.")
    render_timeout: Seconds = Field(5.0, gt=0, description="A page that renders longer is shown as source.")
    render_memory: Bytes = Field(
        1024**3, ge=256 * 1024**2, description="What a rendering process may use at most."
    )
    cache: Bytes = Field(512 * 1024**2, ge=0, description="What rendered pages may use of memory, about.")
    shared_max_age: Seconds = Field(
        0.0, ge=0, description="How long a CDN may serve a page without asking; a push shows that much later."
    )

    max_pack: Bytes = Field(1024**3, gt=0, description="The most that one fetch may transfer.")
    max_inflated: Bytes = Field(4 * 1024**3, gt=0, description="The most that one fetch may unpack to.")
    max_file: Bytes = Field(64 * 1024**2, gt=0, description="Larger files of the repository are left out.")
    max_objects: Count = Field(2_000_000, gt=0, description="The most git objects of one fetch.")
    max_files: Count = Field(200_000, gt=0, description="The most files of a commit.")
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
