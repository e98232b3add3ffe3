"""Workers that hang, crash, or lose their parent: only the job at fault notices."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError, Future, wait
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from canopy.render.jobs import FragmentRequest, render_fragments
from canopy.render.workers import RenderCrashed, RenderTimeout, Workers, WorkersClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from canopy.render.fragment import Fragment

LONG = 60.0


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    pool = Workers(2)
    yield pool
    pool.close()


def rendered(workers: Workers, text: str, timeout: float = LONG) -> Fragment:
    return workers.submit(render_fragments, (FragmentRequest(text),), timeout=timeout).result(LONG)[0]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def processor_ticks(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


def until(condition: Callable[[], bool], seconds: float = LONG) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_new_worker_has_read_the_theme(workers: Workers) -> None:
    """Whoever replaces an ended worker need not read the theme first, or its first page is late."""
    with pytest.raises(RenderTimeout):
        workers.submit(time.sleep, LONG, timeout=0.1).result(LONG)
    read = "__import__('canopy.render.theme').render.theme.Theme.default.cache_info().currsize"
    assert [workers.submit(eval, read, timeout=LONG).result(LONG) for _ in range(4)] == [1] * 4


def test_requests_come_back_in_their_order(workers: Workers) -> None:
    """A batch of texts gives a fragment for each, block or inline."""
    requests = (
        FragmentRequest("# a"),
        FragmentRequest("*b*", inline=True),
        FragmentRequest("<u>c", trusted=True),
    )
    heading, inline, trusted = workers.submit(render_fragments, requests, timeout=LONG).result(LONG)
    assert heading.toc[0].id == "a"
    assert inline.parts == ("<em>b</em>",)
    assert "<u>c" in trusted.parts[0]


def test_a_job_that_hangs_is_killed_and_others_are_not(workers: Workers) -> None:
    """A regular expression that never ends holds its worker's interpreter, and still dies in time."""
    hanging = workers.submit(re.fullmatch, "(a|a)*b", "a" * 60, timeout=0.3)
    assert rendered(workers, "*other*").parts == ("<p><em>other</em></p>\n",)
    with pytest.raises(RenderTimeout):
        hanging.result(LONG)
    assert rendered(workers, "next").parts == ("<p>next</p>\n",)


def test_a_crash_fails_its_own_job_only(workers: Workers) -> None:
    """A worker that aborts takes no other job with it."""
    crashing = workers.submit(os.abort, timeout=LONG)
    assert rendered(workers, "other").parts == ("<p>other</p>\n",)
    with pytest.raises(RenderCrashed):
        crashing.result(LONG)
    assert rendered(workers, "next").parts == ("<p>next</p>\n",)


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_a_job_beyond_its_memory_fails(workers: Workers) -> None:
    """Two gigabytes are refused, and the worker stays usable."""
    with pytest.raises(RenderCrashed):
        workers.submit(bytearray, 2 * 1024**3, timeout=LONG).result(LONG)
    assert rendered(workers, "next").parts == ("<p>next</p>\n",)


def test_what_a_job_raises_reaches_the_caller(workers: Workers) -> None:
    """An ordinary exception passes as it is."""
    with pytest.raises(ZeroDivisionError):
        workers.submit(divmod, 1, 0, timeout=LONG).result(LONG)


def test_an_idle_worker_may_be_killed(workers: Workers) -> None:
    """The out-of-memory killer taking an idle worker does not end the service."""
    for _ in range(2):
        os.kill(workers.submit(os.getpid, timeout=LONG).result(LONG), signal.SIGKILL)
        assert rendered(workers, "still here").parts == ("<p>still here</p>\n",)


def test_workers_ignore_the_keyboard(workers: Workers) -> None:
    """Ctrl-C reaches the whole process group; only the parent decides what it means."""
    os.kill(workers.submit(os.getpid, timeout=LONG).result(LONG), signal.SIGINT)
    assert rendered(workers, "x").parts == ("<p>x</p>\n",)


def test_what_a_reader_waits_for_overtakes_what_is_done_ahead() -> None:
    """With one worker, an urgent job is next, however many wait in the background."""
    pool = Workers(1)
    try:
        order: list[str] = []
        first = pool.submit(time.sleep, 0.3, timeout=LONG, background=True)
        ahead = [pool.submit(abs, -n, timeout=LONG, background=True) for n in range(5)]
        urgent = pool.submit(abs, -1, timeout=LONG)
        for job in ahead:
            job.add_done_callback(lambda _: order.append("ahead"))
        urgent.add_done_callback(lambda _: order.append("urgent"))
        wait([first, urgent, *ahead], timeout=LONG)
        assert until(lambda: len(order) == 6)
        assert order[0] == "urgent"
    finally:
        pool.close()


