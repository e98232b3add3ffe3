"""Which webhooks are believed, and what they say: the forges' own examples, signed as they sign."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hooks import OTHER, PUSHES, SECRET, SIGNING_TOKEN, form, hexdigest, plain, sha1, signed, standard
from pydantic import SecretStr

from canopy.config import webhook_secrets
from canopy.errors import ConfigError, WebhookRejected
from canopy.settings import Settings
from canopy.web.webhooks import Scrutiny, believe

SECRETS = (SECRET, SIGNING_TOKEN)


@pytest.mark.parametrize("name", PUSHES)
def test_a_signed_push_of_each_forge_is_believed(name):
    """A push signed with the secret says which branch moved."""
    post = signed(name)
    delivery = believe(post.fields, post.body, SECRETS)
    assert (delivery.event, delivery.refs) == ("push", ("refs/heads/main",))
    assert delivery.id


@pytest.mark.parametrize("name", PUSHES)
def test_another_secret_is_refused(name):
    """A push that was signed with any other secret is refused."""
    post = signed(name)
    with pytest.raises(WebhookRejected, match="secret"):
        believe(post.fields, post.body, ("another", "whsec_" + "QUJD" * 10))


@pytest.mark.parametrize("name", [name for name in PUSHES if name != "gitlab-push"])
def test_a_changed_body_is_refused(name):
    """A signature is of every byte of the body."""
    post = signed(name)
    with pytest.raises(WebhookRejected):
        believe(post.fields, post.body + b" ", SECRETS)


@pytest.mark.parametrize("name", [*PUSHES, "sourcehut-push"])
def test_a_missing_signature_is_refused_only_where_there_is_a_secret(name):
    """Without a secret everybody may ask Canopy to look; with one, nobody who does not sign."""
    post = plain(name)
    assert believe(post.fields, post.body, ()).refs == ("refs/heads/main",)
    with pytest.raises(WebhookRejected, match="not signed"):
        believe(post.fields, post.body, SECRETS)


def test_github_own_example_of_a_signature():
    """GitHub's documentation names a secret, a body and their signature to test with."""
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert believe({"x-hub-signature-256": signature}, b"Hello, World!", (SECRET,)).event == "push"
    with pytest.raises(WebhookRejected):
        believe({"x-hub-signature-256": signature}, b"Hello, World?", (SECRET,))


def test_sha1_is_refused():
    """The older algorithm does not count, in whichever field it comes."""
    post = plain("github-push")
    old = sha1(SECRET, post.body)
    for field in ("x-hub-signature", "x-hub-signature-256", "x-gitea-signature"):
        with pytest.raises(WebhookRejected):
            believe({**post.fields, field: old}, post.body, (SECRET,))
        with pytest.raises(WebhookRejected):
            believe({**post.fields, field: old.removeprefix("sha1=")}, post.body, (SECRET,))


def test_two_secrets_at_once():
    """While secrets are exchanged, the old and the new one both count, in any order."""
    for secret in (SECRET, OTHER):
        post = signed("forgejo-push", secret)
        assert believe(post.fields, post.body, (SECRET, OTHER)).event == "push"
        assert believe(post.fields, post.body, (OTHER, SECRET)).event == "push"


def test_a_bad_signature_beside_a_good_one():
    """A proxy or forge may add fields: one good signature is enough, however many are not."""
    post = signed("github-push").sent_with(X_Gitea_Signature="0" * 64, X_Hub_Signature="nonsense")
    assert believe(post.fields, post.body, (SECRET,)).event == "push"


def test_the_id_and_time_of_a_standard_webhook_are_signed():
    """Nobody can give a recorded delivery another id or time."""
    post = standard(plain("gitlab-push"), SIGNING_TOKEN)
    for field in ("webhook-id", "webhook-timestamp"):
        with pytest.raises(WebhookRejected):
            believe({**post.fields, field: "1"}, post.body, (SIGNING_TOKEN,))


def test_several_signatures_of_a_standard_webhook():
    """The specification lets a sender sign with several keys: any one of them is enough."""
    post = standard(plain("gitlab-push"), SIGNING_TOKEN)
    fields = {**post.fields, "webhook-signature": "v1,AAAA v1a,BBBB " + post.fields["webhook-signature"]}
    assert believe(fields, post.body, (SECRET, SIGNING_TOKEN)).event == "push"


def test_a_signing_token_that_is_no_base64_signs_nothing():
    """A secret that only looks like a signing token never has an empty key."""
    post = standard(plain("gitlab-push"), "whsec_")
    for secret in ("whsec_", "whsec_é", "whsec_%%%"):
        with pytest.raises(WebhookRejected):
            believe(post.fields, post.body, (secret,))


def test_curl_gives_the_secret_as_bearer():
    """`curl -X POST -H 'Authorization: Bearer …'` is a signed hook, for whatever has no signatures."""
    assert believe({"authorization": f"Bearer {SECRET}"}, b"", (SECRET,)).refs == ()
    for wrong in ("Bearer ", "Bearer x", f"Basic {SECRET}", "", "Bearer"):
        with pytest.raises(WebhookRejected):
            believe({"authorization": wrong}, b"", (SECRET,))


