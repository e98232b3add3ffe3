"""Who may clone and push: tokens made and revoked beside a running server, and what nobody ever sees."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from pushing import Notepad, notepad, push
from running import canopy, commit, git, running, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REFS = "/notepad.git/info/refs?service=git-receive-pack"


@pytest.fixture(scope="module")
def pad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notepad]:
    """Run a notepad that a proxy might stand before, with access lines in its log."""
    with notepad(tmp_path_factory.mktemp("pad"), "--access-log") as pad:
        yield pad


def with_token(pad: Notepad, token: str, user: str = "me") -> str:
    """Return a clone URL with another token."""
    pair = f"{user}:{token}" if user else token
    return pad.plain_url.replace("://", f"://{pair}@")


def try_to_push(pad: Notepad, url: str) -> str:
    """Push something new to a URL; return what git said, empty if it was accepted."""
    work = pad.folder / "pusher"
    if not work.exists():
        pad.clone("pusher")
    git("fetch", "-q", pad.plain_url, "main", cwd=work)
    git("reset", "-q", "--hard", "FETCH_HEAD", cwd=work)
    commit(work, "Empty")
    done = push(work, url, "HEAD:main")
    return done.text if done.code else ""


def test_a_token_works_and_ends_while_the_server_runs(pad: Notepad):
    """A new token is known at once and a revoked one is worthless at once; neither needs a restart."""
    made = canopy("token", "add", "ada@home", "--data", str(pad.data))
    assert made.returncode == 0
    token = made.stdout.strip()
    assert made.stdout == token + "\n"
    assert token not in made.stderr
    assert try_to_push(pad, with_token(pad, token)) == ""
    assert pad.server.events("pushed")[-1]["pusher"] == "ada@home"
    listed = canopy("token", "list", "--data", str(pad.data)).stdout
    assert "ada@home" in listed
    assert token not in listed
    assert canopy("token", "revoke", "ada@home", "--data", str(pad.data)).returncode == 0
    assert "Authentication failed" in try_to_push(pad, with_token(pad, token))


def test_a_token_expires_by_itself(pad: Notepad):
    """The moment that `--expires` names ends a token."""
    token = canopy("token", "add", "brief", "--expires", "2099-12-31", "--data", str(pad.data)).stdout.strip()
    assert try_to_push(pad, with_token(pad, token)) == ""
    file = pad.data / "tokens.json"
    file.write_text(file.read_text().replace("2100-01-01", "2020-01-01"))
    assert "Authentication failed" in try_to_push(pad, with_token(pad, token))
    assert "expired 2020-01-01" in canopy("token", "list", "--data", str(pad.data)).stdout


def test_tokens_are_given_in_several_ways(pad: Notepad):
    """As password with any name, as the name alone, or as Bearer."""
    assert try_to_push(pad, with_token(pad, pad.token, "anybody")) == ""
    assert try_to_push(pad, with_token(pad, pad.token, "")) == ""
    assert pad.server.get(REFS, Authorization=f"Bearer {pad.token}").status == 200


def test_without_a_token_nobody_pushes(pad: Notepad):
    """Reading is public here, writing is not; git is asked for a token."""
    reply = pad.server.get(REFS)
    assert reply.status == 401
    assert reply.headers["www-authenticate"].startswith("Basic ")
    before = pad.tip()
    assert "could not read Username" in try_to_push(pad, pad.plain_url)
    body = b"0000"
    headers = {"Content_Type": "application/x-git-receive-pack-request"}
    assert pad.server.get("/notepad.git/git-receive-pack", "POST", body, **headers).status == 401
    assert pad.tip() == before


@pytest.mark.parametrize("field", ["Basic", "Basic !!!", "Basic eDp5", "Digest x", "Bearer ", "Basic Og=="])
def test_nonsense_is_no_token(pad: Notepad, field: str):
    """Whatever an Authorization field holds, it opens nothing and breaks nothing."""
    assert pad.server.get(REFS, Authorization=field).status in (401, 429)


def test_a_request_that_came_through_a_proxy_is_not_from_this_machine(pad: Notepad):
    """Tokens are not taken over plain HTTP from elsewhere, and git shows why."""
    work = pad.clone("proxied")
    commit(work, "Empty")
    for field in ("X-Forwarded-For: 203.0.113.9", "Forwarded: for=203.0.113.9", "X-Forwarded-Proto: http"):
        git("config", "--replace-all", "http.extraHeader", field, cwd=work)
        done = push(work)
        assert done.code != 0
        assert "Tokens are taken over https only" in done.text
        assert "behind_tls" in done.text


def test_tokens_are_never_written_down(pad: Notepad):
    """Neither the log nor any file of the data directory has a token; the first is shown once."""
    token = canopy("token", "add", "secretive", "--data", str(pad.data)).stdout.strip()
    assert try_to_push(pad, with_token(pad, token)) == ""
    assert try_to_push(pad, with_token(pad, "canopy_wrong"))
    assert try_to_push(pad, with_token(pad, token, "")) == ""
    secrets = [token.encode(), pad.token.encode(), b"canopy_wrong"]
    for path in pad.data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path
    log = [line for line in pad.server.lines if not line.startswith("Write in it:")]
    assert not any(secret.decode() in line for secret in secrets for line in log)
    assert any('"event": "request"' in line for line in log)
    commands = subprocess.run(["ps", "-eo", "args"], capture_output=True, check=False).stdout
    assert (
        b" ".join(part for part in commands.split(b"\n") if b"-m canopy" in part).count(token.encode()) == 0
    )
    assert (pad.data / "tokens.json").stat().st_mode & 0o777 == 0o600


def test_a_damaged_token_file_opens_nothing(tmp_path: Path):
    """While it cannot be understood nobody is admitted, and pages are served."""
    with notepad(tmp_path) as pad:
        file = pad.data / "tokens.json"
        whole = file.read_text()
        for damage in (
            "",
            "{",
            "[]",
            '{"tokens": [{}]}',
            whole.replace('"first"', "7"),
            whole.replace("+00:00", ""),
        ):
            file.write_text(damage)
            reply = pad.server.get(REFS, Authorization=f"Bearer {pad.token}")
            assert reply.status == 503, damage
            assert "log" in reply.text
        assert pad.server.get("/").status == 200
        assert "is damaged" in pad.server.events("nobody can be admitted")[-1]["reason"]
        failed = canopy("token", "add", "x", "--data", str(pad.data))
        assert failed.returncode == 1
        assert "is damaged" in failed.stderr
        file.write_text(whole)
        assert pad.server.get(REFS, Authorization=f"Bearer {pad.token}").status == 200
        file.unlink()
        assert pad.server.get(REFS, Authorization=f"Bearer {pad.token}").status == 401


def test_ten_wrong_tokens_close_the_door_for_a_while(tmp_path: Path):
    """Whoever guesses is not even compared any more; what needs no token stays open."""
    with notepad(tmp_path) as pad:
        for _ in range(10):
            assert pad.server.get(REFS, Authorization="Bearer canopy_guess").status == 401
        reply = pad.server.get(REFS, Authorization=f"Bearer {pad.token}")
        assert reply.status == 429
        assert int(reply.headers["retry-after"]) > 0
        assert pad.server.get("/").status == 200
        assert pad.server.get("/notepad.git/info/refs?service=git-upload-pack").status == 200


def test_behind_a_proxy_failures_are_counted_for_whom_it_names(tmp_path: Path):
    """With `behind_tls` the proxy's last word on the address counts: guessers lock themselves out."""
    with notepad(tmp_path, "--behind-tls") as pad:
        guesser = {"X_Forwarded_For": "198.51.100.1, 203.0.113.9"}
        for count in range(10):
            made_up = {"X_Forwarded_For": f"198.51.100.{count}, 203.0.113.9"}
            assert pad.server.get(REFS, Authorization="Bearer no", **made_up).status == 401
        assert pad.server.get(REFS, Authorization="Bearer no", **guesser).status == 429
        friend = {"X_Forwarded_For": "203.0.113.10"}
        assert pad.server.get(REFS, Authorization=f"Bearer {pad.token}", **friend).status == 200
        work = pad.clone()
        git("config", "http.extraHeader", "X-Forwarded-For: 203.0.113.10", cwd=work)
        assert pad.push_files(work, {"proxied.md": "# P\n"}).code == 0


