"""What a request's address means, and the fields that protect readers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canopy.render.protection import security_headers
from canopy.web.headers import decode_path, with_security


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"/", "/"),
        (b"/Posts/ARP", "/Posts/ARP"),
        (b"/tags/help%20needed", "/tags/help needed"),
        (b"/caf%C3%A9", "/café"),
        ("/café".encode(), "/café"),
        (b"/100%25", "/100%"),
        (b"/what%3F%23", "/what?#"),
        (b"/a%252Fb", "/a%2Fb"),
    ],
)
def test_a_path_is_decoded_once(raw, path):
    """Percent-encoding is undone once, as UTF-8."""
    assert decode_path(raw) == path


@pytest.mark.parametrize("raw", [b"/%00", b"/a%0ab", b"/%7f", b"/%ff", b"/%C3", b"*", b"", b"http://x/"])
def test_an_address_that_means_nothing_is_refused(raw):
    """Control characters, invalid UTF-8 and what is not a path are 400."""
    assert decode_path(raw) is None


@pytest.mark.parametrize("raw", [b"/a%2Fb", b"/a%2fb", b"/%2F%2F"])
def test_an_encoded_slash_names_nothing(raw):
    """An encoded slash is data, and no path of a site has one: 404, never the page at /a/b."""
    assert decode_path(raw) == ""


@given(st.binary(max_size=60))
def test_no_bytes_whatever_break_the_decoding(raw):
    """Any request target is a path that begins with a slash, nothing, or refused."""
    path = decode_path(b"/" + raw)
    assert path is None or path == "" or path.startswith("/")


def test_every_answer_is_protected():
    """The security fields are complete; HSTS is there with TLS only, for one year as in the original."""
    names = {name for name, _ in security_headers(https=False)}
    assert names == {
        b"content-security-policy",
        b"x-content-type-options",
        b"referrer-policy",
        b"cross-origin-opener-policy",
        b"cross-origin-resource-policy",
        b"permissions-policy",
    }
    assert dict(security_headers(https=True))[b"strict-transport-security"] == b"max-age=31536000"


def test_the_policy_allows_no_inline_script_or_style():
    """The content policy begins with nothing and adds our own origin, without any unsafe- keyword."""
    policy = dict(security_headers(https=False))[b"content-security-policy"]
    assert policy.startswith(b"default-src 'none'; script-src 'self';")
    assert b"unsafe" not in policy


def test_a_file_keeps_its_stricter_policy():
    """A field that a representation has of its own is not sent twice."""
    own = [(b"content-security-policy", b"sandbox"), (b"etag", b'"x"')]
    headers = with_security(own, security_headers(https=False))
    assert [value for name, value in headers if name == b"content-security-policy"] == [b"sandbox"]
    assert (b"x-content-type-options", b"nosniff") in headers
