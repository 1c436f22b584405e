"""A browser without a network: Debian's Chromium, driven by Playwright; nothing is downloaded.

Where `CI` is set the browser is required; elsewhere tests that need it are skipped, visibly.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP, PHONE = (1366, 900), (390, 844)


def executable() -> str:
    """The browser of this machine; skips the test without one, fails it where `CI` is set."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI is set and there is no Chromium: .ci/run installs it")
        pytest.skip("no Chromium on this machine: the report is not opened in a browser")
    return found


class Opened:
    """A page, what it asked for besides its own file, and what it complained about."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        own = path.resolve().as_uri()
        page.on("request", lambda request: self.asked.append(request.url) if request.url.split("#")[0] != own else None)
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(own)

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def wide(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def until(self, condition: str, seconds: float = 15.0) -> None:
        """Wait for a condition; the page's own rule against `eval` forbids the driver's waiting."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, condition
            self.page.wait_for_timeout(40)

    def draw_all(self) -> None:
        """Let every chart be drawn, as before printing."""
        self.page.evaluate("void dispatchEvent(new Event('beforeprint'))")
        self.until("Array.from(document.querySelectorAll('[data-chart]')).every((box) => box.dataset.drawn)")

    def well(self) -> None:
        """Nothing was asked for, nothing was complained about."""
        assert self.asked == [] and self.complaints == []


@contextmanager
def browser() -> Iterator[Any]:
    """One running browser."""
    from playwright.sync_api import sync_playwright

    path = executable()
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield running
        finally:
            running.close()


@contextmanager
def opened(running: Any, path: Path, size: tuple[int, int] = DESKTOP) -> Iterator[Opened]:
    """A report opened from its file with the network cut."""
    context = running.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
    try:
        yield Opened(context.new_page(), path)
    finally:
        context.close()
