"""What a file's path says about it: whether it is shown, as what, and under which name.

Pure text; the media types are our own table, so that a site does not depend on the machine it is built on.
"""

from __future__ import annotations

import re
import unicodedata

MARKDOWN = (".md", ".markdown", ".mkd", ".mdown")
OCTETS = "application/octet-stream"

_TEXTUAL = {
    ".css": "text/css", ".csv": "text/csv", ".htm": "text/html", ".html": "text/html", ".ics": "text/calendar",
    ".js": "text/javascript", ".mjs": "text/javascript", ".tsv": "text/tab-separated-values",
    ".vcf": "text/vcard", ".vtt": "text/vtt", ".xml": "text/xml", ".diff": "text/plain", ".patch": "text/plain",
    ".log": "text/plain", ".bib": "text/plain", ".tex": "text/plain",
}  # fmt: skip
_OTHER = {
    ".7z": "application/x-7z-compressed", ".aac": "audio/aac", ".apng": "image/apng", ".asc": "text/plain",
    ".atom": "application/atom+xml", ".avif": "image/avif", ".bin": OCTETS, ".bmp": "image/bmp",
    ".bz2": "application/x-bzip2", ".deb": OCTETS, ".dmg": OCTETS, ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".eot": "application/vnd.ms-fontobject", ".eps": "application/postscript", ".epub": "application/epub+zip",
    ".exe": OCTETS, ".flac": "audio/flac", ".geojson": "application/geo+json", ".gif": "image/gif",
    ".gpg": OCTETS, ".gpx": "application/gpx+xml", ".gz": "application/gzip", ".heic": "image/heic",
    ".ico": "image/x-icon", ".ipynb": "application/x-ipynb+json", ".iso": OCTETS, ".jar": "application/java-archive",
    ".jfif": "image/jpeg", ".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".json": "application/json",
    ".jsonld": "application/ld+json", ".jxl": "image/jxl", ".m4a": "audio/mp4", ".m4v": "video/mp4",
    ".map": "application/json", ".midi": "audio/midi", ".mkv": "video/x-matroska", ".mov": "video/quicktime",
    ".mp3": "audio/mpeg", ".mp4": "video/mp4", ".mpeg": "video/mpeg",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet", ".odt": "application/vnd.oasis.opendocument.text",
    ".oga": "audio/ogg", ".ogg": "audio/ogg", ".ogv": "video/ogg", ".opus": "audio/ogg", ".otf": "font/otf",
    ".pdf": "application/pdf", ".png": "image/png", ".ppt": "application/vnd.ms-powerpoint",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".ps": "application/postscript", ".psd": "image/vnd.adobe.photoshop", ".rar": "application/vnd.rar",
    ".rss": "application/rss+xml", ".rtf": "application/rtf", ".sig": OCTETS, ".sqlite": "application/vnd.sqlite3",
    ".svg": "image/svg+xml", ".svgz": "image/svg+xml", ".tar": "application/x-tar", ".tgz": "application/gzip",
    ".tif": "image/tiff", ".tiff": "image/tiff", ".ttf": "font/ttf", ".wasm": "application/wasm",
    ".wav": "audio/wav", ".weba": "audio/webm", ".webm": "video/webm",
    ".webmanifest": "application/manifest+json", ".webp": "image/webp", ".woff": "font/woff",
    ".woff2": "font/woff2", ".xhtml": "application/xhtml+xml", ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xz": "application/x-xz",
    ".zip": "application/zip", ".zst": "application/zstd",
}  # fmt: skip
_CODE = (
    "bash bat c cc clj cpp cs cxx dart el erl ex exs fish go gradle h hpp hs java jl kt kts less lisp lock lua m ml "
    "mli mll mly nim nix opam php pl pm ps1 py r rb rs sass scala scm scss sh sql swift toml ts tsx jsx vim vue "
    "yaml yml zig zsh cfg conf ini properties"
)
MEDIA_TYPES = (
    {f".{name}": "text/plain; charset=utf-8" for name in _CODE.split()}
    | {name: f"{kind}; charset=utf-8" for name, kind in _TEXTUAL.items()}
    | _OTHER
)
_STATIC_TEXT = {
    ".txt": "text/plain; charset=utf-8",
    **dict.fromkeys(MARKDOWN, "text/markdown; charset=utf-8"),
}
# Without an extension or with `.txt` by tradition, and meant for machines or lawyers rather than readers.
_FILES = frozenset(
    {"robots.txt", "humans.txt", "ads.txt", "llms.txt", "security.txt", "license", "licence", "license.txt"}
    | {
        "copying",
        "copying.lesser",
        "notice",
        "unlicense",
        "authors",
        "contributors",
        "codeowners",
        "makefile",
    }
    | {
        "gnumakefile",
        "dockerfile",
        "containerfile",
        "vagrantfile",
        "procfile",
        "gemfile",
        "rakefile",
        "justfile",
    }
)
_IGNORED = frozenset({"cname", "thumbs.db", "desktop.ini"})
_QUIET = frozenset(
    {"readme", "license", "licence", "copying", "code_of_conduct", "contributing", "404", "notice"}
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def is_hidden(path: str) -> bool:
    """Tell whether the file is none of the readers' business: dotfiles, dot-folders, hosting leftovers."""
    inner = path.removeprefix("/.well-known/")
    return "/." in inner or inner.startswith(".") or path.lower().removeprefix("/") in _IGNORED


def is_walkable(path: str) -> bool:
    """Tell whether every component can be part of an address; browsers resolve `.`, `..` and ``."""
    return not any(part in ("", ".", "..") for part in path[1:].split("/"))


def is_quiet(path: str) -> bool:
    """Tell whether a page at the top is of a kind that no reader looks for in a site's navigation."""
    return base_name(path).partition(".")[0].lower() in _QUIET


def base_name(path: str) -> str:
    """Return the last component."""
    return path[path.rfind("/") + 1 :]


def parent(path: str) -> str:
    """Return the folder of a path of the site; that of `/x` is `/`."""
    return path[: path.rfind("/")] or "/"


def extension(path: str) -> str:
    """Return the extension in lower case with its dot, or nothing; that of `.x` is nothing."""
    name = base_name(path)
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def stem(path: str) -> str:
    """Return the path without a markdown extension."""
    kind = extension(path)
    return path[: -len(kind)] if kind in MARKDOWN else path


def asset_type(path: str) -> str | None:
    """Return the media type of a file that is served as it is; None for what may be an article."""
    if path.startswith("/static/"):
        kind = extension(path)
        return MEDIA_TYPES.get(kind) or _STATIC_TEXT.get(kind, OCTETS)
    if path.startswith("/.well-known/") or base_name(path).lower() in _FILES:
        return MEDIA_TYPES.get(extension(path), "text/plain; charset=utf-8")
    return MEDIA_TYPES.get(extension(path))


def may_carry_header(media_type: str) -> bool:
    """Tell whether a file of this type is an article after all when it begins with a header."""
    return media_type.startswith(("text/plain", "text/html"))


def clean(path: str) -> str:
    """Return the address of a path: composed (NFC), and without control characters, which no URL may hold."""
    if path.isascii() and path.isprintable():
        return path
    return _CONTROL.sub("-", unicodedata.normalize("NFC", path))


def folded(path: str) -> str:
    """Return what two spellings of a path have in common: case, and what stands for a space."""
    lower = path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()
    return lower.replace(" ", "-").replace("_", "-")


def readable(name: str) -> str:
    """Return a file's name as a title: `getting-started` is `Getting started`, `ARP` stays."""
    words = " ".join(name.replace("_", " ").replace("-", " ").split()) or name.strip() or name
    words = _CONTROL.sub(" ", words)
    return words[:1].upper() + words[1:] if words.islower() else words