def test_work_ahead_leaves_a_worker_free() -> None:
    """Long background jobs never fill all of several workers."""
    pool = Workers(2)
    try:
        ahead = [pool.submit(time.sleep, LONG * 4, timeout=LONG * 8, background=True) for _ in range(3)]
        assert pool.submit(abs, -1, timeout=LONG).result(LONG) == 1
        assert not any(job.done() for job in ahead)
    finally:
        pool.close()


def test_a_waiting_job_can_be_cancelled() -> None:
    """Nobody waits for it any more: it is never started."""
    pool = Workers(1)
    try:
        pool.submit(time.sleep, 0.2, timeout=LONG)
        waiting = pool.submit(os.abort, timeout=LONG)
        assert waiting.cancel()
        with pytest.raises(CancelledError):
            waiting.result(LONG)
        assert pool.submit(abs, -1, timeout=LONG).result(LONG) == 1
    finally:
        pool.close()


def test_closing_ends_everything() -> None:
    """Running and waiting jobs fail, later ones too, the processes are gone, and twice is no error."""
    pool = Workers(1)
    pid = pool.submit(os.getpid, timeout=LONG).result(LONG)
    jobs = [pool.submit(time.sleep, LONG * 4, timeout=LONG * 8) for _ in range(3)]
    pool.close()
    pool.close()
    for job in [*jobs, pool.submit(abs, 1, timeout=LONG)]:
        with pytest.raises(WorkersClosed):
            job.result(LONG)
    assert until(lambda: not alive(pid))


def test_closing_before_any_job() -> None:
    """A service that stops as soon as it starts leaves nothing behind."""
    Workers(2).close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_die_with_their_parent() -> None:
    """A kill -9 of the parent leaves no worker running, not even one that is inside a regular expression."""
    script = (
        "import os, re, time\n"
        "from canopy.render.workers import Workers\n"
        "if __name__ == '__main__':\n"
        "    pool = Workers(1)\n"
        "    pid = pool.submit(os.getpid, timeout=60).result()\n"
        "    pool.submit(re.fullmatch, '(a|a)*b', 'a' * 60, timeout=600)\n"
        "    print(pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        # Busy for more than a start costs: the expression has begun.
        assert until(lambda: processor_ticks(worker) > 30)
        parent.kill()
    gone = until(lambda: not alive(worker))
    if not gone:
        os.kill(worker, signal.SIGKILL)
    assert gone


HOSTILE = {
    "heading of spaces": "# a" + " " * 20_000 + "b",
    "stars": "**a*" * 10_000,
    "brackets": "![" * 20_000 + "](" * 20_000,
    "backticks": "".join("`" * n + " " for n in range(1, 400)),
    "unclosed tags": "<a href='" * 20_000,
    "unclosed comments": "<!--" * 20_000,
    "formatting elements": "<b><p>" * 3_000,
    "dollars": "$a " * 30_000,
    "nested math": "$$" + "\\sqrt{" * 5_000 + "x" + "}" * 5_000 + "$$",
    "wide table": "|a" * 10_000 + "|\n" + "|-" * 10_000 + "|\n" + "|1|\n" * 100,
    "footnotes": "".join(f"[^{n}]: a[^{n + 1}]\n\n" for n in range(2_000)) + "[^0]",
    "java": "```java\n" + "\n".join("a.b " * 400 for _ in range(8)) + "\n```",
    "five megabytes": "word *x* " * 600_000,
    "nested lists": "".join("  " * n + "- a\n" for n in range(1_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_cost_no_more_than_their_time(workers: Workers, name: str) -> None:
    """A text made to be slow is rendered, shown plainly or killed; the next one is fine."""
    hostile = workers.submit(render_fragments, (FragmentRequest(HOSTILE[name]),), timeout=8.0)
    try:
        (fragment,) = hostile.result(LONG)
        assert sum(map(len, fragment.parts)) < 50 * len(HOSTILE[name]) + 1_000_000
    except RenderTimeout:
        pass
    assert rendered(workers, "next").parts == ("<p>next</p>\n",)


def test_a_job_that_its_pool_loses_runs_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that dies while it takes a job may leave a future that nobody resolves: the job runs again."""
    monkeypatch.setattr("canopy.render.workers._GRACE", 0.2)
    pool = Workers(1)
    try:
        monkeypatch.setattr(pool._pool, "schedule", lambda *_args, **_options: Future())
        assert pool.submit(abs, -3, timeout=0.5).result(LONG) == 3
    finally:
        pool.close()


def test_no_module_of_the_current_folder_is_run(tmp_path: Path) -> None:
    """In a stranger's clone, files named like Python's own modules, or like ours, are files."""
    for name in ("json", "yaml", "selectors", "socket", "jinja2", "canopy"):
        (tmp_path / f"{name}.py").write_text("open('run', 'w').close()\nraise SystemExit(3)\n")
    (tmp_path / "a.md").write_text("# A\n\n```python\nx = 1\n```\n")
    command = [str(Path(sys.executable).with_name("canopy")), "check", "."]
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("CANOPY_", "PYTHONSAFE"))
    }
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    assert not (tmp_path / "run").exists()
