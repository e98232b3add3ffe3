"""Tokens: made, kept as hashes, checked, ended."""

from __future__ import annotations

import json
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from canopy.errors import CanopyError
from canopy.tokens import Tokens, expiry, listing

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def test_a_token_stands_for_its_name(tmp_path: Path):
    """Whoever has the token is whom it was made for; nobody else is anybody."""
    tokens = Tokens(tmp_path)
    ada, ben = tokens.add("ada"), tokens.add("ben")
    assert ada != ben
    assert ada.startswith("canopy_")
    assert (tokens.check(ada), tokens.check(ben)) == ("ada", "ben")
    for wrong in ("", "canopy_", ada[:-1], ada + "0", ada.upper(), "\udcff", "é"):
        assert tokens.check(wrong) is None


def test_only_hashes_are_kept_and_only_for_the_owner(tmp_path: Path):
    """Neither file nor folder has the token; nobody but the owner may read the file."""
    secret = Tokens(tmp_path).add("ada")
    for path in tmp_path.iterdir():
        assert secret not in path.read_text()
        assert path.stat().st_mode & 0o077 == 0
    assert len(list(tmp_path.glob("tokens*"))) == 2  # the file and its lock


def test_another_object_sees_a_change_at_once(tmp_path: Path):
    """A running server knows a new token and forgets a revoked one without being told."""
    server, command = Tokens(tmp_path), Tokens(tmp_path)
    assert server.check("x") is None
    secret = command.add("ada")
    assert server.check(secret) == "ada"
    command.revoke("ada")
    assert server.check(secret) is None
    assert server.begun


def test_an_expired_token_is_worthless(tmp_path: Path):
    """It stays in the list, so that its owner understands."""
    tokens = Tokens(tmp_path)
    past = tokens.add("past", datetime.now(UTC) - timedelta(seconds=1))
    future = tokens.add("future", datetime.now(UTC) + timedelta(hours=1))
    assert tokens.check(past) is None
    assert tokens.check(future) == "future"
    assert [token.name for token in tokens.all()] == ["past", "future"]


@pytest.mark.parametrize("name", ["", "-x", "a b", "a/b", "a\n", "x" * 65, "é", "a:b"])
def test_a_name_that_could_confuse_a_log_or_address_is_refused(tmp_path: Path, name: str):
    """Names are short words of ASCII."""
    with pytest.raises(CanopyError, match="cannot be a token's name"):
        Tokens(tmp_path).add(name)


def test_a_name_is_given_once(tmp_path: Path):
    """Two tokens of one name could not be told apart when one is to be revoked."""
    tokens = Tokens(tmp_path)
    tokens.add("ada")
    with pytest.raises(CanopyError, match="already"):
        tokens.add("ada")
    tokens.revoke("ada")
    tokens.add("ada")
    with pytest.raises(CanopyError, match="no token named ben"):
        tokens.revoke("ben")


def _add(folder: str, number: int) -> None:
    Tokens(Path(folder)).add(f"user-{number}")


def test_commands_at_the_same_time_lose_nothing(tmp_path: Path):
    """Processes that add tokens together all succeed."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_add, args=(str(tmp_path), number)) for number in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert {token.name for token in Tokens(tmp_path).all()} == {f"user-{number}" for number in range(8)}


@pytest.mark.parametrize(
    "damage", ["", "[]", "{}", '{"tokens": [1]}', '{"tokens": [{"name": "x"}]}', "[" * 10_000]
)
def test_a_damaged_file_is_an_error_that_says_what_to_do(tmp_path: Path, damage: str):
    """No token is valid then, and nothing overwrites what could perhaps be repaired."""
    tokens = Tokens(tmp_path)
    secret = tokens.add("ada")
    (tmp_path / "tokens.json").write_text(damage)
    for action in (
        lambda: tokens.check(secret),
        tokens.all,
        lambda: tokens.add("ben"),
        lambda: tokens.revoke("ada"),
    ):
        with pytest.raises(CanopyError, match=r"is damaged.*canopy token add"):
            action()
    assert (tmp_path / "tokens.json").read_text() == damage


def test_times_without_a_zone_are_damage(tmp_path: Path):
    """An expiry that cannot be compared must not be taken for none."""
    tokens = Tokens(tmp_path)
    secret = tokens.add("ada", datetime.now(UTC) + timedelta(days=1))
    content = json.loads((tmp_path / "tokens.json").read_text())
    content["tokens"][0]["expires"] = "2099-01-01T00:00:00"
    (tmp_path / "tokens.json").write_text(json.dumps(content))
    with pytest.raises(CanopyError, match="is damaged"):
        tokens.check(secret)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("30d", NOW + timedelta(days=30)),
        ("12h", NOW + timedelta(hours=12)),
        ("90m", NOW + timedelta(minutes=90)),
        ("2w", NOW + timedelta(weeks=2)),
        ("1y", NOW + timedelta(days=365)),
        (" 1d ", NOW + timedelta(days=1)),
        ("2026-01-31", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-12-31", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-12-31T18:00", datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("2026-12-31T18:00+02:00", datetime(2026, 12, 31, 16, tzinfo=UTC)),
    ],
)
def test_when_a_token_ends(text: str, end: datetime):
    """A span from now, a day that is still included, or a moment."""
    assert expiry(text, NOW) == end


@pytest.mark.parametrize(
    "text", ["", "soon", "30", "d", "-1d", "2026-13-01", "999999y", "9999-12-31", "0d", "2026-01-30"]
)
def test_when_a_token_cannot_end(text: str):
    """What is no time, or over already, is an error that names the flag."""
    with pytest.raises(CanopyError, match="--expires"):
        expiry(text, NOW)


def test_the_list_is_aligned(tmp_path: Path):
    """One line for each token, the names under each other."""
    tokens = Tokens(tmp_path)
    tokens.add("a", datetime(2026, 1, 1, tzinfo=UTC))
    tokens.add("longer", datetime(2099, 1, 1, tzinfo=UTC))
    tokens.add("b")
    lines = list(listing(tokens.all(), NOW))
    assert len({line.index("since") for line in lines}) == 1
    ends = [line.partition("since ")[2][12:] for line in lines]
    assert ends == ["expired 2026-01-01 00:00 UTC", "until 2099-01-01 00:00 UTC", "does not expire"]
