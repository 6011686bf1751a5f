"""Time until the window is shown, against a bare PySide6 and VTK window.

Both are fresh processes, timed from outside from their start to the line they print; pairs
alternate after one of each has warmed the disk. The bare window counts as shown when its one empty
renderer is drawn. Ours is told twice: when the whole window is painted, and when VTK has drawn all four
views. Run as ``python tests/benchmarks/bench_window.py``; prints a list of JSON objects.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

GOAL = 1.5
PAIRS = 9
HERE = Path(__file__).parent


def lines_of(script: str, home: str) -> dict[str, float]:
    """Seconds from a process's start to each line that it prints."""
    start = time.perf_counter()
    command = [sys.executable, str(HERE / script)]
    # As an installed program finds it: compiled by the first start.
    environment = {**os.environ, "CTPROG_HOME": home, "PYTHONPYCACHEPREFIX": f"{home}/compiled"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    heard = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            heard[line.strip()] = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"{script} ended with status {process.returncode}")
    return heard


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as home:
        pairs = [
            (lines_of("shown_window.py", home), lines_of("bare_window.py", home)) for _ in range(PAIRS + 1)
        ][1:]
    bare = statistics.median(theirs["painted"] for _, theirs in pairs)
    told = {"painted": "window painted", "drawn": "window painted and VTK's first picture in all four views"}
    rows = []
    for line, what in told.items():
        ours = statistics.median(mine[line] for mine, _ in pairs)
        rows.append(
            {
                "name": f"{what}, against a bare PySide6 and VTK window",
                "ours_s": round(ours, 4),
                "peer_s": round(bare, 4),
                "ratio": round(ours / bare, 3),
                "goal": GOAL,
            }
        )
    return rows


if __name__ == "__main__":
    print(json.dumps(run()))
