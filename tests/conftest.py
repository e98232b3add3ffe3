"""What holds for all tests: in CI nothing skips, and many of them run side by side."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

IN_CI = os.environ.get("CI") == "true"
MOST = 8
"""Processes; each may run servers and a browser."""


def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes `-n auto` means: one more than processors, since tests also wait."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST, processors + 1)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Deal whole files out to several processes, unless one file is asked for.

    `-n` says otherwise, as `-n0` does. Benchmarks measure: nothing runs beside them.
    """
    option = config.option
    if "PYTEST_XDIST_WORKER" in os.environ:  # one of those processes: what it is given is not dealt out again
        return
    if getattr(option, "numprocesses", 0) is not None or option.usepdb or option.collectonly:
        return
    if getattr(option, "cov_source", None):  # pytest-cov has looked already: with it, `-n` has to be said
        return
    places = {Path(argument.partition("::")[0]) for argument in config.args}
    one_file = len(places) == 1 and all(place.suffix == ".py" for place in places)
    if one_file or option.benchmark_only or any("benchmarks" in place.parts for place in places):
        return
    option.numprocesses, option.dist = "auto", "loadfile"
    # By their names, the folders with slow files come first: so all processes end at about the same time.
    option.loadscopereorder = False


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a test that skips into one that fails, with the reason that it gave."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", _refusal(report.longrepr)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a whole file that skips."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome, report.longrepr = "failed", _refusal(report.longrepr)
    return report


def _refusal(reason: Any) -> str:
    return f"In CI nothing skips: {reason[2] if isinstance(reason, tuple) else reason}"
