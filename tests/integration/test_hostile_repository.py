"""Nothing in a repository takes the site down: odd files become pages or problems; and `canopy check`."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from pages import atom, read
from running import Server, canopy, environment, git, repository, running, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINE = re.compile(
    r"^(?P<path>.+?)(?::(?P<line>\d+))?: (?P<severity>error|warning): (?P<reason>.+) \((?P<cure>.+)\)$"
)

# ruff: noqa: E501 (the odd texts are easier to compare when each is on one line)
HEADERS = [
    "---\n", "---\n---\n", "---\ntitle: [\n---\nx\n", "---\n- a\n- b\n---\nx\n", "---\ntitle: {a: {b: c}}\n---\nx\n",
    "---\ntitle: &a [*a]\n---\nx\n", "---\n? complex\n: key\n---\nx\n", "---\ntitle: !!python/object:os.system x\n---\nx\n",
    "---\ndate: 2015-99-99\n---\nx\n", "---\ndate: [1, 2]\ntags: 7\nauthor: 3.5\n---\nx\n", "---\ntitle: \"\\x00\"\n---\n",
    "+++\ntitle = \n+++\nx\n", "+++\ntitle = 'x'\n", "{\n\"title\": \n}\n", "---\n" + "a: " * 5000 + "\n---\n",
    "---\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" if n else "a0: &a0 [x, x]\n" for n in range(30)) + "---\n",
    "---\nslug: ../../etc/passwd\n---\nx\n", "---\nurl: /-/live\n---\nx\n", "---\npermalink: //evil.example/\n---\nx\n",
    "---\naliases: [/, /-/status, /atom, '', 7]\n---\nx\n", "---\nredirect: javascript:alert(1)\n---\nx\n",
    "redirect: /odd/head-20.md\n", "---\ntitle: " + "T" * 100_000 + "\n---\nx\n", "---\ntags: " + "a, " * 5000 + "\n---\nx\n",
    "---\ndate: 0001-01-01\n---\nx\n", "---\ndate: 9999-12-31T23:59:59-23:59\n---\nx\n", "\ufeff---\r\ntitle: BOM\r\n---\r\nx\r\n",
]  # fmt: skip
NAMES = [
    "a space.md", "quote'\".md", "per%cent.md", "per%20cent.md", "hash#tag.md", "what?.md", "new\nline.md", "tab\there.md",
    "ñandú.md", "日本語.md", "e\u0301.md", "\u202eright.md", "-dash.md", "back\\slash.md", "semi;colon.md", "a+b&c=d.md",
    "<script>alert(1)<", "..hidden.md", "...md", "CON.md", "x" * 250 + ".md", "*.md", "{{7*7}}.md", "a.md.md",
]  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with everything that is odd."""
    work = tmp_path_factory.mktemp("hostile") / "notes"
    files: dict[str, str | bytes] = {f"good/{n}.md": f"# Good {n}\n\nText {n}.\n" for n in range(5)}
    files |= {f"odd/head-{n}.md": text for n, text in enumerate(HEADERS)}
    files |= {f"names/{name}": f"# Named {n}\n" for n, name in enumerate(NAMES)}
    files |= {
        "binary.md": bytes(range(256)) * 40,
        "latin.md": "# Caf\xe9\n".encode("latin-1"),
        "broken-utf8.md": b"# Ok\n\n\xc3\x28 \xf0\x28\x8c\xbc \xed\xa0\x80\n",
        "nul.md": b"# Nul\x00led\n",
        "empty.md": b"",
        "blank.md": b"\n\n \n",
        "huge.md": b"# Huge\n\n" + b"word " * 1_200_000,
        "oneline.md": b"# One line\n\n" + b"*a_`[" * 20_000,
        "deep/" + "/".join("d" * 3 for _ in range(40)) + "/leaf.md": "# Leaf\n",
        "lfs.png": "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n",
        "Both.md": "# Both by name\n",
        "both.md": "# both in lower case\n",
        "Same.md": "---\nslug: wanted\n---\n# First\n",
        "Other.md": "---\nslug: wanted\n---\n# Second\n",
        "tags": "# A file called tags\n",
        "atom": "# A file called atom\n",
        "-/live": "# A file in our own place\n",
        "index.html": "<script>alert(1)</script>",
    }
    repository(work, files)
    (work / "passwd.md").symlink_to("/etc/passwd")
    (work / "etc").symlink_to("/etc")
    (work / "up.md").symlink_to("../../../../../../etc/passwd")
    git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module", cwd=work)
    raw = (
        b"100644 blob "
        + git("hash-object", "-w", "Both.md", cwd=work).strip().encode()
        + b"\tnot-utf8-\xff.md\x00"
    )
    subprocess.run(
        ["git", "update-index", "-z", "--index-info"], cwd=work, input=raw, env=environment(), check=True
    )
    git("add", "passwd.md", "etc", "up.md", cwd=work)
    git("commit", "-qm", "Odd", cwd=work)
    return work


