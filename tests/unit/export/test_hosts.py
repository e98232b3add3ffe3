"""What servers are told beside the files: redirects and media types, from addresses that authors wrote."""

from __future__ import annotations

import re

import pytest

from canopy.export.hosts import (
    redirect_page,
    rules_for_apache,
    rules_for_redirects,
    rules_for_types,
    unguessable,
)

HOSTILE = {
    '/a"\nRequire all denied\n"': "/x",
    "/b": '/x"\nSetHandler cgi-script\n"',
    "/c d": "/x",
    "/e$1(.*)": "/x",
    "/%{ENV:PATH}": "/x",
    "/f": "/x\n/* /evil 301!",
    "/g' || true || '": "/x",
}


def test_a_redirect_is_a_page_that_any_browser_follows() -> None:
    """With what search engines need, and with the author's target as text."""
    page = redirect_page('/x"><script>', "https://example.org/x").decode()
    assert '<meta http-equiv="refresh" content="0; url=/x&quot;&gt;&lt;script&gt;">' in page
    assert '<link rel="canonical" href="https://example.org/x">' in page
    assert "<script>" not in page


def test_what_is_no_harmless_path_gets_no_rule() -> None:
    """A line of rules cannot be smuggled in, by an address or by a target."""
    for rules in (
        rules_for_redirects({**HOSTILE, "/old": "/new"}),
        rules_for_apache("", {**HOSTILE, "/old": "/new"}, dict.fromkeys(HOSTILE, "text/plain")),
        rules_for_types(dict.fromkeys([*HOSTILE, "/old"], "text/plain")),
    ):
        text = rules.decode()
        assert "old" in text
        assert not re.search(r"denied|cgi-script|evil|ENV|true|\.\*\)", text)


@pytest.mark.parametrize(
    ("name", "media_type", "told"),
    [
        ("atom", "application/atom+xml; charset=utf-8", True),
        ("-/feeds/site.atom", "application/atom+xml; charset=utf-8", False),
        ("-/feeds/site.json", "application/feed+json; charset=utf-8", False),
        ("favicon.ico", "image/svg+xml", True),
        ("LICENSE", "text/plain; charset=utf-8", True),
        ("robots.txt", "text/plain; charset=utf-8", False),
        ("a/b.PNG", "image/png", False),
    ],
)
def test_servers_are_told_what_a_name_does_not_say(name: str, media_type: str, told: bool) -> None:
    """Of the others, they know the type by the extension."""
    assert unguessable(name, media_type) == told