def test_private_reading_needs_a_token(tmp_path: Path):
    """`clone = "private"` asks readers of the repository as well; the pages stay public."""
    with notepad(tmp_path, "--clone", "private") as pad:
        assert "could not read Username" in git("ls-remote", pad.plain_url, check=False)
        assert "refs/heads/main" in git("ls-remote", pad.url)
        assert pad.push_files(pad.clone(), {"x.md": "# X\n"}).code == 0
        assert pad.server.get("/x").status == 200


def test_reading_can_be_off(tmp_path: Path):
    """`clone = "off"` serves no repository; pushes with a token still work."""
    with notepad(tmp_path, "--clone", "off") as pad:
        assert "not found" in git("ls-remote", pad.url, check=False)
        work = tmp_path / "work"
        git("clone", "-q", str(pad.bare), str(work))
        write(work, {"x.md": "# X\n"})
        commit(work)
        assert push(work, pad.url, "HEAD:main").code == 0


def test_a_second_start_makes_no_second_token(tmp_path: Path):
    """The first token is made once; who revoked them all is not given another."""
    with notepad(tmp_path) as pad:
        pass
    assert canopy("token", "revoke", "first", "--data", str(pad.data)).returncode == 0
    with running(data=pad.data) as server:
        assert "canopy_" not in server.output
        assert server.get(REFS, Authorization=f"Bearer {pad.token}").status == 401
    assert json.loads((pad.data / "tokens.json").read_text()) == {"tokens": []}
