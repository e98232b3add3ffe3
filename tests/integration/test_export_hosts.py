"""An export on real web servers: Apache by the `.htaccess` in it, nginx by the lines that the README gives.

For each address the answer is compared with that of Canopy itself: status, media type, policy, body.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

import pytest
from running import Reply, Server, canopy, commit, git, repository, running
from servers import need

from canopy.render.protection import SANDBOX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILES: dict[str, str | bytes] = {
    "index.md": "# Home\n",
    "posts/one.md": "---\ntitle: One\ntags: [x, 'ä b']\n"
    "aliases: [/older, /früher/es, '/with space/x']\n---\nT\n",
    "posts/naïve file.md": "# Naïve\n",
    "bye.md": "# Gone\n",
    "weg & tö.md": "# Weg\n",
    "img/pic.png": b"\x89PNG\r\n\x1a\n",
    "img/sea.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
    "img/rå w.html": "<p>raw",
    "img/it's 100%.html": "<p>raw",
    "img/data.xml": "<x/>",
    "img/run.php": "<?php echo 1;\n",
    "LICENSE": "free\n",
}
SAME = [
    *("/", "/posts/one", "/posts", "/posts/na%C3%AFve%20file", "/tags/%C3%A4%20b", "/atom", "/sitemap.xml"),
    *("/robots.txt", "/favicon.ico", "/LICENSE", "/img/n%C3%A9w.png", "/img/sea.svg", "/-/feeds/site.rss"),
]
DOCUMENTS = ["/img/r%C3%A5%20w.html", "/img/it's%20100%25.html", "/img/data.xml"]
MOVED = ["/older", "/fr%C3%BCher/es", "/with%20space/x", "/img/pic.png", "/feed.xml"]
GONE = ["/bye", "/weg%20&%20t%C3%B6"]
README = Path(__file__).parents[2] / "README.md"
MODULES = "/usr/lib/apache2/modules"
LOADED = ("mpm_event", "authz_core", "mime", "dir", "alias", "headers", "setenvif", "rewrite", "status")
APACHE = """
ServerRoot {top}
PidFile {top}/pid
ErrorLog {top}/log
ServerName localhost
Listen 127.0.0.1:{port}
{modules}
TypesConfig /etc/mime.types
User www-data
Group www-data
DocumentRoot {top}/root
<Directory {top}/root>
  AllowOverride All
</Directory>
# As Debian's PHP says it.
<FilesMatch ".+\\.php$">
  SetHandler server-status