def test_a_secret_with_letters_beyond_ascii():
    """Header fields are bytes: a token in UTF-8 is compared as it was sent."""
    token = "grün"
    assert believe({"x-gitlab-token": token.encode().decode("latin-1")}, b"", (token,)).event == "push"


@pytest.mark.parametrize("name", ["github-ping", "bitbucket-server-ping"])
def test_a_ping_is_no_push(name):
    """A forge that tries the hook out is believed, and does not ask to look."""
    post = signed(name)
    assert believe(post.fields, post.body, (SECRET,)).event == "ping"


def test_other_events_keep_their_names():
    """An event of another kind is told apart from a push, whatever it begins with."""
    for field, name in (("x-github-event", "issues"), ("x-event-key", "repo:push_blocked")):
        assert believe({field: name}, b"{}", ()).event == name
    assert believe({"x-gitlab-event": "Tag Push Hook"}, b"{}", ()).event == "push"


@pytest.mark.parametrize("name", ["github-push-tag", "gitlab-push-tag"])
def test_a_push_of_a_tag_says_so(name):
    """A tag is not a branch of the same name."""
    assert believe(plain(name).fields, plain(name).body, ()).refs[0].startswith("refs/tags/")


def test_a_form_carries_the_payload_too():
    """GitHub's other content type wraps the payload; the signature is of the form as it was sent."""
    post = form(plain("github-push"))
    assert believe(post.fields, post.body, (SECRET,)).refs == ("refs/heads/main",)


def test_bitbucket_names_several_refs():
    """A push of many refs names them all, or none where one is not understood."""

    def moved(kind: str, name: str) -> dict[str, object]:
        return {"new": {"type": kind, "name": name}, "old": None}

    changes = [moved("branch", "draft"), moved("tag", "v1"), moved("branch", "main")]
    post = plain("bitbucket-push", push={"changes": changes})
    wanted = ("refs/heads/draft", "refs/tags/v1", "refs/heads/main")
    assert believe(post.fields, post.body, ()).refs == wanted
    post = plain("bitbucket-push", push={"changes": [*changes, moved("bookmark", "x")]})
    assert believe(post.fields, post.body, ()).refs == ()
    post = plain(
        "bitbucket-push", push={"changes": [{"new": None, "old": {"type": "branch", "name": "gone"}}]}
    )
    assert believe(post.fields, post.body, ()).refs == ("refs/heads/gone",)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"refs/heads/main"',
        b'{"ref": 7}',
        b'{"ref": "main"}',
        b'{"push": {"changes": {}}}',
        b'{"push": null, "changes": [null]}',
        b'{"changes": [{"new": [1]}]}',
        b'{"changes": [{"ref": {"id": 7, "type": "BRANCH"}}, 3]}',
        b"[" * 100_000,
        b'{"ref": ' + b"9" * 10_000 + b"}",
    ],
)
def test_a_payload_of_any_kind_of_brokenness_speaks_of_no_ref(body):
    """The payload is never trusted, and never needed: what cannot be read is only a reason to look."""
    assert believe({}, body, ()).refs == ()
    assert believe({"content-type": "application/x-www-form-urlencoded"}, b"payload=" + body, ()).refs == ()


def test_half_a_character_is_made_harmless():
    """A ref of the payload can be written into any answer."""
    (ref,) = believe({}, b'{"ref": "refs/heads/\\ud800"}', ()).refs
    assert json.dumps(ref, ensure_ascii=False).encode()


def test_a_large_payload_is_believed_but_not_read():
    """Payloads of megabytes are checked as they come, and only a reason to look."""
    post = plain("github-push", padding="x" * 300_000)
    scrutiny = Scrutiny({"x-hub-signature-256": hexdigest(SECRET, post.body)}, (SECRET,))
    for start in range(0, len(post.body), 1000):
        scrutiny.feed(post.body[start : start + 1000])
    assert scrutiny.verdict().refs == ()


def _settings(text: str = "", file: object = None) -> Settings:
    return Settings.model_validate(
        {"webhook_secret": SecretStr(text), **({"webhook_secret_file": file} if file else {})}
    )


def test_secrets_come_from_the_setting_and_the_file(tmp_path):
    """Commas or lines divide several; blanks around them are not part of them."""
    file = tmp_path / "secrets"
    file.write_text("three\n\n four \n")
    assert webhook_secrets(_settings("one, two", file)) == ("one", "two", "three", "four")
    assert webhook_secrets(_settings()) == ()


def test_a_secret_that_was_meant_but_is_empty_is_an_error(tmp_path):
    """A file that lost its content must not open the hook to everybody."""
    file = tmp_path / "secrets"
    file.write_text("\n")
    with pytest.raises(ConfigError, match="holds no secret"):
        webhook_secrets(_settings("", file))
    with pytest.raises(ConfigError, match="holds no secret"):
        webhook_secrets(_settings(" , "))
    file.write_bytes(b"\xff\xff")
    with pytest.raises(ConfigError, match="cannot be read"):
        webhook_secrets(_settings("", file))


def test_a_delivery_id_is_cut():
    """Ids are remembered: one must not be longer than any forge's."""
    post = replace(plain("github-push"), body=b"{}").sent_with(X_GitHub_Delivery="x" * 10_000)
    assert len(believe(post.fields, post.body, ()).id) == 128
