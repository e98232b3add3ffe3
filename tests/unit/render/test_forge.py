"""From a remote's address to the pages of its forge."""

from __future__ import annotations

import pytest

from canopy.render.forge import Forge, find_forge


@pytest.mark.parametrize(
    ("remote", "kind", "url"),
    [
        ("https://github.com/me/notes.git", "github", "https://github.com/me/notes"),
        ("https://github.com/me/notes", "github", "https://github.com/me/notes"),
        ("https://user:secret@github.com/me/notes.git#main", "github", "https://github.com/me/notes"),
        ("git@github.com:me/notes.git", "github", "https://github.com/me/notes"),
        ("ssh://git@ssh.github.com:443/me/notes.git", "github", "https://github.com/me/notes"),
        ("ssh://git@gitlab.com:22/group/sub/notes.git", "gitlab", "https://gitlab.com/group/sub/notes"),
        ("git@altssh.gitlab.com:me/notes.git", "gitlab", "https://gitlab.com/me/notes"),
        ("https://gitlab.example.org/me/notes.git/", "gitlab", "https://gitlab.example.org/me/notes"),
        ("https://codeberg.org/me/notes.git", "gitea", "https://codeberg.org/me/notes"),
        ("http://gitea.lan:3000/me/notes.git", "gitea", "http://gitea.lan:3000/me/notes"),
        ("ssh://git@forgejo.example.org:2222/me/notes.git", "gitea", "https://forgejo.example.org/me/notes"),
        ("git@bitbucket.org:me/notes.git", "bitbucket", "https://bitbucket.org/me/notes"),
        ("https://git.sr.ht/~me/notes", "sourcehut", "https://git.sr.ht/~me/notes"),
        ("git@git.sr.ht:~me/notes", "sourcehut", "https://git.sr.ht/~me/notes"),
        ("https://GitHub.com/Me/Notes.git", "github", "https://github.com/Me/Notes"),
    ],
)
def test_a_forge_is_recognised_by_its_hosts_name(remote: str, kind: str, url: str) -> None:
    """Whatever form the address has; a credential never becomes part of a link."""
    assert find_forge(remote) == Forge(kind, url)


@pytest.mark.parametrize(
    "remote",
    [
        "",
        "/srv/git/notes.git",
        "file:///srv/git/notes.git",
        "https://git.example.org/notes.git",
        "https://notgithub.com/me/notes",
        "https://github.com/",
        "https://github.com/notes",
        "https://github.com/../notes",
        "https://[::1",
        "javascript:alert(1)",
        "C:\\notes",
        "git://github.com:abc/me/notes",
    ],
)
def test_of_an_unknown_place_nothing_is_said(remote: str) -> None:
    """A wrong link is worse than none: no guess for other hosts, nothing for this machine."""
    assert find_forge(remote) is None


def test_a_setting_names_the_forge_of_an_unknown_host() -> None:
    """`forge = "gitlab"` for one's own server; it does not invent a forge for a path."""
    assert find_forge("git@code.example.org:me/notes.git", "gitlab") == Forge(
        "gitlab", "https://code.example.org/me/notes"
    )
    assert find_forge("/srv/git/notes.git", "gitlab") is None


@pytest.mark.parametrize(
    ("kind", "edit", "history"),
    [
        ("github", "/edit/fix/a%23b/x/%C3%BC%20%3F.md", "/commits/fix/a%23b/x/%C3%BC%20%3F.md"),
        ("gitlab", "/-/edit/fix/a%23b/x/%C3%BC%20%3F.md", "/-/commits/fix/a%23b/x/%C3%BC%20%3F.md"),
        ("gitea", "/_edit/fix/a%23b/x/%C3%BC%20%3F.md", "/commits/branch/fix/a%23b/x/%C3%BC%20%3F.md"),
        (
            "bitbucket",
            "/src/fix/a%23b/x/%C3%BC%20%3F.md?mode=edit&at=fix/a%23b",
            "/history-node/fix/a%23b/x/%C3%BC%20%3F.md",
        ),
        ("sourcehut", "/tree/fix/a%23b/item/x/%C3%BC%20%3F.md", "/log/fix/a%23b/item/x/%C3%BC%20%3F.md"),
    ],
)
def test_branches_and_paths_are_encoded(kind: str, edit: str, history: str) -> None:
    """A branch with a slash and a path with anything in it lead to the right place."""
    forge = Forge(kind, "https://x.example.org/me/notes")
    assert forge.edit("fix/a#b", "x/ü ?.md") == forge.url + edit
    assert forge.history("fix/a#b", "x/ü ?.md") == forge.url + history


def test_a_brace_in_a_name_is_only_a_brace() -> None:
    """What an author calls a file is never taken for a pattern."""
    forge = Forge("github", "https://github.com/me/notes")
    assert forge.edit("main", "{u}.md") == "https://github.com/me/notes/edit/main/%7Bu%7D.md"
