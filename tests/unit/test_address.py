"""What may be the address of a site: the same rules for its server, its people and other generators."""

from __future__ import annotations

import pytest

from canopy.address import site_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" https://camel.example/ ", "https://camel.example"),
        ("HTTPS://Camel.Example/Notes/", "https://camel.example/Notes"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[0:0::1]:8080/n", "http://[::1]:8080/n"),
        ("https://bücher.example/ö/%C3%A4", "https://xn--bcher-kva.example/%C3%B6/%C3%A4"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://camel.example:", "https://camel.example"),
        ("http://my_service:80", "http://my_service:80"),
    ],
)
def test_an_address_has_one_spelling(text: str, address: str) -> None:
    """In ASCII, as browsers ask for it, and without a slash at its end."""
    assert site_address(text) == address
    assert site_address(address) == address


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://ex:abc", "port"),
        ("https://ex:70000", "port"),
        ("https://ex:0", "port"),
        ("https://me:secret@camel.example", "user name"),
        ("https://camel.example/#top", "fragment"),
        ("https://camel.example/?", "query"),
        ("https://camel .example", "space"),
        ("https://camel.example/a b", "space"),
        ("https://camel.example/\N{ZERO WIDTH SPACE}\n", None),
        ('https://camel.example/"><script>', "character"),
        ("https://camel.example/a/../b", "dots"),
        ("https://camel.example//b", "empty part"),
        ("https://camel.example/%zz", "percent"),
        ("https://camel.example/a%2Fb", "percent"),
        ("https://", "host"),
        ("http://[::1", "host"),
        ("http://[x]", "host"),
        ("https://a..b", "host"),
        ("https://℀.example", "host"),
        ("https://" + "a" * 300, "host"),
        ("camel.example", "begin"),
        ("javascript:alert(1)", "begin"),
        ("", "begin"),
    ],
)
def test_what_is_none_is_told_why_without_repeating_it(text: str, reason: str | None) -> None:
    """A password in it must not get into a log."""
    if reason is None:
        assert site_address(text).isascii()
        return
    with pytest.raises(ValueError, match=reason) as caught:
        site_address(text)
    assert "secret" not in str(caught.value)
