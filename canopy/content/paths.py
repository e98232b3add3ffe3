"""What a file's path says about it: whether it is shown, as what, and under which name.

Pure text: nothing here has seen the file.
"""

from __future__ import annotations

import re
import unicodedata

from canopy.content.mediatypes import MEDIA_TYPES, OCTETS, PLAIN_TEXT

MARKDOWN = (".md", ".markdown", ".mkd", ".mdown")
MARKUPS = (".org", ".rst", ".rest", ".adoc", ".asciidoc", ".mediawiki", ".wiki", ".textile")
"""Of other texts that are read as pages (`canopy.content.markups`)."""
TEXTS = MARKDOWN + MARKUPS
THEME = "/_theme/"
"""What is below it is no content but the site's own look."""
_STATIC_TEXT = {
    ".txt": PLAIN_TEXT,
    **dict.fromkeys(MARKDOWN, "text/markdown; charset=utf-8"),
}
# Without an extension or with `.txt` by tradition, and meant for machines or lawyers rather than readers.
_FILES = frozenset(
    {"requirements.txt", "constraints.txt", "cmakelists.txt"}
    | {"robots.txt", "humans.txt", "ads.txt", "llms.txt", "security.txt", "license", "licence", "license.txt"}
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
_IGNORED = frozenset({"cname", "thumbs.db", "desktop.ini", "canopy.toml"})
_QUIET = frozenset(
    {"readme", "license", "licence", "copying", "code_of_conduct", "contributing", "404", "notice"}
    | {"pull_request_template", "issue_template", "agents", "claude", "security", "maintainers", "governance"}
)
_PROSE = (".txt", ".text", ".mdx", ".mdwn", ".mmd", ".rmd", ".qmd", ".page", ".note", ".html", ".htm")
_SETTINGS = re.compile(
    r"[\w-]{1,40}(?:rc|conf|config|profile|aliases|env|ignore|attributes|keys)|[A-Z][a-z]+file"
)
_ENDING = re.compile(r"\.[a-z][a-z0-9_+-]{1,15}")
_CONTROL = re.compile(
    # Also what turns the direction of a text around, or cannot be seen: in an address it only deceives. The
    # joiners of Persian, of India and of emoji stay.
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+"
)


def is_hidden(path: str) -> bool:
    """Tell whether the file is no content: dotfiles, dot-folders, hosting leftovers, the site's own theme."""
    inner = path.removeprefix("/.well-known/")
    ignored = path.startswith(THEME) or path.lower().removeprefix("/") in _IGNORED
    return "/." in inner or inner.startswith(".") or ignored


def is_walkable(path: str) -> bool:
    """Tell whether every component can be part of an address; browsers resolve `.`, `..` and ``."""
    return not any(part in ("", ".", "..") for part in path[1:].split("/"))


def is_quiet(path: str) -> bool:
    """Tell whether a page at the top is of a kind that no reader looks for in a site's navigation."""
    return base_name(path).partition(".")[0].lower().replace("-", "_") in _QUIET


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
    """Return the path without the extension of a text."""
    kind = extension(path)
    return path[: -len(kind)] if kind in TEXTS else path


def unsuffixed(path: str) -> str:
    """Return the path without an extension of a text or of HTML."""
    kind = extension(path)
    return path[: -len(kind)] if kind in TEXTS or kind in (".html", ".htm") else path


def asset_type(path: str) -> str | None:
    """Return the media type of a file that is served as it is; None for what may be an article."""
    if path.startswith("/static/"):
        return served_type(path)
    if path.startswith("/.well-known/") or base_name(path).lower() in _FILES:
        return MEDIA_TYPES.get(extension(path), PLAIN_TEXT)
    return MEDIA_TYPES.get(extension(path))


def is_foreign(path: str) -> bool:
    """Tell whether a file's name says that it is a program's: `config.ru`, `vimrc`, `Brewfile`."""
    kind = extension(path)
    if not kind:
        return _SETTINGS.fullmatch(base_name(path)) is not None
    return _ENDING.fullmatch(kind) is not None and kind not in TEXTS and kind not in _PROSE


def served_type(path: str) -> str:
    """Return the media type of a file that is served as it is, whatever its name."""
    kind = extension(path)
    if not kind and base_name(path).lower() in _FILES:
        return PLAIN_TEXT
    return MEDIA_TYPES.get(kind) or _STATIC_TEXT.get(kind, OCTETS)


def may_carry_header(media_type: str) -> bool:
    """Tell whether a file of this type is an article after all when it begins with a header."""
    return media_type.startswith(("text/plain", "text/html"))


def clean(path: str) -> str:
    """Return the address of a path: composed (NFC), and without control characters, seen or not."""
    if path.isascii() and path.isprintable():
        return path
    return _CONTROL.sub("-", unicodedata.normalize("NFC", path))


def is_clean(text: str) -> bool:
    """Tell whether a text has no character that `clean` would replace."""
    return _CONTROL.search(text) is None


def visible(name: str) -> str:
    """Return a name without control characters."""
    return name if name.isprintable() else _CONTROL.sub("", name)


def folded(path: str) -> str:
    """Return what two spellings of a path have in common: case, and what stands for a space."""
    lower = path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()
    return lower.replace(" ", "-").replace("_", "-")


def readable(name: str) -> str:
    """Return a file's name as a title: `getting-started` is `Getting started`, `ARP` stays."""
    words = " ".join(name.replace("_", " ").replace("-", " ").split()) or name.strip() or name
    words = _CONTROL.sub(" ", words)
    return words[:1].upper() + words[1:] if words.islower() else words
