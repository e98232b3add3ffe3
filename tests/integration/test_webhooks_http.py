"""The hook of a running server: who is heard, what is answered, and what a flood costs."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hooks import OTHER, PUSHES, SECRET, SIGNING_TOKEN, Post, form, plain, signed
from running import PATIENCE, Server, running
from servers import HttpServer, Work, http_backend, work_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLOW = {"CANOPY_INTERVAL": "1h"}


def post(server: Server, delivery: Post, query: str = "", status: int | None = None) -> dict[str, object]:
    """Deliver to the hook; return the answer."""
    reply = server.get("/push" + query, "POST", delivery.body, **delivery.headers)
    if status is not None:
        assert reply.status == status, reply.text
    return {"code": reply.status, **json.loads(reply.body)}


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Work, HttpServer]]:
    """Serve a remote by git's own HTTP server, which counts what is asked of it."""
    work = work_tree(tmp_path_factory.mktemp("remote"))
    work.write(index_dot_md="# Notes\n", one_dot_md="# One\n\nfirst text\n")
    work.commit()
    work.push()
    with http_backend(work.bare) as server:
        yield work, server


@pytest.fixture(scope="module")
def server(remote: tuple[Work, HttpServer], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Follow the remote with two secrets, one from a file."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "secret").write_text(f"{SECRET}\n{SIGNING_TOKEN}\n")
    with running(
        f"{remote[1].url}/bare.git",
        "--webhook-secret-file",
        str(folder / "secret"),
        data=folder / "data",
        CANOPY_WEBHOOK_SECRET=OTHER,
        **SLOW,
    ) as server:
        yield server


@pytest.mark.parametrize("name", PUSHES)
def test_each_forge_publishes(server: Server, remote: tuple[Work, HttpServer], name: str):
    """A signed push of each forge publishes the commit, and with `?wait` tells what came of it."""
    work = remote[0]
    before = work.head()
    work.put("one.md", f"# One\n\ntext of {name}, and a [link](nowhere.md)\n")
    work.commit()
    after = work.push()
    answer = post(server, signed(name).sent_with(X_GitHub_Delivery=f"publish-{name}"), "?wait", 200)
    assert answer["status"] == "published", answer
    assert (answer["before"], answer["after"]) == (before, after)
    assert answer["changed"] == ["/one"]
    assert answer["problems"] == 0  # of the build; this one is found by rendering
    assert answer["error"] == ""
    assert f"text of {name}" in server.get("/one").text


def test_without_wait_the_answer_is_at_once(server: Server, remote: tuple[Work, HttpServer]):
    """A forge does not wait for us: 202, and the page follows."""
    work = remote[0]
    work.put("one.md", "# One\n\nafter the answer\n")
    work.commit()
    work.push()
    assert post(server, form(plain("github-push"))) == {"code": 202, "status": "looking"}
    server.wait_for("/one", "after the answer")


@pytest.mark.parametrize("name", PUSHES)
def test_unsigned_and_wrongly_signed_requests_are_401(server: Server, remote, name: str):
    """Whoever has not one of the secrets is told so, and nothing is fetched."""
    seen = len(remote[1].requests)
    wrong = "whsec_" + "QUJD" * 8 if name == "gitlab-signed-push" else "wrong"
    for delivery in (plain(name), signed(name, wrong)):
        answer = post(server, delivery, "?wait", 401)
        assert answer["status"] == "refused"
    assert server.get("/push").status == 401
    assert server.get("/push", "POST", b"", Authorization="Bearer wrong").status == 401
    assert len(remote[1].requests) == seen


def test_each_of_several_secrets_counts(server: Server):
    """During a rotation, the old secret and the new one both open the hook."""
    for secret in (SECRET, OTHER):
        assert server.get("/push?wait", "POST", b"", Authorization=f"Bearer {secret}").status == 200


def test_what_is_no_push_to_the_branch_is_ignored(server: Server, remote: tuple[Work, HttpServer]):
    """Pings, tags and other branches are answered with 200 and cost no look at the remote."""
    seen = len(remote[1].requests)
    for delivery in (
        signed("github-ping"),
        signed("bitbucket-server-ping"),
        signed("github-push-tag"),
        signed("gitlab-push-tag"),
        signed("forgejo-push", ref="refs/heads/develop"),
        signed("github-push", ref="refs/heads/\ud800"),
    ):
        answer = post(server, delivery, "?wait", 200)
        assert answer["status"] == "ignored", answer
        assert answer["reason"]
    assert len(remote[1].requests) == seen


def test_a_delivery_that_comes_again_is_ignored(server: Server, remote: tuple[Work, HttpServer]):
    """A delivery that was carried out once is not carried out again."""
    delivery = signed("github-push").sent_with(X_GitHub_Delivery="once")
    assert post(server, delivery, "?wait", 200)["status"] == "unchanged"
    seen = len(remote[1].requests)
    answer = post(server, delivery, "?wait", 200)
    assert (answer["status"], answer["reason"]) == ("ignored", "this delivery was here before")
    assert len(remote[1].requests) == seen


def test_a_body_beyond_the_limit_is_413(server: Server):
    """Nobody's payload is larger than 25 MB, whether its length is told before or not."""
    assert server.get("/push", "POST", b"x" * 30_000_000).status == 413
    chunk = b"%x\r\n" % (1 << 20) + b"x" * (1 << 20) + b"\r\n"
    request = b"POST /push HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 26
    assert server.raw(request).startswith(b"HTTP/1.1 413 ")
    asks = b"POST /push HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 30000000\r\n\r\n"
    assert server.raw(asks).startswith(b"HTTP/1.1 413 ")
    assert server.get("/-/live").status == 200


def test_a_large_payload_within_the_limit(server: Server):
    """A push of thousands of commits is checked as a whole."""
    delivery = signed("github-push", padding="x" * 5_000_000).sent_with(X_GitHub_Delivery="large")
    assert post(server, delivery, "?wait", 200)["status"] == "unchanged"


def test_ten_thousand_posts_cause_at_most_two_fetches(server: Server, remote: tuple[Work, HttpServer]):
    """A flood collapses: whatever comes while a look runs, and shortly after it, is one more look."""
    server.get("/push?wait", "POST", b"", Authorization=f"Bearer {SECRET}")
    seen = len(remote[1].requests)
    codes: list[int] = []
    begun = time.monotonic()
    delivery = signed("gitea-push")

    def flood(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        for count in range(2500):
            fields = {**delivery.headers, "X-GitHub-Delivery": f"{number}-{count}"}
            connection.request("POST", "/push", delivery.body, fields)
            response = connection.getresponse()
            response.read()
            codes.append(response.status)
        connection.close()

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [202] * 10_000
    looks = [target for method, target, _ in remote[1].requests[seen:] if method == "GET"]
    # No flood keeps the notes from being looked at for ever: a slow machine may look more often.
    assert len(looks) <= 2 + (time.monotonic() - begun) // 10, looks
    assert server.get("/").status == 200


def test_a_remote_that_fails_is_502_and_its_delivery_may_come_again(tmp_path: Path):
    """A fetch that failed is no success, says why, and the forge's second try counts."""
    work = work_tree(tmp_path)
    work.write(index_dot_md="# Notes\n")
    work.commit()
    work.push()
    away = tmp_path / "away.git"
    with (
        http_backend(work.bare) as backend,
        running(
            f"{backend.url}/bare.git", data=tmp_path / "data", CANOPY_WEBHOOK_SECRET=SECRET, **SLOW
        ) as server,
    ):
        delivery = signed("github-push")
        work.bare.rename(away)
        answer = post(server, delivery, "?wait", 502)
        assert answer["status"] == "failed"
        assert answer["error"]
        assert answer["before"] == answer["after"] == work.head()
        assert server.get("/").status == 200  # the last good edition
        away.rename(work.bare)
        work.write(two_dot_md="# Two\n")
        work.commit()
        work.push()
        assert post(server, delivery, "?wait", 200)["changed"] == ["/two"]


def test_an_open_hook_takes_any_method_and_another_path(tmp_path: Path):
    """Without a secret everybody may ask Canopy to look, as with the original; the path is a setting."""
    work = work_tree(tmp_path)
    work.write(index_dot_md="# Notes\n")
    work.commit()
    work.push()
    with running(str(work.bare), "--hook", "/hooks/look", data=tmp_path / "data", **SLOW) as server:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            assert server.get("/hooks/look", method).status == 202, method
        assert server.get("/push").status == 404
        post = plain("sourcehut-push")
        assert server.get("/hooks/look", "POST", post.body, **post.headers).status == 202
        assert server.get("/hooks/look?wait", "POST", b"\xff{[").status == 200


def test_an_empty_secret_file_is_an_error(tmp_path: Path):
    """A server whose secret got lost does not start with an open hook."""
    (tmp_path / "secret").write_text("\n")
    with (
        pytest.raises(AssertionError, match="holds no secret"),
        running("--webhook-secret-file", str(tmp_path / "secret"), data=tmp_path / "data"),
    ):
        pass
