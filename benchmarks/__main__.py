"""The benchmarks: `python -m benchmarks` lists them.

python -m benchmarks NAME [ARGUMENTS]     runs one; `NAME --help` tells its arguments
python -m benchmarks --smoke [NAME ...]   a tiny run of every case, or of these: does it still run?
python -m benchmarks --write              the table of cases in docs/benchmarks.md
"""

from __future__ import annotations

import runpy
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.registry import PAGE, Case, SkippedError, cases, written


def main(words: Sequence[str]) -> int:
    """Exit code: 0, 1 where a smoke failed, 2 for a name that is none."""
    known = cases()
    if not words or words[0] in ("-h", "--help"):
        print((__doc__ or "").strip() + "\n")
        for case in known.values():
            needs = f"; needs {case.needs}" if case.needs else ""
            print(f"{case.name}\n    {case.claims}\n    {case.call}   ({case.lasts}{needs})")
            print(f"    docs/{case.page}" if case.page else "    no page yet")
        return 0
    if words[0] == "--write":
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    names = list(words[1:]) or list(known) if words[0] == "--smoke" else [words[0]]
    strange = [name for name in names if name not in known]
    if strange:
        print(f"no benchmark {', '.join(strange)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    if words[0] == "--smoke":
        return max([_smoke(known[name]) for name in names])
    case = known[names[0]]
    sys.argv = [case.module, *(words[1:] or case.arguments.split())]
    runpy.run_module(case.module, run_name="__main__", alter_sys=True)
    return 0


def _smoke(case: Case) -> int:
    began, told = time.perf_counter(), "runs"
    with tempfile.TemporaryDirectory() as folder:
        try:
            case.smoke(Path(folder))
        except SkippedError as error:
            told = f"skipped: {error}"
        except Exception as error:  # every case is tried, whatever another one does
            told = f"failed: {type(error).__name__}: {error}"
    print(f"{case.name:20} {time.perf_counter() - began:5.1f} s  {told}", flush=True)
    return int(told.startswith("failed"))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