</FilesMatch>
"""
NGINX = """
{user}
pid {top}/pid;
error_log {top}/log;
daemon off;
events {{}}
http {{
  access_log off;
  include /etc/nginx/mime.types;
  client_body_temp_path {top}/body;
  proxy_temp_path {top}/proxy;
  fastcgi_temp_path {top}/fastcgi;
  uwsgi_temp_path {top}/uwsgi;
  scgi_temp_path {top}/scgi;
  {rules}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = repository(tmp_path_factory.mktemp("hosts") / "notes", FILES)
    git("rm", "-q", "bye.md", "weg & tö.md", cwd=work)
    git("mv", "img/pic.png", "img/néw.png", cwd=work)
    commit(work, "Move and remove")
    return work


@contextlib.contextmanager
def exported(notes: Path, base: str) -> Iterator[Path]:
    """Export the notes to `root` with the site's path in a folder that a server's own user can read."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="canopy-hosts-") as name:
        top = Path(name)
        top.chmod(0o755)
        (top / "root").mkdir()
        options = ["--base-url", f"https://example.org{base}", "--data", str(notes.parent / "data")]
        done = canopy("export", f"{top}/root{base}", f"{notes}#main", *options)
        assert done.returncode == 0, done.stderr
        yield top


@contextlib.contextmanager
def serving(command: list[str], port: int, top: Path) -> Iterator[None]:
    with (top / "out").open("wb") as out:
        process = subprocess.Popen(command, stderr=subprocess.STDOUT, stdout=out)
    try:
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None, (top / "out").read_text() + (top / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


@dataclass(frozen=True)
class Pair:
    """The same notes as files on some web server, and on Canopy."""

    port: int
    canopy: Server
    base: str = ""

    def get(self, path: str) -> Reply:
        """Ask the web server."""
        return Server(self.canopy.process, self.port).get(self.base + path)

    def told(self, path: str) -> Reply:
        """Ask Canopy."""
        return self.canopy.get(self.base + path)


@contextlib.contextmanager
def paired(notes: Path, base: str, command: Callable[[Path, int], list[str]]) -> Iterator[Pair]:
    port = free_port()
    with exported(notes, base) as top, serving(command(top, port), port, top):
        address = f"https://example.org{base}"
        with running(f"{notes}#main", "--base-url", address, data=notes.parent / f"served{base}") as server:
            server.wait_until(lambda state: state["commit"])
            yield Pair(port, server, quote(base))


@pytest.fixture(scope="module")
def apache(notes: Path) -> Iterator[Pair]:
    """Apache, below a path."""
    apache2 = need("apache2")

    def command(top: Path, port: int) -> list[str]:
        modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED)
        text = APACHE.format(top=top, port=port, modules=modules)
        # Whoever is not root cannot become another user.
        (top / "conf").write_text(text if os.geteuid() == 0 else re.sub("(?m)^(User|Group) .*", "", text))
        return [apache2, "-f", f"{top}/conf", "-D", "FOREGROUND"]

    with paired(notes, "/sub-ä", command) as pair:
        yield pair


@pytest.fixture(scope="module")
def nginx(notes: Path) -> Iterator[Pair]:
    """nginx, with the lines of the README."""
    program = need("nginx")
    rules = next(
        block
        for block in re.findall(r"(?s)```nginx\n(.*?)```", README.read_text("utf-8"))
        if "map $uri $policy" in block
    )

    def command(top: Path, port: int) -> list[str]:
        own = rules.replace("listen 80", f"listen 127.0.0.1:{port}").replace("/srv/site", f"{top}/root")
        assert str(port) in own
        assert str(top) in own
        user = "user root;" if os.geteuid() == 0 else ""
        (top / "conf").write_text(NGINX.format(top=top, user=user, rules=own))
        return [program, "-c", f"{top}/conf", "-e", f"{top}/log", "-p", str(top)]

    with paired(notes, "", command) as pair:
        yield pair


@pytest.fixture(params=["apache", "nginx"])
def pair(request: pytest.FixtureRequest) -> Pair:
    found: Pair = request.getfixturevalue(request.param)
    return found


def kind(reply: Reply) -> str:
    return reply.headers["content-type"].partition(";")[0].replace("text/xml", "application/xml")


@pytest.mark.parametrize("path", SAME)
def test_an_address_answers_as_on_canopy(pair: Pair, path: str) -> None:
    """Status, type, policy and bytes; pages without a slash, files beyond ASCII, what has no ending."""
    reply, own = pair.get(path), pair.told(path)
    assert (reply.status, own.status) == (200, 200)
    assert reply.body == own.body
    assert kind(reply) == kind(own)
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"] == own.headers["content-security-policy"]


def test_what_is_not_there_is_not_found(pair: Pair) -> None:
    """With the page that Canopy shows, and its policy."""
    reply, own = pair.get("/nöwhere".replace("ö", "%C3%B6")), pair.told("/x")
    assert (reply.status, own.status) == (404, 404)
    assert "There is no such page" in reply.text
    assert reply.headers["content-security-policy"] == own.headers["content-security-policy"]


@pytest.mark.parametrize("path", MOVED)
def test_an_old_address_leads_to_the_new_one(pair: Pair, path: str) -> None:
    """Apache redirects as Canopy does; elsewhere a page leads on, or the file itself is there."""
    reply, own = pair.get(path), pair.told(path)
    target = own.headers["location"]
    assert own.status == 301
    if reply.status == 301:
        place = urlsplit(reply.headers["location"]).path
        assert unquote(place) == unquote(target)
    else:
        assert reply.status == 200
        assert f'url={target}"'.encode() in reply.body or reply.body == pair.canopy.get(target).body


def test_apache_sandboxes_every_document_of_the_notes(apache: Pair) -> None:
    """Whatever its name."""
    for path in DOCUMENTS:
        reply, own = apache.get(path), apache.told(path)
        assert (reply.status, reply.body, kind(reply)) == (200, own.body, kind(own))
        assert reply.headers["content-security-policy"] == SANDBOX.decode(), path
        assert own.headers["content-security-policy"] == SANDBOX.decode()


def test_apache_runs_nothing(apache: Pair) -> None:
    """A program among the notes is text, though the server has a handler for its like."""
    reply, own = apache.get("/img/run.php"), apache.told("/img/run.php")
    assert (reply.status, reply.body, kind(reply)) == (200, own.body, kind(own))


def test_apache_redirects(apache: Pair) -> None:
    """With a 301, not with a page."""
    assert {apache.get(path).status for path in MOVED} == {301}


@pytest.mark.parametrize("path", GONE)
def test_apache_says_that_a_deleted_page_is_gone(apache: Pair, path: str) -> None:
    """410, and the words of Canopy; elsewhere it is a page that says so."""
    reply, own = apache.get(path), apache.told(path)
    assert (reply.status, own.status) == (410, 410)
    assert reply.body == own.body
