"""Who is admitted: tokens in header fields, confidential connections, and an end to guessing."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from canopy.tokens import Tokens
from canopy.web import access
from canopy.web.access import TRIES, WINDOW, Access
from canopy.web.refusal import Refused

if TYPE_CHECKING:
    from pathlib import Path


def scope(
    field: str = "", *, client: str | None = "127.0.0.1", scheme: str = "http", **headers: str
) -> dict[str, Any]:
    """Make the scope of a request."""
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    if field:
        fields.append((b"authorization", field.encode("latin-1")))
    return {"headers": fields, "client": (client, 1) if client is not None else None, "scheme": scheme}


def basic(user: str, password: str) -> str:
    """Make a Basic Authorization field."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    """Return the tokens of a new folder."""
    return Tokens(tmp_path)


def refusal(door: Access, request: dict[str, Any]) -> int:
    """Return the status with which a writer is refused."""
    with pytest.raises(Refused) as caught:
        door.writer(request)
    return caught.value.status


def test_a_token_as_git_and_curl_send_it(tokens: Tokens):
    """RFC 7617's password, its user name where there is no password, or RFC 6750's Bearer."""
    secret, door = tokens.add("ada"), Access(tokens, reading="public", behind_tls=False)
    for field in (
        basic("me", secret),
        basic(secret, ""),
        basic("", secret),
        basic("x", secret).replace("Basic", "basic"),
        f"Bearer {secret}",
        f"bearer  {secret} ",
    ):
        assert door.writer(scope(field)) == "ada"


@pytest.mark.parametrize(
    "field", ["", "Basic", "Basic %%%", "Digest x", "Bearer ", "Basic Og==", "Basic AAAAAAA", "Basic \xff"]
)
def test_a_field_that_holds_no_token_is_a_question_not_a_failure(tokens: Tokens, field: str):
    """Git asks without a token first: that is 401 with a challenge, as often as it likes."""
    door = Access(tokens, reading="public", behind_tls=False)
    for _ in range(3 * TRIES):
        with pytest.raises(Refused) as caught:
            door.writer(scope(field))
        assert caught.value.status == 401
        assert caught.value.headers[0][0] == b"www-authenticate"


@pytest.mark.parametrize(
    ("request_", "taken"),
    [
        (scope(client="127.0.0.1"), True),
        (scope(client="127.8.8.8"), True),
        (scope(client="::1"), True),
        (scope(client="192.0.2.1"), False),
        (scope(client="192.0.2.1", scheme="https"), True),
        (scope(client=None), False),
        (scope(client="unix"), False),
        (scope(x_forwarded_for="192.0.2.1"), False),
        (scope(forwarded="for=192.0.2.1"), False),
        (scope(x_forwarded_proto="https"), False),
        (scope(via="1.1 proxy"), False),
        (scope(x_forwarded_for="192.0.2.1", scheme="https"), True),
    ],
)
def test_tokens_are_taken_over_confidential_connections_only(
    tokens: Tokens, request_: dict[str, Any], taken: bool
):
    """Over https, or from this very machine; never from a stranger whom a proxy brings over plain HTTP."""
    field = (b"authorization", f"Bearer {tokens.add('ada')}".encode())
    request_ = {**request_, "headers": [*request_["headers"], field]}
    closed = Access(tokens, reading="private", behind_tls=False)
    if taken:
        assert closed.writer(request_) == closed.reader(request_) == "ada"
    else:
        assert refusal(closed, request_) == 403
    if request_["client"] is not None:
        assert Access(tokens, reading="private", behind_tls=True).writer(request_) == "ada"


def test_readers(tokens: Tokens):
    """Public reading asks for nothing, private reading for a token, and off is as if nothing were there."""
    assert Access(tokens, reading="public", behind_tls=False).reader(scope(client="192.0.2.1")) == ""
    with pytest.raises(Refused) as caught:
        Access(tokens, reading="private", behind_tls=False).reader(scope())
    assert caught.value.status == 401
    with pytest.raises(Refused) as caught:
        Access(tokens, reading="off", behind_tls=False).reader(scope(f"Bearer {tokens.add('ada')}"))
    assert caught.value.status == 404


def test_guessing_ends(tokens: Tokens, monkeypatch: pytest.MonkeyPatch):
    """After ten wrong tokens none is looked at for a minute; other addresses are not concerned."""
    now = [1000.0]
    monkeypatch.setattr(access, "time", type("Clock", (), {"monotonic": staticmethod(lambda: now[0])}))
    secret, door = tokens.add("ada"), Access(tokens, reading="public", behind_tls=False)
    for _ in range(TRIES):
        assert refusal(door, scope("Bearer wrong")) == 401
    assert refusal(door, scope(f"Bearer {secret}")) == 429
    assert door.writer(scope(f"Bearer {secret}", client="127.0.0.2")) == "ada"
    now[0] += WINDOW + 1
    assert door.writer(scope(f"Bearer {secret}")) == "ada"


def test_an_address_of_ipv6_is_a_network(tokens: Tokens):
    """A household or server has 2^64 addresses: all of them guess together."""
    door = Access(tokens, reading="public", behind_tls=True)
    for number in range(TRIES):
        assert refusal(door, scope("Bearer wrong", client=f"2001:db8::{number:x}")) == 401
    assert refusal(door, scope("Bearer wrong", client="2001:db8::ffff")) == 429
    assert refusal(door, scope("Bearer wrong", client="2001:db8:0:1::1")) == 401


def test_failures_are_forgotten_before_they_fill_the_memory(tokens: Tokens, monkeypatch: pytest.MonkeyPatch):
    """Only so many addresses are remembered."""
    monkeypatch.setattr(access, "_ADDRESSES", 5)
    door = Access(tokens, reading="public", behind_tls=True)
    for number in range(20):
        refusal(door, scope("Bearer wrong", client=f"192.0.2.{number}"))
    assert len(door._failures) == 5
