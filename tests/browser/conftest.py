"""Chromium, the system's own, headless; one for all of these files that a process is dealt."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
# What is said twice over the console when a policy is violated, in whatever words.
_POLICY = ("content security policy", "content-security-policy")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """Start a browser; with the folder its event loop ends, too, for tests that run one of their own."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def reader(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open browsers of their own, each with its own tabs; what they complained of is in `complaints`."""
    contexts: list[Any] = []

    def opened(**options: Any) -> Any:
        context = chromium.new_context(**options)
        context.set_default_timeout(60_000)
        context.complaints = []

        def said(message: Any) -> None:
            if any(words in message.text.lower() for words in _POLICY):
                context.complaints.append(message.text)

        context.on("console", said)
        context.on("weberror", lambda error: context.complaints.append(str(error.error)))
        contexts.append(context)
        return context

    yield opened
    for context in contexts:
        context.close()
