"""What servers are told beside the files: redirects and media types, from addresses that authors wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from canopy.export.hosts import (
    Rules,
    quoted,
    redirect_page,
    rules_for_apache,
    rules_for_headers,
    rules_for_redirects,
    unguessable,
)
from canopy.render.protection import SANDBOX

if TYPE_CHECKING:
    from collections.abc import Callable

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


@pytest.mark.parametrize("write", [rules_for_redirects, rules_for_headers, rules_for_apache])
def test_what_is_no_harmless_path_gets_no_rule(write: Callable[[Rules], bytes]) -> None:
    """A line of rules cannot be smuggled in, by an address or by a target."""
    types = dict.fromkeys([*HOSTILE, "/old"], "text/plain")
    policies = dict.fromkeys([*HOSTILE, "/old"], SANDBOX.decode())
    rules = Rules("", {**HOSTILE, "/old": "/new"}, types, policies, [*HOSTILE, "/old"])
    text = write(rules).decode()
    assert "old" in text
    for line in text.splitlines():
        assert not re.match(r"\s*(Require|SetHandler cgi)", line)
    assert not re.search(r'("[^"\n]*){6}|/evil 301|%\{ENV', text)


def test_no_name_gets_around_its_policy() -> None:
    """A document of the repository is sandboxed whatever it is called: its author chose the name."""
    names = ["/a'b.html", '/a"b.html', "/a`%$.html", "/nl\n.html", "/ä ö.html", "/plain.html", "/*.html"]
    rules = Rules("/n", policies={"/n" + name: SANDBOX.decode() for name in names})
    text = rules_for_apache(rules).decode()
    patterns = re.findall(r'SetEnvIf Request_URI "(.*)" canopy-policy-0', text)
    headers = rules_for_headers(rules).decode().split("\n")
    for name in names:
        assert any(re.search(pattern, "/n" + name, re.DOTALL) for pattern in patterns), name
        place = headers.index(quoted("/n" + name))
        assert headers[place + 2].endswith(SANDBOX.decode())


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
