"""What holds for all tests: in CI nothing skips."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

IN_CI = os.environ.get("CI") == "true"


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