@pytest.fixture(scope="module")
def site(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve it."""
    with running(str(hostile / ".git"), data=tmp_path_factory.mktemp("data")) as server:
        server.wait_until(lambda state: state["rendered"] >= state["pages"], seconds=60)
        yield server


def test_the_others_are_served(site: Server) -> None:
    """Every other page still serves 200, and so do the listings, the tags and the feed."""
    for number in range(5):
        assert f"Text {number}." in site.get(f"/good/{number}").text
    for path in ("/", "/good", "/odd", "/names", "/tags"):
        assert site.get(path).status == 200, path
    atom(site.get("/atom").body)
    assert "Traceback" not in site.output
    assert site.state()["state"] == "ok"


def test_every_file_is_a_page_or_a_problem(site: Server, hostile: Path) -> None:
    """Each odd file "becomes a page or a `Problem` with file, line, reason and cure"."""
    text = "\n".join(site.state()["problems"])
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=hostile, capture_output=True, check=True).stdout
    names = [name.decode("utf-8", "replace") for name in listed.split(b"\0")[:-1]]
    lost = []
    for name in names:
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
        statuses = {site.get("/" + quote(path)).status for path in (name, name.removesuffix(".md"))}
        if not statuses & {200, 301} and shown not in text and "not-utf8" not in name:
            lost.append(name)
    # Names that begin with a dot are hidden, as everywhere.
    assert sorted(lost) == ["names/...md", "names/..hidden.md"]


def test_every_page_of_the_lists_is_there(site: Server) -> None:
    """Every link in a listing leads to a page, whatever its file is called."""
    links = {link for path in ("/", "/names", "/odd") for link in read(site.get(path).text).links}
    inner = {link.partition("#")[0] for link in links if link.startswith("/")}
    assert len(inner) > len(NAMES)
    wrong = {link: status for link in inner if (status := site.get(link).status) != 200}
    assert wrong == {}


def test_nothing_of_the_machine_is_shown(site: Server) -> None:
    """Symlinks: "no checkout; skipped with a problem": nothing of /etc is on any page."""
    for path in ("/passwd", "/passwd.md", "/etc/passwd", "/etc", "/up", "/up.md", "/module"):
        reply = site.get(path)
        assert reply.status == 404
        assert "root:" not in reply.text
    problems = site.state()["problems"]
    for name, word in (
        ("passwd.md", "symbolic"),
        ("etc", "symbolic"),
        ("module", "submodule"),
        ("lfs.png", "LFS"),
    ):
        assert any(line.startswith(name) and word in line for line in problems), name


def test_content_is_no_template_and_no_script(site: Server) -> None:
    """Names and titles are text: no template runs, no markup of a name becomes markup."""
    assert site.get("/names/%7B%7B7*7%7D%7D").status == 200
    listing = site.get("/names").text
    assert "49.md" not in listing
    assert "<script>alert" not in listing
    assert site.get("/-/live").text == "live\n"
    reply = site.get("/odd/head-20.md")
    assert reply.headers.get("location", "/").startswith("/")
    assert 'href="javascript:' not in reply.text


def test_check_prints_like_a_compiler(hostile: Path, site: Server) -> None:
    """`canopy check` "prints them like a compiler (exit 1 if any error)", each with its cure."""
    bare = hostile.with_name("bare.git")
    git("clone", "-q", "--bare", str(hostile), str(bare))
    done = canopy("check", str(bare))
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in lines if not LINE.match(line)] == []
    assert "Traceback" not in done.stderr
    assert re.search(r"\d+ pages?, \d+ files?, \d+ errors?, \d+ warnings?", done.stderr)
    assert set(site.state()["problems"]) <= set(lines)


def test_check_sees_what_is_not_committed(tmp_path: Path) -> None:
    """Check in a work tree sees uncommitted files, honours .gitignore, and exits with 0 for warnings."""
    work = repository(tmp_path / "notes", {"one.md": "# One\n", ".gitignore": "drafts/\n*.tmp\n"})
    (work / "sub").mkdir()
    assert canopy("check", str(work)).returncode == 0
    bad = "---\ntitle: [unclosed\nnonsense\n---\nText\n"
    write(work, {"bad.md": bad, "drafts/x.md": bad, "y.tmp": b"\xff"})
    done = canopy("check", cwd=work / "sub")
    assert done.returncode == 1
    assert re.search(r"^bad\.md:3: error: ", done.stdout, re.MULTILINE)
    assert "drafts" not in done.stdout
    assert git("status", "--porcelain", cwd=work).split() == ["??", "bad.md"]
    write(work, {"bad.md": "# Good\n\n[nowhere](missing.md)\n"})
    warned = canopy("check", cwd=work)
    assert warned.returncode == 0
    assert re.search(r"^bad\.md:3: warning: .*missing\.md", warned.stdout, re.MULTILINE)


def test_check_tells_what_waits(tmp_path: Path) -> None:
    """Drafts and pages of another time are counted, the next is named, and their faults are found."""
    files = {
        "draft.md": "---\ndraft: true\n---\n[nowhere](missing.md)\n",
        "far.md": "---\ndate: 2990-05-04T12:30+02:00\n---\n",
        "near.md": "---\ndate: 2980-05-04T12:30+02:00\n---\n",
        "over.md": "---\nexpires: 2016-05-04\n---\n",
        "one.md": "# One\n",
    }
    done = canopy("check", str(repository(tmp_path / "notes", files)))
    assert "1 page," in done.stderr
    told = "1 draft, 2 still to come, 1 expired; next is near.md, at 2980-05-04 12:30+02:00"
    assert f"not there for readers: {told}" in done.stderr
    assert re.search(r"^draft\.md:4: warning: .*missing\.md", done.stdout, re.MULTILINE)


def test_check_of_nothing_says_so(tmp_path: Path) -> None:
    """A place that cannot be read is one line and exit 1 or 2, never a traceback."""
    for place in (str(tmp_path / "nowhere"), "htps://x/y"):
        done = canopy("check", place)
        assert done.returncode in (1, 2)
        assert done.stderr.startswith("canopy: ")
        assert "Traceback" not in done.stderr


def test_a_commit_that_goes_wrong_leaves_the_rest(hostile: Path, site: Server) -> None:
    """A later push to a repository of oddities shows, and only what changed is new."""
    write(hostile, {"good/0.md": "# Good 0\n\nChanged text.\n"})
    git("add", "good/0.md", cwd=hostile)
    git("commit", "-qm", "Change", cwd=hostile)
    before = len(site.state()["problems"])
    site.wait_for("/good/0", "Changed text.")
    assert site.get("/good/1").status == 200
    site.wait_until(lambda state: len(state["problems"]) == before)
