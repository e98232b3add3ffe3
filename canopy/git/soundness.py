"""Whether a tree is well-formed, told at a glance: each push has one of the whole folder that it changes.

The close look is dulwich's, one entry after the other. What passes here would pass there too.
"""

from __future__ import annotations

import stat
from operator import lt

from dulwich.objects import S_IFGITLINK, parse_tree

_FOLDER = stat.S_IFDIR
_MODES = frozenset({stat.S_IFREG | 0o755, stat.S_IFREG | 0o644, stat.S_IFLNK, _FOLDER, S_IFGITLINK})
_ABSURD = (b"", b".", b"..")
_DOT_GIT = (b".git", b"git~1")


def is_sound(content: bytes, width: int) -> bool:
    """Tell whether a tree is sound beyond doubt: its order, names and modes, and nothing like `.git`.

    `width` is that of an id, in bytes. False means that somebody must look more closely.
    """
    try:
        entries = list(parse_tree(content, width, strict=True))
    except Exception:  # noqa: BLE001 - the parser is compiled and raises its own kinds; the close look tells which
        return False
    if not entries:
        return True
    names, modes, _ = zip(*entries, strict=True)
    together = b"/".join(names)
    lower = together.lower()
    # File systems ignore some letters that are not ASCII: who hides `.git` behind them is looked at closely.
    if not together.isascii() or any(part in lower for part in _DOT_GIT):
        return False
    if not _MODES.issuperset(modes) or any(name in names for name in _ABSURD):
        return False
    if together.count(b"/") != len(names) - 1 or len(set(names)) != len(names):
        return False
    # Git sorts a folder as if its name ended with a slash.
    keys = [name + b"/" if mode == _FOLDER else name for name, mode, _ in entries]
    return all(map(lt, keys, keys[1:]))
