"""A page printed to PDF by a browser of this machine (Chromium, Chrome or Edge), where there is one; never required.

`ALLIANCE_BROWSER` names another one, or `none`. The browser has a profile of its own and no network to speak of:
the pages ask for nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
    "microsoft-edge-stable", "msedge",
)  # fmt: skip
#: Where installers put them without a name on the path: Windows below its program folders, macOS whole.
PLACES = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
    "Chromium/Application/chrome.exe",
)
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
SECONDS = 60
#: Dates that the browser writes into the file; the same plan gives the same file.
_DATES = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}")


def browser() -> str | None:
    """The program that prints; None where there is none or none is wanted."""
    named = os.environ.get("ALLIANCE_BROWSER", "").strip()
    if named:
        return None if named == "none" else shutil.which(named)
    for name in NAMES:
        if found := shutil.which(name):
            return found
    roots = [os.environ.get(name, "") for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    places = [Path(root) / place for root in roots if root for place in PLACES] + [Path(one) for one in MAC]
    return next((str(place) for place in places if place.is_file()), None)


def print_pdf(page: Path, target: Path) -> bool:
    """Print an HTML file to PDF; whether it worked. A browser that fails or hangs costs no plan its folder."""
    program = browser()
    if program is None:
        return False
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        made = Path(profile) / "page.pdf"
        command = [
            program, "--headless=new", "--disable-gpu", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--disable-dev-shm-usage", f"--user-data-dir={profile}",
            "--no-pdf-header-footer", f"--print-to-pdf={made}", page.resolve().as_uri(),
        ]  # fmt: skip
        if sys.platform != "win32" and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")
        try:
            subprocess.run(command, check=False, capture_output=True, timeout=SECONDS)
            content = made.read_bytes()
        except (OSError, subprocess.TimeoutExpired):
            return False
    if not content.startswith(b"%PDF"):
        return False
    target.write_bytes(_DATES.sub(rb"\g<1>20000101000000", content))
    return True
