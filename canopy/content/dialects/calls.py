"""What many sites call by a name of their own and everyone means alike: pictures, films, posts elsewhere."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from canopy.content.dialects.rewriting import figure

if TYPE_CHECKING:
    from canopy.content.dialects.rewriting import Rewriter

# A quote that is not closed reaches to the end: nothing is read twice.
_ARGUMENT = re.compile(
    r"(?:([\w-]{1,50})\s*=\s*)?(?:\"((?:[^\"\\]|\\.?)*)(?:\"|\Z)|`([^`]*)(?:`|\Z)|'([^']*)(?:'|\Z)|([^\s,\"'`=]+))",
    re.DOTALL,
)
_ID = re.compile(r"[\w-]{1,64}\Z")
_PICTURE = re.compile(
    r"[^\s\"'<>{}]{1,500}\.(?:png|jpe?g|gif|webp|avif|svg)(?:\?[^\s\"'<>]{0,200})?", re.IGNORECASE
)
_SOUNDS = (".mp3", ".ogg", ".oga", ".wav", ".m4a", ".flac", ".opus")
_FILM = re.compile(
    r"[^\s\"'<>{}]{1,500}\.(?:mp4|webm|ogv|mov|m4v|mp3|ogg|oga|wav|m4a|flac|opus)", re.IGNORECASE
)
_URL = re.compile(r"https?://[^\s\"'<>{}]{1,1000}", re.IGNORECASE)
_PICTURES = re.compile(r"(?:figure|fig|image|img|imgproc|picture|photo|resize_image)(?:-image)?\Z")

_SWITCHES = frozenset({"katex", "mathjax", "load-photoswipe", "load-mathjax"})

"""Load what draws formulas or pictures."""
_KINDS = {
    **dict.fromkeys("note info primary default secondary abstract aside".split(), "note"),  # noqa: SIM905
    **dict.fromkeys("tip success hint".split(), "tip"),  # noqa: SIM905
    "important": "important",
    **dict.fromkeys("warning attention".split(), "warning"),  # noqa: SIM905
    **dict.fromkeys("caution danger error bug failure".split(), "caution"),  # noqa: SIM905
}
_KINDED = frozenset({"alert", "notice", "admonition", "callout", "hint", "message"})
"""Boxes that are told of which kind they are."""

_FOLDED = frozenset({"details", "expand", "collapse", "spoiler"})
"""Boxes that open when a reader wants them to."""


class Call(NamedTuple):
    """A call by name with what is given to it."""

    name: str
    positional: tuple[str, ...]
    named: dict[str, str]

    def get(self, *names: str) -> str:
        """Return the first argument of one of these names; of a number, the one at this place."""
        for name in names:
            if name.isdigit():
                if int(name) < len(self.positional):
                    return self.positional[int(name)]
            elif name in self.named:
                return self.named[name]
        return ""


def read_call(name: str, arguments: str) -> Call:
    """Return a call with its arguments read: `a "b c" d=e f="g"`, also between commas."""
    positional: list[str] = []
    named: dict[str, str] = {}
    for argument in _ARGUMENT.finditer(arguments):
        value = next((value for value in argument.groups()[1:] if value is not None), "")
        value = value.replace('\\"', '"')
        if argument[1]:
            named.setdefault(argument[1], value)
        else:
            positional.append(value)
    return Call(name, tuple(positional), named)


def switched(call: Call) -> bool:
    """Tell whether a call shows nothing by itself but switches something on that is on here, as `katex`."""
    return call.name in _SWITCHES


def box(call: Call) -> str | None:
    """Return what begins the box that a call encloses something in; None if it is none."""
    told = (call.get("type", "style", "level", "kind", "color", "class"), *call.positional)
    words = [word for word in told if word]
    kind = next((_KINDS[word.lower()] for word in words if word.lower() in _KINDS), "note")
    if call.name not in _KINDED:
        if call.name not in _KINDS and call.name not in _FOLDED:
            return None
        kind = _KINDS.get(call.name, "details")
    named = [
        word for word in call.positional if " " in word or (word[:1].isupper() and word.lower() not in _KINDS)
    ]
    title = " ".join((call.get("title", "summary", "header") or (named[0] if named else "")).split())
    return f"::: {kind} {title}".rstrip()


def guessed(call: Call, out: Rewriter, end: int) -> str | None:
    """Return what a call of a site's own plainly shows: the picture or the address that it is given."""
    given = (*call.positional, *call.named.values())
    films = [value for value in given if _FILM.fullmatch(value)]
    if len(films) == 1:
        element = "audio" if films[0].lower().endswith(_SOUNDS) else "video"
        return f'<{element} controls preload="metadata" src="{escape(films[0])}"></{element}>'
    pictures = [value for value in given if _PICTURE.fullmatch(value)]
    if len(pictures) == 1:
        caption = next((value for value in call.positional if " " in value.strip()), "")
        return _picture(call, pictures[0], out, end, caption)
    urls = [value for value in given if _URL.fullmatch(value)]
    if not urls and (link := call.get("link", "href")) and " " not in link:
        urls = [link]
    if len(urls) != 1 or pictures:
        return None
    words = call.get("title", "caption", "text", "name", "label", "alt")
    return out.link(urls[0], words or next((value for value in call.positional if value != urls[0]), urls[0]))


