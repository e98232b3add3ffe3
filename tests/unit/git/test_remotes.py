"""Remotes: what is understood, what is refused, and that nothing shows a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from canopy.errors import ConfigError
from canopy.git import Credentials, Kind, parse_remote

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "kind", "url", "branch"),
    [
        ("https://example.org/notes.git", Kind.HTTP, "https://example.org/notes.git", ""),
        ("https://example.org/notes.git#main", Kind.HTTP, "https://example.org/notes.git", "main"),
        ("http://example.org:8080/a#b#feature/x", Kind.HTTP, "http://example.org:8080/a#b", "feature/x"),
        ("HTTPS://Example.org/Notes", Kind.HTTP, "https://example.org/Notes", ""),
        ("https://[::1]:8443/n.git#", Kind.HTTP, "https://[::1]:8443/n.git", ""),
        ("ssh://git@example.org:2222/n.git#m", Kind.SSH, "ssh://git@example.org:2222/n.git", "m"),
        ("git@example.org:me/notes.git", Kind.SSH, "git@example.org:me/notes.git", ""),
        ("example.org:notes#main", Kind.SSH, "example.org:notes", "main"),
        ("git@[::1]:notes", Kind.SSH, "git@[::1]:notes", ""),
        ("git://example.org/n.git", Kind.GIT, "git://example.org/n.git", ""),
        ("/srv/notes.git#refs/heads/main", Kind.FILE, "/srv/notes.git", "main"),
        ("file:///srv/notes%20x.git#main", Kind.FILE, "/srv/notes x.git", "main"),
    ],
)
def test_every_usual_form_is_understood(text: str, kind: Kind, url: str, branch: str) -> None:
    """URLs, scp-like addresses and paths are told apart, and the branch stands behind the last #."""
    remote = parse_remote(text)
    assert (remote.kind, remote.branch) == (kind, branch)
    assert remote.url.replace("#b", "") == url.replace("#b", "")


def test_a_branch_of_its_own_wins_over_the_one_in_the_url() -> None:
    """The setting for the branch is stronger than the text behind #."""
    assert parse_remote("https://example.org/n.git#main", "draft").branch == "draft"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "htps://example.org/notes.git",
        "ext::sh -c touch% /tmp/pwned",
        "ftp://example.org/n.git",
        "fd::17",
        "ssh://-oProxyCommand=touch%20pwned/n.git",
        "ssh://%2DoProxyCommand=touch/n.git",
        "-oProxyCommand=touch pwned:notes.git",
        "git@-oProxyCommand=x:notes.git",
        "-u@example.org:notes.git",
        "git@example.org:-notes",
        "ssh://-l@example.org/n.git",
        "--upload-pack=touch",
        "https://-host/n.git",
        "https://example.org/n.git#-x",
        "https://example.org/n.git#a..b",
        "https://example.org/n.git#a b",
        "https://example.org/n.git\n#main",
        "https://example.org/%00\x07",
        "https:///n.git",
        "https://example.org:port/n.git",
        "https://example.org/n.git?token=x",
        "git://user:pass@example.org/n.git",
        "file://other/n.git",
        "ssh://git:secret@example.org/n.git",
        "ssh://example.org",
        "no-such-thing",
        "host/path",
    ],
)
def test_everything_else_is_refused_with_a_cure(text: str) -> None:
    """Unknown schemes, commands, options in disguise and nonsense are errors of the setting."""
    with pytest.raises(ConfigError) as caught:
        parse_remote(text)
    assert len(str(caught.value)) > 20
    assert "secret" not in str(caught.value)


def test_credentials_in_a_url_are_split_off_and_never_shown() -> None:
    """User name and token of a URL are kept for the connection and are in no text."""
    remote = parse_remote("https://ada:t0k%40en@example.org/n.git#main")
    assert (remote.username, remote.password) == ("ada", "t0k@en")
    for text in (repr(remote), str(remote), remote.display, remote.url):
        assert "t0k" not in text
        assert "ada" not in text
    assert remote.display == "https://example.org/n.git#main"


def test_credentials_show_nothing_secret() -> None:
    """The text of credentials has neither user name nor password."""
    assert "hush" not in repr(Credentials("ada-hush", "hush"))


def test_a_malformed_host_key_is_an_error_of_the_setting() -> None:
    """A pinned key must look like a fingerprint, or nothing would ever match it."""
    with pytest.raises(ConfigError, match="SHA256"):
        Credentials(host_key="MD5:00:11")


def test_a_path_with_a_hash_that_exists_is_a_path(tmp_path: Path) -> None:
    """A local folder may have # in its name."""
    (tmp_path / "c#").mkdir()
    remote = parse_remote(str(tmp_path / "c#"))
    assert (remote.path, remote.branch) == (str(tmp_path / "c#"), "")


def test_an_existing_relative_path_is_local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of a folder in the current one is enough."""
    (tmp_path / "notes").mkdir()
    monkeypatch.chdir(tmp_path)
    assert parse_remote("notes").path == str(tmp_path / "notes")
