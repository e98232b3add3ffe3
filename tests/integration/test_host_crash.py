"""The host dies at any moment: what git called successful is there, and nothing is in the way afterwards."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import githost
import pytest
from githost import ENVIRONMENT, Site, accept, commit, git, make_bare, make_site, run, served

from canopy.git.quarantine import sweep
from canopy.git.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from canopy.git.push import Proposal, Verdict

# By hand: CANOPY_KILLS=200.
KILLS = int(os.environ.get("CANOPY_KILLS", "12"))


@contextmanager
def host_process(repository: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve a repository in a process of its own, which is killed at the end if it still lives."""
    tests = str(Path(githost.__file__).parent)
    with subprocess.Popen(
        [sys.executable, githost.__file__, str(repository)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**ENVIRONMENT, "PYTHONPATH": os.pathsep.join((tests, str(Path(tests).parent)))},
    ) as process:
        assert process.stdout
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def test_killed_at_random_moments(tmp_path: Path) -> None:
    """Over many kills during pushes no acknowledged commit is lost, and the next push always works."""
    repository, work = make_bare(tmp_path / "notepad.git"), tmp_path / "work"
    git("init", "-q", "-b", "main", work)
    chance = random.Random(20260101)
    acknowledged: list[str] = []
    for number in range(KILLS):
        with host_process(repository) as (process, url):
            tip = commit(work, f"change {number}", **{f"note{number % 7}_md": f"{number}\n" * 50})
            pusher = subprocess.Popen(
                ["git", "push", "-q", url, "main", f"main:refs/heads/b{number % 5}/x", "--force"],
                cwd=work,
                env=ENVIRONMENT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            killer = threading.Timer(chance.uniform(0.01, 0.25), process.kill)
            killer.start()
            pushed = pusher.wait(60) == 0
            killer.cancel()
            killer.join()
        if pushed:
            acknowledged.append(tip)
            assert git("rev-parse", "refs/heads/main", at=repository) == tip
    with host_process(repository) as (_, url):
        git("push", "-q", url, "main", "main:refs/heads/last", "--force", at=work)
    assert git("rev-parse", "main", at=repository) == git("rev-parse", "main", at=work)
    for tip in acknowledged:
        git("merge-base", "--is-ancestor", tip, "main", at=repository)
    assert run("fsck", "--strict", at=repository).stderr == ""
    assert not list((repository / "refs").rglob("*.lock"))
    assert not list((repository / "objects").glob("tmp_*"))


DIE_AT = """
import os, sys, signal
import canopy.git.{module} as module
real = module.{owner}
def die(*arguments, **options):
    {before}
    os.kill(os.getpid(), signal.SIGKILL)
module.{owner} = die
sys.argv[1:] = [{repository!r}]
import githost
githost.main()
"""


@pytest.mark.parametrize(
    ("module", "owner", "before"),
    [
        ("receive", "take_in", ""),
        ("receive", "take_in", "real(*arguments, **options)"),
        ("quarantine", "Quarantine.accept", ""),
        ("quarantine", "Quarantine.accept", "real(*arguments, **options)"),
        ("reflocks", "RefTransaction.commit", ""),
        ("reflocks", "RefTransaction.commit", "real(*arguments, **options)"),
        ("reflocks", "_second_name", "real(*arguments, **options)"),
        ("reflocks", "_rewrite", "real(*arguments, **options)"),
        ("reflocks", "sync_directory", ""),
    ],
)
def test_killed_at_each_step(tmp_path: Path, module: str, owner: str, before: str) -> None:
    """Wherever a push dies, the repository is sound, and the next push cleans up and goes through."""
    repository, work = make_bare(tmp_path / "notepad.git"), tmp_path / "work"
    git("init", "-q", "-b", "main", work)
    commit(work, a_md="a\n")
    git("push", "-q", repository, "main", "main:gone", at=work)
    git("pack-refs", "--all", at=repository)
    tip = commit(work, b_md="b\n")
    program = DIE_AT.format(module=module, owner=owner, before=before or "pass", repository=str(repository))
    tests = Path(githost.__file__).parent
    environment = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join((str(tests), str(tests.parent)))}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        done = run("push", "-q", url, "main", "main:new/branch", ":gone", at=work, check=False)
        assert done.returncode
        assert process.wait(60) == -signal.SIGKILL
    assert run("fsck", "--strict", at=repository).stderr == ""
    with served(Site(repository, githost.Host(Repository.open(repository)))) as site:
        run("push", "-q", site.url, "main", "main:new/branch", ":gone", at=work, check=False)
        run("push", "-q", site.url, "main", "main:other", at=work)
    assert git("rev-parse", "main", "other", at=repository).split() == [tip, tip]
    assert run("fsck", "--strict", at=repository).stderr == ""
    assert not list((repository / "refs").rglob("*.lock"))
    assert not list((repository / "objects").glob("tmp_*"))


def test_the_sweep_spares_the_living(tmp_path: Path) -> None:
    """A push that is still being spooled or reviewed is not swept away by another one."""
    with served(make_site(tmp_path / "notepad.git")) as site:
        work, other = tmp_path / "work", tmp_path / "other"
        for path in (work, other):
            git("clone", "-q", site.url, path)
            git("checkout", "-q", "-B", "main", at=path)
        tip = commit(work, a_md="a\n")
        inside: list[int] = []

        def review(proposal: Proposal) -> Verdict:
            sweep(site.path)
            inside.append(len(list((site.path / "objects").glob("tmp_*"))))
            return accept(proposal)

        site.review = review
        git("push", "-q", "origin", "main", at=work)
        assert inside == [1]
        assert site.tip() == tip