def known(call: Call, out: Rewriter, end: int) -> str | None:
    """Return the markdown that a call stands for wherever it is made; None if nobody can know.

    The call is at the place that `out` has come to, and ends at `end`.
    """
    named = call.get("src", "path", "url", "image_path", "file")
    # Octopress writes classes first.
    first = next((word for word in call.positional if _PICTURE.fullmatch(word)), call.get("0"))
    if _PICTURES.match(call.name) and (src := named or first):
        return _picture(call, src, out, end)
    if call.name == "kbd" and (keys := call.get("keys", "key", "text", "0")):
        return f"<kbd>{escape(keys)}</kbd>"
    url = _outside(call)
    return None if url is None else out.link(url[0], url[1])


def _picture(call: Call, src: str, out: Rewriter, end: int, words: str = "") -> str:
    if out.in_target() or out.in_tag():
        return quote(src, safe="/:#?&=%@+,;~!$'*")
    caption = call.get("caption", "title", "description") or words
    size = "".join(
        f' {side}="{value}"' for side in ("width", "height") if (value := call.get(side)).isdecimal()
    )
    shown = figure(src, call.get("alt") or caption, caption, call.get("link"), size=size)
    # HTML ends with the blank line after it: it must not swallow the paragraph that follows.
    return shown + "\n" if out.alone(end) else shown


def _outside(call: Call) -> tuple[str, str] | None:
    """Return the address and the words for something that lies with somebody else."""
    ident, _, start = call.get("id", "v", "0").partition("?start=")
    if call.name in {"youtube", "vimeo"} and _ID.match(ident):
        youtube = call.name == "youtube"
        site = "https://www.youtube.com/watch?v=" if youtube else "https://vimeo.com/"
        since = f"&t={start}" if youtube and start.isdecimal() else ""
        return site + ident + since, "Watch on YouTube" if youtube else "Watch on Vimeo"
    if call.name == "gist":
        return _gist(call)
    if call.name in {"tweet", "twitter", "x"}:
        user, status = call.get("user"), call.get("id", "0")
        if status.isdecimal():
            return f"https://x.com/{quote(user or 'i')}/status/{status}", "Post on X"
    if call.name == "bilibili" and _ID.match(ident):
        return f"https://www.bilibili.com/video/{ident}", "Watch on Bilibili"
    if call.name == "asciinema" and _ID.match(ident):
        return f"https://asciinema.org/a/{ident}", "Watch on Asciinema"
    if call.name == "instagram" and _ID.match(ident):
        return f"https://www.instagram.com/p/{ident}/", "Post on Instagram"
    return None


def _gist(call: Call) -> tuple[str, str] | None:
    if (url := call.get("url")).startswith("https://gist.github.com/") and " " not in url:
        return url, "Gist"
    # Hugo has user and number, Jekyll `user/number` or the number alone.
    first = call.get("user", "0").split("/")
    parts = [part for part in (*first, call.get("id", "1")) if _ID.match(part)][:2]
    return ("https://gist.github.com/" + "/".join(parts), "Gist") if parts else None
