"""How long a report of 900 institutions and 20,000 roster lines takes: `python -m benchmarks.report`.

Opening is measured in the Chromium of this machine with the network cut: three runs, the middle one.
"""

from __future__ import annotations

import argparse
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report.generate import write

BUILD = """
import resource, sys, time
from pathlib import Path
from planner.folder import read_plan
from planner.report.page import write_report
began = time.perf_counter()
folder = Path(sys.argv[1])
write_report(read_plan(folder), folder / "report.html", "zh")
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
#: Milliseconds between frames while the page is scrolled from top to bottom.
SCROLL = """
new Promise((done) => {
  const gaps = [], end = document.documentElement.scrollHeight - innerHeight, steps = 240;
  let last = performance.now(), n = 0;
  function frame(now) {
    gaps.push(now - last);
    last = now;
    n += 1;
    scrollTo({ top: (end * n) / steps, behavior: "instant" });
    if (n < steps) requestAnimationFrame(frame); else done(gaps.slice(1));
  }
  requestAnimationFrame(frame);
})
"""
#: Milliseconds that a filter of the roster takes.
FILTER = """
(() => {
  const began = performance.now(), one = document.querySelector("#roster-filters [name=specialty]");
  one.value = "3";
  one.dispatchEvent(new Event("change", { bubbles: true }));
  return performance.now() - began;
})()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="keep the folder here")
    folder = parser.parse_args().keep or Path(tempfile.mkdtemp(prefix="report-"))
    began = time.perf_counter()
    write(folder)
    print(f"folder written in {time.perf_counter() - began:.1f} s, map included")
    built = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)], check=True, capture_output=True, text=True
    ).stdout.split()
    page = folder / "report.html"
    size = page.stat().st_size / 2**20
    print(f"report built in {float(built[0]):.1f} s, peak {float(built[1]):.0f} MiB, {size:.2f} MiB")
    _open(page)
    print(f"{platform.machine()}, Python {platform.python_version()}, peak here {_peak():.0f} MiB")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _refuse(error: object) -> None:
    """A page whose scripts fail is quick, and no measurement."""
    raise SystemExit(f"the page failed: {error}")


def _open(page: Path) -> None:
    from playwright.sync_api import sync_playwright

    browser = shutil.which("chromium")
    if browser is None:
        print("no Chromium: opening is not measured")
        return
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        times = []
        for _ in range(3):
            context = running.new_context(viewport={"width": 1366, "height": 900}, offline=True)
            tab = context.new_page()
            tab.on("pageerror", _refuse)
            began = time.perf_counter()
            tab.goto(page.resolve().as_uri())
            loaded = time.perf_counter() - began
            painted = tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN")
            times.append((loaded, painted / 1000))
            gaps = sorted(tab.evaluate(SCROLL))
            filter_ms = tab.evaluate(FILTER)
            context.close()
        loaded, painted = sorted(times)[1]
        print(f"opened in {loaded:.2f} s (first painted after {painted:.2f} s), Chromium {running.version}")
        middle, most = gaps[len(gaps) // 2], gaps[int(0.95 * len(gaps))]
        print(f"scrolling: median {middle:.0f} ms a frame, 95 % below {most:.0f} ms, longest {gaps[-1]:.0f} ms")
        print(f"a filter of the roster takes {filter_ms:.0f} ms")
        running.close()


if __name__ == "__main__":
    main()
